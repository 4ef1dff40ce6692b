"""Define the commands that record events: ``demo``, ``import``, ``log``."""

import argparse
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from careerledger.cli.arguments import NewCommand, add_ledger
from careerledger.cli.asking import DEFAULT_PROJECTIONS, project
from careerledger.cli.printing import open_terminal, print_entries, print_text, print_views
from careerledger.history import Draft
from careerledger.ledger import Ledger

if TYPE_CHECKING:
    from careerledger.interop.json_resume import Resume
    from careerledger.report.tables import Terminal


def add_commands(new_command: NewCommand) -> None:
    """Add the commands of this file to the parser."""
    command = new_command(
        "demo", demo, "Try it out: record a sample résumé and a made-up year, and show them."
    )
    command.add_argument(
        "--ledger",
        metavar="FILE",
        type=Path,
        default=Path("demo.ledger"),
        help="the ledger file (default: demo.ledger)",
    )

    command = new_command(
        "import", import_file, "Import a résumé or an exported ledger; importing twice is harmless."
    )
    command.add_argument(
        "file",
        type=Path,
        metavar="FILE",
        help="a JSON Resume file, which may be compressed with gzip or zip; or, if the name ends "
        "in .jsonl, a file that 'careerledger export' wrote",
    )
    add_ledger(command)

    command = new_command("log", log, "Record one event.")
    command.add_argument(
        "type",
        metavar="TYPE",
        help="the event type, such as course.finished; an unknown type prints the list",
    )
    command.add_argument(
        "fields",
        nargs="*",
        default=[],
        metavar="field=value",
        help="the fields, such as title=SQL hours=42; separate several values with commas "
        "(themes=data,climate), and a weight with a colon (toward=cto:0.5); on= is the date "
        "(default: today)",
    )
    add_ledger(command)


def demo(options: argparse.Namespace) -> int:
    """Record a sample résumé and a made-up year, and show them."""
    from careerledger import demo as sample
    from careerledger.interop import json_resume

    terminal, path = open_terminal(), options.ledger
    with Ledger.open(path) as ledger:
        _record_resume(terminal, ledger, "the résumé", json_resume.read(sample.resume()))
        _record(terminal, ledger, "a made-up year", sample.year())
        print_views(terminal, project(ledger, DEFAULT_PROJECTIONS, at=sample.AT))
    print_text(terminal, f"The ledger is {path}. Try: careerledger show all --ledger {path}")
    return 0


def import_file(options: argparse.Namespace) -> int:
    """Record the events of a JSON Resume file or of an exported ledger."""
    from careerledger.interop import json_resume

    terminal = open_terminal()
    if options.file.suffix == ".jsonl":
        with Ledger.open(options.ledger) as ledger:
            new = ledger.import_jsonl(options.file)
        print_text(terminal, f"{options.file.name}: {new} recorded")
        return 0
    resume = json_resume.read(options.file)
    with Ledger.open(options.ledger) as ledger:
        _record_resume(terminal, ledger, options.file.name, resume)
    return 0


def _record_resume(terminal: "Terminal", ledger: Ledger, name: str, resume: "Resume") -> None:
    _record(terminal, ledger, name, resume.drafts)
    for omission in resume.left_out:
        print_text(terminal, f"  left out {omission.path}: {omission.reason}")


def _record(terminal: "Terminal", ledger: Ledger, source: str, drafts: Sequence[Draft]) -> None:
    before = len(ledger)
    entries = ledger.record(drafts, amend=f"{source} changed")
    new = len({entry.id for entry in entries if entry.seq > before})
    amended = len(ledger) - before - new
    known = len(entries) - new - amended
    print_text(terminal, f"{source}: {new} recorded, {amended} amended, {known} already known")


def log(options: argparse.Namespace) -> int:
    """Record one event."""
    from careerledger.interop.words import event_from_words

    terminal = open_terminal()
    today = datetime.now(UTC).astimezone().date()
    event = event_from_words(options.type, options.fields, today=today)
    with Ledger.open(options.ledger) as ledger:
        entry = ledger.record(event)
    print_entries(terminal, [entry])
    return 0
