"""Processes that write the same file."""

import time
from contextlib import closing

import apsw
import pytest

from careerledger import Ledger
from careerledger.errors import LockedError
from careerledger.events import CourseFinished
from careerledger.stores.sqlite import SQLiteStore


def test_nothing_is_lost_when_processes_write_one_file(processes, path):
    """They also make it at the same moment, and close it at the same moment."""
    code = """
for number in range(12):
    with Ledger.open(path, timeout=60) as ledger:
        ledger.record([fact(number, who), fact(number, who)])
"""

    processes(code, path, 3)

    # The file alone, as the log was merged into it.
    assert ["ada.ledger"] == [each.name for each in path.parent.iterdir()]
    with Ledger.open(path) as ledger:
        log = list(ledger)
        assert list(range(1, 73)) == [entry.seq for entry in log]
        for who in range(3):
            own = [e.event.title for e in log if e.event.title.startswith(f"{who} ")]
            assert [f"{who} {number}" for number in range(12) for _ in range(2)] == own
        # What was recorded together stands together.
        assert all(one.event == two.event for one, two in zip(log[::2], log[1::2], strict=True))
        ledger.verify()


def test_simultaneous_opens_make_one_file(processes, path):
    code = """
with Ledger.open(path, timeout=60) as ledger:
    print(ledger.record(fact(1, who)).seq)
"""

    printed = processes(code, path, 6)

    assert list("123456") == sorted(printed)
    assert ["ada.ledger"] == [each.name for each in path.parent.iterdir()]
    with Ledger.open(path) as ledger:
        assert 6 == len(ledger)
        ledger.verify()


def test_expect_lets_one_process_win(processes, path):
    with Ledger.open(path) as ledger:
        ledger.record(CourseFinished(on="2024", title="Logic"))
    code = """
with Ledger.open(path, timeout=60) as ledger:
    try:
        ledger.record(fact(1, who), expect=1)
        print("won")
    except ConflictError:
        print("lost")
"""

    assert ["lost", "lost", "won"] == sorted(processes(code, path, 3))
    with Ledger.open(path) as ledger:
        assert 2 == len(ledger)


def test_entries_can_be_read_while_another_process_writes(processes, path):
    code = """
with Ledger.open(path, timeout=60) as ledger:
    for number in range(30):
        ledger.record([fact(number, who), fact(number, who)])
"""
    sizes = []
    with Ledger.open(path) as ledger:

        def read():
            while len(sizes) < 20:
                entries = list(ledger.entries())
                assert list(range(1, len(entries) + 1)) == sorted(e.seq for e in entries)
                dates = [entry.event.on for entry in entries]
                assert sorted(dates) == dates
                sizes.append(len(entries))

        processes(code, path, 1, meanwhile=read)
        assert 60 == len(list(ledger.entries()))

    assert sizes == sorted(sizes)
    assert all(size % 2 == 0 for size in sizes)


def test_lock_beyond_the_timeout_writes_nothing(path):
    with Ledger.open(path, timeout=0.01) as ledger:
        ledger.record(CourseFinished(on="2024", title="Logic"))
        with closing(apsw.Connection(str(path))) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(LockedError):
                ledger.record(CourseFinished(on="2024", title="Sets"))
            assert 1 == len(list(ledger.entries()))
            other.execute("ROLLBACK")

        assert 2 == ledger.record(CourseFinished(on="2024", title="Sets")).seq


def test_a_writer_that_waits_gets_its_turn(processes, path):
    code = """
with Ledger.open(path, timeout=60) as ledger:
    print(ledger.record(fact(1, who)).seq)
"""
    SQLiteStore(path).close()
    with closing(apsw.Connection(str(path))) as other:
        other.execute("BEGIN IMMEDIATE")

        def release():
            time.sleep(0.1)
            other.execute("ROLLBACK")

        assert ["1"] == processes(code, path, 1, meanwhile=release)
