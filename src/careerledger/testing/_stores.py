"""``store_laws``: a test class for a store, with one test for each of its promises."""

import os
import unittest
import warnings
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from threading import Event, Thread
from typing import Any, ClassVar, Final, cast

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from careerledger.errors import ClosedError, DefinitionError, StoreError
from careerledger.proofs import Frontier, leaf_hash
from careerledger.stores import EMPTY, Head, Row, Saved, Slim, Store
from careerledger.testing._events import EVERY_CHECK
from careerledger.testing._shown import module_of_caller

MakeStore = Callable[[Path], Store]
"""Makes a store that keeps what it holds in a folder."""

ALL: Final[dict[str, int]] = {"after": 0, "upto": 9_999, "limit": 9_999}
_EVERY_FACT: Final[dict[str, Any]] = {
    "after": ("", 0),
    "until": "9999",
    "upto": 9_999,
    "types": None,
    "limit": 9_999,
}
NUL: Final = "nul\0nul"
_TEXTS: Final = (
    *("", " ", "Ada", "ada", NUL, "nul\0zzz", "é", "e\u0301"),
    *("'; DROP TABLE entry; --", "\U0001f680", "\ufffd", "%", "a_b"),
)
"""Texts that stores have taken for others."""
_LONG: Final = 3.0
"""In seconds; who has not come by then is waiting for something."""
_SOON: Final = 0.05
"""How long a thread is given to do what it must not, in seconds."""


def new_row(seq: int, **fields: Any) -> Row:
    """A row with this number; every other field can be given.

    Args:
        seq: The number of the row in its ledger.
        fields: Other fields of ``careerledger.stores.Row``.
    """
    body = fields.pop("body", f"body of {seq}".encode())
    row = Row(
        seq=seq,
        id=f"id-{seq}",
        type="thing.done",
        on="2024-03",
        recorded_at=f"2024-05-01T00:00:{seq:09.6f}Z",
        key=None,
        body=body,
        leaf=leaf_hash(body),
        introduces=None,
    )
    return row._replace(**fields)


def append_rows(store: Store, *rows: Row, ledger: str = "career") -> Head:
    """Append rows to a ledger in one go, with the right frontier; returns the new head.

    Args:
        store: Where the ledger lives.
        rows: Rows that follow its last one.
        ledger: Its name.
    """
    with store.writing(ledger) as head:
        store.append(ledger, rows, _frontier_behind(head, rows))
    return store.head(ledger)


def _frontier_behind(head: Head, rows: Collection[Row]) -> bytes:
    frontier = Frontier(head.size, head.frontier)
    for row in rows:
        frontier.append(row.leaf)
    return frontier.packed


