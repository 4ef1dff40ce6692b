"""Find and open the ledger, or all ledgers, that a word is about."""

import os
from collections.abc import Generator, Sequence
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any, Final

from careerledger.cli.framework import owner
from careerledger.cli.printing import print_notice
from careerledger.errors import CareerLedgerError, UnknownEntryError

if TYPE_CHECKING:
    from pathlib import Path

    from careerledger.history import Entry
    from careerledger.ledger import Ledger
    from careerledger.stores import Store

FILE_NAME: Final = "career.ledger"
DEFAULT_NAME: Final = "career"
_MAX_DIGITS: Final = 18
"""The maximum length of an entry number; SQLite has no integers of more than 64 bits."""


def chosen_file(path: "Path | None") -> "Path":
    """Return the file of the ledger.

    Args:
        path: The file that was named with ``--ledger``. None: the one that ``$CAREERLEDGER`` names,
            or ``career.ledger`` in this folder if it exists, or else in the user's data folder.
    """
    from pathlib import Path

    if path is not None:
        return path
    if variable := os.environ.get("CAREERLEDGER"):
        return Path(variable)
    return Path(FILE_NAME) if os.path.lexists(FILE_NAME) else _file_in_data_folder()


def _file_in_data_folder() -> "Path":
    from platformdirs import user_data_path

    return user_data_path("careerledger", appauthor=False) / FILE_NAME


@contextmanager
def existing_ledger(path: "Path | None", name: str | None) -> Generator["Ledger", None, None]:
    """Open a ledger that exists; a file without any ledger counts as one empty ledger."""
    file = chosen_file(path)
    with _existing_store(file) as store:
        ledger = _ledger(store, _chosen_name(store, file, name))
        with ledger.batch():
            yield ledger


@contextmanager
def existing_ledgers(
    path: "Path | None", name: str | None, purpose: str
) -> Generator[Sequence["Ledger"], None, None]:
    """Open all ledgers of a file, or the one with this name; raise an error if it has none.

    Args:
        path: As for ``chosen_file``.
        name: The name of the ledger; None: all of them.
        purpose: What to do with them, for the message if the file is empty.
    """
    file = chosen_file(path)
    with _existing_store(file) as store:
        names = store.ledgers()
        if not names:
            raise CareerLedgerError(
                f"{file} holds no ledger yet, so there is nothing to {purpose}; record something "
                "first, or name another file with --ledger"
            )
        chosen = names if name is None else [_chosen_name(store, file, name)]
        yield [_ledger(store, each) for each in chosen]


@contextmanager
def ledger_to_record(path: "Path | None", name: str | None) -> Generator["Ledger", None, None]:
    """Open a ledger; create it and its file where they do not exist, and say so."""
    from careerledger.stores.sqlite import SQLiteStore

    file = chosen_file(path)
    is_new = not os.path.lexists(file)
    if is_new and path is None and file == _file_in_data_folder():
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with closing(SQLiteStore(file, owner=owner())) as store:
        names = store.ledgers()
        if name is None:
            name = _chosen_name(store, file, None)
        if is_new:
            print_notice(f"created the ledger file {file}")
        ledger = _ledger(store, name)
        with ledger.batch():
            yield ledger
        if names and name not in names:
            print_notice(f"created the ledger {name!r} in {file}, beside {_quoted(names)}")


@contextmanager
def ledger_to_try(path: "Path | None", name: str | None) -> Generator["Ledger", None, None]:
    """Open a ledger in which nothing is recorded; an empty one if its file does not exist."""
    from careerledger.ledger import Ledger

    if os.path.lexists(chosen_file(path)):
        with existing_ledger(path, name) as ledger:
            yield ledger
    else:
        yield Ledger.in_memory()


@contextmanager
def _existing_store(file: "Path") -> Generator["Store", None, None]:
    from careerledger.stores.sqlite import SQLiteStore

    try:
        file.stat()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise CareerLedgerError(
            f"there is no ledger {file} ({reason}); create it with 'careerledger log' "
            "or 'careerledger import', or name another file with --ledger"
        ) from error
    with closing(SQLiteStore(file, owner=owner())) as store:
        yield store


def _ledger(store: "Store", name: str) -> "Ledger":
    from careerledger.ledger import Ledger

    return Ledger(store, name=name)


def _chosen_name(store: "Store", file: "Path", name: str | None) -> str:
    """Return the name of the ledger: the one that was named, or the only one of the file."""
    names = store.ledgers()
    if name is None and len(names) > 1:
        raise CareerLedgerError(
            f"{file} holds several ledgers: {_quoted(names)}; choose one with --name"
        )
    if name is None:
        return names[0] if names else DEFAULT_NAME
    if name not in names:
        others = f"it holds {_quoted(names)}; choose one" if names else "it holds none yet"
        raise CareerLedgerError(f"{file} has no ledger {name!r}; {others}")
    return name


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(map(repr, names))


def recorded_entry(ledger: "Ledger", entry: str) -> "Entry[Any]":
    """Return the entry with this number or id, as it was recorded."""
    if not entry.isdecimal():
        try:
            return ledger.entry(entry)
        except UnknownEntryError:
            raise CareerLedgerError(
                f"there is no entry {entry!r}; 'careerledger history' lists the numbers of entries"
            ) from None
    if len(entry) > _MAX_DIGITS:
        raise CareerLedgerError(f"an entry number must not have more than {_MAX_DIGITS} digits")
    return ledger.entry(int(entry))
