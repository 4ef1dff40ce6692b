"""Guess a map for a table, as text for a person to check and edit."""

import json
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import PurePath
from typing import Final

from careerledger.errors import DateError, ForeignFileError
from careerledger.interop.csv_table import columns_and_rows
from careerledger.interop.dates_in_words import order_of, read_date
from careerledger.interop.formats import Source
from careerledger.interop.table_map import presets
from careerledger.interop.tables import Row

__all__ = ["guess"]

SHOWN: Final = 60
"""How many characters of a value are shown."""
_NAMES: Final[dict[str, tuple[str, ...]]] = {
    "on": (
        *("date", "day", "on", "datum", "tag", "data", "fecha", "jour", "start date", "started"),
        *("start", "completed", "completed on", "date completed", "end date"),
    ),
    "units": ("units", "points", "credits", "cpd", "cpd units", "cpd points", "cpd hours"),
    "hours": (
        *("hours", "duration", "time spent", "time", "h", "stunden", "dauer", "zeit", "horas"),
        *("heures", "durée", "ore", "uren", "duration (decimal)", "duration (h)"),
    ),
    "name": ("name", "full name", "contact", "person"),
    "organisation": ("organisation", "organization", "company", "firma", "employer"),
    "course": ("course", "kurs", "cours", "curso", "training"),
    "provider": ("provider", "school", "platform", "anbieter", "institution"),
    "what": (
        *("what", "description", "activity", "task", "title", "summary", "tätigkeit"),
        *("beschreibung", "aufgabe", "tarea", "tâche", "project", "projekt"),
    ),
    "themes": ("themes", "theme", "tags", "labels", "topics", "schlagworte", "étiquettes"),
    "note": ("note", "notes", "comment", "comments", "remarks", "notiz", "bemerkung"),
    "evidence": ("evidence", "link", "url", "certificate"),
    "category": ("category", "type", "kind"),
    "verifiable": ("verifiable", "verified", "structured"),
    "learned": ("learned", "what did you learn?", "outcome", "learning outcome"),
    "why": ("why", "reason"),
    "applied": ("applied", "application", "impact"),
}
"""What people call the columns of a field."""
_FIELDS: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "work.logged": (("on", "on"), ("hours", "hours"), ("what", "what")),
    "cpd.claimed": (
        *(("on", "on"), ("units", "units"), ("about", "what"), ("category", "category")),
        *(("verifiable", "verifiable"), ("why", "why"), ("learned", "learned")),
        ("applied", "applied"),
    ),
    "course.finished": (
        *(("on", "on"), ("title", "course"), ("provider", "provider"), ("hours", "hours")),
    ),
    "contact.made": (("on", "on"), ("name", "name"), ("organisation", "organisation")),
}
"""The fields of each type that is guessed, and what their columns are called."""


def guess(source: Source) -> str:
    """Return a map for a table, as TOML.

    Args:
        source: The table.

    Raises:
        ForeignFileError: The file is no table with a header.
    """
    columns, separator, rows = columns_and_rows(source)
    folded = {column.casefold() for column in columns}
    for preset in presets().values():
        if preset.needs and {column.casefold() for column in preset.needs} <= folded:
            raise ForeignFileError(
                f"{source.name} needs no map: it is a table of {preset.name}; import it as it is"
            )
    guessed = _Guess(source.name, columns, separator, rows)
    return "\n".join([*guessed.options(), "", *guessed.fields(), "", *guessed.constants(), ""])


class _Guess:
    """What is recognised in a table."""

    def __init__(
        self, name: str, columns: Sequence[str], separator: str, rows: Sequence[Row]
    ) -> None:
        self.name, self.columns, self.separator, self.rows = name, columns, separator, rows
        self.found: dict[str, str] = {}
        """The column of each thing that is recognised."""
        for thing, names in _NAMES.items():
            column = self._called(names)
            if column is not None:
                self.found[thing] = column
        dated = next((column for column in columns if _are_dates(self._values(column))), None)
        if dated is not None:
            self.found.setdefault("on", dated)
        self.kind = self._kind()

    def _called(self, names: Sequence[str]) -> str | None:
        """Return the first column with one of these names that is not taken."""
        free = {each.casefold(): each for each in self.columns if each not in self.found.values()}
        return next((free[name] for name in names if name in free), None)

    def _kind(self) -> str:
        if "hours" in self.found and not {"learned", "verifiable"}.isdisjoint(self.found):
            self.found.setdefault("units", self.found["hours"])
        if "units" in self.found:
            return "cpd.claimed"
        if "course" in self.found and "what" not in self.found:
            return "course.finished"
        if "name" in self.found and "hours" not in self.found:
            return "contact.made"
        return "work.logged"

    def options(self) -> Iterator[str]:
        """Yield the lines above the fields."""
        name = self.name.replace("\n", " ").replace("\r", " ")
        yield f"# A guess for {name}: check each line, and import the table with this map."
        yield f"type = {_text(self.kind)}  # docs/events.md has all types and their fields"
        yield f"source = {_text(PurePath(self.name).stem.replace(':', '-').strip() or 'table')}"
        if self.separator:
            yield f"separator = {_text(self.separator)}"
        else:
            yield "json = true"
        if self.kind == "work.logged" and "hours" in self.found:
            yield 'sum = "day"  # adds up the rows of a day that are alike otherwise; or "week"'
        if any("," in text for text in self._values(self.found.get("hours"))):
            yield 'decimal = ","'
        yield from _order(self._values(self.found.get("on")))

    def fields(self) -> Iterator[str]:
        """Yield which column is which field, and the columns that are not read."""
        yield "[fields]"
        used: set[str] = set()
        needed = _FIELDS[self.kind]
        for field, thing in (*needed, ("themes", "themes"), ("note", "note"), _EVIDENCE):
            column = self.found.get(thing)
            if column is None:
                if (field, thing) in needed:
                    yield f"# {field} = …"
                continue
            used.add(column)
            form = f'{{ column = {_text(column)}, split = "," }}'
            yield f"{field} = {form if field == 'themes' else _text(column)}"
        for column in self.columns:
            if column not in used:
                example = next(iter(self._values(column)), "")[:SHOWN]
                yield f"# not read: {_text(column)}, such as {_text(example)}"

    def constants(self) -> Iterator[str]:
        """Yield the lines below the fields."""
        yield "[constants]"
        if self.kind == "work.logged":
            yield '# role = "…"  # the id of the role, or name it when you import'
        if self.kind == "cpd.claimed":
            yield 'scheme = "CPD"  # the body that counts the units'

    def _values(self, column: str | None) -> list[str]:
        return [str(value) for row in self.rows if (value := row.cells.get(column or ""))]


_EVIDENCE: Final = ("evidence", "evidence")


def _are_dates(texts: list[str]) -> bool:
    def is_date(text: str) -> bool:
        try:
            return date.min < read_date(text, day_first=True).first_day
        except DateError:
            return False

    return bool(texts) and all(map(is_date, texts[:20]))


def _order(texts: list[str]) -> Iterator[str]:
    """Yield whether the day comes first, where it matters."""
    order = order_of(texts)
    example = texts[0][:SHOWN] if texts else ""
    if order is not None:
        yield f"day_first = {str(order).lower()}"
        return
    try:
        for text in texts:
            read_date(text)
    except DateError:
        yield f"# day_first = true  # or false: {json.dumps(example)} can be read in two ways"


def _text(text: str) -> str:
    """Return a text as TOML writes it; JSON writes it the same way, but for one character."""
    return json.dumps(text).replace("\x7f", "\\u007f")
