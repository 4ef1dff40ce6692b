"""Bytes that were changed are the same entry, or another valid one, or are refused: never half.

What was changed cannot slip past the quick reader, because the plain one has to agree.
"""

import json

from hypothesis import given, strategies as st

from careerledger import Entry
from careerledger.journal import codec
from careerledger.testing import events
from strategies import CORRECTIONS, FACTS, MINE, entry_of

CLASSES = st.sampled_from([*FACTS, *CORRECTIONS, *MINE])
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2)
    ),
    max_leaves=4,
)
WHITE = st.text(alphabet=" \t\r\n", max_size=2)


class Object(list):
    """A JSON object as its names and values, which can be doubled, dropped and moved."""


def parse(body):
    return json.loads(body, object_pairs_hook=Object)


def dump(value, before=lambda: "", after=lambda: ""):
    """JSON text, with white space around the colons."""
    match value:
        case Object():
            pairs = (
                f"{json.dumps(n)}{before()}:{after()}{dump(v, before, after)}" for n, v in value
            )
            return "{" + ",".join(pairs) + "}"
        case list():
            return "[" + ",".join(dump(item, before, after) for item in value) + "]"
        case _:
            return json.dumps(value)


def objects(value, path="$"):
    """Every object within a value, with its path."""
    if isinstance(value, Object):
        yield path, value
        for name, inner in value:
            yield from objects(inner, f"{path}.{name}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from objects(inner, f"{path}[{index}]")


MAPPINGS = (
    "toward",
    "themes",
    "marks",
    "by_name",
    "by_word",
    "by_colour",
    "by_day",
    "by_size",
    "by_number",
    "by_birthday",
    "by_rank",
    "by_token",
    "by_price",
    "by_corner",
    "places",
    "values",
    "tables",
)
"""Fields whose names are the user's own, so that one more is another valid event."""


def is_mapping(path):
    return any(f".{name}" in path for name in MAPPINGS)


@st.composite
def mutable(draw):
    """Valid bytes, parsed, with one of the objects in them and its path."""
    entry = entry_of(draw(CLASSES.flatmap(events)), id_=draw(st.text(max_size=5)))
    tree = parse(codec.encode(entry))
    path, chosen = draw(st.sampled_from(list(objects(tree))))
    return entry, tree, path, chosen


@st.composite
def white(draw, value):
    """The JSON text of a value, plain or with white space where JSON allows it."""
    if draw(st.booleans()):
        return dump(value).encode()
    return dump(value, lambda: draw(WHITE), lambda: draw(WHITE)).encode()


@given(mutable(), st.data())
def test_white_space_changes_nothing(read, target, data):
    entry, tree, _, _ = target

    assert entry == read(data.draw(white(tree)))


@given(mutable(), st.data())
def test_the_order_of_names_changes_nothing(read, target, data):
    entry, tree, _, chosen = target
    chosen[:] = data.draw(st.permutations(chosen))

    assert entry == read(data.draw(white(tree)))


@given(mutable(), st.text(max_size=5), JSON, st.data())
def test_an_unknown_name_is_refused(read, target, name, value, data):
    _, tree, path, chosen = target
    if is_mapping(path) or name in dict(chosen):
        name = f"{name}?"
    chosen.insert(data.draw(st.integers(0, len(chosen))), (name, value))

    found = read(data.draw(white(tree)))

    if is_mapping(path):
        assert isinstance(found, Entry | str)
    else:
        assert f"unknown {name}, at {path}" in found


@given(mutable(), st.data())
def test_a_doubled_name_is_refused(read, target, data):
    _, tree, path, chosen = target
    if not chosen:
        path, chosen = "$", tree
    name, value = data.draw(st.sampled_from(chosen))
    again = data.draw(st.just(value) | JSON)
    chosen.insert(data.draw(st.integers(0, len(chosen))), (name, again))

    assert f"the name occurs twice, at {path}.{name}" in read(data.draw(white(tree)))


@given(mutable(), st.text(min_size=1, max_size=3), st.data())
def test_a_name_is_not_dropped_for_another(read, target, other, data):
    """As many names as there should be, but not the right ones."""
    _, tree, path, chosen = target
    if is_mapping(path):
        path, chosen = "$", tree
    at = data.draw(st.integers(0, len(chosen) - 1))
    chosen[at] = (f"{other}?", chosen[at][1])

    assert f"unknown {other}?, at {path}" in read(data.draw(white(tree))) or "missing" in read(
        dump(tree).encode()
    )


@given(mutable(), st.data())
def test_a_dropped_field_is_missing_or_its_default(read, target, data):
    entry, tree, path, chosen = target
    if is_mapping(path):
        path, chosen = "$", tree
    dropped = data.draw(st.integers(0, len(chosen) - 1))
    name, _ = chosen.pop(dropped)

    found = read(data.draw(white(tree)))

    if isinstance(found, str):
        assert "missing" in found
        assert f", at {path}" in found
    else:
        assert path not in {"$", "$.event.event"}
        assert found.event == entry.event or name in repr(entry.event)


@given(mutable(), JSON, st.data())
def test_another_value_is_refused_or_read_alike(read, target, value, data):
    _, tree, _, chosen = target
    chosen = chosen or tree
    at = data.draw(st.integers(0, len(chosen) - 1))
    chosen[at] = (chosen[at][0], value)

    assert isinstance(read(data.draw(white(tree))), Entry | str)


@given(CLASSES.flatmap(events), st.data())
def test_bytes_that_end_early_are_refused(read, event, data):
    body = codec.encode(entry_of(event))
    cut = data.draw(st.integers(0, len(body) - 1))

    assert "not JSON" in read(body[:cut])


@given(CLASSES.flatmap(events), st.data())
def test_flipped_bytes_are_refused_or_read_alike(read, event, data):
    body = bytearray(codec.encode(entry_of(event)))
    for _ in range(data.draw(st.integers(1, 3))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))

    assert isinstance(read(bytes(body)), Entry | str)


@given(st.binary())
def test_any_bytes_are_refused(read, body):
    assert isinstance(read(body), str)


@given(JSON)
def test_any_json_is_refused(read, value):
    assert isinstance(read(json.dumps(value).encode()), str)
