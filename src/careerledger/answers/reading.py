"""A reading: what a format made of a file."""

from typing import Any

import attrs

from careerledger.dates import PartialDate
from careerledger.events import Action
from careerledger.history import Draft

__all__ = ["LeftOut", "Reading"]


@attrs.frozen
class LeftOut:
    """An item or a value of a file that was not imported."""

    path: str
    """Where it is in the file."""
    reason: str
    value: Any = None
    """The value; None where it is an item with several, or must not be shown."""


@attrs.frozen(kw_only=True)
class Reading:
    """A file as drafts, and everything else in it."""

    source: str
    """The name of the format, which becomes the source of the entries."""
    drafts: tuple[Draft, ...]
    """Its events, each with a key that is the same every time the file is read."""
    left_out: tuple[LeftOut, ...] = ()
    covers: frozenset[type[Action]] = frozenset()
    """The types of events that the file lists completely: one that it no longer lists is gone."""
    period: tuple[PartialDate, PartialDate] | None = None
    """The first and last date for which it lists them completely; None: all dates."""
