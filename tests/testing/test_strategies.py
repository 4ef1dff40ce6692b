"""Strategies: careers fit together whatever is left out, and events follow their rules."""

import subprocess
import sys
from enum import Enum
from itertools import pairwise
from statistics import mean
from typing import Annotated, Any, Literal

import attrs
import pytest
from hypothesis import Phase, find, given, settings, strategies as st
from immutabledict import immutabledict

import _careerledger_hypothesis
from careerledger import Ledger, PartialDate, testing
from careerledger.errors import DefinitionError
from careerledger.events import (
    Action,
    ChallengeResolved,
    ChallengeTaken,
    ContactMade,
    ContactTouched,
    CourseFinished,
    Event,
    GoalSet,
    IntroductionMade,
    MinLen,
    Predicate,
    Refers,
    RoleEnded,
    RoleStarted,
    UnknownEvent,
    event,
    register_type,
)
from careerledger.events.correction import EntryAmended
from careerledger.testing import Amended, Career, Clock, Voided, careers, corrupt, events
from careerledger.testing._career_builder import (
    DRAW_SIZE,
    HEAD_SIZE,
    CareerBuilder,
    CareerOptions,
    with_introducers,
)
from careerledger.testing._event_strategies import facts
from careerledger.testing._field_shapes import Maybe, OneOf, OtherType, Text, Whole, shape_of

draws = st.lists(st.binary(min_size=DRAW_SIZE, max_size=DRAW_SIZE), max_size=12)
heads = st.binary(min_size=HEAD_SIZE, max_size=HEAD_SIZE)


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Strange:
    """A type whose annotation does not tell how to make values."""


register_type(Strange, to_plain=str, from_plain=lambda _: Strange())


@attrs.frozen
class Place:
    city: str
    visits: tuple[PartialDate, ...] = ()


def _even(number: int) -> bool:
    return number % 2 == 0


def _long(words: tuple[str, ...]) -> bool:
    return len(words) == 7


def _never(number: int) -> bool:
    return number == 123_456


@event("kit.everything")
class Everything(Action):
    """Every kind of field that the bytes of a draw can fill."""

    colour: Colour
    place: Place
    even: Annotated[int, Predicate(_even)]
    words: Annotated[tuple[str, ...], Predicate(_long)]
    name: Annotated[str, MinLen(30)]
    big: int
    team: Annotated[str, Refers.to("kit-team")]
    marks: immutabledict[str, int]
    kind: Literal["a", "b"] = "a"
    flag: bool | None = None


@event("kit.strange")
class Stranger(Action):
    """Fields of a type with a registered strategy."""

    one: Strange
    seven: Annotated[tuple[Strange, ...], Predicate(_long)]


st.register_type_strategy(Strange, st.just(Strange()))


@given(career=careers([Stranger]), alone=events(Stranger))
def test_values_of_registered_types_are_drawn(career, alone):
    assert all(7 == len(step.seven) for step in [alone, *career.facts])


@given(amended=events(EntryAmended))
def test_amendment_contains_any_event(amended):
    assert type(amended.event) in facts()


@event("kit.rare")
class Rare(Action):
    """A field whose values only Hypothesis can find."""

    rare: Annotated[int, Predicate(_never)] | None = None


def strict(career: Career) -> Ledger:
    return career.record(Ledger.in_memory(clock=Clock()))


@given(career=careers(unknown=True))
def test_strict_ledger_accepts_every_career(career):
    ledger = strict(career)

    ledger.verify()
    assert len(career) == len(ledger)
    recorded = [(entry.seq, entry.event) for entry in ledger.entries()]
    assert recorded == [(entry.seq, entry.event) for entry in career.history()]
    assert sorted(map(repr, career.facts)) == sorted(repr(e.event) for e in career.history())


