"""The stores that the conformance suite is run on, and rows to put into them."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from careerledger.proofs import Frontier, leaf_hash
from careerledger.stores import Head, Row, Store
from careerledger.stores.branch import BranchStore
from careerledger.stores.memory import MemoryStore
from careerledger.stores.sqlite import SQLiteStore

MAKERS: dict[str, Callable[[Path], Store]] = {
    "memory": lambda folder: MemoryStore(),
    "branch": lambda folder: BranchStore(MemoryStore()),
    "sqlite": lambda folder: SQLiteStore(folder / "some.ledger"),
}


@pytest.fixture(params=list(MAKERS))
def store(request, tmp_path) -> Iterator[Store]:
    """Each kind of store, new and empty. A new kind joins by a line in MAKERS."""
    with ExitStack() as stack:
        made = MAKERS[request.param](tmp_path)
        stack.callback(made.close)
        yield made


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "ada.ledger"


def _row(seq, **fields) -> Row:
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


def _add(store, *rows, ledger="career") -> Head:
    with store.writing(ledger) as head:
        frontier = Frontier(head.size, head.frontier)
        for row in rows:
            frontier.append(row.leaf)
        store.append(ledger, rows, frontier.packed)
    return store.head(ledger)


@pytest.fixture(scope="session")
def row():
    """Makes a row with this number; every other field can be given."""
    return _row


@pytest.fixture(scope="session")
def add():
    """Appends rows to a ledger in one go, with the right frontier, and returns the new head."""
    return _add
