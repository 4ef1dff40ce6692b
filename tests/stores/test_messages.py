"""What stores say when something is wrong: whole, with what there is to do."""

from contextlib import suppress
from pathlib import Path

import apsw
import pytest

from careerledger.errors import (
    ClosedError,
    DamagedError,
    LockedError,
    NotALedgerError,
    ReadOnlyError,
    StoreError,
)
from careerledger.stores import Query, Snapshot
from careerledger.stores.branch import BranchStore
from careerledger.stores.memory import MemoryStore
from careerledger.stores.sqlite import SQLiteStore
from careerledger.stores.sqlite.errors import Translated
from careerledger.stores.sqlite.privacy import check_name, resolve_path


@pytest.fixture(params=[MemoryStore, BranchStore, SQLiteStore])
def store(request, path):
    if request.param is SQLiteStore:
        made = SQLiteStore(path)
    else:
        made = MemoryStore() if request.param is MemoryStore else BranchStore(MemoryStore())
    yield made
    made.close()


def test_append_outside_of_writing(store, row):
    with pytest.raises(StoreError) as told:
        store.append("career", [row(1)], b"")
    assert str(told.value) == (
        "ledger 'career' is not being written; append within writing('career')"
    )
    with pytest.raises(StoreError) as told, store.writing("other"):
        store.append("career", [row(1)], b"")
    assert str(told.value) == (
        "ledger 'career' is not being written; append within writing('career')"
    )


def test_row_that_does_not_follow(store, add, row):
    add(store, row(1))
    with pytest.raises(StoreError) as told, store.writing("career"):
        store.append("career", [row(2), row(4)], b"")
    assert str(told.value) == "row #4 of ledger 'career' does not follow; give #3"


def test_text_that_is_too_long(store, row):
    with pytest.raises(StoreError) as told, store.writing("career"):
        store.append("career", [row(1, key="é" * 501)], b"")
    assert str(told.value) == (
        f"a text of row #1 has 1,002 bytes, {'é' * 40!r}…; texts by which entries are found have "
        "at most 1,000"
    )


def test_names_that_are_no_array(store, row):
    with pytest.raises(StoreError) as told, store.writing("career"):
        store.append("career", [row(1, names='{"a": 1}')], b"")
    assert str(told.value) == (
        "the names '{\"a\": 1}' cannot be read: Expected `array`, got `object`; give a JSON array "
        "of texts"
    )


def test_row_that_would_hold_more_of_a_person(store, add, row):
    """Lines end where a line ends, not where a word does."""
    add(store, row(1, personal=b"a b\nc d"))
    for more in (b"a b\nc d", b"a", b"a b\nx", b"a b\na b"):
        with pytest.raises(StoreError) as told, store.writing("career"):
            store.erase("career", {1: more})
        assert str(told.value) == (
            "row #1 of ledger 'career' can only lose personal lines; give some of the lines that "
            "it has, each once, but not all of them, or None"
        )
    with store.writing("career"):
        store.erase("career", {1: b"c d"})
    assert [row(1, personal=b"c d")] == store.rows("career", Query())


def test_erasing_from_a_row_that_does_not_exist(store, add, row):
    add(store, row(1, personal=b"a"))
    for ledger, seq in (("career", 0), ("career", 2), ("none", 1)):
        with pytest.raises(StoreError) as told, store.writing(ledger):
            store.erase(ledger, {seq: None})
        assert str(told.value) == (
            f"ledger {ledger!r} has no row #{seq} to erase from; give numbers of rows that it has"
        )


def test_text_with_half_a_character(store, add, row):
    half = "half \ud800"
    with pytest.raises(StoreError) as told, store.writing("career"):
        store.append("career", [row(1, key=half)], b"")
    rest = (
        r"cannot be stored: character 5 of 'half \ud800' is half a character (a surrogate), which "
        "UTF-8 cannot encode; give whole characters"
    )
    assert str(told.value) == f"a text of row #1 {rest}"
    add(store, row(1))
    for key, fingerprint, on, what in (
        (half, "", "", "the key"),
        ("", half, "", "the fingerprint"),
        ("", "", half, "the date"),
    ):
        with pytest.raises(StoreError) as told:
            store.save("career", key, fingerprint, [Snapshot(1, on, 1, b"state")])
        assert str(told.value) == f"{what} of a snapshot {rest}"
    with pytest.raises(StoreError) as told:
        store.save(half, "", "", [])
    assert str(told.value) == f"the name of the ledger {rest}"


def test_snapshots_at_one_place(store, add, row):
    add(store, row(1), row(2))
    with pytest.raises(StoreError) as told:
        store.save("career", "key", "print", [Snapshot(n, "2024", 2, b"state") for n in (1, 2)])
    assert str(told.value) == (
        "two snapshots under 'key' of ledger 'career' are at one place, behind row #2 of '2024'; "
        "give one for each place"
    )


