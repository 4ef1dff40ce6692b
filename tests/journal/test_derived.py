"""What is derived of bytes quickly is what reading them would give."""

import json
from typing import Annotated

import attrs
import pytest
from hypothesis import given, settings, strategies as st

from careerledger.errors import CodecError
from careerledger.events import Action, ContactMade, Introduces, SkillPractised, event
from careerledger.journal import codec
from careerledger.journal.write import as_row, as_rows
from careerledger.testing import corrupt
from strategies import EVERY_CLASS, entries, entry_of, events

by_class = pytest.mark.parametrize("cls", EVERY_CLASS, ids=lambda cls: cls.__name__)
MADE = entry_of(ContactMade(on="2024-05", contact="jane", name='J: "\\"', toward={"v": 0.5}))
BODY = codec.encode(MADE)


def columns(rows):
    names = codec.Derived._fields
    return codec.Derived(*([getattr(row, name) for row in rows] for name in names))


def derived(*bodies, name="contact.made"):
    return codec.derived(name, bodies)


@by_class
def test_it_is_what_a_row_holds(cls):
    quick = codec._quick(cls) is not None

    @settings(max_examples=10)  # each of three
    @given(st.lists(entries(events(cls)), min_size=1, max_size=3))
    def holds(made):
        bodies = [codec.encode(entry) for entry in made]

        found = derived(*bodies, name=cls.__event__.name)

        rows = [as_row(entry, body) for entry, body in zip(made, bodies, strict=True)]
        assert rows == as_rows(made, bodies, [None] * len(bodies))
        assert (columns(rows) if quick else None) == found

    holds()


@event("acme.perhaps")
class Perhaps(Action):
    """What may introduce something, or not."""

    thing: Annotated[str, Introduces("thing")] | None = None


def test_nothing_is_introduced_by_an_id_that_is_none():
    made = [entry_of(Perhaps(on="2024", thing=thing)) for thing in (None, "a", None)]

    found = derived(*map(codec.encode, made), name="acme.perhaps")

    assert [None, "thing:a", None] == found.introduces


@given(corrupt(BODY))
def test_bytes_after_an_accident_are_not_derived_or_read_as_the_same(body):
    found = derived(BODY, body)

    try:
        entry = codec.decode(2, body)
        as_it_is_written = codec.encode(entry) == body
    except CodecError:  # nothing reads it, or this program does not know its type
        as_it_is_written = False
    if as_it_is_written:
        assert columns([as_row(MADE, BODY), as_row(entry, body)]) == found
    else:
        assert found is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"on":"2024-05"', b'"on":"2024-13"'),
        (b'"on":"2024-05"', b'"on":"2024-05","on":"2024-05"'),
        (b'"on":"2024-05"', b'"on": "2024-05"'),
        (b'"on":"2024-05"', b'"on":"2024\\u002d05"'),
        (b'"on":"2024-05"', b'"on":"2024-05","more":1'),
        (b'"on":"2024-05",', b""),
        (b"}}", b'},"personal":{}}'),
        (b"}}", b'},"personal":{"name":"9f"}}'),
        (b"}}", b"}}\n"),
        (b"}}", b"}}\n{}"),
        (b'{"id"', b'\n{"id"'),
        (b'"version":1', b'"version":2'),
        (b'"contact.made"', b'"contact.touched"'),
        (b":0.5", b":5e-1"),
        (b":0.5", b":1.5"),
        (b'Z"', b'+00:00"'),
        (b'Z"', b'"'),
    ],
)
def test_nothing_is_derived_of_what_is_not_as_this_program_writes_it(old, new):
    changed = BODY.replace(old, new, 1)

    assert changed != BODY
    assert derived(BODY) is not None
    assert derived(changed) is None
    assert derived(BODY, changed) is None


def test_an_instant_must_be_one_and_be_told_to_the_microsecond():
    told = json.loads(BODY)["recorded_at"]
    for other in (told[:-8] + "Z", told.replace("T", " "), "2024-02-30" + told[10:], "soon"):
        assert derived(BODY.replace(told.encode(), other.encode())) is None


def test_lines_are_not_taken_for_other_entries():
    assert derived(BODY + b"\n" + BODY) is None
    assert derived(BODY + b"\n" + BODY, b"") is None
    assert derived(b"", BODY + b"\n" + BODY) is None
    assert derived(BODY + b"\n", BODY) is None
    assert derived(BODY, BODY) is not None


def test_the_type_must_be_known_and_the_bytes_few():
    skill = codec.encode(entry_of(SkillPractised(on="2024", skill="sql")))
    long = attrs.evolve(MADE, event=MADE.event.replace(name="x" * (codec.MAX_BYTES - len(BODY))))

    assert derived(BODY, name="no.such.type") is None
    assert derived(skill) is None
    assert derived(skill, name="skill.practised") is not None
    body = codec.encode(long)
    assert derived(body) is not None
    assert derived(body.replace(b"xx", b"x" * (codec.MAX_BYTES - len(body) + 3), 1)) is None
