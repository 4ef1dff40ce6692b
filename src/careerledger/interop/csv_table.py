"""Read any table (CSV, or a JSON array) by a map that says which column is which field.

Maps for Toggl, Clockify, Timewarrior, Google Contacts and a log of professional development come
with the library; the first three and the contacts are recognised by their columns. ``guess`` writes
a map for any other table, to be edited. See ``table_map`` for what a map can state.
"""

import json
import os
import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any, Final, Literal, NamedTuple, Union, cast, get_args, get_origin

import attrs
from immutabledict import immutabledict

from careerledger.answers.reading import Reading
from careerledger.dates import PartialDate
from careerledger.errors import DateError, FieldError, ForeignFileError
from careerledger.events import Action
from careerledger.events.fields import base_of
from careerledger.interop import unpacking
from careerledger.interop.amounts import hours_between, read_hours, read_number
from careerledger.interop.dates_in_words import order_of, read_date
from careerledger.interop.drafting import (
    DATED_BY_FILE,
    MAX_ITEM,
    Drafting,
    Item,
    drafted,
    is_list,
    is_object,
    last_day,
    slug,
)
from careerledger.interop.formats import Source, as_source
from careerledger.interop.table_map import Form, TableMap, named_map, presets
from careerledger.interop.tables import MAX_ROWS, SEPARATORS, Row, Table, read_table

__all__ = ["NAME", "columns_and_rows", "matches", "read"]

NAME: Final = "csv"
MAX_BYTES: Final = 20_000_000
"""The maximum size of a table; ten years of time sheets have 5 MB."""


def matches(source: Source) -> bool:
    """Return whether a file has the columns of a preset."""
    return not source.members and _preset_for(source.name, source.head) is not None


def read(
    source: Source | str | os.PathLike[str] | bytes,
    *,
    today: date | None = None,
    people: bool = False,
    map: str | TableMap | None = None,  # noqa: A002 - the name of the option
    role: str | None = None,
) -> Reading:
    """Read a table.

    Args:
        source: The path of the file, or its bytes. It may be compressed with gzip or zip.
        today: The date after which events lie in the future and are left out. Default: today.
        people: Whether to read a table of people.
        map: The map: a TOML file, or the name of a preset. None: the preset that recognises the
            table.
        role: The id of the role in which the time of a time sheet was spent.

    Raises:
        ForeignFileError: The file cannot be read, no map fits it, or the map is wrong.
    """
    source = as_source(source)
    body = _body(source)
    if map is None:
        table_map = _preset_for(source.name, body)
        if table_map is None:
            raise ForeignFileError(
                f"cannot import {source.name}: no preset knows its columns; name a map, or let "
                "one be guessed"
            )
    else:
        table_map = map if isinstance(map, TableMap) else named_map(map)
    table = _table(source.name, body, table_map)
    rows = list(table.rows)
    fills = _Filler(source, table_map, table, rows, role)
    reason = fills.reason_to_skip(people=people)
    if reason:
        return drafted(
            table_map.source,
            last_day(today),
            frozenset(),
            lambda drafting: drafting.leave_out(source.name, reason),
        )
    kind = table_map.kind
    reading = drafted(table_map.source, last_day(today), frozenset({kind}), fills.fill)
    dates = [draft.event.on for draft in reading.drafts]
    if not dates:
        return attrs.evolve(reading, covers=frozenset())
    is_listing = kind.__event__.introduces is not None
    return attrs.evolve(reading, period=None if is_listing else (min(dates), max(dates)))


def columns_and_rows(source: Source) -> tuple[tuple[str, ...], str, list[Row]]:
    """Return the columns, the separator and the rows of a table without a map.

    Raises:
        ForeignFileError: The file is no table with a header.
    """
    body = _body(source)
    if _is_json(body):
        table = _json_table(source.name, body)
    else:
        tables = [read_table(source.name, body, _could_be_header, each) for each in SEPARATORS]
        found = [each for each in tables if each is not None]
        if not found:
            raise ForeignFileError(
                f"cannot import {source.name}: none of its first rows could be the names of columns"
            )
        table = max(found, key=lambda each: len(each.columns))
    return table.columns, table.separator, list(table.rows)


def _could_be_header(cells: frozenset[str]) -> bool:
    words = [cell for cell in cells if any(map(str.isalpha, cell))]
    return len(words) > 1 and len(words) == len(cells)


def _body(source: Source) -> bytes:
    if source.path is None:
        return unpacking.unpack(source.name, source.body or b"", MAX_BYTES)
    return unpacking.read(source.path, MAX_BYTES)


# Tables


