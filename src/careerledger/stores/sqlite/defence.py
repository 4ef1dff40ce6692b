"""How a file is opened that anyone may have made: it can run no SQL, and takes no more than memory.

Source: the advice to programs that read untrusted files in https://sqlite.org/security.html.
"""
# pyright: reportUnknownMemberType=false
# (as in sqlite.py)

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any, Final

import apsw

from careerledger.errors import DamagedError

__all__ = [
    "COMMON_ROWS",
    "MAX_COMMON",
    "MAX_PAGE",
    "MAX_RESULT",
    "MAX_SNAPSHOT",
    "MAX_SNAPSHOTS",
    "MAX_VALUE",
    "check_pages",
    "check_schema",
    "check_sizes",
    "is_examined",
    "note_examined",
    "place_of",
    "read",
    "restrain",
    "trust",
    "values_up_to",
]

MAX_VALUE: Final = 4_000_000
"""No row has more bytes: an entry has at most 1,000,000, what is kept beside it as many again."""
MAX_SNAPSHOT: Final = 32_000_000
"""No snapshot has more bytes. That of a network of 25,000 contacts has 8,400,000."""
MAX_SNAPSHOTS: Final = 64_000_000
"""No more bytes of snapshots are read at once; others are as if they were not there."""
MAX_PAGE: Final = 16_000_000
"""When so many bytes are read, a page of rows is full. A thousand common entries have 500,000."""
MAX_COMMON: Final = 8_000
"""No value of a common row has more bytes."""
COMMON_ROWS: Final = 1_000
"""So many common rows are not too many to be read without counting their bytes."""
MAX_RESULT: Final = 128_000_000
"""No question has an answer of more bytes at once; 250,000 corrections have as many."""

_LIMITS: Final = {
    apsw.SQLITE_LIMIT_LENGTH: MAX_VALUE,
    apsw.SQLITE_LIMIT_SQL_LENGTH: 100_000,
    apsw.SQLITE_LIMIT_COLUMN: 100,
    apsw.SQLITE_LIMIT_EXPR_DEPTH: 20,
    apsw.SQLITE_LIMIT_COMPOUND_SELECT: 5,
    apsw.SQLITE_LIMIT_VDBE_OP: 25_000,
    apsw.SQLITE_LIMIT_FUNCTION_ARG: 8,
    # One, which SQLite itself needs to write a file anew without its free pages.
    apsw.SQLITE_LIMIT_ATTACHED: 1,
    apsw.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 50,
    apsw.SQLITE_LIMIT_TRIGGER_DEPTH: 10,
    apsw.SQLITE_LIMIT_WORKER_THREADS: 0,
}

_SWITCHES: Final = {
    # No SQL can write to the schema or otherwise behind SQLite's back.
    apsw.SQLITE_DBCONFIG_DEFENSIVE: 1,
    apsw.SQLITE_DBCONFIG_WRITABLE_SCHEMA: 0,
    apsw.SQLITE_DBCONFIG_TRUSTED_SCHEMA: 0,
    apsw.SQLITE_DBCONFIG_ENABLE_TRIGGER: 0,
    apsw.SQLITE_DBCONFIG_ENABLE_VIEW: 0,
    apsw.SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION: 0,
    apsw.SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER: 0,
}

_GATHERED: Final = frozenset(
    ("table", name, name, f"CREATE TABLE {name}({columns})")
    for name, columns in (
        ("sqlite_stat1", "tbl,idx,stat"),
        ("sqlite_stat4", "tbl,idx,neq,nlt,ndlt,sample"),
    )
)
"""Tables that ANALYZE makes."""

_SHOWN: Final = 200
"""How many characters of foreign names an error shows."""

Schema = frozenset[tuple[str, str, str, str | None]]


def restrain(connection: apsw.Connection) -> None:
    """Let a connection do nothing that only a hostile file would make it do."""
    for limit, value in _LIMITS.items():
        connection.limit(limit, value)
    for switch, value in _SWITCHES.items():
        connection.config(switch, value)
    # Look at each page before it is used, and read pages rather than map them: a file that is
    # cut off while it is mapped would kill the program.
    connection.pragma("cell_size_check", 1)
    connection.pragma("mmap_size", 0)


def trust(connection: apsw.Connection) -> None:
    """Let the triggers run, once they are known to be our own."""
    connection.config(apsw.SQLITE_DBCONFIG_ENABLE_TRIGGER, 1)