@given(head=heads, drawn=draws, data=st.data())
def test_career_fits_together_without_any_one_draw(head, drawn, data):
    options = CareerOptions(kinds=tuple(facts()))
    left_out = data.draw(st.integers(0, len(drawn)))

    for remaining in (drawn, drawn[:left_out] + drawn[left_out + 1 :]):
        builder = CareerBuilder(options, head, data.draw)
        for draw in remaining:
            builder.add(draw)
        builder.finish()
        assert len(builder.steps) == len(builder.ranks)
        strict(Career(builder.steps))


@given(career=careers([Everything, Rare]))
def test_own_event_class_is_filled_from_its_annotations(career):
    """References to ids that no class introduces need a lenient ledger."""
    career.record().verify()


def test_values_that_bytes_cannot_make_are_drawn():
    smallest = find(
        careers([Everything]),
        lambda career: any(isinstance(step, Everything) and step.flag for step in career),
    )

    (step,) = smallest
    assert ("kit-team-0", 7, Colour.RED) == (step.team, len(step.words), step.colour)


def test_careers_have_ten_entries_on_average():
    """Some have few entries, others many, and every event class occurs."""
    drawn = []

    @settings(max_examples=500, phases=[Phase.generate], derandomize=True, database=None)
    @given(career=careers())
    def draw(career):
        drawn.append(career)

    draw()
    lengths = [len(career) for career in drawn]
    assert 9 <= mean(lengths) <= 12
    assert min(lengths) <= 1
    assert 30 <= max(lengths) <= 80
    assert {*facts(), Voided, Amended} == {type(step) for career in drawn for step in career}


def test_career_shrinks_to_the_entries_it_needs():
    def resolved(career):
        taken = {step.challenge for step in actions(career) if isinstance(step, ChallengeTaken)}
        ends = [step for step in actions(career) if isinstance(step, ChallengeResolved)]
        return any(end.challenge in taken for end in ends)

    smallest = find(careers(), resolved, settings=settings(max_examples=2_000, database=None))

    assert [ChallengeTaken, ChallengeResolved] == [type(step) for step in smallest]


def actions(career):
    return [step for step in career if isinstance(step, Action)]


def days(career):
    return [step.on.ordinal for step in actions(career)]


def overlap(career):
    open_roles = 0
    for step in actions(career):
        open_roles += isinstance(step, RoleStarted) - isinstance(step, RoleEnded)
        if open_roles not in (0, 1):
            return True
    return False


def unresolved(career):
    introduced = {step.contact for step in actions(career) if isinstance(step, ContactMade)}
    referred = {step.contact for step in actions(career) if isinstance(step, ContactTouched)}
    return not referred <= introduced


@pytest.mark.parametrize(
    ("switch", "shows"),
    [
        ("corrections", lambda career: any(isinstance(step, Voided) for step in career)),
        ("amendments", lambda career: any(isinstance(step, Amended) for step in career)),
        ("coarse", lambda career: any(len(step.on) < 10 for step in actions(career))),
        ("late", lambda career: sorted(days(career)) != days(career)),
        ("gaps", lambda career: any(b - a > 300 for a, b in pairwise(days(career)))),
        ("unknown", lambda career: any(isinstance(step, UnknownEvent) for step in career)),
        ("hostile", lambda career: "\\u2028" in repr(career)),
        ("overlaps", overlap),
        ("wild", unresolved),
    ],
)  # fmt: skip
def test_switch_of_careers(switch, shows):
    """Careers have the property with the switch, and never without it."""
    kinds = [RoleStarted, RoleEnded, ContactMade, ContactTouched, CourseFinished]
    off = dict.fromkeys(["corrections", "amendments", "coarse", "late", "gaps"], False)
    quick = settings(max_examples=500, phases=[Phase.generate], database=None)

    assert find(careers(kinds, **(off | {switch: True})), shows, settings=quick)

    @settings(max_examples=100)
    @given(career=careers(kinds, **(off | {switch: False})))
    def never(career):
        assert not shows(career)

    never()


def test_introduction_connects_two_contacts():
    smallest = find(
        careers([IntroductionMade]),
        lambda career: any(isinstance(step, IntroductionMade) for step in career),
    )

    assert ("contact-1", "me") == smallest.steps[-1].introduced


