"""One file descriptor in reserve, with which a process that has no other left can still verify.

Verifying needs none for a file that is open, but one to load its own code when it is first used.
"""

import os
from collections.abc import Generator
from contextlib import contextmanager, suppress
from typing import Final

__all__ = ["reserve", "spare_descriptor"]

_reserved: Final[list[int]] = []


def reserve() -> None:
    """Hold a descriptor in reserve, unless this process does already or has none left."""
    if not _reserved:
        with suppress(OSError):
            _reserved.append(os.open(os.devnull, os.O_RDONLY))


@contextmanager
def spare_descriptor() -> Generator[None, None, None]:
    """Set the reserved descriptor free until the block ends."""
    with suppress(IndexError):
        os.close(_reserved.pop())
    try:
        yield
    finally:
        reserve()
