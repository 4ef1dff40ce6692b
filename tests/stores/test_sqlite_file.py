"""The file on disk: each of its settings, and what happens to files that cannot be used."""

import os
import re
import stat
import subprocess
import sys
from contextlib import closing, contextmanager
from pathlib import Path
from time import monotonic

import apsw
import pytest

from careerledger import Ledger
from careerledger.answers import fold
from careerledger.answers.code_key import code_key
from careerledger.errors import (
    ArgumentError,
    CareerLedgerError,
    ClosedError,
    DamagedError,
    LockedError,
    NewerFormatError,
    NotALedgerError,
    ReadOnlyError,
    StoreError,
    UnsafeFileError,
)
from careerledger.events import CourseFinished, CourseStarted
from careerledger.projections import Learning
from careerledger.projections.base import key_of
from careerledger.stores import Query, Snapshot, temporary
from careerledger.stores.sqlite import APPLICATION_ID, FORMAT, SQLiteStore, file, opening
from careerledger.stores.sqlite.schema import empty_file


@pytest.fixture
def opened(path):
    with closing(SQLiteStore(path, timeout=0.01)) as store:
        yield store


@pytest.fixture
def made(path):
    SQLiteStore(path).close()
    return path


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a folder, byte for byte, also those beside the ledger."""
    return {each.name: each.read_bytes() for each in folder.iterdir() if each.is_file()}


@contextmanager
def raw(path):
    """The file without any of this program's settings, its triggers dropped for the time being."""
    with closing(apsw.Connection(str(path))) as connection:
        triggers = connection.execute(
            "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'"
        ).fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        yield connection
        for _, sql in triggers:
            connection.execute(sql)


def elsewhere(code, *args, **options):
    """Run code in a process of its own, and return what it prints."""
    command = [sys.executable, "-c", code, *map(str, args)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    assert "" == done.stderr
    return done.stdout.strip()


# Settings


@pytest.mark.parametrize(
    ("pragma", "value"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 2),
        ("fullfsync", 1),
        ("checkpoint_fullfsync", 1),
        ("trusted_schema", 0),
        ("recursive_triggers", 1),
        ("foreign_keys", 1),
        ("temp_store", 2),
        ("application_id", APPLICATION_ID),
        ("user_version", FORMAT),
        ("integrity_check", "ok"),
    ],
)
def test_pragma(opened, pragma, value):
    assert value == opened._file.connection.pragma(pragma)


def test_application_id_is_in_the_header(made):
    """So that file(1) and others can tell what the file is."""
    assert b"carL" == made.read_bytes()[68:72]


def test_log_that_another_tool_switched_off_is_switched_on_again(made):
    with closing(apsw.Connection(str(made))) as connection:
        assert "delete" == connection.pragma("journal_mode", "delete")

    with closing(SQLiteStore(made)) as store:
        assert "wal" == store._file.connection.pragma("journal_mode")


def test_writing_begins_immediately(opened, path):
    """No second writer can begin while the first is only reading."""
    with (
        closing(apsw.Connection(str(path))) as other,
        opened.writing("career"),
        pytest.raises(apsw.BusyError),
    ):
        other.execute("BEGIN IMMEDIATE")


@pytest.mark.parametrize("table", ["ledger", "entry", "named", "snapshot"])
def test_tables_are_strict(opened, table):
    ((strict,),) = opened._file.connection.execute(
        "SELECT strict FROM pragma_table_list WHERE name = ?", (table,)
    )

    assert 1 == strict


def test_value_of_another_type_is_refused(opened, add, row):
    with pytest.raises(StoreError, match="body"):
        add(opened, row(1)._replace(body="text"))


def test_schema_cannot_be_written(opened):
    """Defensive mode: writable_schema has no effect."""
    opened._file.connection.pragma("writable_schema", 1)

    with pytest.raises(apsw.SQLError, match="may not be modified"):
        opened._file.connection.execute("DELETE FROM sqlite_schema")


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        ("UPDATE entry SET body = x''", "never changed"),
        ("UPDATE entry SET leaf = leaf WHERE seq = 1", "never changed"),
        ("UPDATE entry SET names = NULL", "never changed"),
        ("DELETE FROM entry", "never deleted"),
        ("INSERT OR REPLACE INTO entry SELECT * FROM entry", "never deleted"),
        ("REPLACE INTO entry SELECT * FROM entry WHERE seq = 1", "never deleted"),
    ],
)
def test_entries_are_never_changed_nor_deleted(opened, add, row, statement, rule):
    add(opened, row(1))

    with pytest.raises(apsw.ConstraintError, match=rule):
        opened._file.connection.execute(statement)

    assert [row(1)] == opened.rows("career", Query(after=0, upto=9, limit=9))


