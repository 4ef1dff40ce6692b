"""The ledger as a caller meets it."""

import functools
import operator
import sys
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest

import careerledger
from careerledger import Draft, Entry, Ledger
from careerledger.answers import fold
from careerledger.errors import (
    CareerLedgerError,
    CodecError,
    ConflictError,
    CorrectionError,
    DamagedError,
    DateError,
    FutureError,
    IntroducedTwiceError,
    KeyReusedError,
    KeyVoidedError,
    RecordError,
    StoreError,
    UnknownEntryError,
    UnknownReferenceError,
)
from careerledger.events import (
    Action,
    ContactMade,
    ContactTouched,
    CourseFinished,
    EntryAmended,
    EntryVoided,
    GoalSet,
    IntroductionMade,
    OpportunityFound,
    SubjectForgotten,
    UnknownEvent,
    VisionDeclared,
)
from careerledger.journal import codec, read
from careerledger.projections import Learning, on, projection
from careerledger.stores import Query, StoredEntry
from careerledger.stores.memory import MemoryStore
from careers import TODAY, Clock, hide_class, new_ledger
from saved import Courses

JANE = ContactMade(on="2024", contact="jane", name="Jane")
COURSE = CourseFinished(on="2024-03", title="SQL")


@pytest.fixture
def ledger() -> Ledger:
    return Ledger.in_memory(clock=Clock())


# Recording


def test_entry_has_event_and_instant(ledger: Ledger) -> None:
    entry = ledger.record(COURSE, key="k")
    assert (1, "course.finished", 1, "k", COURSE) == (
        entry.seq,
        entry.type,
        entry.version,
        entry.key,
        entry.event,
    )
    assert datetime(2026, 6, 30, 12, 0, 1, tzinfo=UTC) == entry.recorded_at
    assert [entry] == list(ledger) == list(ledger.entries())


def test_ids_are_uuids_of_version_7_in_the_order_of_recording(ledger: Ledger) -> None:
    import uuid

    ids = [entry.id for _ in range(3) for entry in ledger.record([COURSE] * 50)]
    assert sorted(ids) == ids
    assert len(set(ids)) == 150
    for id_ in ids:
        assert (7, uuid.RFC_4122) == (uuid.UUID(id_).version, uuid.UUID(id_).variant)


@pytest.mark.parametrize("year", [1969, 2026])
def test_ids_hold_the_time_and_random_bits(year: int) -> None:
    import uuid

    now = datetime(year, 3, 1, tzinfo=UTC)
    milliseconds = int(now.timestamp()) * 1000
    ledgers = [Ledger.in_memory(clock=lambda: now) for _ in range(200)]
    ids = [uuid.UUID(ledger.record(COURSE.replace(on="1960")).id).int for ledger in ledgers]

    ever = functools.reduce(operator.or_, ids)
    always = functools.reduce(operator.and_, ids)
    # The version, the variant, and a bit that leaves room to count.
    fixed = 0xF << 76 | 0b11 << 62 | 1 << 47
    assert milliseconds % 2**48 == ever >> 80 == always >> 80
    assert (0x7 << 76 | 0b10 << 62) == ever & fixed == always & fixed
    assert 2**80 - 1 - fixed == (ever & ~always) % 2**80


def test_instants_rise_whatever_the_clock_does(ledger: Ledger) -> None:
    """So that what was known at an instant is a beginning of the log."""
    clock = ledger._clock
    first = ledger.record(COURSE)
    clock.now -= timedelta(days=400)
    second = ledger.record(COURSE)
    assert first.recorded_at < second.recorded_at
    assert [first] == list(ledger.entries(known_at=first.recorded_at))


@pytest.mark.parametrize(
    "now",
    [
        None,
        3,
        date(2026, 1, 1),
        datetime(2026, 1, 1),  # noqa: DTZ001 - without a zone
        datetime.max.replace(tzinfo=UTC),
        datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))),
    ],
    ids=str,
)
def test_clock_without_a_usable_instant_is_refused(now):
    ledger = Ledger.in_memory(clock=lambda: now)
    with pytest.raises(DateError):
        ledger.record(CourseFinished(on="2025", title="x"))
    with pytest.raises(DateError):
        ledger.project(Learning)
    assert 0 == len(ledger)


