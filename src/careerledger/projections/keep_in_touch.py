"""Who should I write to this week?"""

from collections.abc import Mapping
from datetime import date
from math import ceil
from types import MappingProxyType
from typing import ClassVar, Final

import attrs

from careerledger.dates import PartialDate
from careerledger.events import Action, Share
from careerledger.events.network import (
    ContactKind,
    ContactMade,
    ContactUpdated,
    Depth,
)
from careerledger.history import Entry
from careerledger.projections import Days, Evidence, HalfLife, Tunable, View, on, projection
from careerledger.projections.network_growth import DEPTHS, HALF_LIVES
from careerledger.projections.rules.strength import Strength
from careerledger.projections.rules.ties import ME, Tie, Touches, touches_contacts

__all__ = ["CADENCES", "DueContact", "KeepInTouch", "KeepInTouchView"]

CADENCES: Final[Mapping[ContactKind, float]] = MappingProxyType(
    {
        "mentor": 30.0,
        "manager": 30.0,
        "report": 30.0,
        "family": 30.0,
        "friend": 60.0,
        "peer": 90.0,
        "client": 90.0,
        "other": 120.0,
        "recruiter": 180.0,
    }
)
"""Days after which a contact of each kind is due again. The numbers are this project's assumption:
monthly for those who are closest to one's work and life, quarterly for those beside."""


@attrs.frozen(kw_only=True)
class DueContact(View):
    """A contact that it is time to write to."""

    contact: str
    name: str
    kind: str
    last_touch: PartialDate
    days: int
    """Since the last touch."""
    cadence: float
    """Days after which a contact of its kind is due."""
    strength: float
    """Of the tie now, 0..1, as NetworkGrowth has it."""
    loss: float
    """What the strength loses in one more cadence without a touch."""
    evidence: tuple[Evidence, ...]
    """The last touch, with its weight in the strength as its share."""


@attrs.frozen(kw_only=True)
class KeepInTouchView(View):
    """The answer of KeepInTouch."""

    HEADLINE: ClassVar[str] = "count"
    FALLING: ClassVar[frozenset[str]] = frozenset({"count", "dormant"})

    at: date
    count: int
    """Contacts that are due."""
    due: tuple[DueContact, ...]
    """Those, where most is being lost first."""
    resting: int
    """Contacts that are not due yet."""
    dormant: int
    """Contacts too long without a touch to be due: NetworkGrowth lists them as reconnectable."""
    next_due: date | None
    """When the next one of those resting becomes due; None where none will."""


@projection("keep-in-touch")
class KeepInTouch(Tunable):
    """The contacts whose last touch is at least one cadence ago.

    They are ordered by what is being lost: the strength of the tie now, less its strength after
    one more cadence without a touch. The strength and what counts as a touch are those of
    NetworkGrowth; a date of month or year precision counts from its first day. That ties decay
    without contact, and that the effort which keeps them up differs by kind, is a finding of
    Roberts & Dunbar (2015, "Managing Relationship Decay"); the cadences are an assumption.

    Contacts without a touch for ``dormant_after`` days are not due: waking them up is another
    matter than keeping in touch, and NetworkGrowth lists them as reconnectable. People who were
    met or named but never made a contact are not listed.

    Parameters:
        cadences: Days by kind of contact, ``CADENCES``.
        half_lives: Days by kind of contact, ``HALF_LIVES`` of NetworkGrowth.
        depths: Weight by depth of a touch, ``DEPTHS`` of NetworkGrowth.
        dormant_after: Days without a touch after which a contact is dormant, 1096.
    """

    cadences: ClassVar[Mapping[ContactKind, Days]] = CADENCES
    half_lives: ClassVar[Mapping[ContactKind, HalfLife]] = HALF_LIVES
    depths: ClassVar[Mapping[Depth, Share]] = DEPTHS
    dormant_after: ClassVar[Days] = 1096

    ties: dict[str, Tie] = {}
    names: dict[str, str] = {}
    """Of contacts that were made."""
    touches: Touches = attrs.field(factory=Touches)

    @on(Action, where=touches_contacts)
    def touch(self, event: Action, entry: Entry[Action]) -> None:
        people, depth = self.touches.of(event)
        for person in people:
            self._tie(person).touch(event.on, depth, self.depths[depth], entry.seq)

    @on(ContactMade)
    def make(self, event: ContactMade) -> None:
        if event.contact != ME:
            self.names[event.contact] = event.name
            self._become(event.contact, event.kind)

    @on(ContactUpdated)
    def update(self, event: ContactUpdated) -> None:
        if event.kind is not None:
            self._become(event.contact, event.kind)

    def _tie(self, person: str) -> Tie:
        tie = self.ties.get(person)
        if tie is None:
            tie = self.ties[person] = Tie("other", Strength(self.half_lives["other"]))
        return tie

    def _become(self, person: str, kind: ContactKind) -> None:
        self._tie(person).become(kind, self.half_lives[kind], self.depths)

    def view(self, at: date) -> KeepInTouchView:
        """Return the answer at a date on or after the last touch."""
        today = at.toordinal()
        due: list[DueContact] = []
        next_days: list[int] = []
        resting = dormant = 0
        for person, name in self.names.items():
            tie = self.ties[person]
            cadence = self.cadences[tie.kind]
            if today - tie.day >= self.dormant_after:
                dormant += 1
            elif today - tie.day >= cadence:
                due.append(_due(person, name, tie, cadence, today))
            else:
                resting += 1
                if ceil(cadence) < self.dormant_after:
                    next_days.append(tie.day + ceil(cadence))
        due.sort(key=lambda part: (-part.loss, part.contact))
        next_day = min(next_days, default=_NEVER)
        return KeepInTouchView(
            at=at,
            count=len(due),
            due=tuple(due),
            resting=resting,
            dormant=dormant,
            next_due=date.fromordinal(next_day) if next_day < _NEVER else None,
        )


def _due(person: str, name: str, tie: Tie, cadence: float, today: int) -> DueContact:
    strength, last = tie.strength.on(today), tie.strength.last(today)
    return DueContact(
        contact=person,
        name=name,
        kind=tie.kind,
        last_touch=last.on,
        days=today - tie.day,
        cadence=cadence,
        strength=strength,
        loss=strength - tie.strength.on(today + ceil(cadence)),
        evidence=(last,),
    )


_NEVER: Final = date.max.toordinal() + 1
"""The day after the last that a calendar has."""
