"""Events as plain values, for whoever sends or receives JSON."""

import json

import pytest
from hypothesis import given, strategies as st

from careerledger import CareerLedgerError, event_from_dict, event_to_dict
from careerledger.errors import CodecError
from careerledger.events import (
    CourseFinished,
    EntryVoided,
    OpportunityFound,
    RoleLike,
    UnknownEvent,
)
from strategies import FACTS, events


@given(st.sampled_from(FACTS).flatmap(events))
def test_there_and_back_through_json(event):
    assert event == event_from_dict(json.loads(json.dumps(event_to_dict(event))))


def test_it_is_what_the_file_holds():
    course = CourseFinished(on="2024-03", title="SQL", themes={"data", "b"}, toward={"cto": 0.5})
    plain = event_to_dict(course)

    assert ("course.finished", 1) == (plain["type"], plain["version"])
    assert {"on": "2024-03", "themes": ["b", "data"], "toward": {"cto": 0.5}}.items() <= plain[
        "event"
    ].items()


def test_what_has_a_default_may_be_left_out_and_so_may_the_version():
    plain = {"type": "course.finished", "event": {"on": "2024-03", "title": "SQL", "hours": 42}}
    offer = {"on": "2024", "opportunity": "o", "what": "w", "role_like": {"title": "Lead"}}

    assert CourseFinished(on="2024-03", title="SQL", hours=42) == event_from_dict(plain)
    assert OpportunityFound(
        on="2024", opportunity="o", what="w", role_like=RoleLike(title="Lead")
    ) == event_from_dict({"type": "opportunity.found", "event": offer})

    beside = offer | {"role_like": {"title": "Lead", "beside": True}}
    assert event_from_dict({"type": "opportunity.found", "event": beside}).role_like.beside


def test_an_older_version_is_read_as_it_was_meant():
    like = {"title": "Lead", "organisation": None, "industry": None}
    fields = {"on": "2024", "opportunity": "o", "what": "w", "role_like": like}
    read = event_from_dict({"type": "opportunity.found", "version": 1, "event": fields})

    assert RoleLike(title="Lead") == read.role_like


def test_an_unknown_event_can_be_told():
    unknown = UnknownEvent(on=None, type="a.b", version=3, fields='{"x":[1]}')

    assert {"type": "a.b", "version": 3, "event": {"x": [1]}} == event_to_dict(unknown)


def course(**fields):
    return {"type": "course.finished", "event": {"on": "2024", "title": "SQL", **fields}}


@pytest.mark.parametrize(
    ("plain", "told"),
    [
        (course(hours=-1), "hours of CourseFinished is -1; it must be 0 or more"),
        (course(hours="42"), "expected a number, got text, at $.event.hours"),
        (course(titel="x"), "unknown titel, at $.event"),
        (course(skills="sql"), "expected an array, got text, at $.event.skills"),
        (course(skills={"sql"}), "expected an array, got a set, at $.event.skills"),
        (course(on="soon"), "at $.event.on"),
        ({"type": "course.finished", "event": {"on": "2024"}}, "missing, at $.event.title"),
        ({"type": "course.finished"}, "missing event, at $"),
        ({"event": {}}, "missing type, at $"),
        ({"type": 3, "event": {}}, "expected text, got a whole number, at $.type"),
        (course() | {"key": "k"}, "unknown key, at $"),
        (course() | {"version": 9}, "course.finished has versions up to 1, not 9"),
        (course() | {"type": "course.finnished"}, "did you mean 'course.finished'?"),
        (course() | {"type": "zzz"}, "there is no event type 'zzz'; import the module"),
        ("{}", "expected a mapping, got text; json.loads makes one"),
        (event_to_dict(EntryVoided(target="1", reason="x")), "only ledger.void and ledger.amend"),
    ],
)
def test_what_is_no_event_is_refused_with_the_path(plain, told):
    with pytest.raises(CodecError) as refused:
        event_from_dict(plain)

    assert told in str(refused.value)
    assert isinstance(refused.value, CareerLedgerError | ValueError)
