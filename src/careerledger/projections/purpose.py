"""Does my work supply what I value beyond pay?"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from math import fsum
from typing import Annotated, ClassVar, Final

import attrs

from careerledger.dates import PartialDate
from careerledger.events import Interval
from careerledger.events.purpose import EnergyRated, RoleValueRated, ValueWeighted
from careerledger.events.role import RoleChanged, RoleEnded, RoleStarted
from careerledger.history import Entry
from careerledger.projections import Evidence, Tunable, View, on, projection
from careerledger.projections.rules.ends import ends, record_end

__all__ = [
    "EnergyMonth",
    "EnergySource",
    "PayPoint",
    "Purpose",
    "PurposeView",
    "RoleFit",
    "ValueFit",
]

TOP: Final = 10
"""How many entries the fit names as its evidence."""


@attrs.frozen(kw_only=True)
class ValueFit(View):
    """What a role supplies of one value."""

    value: str
    importance: float
    """What is wanted of it and what it weighs, 0..1."""
    supplied: float
    """0..1."""
    loss: float
    """What it takes from the fit of the role, 0..1."""
    on: PartialDate
    seq: int
    """Number of the entry that rates it."""


@attrs.frozen(kw_only=True)
class PayPoint(View):
    """What a role paid from a date on."""

    on: PartialDate
    pay: float
    """Per year."""
    currency: str | None
    """As the start of the role states it."""
    seq: int
    """Number of the entry."""


@attrs.frozen(kw_only=True)
class RoleFit(View):
    """How far one role supplies what is valued."""

    role: str
    title: str | None
    """None: the start of the role was not recorded."""
    started: PartialDate | None
    open: bool
    """Whether it is held at the date of the view."""
    fit: float | None
    """0..1; None where no value is both weighted and rated for the role, or too little is."""
    coverage: float | None
    """The share of all importance that is rated for the role, 0..1; None where no value has any."""
    values: tuple[ValueFit, ...]
    """Largest loss first."""
    unrated: tuple[str, ...]
    """Values of any importance that are not rated for the role, the most important first."""
    pay: tuple[PayPoint, ...]
    """Oldest first; no part of the fit."""


@attrs.frozen(kw_only=True)
class EnergyMonth(View):
    """The energy that one month's ratings speak of."""

    month: str
    level: float
    """The mean, -2..+2."""
    count: int
    """Ratings."""


@attrs.frozen(kw_only=True)
class EnergySource(View):
    """The energy that one role, project or other thing gives or takes."""

    about: str
    level: float
    """The mean, -2..+2."""
    count: int
    """Ratings."""
    months: tuple[EnergyMonth, ...]
    """Those with a rating, oldest first."""


@attrs.frozen(kw_only=True)
class PurposeView(View):
    """The answer of Purpose."""

    HEADLINE: ClassVar[str] = "fit"

    at: date
    fit: float | None
    """The mean of the fits of the open roles, 0..1; None where none has one."""
    roles: tuple[RoleFit, ...]
    """In the order they started; those without a recorded start last."""
    unrated: tuple[str, ...]
    """Values of any importance that some open role is not rated for, the most important first."""
    energy: tuple[EnergyMonth, ...]
    """All ratings by month, oldest first; months without any are left out, and so are ratings whose
    date is only a year."""
    sources: tuple[EnergySource, ...]
    """The same by what the ratings are about, what gives the most energy first."""
    evidence: tuple[Evidence, ...]
    """The ratings of open roles that lower ``fit`` most, largest share first; at most 10. With
    all of them, the shares and ``fit`` would add up to 1."""


@attrs.define
class _Role:
    title: str
    on: str
    seq: int
    last: int | None = None
    """Ordinal of the last day; None while it goes on."""

    def end(self, on: PartialDate) -> None:
        """Return the last day; of "2019-03 to 2019" only the year of the end is known."""
        self.last = on.last_day.toordinal()


