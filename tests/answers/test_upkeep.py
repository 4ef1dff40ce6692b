"""What time has left behind."""

from datetime import date, timedelta
from itertools import combinations, pairwise

import attrs
from hypothesis import given, strategies as st

from careerledger.answers.checks.upkeep import (
    CHALLENGE_DAYS,
    GAP_DAYS,
    OVERLAP_DAYS,
    VISION_DAYS,
    dormant_references,
    expired_credentials,
    gaps_between_roles,
    open_challenges,
    overdue_goals,
    overlapping_roles,
    stale_visions,
    unreflected_roles,
)
from careerledger.dates import PartialDate
from careerledger.events import (
    Action,
    ChallengeResolved,
    ChallengeTaken,
    CourseFinished,
    CourseStarted,
    CredentialAwarded,
    DoorOpened,
    GoalAssessed,
    GoalDropped,
    GoalSet,
    MilestoneDeclared,
    ReflectionWritten,
    RequestAnswered,
    RequestMade,
    RoleEnded,
    RoleStarted,
    VisionDeclared,
    VisionRetired,
    VisionRevised,
    WorkLogged,
)
from careerledger.projections import Goals, Learning
from careerledger.testing import events
from careers import TODAY, careers, new_ledger, ons
from strategies import ENDS

DAY = timedelta(days=1)


def found(check, *facts, at=TODAY):
    """What a check finds among these facts, recorded in this order."""
    ledger = new_ledger()
    ledger.record(facts)
    return ledger.check(at=at, checks=[check])


def messages(check, *facts, at=TODAY):
    return [finding.message for finding in found(check, *facts, at=at)]


def role(id_, start, end=None):
    started = RoleStarted(on=start, role=id_, organisation="Acme", title="T")
    return [started] if end is None else [started, RoleEnded(on=end, role=id_)]


def vision(on="2020", id_="cto"):
    return VisionDeclared(on=on, vision=id_, statement="…", themes={"a": 1})


# References to what has ended


@given(st.data(), st.sampled_from(ENDS), ons, ons)
def test_the_last_of_several_ends_is_the_end(data, span, first, second):
    """A request deferred and then granted, a role left twice: no end is too late."""
    kind, start, end = span

    def ids(_):
        return st.just("it")

    drawn = data.draw(st.tuples(events(start, ids=ids), events(end, ids=ids)))
    started, ended = (attrs.evolve(fact, **{"toward": None, kind: "it"}) for fact in drawn)
    again = [attrs.evolve(ended, on=on) for on in (first, second)]

    findings = found(dormant_references, attrs.evolve(started, on="2000"), *again)

    assert not [finding for finding in findings if f"the {kind} " in finding.message]


@given(ons, st.lists(ons, max_size=5))
def test_work_wholly_after_its_role_is_late(end, works):
    findings = found(
        dormant_references,
        *role("acme", "2017", end),
        *(WorkLogged(on=on, role="acme", what="x") for on in works),
    )
    late = [on for on in works if PartialDate(end).last_day < PartialDate(on).first_day]

    assert [1 + len(late)] * bool(late) == [len(finding.entries) for finding in findings]


@given(careers)
def test_nothing_is_dormant_once_the_ends_are_voided(career):
    ledger = new_ledger()
    career.record(ledger)
    ends = tuple(end for _, _, end in ENDS)
    for entry in list(ledger.entries()):
        if isinstance(entry.event, ends):
            ledger.void(entry.id, reason="a test")

    assert [] == ledger.check(checks=[dormant_references])


def test_work_in_a_role_that_has_ended_is_found():
    (finding,) = found(
        dormant_references,
        *role("acme", "2020", "2024-03"),
        WorkLogged(on="2024-03-31", role="acme", what="the last day"),
        WorkLogged(on="2024", role="acme", what="sometime"),
        WorkLogged(on="2024-04-01", role="acme", what="too late"),
        WorkLogged(on="2025", role="acme", what="too late"),
    )

    assert ("dormant-reference", "warning") == (finding.code, finding.severity)
    assert (
        "the role 'acme' ended on 2024-03 (#2), but is referred to later by #5, #6"
        == finding.message
    )
    assert "amend what refers to it, or the end if that is wrong (#2)" == finding.fix


