"""Ledger files from strangers: none runs SQL, reads without end, or takes all memory."""

import json
import os
import subprocess
import sys
from contextlib import closing, suppress
from pathlib import Path
from shutil import copy2

import apsw
import pytest

from careerledger import Ledger
from careerledger.errors import CareerLedgerError, DamagedError, StoreError, UnsafeFileError
from careerledger.events import ContactMade, CourseFinished
from careerledger.projections import NetworkGrowth
from careerledger.stores import Query
from careerledger.stores.sqlite import SQLiteStore, defence as _defence, file


@pytest.fixture
def ledger_file(tmp_path):
    """A ledger of a few entries, whole and closed, that came from elsewhere."""
    made, path = tmp_path / "made.ledger", tmp_path / "ada.ledger"
    with Ledger.open(made) as ledger:
        ledger.record(
            [
                ContactMade(on="2024", contact="jane", name="Jane", kind="peer"),
                *(CourseFinished(on=f"2024-{m:02}", title=f"Course {m}") for m in range(1, 13)),
            ]
        )
    copy2(made, path)
    made.unlink()
    return path


def craft(path, *statements):
    """Change a file as a hostile tool does: nothing is checked, no trigger runs."""
    with closing(apsw.Connection(str(path))) as connection:
        connection.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 0)
        connection.config(apsw.SQLITE_DBCONFIG_ENABLE_TRIGGER, 0)
        connection.pragma("writable_schema", 1)
        for statement, *values in (s if isinstance(s, tuple) else (s,) for s in statements):
            connection.execute(statement, values)
    # In place: the schema that SQLite has in mind is not the one in the file.
    return path


def into_schema(kind, name, table, sql, page=0):
    return (
        "INSERT INTO sqlite_schema (type, name, tbl_name, rootpage, sql) VALUES (?, ?, ?, ?, ?)",
        kind,
        name,
        table,
        page,
        sql,
    )


def everything(path):
    """All that a program may do with a ledger, one after the other, whatever the file says."""
    path = Path(path)
    with Ledger.open(path, timeout=0.5) as ledger:
        for use in (
            lambda: len(ledger),
            ledger.store.ledgers,
            ledger.verify,
            lambda: list(ledger),
            lambda: list(ledger.entries()),
            lambda: ledger.project(NetworkGrowth),
            lambda: ledger.project(NetworkGrowth, known_at="2025-01-01T00:00:00Z"),
            ledger.check,
            ledger.root,
            lambda: ledger.export_subject("contact", "jane"),
            lambda: ledger.record(CourseFinished(on="2025", title="More")),
            lambda: ledger.export_jsonl(path.with_name("ada.jsonl")),
            lambda: ledger.backup(path.with_name("backup.ledger")),
            lambda: ledger.forget("contact", "jane", reason="asked"),
        ):
            with suppress(CareerLedgerError):
                use()


# It can run no SQL


