"""Careers fit together, whatever is left out of them; events are any that their rules allow."""

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
from careerledger.testing._builder import (
    DRAW_SIZE,
    CareerBuilder,
    CareerOptions,
    with_introducers,
)
from careerledger.testing._events import facts
from careerledger.testing._shapes import Foreign, Maybe, OneOf, Text, Whole, shape_of

draws = st.lists(st.binary(min_size=DRAW_SIZE, max_size=DRAW_SIZE), max_size=12)
heads = st.binary(min_size=3, max_size=3)


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Strange:
    """What no annotation tells how to make."""


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
    """Every kind of field that a draw can fill."""

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
    """Values that Hypothesis was told how to make."""

    one: Strange
    seven: Annotated[tuple[Strange, ...], Predicate(_long)]


st.register_type_strategy(Strange, st.just(Strange()))


@given(career=careers([Stranger]), alone=events(Stranger))
def test_what_only_hypothesis_can_make_is_drawn(career, alone):
    assert all(7 == len(step.seven) for step in [alone, *career.facts])


@given(amended=events(EntryAmended))
def test_a_correction_holds_any_event(amended):
    assert type(amended.event) in facts()


@event("kit.rare")
class Rare(Action):
    """A value that is found by Hypothesis alone."""

    rare: Annotated[int, Predicate(_never)] | None = None


def strict(career: Career) -> Ledger:
    return career.record(Ledger.in_memory(clock=Clock()))


@given(career=careers(unknown=True))
def test_a_strict_ledger_takes_every_career(career):
    ledger = strict(career)

    ledger.verify()
    assert len(career) == len(ledger)
    told = [(entry.seq, entry.event) for entry in ledger.entries()]
    assert told == [(entry.seq, entry.event) for entry in career.history()]
    assert sorted(map(repr, career.facts)) == sorted(repr(e.event) for e in career.history())


@given(head=heads, digits=draws, data=st.data())
def test_leaving_any_draw_out_leaves_a_career_that_fits(head, digits, data):
    options = CareerOptions(kinds=tuple(facts()))
    left_out = data.draw(st.integers(0, len(digits)))

    for kept in (digits, digits[:left_out] + digits[left_out + 1 :]):
        builder = CareerBuilder(options, head, data.draw)
        for draw in kept:
            builder.add(draw)
        builder.finish()
        assert len(builder.steps) == len(builder.ranks)
        strict(Career(builder.steps))


@given(career=careers([Everything, Rare]))
def test_a_class_of_ones_own_is_filled_from_its_annotations(career):
    """Also where nothing introduces what it refers to, which only a lenient ledger takes."""
    career.record().verify()


def test_a_value_that_no_digits_say_is_drawn():
    found = find(
        careers([Everything]),
        lambda career: any(isinstance(step, Everything) and step.flag for step in career),
    )

    (step,) = found
    assert ("kit-team-0", 7, Colour.RED) == (step.team, len(step.words), step.colour)


def test_careers_have_ten_entries_in_the_mean():
    """Some have few, others many; and all of what may happen happens in some."""
    found = []

    @settings(max_examples=500, phases=[Phase.generate], derandomize=True, database=None)
    @given(career=careers())
    def draw(career):
        found.append(career)

    draw()
    lengths = [len(career) for career in found]
    assert 9 <= mean(lengths) <= 12
    assert min(lengths) <= 1
    assert 30 <= max(lengths) <= 80
    assert {*facts(), Voided, Amended} == {type(step) for career in found for step in career}


def test_a_career_shrinks_to_the_entries_that_it_takes():
    def resolved(career):
        taken = {step.challenge for step in actions(career) if isinstance(step, ChallengeTaken)}
        ends = [step for step in actions(career) if isinstance(step, ChallengeResolved)]
        return any(end.challenge in taken for end in ends)

    found = find(careers(), resolved, settings=settings(max_examples=2_000, database=None))

    assert [ChallengeTaken, ChallengeResolved] == [type(step) for step in found]


def actions(career):
    return [step for step in career if isinstance(step, Action)]


def days(career):
    return [step.on.ordinal for step in actions(career)]


def overlap(career):
    held = 0
    for step in actions(career):
        held += isinstance(step, RoleStarted) - isinstance(step, RoleEnded)
        if held not in (0, 1):
            return True
    return False


