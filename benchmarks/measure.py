"""Time contenders in interleaved rounds, and print tables."""

import gc
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from time import perf_counter
from typing import Any

Seconds = dict[str, list[float]]
"""The seconds that each contender took, round by round."""


def timed(work: Callable[[], object]) -> float:
    """Return how many seconds a call takes."""
    gc.collect()
    start = perf_counter()
    work()
    return perf_counter() - start


def interleaved(
    rounds: int, contenders: Mapping[str, Callable[[], float]], progress: Callable[[], None]
) -> Seconds:
    """Return the seconds of each contender in each round.

    In every round each contender runs once, and another one begins, so a busy moment of the
    machine slows all of them down.
    """
    names = list(contenders)
    seconds: Seconds = {name: [] for name in names}
    for number in range(rounds):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            seconds[name].append(contenders[name]())
            progress()
    return seconds


def ratio(these: Sequence[float], those: Sequence[float]) -> float:
    """Return how many times as long these took: the median over the rounds."""
    return median(a / b for a, b in zip(these, those, strict=True))


def in_units(seconds: Sequence[float]) -> str:
    """Return the median of some seconds as text, in the unit that suits it."""
    value = median(seconds)
    scale, unit = (1, "s") if value >= 1 else (1e3, "ms") if value >= 1e-3 else (1e6, "µs")
    return f"{value * scale:.3g} {unit}" if value * scale < 100 else f"{value * scale:.0f} {unit}"


@dataclass
class Table:
    """Rows of text under a title."""

    title: str
    columns: tuple[str, ...]
    rows: list[tuple[str, ...]] = field(default_factory=list)

    def add(self, *cells: Any) -> None:
        self.rows.append(tuple(map(str, cells)))

    def markdown(self) -> str:
        lines = [
            f"### {self.title}",
            "",
            f"| {' | '.join(self.columns)} |",
            f"|---|{'---:|' * (len(self.columns) - 1)}",
            *(f"| {' | '.join(row)} |" for row in self.rows),
        ]
        return "\n".join(lines)

    def rich(self) -> Any:
        from rich.table import Table as RichTable

        table = RichTable(title=self.title, title_justify="left")
        for number, column in enumerate(self.columns):
            table.add_column(column, justify="right" if number else "left")
        for row in self.rows:
            table.add_row(*row)
        return table
