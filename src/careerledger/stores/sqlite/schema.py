"""The tables of a ledger file, and the file in which nothing is recorded yet."""
# pyright: reportUnknownMemberType=false
# (as in limits.py)

from functools import cache
from typing import Final

import apsw

__all__ = ["APPLICATION_ID", "FORMAT", "SCHEMA", "Definitions", "definitions", "empty_file"]

APPLICATION_ID: Final = 0x63_61_72_4C
"""Marks a file as ours ("carL"); SQLite keeps it in the file's header."""
FORMAT: Final = 1
"""The version of the schema below; SQLite keeps it as ``user_version``."""

SCHEMA: Final = """
CREATE TABLE ledger (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    size INTEGER NOT NULL,          -- how many entries
    recorded_at TEXT NOT NULL,      -- when the last one was recorded
    frontier BLOB NOT NULL          -- of the RFC 6962 tree over the leaves, largest subtree first
) STRICT;

CREATE TABLE entry (                -- all but body, leaf and personal repeats what the body says
    ledger INTEGER NOT NULL REFERENCES ledger (id) DEFERRABLE INITIALLY DEFERRED,
    seq INTEGER NOT NULL,           -- from 1, without a hole
    id TEXT NOT NULL,
    type TEXT NOT NULL,
    "on" TEXT,                      -- when it happened; NULL for a correction
    recorded_at TEXT NOT NULL,
    key TEXT,
    source TEXT,
    batch TEXT,
    target TEXT,                    -- id of the entry that a correction is about
    introduces TEXT,                -- kind:id
    names TEXT,                     -- the other ids, each as kind:id: a JSON array
    body BLOB NOT NULL,             -- the whole entry as JSON
    leaf BLOB NOT NULL,             -- SHA-256 of a zero byte and the body
    personal BLOB                   -- what the body only has hashes of, each a line of JSON
) STRICT;

CREATE UNIQUE INDEX entry_number ON entry (ledger, seq);
CREATE UNIQUE INDEX entry_id ON entry (ledger, id);
CREATE INDEX entry_history ON entry (ledger, "on", seq, type) WHERE "on" IS NOT NULL;
CREATE INDEX entry_correction ON entry (ledger, seq) WHERE "on" IS NULL;
CREATE INDEX entry_key ON entry (ledger, key, seq) WHERE key IS NOT NULL;
CREATE INDEX entry_source ON entry (ledger, source, seq) WHERE source IS NOT NULL;
CREATE INDEX entry_batch ON entry (ledger, batch, seq) WHERE batch IS NOT NULL;
CREATE INDEX entry_target ON entry (ledger, target, seq) WHERE target IS NOT NULL;
CREATE INDEX entry_introduces ON entry (ledger, introduces, seq) WHERE introduces IS NOT NULL;
CREATE INDEX entry_personal ON entry (ledger, seq) WHERE personal IS NOT NULL;

CREATE TABLE named (                -- an index: which entry has which id in its names
    ledger INTEGER NOT NULL REFERENCES ledger (id) DEFERRABLE INITIALLY DEFERRED,
    name TEXT NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (ledger, name, seq)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER entry_is_never_changed
BEFORE UPDATE OF ledger, seq, id, type, "on", recorded_at, key, source, batch, target, introduces,
    names, body, leaf ON entry
BEGIN SELECT RAISE(ABORT, 'an entry is never changed'); END;
CREATE TRIGGER personal_is_only_erased BEFORE UPDATE OF personal ON entry
WHEN NEW.personal IS NOT NULL AND length(NEW.personal) >= coalesce(length(OLD.personal), 0)
BEGIN SELECT RAISE(ABORT, 'what is personal is only ever erased'); END;
CREATE TRIGGER entry_goes_with_its_ledger BEFORE DELETE ON entry
WHEN EXISTS (SELECT 1 FROM ledger WHERE id = OLD.ledger)
BEGIN SELECT RAISE(ABORT, 'an entry is never deleted while its ledger exists'); END;

CREATE TABLE snapshot (             -- saved running states; may be emptied at any time
    ledger INTEGER NOT NULL REFERENCES ledger (id) DEFERRABLE INITIALLY DEFERRED,
    key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    seen INTEGER NOT NULL,
    "on" TEXT NOT NULL,
    seq INTEGER NOT NULL,
    state BLOB NOT NULL,
    PRIMARY KEY (ledger, key, "on", seq)
) STRICT;
"""

Definitions = frozenset[tuple[str, str, str, str | None]]
"""What a database says that it consists of: type, name, table and SQL of each part."""


def definitions(connection: apsw.Connection) -> Definitions:
    """Return what a database consists of. SQLite runs none of it for this."""
    return frozenset(connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_schema"))


@cache
def empty_file() -> bytes:
    """Return the bytes of a file without a ledger."""
    connection = apsw.Connection(":memory:")
    connection.execute(SCHEMA)
    connection.pragma("application_id", APPLICATION_ID)
    connection.pragma("user_version", FORMAT)
    content = bytearray(connection.serialize("main"))
    connection.close()
    # These two bytes say that the file has a write-ahead log; one in memory cannot have any.
    content[18:20] = b"\2\2"
    return bytes(content)
