"""Typed fields: the words of an event make the same event, and no words break anything."""

import shlex
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import attrs
import pytest
from hypothesis import assume, given, settings, strategies as st

from careerledger.cli.fields import amend_with_words, event_from_words
from careerledger.errors import FieldError
from careerledger.events import Action, CourseFinished, IndustrySwitched, RoleLike
from careerledger.report.event_words import event_words
from careerledger.testing import events
from strategies import FACTS, Bare, Flat, Rank, Rich, Size

TODAY = date(2026, 6, 30)


def can_be_typed(value):
    """Whether a field's value can be typed: all but a list of one empty text, and nested lists."""
    if isinstance(value, Mapping):
        return can_be_typed(tuple(value)) and can_be_typed(tuple(value.values()))
    if isinstance(value, tuple | frozenset):
        return tuple(value) != ("",) and not any(isinstance(item, tuple) for item in value)
    if attrs.has(type(value)):
        parts = [getattr(value, field.name) for field in attrs.fields(type(value))]
        return all(map(can_be_typed, parts))
    return True


def typed(event):
    """The event without the values that cannot be typed, and its words in a shell."""
    fields = attrs.fields(type(event))
    odd = [field for field in fields if not can_be_typed(getattr(event, field.name))]
    assume(all(field.default is not attrs.NOTHING for field in odd))
    event = attrs.evolve(event, **{field.name: field.default for field in odd})
    return event, shlex.split(" ".join([f"on={event.on}", *event_words(event)]))


@pytest.mark.parametrize("cls", [*FACTS, Flat, Bare], ids=lambda cls: cls.__name__)
def test_the_words_of_an_event_can_be_typed_again(cls):
    """What ``log`` echoes and ``history`` shows is the command that records the same event."""

    @settings(max_examples=25)  # for each of some forty types
    @given(events(cls).map(typed))
    def come_back(event_and_words):
        event, words = event_and_words
        assert event == event_from_words(cls.__event__.name, words, today=TODAY)
        assert event == event_from_words(cls.__name__, words, today=TODAY)

    come_back()


@pytest.mark.parametrize("cls", [*FACTS, Flat, Bare], ids=lambda cls: cls.__name__)
def test_amending_with_all_words_of_an_event_gives_that_event(cls):
    @settings(max_examples=5)
    @given(events(cls), events(cls).map(typed))
    def amended(before, event_and_words):
        event, _ = event_and_words
        names = [field.name for field in attrs.fields(cls) if can_be_typed_always(field)]
        words = shlex.split(" ".join([f"on={event.on}", *event_words(event, always=names)]))
        after = amend_with_words(before, words)
        assert all(getattr(after, name) == getattr(event, name) for name in names)

    amended()


def can_be_typed_always(field):
    """Whether a field is a number, a text or a collection: None cannot be typed."""
    return field.name != "on" and field.type in (int, float, str, bool)


def test_types_of_pythons_own_can_be_typed():
    words = [
        "born=2024-02-29", "at=2024-02-29T10:00:00+02:00", "price=1.10", "size=large", "rank=2",
        "token=00000000-0000-0000-0000-000000000001", "pair=3", "pair=a", "by_size=small:1.5",
    ]  # fmt: skip
    assert Rich(
        on=TODAY,
        born=date(2024, 2, 29),
        at=datetime(2024, 2, 29, 8, tzinfo=UTC),
        price=Decimal("1.10"),
        size=Size.LARGE,
        rank=Rank.SECOND,
        token=UUID(int=1),
        pair=(3, "a"),
        by_size={"small": Decimal("1.5")},
    ) == event_from_words("acme.rich", words, today=TODAY)
    with pytest.raises(FieldError):
        event_from_words("acme.rich", ["size=huge"], today=TODAY)


_NAMES = sorted({field.name for cls in FACTS for field in attrs.fields(cls)})
_any_text = st.text(st.characters(), max_size=12)  # lone surrogates too, as a shell may pass them
_texts = st.one_of(
    _any_text,
    st.sampled_from(
        ["", "1", "nan", "inf", "-1", "9" * 5000, "2019-13", "a:1,a:2", "a", ":", ",", "None"]
    ),
)
_words = st.one_of(_any_text, st.tuples(st.sampled_from(_NAMES), _texts).map("=".join))
_kinds = st.sampled_from([cls.__event__.name for cls in FACTS]) | _any_text


@given(_kinds, st.lists(_words, max_size=6))
def test_any_words_are_an_event_or_refused(kind, words):
    with suppress(FieldError):
        assert isinstance(event_from_words(kind, words, today=TODAY), Action)


@given(st.sampled_from(FACTS).flatmap(events).map(typed), st.data())
def test_one_changed_word_changes_at_most_its_field(event_and_words, data):
    event, words = event_and_words
    place = data.draw(st.integers(0, len(words) - 1))
    name, _, _ = words[place].partition("=")
    words[place] = f"{name}={data.draw(_texts)}"
    try:
        changed = event_from_words(type(event).__name__, words, today=TODAY)
    except FieldError:
        return
    field = name.partition(".")[0]
    field = field if hasattr(event, field) else f"{field}_"
    assert event == attrs.evolve(changed, **{field: getattr(event, field)})


def test_as_a_person_types():
    words = ["title=SQL, the hard way", "hours=42", "themes=data, craft", "themes=art"]
    words += ["toward=cto:0.5", "toward=b:c:1"]

    assert CourseFinished(
        on=TODAY,
        title="SQL, the hard way",
        hours=42,
        themes={"data, craft", "art"},
        toward={"cto": 0.5, "b:c": 1},
    ) == event_from_words("course.finished", words, today=TODAY)


def test_typed_date_overrides_today():
    assert Bare(on="2024-03") == event_from_words("acme.plain", ["on=2024-03"], today=TODAY)


@pytest.mark.parametrize("name", ["from", "from_"])
def test_a_field_that_python_forces_to_end_in_an_underscore_may_be_named_without(name):
    words = [f"{name}=retail", "to=software", "why=growth"]

    assert IndustrySwitched(on=TODAY, from_="retail", to="software", why="growth") == (
        event_from_words("industry.switched", words, today=TODAY)
    )


def test_nothing_in_a_list_is_an_empty_list():
    event = event_from_words("course.finished", ["title=a", "skills=", "toward="], today=TODAY)

    assert ((), {}) == (event.skills, event.toward)


def test_named_parts_have_a_word_each():
    words = ["role_like.title=Lead", "role_like.beside=true", "role_like.values=autonomy:0.5"]
    found = event_from_words("opportunity.found", ["opportunity=a", "what=b", *words], today=TODAY)

    assert RoleLike(title="Lead", beside=True, values={"autonomy": 0.5}) == found.role_like


def test_truth_values_are_true_and_false():
    words = [
        "whole=1",
        "real=2",
        "text=t",
        "day=2020",
        "choice=a",
        "few=1",
        "most=1",
        "open_share=0.5",
    ]
    words += ["long=long", "some=ab"]

    assert event_from_words("acme.flat", [*words, "flag=true"], today=TODAY).flag is True
    assert event_from_words("acme.flat", [*words, "flag=false"], today=TODAY).flag is False
    with pytest.raises(FieldError):
        event_from_words("acme.flat", [*words, "flag=yes"], today=TODAY)