def store_laws(
    make_store: MakeStore, /, *, lasting: bool = True, waived: Mapping[str, str] | None = None
) -> type["StoreLaws"]:
    """A test class that holds a store to what every store promises, a test for each promise.

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
        DefinitionError: A promise that is waived is none.
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
    """What every store promises: the text of each promise by its name."""
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
        self.store = self.opened()

    def opened(self) -> Store:
        """One more store on the same ledgers."""
        store = self.make[0](self.folder)
        self.addCleanup(store.close)
        return store

    def lasts(self) -> None:
        """Skip the test of a store that ends with its program."""
        if not self.lasting:
            self.skipTest("what the store holds ends with it")

    def numbers(self, **part: Any) -> list[int]:
        """The numbers of the facts in a part of the ledger."""
        return [seq for seq, *_ in self.store.facts("career", **(_EVERY_FACT | part))]

    # Writing

    def test_no_ledger_is_an_empty_one(self) -> None:
        """A ledger that does not exist is empty, whatever is asked of it."""
        store = self.store
        self.assertEqual(EMPTY, store.head("career"))
        self.assertEqual([], store.ledgers())
        self.assertEqual([], store.log("career", **ALL))
        self.assertEqual([], store.facts("career", **_EVERY_FACT))
        self.assertEqual([], store.corrections("career", after=0, upto=99))
        self.assertEqual([], store.by_id("career", ["id-1"]))
        self.assertEqual({}, store.by_key("career", ["key"]))
        self.assertEqual({}, store.introducing("career", ["role:cto"]))
        self.assertEqual([], store.names("career", "role"))
        self.assertEqual(0, store.known("career", "9999"))
        self.assertFalse(store.touched("career", after=0, upto=99, place=("9999", 99), types=None))
        self.assertEqual([], store.saved("career", "key", "print"))

    def test_rows_come_back(self) -> None:
        """Rows come back as they were appended, byte for byte, in the order of their numbers."""
        rows = [
            new_row(1, key="import:1", introduces="role:cto"),
            new_row(2, on=None, body=bytes(range(256)) * 40),
            new_row(3, id=NUL, type=NUL, key=NUL, introduces=f"{NUL}:{NUL}", body=b""),
        ]
        head = append_rows(self.store, *rows)
        self.assertEqual(rows, self.store.log("career", **ALL))
        self.assertEqual(Head(3, rows[2].recorded_at, head.frontier), head)
        self.assertEqual(2 * 32, len(head.frontier))

    def test_log_in_parts(self) -> None:
        """The log is read in parts: above ``after``, up to ``upto``, at most ``limit``."""
        append_rows(self.store, *map(new_row, range(1, 8)))

        def numbers(**part: int) -> list[int]:
            return [found.seq for found in self.store.log("career", **part)]

        self.assertEqual([3, 4, 5], numbers(after=2, upto=5, limit=99))
        self.assertEqual([3, 4], numbers(after=2, upto=5, limit=2))
        self.assertEqual([], numbers(after=5, upto=5, limit=99))
        self.assertEqual([], numbers(after=5, upto=3, limit=99))
        self.assertEqual([7], numbers(after=6, upto=99, limit=99))

    def test_appends_follow_each_other(self) -> None:
        """Several appends in one block follow each other, and the last frontier counts."""
        with self.store.writing("career") as head:
            self.assertEqual(0, head.size)
            self.store.append("career", [new_row(1)], b"1" * 32)
            self.store.append("career", [], b"is not looked at")
            self.store.append("career", [new_row(2), new_row(3)], b"2" * 64)
        self.assertEqual(Head(3, new_row(3).recorded_at, b"2" * 64), self.store.head("career"))
        self.assertEqual([1, 2, 3], [row.seq for row in self.store.log("career", **ALL)])

    def test_a_writer_sees_its_appends(self) -> None:
        """A writer sees its own appends before its block ends."""
        with self.store.writing("career"):
            self.store.append("career", [new_row(1, key="k", introduces="role:cto")], b"1" * 32)
            self.assertEqual(1, self.store.head("career").size)
            self.assertEqual({"k": 1}, self.store.by_key("career", ["k"]))
            self.assertEqual(["cto"], self.store.names("career", "role"))

    def test_all_or_nothing(self) -> None:
        """Nothing is there of a block that raised anything; the next may append the same."""
        for before in (0, 2):
            for error in (ValueError, KeyboardInterrupt, GeneratorExit):
                with self.subTest(before=before, error=error.__name__):
                    self._nothing_is_there(f"{before} {error.__name__}", before, error)

    def _nothing_is_there(self, ledger: str, before: int, error: type[BaseException]) -> None:
        store = self.store
        rows = [new_row(n, key=f"key {n}", introduces="role:cto") for n in range(1, before + 1)]
        if rows:
            append_rows(store, *rows, ledger=ledger)
        snapshot = Saved(1, "2024", 1, b"state")
        store.save(ledger, "key", "print", [snapshot])
        head, ledgers = store.head(ledger), store.ledgers()
        new = new_row(before + 1, key="new", introduces="role:new")
        with self.assertRaises(error), store.writing(ledger):
            store.append(ledger, [new], b"9" * 32)
            raise error
        self.assertEqual(head, store.head(ledger))
        self.assertEqual(ledgers, store.ledgers())
        self.assertEqual(rows, store.log(ledger, **ALL))
        self.assertEqual([], store.by_id(ledger, [new.id]))
        self.assertEqual({}, store.by_key(ledger, ["new"]))
        self.assertEqual({}, store.introducing(ledger, ["role:new"]))
        self.assertEqual([snapshot] if before else [], store.saved(ledger, "key", "print"))
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
            with (
                self.subTest(seqs=seqs),
                self.assertRaises(StoreError),
                self.store.writing("career"),
            ):
                self.store.append("career", rows, b"")
            self.assertEqual(EMPTY, self.store.head("career"))

    def test_ids_and_keys_are_taken_once(self) -> None:
        """No two rows of a ledger have the same id or key, else the whole block fails."""
        first = new_row(1, key="key")
        append_rows(self.store, first)
        same: dict[str, str]
        for same in ({"id": "id-1"}, {"key": "key"}):
            with (
                self.subTest(same=same),
                self.assertRaises(StoreError),
                self.store.writing("career"),
            ):
                self.store.append("career", [new_row(2)], b"2" * 32)
                with suppress(StoreError):
                    self.store.append("career", [new_row(3), new_row(4, **same)], b"4" * 32)
            self.assertEqual([first], self.store.log("career", **ALL))
        self.assertEqual(2, append_rows(self.store, new_row(2)).size)

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

    def test_threads_see_whole_blocks(self) -> None:
        """Another thread waits for a block, or sees the ledger before it; never half of it."""
        self._sees_whole_blocks(self.store)

    def test_second_writers_see_whole_blocks(self) -> None:
        """Another store on the same ledgers waits for a block, and never sees half of it."""
        self.lasts()
        self._sees_whole_blocks(self.opened())

    def test_a_check_waits_for_nobody(self) -> None:
        """Another thread checks the store while a block lasts, and does not wait for its end."""
        append_rows(self.store, new_row(1))
        thread = Thread(target=self.store.check, daemon=True)
        with self.store.writing("career"):
            self.store.append("career", [new_row(2)], b"2" * 32)
            thread.start()
            thread.join(_LONG)
            self.assertFalse(thread.is_alive())

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

    def test_second_stores_see_what_was_appended(self) -> None:
        """What was appended when a block has ended is there for every store on its ledgers."""
        self.lasts()
        other = self.opened()
        rows = [new_row(1, key="k", introduces="role:cto"), new_row(2, on=None)]
        head = append_rows(self.store, *rows)
        self.assertEqual(head, other.head("career"))
        self.assertEqual(rows, other.log("career", **ALL))
        self.assertEqual({"k": 1}, other.by_key("career", ["k"]))
        self.assertEqual(3, append_rows(other, new_row(3)).size)
        self.assertEqual(3, self.store.head("career").size)

    def test_what_was_appended_outlives_a_crash(self) -> None:
        """What was appended when a block has ended outlives a process that is killed."""
        self._in_a_process_that_is_killed(lambda store: append_rows(store, new_row(1), new_row(2)))
        self.assertEqual([1, 2], [row.seq for row in self.opened().log("career", **ALL)])

    def test_nothing_is_there_of_a_block_that_crashed(self) -> None:
        """Nothing is there of a block whose process was killed, and others write at once."""
        append_rows(self.store, new_row(1))

        def crash(store: Store) -> None:  # pragma: no cover - it runs in the child
            with store.writing("career"):
                store.append("career", [new_row(2, key="k")], b"2" * 32)
                os._exit(0)

        self._in_a_process_that_is_killed(crash)
        again = self.opened()
        self.assertEqual([new_row(1)], again.log("career", **ALL))
        self.assertEqual({}, again.by_key("career", ["k"]))
        self.assertEqual(2, append_rows(again, new_row(2, key="k")).size)

    def _in_a_process_that_is_killed(self, work: Callable[[Store], object]) -> None:
        self.lasts()
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
        for name in _TEXTS:
            row = new_row(1, body=name.encode(), key="key", introduces=f"role:{name}")
            append_rows(self.store, row, ledger=name)
        self.assertEqual(sorted(_TEXTS), self.store.ledgers())
        for name in _TEXTS:
            self.assertEqual([name.encode()], [row.body for row in self.store.log(name, **ALL)])
            self.assertEqual([name], self.store.names(name, "role"))
            self.assertEqual({"key": 1}, self.store.by_key(name, ["key"]))

    def test_texts_are_compared_exactly(self) -> None:
        """Texts are compared exactly: by case, by the form of accents, and behind a NUL."""
        rows = [
            new_row(seq, id=text, key=text, introduces=f"role:{text}")
            for seq, text in enumerate(_TEXTS, start=1)
        ]
        append_rows(self.store, *rows)
        for seq, text in enumerate(_TEXTS, start=1):
            self.assertEqual([seq], [found[0] for found in self.store.by_id("career", [text])])
            self.assertEqual({text: seq}, self.store.by_key("career", [text]))
            name = f"role:{text}"
            self.assertEqual({name: [seq]}, self.store.introducing("career", [name]))
        self.assertEqual(sorted(_TEXTS), self.store.names("career", "role"))

    def test_facts_by_date_and_number(self) -> None:
        """Facts are in the order of date and number, whenever they were appended."""
        dates = ["2024-03-14", "2024", "2024-03", None, "2023-12-31", "2024", "2025"]
        append_rows(self.store, *(new_row(n, on=on) for n, on in enumerate(dates, start=1)))
        self.assertEqual([5, 2, 6, 3, 1, 7], self.numbers())
        self.assertEqual([5, 2, 6, 3, 1], self.numbers(until="2024-12-31"))
        self.assertEqual([5, 2, 6], self.numbers(until="2024"))
        self.assertEqual([6, 3, 1, 7], self.numbers(after=("2024", 2)))
        self.assertEqual([2, 6, 3, 1, 7], self.numbers(after=("2024", 0)))
        self.assertEqual([5, 2, 3, 1], self.numbers(upto=5))
        self.assertEqual([2, 6], self.numbers(after=("2023-12-31", 5), limit=2))
        append_rows(self.store, new_row(8, on="2024-02"))
        self.assertEqual([5, 2, 6, 8, 3, 1, 7], self.numbers())
        self.assertEqual(("2024-03", 3), self.store.place("career", 3))
        self.assertEqual(("", 4), self.store.place("career", 4))

    def test_facts_by_type(self) -> None:
        """Facts are chosen by type, then counted; no types choose nothing, None all."""
        append_rows(self.store, *(new_row(n, type=t) for n, t in enumerate("abcab", start=1)))
        self.assertEqual([1, 4], self.numbers(types={"a"}))
        self.assertEqual([1, 3, 4], self.numbers(types=frozenset("ac")))
        self.assertEqual([3], self.numbers(types={"c"}, limit=1))
        self.assertEqual([], self.numbers(types=["unheard"]))
        self.assertEqual([], self.numbers(types=set()))
        self.assertEqual([1, 2, 3, 4, 5], self.numbers(types=None))

    def test_corrections_have_no_date(self) -> None:
        """Corrections are the rows without a date, and no facts."""
        append_rows(self.store, *(new_row(n, on=None if n % 2 else "2024") for n in range(1, 8)))
        found = self.store.corrections("career", after=1, upto=6)
        self.assertEqual([(n, "thing.done", f"body of {n}".encode(), None) for n in (3, 5)], found)
        self.assertEqual([2, 4, 6], self.numbers())

    def test_many_are_looked_up_at_once(self) -> None:
        """Any number of ids, keys and names are looked up at once; asked twice, found once."""
        count = 1_203
        append_rows(
            self.store,
            *(
                new_row(n, key=f"key-{n}", introduces=f"role:{n % 1_000}")
                for n in range(1, count + 1)
            ),
        )
        wanted = range(count + 500, 0, -1)
        found = self.store.by_id("career", [f"id-{n}" for n in [*wanted, 1, count]])
        self.assertEqual(list(range(1, count + 1)), [seq for seq, *_ in found])
        self.assertEqual(
            {f"key-{n}": n for n in range(1, count + 1)},
            self.store.by_key("career", [f"key-{n}" for n in wanted]),
        )
        names = (f"role:{number}" for number in range(1_000))
        introduced = self.store.introducing("career", names)
        self.assertEqual(1_000, len(introduced))
        self.assertEqual([3, 1_003], introduced["role:3"])
        self.assertEqual(1_000, len(self.store.names("career", "role")))

    def test_names_of_one_kind(self) -> None:
        """The ids of a kind are those that any row introduces, each once, sorted."""
        introduced = [
            *("role:b", "role:a", "role:b", "rol:x", "roles:y", "role;z"),
            *(None, "role:", "role:a:b"),
        ]
        append_rows(
            self.store, *(new_row(n, introduces=it) for n, it in enumerate(introduced, start=1))
        )
        self.assertEqual(["", "a", "a:b", "b"], self.store.names("career", "role"))

    def test_known_at_an_instant(self) -> None:
        """Known are the rows that were recorded up to an instant, and at it."""
        instants = ["2024-01-01", "2024-01-01", "2024-02-01", "2024-03-01"]
        append_rows(
            self.store, *(new_row(n, recorded_at=at) for n, at in enumerate(instants, start=1))
        )
        asked = ["2023", "2024-01-01", "2024-01-15", "2024-02-01", "2024-03-01", "2025"]
        found = [self.store.known("career", instant) for instant in asked]
        self.assertEqual([0, 2, 2, 3, 4, 4], found)

    def test_touched_places(self) -> None:
        """A place is touched by a newer row of the types asked for that lies up to it."""
        append_rows(
            self.store,
            new_row(1, on="2020"),
            new_row(2, on="2022", type="b"),
            new_row(3, on=None),
            new_row(4, on="2024"),
        )

        def touched(
            after: int, upto: int, place: tuple[str, int], types: Collection[str] | None = None
        ) -> bool:
            return self.store.touched("career", after=after, upto=upto, place=place, types=types)

        self.assertTrue(touched(0, 4, ("2020", 1)))
        self.assertFalse(touched(0, 4, ("2020", 0)))
        self.assertFalse(touched(1, 4, ("2021", 9)))
        self.assertTrue(touched(1, 2, ("2022", 2)))
        self.assertFalse(touched(1, 1, ("2022", 2)))
        self.assertFalse(touched(2, 3, ("9999", 9)))
        self.assertTrue(touched(1, 4, ("2023", 1), {"b", "c"}))
        self.assertFalse(touched(1, 4, ("2023", 1), {"thing.done"}))
        self.assertFalse(touched(0, 4, ("9999", 9), set()))

    # Snapshots

    def test_snapshots_are_replaced(self) -> None:
        """Saving replaces the snapshots under a key; they come back furthest place first."""
        append_rows(self.store, new_row(1), new_row(2), new_row(3))
        old = Saved(1, "2024", 1, b"state")
        # How much each of them knew says nothing of its place.
        late, early = Saved(2, "2023", 1, b"state"), Saved(3, "2022", 1, b"state")
        self.store.save("career", "key", "print", [old])
        self.store.save("career", "other", "print", [old])
        self.store.save("career", "key", "print", [late, early])
        self.assertEqual([late, early], self.store.saved("career", "key", "print"))
        self.assertEqual([late], self.store.saved("career", "key", "print", limit=1))
        self.assertEqual([old], self.store.saved("career", "other", "print"))
        self.store.save("career", "key", "print", [])
        self.assertEqual([], self.store.saved("career", "key", "print"))

    def test_snapshots_of_other_code(self) -> None:
        """Snapshots that were made with another fingerprint are not seen, and are replaced."""
        append_rows(self.store, new_row(1))
        snapshot = Saved(1, "2024", 1, b"state")
        self.store.save("career", "key", "old code", [snapshot])
        self.assertEqual([], self.store.saved("career", "key", "new code"))
        self.store.save("career", "key", "new code", [snapshot])
        self.assertEqual([], self.store.saved("career", "key", "old code"))
        self.assertEqual([snapshot], self.store.saved("career", "key", "new code"))

    def test_snapshots_need_a_ledger(self) -> None:
        """Snapshots of a ledger that does not exist are not kept, and do not make it."""
        self.store.save("career", "key", "print", [Saved(1, "2024", 1, b"state")])
        self.assertEqual([], self.store.saved("career", "key", "print"))
        self.assertEqual([], self.store.ledgers())

    def test_snapshots_from_before_a_correction(self) -> None:
        """Snapshots are not kept when a row without a date came since they were made."""
        append_rows(self.store, new_row(1), new_row(2, on=None), new_row(3))
        early, late = (Saved(seen, "2024", 1, b"state") for seen in (1, 2))
        self.store.save("career", "key", "print", [early])
        self.assertEqual([], self.store.saved("career", "key", "print"))
        self.store.save("career", "key", "print", [late])
        self.store.save("career", "key", "print", [early])
        self.assertEqual([late], self.store.saved("career", "key", "print"))

    # What is personal

    def test_what_is_personal_comes_back(self) -> None:
        """What a row holds beside its body comes back wherever its body does."""
        append_rows(self.store, new_row(1, personal=b"a\nb"), new_row(2), new_row(3, personal=b"c"))
        self.assertEqual([(1, b"a\nb"), (3, b"c")], self.store.personal("career"))
        self.assertEqual(
            [b"a\nb", None, b"c"],
            [row[3] for row in self.store.facts("career", **_EVERY_FACT)],
        )
        self.assertEqual(b"c", self.store.by_id("career", ["id-3"])[0][3])
        self.assertEqual([], self.store.personal("other"))

    def test_what_is_personal_is_erased(self) -> None:
        """Lines go, other rows and other ledgers stay, and so does all else of the row."""
        rows = [new_row(1, personal=b"a\nb"), new_row(2, personal=b"a"), new_row(3, personal=b"c")]
        append_rows(self.store, *rows)
        append_rows(self.store, *rows, ledger="other")
        self.store.save("career", "key", "print", [Saved(3, "2024", 1, b"a")])
        self.store.save("other", "key", "print", [Saved(3, "2024", 1, b"a")])
        with self.store.writing("career"):
            self.store.erase("career", {1: b"b", 2: None})
        self.store.purge()
        self.assertEqual([(1, b"b"), (3, b"c")], self.store.personal("career"))
        self.assertEqual(
            [rows[0]._replace(personal=b"b"), rows[1]._replace(personal=None), rows[2]],
            self.store.log("career", **ALL),
        )
        self.assertEqual(rows, self.store.log("other", **ALL))
        self.assertEqual([], self.store.saved("career", "key", "print"))
        self.assertEqual(1, len(self.store.saved("other", "key", "print")))

    def test_an_erasure_that_fails(self) -> None:
        """When a block fails, nothing was erased in it."""
        row = new_row(1, personal=b"a")
        append_rows(self.store, row)
        with suppress(_StopError), self.store.writing("career"):
            self.store.erase("career", {1: None})
            raise _StopError
        self.assertEqual([row], self.store.log("career", **ALL))

    def test_erasing_never_adds(self) -> None:
        """Nothing can be put where it was not, and only a writer can erase."""
        append_rows(self.store, new_row(1, personal=b"a"), new_row(2))
        for left in ({1: b"a"}, {1: b"b"}, {1: b"a\nb"}, {2: b"a"}):
            with self.assertRaises(StoreError), self.store.writing("career"):
                self.store.erase("career", left)
        with self.assertRaises(StoreError):
            self.store.erase("career", {1: None})
        self.assertEqual([(1, b"a")], self.store.personal("career"))

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
            lambda: store.log("career", **ALL),
            lambda: store.facts("career", **_EVERY_FACT),
            lambda: store.names("career", "role"),
            lambda: store.saved("career", "key", "print"),
            lambda: store.save("career", "key", "print", []),
            lambda: append_rows(store, new_row(2)),
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
            self.assertEqual([], self.opened().ledgers())

    def test_it_shows_what_it_is(self) -> None:
        """The store's repr begins with its class, so that a message can name it."""
        self.assertTrue(repr(self.store).startswith(type(self.store).__name__))

    # Everything together

    def test_any_history(self) -> None:
        """Whatever was done to it before, the store answers as a plain list of rows would."""
        make, lasting = self.make[0], self.lasting

        class Machine(_Machine):
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


