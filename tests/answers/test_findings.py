"""What looks wrong in a ledger, and what does not."""

import subprocess
import sys
from datetime import UTC, date, datetime

import attrs
import pytest
from hypothesis import assume, given, strategies as st

from careerledger import Entry, Ledger
from careerledger.answers import CHECKS, Finding, find
from careerledger.answers.checks import duplicates, names, order, record, upkeep
from careerledger.dates import PartialDate
from careerledger.errors import RecordError
from careerledger.events import (
    ContactMade,
    ContactTouched,
    CourseFinished,
    CourseStarted,
    RoleEnded,
    RoleStarted,
    UnknownEvent,
    VisionDeclared,
    introduced,
    referred,
)
from careerledger.testing import events
from careers import TODAY, careers, new_ledger, only_facts, ons
from strategies import ENDS


def clean(facts):
    """A strict ledger of those facts that it takes, recorded in the order they happened."""
    ledger = Ledger.in_memory()
    for fact in sorted(facts, key=lambda fact: fact.on):
        try:
            ledger.record(fact)
        except RecordError:
            continue
    return ledger


def unknown(seq, name="acme.odd", version=3):
    return Entry(
        id=f"unknown-{seq}",
        type=name,
        version=version,
        recorded_at=datetime(2024, 1, 1, tzinfo=UTC),
        key=None,
        event=UnknownEvent(on=PartialDate("2024"), type=name, version=version, fields="{}"),
        seq=seq,
    )


def codes(findings):
    return [finding.code for finding in findings]


@given(only_facts)
def test_a_clean_career_has_no_errors(facts):
    assert "error" not in {finding.severity for finding in clean(facts).check()}


@given(careers, st.dates(date(2018, 1, 1), TODAY))
def test_a_finding_names_the_numbers_of_its_entries(career, at):
    ledger = new_ledger()
    career.record(ledger)
    numbers = {entry.id: entry.seq for entry in ledger}

    for finding in ledger.check(at=at):
        assert finding.entries
        assert len(finding.entries) == len(set(finding.entries))
        assert finding.fix
        assert all(f"#{numbers[id_]}" in finding.message for id_ in finding.entries[:5])


@given(careers)
def test_findings_depend_on_the_history_and_the_day_alone(career):
    ledger = new_ledger()
    career.record(ledger)
    found = ledger.check()

    assert found == ledger.check(at=TODAY) == ledger.check(at="2026-06")
    assert found == find(ledger.entries(), TODAY) == find(list(ledger.entries()), TODAY)


@given(careers, st.dates(date(2018, 1, 1), TODAY))
def test_record_checks_ignore_the_date(career, at):
    ledger = new_ledger()
    career.record(ledger)
    checks = of_the_module(record) + of_the_module(duplicates) + of_the_module(names)

    assert find(ledger.entries(), TODAY, checks=checks) == ledger.check(at=at, checks=checks)


@given(careers, st.dates(date(2018, 1, 1), TODAY))
def test_upkeep_checks_ignore_the_future(career, at):
    ledger = new_ledger()
    career.record(ledger)
    checks = of_the_module(upkeep)

    assert find(ledger.entries(until=at), at, checks=checks) == ledger.check(at=at, checks=checks)


def of_the_module(module):
    return [check for check in CHECKS if check.__module__ == module.__name__]


HELPERS = {"shown_id", "similar_id", "without_legal_form"}


def test_every_check_is_among_those_that_run():
    public = {
        getattr(module, name)
        for module in (record, order, upkeep, duplicates, names)
        for name in module.__all__
        if name.islower() and name not in HELPERS
    }

    assert public == set(CHECKS)
    assert len(public) == len(CHECKS)


