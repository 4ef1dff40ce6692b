"""A branch answers as a store would that holds both what was below and what the branch adds."""

from typing import Any

import pytest
from hypothesis import given, strategies as st

from careerledger.errors import StoreError
from careerledger.stores import Query, Row, Snapshot, Store
from careerledger.stores.branch import BranchStore
from careerledger.stores.memory import MemoryStore
from careerledger.testing import append_rows, new_row
from careerledger.testing._store_model import queries

LEDGERS = ("ada", "grace")
DATES = ("2023", "2024", "2025")
TYPES = ("a.done", "b.done")
NAMES = ("role:cto", "role:cio", "goal:cto")
NUMBERS = st.integers(0, 7)
SOME_TYPES = st.none() | st.sets(st.sampled_from(TYPES))


@st.composite
def rows(draw: st.DrawFn) -> list[Row]:
    """Up to six rows of one ledger."""
    return [
        new_row(
            seq,
            type=draw(st.sampled_from(TYPES)),
            on=draw(st.none() | st.sampled_from(DATES)),
            recorded_at=f"2024-05-0{seq}",
            key=draw(st.none() | st.sampled_from(("key-1", "key-2"))),
            target=draw(st.none() | st.sampled_from(("id-1", "id-5"))),
            introduces=draw(st.none() | st.sampled_from(NAMES)),
            names=draw(st.none() | st.just('["role:cto"]')),
            personal=draw(st.none() | st.just(b"held")),
        )
        for seq in range(1, draw(NUMBERS))
    ]


class OneAtATime(MemoryStore):
    """A store that reads one row at a time, as another does where rows are large."""

    def rows(self, ledger: str, query: Query, /) -> list[Row]:
        limit = query.limit
        return super().rows(ledger, query._replace(limit=limit and min(limit, 1)))


def put(store: Store, ledger: str, new: list[Row]) -> None:
    if new:
        append_rows(store, *new, ledger=ledger)


@given(
    st.sampled_from((MemoryStore, OneAtATime)),
    st.fixed_dictionaries(dict.fromkeys(LEDGERS, rows())),
    st.fixed_dictionaries(dict.fromkeys(LEDGERS, NUMBERS)),
    st.data(),
)
def test_a_branch_is_what_was_below_and_what_it_adds(kind, careers, cuts, data):
    below, whole = kind(), MemoryStore()
    branch = BranchStore(below)
    for ledger, career in careers.items():
        put(whole, ledger, career)
        put(below, ledger, career[: cuts[ledger]])
        assert branch.head(ledger) == below.head(ledger)
        later = [row._replace(id=f"later {row.seq}") for row in career[cuts[ledger] :]]
        put(below, ledger, later)  # the branch sees nothing of it
        put(branch, ledger, career[cuts[ledger] :])
    assert branch.ledgers() == whole.ledgers()
    for ledger in careers:
        assert branch.head(ledger) == whole.head(ledger)
        for query in data.draw(st.lists(queries(), min_size=5, max_size=15), "queries"):
            assert everything(branch, ledger, query) == whole.rows(ledger, query)


def everything(store: Store, ledger: str, query: Query) -> list[Row]:
    """All that a query chooses, page by page: a store may answer it in parts."""
    found = store.rows(ledger, query)
    if not query.limit:
        return found
    while len(found) < query.limit:
        last = found[-1:]
        rest: dict[str, Any]
        if query.order == "newest":
            rest = {"upto": min(row.seq for row in found) - 1 if found else query.upto}
        elif query.order == "place":
            rest = {"behind": max([query.behind or ("", 0), *((r.on, r.seq) for r in last)])}
        elif query.order == "latest":
            rest = {"before": min([query.before or ("9", 0), *((r.on, r.seq) for r in last)])}
        else:
            rest = {"after": max([query.after, *(row.seq for row in last)])}
        more = store.rows(ledger, query._replace(limit=query.limit - len(found), **rest))
        if not more:
            break
        found += more
    return found


