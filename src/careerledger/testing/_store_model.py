"""A model of a store: plain lists of rows, and a state machine that compares a store with them."""

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from careerledger.errors import StoreError
from careerledger.proofs import Frontier, leaf_hash
from careerledger.stores import EMPTY, Head, Order, Query, Row, Snapshot, Store, is_by_place

__all__ = ["MakeStore", "StopError", "StoreMachine", "append_rows", "expected_rows", "new_row"]

MakeStore = Callable[[Path], Store]
"""Makes a store with its ledgers in a folder."""


def new_row(seq: int, **fields: Any) -> Row:
    """Return a row for a test.

    Args:
        seq: The number of the row in its ledger.
        fields: Other fields of ``careerledger.stores.Row``; each has a default.
    """
    body = fields.pop("body", f"body of {seq}".encode())
    row = Row(
        seq=seq,
        id=f"id-{seq}",
        type="thing.done",
        on="2024-03",
        recorded_at=f"2024-05-01T00:00:{seq:09.6f}Z",
        key=None,
        source=None,
        batch=None,
        target=None,
        introduces=None,
        names=None,
        body=body,
        leaf=leaf_hash(body),
    )
    return row._replace(**fields)


def append_rows(store: Store, *rows: Row, ledger: str = "career") -> Head:
    """Append rows to a ledger in one block, with their frontier.

    Args:
        store: The store of the ledger.
        rows: Rows that follow the last one of the ledger.
        ledger: The name of the ledger.

    Returns:
        The new head.
    """
    with store.writing(ledger) as head:
        store.append(ledger, rows, _frontier_after(head, rows))
    return store.head(ledger)


def _frontier_after(head: Head, rows: Collection[Row]) -> bytes:
    frontier = Frontier(head.size, head.frontier)
    for row in rows:
        frontier.append(row.leaf)
    return frontier.packed


def expected_rows(rows: Iterable[Row], query: Query) -> list[Row]:
    """Return the rows that a store must return for a query, given all rows by number."""
    selected = [row for row in rows if _matches(row, query)]
    if query.order == "newest":
        selected.reverse()
    if is_by_place(query):
        selected.sort(key=_place, reverse=query.order == "latest")
    return selected[: query.limit]


def _matches(row: Row, query: Query) -> bool:
    dated, mentions = row.on is not None, {row.introduces, *json.loads(row.names or "[]")}
    conditions = {
        "after": row.seq > query.after,
        "upto": query.upto is None or row.seq <= query.upto,
        "behind": dated and _place(row) > (query.behind or ("", 0)),
        "before": dated and _place(row) < (query.before or ("", 0)),
        "until": dated and (row.on or "") <= (query.until or ""),
        "recorded_until": row.recorded_at <= (query.recorded_until or ""),
        "types": row.type in (query.types or ()),
        "ids": row.id in (query.ids or ()),
        "keys": row.key in (query.keys or ()),
        "source": row.source == query.source,
        "batch": row.batch == query.batch,
        "targets": row.target in (query.targets or ()),
        "introduces": row.introduces in (query.introduces or ()),
        "names": query.names in mentions,
        "kind": (row.introduces or "").startswith(f"{query.kind}:"),
        "personal": query.personal == (row.personal is not None),
        "dated": query.dated == dated,
        "order": dated or not is_by_place(query),
        "limit": True,
    }
    return all(conditions[name] for name, value in query._asdict().items() if value is not None)


# Few values, so that several rows share one.
texts: Final = st.sampled_from(["", "a", "b", "B", "a\0b", "é", "\U0001f680"])
ledgers: Final = st.sampled_from(["ada", "ada", "bob", "", "a\0b"])
types: Final = st.sampled_from(["x.done", "y.done", "z.done"])
dates: Final = st.sampled_from(["2023", "2024", "2024-02", "2024-02-29", "2025-01"])
kinds: Final = st.sampled_from(["role", "roles"])
names: Final = st.builds("{}:{}".format, kinds, texts)
numbers: Final = st.integers(0, 30)
ids: Final = st.builds("id {}".format, numbers)
new_rows: Final = st.fixed_dictionaries(
    {
        "type": types,
        "on": st.none() | dates,
        "key": st.none() | texts,
        "source": st.none() | texts,
        "batch": st.none() | texts,
        "target": st.none() | ids,
        "introduces": st.none() | names,
        "names": st.none() | st.lists(names, max_size=3).map(json.dumps),
        "body": st.binary(max_size=2),
        "personal": st.none() | st.sampled_from([b"a", b"a\nb", b"a\nb\nc"]),
    }
)
_some_rows: Final = st.lists(new_rows, min_size=1, max_size=3)
conditions: Final[dict[str, st.SearchStrategy[Any]]] = {
    "after": numbers,
    "upto": numbers,
    "behind": st.tuples(dates | st.just(""), numbers),
    "before": st.tuples(dates | st.just(""), numbers),
    "until": dates,
    "recorded_until": st.builds("2024-{:06}".format, numbers),
    "types": st.sets(types),
    "ids": st.lists(ids),
    "keys": st.lists(texts),
    "source": texts,
    "batch": texts,
    "targets": st.lists(ids),
    "introduces": st.lists(names),
    "names": names,
    "kind": kinds | st.just("rol"),
    "personal": st.booleans(),
    "dated": st.booleans(),
}
orders: Final[st.SearchStrategy[Order]] = st.sampled_from(("number", "newest", "place", "latest"))