def test_findings_come_in_the_order_of_the_checks():
    ledger = new_ledger()
    ledger.record(ContactTouched(on="2024", contact="jane"))
    ledger.record([ContactMade(on="2024", contact=name, name="Ann") for name in ("a", "b")])

    assert ["dangling-reference", "duplicate-contact"] == codes(ledger.check())
    assert ["duplicate-contact", "dangling-reference"] == codes(ledger.check(checks=CHECKS[::-1]))


def test_importing_the_library_loads_neither_checks_nor_what_they_use():
    code = "import careerledger, sys; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout.split()

    assert not {"rapidfuzz", "careerledger.answers.checks"} & set(loaded)


@given(only_facts, st.data())
def test_voiding_what_introduces_leaves_its_references_dangling(facts, data):
    ledger = clean(facts)
    entries = list(ledger.entries())
    introducing = [entry for entry in entries if introduced(entry.event)]
    assume(introducing)
    gone = data.draw(st.sampled_from(introducing))
    name = introduced(gone.event)

    Ledger(ledger.store, strict=False).void(gone.id, reason="a test")

    dangling = {}
    for entry in entries:
        for _, _, kinds in [each for each in referred(entry.event) if names_it(name, each)]:
            if entry is not gone:
                dangling.setdefault(kinds, {})[entry.id] = None
    assert [("dangling-reference", "error", tuple(ids)) for ids in dangling.values()] == [
        (finding.code, finding.severity, finding.entries)
        for finding in ledger.check(checks=[record.dangling_references])
    ]


def names_it(name, reference):
    _, id_, kinds = reference
    return name in {f"{kind}:{id_}" for kind in kinds}


def test_dangling_reference_names_the_fix():
    ledger = new_ledger()
    made = ledger.record(ContactMade(on="2024", contact="jane", name="Jane"))
    touched = ledger.record(ContactTouched(on="2024-05", contact="jane"))
    ledger.void(made.id, reason="never met")

    assert [
        Finding(
            code="dangling-reference",
            severity="error",
            message="contact of #2 names the contact 'jane', which nothing introduces",
            entries=(touched.id,),
            fix="record the event that introduces it, or amend #2",
        )
    ] == ledger.check()


def test_what_a_lenient_ledger_takes_is_found():
    ledger = new_ledger()
    ledger.record(CourseFinished(on="2024", title="SQL", course="sql", toward={"cto": 1}))

    assert [
        "toward of #1 names the vision or goal 'cto', which nothing introduces",
        "course of #1 names the course 'sql', which nothing introduces",
    ] == [finding.message for finding in ledger.check()]


def test_references_to_one_missing_id_are_one_finding():
    ledger = new_ledger()
    touched = ledger.record([ContactTouched(on="2024", contact="jane") for _ in range(7)])

    (finding,) = ledger.check()

    assert (
        "contact of #1, contact of #2, contact of #3, contact of #4, contact of #5 and 2 more name "
        "the contact 'jane', which nothing introduces" == finding.message
    )
    assert tuple(entry.id for entry in touched) == finding.entries


def test_ends_before_one_start_are_one_finding():
    ledger = new_ledger()
    ledger.record(RoleStarted(on="2024", role="r", organisation="Acme", title="t"))
    ledger.record([RoleEnded(on=on, role="r") for on in ("2020", "2021", "2025")])

    (finding,) = [found for found in ledger.check() if found.code == "ended-before-start"]

    assert (
        "the role 'r' ended on 2020 (#2) and 2021 (#3), before it started on 2024 (#1)"
        == finding.message
    )


def test_nobody_needs_to_introduce_me():
    ledger = new_ledger()
    ledger.record(ContactTouched(on="2024", contact="me"))

    assert [] == ledger.check()


def test_what_is_introduced_twice_names_both():
    ledger = new_ledger()
    entries = [
        ledger.record(VisionDeclared(on=on, vision="cto", statement="…", themes={"a": 1}))
        for on in ("2025", "2024")
    ]
    ledger.record(RoleStarted(on="2024", role="cto", organisation="Acme", title="CTO"))

    (finding,) = ledger.check()

    assert "the vision 'cto' is introduced by #2, #1" == finding.message
    assert ("introduced-twice", "error") == (finding.code, finding.severity)
    assert (entries[1].id, entries[0].id) == finding.entries


