"""The kit catches each broken animal by the right law, and shrinks the case to a few entries."""

import unittest

import pytest
from hypothesis import Phase, settings

from careerledger.testing import LawBroken, NotShown, store_laws
from zoo import broken, broken_events, broken_stores, sound
from zoo.keeper import PROJECTIONS, SOUND, STORES

MODULES = (broken, broken_events, broken_stores, sound)
"""Importing them fills the lists of animals."""

by_name = {"ids": lambda animal: animal.name}


SLOW = {
    *("NoStep", "Swallowed", "FloatSumOfSet", "CachedRecord", "Guarded", "TitlesInClass"),
    *("NewestInstant", "SeenNumbers", "December", "SortedInPlace"),
    *{animal.name for animal in SOUND} - {"SumOfSet", "CounterInView", "Meetings"},
}
"""The slowest animals, which run without coverage: they cover no line that others do not."""


def each(animals):
    """Parametrize a test by animals."""
    return pytest.mark.parametrize(
        "animal",
        [
            pytest.param(one, id=one.name, marks=pytest.mark.no_cover if one.name in SLOW else ())
            for one in animals
        ],
    )


def bound_test(suite, law):
    test = suite(f"test_{law}")
    test.setUp()
    return getattr(test, f"test_{law}")


@pytest.mark.usefixtures("default_settings")
@each(PROJECTIONS)
def test_the_kit_catches(animal):
    failure = next(filter(None, map(failure_of, 3 * [animal])), None)

    assert failure is not None, "not caught in three runs"
    case = getattr(failure, "case", None)
    # A failure that depends on hidden state cannot be shrunk, and the message says so.
    if case is not None and "cannot shrink" not in str(failure):
        assert len(case.career) <= 3, str(failure)


def failure_of(animal):
    """Return how an animal fails its law; None if chance drew no career that shows it."""
    try:
        bound_test(animal.suite(), animal.law)()
    except (LawBroken, NotShown) as failure:
        return failure
    return None


@each(SOUND)
def test_the_kit_accepts(animal):
    result = unittest.TestResult()

    unittest.defaultTestLoader.loadTestsFromTestCase(animal.suite()).run(result)

    assert [] == [traceback for _, traceback in [*result.failures, *result.errors]]
    assert len(result.skipped) < result.testsRun / 3


@pytest.mark.usefixtures("default_settings")
@pytest.mark.parametrize("animal", STORES, **by_name)
def test_the_kit_catches_the_store(animal):
    result = unittest.TestResult()

    animal.suite()(f"test_{animal.law}").run(result)

    assert [*result.failures, *result.errors]
    for _, traceback in result.failures:
        assert f"breaks the promise {animal.law}" in traceback


@pytest.mark.usefixtures("default_settings")
def test_the_state_machine_catches_a_store_too():
    """The mistake takes several appends. Shrinking is off, as it takes long for a state machine."""
    settings.register_profile(
        "unshrunk", settings.default, phases=[Phase.generate], max_examples=400
    )
    settings.load_profile("unshrunk")
    suite = store_laws(broken_stores.SortsEachAppend, lasting=False)

    with pytest.raises(AssertionError, match=r"SortsEachAppend\(\)\.rows"):
        bound_test(suite, "any_history")()


def test_the_zoo_is_large_enough():
    animals = [*PROJECTIONS, *STORES]

    assert 60 <= len(animals) == len({animal.name for animal in animals})
    assert 15 <= len(SOUND)
