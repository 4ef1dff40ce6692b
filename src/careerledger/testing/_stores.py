"""``store_laws``: a test class for a store, with one test for each of its promises."""

import json
import os
import unittest
import warnings
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from itertools import combinations
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from threading import Event, Thread
from typing import Any, ClassVar, Final, cast

from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from careerledger.errors import ClosedError, DefinitionError, StoreError
from careerledger.stores import EMPTY, MAX_TEXT, Head, Query, Row, Snapshot, Store, stored_entry
from careerledger.testing._events import EVERY_CHECK
from careerledger.testing._shown import module_of_caller
from careerledger.testing._store_model import (
    MakeStore,
    StoreMachine,
    append_rows,
    expected_rows,
    new_row,
)

NUL: Final = "nul\0nul"
_TEXTS: Final = (
    *("", " ", "Ada", "ada", NUL, "nul\0zzz", "nul\1", "é", "e\u0301"),
    *("'; DROP TABLE entry; --", "\U0001f680", "\ufffd", "%", "a_b"),
)
"""Texts that stores have taken for others."""
_TEXT_COLUMNS: Final = ("id", "type", "key", "source", "batch", "target", "introduces")
_LONG: Final = 3.0
"""In seconds; who has not come by then is waiting for something."""
_SOON: Final = 0.05
"""How long a thread is given to do what it must not, in seconds."""


def store_laws(
    make_store: MakeStore, /, *, lasting: bool = True, waived: Mapping[str, str] | None = None
) -> type["StoreLaws"]:
    """Return a test class that holds a store to what every store promises, a test each.

    It works under pytest, pytest-xdist and unittest: ``TestMyStore = store_laws(MyStore)``. The
    docstrings of the tests are the promises, word for word.

    Args:
        make_store: Called with an empty folder, it makes a store; called again with the same
            folder, it makes another one on the same ledgers, as another program would.
        lasting: Whether what was appended outlives the store that it was appended to; without
            it, the tests of reopening, crashes and second writers are skipped.
        waived: Promises that the store does not keep, by the names of their tests without
            ``test_``, each with the reason; the tests are skipped with it.

    Raises:
        DefinitionError: There is no promise of a name in ``waived``.
    """
    waived = dict(waived or {})
    unknown = sorted(waived.keys() - promises().keys())
    if unknown:
        raise DefinitionError(
            f"no promise is called {unknown[0]!r}; there are {', '.join(promises())}"
        )
    body: dict[str, Any] = {
        "__module__": module_of_caller(),
        "__doc__": "What every store promises.",
        "__test__": True,
        "make": (make_store,),
        "lasting": lasting,
        "waived": waived,
    }
    return cast("type[StoreLaws]", type("TestStore", (StoreLaws,), body))


def promises() -> dict[str, str]:
    """Return what every store promises: the text of each promise by its name."""
    return {
        name.removeprefix("test_"): " ".join((test.__doc__ or "").split())
        for name, test in vars(StoreLaws).items()
        if name.startswith("test_")
    }


