"""What holds for every event class, the catalogue's and a user's own."""

import copy
import pickle
import re
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import attrs
import pytest
from hypothesis import given, strategies as st
from immutabledict import immutabledict

from careerledger.dates import PartialDate
from careerledger.errors import FieldError
from careerledger.events import (
    Action,
    CourseFinished,
    Event,
    RoleLike,
    UnknownEvent,
    VisionDeclared,
    introduced,
    referred,
)
from careerledger.events.correction import EntryAmended
from careerledger.testing import events
from strategies import CORRECTIONS, EVERY_CLASS, FACTS, Flat, bounds_of

by_class = pytest.mark.parametrize("cls", EVERY_CLASS, ids=lambda cls: cls.__name__)


@pytest.mark.no_cover  # with coverage it takes twice as long
@by_class
def test_every_class_is_a_value(cls):
    """Frozen, hashable, equal when built equal, the same when copied, told by its repr, ruled."""

    @given(events(cls))
    def is_a_value(event):
        fields = {a.name: getattr(event, a.name) for a in attrs.fields(cls)}
        again = cls(**fields)

        assert event == again
        assert hash(event) == hash(again)
        assert event == copy.deepcopy(event) == attrs.evolve(event)
        if cls in FACTS:
            other = event.replace(note="another")
            assert ("another", event) == (other.note, other.replace(note=event.note))
        assert event == pickle.loads(pickle.dumps(event))
        told = {a.name for a in attrs.fields(cls) if fields[a.name] != a.default}
        assert all(re.search(rf"[( ]{name}=", repr(event)) for name in told)
        if cls in FACTS:
            assert repr(event) == repr(again)
            names = {"PartialDate": PartialDate, "RoleLike": RoleLike, cls.__name__: cls}
            assert event == eval(repr(event), names)
        for name, value in fields.items():
            with pytest.raises(attrs.exceptions.FrozenInstanceError):
                setattr(event, name, value)
        with pytest.raises(AttributeError):
            event.another = 1
        with pytest.raises(TypeError):
            cls(*fields.values())
        with pytest.raises(TypeError):
            cls(**fields, another=1)
        check_rules(event)

    is_a_value()


@pytest.mark.parametrize("cls", FACTS, ids=lambda cls: cls.__name__)
def test_missing_required_field_is_refused(cls):
    needed = [a.name for a in attrs.fields(cls) if a.default is attrs.NOTHING]

    assert "on" == needed[0]
    with pytest.raises(TypeError):
        cls()


# Rules


