"""Check that the parts of a file are consistent."""
# pyright: reportUnknownMemberType=false
# (as in limits.py)

from pathlib import Path
from typing import Final

import apsw

from careerledger.errors import DamagedError
from careerledger.stores.sqlite.limits import MAX_SNAPSHOT, values_up_to

__all__ = ["check_names", "check_pages", "check_sizes"]


def check_pages(connection: apsw.Connection, path: Path, how: str = "quick_check") -> None:
    """Raise DamagedError where the pages are not whole tables with rows of the right types.

    Without this check, reading a tree whose pages form a ring would never end.

    Args:
        connection: To the file.
        path: Of the file.
        how: SQLite's pragma; with ``integrity_check`` indexes have to fit their tables, too.
    """
    with values_up_to(connection, MAX_SNAPSHOT):
        answer = str(connection.pragma(how, 1))
    if answer != "ok":
        *_, damage = answer.splitlines()  # behind a heading
        raise DamagedError(f"{path} is damaged: {damage}; restore it from a backup")


def check_sizes(connection: apsw.Connection, path: Path, ledger: str | None = None) -> None:
    """Raise DamagedError where a ledger lacks one of the entries from 1 to its size.

    Args:
        connection: To the file.
        path: Of the file.
        ledger: The only ledger to look at; None: all.
    """
    for name, size in connection.execute(
        "SELECT name, size FROM ledger WHERE name = coalesce(?, name) AND (size, size) <> "
        "(SELECT count(*), count(*) FILTER (WHERE seq BETWEEN 1 AND size) FROM entry "
        "WHERE entry.ledger = ledger.id) LIMIT 1",
        (ledger,),
    ):
        raise DamagedError(
            f"ledger {name!r} in {path} does not have its {size} entries; "
            "restore the file from a backup"
        )


def check_names(connection: apsw.Connection, path: Path, ledger: str | None = None) -> None:
    """Raise DamagedError where the index of names does not match the entries.

    Args:
        connection: To the file, in a transaction, because entries and index are read in turn.
        path: Of the file.
        ledger: The only ledger to look at; None: all.
    """
    for sql, problem in (
        (_HAS_ODD_NAMES, "the names of an entry are not a JSON array"),
        (_HAS_ODD_INDEX, "its index of names does not match its entries"),
    ):
        if connection.execute(_CHOSEN + sql, {"ledger": ledger}).get:
            raise DamagedError(f"{path} is damaged: {problem}; restore it from a backup")


_CHOSEN: Final = "WITH chosen AS (SELECT id FROM ledger WHERE name = coalesce(:ledger, name)) "
_HAS_ODD_NAMES: Final = """
SELECT EXISTS (
    SELECT 1 FROM entry WHERE ledger IN chosen AND names IS NOT NULL
    AND iif(json_valid(names), json_type(names), '') <> 'array'
)
"""
# SQLite reads all names within one step, while other threads go on. An index that has each name
# of each entry, and not more than these, fits.
_HAS_ODD_INDEX: Final = """
SELECT EXISTS (
    SELECT 1 FROM entry, json_each(names) AS listed
    WHERE ledger IN chosen AND names IS NOT NULL AND (listed.type <> 'text' OR NOT EXISTS (
        SELECT 1 FROM named WHERE named.ledger = entry.ledger AND named.name = listed.value
        AND named.seq = entry.seq
    ))
) OR (SELECT count(*) FROM named WHERE ledger IN chosen) <> (
    SELECT coalesce(sum((SELECT count(DISTINCT value) FROM json_each(names))), 0) FROM entry
    WHERE ledger IN chosen AND names IS NOT NULL
)
"""
