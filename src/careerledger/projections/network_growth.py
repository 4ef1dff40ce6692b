"""Is my network growing, alive and diverse?"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import lru_cache
from math import fsum, inf, log1p
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Final, Literal

import attrs
from immutabledict import immutabledict

from careerledger.dates import PartialDate, beginning
from careerledger.errors import MissingExtraError
from careerledger.events import Action, Event, Share
from careerledger.events.network import (
    ContactKind,
    ContactMade,
    ContactUpdated,
    Depth,
    DoorOpened,
    HelpGiven,
    IntroductionMade,
    MentoringStarted,
)
from careerledger.history import Entry
from careerledger.projections import Days, Evidence, HalfLife, Tunable, View, on, projection
from careerledger.projections.rules.strength import Largest, Strength, evidence_in
from careerledger.projections.rules.ties import ME, Tie, Touches, touches_contacts
from careerledger.projections.view import dated

__all__ = [
    "BANDS",
    "DEPTHS",
    "HALF_LIVES",
    "Band",
    "ContactTie",
    "NetworkGrowth",
    "NetworkGrowthView",
    "NetworkMonth",
]

Band = Literal["strong", "moderate", "weak", "dormant"]

DEPTHS: Final[Mapping[int, float]] = MappingProxyType({1: 0.2, 2: 0.5, 3: 0.8})
"""What one touch of each depth does to a tie that was nothing, 0..1."""

HALF_LIVES: Final[Mapping[ContactKind, float]] = MappingProxyType(
    {
        "family": 1460.0,
        "mentor": 730.0,
        "manager": 730.0,
        "friend": 365.0,
        "peer": 365.0,
        "report": 365.0,
        "client": 365.0,
        "other": 365.0,
        "recruiter": 180.0,
    }
)
"""Days in which a tie of each kind halves without a touch. That family fades slowest is a finding
of Roberts & Dunbar (2015); the numbers are this project's assumption."""

BANDS: Final[Mapping[Literal["strong", "moderate"], float]] = MappingProxyType(
    {"strong": 0.6, "moderate": 0.3}
)
"""The strength from which a tie is in a band; below both it is weak. An assumption: research
divides ties into strong and weak, and does not say where."""


class _LazyEvidence(View):
    """A view whose evidence is made when it is first read.

    A career over time makes a tie for each contact and month, and hardly ever looks at what each
    rests on: without it, that takes 1.6 times as long.
    """

    __slots__ = ("_largest",)

    def rest_on(self, largest: Largest) -> None:
        """Set what the evidence is made of, once."""
        object.__setattr__(self, "_largest", largest)

    if not TYPE_CHECKING:  # pragma: no branch

        def __getattr__(self, name: str) -> object:
            if name != "evidence":
                raise AttributeError(f"{type(self).__name__!r} has no attribute {name!r}")
            evidence = evidence_in(object.__getattribute__(self, "_largest"))
            object.__setattr__(self, "evidence", evidence)
            return evidence


@attrs.frozen(kw_only=True)
class ContactTie(_LazyEvidence):
    """The tie to one contact."""

    contact: str
    name: str
    kind: str
    organisation: str | None
    since: PartialDate
    last_touch: PartialDate
    touches: int
    """How many touches there were."""
    strength: float
    """0..1, faded to the date of the view."""
    band: Band
    """Dormant after three years without a touch, else by strength."""
    evidence: tuple[Evidence, ...] = attrs.field(init=False)
    """The touches that hold the tie up most, largest first, at most 3; the share is what each
    alone would leave of the tie."""


@attrs.frozen(kw_only=True)
class NetworkMonth(View):
    """What one month did to the network."""

    month: str
    new: int
    """Contacts made; a contact with only a year is new in January."""
    cumulative: int
    """Contacts made so far."""
    active: int
    """Contacts touched in the month, as far as the month is known."""
    dormant: int
    """Contacts without a touch for three years at the end of the month, or at the date of the
    view if that is earlier."""