def test_files_are_their_owners_alone_whatever_the_umask(path, monkeypatch, add, row):
    seen = []
    real = os.fsync

    def fsync(file):
        seen.append(os.fstat(file))
        real(file)

    monkeypatch.setattr(os, "fsync", fsync)
    mask = os.umask(0)
    try:
        with closing(SQLiteStore(path)) as store:
            add(store, row(1))
            modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in path.parent.iterdir()}
    finally:
        os.umask(mask)

    names = ("ada.ledger", "ada.ledger-wal", "ada.ledger-shm")
    assert dict.fromkeys(names, 0o600) == modes
    assert [0o600] == [stat.S_IMODE(file.st_mode) for file in seen if stat.S_ISREG(file.st_mode)]


def test_sqlite_has_no_bug_that_loses_what_was_written():
    version = tuple(map(int, apsw.sqlite_lib_version().split(".")))

    assert not (3, 7, 0) <= version <= (3, 51, 2)


def test_the_first_sqlite_without_the_bug_is_taken(path, monkeypatch):
    monkeypatch.setattr(apsw, "sqlite_lib_version", lambda: "3.51.3")
    SQLiteStore(path).close()


@pytest.mark.parametrize("version", ["3.7", "3.7.0", "3.45.1", "3.51.2"])
def test_sqlite_with_the_bug_is_refused(path, monkeypatch, version):
    monkeypatch.setattr(apsw, "sqlite_lib_version", lambda: version)

    with pytest.raises(StoreError):
        SQLiteStore(path)

    assert {} == contents(path.parent)


# Acknowledged means on disk


def test_each_commit_is_synced(path, add, row):
    """The log is synced before the commit is acknowledged: nothing waits for a checkpoint."""
    synced, before = [], apsw.vfs_names()[0]

    class File(apsw.VFSFile):
        def __init__(self, name, flags):
            self.name = name.filename() if isinstance(name, apsw.URIFilename) else name
            super().__init__(before, name, flags)

        def xSync(self, flags):
            synced.append((self.name, flags & 0xF))
            super().xSync(flags)

    class Watched(apsw.VFS):
        def __init__(self):
            super().__init__("watched", before, makedefault=True)

        def xOpen(self, name, flags):
            return File(name, flags)

    vfs = Watched()
    try:
        with closing(SQLiteStore(path)) as store:
            add(store, row(1))
            synced.clear()
            add(store, row(2))
            assert [(f"{path}-wal", apsw.SQLITE_SYNC_FULL)] == synced
    finally:
        vfs.unregister()


@pytest.mark.parametrize("when", ["commit", "append", "begin"])
def test_failed_write_leaves_nothing_and_the_store_usable(opened, add, row, monkeypatch, when):
    add(opened, row(1))
    connection = opened._file.connection
    big = row(2, body=bytes(100_000))
    expected = StoreError
    if when == "commit":
        connection.set_commit_hook(lambda: True)
    elif when == "append":
        connection.pragma("max_page_count", connection.pragma("page_count"))
    else:
        expected = KeyboardInterrupt

        def interrupted():
            raise KeyboardInterrupt

        monkeypatch.setattr(opened._file, "_check_identity", interrupted)

    with pytest.raises(expected):
        add(opened, big)

    assert not connection.in_transaction
    connection.set_commit_hook(None)
    connection.pragma("max_page_count", 1_000_000)
    monkeypatch.undo()
    assert 1 == opened.head("career").size
    assert 2 == add(opened, big).size


def test_rollback_that_fails_does_not_hide_what_went_wrong(opened, row):
    connection = opened._file.connection

    def fail_and_deny():
        with opened.writing("career"):
            opened.append("career", [row(1)], b"1" * 32)
            connection.set_authorizer(
                lambda *_: apsw.SQLITE_DENY  # every statement from here on
            )
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_and_deny()
    connection.set_authorizer(None)
    connection.execute("ROLLBACK")
    assert 0 == opened.head("career").size


def test_closing_leaves_one_file_that_holds_everything(path, add, row):
    with closing(SQLiteStore(path)) as store:
        add(store, *(row(seq) for seq in range(1, 50)))
        assert {"ada.ledger", "ada.ledger-wal", "ada.ledger-shm"} == set(contents(path.parent))

    assert ["ada.ledger"] == list(contents(path.parent))
    copy = path.with_name("copy.ledger")
    copy.write_bytes(path.read_bytes())
    with closing(SQLiteStore(copy)) as store:
        assert 49 == store.head("career").size


def test_closing_merges_the_log_also_while_others_stay(path, add, row):
    """Two that close at the same moment each take the other for one who stays."""
    with closing(SQLiteStore(path)):
        with closing(SQLiteStore(path)) as store:
            add(store, row(1))

        copy = path.with_name("copy.ledger")
        elsewhere("import shutil, sys; shutil.copy(*sys.argv[1:])", path, copy)
        with closing(SQLiteStore(copy)) as store:
            assert 1 == store.head("career").size


def test_opening_a_file_again_does_not_unlock_it(path):
    """A process that closes any handle of its own on a file loses all of its locks on it."""
    code = """
import apsw, sys
try:
    print(apsw.Connection(sys.argv[1]).pragma("journal_mode", "delete"))
except apsw.BusyError:
    print("busy")
"""
    with closing(SQLiteStore(path)):
        with closing(SQLiteStore(path)):
            assert "busy" == elsewhere(code, path)
        assert "busy" == elsewhere(code, path)
    assert "delete" == elsewhere(code, path)


