"""The material of the demo: it must be a career that a ledger takes without a word."""

from datetime import date
from itertools import pairwise

import pytest

from careerledger import Ledger, demo
from careerledger.events import (
    ChallengeResolved,
    ChallengeTaken,
    ContactMade,
    ContactTouched,
    VisionDeclared,
    VisionRevised,
)
from careerledger.interop import json_resume


@pytest.fixture
def drafts():
    return [*json_resume.read(demo.resume()).drafts, *demo.year()]


def events_of(*kinds):
    return [draft.event for draft in demo.year() if isinstance(draft.event, kinds)]


def test_a_strict_ledger_takes_it_and_finds_nothing_wrong(drafts):
    ledger = Ledger.in_memory()
    ledger.record(drafts)

    assert len(drafts) == len(ledger)
    assert {"note"} == {found.severity for found in ledger.check(at="2026-04-30")}


def test_recording_it_twice_adds_nothing(drafts):
    ledger = Ledger.in_memory()
    first = ledger.record(drafts)

    assert first == ledger.record(drafts)
    assert len(drafts) == len(ledger)


def test_every_key_is_its_own():
    keys = [draft.key for draft in demo.year()]

    assert len(keys) == len(set(keys))
    assert "demo:2025-05-03:2" in keys


def test_year_is_in_order_and_ends_on_its_last_day():
    dates = [draft.event.on for draft in demo.year()]

    assert all(earlier <= later for earlier, later in pairwise(dates))
    assert demo.AT == dates[-1].last_day


def test_the_year_follows_the_resume():
    told = json_resume.read(demo.resume(), today=demo.AT)
    year = [on for draft in demo.year() if (on := draft.event.on) >= "2025"]

    assert max(draft.event.on for draft in told.drafts) < min(year)


def test_a_vision_is_revised():
    declared = {event.vision for event in events_of(VisionDeclared)}

    assert {event.vision for event in events_of(VisionRevised)} < declared


def test_a_hard_challenge_is_met_and_one_fails():
    hard = {event.challenge for event in events_of(ChallengeTaken) if event.difficulty >= 4}
    outcomes = {event.outcome for event in events_of(ChallengeResolved) if event.challenge in hard}

    assert {"met", "failed"} == outcomes


def test_two_contacts_have_been_dormant_for_three_years():
    early = {e.contact for e in events_of(ContactMade) if "2021" <= e.on < "2023"}
    touches = [e for e in events_of(ContactTouched) if e.contact in early]

    assert 2 == len(early)
    assert early == {event.contact for event in touches}
    assert max(event.on.last_day for event in touches) < date(2023, 4, 30)
