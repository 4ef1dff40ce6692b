"""Who may write next, among those who wait."""

import sys
from contextlib import closing
from pathlib import Path
from threading import Thread
from time import monotonic, sleep

import pytest

from careerledger.stores.sqlite import SQLiteStore, turns as _turns
from careerledger.stores.sqlite.turns import Turns
from careerledger.testing import append_rows, new_row

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has such locks")


@pytest.fixture
def turns(path):
    """Makes one more who has the same log open."""
    path.touch()
    made = []

    def another(timeout=5.0):
        one = Turns(timeout)
        one.open(str(path))
        made.append(one)
        return one

    yield another
    for one in made:
        one.close()
        one.close()


def waiting_long(one):
    one.begin()
    sleep(0.06)
    assert one(0)
    return one


def seconds(work):
    began = monotonic()
    work()
    return monotonic() - began


@linux
def test_nobody_begins_before_one_who_has_waited_for_long(turns):
    old, new = waiting_long(turns()), turns()
    beginning = Thread(target=new.begin)
    beginning.start()
    beginning.join(0.1)
    assert beginning.is_alive()

    old.end()

    beginning.join(1)
    assert not beginning.is_alive()


def test_long_waiters_go_before_newcomers(turns):
    old, new = waiting_long(turns()), turns()
    new.begin()

    assert seconds(lambda: old(1)) < 1


@linux
def test_one_who_lets_others_go_first_asks_again_soon(turns, monkeypatch):
    old, new = waiting_long(turns()), turns()
    slept = list[float]()

    def goes_meanwhile(moment):
        slept.append(moment)
        old.end()

    monkeypatch.setattr(_turns, "sleep", goes_meanwhile)
    new.begin()

    assert len(slept) == 1
    assert 0 < slept[0] <= 0.001


@linux
def test_one_who_has_just_come_keeps_nobody_waiting(turns):
    turns().begin()

    assert seconds(turns().begin) < 1


@linux
def test_who_records_stands_in_line(path):
    with closing(SQLiteStore(path)) as store, closing(Turns(5)) as old:
        old.open(f"{path}-wal")
        waiting_long(old)
        recording = Thread(target=append_rows, args=(store, new_row(1)))
        recording.start()
        recording.join(0.1)
        assert recording.is_alive()

        old.end()

        recording.join(1)
        assert not recording.is_alive()


@linux
def test_snapshots_are_saved_without_standing_in_line(path):
    with closing(SQLiteStore(path)) as store, closing(Turns(5)) as old:
        old.open(f"{path}-wal")
        waiting_long(old)

        assert seconds(lambda: store.save("career", "key", "print", [])) < 1


@linux
def test_waiting_for_a_stuck_program_ends(turns):
    """A program may have been stopped while it waited."""
    waiting_long(turns())

    assert 0.5 <= seconds(turns(timeout=1).begin) < 1.5


@linux
def test_who_had_a_turn_stands_in_no_line(turns):
    """As when a snapshot is saved after something was recorded."""
    one = turns()
    one.begin()
    one.end()
    one(0)
    sleep(0.06)
    one(1)

    assert one._ticket is None


@linux
def test_system_releases_locks_of_dead_programs(turns):
    waiting_long(turns()).close()

    assert seconds(turns().begin) < 1


@linux
def test_a_program_that_forgets_to_close_leaves_nothing_open(path):
    path.touch()
    before = open_files()
    Turns(1).open(str(path))

    assert before == open_files()


def open_files():
    return sorted(each.name for each in Path("/proc/self/fd").iterdir())


@pytest.mark.parametrize("why", ["another system", "no such file"])
def test_without_locks_everybody_waits_all_the_same(turns, path, monkeypatch, why):
    waiting_long(turns())
    if why == "another system":
        monkeypatch.setattr(sys, "platform", "darwin")
    log = path if why == "another system" else path.with_name("nothing")
    with closing(Turns(4)) as one:
        one.open(str(log))

        assert seconds(one.begin) < 1  # and not for half of the timeout
        assert one(0)
        one.end()


def test_waiting_for_something_else_begins_anew_each_time(turns):
    """SQLite waits also when it opens a file; nobody stands in line then."""
    one = turns(timeout=0.05)
    assert one(0)
    sleep(0.06)
    assert not one(1)
    assert one(0)


@pytest.mark.parametrize(
    ("waited", "moment"),
    [(0, 0.004), (0.01, 0.002), (0.03, 0.001), (0.19, 0.0002), (0.5, 0.0001), (4.99995, 0.00005)],
)
def test_the_longer_one_waits_the_more_often_it_asks(waited, moment, monkeypatch):
    """For a moment, or half of one: by chance, so that no two keep step."""
    chosen = [1.0, 0.5]
    now, slept = [7_000_000_000], list[float]()
    monkeypatch.setattr(_turns, "monotonic_ns", lambda: now[0])
    monkeypatch.setattr(_turns, "sleep", slept.append)
    monkeypatch.setattr(
        _turns.random, "uniform", lambda low, high: {0.5: low, 1.0: high}[chosen[0]]
    )
    one = Turns(5)
    assert one(0)
    now[0] += round(waited * 1e9)
    assert one(1)
    chosen[0] = 0.5
    assert one(2)

    assert slept[0] == 0.004
    assert slept[1:] == pytest.approx([moment, max(moment / 2, min(moment, 0.0001))])

    now[0] = 7_000_000_000 + 5_000_000_000
    assert not one(3)