# Snapshots


def test_snapshots_are_not_saved_while_another_writes(opened, path, add, row):
    add(opened, row(1))
    with closing(apsw.Connection(str(path))) as other:
        other.execute("BEGIN IMMEDIATE")
        opened.save("career", "key", "print", [Snapshot(1, "2024", 1, b"state")])
        other.execute("ROLLBACK")

    assert [] == opened.snapshots("career", "key", "print")
    assert not opened._file.connection.in_transaction


def test_recording_waits_for_another_writer_also_after_snapshots_were_saved(opened, path, add, row):
    opened.save("career", "key", "print", [])
    with closing(apsw.Connection(str(path))) as other:
        other.execute("BEGIN IMMEDIATE")
        began = monotonic()
        with pytest.raises(LockedError):
            add(opened, row(1))

    assert 0.01 <= monotonic() - began


def test_snapshots_of_a_ledger_are_found_again(path, monkeypatch):
    """Dates in a state's place are more than text, and come back as text."""
    monkeypatch.setattr(fold, "SNAPSHOT_EVERY", 1)
    with Ledger.open(path) as ledger:
        ledger.record(CourseFinished(on="2024-02", title="Logic"))
        ledger.project(Learning)

    with closing(SQLiteStore(path)) as store:
        (found,) = store.snapshots("career", key_of(Learning), code_key(Learning))
        assert (1, "2024-02", 1) == found[:3]


@pytest.mark.parametrize(
    "change",
    ["state = zeroblob(37)", "seen = 9", "seq = 2", "\"on\" = '2023'", "ledger = 2"],
)
def test_damaged_snapshots_are_as_good_as_none(opened, path, add, row, change):
    add(opened, row(1))
    with opened.writing("other"):
        opened.append("other", [row(1)], b"1" * 32)
    opened.save("career", "key", "print", [Snapshot(1, "2024", 1, b"state")])
    assert [b"state"] == [each.state for each in opened.snapshots("career", "key", "print")]

    with raw(path) as connection:
        connection.execute(f"UPDATE snapshot SET {change}")

    assert [] == opened.snapshots("career", "key", "print") + opened.snapshots(
        "other", "key", "print"
    )


def test_snapshots_that_cannot_be_saved_leave_no_transaction(opened, add, row):
    add(opened, row(1))
    first, same = Snapshot(1, "2024", 1, b"first"), Snapshot(2, "2024", 1, b"same place")
    opened.save("career", "key", "print", [first])

    with pytest.raises(StoreError):
        opened.save("career", "key", "print", [same, same])

    assert not opened._file.connection.in_transaction
    assert [first] == opened.snapshots("career", "key", "print")


# Damage


def test_text_that_is_none_is_damage(opened, add, row, path):
    """It comes up where Python reads the text, not in SQLite."""
    add(opened, row(1))
    with raw(path) as connection:
        connection.execute("UPDATE entry SET type = CAST(x'ff' AS TEXT)")

    with pytest.raises(DamagedError):
        opened.rows("career", Query(after=0, upto=9, limit=9))


@pytest.mark.parametrize(("back", "less"), [(3, 9), (2, 1)], ids=["a size", "text"])
def test_ledger_that_does_not_say_where_it_ends_is_damage(path, add, row, back, less):
    """SQLite gives what a row says that its values are, whatever the table may hold."""
    with closing(SQLiteStore(path)) as store:
        add(store, row(1))
    content = bytearray(path.read_bytes())
    content[content.index(b"career", 4096) - back] -= less  # NULL for 1, bytes for text
    with closing(SQLiteStore(path)) as store:
        path.write_bytes(content)
        store._file.connection.release_memory()

        with pytest.raises(DamagedError) as refused:
            store.head("career")

    assert str(refused.value) == (
        f"{path} is damaged: it does not say where ledger 'career' ends; restore it from a backup"
    )


# Files that cannot be used


def foreign_database() -> bytes:
    with closing(apsw.Connection(":memory:")) as connection:
        connection.execute("CREATE TABLE diary (day, text)")
        return connection.serialize("main")


@pytest.mark.parametrize(
    "content", [b"", b"SQLite format 3", b"# My career\n" * 20, bytes(200), foreign_database()]
)
def test_file_that_is_not_a_ledger_stays_untouched(path, content):
    path.write_bytes(content)

    with pytest.raises(NotALedgerError):
        SQLiteStore(path)

    assert {"ada.ledger": content} == contents(path.parent)


def test_place_that_is_no_file_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe")

    for place in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(NotALedgerError):
            SQLiteStore(place)


@pytest.mark.parametrize("folder", ["missing", "file"])
def test_folder_that_is_none_is_refused_and_not_made(tmp_path, folder):
    (tmp_path / "file").touch()

    with pytest.raises(NotALedgerError):
        SQLiteStore(tmp_path / folder / "ada.ledger")

    assert {"file": b""} == contents(tmp_path)