def _preset_for(name: str, body: bytes) -> TableMap | None:
    """Return the preset that recognises a table; of several, the one that needs most columns."""
    found: list[TableMap] = []
    is_json = _is_json(body)
    for each in presets().values():
        if not each.needs or each.json != is_json:
            continue
        if is_json:
            fits = all(f'"{column}"'.encode() in body[:1000] for column in each.needs)
        else:
            try:
                fits = read_table(name, body, _has(each.needs)) is not None
            except ForeignFileError:
                return None
        if fits:
            found.append(each)
    return max(found, key=lambda each: len(each.needs), default=None)


def _is_json(body: bytes) -> bool:
    return body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"[")


def _has(columns: Iterable[str]) -> Callable[[frozenset[str]], bool]:
    needed = _folded(columns)
    return lambda cells: needed <= _folded(cells)


def _has_any(columns: Iterable[str]) -> Callable[[frozenset[str]], bool]:
    wanted = _folded(columns)
    return lambda cells: not wanted.isdisjoint(_folded(cells))


def _table(name: str, body: bytes, table_map: TableMap) -> Table:
    if table_map.json:
        return _json_table(name, body)
    needed = table_map.needs or _certain_columns(table_map)
    is_header = _has(needed) if needed else _has_any(table_map.columns)
    table = read_table(name, body, is_header, table_map.separator)
    if table is None:
        columns = ", ".join(sorted(needed or table_map.columns))
        raise ForeignFileError(
            f"cannot import {name}: no row near its top has the columns of the map "
            f"{table_map.name}: {columns}"
        )
    return table


def _certain_columns(table_map: TableMap) -> frozenset[str]:
    """Return the columns for which the map has no alternative."""
    forms = (forms[0] for forms in table_map.fields.values() if len(forms) == 1)
    return frozenset([*table_map.key, *(column for form in forms for column in form.columns)])


def _folded(names: Iterable[str]) -> set[str]:
    return {name.casefold() for name in names}


def _json_table(name: str, body: bytes) -> Table:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ForeignFileError(f"cannot import {name}: it is not valid JSON: {error}") from error
    if not is_list(value) or len(value) > MAX_ROWS or not all(map(is_object, value)):
        raise ForeignFileError(
            f"cannot import {name}: it must be a JSON array of at most {MAX_ROWS:,} objects"
        )
    columns = tuple({column: None for row in value for column in row})
    rows = (Row(number, row) for number, row in enumerate(value, start=1))
    return Table(columns, "", rows)


# Rows


class _Fact(NamedTuple):
    """A row, or several whose hours are added up."""

    item: Item
    values: dict[str, Any]
    """The values of the event's fields, apart from its hours and date."""
    on: PartialDate
    key: tuple[str, ...]


