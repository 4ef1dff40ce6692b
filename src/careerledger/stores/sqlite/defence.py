"""Open an untrusted file safely: it can run no SQL, and each page is checked before it is used.

Source: the advice to programs that read untrusted files in https://sqlite.org/security.html.
"""
# pyright: reportUnknownMemberType=false
# (as in limits.py)

from functools import cache
from pathlib import Path
from typing import Final

import apsw

from careerledger.errors import DamagedError
from careerledger.stores.sqlite.limits import MAX_VALUE
from careerledger.stores.sqlite.schema import SCHEMA, Definitions, definitions

__all__ = ["check_schema", "harden", "trust"]

_LIMITS: Final = {
    apsw.SQLITE_LIMIT_LENGTH: MAX_VALUE,
    apsw.SQLITE_LIMIT_SQL_LENGTH: 100_000,
    apsw.SQLITE_LIMIT_COLUMN: 100,
    # A query with all of its conditions has 24.
    apsw.SQLITE_LIMIT_EXPR_DEPTH: 30,
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

_STATISTICS: Final = frozenset(
    ("table", name, name, f"CREATE TABLE {name}({columns})")
    for name, columns in (
        ("sqlite_stat1", "tbl,idx,stat"),
        ("sqlite_stat4", "tbl,idx,neq,nlt,ndlt,sample"),
    )
)
"""Tables that ANALYZE makes."""

_MAX_SHOWN: Final = 200
"""How many characters of foreign names an error shows."""


def harden(connection: apsw.Connection) -> None:
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


def check_schema(connection: apsw.Connection, path: Path) -> None:
    """Raise DamagedError where a file's schema is not ours, to the letter.

    Reading it runs nothing of it: SQLite parses what it defines, and we compare the text.
    """
    encoding = connection.pragma("encoding")
    if encoding != "UTF-8":
        raise DamagedError(
            f"{path} holds text as {encoding}, where a ledger has UTF-8; "
            "restore the file from a backup"
        )
    odd = {name for _, name, _, _ in (definitions(connection) - _STATISTICS) ^ _expected()}
    if odd:
        raise DamagedError(
            f"{path} has another schema than format {connection.pragma('user_version')}: "
            f"{', '.join(sorted(map(repr, odd)))[:_MAX_SHOWN]} is missing, altered or unexpected; "
            "restore the file from a backup"
        )


@cache
def _expected() -> Definitions:
    """Return the definitions of a new file, with SQLite's automatic indexes."""
    connection = apsw.Connection(":memory:")
    connection.execute(SCHEMA)
    expected = definitions(connection)
    connection.close()
    return expected
