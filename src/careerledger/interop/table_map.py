"""Maps: which column of a table is which field of an event, as a TOML file states it.

type = "work.logged"
sum = "day"

[fields]
on = "date"
hours = "hours"
what = ["task", "project"]
themes = { column = "tags", split = "," }

[constants]
role = "chef"
"""

import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, Literal, cast

import attrs

from careerledger.errors import ForeignFileError
from careerledger.events import Action, catalogue, load_catalogue
from careerledger.interop.drafting import is_list, is_object

__all__ = ["Form", "TableMap", "map_from_text", "named_map", "presets"]

MAX_BYTES: Final = 100_000
Kind = Literal["column", "join", "lines", "rest", "span"]


@attrs.frozen
class Form:
    """Where the values of a field are."""

    kind: Kind
    """``column``: in a column; ``join``: in several, joined by spaces; ``lines``: in several, each
    on a line with its name; ``rest``: in all columns that no other field takes, as lines; ``span``:
    the time from one column to another."""
    columns: tuple[str, ...] = ()
    split: str | None = None
    """What separates the values in a column."""


@attrs.frozen(kw_only=True)
class TableMap:
    """A map from the columns of a table to the fields of an event."""

    name: str
    """Its name in error messages."""
    source: str
    """The source of the entries."""
    kind: type[Action]
    fields: Mapping[str, tuple[Form, ...]]
    """For each field its forms: the first that has a value counts."""
    constants: Mapping[str, Any] = attrs.field(factory=dict[str, Any])
    """Values that are the same for each row, where no column has one."""
    needs: frozenset[str] = frozenset()
    """The columns by which a preset recognises a table."""
    ignore: tuple[str, ...] = ()
    """Columns that are left out on purpose."""
    key: tuple[str, ...] = ()
    """The columns that identify a row."""
    sum: Literal["day", "week"] | None = None
    """Add up the hours of rows of one day or week that are alike otherwise."""
    day_first: bool | None = None
    """Whether the day comes before the month; None: only a date that can be read in one way."""
    decimal: str | None = None
    """The decimal point. None: a point; in a table with semicolons, what can be read in one way."""
    separator: str | None = None
    json: bool = False
    """Whether the table is a JSON array of objects."""

    @property
    def columns(self) -> set[str]:
        """The columns that are read."""
        forms = (form for forms in self.fields.values() for form in forms)
        return {*self.key, *(column for form in forms for column in form.columns)}

    @property
    def is_about_people(self) -> bool:
        """Whether it makes events about other people."""
        introduces = self.kind.__event__.introduces
        return "contact" in self.fields or (introduces is not None and introduces[1] == "contact")


def named_map(name: str) -> TableMap:
    """Return a preset by its name, or the map in a TOML file.

    Raises:
        ForeignFileError: There is no such preset or file, or it is no map.
    """
    if name in presets():
        return presets()[name]
    path = Path(name)
    try:
        with path.open("rb") as file:
            body = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        known = ", ".join(presets())
        raise ForeignFileError(
            f"there is no map {name!r}: name a TOML file, or one of {known}"
        ) from error
    if len(body) > MAX_BYTES:
        raise ForeignFileError(f"the map {name} has more than {MAX_BYTES:,} bytes")
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise ForeignFileError(f"the map {name} is not text in UTF-8: {error}") from error
    return map_from_text(text, name=name, source=path.stem)


@cache
def presets() -> Mapping[str, TableMap]:
    """Return the maps that come with the library, by name."""
    folder = files("careerledger.interop") / "maps"
    found = sorted(each.name for each in folder.iterdir() if each.name.endswith(".toml"))
    names = [name.removesuffix(".toml") for name in found]
    return {
        name: map_from_text((folder / f"{name}.toml").read_text("utf-8"), name=name, source=name)
        for name in names
    }