@pytest.fixture
def below() -> MemoryStore:
    store = MemoryStore()
    put(store, "ada", [new_row(1, key="key-1", personal=b"held"), new_row(2)])
    return store


def test_ids_from_below_are_taken(below):
    branch = BranchStore(below)
    with pytest.raises(StoreError, match="taken"):
        put(branch, "ada", [new_row(3), new_row(4, id="id-1")])
    assert branch.head("ada") == below.head("ada")
    put(branch, "ada", [new_row(3, key="key-1")])
    assert [1, 3] == [row.seq for row in branch.rows("ada", Query(keys=["key-1"]))]


def test_ids_hidden_from_the_branch_are_free(below):
    branch = BranchStore(below)
    assert branch.head("ada").size == 2
    put(below, "ada", [new_row(3, key="below")])
    put(branch, "ada", [new_row(3, key="key-3")])
    assert branch.rows("ada", Query(keys=["key-3", "below"])) == [new_row(3, key="key-3")]


def test_a_branch_forgets_what_is_its_own(below):
    branch = BranchStore(below)
    put(branch, "ada", [new_row(3, personal=b"mine"), new_row(4, personal=b"mine too")])
    with branch.writing("ada"):
        branch.erase("ada", {3: None})
    assert [1, 4] == [row.seq for row in branch.rows("ada", Query(personal=True))]
    for seq in (1, 2):
        with (
            pytest.raises(StoreError),
            branch.writing("ada"),
        ):
            branch.erase("ada", {seq: None})
    assert [1] == [row.seq for row in below.rows("ada", Query(personal=True))]


def test_snapshots_are_those_below_until_the_branch_has_its_own(below):
    seen = [Snapshot(2, "2024-03", 2, b"two"), Snapshot(1, "2024-03", 1, b"one")]
    below.save("ada", "key", "print", seen)
    branch = BranchStore(below)
    assert branch.snapshots("ada", "key", "print") == seen
    put(below, "ada", [new_row(3)])
    below.save("ada", "key", "print", [*seen, Snapshot(3, "2024-03", 3, b"later")])
    assert branch.snapshots("ada", "key", "print") == seen
    assert branch.snapshots("ada", "key", "print", limit=1) == seen[:1]
    assert branch.snapshots("ada", "key", "other") == []
    own = [Snapshot(2, "2024-03", 2, b"own")]
    branch.save("ada", "key", "print", own)
    assert branch.snapshots("ada", "key", "print") == own
    assert branch.snapshots("grace", "key", "print") == []
    branch.save("grace", "key", "print", own)  # a ledger without entries has nothing to save
    assert branch.snapshots("grace", "key", "print") == []
    assert below.snapshots("ada", "key", "print")[0].state == b"later"


def test_branch_obeys_limits():
    below = MemoryStore()
    put(below, "ada", [new_row(seq, on="2024") for seq in (1, 2, 3)])
    branch = BranchStore(below)
    put(branch, "ada", [new_row(4, on="2023")])
    found = branch.rows("ada", Query(order="place", limit=2))
    assert [row.seq for row in found] == [4, 1]
    assert [row.seq for row in branch.rows("ada", Query(order="newest", limit=2))] == [4, 3]


def test_a_ledger_deleted_from_a_branch_stays_below(below):
    branch = BranchStore(below)
    branch.delete("ada")
    assert branch.ledgers() == []
    assert branch.rows("ada", Query()) == []
    put(branch, "ada", [new_row(1)])
    assert branch.head("ada").size == 1
    assert below.head("ada").size == 2


@pytest.mark.parametrize(("kind", "seen"), [(MemoryStore, [1, 2, 3, 4]), (OneAtATime, [1])])
def test_no_row_is_lost_where_the_branch_begins(kind, seen):
    below = kind()
    put(below, "ada", [new_row(seq) for seq in (1, 2, 3)])
    branch = BranchStore(below)
    put(branch, "ada", [new_row(4)])
    assert seen == [row.seq for row in branch.rows("ada", Query(limit=9))]
