"""Many ledgers in one store: each is closed and deleted without the others."""

import subprocess
import sys
from contextlib import closing

import apsw
import pytest

from careerledger import Ledger
from careerledger.errors import ClosedError, LockedError, StoreError, UnknownReferenceError
from careerledger.events import ContactMade, ContactTouched, CourseFinished
from careerledger.projections import Learning, NetworkGrowth
from careerledger.stores.branch import BranchStore
from careerledger.stores.memory import MemoryStore
from careerledger.stores.sqlite import SQLiteStore

COURSE = CourseFinished(on="2024", title="Underwater basket weaving", hours=8)
CONTACT = ContactMade(on="2024", contact="zebulon", name="Zebulon Pike", note="met in Oslo")


@pytest.fixture(params=["memory", "sqlite", "branch"])
def store(request, path):
    below = MemoryStore()
    for name in ("user-1", "user-2"):
        Ledger(below, name=name).record(COURSE)
    made = {
        "memory": MemoryStore,
        "sqlite": lambda: SQLiteStore(path, timeout=0.05),
        "branch": lambda: BranchStore(below),
    }
    with closing(made[request.param]()) as store:
        yield store


# Closing


def test_ledger_leaves_a_store_open_that_it_did_not_open(store):
    first = Ledger(store, name="first")
    first.record(COURSE)
    with Ledger(store, name="second") as second:
        second.record(COURSE)
    second.close()

    assert (1, 1) == (len(first), len(second))


@pytest.mark.parametrize("kind", ["file", "memory", "branch"])
def test_ledger_closes_a_store_that_it_opened(path, kind):
    with Ledger.open(path) if kind == "file" else Ledger.in_memory() as ledger:
        ledger.record(COURSE)
        if kind == "branch":
            with ledger.what_if(COURSE) as branch:
                assert 2 == len(branch)
            with pytest.raises(ClosedError):
                len(branch)
            assert 1 == len(ledger)
    with pytest.raises(ClosedError):
        len(ledger)


# Deleting


def test_deleted_ledger_is_empty_and_begins_anew(store):
    ledger, other = Ledger(store, name="user-1"), Ledger(store, name="user-2")
    for each in (ledger, other):
        each.record([CONTACT, COURSE], expect=len(each))
        each.amend(each.entry(len(each)).id, COURSE.replace(hours=9), reason="typo")
        each.project(Learning, NetworkGrowth)
    second = Ledger(store, name="user-1")
    names, size, root = store.ledgers(), len(other), other.root()

    ledger.delete()

    for each in (ledger, second):
        assert (0, [], []) == (len(each), list(each), list(each.entries()))
        assert 0 == each.project(Learning).courses
        assert () == each.project(NetworkGrowth, at="2025").contacts
        each.verify()
    assert [name for name in names if name != "user-1"] == store.ledgers()
    assert (size, root) == (len(other), other.root())
    entry = ledger.record(COURSE, key="again")
    assert (1, 8) == (entry.seq, second.project(Learning).hours)
    with pytest.raises(UnknownReferenceError):  # nobody is known from before
        ledger.record(ContactTouched(on="2024", contact="zebulon"))


def test_deleting_twice_or_nothing_is_fine(store):
    ledger = Ledger(store, name="nobody")
    ledger.delete()
    ledger.record(COURSE)
    ledger.delete()
    ledger.delete()

    assert 0 == len(ledger)


def test_ledger_is_not_deleted_while_this_thread_writes_it(store):
    ledger = Ledger(store, name="user-1")
    before = len(ledger)
    with store.writing("user-1"), pytest.raises(StoreError):
        ledger.delete()

    assert before == len(ledger)


def test_deletion_that_could_not_purge_is_finished_by_calling_again(path):
    with closing(SQLiteStore(path, timeout=0.01)) as store:
        ledger = Ledger(store, name="user-1")
        ledger.record(CONTACT)
        with closing(apsw.Connection(str(path))) as reader:
            reader.execute("BEGIN; SELECT count(*) FROM entry")
            with pytest.raises(LockedError):
                ledger.delete()
        assert 0 == len(ledger)

        ledger.delete()

        assert [] == words_in(path.parent, "Zebulon", "zebulon")


def test_no_byte_of_a_deleted_ledger_is_left(path):
    """While the store is open, and other ledgers in it have been written since."""
    with closing(SQLiteStore(path)) as store:
        ledger, other = Ledger(store, name="user-1"), Ledger(store, name="user-2")
        for _ in range(40):
            other.record(CourseFinished(on="2024", title="Logic"))
            first = ledger.record([CONTACT, COURSE])[0]
            ledger.amend(first.id, CONTACT.replace(note="Zebulon of Oslo"), reason="basket")
            ledger.void(first.id, reason="Zebulon asked")
        words = ("Zebulon", "zebulon", "basket", "Oslo", "user-1", first.id)
        assert list(words) == words_in(path.parent, *words)

        ledger.delete()

        assert [] == words_in(path.parent, *words)
        other.verify()
        assert 40 == len(other)


def words_in(folder, *words):
    """Return those of these words that are in a file of a folder.

    Asked of another process: this one would let go of its locks if it closed a file of its own.
    """
    code = (
        "import pathlib, sys\n"
        "content = b''.join(each.read_bytes() for each in pathlib.Path(sys.argv[1]).iterdir())\n"
        "print(*[word for word in sys.argv[2:] if word.encode() in content], sep='\\n')"
    )
    command = [sys.executable, "-c", code, folder, *words]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()


# Branches


USES = (
    list,
    Ledger.verify,
    lambda ledger: list(ledger.entries()),
    lambda ledger: ledger.project(Learning),
    lambda ledger: ledger.record(COURSE),
)


@pytest.mark.parametrize("anew", [0, 1, 5])
def test_branch_of_a_deleted_ledger_answers_nothing(store, anew):
    """Neither what was deleted, nor anything of a ledger that took its name since."""
    ledger = Ledger(store, name="user-3")
    ledger.record([CONTACT, COURSE])
    branch = ledger.what_if(COURSE)
    nested = branch.what_if(COURSE)
    assert (3, 4) == (len(branch), len(nested))
    branch.project(Learning)

    ledger.delete()
    if anew:
        ledger.record([CourseFinished(on="2023", title="Someone else's")] * anew)

    with pytest.raises(StoreError):
        len(branch)
    for each in (branch, nested):
        for use in USES:
            with pytest.raises(StoreError, match="user-3' was deleted"):
                use(each)
    assert anew == len(ledger.what_if())


def test_branch_goes_on_where_its_ledger_is_written_and_forgets(store):
    ledger = Ledger(store, name="user-3")
    ledger.record([CONTACT, COURSE])
    branch = ledger.what_if(COURSE)
    ledger.record(COURSE)
    if not isinstance(store, BranchStore):
        ledger.forget("contact", "zebulon", reason="asked")

    assert 3 == len(branch)
    assert 2 == branch.project(Learning).courses


def test_branch_that_is_deleted_leaves_its_ledger(store):
    ledger = Ledger(store, name="user-3")
    ledger.record([CONTACT, COURSE])
    branch = ledger.what_if(COURSE)

    branch.delete()

    assert (0, 2) == (len(branch), len(ledger))
    branch.record(COURSE)
    assert (1, 2) == (len(branch), len(ledger))
