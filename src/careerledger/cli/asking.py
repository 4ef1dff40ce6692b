"""The commands that ask: ``show``, ``explain``, ``series``, ``compare``, ``history``, ``check``."""

import argparse
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from careerledger.cli.arguments import NewCommand, instant, open_existing, partial_date
from careerledger.cli.printing import open_terminal, print_entries, print_json, print_views
from careerledger.dates import PERIODS, DateLike
from careerledger.ledger import Ledger
from careerledger.projections import LIBRARY

PROJECTIONS: Final = {re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower(): name for name in LIBRARY}
"""The library's projections as they are named on the command line."""
HEADLINES: Final = ("vision-alignment", "network-growth", "milestone-history")


def add_commands(new_command: NewCommand) -> None:
    """Add the commands of this file to the parser."""
    command = new_command("show", show, "Show projections.")
    command.add_argument(
        "projection",
        nargs="?",
        choices=[*PROJECTIONS, "all"],
        metavar="PROJECTION",
        help=f"{', '.join(PROJECTIONS)}, or all; default: {', '.join(HEADLINES)}",
    )
    _add_date(command, "--at", "as of this date; default: today")
    command.add_argument(
        "--known-at", metavar="INSTANT", type=instant, help="what was known then; default: now"
    )
    command.add_argument("--json", action="store_true", help="plain values instead of tables")

    command = new_command("explain", explain, "Show which entries make a number, or moved it.")
    _add_number(command)
    _add_date(command, "--at", "as of this date; default: today")
    command.add_argument(
        "--between",
        nargs=2,
        metavar="DATE",
        type=partial_date,
        help="what moved it between two dates",
    )

    command = new_command("series", series, "Show a number over time.")
    _add_number(command)
    command.add_argument("--since", metavar="DATE", type=partial_date, required=True)
    _add_date(command, "--until", "default: today")
    command.add_argument("--every", choices=PERIODS, default="month", help="default: month")

    new_command("compare", compare, "Lay the open opportunities side by side.")

    command = new_command("history", history, "List what happened, with corrections applied.")
    _add_date(command, "--since", "from this date on")
    _add_date(command, "--until", "up to this date")

    new_command("check", check, "List what looks wrong; exit with 1 if there are errors.")


def _add_date(command: argparse.ArgumentParser, option: str, help_text: str) -> None:
    command.add_argument(option, metavar="DATE", type=partial_date, help=help_text)


def _add_number(command: argparse.ArgumentParser) -> None:
    command.add_argument("projection", choices=PROJECTIONS, metavar="PROJECTION")
    command.add_argument("--of", metavar="NAME", help="which number; default: the headline")


def show(options: argparse.Namespace) -> int:
    """Print views of projections."""
    names = [options.projection] if options.projection else HEADLINES
    if options.projection == "all":
        names = list(PROJECTIONS)
    with open_existing(options.ledger) as ledger:
        views = project(ledger, names, options.at, options.known_at)
    if options.json:
        print_json({name: view.to_dict() for name, view in zip(names, views, strict=True)})
    else:
        print_views(open_terminal(), views)
    return 0


def project(
    ledger: Ledger, names: Sequence[str], at: DateLike | None, known_at: datetime | None = None
) -> Sequence[Any]:
    """Return the views of the projections with these names on the command line."""
    classes = [_projection(name) for name in names]
    views = ledger.project(*classes, at=at, known_at=known_at)
    return views if len(classes) > 1 else [views]


def _projection(name: str) -> Any:
    from careerledger import projections

    return getattr(projections, PROJECTIONS[name])


def explain(options: argparse.Namespace) -> int:
    """Print which entries make a number, or moved it."""
    terminal = open_terminal()
    from careerledger.report.tables import of_explanation

    with open_existing(options.ledger) as ledger:
        explanation = ledger.explain(
            _projection(options.projection), of=options.of, at=options.at, between=options.between
        )
        entries = {entry.seq: entry for entry in ledger.entries()}
    terminal.print(of_explanation(explanation, entries))
    return 0


def series(options: argparse.Namespace) -> int:
    """Print a number over time."""
    terminal = open_terminal()
    from careerledger.report.tables import of_series

    with open_existing(options.ledger) as ledger:
        points = ledger.series(
            _projection(options.projection),
            every=options.every,
            since=options.since,
            until=options.until,
        )
    terminal.print(of_series(points, options.of))
    return 0


def compare(options: argparse.Namespace) -> int:
    """Print the open opportunities side by side."""
    terminal = open_terminal()
    from careerledger.report.tables import of_comparison

    with open_existing(options.ledger) as ledger:
        comparison = ledger.compare()
    terminal.print(of_comparison(comparison))
    return 0


def history(options: argparse.Namespace) -> int:
    """Print what happened."""
    terminal = open_terminal()
    with open_existing(options.ledger) as ledger:
        print_entries(terminal, ledger.entries(since=options.since, until=options.until))
    return 0


def check(options: argparse.Namespace) -> int:
    """Verify the ledger, and print what looks wrong; 1: there are errors."""
    terminal = open_terminal()
    from careerledger.report.tables import of_findings

    with open_existing(options.ledger) as ledger:
        ledger.verify()
        findings, size = ledger.check(), len(ledger)
    terminal.print(of_findings(findings, size))
    return int(any(finding.severity == "error" for finding in findings))
