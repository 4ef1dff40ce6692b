"""Check the arguments of public calls, so that a wrong one is refused where it is passed.

The errors name the argument, its value, the rule and an example.
"""

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from careerledger.errors import ArgumentError
from careerledger.text import shown

__all__ = ["check_items", "check_path", "check_text", "check_type", "check_whole_number", "wrong"]


def wrong(name: str, value: object, rule: str) -> ArgumentError:
    """Return the error for an argument.

    Args:
        name: The name of the argument.
        value: Its value.
        rule: What it must be, and an example: "it must be text, such as 'typo'".
    """
    return ArgumentError(f"{name} is {shown(value)}; {rule}")


def check_type(name: str, value: object, kind: type, rule: str) -> None:
    """Raise ArgumentError for an argument that is not of a type."""
    if not isinstance(value, kind):
        raise wrong(name, value, rule)


def check_text(name: str, value: object, example: str) -> str:
    """Return an argument that must be text which UTF-8 can encode, and not empty."""
    if not isinstance(value, str) or not value:
        raise wrong(name, value, f"it must be text that is not empty, such as {example!r}")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise wrong(
            name, value, "it must be text without lone surrogates, which UTF-8 cannot encode"
        ) from None
    return value


def check_whole_number(name: str, value: object, least: int, example: str) -> int:
    """Return an argument that must be a whole number of at least ``least``."""
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise wrong(name, value, f"it must be a whole number from {least}, such as {example}")
    return value


def check_path(name: str, value: Any) -> str:
    """Return an argument that must be the path of a file, as text."""
    path: object = value
    with suppress(Exception):  # whatever a class of a user's raises
        if not isinstance(value, str):
            path = value.__fspath__()  # as os.fspath, without the module os
    if not isinstance(path, str) or not path or "\0" in path or not _is_encodable(path):
        raise wrong(name, value, "it must be the path of a file, such as 'ada.ledger'")
    return path


def _is_encodable(path: str) -> bool:
    try:
        path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return False
    return True


def check_items(name: str, value: Any, example: str) -> list[Any]:
    """Return an argument that must be a list or another collection of things, as a list."""
    if isinstance(value, str | bytes | bytearray) or not isinstance(value, Iterable):
        raise wrong(name, value, f"it must be a list, such as {example}")
    return [*value]
