"""Write docs/events.md from the event classes: python docs/events.py.

The text above the sentence ``GENERATED`` is written by hand, and stays as it is.
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
GENERATED: Final = (
    "The sections below are generated from the event classes by `python docs/events.py`."
)
MODULES: Final = [f"careerledger.events.{practice}" for practice in (*PRACTICES, "correction")]
"""One module for each practice, and one for corrections."""


def page(old_page: str) -> str:
    """Return the page for the event classes of today.

    Args:
        old_page: The present page, for its introduction.
    """
    introduction, _, _ = old_page.partition(GENERATED)
    load_catalogue()
    sections = ["\n".join(section(module)) for module in MODULES]
    return "\n\n".join([introduction + GENERATED, *sections]) + "\n"


def section(module_name: str) -> Iterator[str]:
    """Yield the lines about the events of a module, and about their parts."""
    module = import_module(module_name)
    yield f"## {first_paragraph(module).rstrip('.')}"
    own = [cls for cls in vars(module).values() if getattr(cls, "__module__", "") == module_name]
    events = list(catalogue)
    for cls in own:
        if attrs.has(cls):
            yield ""
            yield from entry(cls, is_event=cls in events)


def entry(cls: Any, *, is_event: bool) -> Iterator[str]:
    """Yield the lines about an event class, or about a part of an event."""
    yield f"### {cls.__name__}" + (f": `{cls.__event__.name}`" if is_event else "")
    yield ""
    yield first_paragraph(cls)
    if is_event and issubclass(cls, Action):
        yield ""
        yield " ".join(options(cls.__event__))
    yield ""
    docs = field_docs(cls)
    personal = cls.__event__.personal if is_event else {}
    shared = {field.name for field in shapes.fields_of(Action)} if is_event else set[str]()
    for field in shapes.fields_of(cls):
        if field.name not in shared or field.name in docs or field.name in personal:
            marks = [] if field.required else ["optional"]
            marks += ["personal"] if field.name in personal else []
            name = f"`{field.name}` ({', '.join(marks)})" if marks else f"`{field.name}`"
            note = f". {docs[field.name]}" if docs.get(field.name) else ""
            yield f"- {name}: {words(field.shape)}{note}"


def options(kind: Any) -> Iterator[str]:
    """Yield a sentence for each option of ``@event`` that the class sets."""
    hours = f"{kind.effort:g} hour{'' if kind.effort == 1 else 's'}" if kind.effort else "none"
    yield f"Default effort: {hours}."
    endings = [cls.__event__.ends for cls in catalogue if cls.__module__ in MODULES]
    if kind.introduces and kind.introduces[1] in {ends[1] for ends in endings if ends}:
        yield f"Begins {a(kind.introduces[1])}."
    if kind.ends:
        yield f"Ends {a(kind.ends[1])}."
    if kind.touches:
        fields = " and ".join(f"`{name}`" for name in kind.touches.fields)
        depth = kind.touches.depth
        how = f"depth {depth}" if isinstance(depth, int) else "at a depth that depends on the event"
        yield f"Touches {fields}, {how}."


def words(shape: Any) -> str:
    """Return the values that a field accepts, in words."""
    return _WORDS[type(shape)](shape)


def _part(shape: Any) -> str:
    return f"[{shape.cls.__name__}](#{shape.cls.__name__.lower()})"


def _several(shape: shapes.Many) -> str:
    least = f"{shape.least} or more " if shape.least > 1 else ""
    item = shape.item
    plural = f"{' or '.join(item.kinds)} ids" if isinstance(item, shapes.Reference) else words(item)
    return f"list of {least}{plural}"


def _options(shape: shapes.OneOf) -> str:
    if shape.options == (False, True):
        return "yes or no"
    return f"one of {', '.join(f'`{option}`' for option in shape.options)}"


_WORDS: Final[dict[type, Callable[[Any], str]]] = {
    shapes.Text: lambda _: "text",
    shapes.Whole: lambda shape: bounds("whole number", shape.least, shape.most),
    shapes.Number: lambda shape: bounds("number", shape.least, shape.most),
    shapes.OneOf: _options,
    shapes.Day: lambda _: "date",
    shapes.Maybe: lambda shape: words(shape.of),
    shapes.Filtered: lambda shape: words(shape.of),
    shapes.Many: _several,
    shapes.Pairs: lambda shape: f"mapping from {words(shape.key)} to {words(shape.value)}",
    shapes.NewId: lambda shape: f"id of a new {shape.kind}",
    shapes.Reference: lambda shape: f"id of {a(' or '.join(shape.kinds))}",
    shapes.AnyEvent: lambda _: "event",
    shapes.Instance: _part,
    shapes.OtherType: _part,
}


def a(noun: str) -> str:
    """Return a noun with its article."""
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def bounds(noun: str, least: float, most: float) -> str:
    """Return a kind of number with its range, in words."""
    low, high = f"{least:g}", f"{most:g}"
    above_zero = 0 < least < sys.float_info.min
    if most in {inf, shapes.MOST}:
        if least in {-inf, shapes.LEAST}:
            return noun
        return f"{noun} above 0" if above_zero else f"{noun}, {low} or more"
    return f"{noun} above 0, at most {high}" if above_zero else f"{noun} from {low} to {high}"


def first_paragraph(thing: Any) -> str:
    """Return the first paragraph of a docstring, in one line."""
    text = inspect.getdoc(thing) or ""
    return " ".join(text.partition("\n\n")[0].split()).replace("``", "`")


def field_docs(cls: type) -> dict[str, str]:
    """Return the docstring below each field that the class itself defines."""
    (body,) = ast.parse(inspect.getsource(cls)).body
    docs: dict[str, str] = {}
    name = ""
    for statement in body.body if isinstance(body, ast.ClassDef) else ():
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            name = statement.target.id
            docs[name] = ""
        elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant) and name:
            docs[name] = " ".join(str(statement.value.value).split()).replace("``", "`")
    return docs


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
