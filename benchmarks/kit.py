"""Measure the kit of careerledger.testing: how fast careers are made, how long laws take."""

import unittest
from pathlib import Path
from time import perf_counter

from hypothesis import HealthCheck, Phase, given, settings
from measure import Table
from rich.console import Console

from careerledger import projections
from careerledger.testing import careers, laws

README = Path(__file__).with_name("README.md")
MARKS = ("<!-- kit: written by kit.py -->", "<!-- end of kit -->")
CAREERS = 3_000
LIMIT = 15.0
"""How long the laws of one projection may take, in seconds."""


def careers_a_second() -> tuple[float, float]:
    """How many careers are drawn in a second of one core, and their mean length."""
    lengths: list[int] = []

    @settings(
        max_examples=CAREERS,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(career=careers())
    def draw(career):
        lengths.append(len(career))

    begun = perf_counter()
    draw()
    return len(lengths) / (perf_counter() - begun), sum(lengths) / len(lengths)


def seconds_of_laws(name: str) -> tuple[float, int]:
    """How long all laws of a projection take at Hypothesis's default settings, and how many ran."""
    suite = laws(getattr(projections, name))
    result = unittest.TestResult()
    begun = perf_counter()
    unittest.defaultTestLoader.loadTestsFromTestCase(suite).run(result)
    if not result.wasSuccessful():
        raise SystemExit(f"the laws of {name} do not hold: {result.errors + result.failures}")
    return perf_counter() - begun, result.testsRun - len(result.skipped)


def main() -> None:
    table = Table("The kit", ("what", "target", "measured", "met"))
    rate, length = max(careers_a_second() for _ in range(5))
    per_ten = rate * length / 10
    table.add(
        f"careers a second, of {length:.1f} entries in the mean",
        "1,000 of 10 entries",
        f"{rate:,.0f}",
        "yes" if per_ten >= 1_000 else "**no**",
    )
    for name in projections.LIBRARY:
        took, count = seconds_of_laws(name)
        table.add(
            f"all {count} laws of {name}",
            f"{LIMIT:.0f} s",
            f"{took:.1f} s",
            "yes" if took < LIMIT else "**no**",
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
