"""The commands that record events: ``demo``, ``import``, ``log``."""

import argparse
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from careerledger.cli.arguments import NewCommand
from careerledger.cli.asking import HEADLINES, project
from careerledger.cli.printing import open_terminal, print_entries, print_views, say
from careerledger.history import Draft
from careerledger.ledger import Ledger

if TYPE_CHECKING:
    from careerledger.interop.json_resume import Resume
    from careerledger.report.tables import Terminal


def add_commands(new_command: NewCommand) -> None:
    """Add the commands of this file to the parser."""
    command = new_command("demo", demo, "Import a résumé, record a made-up year, and show it.")
    command.set_defaults(ledger=Path("demo.ledger"))

    command = new_command(
        "import",
        import_file,
        "Record what a JSON Resume file or an export says; again is harmless.",
    )
    command.add_argument(
        "file",
        type=Path,
        metavar="FILE.json|FILE.jsonl",
        help="a résumé may be packed: gzip or zip",
    )

    command = new_command("log", log, "Record one event.")
    command.add_argument("type", metavar="TYPE", help="such as course.finished")
    command.add_argument(
        "fields",
        nargs="*",
        default=[],
        metavar="field=value",
        help="separate several values by commas (themes=data,climate), a weight by a colon "
        "(toward=cto:0.5); on= is today if not given",
    )


def demo(options: argparse.Namespace) -> int:
    """Record a résumé and a made-up year, and show them."""
    from careerledger import demo as material
    from careerledger.interop import json_resume

    terminal, path = open_terminal(), options.ledger
    with Ledger.open(path) as ledger:
        _record_resume(terminal, ledger, "the résumé", json_resume.read(material.resume()))
        _record(terminal, ledger, "a made-up year", material.year())
        print_views(terminal, project(ledger, HEADLINES, at=material.AT))
    say(terminal, f"All of it is in {path}: try 'careerledger show all --ledger {path}'.")
    return 0


def import_file(options: argparse.Namespace) -> int:
    """Record a JSON Resume file or an export."""
    from careerledger.interop import json_resume

    terminal = open_terminal()
    if options.file.suffix == ".jsonl":
        with Ledger.open(options.ledger) as ledger:
            new = ledger.import_jsonl(options.file)
        say(terminal, f"{options.file.name}: {new} new entries")
        return 0
    resume = json_resume.read(options.file)
    with Ledger.open(options.ledger) as ledger:
        _record_resume(terminal, ledger, options.file.name, resume)
    return 0


def _record_resume(terminal: "Terminal", ledger: Ledger, name: str, resume: "Resume") -> None:
    _record(terminal, ledger, name, resume.drafts)
    for omission in resume.left_out:
        say(terminal, f"  left out {omission.path}: {omission.reason}")


def _record(terminal: "Terminal", ledger: Ledger, source: str, drafts: Sequence[Draft]) -> None:
    before = len(ledger)
    entries = ledger.record(drafts, amend=f"{source} says otherwise now")
    new = len({entry.id for entry in entries if entry.seq > before})
    amended = len(ledger) - before - new
    known = len(entries) - new - amended
    say(terminal, f"{source}: {new} recorded, {amended} amended, {known} known already")


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
