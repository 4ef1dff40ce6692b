"""Backups, exports and what can be saved: the same ledger, byte for byte, or a clear error."""

import json
import stat
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import apsw
import pytest
from hypothesis import given, settings, strategies as st

from careerledger import Ledger
from careerledger.errors import (
    DamagedError,
    ForeignFileError,
    NotALedgerError,
    OverwriteError,
    ReadOnlyError,
)
from careerledger.events import ContactMade, ContactTouched, CourseFinished, HelpGiven
from careerledger.journal import verify_all
from careerledger.projections import KeepInTouch
from careerledger.proofs import SigningKey
from careerledger.proofs.merkle import leaf_hash
from careerledger.stores import Query, Row
from careerledger.stores.memory import MemoryStore
from careerledger.stores.sqlite import SQLiteStore
from careerledger.testing import append_rows, ledgers

KEY = SigningKey("ada.example/career", bytes(range(32)))


def fill(ledger, courses=5):
    made = ledger.record(ContactMade(on="2024-01", contact="c1", name="Jane", note="tall"))
    ledger.record(ContactMade(on="2024-01", contact="c2", name="Bob"))
    ledger.record([CourseFinished(on="2024", title=f"course {n}", hours=n) for n in range(courses)])
    ledger.amend(made.id, made.event.replace(name="Joan"), reason="typo")
    ledger.record(HelpGiven(on="2024-02", contact="c1", what="x" * 20_000), key="k")
    ledger.forget("contact", "c2", reason="asked to")


def rows(ledger):
    return ledger.store.rows(ledger.name, Query(upto=len(ledger)))


@pytest.fixture
def ledger(tmp_path):
    with Ledger.open(tmp_path / "a.ledger") as ledger:
        fill(ledger)
        yield ledger


# Every ledger of a store


@pytest.fixture(params=["memory", "file"])
def store(request, tmp_path):
    with closing(
        MemoryStore() if request.param == "memory" else SQLiteStore(tmp_path / "all.ledger")
    ) as store:
        yield store


def test_every_ledger_of_a_store_is_verified(store):
    verify_all(store)
    for name in ("ada", "bob", "cleo"):
        fill(Ledger(store, name=name))
    verify_all(store)


def test_the_first_ledger_that_does_not_verify_is_named(store):
    ledger = Ledger(store, name="ada")
    ledger.record(CourseFinished(on="2024", title="one"))
    (row,) = rows(ledger)
    for name in ("dora", "cleo"):
        append_rows(store, row._replace(body=row.body.replace(b"one", b"two")), ledger=name)
    with pytest.raises(DamagedError, match="'cleo'"):
        verify_all(store)
    for name in ("dora", "cleo"):
        store.delete(name)
    with store.writing("bob"):
        store.append("bob", [row], bytes(32))
    with pytest.raises(DamagedError, match="'bob'"):
        verify_all(store)


def test_damaged_index_fails_verification_of_a_store(tmp_path):
    path = tmp_path / "all.ledger"
    with closing(SQLiteStore(path)) as store:
        for name in ("ada", "bob"):
            fill(Ledger(store, name=name))
        connection = apsw.Connection(str(path))
        connection.execute("DELETE FROM named WHERE ledger = 2")
        connection.close()
        with pytest.raises(DamagedError):
            verify_all(store)


# Backups and exports


@pytest.mark.parametrize("open_", [Ledger.in_memory, None])
def test_a_backup_is_the_same_ledger(tmp_path, open_):
    with Ledger.open(tmp_path / "a.ledger") if open_ is None else open_() as ledger:
        fill(ledger, courses=2_500)
        checkpoint = ledger.checkpoint(KEY)
        ledger.backup(tmp_path / "b.ledger")
        assert 0o600 == stat.S_IMODE((tmp_path / "b.ledger").stat().st_mode)
        with Ledger.open(tmp_path / "b.ledger") as copy:
            assert rows(ledger) == rows(copy)
            assert ledger.store.head("career") == copy.store.head("career")
            copy.verify(since=checkpoint, public_key=KEY.public)
            assert ledger.project(KeepInTouch) == copy.project(KeepInTouch)
            copy.record(ContactTouched(on="2024", contact="c1"))
            copy.verify(since=checkpoint)


