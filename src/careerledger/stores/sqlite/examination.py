"""Check that the parts of a file are consistent, and note where that was last checked."""
# pyright: reportUnknownMemberType=false
# (as in limits.py)

from hashlib import sha256
from pathlib import Path
from typing import Final

import apsw

from careerledger.errors import DamagedError
from careerledger.stores.sqlite.limits import MAX_SNAPSHOT, values_up_to

__all__ = [
    "boot_id_of",
    "check_names",
    "check_pages",
    "check_sizes",
    "is_examined",
    "note_examined",
]


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


_BOOT: Final = Path("/proc/sys/kernel/random/boot_id")
"""Linux writes a new random name here at each start of the machine."""


def boot_id_of(device: int, inode: int) -> str | None:
    """Return a secret name for this file on this machine since it started; None: unknown.

    A copy of the file has another name, and so has the file after a restart.
    """
    try:
        boot = _BOOT.read_bytes()
    except OSError:
        return None
    return sha256(boot + b"%d:%d" % (device, inode)).hexdigest()


def is_examined(connection: apsw.Connection, place: str | None) -> bool:
    """Whether the file was examined in this place.

    An examination takes time in proportion to the file's size. A file from elsewhere cannot claim
    that it was examined here, because it cannot know the name of the place.
    """
    sql = "SELECT 1 FROM examined WHERE id = 1 AND place = ?"
    return place is not None and connection.execute(sql, (place,)).get == 1


def note_examined(connection: apsw.Connection, place: str) -> None:
    """Write down where the file was examined, in the open transaction."""
    connection.execute("INSERT OR REPLACE INTO examined (id, place) VALUES (1, ?)", (place,))
