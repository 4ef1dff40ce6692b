"""Every store answers as a plain list of rows would, whatever was done to it before."""

import shutil
from collections import defaultdict
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from careerledger.proofs import Frontier, leaf_hash
from careerledger.stores import EMPTY, Head, Row, Saved
from careerledger.stores.memory import MemoryStore
from careerledger.stores.sqlite import SQLiteStore

# Few values, so that they meet; and any text at all, now and then.
texts = st.sampled_from(["", "a", "b", "B", "a\0b", "é", "\U0001f680"]) | st.text(max_size=5)
ledgers = st.sampled_from(["ada", "bob"]) | texts
types = st.sampled_from(["x.done", "y.done", "z.done"])
dates = st.sampled_from(["2023", "2024", "2024-02", "2024-02-29", "2025-01"])
names = st.builds("{}:{}".format, st.sampled_from(["role", "roles"]), texts)
numbers = st.integers(0, 30)
places = st.tuples(dates | st.just(""), numbers)
selections = st.none() | st.sets(types)
new_rows = st.fixed_dictionaries(
    {
        "type": types,
        "on": st.none() | dates,
        "key": st.none() | texts,
        "introduces": st.none() | names,
        "body": st.binary(max_size=40),
    }
)
snapshots = st.lists(
    st.builds(Saved, numbers, dates, numbers, st.binary(max_size=5)),
    max_size=4,
    unique_by=lambda saved: saved[1:3],
)


class StopError(Exception):
    """Ends a block of writing half-way."""


