"""Names of themes and skills: what differs in case or normal form alone is one."""

from typing import Any
from unicodedata import normalize

import attrs
import pytest
from hypothesis import given, strategies as st

from careerledger.events import Action, ConfidenceRated, CourseFinished, VisionDeclared
from careerledger.projections import (
    Challenges,
    JobOrCareer,
    Learning,
    MilestoneHistory,
    Projection,
    Skills,
    Stagnation,
    VisionAlignment,
)
from careerledger.projections.rules.names import Names, folded
from careers import THEMES, TODAY, new_ledger, only_facts

KINDS = [VisionAlignment, Learning, Skills, MilestoneHistory, Stagnation, JobOrCareer]

ALL: list[Action] = [
    CourseFinished(on="1900", title="…", themes=THEMES, skills=THEMES),
    *(ConfidenceRated(on="1900", theme=theme, level=0.5) for theme in THEMES),
]
"""Uses each name first, as the other events do not write it."""

spellings = st.sampled_from([str.upper, str.title, str.lower, str.swapcase])


def respelled(fact: Action, spell: Any) -> Action:
    """The event with its themes and skills in another spelling."""
    changes: dict[str, Any] = {}
    for field in ("theme", "themes", "skill", "skills", "stretch"):
        value = getattr(fact, field, None)
        if isinstance(value, str):
            changes[field] = spell(value) if value in THEMES else value
        elif isinstance(value, tuple | frozenset):
            changes[field] = [spell(name) if name in THEMES else name for name in value]
        elif value:
            changes[field] = {
                spell(name) if name in THEMES else name: weight for name, weight in value.items()
            }
    return attrs.evolve(fact, **changes)


def recorded(facts: list[Action]) -> Any:
    ledger = new_ledger()
    ledger.record([*ALL, *facts])
    return ledger


@given(only_facts, st.data())
def test_no_spelling_of_a_name_changes_a_view(facts: list[Action], data: st.DataObject) -> None:
    others = [respelled(fact, data.draw(spellings)) for fact in facts]
    one, other = recorded(facts), recorded(others)

    for kind in KINDS:
        assert one.project(kind, at=TODAY) == other.project(kind, at=TODAY)
    confidence = [ledger.project(Challenges, at=TODAY).confidence for ledger in (one, other)]
    assert confidence[0] == confidence[1]


@pytest.mark.parametrize("kind", [VisionAlignment, Learning])
@given(only_facts, spellings)
def test_no_spelling_of_a_theme_changes_an_explanation(
    kind: type[Projection[Any]], facts: list[Action], spell: Any
) -> None:
    of = None if kind is VisionAlignment else "serving"
    one, other = recorded(facts), recorded([respelled(fact, spell) for fact in facts])

    shares = [
        [(share.seq, share.share) for share in ledger.explain(kind, of=of, at=TODAY).shares]
        for ledger in (one, other)
    ]
    assert shares[0] == shares[1]


def test_a_name_is_shown_as_it_was_first_used() -> None:
    ledger = new_ledger()
    ledger.record(VisionDeclared(on="2024", vision="v", statement="…", themes={"Führung": 1}))
    ledger.record(
        CourseFinished(on="2025", title="…", hours=10, themes={normalize("NFD", "FÜHRUNG")})
    )
    (vision,) = ledger.project(VisionAlignment, at="2025").visions

    assert (1, ["Führung"]) == (vision.score, [share.theme for share in vision.themes])
    assert (1, ("Führung",)) == (
        ledger.project(Learning, at="2025").serving,
        tuple(cut.name for cut in ledger.project(Learning, at="2025").by_theme),
    )


def test_of_a_theme_in_two_spellings_the_larger_weight_counts() -> None:
    ledger = new_ledger()
    themes = {"climate": 1, "Climate": 4, "craft": 2}
    ledger.record(VisionDeclared(on="2024", vision="v", statement="…", themes=themes))
    (vision,) = ledger.project(VisionAlignment, at="2025").visions

    assert [("Climate", 4), ("craft", 2)] == [(t.theme, t.weight) for t in vision.themes]


@given(st.text(), st.text())
def test_names_are_one_if_they_are_equal_without_case_and_normal_form(one: str, other: str) -> None:
    def caseless(text: str) -> str:
        return normalize("NFD", normalize("NFD", text).casefold())

    assert (folded(one) == folded(other)) == (caseless(one) == caseless(other))
    for form in ("NFC", "NFD"):
        assert folded(one) == folded(normalize(form, one)) == folded(normalize(form, one.upper()))


def test_each_name_comes_once() -> None:
    names = Names()

    assert ["SQL"] == names.each_of({"sql", "SQL"})
    assert ["SQL", "go"] == names.each_of(["sql", "go", "Sql"])
    assert "SQL" == names.of("sQL")
