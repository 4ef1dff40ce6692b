"""Which contacts and courses look like one, recorded more than once?

These checks are about all that is on record, whatever the day of the question.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Final

from rapidfuzz.utils import default_process

from careerledger.answers.checks.clusters import LONGEST, Clusters, comparable, similar
from careerledger.answers.checks.names import without_legal_form
from careerledger.answers.finding import Finding, facts, ids, listed
from careerledger.events import FORGOTTEN, Action, Event
from careerledger.events.learning import CourseFinished, CourseStarted
from careerledger.events.network import ContactMade, ContactUpdated
from careerledger.history import Entry
from careerledger.text import shown

__all__ = [
    "CONTACT_LIKENESS",
    "COURSE_DAYS",
    "COURSE_LIKENESS",
    "duplicate_contacts",
    "duplicate_courses",
]

CONTACT_LIKENESS: Final = 90
"""How similar the names of two contacts must be, 0..100, to be one person."""
COURSE_LIKENESS: Final = 92
"""How similar the titles of two courses must be, 0..100, to be one course."""
COURSE_DAYS: Final = 31
"""How many days may lie between two records of finishing one course."""

_PAIR: Final = 2


def duplicate_contacts(history: Sequence[Entry[Event]], _at: date) -> Iterator[Finding]:
    """Find contacts with similar names, unless they are of different organisations."""
    made: dict[str, tuple[Entry[Action], ContactMade]] = {}
    organisations_of: defaultdict[str, set[str]] = defaultdict(set)
    for entry in facts(history):
        event = entry.event
        if isinstance(event, ContactMade):
            made.setdefault(event.contact, (entry, event))
        if isinstance(event, ContactMade | ContactUpdated) and event.organisation:
            organisations_of[event.contact].add(without_legal_form(event.organisation))
    contacts = list(made.values())
    organisations = [organisations_of[event.contact] for _, event in contacts]

    def join(clusters: Clusters, numbers: Sequence[int]) -> None:
        """Join those of one organisation, and everyone with those of none."""
        first_of: dict[str, int] = {}
        anywhere = next((number for number in numbers if not organisations[number]), None)
        for number in numbers:
            for organisation in organisations[number]:
                clusters.join(number, first_of.setdefault(organisation, number))
            if anywhere is not None:
                clusters.join(number, anywhere)

    # All who were forgotten have one name.
    names = ["" if event.name == FORGOTTEN else event.name for _, event in contacts]
    for cluster in _cluster(names, CONTACT_LIKENESS, join).several():
        who = [contacts[number] for number in cluster]
        (first, _), (second, other) = who[:2]
        is_pair = len(who) == _PAIR
        described = [f"{e.contact!r} ({shown(e.name)}, #{entry.seq})" for entry, e in who]
        yield Finding(
            code="duplicate-contact",
            severity="warning",
            message=f"the contacts {listed(described)} look like one person",
            entries=ids(*(entry for entry, _ in who)),
            fix=f"if they are, void #{second.seq} and amend what refers to {other.contact!r}; "
            "if not, give both an organisation"
            if is_pair
            else f"if they are, void all but #{first.seq} and amend what refers to the others; "
            "if not, give each an organisation",
        )


def duplicate_courses(history: Sequence[Entry[Event]], _at: date) -> Iterator[Finding]:
    """Find courses with similar titles, at about the same time or with one provider.

    Titles with different numbers, such as "Python 1" and "Python 2", are not similar. A provider is
    the same under its initials, ``"MIT OCW"`` for ``"MIT OpenCourseWare"``; between courses with
    the same title one may leave it out.
    """
    for kind, done in ((CourseStarted, "started"), (CourseFinished, "finished")):
        courses = [(e, e.event) for e in facts(history) if isinstance(e.event, kind)]
        for cluster in _cluster_courses([event for _, event in courses]).several():
            same = [courses[number] for number in cluster]
            (first, _), (second, _) = same[:2]
            is_pair = len(same) == _PAIR
            described = [f"{shown(e.title)} on {e.on} (#{entry.seq})" for entry, e in same]
            times, others = (
                ("twice", f"#{second.seq}")
                if is_pair
                else (f"{len(same)} times", f"all but #{first.seq}")
            )
            yield Finding(
                code="duplicate-course",
                severity="warning",
                message=f"{listed(described)} look like one course, {done} {times}",
                entries=ids(*(entry for entry, _ in same)),
                fix=f"if they are, void {others}; if not, amend the titles to tell them apart",
            )


def _cluster_courses(courses: Sequence[CourseStarted | CourseFinished]) -> Clusters:
    providers = [it.provider for it in courses]
    names = [set[str]() if it is None else _names_of(it) for it in providers]
    initials = [None if it is None else _initials(it) for it in providers]

    def join(clusters: Clusters, numbers: Sequence[int]) -> None:
        """Join those of about the same time, and those of one provider."""
        _join_dates(clusters, numbers, courses)
        first_of: dict[str | None, int] = {}
        for number in numbers:
            for name in names[number]:
                clusters.join(number, first_of.setdefault(name, number))
        for number in numbers:
            clusters.join(number, first_of.get(initials[number], number))

    titles = [default_process(course.title[:LONGEST]) for course in courses]
    clusters = _cluster(titles, COURSE_LIKENESS, join, _numerals)
    without = {title: n for n, title in enumerate(titles) if title and providers[n] is None}
    within = {title for title, provider in zip(titles, providers, strict=True) if provider}
    for number, title in enumerate(titles):
        if title in within:
            clusters.join(number, without.get(title, number))
    return clusters


def _join_dates(
    clusters: Clusters, numbers: Sequence[int], courses: Sequence[CourseStarted | CourseFinished]
) -> None:
    """Join courses between which at most COURSE_DAYS lie, directly or through others."""
    latest: int | None = None
    for number in sorted(numbers, key=lambda number: courses[number].on.first_day):
        on = courses[number].on
        before = None if latest is None else courses[latest].on.last_day
        if latest is not None and before and (on.first_day - before).days <= COURSE_DAYS:
            clusters.join(number, latest)
        if before is None or on.last_day > before:
            latest = number


def _cluster(
    texts: Sequence[str],
    cutoff: int,
    join: Callable[[Clusters, Sequence[int]], None],
    distinction: Callable[[str], object] = lambda _: None,
) -> Clusters:
    """Cluster things whose names are similar.

    Args:
        texts: The name of each thing.
        cutoff: How similar two names must be, 0..100.
        join: Joins things with similar names as far as the rest of what is known allows it.
        distinction: What must be the same in similar names.
    """
    numbers_of: defaultdict[str, list[int]] = defaultdict(list)
    for number, text in enumerate(texts):
        if form := comparable(text):
            numbers_of[form].append(number)
    clusters = Clusters(len(texts))
    for numbers in numbers_of.values():
        join(clusters, numbers)
    distinctions = {form: distinction(form) for form in numbers_of}
    for one, other in similar(numbers_of, cutoff):
        numbers = numbers_of[one] + numbers_of[other]
        if distinctions[one] == distinctions[other] and not clusters.are_joined(numbers):
            join(clusters, numbers)
    return clusters


def _names_of(name: str) -> set[str]:
    """Return the names of an organisation, also with the capitals of a word in its place."""
    shorter = [
        capitals if len(capitals := "".join(filter(str.isupper, word))) > 1 else word
        for word in name.split()
    ]
    return {without_legal_form(name), without_legal_form(" ".join(shorter))}


def _initials(name: str) -> str:
    """Return the first letters of the words in a name, without its legal form."""
    words = [word for word in without_legal_form(name).split() if word not in _SMALL]
    return "".join(word[0] for word in words)


_SMALL: Final = frozenset(["and", "for", "of", "the"])


_ROMAN: Final = frozenset(["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x"])


def _numerals(title: str) -> list[str]:
    """Return the numbers in the sorted words of a title."""
    return [word for word in title.split() if word in _ROMAN or any(map(str.isdigit, word))]
