"""Render a view for rich when rich asks for it.

Only this file lets a lower room import an optional display library, and only inside the function,
so that a view costs nothing until someone displays it.
"""

__all__ = ["as_rich"]


def as_rich(text: str) -> object:
    """Return the text as a rich renderable without markup."""
    from rich.text import Text  # noqa: PLC0415 - only rich asks for it

    return Text(text)