# Few values, so that they meet.
texts: Final = st.sampled_from(["", "a", "b", "B", "a\0b", "é", "\U0001f680"])
ledgers: Final = st.sampled_from(["ada", "ada", "bob", "", "a\0b"])
types: Final = st.sampled_from(["x.done", "y.done", "z.done"])
dates: Final = st.sampled_from(["2023", "2024", "2024-02", "2024-02-29", "2025-01"])
names: Final = st.builds("{}:{}".format, st.sampled_from(["role", "roles"]), texts)
numbers: Final = st.integers(0, 30)
places: Final = st.tuples(dates | st.just(""), numbers)
selections: Final = st.none() | st.sets(types)
new_rows: Final = st.fixed_dictionaries(
    {
        "type": types,
        "on": st.none() | dates,
        "key": st.none() | texts,
        "introduces": st.none() | names,
        "body": st.binary(max_size=2),
        "personal": st.none() | st.sampled_from([b"a", b"a\nb", b"a\nb\nc"]),
    }
)
_blocks: Final = st.lists(st.lists(new_rows, min_size=1, max_size=3), min_size=1, max_size=3)
snapshots: Final = st.lists(
    st.builds(Saved, numbers, dates, numbers, st.binary(max_size=1)),
    max_size=3,
    unique_by=lambda saved: saved[1:3],
)


