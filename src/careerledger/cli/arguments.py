"""Parse the arguments that commands share, and open the ledger that they name."""

import argparse
import os
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NoReturn

from careerledger.dates import PartialDate
from careerledger.errors import CareerLedgerError, DateError
from careerledger.ledger import Ledger

NewCommand = Callable[[str, Callable[[argparse.Namespace], int], str], argparse.ArgumentParser]
"""Adds a command, given its name, the function that runs it, and its summary."""


_MAX_DIGITS: Final = 18
"""The maximum length of an entry number; SQLite has no integers of more than 64 bits."""


class Parser(argparse.ArgumentParser):
    """A parser that raises its errors instead of exiting."""

    def error(self, message: str) -> NoReturn:
        """Raise CareerLedgerError with the message and the command that prints help."""
        raise CareerLedgerError(f"{message}; see '{self.prog} --help'")


def add_ledger(command: argparse.ArgumentParser) -> None:
    """Add the option ``--ledger``."""
    command.add_argument(
        "--ledger",
        metavar="FILE",
        type=Path,
        default=Path(os.environ.get("CAREERLEDGER") or "career.ledger"),
        help="the ledger file (default: $CAREERLEDGER, or else career.ledger)",
    )


def add_entry(command: argparse.ArgumentParser) -> None:
    """Add the argument ``ENTRY``."""
    command.add_argument("entry", metavar="ENTRY", help="the entry's number or id")


def partial_date(text: str) -> PartialDate:
    """Parse an argument as a year, a month or a day."""
    try:
        return PartialDate(text)
    except DateError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def instant(text: str) -> datetime:
    """Parse an argument as a date and time with an offset from UTC."""
    with suppress(ValueError, OverflowError):
        value = datetime.fromisoformat(text)
        if value.tzinfo is not None:
            return value.astimezone(UTC)
    raise argparse.ArgumentTypeError(
        f"{text!r} is not an instant; write a date, a time and its offset from UTC: "
        "'2024-03-14T12:00Z'"
    )


def open_existing(path: Path) -> Ledger:
    """Open the ledger at a path; raise CareerLedgerError if it is missing."""
    try:
        path.stat()
    except OSError as error:
        raise CareerLedgerError(
            f"there is no ledger {path} ({error.strerror}); create it with 'careerledger log' "
            "or 'careerledger import', or name another file with --ledger"
        ) from error
    return Ledger.open(path)


def entry_id(ledger: Ledger, entry: str) -> str:
    """Return the id of the entry that a person named by its number or id."""
    if not entry.isdecimal():
        return entry
    if len(entry) > _MAX_DIGITS:
        raise CareerLedgerError(f"an entry number must not have more than {_MAX_DIGITS} digits")
    return ledger.entry(int(entry)).id
