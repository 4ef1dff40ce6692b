"""Which contacts and gatherings led to what?"""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import date
from itertools import pairwise
from operator import itemgetter
from typing import ClassVar, Final, Literal

import attrs

from careerledger.dates import PartialDate
from careerledger.events.challenge import ChallengeTaken
from careerledger.events.learning import CourseStarted
from careerledger.events.network import ContactMade, DoorOpened, GatheringAttended, IntroductionMade
from careerledger.events.ownership import OpportunityFound
from careerledger.events.role import RoleStarted
from careerledger.history import Entry
from careerledger.projections import Evidence, Tunable, View, on, projection

__all__ = ["Door", "DoorCount", "Doors", "DoorsView", "Outcome", "OutcomeKind", "WhereMet"]

OutcomeKind = Literal["role", "course", "challenge", "opportunity"]

_KINDS: Final[tuple[OutcomeKind, ...]] = ("role", "course", "challenge", "opportunity")
"""In the order in which an id is looked up: two kinds may use the same."""

_TOP: Final = 10
"""How many entries a count names as its evidence."""


@attrs.frozen(kw_only=True)
class Outcome(View):
    """What a door led to."""

    id: str
    kind: OutcomeKind | None
    """None where nothing has introduced the id."""
    title: str | None


@attrs.frozen(kw_only=True)
class WhereMet(View):
    """A gathering at which a contact was met."""

    name: str
    kind: str
    on: PartialDate
    seq: int
    """Number of its entry."""


@attrs.frozen(kw_only=True)
class Door(View):
    """A door, how it came about, and where it led."""

    door: str
    what: str
    on: PartialDate
    seq: int
    """Number of its entry."""
    contact: str | None
    """Who opened it; None: not stated, or oneself."""
    chain: tuple[str, ...]
    """Who introduced whom, from the first introducer to the contact; the contact alone where
    nobody introduced it."""
    gathering: WhereMet | None
    """The latest at which the contact was met, on or before the day of the door."""
    leads_to: Outcome | None


@attrs.frozen(kw_only=True)
class DoorCount(View):
    """How many doors one origin opened."""

    origin: str
    """A contact, a kind of gathering, or the first introducer of a chain."""
    count: int
    """How many doors it opened."""
    evidence: tuple[Evidence, ...]
    """The doors in the order they opened, each counting 1; at most 10."""


@attrs.frozen(kw_only=True)
class DoorsView(View):
    """The answer of Doors."""

    HEADLINE: ClassVar[str] = "count"

    at: date
    count: int
    """Doors that were opened."""
    doors: tuple[Door, ...]
    """In the order they opened."""
    by_contact: tuple[DoorCount, ...]
    """Most doors first, as in the next two."""
    by_gathering: tuple[DoorCount, ...]
    """By the kind of gathering at which the contacts were met."""
    by_introducer: tuple[DoorCount, ...]
    """By the first person of the chain that led to the contact."""
    edges: tuple[tuple[str, str], ...]
    """The graph, sorted: from introducer to contact, from gathering to contact, from contact to
    door, and from door to what it led to, each as ``"kind:id"``; a gathering by its name, an
    outcome that nothing introduced as ``"unknown:id"``."""


@attrs.define
class _Door:
    door: str
    what: str
    on: str
    seq: int
    contact: str | None
    leads_to: str | None


