"""The laws of Doors, and the ways from people to what came of knowing them."""

from collections import defaultdict
from datetime import date
from functools import partial

import pytest
from hypothesis import given, strategies as st

from careerledger.events import (
    Action,
    ChallengeTaken,
    ContactMade,
    CourseStarted,
    DoorOpened,
    GatheringAttended,
    IntroductionMade,
    OpportunityFound,
    RoleStarted,
)
from careerledger.projections import Doors
from careerledger.projections.doors import Door
from careers import TODAY, new_ledger, only_facts, view_of

project = partial(view_of, Doors)


def made(contact: str, **more: object) -> ContactMade:
    return ContactMade(on="2020", contact=contact, name=contact.title(), **more)


def opened(door: str = "d", on: object = "2022-05-01", **more: object) -> DoorOpened:
    return DoorOpened(on=on, door=door, what="an offer", **more)


def only(facts: list[Action]) -> Door:
    (door,) = project(facts).doors
    return door


ons = st.sampled_from(["2021", "2021-03", "2021-03-01", "2021-03-05", "2022", "2022-01-01"])
people = st.sampled_from(["me", "a", "b", "c"])
things = st.sampled_from(["x", "y"])
relevant = st.one_of(
    st.builds(
        DoorOpened,
        on=ons,
        door=st.sampled_from("pqr"),
        what=things,
        contact=st.none() | people,
        leads_to=st.none() | things,
    ),
    st.builds(ContactMade, on=ons, contact=people, name=things, via=st.none() | people),
    st.builds(
        GatheringAttended,
        on=ons,
        name=things,
        kind=st.sampled_from(["dinner", "meetup"]),
        met=st.lists(people, max_size=3),
    ),
    st.builds(RoleStarted, on=ons, role=things, organisation=things, title=things),
    st.builds(CourseStarted, on=ons, course=things, title=things),
    st.builds(ChallengeTaken, on=ons, challenge=things, title=things, difficulty=st.just(3)),
    st.builds(OpportunityFound, on=ons, opportunity=things, what=things),
)
histories = st.lists(relevant, max_size=15) | only_facts


@given(facts=histories)
def test_every_path_ends_at_a_recorded_door(facts: list) -> None:
    """From whatever person or gathering one sets out; beyond a door there is only its outcome."""
    recorded = {f"door:{fact.door}" for fact in facts if isinstance(fact, DoorOpened)}
    view = project(facts)
    assert sorted(set(view.edges)) == list(view.edges)
    onward = defaultdict(set)
    for one, other in view.edges:
        onward[one].add(other)
    for node in list(onward):
        if node.startswith("door:"):
            assert node in recorded
            assert not any(onward[outcome] for outcome in onward[node])
            continue
        reached, seen = {node}, {node}
        while reached and not reached & recorded:
            reached = {further for one in reached for further in onward[one]} - seen
            seen |= reached
        assert reached & recorded


@given(facts=histories)
def test_doors_match_their_entries(facts: list) -> None:
    ledger = new_ledger()
    ledger.record(facts)
    view = ledger.project(Doors, at=TODAY)
    entries = [entry for entry in ledger.entries() if isinstance(entry.event, DoorOpened)]
    assert view.count == len(view.doors) == len(entries)
    for entry, door in zip(entries, view.doors, strict=True):
        event = entry.event
        told = (door.seq, door.door, door.what, door.on)
        assert (entry.seq, event.door, event.what, event.on) == told
        assert door.contact == (None if event.contact == "me" else event.contact)
        assert event.leads_to == (None if door.leads_to is None else door.leads_to.id)
        assert list(door.chain[-1:]) == ([] if door.contact is None else [door.contact])
        assert len(set(door.chain)) == len(door.chain)
        assert "me" not in door.chain


@given(facts=histories)
def test_a_chain_follows_who_introduced_whom(facts: list) -> None:
    introduced = {
        (fact.via, fact.contact) for fact in facts if isinstance(fact, ContactMade) and fact.via
    }
    introductions = [fact for fact in facts if isinstance(fact, IntroductionMade)]
    introduced |= {(fact.introducer, who) for fact in introductions for who in fact.introduced}
    for door in project(facts).doors:
        assert set(zip(door.chain, door.chain[1:], strict=False)) <= introduced


