"""Define the commands that answer questions: ``show``, ``explain``, ``series`` and others."""

import argparse
import re
import textwrap
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from careerledger.cli.arguments import (
    NewCommand,
    add_ledger,
    instant,
    open_existing,
    partial_date,
)
from careerledger.cli.printing import open_terminal, print_entries, print_json, print_views
from careerledger.dates import PERIODS, DateLike
from careerledger.ledger import Ledger
from careerledger.projections import LIBRARY

PROJECTIONS: Final = {re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower(): name for name in LIBRARY}
"""The class name of each projection, by its name on the command line."""
DEFAULT_PROJECTIONS: Final = ("vision-alignment", "network-growth", "milestone-history")
_DATE: Final[dict[str, Any]] = {"metavar": "DATE", "type": partial_date}


def add_commands(new_command: NewCommand) -> None:
    """Add the commands of this file to the parser."""
    command = new_command(
        "show", show, "Show your visions, network, milestones and other projections."
    )
    command.add_argument(
        "projection",
        nargs="?",
        choices=[*PROJECTIONS, "all"],
        metavar="PROJECTION",
        help="the projection to show, or 'all' (default: the first three below)",
    )
    command.add_argument("--at", **_DATE, help="show the career as of this date (default: today)")
    command.add_argument(
        "--known-at",
        metavar="INSTANT",
        type=instant,
        help="show what the ledger knew at this instant, such as 2024-03-14T12:00Z (default: now)",
    )
    command.add_argument("--json", action="store_true", help="print JSON instead of tables")
    add_ledger(command)
    _list_projections(command)

    command = new_command(
        "explain", explain, "Explain a number: list the entries that make it up or changed it."
    )
    _add_number(command)
    dates = command.add_mutually_exclusive_group()
    dates.add_argument("--at", **_DATE, help="explain the number at this date (default: today)")
    dates.add_argument(
        "--between",
        nargs=2,
        **_DATE,
        help="explain the change of the number from the first date to the second",
    )
    add_ledger(command)

    command = new_command("series", series, "Show a number over time.")
    _add_number(command)
    command.add_argument("--since", **_DATE, required=True, help="start at this date")
    command.add_argument("--until", **_DATE, help="end at this date (default: today)")
    command.add_argument(
        "--every", choices=PERIODS, default="month", help="the interval (default: month)"
    )
    add_ledger(command)

    command = new_command("compare", compare, "Compare your open opportunities side by side.")
    add_ledger(command)

    command = new_command("history", history, "List your history, with corrections applied.")
    command.add_argument("--since", **_DATE, help="start at this date")
    command.add_argument("--until", **_DATE, help="end at this date")
    add_ledger(command)

    command = new_command(
        "check", check, "Verify the ledger and list what looks wrong; exit with 1 on errors."
    )
    add_ledger(command)


def _add_number(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "projection", choices=PROJECTIONS, metavar="PROJECTION", help="one of the projections below"
    )
    command.add_argument("--of", metavar="NAME", help="the number to use (default: the headline)")
    _list_projections(command)


def _list_projections(command: argparse.ArgumentParser) -> None:
    others = [name for name in PROJECTIONS if name not in DEFAULT_PROJECTIONS]
    names = ", ".join([*DEFAULT_PROJECTIONS, *others])
    lines = textwrap.wrap(
        names, 78, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False
    )
    command.epilog = "\n".join(["projections:", *lines])


def show(options: argparse.Namespace) -> int:
    """Print views of projections."""
    names = [options.projection] if options.projection else DEFAULT_PROJECTIONS
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
    """Return the views of the projections with these command-line names."""
    classes = [_projection(name) for name in names]
    views = ledger.project(*classes, at=at, known_at=known_at)
    return views if len(classes) > 1 else [views]


def _projection(name: str) -> Any:
    from careerledger import projections

    return getattr(projections, PROJECTIONS[name])


def explain(options: argparse.Namespace) -> int:
    """Print the entries that make up a number, or changed it."""
    terminal = open_terminal()
    from careerledger.report.tables import render_explanation

    with open_existing(options.ledger) as ledger:
        explanation = ledger.explain(
            _projection(options.projection), of=options.of, at=options.at, between=options.between
        )
        entries = {entry.seq: entry for entry in ledger.entries()}
    terminal.print(render_explanation(explanation, entries))
    return 0


def series(options: argparse.Namespace) -> int:
    """Print a number over time."""
    terminal = open_terminal()
    from careerledger.report.tables import render_series

    with open_existing(options.ledger) as ledger:
        points = ledger.series(
            _projection(options.projection),
            every=options.every,
            since=options.since,
            until=options.until,
        )
    terminal.print(render_series(points, options.of))
    return 0


def compare(options: argparse.Namespace) -> int:
    """Print the open opportunities side by side."""
    terminal = open_terminal()
    from careerledger.report.tables import render_comparison

    with open_existing(options.ledger) as ledger:
        comparison = ledger.compare()
    terminal.print(render_comparison(comparison))
    return 0


def history(options: argparse.Namespace) -> int:
    """Print the history."""
    terminal = open_terminal()
    with open_existing(options.ledger) as ledger:
        print_entries(terminal, ledger.entries(since=options.since, until=options.until))
    return 0


def check(options: argparse.Namespace) -> int:
    """Verify the ledger and print its findings; return 1 if any is an error."""
    terminal = open_terminal()
    from careerledger.report.tables import render_findings

    with open_existing(options.ledger) as ledger:
        ledger.verify()
        findings, size = ledger.check(), len(ledger)
    terminal.print(render_findings(findings, size))
    return int(any(finding.severity == "error" for finding in findings))
