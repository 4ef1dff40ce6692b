"""SQLite's errors, as a ledger raises them."""

from pathlib import Path

import apsw
import pytest

from careerledger.errors import DamagedError, LockedError, ReadOnlyError, StoreError
from careerledger.stores.sqlite.errors import Translated


def failed_sync():
    error = apsw.IOError("disk I/O error")
    error.extendedresult = apsw.SQLITE_IOERR_FSYNC
    return error


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (apsw.BusyError("database is locked"), LockedError),
        (apsw.CantOpenError("unable to open database file"), ReadOnlyError),
        (apsw.NotADBError("file is not a database"), DamagedError),
        (apsw.FullError("database or disk is full"), StoreError),
        (failed_sync(), StoreError),
        (apsw.TooBigError("string or blob too big"), StoreError),
        (OverflowError("int too big"), StoreError),
        (UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates not allowed"), StoreError),
        (apsw.SQLError("no such table"), StoreError),
    ],
)
def test_sqlite_error_is_translated_with_its_cause(error, kind):
    translated = Translated(Path("ada.ledger"), 2.5)
    with pytest.raises(kind) as ours, translated:
        raise error
    assert ours.value.__cause__ is error
    assert translated.unconfirmed is (getattr(error, "extendedresult", 0) != 0)


def test_other_error_stays_as_it_is():
    with pytest.raises(KeyError), Translated(Path("ada.ledger"), 1):
        raise KeyError
