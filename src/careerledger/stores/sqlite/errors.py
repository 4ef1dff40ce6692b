"""Translate SQLite's errors into errors that a caller can act on."""

from pathlib import Path
from typing import Final

import apsw

from careerledger.errors import DamagedError, LockedError, ReadOnlyError, StoreError
from careerledger.stores.sqlite.limits import MAX_VALUE

__all__ = ["Translated"]

_MEANINGS: Final[tuple[tuple[tuple[type[Exception], ...], type[StoreError], str], ...]] = (
    (
        (apsw.BusyError, apsw.LockedError),
        LockedError,
        (
            "{path} is being written by another program, for longer than {timeout:g} s; try "
            "again, or open it with a longer timeout="
        ),
    ),
    (
        (apsw.ReadOnlyError, apsw.CantOpenError, apsw.PermissionsError),
        ReadOnlyError,
        (
            "{path} cannot be written: {error}; a ledger needs a file and a folder that you may "
            "write to"
        ),
    ),
    (
        (apsw.CorruptError, apsw.NotADBError, UnicodeDecodeError),
        DamagedError,
        "{path} is damaged: {error}; restore it from a backup",
    ),
    (
        (apsw.FullError,),
        StoreError,
        "{path} cannot grow: {error}; nothing was written, make room on its disk and try again",
    ),
    (
        (apsw.TooBigError,),
        StoreError,
        (
            f"{{path}}: one row would have more than {MAX_VALUE:,} bytes, which no ledger has; "
            "record less at once, or restore the file from a backup"
        ),
    ),
    ((OverflowError,), StoreError, "{path} cannot store whole numbers above 64 bits"),
    (
        (UnicodeEncodeError,),
        StoreError,
        (
            "{error.object!r} cannot be stored: it has half a character (a surrogate), which UTF-8 "
            "does not hold"
        ),
    ),
    ((apsw.Error,), StoreError, "{path}: {error}"),
)
"""SQLite's errors, and their meaning for a caller; the first match counts."""


class Translated:
    """Translate SQLite's errors in a block.

    Args:
        path: Of the file.
        timeout: How long a writer waits, in seconds.
    """

    def __init__(self, path: Path, timeout: float) -> None:
        self._path = path
        self._timeout = timeout
        self.unconfirmed = False
        """Whether a sync failed, so that nobody can tell what is on the disk."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        if error is not None:
            self.raise_for(error)

    def raise_for(self, error: BaseException) -> None:
        """Raise the translation of an error; return if it has no translation."""
        if getattr(error, "extendedresult", 0) == apsw.SQLITE_IOERR_FSYNC:
            # Systems drop data that they could not sync: a retry would report lost data as saved.
            self.unconfirmed = True
            raise self.sync_error() from error
        for kinds, ours, message in _MEANINGS:
            if isinstance(error, kinds):
                raise ours(
                    message.format(path=self._path, timeout=self._timeout, error=error)
                ) from error

    def sync_error(self) -> StoreError:
        """Return the error of every use after a sync has failed."""
        return StoreError(
            f"the disk did not confirm what was written to {self._path}; the latest entries may be "
            "lost. Close the ledger, check the disk, and open it again"
        )