def check_schema(connection: apsw.Connection, path: Path, schema: str) -> None:
    """Raise DamagedError where a file's schema is not this one, to the letter.

    Reading it runs nothing of it: SQLite parses what it defines, and we compare the text.
    """
    encoding = connection.pragma("encoding")
    if encoding != "UTF-8":
        raise DamagedError(
            f"{path} holds text as {encoding}, where a ledger has UTF-8; "
            "restore the file from a backup"
        )
    found, expected = _schema(connection), expected_schema(schema)
    odd = {name for _, name, _, _ in (found - _GATHERED) ^ expected}
    if odd:
        raise DamagedError(
            f"{path} has another schema than format {connection.pragma('user_version')}: "
            f"{', '.join(sorted(map(repr, odd)))[:_SHOWN]} is missing, altered or too much; "
            "restore the file from a backup"
        )


def _schema(connection: apsw.Connection) -> Schema:
    return frozenset(connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_schema"))


@cache
def expected_schema(schema: str) -> Schema:
    """What SQLite says of a new file with this schema, its automatic indexes too."""
    connection = apsw.Connection(":memory:")
    connection.execute(schema)
    expected = _schema(connection)
    connection.close()
    return expected


def check_pages(connection: apsw.Connection, path: Path, how: str = "quick_check") -> None:
    """Raise DamagedError where pages do not make up whole tables of rows of the right types.

    A tree whose pages lead to each other in a ring would else be read for ever.

    Args:
        connection: To the file.
        path: Of the file.
        how: SQLite's pragma; with ``integrity_check`` indexes have to fit their tables, too.
    """
    with values_up_to(connection, MAX_SNAPSHOT):
        found = str(connection.pragma(how, 1))
    if found != "ok":
        *_, what = found.splitlines()  # behind a heading
        raise DamagedError(f"{path} is damaged: {what}; restore it from a backup")


def check_sizes(connection: apsw.Connection, path: Path) -> None:
    """Raise DamagedError where a ledger has not as many entries as it says."""
    for name, size in connection.execute(
        "SELECT name, size FROM ledger "
        "WHERE size <> (SELECT count(*) FROM entry WHERE entry.ledger = ledger.id) LIMIT 1"
    ):
        raise DamagedError(
            f"ledger {name!r} in {path} has not the {size} entries that it says; "
            "restore the file from a backup"
        )


_BOOT: Final = Path("/proc/sys/kernel/random/boot_id")
"""Linux's random name for the time from one start of the machine to the next."""


def place_of(device: int, inode: int) -> str | None:
    """A name for where a file is, which nobody elsewhere can know; None if there is none.

    It is another after the file was copied, or the machine was started anew.
    """
    try:
        boot = _BOOT.read_bytes()
    except OSError:
        return None
    return sha256(boot + b"%d:%d" % (device, inode)).hexdigest()


def is_examined(connection: apsw.Connection, place: str | None) -> bool:
    """Whether the pages of the file were looked through in this place.

    To do so takes as long as the file is large. A file that came from elsewhere cannot say that
    it was done here, whatever it says.
    """
    sql = "SELECT 1 FROM examined WHERE id = 1 AND place = ?"
    return place is not None and connection.execute(sql, (place,)).get == 1


def note_examined(connection: apsw.Connection, place: str) -> None:
    """Write down, in the transaction that is under way, where the file was looked through."""
    connection.execute("INSERT OR REPLACE INTO examined (id, place) VALUES (1, ?)", (place,))


@contextmanager
def values_up_to(connection: apsw.Connection, most: int) -> Generator[None, None, None]:
    """Let no value have more bytes meanwhile; ``apsw.TooBigError`` for one that has."""
    connection.limit(apsw.SQLITE_LIMIT_LENGTH, most)
    try:
        yield
    finally:
        connection.limit(apsw.SQLITE_LIMIT_LENGTH, MAX_VALUE)


def read(rows: Iterator[Any], most: int, step: int = 16) -> tuple[list[Any], bool]:
    """Rows, until they have so many bytes together; and whether there are more of them.

    Args:
        rows: What SQLite finds.
        most: How many bytes are enough.
        step: How many rows are read before their bytes are counted.
    """
    found: list[Any] = []
    size = 0
    while some := list(islice(rows, step)):
        found += some
        size += sum(len(value) for row in some for value in row if isinstance(value, str | bytes))
        if size > most:
            return found, next(rows, None) is not None
    return found, False
