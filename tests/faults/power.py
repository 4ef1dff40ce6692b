"""Cutting the power at each moment of a career, and looking at what is left.

python power.py IMAGES    # as many as you like, with a progress bar
"""

import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cached_property, partial
from pathlib import Path
from random import Random
from typing import NamedTuple

from careerledger import Ledger
from careerledger.errors import StoreError
from careerledger.events import CourseFinished
from careerledger.projections import Learning, NetworkGrowth
from careerledger.proofs import Frontier, leaf_hash
from careerledger.stores import EMPTY, Head, Query, Row
from careerledger.stores.memory import MemoryStore
from careerledger.stores.sqlite import SQLiteStore, opening
from faults.career import NAMES, clock, live
from faults.disk import WAYS, Disk, Operation, Way, recorded

FILE = "ada.ledger"


@contextmanager
def quick_folder() -> Iterator[Path]:
    """A folder in memory where there is one: what is on the disk is simulated, not needed."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder)


def _acknowledge(log: list[Operation], name: str, size: int) -> None:
    log.append(Operation("acknowledged", name, size))


class Lived:
    """A career that was recorded once, with everything that reached the disk.

    Args:
        synchronous: SQLite's setting: 2 is FULL, 1 NORMAL, 0 OFF.
        seed: Which career.
    """

    def __init__(self, *, synchronous: int = 2, seed: int = 0) -> None:
        with quick_folder() as folder:
            path = folder / FILE
            # Of making the file there is a test of its own; here the disk begins with an empty one.
            SQLiteStore(path).close()
            self.before = {FILE: path.read_bytes()}
            with recorded() as recorder, _synchronous(synchronous):
                live(path, partial(_acknowledge, recorder.log), seed)
            with closing(SQLiteStore(path)) as store:
                self.rows = {name: store.rows(name, Query()) for name in NAMES}
        self.log = recorder.log
        self.ends = {
            name: [0, *(o.at for o in self.log if o[:2] == ("acknowledged", name))]
            for name in NAMES
        }
        """The sizes that each ledger had after each record: what is recorded together is atomic."""

    @cached_property
    def heads(self) -> dict[str, list[Head]]:
        """Each ledger's head at each size, with hashes made anew."""
        heads = {}
        for name, rows in self.rows.items():
            frontier = Frontier()
            heads[name] = [EMPTY]
            for row in rows:
                frontier.append(leaf_hash(row.body))
                heads[name].append(Head(frontier.size, row.recorded_at, frontier.packed))
        return heads

    def cuts(self, random: Random) -> Iterator[tuple[Disk, dict[str, tuple[int, int]]]]:
        """The disk at each moment, and between which sizes each ledger may be then.

        The first is what was acknowledged, the second what was being recorded.
        """
        disk = Disk(self.before, random)
        sizes = {name: iter(ends) for name, ends in self.ends.items()}
        known = {name: next(each) for name, each in sizes.items()}
        coming = {name: next(each, known[name]) for name, each in sizes.items()}
        for operation in self.log:
            if operation.kind == "acknowledged":
                name = operation.name
                known[name] = coming[name]
                coming[name] = next(sizes[name], known[name])
            else:
                disk.replay(operation)
            yield disk, {name: (known[name], coming[name]) for name in NAMES}


@contextmanager
def _synchronous(value: int) -> Iterator[None]:
    before = opening._SETTINGS["synchronous"]
    opening._SETTINGS["synchronous"] = value
    try:
        yield
    finally:
        opening._SETTINGS["synchronous"] = before


class Loss(NamedTuple):
    """Something that must not be."""

    kind: str
    """lost: what was acknowledged is not there; damaged: what is there does not fit."""
    moment: int
    way: str
    what: str


