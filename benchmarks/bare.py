"""The bare limit: the same file and the same bytes with apsw and msgspec, without a ledger."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import apsw
import msgspec

from careerledger import codec
from careerledger.stores.sqlite import SQLiteStore

HISTORY = '"on", seq'
"""The order that a history has, through its index."""
INSERTION = "rowid"

_SETTINGS = {
    "recursive_triggers": 1,
    "foreign_keys": 1,
    "synchronous": "FULL",
    "fullfsync": 1,
    "checkpoint_fullfsync": 1,
    "temp_store": "MEMORY",
}
"""Those of careerledger's store that a reader or a writer pays for; the file itself says WAL."""

_COLUMNS = 'seq, body, id, type, "on", recorded_at, key, introduces, leaf'


def connected(path: Path) -> apsw.Connection:
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
    for name, value in _SETTINGS.items():
        connection.pragma(name, value)
    return connection


def fold_plain(path: Path, order: str) -> dict[str, float]:
    """Hours by theme, from entries decoded to plain values."""
    connection = connected(path)
    decode = msgspec.json.Decoder().decode
    hours: dict[str, float] = {}
    sql = f'SELECT body FROM entry WHERE ledger = 1 AND "on" IS NOT NULL ORDER BY {order}'
    for (body,) in connection.execute(sql):
        event = decode(body)["event"]
        spent = event["hours"]
        if spent:
            for theme in event["themes"]:
                hours[theme] = hours.get(theme, 0.0) + spent
    connection.close()
    return hours


def fold_typed(path: Path, order: str) -> dict[str, float]:
    """Hours by theme, from entries that msgspec decodes into the event classes.

    These are the decoders of careerledger's codec, without the rest of it.
    """
    connection = connected(path)
    readers = codec._Readers()
    hours: dict[str, float] = {}
    sql = f'SELECT type, body FROM entry WHERE ledger = 1 AND "on" IS NOT NULL ORDER BY {order}'
    for kind, body in connection.execute(sql):
        reader = readers[kind]
        # The few types that msgspec cannot check have no such decoder.
        event = (codec.decode(0, body) if reader is None else reader.decode(body)).event
        spent = event.hours
        if spent:
            for theme in event.themes:
                hours[theme] = hours.get(theme, 0.0) + spent
    connection.close()
    return hours


def rows(path: Path, after: int, upto: int) -> list[tuple[Any, ...]]:
    """The rows of entries as they are stored."""
    connection = connected(path)
    sql = f"SELECT {_COLUMNS} FROM entry WHERE ledger = 1 AND seq > ? AND seq <= ? ORDER BY seq"
    found = connection.execute(sql, (after, upto)).fetchall()
    connection.close()
    return found


class Rows:
    """Appends rows to a file of the same schema with the same settings, and nothing else."""

    def __init__(self, path: Path) -> None:
        new = not path.exists()
        if new:
            SQLiteStore(path).close()
        self.connection = connected(path)
        if new:
            self.connection.execute("INSERT INTO ledger VALUES (1, 'career', 0, '', x'')")

    def append(self, some: Sequence[tuple[Any, ...]]) -> None:
        """The rows, and the ledger's own row, in one transaction."""
        execute = self.connection.execute
        execute("BEGIN IMMEDIATE")
        last = some[-1]
        execute(
            "UPDATE ledger SET size = ?, recorded_at = ?, frontier = ? WHERE id = 1",
            (last[0], last[5], _FRONTIER),
        )
        self.connection.executemany(
            f"INSERT INTO entry (ledger, {_COLUMNS}) VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?)", some
        )
        execute("COMMIT")

    def close(self) -> None:
        self.connection.close()


_FRONTIER = bytes(32 * 6)
"""As many bytes as the frontier of some 100,000 entries takes."""


def without_snapshots(path: Path) -> None:
    """Make the next fold of a file start from nothing."""
    connection = connected(path)
    connection.execute("DELETE FROM snapshot")
    connection.close()


def batches(some: Sequence[Any], size: int) -> Iterable[Sequence[Any]]:
    return (some[start : start + size] for start in range(0, len(some), size))


SQLITE = apsw.sqlite_lib_version()
