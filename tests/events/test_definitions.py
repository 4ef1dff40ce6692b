"""What @event refuses to make an event, when the class is defined."""

import sys
import types
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum, Flag, IntEnum
from typing import Annotated, Any, Literal

import attrs
import pytest
from annotated_types import Interval, Len, MaxLen, MinLen, MultipleOf, Predicate
from immutabledict import immutabledict

from careerledger.dates import PartialDate
from careerledger.errors import DefinitionError, FieldError
from careerledger.events import (
    Action,
    ContactMade,
    Introduces,
    Refers,
    catalogue,
    event,
    introduced,
)
from careerledger.journal import codec
from strategies import entry_of


def same(fields):
    return fields


@pytest.mark.parametrize(
    "name",
    [
        "",
        "won",
        "Acme.won",
        "acme.Won",
        "acme..won",
        ".won",
        "acme.",
        "acme won",
        "acme.won\n",
        "äcme.won",
        "1.2",
    ],
)
def test_a_name_is_lower_case_words_joined_by_dots(name):
    with pytest.raises(DefinitionError, match="malformed"):
        event(name)(type("Won", (Action,), {}))


@pytest.mark.parametrize("name", ["acme.won", "acme.hack-a-thon.won_2", "a.b.c.d"])
def test_such_names_are_fine(name):
    assert name == event(name)(type("Won", (Action,), {})).__event__.name


def test_a_name_stands_for_one_class():
    with pytest.raises(DefinitionError, match="taken"):
        event("contact.made")(type("Mine", (Action,), {}))

    assert ContactMade is catalogue.find("contact.made")


def test_a_class_defined_again_replaces_itself():
    """As when a notebook's cell is run a second time."""

    def define(**more):
        made = event("acme.cell")(type("Cell", (Action,), {"__annotations__": more}))
        assert made is catalogue.find("acme.cell")
        return made

    size = catalogue.size
    first, second = define(), define(prize=int)

    assert size + 2 == catalogue.size
    assert first is not second
    assert 1 == second(on="2024", prize=1).prize


@pytest.mark.parametrize("version", [0, -1, 1.5, "1", None])
def test_versions_count_from_one(version):
    with pytest.raises(DefinitionError, match="version"):
        event("acme.won", version=version)(type("Won", (Action,), {}))


@pytest.mark.parametrize(
    ("version", "upcasts"),
    [
        (2, None),
        (2, {}),
        (3, {2: same}),
        (3, {1: same}),
        (1, {1: same}),
        (2, {1: same, 2: same}),
        (2, {0: same, 1: same}),
    ],
)
def test_upcasts_lead_from_each_version_to_the_next(version, upcasts):
    with pytest.raises(DefinitionError, match="upcasts"):
        event("acme.won", version=version, upcasts=upcasts)(type("Won", (Action,), {}))


def test_the_upcasts_of_a_class_stay_as_they_were():
    upcasts = {1: same}
    made = event("acme.upcast-kept", version=2, upcasts=upcasts)(type("Kept", (Action,), {}))
    upcasts.clear()

    assert {1: same} == made.__event__.upcasts
    with pytest.raises(TypeError):
        made.__event__.upcasts[2] = same


def with_field(annotation, **more):
    return type("Won", (Action,), {"__annotations__": {"prize": annotation}, **more})


@pytest.mark.parametrize(
    "annotation",
    [
        list, dict, set, bytearray, bytes, deque, list[str], dict[str, int], set[int], Sequence[str], Mapping[str, int],
        list[str] | None, tuple[list[str], ...], frozenset[set[int]], immutabledict[str, list[str]],
        Annotated[list[str], MinLen(1)], Annotated[dict[str, int], MinLen(1)] | None,
        Any, object, complex, tuple[int, list[str]], tuple, immutabledict, frozenset, "list[str]", "tuple[Any, ...]", Any | None,
    ],
    ids=str,
)  # fmt: skip
def test_a_field_cannot_change_or_go_unchecked(annotation):
    with pytest.raises(DefinitionError, match="prize"):
        event("acme.won")(with_field(annotation))