def test_of_many_entries_a_message_names_the_first_five():
    ledger = new_ledger()
    ledger.record([ContactMade(on="2024", contact="jane", name="Jane")] * 7)

    (finding,) = ledger.check()

    assert finding.message.endswith("is introduced by #1, #2, #3, #4, #5 and 2 more")
    assert 7 == len(finding.entries)


@pytest.mark.parametrize(
    ("kind", "start", "end"), ENDS, ids=lambda part: getattr(part, "__name__", part)
)
def test_end_wholly_before_its_start_is_too_early(kind, start, end):
    """A year may hold both the start and the end, in whatever order they are known."""

    def ids(_):
        return st.just("it")

    @given(events(start, ids=ids), events(end, ids=ids), ons, ons)
    def is_too_early(started, ended, begins, ends):
        bare = {"toward": None, kind: "it"}
        started = attrs.evolve(started, on=begins, **bare)
        ended = attrs.evolve(ended, on=ends, **bare)
        ledger = new_ledger()
        ledger.record([ended, started])

        found = [finding for finding in ledger.check() if finding.code == "ended-before-start"]

        if PartialDate(ends).last_day < PartialDate(begins).first_day:
            (finding,) = found
            assert (
                f"the {kind} 'it' ended on {ends} (#1), before it started on {begins} (#2)"
                == finding.message
            )
            assert "error" == finding.severity
        else:
            assert [] == found

    is_too_early()


def test_end_without_start_is_not_too_early():
    ledger = new_ledger()
    ledger.record(CourseFinished(on="2020", title="SQL"))
    ledger.record(CourseStarted(on="2024", course="sql", title="SQL"))

    assert [] == ledger.check()


def test_unknown_events_are_listed_by_type_and_version():
    history = [unknown(1), unknown(2, version=4), unknown(3)]

    assert [
        (
            "this program does not know acme.odd version 3, the event of #1, #3",
            ("unknown-1", "unknown-3"),
        ),
        ("this program does not know acme.odd version 4, the event of #2", ("unknown-2",)),
    ] == [(finding.message, finding.entries) for finding in find(history, TODAY)]
    assert {("unknown-event", "warning")} == {(f.code, f.severity) for f in find(history, TODAY)}


def test_a_reference_that_an_unknown_event_may_introduce_is_a_warning():
    ledger = new_ledger()
    ledger.record(ContactTouched(on="2024", contact="jane"))
    known = list(ledger.entries())

    assert ["error"] == [finding.severity for finding in find(known, TODAY)]
    found = find([*known, unknown(2)], TODAY)
    assert ["warning", "warning"] == [finding.severity for finding in found]


def test_a_check_of_ones_own_is_a_function():
    ledger = new_ledger()
    ledger.record(ContactTouched(on="2024", contact="jane"))

    def silent(history, at):
        for entry in history:
            if entry.event.note is None:
                yield Finding(
                    code="acme.silent",
                    severity="note",
                    message=f"#{entry.seq} has no note",
                    entries=(entry.id,),
                    fix="amend it",
                )

    assert ["dangling-reference", "acme.silent"] == codes(ledger.check(checks=[*CHECKS, silent]))
    assert ["acme.silent"] == codes(ledger.check(checks=[silent]))
    assert [] == ledger.check(checks=[])


def test_a_check_is_asked_for_the_day_of_the_question():
    asked = []

    def note_the_day(history, at):
        asked.append(at)
        return []

    ledger = new_ledger()
    for at in (None, "2025", "2025-02", date(2025, 2, 3)):
        ledger.check(at=at, checks=[note_the_day])

    assert [TODAY, date(2025, 12, 31), date(2025, 2, 28), date(2025, 2, 3)] == asked
