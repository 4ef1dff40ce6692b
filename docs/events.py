"""Write docs/events.md from the event classes: python docs/events.py.

What stands above its first section is kept.
"""

import ast
import inspect
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from math import inf
from pathlib import Path
from typing import Any, Final

import attrs

from careerledger.events import PRACTICES, Action, catalogue, load_catalogue
from careerledger.testing import _field_shapes as shapes

PAGE: Final = Path(__file__).with_suffix(".md")
ROOMS: Final = [f"careerledger.events.{practice}" for practice in (*PRACTICES, "correction")]
"""Each practice has a room; so have corrections."""


def page(now: str) -> str:
    """Return the page as it should be.

    Args:
        now: The page as it is; its introduction is kept.
    """
    introduction, _, _ = now.partition("\n## ")
    load_catalogue()
    sections = ["\n".join(section(room)) for room in ROOMS]
    return "\n\n".join([introduction.rstrip("\n"), *sections]) + "\n"


def section(room: str) -> Iterator[str]:
    """Yield the lines about the events of a room and about their parts."""
    module = import_module(room)
    yield f"## {first_paragraph(module).rstrip('.')}"
    ours = [cls for cls in vars(module).values() if getattr(cls, "__module__", "") == room]
    events = list(catalogue)
    for cls in ours:
        if attrs.has(cls):
            yield ""
            yield from entry(cls, is_event=cls in events)


def entry(cls: Any, *, is_event: bool) -> Iterator[str]:
    """Yield the lines about an event, or about a part of one."""
    yield f"### {cls.__name__}" + (f": `{cls.__event__.name}`" if is_event else "")
    yield ""
    yield first_paragraph(cls)
    if is_event and issubclass(cls, Action):
        yield ""
        yield "; ".join(statements(cls.__event__)) + "."
    yield ""
    docs = field_docs(cls)
    personal = cls.__event__.personal if is_event else {}
    shared = {field.name for field in shapes.fields_of(Action)} if is_event else set[str]()
    for field in shapes.fields_of(cls):
        if field.name not in shared or field.name in docs or field.name in personal:
            marks = "" if field.required else "?"
            marks += "*" if field.name in personal else ""
            note = f". {docs[field.name]}" if docs.get(field.name) else ""
            yield f"- `{field.name}`{marks} {words(field.shape)}{note}"


def statements(kind: Any) -> Iterator[str]:
    """Yield what the class of an event states of itself."""
    hours = f"{kind.effort:g} hour{'' if kind.effort == 1 else 's'}" if kind.effort else "no effort"
    yield f"Counts {hours} unless it states its own"
    endings = [cls.__event__.ends for cls in catalogue if cls.__module__ in ROOMS]
    if kind.introduces and kind.introduces[1] in {ends[1] for ends in endings if ends}:
        yield f"begins {a(kind.introduces[1])}"
    if kind.ends:
        yield f"ends {a(kind.ends[1])}"
    if kind.touches:
        fields = " and ".join(f"`{name}`" for name in kind.touches.fields)
        depth = kind.touches.depth
        yield f"touches {fields}, " + (
            f"depth {depth}" if isinstance(depth, int) else "as deeply as it says"
        )


def words(shape: Any) -> str:
    """Return what a field may hold, in words."""
    return _WORDS[type(shape)](shape)


def _part(shape: Any) -> str:
    return f"[{shape.cls.__name__}](#{shape.cls.__name__.lower()})"


def _several(shape: shapes.Many) -> str:
    least = f", at least {shape.least}" if shape.least > 1 else ""
    return f"several ({words(shape.item)}){least}"


def _options(shape: shapes.OneOf) -> str:
    return "yes or no" if shape.options == (False, True) else ", ".join(map(str, shape.options))


_WORDS: Final[dict[type, Callable[[Any], str]]] = {
    shapes.Text: lambda _: "text",
    shapes.Whole: lambda shape: bounds(shape.least, shape.most),
    shapes.Number: lambda shape: bounds(shape.least, shape.most),
    shapes.OneOf: _options,
    shapes.Day: lambda _: "date",
    shapes.Maybe: lambda shape: words(shape.of),
    shapes.Filtered: lambda shape: words(shape.of),
    shapes.Many: _several,
    shapes.Pairs: lambda shape: f"{{{words(shape.key)}: {words(shape.value)}}}",
    shapes.NewId: lambda shape: f"id of a new {shape.kind}",
    shapes.Reference: lambda shape: f"id of {a(' or '.join(shape.kinds))}",
    shapes.AnyEvent: lambda _: "event",
    shapes.Instance: _part,
    shapes.OtherType: _part,
}


def a(noun: str) -> str:
    """Return a noun with its article."""
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def bounds(least: float, most: float) -> str:
    """Return between which numbers one lies."""
    if most in {inf, shapes.MOST}:
        if least in {-inf, shapes.LEAST}:
            return "number"
        return "above 0" if 0 < least < sys.float_info.min else f"{least:g} or more"
    low = "above 0, at most " if 0 < least < sys.float_info.min else f"{least:g}.."
    return f"{low}{most:g}"


def first_paragraph(thing: Any) -> str:
    """Return the first paragraph of a docstring, in one line."""
    text = inspect.getdoc(thing) or ""
    return " ".join(text.partition("\n\n")[0].split()).replace("``", "`")


def field_docs(cls: type) -> dict[str, str]:
    """Return the docstrings beneath the fields that a class itself has."""
    (body,) = ast.parse(inspect.getsource(cls)).body
    found: dict[str, str] = {}
    name = ""
    for statement in body.body if isinstance(body, ast.ClassDef) else ():
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            name = statement.target.id
            found[name] = ""
        elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant) and name:
            found[name] = " ".join(str(statement.value.value).split()).replace("``", "`")
    return found


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