def test_effort_toward_what_is_given_up_is_found():
    assert [
        "the vision 'cto' ended on 2021 (#2), but is referred to later by #5",
        "the goal 'talk' ended on 2022 (#4), but is referred to later by #6",
    ] == messages(
        dormant_references,
        vision(),
        VisionRetired(on="2021", vision="cto", reason="no"),
        GoalSet(on="2020", goal="talk", title="Talk"),
        GoalDropped(on="2022", goal="talk", reason="no"),
        CourseFinished(on="2023", title="SQL", toward={"cto": 1}),
        GoalAssessed(on="2024", goal="talk", level=1),
    )


def test_ambiguous_id_needs_both_ends():
    facts = [
        vision(id_="it"),
        VisionRetired(on="2021", vision="it", reason="no"),
        GoalSet(on="2020", goal="it", title="It"),
        CourseFinished(on="2023", title="SQL", toward={"it": 1}),
    ]
    dropped = GoalDropped(on="2022", goal="it", reason="no")

    assert [] == found(dormant_references, *facts)
    assert ["the vision 'it' ended on 2021 (#2), but is referred to later by #4"] == messages(
        dormant_references, *facts, dropped
    )


def test_what_nothing_introduces_is_not_dormant():
    assert [] == found(
        dormant_references,
        RoleEnded(on="2020", role="acme"),
        WorkLogged(on="2024", role="acme", what="x"),
        DoorOpened(on="2024", door="d", what="x", leads_to="acme"),
    )


def test_looking_back_is_not_late():
    assert [] == found(
        dormant_references,
        *role("acme", "2020", "2021"),
        vision(),
        VisionRetired(on="2021", vision="cto", reason="no"),
        MilestoneDeclared(on="2024", milestone="m", title="Left", role="acme", toward={"cto": 1}),
        ReflectionWritten(on="2024", text="…", about=["acme"], toward={"cto": 1}),
    )


def test_an_end_before_the_start_ends_nothing():
    """That is a finding of its own, and would make all that follows one too."""
    assert [] == found(
        dormant_references,
        *role("acme", "2020", "2019"),
        WorkLogged(on="2021", role="acme", what="x"),
    )


def test_of_two_ends_the_one_that_may_be_later_counts():
    """A role left in 2024, in March as another record says: June may still have been in it."""
    assert [] == found(
        dormant_references,
        *role("acme", "2020", "2024"),
        RoleEnded(on="2024-03", role="acme"),
        WorkLogged(on="2024-06", role="acme", what="x"),
    )


def test_what_ends_later_has_not_ended_yet():
    facts = [
        RequestMade(on="2024-01", request="raise", kind="raise"),
        DoorOpened(on="2024-06", door="d", what="x", leads_to="sql"),
        CourseStarted(on="2024", course="sql", title="SQL"),
        CourseFinished(on="2024-05", course="sql", title="SQL"),
        RequestAnswered(on="2024-07", request="raise", outcome="granted"),
    ]

    assert [] == found(dormant_references, *facts, at="2024-05")
    assert 1 == len(found(dormant_references, *facts, at="2024-06"))


# Roles that overlap, and gaps between them

AT = date(2021, 1, 1)
DAYS = st.dates(date(2018, 1, 1), AT)
SOME_ROLES = st.lists(st.tuples(DAYS, st.none() | st.integers(0, 600)), max_size=4)


def days_held(some_roles):
    """The days of each role, up to the day of the question."""
    return [
        {
            day
            for day in range(start.toordinal(), AT.toordinal() + 1)
            if length is None or day <= start.toordinal() + length
        }
        for start, length in some_roles
    ]


def recorded(some_roles):
    return [
        fact
        for n, (start, length) in enumerate(some_roles)
        for fact in role(f"r{n}", start, None if length is None else start + length * DAY)
    ]