@st.composite
def queries(draw: st.DrawFn) -> Query:
    """Return queries with up to three conditions, in any order, with or without a limit."""
    fields = draw(st.sets(st.sampled_from(sorted(conditions)), max_size=3))
    values = {field: draw(conditions[field]) for field in fields}
    return Query(**values, order=draw(orders), limit=draw(st.none() | numbers))


snapshots: Final = st.lists(
    st.builds(Snapshot, numbers, dates, numbers, st.binary(max_size=1)),
    max_size=3,
    unique_by=lambda snapshot: snapshot[1:3],
)


class StopError(Exception):
    """Stops a writing block half-way."""


class StoreMachine(RuleBasedStateMachine):
    """A store, a second store on the same ledgers if these last, and plain lists of the rows."""

    def __init__(self, make_store: MakeStore, *, lasting: bool) -> None:
        super().__init__()
        self.make_store, self.lasting = make_store, lasting
        self.folder = Path(mkdtemp(prefix="careerledger-"))
        self.rows: dict[str, list[Row]] = defaultdict(list)
        self.heads: dict[str, Head] = {}
        self.saved: dict[tuple[str, str], tuple[str, list[Snapshot]]] = {}
        self.count = 0
        self.stores = [make_store(self.folder) for _ in range(1 + lasting)]

    def teardown(self) -> None:
        """Close the stores and remove their folder."""
        for store in self.stores:
            store.close()
        rmtree(self.folder, ignore_errors=True)

    def check_answer(self, expected: object, method: str, *args: Any, **kwargs: Any) -> None:
        """Raise AssertionError unless a method of each store returns the expected value."""
        for store in self.stores:
            answer = getattr(store, method)(*args, **kwargs)
            if answer != expected:
                call = ", ".join([*map(repr, args), *(f"{k}={v!r}" for k, v in kwargs.items())])
                raise AssertionError(
                    f"a store breaks the promise any_history: after the steps above, "
                    f"{store!r}.{method}({call}) returns\n  {answer!r}\nand must return\n"
                    f"  {expected!r}"
                )

    def drawn_rows(self, ledger: str, drawn: list[dict[str, Any]]) -> tuple[list[Row], bytes]:
        """Return rows that a ledger accepts, and its frontier after them."""
        rows: list[Row] = []
        for seq, fields in enumerate(drawn, start=len(self.rows[ledger]) + 1):
            self.count += 1
            at = f"2024-{self.count // 3:06}"
            rows.append(new_row(seq, **{"id": f"id {self.count}", "recorded_at": at} | fields))
        return rows, _frontier_after(self.heads.get(ledger, EMPTY), rows)

    @rule(ledger=ledgers, blocks=st.lists(_some_rows, min_size=1, max_size=3), last=st.booleans())
    def append(self, ledger: str, blocks: list[list[dict[str, Any]]], *, last: bool) -> None:
        """Append several blocks through the first or the last store."""
        store = self.stores[-1 if last else 0]
        for drawn in blocks:
            rows, frontier = self.drawn_rows(ledger, drawn)
            with store.writing(ledger) as head:
                if head != self.heads.get(ledger, EMPTY):
                    raise AssertionError(
                        f"a store breaks the promise any_history: {store!r}.writing({ledger!r}) "
                        f"yields {head!r}, and must yield {self.heads.get(ledger, EMPTY)!r}"
                    )
                store.append(ledger, rows, frontier)
            self.rows[ledger] += rows
            self.heads[ledger] = Head(rows[-1].seq, rows[-1].recorded_at, frontier)
        for query in (Query(), Query(order="place"), Query(order="latest")):
            self.check_answer(expected_rows(self.rows[ledger], query), "rows", ledger, query)

    @rule(ledger=ledgers, drawn=_some_rows)
    def append_and_fail(self, ledger: str, drawn: list[dict[str, Any]]) -> None:
        """Append rows in a block that raises."""
        rows, frontier = self.drawn_rows(ledger, drawn)
        for store in self.stores:
            with suppress(StopError), store.writing(ledger):
                store.append(ledger, rows, frontier)
                raise StopError

    @rule(ledger=ledgers, drawn=new_rows, at=numbers)
    def append_used_id(self, ledger: str, drawn: dict[str, Any], at: int) -> None:
        """Append a row with the id of an earlier one, if there is one."""
        used = [row.id for row in self.rows[ledger][at : at + 1]]
        rows, frontier = self.drawn_rows(ledger, [drawn | {"id": id_} for id_ in used])
        for store in self.stores:
            with suppress(StoreError), store.writing(ledger):
                store.append(ledger, rows, frontier)
        self.check_answer(self.rows[ledger], "rows", ledger, Query())

    @rule(ledger=ledgers, key=texts, fingerprint=texts, drawn=snapshots)
    def save(self, ledger: str, key: str, fingerprint: str, drawn: list[Snapshot]) -> None:
        """Save snapshots."""
        self.stores[0].save(ledger, key, fingerprint, drawn)
        seen = max((one.seen for one in drawn), default=self.heads.get(ledger, EMPTY).size)
        is_stale = any(row.on is None and row.seq > seen for row in self.rows[ledger])
        if ledger in self.heads and not is_stale:
            latest_first = sorted(drawn, key=lambda one: one[1:3], reverse=True)
            self.saved[ledger, key] = (fingerprint, latest_first)

    @rule(ledger=ledgers, seqs=st.sets(st.integers(1, 6)), whole=st.booleans(), last=st.booleans())
    def erase(self, ledger: str, seqs: set[int], *, whole: bool, last: bool) -> None:
        """Erase all personal lines of some rows, or all but the first."""
        before = self.rows[ledger]
        remaining = {
            row.seq: None if whole else row.personal.split(b"\n")[0]
            for row in before
            if row.seq in seqs and row.personal is not None and (whole or b"\n" in row.personal)
        }
        store = self.stores[-1 if last else 0]
        with store.writing(ledger):
            store.erase(ledger, remaining)
        self.rows[ledger] = [
            row._replace(personal=remaining.get(row.seq, row.personal)) for row in before
        ]
        self.check_answer(self.rows[ledger], "rows", ledger, Query())
        self.drop_snapshots(ledger)

    @rule(ledger=ledgers, last=st.booleans())
    def delete(self, ledger: str, *, last: bool) -> None:
        """Delete a ledger."""
        self.stores[-1 if last else 0].delete(ledger)
        self.rows[ledger] = []
        self.heads.pop(ledger, None)
        self.check_answer([], "rows", ledger, Query())
        self.check_answer(EMPTY, "head", ledger)
        self.drop_snapshots(ledger)

    def drop_snapshots(self, ledger: str) -> None:
        """Check that the snapshots of a ledger are gone from the stores, and forget them."""
        for name, key in list(self.saved):
            if name == ledger:
                fingerprint, _ = self.saved.pop((name, key))
                self.check_answer([], "snapshots", ledger, key, fingerprint)

    @precondition(lambda self: self.lasting)
    @rule(which=st.integers(0, 1))
    def reopen(self, which: int) -> None:
        """Close a store, and open another one in its place."""
        self.stores[which].close()
        self.stores[which] = self.make_store(self.folder)

    @rule(ledger=ledgers, drawn=st.lists(queries(), min_size=1, max_size=6))
    def query(self, ledger: str, drawn: list[Query]) -> None:
        """Compare the answers to some queries."""
        for query in drawn:
            self.check_answer(expected_rows(self.rows[ledger], query), "rows", ledger, query)

    @rule(fingerprint=texts)
    def read_snapshots(self, fingerprint: str) -> None:
        """Compare the saved snapshots."""
        for (ledger, key), (saved_with, expected) in self.saved.items():
            self.check_answer(expected, "snapshots", ledger, key, saved_with)
            self.check_answer(expected[:1], "snapshots", ledger, key, saved_with, limit=1)
            visible = expected if fingerprint == saved_with else []
            self.check_answer(visible, "snapshots", ledger, key, fingerprint)

    @invariant()
    def check_heads(self) -> None:
        """Compare the names and heads of all ledgers."""
        self.check_answer(sorted(self.heads), "ledgers")
        for ledger, head in self.heads.items():
            self.check_answer(head, "head", ledger)


def _place(row: Row) -> tuple[str, int]:
    return (row.on or "", row.seq)
