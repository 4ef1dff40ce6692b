"""Write the tables of docs/testing.md and docs/zoo.md from the code: python docs/testing.py.

All else on the pages is kept, except the law in the failure that docs/testing.md shows.
"""

import re
import sys
import textwrap
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from careerledger.testing import ProjectionLaws, promises

DOCS: Final = Path(__file__).parent

sys.path.append(str(DOCS.parent / "tests"))
for room in ("broken", "broken_events", "broken_stores", "sound"):
    import_module(f"zoo.{room}")  # it fills the lists of the keeper
keeper: Final[Any] = import_module("zoo.keeper")

PAGES: Final = ("testing.md", "zoo.md")
FAILURE: Final = "careerledger.testing.LawBroken: LastCourse breaks the law recording_order:"


def page(name: str) -> str:
    """Return a page as it should be."""
    text = (DOCS / name).read_text(encoding="utf-8")
    for table, lines in tables().items():
        start, end = f"<!-- {table}: written by docs/testing.py -->", f"<!-- end of {table} -->"
        before, found, rest = text.partition(start)
        if found:
            after = rest.partition(end)[2]
            text = "\n".join([before + start, "", *lines, "", end + after])
    lines = textwrap.wrap(f"{FAILURE} {laws()['recording_order']}", width=100)
    return re.sub(rf"{FAILURE}.*?\n\n", "\n".join([*lines, "", ""]), text, flags=re.DOTALL)


def tables() -> dict[str, list[str]]:
    """Return the lines of each table, by the table's name."""
    caught = [
        (f"`{a.name}`", a.mistake, f"`{a.law}`") for a in (*keeper.PROJECTIONS, *keeper.STORES)
    ]
    return {
        "laws": table(("law", "statement"), in_code(laws())),
        "promises": table(("promise", "statement"), in_code(promises())),
        "mistakes": table(("name", "mistake", "caught by"), caught),
        "correct": table(
            ("name", "why it is correct"), [(f"`{a.name}`", a.mistake) for a in keeper.SOUND]
        ),
    }


def laws() -> dict[str, str]:
    """Return the text of each law, by the law's name."""
    return {
        name.removeprefix("test_"): " ".join(test.__doc__.split())
        for name, test in vars(ProjectionLaws).items()
        if name.startswith("test_")
    }


def in_code(texts: dict[str, str]) -> Iterable[tuple[str, str]]:
    """Return names and texts, with the names as code."""
    return [(f"`{name}`", text) for name, text in texts.items()]


def table(head: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> list[str]:
    """Return the lines of a Markdown table."""
    first, *others = (f"| {' | '.join(cells)} |" for cells in (head, *rows))
    return [first, "|" + "---|" * len(head), *others]


if __name__ == "__main__":
    for name in PAGES:
        (DOCS / name).write_text(page(name), encoding="utf-8")
