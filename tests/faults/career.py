"""A short career that makes a ledger do to its file all that it ever does."""

import itertools
from collections.abc import Callable
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from random import Random

import apsw

from careerledger import Ledger
from careerledger.answers import fold
from careerledger.events import ContactMade, CourseFinished, SkillPractised
from careerledger.projections import Learning, NetworkGrowth

NAMES = ("career", "other")
"""The ledgers in the file."""


def clock() -> Callable[[], datetime]:
    ticks = itertools.count()
    return lambda: datetime(2026, 6, 30, tzinfo=UTC) + timedelta(seconds=next(ticks))


class Live:
    """A file with two ledgers, each opened twice, and a word to say when work is acknowledged."""

    def __init__(self, path, acknowledged, now):
        self._acknowledged = acknowledged
        self.ledgers = [Ledger.open(path, name=name, clock=now) for name in NAMES for _ in "ab"]
        for ledger in self.ledgers:
            # Every few pages, so that logs are merged and begun anew many times.
            ledger.store._file.connection.wal_autocheckpoint(12)

    def record(self, which, facts):
        return self.do(which, lambda ledger: ledger.record(facts))

    def do(self, which, work):
        ledger = self.ledgers[which]
        done = work(ledger)
        self._acknowledged(ledger.name, len(ledger))
        return done

    def ask(self, which):
        """Ask what saves snapshots."""
        self.ledgers[which].project(Learning, NetworkGrowth)

    def merge(self, mode):
        self.ledgers[0].store._file.connection.wal_checkpoint(mode=mode)

    def close(self):
        for ledger in self.ledgers:
            ledger.close()


def live(path, acknowledged: Callable[[str, int], None], seed: int) -> None:
    """Live the career, telling after each record how many entries of which ledger are there."""
    random = Random(seed)
    now = clock()
    with snapshots_every():
        for part in range(3):
            with closing(Live(path, acknowledged, now)) as career:
                _live_part(career, path, random, part)


@contextmanager
def snapshots_every(count=3):
    """Let snapshots be saved after so many entries."""
    before, fold.SNAPSHOT_EVERY = fold.SNAPSHOT_EVERY, count
    try:
        yield
    finally:
        fold.SNAPSHOT_EVERY = before


def _live_part(career: Live, path, random: Random, part: int) -> None:
    def course(size=20):
        return CourseFinished(
            on=f"20{random.randint(10, 24)}-{random.randint(1, 12):02}",
            title=f"course {random.randrange(1000)}",
            hours=3,
            note=random.randbytes(size).hex(),
        )

    def practised():
        return SkillPractised(on="2023-05", skill=f"skill {random.randrange(5)}", hours=1)

    career.record(0, course())
    career.record(1, [course(), practised(), course()])
    career.record(2, ContactMade(on="2022", contact=f"c{part}", name="Name"))
    career.ask(0)
    # Larger than a page: its body is spread over pages of its own.
    career.record(1, course(random.randint(2_000, 6_000)))
    career.merge(apsw.SQLITE_CHECKPOINT_PASSIVE)
    career.record(0, [course(random.randint(1, 900)) for _ in range(6)])
    first = career.record(0, course())
    career.do(1, lambda ledger: ledger.amend(first.id, course(), reason="typo"))
    # While someone reads, not all of the log can be merged, and it cannot be begun anew.
    with closing(apsw.Connection(str(path))) as reader:
        reader.execute("BEGIN; SELECT count(*) FROM entry").fetchall()
        career.record(2, course(700))
        career.merge(apsw.SQLITE_CHECKPOINT_PASSIVE)
        career.record(3, course(700))
        reader.execute("COMMIT")
    career.ask(1)
    career.do(0, lambda ledger: ledger.void(first.id, reason="never"))
    career.merge(apsw.SQLITE_CHECKPOINT_RESTART)
    career.record(3, practised())
    career.record(2, [practised() for _ in range(4)])
    career.merge(apsw.SQLITE_CHECKPOINT_TRUNCATE)
    career.ask(2)
    for _ in range(2):
        career.record(random.randrange(4), course())
