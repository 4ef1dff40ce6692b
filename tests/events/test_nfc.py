"""Recorded text is in Unicode's normal form C."""

from unicodedata import is_normalized, normalize

import pytest
from hypothesis import given

from careerledger import Draft, Ledger
from careerledger.errors import FieldError
from careerledger.events import (
    ContactMade,
    ContactTouched,
    CourseFinished,
    OpportunityFound,
    RoleLike,
    VisionDeclared,
)
from careerledger.events.nfc import event_in_nfc
from careerledger.journal import codec
from careerledger.projections import VisionAlignment
from careers import facts_of
from strategies import FACTS

NFD = normalize("NFD", "Führung")
NFC = normalize("NFC", "Führung")


@given(facts_of(*FACTS))
def test_recorded_text_is_composed_and_otherwise_as_given(facts):
    for fact in facts:
        try:
            composed = event_in_nfc(fact)
        except FieldError:
            continue  # two names of a mapping became one
        assert is_normalized("NFC", repr(composed))
        assert composed == event_in_nfc(composed)
        if is_normalized("NFC", repr(fact)):
            assert composed is fact or composed == fact


def test_both_spellings_are_one_everywhere():
    ledger = Ledger.in_memory()
    ledger.record(VisionDeclared(on="2024", vision=NFD, statement=NFD, themes={NFD: 1}))
    ledger.record(Draft(CourseFinished(on="2024", title=NFD, themes={NFC}, hours=1), key=NFD))
    again = ledger.record(CourseFinished(on="2024", title=NFC, themes={NFD}, hours=1), key=NFC)
    assert 2 == len(ledger) == again.seq
    assert 1 == ledger.project(VisionAlignment, at="2024").score

    entry = ledger.amend(again.id, again.event.replace(title=NFD + "!"), reason=NFD)
    role = RoleLike(title=NFD)
    ledger.record(OpportunityFound(on="2024", opportunity=NFD, what=NFD, role_like=role))
    assert NFC == ledger.entry(4).event.role_like.title
    assert NFC + "!" == entry.event.event.title
    assert all(is_normalized("NFC", codec.encode(one).decode()) for one in ledger)


def test_person_is_known_under_both_spellings(tmp_path):
    ledger = Ledger.in_memory()
    ledger.record(ContactMade(on="2024", contact=NFC, name="Jane"))
    ledger.record(ContactTouched(on="2024", contact=NFD))
    assert 2 == len(ledger.export_subject("contact", NFD))
    ledger.forget("contact", NFD, reason="asked")
    assert "forgotten" == ledger.entry(1).event.name


def test_names_that_become_the_same_are_refused():
    with pytest.raises(FieldError):
        Ledger.in_memory().record(
            VisionDeclared(on="2024", vision="v", statement="s", themes={NFC: 1, NFD: 2})
        )
