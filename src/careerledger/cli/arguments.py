"""How commands take their arguments, and find the ledger and the entry that these name."""

import argparse
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

from careerledger.dates import PartialDate
from careerledger.errors import CareerLedgerError, DateError
from careerledger.ledger import Ledger

NewCommand = Callable[[str, Callable[[argparse.Namespace], int], str], argparse.ArgumentParser]
"""Adds a command by its name, the function that runs it, and its summary."""


class Parser(argparse.ArgumentParser):
    """A parser that raises its errors."""

    def error(self, message: str) -> NoReturn:
        """Raise CareerLedgerError with the message and where to get help."""
        raise CareerLedgerError(f"{message}; see '{self.prog} --help'")


def partial_date(text: str) -> PartialDate:
    """Read the argument as a year, a month or a day."""
    try:
        return PartialDate(text)
    except DateError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def instant(text: str) -> datetime:
    """Read the argument as a date and a time with an offset from UTC."""
    with suppress(ValueError, OverflowError):
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    raise argparse.ArgumentTypeError(
        f"{text!r} is not an instant; write a date, a time and its offset from UTC, "
        "as '2024-03-14T12:00Z'"
    )


def open_existing(path: Path) -> Ledger:
    """Open the ledger at a path, and make none where there is none."""
    try:
        path.stat()
    except OSError as error:
        raise CareerLedgerError(
            f"there is no ledger {path} ({error.strerror}); make one with 'careerledger log' or "
            "'careerledger import', or name another with --ledger"
        ) from error
    return Ledger.open(path)


def entry_id(ledger: Ledger, entry: str) -> str:
    """Return the id of the entry that a person named by its number or its id."""
    return ledger.entry(int(entry)).id if entry.isdecimal() else entry