class StoreLaws(unittest.TestCase):
    """What ``store_laws`` makes; each test is a promise."""

    __test__: ClassVar[bool] = False
    """Whether pytest collects it: what ``store_laws`` makes, wherever the base is imported to."""
    make: ClassVar[tuple[MakeStore]]
    """In a tuple, as a function would become a method."""
    lasting: ClassVar[bool]
    waived: ClassVar[Mapping[str, str]]

    def setUp(self) -> None:
        """Make an empty store, unless the promise is waived."""
        if not self.__test__:
            self.skipTest("store_laws(...) makes test classes of this one")
        name = self._testMethodName.removeprefix("test_")
        if name in self.waived:
            self.skipTest(self.waived[name])
        self.folder = Path(mkdtemp(prefix="careerledger-"))
        self.addCleanup(rmtree, self.folder, ignore_errors=True)
        self.store = self.reopen()

    def reopen(self) -> Store:
        """Make one more store on the same ledgers."""
        store = self.make[0](self.folder)
        self.addCleanup(store.close)
        return store

    def needs_lasting(self) -> None:
        """Skip the test of a store that ends with its program."""
        if not self.lasting:
            self.skipTest("the ledgers of the store end with it")

    def add(self, values: Iterable[Any], column: str) -> None:
        """Append a row for each of these values of one column."""
        rows = [new_row(seq, **{column: value}) for seq, value in enumerate(values, start=1)]
        append_rows(self.store, *rows)

    def chosen(self, **query: Any) -> list[int]:
        """Return the numbers of the rows that a query chooses."""
        return [row.seq for row in self.store.rows("career", Query(**query))]

    # Writing

    def test_no_ledger_is_an_empty_one(self) -> None:
        """A ledger that does not exist is empty, whatever is asked of it."""
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
            self.store.append("career", [], b"is not looked at")
            self.store.append("career", [new_row(2), new_row(3)], b"2" * 64)
        self.assertEqual(Head(3, new_row(3).recorded_at, b"2" * 64), self.store.head("career"))
        self.assertEqual([1, 2, 3], self.chosen())

    def test_a_writer_sees_its_appends(self) -> None:
        """A writer sees its own appends before its block ends."""
        row = new_row(1, key="k", introduces="role:cto", names='["a:b"]')
        with self.store.writing("career"):
            self.store.append("career", [row], b"1" * 32)
            self.assertEqual(1, self.store.head("career").size)
            self.assertEqual([row], self.store.rows("career", Query(keys=["k"], names="a:b")))
            self.assertEqual([1], self.chosen(kind="role"))

    def test_all_or_nothing(self) -> None:
        """Of a block that raised anything nothing counts; the next may append the same."""
        for before in (0, 2):
            for error in (ValueError, KeyboardInterrupt, GeneratorExit):
                with self.subTest(before=before, error=error.__name__):
                    self._nothing_is_there(f"{before} {error.__name__}", before, error)

    def _nothing_is_there(self, ledger: str, before: int, error: type[BaseException]) -> None:
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

    def test_rows_follow_without_a_hole(self) -> None:
        """Rows are numbered from 1 without a hole; others are refused, with the whole block."""
        for seqs in ([2], [0], [1, 3], [2, 1], [1, 1]):
            rows = [new_row(seq, id=f"id {place}") for place, seq in enumerate(seqs)]
            with self.subTest(seqs=seqs):
                self._is_refused(rows)

    def _is_refused(self, rows: list[Row], ledger: str = "career") -> None:
        head = self.store.head(ledger)
        with self.assertRaises(StoreError), self.store.writing(ledger):
            self.store.append(ledger, rows, b"1" * 32)
        self.assertEqual(head, self.store.head(ledger))

    def test_ids_are_taken_once(self) -> None:
        """No two rows of a ledger have the same id, else the whole block fails."""
        first = new_row(1)
        append_rows(self.store, first)
        with self.assertRaises(StoreError), self.store.writing("career"):
            self.store.append("career", [new_row(2)], b"2" * 32)
            with suppress(StoreError):
                self.store.append("career", [new_row(3), new_row(4, id="id-1")], b"4" * 32)
        self.assertEqual([first], self.store.rows("career", Query()))
        self.assertEqual(2, append_rows(self.store, new_row(2)).size)

    def test_keys_are_shared(self) -> None:
        """Several rows of a ledger may have the same key; all of them are found by it."""
        self.add(["k", "other", "k"], "key")
        append_rows(self.store, new_row(4, key="k"))
        self.assertEqual([1, 3, 4], self.chosen(keys=["k"]))

    def test_long_texts_are_refused(self) -> None:
        """A text to find rows by has at most 1,000 bytes of UTF-8, and names are a JSON array."""
        longest, too_long = "é" * (MAX_TEXT // 2), "é" * (MAX_TEXT // 2) + "x"
        for column in _TEXT_COLUMNS:
            with self.subTest(column=column):
                self._is_refused([new_row(1, **{column: too_long})])
        for names in (json.dumps([too_long]), "[", "{}", "[7]"):
            with self.subTest(names=names):
                self._is_refused([new_row(1, names=names)])
        self._is_refused([new_row(1)], ledger=too_long)
        row = new_row(1, **dict.fromkeys(_TEXT_COLUMNS, longest), names=json.dumps([longest]))
        append_rows(self.store, row, ledger=longest)
        self.assertEqual([row], self.store.rows(longest, Query(ids=[longest], names=longest)))

    def test_half_characters_are_refused(self) -> None:
        """A text with a lone surrogate, which UTF-8 cannot encode, is refused wherever it is."""
        half = "half \ud800"
        for column in (*_TEXT_COLUMNS, "on", "recorded_at"):
            with self.subTest(column=column):
                self._is_refused([new_row(1, **{column: half})])
        for names in (f'["{half}"]', '["half \\ud800"]'):
            with self.subTest(names=names):
                self._is_refused([new_row(1, names=names)])
        with self.assertRaises(StoreError), self.store.writing(half):
            self.store.append(half, [new_row(1)], b"1" * 32)
        self.assertEqual([], self.store.ledgers())
        append_rows(self.store, new_row(1))
        for key, fingerprint, on in ((half, "", ""), ("", half, ""), ("", "", half)):
            with self.subTest(key=key, fingerprint=fingerprint, on=on):
                snapshots = [Snapshot(1, on, 1, b"state")]
                with self.assertRaises(StoreError):
                    self.store.save("career", key, fingerprint, snapshots)

    def test_append_needs_its_block(self) -> None:
        """An append outside of a block of writing its ledger is refused."""
        with self.assertRaises(StoreError):
            self.store.append("career", [new_row(1)], b"1" * 32)
        with self.assertRaises(StoreError), self.store.writing("other"):
            self.store.append("career", [new_row(1)], b"1" * 32)
        self.assertEqual([], self.store.ledgers())

    def test_blocks_do_not_nest(self) -> None:
        """A block within a block of the same thread is refused, and the outer one goes on."""
        with self.store.writing("career"):
            self.store.append("career", [new_row(1)], b"1" * 32)
            with self.assertRaises(StoreError), self.store.writing("career"):
                self.fail("two writers")
            self.store.append("career", [new_row(2)], b"2" * 32)
        self.assertEqual(2, self.store.head("career").size)

    def test_blocks_refuse_what_must_wait(self) -> None:
        """A thread cannot delete, purge or save snapshots within its block, which goes on."""
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
        """Another thread waits for a block, or sees the ledger before it; never half of it."""
        self._sees_whole_blocks(self.store)

    def test_second_writers_see_whole_blocks(self) -> None:
        """Another store on the same ledgers waits for a block, and never sees half of it."""
        self.needs_lasting()
        self._sees_whole_blocks(self.reopen())

    def _sees_whole_blocks(self, other: Store) -> None:
        within, sizes = Event(), list[int]()

        def look() -> None:
            within.wait()
            sizes.append(other.head("career").size)
            with other.writing("career") as head:
                sizes.append(head.size)

        thread = Thread(target=look)
        thread.start()
        with self.store.writing("career"):
            self.store.append("career", [new_row(1)], b"1" * 32)
            within.set()
            thread.join(_SOON)
            self.store.append("career", [new_row(2)], b"2" * 32)
        thread.join()
        self.assertIn(sizes, ([2, 2], [0, 2]))

    def test_a_check_waits_for_nobody(self) -> None:
        """Another thread checks the store while a block lasts, and does not wait for its end."""
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
                thread.join(_LONG)
                self.assertFalse(thread.is_alive())

    def test_second_stores_see_what_was_appended(self) -> None:
        """What was appended when a block has ended is there for every store on its ledgers."""
        self.needs_lasting()
        other = self.reopen()
        rows = [new_row(1, key="k", introduces="role:cto"), new_row(2, on=None)]
        head = append_rows(self.store, *rows)
        self.assertEqual(head, other.head("career"))
        self.assertEqual(rows, other.rows("career", Query()))
        self.assertEqual(rows[:1], other.rows("career", Query(keys=["k"])))
        self.assertEqual(3, append_rows(other, new_row(3)).size)
        self.assertEqual(3, self.store.head("career").size)

    def test_what_was_appended_outlives_a_crash(self) -> None:
        """What was appended when a block has ended outlives a process that is killed."""
        self._in_a_process_that_is_killed(lambda store: append_rows(store, new_row(1), new_row(2)))
        self.assertEqual([new_row(1), new_row(2)], self.reopen().rows("career", Query()))

    def test_nothing_is_there_of_a_block_that_crashed(self) -> None:
        """Nothing is there of a block whose process was killed, and others write at once."""
        append_rows(self.store, new_row(1))

        def crash(store: Store) -> None:  # pragma: no cover - it runs in the child
            with store.writing("career"):
                store.append("career", [new_row(2, key="k")], b"2" * 32)
                os._exit(0)

        self._in_a_process_that_is_killed(crash)
        again = self.reopen()
        self.assertEqual([new_row(1)], again.rows("career", Query()))
        self.assertEqual([], again.rows("career", Query(keys=["k"])))
        self.assertEqual(2, append_rows(again, new_row(2, key="k")).size)

    def _in_a_process_that_is_killed(self, work: Callable[[Store], object]) -> None:
        self.needs_lasting()
        if not hasattr(os, "fork"):  # pragma: no cover - where there is none
            self.skipTest("a crash needs os.fork")
        self.store.close()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # the child opens all it uses
            child = os.fork()
        if child == 0:  # pragma: no cover - it ends without saying what ran
            try:
                work(self.make[0](self.folder))
            finally:
                os._exit(0)
        os.waitpid(child, 0)

    # Reading

    def test_ledgers_live_side_by_side(self) -> None:
        """A store holds many ledgers, under any names, each with ids and keys of its own."""
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
        """Texts are compared exactly: by case, by the form of accents, and behind a NUL."""
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
                self.assertEqual([seq], self.chosen(**{field: [text]}))
            for field in ("source", "batch", "kind"):
                self.assertEqual([seq], self.chosen(**{field: text}))
            self.assertEqual([seq], self.chosen(introduces=[f"{text}:{text}"]))
            self.assertEqual([seq], self.chosen(names=f"role:{text}"))

    def test_rows_by_number(self) -> None:
        """Rows are chosen by number: above one, up to one, the first or the newest of them."""
        append_rows(self.store, *map(new_row, range(1, 8)))
        self.assertEqual([3, 4, 5], self.chosen(after=2, upto=5))
        self.assertEqual([3, 4], self.chosen(after=2, upto=5, limit=2))
        self.assertEqual([5, 4], self.chosen(after=2, upto=5, order="newest", limit=2))
        self.assertEqual([7, 6, 5, 4, 3, 2, 1], self.chosen(order="newest"))
        self.assertEqual([7], self.chosen(after=6, upto=99))
        for nothing in ({"upto": 5}, {"upto": 3}, {"limit": 0}):
            self.assertEqual([], self.chosen(after=5, **nothing))

    def test_rows_by_place(self) -> None:
        """Rows by place are those with a date, by date and number, whenever they were appended."""
        self.add(["2024-03-14", "2024", "2024-03", None, "2023-12-31", "2024", "2025"], "on")

        def chosen(**query: Any) -> list[int]:
            return self.chosen(order="place", **query)

        self.assertEqual([5, 2, 6, 3, 1, 7], chosen())
        self.assertEqual([5, 2, 6, 3, 1], chosen(until="2024-12-31"))
        self.assertEqual([5, 2, 6], chosen(until="2024"))
        self.assertEqual([6, 3, 1, 7], chosen(behind=("2024", 2)))
        self.assertEqual([2, 6, 3, 1, 7], chosen(behind=("2024", 0)))
        self.assertEqual([5, 2, 3, 1], chosen(upto=5))
        self.assertEqual([2, 6], chosen(behind=("2023-12-31", 5), limit=2))
        append_rows(self.store, new_row(8, on="2024-02"))
        self.assertEqual([5, 2, 6, 8, 3, 1, 7], chosen())

    def test_rows_by_type(self) -> None:
        """Rows are chosen by type, then counted; no types choose nothing, None all."""
        self.add("abcab", "type")
        for order in ("number", "place"):
            self.assertEqual([1, 4], self.chosen(types={"a"}, order=order))
            self.assertEqual([1, 3, 4], self.chosen(types=frozenset("ac"), order=order))
            self.assertEqual([3], self.chosen(types={"c"}, limit=1, order=order))
            self.assertEqual([], self.chosen(types=["unheard"], order=order))
            self.assertEqual([], self.chosen(types=set(), order=order))
            self.assertEqual([1, 2, 3, 4, 5], self.chosen(types=None, order=order))

    def test_rows_up_to_an_instant(self) -> None:
        """Rows are chosen up to the instant at which they were recorded, and at it."""
        self.add(["2024-01-01", "2024-01-01", "2024-02-01", "2024-03-01"], "recorded_at")
        asked = ["2023", "2024-01-01", "2024-01-15", "2024-02-01", "2024-03-01", "2025"]
        newest = [self.chosen(recorded_until=at, order="newest", limit=1) for at in asked]
        self.assertEqual([[], [2], [2], [3], [4], [4]], newest)
        self.assertEqual([2, 3], self.chosen(recorded_until="2024-02-01", after=1))
        self.assertEqual([1], self.chosen(recorded_until="2024-02-01", upto=1))

    def test_many_are_looked_up_at_once(self) -> None:
        """Any number of texts are looked up at once; asked twice, found once."""
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
        self.assertEqual([3, 1_003], self.chosen(introduces=["role:3"]))

    def test_rows_by_what_they_name(self) -> None:
        """Rows are chosen by an id that they introduce or name, or by the kind of the former."""
        introduced = ["role:b", "role:a", None, "rol:x", "roles:y", "role;z", "role:", "role:a:b"]
        self.add(introduced, "introduces")
        named = ['["role:b","role:c"]', "[]", '["role:a:b"]', '["role:bc","role:\\u0062"]']
        append_rows(self.store, *(new_row(n, names=it) for n, it in enumerate(named, start=9)))
        self.assertEqual([1, 2, 7, 8], self.chosen(kind="role"))
        self.assertEqual([8, 7], self.chosen(kind="role", order="newest", limit=2))
        self.assertEqual([1, 9, 12], self.chosen(names="role:b"))
        self.assertEqual([12, 9], self.chosen(names="role:b", order="newest", limit=2))
        self.assertEqual([9], self.chosen(names="role:b", after=2, upto=11))
        self.assertEqual([9], self.chosen(names="role:c", order="place"))
        self.assertEqual([], self.chosen(names="role"))

    def test_conditions_narrow_each_other(self) -> None:
        """A row is chosen by several conditions when it fulfils all of them."""
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
        """Saving replaces the snapshots under a key; they come back furthest place first."""
        append_rows(self.store, new_row(1), new_row(2), new_row(3))
        old = Snapshot(1, "2024", 1, b"state")
        # How much each of them knew says nothing of its place.
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
        """Snapshots that were made with another fingerprint are not seen, and are replaced."""
        append_rows(self.store, new_row(1))
        snapshot = Snapshot(1, "2024", 1, b"state")
        self.store.save("career", "key", "old code", [snapshot])
        self.assertEqual([], self.store.snapshots("career", "key", "new code"))
        self.store.save("career", "key", "new code", [snapshot])
        self.assertEqual([], self.store.snapshots("career", "key", "old code"))
        self.assertEqual([snapshot], self.store.snapshots("career", "key", "new code"))

    def test_snapshots_need_a_ledger(self) -> None:
        """Snapshots of a ledger that does not exist are not kept, and do not make it."""
        self.store.save("career", "key", "print", [Snapshot(1, "2024", 1, b"state")])
        self.assertEqual([], self.store.snapshots("career", "key", "print"))
        self.assertEqual([], self.store.ledgers())

    def test_snapshots_have_places_of_their_own(self) -> None:
        """Two snapshots at one place are refused, and those that were saved before stay."""
        append_rows(self.store, new_row(1), new_row(2))
        before = [Snapshot(1, "2024", 1, b"state")]
        self.store.save("career", "key", "print", before)
        for ledger in ("career", "none"):
            with self.subTest(ledger=ledger), self.assertRaises(StoreError):
                twice = [Snapshot(seen, "2024", 2, b"state") for seen in (1, 2)]
                self.store.save(ledger, "key", "print", twice)
        self.assertEqual(before, self.store.snapshots("career", "key", "print"))

    def test_snapshots_from_before_a_correction(self) -> None:
        """Snapshots are not kept when a row without a date came since they were made."""
        append_rows(self.store, new_row(1), new_row(2, on=None), new_row(3))
        early, late = (Snapshot(seen, "2024", 1, b"state") for seen in (1, 2))
        self.store.save("career", "key", "print", [early])
        self.assertEqual([], self.store.snapshots("career", "key", "print"))
        self.store.save("career", "key", "print", [late])
        self.store.save("career", "key", "print", [early])
        self.assertEqual([late], self.store.snapshots("career", "key", "print"))

    # Personal lines and whole ledgers that go

    def test_personal_lines_are_erased(self) -> None:
        """Lines go, other rows and other ledgers stay, and so does all else of the row."""
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
        self.assertEqual([1, 3], self.chosen(personal=True))
        self.assertEqual([2], self.chosen(personal=False))
        self.assertEqual([], self.store.snapshots("career", "key", "print"))
        self.assertEqual(rows, self.store.rows("other", Query()))
        self.assertEqual([snapshot], self.store.snapshots("other", "key", "print"))

    def test_erasing_never_adds(self) -> None:
        """Nothing can be put where it was not, nor doubled, and only a writer can erase."""
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
        """Only rows that are there can be erased from; a ledger that does not exist has none."""
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

    def test_a_deleted_ledger_is_gone(self) -> None:
        """A ledger is deleted with all that belongs to it; others stay, and it may begin anew."""
        rows = [new_row(n, key="k", introduces="a:b", names='["c:d"]') for n in (1, 2)]
        snapshot = Snapshot(2, "2024", 2, b"state")
        for ledger in ("career", "other"):
            head = append_rows(self.store, *rows, ledger=ledger)
            self.store.save(ledger, "key", "print", [snapshot])
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

    def test_no_byte_is_left(self) -> None:
        """After a purge no file in the store's folder holds what was erased or deleted."""
        gone = [b"%s %s" % (what, os.urandom(8).hex().encode()) for what in (b"line", b"body")]
        rows = [new_row(1, personal=gone[0]), new_row(2, personal=b"stays")]
        for size in (1, 2):
            append_rows(self.store, rows[size - 1])
            self.store.save("career", "key", "print", [Snapshot(size, "2024", 1, gone[0])])
        other = new_row(1, body=gone[1], names=json.dumps([f"a:{gone[1].decode()}"]))
        append_rows(self.store, other, ledger="other")
        with self.store.writing("career"):
            self.store.erase("career", {1: None})
        self.store.delete("other")
        self.store.purge()
        self.assertEqual([2], self.chosen(personal=True))
        self.store.close()
        for file in filter(Path.is_file, self.folder.rglob("*")):
            content = file.read_bytes()
            self.assertEqual([], [each for each in gone if each in content], file.name)

    # The end

    def test_closed_stores_say_so(self) -> None:
        """Closing twice is fine, and a closed store refuses every use."""
        store = self.store
        append_rows(store, new_row(1))
        store.close()
        store.close()
        uses: list[Callable[[], object]] = [
            store.ledgers,
            lambda: store.head("career"),
            lambda: store.rows("career", Query()),
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

    def test_closing_drops_a_block(self) -> None:
        """Closing within a block drops what it appended, and the block says so."""
        with self.assertRaises(ClosedError), self.store.writing("career"):
            self.store.append("career", [new_row(1)], b"1" * 32)
            self.store.close()
        if self.lasting:
            self.assertEqual([], self.reopen().ledgers())

    def test_it_shows_what_it_is(self) -> None:
        """The store's repr begins with its class, so that a message can name it."""
        self.assertTrue(repr(self.store).startswith(type(self.store).__name__))

    # Everything together

    def test_any_history(self) -> None:
        """Whatever was done to it before, the store answers as a plain list of rows would."""
        make, lasting = self.make[0], self.lasting

        class Machine(StoreMachine):
            """The machine of this store."""

            def __init__(self) -> None:
                super().__init__(make, lasting=lasting)

        here = settings()
        run_state_machine_as_test(
            Machine,
            settings=settings(
                here,
                deadline=None,
                report_multiple_bugs=False,
                phases=[phase for phase in here.phases if phase is not Phase.explain],
                stateful_step_count=12,
                suppress_health_check=EVERY_CHECK,
            ),
        )