@given(ledgers())
@settings(max_examples=50)
def test_any_ledger_goes_to_text_and_back(tmp_path_factory, ledger):
    path = tmp_path_factory.mktemp("any") / "a.jsonl"
    ledger.export_jsonl(path)
    with Ledger(MemoryStore(), name=ledger.name) as other:
        assert len(ledger) == other.import_jsonl(path)
        assert rows(ledger) == rows(other)
        assert ledger.store.head(ledger.name) == other.store.head(other.name)


def test_an_export_goes_on_from_what_is_there(tmp_path, ledger):
    ledger.export_jsonl(tmp_path / "1.jsonl")
    ledger.record(CourseFinished(on="2024", title="later"))
    ledger.export_jsonl(tmp_path / "2.jsonl")
    assert 0o600 == stat.S_IMODE((tmp_path / "1.jsonl").stat().st_mode)
    with Ledger.in_memory() as other:
        assert len(ledger) - 1 == other.import_jsonl(tmp_path / "1.jsonl")
        assert 0 == other.import_jsonl(tmp_path / "1.jsonl")
        assert 1 == other.import_jsonl(tmp_path / "2.jsonl")
        assert 0 == other.import_jsonl(tmp_path / "1.jsonl")
        assert rows(ledger) == rows(other)
        # What was forgotten since does not come back.
        other.forget("contact", "c1", reason="asked to")
        assert 0 == other.import_jsonl(tmp_path / "1.jsonl")
        assert "Joan" not in str(list(other.entries()))


def test_lines_hold_what_json_readers_expect(tmp_path, ledger):
    ledger.export_jsonl(tmp_path / "a.jsonl")
    header, *lines = map(json.loads, (tmp_path / "a.jsonl").read_text().splitlines())
    assert {
        "careerledger": 1,
        "ledger": "career",
        "entries": len(ledger),
        "root": ledger.root().hex(),
    } == header
    assert [
        e.id for e in sorted(map(ledger.entry, range(1, len(ledger) + 1)), key=lambda e: e.seq)
    ] == [line["entry"]["id"] for line in lines]
    assert "Jane" == lines[0]["personal"][0]["value"]
    assert "personal" not in lines[1]  # it was forgotten


def test_white_space_within_an_entry_is_kept(tmp_path):
    with Ledger.in_memory() as ledger:
        entry = ledger.record(CourseFinished(on="2024", title="one"))
        (row,) = rows(ledger)
        body = row.body.replace(b",", b",\n")
        odd = MemoryStore()
        from careerledger.proofs import Frontier

        frontier = Frontier()
        frontier.append(leaf_hash(body))
        with odd.writing("career"):
            odd.append("career", [row._replace(body=body, leaf=leaf_hash(body))], frontier.packed)
        with Ledger(odd) as other, Ledger.in_memory() as third:
            other.export_jsonl(tmp_path / "a.jsonl")
            assert 1 == third.import_jsonl(tmp_path / "a.jsonl")
            assert body == rows(third)[0].body
            assert entry.event == third.entry(1).event


