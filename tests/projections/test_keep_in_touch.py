"""The laws of KeepInTouch, and who is due when."""

from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest
from hypothesis import given, strategies as st

from careerledger.events import (
    Action,
    ContactMade,
    ContactTouched,
    ContactUpdated,
    DoorOpened,
    GatheringAttended,
    HelpGiven,
    IntroductionMade,
    MentoringEnded,
    MentoringStarted,
    RecognitionReceived,
)
from careerledger.projections import KeepInTouch, NetworkGrowth
from careerledger.projections.keep_in_touch import CADENCES
from careerledger.projections.network_growth import DEPTHS, HALF_LIVES
from careers import TODAY, new_ledger, only_facts, view_of

DAY = date(2024, 1, 1)


project = partial(view_of, KeepInTouch)


def made(contact: str = "jane", on: object = DAY, **more: object) -> ContactMade:
    return ContactMade(on=on, contact=contact, name=contact.title(), **more)


def due(facts: list[Action], at: object = TODAY, **parameters: object) -> list[str]:
    return [part.contact for part in project(facts, at, **parameters).due]


dense = st.lists(
    st.one_of(
        st.builds(
            ContactMade,
            on=st.dates(date(2022, 1, 1), TODAY),
            contact=st.sampled_from("abc"),
            name=st.just("A"),
            kind=st.sampled_from(sorted(CADENCES)),
        ),
        st.builds(
            ContactTouched,
            on=st.dates(date(2022, 1, 1), TODAY) | st.sampled_from(["2024", "2026-03"]),
            contact=st.sampled_from("abcd"),
            depth=st.integers(1, 3),
        ),
        st.builds(
            MentoringStarted,
            on=st.sampled_from(["2026", "2026-02", "2026-04-01"]),
            mentoring=st.sampled_from("mn"),
            contact=st.sampled_from("abcd"),
            role=st.just("mentor"),
            aim=st.just("x"),
        ),
        st.builds(
            MentoringEnded,
            on=st.sampled_from(["2026", "2026-03", "2026-05-01"]),
            mentoring=st.sampled_from("mn"),
            gained=st.just("x"),
        ),
    ),
    max_size=12,
)
histories = only_facts | dense


@given(facts=histories, depth=st.integers(1, 3))
def test_a_touch_clears_it(facts: list, depth: int) -> None:
    before = project(facts)
    for part in before.due:
        touch = ContactTouched(on=TODAY, contact=part.contact, depth=depth)
        after = project([*facts, touch])
        assert [other for other in before.due if other != part] == list(after.due)
        assert (before.count - 1, before.resting + 1) == (after.count, after.resting)


@given(facts=histories, contact=st.sampled_from(["a", "b", "contact0", "contact1"]))
def test_touching_one_contact_changes_no_other(facts: list, contact: str) -> None:
    touch = ContactTouched(on="2026-05", contact=contact)
    before, after = project(facts).due, project([*facts, touch]).due
    assert [p for p in before if p.contact != contact] == [p for p in after if p.contact != contact]


@given(facts=histories)
def test_ties_are_those_of_network_growth(facts: list) -> None:
    """The same strength to the last bit, the same last touch, the same contacts dormant."""
    ledger = new_ledger()
    ledger.record(facts)
    view, growth = ledger.project(KeepInTouch, NetworkGrowth, at=TODAY)
    ties = {tie.contact: tie for tie in growth.contacts}
    assert len(ties) == view.count + view.resting + view.dormant
    assert len(growth.reconnectable) == view.dormant
    events = {entry.seq: entry.event for entry in ledger.entries()}
    for part in view.due:
        tie = ties[part.contact]
        told = (part.name, part.kind, part.last_touch, part.strength)
        assert (tie.name, tie.kind, tie.last_touch, tie.strength) == told
        (evidence,) = part.evidence
        assert part.last_touch == evidence.on == events[evidence.seq].on
        assert 0 <= evidence.share <= part.strength + 1e-12