SPIES = {
    "trigger": into_schema(
        "trigger",
        "spy",
        "entry",
        "CREATE TRIGGER spy AFTER INSERT ON entry BEGIN SELECT spied(); END",
    ),
    "trigger under SQLite's own name": into_schema(
        "trigger",
        "sqlite_spy",
        "entry",
        "CREATE TRIGGER sqlite_spy AFTER INSERT ON entry BEGIN SELECT spied(); END",
    ),
    "altered trigger": (
        (
            "UPDATE sqlite_schema SET sql = replace(sql, 'SELECT RAISE', 'SELECT spied() + RAISE') "
            "WHERE name = 'entry_goes_with_its_ledger'"
        ),
    ),
    "view in place of a table": (
        (
            "UPDATE sqlite_schema SET type = 'view', rootpage = 0, "
            "sql = 'CREATE VIEW snapshot AS SELECT spied()' WHERE name = 'snapshot'"
        ),
    ),
    "view": into_schema("view", "more", "more", "CREATE VIEW more AS SELECT spied()"),
    "virtual table": into_schema(
        "table", "more", "more", "CREATE VIRTUAL TABLE more USING spying(1)"
    ),
    "generated column": (
        (
            "UPDATE sqlite_schema SET sql = replace(sql, 'name TEXT NOT NULL UNIQUE', "
            "'name TEXT NOT NULL UNIQUE, more ANY AS (spied())') WHERE name = 'ledger'"
        ),
    ),
    "check": (
        (
            "UPDATE sqlite_schema SET sql = replace(sql, 'size INTEGER NOT NULL', "
            "'size INTEGER NOT NULL CHECK (spied())') WHERE name = 'ledger'"
        ),
    ),
    "default": (
        (
            "UPDATE sqlite_schema SET sql = replace(sql, 'personal BLOB', "
            "'personal BLOB DEFAULT (spied())') WHERE name = 'entry'"
        ),
    ),
    "index on an expression": into_schema(
        "index", "more", "entry", "CREATE INDEX more ON entry (spied(id))", 2
    ),
    "partial index": into_schema(
        "index", "sqlite_more", "entry", "CREATE INDEX sqlite_more ON entry (id) WHERE spied()", 2
    ),
    "statistics of another shape": into_schema(
        "table", "sqlite_stat1", "sqlite_stat1", "CREATE TABLE sqlite_stat1(a, b AS (spied()))", 2
    ),
}


@pytest.fixture
def spied():
    """Every connection of this program has functions and a module that tell when they ran."""
    ran = []

    class Spying:
        def Connect(self, *args):
            ran.append(args)
            raise apsw.Error

        Create = Connect

    def hook(connection):
        connection.create_scalar_function("spied", lambda *args: ran.append(args))
        connection.create_module("spying", Spying())

    apsw.connection_hooks.append(hook)
    yield ran
    apsw.connection_hooks.remove(hook)


@pytest.mark.parametrize("spy", SPIES)
def test_sql_of_others_is_refused_before_any_of_it_runs(ledger_file, spied, spy):
    craft(ledger_file, SPIES[spy])
    spied.clear()
    before = ledger_file.read_bytes()

    with pytest.raises(DamagedError):
        Ledger.open(ledger_file)

    assert [] == spied
    assert before == ledger_file.read_bytes()


def test_the_spies_can_run(ledger_file, spied):
    """Else the tests above could not fail."""
    craft(ledger_file, SPIES["trigger under SQLite's own name"])
    with closing(apsw.Connection(str(ledger_file))) as connection:
        connection.execute("INSERT INTO ledger VALUES (9, 'x', 0, '', x'')")
        connection.execute(
            'INSERT INTO entry SELECT 9, 1, id, type, "on", recorded_at, key, source, batch, '
            "target, introduces, names, body, leaf, personal FROM entry WHERE seq = 1"
        )

    assert [()] == spied


def test_every_guard_of_the_connection_is_up(ledger_file):
    with closing(SQLiteStore(ledger_file)) as store:
        connection = store._file.connection
        for limit, value in _defence._LIMITS.items():
            assert value == connection.limit(limit)
        for switch, value in _defence._SWITCHES.items():
            expected = 1 if switch == apsw.SQLITE_DBCONFIG_ENABLE_TRIGGER else value
            assert expected == connection.config(switch, -1)
        assert 1 == connection.pragma("cell_size_check")
        assert 0 == connection.pragma("mmap_size")
        connection.execute("ATTACH ':memory:' AS one")
        with pytest.raises(apsw.SQLError, match="too many attached databases"):
            connection.execute("ATTACH ':memory:' AS two")


# It can take neither all memory nor all time


BOUND = """
import resource, sys, time
sys.path[:0] = {path!r}
from test_files import everything
from pathlib import Path
from shutil import copy2
from careerledger.errors import CareerLedgerError
import careerledger.projections, careerledger.answers, networkx
spare = {spare}
resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
for path in sys.argv[1:]:
    used = int(Path("/proc/self/statm").read_text().split()[5]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_DATA, (used + spare, resource.RLIM_INFINITY))
    try:
        everything(path)
    except CareerLedgerError as error:
        print(type(error).__name__, str(error)[:300])
    else:
        print("done")
"""


