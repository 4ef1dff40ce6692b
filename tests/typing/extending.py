"""Type-checked only: a user's own events and projections."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, ClassVar, assert_type

import attrs
from annotated_types import Interval

from careerledger import Entry, Ledger
from careerledger.dates import PartialDate
from careerledger.events import Accepts, Action, ContactMade, Introduces, event, field
from careerledger.projections import NetworkGrowth, on, projection
from careerledger.projections.network_growth import NetworkGrowthView


@event("acme.hackathon.won")
class HackathonWon(Action):
    """A hackathon was won."""

    hackathon: Annotated[str, Introduces("hackathon")]
    prize: Annotated[int, Interval(ge=0)] = 0
    paid: Accepts[PartialDate | None, str | date | None] = field(default=None)


def _with_prize(fields: dict[str, object]) -> dict[str, object]:
    return {**fields, "prize": 0}


@event("acme.hackathon.lost", version=2, upcasts={1: _with_prize})
class HackathonLost(Action):
    """A hackathon was lost."""

    prize: int


@attrs.frozen(kw_only=True)
class Tally:
    """How many, and for how much."""

    won: int
    prizes: int


@projection("acme.hackathons")
class Hackathons:
    """How many hackathons were won."""

    worth: ClassVar[float] = 1.0

    won: int = 0
    last: PartialDate | None = None

    @on(HackathonWon)
    def count(self, event: HackathonWon) -> None:
        self.won += 1
        self.last = event.on

    def view(self, at: date) -> int:
        return self.won


@projection("acme.tally", version=2)
class Tallies:
    """How many, and for how much."""

    won: int = 0
    prizes: int = 0
    last: int = 0

    @on(HackathonWon, HackathonLost)
    def count(self, event: HackathonWon | HackathonLost, entry: Entry[Action]) -> None:
        self.last = max(self.last, entry.seq)
        self.won += isinstance(event, HackathonWon)
        self.prizes += event.prize

    def view(self, at: date) -> Tally:
        return Tally(won=self.won, prizes=self.prizes)


@projection("acme.contacts")
class Contacts:
    """Who was met."""

    names: list[str] = []

    @on(ContactMade)
    def meet(self, event: ContactMade) -> None:
        self.names.append(event.name)

    def view(self, at: date) -> tuple[str, ...]:
        return tuple(self.names)


def ask(ledger: Ledger) -> None:
    won = HackathonWon(on="2024", hackathon="h", prize=3, paid="2024-05", themes={"a"})
    assert_type(won.on, PartialDate)
    assert_type(won.paid, PartialDate | None)
    assert_type(won.prize, int)
    HackathonWon(on="2024", hackathon="h", prize="3")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]

    assert_type(ledger.record(won), Entry[HackathonWon])
    assert_type(ledger.project(Hackathons), int)
    assert_type(ledger.project(Tallies, at="2023-12-31", known_at="2024-01-01T00:00:00Z"), Tally)
    assert_type(ledger.project(Hackathons, Tallies), tuple[int, Tally])
    assert_type(ledger.project(Tallies, Contacts, Hackathons), tuple[Tally, tuple[str, ...], int])
    assert_type(ledger.entries(types=[HackathonWon]), Iterator[Entry[HackathonWon]])

    count, tally = ledger.project(Hackathons, Tallies, at=date(2024, 1, 1))
    assert_type(count, int)
    assert_type(tally.prizes, int)
    assert_type(Hackathons(won=3).won, int)
    tuned = NetworkGrowth.with_(half_lives={"mentor": 1000})
    assert_type(ledger.project(tuned), NetworkGrowthView)
    assert_type(ledger.project(Hackathons, tuned), tuple[int, NetworkGrowthView])
