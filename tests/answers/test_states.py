"""The running states of projections: to bytes and back, or refused."""

from contextlib import suppress
from decimal import Decimal
from typing import Any

import attrs
import pytest
from hypothesis import given, strategies as st
from immutabledict import immutabledict

from careerledger.answers.states import decode_state, encode_state
from careerledger.dates import PartialDate
from careerledger.errors import CodecError
from careerledger.testing import partial_dates, texts


@attrs.define(kw_only=True)
class Part:
    first: PartialDate | None = None
    weights: immutabledict[str, float] = attrs.Factory(immutabledict)


@attrs.define(kw_only=True)
class State:
    count: int = 0
    last: PartialDate | None = None
    names: list[str] = attrs.Factory(list)
    seen: set[str] = attrs.Factory(set)
    parts: dict[str, Part] = attrs.Factory(dict)
    days: dict[str, list[tuple[PartialDate, float]]] = attrs.Factory(dict)
    weights: immutabledict[str, int] = attrs.Factory(immutabledict)
    since: immutabledict[str, PartialDate] = attrs.Factory(immutabledict)


parts = st.builds(
    Part,
    first=st.none() | partial_dates(),
    weights=st.dictionaries(texts(), st.floats(0, 1), max_size=2).map(immutabledict),
)
states = st.builds(
    State,
    count=st.integers(-(2**63), 2**63 - 1),
    last=st.none() | partial_dates(),
    names=st.lists(texts(), max_size=3),
    seen=st.sets(texts(), max_size=3),
    parts=st.dictionaries(texts(), parts, max_size=2),
    days=st.dictionaries(
        texts(), st.lists(st.tuples(partial_dates(), st.floats(0, 1)), max_size=2), max_size=2
    ),
    weights=st.dictionaries(texts(), st.integers(0, 9), max_size=2).map(immutabledict),
    since=st.dictionaries(texts(), partial_dates(), max_size=2).map(immutabledict),
)


@given(states)
def test_states_round_trip(state):
    found = decode_state(State, encode_state(state))

    assert state == found
    assert isinstance(found.last, PartialDate | None)
    assert immutabledict is type(found.weights)


@pytest.mark.parametrize(
    "state",
    [
        State(count=10**30),
        State(count="1"),
        State(count=1.5),
        State(last=Decimal(1)),
        State(names=[object()]),
        State(names=["\ud800"]),
        State(names=("a",)),
        State(parts={"a": {}}),
    ],
)
def test_a_state_that_would_not_come_back_is_refused(state):
    if state.count == 10**30:
        assert state == decode_state(State, encode_state(state))
        return
    with pytest.raises(CodecError):
        encode_state(state)


def test_a_number_is_a_number_beside_a_text():
    @attrs.define
    class Mixed:
        values: list[float | str]
        names: set[int | str]

    state = Mixed([1, "a"], {1, "a"})
    assert state == decode_state(Mixed, encode_state(state))


def test_a_state_that_contains_itself_is_refused():
    @attrs.define
    class Ring:
        inner: Any = None

    ring = Ring()
    ring.inner = ring

    with pytest.raises(CodecError):
        encode_state(ring)


@pytest.mark.parametrize("state", [object(), 1j, {1, 2}.__iter__()], ids=lambda s: type(s).__name__)
def test_what_is_not_a_state_has_no_bytes(state):
    with pytest.raises(CodecError):
        encode_state(state)


def test_a_field_of_a_strange_type_cannot_be_read():
    @attrs.define
    class Strange:
        value: Decimal | complex | None = None

    @attrs.define
    class Odd:
        value: complex | None = None

    with pytest.raises(CodecError):
        decode_state(Odd, b'{"value":"1j"}')
    with pytest.raises(CodecError):
        decode_state(Strange, b"{}")


@given(states, st.data())
def test_other_bytes_are_a_state_or_refused(state, data):
    body = bytearray(encode_state(state))
    body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))

    with suppress(CodecError):
        assert isinstance(decode_state(State, bytes(body)), State)


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b'{"count":"1"}', b'{"last":"2024-13"}', b'{"last":5}', b'{"names":["\xff"]}',
     b'{"weights":[]}', b'{"weights":{"a":"b"}}', b"[" * 100_000],
)  # fmt: skip
def test_bytes_of_something_else_are_refused(body):
    with pytest.raises(CodecError):
        decode_state(State, body)
