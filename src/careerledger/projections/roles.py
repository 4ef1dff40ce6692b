"""What have I held?"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from operator import itemgetter
from typing import ClassVar, Literal

import attrs

from careerledger.dates import PartialDate
from careerledger.events.role import RoleChanged, RoleEnded, RoleStarted
from careerledger.history import Entry
from careerledger.projections import Days, Tunable, View, on, projection
from careerledger.projections.rules.ends import ends, supersedes
from careerledger.projections.rules.part_cache import PartCache
from careerledger.projections.view import dated

__all__ = ["Change", "Employer", "Gap", "Overlap", "Role", "Roles", "RolesView", "Title"]


@attrs.frozen(kw_only=True)
class Title(View):
    """A title of a role, and the time it was used."""

    title: str
    since: PartialDate
    until: PartialDate | None
    """When the next title or the end of the role came; None while it holds."""
    seq: int
    """Number of the entry that gave it."""


@attrs.frozen(kw_only=True)
class Change(View):
    """A level, scope or pay that became another within a role."""

    on: PartialDate
    what: Literal["level", "scope", "pay"]
    before: float | None
    """None where it was not stated before."""
    value: float
    """The new level, scope or pay."""
    seq: int
    """Number of the entry that states it."""


@attrs.frozen(kw_only=True)
class Role(View):
    """A role as it was last held."""

    role: str
    organisation: str
    title: str
    industry: str | None
    started: PartialDate
    ended: PartialDate | None
    """None while it goes on."""
    reason: str | None
    """Why it ended, as far as stated."""
    days: int
    """Days held, its first and last day included; 0 where it ended before it started."""
    level: int | None
    """The last one stated; None where none was."""
    scope: float | None
    """The last one stated; None where none was."""
    pay: float | None
    """The last one stated: per year, in ``currency``; None where none was."""
    currency: str | None
    titles: tuple[Title, ...]
    """In the order they were held."""
    changes: tuple[Change, ...]
    """In the order they came."""
    seq: int
    """Number of the entry that started it."""


@attrs.frozen(kw_only=True)
class Employer(View):
    """An organisation, and the roles held there."""

    organisation: str
    started: PartialDate
    """The first start of a role there."""
    ended: PartialDate | None
    """The last end; None while any role goes on."""
    days: int
    """Days in any role there; a day in two roles counts once."""
    roles: tuple[Role, ...]
    """In the order they started."""


@attrs.frozen(kw_only=True)
class Overlap(View):
    """A time in which more than one role was held."""

    roles: tuple[str, ...]
    """All that were held in it, in the order they started; not all need to have met."""
    since: date
    until: date
    """Its last day."""
    days: int
    """Days in it, the first and last included."""


@attrs.frozen(kw_only=True)
class Gap(View):
    """A time without any role."""

    since: date
    until: date
    """Its last day; the date of the view where it goes on."""
    days: int
    """Days in it, the first and last included."""


@attrs.frozen(kw_only=True)
class RolesView(View):
    """The answer of Roles."""

    HEADLINE: ClassVar[str] = "days"

    at: date
    days: int | None
    """Days in any role, each counted once; None without a role."""
    employers: tuple[Employer, ...]
    """In the order of the first start there."""
    overlaps: tuple[Overlap, ...]
    """Oldest first, with at least a day between any two."""
    gaps: tuple[Gap, ...]
    """From the first start to the date of the view, oldest first."""

    @property
    def roles(self) -> tuple[Role, ...]:
        """The roles at all employers, in the order they started."""
        roles = (role for employer in self.employers for role in employer.roles)
        return tuple(sorted(roles, key=lambda role: (role.started, role.seq)))


@attrs.define
class _Start:
    on: str
    seq: int
    organisation: str
    title: str
    level: int | None
    scope: float | None
    industry: str | None
    pay: float | None
    currency: str | None


@attrs.define
class _Change:
    on: str
    seq: int
    title: str | None
    level: int | None
    scope: float | None
    pay: float | None


_Span = tuple[int, int]
"""Ordinals of a first and a last day."""


@projection("roles")
class Roles(Tunable):
    """The employers of a career, the roles within them, and the titles within roles.

    A role is held from the first day of the date it started on to the last day of the date it
    ended on, both included, and never beyond the date of the view: "2019" to "2020" is two years,
    and what ended in "2020-03" leaves no gap before "2020-04". An end that lies wholly before the
    start ends nothing.

    A change is part of a role where its date, which may be a whole year, shares a day with
    the time of the role; other changes count nowhere. An id that is introduced again stands for
    the later role alone.

    Parameters: ``gap_days``, the shortest time without a role that counts as a gap; default 1,
    so that the gaps and ``days`` make up all the time since the first start.
    """

    gap_days: ClassVar[Days] = 1

    started: dict[str, _Start] = {}
    """In history order."""
    changes: dict[str, list[_Change]] = {}
    """By role, also before its start: "2020" comes before "2020-03" in the history."""
    ends: dict[str, tuple[str, str | None]] = {}
    """Date and reason by role, also before its start."""
    _roles: PartCache[tuple[Role, _Span]] = attrs.field(
        factory=PartCache[tuple[Role, _Span]], eq=False, init=False
    )

    @on(RoleStarted)
    def start(self, event: RoleStarted, entry: Entry[RoleStarted]) -> None:
        self._roles.mark_changed(event.role)
        self.started.pop(event.role, None)
        self.started[event.role] = _Start(
            on=str(event.on),
            seq=entry.seq,
            organisation=event.organisation,
            title=event.title,
            level=event.level,
            scope=event.scope,
            industry=event.industry,
            pay=event.pay,
            currency=event.currency,
        )

    @on(RoleChanged)
    def change(self, event: RoleChanged, entry: Entry[RoleChanged]) -> None:
        change = _Change(
            on=str(event.on),
            seq=entry.seq,
            title=event.title,
            level=event.level,
            scope=event.scope,
            pay=event.pay,
        )
        self.changes.setdefault(event.role, []).append(change)
        self._roles.mark_changed(event.role)

    @on(RoleEnded)
    def end(self, event: RoleEnded) -> None:
        before = self.ends.get(event.role)
        if supersedes(event.on, before[0] if before else None):
            self.ends[event.role] = (str(event.on), event.reason)
            self._roles.mark_changed(event.role)

    def view(self, at: date) -> RolesView:
        """Return the answer at a date on or after the last entry."""
        roles = [_cut_off(role, at) for role in self._roles.all(self.started, self._role)]
        by_organisation: dict[str, list[tuple[Role, _Span]]] = {}
        for role, span in roles:
            by_organisation.setdefault(role.organisation, []).append((role, span))
        spans = {role.role: span for role, span in roles}
        covered = list(_union(spans.values()))
        return RolesView(
            at=at,
            days=sum(map(_days, covered)) if spans else None,
            employers=tuple(
                _employer(organisation, held_there)
                for organisation, held_there in by_organisation.items()
            ),
            overlaps=tuple(_overlaps(spans)),
            gaps=tuple(gap for gap in _gaps(covered, at) if gap.days >= self.gap_days),
        )

    def _end(self, id_: str) -> tuple[PartialDate | None, str | None]:
        """Return the date of a role's end and the reason; None and None while it goes on."""
        day, reason = self.ends.get(id_, ("", None))
        if day and ends(day, self.started[id_].on):
            return dated(day), reason
        return None, None

    def _role(self, id_: str) -> tuple[Role, _Span]:
        """Return a role with its whole time, which has no end as long as the role goes on."""
        start = self.started[id_]
        began = dated(start.on)
        ended, reason = self._end(id_)
        last = date.max if ended is None else ended.last_day
        span = began.ordinal, last.toordinal()
        changes = [
            change
            for change in self.changes.get(id_, ())
            if (on := dated(change.on)).ordinal <= span[1]
            and (on.ordinal >= span[0] or ends(on, began))
        ]
        levels = list(_changed("level", start.level, ((c, c.level) for c in changes)))
        scopes = list(_changed("scope", start.scope, ((c, c.scope) for c in changes)))
        pays = list(_changed("pay", start.pay, ((c, c.pay) for c in changes)))
        titles = _titles(start, changes, ended)
        role = Role(
            role=id_,
            organisation=start.organisation,
            title=titles[-1].title,
            industry=start.industry,
            started=began,
            ended=ended,
            reason=reason,
            days=_days(span),
            level=next((c.level for c in reversed(changes) if c.level is not None), start.level),
            scope=scopes[-1].value if scopes else start.scope,
            pay=pays[-1].value if pays else start.pay,
            currency=start.currency,
            titles=titles,
            changes=tuple(sorted([*levels, *scopes, *pays], key=_by_place)),
            seq=start.seq,
        )
        return role, span