@given(SOME_ROLES)
def test_roles_that_overlap_beyond_a_handover_are_one_finding(some_roles):
    """Each finding names the roles that overlap, and the longest time that two of them share."""
    held = days_held(some_roles)
    shared = {
        frozenset((one, other)): len(held[one] & held[other])
        for one, other in combinations(range(len(held)), 2)
        if len(held[one] & held[other]) > OVERLAP_DAYS
    }
    clusters = []
    for pair in shared:
        meeting = [cluster for cluster in clusters if cluster & pair]
        clusters = [*(c for c in clusters if c not in meeting), pair.union(*meeting)]
    ledger = new_ledger()
    places = {entry.id: entry.event.role for entry in ledger.record(recorded(some_roles))}

    findings = ledger.check(at=AT, checks=[overlapping_roles])

    assert {
        (
            frozenset(f"r{n}" for n in cluster),
            max(days for pair, days in shared.items() if pair <= cluster),
        )
        for cluster in clusters
    } == {
        (
            frozenset(places[id_] for id_ in finding.entries),
            int(finding.message.partition("at least ")[2].split()[0]),
        )
        for finding in findings
    }
    assert len(clusters) == len(findings)


@given(SOME_ROLES)
def test_a_gap_is_a_run_of_days_without_a_role(some_roles):
    held = sorted(set().union(*days_held(some_roles)))
    gaps = [later - earlier - 1 for earlier, later in pairwise(held)]

    told = messages(gaps_between_roles, *recorded(some_roles), at=AT)

    assert [days for days in gaps if days > GAP_DAYS] == [
        int(message.removeprefix("at least ").split()[0]) for message in told
    ]


@given(SOME_ROLES)
def test_dates_known_less_well_make_neither_overlaps_nor_gaps(some_roles):
    facts = recorded(some_roles)
    coarse = [attrs.evolve(fact, on=fact.on[:4]) for fact in facts]

    for check in (overlapping_roles, gaps_between_roles):
        assert len(found(check, *coarse, at=AT)) <= len(found(check, *facts, at=AT))


def test_a_role_without_an_end_overlaps_the_next():
    (finding,) = found(
        overlapping_roles, *role("a", "2020-01-01"), *role("b", "2021-01"), at="2021-03-03"
    )

    assert ("overlapping-roles", "note") == (finding.code, finding.severity)
    assert (
        "the roles 'a' (#1) and 'b' (#2) overlap by at least 32 days; "
        "a handover takes no more than 31" == finding.message
    )


def test_a_role_beside_many_others_is_one_finding():
    (finding,) = found(
        overlapping_roles,
        *role("a", "2020-01-01"),
        *role("b", "2020-02-01", "2020-05-31"),
        *role("c", "2020-07-01", "2020-12-31"),
        *role("d", "2020-12-30", "2020-12-31"),
        at="2021-03-03",
    )

    assert (
        "the roles 'a' (#1), 'b' (#2) and 'c' (#4) overlap with one another or through others, "
        "'a' and 'c' by at least 184 days; a handover takes no more than 31" == finding.message
    )


def test_a_handover_is_no_overlap():
    facts = [*role("a", "2020", "2021-01-31"), *role("b", "2021-01-01")]

    assert [] == found(overlapping_roles, *facts)
    assert [] == found(overlapping_roles, *role("a", "2020", "2021"), *role("b", "2021"))


def test_half_a_year_between_roles_is_found():
    (finding,) = found(
        gaps_between_roles,
        *role("a", "2019", "2020-12-31"),
        *role("b", "2021-07-04", "2022"),
        *role("c", "2023-05"),
    )

    assert ("gap-between-roles", "note") == (finding.code, finding.severity)
    assert (
        "at least 184 days lie between the end of the role 'a' on 2020-12-31 (#2) and the start "
        "of 'b' on 2021-07-04 (#3); a search seldom takes more than 183" == finding.message
    )


def test_a_search_is_no_gap():
    assert [] == found(
        gaps_between_roles, *role("a", "2019", "2020-12-31"), *role("b", "2021-07-03")
    )
    assert [] == found(gaps_between_roles, *role("a", "2018", "2019"), *role("b", "2020-06"))


# Credentials

CREDENTIALS = st.lists(st.tuples(ons, st.none() | ons), max_size=5)


