"""The laws of Roles, and what a résumé needs of it."""

from collections import Counter
from datetime import date, timedelta
from functools import partial

import pytest
from hypothesis import given, strategies as st

from careerledger.dates import PartialDate
from careerledger.events import RoleChanged, RoleEnded, RoleStarted
from careerledger.projections import Roles
from careerledger.projections.roles import Role, RolesView, Title
from careers import TODAY, careers, facts_of, new_ledger, view_of

histories = facts_of(RoleStarted, RoleChanged, RoleEnded)
ats = st.dates(date(2017, 1, 1), date(2027, 1, 1))


project = partial(view_of, Roles)


def days_of(role: Role, at: date) -> set[date]:
    """The days of a role, by the rule of the docs."""
    last = at if role.ended is None else min(at, role.ended.last_day)
    count = (last - role.started.first_day).days + 1
    return {role.started.first_day + timedelta(day) for day in range(count)}


@given(facts=histories, at=ats)
def test_days_gaps_and_overlaps_are_those_counted_day_by_day(facts: list, at: date) -> None:
    view = project(facts, at)
    held = {role.role: days_of(role, at) for role in view.roles}
    for employer in view.employers:
        for role in employer.roles:
            assert len(held[role.role]) == role.days
        assert len(set().union(*(held[role.role] for role in employer.roles))) == employer.days
    worked = set().union(*held.values())
    assert view.days == (len(worked) if held else None)
    free = {gap.since + timedelta(day) for gap in view.gaps for day in range(gap.days)}
    span = (at - min(worked)).days + 1 if worked else 0
    assert {min(worked) + timedelta(day) for day in range(span)} - worked == free
    assert all((gap.until - gap.since).days + 1 == gap.days for gap in view.gaps)
    counts = Counter(day for days in held.values() for day in days)
    shared = {day for day, count in counts.items() if count > 1}
    together = [
        {overlap.since + timedelta(day) for day in range(overlap.days)} for overlap in view.overlaps
    ]
    assert shared == set().union(*together)
    for overlap, days in zip(view.overlaps, together, strict=True):
        assert overlap.until == max(days)
        assert overlap.until + timedelta(1) not in shared
        assert overlap.roles == tuple(r.role for r in view.roles if held[r.role] & days)
    assert len(shared) == sum(map(len, together))


@given(facts=histories, at=ats)
def test_tenures_do_not_exceed_the_span(facts: list, at: date) -> None:
    view = project(facts, at)
    for employer in view.employers:
        span = max(0, (at - employer.started.first_day).days + 1)
        assert max(role.days for role in employer.roles) <= employer.days <= span
        assert employer.days <= (view.days or 0)
        assert employer.days <= sum(role.days for role in employer.roles)


@given(facts=histories, at=ats)
def test_changes_lie_within_the_role(facts: list, at: date) -> None:
    for role in project(facts, at).roles:
        last = at if role.ended is None else role.ended.last_day
        for part in (*role.changes, *role.titles[1:]):
            on = part.since if isinstance(part, Title) else part.on
            assert role.started.first_day <= on.last_day
            assert on.first_day <= last


@given(facts=histories)
def test_titles_and_changes_follow_from_one_to_the_next(facts: list) -> None:
    ledger = new_ledger()
    ledger.record(facts)
    seqs = {entry.seq for entry in ledger.entries()}
    for role in ledger.project(Roles, at=TODAY).roles:
        assert role.title == role.titles[-1].title
        assert (role.started, role.seq) == (role.titles[0].since, role.titles[0].seq)
        ends = [*(title.since for title in role.titles[1:]), role.ended]
        assert [title.until for title in role.titles] == ends
        for what in ("level", "scope", "pay"):
            changes = [change for change in role.changes if change.what == what]
            after = [change.value for change in changes]
            assert [change.before for change in changes[1:]] == after[:-1]
            assert all(change.before != change.value for change in changes)
            assert not after or getattr(role, what) == after[-1]
        assert seqs >= {change.seq for change in role.changes}


