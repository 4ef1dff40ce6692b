"""Hypothesis profiles: dev (quick), quick and ci (the same every time), soak (for hours).

The laws of the ledger take four times as many examples: see ``law`` in careers.py.
"""

import os
import sys
import threading
from collections.abc import Generator
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, settings

_RELAXED = {
    "deadline": None,
    "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large],
}
settings.register_profile("dev", max_examples=25, **_RELAXED)
settings.register_profile("quick", max_examples=25, derandomize=True, **_RELAXED)
settings.register_profile("ci", max_examples=50, derandomize=True, print_blob=True, **_RELAXED)
settings.register_profile("soak", max_examples=5_000, print_blob=True, **_RELAXED)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if "CI" in os.environ else "dev"))

# A ledger that others could read is refused, also one that a test has written or copied by itself.
os.umask(0o077)


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Let nothing trace a test without coverage, which takes twice as long else.

    In a worker of pytest-xdist, pytest-cov measures twice and pauses the one alone.
    """
    if item.get_closest_marker("no_cover") is None:
        return (yield)
    trace, traces_threads = sys.gettrace(), threading.gettrace()
    sys.settrace(None)
    threading.settrace(cast("Any", None))
    try:
        return (yield)
    finally:
        sys.settrace(trace)
        threading.settrace(cast("Any", traces_threads))


@pytest.fixture
def default_settings() -> Generator[None, None, None]:
    """What users of the kit see holds at Hypothesis's own default settings."""
    here = settings.get_current_profile_name()
    settings.register_profile("default settings", settings.get_profile("default"), database=None)
    settings.load_profile("default settings")
    yield
    settings.load_profile(here)