@given(facts=histories, more=st.integers(1, 400))
def test_loss_is_strength_lost_in_one_cadence(facts: list, more: int) -> None:
    ledger = new_ledger()
    ledger.record(facts)
    view = ledger.project(KeepInTouch.with_(cadences=dict.fromkeys(CADENCES, more)), at=TODAY)
    later = ledger.project(NetworkGrowth, at=TODAY + timedelta(days=more))
    strengths = {tie.contact: tie.strength for tie in later.contacts}
    for part in view.due:
        assert more == part.cadence <= part.days < 1096
        assert (TODAY - part.last_touch.first_day).days == part.days
        assert part.strength - strengths[part.contact] == part.loss
        assert 0 < part.loss < part.strength <= 1
    losses = [part.loss for part in view.due]
    assert sorted(losses, reverse=True) == losses
    assert len(view.due) == view.count


@given(facts=histories)
def test_next_due_date_is_exact(facts: list) -> None:
    ledger = new_ledger()
    ledger.record(facts)
    view = ledger.project(KeepInTouch, at=TODAY)
    if view.next_due is None:
        assert 0 == view.resting
        return
    now = {part.contact for part in view.due}
    eve = ledger.project(KeepInTouch, at=view.next_due - timedelta(days=1))
    then = ledger.project(KeepInTouch, at=view.next_due)
    assert view.next_due > TODAY
    assert {part.contact for part in eve.due} <= now
    assert not {part.contact for part in then.due} <= now


def test_nobody_to_write_to() -> None:
    view = project([])
    assert (0, (), 0, 0, None) == (
        view.count,
        view.due,
        view.resting,
        view.dormant,
        view.next_due,
    )
    assert "count" == view.HEADLINE
    assert view.HEADLINE in view.FALLING


@pytest.mark.parametrize("kind", sorted(CADENCES))
def test_a_contact_is_due_after_its_cadence_to_the_day(kind: str) -> None:
    on_the_day = DAY + timedelta(days=CADENCES[kind])
    before = project([made(kind=kind)], on_the_day - timedelta(days=1))
    assert (0, 1, on_the_day) == (before.count, before.resting, before.next_due)
    (part,) = project([made(kind=kind)], on_the_day).due
    assert ("jane", "Jane", kind, "2024-01-01") == (
        part.contact,
        part.name,
        part.kind,
        part.last_touch,
    )
    half = DEPTHS[2] * 2 ** (-CADENCES[kind] / HALF_LIVES[kind])
    assert part.strength == pytest.approx(half)
    assert part.loss == pytest.approx(half * (1 - 2 ** (-CADENCES[kind] / HALF_LIVES[kind])))


def test_every_kind_of_contact_has_a_cadence() -> None:
    assert HALF_LIVES.keys() == CADENCES.keys()


@pytest.mark.parametrize(
    ("facts", "cleared"),
    [
        ([ContactTouched(on="2024-06-01", contact="jane", depth=1)], True),
        ([GatheringAttended(on="2024-06-01", name="PyCon", met=["jane"])], True),
        ([HelpGiven(on="2024-06-01", contact="jane", what="a review")], True),
        ([IntroductionMade(on="2024-06-01", introducer="jane", introduced=["me", "joe"])], True),
        ([IntroductionMade(on="2024-06-01", introducer="joe", introduced=["me", "jane"])], True),
        ([made(on="2024-06-01")], True),
        (
            [
                MentoringStarted(
                    on="2024-06-01", mentoring="m", contact="jane", role="mentor", aim="x"
                )
            ],
            True,
        ),
        (
            [
                MentoringStarted(
                    on="2024-01-02", mentoring="m", contact="jane", role="mentor", aim="x"
                ),
                MentoringEnded(on="2024-06-01", mentoring="m", gained="y"),
            ],
            True,
        ),
        (
            # The end, known to the year, stands before the start; the start is the last touch.
            [
                MentoringStarted(
                    on="2024-06-01", mentoring="m", contact="jane", role="mentor", aim="x"
                ),
                MentoringEnded(on="2024", mentoring="m", gained="y"),
            ],
            True,
        ),
        ([MentoringEnded(on="2024-06-01", mentoring="never started", gained="y")], False),
        ([DoorOpened(on="2024-06-01", door="d", what="an offer", contact="jane")], True),
        ([DoorOpened(on="2024-06-01", door="d", what="an offer")], False),
        ([RecognitionReceived(on="2024-06-01", kind="thanks", text="x", contact="jane")], True),
        ([RecognitionReceived(on="2024-06-01", kind="award", text="x")], False),
        ([ContactUpdated(on="2024-06-01", contact="jane", organisation="ACME")], False),
    ],
)
def test_what_counts_as_a_touch(facts: list, cleared: bool) -> None:
    assert ["jane"] == due([made()], "2024-06-01")
    assert cleared == ("jane" not in due([made(), *facts], "2024-06-01"))


