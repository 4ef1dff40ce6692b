"""The door: read bytes from elsewhere as strictly as if each stood alone.

Bytes are canonical if writing the entry that they hold gives the same bytes again: nothing is
doubled, missing or unknown then. Nearly all bytes are, which is seen in 4 µs. All others are
parsed thoroughly.
"""

from careerledger.events import Event, UnknownEvent
from careerledger.history import Entry
from careerledger.journal.codec import (
    NOT_QUICKLY,
    Codec,
    codecs,
    disclose_in,
    read,
    type_in,
    write,
)
from careerledger.journal.parser import MAX_BYTES, parse_entry
from careerledger.journal.personal import commitments_in, personal_fields, redact, subject_of

__all__ = ["decode"]


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


def _canonical(codec: Codec, seq: int, body: bytes, personal: bytes | None) -> Entry[Event] | None:
    """The entry in canonical bytes and disclosures; None: only the parser can say."""
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
    except (*NOT_QUICKLY, ValueError, StopIteration):
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