def test_today_is_the_day_that_the_clock_shows():
    early = timezone(timedelta(hours=13))
    ledger = Ledger.in_memory(clock=lambda: datetime(2024, 12, 1, 2, tzinfo=early))
    ledger.record(CourseFinished(on="2024-12-01", title="x", hours=3))
    assert date(2024, 12, 1) == ledger.project(Learning).at
    assert 3 == ledger.project(Learning).hours


def test_instants_of_other_zones_become_utc() -> None:
    zone = timezone(timedelta(hours=5))
    ledger = Ledger.in_memory(clock=lambda: datetime(2026, 1, 1, 2, tzinfo=zone))
    assert datetime(2025, 12, 31, 21, tzinfo=UTC) == ledger.record(COURSE).recorded_at


@pytest.mark.parametrize(
    ("event", "error"),
    [
        (ContactTouched(on="2024", contact="jnae"), UnknownReferenceError),
        (GoalSet(on="2024", goal="g", title="t", toward={"nowhere": 1}), UnknownReferenceError),
        (JANE, IntroducedTwiceError),
        (ContactTouched(on="2026-07-02", contact="jane"), FutureError),
        (Action(on="2024"), RecordError),
        ("a text", RecordError),
        (SubjectForgotten(kind="contact", id="jane", reason="y"), RecordError),
        (EntryVoided(target="x", reason="y"), UnknownEntryError),
    ],
)
def test_what_cannot_be_a_fact_is_refused(
    ledger: Ledger, event: object, error: type[Exception]
) -> None:
    """And nothing is written, also of what stood beside it."""
    ledger.record(JANE)
    for facts in ([event], [COURSE, event]):
        with pytest.raises(error):
            ledger.record(facts)
    assert 1 == len(ledger)


def test_tomorrow_in_the_east_is_not_the_future(ledger: Ledger) -> None:
    """Noon of June 30 in UTC is July 1 where days begin first."""
    ledger.record(CourseFinished(on="2026-07-01", title="x"))


def test_events_of_one_record_refer_in_any_order(ledger: Ledger) -> None:
    ledger.record([ContactTouched(on="2024", contact="jane"), JANE])
    ledger.record(IntroductionMade(on="2024", introducer="jane", introduced=["me", "jane"]))
    with pytest.raises(IntroducedTwiceError):
        ledger.record([VisionDeclared(on="2024", vision="v", statement="…", themes={"a": 1})] * 2)


def test_a_lenient_ledger_records_what_dangles_and_lists_it() -> None:
    ledger = new_ledger()
    ledger.record([ContactTouched(on="2024", contact="jane"), JANE, JANE])
    ledger.record(GoalSet(on="2024", goal="g", title="t", vision="v"))
    assert {"dangling-reference", "introduced-twice"} == {f.code for f in ledger.check()}
    with pytest.raises(FutureError):
        ledger.record(CourseFinished(on="2027", title="x"))


def test_expect_guards_against_others(ledger: Ledger) -> None:
    ledger.record(COURSE, expect=0)
    with pytest.raises(ConflictError):
        ledger.record(COURSE, expect=0)
    assert 1 == len(ledger)


# Keys


def test_the_same_key_and_content_is_the_same_entry(ledger: Ledger) -> None:
    entry = ledger.record(COURSE, key="k")
    assert entry == ledger.record(COURSE, key="k")
    assert [entry, entry] == ledger.record([Draft(COURSE, "k"), Draft(COURSE, "k")])
    two = ledger.record([Draft(JANE, "j"), Draft(JANE, "j")])
    assert two[0] == two[1]
    assert 2 == len(ledger)


def test_keyed_and_unkeyed_events_are_recorded_together(ledger: Ledger) -> None:
    known = ledger.record(COURSE, key="k")

    jane, again, other, twice = ledger.record(
        [JANE, Draft(COURSE, "k"), Draft(COURSE, "o"), Draft(COURSE, "o")]
    )

    assert (JANE, None, 2) == (jane.event, jane.key, jane.seq)
    assert (known, "o", 3, other) == (again, other.key, other.seq, twice)
    assert [known, jane, other] == list(ledger)