@pytest.mark.parametrize("rule", [MaxLen(3), MultipleOf(2), Len(1, 3)], ids=repr)
def test_a_rule_that_is_not_checked_is_refused(rule):
    with pytest.raises(DefinitionError, match="prize"):
        event("acme.won")(with_field(Annotated[str, rule]))


def test_an_id_may_be_left_out():
    @event("acme.maybe")
    class Maybe(Action):
        thing: Annotated[str, Introduces("thing")] | None = None
        about: Annotated[str, Refers.to("thing")] | None = None

    assert introduced(Maybe(on="2024")) is None
    assert "thing:t" == introduced(Maybe(on="2024", thing="t"))


@pytest.mark.parametrize("bad", ["acme.won2", "acme.won3"])
def test_what_is_refused_is_not_known(bad):
    with pytest.raises(DefinitionError):
        event(bad)(with_field(list))

    assert catalogue.find(bad) is None


# A user's modules


@pytest.fixture
def acme(monkeypatch):
    """Run source as a module of a user's that postpones its annotations."""

    def run(source):
        made = types.ModuleType("acme_events")
        monkeypatch.setitem(sys.modules, "acme_events", made)
        exec("from __future__ import annotations\n" + SOURCE + source, vars(made))
        return made

    return run


SOURCE = """
from typing import Annotated, Literal, TYPE_CHECKING
from annotated_types import Interval
from careerledger.dates import PartialDate
from careerledger.events import Accepts, Action, event, field
"""


def test_postponed_annotations_are_read(acme):
    made = acme("""
@event("acme.postponed")
class Postponed(Action):
    prize: Annotated[int, Interval(ge=0)]
    due: Accepts[PartialDate | None, str | None] = field(default=None)
    kind: Literal["a", "b"] = "a"
""").Postponed

    assert "2024" == made(on="2024", prize=1, due="2024").due
    with pytest.raises(FieldError):
        made(on="2024", prize=-1)
    assert codec.codec_of(made) is not None


def test_a_class_within_a_function_is_fine():
    def define():
        @event("acme.local")
        class Local(Action):
            prize: int = 0

        return Local

    assert 3 == define()(on="2024", prize=3).prize
    assert "define.<locals>.Local" in define().__qualname__


def test_a_default_is_held_as_if_it_were_given():
    @event("acme.defaulted")
    class Defaulted(Action):
        prize: float = 1
        due: PartialDate = "2024"
        team: tuple[str, ...] = ["Ada"]
        first: PartialDate = attrs.Factory(lambda: "2023")

    made = Defaulted(on="2024")

    assert (float, PartialDate, PartialDate) == tuple(
        type(value) for value in (made.prize, made.due, made.first)
    )
    assert ("Ada",) == made.team
    assert made == Defaulted(on="2024", prize=1.0, due="2024", team=("Ada",), first="2023")
    assert "Defaulted(on=PartialDate('2024'))" == repr(made.replace(first="2023")).replace(
        ", first=PartialDate('2023')", ""
    )


@pytest.mark.parametrize("name", ["on", "prize", "first"])
def test_what_stands_for_a_default_is_no_value(name):
    @event("acme.anew")
    class Anew(Action):
        prize: int
        first: PartialDate = attrs.Factory(lambda: "2023")

    default = getattr(attrs.fields(Anew), name).default
    given = {"on": "2024", "prize": 1, name: default}

    with pytest.raises(FieldError, match=f"{name} of Anew is"):
        Anew(**given)


def test_an_event_may_extend_another():
    @event("acme.base")
    class Base(Action):
        prize: Annotated[int, Interval(ge=0)] = 0

    @event("acme.extended")
    class Extended(Base):
        sponsor: str = ""

    assert ("acme.base", "acme.extended") == (Base.__event__.name, Extended.__event__.name)
    with pytest.raises(FieldError):
        Extended(on="2024", prize=-1)


# Rules that only a user's events have


def test_a_rule_for_another_type_refuses():
    """A length of None is not an error of its own."""

    @event("acme.lengths")
    class Lengths(Action):
        name: Annotated[str | None, MinLen(2)]

    assert "ab" == Lengths(on="2024", name="ab").name
    with pytest.raises(FieldError):
        Lengths(on="2024", name=None)