@pytest.mark.parametrize("introduces", [None, "offer:x"])
@pytest.mark.parametrize("names", [None, '["contact:c1","offer:w"]'])
def test_ids_of_an_unknown_event_are_carried(tmp_path, introduces, names):
    """Only a program that knows the type can read them from the entry, so a line states them."""
    with Ledger.in_memory() as ledger:
        ledger.record(ContactMade(on="2024-01", contact="c1", name="Jane"))
        ledger.record(ContactTouched(on="2024-02", contact="c1"))
        first, second = rows(ledger)
    body = second.body.replace(b'"contact.touched"', b'"acme.offered"')
    assert body != second.body
    unknown = second._replace(
        type="acme.offered", body=body, leaf=leaf_hash(body), introduces=introduces, names=names
    )
    append_rows(store := MemoryStore(), first, unknown)
    with Ledger(store) as ledger, Ledger.in_memory() as other:
        ledger.export_jsonl(tmp_path / "a.jsonl")
        assert 2 == other.import_jsonl(tmp_path / "a.jsonl")
        assert [first, unknown] == rows(other)
        named = {introduces, *json.loads(names or "[]")} - {None}
        for id_ in named:
            assert unknown in other.store.rows("career", Query(names=id_))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda lines: lines[:-1], "do not match"),
        (lambda lines: [lines[0], *lines[2:]], "do not match"),
        (lambda lines: [lines[0], lines[2], lines[1], *lines[3:]], "do not match"),
        (lambda lines: [*lines, lines[-1]], "has more than the"),
        (lambda lines: lines[1:], "line 1 of .* is not a line of a ledger export"),
        (lambda lines: [], "line 1 of .* is not a line of a ledger export"),
        (lambda lines: [lines[0].replace('"careerledger":1', '"careerledger":2')], "newer"),
        (lambda lines: [lines[0], lines[1].replace("Jane", "June"), *lines[2:]], "kept beside|fit"),
        (lambda lines: [lines[0], lines[1].replace("2024-01", "2024-02"), *lines[2:]], "hash"),
        (lambda lines: [lines[0], lines[1][:-2], *lines[2:]], "line 2 of .* is not a line"),
        (lambda lines: [lines[0], lines[1].replace("contact.made", "contact"), *lines[2:]], "hash"),
        (lambda lines: [lines[0], '{"leaf":"","entry":"\\ud800"}'], "line 2"),
        (lambda lines: [lines[0], '{"leaf":"","entry":7}'], "line 2 of .* holds no entry"),
        (lambda lines: [lines[0], '{"leaf":"' + "0" * 5_000_000], "line 2 of .* more than"),
        (lambda lines: [lines[0], "[" * 100_000], "line 2"),
    ],
)
def test_text_that_was_changed_is_refused(tmp_path, ledger, change, told):
    ledger.export_jsonl(tmp_path / "a.jsonl")
    lines = (tmp_path / "a.jsonl").read_text().splitlines()
    (tmp_path / "b.jsonl").write_text("".join(f"{line}\n" for line in change(lines)))
    with Ledger.in_memory() as other:
        with pytest.raises((ForeignFileError, DamagedError), match=told):
            other.import_jsonl(tmp_path / "b.jsonl")
        assert 0 == len(other)


def test_text_of_another_ledger_is_refused(tmp_path, ledger):
    ledger.export_jsonl(tmp_path / "a.jsonl")
    with Ledger.in_memory() as other:
        other.record(CourseFinished(on="2024", title="mine"))
        with pytest.raises(ForeignFileError):
            other.import_jsonl(tmp_path / "a.jsonl")
    with pytest.raises(ForeignFileError):
        ledger.import_jsonl(tmp_path / "none.jsonl")


def test_nothing_is_overwritten(tmp_path, ledger):
    (tmp_path / "there").write_text("mine")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for name in ("there", "link"):
        for carry in (
            ledger.backup,
            ledger.export_jsonl,
            lambda p: Ledger.recover(ledger.store.path, p),
        ):
            with pytest.raises(OverwriteError):
                carry(tmp_path / name)
    assert "mine" == (tmp_path / "there").read_text()
    for carry in (ledger.backup, ledger.export_jsonl):
        with pytest.raises((ReadOnlyError, NotALedgerError)):
            carry(tmp_path / "no" / "folder")