def test_the_same_key_with_other_content_is_refused(ledger: Ledger) -> None:
    ledger.record(COURSE, key="k")
    other = CourseFinished(on="2025", title="Other")
    for draft in (Draft(other, "k"), [Draft(COURSE, "k2"), Draft(other, "k2")]):
        with pytest.raises(KeyReusedError):
            ledger.record(draft)
    assert 1 == len(ledger)


def test_a_changed_draft_may_amend(ledger: Ledger) -> None:
    """What was amended by hand stays so when the file did not change; what was voided, too."""
    entry = ledger.record(COURSE, key="k")
    other = CourseFinished(on="2025", title="Other")
    assert [entry] == ledger.record([Draft(other, "k")], amend="the file says so")
    assert [other] == [e.event for e in ledger.entries()]
    assert entry == ledger.record(other, key="k") == ledger.record(COURSE, key="k")
    assert 2 == len(ledger)
    twice = [Draft(COURSE.__class__(on="2026", title=t), "k") for t in ("a", "b")]
    ledger.record(twice, amend="again")
    assert ["b"] == [e.event.title for e in ledger.entries()]
    ledger.void(entry.id, reason="never happened")
    assert entry == ledger.record(other, key="k", amend="again")
    assert [] == list(ledger.entries())
    for fact in (COURSE, other):
        with pytest.raises(KeyVoidedError):
            ledger.record(fact, key="k")
        with pytest.raises(KeyVoidedError):
            ledger.record([Draft(fact, "k"), COURSE])
    assert 5 == len(ledger)


# Correcting


def test_what_cannot_be_corrected(ledger: Ledger) -> None:
    entry = ledger.record(COURSE)
    void = ledger.void(entry.id, reason="never happened")
    for id_, error in (
        ("no such id", UnknownEntryError),
        (void.id, CorrectionError),
        (entry.id, CorrectionError),
    ):
        with pytest.raises(error):
            ledger.void(id_, reason="x")
        with pytest.raises(error):
            ledger.amend(id_, COURSE, reason="x")
    assert 2 == len(ledger)


def test_an_amendment_is_guarded_as_an_event_is(ledger: Ledger) -> None:
    jane, course = ledger.record([JANE, COURSE])
    with pytest.raises(FutureError):
        ledger.amend(course.id, CourseFinished(on="2027", title="SQL"), reason="x")
    with pytest.raises(UnknownReferenceError):
        ledger.amend(course.id, ContactTouched(on="2024", contact="joe"), reason="x")
    with pytest.raises(IntroducedTwiceError):
        ledger.amend(course.id, JANE, reason="x")
    with pytest.raises(RecordError):
        ledger.amend(course.id, EntryVoided(target="x", reason="y"), reason="x")
    ledger.amend(jane.id, ContactMade(on="2023", contact="jane", name="Jane D."), reason="x")
    ledger.amend(jane.id, ContactMade(on="2023", contact="joan", name="Joan"), reason="x")
    ledger.record(ContactTouched(on="2024", contact="joan"))
    with pytest.raises(UnknownReferenceError, match="'joan'"):
        ledger.record(ContactTouched(on="2024", contact="jean"))
    with pytest.raises(UnknownReferenceError, match="'jim'"):
        ledger.record(
            [
                ContactMade(on="2024", contact="jim", name="Jim"),
                ContactTouched(on="2024", contact="jimm"),
            ]
        )
    ledger.record(JANE)


def test_a_voided_id_can_be_introduced_again(ledger: Ledger) -> None:
    jane = ledger.record(JANE)
    ledger.void(jane.id, reason="x")
    with pytest.raises(UnknownReferenceError):
        ledger.record(ContactTouched(on="2024", contact="jane"))
    ledger.record([JANE, ContactTouched(on="2024", contact="jane")])


