"""A trap for what a projection must not do: look at a clock, or throw dice."""

import gc
import random
import sys
from collections.abc import Generator
from contextlib import contextmanager
from datetime import date
from types import FrameType
from typing import Any, Final

_CLOCKS: Final = frozenset(
    {
        *("time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns"),
        *("process_time", "process_time_ns", "thread_time", "thread_time_ns"),
        *("clock_gettime", "clock_gettime_ns", "localtime", "gmtime", "ctime", "asctime"),
        *("strftime",),
    }
)
_CHANCE: Final = frozenset({"urandom", "getrandom", "generate_time_safe", "UuidCreate"})
_NOW: Final = frozenset({"today", "now", "utcnow"})
_OF_ALL: Final[object] = getattr(random, "_inst", None)
"""What ``random.random`` and the like are methods of; numbers from a seed of one's own are no
chance."""


@contextmanager
def trap() -> Generator[list[str], None, None]:
    """Note each look at a clock and each throw of dice within the block, with its place.

    It watches the calls of C functions, so that it finds them under whatever name they were
    imported.
    """
    caught: list[str] = []

    def watch(  # pragma: no cover - no tracer looks while it is called
        frame: FrameType, event: str, function: Any
    ) -> None:
        if event == "c_call" and (name := _caught(frame, function)) is not None:
            place = _outside(frame)
            caught.append(f"{name} in {place.f_code.co_filename}:{place.f_lineno}")

    before, collects = sys.getprofile(), gc.isenabled()
    gc.disable()  # what runs when garbage is collected may look at a clock
    sys.setprofile(watch)
    try:
        yield caught
    finally:
        sys.setprofile(before)
        if collects:  # pragma: no branch - it nearly always is
            gc.enable()


def _caught(  # pragma: no cover - as above
    frame: FrameType, function: Any
) -> str | None:
    """How a function that must not be called is known, or None for one that may be."""
    name: str = getattr(function, "__name__", "")
    owner: object = getattr(function, "__self__", None)
    module: object = getattr(function, "__module__", None) or getattr(owner, "__name__", None)
    if name in _NOW and isinstance(owner, type) and issubclass(owner, date):
        return f"{owner.__name__}.{name}()"
    if name in _CLOCKS and module == "time":
        return f"time.{name}()"
    if name in _CHANCE:
        return f"{module}.{name}()"
    if isinstance(owner, random.Random) and (
        owner is _OF_ALL or (name == "seed" and frame.f_locals.get("a", 0) is None)
    ):
        return f"random.{name}()"
    return None


def _outside(frame: FrameType) -> FrameType:  # pragma: no cover - as above
    """The nearest frame that is not of Python's own library."""
    at: FrameType | None = frame
    while at is not None:
        if at.f_globals.get("__name__", "").partition(".")[0] not in sys.stdlib_module_names:
            return at
        at = at.f_back
    return frame
