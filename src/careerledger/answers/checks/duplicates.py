"""What is on record more than once, or under several names?

These checks are about all that is on record, whatever the day of the question.
"""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import Final

from rapidfuzz import fuzz, process
from rapidfuzz.utils import default_process

from careerledger.answers.finding import Finding, facts, ids, numbers
from careerledger.dates import PartialDate
from careerledger.events import FORGOTTEN, Action, Event
from careerledger.events.challenge import ConfidenceRated
from careerledger.events.learning import (
    CourseFinished,
    CourseStarted,
    SkillAssessed,
    SkillPractised,
)
from careerledger.events.network import ContactMade, ContactUpdated
from careerledger.events.vision import TrendNoted, VisionRevised
from careerledger.history import Entry

__all__ = [
    "CONTACT_LIKENESS",
    "COURSE_DAYS",
    "COURSE_LIKENESS",
    "duplicate_contacts",
    "duplicate_courses",
    "organisation_spellings",
    "skill_spellings",
    "theme_spellings",
]

CONTACT_LIKENESS: Final = 90
"""How similar the names of two contacts must be, 0..100, to be one person."""
COURSE_LIKENESS: Final = 92
"""How similar the titles of two courses must be, 0..100, to be one course."""
COURSE_DAYS: Final = 31
"""How many days may lie between two records of finishing one course."""


def duplicate_contacts(history: Sequence[Entry[Event]], _at: date) -> Iterator[Finding]:
    """Find contacts with similar names, unless they are of different organisations."""
    by_id: dict[str, tuple[Entry[Action], ContactMade]] = {}
    organisations: defaultdict[str, set[str]] = defaultdict(set)
    for entry in facts(history):
        event = entry.event
        if isinstance(event, ContactMade):
            by_id.setdefault(event.contact, (entry, event))
        if isinstance(event, ContactMade | ContactUpdated) and event.organisation:
            organisations[event.contact].add(_without_legal_form(event.organisation))
    contacts = list(by_id.values())
    # All who were forgotten have one name.
    names = ["" if event.name == FORGOTTEN else event.name for _, event in contacts]
    for one, other in _similar_pairs(names, CONTACT_LIKENESS):
        (first, a), (second, b) = contacts[one], contacts[other]
        theirs = organisations[a.contact], organisations[b.contact]
        if all(theirs) and theirs[0].isdisjoint(theirs[1]):
            continue
        yield Finding(
            code="duplicate-contact",
            severity="warning",
            message=f"the contacts {a.contact!r} ({a.name!r}, #{first.seq}) and {b.contact!r} "
            f"({b.name!r}, #{second.seq}) look like one person",
            entries=ids(first, second),
            fix=f"if they are, void #{second.seq} and amend what refers to {b.contact!r}; "
            "if not, give both an organisation",
        )


def duplicate_courses(history: Sequence[Entry[Event]], _at: date) -> Iterator[Finding]:
    """Find courses with similar titles, at about the same time or with one provider.

    Titles with different numbers, such as "Python 1" and "Python 2", are not similar. A provider is
    the same under its initials, ``"MIT OCW"`` for ``"MIT OpenCourseWare"``; between courses with
    the same title one may leave it out.
    """
    for kind, done in ((CourseStarted, "started"), (CourseFinished, "finished")):
        courses = [(e, e.event) for e in facts(history) if isinstance(e.event, kind)]
        for one, other in _similar_pairs([event.title for _, event in courses], COURSE_LIKENESS):
            (first, a), (second, b) = courses[one], courses[other]
            if _numerals(a.title) != _numerals(b.title):
                continue
            if not (_days_between(a.on, b.on) <= COURSE_DAYS or _same_provider(a, b)):
                continue
            yield Finding(
                code="duplicate-course",
                severity="warning",
                message=f"{a.title!r} on {a.on} (#{first.seq}) and {b.title!r} on {b.on} "
                f"(#{second.seq}) look like one course, {done} twice",
                entries=ids(first, second),
                fix=f"if they are, void #{second.seq}; if not, amend the titles to tell them apart",
            )


def _same_provider(a: CourseStarted | CourseFinished, b: CourseStarted | CourseFinished) -> bool:
    if a.provider is None or b.provider is None:
        return default_process(a.title) == default_process(b.title) and a.provider != b.provider
    one, other = _names_of(a.provider), _names_of(b.provider)
    return bool(one & other or _initials(a.provider) in other or _initials(b.provider) in one)


def theme_spellings(history: Sequence[Entry[Event]], _at: date) -> Iterator[Finding]:
    """Find themes that are written in several ways, which count as several themes."""
    return _spellings(history, "theme", _themes, str.casefold)


