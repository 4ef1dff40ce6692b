"""Print safe text, tables and JSON."""

import os
import re
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from careerledger.text import printable

if TYPE_CHECKING:
    from careerledger.report.tables import Terminal


def open_terminal() -> "Terminal":
    """Return a terminal for tables; words call this first, so that they fail before they record."""
    from careerledger.report.tables import Terminal

    return Terminal(width=_size_instead_of("COLUMNS", 80), height=_size_instead_of("LINES", 25))


def _size_instead_of(variable: str, size: int) -> int | None:
    """Return a size for the terminal where the environment has none that it can have."""
    text = os.environ.get(variable)
    return None if text is None or re.fullmatch(r"[1-9][0-9]{0,3}", text) else size


def print_text(text: str) -> None:
    """Print a line of text."""
    print(printable(text))


def print_notice(text: str) -> None:
    """Print a line that is not part of the answer on standard error."""
    print(f"careerledger: {printable(text)}", file=sys.stderr)


def print_lines(text: str) -> None:
    """Print text as it is, except for control and direction characters within its lines."""
    print(end=printable_lines(text))


def printable_lines(text: str) -> str:
    """Return text with control and direction characters as escapes, except for line ends."""
    return "\n".join(map(printable, text.split("\n")))


def print_views(terminal: "Terminal", views: Sequence[Any]) -> None:
    """Print the views of projections as tables."""
    from careerledger.report.tables import render_view

    for view in views:
        terminal.print(render_view(view))


def print_json(plain: object) -> None:
    """Print plain values as JSON."""
    import json

    print(json.dumps(plain, indent=2))
