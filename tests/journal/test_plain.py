"""Events as plain values, for whoever sends or receives JSON."""

import json

from hypothesis import given, strategies as st

from careerledger import event_from_dict, event_to_dict
from careerledger.events import (
    CourseFinished,
    OpportunityFound,
    RoleLike,
    UnknownEvent,
)
from careerledger.testing import events
from strategies import FACTS


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


def test_defaults_and_version_may_be_left_out():
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


def test_unknown_event_prints():
    unknown = UnknownEvent(on=None, type="a.b", version=3, fields='{"x":[1]}')

    assert {"type": "a.b", "version": 3, "event": {"x": [1]}} == event_to_dict(unknown)
