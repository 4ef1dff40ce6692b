"""The kit catches each broken animal by the law it should, quickly, and shrinks it to little."""

import time
import unittest

import pytest
from hypothesis import settings

from careerledger.testing import LawBroken, NotShown, laws
from zoo import broken  # noqa: F401 - it fills the cages
from zoo.keeper import PROJECTIONS

@pytest.fixture(autouse=True)
def default_settings():
    """What the zoo shows holds at Hypothesis's own default settings."""
    here = settings.get_current_profile_name()
    settings.register_profile("zoo", settings.get_profile("default"), database=None)
    settings.load_profile("zoo")
    yield
    settings.load_profile(here)


by_name = {"ids": lambda animal: animal.name}


@pytest.mark.parametrize("animal", PROJECTIONS, **by_name)
def test_the_kit_catches(animal):
    suite = laws(animal.kind, **animal.said)
    test = suite(f"test_{animal.law}")

    before = time.perf_counter()
    with pytest.raises((LawBroken, NotShown)) as caught:
        getattr(test, f"test_{animal.law}")()

    assert time.perf_counter() - before < 5
    case = getattr(caught.value, "case", None)
    if case is not None:
        assert len(case.career) <= 3, str(caught.value)
