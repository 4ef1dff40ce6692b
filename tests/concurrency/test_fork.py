"""A store is never carried across a fork."""

import os
import subprocess
import sys
from contextlib import closing, suppress
from threading import Event, Thread

import pytest

from careerledger import Ledger
from careerledger.errors import ForkedError
from careerledger.events import CourseFinished
from careerledger.stores import Query, Snapshot
from careerledger.stores.sqlite import SQLiteStore, forking

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")

USES = [
    lambda store: store.ledgers(),
    lambda store: store.head("career"),
    lambda store: store.rows("career", Query()),
    lambda store: store.writing("career").__enter__(),
    lambda store: store.append("career", [], b""),
    lambda store: store.save("career", "key", "print", [Snapshot(1, "2024", 1, b"")]),
    lambda store: store.snapshots("career", "key", "print"),
]


def fact(title):
    return CourseFinished(on="2024", title=title)


def forked(work, meanwhile=lambda: None):
    """What work() returns, as text, or the error it raises, in a forked child."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            told = str(work())
        except BaseException as error:  # noqa: BLE001 - the parent tells
            told = f"{type(error).__name__}: {error}"
        os.write(writing, told.encode())
        os._exit(0)
    os.close(writing)
    meanwhile()
    with os.fdopen(reading, "rb") as pipe:
        told = pipe.read().decode()
    os.waitpid(child, 0)
    return told


@pytest.mark.parametrize("use", USES)
def test_inherited_store_refuses_to_be_used(path, use):
    with closing(SQLiteStore(path)) as store:
        told = forked(lambda: use(store))

    assert told.startswith("ForkedError: ")


def test_parent_goes_on_after_its_child_closed_what_it_inherited(path):
    with Ledger.open(path) as ledger:
        ledger.record(fact("Logic"))

        assert "None" == forked(ledger.close)

        assert 2 == ledger.record(fact("Sets")).seq
        ledger.verify()


def test_child_opens_the_file_anew_and_loses_nothing(path):
    """Not even when the parent closes it first, as the last one that it knows of."""
    parent = Ledger.open(path)
    parent.record(fact("Logic"))
    closed, tell_closed = os.pipe()
    opened, tell_opened = os.pipe()

    def close():
        os.read(opened, 1)
        parent.close()
        os.write(tell_closed, b"!")

    def work():
        ledger = Ledger.open(path)
        os.write(tell_opened, b"!")
        os.read(closed, 1)
        return ledger.record(fact("Sets")).seq  # acknowledged; then the child dies

    assert "2" == forked(work, meanwhile=close)
    for end in (closed, tell_closed, opened, tell_opened):
        os.close(end)
    with Ledger.open(path) as ledger:
        assert ["Logic", "Sets"] == [entry.event.title for entry in ledger]
        ledger.verify()
    assert ["ada.ledger"] == [each.name for each in path.parent.iterdir()]


def test_child_forked_while_its_parent_writes_leaves_the_writing_alone(path):
    """It cannot open the file anew either: SQLite would take its parent's locks for its own."""
    with Ledger.open(path) as ledger:
        ledger.record(fact("Logic"))
        store = ledger.store

        with store.writing("career"):
            store._file.connection.execute("UPDATE ledger SET size = size")
            told = forked(lambda: SQLiteStore(path))
            store._file.connection.execute("UPDATE ledger SET size = size")

        assert told.startswith("ForkedError: ")
        assert 2 == ledger.record(fact("Sets")).seq
        ledger.verify()