@pytest.mark.parametrize("name", ["nul\0.ledger", "half \udcff.ledger", "loop"])
def test_name_that_no_file_can_have_is_refused(tmp_path, name):
    (tmp_path / "loop").symlink_to(tmp_path / "loop")

    with pytest.raises((ArgumentError, NotALedgerError, UnsafeFileError)):
        SQLiteStore(tmp_path / name)

    assert ["loop"] == [each.name for each in tmp_path.iterdir()]


@pytest.mark.parametrize(
    "name",
    ["a b?mode=ro.ledger", "a#b", "100%41", "file:x", "é\U0001f680", "';--", ".ledger", ":memory:"],
)
def test_name_may_be_odd(tmp_path, monkeypatch, name, add, row):
    monkeypatch.chdir(tmp_path)
    with closing(SQLiteStore(name)) as store:
        add(store, row(1))
    with closing(SQLiteStore(tmp_path / name)) as store:
        assert 1 == store.head("career").size

    assert [name] == list(contents(tmp_path))


def test_relative_name_means_the_same_file_when_the_program_moves(tmp_path, monkeypatch, add, row):
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path)
    with closing(SQLiteStore("ada.ledger")) as store:
        monkeypatch.chdir("elsewhere")
        assert 1 == add(store, row(1)).size

    assert ["ada.ledger"] == list(contents(tmp_path))
    assert {} == contents(tmp_path / "elsewhere")


def test_linked_folders_lead_to_one_file(tmp_path, add, row):
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("folder")
    with (
        closing(SQLiteStore(tmp_path / "link" / "ada.ledger")) as one,
        closing(SQLiteStore(tmp_path / "folder" / "ada.ledger")) as other,
    ):
        add(one, row(1))
        assert 1 == other.head("career").size
        assert one.path == other.path

    assert {"ada.ledger"} == set(contents(tmp_path / "folder"))


def test_newer_format_stays_untouched(made):
    with closing(apsw.Connection(str(made))) as connection:
        connection.pragma("user_version", FORMAT + 1)
    before = contents(made.parent)

    with pytest.raises(NewerFormatError):
        SQLiteStore(made)

    assert before == contents(made.parent)


def test_newer_format_in_the_log_stays_untouched(made, tmp_path):
    """A newer program that crashed left its version in the log alone."""
    crashed = tmp_path / "crashed"
    crashed.mkdir()
    with closing(apsw.Connection(str(made))) as connection:
        connection.pragma("user_version", FORMAT + 1)
        for name in ("ada.ledger", "ada.ledger-wal"):
            (crashed / name).write_bytes((tmp_path / name).read_bytes())
    before = contents(crashed)

    with pytest.raises(NewerFormatError):
        SQLiteStore(crashed / "ada.ledger")

    assert before == {name: contents(crashed)[name] for name in before}


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ("DROP TRIGGER entry_is_never_changed", "entry_is_never_changed"),
        ("DROP INDEX entry_history", "entry_history"),
        ("DROP TABLE snapshot", "snapshot', 'sqlite_autoindex_snapshot_1"),
        ("ALTER TABLE ledger ADD COLUMN more TEXT", "ledger"),
        ("CREATE TRIGGER spy AFTER INSERT ON entry BEGIN SELECT 1; END", "spy"),
    ],
)
def test_altered_schema_is_named_and_stays_untouched(made, change, named):
    with closing(apsw.Connection(str(made))) as connection:
        connection.execute(change)
    before = contents(made.parent)

    with pytest.raises(DamagedError, match=named):
        SQLiteStore(made)

    assert before == contents(made.parent)


def test_statistics_that_sqlite_gathers_are_no_other_schema(made):
    with closing(apsw.Connection(str(made))) as connection:
        connection.execute("ANALYZE; VACUUM")

    SQLiteStore(made).close()


def test_damaged_page_is_reported(path, add, row):
    with closing(SQLiteStore(path)) as store:
        add(store, *(row(seq, body=bytes(2_000)) for seq in range(1, 50)))
    content = bytearray(path.read_bytes())
    content[4096 * 2 :] = b"\xff" * (len(content) - 4096 * 2)
    path.write_bytes(content)

    with (
        pytest.raises(DamagedError),
        closing(SQLiteStore(path)) as store,
    ):
        store.rows("career", Query(after=0, upto=99, limit=99))


def test_header_alone_is_not_enough(path):
    path.write_bytes(empty_file()[:100])

    with pytest.raises(DamagedError):
        SQLiteStore(path)

    assert {"ada.ledger": empty_file()[:100]} == contents(path.parent)


@pytest.mark.parametrize("denied", ["ada.ledger", ""])
def test_read_only_file_or_folder_stays_untouched(made, monkeypatch, denied):
    """The system is asked first, as it would let root write anything."""
    before = contents(made.parent)
    real = os.access
    denied = made.parent / denied
    monkeypatch.setattr(os, "access", lambda place, mode: place != denied and real(place, mode))

    with pytest.raises(ReadOnlyError):
        SQLiteStore(made)

    assert before == contents(made.parent)