class Survey:
    """What was found on many images of the disk.

    Args:
        lived: The career whose disk it is.
        folder: Where to put them, one after the other.
        seed: Which images.
    """

    def __init__(self, lived: Lived, folder: Path, seed: int = 0) -> None:
        self._lived = lived
        self._path = folder / FILE
        self._random = Random(seed)
        self._views: dict[tuple[str, int], object] = {}
        self.images = 0
        self.moments = 0
        self.losses: list[Loss] = []

    def run(self, each: int) -> "Survey":
        """Look at up to ``each`` different images at each moment, by every way there is."""
        for moment, (disk, sizes) in enumerate(self._lived.cuts(self._random)):
            seen = set()
            for number in range(each):
                way = WAYS[number % len(WAYS)]
                image = disk.image(way)
                content = tuple(sorted(image.items()))
                if content not in seen:
                    seen.add(content)
                    self._look(moment, way, image, sizes)
            self.moments += 1
            self.images += len(seen)
        return self

    def kinds(self) -> Counter[str]:
        return Counter(loss.kind for loss in self.losses)

    def _look(
        self, moment: int, way: Way, image: dict[str, bytes], sizes: dict[str, tuple[int, int]]
    ) -> None:
        self._put(image)
        try:
            with closing(SQLiteStore(self._path)) as store:
                found = {name: self._size(store, name, *sizes[name]) for name in NAMES}
                assert [("ok",)] == store._file.all("PRAGMA integrity_check"), "integrity_check"
            if self._random.random() < 0.04:
                self._go_on(found)
        except _LostError as error:
            self.losses.append(Loss("lost", moment, way.__name__, str(error)))
        except (StoreError, AssertionError) as error:
            self.losses.append(Loss("damaged", moment, way.__name__, str(error)))

    def _put(self, image: dict[str, bytes]) -> None:
        for suffix in ("", "-wal", "-shm"):
            path = self._path.with_name(FILE + suffix)
            path.unlink(missing_ok=True)
            content = image.get(FILE + suffix)
            if suffix == "-shm" and self._random.random() < 0.1:
                # What the memory of the old days left there means nothing.
                content = self._random.randbytes(32_768)
            if content is not None:
                path.touch(0o600)
                path.write_bytes(content)

    def _size(self, store: SQLiteStore, name: str, known: int, coming: int) -> int:
        """How much of a ledger is there, all of it as it was recorded."""
        rows = store.rows(name, Query())
        size = len(rows)
        assert self._lived.rows[name][:size] == rows, f"{name}: entries were changed"
        if size < known:
            raise _LostError(f"{name}: {size} of {known} acknowledged entries")
        assert size in (known, coming), f"{name}: {size}, neither {known} nor {coming}"
        assert self._lived.heads[name][size] == store.head(name), f"{name}: the head does not fit"
        return size

    def _go_on(self, found: dict[str, int]) -> None:
        """Answers are right, snapshots or not, and the ledger can be written and opened again."""
        for name, size in found.items():
            with Ledger.open(self._path, name=name, clock=clock()) as ledger:
                ledger.verify()
                assert self._expected_views(name, size) == _views(ledger), f"{name}: other answers"
                ledger.record(CourseFinished(on="2024", title="the next one"))
            with closing(SQLiteStore(self._path)) as store:
                rows = store.rows(name, Query())
                assert self._lived.rows[name][:size] == rows[:-1], f"{name}: entries were changed"

    def _expected_views(self, name: str, size: int) -> object:
        if (name, size) not in self._views:
            store = MemoryStore()
            rows: list[Row] = self._lived.rows[name][:size]
            with store.writing(name):
                store.append(name, rows, self._lived.heads[name][size].frontier)
            self._views[name, size] = _views(Ledger(store, name=name, clock=clock()))
        return self._views[name, size]


class _LostError(Exception):
    pass


def _views(ledger: Ledger) -> object:
    return ledger.project(Learning, NetworkGrowth, at="2026-01-01")


def main(wanted: int, parts: int) -> None:
    """Look at as many images, of as many careers as it takes, in as many processes."""
    from concurrent.futures import ProcessPoolExecutor

    from rich.progress import Progress

    images = moments = careers = 0
    with Progress(speed_estimate_period=3600) as progress, ProcessPoolExecutor(parts) as pool:
        task = progress.add_task("Cutting the power", total=wanted)
        while images < wanted:
            for survey in pool.map(_survey, range(careers, careers + parts)):
                if survey.losses:
                    sys.exit(f"career {careers}: {survey.losses[0]}")
                images += survey.images
                moments += survey.moments
                careers += 1
                progress.advance(task, survey.images)
    print(f"{images:,} images of {moments:,} moments in {careers:,} careers: nothing lost")


def _survey(career: int) -> Survey:
    with quick_folder() as folder:
        return Survey(Lived(seed=career), folder, seed=career).run(96)


if __name__ == "__main__":
    main(int(sys.argv[1]), os.cpu_count() or 1)