@given(
    st.lists(st.tuples(ons, st.none() | ons, st.sampled_from([None, "A", "a", "B"])), max_size=5)
)
def test_check_and_learning_agree_on_what_has_expired(some):
    """Of one name and issuer at most one, and only where none is in force."""
    tomorrow = TODAY + DAY  # after all that ``ons`` draws
    awards = [
        CredentialAwarded(
            on=on, credential=f"c{n}", name=["PMP", "pmp "][n % 2], issuer=issuer, expires=until
        )
        for n, (on, until, issuer) in enumerate(some)
    ]
    ledger = new_ledger()
    ledger.record(awards)
    history = list(ledger.entries(until=tomorrow))
    told = {finding.entries[0] for finding in expired_credentials(history, tomorrow)}
    view = ledger.project(Learning, at=tomorrow)
    expired = [credential.seq for credential in view.expired]
    assert told == {ledger.entry(seq).id for seq in expired}
    issuers = {(awards[seq - 1].issuer or "").casefold() for seq in expired}
    in_force = {(credential.issuer or "").casefold() for credential in view.in_force}
    assert len(issuers) == len(expired)
    assert not issuers & in_force


def test_an_expired_credential_is_found_the_day_after():
    fact = CredentialAwarded(on="2020", credential="aws-1", name="AWS", expires="2023-05")

    assert [] == found(expired_credentials, fact, at="2023-05-31")
    (finding,) = found(expired_credentials, fact, at="2023-06-01")
    assert ("expired-credential", "warning") == (finding.code, finding.severity)
    assert (
        "the credential 'aws-1' ('AWS', #1) expired on 2023-05, and no other of its "
        "name and issuer holds longer" == finding.message
    )


def test_a_renewal_counts_from_when_it_was_awarded():
    first = CredentialAwarded(on="2020", credential="aws-1", name="AWS", expires="2023")
    renewed = CredentialAwarded(on="2025-03", credential="aws-2", name="aws", expires="2028")

    assert 1 == len(found(expired_credentials, first, renewed, at="2025-02"))
    assert [] == found(expired_credentials, first, renewed, at="2025-03")


def test_longer_credential_of_one_day_counts():
    some = [
        CredentialAwarded(on="2020", credential=id_, name="AWS", expires=expires)
        for id_, expires in (("long", "2030"), ("short", "2021"))
    ]

    assert [] == found(expired_credentials, *some)
    assert [] == found(expired_credentials, *some[::-1])


def test_another_name_is_no_renewal():
    assert 1 == len(
        found(
            expired_credentials,
            CredentialAwarded(on="2020", credential="a", name="AWS Associate", expires="2023"),
            CredentialAwarded(on="2024", credential="b", name="AWS Professional"),
        )
    )


# Goals


@given(ons, st.none() | ons, st.lists(st.tuples(ons, st.integers(-2, 2)), max_size=3))
def test_goal_short_of_its_level_is_overdue(on, due, levels):
    facts = [GoalAssessed(on=on, goal="g", level=level) for on, level in levels]
    in_order = sorted(levels, key=lambda said: said[0])
    over = due is not None and PartialDate(due).last_day < TODAY
    late = over and (not in_order or in_order[-1][1] < 0)

    assert late == bool(found(overdue_goals, GoalSet(on=on, goal="g", title="t", due=due), *facts))


def test_a_goal_is_overdue_from_the_day_after_it_was_due():
    goal = GoalSet(on="2024", goal="talk", title="Talk", due="2024-11")

    assert [] == found(overdue_goals, goal, at="2024-11-30")
    (finding,) = found(overdue_goals, goal, at="2024-12-01")
    assert ("overdue-goal", "warning") == (finding.code, finding.severity)
    assert (
        "the goal 'talk' (#1) was due on 2024-11 and is neither reached nor dropped"
        == finding.message
    )


def test_a_goal_reached_too_late_was_overdue_until_then():
    goal = GoalSet(on="2024", goal="talk", title="Talk", due="2024-11")
    reached = GoalAssessed(on="2025-03", goal="talk", level=0)
    dropped = GoalDropped(on="2025-03", goal="talk", reason="no")

    for end in (reached, dropped):
        assert 1 == len(found(overdue_goals, goal, end, at="2025-02"))
        assert [] == found(overdue_goals, goal, end, at="2025-03")
    almost = attrs.evolve(reached, level=-1)
    assert 1 == len(found(overdue_goals, goal, almost))


# Challenges, visions, and roles that ask for a word