def test_amended_entry_keeps_id_and_place(ledger: Ledger) -> None:
    first, second = ledger.record([CourseFinished(on="2024", title=t) for t in "ab"])
    ledger.amend(first.id, CourseFinished(on="2024", title="A"), reason="typo")
    assert [(first.id, "A"), (second.id, "b")] == [(e.id, e.event.title) for e in ledger.entries()]
    ledger.amend(second.id, CourseFinished(on="2023", title="B"), reason="typo")
    assert ["B", "A"] == [e.event.title for e in ledger.entries()]
    assert ["a", "b"] == [e.event.title for e in list(ledger)[:2]]


def test_amended_entry_has_its_new_type(ledger: Ledger) -> None:
    course = ledger.record(COURSE)
    found = OpportunityFound(on="2024", opportunity="o", what="a post")
    ledger.amend(course.id, found, reason="it was not taken")
    (entry,) = ledger.entries()
    assert ("opportunity.found", 3, found) == (entry.type, entry.version, entry.event)


def test_a_correction_of_what_is_not_there_changes_nothing() -> None:
    """Another program may have written it."""
    ledger = new_ledger()
    ledger.record(COURSE)
    before = ledger.project(Titles, at=TODAY)
    store = ledger.store
    from careerledger.journal import Journal
    from careerledger.journal.write import Proposal, append, new_entries

    with store.writing("career") as head:
        odd = [
            EntryAmended(target="?", event=COURSE, reason="x"),
            EntryVoided(target="!", reason="x"),
        ]
        new = new_entries([Proposal(event) for event in odd], Clock()(), head.size)
        append(Journal(store, "career"), head, new)
    assert [COURSE] == [entry.event for entry in ledger.entries()]
    assert before == ledger.project(Titles, at=TODAY)

    @projection("test.count")
    class Count:
        n: int = 0

        @on(Action)
        def step(self, event: Action) -> None:
            self.n += 1

        def view(self, at: date) -> int:
            return self.n

    assert 1 == ledger.project(Count, at=TODAY) == Ledger(store).project(Count, at=TODAY)


# Asking


@projection("test.titles")
class Titles:
    titles: list[object] = []

    @on(CourseFinished)
    def step(self, event: CourseFinished, entry: Entry[CourseFinished]) -> None:
        self.titles.append((event.title, entry))

    def view(self, at: date) -> tuple[object, ...]:
        return (at, *(title for title, _ in self.titles))


def test_unsavable_state_is_folded(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fold, "SNAPSHOT_EVERY", 1)
    for title in "abc":
        ledger.record(CourseFinished(on="2024", title=title))
        assert title == ledger.project(Titles, at="2024")[-1]
    assert (date(2024, 12, 31), "a", "b", "c") == Ledger(ledger.store).project(Titles, at="2024")


