"""Which facts of different sources are one: the signs by which a draft is recognised."""

import re
import unicodedata
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple, cast

from careerledger.dates import PartialDate
from careerledger.events import Action, Event, introduced, with_renamed_ids
from careerledger.events.challenge import ChallengeTaken
from careerledger.events.learning import (
    CourseFinished,
    CourseStarted,
    CredentialAwarded,
    SkillAssessed,
    SkillPractised,
)
from careerledger.events.network import (
    ContactMade,
    ContactTouched,
    GatheringAttended,
    RecognitionReceived,
)
from careerledger.events.ownership import OpportunityFound, ProjectProposed
from careerledger.events.reflection import MilestoneDeclared
from careerledger.events.role import RoleStarted, WorkLogged

__all__ = ["NEAR_DAYS", "STAGES", "Candidate", "across_sources"]

NEAR_DAYS: Final = 31
"""How many days may lie between two dates of one fact."""


class Signs(NamedTuple):
    """What tells a fact of a class from others."""

    same: tuple[str, ...]
    """Fields that must be alike."""
    alike: tuple[str, ...] = ()
    """Fields that must be alike where both have a value."""
    days: int = NEAR_DAYS


_SIGNS: Final[dict[type[Action], Signs]] = {
    RoleStarted: Signs(("organisation", "title")),
    CourseStarted: Signs(("title",), ("provider",)),
    CourseFinished: Signs(("title",), ("provider",)),
    CredentialAwarded: Signs(("name",), ("issuer",)),
    ContactMade: Signs(("name", "organisation"), days=10**6),
    ContactTouched: Signs(("contact", "channel"), days=0),
    GatheringAttended: Signs(("name",), days=0),
    RecognitionReceived: Signs(("text", "kind")),
    ProjectProposed: Signs(("title",)),
    MilestoneDeclared: Signs(("title",)),
    ChallengeTaken: Signs(("title",)),
    OpportunityFound: Signs(("what",)),
    SkillPractised: Signs(("skill", "context")),
    SkillAssessed: Signs(("skill", "assessor")),
    WorkLogged: Signs(("role", "what"), days=0),
}

Candidate = tuple[str, Event]
"""The id of a fact, and an event by which it is stated."""
Block = Callable[[Event], Iterable[Hashable]]
"""Returns what two events must share to be compared at all."""
Distance = Callable[[Event, Event], int | None]
"""Returns how far apart two events are, from 0; None: they are not one fact."""


def by_content(drafts: Mapping[int, Event], facts: Iterable[Candidate]) -> dict[int, str]:
    """Return the facts of drafts with the same content."""
    return _matched(drafts, facts, lambda event: (event,), _no_distance)


def across_sources(drafts: Mapping[int, Event], facts: Iterable[Candidate]) -> dict[int, str]:
    """Return the facts of drafts by the signs of their class, the nearest dates first.

    Args:
        drafts: The events, by any number.
        facts: The facts; one with several statements occurs several times.
    """
    return _matched(drafts, facts, _names_of, _distance)


def after_edits(drafts: Mapping[int, Event], facts: Iterable[Candidate]) -> dict[int, str]:
    """Return the facts of drafts that differ as edits of one file do.

    Between two imports from one source a person corrects the title of a role, or its start, or
    the date on which something ended.
    """
    return _matched(drafts, facts, _names_within_source, _distance_of_edit)


STAGES: Final = (by_content, across_sources, after_edits)
"""How a draft is sought among the statements of its own source, one after another."""


def _matched(
    drafts: Mapping[int, Event], facts: Iterable[Candidate], block: Block, distance: Distance
) -> dict[int, str]:
    """Return pairs, one to one: the nearest first, then those with equal content."""
    drafts = {number: _without_own_id(draft) for number, draft in drafts.items()}
    facts = [(id_, _without_own_id(fact)) for id_, fact in facts]
    blocks: dict[Hashable, dict[Candidate, None]] = {}
    for fact in facts:
        for name in block(fact[1]):
            blocks.setdefault((type(fact[1]), name), {})[fact] = None
    near = sorted(
        (apart, draft != fact, number, id_)
        for number, draft in drafts.items()
        for name in block(draft)
        for id_, fact in blocks.get((type(draft), name), ())
        if (apart := distance(draft, fact)) is not None
    )
    pairs: dict[int, str] = {}
    taken: set[str] = set()
    for *_, number, id_ in near:
        if number not in pairs and id_ not in taken:
            pairs[number] = id_
            taken.add(id_)
    return pairs


