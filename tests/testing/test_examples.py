"""``given``: comparisons with views, and the messages of failures."""

from datetime import UTC, datetime

import pytest

from careerledger.errors import CareerLedgerError
from careerledger.events import ContactMade, ContactTouched, SkillPractised
from careerledger.projections import NetworkGrowth, Skills
from careerledger.testing import Amended, Voided, given, new_ledger

JANE = ContactMade(on="2024-03", contact="jane", name="Jane Doe")
TOUCHED = ContactTouched(on="2024-05-17", contact="jane")


def network(*career):
    return given(*career).at("2024-06").expect(NetworkGrowth)


@pytest.mark.parametrize("career", [[JANE, TOUCHED], [[JANE, TOUCHED]], [[JANE], TOUCHED]])
def test_given_takes_events_and_lists(career):
    assert network(*career).active == 1


def test_true_comparisons():
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
    ("compare", "expected"),
    [
        (lambda active: active == 3, "== 3"),
        (lambda active: active != 1, "!= 1"),
        (lambda active: active < 1, "< 1"),
        (lambda active: active <= 0, "<= 0"),
        (lambda active: active > 1, "> 1"),
        (lambda active: active >= 2, ">= 2"),
    ],
)
def test_false_comparison_lists_the_entries(compare, expected):
    active = network(JANE, SkillPractised(on="2024", skill="x"), TOUCHED, Voided(3)).active

    with pytest.raises(AssertionError) as failed:
        compare(active)

    assert f"NetworkGrowth at 2024-06.active is 1; expected {expected}.\n" in str(failed.value)
    assert '    #1 ContactMade(on="2024-03", contact="jane", name="Jane Doe")' in str(failed.value)
    assert "Touched" not in str(failed.value)
    assert "Skill" not in str(failed.value)


def test_failures_of_truth_and_membership():
    empty = network()

    with pytest.raises(
        AssertionError, match=r"expected a true value(.|\n)*consumes none of the entries"
    ):
        assert empty.contacts
    with pytest.raises(AssertionError, match="expected a value that contains 'jane'"):
        assert "jane" in empty.contacts


def test_failure_lists_the_last_entries():
    touches = [ContactTouched(on=f"2024-04-{day:02}", contact="jane") for day in range(1, 31)]

    with pytest.raises(AssertionError, match="… 1 earlier entries"):
        assert network(JANE, *touches).active == 2


def test_missing_attribute_is_named():
    with pytest.raises(
        AttributeError, match="is a NetworkGrowthView, which has no attribute 'cats'"
    ):
        _ = network(JANE).cats


def test_ledger_is_queried_as_known_at_an_instant():
    ledger = new_ledger()
    entry = ledger.record(JANE)
    ledger.amend(entry.id, ContactMade(on="2024-04", contact="jane", name="Jane"), reason="typo")

    then = given(ledger).at("2024-06").known_at(entry.recorded_at)
    assert then.expect(NetworkGrowth).contacts[0].name == "Jane Doe"
    with pytest.raises(AssertionError, match="NetworkGrowth at 2024-06 known at 2026-01-01"):
        assert then.expect(NetworkGrowth).active == 2


def test_event_of_today_is_given():
    """A career may reach today, and a question without a date is asked today."""
    today = datetime.now(UTC).astimezone().date()

    assert given(SkillPractised(on=today, skill="x")).expect(Skills).skills[0].last == str(today)


def test_today_is_the_last_date_of_the_career_or_given():
    later = SkillPractised(on="2190-05-03", skill="x")

    assert len(given(later).expect(Skills).skills) == 1
    assert len(given(later, SkillPractised(on="2191", skill="y")).expect(Skills).skills) == 2
    assert len(given(later, today="2190-06").expect(Skills).skills) == 1
    with pytest.raises(CareerLedgerError):
        given(later, today="2190-04")


def test_corrections_apply():
    moved = Amended(1, ContactMade(on="2025", contact="jane", name="Jane"))

    assert network(JANE, moved).contacts == ()