class _Filler:
    """Adds the rows of a table to drafts."""

    def __init__(
        self,
        source: Source,
        table_map: TableMap,
        table: Table,
        rows: list[Row],
        role: str | None,
    ) -> None:
        self.source, self.map, self.rows = source, table_map, rows
        self.decimal = table_map.decimal or (None if table.separator == ";" else ".")
        columns = dict.fromkeys(table.columns) | {name: None for row in rows for name in row.cells}
        self.columns = {column.casefold(): column for column in columns}
        self.constants = dict(table_map.constants)
        self.kinds = {field.name: _bare(field.type) for field in _fields_of(table_map.kind)}
        if role is not None:
            if "role" not in self.kinds:
                raise ForeignFileError(
                    f"the map {table_map.name} reads {source.name} as "
                    f"{table_map.kind.__event__.name}, which has no role; name none"
                )
            self.constants["role"] = role
        self.day_first = table_map.day_first
        if self.day_first is None:
            self.day_first = order_of(self._texts_of("on"))

    def reason_to_skip(self, *, people: bool) -> str:
        """Return why the table is not read at all; empty: it is."""
        if self.map.is_about_people and not people:
            return "it is about other people; import people too to read it"
        needs_role = any(
            field.name == "role" and field.default is attrs.NOTHING
            for field in _fields_of(self.map.kind)
        )
        if needs_role and "role" not in {*self.map.fields, *self.constants}:
            return "name the role in which the time was spent"
        return ""

    def fill(self, drafting: Drafting) -> None:
        """Add all rows."""
        self._leave_out_columns(drafting)
        modified = None
        if self.source.path is not None and "on" not in self.map.fields:
            when = self.source.path.stat().st_mtime
            modified = PartialDate(date.fromtimestamp(when))  # noqa: DTZ012 - a local day
        facts: dict[object, tuple[_Fact, list[int]]] = {}
        for row in self.rows:
            fact, seconds = self._fact(drafting, row, modified)
            if fact is None:
                continue
            alike = (fact.on, fact.key, repr(sorted(fact.values.items())))
            content = alike if self.map.sum else (*alike, seconds)
            if content in facts and not self.map.sum:
                drafting.leave_out(
                    fact.item.path, "it is the same as an earlier row", fact.item.fields
                )
                continue
            _, sums = facts.setdefault(content, (fact, []))
            if seconds is not None:
                sums.append(seconds)
        for together, (fact, sums) in facts.items():
            fact.item.content = repr(together)
            self._add(drafting, fact, sum(sums) / 3600 if sums else None)

    def _fact(
        self, drafting: Drafting, row: Row, modified: PartialDate | None
    ) -> tuple[_Fact | None, int | None]:
        """Return what a row states, and its seconds; None: it is left out."""
        path = f"{self.source.name}, line {row.line}"
        section = self.map.kind.__event__.name
        item = Item(drafting, section, path, row.cells, _cell_path, day_first=self.day_first)
        if len(str(item.content)) > MAX_ITEM:
            item.leave_out(f"it has more than {MAX_ITEM:,} characters")
            return None, None
        try:
            values, seconds = self._values(item)
        except (FieldError, DateError) as error:
            item.leave_out(str(error))
            return None, None
        on = values.pop("on", modified)
        if on is None or (seconds is None and "hours" in self.map.fields and self._is_work()):
            item.leave_out("it has no date" if on is None else "it has no hours")
            return None, None
        if on.first_day > drafting.today:
            item.leave_out(f"{on} is in the future; import the file again after it")
            return None, None
        if "on" not in self.map.fields:
            values["note"] = "\n".join(filter(None, (values.get("note"), DATED_BY_FILE)))
        for column, value in list(item.untaken()):
            if column.rpartition(", ")[2] in self.named:
                drafting.leave_out(column, "another column has the value of its field", value)
        key = tuple(str(row.cells.get(self.columns[name.casefold()], "")) for name in self.map.key)
        return _Fact(item, values, self._period(on), key), seconds

    def _is_work(self) -> bool:
        return self.map.kind.__event__.effort > 0

    def _period(self, on: PartialDate) -> PartialDate:
        """Return the date of an event that adds up the rows of a week, else of the row."""
        if self.map.sum != "week" or on.precision != "day":
            return on
        return PartialDate(on.first_day - timedelta(days=on.first_day.weekday()))

    def _values(self, item: Item) -> tuple[dict[str, Any], int | None]:
        """Return the values of an event's fields, and its seconds."""
        values: dict[str, Any] = {}
        seconds: int | None = None
        for field, forms in sorted(self.map.fields.items(), key=_takes_rest):
            form, texts = self._first(item, forms)
            if field == "hours":
                seconds = round(self._hours(form, texts) * 3600) if texts else None
            elif texts:
                values[field] = self._value(self.kinds[field], texts)
        for field, value in self.constants.items():
            values.setdefault(field, value)
        return values, seconds

    def _first(self, item: Item, forms: tuple[Form, ...]) -> tuple[Form, list[str]]:
        """Return the first form that has a value in a row, and its texts."""
        for form in forms:
            texts = self._texts(item, form)
            if texts:
                return form, texts
        return forms[0], []

    def _hours(self, form: Form, texts: list[str]) -> float:
        if form.kind == "span":
            return hours_between(*texts)
        return read_hours(texts[0], decimal=self.decimal)

    def _texts(self, item: Item, form: Form) -> list[str]:
        """Return the texts in a row for a field."""
        columns = form.columns
        if form.kind == "rest":
            columns = tuple(
                column
                for column in self.columns.values()
                if column not in self.ignored and not item.is_taken(column)
            )
        cells = [(column, text) for column in columns for text in self._column(item, column)]
        texts = [text for _, text in cells]
        if form.kind == "span":
            return texts if len(texts) == len(columns) else []
        if form.kind == "join":
            return [" ".join(texts)] if texts else []
        if form.kind in ("lines", "rest"):
            return ["\n".join(f"{column}: {text}" for column, text in cells)] if cells else []
        if form.split is None:
            return texts
        return [part.strip() for text in texts for part in text.split(form.split) if part.strip()]

    def _column(self, item: Item, name: str) -> list[str]:
        column = self.columns.get(name.casefold())
        if column is None:
            return []
        if is_list(item.fields.get(column)):
            return list(item.texts(column))
        text = item.text(column)
        return [] if text is None else [text]

    def _value(self, kind: Any, texts: list[str]) -> Any:
        """Return the value of a field of this type; FieldError or DateError for other texts."""
        text, origin = "; ".join(texts), get_origin(kind)
        if kind is PartialDate:
            return _day(text, self.day_first)
        if kind in (int, float):
            number = read_number(text, decimal=self.decimal)
            return int(number) if kind is int and number.is_integer() else number
        if kind is bool:
            return _yes_or_no(text)
        if origin is Literal:
            options = {str(option).casefold(): option for option in get_args(kind)}
            return options.get(text.casefold(), text)
        if origin is immutabledict:
            return dict.fromkeys(texts, 1.0)
        several = {frozenset: tuple(sorted(set(texts))), tuple: tuple(texts)}
        return several.get(origin, text) if origin else text

    def _add(self, drafting: Drafting, fact: _Fact, hours: float | None) -> None:
        cls: Any = self.map.kind
        values = {"on": fact.on, "hours": hours, **fact.values}
        introduces = cls.__event__.introduces
        main = self._main(values)
        if introduces is not None and introduces[0] not in values:
            field, kind = introduces
            if kind == "contact":  # its id says nothing, since it stays when a person is forgotten
                digest = sha256(repr(sorted(fact.values.items())).encode()).hexdigest()[:12]
                values[field] = drafting.id_for(kind, fact.item, f"{self.map.source}-{digest}")
            else:
                values[field] = drafting.id_for(kind, fact.item, main)
        try:
            event = cls(**values)
        except FieldError as error:
            fact.item.leave_out(str(error))
            return
        name = slug(*fact.key) if fact.key else slug(None if introduces else fact.on, main)
        drafting.add(fact.item, name, event)

    def _main(self, values: dict[str, Any]) -> str:
        """Return the texts by which a person would recognise the event."""
        required = [
            values.get(field.name)
            for field in _fields_of(self.map.kind)
            if field.default is attrs.NOTHING and field.name not in {"on", "role"}
        ]
        texts = [text for text in required if isinstance(text, str)]
        return " ".join(texts) or str(values.get("about") or "row")

    # Columns

    @property
    def named(self) -> set[str]:
        """The columns that the map reads."""
        folded = _folded(self.map.columns)
        return {column for name, column in self.columns.items() if name in folded}

    @property
    def ignored(self) -> set[str]:
        """The columns that the map leaves out on purpose."""
        folded = _folded(self.map.ignore)
        return {column for name, column in self.columns.items() if name in folded}

    def _leave_out_columns(self, drafting: Drafting) -> None:
        """Leave out the columns that the map does not name, with all values that they have."""
        if self.ignored:
            names = ", ".join(sorted(self.ignored))
            drafting.leave_out(f"{self.source.name}, {names}", "the map leaves it out on purpose")
        if any(form.kind == "rest" for forms in self.map.fields.values() for form in forms):
            return
        for column in self.columns.values():
            if column not in self.named | self.ignored:
                values = {str(value): None for row in self.rows if (value := row.cells.get(column))}
                if values:
                    path = f"{self.source.name}, {column}"
                    drafting.leave_out(path, "the map names no field for it", tuple(values))

    def _texts_of(self, field: str) -> Iterator[str]:
        for form in self.map.fields.get(field, ()):
            for name in form.columns:
                column = self.columns.get(name.casefold(), "")
                cells = (row.cells.get(column) for row in self.rows)
                yield from (cell for cell in cells if isinstance(cell, str))


