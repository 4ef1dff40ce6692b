"""Print safe text, tables and JSON."""

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from careerledger.events import Event
from careerledger.history import Entry

if TYPE_CHECKING:
    from careerledger.report.tables import Terminal


def open_terminal() -> "Terminal":
    """Return the terminal; commands call this first, so that they fail before they record."""
    from careerledger.report.tables import Terminal

    return Terminal()


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
