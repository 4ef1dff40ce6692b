"""A branch answers as a store would that holds both what was below and what the branch adds."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careerledger.errors import ClosedError, StoreError
from careerledger.stores import Row, Saved, Store
from careerledger.stores.branch import BranchStore
from careerledger.stores.memory import MemoryStore
from careerledger.testing import append_rows, new_row

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
            key=draw(st.none() | st.just(f"key-{seq}")),
            introduces=draw(st.none() | st.sampled_from(NAMES)),
            personal=draw(st.none() | st.just(b"held")),
        )
        for seq in range(1, draw(NUMBERS))
    ]


class OneAtATime(MemoryStore):
    """A store that reads one row at a time, as another does where rows are large."""

    def log(self, ledger: str, *, after: int, upto: int, limit: int) -> list[Row]:
        return super().log(ledger, after=after, upto=upto, limit=min(limit, 1))

    def facts(self, ledger: str, **part: Any) -> list[Any]:
        return super().facts(ledger, **(part | {"limit": min(part["limit"], 1)}))


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
    for ledger, career in careers.items():
        assert branch.head(ledger) == whole.head(ledger)
        assert branch.personal(ledger) == whole.personal(ledger)
        ids = [new_row(seq).id for seq in range(8)] + ["later 1"]
        assert branch.by_id(ledger, ids) == whole.by_id(ledger, ids)
        keys = [f"key-{seq}" for seq in range(8)]
        assert branch.by_key(ledger, keys) == whole.by_key(ledger, keys)
        assert branch.introducing(ledger, iter(NAMES)) == whole.introducing(ledger, NAMES)
        for name_kind in ("role", "goal", "cto"):
            assert branch.names(ledger, name_kind) == whole.names(ledger, name_kind)
        for day in range(9):
            instant = f"2024-05-0{day}"
            assert branch.known(ledger, instant) == whole.known(ledger, instant)
        assert [branch.place(ledger, row.seq) for row in career] == [
            whole.place(ledger, row.seq) for row in career
        ]

        after, upto = data.draw(NUMBERS, "after"), data.draw(NUMBERS, "upto")
        limit = data.draw(st.integers(1, 7), "limit")
        part: dict[str, Any] = {"after": after, "upto": upto}
        for last in range(len(career) + 1):
            assert branch.corrections(ledger, after=after, upto=last) == whole.corrections(
                ledger, after=after, upto=last
            )
        self_and_rest = whole.log(ledger, **part, limit=limit)
        found: list[Row] = []
        while len(found) < limit and (
            more := branch.log(ledger, after=after, upto=upto, limit=limit - len(found))
        ):
            found += more
            after = more[-1].seq
        assert found == self_and_rest

        place = (data.draw(st.sampled_from(("", *DATES)), "date"), data.draw(NUMBERS, "seq"))
        types = data.draw(SOME_TYPES, "types")
        assert branch.touched(ledger, **part, place=place, types=types) == whole.touched(
            ledger, **part, place=place, types=types
        )
        asked = {"until": data.draw(st.sampled_from(DATES)), "upto": upto, "types": types}
        expected = whole.facts(ledger, after=place, **asked, limit=limit)
        facts: list[Any] = []
        while len(facts) < limit and (
            more := branch.facts(ledger, after=place, **asked, limit=limit - len(facts))
        ):
            facts += more
            place = whole.place(ledger, facts[-1][0])
        assert facts == expected


@pytest.fixture
def below() -> MemoryStore:
    store = MemoryStore()
    put(store, "ada", [new_row(1, key="key-1", personal=b"held"), new_row(2)])
    return store


@pytest.mark.parametrize("taken", [{"id": "id-1"}, {"key": "key-1"}])
def test_ids_and_keys_from_below_are_taken(below, taken):
    branch = BranchStore(below)
    [value] = taken.values()
    with pytest.raises(StoreError, match=f"^the id or the key {value!r} is taken$"):
        put(branch, "ada", [new_row(3, key="other"), new_row(4, **taken)])
    assert branch.head("ada") == below.head("ada")
    put(branch, "ada", [new_row(3, key="other")])


def test_ids_and_keys_of_rows_that_the_branch_does_not_see_are_free(below):
    branch = BranchStore(below)
    assert branch.head("ada").size == 2
    put(below, "ada", [new_row(3, key="key-3")])
    put(branch, "ada", [new_row(3, key="key-3")])
    assert branch.by_key("ada", ["key-3"]) == {"key-3": 3}


def test_nothing_is_written_when_an_append_failed(below):
    branch = BranchStore(below)
    with (
        pytest.raises(StoreError, match=r"^an append failed, so nothing was written$"),
        branch.writing("ada"),
        suppress(StoreError),
    ):
        branch.append("ada", [new_row(3, id="id-1")], b"")
    assert branch.head("ada") == below.head("ada")


def test_a_branch_forgets_what_is_its_own(below):
    branch = BranchStore(below)
    put(branch, "ada", [new_row(3, personal=b"mine"), new_row(4, personal=b"mine too")])
    with branch.writing("ada"):
        branch.erase("ada", {3: None})
    assert branch.personal("ada") == [(1, b"held"), (4, b"mine too")]
    for seq in (1, 2):
        with (
            pytest.raises(StoreError, match=r"^a branch of 'ada' cannot forget what is in the led"),
            branch.writing("ada"),
        ):
            branch.erase("ada", {seq: None})
    assert below.personal("ada") == [(1, b"held")]


def test_snapshots_are_those_below_until_the_branch_has_its_own(below):
    seen = [Saved(2, "2024-03", 2, b"two"), Saved(1, "2024-03", 1, b"one")]
    below.save("ada", "key", "print", seen)
    branch = BranchStore(below)
    assert branch.saved("ada", "key", "print") == seen
    put(below, "ada", [new_row(3)])
    below.save("ada", "key", "print", [*seen, Saved(3, "2024-03", 3, b"later")])
    assert branch.saved("ada", "key", "print") == seen
    assert branch.saved("ada", "key", "print", limit=1) == seen[:1]
    assert branch.saved("ada", "key", "other") == []
    own = [Saved(2, "2024-03", 2, b"own")]
    branch.save("ada", "key", "print", own)
    assert branch.saved("ada", "key", "print") == own
    assert branch.saved("grace", "key", "print") == []
    branch.save("grace", "key", "print", own)  # a ledger without entries has nothing to save
    assert branch.saved("grace", "key", "print") == []
    assert below.saved("ada", "key", "print")[0].state == b"later"


def test_a_closed_branch_says_so_and_leaves_the_store_open(below):
    branch = BranchStore(below)
    branch.check()
    branch.close()
    with pytest.raises(ClosedError, match=r"^this branch is closed; make a new one$"):
        branch.head("ada")
    assert below.head("ada").size == 2


def test_a_block_in_a_block_says_so(below):
    branch = BranchStore(below)
    with (
        branch.writing("ada"),
        pytest.raises(
            StoreError, match=r"^this branch is being written by this thread; end that f"
        ),
        branch.writing("grace"),
    ):
        pytest.fail("two writers")
    with branch.writing("ada"):
        pass


def test_no_more_facts_than_the_limit_and_those_below_are_seen():
    below = MemoryStore()
    put(below, "ada", [new_row(seq, on="2024") for seq in (1, 2, 3)])
    branch = BranchStore(below)
    put(branch, "ada", [new_row(4, on="2023")])
    whole: dict[str, Any] = {"upto": 9, "types": None}
    found = branch.facts("ada", after=("", 0), until="9999", **whole, limit=2)
    assert [seq for seq, *_ in found] == [4, 1]
    assert branch.touched("ada", after=2, **whole, place=("2024", 3))
    assert not branch.touched("ada", after=2, **whole, place=("2022", 3))
    third: dict[str, Any] = {"after": 2, "upto": 3, "place": ("2024", 3), "types": None}
    assert branch.touched("ada", **third)
    for nothing in ({"after": 3}, {"upto": 2}, {"place": ("2024", 2)}, {"types": ["goal.set"]}):
        assert not branch.touched("ada", **third | nothing)


@pytest.mark.parametrize(("kind", "seen"), [(MemoryStore, [1, 2, 3, 4]), (OneAtATime, [1])])
def test_no_row_is_left_out_between_those_below_and_those_of_the_branch(kind, seen):
    below = kind()
    put(below, "ada", [new_row(seq) for seq in (1, 2, 3)])
    branch = BranchStore(below)
    put(branch, "ada", [new_row(4)])
    assert seen == [row.seq for row in branch.log("ada", after=0, upto=9, limit=9)]