def test_what_fails_leaves_no_file(tmp_path, ledger):
    """A damaged ledger is not copied: a copy would look whole."""
    connection = apsw.Connection(str(ledger.store.path))
    connection.execute("UPDATE ledger SET frontier = zeroblob(length(frontier))")
    connection.close()
    before = {path.name for path in tmp_path.iterdir()}
    for carry in (ledger.backup, ledger.export_jsonl):
        with pytest.raises(DamagedError):
            carry(tmp_path / "new")
    assert before == {path.name for path in tmp_path.iterdir()}


def test_what_is_forgotten_meanwhile_is_not_in_a_copy(tmp_path, ledger):
    """Copying begins again when it may have read what was forgotten then."""
    read = ledger.store.rows
    left = [2]

    def late(*args, **kwargs):
        found = read(*args, **kwargs)
        if left[0]:
            left[0] -= 1
            if left[0] == 1:
                ledger.forget("contact", "c1", reason="asked to")
        return found

    ledger.store.rows = late
    ledger.export_jsonl(tmp_path / "a.jsonl")
    ledger.store.rows = read
    assert "Jane" not in (tmp_path / "a.jsonl").read_text()
    left[0] = 0
    ledger.backup(tmp_path / "b.ledger")
    assert b"Jane" not in (tmp_path / "b.ledger").read_bytes()


# Recovery


def damage(path, at, size=1, mask=0xFF):
    content = bytearray(path.read_bytes())
    for index in range(at, min(at + size, len(content))):
        content[index] ^= mask
    path.write_bytes(content)


def test_a_whole_file_is_saved_whole(tmp_path, ledger):
    assert [] == Ledger.recover(ledger.store.path, tmp_path / "b.ledger")
    with Ledger.open(tmp_path / "b.ledger") as saved:
        assert rows(ledger) == rows(saved)
        assert ledger.root() == saved.root()
        saved.verify()


def test_what_is_in_the_log_alone_is_saved(tmp_path, ledger):
    """While a program has the file open, its last entries are beside it."""
    ledger.record(CourseFinished(on="2024", title="Xylophones"))
    assert b"Xylophones" in (tmp_path / "a.ledger-wal").read_bytes()
    assert b"Xylophones" not in (tmp_path / "a.ledger").read_bytes()
    assert [] == Ledger.recover(tmp_path / "a.ledger", tmp_path / "b.ledger")
    with Ledger.open(tmp_path / "b.ledger") as saved:
        assert rows(ledger) == rows(saved)
    # Also when SQLite cannot read the file to merge the two.
    for end in ("", "-wal"):
        copy = tmp_path / f"c.ledger{end}"
        copy.write_bytes((tmp_path / f"a.ledger{end}").read_bytes())
    assert b"Xylophones" not in (tmp_path / "c.ledger").read_bytes()
    damage(tmp_path / "c.ledger", 0, 20)
    Ledger.recover(tmp_path / "c.ledger", tmp_path / "d.ledger")
    with Ledger.open(tmp_path / "d.ledger") as saved:
        assert rows(ledger) == rows(saved)
    (tmp_path / "c.ledger-wal").write_bytes(b"short")
    Ledger.recover(tmp_path / "c.ledger", tmp_path / "e.ledger")
    with Ledger.open(tmp_path / "e.ledger") as saved:
        assert rows(ledger)[:-1] == rows(saved)


@pytest.mark.parametrize("at", [24, 40], ids=["its header", "its first frame"])
def test_a_damaged_log_is_read_past_its_damage(tmp_path, ledger, at):
    """SQLite takes nothing that follows, and says nothing."""
    for title in ("Xylophones", "Yodelling"):
        ledger.record(CourseFinished(on="2024", title=title))
    for end in ("", "-wal"):
        copy = tmp_path / f"c.ledger{end}"
        copy.write_bytes((tmp_path / f"a.ledger{end}").read_bytes())
    damage(tmp_path / "c.ledger-wal", at, 1)
    assert [] == Ledger.recover(tmp_path / "c.ledger", tmp_path / "d.ledger")
    with Ledger.open(tmp_path / "d.ledger") as saved:
        assert rows(ledger) == rows(saved)
        assert ledger.root() == saved.root()


