"""The reader of tables: maps, presets, and what is never lost."""

import csv
import io
import json
import os
from datetime import date
from pathlib import Path

import attrs
import pytest
from hypothesis import given, strategies as st

from careerledger import Ledger
from careerledger.dates import PartialDate
from careerledger.errors import FieldError, ForeignFileError
from careerledger.events import ContactMade, CpdClaimed, RoleStarted, WorkLogged
from careerledger.interop.amounts import read_hours
from careerledger.interop.csv_table import matches, read
from careerledger.interop.drafting import DATED_BY_FILE
from careerledger.interop.formats import read_file, source_of
from careerledger.interop.map_guess import guess
from careerledger.interop.table_map import map_from_text, presets

TODAY = date(2026, 6, 15)
DATA = Path(__file__).parents[3] / "shared" / "data"
HEADER = ("Date", "Spent", "Task", "Project", "Tags", "Room", "Desk")


def map_of(text):
    return map_from_text(text, name="it.toml", source="it")


def time_map(more=""):
    return map_of(f"""
        type = "work.logged"
        {more}
        [fields]
        on = "Date"
        hours = "Spent"
        what = ["Task", "Project"]
        note = {{ lines = ["Room"] }}
        themes = {{ column = "Tags", split = ";" }}
        [constants]
        role = "chef"
    """)


def table(rows, header=HEADER, separator=",", encoding="utf-8", end="\r\n"):
    text = io.StringIO()
    csv.writer(text, delimiter=separator, lineterminator=end).writerows([header, *rows])
    return text.getvalue().encode(encoding)


def read_rows(rows, table_map, **options):
    return read(table(rows), today=TODAY, map=table_map, **options)


def drafts_of(reading):
    return {draft.key: draft.event for draft in reading.drafts}


def texts_in(value):
    if isinstance(value, dict):
        return [text for inner in value.values() for text in texts_in(inner)]
    if isinstance(value, list | tuple | frozenset | set):
        return [text for inner in value for text in texts_in(inner)]
    return [] if value is None else [str(value)]


# Laws

words = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=8).map(
    str.strip
)
days = st.dates(date(2020, 1, 1), date(2026, 12, 31)).map(str)
spent = st.integers(0, 90_000).map(
    lambda each: f"{each // 3600}:{each // 60 % 60:02}:{each % 60:02}"
)
time_rows = st.lists(
    st.tuples(
        days | words,
        spent | words,
        st.sampled_from(["cook", "plan", ""]) | words,
        st.sampled_from(["menu", ""]),
        st.sampled_from(["a;b", "b;a", "a", ""]) | words,
        words,
        words,
        *([words] * 2),
    ),
    max_size=8,
)
sums = st.sampled_from(["", 'sum = "day"', 'sum = "week"'])


def is_duration(text):
    try:
        return read_hours(text) >= 0
    except FieldError:
        return False


@given(time_rows, sums)
def test_nothing_is_lost(rows, more):
    reading = read_rows(rows, time_map(more))
    kept = [text for draft in reading.drafts for text in texts_in(attrs.asdict(draft.event))]
    kept += [text for each in reading.left_out for text in texts_in(each.value)]
    read_days = {str(draft.event.on) for draft in reading.drafts}

    for on, hours, *others in rows:
        for part in (part.strip() for cell in others for part in cell.split(";")):
            assert any(part in each for each in kept), part
        if 'sum = "week"' not in more:
            assert not on or on in read_days or any(on in each for each in kept)
        assert is_duration(hours) or any(hours in each for each in kept)


@given(time_rows, sums)
def test_hours_are_added_up_to_the_second(rows, more):
    reading = read_rows(rows, time_map(more))
    left_out = {each.path for each in reading.left_out}
    stated = [
        row[1]
        for line, row in enumerate(rows, start=2)
        if f"the file, line {line}" not in left_out and row[1].count(":") == 2
    ]
    parts = [[int(part) for part in text.split(":")] for text in stated]
    total = sum(hours * 3600 + minutes * 60 + seconds for hours, minutes, seconds in parts)

    if all(row[1].count(":") == 2 for row in rows):
        assert total == sum(round(draft.event.hours * 3600) for draft in reading.drafts)


@given(time_rows, sums, st.randoms(use_true_random=False), st.data())
def test_order_of_rows_never_matters_and_removing_one_renames_none(rows, more, random, data):
    drafts = drafts_of(read_rows(rows, time_map(more)))
    shuffled = random.sample(rows, len(rows))
    assert drafts == drafts_of(read_rows(shuffled, time_map(more)))

    if rows and not more:
        gone = data.draw(st.sampled_from(rows))
        ledger = Ledger.in_memory(strict=False)
        ledger.record(RoleStarted(on="2019", role="chef", organisation="O", title="T"))
        ledger.record(ledger.plan(read_rows(rows, time_map())))
        plan = ledger.plan(read_rows([row for row in rows if row != gone], time_map()))
        assert {item.state for item in plan.items} <= {"known", "changed", "gone"}
        assert 1 >= plan.counts["gone"]