def limits(annotation: Any):
    """A value just outside each rule of a field, one at its bound, and the rule's words."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        base, *rules = arguments
        for rule in rules:
            for bound in bounds_of(rule):
                yield from bounds(bound, base)
    elif origin in (Union, UnionType):
        for option in arguments:
            yield from limits(option)
    elif origin is Literal:
        yield "?", arguments[0], "one of "
    elif origin is tuple:
        yield from (((no,), (yes, yes), words) for no, yes, words in limits(arguments[0]))
    elif origin is immutabledict:
        yield from (({"x": no}, {"x": yes}, words) for no, yes, words in limits(arguments[1]))


def bounds(rule: Any, base: Any):
    step = 1 if base is int else 2**-30
    match type(rule).__name__:
        case "Ge":
            yield rule.ge - step, rule.ge, rule.ge
        case "Gt":
            yield rule.gt, rule.gt + step, f"above {rule.gt}"
        case "Le":
            yield rule.le + step, rule.le, rule.le
        case "Lt":
            yield rule.lt, rule.lt - step, f"below {rule.lt}"
        case "MinLen" if base is str:
            least = rule.min_length
            words = "not be empty" if least == 1 else f"a length of at least {least}"
            yield "x" * (least - 1), "x" * least, words


RULES = {
    cls: [(a.name, *limit) for a in attrs.fields(cls) for limit in limits(a.type)]
    for cls in [*FACTS, *CORRECTIONS, Flat]
}


def check_rules(event):
    """Every rule of a class refuses just outside its bounds, and accepts them."""
    cls = type(event)
    for name, outside, inside, words in RULES.get(cls, ()):
        assert attrs.evolve(event, **{name: inside})
        with pytest.raises(FieldError) as refused:
            attrs.evolve(event, **{name: outside})
        message = str(refused.value)
        of_value, _, rule = message.partition(" must ")
        assert of_value.startswith(f"{name} of {cls.__name__} is {outside!r}; ")
        assert str(words) in rule


def test_the_rules_are_many():
    assert sum(map(len, RULES.values())) > 200


hashable = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.complex_numbers(), st.binary(),
    st.text(st.characters()), st.just(10**400), st.dates(), st.datetimes(), st.decimals(allow_nan=False),
    st.just(object()), st.just("\ud800"), st.sampled_from([int, str, Event]), st.functions(),
)  # fmt: skip
junk = st.one_of(
    hashable,
    st.lists(hashable, max_size=3),
    st.lists(hashable, max_size=3).map(tuple),
    st.frozensets(hashable, max_size=3),
    st.dictionaries(hashable, hashable, max_size=3),
    st.recursive(st.none(), lambda inner: st.lists(inner, max_size=2), max_leaves=5),
)


@by_class
def test_whatever_a_field_is_given_it_holds_or_refuses(cls):
    """No value reaches the inside of an event unchecked, and no other error comes out."""

    @given(events(cls), junk)
    def holds_or_refuses(event, value):
        for name in (a.name for a in attrs.fields(cls)):
            found = given_to(event, name, value)
            if isinstance(found, FieldError):
                assert str(found).startswith(f"{name} of {cls.__name__} is ")
                assert " must " in str(found)
                assert (name,) == found.args[1:]
            else:
                assert found == attrs.evolve(found)
                assert hash(found) == hash(attrs.evolve(found))

    holds_or_refuses()


def given_to(event, name, value):
    try:
        return attrs.evolve(event, **{name: value})
    except FieldError as error:
        return error


# Examples a person would look up


def test_fields_accept_what_is_easy_to_write():
    event = CourseFinished(
        on="2024", title="x", themes=["a", "b"], skills=(s for s in "ab"), toward={"v": 1}, hours=3
    )

    assert frozenset({"a", "b"}) == event.themes
    assert ("a", "b") == event.skills
    assert immutabledict({"v": 1.0}) == event.toward
    assert float is type(event.hours)


# Ids


@given(st.sampled_from(EVERY_CLASS).flatmap(events))
def test_ids_are_those_the_annotations_name(event):
    meta = type(event).__event__

    if isinstance(event, EntryAmended):
        assert introduced(event) == introduced(event.event)
    elif meta.introduces is None:
        assert introduced(event) is None
    else:
        name, kind = meta.introduces
        assert f"{kind}:{getattr(event, name)}" == introduced(event)
    said = {name: getattr(event, name) for name, _ in meta.refers}
    assert {name for name, value in said.items() if value} == {
        name for name, _, _ in referred(event)
    }
    for name, id_, kinds in referred(event):
        assert id_ == said[name] or id_ in said[name]
        assert dict(meta.refers)[name] == kinds


def test_an_unknown_event_has_no_ids():
    unknown = UnknownEvent(on=None, type="a.b", version=1, fields="{}")

    assert introduced(unknown) is None
    assert [] == referred(unknown)


def test_references_of_a_mapping_are_its_names():
    course = CourseFinished(on="2024", title="x", course="c", toward={"w": 1, "v": 0})

    assert [("toward", "v", ("vision", "goal")), ("toward", "w", ("vision", "goal"))] == referred(
        course
    )[:2]
    assert ("course", "c", ("course",)) == referred(course)[2]
    assert "vision:v" == introduced(VisionDeclared(on="2024", vision="v", statement="s", themes={}))


def test_every_fact_can_say_what_every_action_can():
    common = {a.name for a in attrs.fields(Action)}

    assert {"on", "themes", "toward", "hours", "initiative", "note", "evidence"} == common
    assert all(common <= {a.name for a in attrs.fields(cls)} for cls in FACTS)