def bounded(*paths, spare=200_000_000):
    """Return what comes of using files in little memory, and within a minute of work."""
    code = BOUND.format(path=[str(Path(__file__).parent)], spare=spare)
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, paths)],
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert "" == done.stderr[-2000:]
    assert 0 == done.returncode
    return done.stdout.strip()


def copied(columns):
    """SQL that adds many entries which only differ from the first in what is unique."""
    return (
        "WITH RECURSIVE many(n) AS (SELECT 14 UNION ALL SELECT n + 1 FROM many WHERE n < {upto}) "
        f"INSERT INTO entry SELECT ledger, n, {columns} FROM entry, many WHERE seq = 2"
    )


SAME = (
    "'id' || n, type, \"on\", recorded_at, NULL, NULL, NULL, NULL, NULL, NULL, body, leaf, personal"
)
UPTO = "UPDATE ledger SET size = {upto}"
BIG = "zeroblob(900000)"
BOMBS = {
    "one huge body": ["UPDATE entry SET body = zeroblob(220000000) WHERE seq = 3"],
    "huge text": ["UPDATE entry SET type = hex(zeroblob(110000000)) WHERE seq = 3"],
    "huge key": ["UPDATE entry SET key = hex(zeroblob(110000000)) WHERE seq = 3"],
    "huge personal": ["UPDATE entry SET personal = zeroblob(220000000) WHERE seq = 3"],
    "huge names": ["UPDATE entry SET names = hex(zeroblob(110000000)) WHERE seq = 3"],
    "many names": [
        "UPDATE entry SET names = '[' || replace(hex(zeroblob(990000)), '00', '\"\",') || '\"\"]'"
    ],
    "personal of many lines": [
        (
            "UPDATE entry SET personal = CAST(replace(hex(zeroblob(1900000)), '00', char(10) || 'x') "
            "AS BLOB) WHERE seq = 1"
        )
    ],
    "huge frontier": ["UPDATE ledger SET frontier = zeroblob(220000000)"],
    "huge name": ["INSERT INTO ledger VALUES (9, hex(zeroblob(110000000)), 0, '', x'')"],
    "many bodies": [copied(SAME.replace("body", BIG)).format(upto=250), UPTO.format(upto=250)],
    "many corrections": [
        copied(SAME.replace("body", BIG).replace('"on"', "NULL")).format(upto=250),
        UPTO.format(upto=250),
    ],
    "many personal": [
        copied(SAME.replace("personal", "zeroblob(900000)")).format(upto=250),
        UPTO.format(upto=250),
    ],
    "many long types": [
        copied(SAME.replace(" type", " n || hex(zeroblob(450000))")).format(upto=250),
        UPTO.format(upto=250),
    ],
    "deep body": [
        "UPDATE entry SET body = CAST(replace(hex(zeroblob(450000)), '00', '[') AS BLOB)"
    ],
    "body of many values": [
        (
            "UPDATE entry SET body = CAST('[' || replace(hex(zeroblob(300000)), '00', '{},') || "
            "'0]' AS BLOB)"
        )
    ],
}


ODD = {
    "size of 2^62": [f"UPDATE ledger SET size = {2**62}"],
    "size of 2^63 - 1": [f"UPDATE ledger SET size = {2**63 - 1}"],
    "size below 0": ["UPDATE ledger SET size = -1"],
    "number of 2^62": [
        f"UPDATE entry SET seq = {2**62} WHERE seq = 3",
        f"UPDATE ledger SET size = {2**62}",
    ],
    "odd instant": ["UPDATE ledger SET recorded_at = 'soon'"],
    "last instant": ["UPDATE ledger SET recorded_at = '9999-12-31T23:59:59.999999Z'"],
    "instant without a zone": ["UPDATE ledger SET recorded_at = '2024-01-01T00:00:00'"],
    "personal that is none": ["UPDATE entry SET personal = x'5B5D' WHERE seq = 1"],
    "number of 4,000 digits": [
        (
            "UPDATE entry SET body = CAST(replace(CAST(body AS TEXT), '\"hours\":null', "
            "'\"hours\":9' || hex(zeroblob(3000))) AS BLOB)"
        )
    ],
}
"""Files that take no more room than others."""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is bounded as on Linux")
@pytest.mark.parametrize("bomb", BOMBS)
def test_bomb_is_harmless(ledger_file, bomb):
    craft(ledger_file, *BOMBS[bomb])

    bounded(ledger_file)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is bounded as on Linux")