@attrs.frozen(kw_only=True)
class NetworkGrowthView(View):
    """The answer of NetworkGrowth."""

    HEADLINE = "strength"

    at: date
    contacts: tuple[ContactTie, ...]
    """Strongest first."""
    months: tuple[NetworkMonth, ...]
    """From the first contact on, oldest first."""
    bands: immutabledict[Band, int]
    """How many contacts each band has."""
    active: int
    """Contacts that are not dormant."""
    reconnectable: tuple[str, ...]
    """Dormant contacts, the once most touched first."""
    diversity: float | None
    """1 - Σ share² over the organisations of contacts; None where none is known."""
    introductions: tuple[tuple[str, str], ...]
    """Pairs of people who know each other by an introduction, ``"me"`` among them, sorted."""
    mentors: int
    """Mentorings by a contact that have not ended."""
    helped: int
    """Times that help was given."""
    doors: int
    """Doors that were opened."""

    @property
    def strength(self) -> float | None:
        """The strengths of all ties together; None without contacts."""
        return fsum(tie.strength for tie in self.contacts) if self.contacts else None

    def constraint(self) -> float | None:
        """Return Burt's constraint on one's own network: how much one's contacts know each other.

        Low values mean structural holes to bridge; a closed circle comes near 1, and very small
        circles above. Every contact counts as tied to one, and introductions tie others (Burt,
        1992, "Structural Holes", chapter 2). None without introductions among contacts.

        Raises MissingExtraError without networkx (``pip install 'careerledger[network]'``).
        """
        among = [(a, b) for a, b in self.introductions if "me" not in (a, b)]
        if not among or not self.contacts:
            return None
        try:
            import networkx  # noqa: PLC0415, ICN001 - an extra
        except ImportError as error:
            raise MissingExtraError(
                "Burt's constraint needs networkx; pip install 'careerledger[network]'"
            ) from error
        graph = networkx.Graph(among)
        graph.add_edges_from(("me", tie.contact) for tie in self.contacts)
        return float(networkx.constraint(graph, nodes=["me"])["me"])


@attrs.define
class _Contact:
    tie: Tie
    name: str | None = None
    organisation: str | None = None
    since: str = ""
    """Empty until the contact was made."""
    counted: str = ""
    """The last month in which it was counted as active."""


