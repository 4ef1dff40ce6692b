"""``given``: example tests that read like sentences; a failure lists the entries involved."""

import operator
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time
from typing import Any, Final, Self, cast

import attrs

from careerledger.dates import DateLike, as_of
from careerledger.events import Action, Event
from careerledger.ledger import Ledger
from careerledger.projections import Projection
from careerledger.projections.base import meta_of
from careerledger.testing._careers import Amended, Career, Clock, Step, new_ledger
from careerledger.testing._python_code import PythonCode

_MAX_LISTED: Final = 30
"""How many entries a failure lists."""


def given(
    career: "Career | Ledger | Step | Iterable[Step]" = (),
    /,
    *more: Step,
    today: DateLike | None = None,
) -> "Given":
    """Begin an example test with the events that happened.

        given(
            ContactMade(on="2024-03", contact="jane", name="Jane Doe"),
            ContactTouched(on="2024-05-17", contact="jane"),
        ).at("2024-06").expect(NetworkGrowth).active == 1

    A false comparison raises an AssertionError that lists the entries that the projection consumes.
    So an ``assert`` in front is optional, and pleases linters.

    Args:
        career: A career, a ledger, an event, or several events; see ``Career`` for corrections.
        more: Further events and corrections.
        today: The date of questions without ``at``, and the last on which something can have
            happened. Default: today, or the date of the career's last event if that is later. Of a
            ledger, its clock says which day it is.
    """
    if isinstance(career, Ledger):
        return Given(ledger=career, day=today)
    first: Iterable[Step] = career if isinstance(career, Iterable) else [career]
    steps = Career([*first, *more])
    day = _today_of(steps) if today is None else as_of(today)
    # At noon, the day is the same in nearly all time zones.
    ledger = new_ledger(Clock(datetime.combine(day, time(12), UTC)))
    steps.record(ledger)
    return Given(ledger=ledger)


def _today_of(career: Career) -> date:
    """Return today, or the date of the career's last event if that is later."""
    events = [step.event if isinstance(step, Amended) else step for step in career]
    days = [event.on.first_day for event in events if isinstance(event, Action)]
    return max([datetime.now(UTC).astimezone().date(), *days])


@attrs.frozen(kw_only=True)
class Given:
    """A career, and the date of the question about it; made by ``given``."""

    ledger: Ledger
    day: DateLike | None = None
    instant: datetime | str | None = None

    def at(self, day: DateLike) -> Self:
        """Ask for views at this date; a month or year means its last day.

        Default: see ``today`` of ``given``.
        """
        return attrs.evolve(self, day=day)

    def known_at(self, instant: datetime | str) -> Self:
        """Ask for views of what the ledger knew at this instant. Default: now."""
        return attrs.evolve(self, instant=instant)

    def expect(self, projection: type[Projection[Any]]) -> "Expected":
        """Return the view of a projection, which compares and calls like the view itself."""
        view = self.ledger.project(projection, at=self.day, known_at=self.instant)
        name = projection.__name__
        name += "" if self.day is None else f" at {self.day}"
        name += "" if self.instant is None else f" known at {self.instant}"
        return Expected(view, name, lambda: self._consumed_entries(projection))

    def _consumed_entries(self, projection: type[Projection[Any]]) -> str:
        history = self.ledger.entries(until=self.day, known_at=self.instant)
        meta = meta_of(projection)
        entries = [
            entry for entry in history if meta.consumes(cast("type[Event]", type(entry.event)))
        ]
        if not entries:
            return f"  {projection.__name__} consumes none of the entries."
        lines = [
            f"    #{entry.seq} {PythonCode().expression(entry.event)}"
            for entry in entries[-_MAX_LISTED:]
        ]
        if len(entries) > _MAX_LISTED:
            lines.insert(0, f"    … {len(entries) - _MAX_LISTED} earlier entries")
        return "\n".join([f"  {projection.__name__} consumes these entries:", *lines])


class Expected:
    """A value of a view; a false comparison with it fails the test.

    Args:
        value: The value.
        name: What a failure calls it.
        entries: Returns the entries that a failure lists.
    """

    __slots__ = ("_entries", "_name", "_value")
    __hash__ = None  # type: ignore[assignment] # comparing it is a test

    def __init__(self, value: object, name: str, entries: Callable[[], str]) -> None:
        self._value = value
        self._name = name
        self._entries = entries

    def __repr__(self) -> str:
        return f"{self._name} = {self._value!r}"

    def __getattr__(self, name: str) -> "Expected":
        if not hasattr(self._value, name):
            raise AttributeError(
                f"{self._name} is a {type(self._value).__name__}, which has no attribute {name!r}"
            )
        return Expected(getattr(self._value, name), f"{self._name}.{name}", self._entries)

    def __getitem__(self, key: Any) -> "Expected":
        value: Any = self._value
        return Expected(value[key], f"{self._name}[{key!r}]", self._entries)

    def __call__(self, *args: Any, **kwargs: Any) -> "Expected":
        function = cast("Callable[..., object]", self._value)
        return Expected(function(*args, **kwargs), f"{self._name}()", self._entries)

    def __len__(self) -> int:
        value: Any = self._value
        return len(value)

    def __bool__(self) -> bool:
        __tracebackhide__ = True
        return self._require(self._value, "a true value")

    @property
    def value(self) -> Any:
        """The plain value."""
        return self._value

    def _require(self, holds: object, expected: str) -> bool:
        __tracebackhide__ = True
        if not holds:
            raise AssertionError(
                f"{self._name} is {self._value!r}; expected {expected}.\n{self._entries()}"
            )
        return True

    @staticmethod
    def _comparison(sign: str, operation: Callable[[Any, Any], object]) -> Callable[..., bool]:
        def compare(self: "Expected", other: object) -> bool:
            __tracebackhide__ = True
            value = _plain(other)
            return self._require(operation(self._value, value), f"{sign} {value!r}")

        return compare

    __eq__ = _comparison("==", operator.eq)
    __ne__ = _comparison("!=", operator.ne)
    __lt__ = _comparison("<", operator.lt)
    __le__ = _comparison("<=", operator.le)
    __gt__ = _comparison(">", operator.gt)
    __ge__ = _comparison(">=", operator.ge)

    def __contains__(self, item: object) -> bool:
        __tracebackhide__ = True
        value: Any = self._value
        return self._require(item in value, f"a value that contains {item!r}")


def _plain(other: Any) -> Any:
    return other.value if isinstance(other, Expected) else other