@given(
    time_rows,
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.sampled_from(["\n", "\r\n"]),
)
def test_separator_encoding_and_line_ends_never_matter(rows, separator, encoding, end):
    written = table(rows, separator=separator, encoding=encoding, end=end)

    table_map = time_map('decimal = "."')
    assert drafts_of(read_rows(rows, table_map)) == drafts_of(
        read(written, today=TODAY, map=table_map)
    )


@given(st.binary(max_size=300) | time_rows.map(table), st.sampled_from(["cpd", None, "toggl"]))
def test_any_bytes_are_read_or_refused(body, preset):
    try:
        reading = read(body, today=TODAY, map=preset, people=True)
    except ForeignFileError:
        return
    assert {"new", "refused"} >= {item.state for item in Ledger.in_memory().plan(reading).items}


json_cells = st.none() | st.booleans() | st.floats(allow_nan=False) | words | st.lists(words)


@given(st.lists(st.dictionaries(st.sampled_from(["id", "start", "end", "tags"]), json_cells)))
def test_any_json_array_is_read(rows):
    """A wrong value costs its own row."""
    body = json.dumps([{"id": 0, "start": ""}, *rows]).encode()
    reading = read(body, today=TODAY, map="timewarrior", role="x")

    assert len(reading.drafts) + len(reading.left_out) >= len(rows)


@given(
    st.permutations(["Date", "Hours", "What", "Tags"]),
    st.lists(st.tuples(days, spent, words.filter(bool), words), min_size=1, max_size=5),
)
def test_a_guessed_map_reads_the_table(header, rows):
    places = {name: number for number, name in enumerate(("Date", "Hours", "What", "Tags"))}
    cells = [[row[places[name]] for name in header] for row in rows if row[0] < str(TODAY)]
    body = table(cells, header)

    table_map = map_of(guess(source_of(body)))
    reading = read(body, today=TODAY, map=table_map, role="chef")

    assert "work.logged" == table_map.kind.__event__.name
    assert bool(cells) == bool(reading.drafts)
    assert not [each for each in reading.left_out if each.reason != "it has no hours"]


# Presets

TOGGL = """\
User,Email,Client,Project,Task,Description,Billable,Start date,Start time,End date,End time,Duration,Tags
Ada,a@x.org,Acme,Engine,,Write notes,No,2026-03-02,09:00:00,2026-03-02,10:30:00,01:30:00,"maths, writing"
Ada,a@x.org,Acme,Engine,,Write notes,No,2026-03-02,11:00:00,2026-03-02,11:30:00,00:30:00,"writing, maths"
Ada,a@x.org,,Engine,,,No,2026-03-03,11:00:00,2026-03-03,11:30:00,00:30:00,
"""
CLOCKIFY = """\
"Project","Client","Description","Task","User","Email","Tags","Billable","Start Date","Start Time","Duration (h)","Duration (decimal)","Billable Rate (EUR)"
"Menu","Inn","Trials","","Ada","a@x.org","pastry","No","03/25/2026","09:00","01:30:00","1.50","0.00"
"Menu","Inn","Trials","","Ada","a@x.org","pastry","No","03/04/2026","09:00","00:15:00","0.25","0.00"
"""
TIMEWARRIOR = """\
[{"id":2,"start":"20260302T120209Z","end":"20260302T130209Z","tags":["engine","notes"]},
 {"id":1,"start":"20260303T120000Z","tags":["engine"]}]"""


@pytest.mark.parametrize(
    ("body", "source", "expected"),
    [
        (
            TOGGL,
            "toggl",
            [
                ("2026-03-02", 2.0, "Write notes", {"maths", "writing"}),
                ("2026-03-03", 0.5, "Engine", set()),
            ],
        ),
        (
            CLOCKIFY,
            "clockify",
            [
                ("2026-03-25", 1.5, "Trials", {"pastry"}),
                ("2026-03-04", 0.25, "Trials", {"pastry"}),
            ],
        ),
        (TIMEWARRIOR, "timewarrior", [("2026-03-02", 1.0, "engine; notes", {"engine", "notes"})]),
    ],
)
def test_time_sheets_are_recognised(body, source, expected):
    reading = read(body.encode(), today=TODAY, role="chef")
    found = [draft.event for draft in reading.drafts]

    assert matches(source_of(body.encode()))
    assert source == reading.source
    assert expected == [(str(e.on), e.hours, e.what, set(e.themes)) for e in found]
    assert frozenset({WorkLogged}) == reading.covers
    assert {None} >= {each.value for each in reading.left_out if "on purpose" in each.reason}
    assert "a@x.org" not in str(reading)
    assert any("on purpose" in each.reason for each in reading.left_out)
    assert (min(e.on for e in found), max(e.on for e in found)) == reading.period


def test_a_time_sheet_without_a_role_is_left_out():
    reading = read(TOGGL.encode(), today=TODAY)

    assert () == reading.drafts
    assert ["name the role in which the time was spent"] == [
        each.reason for each in reading.left_out
    ]