class _StopError(Exception):
    """Ends a block of writing half-way."""


class _Machine(RuleBasedStateMachine):
    """A store, and a second one on the same ledgers if it lasts, beside plain lists."""

    def __init__(self, make_store: MakeStore, *, lasting: bool) -> None:
        super().__init__()
        self.make_store, self.lasting = make_store, lasting
        self.folder = Path(mkdtemp(prefix="careerledger-"))
        self.rows: dict[str, list[Row]] = defaultdict(list)
        self.heads: dict[str, Head] = {}
        self.kept: dict[tuple[str, str], tuple[str, list[Saved]]] = {}
        self.count = 0
        self.stores = [make_store(self.folder) for _ in range(1 + lasting)]

    def teardown(self) -> None:
        for store in self.stores:
            store.close()
        rmtree(self.folder, ignore_errors=True)

    def agree(self, expected: object, method: str, *args: Any, **kwargs: Any) -> None:
        for store in self.stores:
            found = getattr(store, method)(*args, **kwargs)
            if found != expected:
                told = ", ".join([*map(repr, args), *(f"{k}={v!r}" for k, v in kwargs.items())])
                raise AssertionError(
                    f"{store!r}.{method}({told}) is {found!r}, where it must be {expected!r}"
                )

    def batch(self, ledger: str, drawn: list[dict[str, Any]]) -> tuple[list[Row], bytes]:
        """Rows that a ledger can take, and the frontier that it then has."""
        here = self.rows[ledger]
        taken: set[str | None] = {row.key for row in here if row.key is not None}
        rows: list[Row] = []
        for seq, fields in enumerate(drawn, start=len(here) + 1):
            self.count += 1
            key = None if fields["key"] in taken else fields["key"]
            taken |= {key} - {None}
            rows.append(
                Row(
                    seq=seq,
                    id=f"id {self.count}",
                    type=fields["type"],
                    on=fields["on"],
                    recorded_at=f"2024-{self.count // 3:06}",
                    key=key,
                    body=fields["body"],
                    leaf=leaf_hash(fields["body"]),
                    introduces=fields["introduces"],
                    personal=fields["personal"],
                )
            )
        return rows, _frontier_behind(self.heads.get(ledger, EMPTY), rows)

    @rule(ledger=ledgers, blocks=_blocks, last=st.booleans())
    def append(self, ledger: str, blocks: list[list[dict[str, Any]]], last: bool) -> None:  # noqa: FBT001
        store = self.stores[-1 if last else 0]
        for drawn in blocks:
            rows, frontier = self.batch(ledger, drawn)
            with store.writing(ledger) as head:
                assert self.heads.get(ledger, EMPTY) == head, "the block begins at another head"
                store.append(ledger, rows, frontier)
            self.rows[ledger] += rows
            self.heads[ledger] = Head(rows[-1].seq, rows[-1].recorded_at, frontier)
        self.agree(self.rows[ledger], "log", ledger, **ALL)
        dated = sorted((row for row in self.rows[ledger] if row.on is not None), key=_place)
        self.agree([_slim(row) for row in dated], "facts", ledger, **_EVERY_FACT)

    @rule(ledger=ledgers, drawn=st.lists(new_rows, min_size=1, max_size=3))
    def append_and_fail(self, ledger: str, drawn: list[dict[str, Any]]) -> None:
        rows, frontier = self.batch(ledger, drawn)
        for store in self.stores:
            with suppress(_StopError), store.writing(ledger):
                store.append(ledger, rows, frontier)
                raise _StopError

    @precondition(lambda self: any(self.rows.values()))
    @rule(data=st.data(), drawn=new_rows, other=st.booleans())
    def append_what_is_taken(self, data: st.DataObject, drawn: dict[str, Any], other: bool) -> None:  # noqa: FBT001
        ledger = data.draw(
            st.sampled_from(sorted(name for name, here in self.rows.items() if here))
        )
        taken = data.draw(st.sampled_from(self.rows[ledger]))
        rows, frontier = self.batch(ledger, [drawn])
        same: dict[str, Any] = {"id": taken.id}
        if other and taken.key is not None:
            same = {"key": taken.key}
        for store in self.stores:
            refused = False
            try:
                with store.writing(ledger):
                    store.append(ledger, [rows[0]._replace(**same)], frontier)
            except StoreError:
                refused = True
            assert refused, f"{store!r} took {same!r} twice"

    @rule(ledger=ledgers, key=texts, fingerprint=texts, saved=snapshots)
    def save(self, ledger: str, key: str, fingerprint: str, saved: list[Saved]) -> None:
        self.stores[0].save(ledger, key, fingerprint, saved)
        known = max((one.seen for one in saved), default=self.heads.get(ledger, EMPTY).size)
        since = any(row.on is None and row.seq > known for row in self.rows[ledger])
        if ledger in self.heads and not since:
            furthest_first = sorted(saved, key=lambda one: one[1:3], reverse=True)
            self.kept[ledger, key] = (fingerprint, furthest_first)

    @rule(ledger=ledgers, some=st.sets(st.integers(1, 6)), whole=st.booleans(), last=st.booleans())
    def erase(self, ledger: str, some: set[int], whole: bool, last: bool) -> None:  # noqa: FBT001
        here = self.rows[ledger]
        left = {
            row.seq: None if whole else row.personal.split(b"\n")[0]
            for row in here
            if row.seq in some and row.personal is not None and (whole or b"\n" in row.personal)
        }
        store = self.stores[-1 if last else 0]
        with store.writing(ledger):
            store.erase(ledger, left)
        self.rows[ledger] = [row._replace(personal=left.get(row.seq, row.personal)) for row in here]
        for name, key in list(self.kept):
            if name == ledger:
                del self.kept[name, key]
        self.agree(self.rows[ledger], "log", ledger, **ALL)
        for kept in self.stores:
            assert all(not kept.saved(ledger, key, "print") for key in ("key", "other"))

    @invariant()
    def what_is_personal_is_there(self) -> None:
        for ledger in self.heads:
            held = [(r.seq, r.personal) for r in self.rows[ledger] if r.personal is not None]
            self.agree(held, "personal", ledger)

    @precondition(lambda self: self.lasting)
    @rule(which=st.integers(0, 1))
    def reopen(self, which: int) -> None:
        self.stores[which].close()
        self.stores[which] = self.make_store(self.folder)

    @invariant()
    def heads_are_right(self) -> None:
        self.agree(sorted(self.heads), "ledgers")
        for ledger, head in self.heads.items():
            self.agree(head, "head", ledger)

    @rule(ledger=ledgers, after=numbers, upto=numbers, limit=numbers)
    def log(self, ledger: str, after: int, upto: int, limit: int) -> None:
        expected = [row for row in self.rows[ledger] if after < row.seq <= upto][:limit]
        self.agree(expected, "log", ledger, after=after, upto=upto, limit=limit)

    @rule(ledger=ledgers, after=places, until=dates, upto=numbers, types=selections, limit=numbers)
    def facts(self, *, ledger: str, **part: Any) -> None:
        dated = [row for row in self.rows[ledger] if row.on is not None]
        expected = [
            _slim(row)
            for row in sorted(dated, key=_place)
            if part["after"] < _place(row)
            and _place(row)[0] <= part["until"]
            and row.seq <= part["upto"]
            and (part["types"] is None or row.type in part["types"])
        ]
        self.agree(expected[: part["limit"]], "facts", ledger, **part)

    @rule(ledger=ledgers, after=numbers, upto=numbers)
    def corrections(self, ledger: str, after: int, upto: int) -> None:
        expected = [
            _slim(row) for row in self.rows[ledger] if row.on is None and after < row.seq <= upto
        ]
        self.agree(expected, "corrections", ledger, after=after, upto=upto)

    @rule(ledger=ledgers, extra=st.lists(texts))
    def lookups(self, ledger: str, extra: list[str]) -> None:
        here = self.rows[ledger]
        ids = {row.id for row in here[::2]}.union(extra)
        self.agree([_slim(row) for row in here if row.id in ids], "by_id", ledger, ids)
        self.agree({row.key: row.seq for row in here if row.key in extra}, "by_key", ledger, extra)
        for row in here:
            self.agree(_place(row), "place", ledger, row.seq)

    @rule(ledger=ledgers, asked=st.sets(names))
    def introduced(self, ledger: str, asked: set[str]) -> None:
        by_name: dict[str, list[int]] = defaultdict(list)
        for row in self.rows[ledger]:
            if row.introduces is not None:
                by_name[row.introduces].append(row.seq)
        asked |= set(sorted(by_name)[::2])
        expected = {name: by_name[name] for name in asked if name in by_name}
        self.agree(expected, "introducing", ledger, asked)
        for kind in ("role", "roles", "other"):
            found = sorted(n.partition(":")[2] for n in by_name if n.startswith(f"{kind}:"))
            self.agree(found, "names", ledger, kind)

    @rule(ledger=ledgers, number=numbers)
    def known(self, ledger: str, number: int) -> None:
        instant = f"2024-{number:06}"
        expected = sum(row.recorded_at <= instant for row in self.rows[ledger])
        self.agree(expected, "known", ledger, instant)

    @rule(ledger=ledgers, after=numbers, upto=numbers, place=places, types=selections)
    def touched(self, *, ledger: str, **part: Any) -> None:
        expected = any(
            row.on is not None
            and part["after"] < row.seq <= part["upto"]
            and _place(row) <= part["place"]
            and (part["types"] is None or row.type in part["types"])
            for row in self.rows[ledger]
        )
        self.agree(expected, "touched", ledger, **part)

    @rule(fingerprint=texts)
    def saved(self, fingerprint: str) -> None:
        for (ledger, key), (made_with, expected) in self.kept.items():
            self.agree(expected, "saved", ledger, key, made_with)
            self.agree(expected[:1], "saved", ledger, key, made_with, limit=1)
            mine = expected if fingerprint == made_with else []
            self.agree(mine, "saved", ledger, key, fingerprint)


def _slim(row: Row) -> Slim:
    return (row.seq, row.type, row.body, row.personal)


def _place(row: Row) -> tuple[str, int]:
    return (row.on or "", row.seq)