UNPRIVILEGED = """
import os, sys
from careerledger.errors import CareerLedgerError
from careerledger.stores.sqlite import SQLiteStore
if os.getuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
try:
    SQLiteStore(sys.argv[1])
except CareerLedgerError as error:
    print(type(error).__name__)
else:
    print("opened")
"""


@pytest.mark.parametrize(
    ("folder", "file", "expected"),
    [
        (0o700, 0o600, "opened"),
        (0o500, 0o600, "ReadOnlyError"),
        (0o700, 0o400, "ReadOnlyError"),
        (0o700, 0o000, "ReadOnlyError"),
        (0o000, 0o600, "ReadOnlyError"),
        (0o700, None, "opened"),
        (0o500, None, "ReadOnlyError"),
    ],
)
def test_what_an_ordinary_user_may_not_write(folder, file, expected):
    """In a process without the rights of root, which permissions do not bind."""
    import shutil
    import tempfile

    # pytest's own folders are closed to others.
    place = Path(tempfile.mkdtemp())
    nobody = 65534 if os.getuid() == 0 else -1
    try:
        path = place / "ada.ledger"
        if file is not None:
            SQLiteStore(path).close()
            path.chmod(file)
            os.chown(path, nobody, nobody)
        before = contents(place)
        os.chown(place, nobody, nobody)
        place.chmod(folder)

        assert expected == elsewhere(UNPRIVILEGED, path)

        place.chmod(0o700)
        if expected != "opened":
            if file is not None:
                path.chmod(0o600)
            assert before == contents(place)
    finally:
        place.chmod(0o700)
        shutil.rmtree(place)


def test_file_that_cannot_be_looked_for_is_an_error(path, monkeypatch):
    def denied(self):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "lstat", denied)

    with pytest.raises(ReadOnlyError):
        SQLiteStore(path)


def test_file_that_vanishes_while_it_is_opened_is_an_error(path, monkeypatch):
    monkeypatch.setattr(opening, "_check_place", lambda *_: None)

    with pytest.raises(ReadOnlyError):
        SQLiteStore(path)

    assert {} == contents(path.parent)


@pytest.mark.parametrize("step", ["link", "fsync", "open"])
def test_file_is_made_whole_or_not_at_all(path, monkeypatch, step):
    def fails(*args):
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(os, step, fails)

    with pytest.raises(ReadOnlyError):
        SQLiteStore(path)

    assert {} == contents(path.parent)