@pytest.mark.parametrize(
    "header",
    [
        "First Name,Last Name,Organization Name,Notes,E-mail 1 - Value,Photo",
        "Given Name,Name,Organization 1 - Name,Notes,E-mail 1 - Value,Photo",
    ],
)
def test_contacts_have_the_date_of_the_file(header, tmp_path):
    path = tmp_path / "contacts.csv"
    path.write_text(f"{header}\nInês,Prado,Harbour,met in Faro,ines@example.org,http://x\n")
    os.utime(path, (1_767_225_600, 1_767_225_600))

    (draft,) = read(path, today=TODAY, people=True).drafts
    assert isinstance(draft.event, ContactMade)
    assert "Prado" in draft.event.name
    assert "Harbour" == draft.event.organisation
    for text in ("ines@example.org", "met in Faro", DATED_BY_FILE):
        assert text in draft.event.note
    assert draft.event.on in {"2025-12-31", "2026-01-01"}
    assert () == read(path, today=TODAY).drafts


def test_a_log_of_professional_development():
    log = "Date;Activity;Hours;Type;Structured;What did you learn?;Tutor\n"
    log += "12.03.2026;Wound care;2,5;course;ja;much;Ms X\n"
    reading = read(log.encode(), today=TODAY, map="cpd")

    assert [
        CpdClaimed(
            on="2026-03-12",
            hours=2.5,
            note="Tutor: Ms X",
            scheme="CPD",
            units=2.5,
            category="course",
            about="Wound care",
            verifiable=True,
            learned="much",
        )
    ] == [draft.event for draft in reading.drafts]
    assert () == reading.left_out


# Examples


def test_dates_of_one_file_have_one_order():
    rows = [(on, "1", "cook", "", "", "") for on in ("03/04/2026", "25/03/2026")]
    reading = read_rows(rows, time_map())
    assert ["2026-04-03", "2026-03-25"] == [str(draft.event.on) for draft in reading.drafts]

    alone = read_rows(rows[:1], time_map())
    assert () == alone.drafts
    assert "one way only" in alone.left_out[0].reason
    stated = read_rows(rows[:1], time_map("day_first = false"))
    assert ["2026-03-04"] == [str(draft.event.on) for draft in stated.drafts]


def test_a_changed_duration_is_a_change_of_one_fact():
    ledger = Ledger.in_memory()
    ledger.record(RoleStarted(on="2019", role="chef", organisation="O", title="T"))
    for hours, state in (("1:00", "new"), ("1:30", "changed"), ("1:30", "known")):
        rows = [("2026-03-02", hours, "cook", "", "", ""), ("2026-03-02", "2", "plan", "", "", "")]
        plan = ledger.plan(read_rows(rows, time_map('sum = "day"')))
        assert state in {item.state for item in plan.items} <= {state, "known"}
        ledger.record(plan)
    assert 3 == len(list(ledger.entries()))


def test_weeks_begin_on_monday():
    rows = [(f"2026-03-0{day}", "1", "cook", "", "", "") for day in range(1, 9)]
    reading = read_rows(rows, time_map('sum = "week"'))

    assert [("2026-02-23", 1), ("2026-03-02", 7)] == [
        (str(draft.event.on), draft.event.hours) for draft in reading.drafts
    ]


def test_key_columns_identify_a_row():
    table_map = map_of("""
        type = "course.finished"
        key = ["Id"]
        [fields]
        on = "On"
        title = "Title"
    """)
    ledger = Ledger.in_memory()
    for title in ("Logik", "Logic"):
        body = f"Id,On,Title\n7,2024-03,{title}\n".encode()
        ledger.record(ledger.plan(read(body, today=TODAY, map=table_map)))

    assert ["Logic"] == [entry.event.title for entry in ledger.entries()]


def test_lines_above_the_header_are_skipped():
    body = b"My times\n\n" + table([("2026-03-02", "1", "cook", "", "", "")])

    assert 1 == len(read(body, today=TODAY, map=time_map()).drafts)


def test_every_preset_has_an_event_type_of_its_own_kind():
    assert {"toggl", "clockify", "timewarrior", "google-contacts", "cpd"} == set(presets())
    assert all(name == preset.source for name, preset in presets().items())


@pytest.mark.skipif(not DATA.is_dir(), reason="the shared data is not beside the repository")
def test_the_shared_table_is_guessed_and_read(tmp_path):
    body = (DATA / "same-person" / "times.csv").read_bytes()
    path = tmp_path / "times.csv"
    path.write_bytes(body)
    (tmp_path / "times.toml").write_text(guess(source_of(path)), encoding="utf-8")

    reading = read_file(path, map=str(tmp_path / "times.toml"), role="chef", people=False)
    assert [("2025-11-03", 6.5), ("2025-11-04", 2.0)] == [
        (str(draft.event.on), draft.event.hours) for draft in reading.drafts
    ]
    assert () == reading.left_out
    assert PartialDate("2025-11-03") == reading.period[0]
