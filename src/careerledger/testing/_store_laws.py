"""``store_laws``: a test class for a store, with one test per promise of every store."""

import base64
import bz2
import gzip
import io
import json
import lzma
import os
import re
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import combinations
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from threading import Event, Thread
from typing import Any, ClassVar, Final

from hypothesis.stateful import run_state_machine_as_test

from careerledger.errors import ClosedError, StoreError
from careerledger.stores import EMPTY, MAX_TEXT, Head, Query, Row, Snapshot, Store, stored_entry
from careerledger.testing._store_model import (
    MakeStore,
    StoreMachine,
    append_rows,
    expected_rows,
    new_row,
)
from careerledger.testing._test_classes import LawTests, quiet_settings

NUL: Final = "nul\0nul"
_TEXTS: Final = (
    *("", " ", "Ada", "ada", NUL, "nul\0zzz", "nul\1", "é", "e\u0301"),
    *("'; DROP TABLE entry; --", "\U0001f680", "\ufffd", "%", "a_b"),
)
"""Texts that a careless store confuses with each other."""
_TEXT_COLUMNS: Final = ("id", "type", "key", "source", "batch", "target", "introduces")
_SECONDS_TO_FINISH: Final = 3.0
"""After how long a thread that has not finished counts as waiting."""
_SECONDS_TO_INTRUDE: Final = 0.05
"""How long a thread may try to read within another thread's block."""


def store_laws(
    make_store: MakeStore, /, *, lasting: bool = True, waived: Mapping[str, str] | None = None
) -> type["StoreLaws"]:
    """Return a test class that tests what every store promises, one test per promise.

    It runs under pytest, pytest-xdist and unittest: ``TestMyStore = store_laws(MyStore)``. The
    docstring of each test is the promise.

    Args:
        make_store: Makes a store in an empty folder. Called again with the same folder, it makes
            another store on the same ledgers, as another program would.
        lasting: Whether the ledgers outlive the store object. If not, the tests of reopening,
            crashes and second writers are skipped.
        waived: The promises that the store does not keep, each with the reason; their tests are
            skipped with it. A promise is called like its test, without ``test_``.

    Raises:
        DefinitionError: ``waived`` names no promise.
    """
    return StoreLaws.new_class(
        "TestStore",
        "What every store promises.",
        promises(),
        waived or {},
        make=(make_store,),
        lasting=lasting,
    )


def _readings(content: bytes) -> Iterator[bytes]:
    """Yield the content of a file, also unpacked if it is packed or coded, as a backup may be."""
    yield content
    unpacking: tuple[Callable[[bytes], bytes], ...] = (
        *(gzip.decompress, zlib.decompress, bz2.decompress, lzma.decompress),
        *(_unzipped, base64.b64decode, _coded_within),
    )
    for unpack in unpacking:
        with suppress(Exception):
            yield unpack(content)