@pytest.mark.parametrize(
    "annotation",
    [
        int | PartialDate,
        PartialDate | str | None,
        Literal["a"] | int,
        date | str,
        tuple[int, ...] | str,
    ],
    ids=str,
)
def test_a_field_holds_values_of_one_type(annotation):
    with pytest.raises(DefinitionError, match="prize"):
        event("acme.won")(with_field(annotation))


def test_a_literal_is_of_its_type():
    """True equals 1, and is not the same on disk."""

    @event("acme.literal")
    class Chosen(Action):
        value: Literal[1, True]

    assert [int, bool] == [type(Chosen(on="2024", value=value).value) for value in (1, True)]
    with pytest.raises(FieldError):
        Chosen(on="2024", value=1.0)


def test_a_predicate_tells_its_rule():
    def even(value: int) -> bool:
        return value % 2 == 0

    @event("acme.even")
    class Even(Action):
        value: Annotated[int, Predicate(even)]

    with pytest.raises(FieldError):
        Even(on="2024", value=1)


def test_an_error_within_a_predicate_is_not_hidden():
    def broken(value: int) -> bool:
        raise ZeroDivisionError

    @event("acme.broken")
    class Broken(Action):
        value: Annotated[int, Predicate(broken)]

    with pytest.raises(ZeroDivisionError):
        Broken(on="2024", value=1)


def test_a_class_of_a_users_own_is_checked_by_its_type():
    @attrs.frozen
    class Prize:
        amount: int

    @event("acme.prize")
    class Given(Action):
        prize: Prize

    assert 3 == Given(on="2024", prize=Prize(3)).prize.amount
    with pytest.raises(FieldError):
        Given(on="2024", prize=3)


def test_a_value_that_cannot_be_shown_is_still_refused():
    class Shy:
        def __repr__(self):
            raise RuntimeError

    with pytest.raises(FieldError, match="type Shy"):
        ContactMade(on="2024", contact="jane", name=Shy())


class _Ring(Enum):
    ONE = 2**63


class _Least(IntEnum):
    ONE = -(2**63) - 1


class _Bits(Flag):
    HIGH = 2**63


@pytest.mark.parametrize("kind", [_Ring, _Least, _Bits, Literal[2**63], Literal["a", -(2**63) - 1]])
def test_a_choice_among_numbers_has_64_bits(kind):
    """As a whole number that anybody may choose."""
    with pytest.raises(DefinitionError, match="64 bits"):
        event("acme.won")(with_field(kind))


class _Wide(IntEnum):
    LEAST = -(2**63)
    MOST = 2**63 - 1


class _Named(Enum):
    """Written by the names of its members."""

    BIG = 2**70
    WORD = "x"


@pytest.mark.parametrize("value", [*_Wide, *_Named])
def test_members_within_64_bits_and_named_ones_are_fine(value):
    made = event("acme.chosen")(type("Chosen", (Action,), {"__annotations__": {"x": type(value)}}))
    entry = entry_of(made(on="2024", x=value))
    assert entry == codec.decode(1, codec.encode(entry))


def _mutable_kinds():
    @attrs.define
    class Slotted:
        x: int = 0

    @attrs.define(slots=False, eq=False)
    class Open:
        x: int = 0

    @attrs.define(on_setattr=[])
    class Unhooked:
        x: int = 0

    @dataclass
    class Data:
        x: int = 0

    @dataclass(unsafe_hash=True)
    class Hashed:
        x: int = 0

    return [Slotted, Open, Unhooked, Data, Hashed]


@pytest.mark.parametrize("kind", _mutable_kinds(), ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("within", [False, True], ids=["itself", "inside"])
def test_a_class_that_can_change_is_refused(kind, within):
    if within:
        kind = attrs.make_class("Outer", {"inner": attrs.field(type=kind)}, frozen=True)
    with pytest.raises(DefinitionError, match="frozen"):
        event("acme.won")(with_field(kind))


def test_a_subclass_of_a_frozen_class_is_fine():
    @attrs.frozen
    class Prize:
        amount: int = 0

    class Cup(Prize):
        pass

    assert event("acme.cup")(with_field(Cup))(on="2024", prize=Cup(2)).prize.amount == 2
