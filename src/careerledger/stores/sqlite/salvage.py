"""Read every row that is left in a damaged file, wherever its pages are.

SQLite itself gives up at the first damaged page. Here each page is read by itself: a page with the
form of a table's leaf is read cell by cell, and cells that are not records are skipped. The caller
has to check the rows: nothing is verified here.

Source: https://www.sqlite.org/fileformat2.html, sections 1.6 (b-tree pages), 2.1 (records) and 4
(the write-ahead log).
"""
# pyright: reportUnknownMemberType=false
# (as in limits.py)

import shutil
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

import apsw

from careerledger.stores.sqlite.defence import harden

__all__ = ["Value", "merge_log", "records"]

Value = int | str | bytes | None

_LEAF: Final = 0x0D
"""The first byte of a page that is a leaf of a table."""
_HEADER: Final = 100
"""How many bytes of the first page are the file's header."""
_LOG_HEADER: Final = 32
_FRAME_HEADER: Final = 24
_MAX_RECORD: Final = 10_000_000
"""No record has more bytes than this."""
_COPIES: Final = 16
"""Moved pages leave copies; this limits the work on a hostile file."""
_BLOB: Final = 12
"""The type of an empty blob; an empty text has 13, and each byte more adds 2."""
_WHOLE: Final = {0: 0, 1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8, 8: 0, 9: 0}
"""How many bytes the types of NULL and of whole numbers have."""


class _TornError(Exception):
    """A cell is not a record."""


def merge_log(path: Path, folder: Path) -> bytes:
    """Return the bytes of a file merged with its write-ahead log, as far as SQLite can merge it.

    All pages of the log follow, because SQLite merges none behind the first damaged one.

    Args:
        path: The file; it is only read.
        folder: Where to put a copy that SQLite may write.
    """
    copy = folder / "copy"
    shutil.copyfile(path, copy)
    log = b""
    with suppress(FileNotFoundError):
        log = path.with_name(f"{path.name}-wal").read_bytes()
    copy.with_name("copy-wal").write_bytes(log)
    with suppress(apsw.Error), closing(apsw.Connection(str(copy))) as connection:
        harden(connection)
        connection.execute("PRAGMA schema_version")  # makes SQLite look for the log
        connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
    content = copy.read_bytes()
    size = _page_size(content)
    frames = range(_LOG_HEADER, len(log), _FRAME_HEADER + size)
    pages = [content, *(log[at + _FRAME_HEADER : at + _FRAME_HEADER + size] for at in frames)]
    return b"".join(page + bytes(-len(page) % size) for page in pages)


def _page_size(content: bytes) -> int:
    """Return how many bytes the pages of a file have."""
    size = int.from_bytes(content[16:18])
    size = 65_536 if size == 1 else size  # 65,536 does not fit in two bytes
    if size < 512 or size.bit_count() > 1:  # noqa: PLR2004 - as the file format has it
        return 4096  # SQLite's default
    return size


def records(content: bytes) -> Iterator[tuple[int, tuple[Value, ...]]]:
    """Yield the records in a file's leaves with their row numbers, page by page."""
    size = _page_size(content)
    budget = _COPIES * len(content)
    usable = size - int.from_bytes(content[20:21])
    for start in range(0, len(content), size):
        page = content[start : start + size]
        first = _HEADER if start == 0 else 0
        if page[first : first + 1] != bytes([_LEAF]):
            continue
        cells = int.from_bytes(page[first + 3 : first + 5])
        for index in range(min(cells, size // 2)):
            at = first + 8 + 2 * index
            offset = int.from_bytes(page[at : at + 2])
            with suppress(_TornError, IndexError, UnicodeDecodeError):
                length, offset = _varint(page, offset)
                number, offset = _varint(page, offset)
                payload = _payload(content, page, offset, length, usable, size)
                budget -= len(payload)
                if budget < 0:
                    return  # a hostile file: cells share their bytes, and reading all would not end
                yield number, _record(payload)


def _payload(  # noqa: PLR0917 - numbers of one page
    content: bytes, page: bytes, offset: int, length: int, usable: int, size: int
) -> bytes:
    """Return the bytes of a cell, from its overflow pages too."""
    if length > _MAX_RECORD:
        raise _TornError
    most = usable - 35
    if length <= most:
        return page[offset : offset + length]
    least = (usable - 12) * 32 // 255 - 23
    local = least + (length - least) % (usable - 4)
    if local > most:
        local = least
    parts = [page[offset : offset + local]]
    follows = int.from_bytes(page[offset + local : offset + local + 4])
    rest = length - local
    while rest > 0:
        if follows == 0:
            raise _TornError
        start = (follows - 1) * size
        part = content[start + 4 : start + usable][:rest]
        if not part:
            raise _TornError
        parts.append(part)
        rest -= len(part)
        follows = int.from_bytes(content[start : start + 4])
    return b"".join(parts)


def _record(payload: bytes) -> tuple[Value, ...]:
    end, at = _varint(payload, 0)
    kinds: list[int] = []
    while at < end:
        kind, at = _varint(payload, at)
        kinds.append(kind)
    values: list[Value] = []
    at = end
    for kind in kinds:
        length = _WHOLE.get(kind, (kind - _BLOB) // 2)
        part = payload[at : at + length]
        at += length
        if len(part) != length:
            raise _TornError
        values.append(_value(kind, part))
    return tuple(values)


def _value(kind: int, part: bytes) -> Value:
    if kind == 0:
        return None
    if kind in _WHOLE:
        return int.from_bytes(part, signed=True) if part else kind - 8
    if kind < _BLOB:
        raise _TornError
    return part.decode() if kind % 2 else part


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """Return a number of one to nine bytes, and the offset behind it."""
    number = 0
    for index in range(at, at + 8):
        number = number << 7 | data[index] & 0x7F
        if data[index] < 0x80:  # noqa: PLR2004 - the last byte has no top bit
            return number, index + 1
    number = number << 8 | data[at + 8]
    return number - (number >> 63 << 64), at + 9  # only nine bytes can be below zero
