"""What SQLite raises, as an error that a caller can act on."""

from pathlib import Path

import apsw

from careerledger.errors import DamagedError, LockedError, ReadOnlyError, StoreError
from careerledger.stores.sqlite.limits import MAX_VALUE

__all__ = ["Translated"]


class Translated:
    """A block in which SQLite's errors become ours.

    A class, because entering a generator's block takes 1.5 µs, and a record enters six.

    Args:
        path: Of the file.
        timeout: How long it is waited for, in seconds.
    """

    def __init__(self, path: Path, timeout: float) -> None:
        self._path = path
        self._timeout = timeout
        self.unconfirmed = False
        """Whether a sync failed, so that nobody can tell what is on the disk."""

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: object, error: BaseException | None, traceback: object
    ) -> None:
        if error is None:
            return
        if getattr(error, "extendedresult", 0) == apsw.SQLITE_IOERR_FSYNC:
            # Systems forget what they could not sync: to try again would confirm what is lost.
            self.unconfirmed = True
            raise self.doubt() from error
        ours = self._translation(error)
        if ours is not None:
            raise ours from error

    def doubt(self) -> StoreError:
        """Return the error of every use after a sync has failed."""
        return StoreError(
            f"the disk did not confirm what was written to {self._path}, so only what is there "
            "when it is opened again counts; close the ledger, see to the disk, and open it again"
        )

    def _translation(self, error: BaseException) -> StoreError | None:
        path = self._path
        match error:
            case apsw.BusyError() | apsw.LockedError():
                return LockedError(
                    f"{path} is being written by another program, for longer than "
                    f"{self._timeout:g} s; try again, or open it with a longer timeout="
                )
            case apsw.ReadOnlyError() | apsw.CantOpenError() | apsw.PermissionsError():
                return ReadOnlyError(
                    f"{path} cannot be written: {error}; a ledger needs a file and a folder "
                    "that you may write to"
                )
            case apsw.CorruptError() | apsw.NotADBError() | UnicodeDecodeError():
                return DamagedError(f"{path} is damaged: {error}; restore it from a backup")
            case apsw.FullError():
                return StoreError(
                    f"{path} cannot grow: {error}; nothing was written, "
                    "make room on its disk and try again"
                )
            case apsw.TooBigError():
                return StoreError(
                    f"{path}: one row would have more than {MAX_VALUE:,} bytes, which no ledger "
                    "has; record less at once, or restore the file from a backup"
                )
            case OverflowError():
                return StoreError(f"{path} holds no numbers beyond 64 bits")
            case UnicodeEncodeError():
                return StoreError(
                    f"{error.object!r} cannot be stored: it has half a character (a surrogate), "
                    "which UTF-8 does not hold"
                )
            case apsw.Error():
                return StoreError(f"{path}: {error}")
            case _:
                return None
