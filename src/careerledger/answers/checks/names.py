"""Which names and ids differ so little that they may mean one thing?

These checks are about all that is on record, whatever the day of the question.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import Final
from unicodedata import category, normalize

from rapidfuzz.utils import default_process

from careerledger.answers.finding import Finding, facts, ids, listed, numbers
from careerledger.events import Action, Event, introduced
from careerledger.events.challenge import ConfidenceRated
from careerledger.events.learning import SkillAssessed, SkillPractised
from careerledger.events.vision import TrendNoted, VisionRevised
from careerledger.history import Entry
from careerledger.projections.rules.names import folded
from careerledger.text import shown

__all__ = [
    "id_spellings",
    "organisation_spellings",
    "shown_id",
    "similar_id",
    "skill_spellings",
    "theme_spellings",
    "without_legal_form",
]


def id_spellings(history: Sequence[Entry[Event]], _at: date) -> Iterator[Finding]:
    """Find ids of one kind that differ only in case, blanks, punctuation or compatible letters."""
    first: dict[str, Entry[Action]] = {}
    for entry in facts(history):
        name = introduced(entry.event)
        if name is not None:
            first.setdefault(name, entry)
    similar: defaultdict[tuple[str, str], list[tuple[str, Entry[Action]]]] = defaultdict(list)
    for name, entry in first.items():
        kind, _, id_ = name.partition(":")
        similar[kind, similar_id(id_)].append((id_, entry))
    for (kind, _), several in similar.items():
        if len(several) > 1:
            (usual, _), (other, second) = several[:2]
            described = [f"{shown_id(id_)} (#{entry.seq})" for id_, entry in several]
            yield Finding(
                code="id-spelling",
                severity="warning",
                message=f"the {kind} ids {listed(described)} differ only in how they are written, "
                f"and stand for {len(several)} things",
                entries=ids(*(entry for _, entry in several)),
                fix=f"if they are one {kind}, amend what refers to {shown_id(other)} to "
                f"{shown_id(usual)} and void #{second.seq}; if not, amend one to an id that "
                "cannot be mistaken for the other",
            )


def similar_id(id_: str) -> str:
    """Return an id without case, blanks and punctuation between its words.

    Between two digits they count: "2024-1" is not "20241".
    """
    plain = _without_format(id_)
    return _SEPARATORS.sub("", _BETWEEN_DIGITS.sub("|", plain)) or id_


def theme_spellings(history: Sequence[Entry[Event]], _at: date) -> Iterator[Finding]:
    """Find themes that differ only in blanks or hyphens, and count as several themes."""
    return _spellings(history, "theme", _themes, _similar_name, folded)


def skill_spellings(history: Sequence[Entry[Event]], _at: date) -> Iterator[Finding]:
    """Find skills that differ only in blanks or hyphens, and count as several skills."""
    return _spellings(history, "skill", _skills, _similar_name, folded)


def organisation_spellings(history: Sequence[Entry[Event]], _at: date) -> Iterator[Finding]:
    """Find organisations written in several ways, such as with "Inc." and without."""
    return _spellings(history, "organisation", _organisations, without_legal_form, str)


def _spellings(
    history: Sequence[Entry[Event]],
    what: str,
    words_of: Callable[[Action], Iterable[str]],
    similar: Callable[[str], str],
    same: Callable[[str], str],
) -> Iterator[Finding]:
    """Find similar words that are not the same, and propose the most usual one.

    Args:
        history: All that is on record.
        what: What the words name.
        words_of: Returns the words in an event.
        similar: Returns what similar words have in common.
        same: Returns what is compared to tell words apart.
    """
    spellings: defaultdict[str, Counter[str]] = defaultdict(Counter)
    entries: defaultdict[str, list[Entry[Action]]] = defaultdict(list)
    usual_of: dict[str, Counter[str]] = defaultdict(Counter)
    for entry in facts(history):
        for word in words_of(entry.event):
            key = same(word)
            spellings[similar(word)][key] += 1
            usual_of[key][word] += 1
            if not (entries[key] and entries[key][-1] is entry):
                entries[key].append(entry)
    for counts in spellings.values():
        (usual, _), *others = ((_usual(usual_of[key]), key) for key, _ in counts.most_common())
        if others:
            described = [f"{shown(word)} in {numbers(entries[key])}" for word, key in others]
            affected = {entry.seq: entry for _, key in others for entry in entries[key]}
            yield Finding(
                code=f"{what}-spelling",
                severity="note",
                message=f"the {what} {shown(usual)} is written {listed(described)}",
                entries=ids(*affected.values()),
                fix=f"amend it to {shown(usual)}",
            )


def _usual(spellings: Counter[str]) -> str:
    ((usual, _),) = spellings.most_common(1)
    return usual


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


def without_legal_form(name: str) -> str:
    """Return an organisation's name in lower case, without its legal form and punctuation."""
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


def _similar_name(name: str) -> str:
    return _SEPARATORS.sub(" ", _without_format(name)).strip() or name


def _without_format(text: str) -> str:
    """Return text without case, compatibility forms and invisible characters."""
    if text.isascii():
        return text.lower()
    plain = normalize("NFKC", normalize("NFKC", text).casefold())
    return "".join(char for char in plain if category(char) != "Cf")


def shown_id(id_: str) -> str:
    """Return an id as text in which it can be told from similar ones."""
    return ascii(id_) if normalize("NFKC", id_) != id_ else shown(id_)


_SEPARATOR: Final = r"[\s._\-\u2010-\u2015\u2043\u2212]+"
_SEPARATORS: Final = re.compile(_SEPARATOR)
_BETWEEN_DIGITS: Final = re.compile(rf"(?<=\d){_SEPARATOR}(?=\d)")
