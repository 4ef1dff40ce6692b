"""Entries recorded under a clock that was wrong."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from careerledger import Ledger
from careerledger.answers import CHECKS, clock_findings
from careerledger.answers.checks.clock import AHEAD
from careerledger.events import CourseFinished
from careerledger.stores.memory import MemoryStore

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
FUTURE = datetime(2099, 1, 1, 12, tzinfo=UTC)


class Clock:
    """A clock that a test sets."""

    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now


def course(number):
    return CourseFinished(on="2024", title=f"Course {number}")


def recorded_at(*instants):
    """A ledger with an entry recorded at each instant, now again at NOW."""
    clock = Clock()
    ledger = Ledger(MemoryStore(), clock=clock)
    for number, clock.now in enumerate(instants):
        ledger.record(course(number))
    clock.now = NOW
    return ledger


def codes(ledger):
    return [(finding.code, finding.severity, len(finding.entries)) for finding in ledger.check()]


def test_entry_recorded_under_a_future_clock_is_found():
    ledger = recorded_at(NOW, FUTURE)

    (finding,) = ledger.check()

    assert ("recorded-ahead", "warning") == (finding.code, finding.severity)
    assert (
        "by the ledger's clock it is 2026-06-30 12:00 UTC, but #2 was recorded at "
        "2099-01-01 12:00 UTC; an earlier known_at leaves out these entries and all that follow"
        == finding.message
    )
    assert (
        "set the clock if it is behind; if an earlier clock was ahead, ask without known_at, "
        "or record the events again in a new ledger" == finding.fix
    )
    assert (ledger.entry(2).id,) == finding.entries


def test_what_is_recorded_after_a_future_clock_is_part_of_the_finding():
    """The ledger records it just after the entry before, whatever the clock says."""
    assert [("recorded-ahead", "warning", 2)] == codes(recorded_at(FUTURE, NOW))


@pytest.mark.parametrize(
    ("ahead", "expected"), [(AHEAD, 0), (AHEAD + timedelta(seconds=1), 1), (timedelta(0), 0)]
)
def test_clocks_may_differ_a_little(ahead, expected):
    assert expected == len(codes(recorded_at(NOW, NOW + ahead)))


def test_many_entries_under_a_clock_that_stands_still_are_fine():
    assert [] == codes(recorded_at(*[NOW] * 50))


def test_a_correction_recorded_under_a_future_clock_is_found():
    ledger = recorded_at(NOW)
    later = Ledger(ledger.store, clock=lambda: FUTURE)
    later.void(ledger.entry(1).id, reason="never happened")

    assert [("recorded-ahead", "warning", 1)] == codes(ledger)


def test_the_day_of_the_question_is_of_no_account():
    ledger = recorded_at(NOW, FUTURE)

    assert ["recorded-ahead"] == [finding.code for finding in ledger.check(at="2010")]


def test_the_clock_is_not_looked_at_where_checks_are_chosen():
    ledger = recorded_at(NOW, FUTURE)

    assert [] == ledger.check(checks=CHECKS)
    assert ledger.check() == clock_findings(ledger, ledger.now())


def test_entries_whose_instants_go_back_are_found():
    log = list(recorded_at(NOW, NOW + timedelta(seconds=1), NOW + timedelta(seconds=2)))
    log[1] = msgspec.structs.replace(log[1], recorded_at=NOW - timedelta(days=1))

    (finding,) = clock_findings(log, NOW)

    assert ("recorded-backwards", "error") == (finding.code, finding.severity)
    assert finding.message.startswith("#2 was recorded before the entry before")
    assert (log[1].id,) == finding.entries
