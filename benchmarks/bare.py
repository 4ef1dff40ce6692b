"""The bare limit: the same file and the same bytes with apsw and msgspec, without a ledger."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

import apsw
import attrs
import msgspec

from careerledger.events import Action
from careerledger.journal import codec
from careerledger.stores.sqlite import SQLiteStore

_SETTINGS = {
    "recursive_triggers": 1,
    "foreign_keys": 1,
    "synchronous": "FULL",
    "fullfsync": 1,
    "checkpoint_fullfsync": 1,
    "temp_store": "MEMORY",
}
"""Those of careerledger's store that a reader or a writer pays for; the file itself says WAL."""

_COLUMNS = (
    'seq, id, type, "on", recorded_at, key, source, batch, target, introduces, names, body, leaf, '
    "personal"
)


def connected(path: Path) -> apsw.Connection:
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
    for name, value in _SETTINGS.items():
        connection.pragma(name, value)
    return connection


def fold_typed(path: Path) -> dict[str, float]:
    """Return hours by theme, from entries that msgspec decodes into the event classes.

    These are the decoders of careerledger's codec, without the rest of it.
    """
    connection = connected(path)
    codecs = codec.codecs()
    hours: dict[str, float] = {}
    sql = 'SELECT type, body FROM entry WHERE ledger = 1 AND "on" IS NOT NULL ORDER BY "on", seq'
    for kind, body in connection.execute(sql):
        event = codecs[kind].read(body).event  # without what is kept beside it
        spent = event.hours
        if spent:
            for theme in event.themes:
                hours[theme] = hours.get(theme, 0.0) + spent
    connection.close()
    return hours


def hash_all(path: Path) -> bytes:
    """Return the hash of the leaf hashes of all entries, in their order."""
    connection = connected(path)
    all_hashes = sha256()
    for (body,) in connection.execute("SELECT body FROM entry WHERE ledger = 1 ORDER BY seq"):
        all_hashes.update(sha256(b"\0" + body).digest())
    connection.close()
    return all_hashes.digest()


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

    def append(self, some: Sequence[tuple[Any, ...]], frontier: bytes | None = None) -> None:
        """The rows, and the ledger's own row, in one transaction."""
        execute = self.connection.execute
        execute("BEGIN IMMEDIATE")
        last = some[-1]
        execute(
            "UPDATE ledger SET size = ?, recorded_at = ?, frontier = ? WHERE id = 1",
            (last[0], last[4], frontier or _FRONTIER),
        )
        self.connection.executemany(
            f"INSERT INTO entry (ledger, {_COLUMNS}) VALUES (1{', ?' * 14})", some
        )
        execute("COMMIT")

    def append_event(self, event: Action) -> None:
        """The row of one event, made here: its JSON, its leaf hash, the frontier's node hashes."""
        ((seq, frontier),) = self.connection.execute("SELECT size + 1, frontier FROM ledger")
        now = datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
        kind, id_ = type(event).__event__, str(uuid4())
        fields = {name: _value(getattr(event, name)) for name in _names(type(event))}
        body = msgspec.json.encode(
            {
                "id": id_,
                "type": kind.name,
                "version": kind.version,
                "recorded_at": now,
                "key": None,
                "source": None,
                "batch": None,
                "event": fields,
            }
        )
        leaf = sha256(b"\0" + body).digest()
        node, carries = leaf, seq - 1
        while carries & 1:
            node = sha256(b"\1" + frontier[-32:] + node).digest()
            frontier, carries = frontier[:-32], carries >> 1
        row = (seq, id_, kind.name, str(event.on), now, *[None] * 6, body, leaf, None)
        self.append([row], frontier + node)

    def close(self) -> None:
        self.connection.close()


@cache
def _names(cls: type[Action]) -> list[str]:
    return [field.name for field in attrs.fields(cls)]


def _value(value: object) -> object:
    if isinstance(value, str):
        return str(value)
    if isinstance(value, frozenset):
        return sorted(value)
    return dict(value) if isinstance(value, Mapping) else value


_FRONTIER = bytes(32 * 6)
"""As many bytes as the frontier of some 100,000 entries takes."""


def drop_snapshots(path: Path) -> None:
    """Make the next fold of a file start from nothing."""
    connection = connected(path)
    connection.execute("DELETE FROM snapshot")
    connection.close()


def batches(some: Sequence[Any], size: int) -> Iterable[Sequence[Any]]:
    return (some[start : start + size] for start in range(0, len(some), size))


SQLITE = apsw.sqlite_lib_version()