@projection("doors")
class Doors(Tunable):
    """The doors that opened, back to the people and gatherings behind them, and on to what came.

    That work is found through people, and often through chains of them, is Granovetter's finding
    (1974, "Getting a Job"). A chain goes back over ``via`` of the contacts, else over the first
    introduction in which somebody brought the contact and ``"me"`` together; where somebody is
    reached twice it ends. The gathering is the latest at which the contact was met on or before
    the day of the door; a date of month or year precision counts from its first day. What a door
    led to may have been recorded before or after it. Of an id that was introduced twice the later
    words count; a door that was opened twice under one id counts twice.

    It has no parameters.
    """

    doors: list[_Door] = []
    via: dict[str, str] = {}
    """By contact who introduced it, as making the contact says."""
    introducers: dict[str, str] = {}
    """The same, as the first introduction says."""
    met: dict[str, list[tuple[int, str, str, str, int]]] = {}
    """By contact the gatherings, oldest first: ordinal, date, name, kind, entry number."""
    titles: dict[str, str] = {}
    """Of whatever a door may lead to, by ``"kind:id"``."""

    @on(DoorOpened)
    def open_door(self, event: DoorOpened, entry: Entry[DoorOpened]) -> None:
        contact = None if event.contact == "me" else event.contact
        self.doors.append(
            _Door(event.door, event.what, str(event.on), entry.seq, contact, event.leads_to)
        )

    @on(ContactMade)
    def make(self, event: ContactMade) -> None:
        if event.via is not None:
            self.via[event.contact] = event.via

    @on(IntroductionMade)
    def introduce(self, event: IntroductionMade) -> None:
        if "me" in event.introduced and event.introducer != "me":
            for contact in event.introduced:
                self.introducers.setdefault(contact, event.introducer)

    @on(GatheringAttended)
    def attend(self, event: GatheringAttended, entry: Entry[GatheringAttended]) -> None:
        for contact in event.met:
            self.met.setdefault(contact, []).append(
                (event.on.ordinal, str(event.on), event.name, event.kind, entry.seq)
            )

    @on(RoleStarted)
    def start(self, event: RoleStarted) -> None:
        self.titles[f"role:{event.role}"] = f"{event.title}, {event.organisation}"

    @on(CourseStarted)
    def learn(self, event: CourseStarted) -> None:
        self.titles[f"course:{event.course}"] = event.title

    @on(ChallengeTaken)
    def take(self, event: ChallengeTaken) -> None:
        self.titles[f"challenge:{event.challenge}"] = event.title

    @on(OpportunityFound)
    def find(self, event: OpportunityFound) -> None:
        self.titles[f"opportunity:{event.opportunity}"] = event.what

    def view(self, at: date) -> DoorsView:
        """Return the answer at a date on or after the last entry."""
        doors = tuple(map(self._opened, self.doors))
        return DoorsView(
            at=at,
            count=len(doors),
            doors=doors,
            by_contact=_counts((door.contact, door) for door in doors),
            by_gathering=_counts((door.gathering.kind, door) for door in doors if door.gathering),
            by_introducer=_counts((door.chain[0], door) for door in doors if door.chain),
            edges=_edges(doors),
        )

    def _opened(self, door: _Door) -> Door:
        on = PartialDate(door.on)
        return Door(
            door=door.door,
            what=door.what,
            on=on,
            seq=door.seq,
            contact=door.contact,
            chain=self._chain(door.contact),
            gathering=None if door.contact is None else self._where_met(door.contact, on),
            leads_to=None if door.leads_to is None else self._outcome(door.leads_to),
        )

    def _chain(self, contact: str | None) -> tuple[str, ...]:
        people: dict[str, None] = {}
        while contact is not None and contact != "me" and contact not in people:
            people[contact] = None
            contact = self.via.get(contact) or self.introducers.get(contact)
        return tuple(reversed(people))

    def _where_met(self, contact: str, by: PartialDate) -> WhereMet | None:
        gatherings = self.met.get(contact, [])
        until = bisect_right(gatherings, by.ordinal, key=itemgetter(0))
        if until == 0:
            return None
        _, when, name, kind, seq = gatherings[until - 1]
        return WhereMet(name=name, kind=kind, on=PartialDate(when), seq=seq)

    def _outcome(self, id_: str) -> Outcome:
        for kind in _KINDS:
            title = self.titles.get(f"{kind}:{id_}")
            if title is not None:
                return Outcome(id=id_, kind=kind, title=title)
        return Outcome(id=id_, kind=None, title=None)


def _counts(opened: Iterable[tuple[str | None, Door]]) -> tuple[DoorCount, ...]:
    """Return how many doors each origin opened, most first."""
    by_origin: dict[str, list[Door]] = {}
    for origin, door in opened:
        if origin is not None:
            by_origin.setdefault(origin, []).append(door)
    return tuple(
        DoorCount(
            origin=origin,
            count=len(doors),
            evidence=tuple(Evidence(seq=door.seq, on=door.on, share=1.0) for door in doors[:_TOP]),
        )
        for origin, doors in sorted(by_origin.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    )


def _edges(doors: Iterable[Door]) -> tuple[tuple[str, str], ...]:
    edges: set[tuple[str, str]] = set()
    for door in doors:
        path = [*(f"contact:{person}" for person in door.chain), f"door:{door.door}"]
        if door.gathering is not None:
            edges.add((f"gathering:{door.gathering.name}", f"contact:{door.contact}"))
        if door.leads_to is not None:
            path.append(f"{door.leads_to.kind or 'unknown'}:{door.leads_to.id}")
        edges.update(pairwise(path))
    return tuple(sorted(edges))
