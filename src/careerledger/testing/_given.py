"""``given``: example tests that read as sentences, and fail with the entries they are about."""

import operator
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Final, Self, cast

import attrs

from careerledger.dates import DateLike
from careerledger.events import Event
from careerledger.history import Entry
from careerledger.ledger import Ledger
from careerledger.projections import Projection
from careerledger.projections.base import meta_of
from careerledger.testing._careers import Career, Step, new_ledger
from careerledger.testing._shown import Code

_SHOWN: Final = 30
"""How many entries a failure tells at most."""


def given(career: "Career | Ledger | Step | Iterable[Step]" = (), /, *more: Step) -> "Given":
    """The beginning of an example test: what happened.

        given(
            ContactMade(on="2024-03", contact="jane", name="Jane Doe"),
            ContactTouched(on="2024-05-17", contact="jane"),
        ).at("2024-06").expect(NetworkGrowth).active == 1

    A comparison that does not hold raises an AssertionError with the entries that the view rests
    on, so that ``assert`` before it may be left out, or put there for linters.

    Args:
        career: A career, a ledger, an event, or several of them; see ``Career`` for corrections.
        more: Further events.
    """
    if isinstance(career, Ledger):
        return Given(ledger=career)
    if isinstance(career, Iterable):
        steps: Iterable[Step] = [*career, *more]
    else:
        steps = [career, *more]
    ledger = new_ledger()
    Career(steps).record(ledger)
    return Given(ledger=ledger)


@attrs.frozen(kw_only=True)
class Given:
    """What happened, and when it is asked about; made by ``given``."""

    ledger: Ledger
    day: DateLike | None = None
    instant: datetime | str | None = None

    def at(self, day: DateLike) -> Self:
        """The career as of this date; a month or year means its last day. Default: today.

        Of a made-up ledger, today is 2026-01-01.
        """
        return attrs.evolve(self, day=day)

    def known_at(self, instant: datetime | str) -> Self:
        """What the ledger knew at this instant. Default: now."""
        return attrs.evolve(self, instant=instant)

    def expect(self, projection: type[Projection[Any]]) -> "Expected":
        """The view of a projection, whose parts can be compared and called as its own."""
        view = self.ledger.project(projection, at=self.day, known_at=self.instant)
        entries = _Evidence(self, projection)
        return Expected(view, entries, f"{projection.__name__}{self._when()}")

    def _when(self) -> str:
        day = "" if self.day is None else f" at {self.day}"
        return day if self.instant is None else f"{day} known at {self.instant}"


@attrs.frozen
class _Evidence:
    """The entries that a failure is about, as text."""

    given: Given
    projection: type[Projection[Any]]

    def __str__(self) -> str:
        history = self.given.ledger.entries(until=self.given.day, known_at=self.given.instant)
        meta = meta_of(self.projection)
        entries = [
            entry for entry in history if meta.consumes(cast("type[Event]", type(entry.event)))
        ]
        if not entries:
            return "  No entry is consumed by it."
        lines = [_line(entry) for entry in entries[-_SHOWN:]]
        if len(entries) > _SHOWN:
            lines.insert(0, f"  … and {len(entries) - _SHOWN} earlier")
        return "\n".join(["  It rests on:", *lines])


def _line(entry: Entry[Any]) -> str:
    return f"    #{entry.seq} {Code().of(entry.event)}"


class Expected:
    """A value of a view; a comparison of it that does not hold fails the test."""

    __slots__ = ("_entries", "_name", "_value")
    __hash__ = None  # type: ignore[assignment] # comparing it is a test

    def __init__(self, value: object, entries: object, name: str) -> None:
        self._value = value
        self._entries = entries
        self._name = name

    def __repr__(self) -> str:
        return f"{self._name} = {self._value!r}"

    def __getattr__(self, name: str) -> "Expected":
        if not hasattr(self._value, name):
            raise AttributeError(
                f"{self._name} is a {type(self._value).__name__}, which has no {name!r}"
            )
        return Expected(getattr(self._value, name), self._entries, f"{self._name}.{name}")

    def __getitem__(self, key: Any) -> "Expected":
        value: Any = self._value
        return Expected(value[key], self._entries, f"{self._name}[{key!r}]")

    def __call__(self, *args: Any, **kwargs: Any) -> "Expected":
        function = cast("Callable[..., object]", self._value)
        return Expected(function(*args, **kwargs), self._entries, f"{self._name}()")

    def __len__(self) -> int:
        value: Any = self._value
        return len(value)

    def __bool__(self) -> bool:
        __tracebackhide__ = True
        return self._holds(self._value, "something true", ...)

    @property
    def value(self) -> Any:
        """The value itself, for whatever else is to be asked of it."""
        return self._value

    def _holds(self, holds: object, sign: str, other: object) -> bool:
        __tracebackhide__ = True
        if not holds:
            wanted = sign if other is ... else f"{sign} {_plain(other)!r}"
            raise AssertionError(
                f"{self._name} is {self._value!r}, where {wanted} was expected.\n{self._entries}"
            )
        return True

    @staticmethod
    def _comparison(sign: str, holds: Callable[[Any, Any], object]) -> Callable[..., bool]:
        def compare(self: "Expected", other: object) -> bool:
            __tracebackhide__ = True
            return self._holds(holds(self._value, _plain(other)), sign, other)

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
        return self._holds(item in value, "something with", item)


def _plain(other: Any) -> Any:
    return other.value if isinstance(other, Expected) else other