@given(data=st.data(), body=st.binary(max_size=20))
def test_corrupt_bytes_differ(data, body):
    assert body != data.draw(corrupt(body))


@given(data=st.data(), history=st.lists(st.integers()))
def test_split_keeps_every_entry(data, history):
    before, after = data.draw(testing.splits(history))

    assert history == [*before, *after]


@given(ledger=testing.ledgers([CourseFinished], corrections=False, amendments=False))
def test_ledgers_contain_a_career(ledger):
    assert len(ledger) == len(list(ledger.entries()))


@given(goal=events(GoalSet), course=st.from_type(CourseFinished), on=st.from_type(PartialDate))
def test_from_type_makes_events_and_dates(goal, course, on):
    assert len(goal.levels) in {0, 5}
    assert (CourseFinished, PartialDate) == (type(course), type(on))


@given(one=st.from_type(Action))
def test_from_type_makes_any_action(one):
    assert type(one) in facts()


def test_no_strategy_for_other_types():
    assert _careerledger_hypothesis.strategy_for(int) is None
    assert _careerledger_hypothesis.strategy_for(Event) is None
    assert _careerledger_hypothesis.strategy_for(int | None) is None


def python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_hypothesis_does_not_import_the_package():
    assert "False" == python("import hypothesis, sys; print('careerledger' in sys.modules)")


def test_missing_hypothesis_names_the_extra():
    source = (
        "import sys; sys.modules['hypothesis'] = None\n"
        "from careerledger import testing\n"
        "from careerledger.errors import MissingExtraError\n"
        "print(hasattr(testing, 'laws_of_nature'))\n"
        "try: testing.texts\n"
        "except MissingExtraError as error: print(error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", source], capture_output=True, text=True, check=True
    )

    assert (
        "False\ncareerledger.testing needs hypothesis; pip install 'careerledger[testing]'\n"
        == done.stdout
    )


def test_other_hypothesis_internals_are_left_alone(monkeypatch):
    monkeypatch.setitem(sys.modules, "hypothesis.strategies._internal.types", None)

    _careerledger_hypothesis.register()


def test_public_names_are_listed():
    assert set(testing.__all__) <= set(dir(testing))
    with pytest.raises(AttributeError, match="no attribute 'laws_of_nature'"):
        _ = testing.laws_of_nature


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: events(int), "is not an event class"),
        (lambda: careers([int]), "is not an event class"),
        (lambda: careers([]), "list of event classes is empty"),
        (lambda: Career([Voided(1)]), "entry #1 of the career corrects #1"),
        (lambda: Career([COURSE, Voided(1), Voided(1)]), "corrects #1, which is already voided"),
        (lambda: Career([COURSE, Voided(1), Voided(2)]), "corrects #2"),
    ],
)
def test_invalid_arguments_are_refused(make, message):
    with pytest.raises(DefinitionError, match=message):
        make()


COURSE = CourseFinished(on="2024", title="a")


def test_repr_of_a_career_is_python():
    career = Career([COURSE, Amended(1, CourseFinished(on="2023", title='"b"'))])
    source = """Career([
    CourseFinished(on="2024", title="a"),  # 1
    Amended(1, CourseFinished(on="2023", title='"b"')),  # 2
])"""

    assert source == repr(career)
    assert "Career([])" == repr(career[:0])
    names = {"Career": Career, "CourseFinished": CourseFinished, "Amended": Amended}
    assert career == eval(source, names)


def test_shape_of_an_annotation():
    assert Maybe(Text()) == shape_of(str | None)
    assert Text(3) == shape_of(Annotated[str | None, MinLen(3)])
    assert OneOf((Colour.RED, Colour.BLUE)) == shape_of(Colour)
    assert OtherType(Strange) == shape_of(Strange)
    assert isinstance(shape_of(int), Whole)
    assert OtherType(Any) == shape_of(Any)


def test_classes_that_introduce_ids_are_added():
    assert (ContactTouched, ContactMade) == with_introducers([ContactTouched])
