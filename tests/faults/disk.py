"""A disk that remembers every operation, and what it may hold when the power fails.

``Recorder`` is a layer between SQLite and the real file system. It passes everything on and
writes it down. ``Disk`` replays that log: a file holds for certain what it held when it was last
synced; of every write and truncation since, any part may have reached the disk.

The index of the write-ahead log (``-shm``) is memory, so it is neither recorded nor kept.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import apsw

SECTOR = 512
"""What a disk writes whole or not at all, in bytes."""


class Operation(NamedTuple):
    """Something that was done to the disk, or a mark between two of those."""

    kind: str
    """create, write, truncate, sync, delete; failed sync; or acknowledged."""
    name: str
    """Of the file; or of the ledger."""
    at: int = 0
    """Where a write begins, the size a truncation leaves; or the size that was acknowledged."""
    data: bytes = b""


Fault = Callable[[str], None]
"""Is told of an operation, by SQLite's name for it, before it is done; may raise what is wrong."""


class ShortReadError(Exception):
    """A read gives half of what was asked for, as if the file ended there."""


class _File(apsw.VFSFile):
    def __init__(self, recorder: "Recorder", name: Any, flags: list[int]) -> None:
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        self._name = Path(path).name
        self._recorder = recorder
        self._new_log = bool(flags[0] & apsw.SQLITE_OPEN_WAL)
        recorder.fault("xOpen")
        new = not Path(path).exists()
        super().__init__(recorder.base, name, flags)
        if new:
            self._note("create")

    def _note(self, kind: str, at: int = 0, data: bytes = b"") -> None:
        self._recorder.log.append(Operation(kind, self._name, at, data))

    def xRead(self, amount: int, offset: int) -> bytes:
        try:
            self._recorder.fault("xRead")
        except ShortReadError:
            return b""
        self._recorder.reads.add((self._name, offset))
        return super().xRead(amount, offset)

    def xWrite(self, data: bytes, offset: int) -> None:
        self._recorder.fault("xWrite")
        super().xWrite(data, offset)
        self._note("write", offset, bytes(data))

    def xTruncate(self, size: int) -> None:
        self._recorder.fault("xTruncate")
        super().xTruncate(size)
        self._note("truncate", size)

    def xSync(self, flags: int) -> None:
        try:
            self._recorder.fault("xSync")
        except apsw.Error:
            self._note("failed sync")
            raise
        super().xSync(flags)
        self._note("sync", at=int(self._new_log))
        # SQLite syncs the folder together with a log that it has just opened.
        self._new_log = False

    def xFileSize(self) -> int:
        self._recorder.fault("xFileSize")
        return super().xFileSize()

    def xLock(self, level: int) -> None:
        self._recorder.fault("xLock")
        super().xLock(level)


class Recorder(apsw.VFS):
    """The default layer under every file that SQLite opens, until it is unregistered.

    Args:
        fault: What goes wrong.
    """

    def __init__(self, fault: Fault) -> None:
        self.base = apsw.vfs_names()[0]
        self.fault = fault
        self.log: list[Operation] = []
        self.reads: set[tuple[str, int]] = set()
        """Which places of which files were read."""
        super().__init__("recorder", self.base, makedefault=True)

    def xOpen(self, name: Any, flags: list[int]) -> _File:
        return _File(self, name, flags)

    def xDelete(self, name: str, sync_folder: bool) -> None:
        self.fault("xDelete")
        super().xDelete(name, sync_folder)
        self.log.append(Operation("delete", Path(name).name, int(sync_folder)))

    def xAccess(self, name: str, flags: int) -> bool:
        self.fault("xAccess")
        return super().xAccess(name, flags)


def _no_fault(operation: str) -> None:
    pass


@contextmanager
def recorded(fault: Fault = _no_fault) -> Iterator[Recorder]:
    """Record what SQLite does to files."""
    recorder = Recorder(fault)
    try:
        yield recorder
    finally:
        recorder.unregister()


class _Content:
    """A file's bytes for certain, and what was done since."""

    def __init__(self, certain: bytes = b"") -> None:
        self.certain = bytearray(certain)
        self.pending: list[Operation] = []

    def sync(self) -> None:
        for operation in self.pending:
            _apply(operation, self.certain)
        self.pending.clear()

    def fail_to_sync(self, random: Random) -> None:
        """Lose some of what was written: it will not be tried again.

        Linux keeps it in memory as if it had been written, so that programs read it until the
        power fails.
        """
        self.certain = _subset(self, random)
        self.pending.clear()