@given(career=careers)
def test_every_role_that_was_started_is_there_in_order(career: list) -> None:
    ledger = new_ledger()
    career.record(ledger)
    started = {}
    for entry in ledger.entries(types=[RoleStarted], until=TODAY):
        started.pop(entry.event.role, None)
        started[entry.event.role] = entry.event.organisation
    view = ledger.project(Roles, at=TODAY)
    assert list(started) == [role.role for role in view.roles]
    assert list(dict.fromkeys(started.values())) == [found.organisation for found in view.employers]
    assert hash(view) == hash(ledger.project(Roles, at=TODAY))


def test_nothing_recorded_is_no_days_rather_than_zero() -> None:
    view = project([])
    assert (None, (), (), ()) == (view.days, view.employers, view.overlaps, view.gaps)
    assert "days" == RolesView.HEADLINE


def test_a_resume_in_full() -> None:
    view = project(
        [
            RoleStarted(
                on="2020-01-01",
                role="dev",
                organisation="ACME",
                title="Engineer",
                level=2,
                industry="software",
                pay=60_000,
                currency="EUR",
            ),
            RoleChanged(on="2021-01-01", role="dev", pay=66_000),
            RoleChanged(on="2021-07", role="dev", title="Senior Engineer", level=3, scope=4),
            RoleEnded(on="2021-12-31", role="dev", reason="to lead"),
        ]
    )
    (employer,) = view.employers
    assert ("ACME", "2020-01-01", "2021-12-31", 731) == (
        employer.organisation,
        employer.started,
        employer.ended,
        employer.days,
    )
    (role,) = employer.roles
    assert ("Senior Engineer", "software", "to lead", 731) == (
        role.title,
        role.industry,
        role.reason,
        role.days,
    )
    assert (3, 4, 66_000, "EUR") == (role.level, role.scope, role.pay, role.currency)
    assert [
        ("Engineer", "2020-01-01", "2021-07", 1),
        ("Senior Engineer", "2021-07", "2021-12-31", 3),
    ] == [(title.title, title.since, title.until, title.seq) for title in role.titles]
    assert [
        ("2021-01-01", "pay", 60_000, 66_000, 2),
        ("2021-07", "level", 2, 3, 3),
        ("2021-07", "scope", None, 4, 3),
    ] == [(c.on, c.what, c.before, c.value, c.seq) for c in role.changes]


def started(on: str, role: str = "r", organisation: str = "ACME") -> RoleStarted:
    return RoleStarted(on=on, role=role, organisation=organisation, title="Engineer")


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        ("2020-03-01", "2020-03-31", 31),
        ("2020-03-01", "2020-03-01", 1),
        ("2020-03", "2020-03", 31),
        ("2020-03", "2020-04", 61),
        ("2019", "2020", 731),
        ("2020-03", "2020", 306),
        ("2020-03-15", "2020-03-14", 2299),
        ("2020-03-15", "2019", 2299),
        ("2020-03-15", "2020", 292),
        ("2026-06-30", None, 1),
        ("2026-06-01", "2026", 30),
    ],
)
def test_role_lasts_to_the_last_day_of_its_end(start: str, end: str | None, days: int) -> None:
    """An end of coarse date stands before the start in the history, and is never after ``at``."""
    ended = [] if end is None else [RoleEnded(on=end, role="r")]
    view = project([started(start), *ended])
    early = end is not None and PartialDate(end).last_day < PartialDate(start).first_day
    assert (days, None if early else end) == (view.days, view.roles[0].ended)


def test_a_role_after_the_other_in_months_leaves_no_gap() -> None:
    facts = [started("2020-01"), RoleEnded(on="2020-03", role="r"), started("2020-04", "s")]
    view = project(facts)
    assert ((), ()) == (view.gaps, view.overlaps)


def test_gaps_lie_between_roles_and_after_the_last() -> None:
    facts = [
        started("2020-01-01"),
        RoleEnded(on="2020-01-10", role="r"),
        started("2020-01-12", "s"),
        RoleEnded(on="2020-01-20", role="s"),
    ]
    gaps = [(gap.since, gap.until, gap.days) for gap in project(facts, "2020-01-31").gaps]
    assert [
        (date(2020, 1, 11), date(2020, 1, 11), 1),
        (date(2020, 1, 21), date(2020, 1, 31), 11),
    ] == gaps
    assert 1 == len(project(facts, "2020-01-20").gaps)