def _unzipped(content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return b"".join(archive.read(name) for name in archive.namelist())


def _coded_within(content: bytes) -> bytes:
    """Return the bytes that long texts of hexadecimal digits or of base64 within it stand for."""
    hexadecimal = (
        bytes.fromhex(it.decode()) for it in re.findall(rb"(?:[0-9a-f]{2}){8,}", content)
    )
    others = re.findall(rb"[A-Za-z0-9+/]{16,}={0,2}", content)
    return b"".join([*hexadecimal, *(base64.b64decode(it[: len(it) // 4 * 4]) for it in others)])


def promises() -> dict[str, str]:
    """Return what every store promises: the text of each promise by its name."""
    return {
        name.removeprefix("test_"): " ".join((test.__doc__ or "").split())
        for name, test in vars(StoreLaws).items()
        if name.startswith("test_")
    }


class StoreLaws(LawTests):
    """The base of the classes that ``store_laws`` returns; each test is a promise."""

    make: ClassVar[tuple[MakeStore]]
    """In a tuple, as a function would become a method."""
    lasting: ClassVar[bool]

    def setUp(self) -> None:
        """Make an empty store, unless the promise is waived."""
        super().setUp()
        self.folder = Path(mkdtemp(prefix="careerledger-"))
        self.addCleanup(rmtree, self.folder, ignore_errors=True)
        self.store = self.reopen()

    def _formatMessage(self, msg: str | None, standardMsg: str) -> str:  # noqa: N802, N803 - unittest's
        """Begin the message of every failure with the promise that the store breaks."""
        name = self._testMethodName.removeprefix("test_")
        comparison = super()._formatMessage(msg, standardMsg)
        return (
            f"{self.store!r} breaks the promise {name}: {promises()[name]}\n\n"
            f"{comparison}\n\nIn a comparison, the expected value comes first."
        )

    def reopen(self) -> Store:
        """Make another store on the same ledgers."""
        store = self.make[0](self.folder)
        self.addCleanup(store.close)
        return store

    def needs_lasting(self) -> None:
        """Skip the test if the ledgers do not outlive the store."""
        if not self.lasting:
            self.skipTest("lasting=False: the ledgers do not outlive the store")

    def add(self, values: Iterable[Any], column: str) -> None:
        """Append one row for each value of a column."""
        rows = [new_row(seq, **{column: value}) for seq, value in enumerate(values, start=1)]
        append_rows(self.store, *rows)

    def selected(self, **query: Any) -> list[int]:
        """Return the numbers of the rows that a query selects."""
        return [row.seq for row in self.store.rows("career", Query(**query))]

    # Writing

    def test_missing_ledger_reads_as_empty(self) -> None:
        """A ledger that does not exist reads as an empty one."""
        store = self.store
        self.assertEqual(EMPTY, store.head("career"))
        self.assertEqual([], store.ledgers())
        for query in (Query(), Query(ids=["a"]), Query(names="a:b"), Query(order="place")):
            self.assertEqual([], store.rows("career", query))
        self.assertEqual([], store.snapshots("career", "key", "print"))
        store.delete("career")
        store.check("career")

    def test_rows_come_back(self) -> None:
        """Rows come back as they were appended, byte for byte, in the order of their numbers."""
        rows = [
            new_row(1, key="import:1", source="me", batch="b", target="x", introduces="role:cto"),
            new_row(2, on=None, names='["role:cto"]', body=bytes(range(256)) * 40),
            new_row(3, **dict.fromkeys(_TEXT_COLUMNS, NUL), body=b"", personal=b"a\nb"),
        ]
        head = append_rows(self.store, *rows)
        self.assertEqual(rows, self.store.rows("career", Query()))
        self.assertEqual(Head(3, rows[2].recorded_at, head.frontier), head)
        self.assertEqual(2 * 32, len(head.frontier))

    def test_appends_follow_each_other(self) -> None:
        """Several appends in one block follow each other, and the last frontier counts."""
        with self.store.writing("career") as head:
            self.assertEqual(0, head.size)
            self.store.append("career", [new_row(1)], b"1" * 32)
            self.store.append("career", [], b"without rows the frontier is ignored")
            self.store.append("career", [new_row(2), new_row(3)], b"2" * 64)
        self.assertEqual(Head(3, new_row(3).recorded_at, b"2" * 64), self.store.head("career"))
        self.assertEqual([1, 2, 3], self.selected())

    def test_a_writer_sees_its_appends(self) -> None:
        """A writer sees its own appends before its block ends."""
        row = new_row(1, key="k", introduces="role:cto", names='["a:b"]')
        with self.store.writing("career"):
            self.store.append("career", [row], b"1" * 32)
            self.assertEqual(1, self.store.head("career").size)
            self.assertEqual([row], self.store.rows("career", Query(keys=["k"], names="a:b")))
            self.assertEqual([1], self.selected(kind="role"))

    def test_all_or_nothing(self) -> None:
        """A block that raises leaves nothing behind; the next block may append the same rows."""
        for before in (0, 2):
            for error in (ValueError, KeyboardInterrupt, GeneratorExit):
                with self.subTest(before=before, error=error.__name__):
                    self._check_rollback(f"{before} {error.__name__}", before, error)

    def _check_rollback(self, ledger: str, before: int, error: type[BaseException]) -> None:
        store = self.store
        same = {"key": "key", "introduces": "role:cto", "names": '["a:b"]', "personal": b"p"}
        rows = [new_row(n, **same) for n in range(1, before + 1)]
        if rows:
            append_rows(store, *rows, ledger=ledger)
        snapshot = Snapshot(1, "2024", 1, b"state")
        store.save(ledger, "key", "print", [snapshot])
        head, ledgers = store.head(ledger), store.ledgers()
        new = new_row(before + 1, **same)
        with self.assertRaises(error), store.writing(ledger):
            store.erase(ledger, dict.fromkeys(range(1, before + 1)))
            store.append(ledger, [new], b"9" * 32)
            raise error
        self.assertEqual(head, store.head(ledger))
        self.assertEqual(ledgers, store.ledgers())
        for query in (Query(), Query(keys=["key"]), Query(names="a:b"), Query(personal=True)):
            self.assertEqual(rows, store.rows(ledger, query))
        self.assertEqual([snapshot] if before else [], store.snapshots(ledger, "key", "print"))
        self.assertEqual(before + 1, append_rows(store, new, ledger=ledger).size)

    def test_an_empty_block_makes_no_ledger(self) -> None:
        """A block that appends nothing makes no ledger."""
        with self.store.writing("career") as head:
            self.assertEqual(EMPTY, head)
        self.assertEqual([], self.store.ledgers())

    def test_rows_are_numbered_without_gaps(self) -> None:
        """Rows are numbered from 1 without gaps; a block with any other number is refused."""
        for seqs in ([2], [0], [1, 3], [2, 1], [1, 1]):
            rows = [new_row(seq, id=f"id {place}") for place, seq in enumerate(seqs)]
            with self.subTest(seqs=seqs):
                self._check_refused(rows)

    def _check_refused(self, rows: list[Row], ledger: str = "career") -> None:
        head = self.store.head(ledger)
        with self.assertRaises(StoreError), self.store.writing(ledger):
            self.store.append(ledger, rows, b"1" * 32)
        self.assertEqual(head, self.store.head(ledger))

    def test_ids_are_unique(self) -> None:
        """No two rows of a ledger share an id; a block with a used id is refused."""
        first = new_row(1)
        append_rows(self.store, first)
        with self.assertRaises(StoreError), self.store.writing("career"):
            self.store.append("career", [new_row(2)], b"2" * 32)
            with suppress(StoreError):
                self.store.append("career", [new_row(3), new_row(4, id="id-1")], b"4" * 32)
        self.assertEqual([first], self.store.rows("career", Query()))
        self.assertEqual(2, append_rows(self.store, new_row(2)).size)

    def test_keys_are_shared(self) -> None:
        """Several rows of a ledger may share a key, and a query by key returns all of them."""
        self.add(["k", "other", "k"], "key")
        append_rows(self.store, new_row(4, key="k"))
        self.assertEqual([1, 3, 4], self.selected(keys=["k"]))

    def test_long_texts_are_refused(self) -> None:
        """Texts in columns have at most 1,000 bytes, and names are a JSON array of texts."""
        longest, too_long = "é" * (MAX_TEXT // 2), "é" * (MAX_TEXT // 2) + "x"
        for column in _TEXT_COLUMNS:
            with self.subTest(column=column):
                self._check_refused([new_row(1, **{column: too_long})])
        for names in (json.dumps([too_long]), "[", "{}", "[7]"):
            with self.subTest(names=names):
                self._check_refused([new_row(1, names=names)])
        self._check_refused([new_row(1)], ledger=too_long)
        row = new_row(1, **dict.fromkeys(_TEXT_COLUMNS, longest), names=json.dumps([longest]))
        append_rows(self.store, row, ledger=longest)
        self.assertEqual([row], self.store.rows(longest, Query(ids=[longest], names=longest)))

    def test_lone_surrogates_are_refused(self) -> None:
        """Texts with a lone surrogate, which UTF-8 cannot encode, are refused in every column."""
        half = "half \ud800"
        for column in (*_TEXT_COLUMNS, "on", "recorded_at"):
            with self.subTest(column=column):
                self._check_refused([new_row(1, **{column: half})])
        for names in (f'["{half}"]', '["half \\ud800"]'):
            with self.subTest(names=names):
                self._check_refused([new_row(1, names=names)])
        with self.assertRaises(StoreError), self.store.writing(half):
            self.store.append(half, [new_row(1)], b"1" * 32)
        self.assertEqual([], self.store.ledgers())
        append_rows(self.store, new_row(1))
        for key, fingerprint, on in ((half, "", ""), ("", half, ""), ("", "", half)):
            with self.subTest(key=key, fingerprint=fingerprint, on=on):
                snapshots = [Snapshot(1, on, 1, b"state")]
                with self.assertRaises(StoreError):
                    self.store.save("career", key, fingerprint, snapshots)

    def test_long_content_comes_back(self) -> None:
        """Content, personal lines, names and snapshots come back whole, however long they are."""
        body, lines = os.urandom(70_000) * 16, b"\n".join([b"x" * 40_000, b"y" * 40_000])
        names = json.dumps([f"role:{n:04}-{'n' * 900}" for n in range(300)])
        longest = "k" * MAX_TEXT
        rows = [new_row(1, body=body, personal=lines), new_row(2, names=names, key=longest)]
        append_rows(self.store, *rows)
        snapshot = Snapshot(2, "2024", 2, os.urandom(65_537) * 8)
        self.store.save("career", longest, longest, [snapshot])
        for store in [self.store, *([self.reopen()] if self.lasting else [])]:
            self.assertEqual(rows, store.rows("career", Query()))
            self.assertEqual(rows[1:], store.rows("career", Query(keys=[longest])))
            self.assertEqual(rows[1:], store.rows("career", Query(names=f"role:0299-{'n' * 900}")))
            self.assertEqual([], store.rows("career", Query(keys=[longest[:-1]])))
            self.assertEqual([snapshot], store.snapshots("career", longest, longest))

    def test_append_needs_its_block(self) -> None:
        """An append outside a writing block of its ledger is refused."""
        with self.assertRaises(StoreError):
            self.store.append("career", [new_row(1)], b"1" * 32)
        with self.assertRaises(StoreError), self.store.writing("other"):
            self.store.append("career", [new_row(1)], b"1" * 32)
        self.assertEqual([], self.store.ledgers())

    def test_blocks_do_not_nest(self) -> None:
        """A block within a block of the same thread is refused, and the outer block continues."""
        with self.store.writing("career"):
            self.store.append("career", [new_row(1)], b"1" * 32)
            with self.assertRaises(StoreError), self.store.writing("career"):
                pass
            self.store.append("career", [new_row(2)], b"2" * 32)
        self.assertEqual(2, self.store.head("career").size)

    def test_blocks_refuse_delete_purge_and_save(self) -> None:
        """Delete, purge and save are refused within a block of the same thread, which continues."""
        store = self.store
        append_rows(store, new_row(1))
        snapshot = Snapshot(1, "2024", 1, b"state")
        store.save("career", "key", "print", [snapshot])
        uses: dict[str, Callable[[], object]] = {
            "delete": lambda: store.delete("career"),
            "purge": store.purge,
            "save": lambda: store.save("career", "key", "print", []),
        }
        for seq, (name, use) in enumerate(uses.items(), start=2):
            with self.subTest(use=name):
                with store.writing("career"):
                    self.assertRaises(StoreError, use)
                    store.append("career", [new_row(seq)], b"1" * 32)
                self.assertEqual(seq, store.head("career").size)
        self.assertEqual([snapshot], store.snapshots("career", "key", "print"))

    def test_threads_see_whole_blocks(self) -> None:
        """Another thread sees the ledger before or after a block, never part of the block."""
        self._check_whole_blocks(self.store)

    def test_second_writers_see_whole_blocks(self) -> None:
        """A second store sees the ledger before or after a block, never part of the block."""
        self.needs_lasting()
        self._check_whole_blocks(self.reopen())

    def _check_whole_blocks(self, other: Store) -> None:
        block_has_rows, sizes = Event(), list[int]()

        def read_and_write() -> None:
            block_has_rows.wait()
            sizes.append(other.head("career").size)
            with other.writing("career") as head:
                sizes.append(head.size)

        thread = Thread(target=read_and_write)
        thread.start()
        with self.store.writing("career"):
            self.store.append("career", [new_row(1)], b"1" * 32)
            block_has_rows.set()
            thread.join(_SECONDS_TO_INTRUDE)
            self.store.append("career", [new_row(2)], b"2" * 32)
        thread.join()
        self.assertIn(sizes, ([2, 2], [0, 2]))

    def test_check_does_not_wait_for_a_block(self) -> None:
        """A check in another thread does not wait for the end of a block."""
        append_rows(self.store, new_row(1, names='["a:b"]'))
        self.store.check()
        checks = [
            Thread(target=self.store.check, args=ledger, daemon=True)
            for ledger in ((), ("career",))
        ]
        with self.store.writing("career"):
            self.store.append("career", [new_row(2)], b"2" * 32)
            for thread in checks:
                thread.start()
                thread.join(_SECONDS_TO_FINISH)
                self.assertFalse(thread.is_alive())

    def test_second_stores_see_ended_blocks(self) -> None:
        """After a block has ended, every store on the same ledgers sees its rows."""
        self.needs_lasting()
        other = self.reopen()
        rows = [new_row(1, key="k", introduces="role:cto"), new_row(2, on=None)]
        head = append_rows(self.store, *rows)
        self.assertEqual(head, other.head("career"))
        self.assertEqual(rows, other.rows("career", Query()))
        self.assertEqual(rows[:1], other.rows("career", Query(keys=["k"])))
        self.assertEqual(3, append_rows(other, new_row(3)).size)
        self.assertEqual(3, self.store.head("career").size)

    def test_second_stores_see_changes(self) -> None:
        """A store that has read before sees what another one appends, saves, erases or deletes."""
        self.needs_lasting()
        mine, other = self.store, self.reopen()
        rows = [new_row(1, key="k", personal=b"line"), new_row(2, names='["a:b"]')]
        append_rows(mine, *rows)
        queries = (Query(), Query(keys=["k"]), Query(names="a:b"), Query(order="place"))

        def check(expected: list[Row], snapshots: list[Snapshot]) -> None:
            for store in (mine, other):
                for query in queries:
                    answer = expected_rows(expected, query)
                    self.assertEqual(answer, store.rows("career", query), query)
                self.assertEqual(len(expected), store.head("career").size)
                self.assertEqual(["career"] if expected else [], store.ledgers())
                self.assertEqual(snapshots, store.snapshots("career", "key", "print"))

        check(rows, [])
        early, late = Snapshot(1, "2023", 1, b"early"), Snapshot(2, "2024", 2, b"late")
        for snapshot in (early, late):
            mine.save("career", "key", "print", [snapshot])
            check(rows, [snapshot])
        rows.append(new_row(3, key="k", names='["a:b"]'))
        append_rows(mine, rows[2])
        check(rows, [late])
        rows.append(new_row(4, on=None, target="id-1"))
        append_rows(other, rows[3])
        check(rows, [late])
        other.save("career", "key", "other code", [Snapshot(4, "2024", 2, b"new")])
        check(rows, [])
        mine.save("career", "key", "print", [Snapshot(4, "2024", 2, b"again")])
        check(rows, [Snapshot(4, "2024", 2, b"again")])
        with mine.writing("career"):
            mine.erase("career", {1: None})
        rows[0] = rows[0]._replace(personal=None)
        check(rows, [])
        mine.save("career", "key", "print", [Snapshot(4, "2024", 2, b"more")])
        mine.delete("career")
        check([], [])
        append_rows(other, new_row(1, key="other"))
        check([new_row(1, key="other")], [])

    def test_blocks_survive_a_crash(self) -> None:
        """After a block has ended, its rows survive when the process is killed."""
        self._run_and_kill(lambda store: append_rows(store, new_row(1), new_row(2)))
        self.assertEqual([new_row(1), new_row(2)], self.reopen().rows("career", Query()))

    def test_crashed_block_leaves_nothing(self) -> None:
        """A block whose process is killed leaves nothing behind and blocks no other writer."""
        append_rows(self.store, new_row(1))

        def crash(store: Store) -> None:  # pragma: no cover - it runs in the child process
            with store.writing("career"):
                store.append("career", [new_row(2, key="k")], b"2" * 32)
                os._exit(0)

        self._run_and_kill(crash)
        again = self.reopen()
        self.assertEqual([new_row(1)], again.rows("career", Query()))
        self.assertEqual([], again.rows("career", Query(keys=["k"])))
        self.assertEqual(2, append_rows(again, new_row(2, key="k")).size)

    def _run_and_kill(self, work: Callable[[Store], object]) -> None:
        self.needs_lasting()
        if not hasattr(os, "fork"):  # pragma: no cover - on Windows
            self.skipTest("this platform has no os.fork, which the test needs to kill a process")
        self.store.close()
        with warnings.catch_warnings():
            # Python warns of threads at a fork; the child uses none of the parent's.
            warnings.simplefilter("ignore", DeprecationWarning)
            child = os.fork()
        if child == 0:  # pragma: no cover - it ends without reporting coverage
            try:
                work(self.make[0](self.folder))
            finally:
                os._exit(0)
        os.waitpid(child, 0)

    # Reading

    def test_ledgers_live_side_by_side(self) -> None:
        """A store holds many ledgers under any names, each with its own ids and keys."""
        rows = {
            name: new_row(1, body=name.encode(), key="key", names=json.dumps([f"role:{name}"]))
            for name in _TEXTS
        }
        for name, row in rows.items():
            append_rows(self.store, row, ledger=name)
        self.assertEqual(sorted(_TEXTS), self.store.ledgers())
        for name, row in rows.items():
            for query in (Query(), Query(keys=["key"]), Query(names=f"role:{name}")):
                self.assertEqual([row], self.store.rows(name, query))

    def test_texts_are_compared_exactly(self) -> None:
        """Texts are compared exactly: case, accents and characters after a NUL matter."""
        rows = [
            new_row(
                seq,
                **dict.fromkeys(_TEXT_COLUMNS, text) | {"introduces": f"{text}:{text}"},
                names=json.dumps([f"role:{text}"]),
            )
            for seq, text in enumerate(_TEXTS, start=1)
        ]
        append_rows(self.store, *rows)
        for seq, text in enumerate(_TEXTS, start=1):
            for field in ("types", "ids", "keys", "targets"):
                self.assertEqual([seq], self.selected(**{field: [text]}))
            for field in ("source", "batch", "kind"):
                self.assertEqual([seq], self.selected(**{field: text}))
            self.assertEqual([seq], self.selected(introduces=[f"{text}:{text}"]))
            self.assertEqual([seq], self.selected(names=f"role:{text}"))

    def test_rows_by_number(self) -> None:
        """A query selects rows by number: after one, up to one, the first or the newest."""
        append_rows(self.store, *map(new_row, range(1, 8)))
        self.assertEqual([3, 4, 5], self.selected(after=2, upto=5))
        self.assertEqual([3, 4], self.selected(after=2, upto=5, limit=2))
        self.assertEqual([5, 4], self.selected(after=2, upto=5, order="newest", limit=2))
        self.assertEqual([7, 6, 5, 4, 3, 2, 1], self.selected(order="newest"))
        self.assertEqual([7], self.selected(after=6, upto=99))
        for nothing in ({"upto": 5}, {"upto": 3}, {"limit": 0}):
            self.assertEqual([], self.selected(after=5, **nothing))

    def test_rows_by_place(self) -> None:
        """In order of place, a query returns the rows with a date, sorted by date and number."""
        self.add(["2024-03-14", "2024", "2024-03", None, "2023-12-31", "2024", "2025"], "on")

        def selected(**query: Any) -> list[int]:
            return self.selected(order="place", **query)

        self.assertEqual([5, 2, 6, 3, 1, 7], selected())
        self.assertEqual([5, 2, 6, 3, 1], selected(until="2024-12-31"))
        self.assertEqual([5, 2, 6], selected(until="2024"))
        self.assertEqual([6, 3, 1, 7], selected(behind=("2024", 2)))
        self.assertEqual([2, 6, 3, 1, 7], selected(behind=("2024", 0)))
        self.assertEqual([5, 2, 3, 1], selected(upto=5))
        self.assertEqual([2, 6], selected(behind=("2023-12-31", 5), limit=2))
        append_rows(self.store, new_row(8, on="2024-02"))
        self.assertEqual([5, 2, 6, 8, 3, 1, 7], selected())

    def test_wide_windows(self) -> None:
        """A window of any width returns every row within it, however many there are."""
        count = 2_500
        rows = [
            new_row(n, on=f"{1 + n * 9_998 // count:04}-{1 + n % 12:02}") for n in range(1, count)
        ]
        rows += [new_row(count, on="0001-01-01"), new_row(count + 1, on="9999-12-31")]
        append_rows(self.store, *rows)
        for query in (
            Query(),
            Query(order="place"),
            Query(order="newest"),
            Query(order="place", until="9999-12-31"),
            Query(order="place", behind=("0001-01-01", count), until="9999-12-30"),
            Query(order="place", behind=("0001", 0), until="0001-12"),
            Query(order="place", behind=("9999-12-31", count)),
            Query(after=10, upto=count - 10),
            Query(order="place", until="9999-12-31", limit=2_000),
            Query(limit=10**9),
        ):
            self.assertEqual(expected_rows(rows, query), self.store.rows("career", query), query)
        read = [row for page in self._pages(700) for row in page]
        self.assertEqual(expected_rows(rows, Query(order="place")), read)

    def _pages(self, size: int) -> Iterator[list[Row]]:
        """Yield the rows in order of place, some at a time."""
        behind = ("", 0)
        while page := self.store.rows("career", Query(order="place", behind=behind, limit=size)):
            yield page
            behind = (page[-1].on or "", page[-1].seq)

    def test_rows_by_type(self) -> None:
        """A query selects rows by type, then applies its limit; no types select no rows."""
        self.add("abcab", "type")
        for order in ("number", "place"):
            self.assertEqual([1, 4], self.selected(types={"a"}, order=order))
            self.assertEqual([1, 3, 4], self.selected(types=frozenset("ac"), order=order))
            self.assertEqual([3], self.selected(types={"c"}, limit=1, order=order))
            self.assertEqual([], self.selected(types=["unheard"], order=order))
            self.assertEqual([], self.selected(types=set(), order=order))
            self.assertEqual([1, 2, 3, 4, 5], self.selected(types=None, order=order))

    def test_rows_up_to_an_instant(self) -> None:
        """A query selects rows recorded up to an instant, including that instant."""
        self.add(["2024-01-01", "2024-01-01", "2024-02-01", "2024-03-01"], "recorded_at")
        instants = ["2023", "2024-01-01", "2024-01-15", "2024-02-01", "2024-03-01", "2025"]
        newest = [self.selected(recorded_until=at, order="newest", limit=1) for at in instants]
        self.assertEqual([[], [2], [2], [3], [4], [4]], newest)
        self.assertEqual([2, 3], self.selected(recorded_until="2024-02-01", after=1))
        self.assertEqual([1], self.selected(recorded_until="2024-02-01", upto=1))

    def test_queries_take_many_texts(self) -> None:
        """A query takes any number of texts, and returns each row once."""
        count = 1_203
        rows = [
            new_row(n, key=f"key-{n}", target=f"id-{n % 7}", introduces=f"role:{n % 1_000}")
            for n in range(1, count + 1)
        ]
        append_rows(self.store, *rows)
        wanted = [*range(count + 500, 0, -1), 1, count]
        for query in (
            Query(ids=[f"id-{n}" for n in wanted]),
            Query(keys=[f"key-{n}" for n in wanted], order="newest"),
            Query(targets=[f"id-{n}" for n in wanted], order="place", limit=700),
            Query(introduces=[f"role:{n}" for n in wanted[:-2]], limit=1_001),
            Query(types=[*map(str, wanted), "thing.done"], limit=3),
        ):
            self.assertEqual(expected_rows(rows, query), self.store.rows("career", query))
        self.assertEqual([3, 1_003], self.selected(introduces=["role:3"]))

    def test_rows_by_id(self) -> None:
        """A query selects rows by an id that they introduce or refer to, or by its kind."""
        introduced = ["role:b", "role:a", None, "rol:x", "roles:y", "role;z", "role:", "role:a:b"]
        self.add(introduced, "introduces")
        named = ['["role:b","role:c"]', "[]", '["role:a:b"]', '["role:bc","role:\\u0062"]']
        append_rows(self.store, *(new_row(n, names=it) for n, it in enumerate(named, start=9)))
        self.assertEqual([1, 2, 7, 8], self.selected(kind="role"))
        self.assertEqual([8, 7], self.selected(kind="role", order="newest", limit=2))
        self.assertEqual([1, 9, 12], self.selected(names="role:b"))
        self.assertEqual([12, 9], self.selected(names="role:b", order="newest", limit=2))
        self.assertEqual([9], self.selected(names="role:b", after=2, upto=11))
        self.assertEqual([9], self.selected(names="role:c", order="place"))
        self.assertEqual([], self.selected(names="role"))

    def test_conditions_narrow_each_other(self) -> None:
        """A query with several conditions selects the rows that fulfil all of them."""
        fields: dict[str, Any] = {
            "on": None,
            "source": "s",
            "batch": "b",
            "target": "t",
            "key": "k",
        }
        fields |= {"introduces": "a:b", "names": '["a:b"]', "type": "x", "personal": b"p"}
        rows = [new_row(1), new_row(2, **fields), new_row(3, **fields | {"on": "2024-04"})]
        for column, value in fields.items():
            rows += [new_row(len(rows) + 1, **{column: value})]
            rows += [new_row(len(rows) + 1, **fields | {column: None if column != "type" else "y"})]
        append_rows(self.store, *rows)
        conditions: list[dict[str, Any]] = [
            *({"dated": True}, {"dated": False}, {"until": "2024-03"}, {"behind": ("2024-03", 9)}),
            *({"source": "s"}, {"batch": "b"}, {"targets": ["t", "u"]}, {"keys": ["k"]}),
            *({"introduces": ["a:b"]}, {"names": "a:b"}, {"kind": "a"}, {"types": ["x"]}),
            *({"personal": True}, {"personal": False}, {"after": 5}, {"upto": 9}),
            *({"ids": ["id-2", "id-9"]}, {"recorded_until": rows[11].recorded_at}),
            *({"order": "place"}, {"order": "newest"}, {"limit": 2}),
        ]
        for one, other in combinations(conditions, 2):
            query = Query(**one | other)
            self.assertEqual(expected_rows(rows, query), self.store.rows("career", query), query)

    def test_entries_are_rows_without_columns(self) -> None:
        """``entries`` returns what ``rows`` returns, in the same order, in fewer columns."""
        append_rows(
            self.store,
            new_row(1, on="2025", personal=b"lines"),
            new_row(2, on=None, target="id-1"),
            *(new_row(seq, on="2024", type="x") for seq in range(3, 6)),
        )
        for query in (
            Query(),
            Query(order="place", upto=4, limit=2),
            Query(order="place", behind=("2024", 4), until="2025"),
            Query(types=["x"], order="newest"),
            Query(types=[]),
            Query(recorded_until=self.store.rows("career", Query())[2].recorded_at),
        ):
            expected = list(map(stored_entry, self.store.rows("career", query)))
            self.assertEqual(expected, self.store.entries("career", query), query)

    # Snapshots

    def test_snapshots_are_replaced(self) -> None:
        """Saving replaces the snapshots under a key; the latest place is returned first."""
        append_rows(self.store, new_row(1), new_row(2), new_row(3))
        old = Snapshot(1, "2024", 1, b"state")
        # A snapshot that has seen more entries may be at an earlier place.
        late, early = Snapshot(2, "2023", 1, b"state"), Snapshot(3, "2022", 1, b"state")
        self.store.save("career", "key", "print", [old])
        self.store.save("career", "other", "print", [old])
        self.store.save("career", "key", "print", [early, late])
        self.assertEqual([late, early], self.store.snapshots("career", "key", "print"))
        self.assertEqual([late], self.store.snapshots("career", "key", "print", limit=1))
        self.assertEqual([old], self.store.snapshots("career", "other", "print"))
        self.store.save("career", "key", "print", [])
        self.assertEqual([], self.store.snapshots("career", "key", "print"))

    def test_snapshots_of_other_code(self) -> None:
        """Snapshots with another fingerprint are not returned, and the next save replaces them."""
        append_rows(self.store, new_row(1))
        snapshot = Snapshot(1, "2024", 1, b"state")
        self.store.save("career", "key", "old code", [snapshot])
        self.assertEqual([], self.store.snapshots("career", "key", "new code"))
        self.store.save("career", "key", "new code", [snapshot])
        self.assertEqual([], self.store.snapshots("career", "key", "old code"))
        self.assertEqual([snapshot], self.store.snapshots("career", "key", "new code"))

    def test_snapshots_need_a_ledger(self) -> None:
        """Snapshots of a ledger that does not exist are not saved, and do not create it."""
        self.store.save("career", "key", "print", [Snapshot(1, "2024", 1, b"state")])
        self.assertEqual([], self.store.snapshots("career", "key", "print"))
        self.assertEqual([], self.store.ledgers())

    def test_snapshots_have_places_of_their_own(self) -> None:
        """Two snapshots at one place are refused, and the snapshots saved before stay."""
        append_rows(self.store, new_row(1), new_row(2))
        before = [Snapshot(1, "2024", 1, b"state")]
        self.store.save("career", "key", "print", before)
        for ledger in ("career", "none"):
            with self.subTest(ledger=ledger), self.assertRaises(StoreError):
                twice = [Snapshot(seen, "2024", 2, b"state") for seen in (1, 2)]
                self.store.save(ledger, "key", "print", twice)
        self.assertEqual(before, self.store.snapshots("career", "key", "print"))

    def test_snapshots_from_before_a_correction(self) -> None:
        """Snapshots taken before the newest row without a date are not saved."""
        append_rows(self.store, new_row(1), new_row(2, on=None), new_row(3))
        early, late = (Snapshot(seen, "2024", 1, b"state") for seen in (1, 2))
        self.store.save("career", "key", "print", [early])
        self.assertEqual([], self.store.snapshots("career", "key", "print"))
        self.store.save("career", "key", "print", [late])
        self.store.save("career", "key", "print", [early])
        self.assertEqual([late], self.store.snapshots("career", "key", "print"))

    # Erasing personal lines and deleting ledgers

    def test_personal_lines_are_erased(self) -> None:
        """Erasing removes personal lines; the rest of the row, other rows and ledgers stay."""
        rows = [new_row(1, personal=b"a\nb"), new_row(2, personal=b"a"), new_row(3, personal=b"c")]
        snapshot = Snapshot(3, "2024", 1, b"a")
        for ledger in ("career", "other"):
            append_rows(self.store, *rows, ledger=ledger)
            self.store.save(ledger, "key", "print", [snapshot])
        with self.store.writing("career"):
            self.store.erase("career", {1: b"b", 2: None})
        self.store.purge()
        remaining = [rows[0]._replace(personal=b"b"), rows[1]._replace(personal=None), rows[2]]
        self.assertEqual(remaining, self.store.rows("career", Query()))
        self.assertEqual([1, 3], self.selected(personal=True))
        self.assertEqual([2], self.selected(personal=False))
        self.assertEqual([], self.store.snapshots("career", "key", "print"))
        self.assertEqual(rows, self.store.rows("other", Query()))
        self.assertEqual([snapshot], self.store.snapshots("other", "key", "print"))

    def test_erasing_never_adds(self) -> None:
        """Erasing never adds or repeats a line, and happens only within a writing block."""
        rows = [new_row(1, personal=b"a"), new_row(2), new_row(3, personal=b"long line\nb")]
        append_rows(self.store, *rows)
        for more in ({1: b"a"}, {1: b"b"}, {1: b"a\nb"}, {2: b"a"}, {3: b"b\nb"}):
            with (
                self.subTest(more=more),
                self.assertRaises(StoreError),
                self.store.writing("career"),
            ):
                self.store.erase("career", more)
        with self.assertRaises(StoreError):
            self.store.erase("career", {1: None})
        self.assertEqual(rows, self.store.rows("career", Query()))

    def test_erasing_needs_its_rows(self) -> None:
        """Erasing from a row or ledger that does not exist is refused."""
        rows = [new_row(1, personal=b"a"), new_row(2, personal=b"b")]
        append_rows(self.store, *rows)
        for ledger, seq in (("career", 0), ("career", -1), ("career", 3), ("none", 1)):
            with self.subTest(ledger=ledger, seq=seq):
                with self.assertRaises(StoreError), self.store.writing(ledger):
                    self.store.erase(ledger, {seq: None})
                with self.assertRaises(StoreError), self.store.writing(ledger):
                    self.store.erase(ledger, {seq: b"c"})
        with self.store.writing("none"):
            self.store.erase("none", {})
        self.assertEqual(["career"], self.store.ledgers())
        self.assertEqual(rows, self.store.rows("career", Query()))

    def test_deleting_removes_a_whole_ledger(self) -> None:
        """Deleting removes a whole ledger and no other; its name may be used again."""
        rows = [new_row(n, key="k", introduces="a:b", names='["c:d"]') for n in (1, 2)]
        snapshot = Snapshot(2, "2024", 2, b"state")
        likely = ("Career", "career2", "careeR", "caree_", "c%", "", "career ")
        head = EMPTY
        for ledger in ("career", "other", *likely):
            head = append_rows(self.store, *rows, ledger=ledger)
            self.store.save(ledger, "key", "print", [snapshot])
        self.store.delete("c%")
        self.store.delete("caree_")
        self.store.delete("none")
        self.assertEqual(rows, self.store.rows("career", Query()))
        for ledger in likely:
            self.store.delete(ledger)
        self.store.delete("career")
        self.store.delete("career")
        queries = (Query(), Query(keys=["k"]), Query(kind="a"), Query(names="c:d"))
        for store in [self.store, *([self.reopen()] if self.lasting else [])]:
            self.assertEqual(["other"], store.ledgers())
            self.assertEqual(EMPTY, store.head("career"))
            self.assertEqual(head, store.head("other"))
            for query in queries:
                self.assertEqual([], store.rows("career", query))
                self.assertEqual(rows, store.rows("other", query))
            self.assertEqual([], store.snapshots("career", "key", "print"))
            self.assertEqual([snapshot], store.snapshots("other", "key", "print"))
        new = new_row(1, id="id-2", type="new")
        append_rows(self.store, new)
        self.assertEqual([new], self.store.rows("career", Query()))
        self.assertEqual([], self.store.snapshots("career", "key", "print"))
        self.store.check()

    def test_purge_removes_every_byte(self) -> None:
        """After a purge, no file in the store's folder contains erased or deleted data."""
        secrets = [b"%s %s" % (what, os.urandom(8).hex().encode()) for what in (b"line", b"body")]
        rows = [new_row(1, personal=secrets[0]), new_row(2, personal=b"stays")]
        for size in (1, 2):
            append_rows(self.store, rows[size - 1])
            self.store.save("career", "key", "print", [Snapshot(size, "2024", 1, secrets[0])])
        other = new_row(1, body=secrets[1], names=json.dumps([f"a:{secrets[1].decode()}"]))
        append_rows(self.store, other, ledger="other")
        with self.store.writing("career"):
            self.store.erase("career", {1: None})
        self.store.delete("other")
        self.store.purge()
        self.assertEqual([2], self.selected(personal=True))
        self.assertEqual([], self.store.snapshots("career", "key", "print"))
        self.store.close()
        for file in filter(Path.is_file, self.folder.rglob("*")):
            content = b"".join(_readings(file.read_bytes()))
            for secret in secrets:
                self.assertNotIn(secret, content, f"{file.name} still contains {secret!r}")

    def test_purge_removes_deleted_ledgers(self) -> None:
        """After a deletion and a purge, no file holds any of a ledger, its name and hashes too."""
        store, name = self.store, f"ledger {os.urandom(8).hex()}"
        texts = {column: f"{column} {os.urandom(8).hex()}" for column in _TEXT_COLUMNS}
        listed = f"a:{os.urandom(8).hex()}"
        body, personal, state = (os.urandom(16).hex().encode() for _ in range(3))
        large = body * 1_000  # more than fits on a page
        row = new_row(1, **texts, names=json.dumps([listed]), body=body, personal=personal)
        rows = [row, new_row(2, on=None), new_row(3, body=large)]
        head = append_rows(store, *rows, ledger=name)
        append_rows(store, new_row(1, on="2023"), ledger="other")
        store.save(name, "key", "print", [Snapshot(3, "2024", 3, state)])
        store.delete(name)
        store.purge()
        store.delete(name)  # again, as after an interruption
        store.purge()
        self.assertEqual(["other"], store.ledgers())
        self.assertEqual([new_row(1, on="2023")], store.rows("other", Query()))
        store.close()
        secrets = [each.encode() for each in (name, listed, *texts.values())]
        secrets += [body, personal, state, row.leaf, rows[2].leaf, head.frontier]
        for file in filter(Path.is_file, self.folder.rglob("*")):
            content = file.read_bytes()
            self.assertEqual([], [secret for secret in secrets if secret in content], file.name)

    # Closing

    def test_closed_stores_refuse_every_use(self) -> None:
        """Closing twice is fine, and a closed store refuses every use."""
        store = self.store
        append_rows(store, new_row(1))
        store.close()
        store.close()
        uses: list[Callable[[], object]] = [
            store.ledgers,
            lambda: store.head("career"),
            lambda: store.rows("career", Query()),
            lambda: store.rows("none", Query(ids=[])),
            lambda: store.entries("career", Query()),
            lambda: store.writing("career").__enter__(),
            lambda: store.snapshots("career", "key", "print"),
            lambda: store.save("career", "key", "print", []),
            lambda: store.delete("career"),
            lambda: append_rows(store, new_row(2)),
            lambda: store.append("career", [new_row(2)], b"2" * 32),
            lambda: store.erase("career", {1: None}),
            store.purge,
            store.check,
            lambda: store.check("career"),
        ]
        for number, use in enumerate(uses):
            with self.subTest(use=number), self.assertRaises(ClosedError):
                use()

    def test_closing_drops_an_open_block(self) -> None:
        """Closing within a block drops its rows, and the block raises ClosedError."""
        with self.assertRaises(ClosedError), self.store.writing("career"):
            self.store.append("career", [new_row(1)], b"1" * 32)
            self.store.close()
        if self.lasting:
            self.assertEqual([], self.reopen().ledgers())

    def test_repr_names_the_class(self) -> None:
        """The store's repr begins with its class name, so that a message can name the store."""
        self.assertTrue(repr(self.store).startswith(type(self.store).__name__))

    # Everything together

    def test_any_history(self) -> None:
        """After any sequence of operations, the store answers like a plain list of rows."""
        make, lasting = self.make[0], self.lasting

        class Machine(StoreMachine):
            """The state machine of this store."""

            def __init__(self) -> None:
                super().__init__(make, lasting=lasting)

        run_state_machine_as_test(Machine, settings=quiet_settings(stateful_step_count=12))
