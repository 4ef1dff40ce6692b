"""Write src/careerledger/cli/event_fields.py, from which a shell completes event types and fields.

Run it after a change of events or projections:

    PYTHONPATH=src:tests python tests/event_index.py
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import attrs

from careerledger.cli.fields import _bare, _part_class
from careerledger.events import Action, catalogue, load_catalogue
from careerledger.projections import LIBRARY

MODULE = Path(__file__).parents[1] / "src/careerledger/cli/event_fields.py"
HEADER = '''"""The event types with their fields, and the projections, without loading the library.

Generated from the event classes; run ``python tests/event_index.py`` after changing them.
"""
# fmt: off
# ruff: noqa: E501

from typing import Final

EVENTS: Final[dict[str, dict[str, tuple[str, ...]]]] = {
'''


def module() -> str:
    """Return the code of the module for the events and projections of today."""
    load_catalogue()
    classes = {
        cls.__event__.name: cls
        for cls in catalogue
        if issubclass(cls, Action) and cls.__module__.startswith("careerledger.")
    }
    lines = []
    for name, cls in sorted(classes.items()):
        lines.append(f'    "{name}": {{')
        lines += [f'        "{field}": {quoted(values)},' for field, values in fields(cls)]
        lines.append("    },")
    lines += ["}", '"""The fields of each event type, each with its values if they are few."""', ""]
    lines.append("PROJECTIONS: Final[dict[str, str]] = {")
    for cls_name in LIBRARY:
        command_name = re.sub(r"(?<!^)(?=[A-Z])", "-", cls_name).lower()
        lines.append(f'    "{command_name}": "{cls_name}",')
    lines += ["}", '"""The class name of each projection, by its name on the command line."""', ""]
    return HEADER + "\n".join(lines)


def quoted(values: tuple[str, ...]) -> str:
    inner = ", ".join(f'"{value}"' for value in values)
    return f"({inner}{',' if len(values) == 1 else ''})"


def fields(cls: Any, prefix: str = "") -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the fields of a class with their values if they are few; required fields first."""
    for field in sorted(
        attrs.fields(cls), key=lambda each: (each.default is not attrs.NOTHING, each.inherited)
    ):
        part = _part_class(field.type)
        if part is not None:
            yield from fields(part, f"{prefix}{field.name}.")
        else:
            yield prefix + field.name.removesuffix("_"), choices(_bare(field.type))


def choices(kind: Any) -> tuple[str, ...]:
    if kind is bool:
        return ("true", "false")
    return tuple(map(str, get_args(kind))) if get_origin(kind) is Literal else ()


if __name__ == "__main__":
    MODULE.write_text(module(), encoding="utf-8")
