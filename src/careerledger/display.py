"""Show an answer in the programs that people look at, when one of them asks for it.

This is the one place where a lower room reaches up: what it needs is imported inside a function,
so an answer costs nothing until someone looks at it.
"""

__all__ = ["as_rich"]


def as_rich(text: str) -> object:
    """Return text for ``rich.print``, in which nothing is markup."""
    from rich.text import Text  # noqa: PLC0415 - only rich asks for it

    return Text(text)
