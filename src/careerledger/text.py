"""Make text safe and short enough to print for a person.

Text in a ledger may contain characters that move the cursor, set colours, reverse the direction of
writing or are invisible. They are printed as escapes.
"""

from typing import Final
from unicodedata import category

__all__ = ["number_text", "printable", "shown"]

_MAX_LENGTH: Final = 200


def printable(text: object) -> str:
    """Return the text as one line, with control and direction characters as escapes.

    Spaces of any width become plain spaces.
    """
    return "".join(char if char.isprintable() else _escape(char) for char in str(text))


def _escape(char: str) -> str:
    return " " if category(char) == "Zs" else char.encode("unicode_escape").decode()


def shown(value: object) -> str:
    """Return the repr of a value for an error message, truncated to 200 characters."""
    try:
        text = repr(value)
    except Exception:  # noqa: BLE001 - any class may fail, and so does an int of 5,000 digits
        return f"a value of type {type(value).__name__}"
    return text if len(text) <= _MAX_LENGTH else f"{text[:_MAX_LENGTH]}…"


def number_text(number: float, digits: int = 4) -> str:
    """Return a number in plain digits, never as a power of ten, unless it has 16 digits or more.

    Args:
        number: The number.
        digits: The number of significant digits; the whole part is always complete.
    """
    text = f"{number:.{digits}g}"
    if "e" not in text:
        return text
    if abs(number) < 1:
        return f"{number:.{digits}f}".rstrip("0").rstrip(".")
    return f"{number:.0f}" if abs(number) < _TOO_LARGE else text


_TOO_LARGE: Final = 1e16
