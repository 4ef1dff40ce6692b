"""Words that copy ledgers: ``backup``, ``export``, ``recover``."""

from typing import TYPE_CHECKING, Final

import click

from careerledger.cli.framework import FILE, ledger_option, name_option, word
from careerledger.cli.ledgers import chosen_file, existing_ledgers
from careerledger.cli.printing import print_text
from careerledger.errors import CareerLedgerError

if TYPE_CHECKING:
    from pathlib import Path


@word("backup", examples=["backup copy.ledger", "backup user-1.ledger --name user-1"])
@click.argument("file", type=FILE)
@ledger_option
@name_option
def backup(*, file: "Path", path: "Path | None", name: str | None) -> None:
    """Copy all ledgers to a new file, even while they are in use.

    FILE is the file to create. With --name, copy one ledger.
    """
    from careerledger.journal import backup_all

    with existing_ledgers(path, name, "back up") as ledgers:
        names = [ledger.name for ledger in ledgers]
        backup_all(ledgers[0].store, names, file)
    _print_content(file)


@word("export", examples=["export career.jsonl", "export user-1.jsonl --name user-1"])
@click.argument("file", metavar="FILE.jsonl", type=FILE)
@ledger_option
@name_option
def export(*, file: "Path", path: "Path | None", name: str | None) -> None:
    """Export a whole ledger as text (JSON Lines).

    FILE.jsonl is the file to create. It holds one ledger: of several, choose one with --name.
    """
    with existing_ledgers(path, name, "export") as ledgers:
        if len(ledgers) > 1:
            names = ", ".join(repr(ledger.name) for ledger in ledgers)
            raise CareerLedgerError(
                f"{chosen_file(path)} holds several ledgers: {names}; an export holds one, so "
                "choose one with --name"
            )
        ledger = ledgers[0]
        ledger.export_jsonl(file)
        print_text(f"{file}: {_count(len(ledger))} of ledger {ledger.name!r}")


@word("recover", examples=["recover saved.ledger --ledger damaged.ledger"])
@click.argument("new", metavar="NEW", type=FILE)
@ledger_option
def recover(*, new: "Path", path: "Path | None") -> int:
    """Copy the undamaged entries of a damaged file to a new file; exit with 1 if any is lost.

    NEW is the file to create. All ledgers of the file are recovered.
    """
    from careerledger.ledger import Ledger

    losses = Ledger.recover(chosen_file(path), new)
    for loss in losses:
        print_text(f"lost: {loss}")
    _print_content(new)
    return int(bool(losses))


def _print_content(file: "Path") -> None:
    with existing_ledgers(file, None, "copy") as ledgers:
        for ledger in ledgers:
            print_text(f"{file}: {_count(len(ledger))} of ledger {ledger.name!r}")


def _count(size: int) -> str:
    return f"{size:,} {'entry' if size == 1 else 'entries'}"


WORDS: Final = (backup, export, recover)