def test_odd_file_is_harmless(ledger_file):
    """In one process, as it starts more slowly than it looks at any of them."""
    paths = [ledger_file.with_name(f"odd-{number}.ledger") for number in range(len(ODD))]
    for path, statements in zip(paths, ODD.values(), strict=True):
        craft(copy2(ledger_file, path), *statements)

    assert len(ODD) == len(bounded(*paths).splitlines())


def test_bomb_would_go_off_without_the_guard(ledger_file):
    """The bound of memory is one that a careless reader meets."""
    craft(ledger_file, *BOMBS["many bodies"])
    code = """
import resource, sys, apsw
resource.setrlimit(resource.RLIMIT_DATA, (200_000_000, 200_000_000))
try:
    apsw.Connection(sys.argv[1]).execute("SELECT body FROM entry LIMIT 1000").fetchall()
except (MemoryError, apsw.NoMemError):
    print("out of memory")
"""
    done = subprocess.run(
        [sys.executable, "-c", code, ledger_file], capture_output=True, text=True, check=False
    )
    assert "out of memory" == done.stdout.strip()


def save_state(path, states):
    """Put snapshots into a file, under the key by which they are looked for."""
    from careerledger.projections.base import key_of

    code = (
        "from careerledger.answers.code_key import code_key\n"
        "from careerledger.projections import NetworkGrowth\n"
        "print(code_key(NetworkGrowth))"
    )
    # In a process of its own, as ``bounded``: here it depends on the events of other tests.
    key = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    rows = [(key_of(NetworkGrowth), key.stdout.strip(), on, state) for on, state in states]
    with closing(apsw.Connection(str(path))) as connection:
        connection.executemany(
            "INSERT INTO snapshot SELECT id, ?, ?, size, ?, 1, ? FROM ledger", rows
        )


STATES = {
    "nested": [("2024", b"[" * 1_000_000)],
    "nested mappings": [("2024", b'{"ties":' * 1_000_000)],
    "huge number": [("2024", b'{"doors":' + b"9" * 10_000_000 + b"}")],
    "huge": [("2024", bytes(220_000_000))],
    "many": [(f"20{n:02}", b"[" * 30_000_000) for n in range(10)],
    "of another day": [("never", b"{}")],
    "not a date, and fits": [("2024-99", b"{}")],
}


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is bounded as on Linux")
@pytest.mark.parametrize("state", STATES)
def test_damaged_snapshot_is_ignored(ledger_file, state):
    with Ledger.open(ledger_file) as ledger:
        expected = ledger.project(NetworkGrowth, at="2025")
    save_state(ledger_file, STATES[state])

    bounded(ledger_file)

    with Ledger.open(ledger_file) as ledger:
        assert (
            expected.to_dict() == ledger.project(NetworkGrowth, at="2025").to_dict()
            or len(ledger) > 13
        )


def tree(path):
    """The root page of the table of entries, and the size of pages."""
    with closing(apsw.Connection(str(path))) as connection:
        ((root,),) = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'entry'")
        return root, connection.pragma("page_size")


@pytest.mark.parametrize("ring", ["itself", "below", "many times"])
def test_pages_in_a_ring_are_damage(ledger_file, ring):
    """20 levels of pages that lead to one page each 300 times are 300^20 rows."""
    craft(ledger_file, copied(SAME).format(upto=2000), UPTO.format(upto=2000))
    root, size = tree(ledger_file)
    content = bytearray(ledger_file.read_bytes())
    start = (root - 1) * size
    assert 5 == content[start]  # an interior page
    cells = int.from_bytes(content[start + 3 : start + 5], "big")
    children = [start + 12 + 2 * cell for cell in range(cells)]
    offsets = [int.from_bytes(content[at : at + 2], "big") for at in children]
    if ring == "itself":
        content[start + 8 : start + 12] = root.to_bytes(4, "big")
    elif ring == "below":
        content[start + offsets[0] : start + offsets[0] + 4] = root.to_bytes(4, "big")
    else:
        for offset in offsets:
            content[start + offset : start + offset + 4] = content[start + 8 : start + 12]
    ledger_file.write_bytes(content)

    with pytest.raises(DamagedError):
        Ledger.open(ledger_file)