class Disk:
    """The files of one folder, as the operations replayed so far leave them.

    Args:
        files: What it holds for certain at first.
        random: What chance decides.
    """

    def __init__(self, files: dict[str, bytes], random: Random) -> None:
        self._random = random
        self._names: dict[str, list[_Content | None]] = {
            name: [_Content(content)] for name, content in files.items()
        }
        """What each name stood for since the folder was last synced; the last is what it is."""

    def replay(self, operation: Operation) -> None:
        """Do what was recorded."""
        kind, name, at, _ = operation
        if kind == "create":
            self._names.setdefault(name, [None]).append(_Content())
        elif kind == "delete":
            self._names[name].append(None)
            if at:
                self._sync_folder()
        elif kind == "sync":
            self._content(name).sync()
            if at:
                self._sync_folder()
        elif kind == "failed sync":
            self._content(name).fail_to_sync(self._random)
        else:
            self._content(name).pending.append(operation)

    def _content(self, name: str) -> _Content:
        content = self._names[name][-1]
        assert content is not None, name
        return content

    def _sync_folder(self) -> None:
        for meanings in self._names.values():
            del meanings[:-1]

    def image(self, way: "Way") -> dict[str, bytes]:
        """What the disk may hold when the power fails now, by file name."""
        files = {}
        for name, meanings in self._names.items():
            in_order = way in (_nothing_lost, _cut_off)
            content = meanings[-1] if in_order else self._random.choice(meanings)
            if content is not None:
                files[name] = bytes(way(content, self._random))
        return files


# Ways of losing what was not synced

Way = Callable[[_Content, Random], bytearray]


def _apply(operation: Operation, content: bytearray, fill: Callable[[int], bytes] = bytes) -> None:
    kind, _, at, data = operation
    missing = at - len(content)
    if missing > 0:
        content += fill(missing)
    if kind == "truncate":
        del content[at:]
    else:
        content[at : at + len(data)] = data


def _everything_lost(content: _Content, random: Random) -> bytearray:
    return content.certain


def _nothing_lost(content: _Content, random: Random) -> bytearray:
    """The program died and the power did not."""
    return _kept(content, content.pending)


def _cut_off(content: _Content, random: Random) -> bytearray:
    """All before some moment is there, and of the operation at that moment some sectors."""
    count = random.randint(0, len(content.pending))
    before, at = content.pending[:count], content.pending[count : count + 1]
    return _kept(content, [*before, *(part for each in at for part in _torn(each, random))])


def _subset(content: _Content, random: Random) -> bytearray:
    """Any operations are there and any are not: a disk writes in the order it likes."""
    share = random.random()
    kept = [each for each in content.pending if random.random() < share]
    return _kept(content, kept, random)


def _one_missing(content: _Content, random: Random) -> bytearray:
    kept = list(content.pending)
    if kept:
        del kept[random.randrange(len(kept))]
    return _kept(content, kept, random)


def _sectors(content: _Content, random: Random) -> bytearray:
    """Any sectors of any operations are there."""
    parts = [part for each in content.pending for part in _torn(each, random)]
    return _kept(content, parts, random)


WAYS: tuple[Way, ...] = (
    _everything_lost,
    _nothing_lost,
    _cut_off,
    _subset,
    _one_missing,
    _sectors,
)


def _kept(
    content: _Content, operations: list[Operation], random: Random | None = None
) -> bytearray:
    # Where a file grew and what is before the growth was lost, a disk may show what was there
    # long ago instead of zeros.
    noisy = random is not None and random.random() < 0.25
    result = bytearray(content.certain)
    for operation in operations:
        _apply(operation, result, random.randbytes if random is not None and noisy else bytes)
    return result


def _torn(operation: Operation, random: Random) -> Iterator[Operation]:
    """Some of the sectors that a write touches."""
    kind, name, at, data = operation
    share = random.random()
    if kind != "write":
        if random.random() < share:
            yield operation
        return
    start = at
    while start < at + len(data):
        end = min(start - start % SECTOR + SECTOR, at + len(data))
        if random.random() < share:
            yield Operation(kind, name, start, data[start - at : end - at])
        start = end
