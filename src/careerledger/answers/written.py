"""A document that was written from a ledger, with the entries that it rests on."""

import attrs

__all__ = ["Citation", "Written"]


@attrs.frozen(kw_only=True)
class Citation:
    """The entries that a part of a document rests on."""

    path: str
    """Where the part is in the document."""
    entries: tuple[str, ...]
    """The ids of the entries."""


@attrs.frozen(kw_only=True)
class Written:
    """A document in the format of another program."""

    content: bytes = attrs.field(repr=False)
    citations: tuple[Citation, ...]