@given(ons, st.none() | ons, st.dates(date(2018, 1, 1), TODAY))
def test_challenge_open_too_long_by_its_last_day(taken, resolved, at):
    facts: list[Action] = [ChallengeTaken(on=taken, challenge="c", title="t", difficulty=3)]
    open_ = True
    if resolved is not None:
        facts.append(ChallengeResolved(on=resolved, challenge="c", outcome="met"))
        end = PartialDate(resolved)
        open_ = end.first_day > at or end.last_day < PartialDate(taken).first_day
    old = (at - PartialDate(taken).last_day).days > CHALLENGE_DAYS

    assert (old and open_) == bool(found(open_challenges, *facts, at=at))


def test_a_challenge_is_found_after_a_year():
    taken = ChallengeTaken(on="2023-03-01", challenge="launch", title="Launch", difficulty=4)

    assert [] == found(open_challenges, taken, at="2024-02-29")
    (finding,) = found(open_challenges, taken, at="2024-03-01")
    assert ("open-challenge", "note") == (finding.code, finding.severity)
    assert (
        "the challenge 'launch', taken on 2023-03-01 (#1), has been open for at least 366 days; "
        "after 365 it is worth asking how it went" == finding.message
    )


@given(ons, st.lists(ons, max_size=3), st.dates(date(2018, 1, 1), TODAY))
def test_vision_is_stale_after_two_years(declared, revised, at):
    dates = [PartialDate(on) for on in (declared, *revised)]
    heard = [on.last_day for on in dates if on.first_day <= at]
    stale = dates[0].first_day <= at and (at - max(heard)).days > VISION_DAYS
    facts = [VisionRevised(on=on, vision="cto", reason="so") for on in revised]

    assert stale == bool(found(stale_visions, vision(declared), *facts, at=at))


def test_a_vision_is_found_after_two_years():
    revised = VisionRevised(on="2022-01", vision="cto", reason="clearer")
    retired = VisionRetired(on="2024-01", vision="cto", reason="no")

    assert [] == found(stale_visions, vision(), revised, at="2024-01-31")
    (finding,) = found(stale_visions, vision(), revised, at="2024-02-01")
    assert ("stale-vision", "note") == (finding.code, finding.severity)
    assert (
        "the vision 'cto' was last declared or revised on 2022-01 (#2), at least 731 days ago; "
        "after 730 it is worth asking whether it still holds" == finding.message
    )
    assert [] == found(stale_visions, vision(), revised, retired, at="2024-02-01")


def test_word_of_a_year_counts_to_its_end():
    revised = VisionRevised(on="2022-03", vision="cto", reason="clearer")

    assert [] == found(stale_visions, vision("2022"), revised, at="2024-12-30")
    assert 1 == len(found(stale_visions, vision("2022"), revised, at="2025"))


@given(careers)
def test_a_reflection_about_every_role_is_all_that_is_asked(career):
    ledger = new_ledger()
    career.record(ledger)
    ended = {e.event.role for e in ledger.entries(types=[RoleEnded])}
    started = {e.event.role for e in ledger.entries(types=[RoleStarted])}
    lacking = ledger.check(checks=[unreflected_roles])

    assert len(lacking) <= len(ended & started)
    ledger.record(ReflectionWritten(on="2026-06", text="…", about=sorted(ended)))
    assert [] == ledger.check(checks=[unreflected_roles])


def test_a_role_that_ended_without_a_thought_is_found():
    facts = [*role("a", "2020", "2022"), *role("b", "2022", "2024-05"), *role("c", "2024-06")]

    (finding,) = found(
        unreflected_roles, *facts, ReflectionWritten(on="2021", text="…", about=["x", "a"])
    )

    assert ("unreflected-role", "note") == (finding.code, finding.severity)
    assert "the role 'b' ended on 2024-05 (#4), and no reflection is about it" == finding.message
    assert "record ReflectionWritten with about=['b']" == finding.fix


def test_a_goal_that_fell_back_is_overdue_again() -> None:
    ledger = new_ledger()
    ledger.record(GoalSet(on="2024", goal="g", title="t", due="2024-06"))
    ledger.record(GoalAssessed(on="2024-07", goal="g", level=1))
    assert [] == ledger.check(at="2024")
    ledger.record(GoalAssessed(on="2024-08", goal="g", level=-1))
    assert ["overdue-goal"] == [found.code for found in ledger.check(at="2024")]
    assert ledger.project(Goals, at="2024").overdue == ("g",)
