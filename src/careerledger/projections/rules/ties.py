"""The ties to people: what counts as a touch, and how strong a tie is."""

from collections.abc import Iterable, Iterator, Mapping
from struct import Struct
from typing import Final

import attrs

from careerledger.dates import PartialDate, beginning
from careerledger.events.network import (
    ContactKind,
    ContactMade,
    ContactTouched,
    DoorOpened,
    GatheringAttended,
    HelpGiven,
    IntroductionMade,
    MentoringEnded,
    MentoringStarted,
    RecognitionReceived,
)
from careerledger.projections.rules.fading import fade
from careerledger.projections.rules.strength import Strength

TOUCHING: Final = (
    ContactMade,
    ContactTouched,
    DoorOpened,
    GatheringAttended,
    HelpGiven,
    IntroductionMade,
    MentoringStarted,
    MentoringEnded,
    RecognitionReceived,
)
"""The types of events that bring people together."""

Touching = (
    ContactMade
    | ContactTouched
    | DoorOpened
    | GatheringAttended
    | HelpGiven
    | IntroductionMade
    | MentoringStarted
    | MentoringEnded
    | RecognitionReceived
)
"""Any of them, for type checkers."""


@attrs.define
class Touches:
    """What counts as a touch, for projections to hold and to feed with ``TOUCHING`` events.

    A touch is whatever passes between two people: making the contact, being in touch, meeting at
    a gathering, helping, an introduction, a door that a contact opened, an award, a recommendation
    or thanks from a contact (depth 2), an endorsement (depth 1), a mentoring's start and end
    (depth 3).
    """

    mentorings: dict[str, tuple[str, str]] = attrs.field(factory=dict[str, tuple[str, str]])
    """Open mentorings: the contact, and what the contact is to one."""
    ended: dict[str, int] = attrs.field(factory=dict[str, int])
    """Mentorings whose end stands before their start in the history, as 2024 before 2024-03."""

    def of(self, event: Touching) -> tuple[Iterable[str], int]:
        """The people whom an event touches, each once, and how deeply, from 1 to 3."""
        people: Iterable[str] = ()
        depth = 2
        if isinstance(event, ContactTouched):
            people, depth = (event.contact,), event.depth
        elif isinstance(event, ContactMade | HelpGiven):
            people = (event.contact,)
        elif isinstance(event, GatheringAttended):
            people = dict.fromkeys(event.met)
        elif isinstance(event, DoorOpened | RecognitionReceived):
            people = () if event.contact is None else (event.contact,)
            if isinstance(event, RecognitionReceived) and event.kind == "endorsement":
                depth = 1
        elif isinstance(event, IntroductionMade):
            people = sorted({event.introducer, *event.introduced})
        elif isinstance(event, MentoringStarted):
            people, depth = (event.contact,), 3
            if self.ended.get(event.mentoring, 0) < event.on.ordinal:
                self.mentorings[event.mentoring] = (event.contact, event.role)
        else:
            depth = 3
            mentoring = self.mentorings.pop(event.mentoring, None)
            if mentoring is None:
                self.ended[event.mentoring] = event.on.last_day.toordinal()
            else:
                people = mentoring[:1]
        return people, depth


ME: Final = "me"
"""What oneself is called among those who are brought together. Nobody is their own contact,
whatever a lenient ledger was told."""


@attrs.define
class Tie:
    """The tie to one contact, by its touches."""

    kind: ContactKind
    strength: Strength
    touches: int = 0
    day: int = 0
    """Ordinal of the first day of the last one."""
    length: int = 0
    """Of the text of its date."""
    every: bytes = b""
    """All touches, packed: a contact who becomes of another kind fades otherwise from the start."""

    def touch(self, on: PartialDate, depth: int, weight: float, seq: int) -> None:
        """Add a touch, with the weight of its depth."""
        self.strength.add(on, weight, seq)
        self.every += _TOUCH.pack(on.ordinal, depth, seq, len(on))
        self.touches += 1
        self.day, self.length = on.ordinal, len(on)

    def become(self, kind: ContactKind, half_life: float, depths: Mapping[int, float]) -> None:
        """The contact is of this kind from now on, and fades as such."""
        if half_life != self.strength.half_life:
            self.strength = Strength(half_life)
            for day, depth, seq, length in _TOUCH.iter_unpack(self.every):
                self.strength.add(beginning(day, length), depths[depth], seq)
        self.kind = kind

    def weights(self, day: int, depths: Mapping[int, float]) -> Iterator[tuple[int, float]]:
        """The entry of each touch, and what it weighs on a day."""
        for on, depth, seq, _ in _TOUCH.iter_unpack(self.every):
            yield seq, depths[depth] * fade(day - on, self.strength.half_life)


_TOUCH: Final = Struct("<iBQB")
"""Ordinal of the day, depth, number of the entry, and length of the date's text."""
