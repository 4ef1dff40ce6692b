"""What commands print: text made harmless, tables, JSON."""

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from careerledger.events import Event
from careerledger.history import Entry

if TYPE_CHECKING:
    from careerledger.report.tables import Terminal


def open_terminal() -> "Terminal":
    """Return where to print. Commands ask for it before they record, lest they fail in between."""
    from careerledger.report.tables import Terminal

    return Terminal()


def say(terminal: "Terminal", text: str) -> None:
    """Print a sentence."""
    from careerledger.report.tables import safe

    terminal.print(safe(text))


def print_views(terminal: "Terminal", views: Sequence[Any]) -> None:
    """Print the views of projections as tables."""
    from careerledger.report.tables import of_view

    for view in views:
        terminal.print(of_view(view))


def print_entries(terminal: "Terminal", entries: Iterable[Entry[Event]]) -> None:
    """Print entries, one a line."""
    from careerledger.report.tables import of_entries

    terminal.print_lines(of_entries(entries))


def print_json(plain: object) -> None:
    """Print plain values for a program."""
    print(json.dumps(plain, indent=2))
