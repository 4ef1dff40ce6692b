"""Analyse a ledger file: ties and alignment by quarter, hours by theme and year.

python examples/analysis.py                          # a demo career, in memory
python examples/analysis.py ada.ledger --csv hours.csv
"""

import argparse
import csv
from collections.abc import Iterable
from datetime import date
from math import fsum
from pathlib import Path

from careerledger import CareerLedgerError, Ledger, demo
from careerledger.events import Action
from careerledger.interop import json_resume
from careerledger.projections import NetworkGrowth, VisionAlignment
from careerledger.text import printable

Hours = dict[tuple[str, str], float]
"""Hours by year and theme."""


def open_ledger(path: Path | None) -> Ledger:
    """Open the ledger in a file. Without a file, make a demo career in memory."""
    if path is not None:
        if not path.exists():  # Ledger.open would create it
            raise FileNotFoundError(f"there is no file {path}")
        return Ledger.open(path)
    ledger = Ledger.in_memory()
    ledger.record(json_resume.read(demo.resume()).drafts)
    ledger.record(demo.year())
    return ledger


def hours_by_year_and_theme(ledger: Ledger, until: date) -> Hours:
    """Return the recorded hours. An action with two themes counts for both."""
    hours_by_cell: dict[tuple[str, str], list[float]] = {}
    for entry in ledger.entries(until=until):
        action = entry.event
        if isinstance(action, Action) and action.hours:  # unknown events have no hours
            for theme in action.themes or {"(no theme)"}:
                hours_by_cell.setdefault((action.on[:4], theme), []).append(action.hours)
    return {cell: fsum(hours) for cell, hours in sorted(hours_by_cell.items())}


def print_quarters(ledger: Ledger, since: date, until: date) -> None:
    """Print both series side by side, one line per quarter."""
    both = NetworkGrowth, VisionAlignment
    print("quarter end  tie strength    vision alignment")
    for day, (ties, vision) in ledger.series(*both, every="quarter", since=since, until=until):
        strength = "-" if ties.strength is None else f"{ties.strength:.2f}"
        score = "-" if vision.score is None else f"{vision.score:.0%}"
        bar = "#" * round(20 * (vision.score or 0))
        print(f"{day}  {strength:>5} of {len(ties.contacts):<4}  {score:>5}  {bar}")


def print_hours(hours: Hours) -> None:
    """Print a table of themes and years, the theme with the most hours first."""
    totals: dict[str, float] = {}
    for (_, theme), count in hours.items():
        totals[theme] = totals.get(theme, 0) + count
    years = sorted({year for year, _ in hours})
    print("\nhours            " + "".join(f"{year:>8}" for year in years))
    for theme in sorted(totals, key=lambda theme: -totals[theme]):
        cells = "".join(f"{hours.get((year, theme), 0):8.1f}" for year in years)
        print(f"{printable(theme):<17}{cells}")


def without_formula(cell: str) -> str:
    """Return a cell that no spreadsheet runs as a formula. Themes may come from anyone."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def write_csv(path: Path, rows: Iterable[tuple[str, str, float]]) -> None:
    """Write a CSV file with year, theme and hours."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["year", "theme", "hours"])
        writer.writerows([year, without_formula(theme), hours] for year, theme, hours in rows)


def main() -> None:
    """Print the analysis, and write the CSV file if one is named."""
    parser = argparse.ArgumentParser(
        description="Print ties and alignment by quarter, and hours by theme and year."
    )
    parser.add_argument(
        "ledger", nargs="?", type=Path, help="a ledger file; default: a demo career"
    )
    parser.add_argument("--at", type=date.fromisoformat, help="the last day; default: today")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write the hours to this file")
    arguments = parser.parse_args()
    try:
        ledger = open_ledger(arguments.ledger)
    except (CareerLedgerError, FileNotFoundError) as error:
        parser.error(str(error))
    at = arguments.at or (demo.AT if arguments.ledger is None else ledger.now().astimezone().date())

    with ledger:
        print_quarters(ledger, since=at.replace(year=at.year - 2, day=1), until=at)
        hours = hours_by_year_and_theme(ledger, until=at)
    print_hours(hours)
    if arguments.csv is not None:
        write_csv(arguments.csv, [(year, theme, count) for (year, theme), count in hours.items()])
        print(f"\nwrote {len(hours)} rows to {arguments.csv}")


if __name__ == "__main__":
    main()