def test_a_store_that_cannot_save_answers_all_the_same(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise StoreError("the disk is full")

    monkeypatch.setattr(fold, "SNAPSHOT_EVERY", 1)
    ledger.record(COURSE)
    with monkeypatch.context() as patch:
        patch.setattr(MemoryStore, "save", full)
        assert 1 == ledger.project(Courses, at=TODAY)
    ledger.record(COURSE)
    assert 2 == ledger.project(Courses, at=TODAY)
    # A snapshot that holds something else is passed over.
    ((saved, snapshots),) = ledger.store._ledgers["career"].snapshots.values()
    snapshots[:] = [snapshot._replace(state=b"[]") for snapshot in snapshots]
    assert saved
    assert 2 == Ledger(ledger.store).project(Courses, at=TODAY)


def test_an_old_snapshot_serves_when_something_late_was_recorded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Only what lies behind its place is read again."""
    ledger = new_ledger()
    days = [date(2020, 1, 1) + timedelta(days=n) for n in range(2000)]
    ledger.record([CourseFinished(on=day, title=str(day)) for day in days])

    folded: list[str] = []

    def entries(store: MemoryStore, name: str, query: Query, /) -> list[StoredEntry]:
        found = all_entries(store, name, query)
        folded.extend(str(on) for *_, on in found)
        return found

    all_entries = MemoryStore.entries
    monkeypatch.setattr(MemoryStore, "entries", entries)
    monkeypatch.setattr(fold, "SNAPSHOT_EVERY", 100)
    assert 2000 == ledger.project(Courses, at=TODAY)
    assert 2000 == len(folded)
    folded.clear()
    ledger.record(CourseFinished(on=days[-30], title="late"))
    assert 2001 == ledger.project(Courses, at=TODAY)
    assert 31 <= len(folded) < 1100
    folded.clear()
    ledger.record(CourseFinished(on=TODAY, title="new"))
    assert (
        2002 == ledger.project(Courses, at=TODAY) == Ledger(ledger.store).project(Courses, at=TODAY)
    )
    assert 2 > len([on for on in folded if on < days[-1].isoformat()])


def test_period_in_a_question_means_its_last_day(ledger: Ledger) -> None:
    ledger.record([CourseFinished(on=on, title=on) for on in ("2024", "2024-02", "2024-02-29")])
    assert (date(2024, 2, 29), "2024", "2024-02", "2024-02-29") == ledger.project(
        Titles, at="2024-02"
    )
    assert (date(2024, 1, 31), "2024") == ledger.project(Titles, at="2024-01")
    assert ["2024-02", "2024-02-29"] == [e.event.on for e in ledger.entries(since="2024-02")]
    assert ["2024-02-29"] == [e.event.on for e in ledger.entries(since="2024-02-02")]
    assert ["2024"] == [e.event.on for e in ledger.entries(until="2024-01")]


def test_today_is_the_default_date(ledger: Ledger) -> None:
    assert ledger.project(Titles)[0] in {date(2026, 6, 30), date(2026, 7, 1), date(2026, 6, 29)}


def test_no_projection_is_no_answer(ledger: Ledger) -> None:
    assert () == ledger.project()


@pytest.mark.parametrize(
    "known_at", ["yesterday", "2024-01-01T00:00", datetime.fromisoformat("2024-01-01")]
)
def test_an_instant_must_be_one(ledger: Ledger, known_at: object) -> None:
    with pytest.raises(DateError):
        ledger.project(Titles, known_at=known_at)


def test_an_instant_outside_of_utc_is_refused(ledger: Ledger) -> None:
    with pytest.raises(CodecError):
        ledger.entries(known_at="0001-01-01T00:00+14:00")


def test_entries_read_page_by_page_while_others_record(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is recorded meanwhile is not among them."""
    monkeypatch.setattr(read, "PAGE", 2)
    ledger.record([CourseFinished(on="2024", title=str(n)) for n in range(5)])
    seen = []
    for entry in ledger.entries():
        seen.append(entry.event.title)
        ledger.record(CourseFinished(on="2025", title="later"))
    assert list("01234") == seen


def test_unknown_events_are_kept_and_found(monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = new_ledger()
    ledger.record([COURSE, JANE])
    hide_class(monkeypatch, "contact.made")
    (unknown,) = [e.event for e in ledger.entries() if isinstance(e.event, UnknownEvent)]
    assert ("contact.made", 1, "2024") == (unknown.type, unknown.version, unknown.on)
    assert ["unknown-event"] == [finding.code for finding in ledger.check()]
    ledger.verify()
    with pytest.raises(RecordError):
        ledger.record(unknown)


# Looking after it


def test_what_does_not_fit_is_named(ledger: Ledger) -> None:
    ledger.record([COURSE, JANE, COURSE])
    ledger.verify()
    kept = ledger.store._ledgers["career"]
    good = list(kept.rows)
    for number, field, value in (
        (2, "leaf", bytes(32)),
        (2, "type", "course.finished"),
        (1, "on", "2025"),
        (3, "recorded_at", "2020-01-01T00:00:00.000000Z"),
        (2, "introduces", None),
        (3, "body", b"{}"),
        (3, "seq", 4),
    ):
        kept.rows[:] = good
        kept.rows[number - 1] = good[number - 1]._replace(**{field: value})
        with pytest.raises(DamagedError, match=f"#{number} "):
            ledger.verify()
    kept.rows[:] = good
    kept.frontier = bytes(64)
    with pytest.raises(DamagedError):
        ledger.verify()


def test_bytes_that_are_no_entry_stop_a_question(ledger: Ledger) -> None:
    ledger.record(COURSE)
    rows = ledger.store._ledgers["career"].rows
    rows[0] = rows[0]._replace(body=b"{}")
    with pytest.raises(CodecError, match="#1 "):
        ledger.project(Titles, at=TODAY)


def test_an_empty_ledger_is_there(ledger: Ledger) -> None:
    assert ledger
    assert 0 == len(ledger)
    assert "<Ledger 'career' in " in repr(ledger)
    assert "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" == ledger.root().hex()


def test_a_store_holds_many_ledgers() -> None:
    store = MemoryStore()
    ada, grace = Ledger(store, name="ada"), Ledger(store, name="grace")
    ada.record(JANE)
    grace.record([JANE, COURSE])
    assert (1, 2) == (len(ada), len(grace))
    assert ["ada", "grace"] == store.ledgers()


def test_importing_loads_only_what_the_ledger_needs() -> None:
    """Not the store's driver, the converter, the command line, nor any room of the catalogue."""
    import subprocess

    code = "import careerledger, sys; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    )
    modules = loaded.stdout.split()
    tops = {name.partition(".")[0] for name in modules} - sys.stdlib_module_names
    assert {"attr", "attrs", "careerledger", "immutabledict", "msgspec"} >= {
        name for name in tops if not name.startswith("_")
    } - {"typing_extensions", "sitecustomize", "usercustomize", "distutils-precedence"}
    for absent in ("careerledger.events.vision", "careerledger.stores.sqlite", "careerledger.cli"):
        assert absent not in modules


def test_the_public_face_is_there() -> None:
    assert {
        *("CareerLedgerError", "Draft", "Entry", "Ledger", "PartialDate"),
        *("event_from_dict", "event_to_dict"),
    } == set(careerledger.__all__)
    assert issubclass(UnknownReferenceError, CareerLedgerError | KeyError)
    assert Path(careerledger.__file__).with_name("py.typed").exists()


def test_type_filter_includes_subclasses(ledger: Ledger) -> None:
    ledger.record([JANE, COURSE])
    assert 2 == len(list(ledger.entries(types=[Action])))


def test_a_type_that_becomes_known_counts_from_then_on() -> None:
    """Also in a ledger that answered before, and within an amendment."""
    ledger = new_ledger()
    from careerledger.events import catalogue
    from careers import UnheardOf

    @projection("test.all")
    class All:
        n: int = 0

        @on(Action)
        def step(self, event: Action) -> None:
            self.n += 1

        def view(self, at: date) -> int:
            return self.n

    first, second = ledger.record([UnheardOf(on="2024"), COURSE])
    ledger.amend(second.id, UnheardOf(on="2024", what="!"), reason="x")
    known = catalogue._classes.pop("test.unheard-of")
    catalogue.size += 1
    try:
        assert 0 == ledger.project(All, at=TODAY)
    finally:
        catalogue.add(known)
    assert 2 == ledger.project(All, at=TODAY)
    assert [first.event, UnheardOf(on="2024", what="!")] == [e.event for e in ledger.entries()]


def test_unknown_correction_is_a_finding() -> None:
    ledger = new_ledger()
    ledger.record(COURSE)
    from careerledger.journal.write import Proposal, as_row, new_entries
    from careerledger.proofs import Frontier

    with ledger.store.writing("career") as head:
        voided = Proposal(EntryVoided(target="x", reason="y"))
        (void,) = new_entries([voided], Clock()(), head.size)
        body = codec.encode(void).replace(b'"version":1', b'"version":2')
        row = as_row(void, body)
        frontier = Frontier(head.size, head.frontier)
        frontier.append(row.leaf)
        ledger.store.append("career", [row], frontier.packed)
    assert ["unknown-event"] == [finding.code for finding in ledger.check()]
    assert [COURSE] == [entry.event for entry in ledger.entries()]


def test_an_entry_is_found_by_its_number(ledger: Ledger) -> None:
    first, second = ledger.record([JANE, COURSE])
    assert (first, second) == (ledger.entry(1), ledger.entry(2))
    assert [second] == list(ledger.entries(types=CourseFinished))
