"""The disk fails at each operation in turn."""

import ctypes
import itertools
import sys
from collections import Counter
from contextlib import suppress
from random import Random

import apsw
import pytest

from careerledger import Ledger
from careerledger.errors import StoreError
from careerledger.events import CourseFinished
from careerledger.projections import Learning
from faults.career import clock, snapshots_every
from faults.disk import WAYS, Disk, Operation, ShortReadError, recorded
from faults.power import quick_folder

CODES = {
    "xOpen": (apsw.CantOpenError, apsw.SQLITE_CANTOPEN),
    "xRead": (apsw.IOError, apsw.SQLITE_IOERR_READ),
    "xWrite": (apsw.IOError, apsw.SQLITE_IOERR_WRITE),
    "xTruncate": (apsw.IOError, apsw.SQLITE_IOERR_TRUNCATE),
    "xSync": (apsw.IOError, apsw.SQLITE_IOERR_FSYNC),
    "xFileSize": (apsw.IOError, apsw.SQLITE_IOERR_FSTAT),
    "xLock": (apsw.IOError, apsw.SQLITE_IOERR_LOCK),
    "xDelete": (apsw.IOError, apsw.SQLITE_IOERR_DELETE),
    "xAccess": (apsw.IOError, apsw.SQLITE_IOERR_ACCESS),
}


def disk_error(operation):
    kind, code = CODES[operation]
    error = kind(f"{operation} failed")
    error.extendedresult = code
    raise error


def disk_full(operation):
    error = apsw.FullError("no room")
    error.extendedresult = apsw.SQLITE_FULL
    raise error


def short_read(operation):
    raise ShortReadError


FAULTS = {
    "disk error": (disk_error, set(CODES)),
    "disk full": (disk_full, {"xWrite"}),
    "failed sync": (disk_error, {"xSync"}),
    "short read": (short_read, {"xRead"}),
}


class Failing:
    """A fault at the n-th operation of some kinds, once or from then on."""

    def __init__(self, fault, operations, number, *, once):
        self._fault = fault
        self._operations = operations
        self._number = number
        self._once = once
        self.met = 0

    def __call__(self, operation):
        if operation not in self._operations:
            return
        self.met += 1
        if self.met == self._number or (self.met > self._number and not self._once):
            self._fault(operation)


class Person:
    """Records, asks, and opens the file again when told to."""

    def __init__(self, path, log, *, asked_by_others=False):
        self._path = path
        self._log = log
        self._asked_by_others = asked_by_others
        """Whether someone else opens and closes the file after a sync has failed."""
        self._ledger = None
        self._now = clock()
        self.tried = []
        """The titles of each record, and whether it was acknowledged."""
        self.errors = []
        self.doubted = False
        """Whether the ledger refused to go on after a failed sync."""

    def record(self, count=1, note=""):
        titles = [f"{len(self.tried)} {number}" for number in range(count)]
        facts = [CourseFinished(on="2024", title=title, note=note) for title in titles]
        acknowledged = self._try(lambda ledger: ledger.record(facts))
        self.tried.append((titles, acknowledged))
        if acknowledged:
            self._log.append(Operation("acknowledged", "career", len(self.tried)))

    def ask(self):
        self._try(lambda ledger: ledger.project(Learning))
        self._try(list)

    def close(self):
        ledger, self._ledger = self._ledger, None
        if ledger is not None:
            ledger.close()

    def merge(self):
        if self._ledger is not None:
            with suppress(apsw.Error, StoreError):  # what SQLite does by itself now and then
                self._ledger.store._file.connection.wal_checkpoint()

    def _try(self, work):
        try:
            if self._ledger is None:
                self._ledger = Ledger.open(self._path, clock=self._now)
                self._ledger.store._file.connection.wal_autocheckpoint(8)
            work(self._ledger)
        except StoreError as error:
            self.errors.append(error)
            if self._ledger is not None and self._ledger.store._file.translated.unconfirmed:
                self.doubted = True
                with pytest.raises(StoreError):
                    len(self._ledger)
                with pytest.raises(StoreError):
                    self._ledger.record(CourseFinished(on="2024", title="never"))
                before = self._files()
                self.close()
                assert before == self._files(), "a ledger in doubt left something behind"
                if self._asked_by_others:
                    with suppress(StoreError), Ledger.open(self._path) as ledger:
                        list(ledger)
            return False
        return True

    def _files(self):
        files = [self._path, self._path.with_name(f"{self._path.name}-wal")]
        return [file.exists() and file.read_bytes() for file in files]

    def live(self):
        self.record()
        self.record(3)
        self.ask()
        self.record(note="long" * 2_000)
        self.merge()
        self.record()
        self.ask()
        self.close()
        self.record(2)
        self.ask()
        self.record()
        self.close()


