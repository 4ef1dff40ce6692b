"""Record the calls that a projection must not make: of a clock, or of a random number generator."""

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
_RANDOM: Final = frozenset({"urandom", "getrandom", "generate_time_safe", "UuidCreate"})
_NOW: Final = frozenset({"today", "now", "utcnow"})
_SHARED_GENERATOR: Final[object] = getattr(random, "_inst", None)
"""The generator behind ``random.random()`` and the like. A generator with a seed of its own is
allowed, as its numbers are always the same."""


@contextmanager
def record_impure_calls() -> Generator[list[str], None, None]:
    """Record each call of a clock or of a random number generator within the block.

    It watches the calls of C functions, and so sees them under whatever name they were imported.

    Yields:
        A list that grows by each call and its place, such as ``time.time() in kit.py:7``.
    """
    calls: list[str] = []

    def watch(  # pragma: no cover - a profile function is not traced
        frame: FrameType, event: str, function: Any
    ) -> None:
        if event == "c_call" and (name := _impure_name(frame, function)) is not None:
            caller = _caller_outside_stdlib(frame)
            calls.append(f"{name} in {caller.f_code.co_filename}:{caller.f_lineno}")

    profile, collects_garbage = sys.getprofile(), gc.isenabled()
    gc.disable()  # finalizers may read a clock
    sys.setprofile(watch)
    try:
        yield calls
    finally:
        sys.setprofile(profile)
        if collects_garbage:  # pragma: no branch - it nearly always does
            gc.enable()


def _impure_name(  # pragma: no cover - as above
    frame: FrameType, function: Any
) -> str | None:
    """Return the name of a clock or random function; None for any other function."""
    name: str = getattr(function, "__name__", "")
    owner: object = getattr(function, "__self__", None)
    module: object = getattr(function, "__module__", None) or getattr(owner, "__name__", None)
    if name in _NOW and isinstance(owner, type) and issubclass(owner, date):
        return f"{owner.__name__}.{name}()"
    if name in _CLOCKS and module == "time":
        return f"time.{name}()"
    if name in _RANDOM:
        return f"{module}.{name}()"
    if isinstance(owner, random.Random) and (
        owner is _SHARED_GENERATOR or (name == "seed" and frame.f_locals.get("a", 0) is None)
    ):
        return f"random.{name}()"
    return None


def _caller_outside_stdlib(frame: FrameType) -> FrameType:  # pragma: no cover - as above
    """Return the nearest frame that does not run Python's standard library."""
    caller: FrameType | None = frame
    while caller is not None:
        if caller.f_globals.get("__name__", "").partition(".")[0] not in sys.stdlib_module_names:
            return caller
        caller = caller.f_back
    return frame