def test_file_is_made_where_folders_cannot_be_synced(path, monkeypatch):
    """As on Windows, which opens no folders."""

    def refuse(_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(temporary, "_sync", refuse)

    with closing(SQLiteStore(path)) as store:
        assert [] == store.ledgers()


def test_file_that_another_made_first_is_taken(path, monkeypatch, add, row):
    """Both made one at the same time; that of the slower is thrown away."""
    real = os.link

    def too_late(made, name):
        monkeypatch.setattr(os, "link", real)
        with closing(SQLiteStore(path)) as other:
            add(other, row(1))
        real(made, name)

    monkeypatch.setattr(os, "link", too_late)

    with closing(SQLiteStore(path)) as store:
        assert 1 == store.head("career").size
    assert ["ada.ledger"] == list(contents(path.parent))


@pytest.mark.parametrize("what", ["moved", "deleted", "replaced"])
def test_moved_file_is_not_written(opened, path, add, row, what):
    add(opened, row(1))
    if what == "deleted":
        path.unlink()
    else:
        path.rename(path.with_name("elsewhere.ledger"))
    if what == "replaced":
        path.write_bytes(empty_file())

    with pytest.raises(StoreError):
        add(opened, row(2))

    assert 1 == opened.head("career").size
    assert not opened._file.connection.in_transaction
    with pytest.raises(StoreError):
        opened.check()


def test_bytes_of_common_rows_are_not_counted(opened, add, row, monkeypatch):
    add(opened, row(1))
    monkeypatch.setattr(file, "read_up_to", None)

    assert [row(1)] == opened.rows("career", Query(limit=1000))
    with pytest.raises(TypeError):  # where there are more than common, they are
        opened.rows("career", Query(limit=1001))


def test_check_leaves_nothing_behind(opened, path, add, row):
    """It has a connection of its own, which neither stays nor merges the log."""
    add(opened, row(1))
    before = contents(path.parent)

    opened.check()

    assert before == contents(path.parent)
    assert [] == opened._file._other_connections
    opened.close()
    assert ["ada.ledger"] == list(contents(path.parent))
    with pytest.raises(ClosedError):
        opened.check()


def test_check_tells_the_first_of_several_damages(opened, path, add, row):
    add(opened, *(row(seq, body=b"x" * 3000) for seq in range(1, 9)))
    opened.purge()  # and so nothing is in the log
    content = path.read_bytes()
    pages = [content[at : at + 4096] for at in range(0, len(content), 4096)]
    # Byte 7 of a page counts those that are left between its cells.
    odd = [page[:7] + b"\7" + page[8:] if b"x" * 3000 in page else page for page in pages]
    path.write_bytes(b"".join(odd))
    with closing(apsw.Connection(str(path))) as connection:
        _, first, second, *_ = connection.pragma("integrity_check").splitlines()

    assert first != second
    with pytest.raises(DamagedError, match=re.escape(first)):
        opened.check()


@pytest.mark.parametrize("timeout", [0, 1_000_000])
def test_shortest_and_longest_timeout(path, timeout):
    SQLiteStore(path, timeout=timeout).close()


@pytest.mark.parametrize("timeout", [-1, -0.001, float("nan"), float("inf"), 1e9])
def test_timeout_that_cannot_be_is_refused(path, timeout):
    with pytest.raises(ArgumentError, match="timeout"):
        SQLiteStore(path, timeout=timeout)

    assert {} == contents(path.parent)


def test_locked_file_is_refused_untouched(made):
    with closing(apsw.Connection(str(made))) as other:
        other.pragma("locking_mode", "exclusive")
        other.pragma("user_version", FORMAT)
        before = contents(made.parent)

        with pytest.raises(LockedError):
            SQLiteStore(made, timeout=0.01)

        # Read by another process, as this one would let go of the lock.
        assert before == contents(made.parent)


# Columns repeat what the body says


@pytest.fixture
def recorded(path):
    with Ledger.open(path) as ledger:
        ledger.record(CourseStarted(on="2024-01", course="logic", title="Logic"), key="import:1")
        entry = ledger.record(CourseFinished(on="2024-02", course="logic", title="Logic"))
        ledger.void(entry.id, reason="did not pass")
        ledger.verify()
    return path


@pytest.mark.parametrize(
    "change",
    [
        "id = 'other'",
        "type = 'course.dropped'",
        "\"on\" = '2024-03'",
        '"on" = NULL',
        "recorded_at = '2024-01-01T00:00:00.000000Z'",
        "key = 'other'",
        "source = 'other'",
        "batch = 'other'",
        "target = 'other'",
        "introduces = 'course:other'",
        "names = '[\"course:other\"]'",
        "leaf = zeroblob(32)",
        "seq = 22",
        "ledger = (SELECT max(id) FROM ledger)",
        "body = CAST(replace(CAST(body AS TEXT), 'Logic', 'Magic') AS BLOB)",
        "body = x'7B7D'",
        "body = x''",
    ],
)
def test_change_to_an_entry_is_found_and_named(recorded, change):
    named = "ledger 'career'" if change.startswith(("ledger", "seq")) else "#2 "
    if change.startswith("names"):
        named = "its index of names does not match its entries"
    with raw(recorded) as connection:
        connection.execute("INSERT INTO ledger VALUES (7, 'another', 0, '', x'')")
        connection.execute(f"UPDATE entry SET {change} WHERE seq = 2")

    with pytest.raises(CareerLedgerError, match=named), Ledger.open(recorded) as ledger:
        ledger.verify()


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM entry WHERE seq = 3",
        "UPDATE ledger SET size = 2",
        "UPDATE ledger SET size = 7",
        "UPDATE ledger SET frontier = zeroblob(64)",
        "UPDATE ledger SET frontier = x''",
    ],
)
def test_change_to_a_ledger_is_found_and_named(recorded, change):
    with raw(recorded) as connection:
        connection.execute(change)

    with (
        pytest.raises(DamagedError, match="ledger 'career'"),
        Ledger.open(recorded) as ledger,
    ):
        ledger.verify()


def test_file_can_be_read_with_nothing_but_sqlite_and_json(recorded):
    with closing(apsw.Connection(str(recorded))) as connection:
        rows = connection.execute(
            """SELECT body ->> 'id' = id AND body ->> 'type' = type AND body ->> 'key' IS key
               AND body ->> 'recorded_at' = recorded_at AND body -> 'event' ->> 'on' IS "on"
               FROM (SELECT *, CAST(body AS TEXT) AS body FROM entry) ORDER BY seq"""
        ).fetchall()

    assert [(1,), (1,), (1,)] == rows


# Queries


def plans(store, use):
    """How SQLite runs each statement that a use of the store executes, and its text."""
    statements = []
    connection = store._file.connection
    connection.exec_trace = lambda _, sql, values: statements.append((sql, values)) or True
    use()
    connection.exec_trace = None
    return {
        sql: [step[3] for step in connection.execute(f"EXPLAIN QUERY PLAN {sql}", values)]
        for sql, values in statements
    }