@given(facts=histories)
def test_the_gathering_is_the_latest_one_before_the_door(facts: list) -> None:
    """Looked for once more among all gatherings, by their first days."""
    ledger = new_ledger()
    ledger.record(facts)
    attended = [e for e in ledger.entries() if isinstance(e.event, GatheringAttended)]
    for door in ledger.project(Doors, at=TODAY).doors:
        before = [
            entry
            for entry in attended
            if door.contact in entry.event.met and entry.event.on.first_day <= door.on.first_day
        ]
        if not before:
            assert door.gathering is None
            continue
        event, found = before[-1].event, door.gathering
        assert (before[-1].seq, event.name, event.kind, event.on) == (
            found.seq,
            found.name,
            found.kind,
            found.on,
        )


@given(facts=histories)
def test_counts_rest_on_the_doors(facts: list) -> None:
    view = project(facts)
    for counts, origin_of in [
        (view.by_contact, lambda door: door.contact),
        (view.by_gathering, lambda door: door.gathering and door.gathering.kind),
        (view.by_introducer, lambda door: door.chain[0] if door.chain else None),
    ]:
        expected = defaultdict(list)
        for door in view.doors:
            if origin_of(door) is not None:
                expected[origin_of(door)].append(door.seq)
        assert len(expected) == len(counts)
        assert sorted(counts, key=lambda part: (-part.count, part.origin)) == list(counts)
        for part in counts:
            assert len(expected[part.origin]) == part.count
            assert expected[part.origin][:10] == [evidence.seq for evidence in part.evidence]
            assert all(1.0 == evidence.share for evidence in part.evidence)


def test_no_door_is_none() -> None:
    view = project([made("jane")])
    assert (0, (), (), (), (), ()) == (
        view.count,
        view.doors,
        view.by_contact,
        view.by_gathering,
        view.by_introducer,
        view.edges,
    )
    assert "count" == view.HEADLINE
    assert date(2026, 6, 30) == view.at


def test_from_a_dinner_to_a_role() -> None:
    facts = [
        made("ada"),
        made("ben", via="ada"),
        made("jane", via="ben"),
        GatheringAttended(on="2021-01-01", name="PyCon", kind="conference", met=["jane"]),
        GatheringAttended(on="2022-04-30", name="Ben's", kind="dinner", met=["jane", "jane"]),
        GatheringAttended(on="2022-05-02", name="Later", kind="meetup", met=["jane"]),
        opened(contact="jane", leads_to="dev"),
        RoleStarted(on="2022-07-01", role="dev", organisation="ACME", title="Engineer"),
    ]
    view = project(facts)
    (door,) = view.doors
    assert ("ada", "ben", "jane") == door.chain
    assert ("Ben's", "dinner") == (door.gathering.name, door.gathering.kind)
    assert ("dev", "role", "Engineer, ACME") == (
        door.leads_to.id,
        door.leads_to.kind,
        door.leads_to.title,
    )
    assert (
        ("contact:ada", "contact:ben"),
        ("contact:ben", "contact:jane"),
        ("contact:jane", "door:d"),
        ("door:d", "role:dev"),
        ("gathering:Ben's", "contact:jane"),
    ) == view.edges
    assert ["jane", "dinner", "ada"] == [
        counts[0].origin for counts in (view.by_contact, view.by_gathering, view.by_introducer)
    ]


@pytest.mark.parametrize("on", ["2019", "2022-05-01", "2023-01-01"])
@pytest.mark.parametrize(
    ("cls", "fields", "told"),
    [
        (RoleStarted, {"role": "x", "organisation": "A", "title": "B"}, ("role", "B, A")),
        (CourseStarted, {"course": "x", "title": "Rust"}, ("course", "Rust")),
        (
            ChallengeTaken,
            {"challenge": "x", "title": "Move", "difficulty": 3},
            ("challenge", "Move"),
        ),
        (OpportunityFound, {"opportunity": "x", "what": "A talk"}, ("opportunity", "A talk")),
    ],
)
def test_door_outcome_may_be_recorded_later(on: str, cls: type, fields: dict, told: tuple) -> None:
    outcome = only([opened(leads_to="x"), cls(on=on, **fields)]).leads_to
    assert told == (outcome.kind, outcome.title)


def test_what_nothing_introduces_stays_unknown() -> None:
    view = project([opened(contact="stranger", leads_to="x")])
    (door,) = view.doors
    assert ("x", None, None) == (door.leads_to.id, door.leads_to.kind, door.leads_to.title)
    assert ("stranger",) == door.chain
    assert (("contact:stranger", "door:d"), ("door:d", "unknown:x")) == view.edges


