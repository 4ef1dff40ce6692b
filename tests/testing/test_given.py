"""Example tests that read as sentences."""

import pytest

from careerledger.events import ContactMade, ContactTouched, SkillPractised
from careerledger.projections import NetworkGrowth
from careerledger.testing import Amended, Voided, given, new_ledger

JANE = ContactMade(on="2024-03", contact="jane", name="Jane Doe")
TOUCHED = ContactTouched(on="2024-05-17", contact="jane")


def network(*career):
    return given(*career).at("2024-06").expect(NetworkGrowth)


@pytest.mark.parametrize("career", [[JANE, TOUCHED], [[JANE, TOUCHED]], [[JANE], TOUCHED]])
def test_a_career_is_given_in_any_way(career):
    assert network(*career).active == 1


def test_comparisons_that_hold_are_true():
    view = network(JANE, TOUCHED)

    assert view.active == 1
    assert view.active != 2
    assert view.active < 2
    assert view.active <= 1
    assert view.active > 0
    assert view.active >= 1
    assert view.active == view.active
    assert view.active
    assert len(view.contacts) == 1
    assert view.contacts[0].name == "Jane Doe"
    assert view.contacts[0] in view.contacts
    assert view.to_dict()["active"] == 1
    assert view.value.active == 1
    assert repr(view.active) == "NetworkGrowth at 2024-06.active = 1"


@pytest.mark.parametrize(
    ("compare", "wanted"),
    [
        (lambda active: active == 3, "== 3 was"),
        (lambda active: active != 1, "!= 1 was"),
        (lambda active: active < 1, "< 1 was"),
        (lambda active: active <= 0, "<= 0 was"),
        (lambda active: active > 1, "> 1 was"),
        (lambda active: active >= 2, ">= 2 was"),
    ],
)
def test_a_comparison_that_does_not_hold_names_the_entries(compare, wanted):
    active = network(JANE, SkillPractised(on="2024", skill="x"), TOUCHED, Voided(3)).active

    with pytest.raises(AssertionError) as failed:
        compare(active)

    assert f"NetworkGrowth at 2024-06.active is 1, where {wanted} expected.\n" in str(failed.value)
    assert '    #1 ContactMade(on="2024-03", contact="jane", name="Jane Doe")' in str(failed.value)
    assert "Touched" not in str(failed.value)
    assert "Skill" not in str(failed.value)


def test_nothing_true_and_nothing_in_it():
    empty = network()

    with pytest.raises(
        AssertionError, match=r"where something true was(.|\n)*No entry is consumed"
    ):
        assert empty.contacts
    with pytest.raises(AssertionError, match="where something with 'jane' was"):
        assert "jane" in empty.contacts


def test_many_entries_are_cut():
    touches = [ContactTouched(on=f"2024-04-{day:02}", contact="jane") for day in range(1, 31)]

    with pytest.raises(AssertionError, match="… and 1 earlier"):
        assert network(JANE, *touches).active == 2


def test_what_a_view_has_not_is_named():
    with pytest.raises(AttributeError, match="is a NetworkGrowthView, which has no 'cats'"):
        _ = network(JANE).cats


def test_a_ledger_is_asked_at_an_instant():
    ledger = new_ledger()
    entry = ledger.record(JANE)
    ledger.amend(entry.id, ContactMade(on="2024-04", contact="jane", name="Jane"), reason="typo")

    then = given(ledger).at("2024-06").known_at(entry.recorded_at)
    assert then.expect(NetworkGrowth).contacts[0].name == "Jane Doe"
    with pytest.raises(AssertionError, match="NetworkGrowth at 2024-06 known at 2026-01-01"):
        assert then.expect(NetworkGrowth).active == 2


def test_a_correction_counts():
    moved = Amended(1, ContactMade(on="2025", contact="jane", name="Jane"))

    assert network(JANE, moved).contacts == ()