EXITS = """
import os, sys
from careerledger import Ledger
from careerledger.events import CourseFinished
ledger = Ledger.open(sys.argv[1])
ledger.record(CourseFinished(on="2024", title="Logic"))
if sys.argv[2] == "idle":
    child = os.fork()
    if child == 0:
        sys.exit()  # collects all that Python holds
    os.waitpid(child, 0)
else:
    with ledger.store.writing("career"):
        ledger.store._file.connection.execute("UPDATE ledger SET recorded_at = recorded_at")
        child = os.fork()
        if child == 0:
            sys.exit()  # leaves the block, too
        os.waitpid(child, 0)
ledger.record(CourseFinished(on="2024", title="Sets"))
ledger.verify()
print(len(ledger), sorted(os.listdir(os.path.dirname(sys.argv[1]))))
"""


@pytest.mark.parametrize("when", ["idle", "writing"])
def test_child_that_ends_leaves_the_file_of_its_parent_alone(path, when):
    """Python collects what it holds when it ends, and SQLite would close what is collected."""
    done = subprocess.run(
        [sys.executable, "-c", EXITS, path, when], capture_output=True, text=True, check=False
    )

    assert "" == done.stderr
    assert "2 ['ada.ledger', 'ada.ledger-shm', 'ada.ledger-wal']\n" == done.stdout
    with Ledger.open(path) as ledger:
        assert 2 == len(ledger)
        ledger.verify()


# What happens in the child, without a fork, so that it can be looked at


def disowned(store, monkeypatch):
    monkeypatch.setattr(os, "getpid", lambda: -1)
    monkeypatch.setattr(forking, "_methods", [lambda: store._file._disown])
    forking._after_fork()


def test_idle_connection_goes_without_merging_the_log(path, monkeypatch):
    with Ledger.open(path) as ledger:
        ledger.record(fact("Logic"))
        before = path.read_bytes()
        log = path.with_name("ada.ledger-wal").read_bytes()

        disowned(ledger.store, monkeypatch)

        assert {} == forking._abandoned
        assert ledger.store._file._turns._file is None
        assert before == path.read_bytes()
        assert log == path.with_name("ada.ledger-wal").read_bytes()
        disowned(ledger.store, monkeypatch)  # a child of the child
        ledger.close()
    monkeypatch.undo()
    with Ledger.open(path) as ledger:
        assert 1 == len(ledger)


@pytest.mark.parametrize("busy", ["same thread", "other thread", "a check"])
def test_busy_connection_blocks_reopening_after_a_fork(path, monkeypatch, busy):
    held = []
    store = SQLiteStore(path)
    monkeypatch.setattr("careerledger.stores.sqlite.forking._never_collect", held.append)
    monkeypatch.setattr("careerledger.stores.sqlite.forking._abandoned", {})
    connection = store._file.connection
    locked, done = Event(), Event()

    def hold():
        with store._file.lock:
            locked.set()
            done.wait()

    if busy == "same thread":
        connection.execute("BEGIN IMMEDIATE")
    elif busy == "a check":
        check = store._file.beside()
        check.__enter__()
    else:
        thread = Thread(target=hold)
        thread.start()
        locked.wait()
    disowned(store, monkeypatch)

    assert [connection] == held == list(forking._abandoned.values())
    with pytest.raises(ForkedError):
        SQLiteStore(path)
    with pytest.raises(ForkedError):
        store.head("career")

    if busy == "other thread":
        done.set()
        thread.join()
    if busy == "a check":
        check.__exit__(None, None, None)
    connection.close()


def test_block_ended_in_a_child_stays_with_the_parent(path, monkeypatch):
    store = SQLiteStore(path)
    connection = store._file.connection
    monkeypatch.setattr("careerledger.stores.sqlite.forking._never_collect", lambda thing: None)
    monkeypatch.setattr("careerledger.stores.sqlite.forking._abandoned", {})

    with suppress(ZeroDivisionError), store.writing("career"):
        disowned(store, monkeypatch)
        raise ZeroDivisionError

    assert connection.in_transaction
    connection.close()


def test_what_is_never_collected_has_one_more_owner():
    thing = object()
    before = sys.getrefcount(thing)
    forking._never_collect(thing)

    assert before + 1 == sys.getrefcount(thing)
