"""A class made from an event is that event for every projection, unless it says more."""

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from careerledger import Ledger, projections
from careerledger.events import Action, catalogue, event, load_catalogue
from careerledger.projections import LIBRARY
from careerledger.testing import events

load_catalogue()
PARENTS = [
    cls
    for cls in catalogue
    if cls.__module__.startswith("careerledger.") and issubclass(cls, Action)
]


@pytest.fixture(scope="module")
def children():
    """A class made from each, known by name for as long as these tests take."""
    made = {
        parent: event(f"tests.sub.{parent.__event__.name}")(
            type(f"Sub{parent.__name__}", (parent,), {})
        )
        for parent in PARENTS
    }
    yield made
    for child in made.values():
        del catalogue._classes[child.__event__.name]
    catalogue.size += 1


@pytest.mark.parametrize("parent", PARENTS, ids=lambda cls: cls.__name__)
@given(st.data())
@settings(max_examples=10)
def test_a_subclass_that_adds_nothing_is_its_parent(children, parent, data):
    happened = data.draw(events(parent))
    fields = {field.name: getattr(happened, field.name) for field in attrs.fields(parent)}
    with Ledger.in_memory(strict=False) as one, Ledger.in_memory(strict=False) as other:
        one.record(happened)
        other.record(children[parent](**fields))
        for name in LIBRARY:
            kind = getattr(projections, name)
            assert one.project(kind, at="2030") == other.project(kind, at="2030"), name
