"""The commands that write other files: ``export``, ``backup``, ``recover``."""

import argparse
from pathlib import Path

from careerledger.cli.arguments import NewCommand, open_existing
from careerledger.cli.printing import open_terminal, say
from careerledger.ledger import Ledger


def add_commands(new_command: NewCommand) -> None:
    """Add the commands of this file to the parser."""
    command = new_command("export", export, "Write the ledger as text, with nothing lost.")
    command.add_argument("file", type=Path, metavar="FILE.jsonl")

    command = new_command(
        "backup", backup, "Write the ledger into another file, while it is in use."
    )
    command.add_argument("file", type=Path, metavar="FILE")

    command = new_command("recover", recover, "Save what still verifies of a damaged file.")
    command.add_argument("new", type=Path, metavar="NEW", help="the file to make")


def export(options: argparse.Namespace) -> int:
    """Write the ledger as text."""
    with open_existing(options.ledger) as ledger:
        ledger.export_jsonl(options.file)
    return 0


def backup(options: argparse.Namespace) -> int:
    """Write the ledger into another file."""
    with open_existing(options.ledger) as ledger:
        ledger.backup(options.file)
    return 0


def recover(options: argparse.Namespace) -> int:
    """Save what still verifies of a damaged file; 1: something is lost."""
    terminal = open_terminal()
    losses = Ledger.recover(options.ledger, options.new)
    for loss in losses:
        say(terminal, f"lost: {loss}")
    with Ledger.open(options.new) as ledger:
        for name in ledger.store.ledgers():
            size = ledger.store.head(name).size
            entries = "entry" if size == 1 else "entries"
            say(terminal, f"{options.new} holds {size:,} {entries} of ledger {name!r}")
    return int(bool(losses))
