"""A class made from an event is that event for every projection, unless it says more."""

import attrs
import pytest
from hypothesis import given, settings

from careerledger import Ledger, projections
from careerledger.events import Action, catalogue, event, load_catalogue
from careerledger.projections import LIBRARY, on, projection
from careerledger.projections.base import consumed_types
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
def test_a_subclass_that_adds_nothing_is_its_parent(children, parent):
    @given(events(parent))
    @settings(max_examples=10)
    def is_its_parent(happened):
        fields = {field.name: getattr(happened, field.name) for field in attrs.fields(parent)}
        with Ledger.in_memory(strict=False) as one, Ledger.in_memory(strict=False) as other:
            one.record(happened)
            other.record(children[parent](**fields))
            for name in LIBRARY:
                kind = getattr(projections, name)
                assert one.project(kind, at="2030") == other.project(kind, at="2030"), name

    is_its_parent()


@event("tests.sub.lecture")
class Lecture(Action):
    """Something that may turn out to be of several kinds."""


@projection("tests.sub.lectures")
class Lectures:
    count: int = 0

    @on(Lecture)
    def hear(self, event):
        self.count += 1

    def view(self, at):
        return self.count


def test_a_class_that_comes_later_counts_too():
    ledger = Ledger.in_memory(strict=False)
    ledger.record(Lecture(on="2024"))
    assert 1 == ledger.project(Lectures, at="2030")
    keynote = event("tests.sub.keynote")(type("Keynote", (Lecture,), {}))
    ledger.record(keynote(on="2025"))
    assert {"tests.sub.lecture", "tests.sub.keynote"} == consumed_types(Lectures)
    assert 2 == ledger.project(Lectures, at="2030")
