"""What cannot all be true, or has no effect: the newer checks of the record."""

import attrs
import pytest
from hypothesis import given, strategies as st

from careerledger import Draft
from careerledger.answers.checks.record import (
    FIRSTS,
    changes_without_effect,
    contacts_touched_before_made,
    dates_too_precise,
    goals_due_before_set,
)
from careerledger.dates import PartialDate
from careerledger.events import (
    ContactMade,
    ContactTouched,
    ContactUpdated,
    CourseFinished,
    CredentialAwarded,
    GoalSet,
    RoleChanged,
    RoleEnded,
    RoleStarted,
    VisionDeclared,
    VisionRevised,
)
from careers import TODAY, careers, new_ledger, only_facts, ons


def found(check, *facts):
    """What a check finds among these facts, recorded in this order."""
    ledger = new_ledger()
    ledger.record(facts)
    return ledger.check(checks=[check])


def coarser(on):
    return on[:4]


# Contacts touched before they were made


@given(ons, st.lists(ons, max_size=5))
def test_touch_wholly_before_its_contact_is_too_early(made, touches):
    facts = [ContactTouched(on=on, contact="jane") for on in touches]
    early = {
        n
        for n, on in enumerate(touches, start=2)
        if PartialDate(on).last_day < PartialDate(made).first_day
    }
    ledger = new_ledger()
    entries = ledger.record([ContactMade(on=made, contact="jane", name="Jane"), *facts])

    findings = ledger.check(checks=[contacts_touched_before_made])

    assert [{1} | early] * bool(early) == [
        {entry.seq for entry in entries if entry.id in finding.entries} for finding in findings
    ]


@given(only_facts)
def test_a_date_known_less_well_makes_no_touch_too_early(facts):
    checks = contacts_touched_before_made, goals_due_before_set
    coarse = [attrs.evolve(fact, on=coarser(fact.on)) for fact in facts]

    for check in checks:
        assert len(found(check, *coarse)) <= len(found(check, *facts))


def test_a_touch_before_the_contact_was_made_is_found():
    (finding,) = found(
        contacts_touched_before_made,
        ContactMade(on="2024-03", contact="jane", name="Jane"),
        ContactTouched(on="2024-02-29", contact="jane"),
        ContactTouched(on="2024", contact="jane"),
        ContactTouched(on="2023", contact="john"),
    )

    assert ("touched-before-made", "warning") == (finding.code, finding.severity)
    assert (
        "the contact 'jane' was made on 2024-03 (#1), after being touched by #2" == finding.message
    )


def test_of_two_meetings_the_first_made_the_contact():
    made = [ContactMade(on=on, contact="jane", name="Jane") for on in ("2024", "2020")]

    assert [] == found(
        contacts_touched_before_made, *made, ContactTouched(on="2022", contact="jane")
    )


# Goals due before they were set


@given(ons, st.none() | ons)
def test_goal_due_in_its_first_period_is_fine(on, due):
    findings = found(goals_due_before_set, GoalSet(on=on, goal="g", title="t", due=due))
    early = due is not None and PartialDate(due).last_day < PartialDate(on).first_day

    assert ["due-before-set"] * early == [finding.code for finding in findings]


def test_goal_due_before_it_was_set_is_a_finding():
    (finding,) = found(
        goals_due_before_set,
        GoalSet(on="2025-02-01", goal="talk", title="Give a talk", due="2025-01"),
        GoalSet(on="2025-02-01", goal="book", title="Write", due="2025"),
    )

    assert ("due-before-set", "warning") == (finding.code, finding.severity)
    assert (
        "the goal 'talk' was due on 2025-01, before it was set on 2025-02-01 (#1)"
        == finding.message
    )


# Changes before what they change

BEGINNINGS = {
    "vision": lambda on: VisionDeclared(on=on, vision="it", statement="…", themes={"a": 1}),
    "contact": lambda on: ContactMade(on=on, contact="it", name="It"),
    "role": lambda on: RoleStarted(on=on, role="it", organisation="Acme", title="It"),
}
CHANGES = {
    "vision": lambda on: VisionRevised(on=on, vision="it", reason="why not"),
    "contact": lambda on: ContactUpdated(on=on, contact="it", title="Doctor"),
    "role": lambda on: RoleChanged(on=on, role="it", level=2),
}


@pytest.mark.parametrize("kind", CHANGES)
@given(changed=ons, begun=ons, change_first=st.booleans())
def test_change_before_its_start_has_no_effect(kind, changed, begun, change_first):
    facts = [BEGINNINGS[kind](begun), CHANGES[kind](changed)]
    findings = found(changes_without_effect, *(facts[::-1] if change_first else facts))
    early = changed < begun or (changed == begun and change_first)
    if kind == "role":
        early = PartialDate(changed).last_day < PartialDate(begun).first_day

    assert ["change-without-effect"] * early == [finding.code for finding in findings]