def skill_spellings(history: Sequence[Entry[Event]], _at: date) -> Iterator[Finding]:
    """Find skills that are written in several ways, which count as several skills."""
    return _spellings(history, "skill", _skills, str.casefold)


def organisation_spellings(history: Sequence[Entry[Event]], _at: date) -> Iterator[Finding]:
    """Find organisations written in several ways, such as with "Inc." and without."""
    return _spellings(history, "organisation", _organisations, _without_legal_form)


def _spellings(
    history: Sequence[Entry[Event]],
    what: str,
    words_of: Callable[[Action], Iterable[str]],
    form: Callable[[str], str],
) -> Iterator[Finding]:
    """Find words that are written in several ways, and propose the most usual one."""
    spellings: defaultdict[str, Counter[str]] = defaultdict(Counter)
    entries: defaultdict[str, list[Entry[Action]]] = defaultdict(list)
    for entry in facts(history):
        for word in words_of(entry.event):
            spellings[form(word.strip())][word] += 1
            entries[word].append(entry)
    for counts in spellings.values():
        (usual, _), *others = counts.most_common()
        for spelling, _ in others:
            yield Finding(
                code=f"{what}-spelling",
                severity="note",
                message=f"the {what} {usual!r} is written {spelling!r} in "
                f"{numbers(entries[spelling])}",
                entries=ids(*entries[spelling]),
                fix=f"amend it to {usual!r}",
            )


def _skills(event: Action) -> list[str]:
    named: set[str] = {*getattr(event, "skills", ()), *getattr(event, "stretch", ())}
    if isinstance(event, SkillPractised | SkillAssessed):
        named.add(event.skill)
    return sorted(named)


def _organisations(event: Action) -> list[str]:
    name: str | None = getattr(event, "organisation", None)
    return [] if name is None else [name]


def _themes(event: Action) -> list[str]:
    if isinstance(event, TrendNoted | ConfidenceRated):
        return sorted({event.theme, *event.themes})
    if isinstance(event, VisionRevised):
        return sorted(event.themes or ())
    return sorted(event.themes)


def _similar_pairs(texts: Iterable[str], cutoff: int) -> list[tuple[int, int]]:
    """Return the places of texts whose token sort ratio reaches a cutoff, in order."""
    forms = [" ".join(sorted(default_process(text).split())) for text in texts]
    places = sorted((n for n, form in enumerate(forms) if form), key=lambda n: len(forms[n]))
    ordered = [forms[n] for n in places]
    pairs: list[tuple[int, int]] = []
    for here, form in enumerate(ordered):
        # A text that is much longer cannot reach the cutoff: 0.4 s rather than 0.8 for 5,000.
        longest = len(form) * (200 - cutoff) // cutoff
        rest = ordered[here + 1 : bisect_right(ordered, longest, key=len)]
        like = process.extract(form, rest, scorer=fuzz.ratio, score_cutoff=cutoff, limit=None)
        for _, _, beyond in like:
            one, other = sorted((places[here], places[here + 1 + beyond]))
            pairs.append((one, other))
    return sorted(pairs)


def _without_legal_form(name: str) -> str:
    """Return an organisation's name without its legal form."""
    words = default_process(name).split()
    while len(words) > 1 and words[-1] in _LEGAL_FORMS:
        words.pop()
    return " ".join(words)


_LEGAL_FORMS: Final = frozenset(
    [
        *("ab", "ag", "as", "bv", "co", "company", "corp", "corporation", "gmbh", "inc", "kg"),
        *("incorporated", "limited", "llc", "llp", "ltd", "nv", "oy", "oyj", "plc", "pty", "sa"),
        *("sarl", "srl"),
    ]
)


def _names_of(name: str) -> set[str]:
    """Return the names of an organisation, also with the capitals of a word in its place."""
    shorter = [
        capitals if len(capitals := "".join(filter(str.isupper, word))) > 1 else word
        for word in name.split()
    ]
    return {_without_legal_form(name), _without_legal_form(" ".join(shorter))}


def _initials(name: str) -> str:
    """Return the first letters of the words in a name."""
    words = [word for word in _without_legal_form(name).split() if word not in _SMALL]
    return "".join(word[0] for word in words)


_SMALL: Final = frozenset(["and", "for", "of", "the"])


_ROMAN: Final = frozenset(["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x"])


def _numerals(title: str) -> list[str]:
    words = default_process(title).split()
    return sorted(w for w in words if w in _ROMAN or any(map(str.isdigit, w)))


def _days_between(one: PartialDate, other: PartialDate) -> int:
    """Return the days that surely lie between two dates; below 1 where they touch or overlap."""
    first, second = sorted((one, other))
    return (second.first_day - first.last_day).days
