"""Print safe text, tables and JSON."""

import json
import os
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from careerledger.events import Event
from careerledger.history import Entry

if TYPE_CHECKING:
    from careerledger.report.tables import Terminal


def open_terminal() -> "Terminal":
    """Return the terminal; commands call this first, so that they fail before they record."""
    from careerledger.report.tables import Terminal

    return Terminal(width=_size_instead_of("COLUMNS", 80), height=_size_instead_of("LINES", 25))


def _size_instead_of(variable: str, size: int) -> int | None:
    """Return a size for the terminal where the environment has none that it can have."""
    text = os.environ.get(variable)
    return None if text is None or re.fullmatch(r"[1-9][0-9]{0,3}", text) else size


def print_text(terminal: "Terminal", text: str) -> None:
    """Print a line of text."""
    from careerledger.report.tables import safe

    terminal.print(safe(text), soft_wrap=True)


def print_views(terminal: "Terminal", views: Sequence[Any]) -> None:
    """Print the views of projections as tables."""
    from careerledger.report.tables import render_view

    for view in views:
        terminal.print(render_view(view))


def print_entries(terminal: "Terminal", entries: Iterable[Entry[Event]]) -> None:
    """Print entries, one a line."""
    from careerledger.report.tables import render_entries

    terminal.print_lines(render_entries(entries))


def print_json(plain: object) -> None:
    """Print plain values as JSON."""
    print(json.dumps(plain, indent=2))