@given(careers)
def test_a_change_without_effect_may_as_well_be_voided(career):
    """No projection sees the difference in visions and roles; so neither does the check."""
    ledger = new_ledger()
    career.record(ledger)
    changes = {"vision.revised", "contact.updated", "role.changed"}
    idle = {i for finding in ledger.check(checks=[changes_without_effect]) for i in finding.entries}
    for entry in list(ledger.entries()):
        if entry.id in idle and entry.type in changes:
            ledger.void(entry.id, reason="no effect")

    assert [] == ledger.check(checks=[changes_without_effect])


def test_a_year_comes_before_its_months():
    (finding,) = found(
        changes_without_effect, BEGINNINGS["vision"]("2024-03"), CHANGES["vision"]("2024")
    )

    assert ("change-without-effect", "warning") == (finding.code, finding.severity)
    assert (
        "the vision 'it' is changed by #2 before it begins on 2024-03 (#1), "
        "so that the change has no effect" == finding.message
    )


def test_a_change_after_the_first_of_two_beginnings_has_effect():
    facts = [BEGINNINGS["role"]("2020"), CHANGES["role"]("2021"), BEGINNINGS["role"]("2022")]

    assert [] == found(changes_without_effect, *facts)


def test_a_change_before_two_beginnings_is_found_once():
    facts = [CHANGES["role"]("2019"), BEGINNINGS["role"]("2020"), BEGINNINGS["role"]("2022")]

    (finding,) = found(changes_without_effect, *facts)

    assert " before it begins on 2020 (#2)" in finding.message


def test_a_vision_and_a_role_may_have_the_same_id():
    facts = [BEGINNINGS["role"]("2020"), CHANGES["vision"]("2021"), BEGINNINGS["vision"]("2022")]

    (finding,) = found(changes_without_effect, *facts)

    assert finding.message.startswith("the vision 'it' is changed by #2 ")


# Dates too precise to be true


def imported(*dates, make=lambda on: CourseFinished(on=on, title="SQL")):
    ledger = new_ledger()
    ledger.record([Draft(make(on), f"file:{n}") for n, on in enumerate(dates)])
    return [
        (finding.code, finding.severity, len(finding.entries))
        for finding in ledger.check(checks=[dates_too_precise])
    ]


@given(st.lists(ons, max_size=8))
def test_typed_dates_are_never_too_precise(dates):
    facts = [CourseFinished(on=on, title="SQL") for on in dates]

    assert [] == found(dates_too_precise, *facts)


@given(st.lists(ons, max_size=8))
def test_dates_amended_to_their_month_are_not_too_precise(dates):
    assert [] == imported(*(PartialDate(on).month for on in dates))


@given(st.lists(ons, max_size=8))
def test_first_of_january_is_too_precise(dates):
    days = [on for on in dates if len(on) == 10]
    januaries = [on for on in days if on.endswith("-01-01")]
    firsts = [on for on in days if on.endswith("-01")]
    odd = firsts if firsts == days and len(set(days)) >= FIRSTS else januaries

    assert [("too-precise-date", "note", len(odd))] * bool(odd) == imported(*dates)


def test_the_first_of_january_is_often_a_year():
    ledger = new_ledger()
    ledger.record(Draft(CourseFinished(on="2019-01-01", title="SQL"), "file:1"))
    ledger.record(Draft(CourseFinished(on="2019-02-01", title="Python"), "file:2"))

    (finding,) = ledger.check(checks=[dates_too_precise])

    assert (
        "imported as course.finished on 1 January, which may stand for a longer time: #1"
        == finding.message
    )
    assert (
        "where only the month or the year is known, amend the date to it, such as '2019'"
        == finding.fix
    )


FIRST_DAYS = [f"2019-{month:02}-01" for month in range(2, 2 + FIRSTS)]


def test_dates_all_on_the_first_mean_months():
    ledger = new_ledger()
    ledger.record(
        [Draft(RoleEnded(on=on, role="r"), f"file:{n}") for n, on in enumerate(FIRST_DAYS)]
    )

    (finding,) = ledger.check(checks=[dates_too_precise])

    assert (
        "every imported role.ended is on the first of a month, which may stand for a longer "
        "time: #1, #2, #3, #4, #5" == finding.message
    )


def test_dates_that_begin_a_month_may_be_chance():
    assert [] == imported(*FIRST_DAYS[1:])
    assert [] == imported(*FIRST_DAYS[1:], FIRST_DAYS[1])
    assert [] == imported(*FIRST_DAYS, "2019-08-02")
    assert [("too-precise-date", "note", FIRSTS)] == imported(*FIRST_DAYS, "2019-08")


def test_each_type_is_judged_on_its_own():
    def by_turns(on):
        if on < FIRST_DAYS[2]:
            return CourseFinished(on=on, title="SQL")
        return CredentialAwarded(on=on, credential=on, name="SQL")

    assert [] == imported(*FIRST_DAYS, make=by_turns)


def test_the_day_of_the_question_is_of_no_account():
    ledger = new_ledger()
    ledger.record(GoalSet(on="2025-02", goal="g", title="t", due="2025-01"))

    assert ledger.check(at="2020", checks=[goals_due_before_set]) == ledger.check(
        at=TODAY, checks=[goals_due_before_set]
    )
