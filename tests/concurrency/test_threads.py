"""Threads that share one ledger, or one file through ledgers of their own."""

import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest

from careerledger import Ledger
from careerledger.errors import ConflictError
from careerledger.events import CourseFinished
from careerledger.projections import on, projection

THREADS = 4
EACH = 15


@projection("test.titles")
class Titles:
    """The titles of what was learned, as often as each was."""

    titles: list[str] = []

    @on(CourseFinished)
    def finished(self, event) -> None:
        self.titles.append(event.title)

    def view(self, at: date) -> list[str]:
        return sorted(self.titles)


@pytest.fixture(autouse=True)
def _many_switches():
    """Let threads take turns far more often than they would."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


@pytest.fixture(params=["memory", "file"])
def ledger(request, path):
    with Ledger.in_memory() if request.param == "memory" else Ledger.open(path) as ledger:
        yield ledger


def fact(who, number):
    return CourseFinished(on=f"20{number % 24:02}", title=f"{who} {number}")


def together(work, count=THREADS):
    """Run work(number) in several threads that begin at the same moment."""
    barrier = Barrier(count)

    def begin(number):
        barrier.wait()
        return work(number)

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(begin, range(count)))


def expected_titles():
    return sorted(f"{who} {number}" for who in range(THREADS) for number in range(EACH))


def assert_whole(ledger):
    log = list(ledger)
    assert list(range(1, THREADS * EACH + 1)) == [entry.seq for entry in log]
    assert expected_titles() == sorted(entry.event.title for entry in log)
    assert expected_titles() == ledger.project(Titles)
    for who in range(THREADS):
        own = [e.event.title for e in log if e.event.title.startswith(f"{who} ")]
        assert [f"{who} {number}" for number in range(EACH)] == own
    ledger.verify()


def test_nothing_is_lost_when_threads_record_project_and_read(ledger):
    def work(who):
        for number in range(EACH):
            entry = ledger.record(fact(who, number))
            assert entry.event.title in ledger.project(Titles)
            assert entry in list(ledger.entries())
            assert entry.seq <= len(ledger)

    together(work)

    assert_whole(ledger)


def test_threads_with_own_connections_lose_nothing(path):
    def work(who):
        with Ledger.open(path, timeout=60) as ledger:
            for number in range(EACH):
                ledger.record(fact(who, number))
                ledger.project(Titles)

    together(work)

    with Ledger.open(path) as ledger:
        assert_whole(ledger)
    assert ["ada.ledger"] == [each.name for each in path.parent.iterdir()]


def test_expect_lets_one_of_many_win(ledger):
    def work(who):
        try:
            ledger.record(fact(who, 0), expect=0)
        except ConflictError:
            return 0
        return 1

    assert 1 == sum(together(work))
    assert 1 == len(ledger)


def test_same_key_is_recorded_once(ledger):
    entries = together(lambda who: ledger.record(fact("all", 0), key="import:1"))

    assert 1 == len({entry.id for entry in entries})
    assert 1 == len(ledger)


def test_entries_are_those_of_the_moment_they_were_asked_for(ledger):
    """What is recorded while they are read is not among them, wherever it belongs."""
    ledger.record([fact("early", number) for number in range(1500)])
    before = len(ledger)
    entries = ledger.entries()
    read = [next(entries)]

    together(lambda who: [ledger.record(fact(who, number)) for number in range(5)])

    read += entries
    assert before == len(read)
    assert all(entry.event.title.startswith("early") for entry in read)
    assert before + THREADS * 5 == len(list(ledger.entries()))
