"""Define the commands that copy a ledger: ``export``, ``backup``, ``recover``."""

import argparse
from pathlib import Path

from careerledger.cli.arguments import NewCommand, add_ledger, open_existing
from careerledger.cli.printing import open_terminal, print_text
from careerledger.ledger import Ledger


def add_commands(new_command: NewCommand) -> None:
    """Add the commands of this file to the parser."""
    command = new_command("export", export, "Export the whole ledger as text (JSON Lines).")
    command.add_argument("file", type=Path, metavar="FILE.jsonl", help="the file to create")
    add_ledger(command)

    command = new_command(
        "backup", backup, "Copy the ledger to a new file, even while it is in use."
    )
    command.add_argument("file", type=Path, metavar="FILE", help="the file to create")
    add_ledger(command)

    command = new_command(
        "recover", recover, "Copy the undamaged entries of a damaged ledger to a new file."
    )
    command.add_argument("new", type=Path, metavar="NEW", help="the file to create")
    add_ledger(command)


def export(options: argparse.Namespace) -> int:
    """Export the ledger as text."""
    with open_existing(options.ledger) as ledger:
        ledger.export_jsonl(options.file)
    return 0


def backup(options: argparse.Namespace) -> int:
    """Copy the ledger to a new file."""
    with open_existing(options.ledger) as ledger:
        ledger.backup(options.file)
    return 0


def recover(options: argparse.Namespace) -> int:
    """Copy the undamaged entries to a new file; return 1 if anything is lost."""
    terminal = open_terminal()
    losses = Ledger.recover(options.ledger, options.new)
    for loss in losses:
        print_text(terminal, f"lost: {loss}")
    with Ledger.open(options.new) as ledger:
        for name in ledger.store.ledgers():
            size = ledger.store.head(name).size
            entries = "entry" if size == 1 else "entries"
            print_text(terminal, f"{options.new} holds {size:,} {entries} of ledger {name!r}")
    return int(bool(losses))