def map_from_text(text: str, *, name: str, source: str) -> TableMap:
    """Return the map in a TOML text.

    Args:
        text: The text.
        name: Its name in error messages.
        source: The source of the entries, unless the text names one.

    Raises:
        ForeignFileError: It is no map.
    """
    try:
        stated = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise ForeignFileError(f"the map {name} is not valid TOML: {error}") from error
    for option, value in stated.items():
        if option not in _OPTIONS:
            raise _wrong(name, f"has no option {option!r}; it has {', '.join(_OPTIONS)}")
        if not _OPTIONS[option](value):
            raise _wrong(name, f"cannot have {option} = {value!r}; see docs/interop.md")
    if "type" not in stated or "fields" not in stated:
        raise _wrong(name, "needs a type and a table [fields]")
    kind, fields = _kind(name, stated["type"]), stated["fields"]
    _check_names(name, kind, [*fields, *stated.get("constants", {})])
    others = ("constants", "sum", "day_first", "decimal", "separator", "json")
    table = TableMap(
        name=name,
        source=stated.get("source", source),
        kind=kind,
        fields={field: tuple(_forms(name, field, value)) for field, value in fields.items()},
        needs=frozenset(stated.get("needs", ())),
        ignore=tuple(stated.get("ignore", ())),
        key=tuple(stated.get("key", ())),
        **{option: stated[option] for option in others if option in stated},
    )
    if "on" not in fields and not table.is_about_people:
        raise _wrong(name, "needs a column for the field 'on', the date")
    if table.sum is not None and "hours" not in fields:
        raise _wrong(name, "needs a column for the field 'hours', which it adds up")
    return table


def _check_names(name: str, kind: type[Action], fields: list[str]) -> None:
    known = [field.name for field in attrs.fields(cast("Any", kind))]
    for field in fields:
        if field not in known:
            raise _wrong(
                name,
                f"names {field!r}, which {kind.__event__.name} does not have; it has "
                f"{', '.join(known)}",
            )


def _kind(name: str, event_type: str) -> type[Action]:
    load_catalogue()
    known = {cls.__event__.name: cls for cls in catalogue if issubclass(cls, Action)}
    if event_type not in known:
        raise _wrong(name, f"has the type {event_type!r}; choose from {', '.join(sorted(known))}")
    return known[event_type]


def _forms(name: str, field: str, stated: Any) -> list[Form]:
    """Return the forms that a map states for a field: one, or a list of alternatives."""
    if is_list(stated) and stated:
        return [form for each in stated for form in _forms(name, field, each)]
    if isinstance(stated, str) and stated:
        return [Form("column", (stated,))]
    form = _form(stated) if is_object(stated) else None
    if form is None or (form.kind == "span" and field != "hours"):
        raise _wrong(
            name,
            f"cannot read {field} from {stated!r}; name a column, or one of these: "
            '{ column = "A", split = "," }, { join = ["A", "B"] }, { lines = ["A", "B"] }, '
            '{ rest = true }, for hours { from = "A", to = "B" }, or a list of alternatives',
        )
    return [form]


def _form(stated: dict[str, Any]) -> Form | None:
    names = stated.keys()
    if names == {"rest"} and stated["rest"] is True:
        return Form("rest")
    kinds: tuple[Kind, ...] = ("join", "lines")
    for kind in kinds:
        if names == {kind} and _are_texts(stated[kind]):
            return Form(kind, tuple(stated[kind]))
    if not all(isinstance(text, str) and text for text in stated.values()):
        return None
    if names == {"from", "to"}:
        return Form("span", (stated["from"], stated["to"]))
    if "column" in names and names <= {"column", "split"}:
        return Form("column", (stated["column"],), stated.get("split"))
    return None


def _wrong(name: str, what: str) -> ForeignFileError:
    return ForeignFileError(f"the map {name} {what}")


def _are_texts(value: Any) -> bool:
    return is_list(value) and bool(value) and all(isinstance(each, str) and each for each in value)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_source(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip()) and ":" not in value


def _is_bool(value: Any) -> bool:
    return isinstance(value, bool)


def _one_of(*options: str) -> Callable[[Any], bool]:
    def is_one(value: Any) -> bool:
        return isinstance(value, str) and value in options

    return is_one


_OPTIONS: Final[dict[str, Callable[[Any], bool]]] = {
    "type": _is_text,
    "source": _is_source,
    "fields": is_object,
    "constants": is_object,
    "needs": _are_texts,
    "ignore": _are_texts,
    "key": _are_texts,
    "sum": _one_of("day", "week"),
    "day_first": _is_bool,
    "decimal": _one_of(".", ","),
    "separator": _one_of(",", ";", "\t", "|"),
    "json": _is_bool,
}