def test_ambiguous_id_has_a_fixed_order_of_kinds() -> None:
    """And of one that was introduced twice the later words count."""
    facts = [
        opened(leads_to="x"),
        OpportunityFound(on="2020", opportunity="x", what="A talk"),
        CourseStarted(on="2021", course="x", title="Rust"),
        CourseStarted(on="2023", course="x", title="More Rust"),
    ]
    outcome = only(facts).leads_to
    assert ("course", "More Rust") == (outcome.kind, outcome.title)


@pytest.mark.parametrize(
    ("contacts", "chain"),
    [
        ([made("jane", via="jane")], ("jane",)),
        ([made("jane", via="joe"), made("joe", via="jane")], ("joe", "jane")),
        ([made("jane", via="joe"), made("joe", via="kim"), made("kim", via="joe")],
         ("kim", "joe", "jane")),
        ([made("jane", via="me")], ("jane",)),
        ([made("jane", via="never made")], ("never made", "jane")),
        ([made("jane", via="joe"), made("jane", via="kim")], ("kim", "jane")),
        ([made("jane", via="joe"), made("jane")], ("joe", "jane")),
        ([], ("jane",)),
    ],
)  # fmt: skip
def test_chains_end(contacts: list, chain: tuple) -> None:
    assert chain == only([*contacts, opened(contact="jane")]).chain


@pytest.mark.parametrize("contact", [None, "me"])
def test_a_door_of_nobody_else_counts_for_nobody(contact: str | None) -> None:
    facts = [
        GatheringAttended(on="2021", name="PyCon", met=["me"]),
        opened(contact=contact, leads_to="x"),
    ]
    view = project(facts)
    (door,) = view.doors
    assert (None, (), None) == (door.contact, door.chain, door.gathering)
    assert ((), (), ()) == (view.by_contact, view.by_gathering, view.by_introducer)
    assert (("door:d", "unknown:x"),) == view.edges


@pytest.mark.parametrize(
    ("gathering", "door", "counts"),
    [
        ("2022-05-01", "2022-05-01", True),
        ("2022-05-02", "2022-05-01", False),
        ("2022-05", "2022-05-01", True),
        ("2022-01-01", "2022", True),
        ("2022-01-02", "2022", False),
    ],
)
def test_a_gathering_counts_up_to_the_day_of_the_door(
    gathering: str, door: str, counts: bool
) -> None:
    facts = [
        opened(on=door, contact="jane"),
        GatheringAttended(on=gathering, name="PyCon", met=["jane"]),
    ]
    assert counts == (only(facts).gathering is not None)


def test_door_opened_twice_counts_twice() -> None:
    view = project([opened(contact="jane") for _ in range(12)])
    (part,) = view.by_contact
    assert (12, 12, 10) == (view.count, part.count, len(part.evidence))
    assert (("contact:jane", "door:d"),) == view.edges


def test_origins_of_equal_count_are_alphabetical() -> None:
    view = project([opened(contact=name) for name in ("kim", "joe", "kim", "ada", "joe", "lea")])
    told = [(part.origin, part.count) for part in view.by_contact]
    assert [("joe", 2), ("kim", 2), ("ada", 1), ("lea", 1)] == told


def test_a_chain_goes_back_over_introductions() -> None:
    """Those that brought the contact and oneself together; what making the contact says counts."""
    met = IntroductionMade(on="2021", introducer="bea", introduced=["me", "cid"])
    others = IntroductionMade(on="2021", introducer="dan", introduced=["bea", "cid"])
    mine = IntroductionMade(on="2021", introducer="me", introduced=["bea", "cid"])
    later = IntroductionMade(on="2022", introducer="dan", introduced=["me", "cid"])
    door = opened(contact="cid")
    people = [made("bea", via="ann"), made("ann"), made("dan"), made("cid")]
    assert ("cid",) == only([*people, others, mine, door]).chain
    assert ("ann", "bea", "cid") == only([*people, others, later, met, door]).chain
    assert ("dan", "cid") == only([*people[:3], made("cid", via="dan"), met, door]).chain
    round_ = IntroductionMade(on="2021", introducer="cid", introduced=["me", "ann"])
    assert ("ann", "bea", "cid") == only([*people, met, round_, door]).chain