def _cut_off(role: tuple[Role, _Span], at: date) -> tuple[Role, _Span]:
    """Return a role with its time up to a date."""
    whole, (first, last) = role
    if last <= at.toordinal():
        return role
    span = first, at.toordinal()
    return attrs.evolve(whole, days=_days(span)), span


def _employer(organisation: str, roles_and_spans: list[tuple[Role, _Span]]) -> Employer:
    roles = tuple(role for role, _ in roles_and_spans)
    ended = [role.ended for role in roles if role.ended is not None]
    return Employer(
        organisation=organisation,
        started=roles[0].started,
        ended=max(ended, key=_by_last_day) if len(ended) == len(roles) else None,
        days=sum(map(_days, _union(span for _, span in roles_and_spans))),
        roles=roles,
    )


def _by_last_day(on: PartialDate) -> tuple[date, str]:
    return on.last_day, on


def _by_place(change: Change) -> tuple[str, int]:
    return change.on, change.seq


def _changed(
    what: Literal["level", "scope", "pay"],
    before: float | None,
    stated: Iterable[tuple[_Change, float | None]],
) -> Iterator[Change]:
    """Yield the changes of a value; stating the same value again changes nothing."""
    for change, value in stated:
        if value is not None and value != before:
            yield Change(on=dated(change.on), what=what, before=before, value=value, seq=change.seq)
            before = value