def _takes_rest(field: tuple[str, tuple[Form, ...]]) -> bool:
    return any(form.kind == "rest" for form in field[1])


def _fields_of(kind: type[Action]) -> tuple[Any, ...]:
    return tuple(attrs.fields(cast("Any", kind)))


def _bare(annotation: Any) -> Any:
    """Return a type without rules and None."""
    kind = base_of(annotation)
    if get_origin(kind) in (Union, types.UnionType):
        return _bare(next(each for each in get_args(kind) if each is not type(None)))
    return kind


def _cell_path(path: str, column: str) -> str:
    return f"{path}, {column}"


def _day(text: str, day_first: bool | None) -> PartialDate:  # noqa: FBT001 - as read_date
    """Return a date; of an instant in UTC, the day in the zone of this machine."""
    if text.endswith("Z") and "T" in text:
        try:
            return PartialDate(datetime.fromisoformat(text).astimezone().date())
        except (ValueError, OverflowError, OSError):
            pass
    return read_date(text, day_first=day_first)


def _yes_or_no(text: str) -> bool:
    for answer, words in _ANSWERS.items():
        if text.strip().casefold() in words:
            return answer
    raise FieldError(f"{text!r} is neither yes nor no")


_ANSWERS: Final[Mapping[bool, frozenset[str]]] = {
    True: frozenset({"yes", "y", "true", "x", "1", "ja", "oui", "sí", "si", "sim", "✓", "✔"}),
    False: frozenset({"no", "n", "false", "0", "nein", "non", "não", "-", "✗", "✘"}),
}
