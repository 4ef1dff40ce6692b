"""How much of a file is read at once: a hostile one must not fill all memory."""
# pyright: reportUnknownMemberType=false
# (apsw's types name collections.abc.Buffer, which Python 3.11 does not have)

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any, Final

import apsw

__all__ = [
    "COMMON_ROWS",
    "MAX_COMMON",
    "MAX_PAGE",
    "MAX_RESULT",
    "MAX_SNAPSHOT",
    "MAX_SNAPSHOTS",
    "MAX_VALUE",
    "read_up_to",
    "values_up_to",
]

MAX_VALUE: Final = 4_000_000
"""No row has more bytes: an entry has at most 1,000,000, its personal lines as many again."""
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


@contextmanager
def values_up_to(connection: apsw.Connection, most: int) -> Generator[None, None, None]:
    """Let no value have more bytes meanwhile; ``apsw.TooBigError`` for one that has."""
    try:
        connection.limit(apsw.SQLITE_LIMIT_LENGTH, most)
        yield
    finally:
        connection.limit(apsw.SQLITE_LIMIT_LENGTH, MAX_VALUE)


def read_up_to(rows: Iterator[Any], most: int, step: int = 16) -> tuple[list[Any], bool]:
    """Read rows until they have so many bytes together, and say whether there are more of them.

    Args:
        rows: What SQLite finds.
        most: How many bytes are enough.
        step: How many rows are read before their bytes are counted.
    """
    taken: list[Any] = []
    size = 0
    while some := list(islice(rows, step)):
        taken += some
        size += sum(len(value) for row in some for value in row if isinstance(value, str | bytes))
        if size > most:
            return taken, next(rows, None) is not None
    return taken, False
