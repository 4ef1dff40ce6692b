"""Record the calls that a projection must not make: of a clock, chance, files or environment."""

import gc
import os
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
_ENVIRONMENT: Final = frozenset(
    {
        *("getcwd", "getcwdb", "stat", "lstat", "access", "listdir", "scandir", "readlink", "open"),
        *("getpid", "getppid", "uname", "getlogin", "getuid", "cpu_count", "gethostname"),
        *("getfqdn", "getaddrinfo", "localeconv", "setlocale", "strcoll", "strxfrm", "get_ident"),
        *("getrusage", "times", "getloadavg"),
    }
)
_SYSTEM_MODULES: Final = frozenset(
    {"posix", "nt", "io", "_io", "_socket", "_locale", "_thread", "resource"}
)
_ENVIRON_CODES: Final = frozenset(
    getattr(type(os.environ), name).__code__ for name in ("__getitem__", "__iter__")
)
_BY_THE_WAY: Final = frozenset(
    {
        *("importlib", "zoneinfo", "logging", "warnings", "linecache", "tokenize", "traceback"),
        *("bdb", "pdb", "cmd", "tracemalloc", "_weakrefset", "threading", "cProfile"),
    }
)
"""Modules of Python that read a clock or file for purposes of their own, such as to import a module
or to write to a log, and the debugger."""
_SHARED_GENERATOR: Final[object] = getattr(random, "_inst", None)
"""The generator behind ``random.random()`` and the like. A generator with a seed of its own is
allowed, as its numbers are always the same."""


@contextmanager
def record_impure_calls() -> Generator[list[str], None, None]:
    """Record each read of a clock, of a random number generator or of the environment.

    It watches the calls of C functions, and so sees them under whatever name they were imported. A
    profiler that runs pauses meanwhile; it and a debugger make calls too, which do not count.

    Yields:
        A list that grows by each call and its place, such as ``time.time() in kit.py:7``.
    """
    calls: list[str] = []

    def watch(  # pragma: no cover - a profile function is not traced
        frame: FrameType, event: str, function: Any
    ) -> None:
        if event == "c_call":
            name = _impure_name(frame, function)
        elif event == "call" and frame.f_code in _ENVIRON_CODES:
            name = f"os.environ[{frame.f_locals.get('key', '...')!r}]"
        else:
            return
        if name is not None:
            caller = _caller_outside_stdlib(frame)
            if caller is not None:
                calls.append(f"{name} in {caller.f_code.co_filename}:{caller.f_lineno}")

    profile, collects_garbage = sys.getprofile(), gc.isenabled()
    gc.disable()  # finalizers may read a clock
    sys.setprofile(watch)
    try:
        yield calls
    finally:
        sys.setprofile(None)
        _resume(profile)
        if collects_garbage:  # pragma: no branch - it nearly always does
            gc.enable()


def _resume(profile: Any) -> None:
    """Continue the profiler that ran before."""
    if hasattr(profile, "enable"):  # one in C, such as that of cProfile
        profile.enable()
    elif profile is not None:
        sys.setprofile(profile)


def _impure_name(  # pragma: no cover - as above
    frame: FrameType, function: Any
) -> str | None:
    """Return the name of a function that is no pure one of its arguments; None for any other."""
    name: str = getattr(function, "__name__", "")
    owner: object = getattr(function, "__self__", None)
    module: object = getattr(function, "__module__", None) or getattr(owner, "__name__", None)
    if name in _NOW and isinstance(owner, type) and issubclass(owner, date):
        return f"{owner.__name__}.{name}()"
    if name in _CLOCKS and module == "time":
        return f"time.{name}()"
    if name in _RANDOM or (name in _ENVIRONMENT and module in _SYSTEM_MODULES):
        return f"{module}.{name}()"
    if isinstance(owner, random.Random) and (
        owner is _SHARED_GENERATOR or (name == "seed" and frame.f_locals.get("a", 0) is None)
    ):
        return f"random.{name}()"
    return None


def _caller_outside_stdlib(  # pragma: no cover - as above
    frame: FrameType,
) -> FrameType | None:
    """Return the nearest frame that does not run Python's standard library.

    None if Python called by the way, as to import a module.
    """
    caller: FrameType | None = frame
    while caller is not None:
        package = caller.f_globals.get("__name__", "").partition(".")[0]
        if package in _BY_THE_WAY:
            return None
        if package not in sys.stdlib_module_names or package == "__main__":
            return caller
        caller = caller.f_back
    return frame