def _without_own_id(event: Event) -> Event:
    """Return an event that introduces an id which says nothing about it."""
    name = introduced(event)
    return event if name is None else with_renamed_ids(event, {name: "-"})


def _no_distance(_one: Event, _other: Event) -> int:
    return 0


def _names_of(event: Event) -> Iterator[Hashable]:
    signs = _SIGNS.get(cast("Any", type(event)))
    if signs is not None:
        yield tuple(_normal_field(event, field) for field in signs.same)
    elif (name := _ended(event)) is not None:
        yield name
    if isinstance(event, ContactMade):
        yield from map(_normal_link, _LINK.findall(event.note or ""))


def _ended(event: Event) -> str | None:
    ends = type(event).__event__.ends
    return None if ends is None else getattr(event, ends[0])


def _names_within_source(event: Event) -> Iterator[Hashable]:
    if isinstance(event, RoleStarted):
        yield normal_organisation(event.organisation)
    elif (name := _ended(event)) is not None:
        yield name


def _distance(one: Event, other: Event) -> int | None:
    signs = _SIGNS.get(cast("Any", type(one)), Signs(()))
    for field in signs.alike:
        values = {_normal_field(event, field) for event in (one, other)} - {""}
        if len(values) > 1:
            return None
    return days_apart(cast("Action", one).on, cast("Action", other).on, signs.days)


def _distance_of_edit(one: Event, other: Event) -> int | None:
    apart = days_apart(cast("Action", one).on, cast("Action", other).on, NEAR_DAYS)
    if apart is None and isinstance(one, RoleStarted) and isinstance(other, RoleStarted):
        return NEAR_DAYS + 2 if normal(one.title) == normal(other.title) else None
    return NEAR_DAYS + 2 if apart is None else apart


def days_apart(one: PartialDate, other: PartialDate, most: int) -> int | None:
    """Return 0 for equal dates, 1 for ranges that overlap, and 1 more for each day between.

    None: more than ``most`` days lie between them.
    """
    if one == other:
        return 0
    gap = max((one.first_day - other.last_day).days, (other.first_day - one.last_day).days, 0)
    return None if gap > most else 1 + gap


def _normal_field(event: Event, field: str) -> str:
    value: object = getattr(event, field)
    if field in {"organisation", "provider", "issuer"}:
        return normal_organisation(str(value or ""))
    return normal(str(value or ""))


def normal(text: str) -> str:
    """Return text without case, accents, punctuation and extra spaces."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(char for char in plain if not unicodedata.combining(char))
    return " ".join(_WORDS.findall(letters))


_WORDS: Final = re.compile(r"[^\W_]+|[+#]+")
_LEGAL_FORMS: Final = {
    *("ab", "ag", "as", "asa", "bv", "co", "company", "corp", "corporation", "gmbh", "inc"),
    *("incorporated", "kg", "limited", "llc", "llp", "lp", "ltd", "mbh", "nv", "oy", "oyj"),
    *("plc", "pty", "sa", "sarl", "sas", "se", "spa", "srl"),
}


def normal_organisation(name: str) -> str:
    """Return the normal form of a name, without the legal forms at its end."""
    words = normal(name).split()
    while len(words) > 1 and words[-1] in _LEGAL_FORMS:
        words.pop()
    return " ".join(words)


_LINK: Final = re.compile(r"[^\s@]+@[^\s@]+|(?:https?://|www\.)\S+")
"""An e-mail address, or the address of a page."""


def _normal_link(link: str) -> str:
    path = link.casefold().partition("?")[0].rstrip("/")
    return path.removeprefix("https://").removeprefix("http://").removeprefix("www.")