# Each query that the library asks, the index that answers it, and whether few rows are sorted.
USES = {
    "a page of the log": (Query(after=1, upto=9, limit=9), "entry_number (ledger=? AND seq>?"),
    "the newest page": (Query(order="newest", limit=9), "entry_number (ledger=?)"),
    "a page of the history": (
        Query(behind=("2024", 1), until="2025", upto=9, order="place", limit=9),
        "entry_history (ledger=? AND (on,seq)>(?,?) AND on<?)",
    ),
    "some types of the history": (
        Query(behind=("2024", 1), until="2025", upto=9, types={"a", "b"}, order="place", limit=9),
        "entry_history (ledger=? AND (on,seq)>(?,?) AND on<?)",
    ),
    "corrections": (
        Query(after=1, upto=9, dated=False),
        "entry_correction (ledger=? AND seq>? AND seq<?)",
    ),
    "corrections of a type": (
        Query(types=["a"], dated=False),
        "entry_correction (ledger=?)",
    ),
    "what is newer and before a place": (
        Query(after=1, upto=9, types={"a"}, until="2024"),
        "entry_number (ledger=? AND seq>? AND seq<?)",
    ),
    "what was known": (
        Query(recorded_until="2024-05-01T00:00:07", order="newest", limit=1),
        "entry_number (ledger=? AND seq",
    ),
    "an id": (Query(ids=["a"]), "entry_id (ledger=? AND id=?)"),
    "a key": (Query(keys=["1"]), "entry_key (ledger=? AND key=?)"),
    "an entry's corrections": (Query(targets=["a"]), "entry_target (ledger=? AND target=?)"),
    "what introduces an id": (
        Query(introduces=["a:1"], limit=1),
        "entry_introduces (ledger=? AND introduces=?)",
    ),
    "a batch": (Query(batch="b"), "entry_batch (ledger=? AND batch=?)"),
    "a source": (Query(source="s", after=1), "entry_source (ledger=? AND source=? AND seq>?)"),
    "what is personal": (Query(personal=True, after=1), "entry_personal (ledger=? AND seq>?)"),
    "who is named": (Query(names="a:1"), "entry_number (ledger=? AND seq=?)"),
    "what is personal of one who is named": (
        Query(names="a:1", personal=True, after=1),
        "entry_number (ledger=? AND seq=?)",
    ),
}
SORTED = {
    "ids": (Query(ids=["a", "b"]), "entry_id (ledger=? AND id=?)"),
    "keys": (Query(keys=["1", "2"]), "entry_key (ledger=? AND key=?)"),
    "targets": (Query(targets=["a", "b"]), "entry_target (ledger=? AND target=?)"),
    "what introduces ids": (
        Query(introduces=["a:1", "a:2"]),
        "entry_introduces (ledger=? AND introduces=?)",
    ),
    "a kind": (Query(kind="a"), "entry_introduces (ledger=? AND introduces>? AND introduces<?)"),
    "who is named, by place": (
        Query(names="a:1", order="place"),
        "entry_number (ledger=? AND seq=?)",
    ),
}


@pytest.mark.parametrize("use", [*USES, *SORTED])
@pytest.mark.parametrize("analyzed", [False, True])
def test_queries_use_their_index(opened, add, row, use, analyzed):
    """Nothing is scanned, and nothing is sorted but the few rows that several texts find."""
    add(
        opened,
        *(
            row(
                seq, type="abc"[seq % 3], key=f"{seq}", source="s", batch="b", target="a",
                introduces=f"a:{seq % 4}", names='["a:1","a:2"]', on="2024" if seq % 5 else None,
            )
            for seq in range(1, 300)
        ),
    )  # fmt: skip
    if analyzed:
        opened._file.connection.execute("ANALYZE")
    query, index = (USES | SORTED)[use]

    found = plans(opened, lambda: opened.rows("career", query))

    steps = [step for plan in found.values() for step in plan]
    assert any(f"INDEX {index}" in step for step in steps), steps
    assert not any(step.startswith("SCAN") for step in steps), steps
    assert (use in SORTED) == any("TEMP B-TREE" in step for step in steps), steps
    if query.names:
        assert any("named USING PRIMARY KEY (ledger=? AND name=?)" in step for step in steps)


def test_snapshots_use_their_index(opened):
    found = plans(opened, lambda: opened.snapshots("career", "key", "print"))

    (steps,) = found.values()
    assert any("sqlite_autoindex_snapshot_1 (ledger=? AND key=?)" in step for step in steps), steps
    assert not any("TEMP B-TREE" in step or step.startswith("SCAN") for step in steps), steps


def test_a_query_may_have_every_condition(opened, add, row):
    """SQLite takes expressions only so deep, and others than ours not as deep."""
    full = Query(
        *(
            0,
            9,
            ("2024", 0),
            ("2026", 0),
            "2025",
            "2025",
            ["a"],
            ["i"],
            ["k"],
            "s",
            "b",
            ["t"],
            ["a:b"],
        ),
        *("a:b", "a", True, True, "place", 9),
    )
    one = row(
        1, id="i", type="a", key="k", source="s", batch="b", target="t", introduces="a:b",
        personal=b"x",
    )  # fmt: skip
    add(opened, one)

    assert [one] == opened.rows("career", full)
    assert Query(*full) == full._replace(after=0)


# Deletion, and the index of names


def test_an_entry_is_deleted_with_its_ledger_alone(opened, add, row):
    add(opened, row(1, names='["a:b"]'))
    connection = opened._file.connection

    with pytest.raises(apsw.ConstraintError, match="FOREIGN KEY constraint failed"):
        connection.execute("DELETE FROM ledger")

    opened.delete("career")
    for table in ("ledger", "entry", "named", "snapshot"):
        assert 0 == connection.execute(f"SELECT count(*) FROM {table}").get


