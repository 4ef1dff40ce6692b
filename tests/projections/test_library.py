"""What holds for every projection of the library, and for the catalogue that they consume."""

import json
import re
from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import Phase, find, given, settings

from careerledger import projections, testing
from careerledger.answers.explanation import measured
from careerledger.events import ContactMade, WorkLogged
from careerledger.projections.base import key_of, meta_of
from careerledger.projections.parameters import parameters_of
from careerledger.projections.view import View
from careerledger.testing._laws import consumed_classes
from careers import TODAY, careers, new_ledger
from strategies import FACTS

DOCS = Path(__file__).parents[2] / "docs" / "projections.md"
ALL: list[Any] = [getattr(projections, name) for name in projections.LIBRARY]
each = pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)


def test_there_are_fifteen():
    assert 15 == len(ALL) == len({meta_of(kind).name for kind in ALL})


@pytest.mark.parametrize("event", FACTS, ids=lambda event: event.__name__)
def test_every_event_type_is_consumed_by_its_own_name(event):
    """Not only as any action is."""
    # Work is effort and nothing else, so it counts wherever every action does.
    assert event is WorkLogged or any(event in consumed_classes(kind) for kind in ALL)


@pytest.mark.parametrize("event", FACTS, ids=lambda event: event.__name__)
def test_made_up_careers_hold_every_event_type(event):
    found = find(
        testing.careers(),
        lambda career: any(type(step) is event for step in career),
        settings=settings(max_examples=2_000, phases=[Phase.generate], database=None),
    )

    assert event in {type(step) for step in found}


@each
def test_an_empty_career_has_a_view(kind):
    view = new_ledger().project(kind, at=TODAY)

    assert isinstance(view, View)
    assert str(view).startswith(f"{type(view).__name__}\n  at: {TODAY}")
    assert TODAY.isoformat() == view.to_dict()["at"]
    assert measured(view, None) in {None, 0, 0.5}


@given(career=careers)
def test_the_plain_values_of_a_view_are_those_of_json(career):
    """All projections at once: nothing is lost or changed on the way, and nothing is not a number."""
    ledger = new_ledger()
    career.record(ledger)
    for view in ledger.project(*ALL, at=TODAY):
        plain = view.to_dict()

        assert plain == json.loads(json.dumps(plain, allow_nan=False))
        assert {*(field.name for field in attrs.fields(type(view))), view.HEADLINE} == plain.keys()


@each
def test_parameters_are_part_of_the_key(kind):
    for name, value in parameters_of(kind).items():
        if isinstance(value, int | float):
            other = 0.9 * value or 1
        else:
            first, number = next(iter(value.items()), ("course.finished", 0))
            other = {first: 0.9 * number or 0.5}
        assert key_of(kind) != key_of(kind.with_(**{name: other}))


@each
def test_it_is_documented_with_its_parameters_and_their_defaults(kind):
    text = DOCS.read_text(encoding="utf-8")
    section = re.search(rf"^## {kind.__name__}\n.*?(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)

    assert section is not None
    for name, default in parameters_of(kind).items():
        rows = re.findall(rf"^\|[^|]*`{name}`.*$", section[0], re.MULTILINE)
        assert 1 == len(rows), name
        as_in = re.search(r"as in (\w+)", rows[0])
        if as_in:
            assert default == parameters_of(getattr(projections, as_in[1]))[name]
        if not as_in:
            # The numbers, or for a mapping all that occur in it.
            numbers = default.values() if isinstance(default, Mapping) else [default]
            told = set(re.findall(r"\d+(?:\.\d+)?", rows[0]))
            assert {f"{number:g}" for number in numbers} <= told, name


@each
def test_view_starts_with_its_date_and_has_a_docstring(kind):
    view = type(new_ledger().project(kind, at=TODAY))

    assert "at" == attrs.fields(view)[0].name
    assert view.__doc__
    assert hasattr(view, view.HEADLINE)
    assert all(hasattr(view, name) for name in view.FALLING)


def test_the_text_of_a_view_is_short():
    ledger = new_ledger()
    ledger.record(
        [ContactMade(on="2024", contact=f"c{n}", name="x", organisation=f"o{n}") for n in range(15)]
    )
    told = str(ledger.project(projections.NetworkGrowth, at="2024-03"))

    assert "  contacts:\n    - contact c0, name x" in told
    assert "    … and 3 more\n" in told
    assert "  bands: strong 0, moderate 15, weak 0, dormant 0\n" in told


@each
def test_a_view_is_readable_when_printed_and_with_rich(kind):
    """Both show its fields by name, and no markup that a name may hold is followed."""
    rich = pytest.importorskip("rich.console")
    ledger = new_ledger()
    ledger.record(ContactMade(on="2024", contact="c", name="[red]Jane[/red]"))
    view = ledger.project(kind, at=TODAY)
    console = rich.Console(width=500, record=True, file=StringIO())
    console.print(view)
    shown = console.export_text().rstrip("\n")
    assert str(view) == shown
    assert f"{kind.__name__}View" == shown.splitlines()[0]
    assert f"  at: {TODAY}" in shown.splitlines()
