"""Who should I write to this week?"""

from collections.abc import Iterable, Mapping
from datetime import date
from math import ceil
from types import MappingProxyType
from typing import ClassVar, Final

import attrs

from careerledger.dates import PartialDate
from careerledger.events._fields import Share
from careerledger.events.network import (
    ContactKind,
    ContactMade,
    ContactTouched,
    ContactUpdated,
    Depth,
    GatheringAttended,
    HelpGiven,
    IntroductionMade,
    MentoringEnded,
    MentoringStarted,
)
from careerledger.history import Entry
from careerledger.projections._parameters import Days, HalfLife, Tunable
from careerledger.projections._projection import on, projection
from careerledger.projections._strength import Strength
from careerledger.projections._views import Evidence, View
from careerledger.projections.network_growth import DEPTHS, HALF_LIVES

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


@attrs.define
class _Contact:
    name: str | None = None
    """None until the contact was made."""
    kind: ContactKind = "other"
    touches: list[tuple[int, float]] = attrs.field(factory=list[tuple[int, float]])
    """The ordinal of the date, and the weight of the depth, in history order."""
    last: tuple[str, int] = ("", 0)
    """Date and entry number of the last touch."""


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

    contacts: dict[str, _Contact] = {}
    mentorings: dict[str, str] = {}
    """Open mentorings, and their contacts."""
    ended: set[str] = set()
    """Mentorings whose end stands before their start in the history, as 2024 before 2024-03."""

    @on(ContactMade)
    def make(self, event: ContactMade, entry: Entry[ContactMade]) -> None:
        contact = self._contact(event.contact)
        contact.name, contact.kind = event.name, event.kind
        self._touch([event.contact], event.on, 2, entry.seq)

    @on(ContactUpdated)
    def update(self, event: ContactUpdated, entry: Entry[ContactUpdated]) -> None:  # noqa: ARG002
        contact = self._contact(event.contact)
        contact.kind = event.kind or contact.kind

    @on(ContactTouched)
    def touch(self, event: ContactTouched, entry: Entry[ContactTouched]) -> None:
        self._touch([event.contact], event.on, event.depth, entry.seq)

    @on(GatheringAttended)
    def meet(self, event: GatheringAttended, entry: Entry[GatheringAttended]) -> None:
        self._touch(event.met, event.on, 2, entry.seq)

    @on(HelpGiven)
    def help(self, event: HelpGiven, entry: Entry[HelpGiven]) -> None:
        self._touch([event.contact], event.on, 2, entry.seq)

    @on(IntroductionMade)
    def introduce(self, event: IntroductionMade, entry: Entry[IntroductionMade]) -> None:
        self._touch([event.introducer, *event.introduced], event.on, 2, entry.seq)

    @on(MentoringStarted)
    def mentor(self, event: MentoringStarted, entry: Entry[MentoringStarted]) -> None:
        if event.mentoring not in self.ended:
            self.mentorings[event.mentoring] = event.contact
        self._touch([event.contact], event.on, 3, entry.seq)

    @on(MentoringEnded)
    def part(self, event: MentoringEnded, entry: Entry[MentoringEnded]) -> None:
        contact = self.mentorings.pop(event.mentoring, None)
        if contact is None:
            self.ended.add(event.mentoring)
        else:
            self._touch([contact], event.on, 3, entry.seq)

    def _contact(self, id_: str) -> _Contact:
        contact = self.contacts.get(id_)
        if contact is None:
            contact = self.contacts[id_] = _Contact()
        return contact

    def _touch(self, ids: Iterable[str], on: PartialDate, depth: int, seq: int) -> None:
        for id_ in dict.fromkeys(ids):
            contact = self._contact(id_)
            contact.touches.append((on.ordinal, self.depths[depth]))
            contact.last = (str(on), seq)

    def view(self, at: date) -> KeepInTouchView:
        """The answer at a date on or after the last touch."""
        today = at.toordinal()
        due: list[DueContact] = []
        next_days: list[int] = []
        resting = dormant = 0
        for id_, contact in self.contacts.items():
            if contact.name is None or id_ == "me":
                continue
            last = contact.touches[-1][0]
            cadence = self.cadences[contact.kind]
            if today - last >= self.dormant_after:
                dormant += 1
            elif today - last >= cadence:
                due.append(self._due(id_, contact, contact.name, cadence, today))
            else:
                resting += 1
                if ceil(cadence) < self.dormant_after:
                    next_days.append(last + ceil(cadence))
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

    def _due(
        self, id_: str, contact: _Contact, name: str, cadence: float, today: int
    ) -> DueContact:
        tie = Strength(contact.touches, self.half_lives[contact.kind])
        strength = tie.on(today)
        when, seq = contact.last
        return DueContact(
            contact=id_,
            name=name,
            kind=contact.kind,
            last_touch=PartialDate(when),
            days=today - contact.touches[-1][0],
            cadence=cadence,
            strength=strength,
            loss=strength - tie.on(today + ceil(cadence)),
            evidence=(Evidence(seq=seq, on=PartialDate(when), share=tie.parts(today)[-1]),),
        )


_NEVER: Final = date.max.toordinal() + 1
"""The day after the last that a calendar has."""