@projection("network-growth")
class NetworkGrowth(Tunable):
    """The ties to contacts, how they grew, and how they fade.

    The strength of a tie is 1 - Π(1 - g·d(Δ, h)) over touches: each adds to what the others left
    open. g is the weight of the touch's depth, h the half-life of the contact's kind. A touch is
    whatever passes between two people: making the contact, being in touch, meeting at a
    gathering, helping, an introduction, a door that a contact opened, an award, a recommendation
    or thanks from a contact (depth 2), an endorsement (depth 1), a mentoring's start and end
    (depth 3).

    Bands are kept apart, and weak ties are not a fault: most moves come through weaker ties
    (Granovetter, 1973; Rajkumar et al., 2022), and dormant ones bring more novel advice than
    current ones when they are woken (Levin, Walter & Murnighan, 2011).

    Parameters:
        half_lives: Days by kind of contact, ``HALF_LIVES``.
        depths: Weight by depth of a touch, ``DEPTHS``.
        dormant_after: Days without a touch after which a contact is dormant, 1096.
        bands: The strength from which a tie is strong, or moderate, ``BANDS``.
    """

    half_lives: ClassVar[Mapping[ContactKind, HalfLife]] = HALF_LIVES
    depths: ClassVar[Mapping[Depth, Share]] = DEPTHS
    dormant_after: ClassVar[Days] = 1096
    bands: ClassVar[Mapping[Literal["strong", "moderate"], Share]] = BANDS

    contacts: dict[str, _Contact] = {}
    touches: Touches = attrs.field(factory=Touches)
    new: dict[str, int] = {}
    active: dict[str, int] = {}
    slept: list[tuple[float, int]] = []
    """The day on which each dormancy began, and the day of the touch that ended it."""
    pairs: set[tuple[str, str]] = set()
    mentorings: set[str] = set()
    """By a contact, also those that have ended."""
    helped: int = 0
    doors: int = 0
    today: int = 0
    """Ordinal of the last day of a touch."""
    _past: list[NetworkMonth] = attrs.field(factory=list[NetworkMonth], eq=False, init=False)
    """The months before today's: nothing that is folded later can change them."""

    @on(Action, where=touches_contacts)
    def touch(self, event: Action, entry: Entry[Action]) -> None:
        on = event.on
        self.today = day = on.ordinal
        people, depth = self.touches.of(event)
        weight = self.depths[depth]
        month = None if on.precision == "year" else on.month
        for id_ in people:
            contact = self._contact(id_)
            tie = contact.tie
            if contact.since:
                asleep = self._asleep_from(contact)
                if asleep <= day:
                    self.slept.append((asleep, day))
                if month is not None and contact.counted != month:
                    self._count_as_active(contact, month)
            tie.touch(on, depth, weight, entry.seq)

    @on(ContactMade)
    def make(self, event: ContactMade) -> None:
        if event.contact == ME:
            return
        contact = self._contact(event.contact)
        contact.name, contact.organisation = event.name, event.organisation
        self._become(contact, event.kind)
        if not contact.since:
            # Only from here on does it count: what it was before belongs to no month.
            contact.since = str(event.on)
            self.new[event.on.month] = self.new.get(event.on.month, 0) + 1
            if event.on.precision != "year":
                self._count_as_active(contact, event.on.month)
        if event.via is not None:
            self._tie(ME, event.contact)
            self._tie(event.via, event.contact)

    @on(ContactUpdated)
    def update(self, event: ContactUpdated) -> None:
        contact = self._contact(event.contact)
        contact.organisation = event.organisation or contact.organisation
        if event.kind is not None:
            self._become(contact, event.kind)

    @on(MentoringStarted)
    def be_mentored(self, event: MentoringStarted) -> None:
        if event.role == "mentor":
            self.mentorings.add(event.mentoring)
        else:
            self.mentorings.discard(event.mentoring)

    @on(HelpGiven)
    def help(self, _event: HelpGiven) -> None:
        self.helped += 1

    @on(IntroductionMade)
    def introduce(self, event: IntroductionMade) -> None:
        people = {event.introducer, *event.introduced}
        for person in people:
            for other in people - {person}:
                self._tie(person, other)

    @on(DoorOpened)
    def open_door(self, _event: DoorOpened) -> None:
        self.doors += 1

    def _contact(self, id_: str) -> _Contact:
        contact = self.contacts.get(id_)
        if contact is None:
            tie = Tie("other", Strength(self.half_lives["other"]))
            contact = self.contacts[id_] = _Contact(tie)
        return contact

    def _become(self, contact: _Contact, kind: ContactKind) -> None:
        contact.tie.become(kind, self.half_lives[kind], self.depths)

    def _tie(self, one: str, other: str) -> None:
        self.pairs.add((min(one, other), max(one, other)))

    def _count_as_active(self, contact: _Contact, month: str) -> None:
        self.active[month] = self.active.get(month, 0) + 1
        contact.counted = month

    def _asleep_from(self, contact: _Contact) -> float:
        """Return the day from which a contact is dormant, if nothing more happens."""
        return contact.tie.day + self.dormant_after

    def view(self, at: date) -> NetworkGrowthView:
        """Return the answer at a date on or after the last touch."""
        today = at.toordinal()
        ties = [
            self._tie_on(today, id_, contact)
            for id_, contact in self.contacts.items()
            if contact.since
        ]
        ties.sort(key=lambda tie: (-tie.strength, tie.contact))
        bands: dict[Band, int] = {"strong": 0, "moderate": 0, "weak": 0, "dormant": 0}
        for tie in ties:
            bands[tie.band] += 1
        dormant = sorted(
            (tie for tie in ties if tie.band == "dormant"),
            key=lambda tie: (-tie.touches, tie.contact),
        )
        return NetworkGrowthView(
            at=at,
            contacts=tuple(ties),
            months=tuple(self._months(at)),
            bands=immutabledict(bands),
            active=len(ties) - len(dormant),
            reconnectable=tuple(tie.contact for tie in dormant),
            diversity=_diversity(tie.organisation for tie in ties),
            introductions=tuple(sorted(self.pairs)),
            mentors=sum(f"mentoring:{id_}" in self.touches.going_on for id_ in self.mentorings),
            helped=self.helped,
            doors=self.doors,
        )

    def _band(self, strength: float) -> Band:
        if strength >= self.bands["strong"]:
            return "strong"
        return "moderate" if strength >= self.bands["moderate"] else "weak"

    def _tie_on(self, today: int, id_: str, contact: _Contact) -> ContactTie:
        tie = contact.tie
        asleep = self._asleep_from(contact) <= today
        strength = tie.strength.on(today)
        view = ContactTie(
            contact=id_,
            name=contact.name or id_,
            kind=tie.kind,
            organisation=contact.organisation,
            since=dated(contact.since),
            last_touch=beginning(tie.day, tie.length),
            touches=tie.touches,
            strength=strength,
            band="dormant" if asleep else self._band(strength),
        )
        view.rest_on(tie.strength.largest(today))
        return view

    def attribute(self, _history: Iterable[Entry[Event]], at: date) -> dict[int, float]:
        """Return each entry's share of the strength of all ties.

        The strength of a tie is divided among its touches as the logarithms of what each leaves
        open, ln(1 - g·d): the one division that sums to the strength and in which the order of
        touches does not matter.

        Args:
            at: The date of the answer.
        """
        shares: dict[int, float] = {}
        today = at.toordinal()
        for contact in self.contacts.values():
            if contact.since:
                strength = contact.tie.strength.on(today)
                weights = list(contact.tie.weights(today, self.depths))
                logs = [log1p(-weight) if weight < 1.0 else -inf for _, weight in weights]
                if -inf in logs:  # some leave nothing open: they share alike
                    logs = [-1.0 if part == -inf else 0.0 for part in logs]
                total = fsum(logs)
                for part, (seq, _) in zip(logs, weights, strict=True):
                    if part:
                        shares[seq] = shares.get(seq, 0.0) + strength * (part / total)
        return shares

    def _months(self, at: date) -> Iterator[NetworkMonth]:
        """Yield every month from the first contact on, also those in which nothing happened."""
        if not self.new:
            return
        yield from self._past
        falls = [first for first, _ in self.slept]
        falls += [self._asleep_from(contact) for contact in self.contacts.values() if contact.since]
        falls.sort()
        woken = sorted(last for _, last in self.slept)
        cumulative = self._past[-1].cumulative if self._past else 0
        first = (
            _month_number(self._past[-1].month) + 1 if self._past else _month_number(min(self.new))
        )
        for number in range(first, at.year * 12 + at.month):
            month, last_day = _month(number)
            end = min(last_day, at.toordinal())
            cumulative += self.new.get(month, 0)
            network_month = NetworkMonth(
                month=month,
                new=self.new.get(month, 0),
                cumulative=cumulative,
                active=self.active.get(month, 0),
                dormant=bisect_right(falls, end) - bisect_right(woken, end),
            )
            if last_day < self.today:
                self._past.append(network_month)
            yield network_month


def _month_number(month: str) -> int:
    return int(month[:4]) * 12 + int(month[5:]) - 1


@lru_cache(maxsize=4096)
def _month(number: int) -> tuple[str, int]:
    """Return a month, and the ordinal of its last day."""
    year, month = divmod(number + 1, 12)
    after = _NEVER if year > date.max.year else date(year, month + 1, 1).toordinal()
    return f"{number // 12:04}-{number % 12 + 1:02}", after - 1


_NEVER: Final = date.max.toordinal() + 1
"""The day after the last that a calendar has."""


def _diversity(organisations: Iterable[str | None]) -> float | None:
    """Return Blau's index of heterogeneity, 1 - Σ share² (Blau, 1977)."""
    counts: dict[str, int] = {}
    for organisation in organisations:
        if organisation is not None:
            counts[organisation] = counts.get(organisation, 0) + 1
    total = sum(counts.values())
    return 1.0 - fsum((n / total) ** 2 for n in counts.values()) if total else None