def test_a_deletion_that_fails_leaves_the_ledger(opened, add, row):
    add(opened, row(1), row(2))
    opened._file.connection.set_commit_hook(lambda: True)

    with pytest.raises(StoreError):
        opened.delete("career")

    opened._file.connection.set_commit_hook(None)
    assert 2 == opened.head("career").size
    assert 3 == add(opened, row(3)).size


def test_a_store_that_deleted_begins_anew(opened, path, add, row):
    """Also where another store has recorded in between."""
    add(opened, row(1), row(2))
    with closing(SQLiteStore(path)) as other:
        other.delete("career")
        assert 1 == add(opened, row(1)).size
        other.delete("career")
        assert 1 == add(other, row(1)).size
    opened.delete("career")
    assert 1 == add(opened, row(1)).size


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM named WHERE seq = 1",
        "UPDATE named SET name = 'a:c' WHERE seq = 1 AND name = 'a:b'",
        "INSERT INTO named SELECT id, 'a:c', 1 FROM ledger WHERE name = 'career'",
        "UPDATE entry SET names = '[\"a:c\"]' WHERE seq = 1",
        "UPDATE entry SET names = '[' WHERE seq = 1",
        "UPDATE entry SET names = '{}' WHERE seq = 1",
        "UPDATE entry SET names = '[1]' WHERE seq = 1",
        "UPDATE entry SET names = '[\"a:b\",]' WHERE seq = 1",
    ],
)
def test_an_index_of_names_that_does_not_fit_is_found(opened, path, add, row, change):
    names = '["a:b","a:b","a:\u00e9","a:\\"\\\\\\n\\u0000\\u0001\\ud83d\\ude00","",":"]'
    add(opened, row(1, names=names), row(2, names='["a:b"]'), row(3))
    with opened.writing("other"):
        opened.append("other", [row(1, names='["a:b"]')], b"1" * 32)
    opened.check()
    with raw(path) as connection:
        connection.execute(change + (" AND ledger = 1" if "WHERE seq" in change else ""))

    for ledger in ((), ("career",)):
        with pytest.raises(DamagedError, match="names"):
            opened.check(*ledger)
    opened.check("other")
    with pytest.raises(DamagedError, match="names"):
        SQLiteStore(copied(path))


def copied(path):
    """The file in another place, where it was not examined yet."""
    elsewhere("import shutil, sys; shutil.copy(*sys.argv[1:])", path, path.with_name("copy"))
    elsewhere(
        "import shutil, sys; shutil.copy(*sys.argv[1:])", f"{path}-wal", path.with_name("copy-wal")
    )
    return path.with_name("copy")


def test_a_check_of_one_ledger_counts_that_one(opened, path, add, row):
    add(opened, row(1))
    with opened.writing("other"):
        opened.append("other", [row(1)], b"1" * 32)
    with raw(path) as connection:
        connection.execute("UPDATE ledger SET size = 2 WHERE name = 'other'")

    opened.check("career")
    for ledger in ((), ("other",)):
        with pytest.raises(DamagedError):
            opened.check(*ledger)


def test_many_texts_are_looked_up_as_of_one_moment(opened, path, add, row, monkeypatch):
    """What another program records between two statements of a query is in none of them."""
    add(opened, *(row(seq, key=f"{seq}") for seq in range(1, 10)))
    monkeypatch.setattr("careerledger.stores.sqlite.store._VALUES_AT_ONCE", 5)
    real = opened._file.all
    with closing(SQLiteStore(path)) as other:

        def all_(*args):
            rows = real(*args)
            with other.writing("career") as head:
                new = [row(head.size + 1, key=f"{n}") for n in (1,)]
                other.append("career", new, b"1" * 32)
            return rows

        monkeypatch.setattr(opened._file, "all", all_)
        found = opened.rows("career", Query(keys=[f"{n}" for n in range(9, 0, -1)]))
    assert list(range(1, 10)) == [each.seq for each in found]


def test_single_append_takes_four_statements(opened, path, add, row):
    """And one to look for the head where another program wrote since."""
    add(opened, row(1))

    def statements(seq):
        connection = opened._file.connection
        found = []
        connection.exec_trace = lambda _, sql, values: found.append(sql.split()[0]) or True
        with opened.writing("career") as head:
            assert seq - 1 == head.size
            opened.append("career", [row(seq)], b"2" * 32)
        connection.exec_trace = None
        return found

    assert ["BEGIN", "UPDATE", "INSERT", "COMMIT"] == statements(2)
    with closing(SQLiteStore(path)) as other:
        add(other, row(3))
    assert ["BEGIN", "SELECT", "UPDATE", "INSERT", "COMMIT"] == statements(4)
    opened._file.connection.execute("UPDATE ledger SET recorded_at = 'z'")
    assert ["BEGIN", "SELECT", "UPDATE", "INSERT", "COMMIT"] == statements(5)