def test_every_ledger_of_a_file_is_saved(tmp_path):
    store = SQLiteStore(tmp_path / "a.ledger")
    for name in ("ada", "bob"):
        fill(Ledger(store, name=name))
    store.close()
    assert [] == Ledger.recover(tmp_path / "a.ledger", tmp_path / "b.ledger")
    saved = SQLiteStore(tmp_path / "b.ledger")
    assert ["ada", "bob"] == saved.ledgers()
    saved.close()


class Whole(NamedTuple):
    path: Path
    rows: list[Row]

    def __repr__(self):
        return f"Whole({self.path})"  # Hypothesis fails by the size of a failure's arguments


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A closed ledger file of 300 entries with its bodies, hardly any of which look alike."""
    path = tmp_path_factory.mktemp("whole") / "a.ledger"
    with Ledger.open(path) as ledger:
        fill(ledger, courses=290)
        return Whole(path, rows(ledger))


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_what_still_verifies_is_saved_whatever_is_damaged(tmp_path_factory, whole, data):
    """Each entry is saved, or its number is among the losses; what is saved is as it was."""
    source, entries = whole
    folder = tmp_path_factory.mktemp("damaged")
    path = folder / "a.ledger"
    path.write_bytes(source.read_bytes())
    length = path.stat().st_size
    for _ in range(data.draw(st.integers(1, 4))):
        damage(path, data.draw(st.integers(0, length - 1)), data.draw(st.integers(1, 6_000)))
    try:
        losses = Ledger.recover(path, folder / "b.ledger")
    except DamagedError:
        return
    ends = [(loss.first, loss.last or len(entries)) for loss in losses]
    lost = {seq for first, last in ends for seq in range(first, last + 1)}
    by_id = {row.id: row for row in entries}
    with closing(SQLiteStore(folder / "b.ledger")) as store:
        (name,) = store.ledgers()
    with Ledger.open(folder / "b.ledger", name=name) as saved:
        saved.verify()
        found = [row for row in rows(saved) if row.id in by_id]
        assert [by_id[row.id].body for row in found] == [row.body for row in found]
        assert set(range(1, len(entries) + 1)) - lost <= {by_id[row.id].seq for row in found}
        assert sorted(by_id[row.id].seq for row in found) == [by_id[row.id].seq for row in found]


def test_a_lost_page_loses_only_its_own(tmp_path, whole):
    """Interior pages and indexes may all go: leaves are found without them."""
    source, entries = whole
    path = tmp_path / "a.ledger"
    content = bytearray(source.read_bytes())
    for start in range(0, len(content), 4096):
        first = start + (100 if start == 0 else 0)
        if content[first] in (2, 5, 10):  # all but the leaves of tables
            content[first : start + 4096] = bytes(start + 4096 - first)
    path.write_bytes(content)
    with pytest.raises(DamagedError):
        Ledger.open(path)
    assert [] == Ledger.recover(path, tmp_path / "b.ledger")
    with Ledger.open(tmp_path / "b.ledger") as saved:
        assert entries == rows(saved)


def test_what_is_lost_is_listed(tmp_path, whole):
    source, entries = whole
    path = tmp_path / "a.ledger"
    path.write_bytes(source.read_bytes())
    at = path.read_bytes().index(b"course 17")
    damage(path, at)
    at = path.read_bytes().index(b"course 42")
    damage(path, at)
    assert [
        "#20 of ledger 'career': no bytes match their hash",
        "#45 of ledger 'career': no bytes match their hash",
    ] == [str(loss) for loss in Ledger.recover(path, tmp_path / "b.ledger")]
    with Ledger.open(tmp_path / "b.ledger") as saved:
        assert len(entries) - 2 == len(saved)
        saved.verify()


def without_names(path):
    """Zero the page of the table of ledgers, which alone knows their names and sizes."""
    with closing(apsw.Connection(str(path))) as connection:
        sql = "SELECT rootpage FROM sqlite_schema WHERE name = 'ledger'"
        ((page,),) = connection.execute(sql)
    content = path.read_bytes()
    path.write_bytes(content[: 4096 * (page - 1)] + bytes(4096) + content[4096 * page :])


def test_lost_size_leaves_an_open_loss(tmp_path, whole):
    source, entries = whole
    path = tmp_path / "a.ledger"
    path.write_bytes(source.read_bytes())
    without_names(path)
    damage(path, path.read_bytes().index(b"asked to"))  # which the last entry says
    loss, name = Ledger.recover(path, tmp_path / "b.ledger")
    assert "#2 of ledger 'career': its personal data about contact:c2" == str(name)
    size = len(entries)
    told = f"#{size} and on of ledger 'career': its name and its size are lost, so there may have"
    assert f"{told} been more" == str(loss)
    assert (size, None) == (loss.first, loss.last)
    with Ledger.open(tmp_path / "b.ledger") as saved:
        assert entries[:-1] == rows(saved)[:-1]


def test_ledgers_whose_names_are_lost_get_others(tmp_path):
    path = tmp_path / "a.ledger"
    store = SQLiteStore(path)
    for name in ("ada", "bob", "cyd"):
        fill(Ledger(store, name=name))
    store.close()
    with closing(apsw.Connection(str(path))) as connection:
        connection.execute("DELETE FROM ledger WHERE name != 'bob'")
        connection.execute("UPDATE ledger SET name = 'recovered-3'")
    assert [("career", None), ("recovered-4", None)] == [
        (loss.ledger, loss.last) for loss in Ledger.recover(path, tmp_path / "b.ledger")
    ]
    with closing(SQLiteStore(tmp_path / "b.ledger")) as saved:
        assert ["career", "recovered-3", "recovered-4"] == saved.ledgers()


def test_a_lost_name_is_as_if_forgotten(tmp_path, whole):
    source, _ = whole
    path = tmp_path / "a.ledger"
    path.write_bytes(source.read_bytes().replace(b'"value":"Jane"', b'"value":"June"'))
    (loss,) = Ledger.recover(path, tmp_path / "b.ledger")
    assert "#1 of ledger 'career': its personal data about contact:c1" == str(loss)
    with Ledger.open(tmp_path / "b.ledger") as saved:
        saved.verify()
        assert ("forgotten", "tall") == (saved.entry(1).event.name, saved.entry(1).event.note)


def test_what_was_forgotten_is_not_found_again(tmp_path):
    """Pages that went before it was forgotten may still hold it, in a file that was not purged."""
    path = tmp_path / "a.ledger"
    with Ledger.open(path) as ledger:
        fill(ledger)
        ledger.store.purge = lambda: None
        old = rows(ledger)[0].personal
        ledger.forget("contact", "c1", reason="asked to")
        ledger.store._file.connection.execute("UPDATE entry SET personal = NULL")
    connection = apsw.Connection(str(path))
    connection.execute("DROP TRIGGER personal_is_only_erased")
    connection.execute("UPDATE entry SET personal = ? WHERE seq = 1", (old,))
    connection.close()
    assert [] == Ledger.recover(path, tmp_path / "b.ledger")
    assert b"Jane" not in (tmp_path / "b.ledger").read_bytes()


def test_rows_that_others_left_are_not_taken(tmp_path):
    """A row whose hash fits, but whose number, id or key is there before, is not another entry."""
    path = tmp_path / "a.ledger"
    with Ledger.open(path) as ledger:
        fill(ledger)
        expected = rows(ledger)
    connection = apsw.Connection(str(path))
    connection.execute("DROP INDEX entry_id")
    rest = (
        'id, type, "on", recorded_at, key, source, batch, target, introduces, names, body, leaf, '
        "personal FROM entry"
    )
    connection.execute(f"INSERT INTO entry SELECT ledger, seq + 100, {rest}")
    connection.execute(f"INSERT INTO entry SELECT ledger, -1, {rest} WHERE seq = 1")
    connection.close()
    losses = Ledger.recover(path, tmp_path / "b.ledger")
    assert [] == [loss for loss in losses if loss.first <= len(expected)]
    with Ledger.open(tmp_path / "b.ledger") as saved:
        assert expected == rows(saved)


@pytest.mark.parametrize(
    "content", [b"", b"x" * 5_000, b"SQLite format 3\0" + bytes(4_080), b"\r" * 9_000]
)
def test_nothing_to_save(tmp_path, content):
    (tmp_path / "a.ledger").write_bytes(content)
    with pytest.raises(DamagedError):
        Ledger.recover(tmp_path / "a.ledger", tmp_path / "b.ledger")
    assert ["a.ledger"] == [path.name for path in tmp_path.iterdir()]
    with pytest.raises(NotALedgerError):
        Ledger.recover(tmp_path / "none", tmp_path / "b.ledger")
    with pytest.raises(ReadOnlyError):
        Ledger.recover(tmp_path / "a.ledger", tmp_path / "no" / "folder")


def test_a_file_that_appears_meanwhile_is_not_overwritten(tmp_path, ledger, monkeypatch):
    import os

    def taken(made, path):
        raise FileExistsError

    monkeypatch.setattr(os, "link", taken)
    with pytest.raises(OverwriteError):
        ledger.export_jsonl(tmp_path / "a.jsonl")


def test_hashed_bytes_of_no_entry_are_lost(tmp_path):
    path = tmp_path / "a.ledger"
    with Ledger.open(path) as ledger:
        fill(ledger)
        size = len(ledger)
    connection = apsw.Connection(str(path))
    connection.execute(
        "INSERT INTO entry SELECT ledger, seq + 1, 'x', type, \"on\", recorded_at, NULL, NULL, "
        "NULL, NULL, NULL, NULL, ?, ?, NULL FROM entry ORDER BY seq DESC LIMIT 1",
        (b"{}", leaf_hash(b"{}")),
    )
    connection.execute("INSERT INTO ledger VALUES (9, 'empty', 0, '', x'')")
    connection.execute("INSERT INTO ledger VALUES (10, 'gone', 3, '', x'')")
    connection.close()
    told = [str(loss) for loss in Ledger.recover(path, tmp_path / "b.ledger")]
    # It stood behind the ledger's end, so nothing that was acknowledged is missing of that one.
    assert ["#1 to #3 of ledger 'gone': no bytes match their hash"] == told
    with Ledger.open(tmp_path / "b.ledger") as saved:
        assert size == len(saved)


def test_large_entries_are_carried_too(tmp_path):
    """A page of rows is cut short where it has many bytes."""
    with Ledger.open(tmp_path / "a.ledger") as ledger:
        note = "x" * 900_000
        ledger.record([CourseFinished(on="2024", title=f"{n}", note=note) for n in range(25)])
        ledger.backup(tmp_path / "b.ledger")
        ledger.export_jsonl(tmp_path / "a.jsonl")
        ledger.verify()
        with Ledger.open(tmp_path / "b.ledger") as copy:
            assert ledger.root() == copy.root()
            assert 0 == copy.import_jsonl(tmp_path / "a.jsonl")
        with Ledger.in_memory() as other:
            assert 25 == other.import_jsonl(tmp_path / "a.jsonl")


def test_what_is_no_record_is_torn():
    """A number with a point, which no table of ours has, and a chain of pages that breaks off."""
    from careerledger.stores.sqlite import salvage

    with pytest.raises(salvage._TornError):
        salvage._value(7, bytes(8))
    with pytest.raises(salvage._TornError):
        salvage._payload(bytes(8192), bytes(4096), 0, 9_000, 4096, 4096)