def test_block_in_which_an_append_failed(store, row):
    def go_on_regardless():
        with store.writing("career"), suppress(StoreError):
            store.append("career", [row(1), row(2, id=row(1).id)], b"")

    with pytest.raises(StoreError) as told:
        go_on_regardless()
    before = f"{store.path}: " if isinstance(store, SQLiteStore) else ""
    assert str(told.value) == f"{before}an append failed, so nothing was written"


@pytest.mark.parametrize(
    "use",
    [
        lambda store: store.writing("career").__enter__(),
        lambda store: store.delete("career"),
        lambda store: store.purge(),
        lambda store: store.save("career", "key", "print", []),
    ],
    ids=["writing", "delete", "purge", "save"],
)
def test_what_a_block_refuses(store, use):
    with pytest.raises(StoreError) as told, store.writing("career"):
        use(store)
    what = {SQLiteStore: str(getattr(store, "path", "")), BranchStore: "this branch"}
    assert str(told.value) == (
        f"{what.get(type(store), 'this store')} is being written by this thread; end that first"
    )


def test_closed(store):
    store.close()
    with pytest.raises(ClosedError) as told:
        store.ledgers()
    what = {
        MemoryStore: "this store is closed; make a new one",
        BranchStore: "this branch is closed; make a new one",
        SQLiteStore: f"{getattr(store, 'path', '')} is closed; open it again",
    }
    assert str(told.value) == what[type(store)]


def test_taken_id(row):
    store = MemoryStore()
    with pytest.raises(StoreError) as told, store.writing("career"):
        store.append("career", [row(1, id="a", key="k"), row(2, id="a", key="k")], b"")
    assert str(told.value) == "the id 'a' is taken"


def test_name_of_a_store(path):
    store = SQLiteStore(path)
    assert repr(store) == f"SQLiteStore({str(path)!r})"
    store.close()


def failed_sync():
    error = apsw.IOError("disk I/O error")
    error.extendedresult = apsw.SQLITE_IOERR_FSYNC
    return error


@pytest.mark.parametrize(
    ("error", "kind", "told"),
    [
        (
            apsw.BusyError("database is locked"),
            LockedError,
            (
                "ada.ledger is being written by another program, for longer than 2.5 s; try again, "
                "or open it with a longer timeout="
            ),
        ),
        (
            apsw.CantOpenError("unable to open database file"),
            ReadOnlyError,
            (
                "ada.ledger cannot be written: unable to open database file; a ledger needs a file "
                "and a folder that you may write to"
            ),
        ),
        (
            apsw.NotADBError("file is not a database"),
            DamagedError,
            "ada.ledger is damaged: file is not a database; restore it from a backup",
        ),
        (
            apsw.FullError("database or disk is full"),
            StoreError,
            (
                "ada.ledger cannot grow: database or disk is full; nothing was written, make room on "
                "its disk and try again"
            ),
        ),
        (
            failed_sync(),
            StoreError,
            (
                "the disk did not confirm what was written to ada.ledger, so only what is there when "
                "it is opened again counts; close the ledger, see to the disk, and open it again"
            ),
        ),
        (
            apsw.TooBigError("string or blob too big"),
            StoreError,
            (
                "ada.ledger: one row would have more than 4,000,000 bytes, which no ledger has; "
                "record less at once, or restore the file from a backup"
            ),
        ),
        (OverflowError("int too big"), StoreError, "ada.ledger holds no numbers beyond 64 bits"),
        (
            UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates not allowed"),
            StoreError,
            (
                r"'\ud800' cannot be stored: it has half a character (a surrogate), which UTF-8 does "
                "not hold"
            ),
        ),
        (apsw.SQLError("no such table"), StoreError, "ada.ledger: no such table"),
    ],
)
def test_what_sqlite_raises_becomes_what_to_do(error, kind, told):
    translated = Translated(Path("ada.ledger"), 2.5)
    with pytest.raises(kind) as found, translated:
        raise error
    assert str(found.value) == told
    assert found.value.__cause__ is error
    assert translated.unconfirmed is (getattr(error, "extendedresult", 0) != 0)


def test_what_is_not_sqlites_stays_what_it_is():
    with pytest.raises(KeyError), Translated(Path("ada.ledger"), 1):
        raise KeyError


@pytest.mark.parametrize("end", ["-wal", "-shm", "-journal"])
def test_name_that_sqlite_takes(end):
    with pytest.raises(NotALedgerError) as told:
        check_name(Path(f"/home/ada/it{end}"))
    assert str(told.value) == (
        f"/home/ada/it{end} cannot be a ledger: SQLite keeps files of its own under names that "
        f"end with {end}; choose another name"
    )


def test_name_that_no_file_can_have():
    with pytest.raises(NotALedgerError) as told:
        resolve_path("ada\0.ledger")
    assert str(told.value).startswith(r"'ada\x00.ledger' cannot be the name of a file: ")
