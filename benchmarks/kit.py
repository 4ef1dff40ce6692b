"""Measure the kit of careerledger.testing: how fast careers are made, how long laws take."""

import sys
import unittest
from collections.abc import Sized
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Final

from hypothesis import HealthCheck, Phase, given, settings, strategies as st
from measure import Table
from rich.console import Console

from careerledger import projections
from careerledger.testing import careers, laws
from careerledger.testing._career_builder import HEAD_SIZE
from careerledger.testing._career_strategies import draw_blocks

sys.path.append(str(Path(__file__).resolve().parents[1] / "tests"))

from zoo import broken, broken_events, broken_stores
from zoo.keeper import PROJECTIONS, STORES, Animal

CAGES = (broken, broken_events, broken_stores)
"""Importing them fills the lists of the keeper."""
README = Path(__file__).with_name("README.md")
MARKS = ("<!-- kit: written by kit.py -->", "<!-- end of kit -->")
CAREERS: Final = 3_000
LIMIT: Final = 15.0
"""How long the laws of one projection may take, in seconds."""
CATCH: Final = 5.0
"""How long it may take to catch one broken projection or store, in seconds."""


@st.composite
def digits(draw: st.DrawFn) -> list[bytes]:
    """Draw what Hypothesis draws for a career, and make nothing of it."""
    return draw_blocks(draw, HEAD_SIZE)[1]


def drawn_in_a_second(strategy: st.SearchStrategy[Sized]) -> tuple[float, float]:
    """Return how many values one core draws in a second, and their mean length.

    They are drawn as tests draw them, one in each test case; ten entries count as one value.
    """
    lengths: list[int] = []

    @settings(
        max_examples=CAREERS,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(value=strategy)
    def draw(value):
        lengths.append(len(value))

    begun = perf_counter()
    draw()
    return sum(lengths) / 10 / (perf_counter() - begun), sum(lengths) / len(lengths)


def seconds_of_laws(name: str) -> float:
    """Return how long all laws of a projection take at Hypothesis's default settings."""
    suite = laws(getattr(projections, name))
    result = unittest.TestResult()
    begun = perf_counter()
    unittest.defaultTestLoader.loadTestsFromTestCase(suite).run(result)
    if not result.wasSuccessful():
        raise SystemExit(f"the laws of {name} do not hold: {result.errors + result.failures}")
    return perf_counter() - begun


def seconds_to_catch(animal: Animal) -> float:
    """Return how long the law that catches a broken projection or store takes, with shrinking."""
    suite = animal.suite()
    result = unittest.TestResult()
    begun = perf_counter()
    suite(f"test_{animal.law}").run(result)
    if result.wasSuccessful():
        raise SystemExit(f"the law {animal.law} does not catch {animal.name}")
    return perf_counter() - begun


def main() -> None:
    table = Table("The kit", ("what", "target", "measured", "met"))
    turns = [[drawn_in_a_second(which) for which in (careers(), digits())] for _ in range(5)]
    (rate, length), (alone, draws) = (
        [median(figures) for figures in zip(*rounds, strict=True)]
        for rounds in zip(*turns, strict=True)
    )
    table.add(
        f"careers of 10 entries a second, one in each test case (their mean: {length:.1f})",
        "1,000",
        f"{rate:,.0f}",
        "yes" if rate >= 1_000 else "**no**",
    )
    table.add(f"the limit: {draws:.1f} draws that become no career", "", f"{alone:,.0f}", "")
    took = {name: seconds_of_laws(name) for name in projections.LIBRARY}
    longest = max(took, key=took.__getitem__)
    table.add(
        f"all laws of a projection; {longest} takes longest of {len(took)}",
        f"{LIMIT:.0f} s",
        f"{took[longest]:.1f} s",
        "yes" if took[longest] < LIMIT else "**no**",
    )
    settings.register_profile("zoo", settings.get_profile("default"), database=None)
    settings.load_profile("zoo")
    zoo = {animal.name: seconds_to_catch(animal) for animal in (*PROJECTIONS, *STORES)}
    slowest = max(zoo, key=zoo.__getitem__)
    table.add(
        f"each of {len(zoo)} broken projections and stores is caught ({slowest} takes longest)",
        f"{CATCH:.0f} s",
        f"{zoo[slowest]:.1f} s",
        "yes" if zoo[slowest] < CATCH else "**no**",
    )
    Console().print(table.rich())
    text = README.read_text(encoding="utf-8")
    before, _, rest = text.partition(MARKS[0])
    _, _, after = rest.partition(MARKS[1])
    README.write_text(
        f"{before}{MARKS[0]}\n\n{table.markdown()}\n\n{MARKS[1]}{after}", encoding="utf-8"
    )


if __name__ == "__main__":
    main()