@pytest.mark.parametrize(("shortest", "expected"), [(1, [1, 11]), (2, [11]), (11, [11]), (12, [])])
def test_short_times_without_a_role_may_be_no_gaps(shortest: int, expected: list) -> None:
    ledger = new_ledger()
    ledger.record(
        [
            started("2020-01-01"),
            RoleEnded(on="2020-01-10", role="r"),
            started("2020-01-12", "s"),
            RoleEnded(on="2020-01-20", role="s"),
        ]
    )
    view = ledger.project(Roles.with_(gap_days=shortest), at="2020-01-31")
    assert expected == [gap.days for gap in view.gaps]
    assert 19 == view.days


def test_two_roles_at_one_employer_count_each_day_once() -> None:
    facts = [
        started("2020-01-01"),
        started("2020-01-06", "s"),
        started("2020-01-08", "t", "Globex"),
        RoleEnded(on="2020-01-10", role="r"),
        RoleEnded(on="2020-01-15", role="s"),
    ]
    view = project(facts, "2020-01-31")
    acme, globex = view.employers
    assert (15, 10, 10) == (acme.days, acme.roles[0].days, acme.roles[1].days)
    assert ("2020-01-15", None) == (acme.ended, globex.ended)
    assert [(("r", "s", "t"), 10)] == [(lap.roles, lap.days) for lap in view.overlaps]
    assert ["r", "s", "t"] == [role.role for role in view.roles]


def test_the_last_end_at_an_employer_is_the_latest_day() -> None:
    """A year ends after a month in it."""
    facts = [
        started("2019-01-01"),
        started("2019-02-01", "s"),
        RoleEnded(on="2020-05", role="s"),
        RoleEnded(on="2020", role="r"),
    ]
    assert "2020" == project(facts).employers[0].ended


def test_roles_are_in_the_order_they_started_across_employers() -> None:
    facts = [started("2022", "t"), started("2021", "s", "Globex"), started("2020")]
    view = project(facts)
    assert ["r", "s", "t"] == [role.role for role in view.roles]
    assert ["ACME", "Globex"] == [employer.organisation for employer in view.employers]


@pytest.mark.parametrize("on", ["2020-05-31", "2020-05", "2021-07-01", "2022"])
def test_what_changed_outside_the_time_of_the_role_counts_nowhere(on: str) -> None:
    facts = [
        started("2020-06-01"),
        RoleChanged(on=on, role="r", title="Lead", level=3, scope=2, pay=1),
        RoleEnded(on="2021-06", role="r"),
    ]
    (role,) = project(facts).roles
    assert ("Engineer", (), None, None, None) == (
        role.title,
        role.changes,
        role.level,
        role.scope,
        role.pay,
    )


@pytest.mark.parametrize("on", ["2020", "2020-06", "2020-06-01", "2021-06-30", "2021"])
def test_what_changed_at_the_edge_of_the_role_counts(on: str) -> None:
    """A year stands before its months in the history, so a change may come before the start."""
    facts = [
        started("2020-06-01"),
        RoleChanged(on=on, role="r", title="Lead", level=3),
        RoleEnded(on="2021-06", role="r"),
    ]
    (role,) = project(facts).roles
    assert ("Lead", 3, 1) == (role.title, role.level, len(role.changes))
    assert ["Engineer", "Lead"] == [title.title for title in role.titles]
    assert PartialDate(on) == role.titles[0].until


def test_saying_the_same_again_changes_nothing() -> None:
    first = RoleStarted(
        on="2020", role="r", organisation="ACME", title="Engineer", level=2, scope=1, pay=9
    )
    again = RoleChanged(on="2021", role="r", title="Engineer", level=2, scope=1, pay=9)
    (role,) = project([first, again]).roles
    assert ((), 1) == (role.changes, len(role.titles))


def test_what_refers_to_no_role_is_left_out() -> None:
    facts = [RoleChanged(on="2020", role="x", level=3), RoleEnded(on="2021", role="y")]
    assert () == project(facts).employers


def test_an_id_introduced_again_is_the_later_role() -> None:
    facts = [
        started("2019"),
        RoleEnded(on="2019-06", role="r"),
        started("2020-01-01", "s"),
        started("2021-01-01", organisation="Globex"),
    ]
    view = project(facts)
    assert ["s", "r"] == [role.role for role in view.roles]
    assert ("2021-01-01", None, "Globex") == (
        view.roles[1].started,
        view.roles[1].ended,
        view.roles[1].organisation,
    )