def _titles(
    start: _Start, changes: Iterable[_Change], ended: PartialDate | None
) -> tuple[Title, ...]:
    titles = [(start.title, start.on, start.seq)]
    for change in changes:
        if change.title is not None and change.title != titles[-1][0]:
            titles.append((change.title, change.on, change.seq))
    untils = [*(dated(since) for _, since, _ in titles[1:]), ended]
    return tuple(
        Title(title=title, since=dated(since), until=until, seq=seq)
        for (title, since, seq), until in zip(titles, untils, strict=True)
    )


def _days(span: _Span) -> int:
    return max(0, span[1] - span[0] + 1)


def _union(spans: Iterable[_Span]) -> Iterator[_Span]:
    """Yield the times that any of these covers, in order, with at least a day between any two."""
    whole: _Span | None = None
    for first, last in sorted(span for span in spans if _days(span)):
        if whole is not None and first > whole[1] + 1:
            yield whole
            whole = None
        whole = (first, last) if whole is None else (whole[0], max(whole[1], last))
    if whole is not None:
        yield whole


def _overlaps(spans: dict[str, _Span]) -> Iterator[Overlap]:
    """Yield the times that several spans cover; the spans come in the order of their first days."""
    places = {id_: place for place, id_ in enumerate(spans)}
    shared: _Span | None = None
    roles: set[str] = set()
    lasting: tuple[int, str] = (0, "")
    """The last day of the span that reaches furthest, and its role."""
    for id_, (first, last) in spans.items():
        until = min(last, lasting[0])
        if first <= until:
            if shared is not None and first > shared[1] + 1:
                yield _overlap(shared, sorted(roles, key=places.__getitem__))
                shared, roles = None, set()
            shared = (first, until) if shared is None else (shared[0], max(shared[1], until))
            roles |= {lasting[1], id_}
        lasting = max(lasting, (last, id_), key=itemgetter(0))
    if shared is not None:
        yield _overlap(shared, sorted(roles, key=places.__getitem__))


def _overlap(span: _Span, roles: Sequence[str]) -> Overlap:
    first, last = map(date.fromordinal, span)
    return Overlap(roles=tuple(roles), since=first, until=last, days=_days(span))


def _gaps(covered: list[_Span], at: date) -> Iterator[Gap]:
    """Yield the gaps between times, and from the last one to a date."""
    starts = [*(first for first, _ in covered[1:]), at.toordinal() + 1]
    for (_, last), start in zip(covered, starts, strict=False):
        gap = (last + 1, start - 1)
        if _days(gap):
            yield Gap(
                since=date.fromordinal(gap[0]), until=date.fromordinal(gap[1]), days=_days(gap)
            )
