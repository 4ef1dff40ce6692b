"""Read bytes from elsewhere strictly.

Bytes are canonical if writing their entry again gives the same bytes: then no name is doubled,
missing or unknown. Nearly all bytes are canonical, and checking that takes 4 µs. All others go to
the slow, thorough parser.
"""

from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from careerledger.events import Event, UnknownEvent
from careerledger.history import Entry
from careerledger.journal.codec import (
    NOT_QUICKLY,
    Codec,
    codecs,
    disclose_in,
    read,
    read_canonical,
    type_in,
    write,
)
from careerledger.journal.parser import MAX_BYTES, parse_entry
from careerledger.journal.personal import commitments_in, personal_fields, redact, subject_of
from careerledger.stores import Row

__all__ = ["decode", "decode_alike"]


def decode(seq: int, body: bytes, personal: bytes | None = None) -> Entry[Event]:
    """Return the entry in bytes from elsewhere.

    Args:
        seq: The entry's number in its ledger; the bytes do not hold it.
        body: One JSON object, as UTF-8.
        personal: The disclosures kept beside it, one a line; None: there are none, or no more.

    Raises:
        CodecError: The bytes are not an entry; the message has the path to what is wrong.
    """
    codec = codecs()[type_in(body)]
    entry = None if codec is None else _canonical(codec, seq, body, personal)
    return parse_entry(seq, body, personal) if entry is None else entry


def decode_alike(rows: Sequence[Row]) -> dict[int, Entry[Event]]:
    """Return the entries, by number, in canonical rows without personal data.

    Entries of one type are read together, in half the time. ``decode`` reads or refuses the rest.
    """
    known = codecs()
    entries: dict[int, Entry[Event]] = {}
    by_type: dict[str, dict[int, bytes]] = {}
    for row in rows:
        if row.personal is None and len(row.body) <= MAX_BYTES:
            by_type.setdefault(row.type, {})[row.seq] = row.body
    for name, bodies in by_type.items():
        codec = known[name]
        if codec is None or codec.holds_event:
            continue
        public = bodies
        if codec.personal:
            public = {n: body for n, body in bodies.items() if b'"personal":' not in body}
        with suppress(*_NOT_CANONICAL):
            entries |= {entry.seq: entry for entry in read_canonical(codec, public)}
    return entries


def _canonical(codec: Codec, seq: int, body: bytes, personal: bytes | None) -> Entry[Event] | None:
    """Return the entry in canonical bytes and disclosures; None: only the parser can tell."""
    if len(body) > MAX_BYTES:
        return None
    try:
        entry = read(codec, seq, body)
        if entry is None:
            return None
        if codec.holds_event and isinstance(subject_of(entry.event), UnknownEvent):
            return None
        if personal is None and write(entry) == body:
            return entry
        return entry if _is_redacted(codec, entry, body, personal) else None
    except _NOT_CANONICAL:
        return None


def _is_redacted(codec: Codec, entry: Entry[Event], body: bytes, personal: bytes | None) -> bool:
    """Put the disclosures back; return whether that entry is written as these bytes and lines."""
    commitments = commitments_in(body)
    event = subject_of(entry.event)
    if (
        write(entry, commitments=commitments) != body
        or not commitments.keys() <= personal_fields(event).keys()
    ):
        return False
    if personal is None:
        return True
    salts = iter(disclose_in(codec, entry.event, personal))
    redaction = redact(event, lambda: bytes.fromhex(next(salts)))
    return (
        redaction is not None
        and redaction.lines == personal
        and redaction.commitments.keys() <= commitments.keys()
    )


_NOT_CANONICAL: Final = (*NOT_QUICKLY, ValueError, StopIteration)
