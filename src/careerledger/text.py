"""Text from a ledger, made harmless for a terminal.

Whoever wrote a name may have put into it what moves the cursor, sets a colour, turns the text
around or cannot be seen. All of that shows as what it is.
"""

from unicodedata import category

__all__ = ["printable"]


def printable(text: object) -> str:
    """One line of text in which control and direction characters show as escapes.

    Spaces of every width become plain ones.
    """
    return "".join(char if char.isprintable() else _shown(char) for char in str(text))


def _shown(char: str) -> str:
    return " " if category(char) == "Zs" else char.encode("unicode_escape").decode()
