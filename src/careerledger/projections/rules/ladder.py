"""Define a rise: a higher level or a larger scope than before."""

from heapq import heappop, heappush
from typing import NamedTuple

import attrs

from careerledger.dates import PartialDate
from careerledger.events.role import RoleChanged, RoleEnded, RoleStarted
from careerledger.projections.rules.ends import ends, record_end

_Rungs = tuple[float | None, float | None]
"""Level and scope; None: not said."""

_NOT_SAID: _Rungs = (None, None)


class Rise(NamedTuple):
    """A role rose, or began above all before it."""

    seq: int
    """Number of the entry that it rests on."""
    larger: bool
    """Whether the scope did."""


@attrs.define
class _Held:
    rungs: _Rungs
    """The highest so far."""
    last: int | None = None
    """Ordinal of the last day; None while it goes on."""

    def on(self, day: int) -> bool:
        """Whether it is held on a day, once it began."""
        return self.last is None or self.last >= day


@attrs.define
class Ladder:
    """The levels and scopes of roles, for projections to hold and to feed with role events.

    A role that starts is a rise when its level or scope is above all that were held before,
    whichever role they were held in. A change is one when it is above what the role itself has
    had, and above what each other role held on that day has had; a role that never said its level
    or scope is compared with all before it. So a step down and up again is no rise, and neither
    is a step in a side role below the main one, but a first promotion after a fresh start is. What
    was never said before cannot rise. A change wholly after the role's end counts nowhere; one
    that comes before its start in the history but shares a day with it counts from the start on.
    """

    highest: _Rungs = _NOT_SAID
    roles: dict[str, _Held] = attrs.field(factory=dict[str, _Held])
    changes: dict[str, list[tuple[str, _Rungs, int]]] = attrs.field(
        factory=dict[str, list[tuple[str, _Rungs, int]]]
    )
    """Changes before their role's start, by role: "2020" comes before "2020-03" in the history."""
    ends: dict[str, str] = attrs.field(factory=dict[str, str])
    """The end of each role, also before its start."""
    _heaps: tuple[list[tuple[float, str]], list[tuple[float, str]]] | None = attrs.field(
        default=None, eq=False, init=False
    )
    """Levels and scopes of the roles, negative, the highest first, each with its role; some of them
    are out of date. Not part of a snapshot."""

    def start(self, event: RoleStarted, seq: int) -> list[Rise]:
        """Return the rises of a role that starts: its own, and by changes in its first period."""
        rungs = (event.level, event.scope)
        rises = _rise(rungs, self.highest, seq)
        role = self.roles[event.role] = _Held(rungs)
        self.highest = _higher(self.highest, rungs)
        ended = self.ends.get(event.role)
        if ended is not None and ends(ended, event.on):
            role.last = PartialDate(ended).last_day.toordinal()
        self._push(event.role)
        for on, later, change in self.changes.pop(event.role, ()):
            if PartialDate(on).last_day >= event.on.first_day:
                rises += self._become(event.role, later, event.on, change)
        return rises

    def change(self, event: RoleChanged, seq: int) -> list[Rise]:
        """Return the rise that a change of a role is, if it is one."""
        rungs = (event.level, event.scope)
        if event.role not in self.roles:
            self.changes.setdefault(event.role, []).append((str(event.on), rungs, seq))
            return []
        return self._become(event.role, rungs, event.on, seq)

    def end(self, event: RoleEnded) -> None:
        """Record the end of a role."""
        role = self.roles.get(event.role)
        if record_end(self.ends, event.role, event.on) and role is not None:
            role.last = event.on.last_day.toordinal()
            self._push(event.role)

    def _become(self, id_: str, rungs: _Rungs, on: PartialDate, seq: int) -> list[Rise]:
        role = self.roles[id_]
        if not role.on(on.ordinal):
            return []
        held = self._highest_on(on.ordinal)
        level, scope = (
            highest if own is None else together
            for own, together, highest in zip(role.rungs, held, self.highest, strict=True)
        )
        role.rungs = _higher(role.rungs, rungs)
        self._push(id_)
        self.highest = _higher(self.highest, rungs)
        return _rise(rungs, (level, scope), seq)

    def _highest_on(self, day: int) -> _Rungs:
        """Return the highest level and scope of the roles held on a day, none before the last."""
        if self._heaps is None:
            self._heaps = ([], [])
            for id_ in self.roles:
                self._push(id_)
        for rung, heap in enumerate(self._heaps):
            while heap and not self._is_held(rung, *heap[0], day):
                heappop(heap)
        levels, scopes = self._heaps
        return (-levels[0][0] if levels else None, -scopes[0][0] if scopes else None)

    def _is_held(self, rung: int, negative: float, id_: str, day: int) -> bool:
        role = self.roles[id_]
        return role.rungs[rung] == -negative and role.on(day)

    def _push(self, id_: str) -> None:
        """Note the level and scope of a role that began, rose, or ended on another day."""
        for value, heap in zip(self.roles[id_].rungs, self._heaps or (), strict=False):
            if value is not None:
                heappush(heap, (-value, id_))


def _higher(one: _Rungs, other: _Rungs) -> _Rungs:
    level, scope = (
        b if a is None else a if b is None else max(a, b) for a, b in zip(one, other, strict=True)
    )
    return level, scope


def _rise(new: _Rungs, before: _Rungs, seq: int) -> list[Rise]:
    """Return the rise from the rungs before to the new ones, or none."""
    level, scope = (
        a is not None and b is not None and a > b for a, b in zip(new, before, strict=True)
    )
    return [Rise(seq, larger=scope)] if level or scope else []
