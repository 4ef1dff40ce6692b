"""Read tables in text (CSV), as programs and spreadsheets write them.

The text may be UTF-8, UTF-16 with a byte order mark, or Windows-1252; the separator a comma, a
semicolon or a tab. Lines before the header are skipped. Columns are found by name, whatever their
order.
"""

import csv
from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any, Final

import attrs

from careerledger.errors import ForeignFileError

__all__ = ["MAX_ROWS", "SEPARATORS", "Row", "Table", "read_table"]

MAX_ROWS: Final = 100_000
"""The maximum number of rows of a table."""
MAX_COLUMNS: Final = 300
HEADER_WITHIN: Final = 20
"""The header is one of the first so many rows."""
SEPARATORS: Final = ",;\t"
"""What separates cells, the most usual first."""


@attrs.frozen
class Row:
    """A row of a table."""

    line: int
    """The number of its last line."""
    cells: dict[str, Any]
    """Its cells that are not empty, by column; cells beyond the header are ``"column 9"``."""


@attrs.frozen
class Table:
    """A table: its columns, its separator, and its rows, which are read as they are taken."""

    columns: tuple[str, ...]
    separator: str
    rows: Iterator[Row] = attrs.field(repr=False)


def read_table(
    name: str,
    body: bytes,
    is_header: Callable[[frozenset[str]], bool],
    separator: str | None = None,
) -> Table | None:
    """Return the table in a file; None if no row is its header.

    Args:
        name: The name of the file in error messages.
        body: Its content.
        is_header: Returns whether a row with these cells is the header.
        separator: What separates cells. None: a comma, a semicolon or a tab.

    Raises:
        ForeignFileError: The file is not text, or a row cannot be read; also as rows are taken.
    """
    text = _decoded(name, body)
    for each in separator or SEPARATORS:
        rows = _rows(name, text, each)
        for _, (_line, cells) in zip(range(HEADER_WITHIN), rows, strict=False):
            columns = _unique([cell.strip() for cell in cells])
            if is_header(frozenset(columns)):
                return Table(columns, each, _by_column(columns, rows))
    return None


def _decoded(name: str, body: bytes) -> str:
    encodings = ["utf-16"] if body.startswith((b"\xff\xfe", b"\xfe\xff")) else []
    for encoding in (*encodings, "utf-8-sig", "cp1252"):
        try:
            return body.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ForeignFileError(
        f"cannot import {name}: it is no text in UTF-8, UTF-16 or Windows-1252; save it as UTF-8"
    )


def _rows(name: str, text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator)
    try:
        for number, cells in enumerate(reader):
            if number > MAX_ROWS or len(cells) > MAX_COLUMNS:
                raise ForeignFileError(
                    f"cannot import {name}: it has more than {MAX_ROWS:,} rows or {MAX_COLUMNS} "
                    "columns"
                )
            if any(cell.strip() for cell in cells):
                yield reader.line_num, cells
    except csv.Error as error:
        raise ForeignFileError(
            f"cannot import {name}: line {reader.line_num} cannot be read: {error}; "
            "is a quote missing?"
        ) from error


def _unique(names: list[str]) -> tuple[str, ...]:
    """Return names of columns; one that occurs again is numbered."""
    columns: dict[str, str] = {}
    for number, name in enumerate(names, start=1):
        unique = name or f"column {number}"
        while unique.casefold() in columns:
            unique = f"{unique} ({number})"
        columns[unique.casefold()] = unique
    return tuple(columns.values())


def _by_column(columns: tuple[str, ...], rows: Iterator[tuple[int, list[str]]]) -> Iterator[Row]:
    for line, cells in rows:
        names = columns
        if len(cells) > len(columns):
            names += tuple(f"column {n}" for n in range(len(columns) + 1, len(cells) + 1))
        named = zip(names, cells, strict=False)
        yield Row(line, {name: text for name, cell in named if (text := cell.strip())})
