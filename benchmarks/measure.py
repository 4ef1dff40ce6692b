"""Timing in interleaved rounds, and tables of what came out."""

import gc
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from time import perf_counter
from typing import Any


def timed(work: Callable[[], object]) -> float:
    """How many seconds a call takes."""
    gc.collect()
    start = perf_counter()
    work()
    return perf_counter() - start


def interleaved(
    rounds: int, contenders: Mapping[str, Callable[[], float]], progress: Callable[[], None]
) -> dict[str, list[float]]:
    """The seconds of each contender in each round.

    In every round each contender runs once, and another one begins, so what disturbs the
    machine for a while disturbs all of them.
    """
    names = list(contenders)
    seconds: dict[str, list[float]] = {name: [] for name in names}
    for number in range(rounds):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            seconds[name].append(contenders[name]())
            progress()
    return seconds


def ratio(these: Sequence[float], those: Sequence[float]) -> float:
    """How many times as long these took: the median over the rounds."""
    return median(a / b for a, b in zip(these, those, strict=True))


def spread(seconds: Sequence[float], scale: float, unit: str) -> tuple[str, str]:
    """The median, and the range, in a unit."""
    low, high = scale * min(seconds), scale * max(seconds)
    return f"{_number(scale * median(seconds))} {unit}", f"{_number(low)}..{_number(high)}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


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
