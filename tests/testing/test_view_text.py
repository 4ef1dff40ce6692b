"""Views as text, and their mutable parts."""

from dataclasses import dataclass
from datetime import date

import attrs
import pytest
from immutabledict import immutabledict

from careerledger.testing._mutability import mutable_part, mutate
from careerledger.testing._view_text import (
    EntryNames,
    difference_between,
    fields_of_object,
    view_text,
)


@dataclass(frozen=True)
class Frozen:
    x: int
    y: tuple[int, ...] = ()


@dataclass
class Open:
    x: int


@attrs.frozen
class Loose:
    values: list[int]


def test_equal_contents_have_the_same_text():
    one = {"b": frozenset({"x", "y"}), "a": (1, 1.0, True, None)}
    other = {"a": (1.0, 1, True, None), "b": frozenset({"y", "x"})}

    assert view_text(one) == view_text(other)
    assert "Frozen(x=#3, y=())" == view_text(Frozen(7_000_003), EntryNames(7_000_000))
    assert "'id-#2'" == view_text("id-7000002", EntryNames(7_000_000, (5, 2)))
    assert "#5" == view_text(7_000_001, EntryNames(7_000_000, (5, 2)))
    assert view_text([1]) != view_text((1,))
    assert "0.1" == view_text(0.1)
    assert str(date(2024, 1, 2).year) in view_text(date(2024, 1, 2))


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        (1, None),
        (Frozen(1, (2,)), None),
        (immutabledict({"a": [1]}), "it['a'] is a list"),
        (Frozen(1, ([],)), "it.y[0] is a list"),
        (Open(1), "it is a Open, whose fields can be set"),
        (Loose([1]), "it.values is a list"),
        (EntryNames(1), None),
    ],
)
def test_mutable_part_of_a_view(view, expected):
    assert expected == mutable_part(view, "it")


def test_mutate_empties_every_part():
    inner, pairs = [1], {"a": [2]}
    view = Loose([immutabledict({"x": inner}), (pairs,)])

    mutate(view)

    assert ([], {}, []) == (inner, pairs, view.values)
    assert fields_of_object(int) is None


def test_difference_shows_the_changed_fields():
    text, other_text = view_text(Frozen(-5, (1,))), view_text(Frozen(-6, (1,)))

    difference = difference_between("one", text, "other", other_text)

    assert ["- one", "+ other", "  -x=-5,", "  +x=-6,"] == difference


def test_difference_keeps_lines_that_begin_with_a_minus():
    difference = difference_between("one", "(1, -5)", "other", "(1, -6)")

    assert ["- one", "+ other", "  --5)", "  +-6)"] == difference


def test_long_difference_shows_both_texts():
    texts = [view_text(tuple(range(start, start + 300))) for start in (0, 1_000)]

    difference = difference_between("one", texts[0], "other", texts[1])

    assert ["one: (0, 1,", "other: (100"] == [line[:11] for line in difference]
    assert all(line.endswith("…") for line in difference)