def run(failing, folder, **how):
    """Let someone live while the disk fails, and return them with what happened to the disk."""
    path = folder / "ada.ledger"
    for each in folder.iterdir():
        each.unlink()
    Ledger.open(path).close()
    with recorded(failing) as recorder, snapshots_every():
        person = Person(path, recorder.log, **how)
        person.live()
    return person, recorder.log


def check(path, tried):
    """All that was acknowledged is there, and each of the rest whole or not at all."""
    with Ledger.open(path) as ledger:
        ledger.verify()
        left = [entry.event.title for entry in ledger]
        assert [("ok",)] == ledger.store._file.all("PRAGMA integrity_check")
    for titles, acknowledged in tried:
        there = left[: len(titles)] == titles
        assert there or not acknowledged, titles
        if there:
            left = left[len(titles) :]
    assert [] == left


@pytest.mark.parametrize("once", [True, False], ids=["once", "from then on"])
@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_a_clear_error_and_loses_nothing(name, once, figure):
    fault, operations = FAULTS[name]
    errors = Counter()
    doubted = number = 0
    with quick_folder() as folder:
        while True:
            number += 1
            failing = Failing(fault, operations, number, once=once)
            person, _ = run(failing, folder)
            check(folder / "ada.ledger", person.tried)
            errors.update(type(error).__name__ for error in person.errors)
            doubted += person.doubted
            if failing.met < number:
                break
    figure(f"operations with {name}", number - 1)
    figure("errors", str(errors))
    assert number > 10
    assert errors
    assert (doubted > 10) == ("xSync" in operations)


@pytest.mark.skipif(sys.platform != "linux", reason="C's types are those of Linux")
def test_short_reads_are_continued(tmp_path):
    """As signals do it: below SQLite's layer, where a read of half is no end of the file."""
    signature = ctypes.CFUNCTYPE(
        ctypes.c_ssize_t,
        *(ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int64),
        use_errno=True,
    )
    read = signature(("pread64", ctypes.CDLL(None)))
    asked = []

    @signature
    def read_half(file, into, count, offset):
        asked.append(count)
        return read(file, into, (count + 1) // 2, offset)

    pointer = ctypes.cast(read_half, ctypes.c_void_p).value
    with recorded() as recorder:
        person = Person(tmp_path / "ada.ledger", recorder.log)
        recorder.xSetSystemCall("pread64", pointer)
        try:
            person.live()
            check(tmp_path / "ada.ledger", person.tried)
        finally:
            recorder.xSetSystemCall("pread64", 0)  # 0: the real one again
    assert all(acknowledged for _, acknowledged in person.tried)
    assert {4096, 2048, 1024} <= set(asked)


@pytest.mark.parametrize("asked_by_others", [False, True])
def test_failed_sync_then_power_cut_loses_nothing(asked_by_others, figure):
    """Though the system believes that what it could not sync is on the disk, and shows it.

    Whoever asks in between would merge what the log shows when they close.
    """
    random = Random(0)
    images = 0
    with quick_folder() as folder:
        path = folder / "ada.ledger"
        Ledger.open(path).close()
        empty = path.read_bytes()
        for number in itertools.count(1):
            failing = Failing(*FAULTS["failed sync"], number, once=True)
            person, log = run(failing, folder, asked_by_others=asked_by_others)
            if failing.met < number:
                break
            disk = Disk({path.name: empty}, random)
            done, failed = 0, False
            for operation in log:
                if operation.kind == "acknowledged":
                    done = operation.at
                else:
                    disk.replay(operation)
                failed = failed or operation.kind == "failed sync"
                if not failed:
                    continue
                tried = [(t, a and n < done) for n, (t, a) in enumerate(person.tried)]
                for way in WAYS if operation.kind == "acknowledged" else random.choices(WAYS):
                    put(disk.image(way), path)
                    check(path, tried)
                    images += 1
    figure("images after a failed sync", images)
    assert images > 500


def put(image, path):
    for name in (path.name, f"{path.name}-wal"):
        file = path.with_name(name)
        file.unlink(missing_ok=True)
        if name in image:
            file.write_bytes(image[name])
