"""The kit catches each broken animal by the law it should, and shrinks it to little."""

import unittest

import pytest
from hypothesis import Phase, settings

from careerledger.testing import LawBroken, NotShown, store_laws
from zoo import broken, broken_events, broken_stores, sound
from zoo.keeper import PROJECTIONS, SOUND, STORES

CAGES = (broken, broken_events, broken_stores, sound)
"""Importing them fills the lists of the keeper."""

by_name = {"ids": lambda animal: animal.name}


SLOW = {
    *("NoStep", "Swallowed", "FloatSumOfSet", "CachedRecord", "Guarded", "TitlesKept"),
    *("NewestInstant", "SeenNumbers", "December", "SortedInPlace"),
    *{animal.name for animal in SOUND} - {"SumOfSet", "CounterInView", "Meetings"},
}
"""They take longest, twice as long with coverage, and show nothing in it that others do not."""


def each(animals):
    """One test for each animal."""
    return pytest.mark.parametrize(
        "animal",
        [
            pytest.param(one, id=one.name, marks=pytest.mark.no_cover if one.name in SLOW else ())
            for one in animals
        ],
    )


def the_test(suite, law):
    test = suite(f"test_{law}")
    test.setUp()
    return getattr(test, f"test_{law}")


@pytest.mark.usefixtures("default_settings")
@each(PROJECTIONS)
def test_the_kit_catches(animal):
    test = the_test(animal.suite(), animal.law)

    with pytest.raises((LawBroken, NotShown)) as caught:
        test()

    case = getattr(caught.value, "case", None)
    # What a class remembers cannot be made to fail again, and so not with less: the kit says so.
    if case is not None and "It cannot be shrunk" not in str(caught.value):
        assert len(case.career) <= 3, str(caught.value)


@each(SOUND)
def test_the_kit_lets_be(animal):
    result = unittest.TestResult()

    unittest.defaultTestLoader.loadTestsFromTestCase(animal.suite()).run(result)

    assert [] == [told for _, told in [*result.failures, *result.errors]]
    assert len(result.skipped) < result.testsRun / 3


@pytest.mark.usefixtures("default_settings")
@pytest.mark.parametrize("animal", STORES, **by_name)
def test_the_kit_catches_the_store(animal):
    result = unittest.TestResult()

    animal.suite()(f"test_{animal.law}").run(result)

    assert [*result.failures, *result.errors]


@pytest.mark.usefixtures("default_settings")
def test_the_state_machine_catches_a_store_too():
    """What takes several appends; without shrinking, as a machine takes its time for that."""
    settings.register_profile(
        "unshrunk", settings.default, phases=[Phase.generate], max_examples=400
    )
    settings.load_profile("unshrunk")
    suite = store_laws(broken_stores.SortsEachAppend, lasting=False)

    with pytest.raises(AssertionError, match=r"SortsEachAppend\(\)\.rows"):
        the_test(suite, "any_history")()


def test_the_zoo_is_large_enough():
    animals = [*PROJECTIONS, *STORES]

    assert 60 <= len(animals) == len({animal.name for animal in animals})
    assert 15 <= len(SOUND)