@projection("purpose")
class Purpose(Tunable):
    """How far roles supply what is valued, and what gives energy.

    For a role, fit = 1 - Σ w·max(0, want - supplied) / Σ w over the values that are weighted above
    0 and rated for the role: only a shortfall hurts, and supply beyond the need does not (Edwards &
    Cable, 2009, "The value of value congruence"). Importance is stated once, so it is the want and
    the weight alike; a value of little importance can therefore take little from the fit, even
    when it is not supplied at all. The latest importance and the latest ratings count. The
    fit of several roles held at once is their mean. Pay is shown beside the fit, and never
    changes it.

    A role is held until its last day; a date of month or year precision counts from its first day.

    Parameters: ``coverage``, the share of all importance that must be rated for a role to have a
    fit. Default 0: any rating will do, and what is not rated is named beside the fit.
    """

    coverage: ClassVar[Annotated[float, Interval(ge=0, le=1)]] = 0

    importances: dict[str, float] = {}
    supplies: dict[str, dict[str, tuple[float, str, int]]] = {}
    """By role and value: what is supplied, date and entry number."""
    roles: dict[str, _Role] = {}
    ends: dict[str, str] = {}
    """The end of each role, also before its start: 2024 comes before 2024-03 in the history."""
    pay: dict[str, list[tuple[str, float, str | None, int]]] = {}
    """By role: date, pay, currency and entry number, in history order."""
    currencies: dict[str, str | None] = {}
    energy: dict[str, dict[str, tuple[int, int]]] = {}
    """By what it is about and month, or year where no more is known: sum of the levels, and how
    many there are."""

    @on(ValueWeighted)
    def weigh(self, event: ValueWeighted) -> None:
        self.importances[event.value] = event.importance

    @on(RoleValueRated)
    def rate(self, event: RoleValueRated, entry: Entry[RoleValueRated]) -> None:
        supplied = self.supplies.setdefault(event.role, {})
        supplied[event.value] = (event.supplied, str(event.on), entry.seq)

    @on(RoleStarted)
    def start(self, event: RoleStarted, entry: Entry[RoleStarted]) -> None:
        role = _Role(event.title, str(event.on), entry.seq)
        self.roles[event.role] = role
        ended = self.ends.get(event.role)
        if ended is not None and ends(ended, event.on):
            role.end(PartialDate(ended))
        self.currencies[event.role] = event.currency
        self._pay(event.role, event.on, event.pay, entry.seq)

    @on(RoleChanged)
    def change(self, event: RoleChanged, entry: Entry[RoleChanged]) -> None:
        if event.role in self.roles:
            role = self.roles[event.role]
            role.title = event.title or role.title
        self._pay(event.role, event.on, event.pay, entry.seq)

    def _pay(self, role: str, on: PartialDate, pay: float | None, seq: int) -> None:
        if pay is not None:
            points = self.pay.setdefault(role, [])
            points.append((str(on), pay, self.currencies.get(role), seq))

    @on(RoleEnded)
    def end(self, event: RoleEnded) -> None:
        if record_end(self.ends, event.role, event.on) and event.role in self.roles:
            self.roles[event.role].end(event.on)

    @on(EnergyRated)
    def feel(self, event: EnergyRated) -> None:
        months = self.energy.setdefault(event.about, {})
        when = str(event.on)[:_MONTH]
        total, count = months.get(when, (0, 0))
        months[when] = (total + event.level, count + 1)

    def view(self, at: date) -> PurposeView:
        """Return the answer at a date on or after the last entry."""
        roles = tuple(self._role(id_, at) for id_ in self._ids())
        current = [role for role in roles if role.open]
        fits = [role.fit for role in current if role.fit is not None]
        missing = {value for role in current for value in role.unrated}
        return PurposeView(
            at=at,
            fit=fsum(fits) / len(fits) if fits else None,
            roles=roles,
            unrated=tuple(value for value in self._values() if value in missing),
            energy=_months(self.energy.values()),
            sources=tuple(sorted(self._sources(), key=lambda one: (-one.level, one.about))),
            evidence=_evidence(
                [value for role in current if role.fit is not None for value in role.values],
                len(fits),
            ),
        )

    def _ids(self) -> list[str]:
        """Return the roles that started, in that order, then those that other entries name."""
        started = sorted(self.roles, key=lambda id_: (self.roles[id_].on, self.roles[id_].seq))
        return started + sorted((self.supplies.keys() | self.pay.keys()) - self.roles.keys())

    def _values(self) -> list[str]:
        """Return the values of any importance, the most important first."""
        values = (value for value, importance in self.importances.items() if importance)
        return sorted(values, key=lambda value: (-self.importances[value], value))

    def _role(self, id_: str, at: date) -> RoleFit:
        role = self.roles.get(id_)
        supplied = self.supplies.get(id_, {})
        weighted = self._values()
        rated = [value for value in weighted if value in supplied]
        whole = fsum(self.importances[value] for value in rated)
        wanted = fsum(self.importances[value] for value in weighted)
        coverage = whole / wanted if weighted else None
        covered = coverage is not None and coverage >= self.coverage
        lost = {value: self._shortfall(value, supplied[value][0]) for value in rated}
        values = [
            ValueFit(
                value=value,
                importance=self.importances[value],
                supplied=supplied[value][0],
                loss=lost[value] / whole,
                on=PartialDate(supplied[value][1]),
                seq=supplied[value][2],
            )
            for value in rated
        ]
        return RoleFit(
            role=id_,
            title=role.title if role else None,
            started=PartialDate(role.on) if role else None,
            open=role is not None and (role.last is None or role.last >= at.toordinal()),
            fit=1 - fsum(lost.values()) / whole if rated and covered else None,
            coverage=coverage,
            values=tuple(sorted(values, key=lambda value: (-value.loss, value.value))),
            unrated=tuple(value for value in weighted if value not in supplied),
            pay=tuple(
                PayPoint(
                    on=PartialDate(day),
                    pay=pay,
                    # A change may come before the start that states the currency.
                    currency=currency or self.currencies.get(id_),
                    seq=seq,
                )
                for day, pay, currency, seq in self.pay.get(id_, [])
            ),
        )

    def _shortfall(self, value: str, supplied: float) -> float:
        want = weight = self.importances[value]
        return weight * max(0.0, want - supplied)

    def _sources(self) -> Iterator[EnergySource]:
        for about, months in self.energy.items():
            count = sum(number for _, number in months.values())
            total = sum(levels for levels, _ in months.values())
            yield EnergySource(
                about=about, level=total / count, count=count, months=_months([months])
            )


_MONTH: Final = 7
"""The length of a month's text."""


def _months(parts: Iterable[Mapping[str, tuple[int, int]]]) -> tuple[EnergyMonth, ...]:
    """Return the mean rating of each month."""
    totals: dict[str, int] = {}
    counts: dict[str, int] = {}
    for part in parts:
        for month, (total, count) in part.items():
            if len(month) < _MONTH:
                continue  # a rating of a year speaks of no month
            totals[month] = totals.get(month, 0) + total
            counts[month] = counts.get(month, 0) + count
    return tuple(
        EnergyMonth(month=month, level=totals[month] / counts[month], count=counts[month])
        for month in sorted(counts)
    )


def _evidence(values: Iterable[ValueFit], roles: int) -> tuple[Evidence, ...]:
    """Return the ratings that lower the mean fit of a number of roles most."""
    shares = [
        Evidence(seq=value.seq, on=value.on, share=value.loss / roles)
        for value in values
        if value.loss
    ]
    shares.sort(key=lambda evidence: (-evidence.share, evidence.on, evidence.seq))
    return tuple(shares[:TOP])
