"""A program that starts two writers of one file, kills them, and looks at what is left; again.

    python killing.py PATH ROUNDS SEED

Writers are forks of this program, so a round takes some hundredths of a second.
"""

import os
import select
import signal
import sys
from collections import Counter
from contextlib import closing
from itertools import chain
from random import Random
from time import sleep
from typing import NoReturn

from careerledger import Ledger
from careerledger.events import CourseFinished
from careerledger.journal import Journal, codec
from careerledger.proofs import Frontier, leaf_hash
from careerledger.stores import Query, Row
from careerledger.stores.sqlite import SQLiteStore


def write(path: str, who: str, random: Random, pipe: int) -> NoReturn:
    """Record until killed, and tell of each record when it is acknowledged."""
    try:
        ledger = Ledger.open(path)
        # Every few pages, so that some are killed while they merge the log.
        ledger.store._file.connection.wal_autocheckpoint(random.choice((8, 30, 1000)))
        for number in range(1_000_000):
            count = random.choice((1, 1, 3))
            note = "long" * random.choice((0, 10, 2_000))
            together = f"{who} {number} of {count}"
            done = ledger.record(
                [CourseFinished(on="2024", title=together, note=note) for _ in range(count)]
            )
            # A pipe takes so little whole or not at all.
            os.write(pipe, "".join(f"{entry.seq} {entry.id}\n" for entry in done).encode())
    finally:
        os._exit(1)  # only an error leads here


class Round:
    """Two writers, killed after a while; ``acknowledged`` is what they told, ids by number."""

    def __init__(self, path: str, number: int, random: Random) -> None:
        writers = {self._start(path, f"{number}{who}", random.random()): who for who in "ab"}
        if number % 2:  # on a busy machine half of the rounds would end before they began
            select.select([pipe for pipe, _ in writers], [], [], 10)
        sleep(random.uniform(0, 0.04))
        for _, process in writers:
            os.kill(process, signal.SIGKILL)
            sleep(random.choice((0, 0.002)))
        self.acknowledged: dict[int, str] = {}
        for pipe, process in writers:
            _, status = os.waitpid(process, 0)
            assert -signal.SIGKILL == os.waitstatus_to_exitcode(status)
            with os.fdopen(pipe, encoding="ascii") as told:
                for line in told:
                    seq, id_ = line.split()
                    self.acknowledged[int(seq)] = id_

    @staticmethod
    def _start(path: str, who: str, seed: float) -> tuple[int, int]:
        reading, writing = os.pipe()
        process = os.fork()
        if not process:
            os.close(reading)
            write(path, who, Random(seed), writing)
        os.close(writing)
        return reading, process


class Kept:
    """What was seen so far, against which the file is compared."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._frontier = Frontier()
        self.rows: list[Row] = []

    def compare(self, acknowledged: dict[int, str], *, all_of_it: bool) -> None:
        """Open the file again: what was there is, and so is what was acknowledged since."""
        before = len(self.rows)
        after = 0 if all_of_it else before
        with closing(SQLiteStore(self._path)) as store:
            pages = Journal(store, "career").pages(Query(after=after))
            found = list(chain.from_iterable(pages))
            head = store.head("career")
            assert [("ok",)] == store._file.all("PRAGMA integrity_check")
        assert found[: before - after] == self.rows[after:], "what was there has changed"
        new = found[before - after :]
        for row in new:
            assert leaf_hash(row.body) == row.leaf, row.seq
            self._frontier.append(row.leaf)
        self.rows += new
        assert (self._frontier.size, self._frontier.packed) == (head.size, head.frontier)
        ids = {row.seq: row.id for row in new}
        assert acknowledged.items() <= ids.items(), "acknowledged, and not there"
        together = Counter(_title(row) for row in new)
        assert all(title.endswith(f"of {count}") for title, count in together.items()), together


def _title(row: Row) -> str:
    event = codec.decode(row.seq, row.body).event
    assert isinstance(event, CourseFinished)
    return event.title


def main(path: str, rounds: int, seed: int) -> None:
    random = Random(seed)
    kept = Kept(path)
    acknowledged = 0
    for number in range(rounds):
        told = Round(path, number, random).acknowledged
        acknowledged += len(told)
        kept.compare(told, all_of_it=number % 20 == 0 or number == rounds - 1)
    with Ledger.open(path) as ledger:
        ledger.verify()
    print(acknowledged, len(kept.rows))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