def unresolved(career):
    known = {step.contact for step in actions(career) if isinstance(step, ContactMade)}
    touched = {step.contact for step in actions(career) if isinstance(step, ContactTouched)}
    return not touched <= known


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
def test_a_switch_lets_careers_have_something(switch, shows):
    """And without it there is nothing of the kind."""
    kinds = [RoleStarted, RoleEnded, ContactMade, ContactTouched, CourseFinished]
    off = dict.fromkeys(["corrections", "amendments", "coarse", "late", "gaps"], False)
    quick = settings(max_examples=500, phases=[Phase.generate], database=None)

    assert find(careers(kinds, **(off | {switch: True})), shows, settings=quick)

    @settings(max_examples=100)
    @given(career=careers(kinds, **(off | {switch: False})))
    def never(career):
        assert not shows(career)

    never()


def test_an_introduction_is_of_two():
    found = find(
        careers([IntroductionMade]),
        lambda career: any(isinstance(step, IntroductionMade) for step in career),
    )

    assert ("contact-1", "me") == found.steps[-1].introduced


@given(data=st.data(), body=st.binary(max_size=20))
def test_corrupt_bytes_are_others(data, body):
    assert body != data.draw(corrupt(body))


@given(data=st.data(), history=st.lists(st.integers()))
def test_a_split_loses_nothing(data, history):
    before, after = data.draw(testing.splits(history))

    assert history == [*before, *after]


@given(ledger=testing.ledgers([CourseFinished], corrections=False, amendments=False))
def test_ledgers_are_recorded_careers(ledger):
    assert len(ledger) == len(list(ledger.entries()))


@given(goal=events(GoalSet), course=st.from_type(CourseFinished), on=st.from_type(PartialDate))
def test_from_type_makes_events_and_dates(goal, course, on):
    assert len(goal.levels) in {0, 5}
    assert (CourseFinished, PartialDate) == (type(course), type(on))


@given(one=st.from_type(Action))
def test_from_type_makes_any_action(one):
    assert type(one) in facts()


def test_other_types_are_left_alone():
    assert _careerledger_hypothesis.strategy_for(int) is None
    assert _careerledger_hypothesis.strategy_for(Event) is None
    assert _careerledger_hypothesis.strategy_for(int | None) is None


def python(code: str) -> str:
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return told.stdout.strip()


def test_hypothesis_does_not_import_the_package():
    assert "False" == python("import hypothesis, sys; print('careerledger' in sys.modules)")


def test_without_hypothesis_the_extra_is_named():
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


def test_a_hypothesis_of_another_shape_is_left_alone(monkeypatch):
    monkeypatch.setitem(sys.modules, "hypothesis.strategies._internal.types", None)

    _careerledger_hypothesis.register()


def test_the_face_is_listed():
    assert set(testing.__all__) <= set(dir(testing))
    with pytest.raises(AttributeError, match="no attribute 'laws_of_nature'"):
        _ = testing.laws_of_nature


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: events(int), "is not an event class"),
        (lambda: careers([int]), "is not an event class"),
        (lambda: careers([]), "no event class was given"),
        (lambda: Career([Voided(1)]), "entry #1 of the career corrects #1"),
        (lambda: Career([COURSE, Voided(1), Voided(1)]), "corrects #1, which was voided"),
        (lambda: Career([COURSE, Voided(1), Voided(2)]), "corrects #2"),
    ],
)
def test_what_cannot_be_is_refused(make, message):
    with pytest.raises(DefinitionError, match=message):
        make()


COURSE = CourseFinished(on="2024", title="a")


def test_a_career_is_told_as_python():
    career = Career([COURSE, Amended(1, CourseFinished(on="2023", title='"b"'))])
    told = """Career([
    CourseFinished(on="2024", title="a"),  # 1
    Amended(1, CourseFinished(on="2023", title='"b"')),  # 2
])"""

    assert told == repr(career)
    assert "Career([])" == repr(career[:0])
    names = {"Career": Career, "CourseFinished": CourseFinished, "Amended": Amended}
    assert career == eval(told, names)


def test_shapes_are_read_off_annotations():
    assert Maybe(Text()) == shape_of(str | None)
    assert Text(3) == shape_of(Annotated[str | None, MinLen(3)])
    assert OneOf((Colour.RED, Colour.BLUE)) == shape_of(Colour)
    assert Foreign(Strange) == shape_of(Strange)
    assert isinstance(shape_of(int), Whole)
    assert Foreign(Any) == shape_of(Any)


def test_what_introduces_an_id_joins_its_users():
    assert (ContactTouched, ContactMade) == with_introducers([ContactTouched])
