"""Text for a person: one line that does no harm to a terminal, a value short enough to read.

Whoever wrote a name may have put into it what moves the cursor, sets a colour, turns the text
around or cannot be seen. All of that shows as an escape.
"""

from typing import Final
from unicodedata import category

__all__ = ["printable", "shown"]

_MAX_LENGTH: Final = 200


def printable(text: object) -> str:
    """Return one line of text in which control and direction characters show as escapes.

    Spaces of every width become plain ones.
    """
    return "".join(char if char.isprintable() else _escape(char) for char in str(text))


def _escape(char: str) -> str:
    return " " if category(char) == "Zs" else char.encode("unicode_escape").decode()


def shown(value: object) -> str:
    """Return a value as an error message shows it: its repr, cut where it is long."""
    try:
        text = repr(value)
    except Exception:  # noqa: BLE001 - any class may fail, and so does an int of 5,000 digits
        return f"a value of type {type(value).__name__}"
    return text if len(text) <= _MAX_LENGTH else f"{text[:_MAX_LENGTH]}…"
