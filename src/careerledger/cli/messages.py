"""Rewrite the library's messages in the words of the command.

The library speaks to those who write Python: of classes, methods and keyword arguments. A person
who uses the command knows words, options, event types and fields.
"""

import re
from typing import Final

from careerledger.cli.event_fields import EVENTS, PROJECTIONS

__all__ = ["in_command_words"]


def in_command_words(message: str) -> str:
    """Return a message without the words of Python that the library uses, and not too long."""
    for pattern, text in _PHRASES:
        message = pattern.sub(text, message)
    message = _LONG_WORD.sub(r"\1…", message)
    return _CLASS_NAME.sub(_name_of_class, message)


_PHRASES: Final[tuple[tuple[re.Pattern[str], str], ...]] = tuple(
    (re.compile(pattern), text)
    for pattern, text in (
        (r",? or (it must be )?None\b", ""),
        (r"\bTrue or False\b", "true or false"),
        (r", or open the ledger with strict=False", ""),
        (r"; an id is what record returned, or what ledger\.entries\(\) shows", ""),
        (r" \(amend='why' does it here\)", ""),
        (r"or open it with a longer timeout=", "when that program is done"),
        (r"\bledger\.verify\(\)", "'careerledger verify'"),
        (r"the view is an? (\w+), which has no", r"\1 has no"),
        (r"name one of its numbers as of=: ", "use --of with one of its numbers: "),
        (r", or a function of the view", ""),
        (r"name one of its numbers, as of='(\w+)' or of=lambda.*", r"use another, as in --of \1"),
        (r"\bbetween is\b", "--between has"),
        (r"\bby owner=(\d+)", r"with --owner \1"),
        (r"^owner is\b", "--owner is"),
        (r"\(cascade=True\)", "(--cascade)"),
        (r"name a map, or have one guessed", "try --map guess"),
        (r"\bin the same record\b", "first"),
        (r" with about=\['([^']*)'\]", r" with about=\1"),
    )
)

_LONG_WORD: Final = re.compile(r"(\S{300})\S+")

_CLASS_NAME: Final = re.compile(
    r"""(?<!\w)'(?:[^'\\]|\\.)*'|(?<!\w)"(?:[^"\\]|\\.)*"|\b[A-Z][a-z]+(?:[A-Z][a-z]+)+\b"""
)
"""Quoted text, which stays as it is, or a name in capitalised words."""


def _name_of_class(match: re.Match[str]) -> str:
    name = match[0]
    if name[0] in "'\"":
        return name
    words = [word.lower() for word in re.findall("[A-Z][a-z]+", name)]
    for separator, known in _NAMES:
        short = words[:-1] if words[-1] == "view" else words
        if separator.join(short) in known:
            return separator.join(short)
    return name


_CORRECTIONS: Final = ("batch.undone", "entry.amended", "entry.voided", "subject.forgotten")
_NAMES: Final = ((".", (*EVENTS, *_CORRECTIONS)), ("-", PROJECTIONS))
"""What separates the words of a name, and the names."""
