"""Parse the bytes of an entry thoroughly: nothing doubled, missing, unknown, too long or too deep.

An entry takes some 50 µs. ``codec`` reads bytes that are exactly as this program writes them, in
2 µs, and leaves all others to this parser, which upcasts old versions and explains errors.
"""

import json
from datetime import datetime
from typing import Annotated, Any, Final, cast

import msgspec

from careerledger.errors import CodecError
from careerledger.events import Event
from careerledger.history import Entry
from careerledger.journal.converter import (
    RefusedError,
    build,
    is_object,
    json_type,
    require_names,
)
from careerledger.journal.personal import put_back

__all__ = ["MAX_BYTES", "MAX_DEPTH", "parse_entry"]

MAX_BYTES: Final = 1_000_000
"""No entry is larger: a career is made of facts, not of files."""
MAX_DEPTH: Final = 32
"""No entry nests deeper."""

_ENVELOPE: Final = ("id", "type", "version", "recorded_at", "key", "source", "batch", "event")


def parse_entry(seq: int, body: bytes, personal: bytes | None = None) -> Entry[Event]:
    """Return the entry in these bytes, of any version that its class can upcast.

    Args:
        seq: The entry's number in its ledger; the bytes do not hold it.
        body: One JSON object, as UTF-8.
        personal: The disclosures kept beside it, one a line; None: there are none, or no more.

    Raises:
        CodecError: The bytes are not an entry; the message has the path to what is wrong.
    """
    try:
        fields = _parse(body)
        commitments = fields.pop("personal", None)
        require_names(fields, _ENVELOPE, "$")
        _require_texts(fields)
        if commitments is not None or personal is not None:
            lines = [] if personal is None else list(map(_parse, personal.split(b"\n")))
            put_back(fields, commitments, lines)
        event = build(fields["type"], fields["version"], fields["event"], "$")
        return Entry(
            seq=seq,
            id=fields["id"],
            type=fields["type"],
            version=fields["version"],
            recorded_at=_instant(fields["recorded_at"]),
            key=fields["key"],
            source=fields["source"],
            batch=fields["batch"],
            event=event,
        )
    except RefusedError as refused:
        raise CodecError(f"entry #{seq} cannot be read: {refused}") from refused.__cause__


def _require_texts(fields: dict[str, Any]) -> None:
    for name in ("id", "recorded_at"):
        if not isinstance(fields[name], str):
            raise RefusedError(f"$.{name}", f"expected text, got {json_type(fields[name])}")
    for name in ("key", "source", "batch"):
        if not isinstance(fields[name], str | None):
            raise RefusedError(f"$.{name}", f"expected text, got {json_type(fields[name])}")


def _instant(text: str) -> datetime:
    try:
        instant: datetime = msgspec.convert(text, Annotated[datetime, msgspec.Meta(tz=True)])
    except msgspec.ValidationError as error:
        raise RefusedError("$.recorded_at", f"{text!r} is not an instant: {error}") from error
    return instant


def _parse(body: bytes) -> dict[str, Any]:
    if len(body) > MAX_BYTES:
        raise RefusedError("$", f"{len(body):,} bytes, where an entry has at most {MAX_BYTES:,}")
    try:
        msgspec.json.decode(body)  # strict about JSON itself, as Python's own parser is not
        parsed: object = json.loads(body, object_pairs_hook=_Pairs)
    except (msgspec.DecodeError, ValueError) as error:
        raise RefusedError("$", f"not JSON: {error}") from error
    except RecursionError:
        raise RefusedError("$", f"nested deeper than {MAX_DEPTH}") from None
    value = _without_doubles(parsed, "$", 0)
    if not is_object(value):
        raise RefusedError("$", f"expected an object, got {json_type(value)}")
    return value


class _Pairs(list[tuple[str, Any]]):
    """The names and values of a JSON object, in order, repeated names too."""


def _without_doubles(value: object, path: str, depth: int) -> object:
    if depth > MAX_DEPTH:
        raise RefusedError(path, f"nested deeper than {MAX_DEPTH}")
    if isinstance(value, _Pairs):
        fields: dict[str, object] = {}
        for name, inner in value:
            if name in fields:
                raise RefusedError(f"{path}.{name}", "the name occurs twice")
            fields[name] = _without_doubles(inner, f"{path}.{name}", depth + 1)
        return fields
    if isinstance(value, list):
        items = enumerate(cast("list[object]", value))
        return [_without_doubles(item, f"{path}[{i}]", depth + 1) for i, item in items]
    return value