def test_page_count_too_high_is_damage_or_harmless(ledger_file):
    content = bytearray(ledger_file.read_bytes())
    content[28:32] = (2**32 - 2).to_bytes(4, "big")
    ledger_file.write_bytes(content)

    bounded(ledger_file)


# Files beside it


def test_log_of_another_file_is_that_files_entries_or_damage(ledger_file, tmp_path):
    """Nothing but its name says that a log belongs to a file; it is never a mix of both."""
    other = tmp_path / "other" / "bob.ledger"
    other.parent.mkdir()
    with Ledger.open(other) as ledger:
        for n in range(40):
            ledger.record(CourseFinished(on="2024", title=f"Bob {n}", note="x" * 3000))
        log = other.with_name("bob.ledger-wal").read_bytes()
    ledger_file.with_name("ada.ledger-wal").write_bytes(log[: len(log) // 2])

    with suppress(DamagedError), Ledger.open(ledger_file) as ledger:
        ledger.verify()
        assert all(entry.event.title.startswith("Bob") for entry in ledger)


def test_log_of_rubbish_is_no_log(ledger_file):
    ledger_file.with_name("ada.ledger-wal").write_bytes(os.urandom(100_000))
    ledger_file.with_name("ada.ledger-shm").write_bytes(os.urandom(32_768))

    with Ledger.open(ledger_file) as ledger:
        ledger.verify()
        assert 13 == len(ledger)


def test_journal_beside_a_ledger_is_refused(ledger_file):
    """SQLite would write what it holds into the ledger."""
    ledger_file.with_name("ada.ledger-journal").write_bytes(hot_journal(b"x" * 4096))
    before = ledger_file.read_bytes()

    with pytest.raises(UnsafeFileError):
        Ledger.open(ledger_file)

    assert before == ledger_file.read_bytes()
    # Without the guard:
    with closing(apsw.Connection(str(ledger_file))) as connection, suppress(apsw.Error):
        connection.pragma("user_version")
    assert b"x" * 4096 == ledger_file.read_bytes()


def hot_journal(page: bytes) -> bytes:
    """A rollback journal that puts a page in the first one's place (SQLite's file format)."""
    magic = bytes.fromhex("d9d505f920a163d7")
    # Records, the checksum's start, pages of the database, size of sectors and of pages.
    counts = b"".join(n.to_bytes(4, "big") for n in (1, 0, 1, 512, len(page)))
    checksum = sum(page[len(page) - 200 :: -200]) & 0xFFFFFFFF
    record = (1).to_bytes(4, "big") + page + checksum.to_bytes(4, "big")
    return (magic + counts).ljust(512, b"\0") + record


def test_empty_journal_is_let_be(ledger_file):
    ledger_file.with_name("ada.ledger-journal").touch()

    with Ledger.open(ledger_file) as ledger:
        assert 13 == len(ledger)


def test_entry_that_is_too_large_is_not_appended(ledger_file):
    """What could not be read back is not written."""
    from careerledger.testing import append_rows, new_row

    with (
        closing(SQLiteStore(ledger_file)) as store,
        pytest.raises(StoreError),
    ):
        append_rows(store, new_row(1, body=bytes(4_000_001)), ledger="other")


def test_pages_hold_few_of_what_is_large(ledger_file):
    """And nothing is left out between them."""
    from careerledger.journal import Journal, Query
    from careerledger.testing import append_rows, new_row

    with closing(SQLiteStore(ledger_file)) as store:
        rows = [new_row(n, body=json.dumps([n, "x" * 800_000]).encode()) for n in range(1, 61)]
        append_rows(store, *rows, ledger="large")
        pages = list(Journal(store, "large").pages(Query(upto=60)))

        assert [row.seq for page in pages for row in page] == list(range(1, 61))
        assert max(map(len, pages)) <= 32


# What does not fit, said in words


@pytest.mark.parametrize("instant", ["odd instant", "last instant", "instant without a zone"])
def test_instant_that_nothing_can_follow_is_damage(ledger_file, instant):
    craft(ledger_file, *ODD[instant])

    with (
        Ledger.open(ledger_file) as ledger,
        pytest.raises(DamagedError),
    ):
        ledger.record(CourseFinished(on="2024", title="More"))


@pytest.mark.parametrize("line", [b"", b"[]", b"{}", b"\xff", b"[" * 100_000, b'{"subject": '])
def test_personal_line_without_subject_is_damage(ledger_file, line):
    craft(ledger_file, ("UPDATE entry SET personal = ? WHERE seq = 1", line))

    with (
        Ledger.open(ledger_file) as ledger,
        pytest.raises(DamagedError),
    ):
        ledger.forget("contact", "jane", reason="asked")


def test_hole_is_damage_to_every_question(ledger_file):
    with Ledger.open(ledger_file) as ledger:
        craft(ledger_file, "UPDATE entry SET seq = 99 WHERE seq = 7")
        with pytest.raises(DamagedError):
            ledger.project(NetworkGrowth, known_at="2000-01-01T00:00:00Z")
        with pytest.raises(DamagedError, match="#13 "):
            ledger.prove(ledger.entry(2))
        with pytest.raises(DamagedError):
            ledger.verify()


@pytest.mark.parametrize("size", [0, 12, 14, -1, 2**62])
def test_stored_size_equals_the_number_of_entries(ledger_file, size):
    craft(ledger_file, ("UPDATE ledger SET size = ?", size))

    with pytest.raises(DamagedError):
        Ledger.open(ledger_file)


def test_small_pages_change_no_answer(ledger_file, monkeypatch):
    """Neither of the ledger nor of a branch of it, whose own entries stand in between."""
    more = [CourseFinished(on=f"2024-{m:02}", title=f"More {m}") for m in (3, 7, 12)]
    with Ledger.open(ledger_file) as ledger:
        ledger.record([CourseFinished(on="2024-05", title=f"Also {n}") for n in range(60)])

        def told():
            branch = ledger.what_if(more)
            return [
                [entry.seq for entry in found]
                for found in (ledger, ledger.entries(), branch, branch.entries())
            ]

        expected = told()
        assert [73, 73, 76, 76] == list(map(len, expected))
        monkeypatch.setattr(file, "COMMON_ROWS", 0)
        monkeypatch.setattr(file, "MAX_PAGE", 1)
        assert 16 == len(ledger.store.rows("career", Query(limit=99)))
        assert expected == told()


def test_snapshots_beyond_one_page_are_ignored(ledger_file, monkeypatch):
    """The furthest are read first."""
    from careerledger.stores import Snapshot
    from careerledger.stores.sqlite import store as _store

    with closing(SQLiteStore(ledger_file)) as store:
        made = [Snapshot(13, f"2024-0{n}", n, b"x" * 1000) for n in range(9, 0, -1)]
        store.save("career", "key", "print", made)
        assert made == store.snapshots("career", "key", "print")
        monkeypatch.setattr(_store, "MAX_SNAPSHOTS", 2500)
        assert made[:3] == store.snapshots("career", "key", "print")


def test_snapshot_may_be_larger_than_an_entry(ledger_file):
    from careerledger.stores import Snapshot

    large = [Snapshot(13, "2024-01", 1, bytes(8_400_000))]
    with closing(SQLiteStore(ledger_file)) as store:
        store.save("career", "key", "print", large)
        store.purge()
    with closing(SQLiteStore(ledger_file)) as store:
        assert large == store.snapshots("career", "key", "print")
        store.check()


def test_snapshot_of_a_day_that_is_none_stops_no_answer(ledger_file, monkeypatch):

    from careerledger.answers import fold

    monkeypatch.setattr(fold, "SNAPSHOT_EVERY", 1)
    with Ledger.open(ledger_file) as ledger:
        ledger.project(NetworkGrowth, at="2025")
    craft(ledger_file, "UPDATE snapshot SET \"on\" = '2024-99', seq = 1")

    with Ledger.open(ledger_file) as ledger:
        met = ContactMade(on="2025", contact="joe", name="Joe", kind="peer")
        ledger.record(met)
        assert 2 == len(ledger.project(NetworkGrowth, at="2025").contacts)


def test_rows_are_read_up_to_a_number_of_bytes():
    from careerledger.stores.sqlite.limits import read_up_to

    rows = [("ab", 7), (1, b"c"), (None, 2.5), ("", b"d")]
    assert (rows[:3], True) == read_up_to(iter(rows), 2, 3)
    assert (rows, False) == read_up_to(iter(rows), 3, 3)
    assert (rows, False) == read_up_to(iter(rows), 3, 4)
    assert (rows[:1], True) == read_up_to(iter(rows), 1, 1)
    assert (rows[:2], True) == read_up_to(iter(rows), 2, 1)


# Carrying and saving


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """A ledger of which a thousand entries are far more than a page of bytes."""
    path = tmp_path_factory.mktemp("large") / "large.ledger"
    with Ledger.open(path) as ledger:
        ledger.record(
            [CourseFinished(on="2024", title=f"{n}", note="x" * 900_000) for n in range(60)]
        )
    return path


def test_what_is_large_is_carried_whole(large, tmp_path):
    with Ledger.open(large) as ledger:
        ledger.backup(tmp_path / "backup.ledger")
        ledger.export_jsonl(tmp_path / "large.jsonl")
        root = ledger.root()
    with Ledger.open(tmp_path / "backup.ledger") as backup:
        backup.verify()
        assert root == backup.root()
        # All of it already exists.
        assert 0 == backup.import_jsonl(tmp_path / "large.jsonl")
    with Ledger.open(tmp_path / "new.ledger") as new:
        assert 60 == new.import_jsonl(tmp_path / "large.jsonl")
        assert root == new.root()


CARRIED = """
import resource, sys
from pathlib import Path
from shutil import copy2
from careerledger import Ledger
from careerledger.errors import CareerLedgerError
import careerledger.journal.copy, careerledger.journal.recover, careerledger.stores.sqlite
careerledger.journal.converter.find_class("none")
used = int(Path("/proc/self/statm").read_text().split()[5]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_DATA, (used + {spare}, used + {spare}))
resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
given, new = map(Path, sys.argv[1:])
try:
    if given.suffix == ".jsonl":
        with Ledger.open(new) as ledger:
            print(ledger.import_jsonl(given))
    else:
        print(len(Ledger.recover(given, new)))
except CareerLedgerError as error:
    print(type(error).__name__)
"""


def carried(given, new, spare=300_000_000):
    done = subprocess.run(
        [sys.executable, "-c", CARRIED.format(spare=spare), given, new],
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert "" == done.stderr[-2000:]
    return done.stdout.strip()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is bounded as on Linux")
def test_text_of_many_long_lines_is_not_held_in_memory(large, tmp_path):
    with Ledger.open(large) as ledger:
        ledger.export_jsonl(tmp_path / "large.jsonl")
    head, *lines = (tmp_path / "large.jsonl").read_bytes().splitlines(keepends=True)
    (tmp_path / "many.jsonl").write_bytes(head + b"".join(lines * 10))

    # 540 MB in 600 lines.
    assert "ForeignFileError" == carried(tmp_path / "many.jsonl", tmp_path / "new.ledger")
    assert "60" == carried(tmp_path / "large.jsonl", tmp_path / "new.ledger")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is bounded as on Linux")
@pytest.mark.parametrize("line", ["endless", "nested", "not text"])
def test_text_that_is_no_ledger_is_refused(tmp_path, line):
    given = tmp_path / "given.jsonl"
    with given.open("wb") as file:
        if line == "endless":
            file.truncate(10_000_000_000)
        else:
            file.write(b"[" * 3_000_000 if line == "nested" else b'{"careerledger": "\xff"}')

    assert "ForeignFileError" == carried(given, tmp_path / "new.ledger")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is bounded as on Linux")
def test_cells_that_share_their_bytes_are_not_all_saved(large, tmp_path):
    """A page of 1,300 cells, each of 10 MB in the same pages, a hundred times: a terabyte."""
    size = 4096
    content = bytearray(large.read_bytes()[:20_000_000])
    length = bytes([0x84, 0xE1, 0xAB, 0x00])  # 9,999,744
    for page in range(10, 4000):
        content[(page - 1) * size : (page - 1) * size + 4] = (page + 1).to_bytes(4, "big")
    for page in range(4000, 4100):
        start = (page - 1) * size
        leaf = bytearray(size)
        leaf[:8] = b"\x0d\0\0" + (1300).to_bytes(2, "big") + b"\0\0\0"
        for index in range(1300):
            leaf[8 + 2 * index : 10 + 2 * index] = (2700).to_bytes(2, "big")
        leaf[2700 : 2700 + len(length) + 1] = length + b"\1"
        for offset in range(2705, 4092, 4):
            leaf[offset : offset + 4] = (10).to_bytes(4, "big")
        content[start : start + size] = leaf
    damaged = tmp_path / "damaged.ledger"
    damaged.write_bytes(content)

    assert carried(damaged, tmp_path / "new.ledger", spare=400_000_000)


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"3", b"[" * 100_000, b'{"personal": 3}'])
def test_recovery_skips_unreadable_bodies(ledger_file, tmp_path, body):
    """Also one whose hash fits."""
    from careerledger.proofs import leaf_hash

    craft(
        ledger_file,
        (
            "UPDATE entry SET body = ?, leaf = ?, personal = ? WHERE seq = 1",
            body,
            leaf_hash(body),
            b'{"subject": ["contact"], "field": "name", "value": 1, "salt": ""}',
        ),
    )

    losses = Ledger.recover(ledger_file, tmp_path / "new.ledger")

    assert [(1, 1)] == [(loss.first, loss.last) for loss in losses]
    with Ledger.open(tmp_path / "new.ledger") as ledger:
        ledger.verify()
        assert 12 == len(ledger)


def test_disclosure_without_subject_survives_or_is_lost(ledger_file, tmp_path):
    """It is what the entry is committed to, and says of whom it is in no way that we know."""
    from careerledger.proofs import leaf_hash
    from careerledger.proofs.personal import commitment

    with Ledger.open(ledger_file) as ledger:
        (row,) = ledger.store.rows("career", Query(limit=1))
    line = b'{"subject":["contact"],"field":"name","value":"Eve","salt":""}'
    fields = json.loads(row.body)
    fields["personal"] = {"name": commitment(line)}
    body = json.dumps(fields, separators=(",", ":")).encode()
    craft(
        ledger_file,
        (
            "UPDATE entry SET body = ?, leaf = ?, personal = ? WHERE seq = 1",
            body,
            leaf_hash(body),
            line,
        ),
    )

    Ledger.recover(ledger_file, tmp_path / "new.ledger")

    with Ledger.open(tmp_path / "new.ledger") as ledger:
        assert len(ledger) in {12, 13}


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="a system without devices")
def test_oversized_proof_is_not_read_whole(capsys):
    from careerledger.cli import main

    assert 2 == main(["verify-proof", "/dev/zero", "--key", "x"])
    assert "more than 5,000,000 characters" in capsys.readouterr().err


@pytest.mark.parametrize("place", ["/dev/zero", "fifo", "."])
def test_what_is_no_file_is_not_recovered(tmp_path, monkeypatch, place):
    from careerledger.errors import NotALedgerError

    monkeypatch.chdir(tmp_path)
    os.mkfifo(tmp_path / "fifo")
    with pytest.raises(NotALedgerError):
        Ledger.recover(place, "new.ledger")