def test_an_end_of_before_a_mentorings_start_closes_it() -> None:
    """A later end of the same mentoring is an end of nothing, as for NetworkGrowth."""
    facts = [
        made(),
        MentoringEnded(on="2024", mentoring="m", gained="y"),
        MentoringStarted(on="2024-02", mentoring="m", contact="jane", role="mentor", aim="x"),
        MentoringEnded(on="2024-05-30", mentoring="m", gained="y"),
    ]
    (part,) = project(facts, "2024-06-01").due
    assert "2024-02" == part.last_touch


def test_the_largest_loss_comes_first() -> None:
    facts = [
        made("aunt", kind="family"),
        made("mentor", kind="mentor"),
        made("friend", kind="friend"),
        made("close", kind="friend"),
        ContactTouched(on=DAY, contact="close", depth=3),
        made("bea", kind="peer"),
        made("abe", kind="peer"),
    ]
    losses = {part.contact: part.loss for part in project(facts, "2024-06-01").due}
    assert ["close", "abe", "bea", "friend", "mentor", "aunt"] == list(losses)
    assert losses["close"] > losses["abe"] == losses["bea"] > losses["friend"]


def test_a_contact_that_changes_its_kind_changes_its_cadence() -> None:
    update = ContactUpdated(on="2024-01-15", contact="jane", kind="mentor")
    assert [] == due([made(kind="peer")], "2024-02-01")
    assert ["jane"] == due([made(kind="peer"), update], "2024-02-01")


def test_dormant_contacts_are_left_to_reconnecting() -> None:
    last = DAY + timedelta(days=1095)
    assert ["jane"] == due([made()], last)
    after = project([made()], last + timedelta(days=1))
    assert (0, 0, 1, None) == (after.count, after.resting, after.dormant, after.next_due)
    assert [] == due([made()], last, dormant_after=365)


def test_a_cadence_longer_than_dormancy_is_never_due() -> None:
    for days in (1096, 1_000_000):
        view = project([made()], "2024-06-01", cadences={"other": days})
        assert (0, 1, None) == (view.count, view.resting, view.next_due)


def test_due_beyond_the_calendar_is_never() -> None:
    ledger = new_ledger(clock=lambda: datetime(9000, 2, 1, tzinfo=UTC))
    ledger.record(made(on="9000-01-01"))
    asked = KeepInTouch.with_(cadences={"other": 900_000}, dormant_after=1_000_000)
    view = ledger.project(asked, at="9000-02-01")
    assert (0, 1, None) == (view.count, view.resting, view.next_due)


def test_part_of_a_day_rounds_up() -> None:
    tuned = {"cadences": {"other": 2.5}}
    assert date(2024, 1, 4) == project([made()], "2024-01-03", **tuned).next_due
    assert ["jane"] == due([made()], "2024-01-04", **tuned)


def test_who_was_never_made_a_contact_is_not_listed() -> None:
    facts = [
        ContactTouched(on=DAY, contact="stranger"),
        GatheringAttended(on=DAY, name="PyCon", met=["passer-by"]),
        ContactUpdated(on=DAY, contact="unknown", kind="mentor"),
        ContactMade(on=DAY, contact="me", name="Myself"),
    ]
    view = project(facts)
    assert (0, 0, 0) == (view.count, view.resting, view.dormant)


def test_touch_before_its_contact_counts() -> None:
    early = ContactTouched(on="2023-12-01", contact="jane", depth=3)
    (alone,) = project([made()], "2024-06-01").due
    (known,) = project([early, made()], "2024-06-01").due
    assert alone.last_touch == known.last_touch
    assert alone.strength < known.strength
    assert alone.strength == pytest.approx(alone.evidence[0].share)
    assert alone.evidence[0].share == known.evidence[0].share


def test_parameters_can_be_changed() -> None:
    (plain,) = project([made()], "2024-06-01").due
    (slow,) = project([made()], "2024-06-01", half_lives={"other": 10_000}).due
    (deep,) = project([made()], "2024-06-01", depths={2: 0.9}).due
    assert slow.loss < plain.loss < deep.loss
    assert [] == due([made()], "2024-06-01", cadences={"other": 200})