class Stores(RuleBasedStateMachine):
    """A memory store, a SQLite store and a second connection to its file, beside plain lists."""

    def __init__(self):
        super().__init__()
        self.folder = Path(mkdtemp())
        self.file = self.folder / "some.ledger"
        self.rows: dict[str, list[Row]] = defaultdict(list)
        self.heads: dict[str, Head] = {}
        self.kept: dict[tuple[str, str], tuple[str, list[Saved]]] = {}
        self.count = 0

    @initialize()
    def open(self):
        self.memory = MemoryStore()
        self.sqlite = self.connected()
        self.second = self.connected()

    def connected(self):
        store = SQLiteStore(self.file)
        # What is tested here is not whether it survives a power cut, so no need to wait for it.
        store._connection.pragma("synchronous", "OFF")
        return store

    def teardown(self):
        for store in self.stores:
            store.close()
        assert ["some.ledger"] == [left.name for left in self.folder.iterdir()]
        shutil.rmtree(self.folder)

    @property
    def stores(self):
        return self.memory, self.sqlite, self.second

    def agree(self, expected, method, *args, **kwargs):
        for store in self.stores:
            assert expected == getattr(store, method)(*args, **kwargs), store

    # Writing

    def batch(self, ledger, drawn):
        """Rows that a ledger can take, and the head that it then has."""
        here = self.rows[ledger]
        taken = {row.key for row in here if row.key is not None}
        head = self.heads.get(ledger, EMPTY)
        frontier = Frontier(head.size, head.frontier)
        rows = []
        for seq, fields in enumerate(drawn, start=len(here) + 1):
            self.count += 1
            key = None if fields["key"] in taken else fields["key"]
            taken |= {key} - {None}
            rows.append(
                Row(
                    seq=seq,
                    id=f"id {self.count}",
                    recorded_at=f"2024-{self.count // 3:06}",
                    leaf=leaf_hash(fields["body"]),
                    **(fields | {"key": key}),
                )
            )
            frontier.append(rows[-1].leaf)
        return rows, frontier.packed

    @rule(ledger=ledgers, drawn=st.lists(new_rows, min_size=1, max_size=5), second=st.booleans())
    def append(self, ledger, drawn, second):
        rows, frontier = self.batch(ledger, drawn)
        for store in (self.memory, self.second if second else self.sqlite):
            with store.writing(ledger) as head:
                assert self.heads.get(ledger, EMPTY) == head
                store.append(ledger, rows, frontier)
        self.rows[ledger] += rows
        self.heads[ledger] = Head(rows[-1].seq, rows[-1].recorded_at, frontier)

    @rule(ledger=ledgers, drawn=st.lists(new_rows, min_size=1, max_size=3))
    def append_and_fail(self, ledger, drawn):
        rows, frontier = self.batch(ledger, drawn)
        for store in self.stores:
            with suppress(StopError), store.writing(ledger):
                store.append(ledger, rows, frontier)
                raise StopError

    @rule(ledger=ledgers, key=texts, fingerprint=texts, saved=snapshots)
    def save(self, ledger, key, fingerprint, saved):
        for store in (self.memory, self.sqlite):
            store.save(ledger, key, fingerprint, saved)
        if ledger in self.heads:
            self.kept[ledger, key] = (fingerprint, sorted(saved, key=lambda one: one[1:3]))

    @rule(second=st.booleans())
    def reopen(self, second):
        which = "second" if second else "sqlite"
        getattr(self, which).close()
        setattr(self, which, self.connected())

    # Reading

    @invariant()
    def same_heads(self):
        if hasattr(self, "memory"):
            self.agree(sorted(self.heads), "ledgers")
            for ledger, head in self.heads.items():
                self.agree(head, "head", ledger)

    @rule(ledger=ledgers, after=numbers, upto=numbers, limit=numbers)
    def log(self, ledger, after, upto, limit):
        expected = [row for row in self.rows[ledger] if after < row.seq <= upto][:limit]
        self.agree(expected, "log", ledger, after=after, upto=upto, limit=limit)

    @rule(ledger=ledgers, after=places, until=dates, upto=numbers, types=selections, limit=numbers)
    def facts(self, *, ledger, after, until, upto, types, limit):
        expected = [
            (row.seq, row.type, row.body)
            for row in sorted(
                (row for row in self.rows[ledger] if row.on is not None),
                key=lambda row: (row.on, row.seq),
            )
            if after < (row.on, row.seq)
            and row.on <= until
            and row.seq <= upto
            and (types is None or row.type in types)
        ][:limit]
        self.agree(
            expected, "facts", ledger, after=after, until=until, upto=upto, types=types, limit=limit
        )

    @rule(ledger=ledgers, after=numbers, upto=numbers)
    def corrections(self, ledger, after, upto):
        expected = [
            (row.seq, row.type, row.body)
            for row in self.rows[ledger]
            if row.on is None and after < row.seq <= upto
        ]
        self.agree(expected, "corrections", ledger, after=after, upto=upto)

    @rule(ledger=ledgers, extra=st.lists(texts))
    def lookups(self, ledger, extra):
        here = self.rows[ledger]
        ids = {row.id for row in here[::2]}.union(extra)
        self.agree(
            [(row.seq, row.type, row.body) for row in here if row.id in ids], "by_id", ledger, ids
        )
        self.agree({row.key: row.seq for row in here if row.key in extra}, "by_key", ledger, extra)
        for row in here:
            self.agree((row.on or "", row.seq), "place", ledger, row.seq)

    @rule(ledger=ledgers, asked=st.sets(names))
    def introduced(self, ledger, asked):
        here = [row for row in self.rows[ledger] if row.introduces is not None]
        asked |= {row.introduces for row in here[::2]}
        self.agree(
            {
                name: seqs
                for name in asked
                if (seqs := [row.seq for row in here if row.introduces == name])
            },
            "introducing",
            ledger,
            asked,
        )
        for kind in ("role", "roles", "other"):
            found = {
                row.introduces.partition(":")[2]
                for row in here
                if row.introduces.startswith(f"{kind}:")
            }
            self.agree(sorted(found), "names", ledger, kind)

    @rule(ledger=ledgers, instant=st.integers(0, 30))
    def known(self, ledger, instant):
        instant = f"2024-{instant:06}"
        expected = sum(row.recorded_at <= instant for row in self.rows[ledger])
        self.agree(expected, "known", ledger, instant)

    @rule(ledger=ledgers, after=numbers, upto=numbers, place=places, types=selections)
    def touched(self, ledger, after, upto, place, types):
        expected = any(
            row.on is not None
            and after < row.seq <= upto
            and (row.on, row.seq) <= place
            and (types is None or row.type in types)
            for row in self.rows[ledger]
        )
        self.agree(expected, "touched", ledger, after=after, upto=upto, place=place, types=types)

    @rule(fingerprint=texts)
    def saved(self, fingerprint):
        for (ledger, key), (made_with, expected) in self.kept.items():
            self.agree(expected, "saved", ledger, key, made_with)
            if fingerprint != made_with:
                self.agree([], "saved", ledger, key, fingerprint)


TestStores = Stores.TestCase
