"""The reader of LinkedIn archives."""

import contextlib
import csv
import io
import warnings
import zipfile
from datetime import date
from itertools import permutations
from pathlib import Path

import attrs
import pytest
from hypothesis import given, strategies as st

from careerledger import Ledger
from careerledger.errors import DateError, ForeignFileError
from careerledger.events import (
    ContactMade,
    ContactTouched,
    CourseFinished,
    RecognitionReceived,
    RoleEnded,
    RoleStarted,
)
from careerledger.interop import archive, linkedin, unpacking
from careerledger.interop.dates_in_words import read_date
from careerledger.interop.formats import read_file
from careerledger.interop.tables import MAX_ROWS

TODAY = date(2026, 6, 15)
SHARED = Path(__file__).parents[3] / "shared" / "data"
needs_shared = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the shared sample files are not beside the tree"
)

FILES = {
    "Positions.csv": (
        "\ufeffCompany Name,Title,Description,Location,Started On,Finished On\r\n"
        'Globex &amp; Co,Lead,"• Runs a team\n• Ships","Porto, Portugal",Sep 2020,\r\n'
        "Initech,Engineer,,,Sometime in 2018,Mar 2020\r\n"
        "Initech,Engineer,,,Sometime in 2018,Mar 2020\r\n"
        ",Freelancer,,,2016,2017\r\n"
        "Hooli,Chief,,,May 2027,\r\n"
    ),
    "Volunteering.csv": (
        "Company Name,Role,Cause,Started On,Finished On,Description\n"
        "Refood,Driver,Poverty Alleviation,Oct 2020,,\n"
    ),
    "Education.csv": (
        "School Name,Start Date,End Date,Notes,Degree Name,Activities\nMIT,2010,2014,,BSc,Chess\n"
    ),
    "Certifications.csv": (
        "Name,Authority,Time Period\nHACCP,Food Board,Apr 2023 - Apr 2026\nCKA,CNCF,N/A\n"
    ),
    "Skills.csv": "Name\nSQL\n",
    "Languages.csv": "Name,Proficiency\nEnglish,Native or bilingual proficiency\n",
    "Recommendations_Received.csv": (
        "First Name,Last Name,Company,Job Title,Text,Creation Date,Status\n"
        'Jo,Roe,Globex,CEO,"The best.","01/19/13, 12:10 AM",VISIBLE\n'
        "Al,Poe,Globex,CTO,Maybe.,01/20/13,PENDING\n"
    ),
    "Learning.csv": (
        "Content Title,Content Description,Content Type,"
        "Content Last Watched Date (if viewed),Content Completed At (if completed),"
        "Content Saved,Notes taken on videos (if taken),\n"
        "Rust,,COURSE,2020-12-29 14:24 UTC,N/A,false,,\nGo,,COURSE,N/A,2021-01-02 10:00 UTC,,,\n"
    ),
    "Jobs/Job Applications.csv": (
        "Application Date,Contact Email,Company Name,Job Title,Job Url\n"
        '"8/15/25, 1:32 PM",hr@x.example,Hooli,Chief,https://x.example/1\n'
    ),
    "Connections.csv": (
        'Notes:\n"When exporting, a few\naddresses are missing."\n\n'
        "First Name,Last Name,URL,Email Address,Company,Position,Connected On\n"
        "Inês,Prado,https://www.linkedin.com/in/ines?x=1,,Hooli,Owner,14 Feb 2019\n"
        ",,,,,,03 Mar 2020\n"
    ),
    "messages.csv": (
        '"CONVERSATION ID","FROM","SENDER PROFILE URL","TO","RECIPIENT PROFILE URLS","DATE",'
        '"SUBJECT","CONTENT"\n'
        "c1,Inês,https://www.linkedin.com/in/ines,Me,me,2026-02-03 09:00:00 UTC,,secret words\n"
        "c1,Me,me,Inês,https://www.linkedin.com/in/ines,2026-02-03 10:00:00 UTC,,more secrets\n"
    ),
    "PhoneNumbers.csv": "Number\n+351 123\n",
}


def zipped(path, files=FILES, folder="Basic_LinkedInDataExport/", method=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, text in files.items():
            member = zipfile.ZipInfo(f"{folder}{name}", (2026, 6, 1, 12, 0, 0))
            made.writestr(member, text, method)
    return path


@pytest.fixture
def export(tmp_path):
    return zipped(tmp_path / "export.zip")


def read(path, **options):
    return linkedin.read(path, today=TODAY, **options)


def events(reading):
    return [draft.event for draft in reading.drafts]


def left_out(reading):
    return {each.path.removeprefix("Basic_LinkedInDataExport/"): each for each in reading.left_out}


def test_each_file_becomes_its_events(export):
    found = [
        (type(e).__name__, str(e.on), getattr(e, "title", None) or getattr(e, "skill", None))
        for e in events(read(export))
    ]
    assert [
        ("RoleStarted", "2020-09", "Lead"),
        ("RoleStarted", "2018", "Engineer"),
        ("RoleEnded", "2020-03", None),
        ("RoleStarted", "2020-10", "Driver"),
        ("CourseStarted", "2010", "BSc"),
        ("CourseFinished", "2014", "BSc"),
        ("CredentialAwarded", "2023-04", None),
        ("RecognitionReceived", "2013-01-19", None),
        ("CourseStarted", "2020-12-29", "Rust"),
        ("CourseFinished", "2021-01-02", "Go"),
        ("OpportunityFound", "2025-08-15", None),
        ("SkillPractised", "2026-06-01", "SQL"),
        ("SkillAssessed", "2026-06-01", "English"),
    ] == found
    roles = [e for e in events(read(export)) if isinstance(e, RoleStarted)]
    assert ["Globex & Co", "Initech", "Refood"] == [r.organisation for r in roles]
    assert [False, False, True] == [role.volunteered for role in roles]


def test_what_is_left_out_is_named(export):
    left = left_out(read(export))

    assert "the same as an earlier item" in left["Positions.csv, line 5"].reason
    assert "in the future" in left["Positions.csv, line 7"].reason
    assert "it has no Started On" == left["Certifications.csv, line 3"].reason
    assert "its status is PENDING" == left["Recommendations_Received.csv, line 3"].reason
    assert "import people too" in left["Connections.csv"].reason
    assert "it is not read" == left["PhoneNumbers.csv"].reason


def test_people_enter_only_as_asked(export):
    without, people = read(export), read(export, people=True)

    assert not any("Prado" in repr(e) or "Roe" in repr(e) for e in events(without))
    assert not any("secret" in repr(each) for each in (*events(people), *people.left_out))
    (made,) = [e for e in events(people) if isinstance(e, ContactMade)]
    assert ("Inês Prado", "Hooli", "2019-02-14") == (made.name, made.organisation, made.on)
    (touched,) = [e for e in events(people) if isinstance(e, ContactTouched)]
    assert (made.contact, "2026-02-03", 1) == (touched.contact, touched.on, touched.depth)
    assert "left LinkedIn" in left_out(people)["Connections.csv, line 7"].reason


def test_a_forgotten_connection_leaves_no_trace(export, tmp_path):
    with Ledger.open(tmp_path / "a.ledger") as ledger:
        ledger.record(ledger.plan(read(export, people=True)))
        (made,) = [e.event for e in ledger.entries(types=[ContactMade])]
        ledger.forget("contact", made.contact, reason="asked to")
        plan = ledger.plan(read(export, people=True))
        assert 2 == plan.counts["forgotten"]
        ledger.record(plan)
    body = (tmp_path / "a.ledger").read_bytes()
    assert not any(word in body for word in (b"Prado", b"in/ines"))


def test_a_folder_and_a_zip_are_read_alike(export, tmp_path):
    folder = tmp_path / "unpacked"
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")

    def without_skills(reading):  # dated by the files
        return [d for d in reading.drafts if d.event.hours != 0]

    assert without_skills(read(export)) == without_skills(read(folder))
    assert "linkedin" == read_file(folder).source == read_file(export).source


def test_files_that_are_not_read_are_not_inflated(export, monkeypatch):
    opened = []
    real = zipfile.ZipFile.open

    def spy(self, member, *arguments, **options):
        opened.append(getattr(member, "filename", member))
        return real(self, member, *arguments, **options)

    monkeypatch.setattr(zipfile.ZipFile, "open", spy)
    read(export)
    assert opened
    assert not any("Phone" in name or "messages" in name or "Connec" in name for name in opened)


MESSAGES = """\
CONVERSATION ID,CONVERSATION TITLE,FROM,SENDER PROFILE URL,TO,RECIPIENT PROFILE URLS,DATE,SUBJECT,CONTENT,FOLDER,IS MESSAGE DRAFT
1,,Me,x.com/in/me,"Ann A,Bob B,Cy C","x.com/in/ann,x.com/in/bob,x.com/in/cy",2026-01-01 09:00:00 UTC,,hush,INBOX,No
1,,Ann A,x.com/in/ann,"Me,Bob B","x.com/in/me,x.com/in/bob",2026-01-02 09:00:00 UTC,,hush,INBOX,No
2,,Bob B,x.com/in/bob,Me,x.com/in/me,2026-01-03 09:00:00 UTC,,hush,SPAM,No
3,,Me,x.com/in/me,Bob B,x.com/in/bob,2026-01-04 09:00:00 UTC,,hush,INBOX,Yes
4,,Me,x.com/in/me,Bob B,x.com/in/bob,some day,,hush,INBOX,No
5,,Cy C,x.com/in/cy,Me,x.com/in/me,2026-01-06 09:00:00 UTC,,hush,INBOX,No
"""
CONNECTIONS = """\
First Name,Last Name,URL,Email Address,Company,Position,Connected On
Ann,A,https://x.com/in/ann,,Acme,Owner,14 Feb 2019
Bob,B,https://x.com/in/bob,,Acme,Cook,15 Feb 2019
"""


def people_of(tmp_path, **files):
    files = {
        "Connections.csv": CONNECTIONS,
        **{f"{name}.csv": text for name, text in files.items()},
    }
    reading = read(zipped(tmp_path / "people.zip", files), people=True)
    names = {e.contact: e.name for e in events(reading) if isinstance(e, ContactMade)}
    return reading, names


@pytest.mark.parametrize("has_links", [True, False])
def test_messages_touch_those_who_write_and_those_you_write_to(tmp_path, has_links):
    text = MESSAGES
    if not has_links:  # as in older archives
        text = text.replace("x.com/in/", "").replace("PROFILE URL", "OTHER")
    reading, names = people_of(tmp_path, messages=text)
    touches = {(names[e.contact], e.on) for e in events(reading) if isinstance(e, ContactTouched)}

    assert {("Ann A", "2026-01-01"), ("Bob B", "2026-01-01"), ("Ann A", "2026-01-02")} == touches
    assert "hush" not in repr(reading)
    reasons = {each.path: each.reason for each in reading.left_out}
    assert "it is spam" == reasons["Basic_LinkedInDataExport/messages.csv, line 4"]
    assert "it is a draft" == reasons["Basic_LinkedInDataExport/messages.csv, line 5"]
    assert "it has no DATE" == reasons["Basic_LinkedInDataExport/messages.csv, line 6"]
    (strangers,) = [each for each in reading.left_out if "among your connections" in each.reason]
    assert ["Cy C"] == strangers.value


def test_people_who_could_not_be_forgotten_are_left_out(tmp_path):
    reading, names = people_of(
        tmp_path,
        Recommendations_Received=(
            "First Name,Last Name,Company,Job Title,Text,Creation Date,Status\n"
            "Ann,A,Acme,Owner,Good.,01/19/13,VISIBLE\nZoe,Z,Zed,Boss,Fine.,01/20/13,VISIBLE\n"
        ),
        Endorsement_Received_Info=(
            "Endorsement Date,Skill Name,Endorser First Name,Endorser Last Name,"
            "Endorser Public Url,Endorsement Status\n"
            "2024/07/28 13:20:49 UTC,SQL,Bob,B,www.x.com/in/bob,ACCEPTED\n"
            "2024/07/28 13:20:49 UTC,SQL,Zoe,Z,www.x.com/in/zoe,ACCEPTED\n"
        ),
        Job_Applications=(
            "Application Date,Contact Email,Contact Phone Number,Company Name,Job Title\n"
            '"8/15/25, 1:32 PM",zoe@z.example,+1 234,Hooli,Chief\n'
        ),
    )
    received = {
        (e.text, names.get(e.contact))
        for e in events(reading)
        if isinstance(e, RecognitionReceived)
    }

    assert {("Good.", "Ann A"), ("Fine.", None), ("SQL", "Bob B"), ("SQL", None)} == received
    for each in ("Zoe", "zoe@z.example", "+1 234"):
        assert each not in repr(events(reading))
    assert "Zoe" in repr(reading.left_out)
    assert "zoe@z.example" not in repr(reading.left_out)


def test_only_what_an_archive_lists_completely_can_be_gone(export, tmp_path):
    whole = read(export, people=True).covers
    assert {RoleStarted, RoleEnded, ContactMade, CourseFinished} <= whole
    assert not whole & {RecognitionReceived, ContactTouched}
    assert {ContactMade} == people_of(tmp_path)[0].covers
    some = zipped(tmp_path / "some.zip", {"Skills.csv": FILES["Skills.csv"], "Profile.csv": ""})
    assert frozenset() == read(some).covers


def test_a_single_table_is_read(tmp_path):
    path = tmp_path / "Connections.csv"
    path.write_text(CONNECTIONS)

    assert "linkedin" == read_file(path).source
    assert 2 == len(read_file(path, people=True).drafts)


def test_a_table_that_a_spreadsheet_saved_is_read(export, tmp_path):
    text = FILES["Connections.csv"].replace(",", ";").encode("cp1252")
    saved = zipped(tmp_path / "saved.zip", {**FILES, "Connections.csv": text})

    assert events(read(export, people=True)) == events(read(saved, people=True))


def test_a_large_table_is_read_in_parts(export, tmp_path):
    rows = "".join(f"Made,Up,https://x.com/in/p{n},,,{'w' * n},1 Jan 2020\n" for n in range(2_500))
    files = {**FILES, "Connections.csv": CONNECTIONS + rows}
    reading = read(zipped(tmp_path / "x.zip", files, method=zipfile.ZIP_STORED), people=True)

    assert unpacking.MAX_LIST < len(rows)
    assert 2_502 == sum(isinstance(e, ContactMade) for e in events(reading))


def test_a_video_counts_no_hours(tmp_path):
    text = FILES["Learning.csv"].replace("Go,,COURSE", "Go,,VIDEO")
    (go,) = [
        e
        for e in events(read(zipped(tmp_path / "x.zip", {**FILES, "Learning.csv": text})))
        if getattr(e, "title", "") == "Go"
    ]
    assert (0, "talk") == (go.hours, go.format)


rows = st.lists(
    st.tuples(
        st.sampled_from(["Globex", "Initech", ""]),
        st.sampled_from(["Lead", "Engineer"]),
        st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=9),
        st.sampled_from(["2018", "Mar 2019", "May 2027", "soon", "Present", ""]),
        st.sampled_from(["", "2020", "1990", "04/05/06", "never"]),
    ),
    max_size=5,
)


@given(rows, st.randoms())
def test_nothing_is_lost_and_order_never_matters(tmp_path_factory, several, random):
    header = ("Company Name", "Title", "Description", "Started On", "Finished On")

    def reading(chosen):
        text = io.StringIO()
        csv.writer(text).writerows([header, *chosen])
        path = tmp_path_factory.getbasetemp() / "rows.zip"
        return read(zipped(path, {"Positions.csv": text.getvalue(), "Profile.csv": ""}))

    first = reading(several)
    kept = repr([attrs.asdict(draft.event) for draft in first.drafts])
    kept += repr([each.value for each in first.left_out])
    for row in several:
        for cell in row:
            assert repr(cell.strip())[1:-1] in kept or cell in {"Present", "Mar 2019"}, cell
    turned = random.sample(several, len(several))
    assert {draft.key for draft in first.drafts} == {draft.key for draft in reading(turned).drafts}
    ledger = Ledger.in_memory()
    ledger.record(ledger.plan(first))
    assert {"known"} >= {item.state for item in ledger.plan(reading(turned)).items}


# Hostile archives


def test_no_archive_is_refused(tmp_path):
    path = tmp_path / "no.zip"
    path.write_bytes(b"PK\x03\x04 and nothing else")
    with pytest.raises(ForeignFileError, match="neither a folder nor an intact zip archive"):
        read(path)
    with pytest.raises(ForeignFileError, match="it is no LinkedIn archive"):
        read(zipped(tmp_path / "other.zip", {"a.csv": "x"}))
    with warnings.catch_warnings(action="ignore"):
        twice = zipped(tmp_path / "twice.zip", {"a.csv": "x"})
        with zipfile.ZipFile(twice, "a") as made:
            made.writestr("Basic_LinkedInDataExport/a.csv", "y")
    with pytest.raises(ForeignFileError, match="two members of one name"):
        read(twice)
    listing = {"a" * 60_000 + f"{n}": "" for n in range(40)}
    with pytest.raises(ForeignFileError, match="list of members is too long"):
        read(zipped(tmp_path / "listing.zip", listing))
    many = {f"{n}.csv": "" for n in range(archive.MAX_MEMBERS + 1)}
    with pytest.raises(ForeignFileError, match="more than 5,000 members"):
        read(zipped(tmp_path / "many.zip", many))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a,b\n1,2\n", "it has no columns Company Name, Title, Started On"),
        ("Company Name,Title,Started On\n" + "x" * 200_000, "field larger than field limit"),
        ("Company Name,Title,Started On\n" + "\n" * 10_000_000, "unpacks to more than"),
        (b"Company Name,Title,Started On\n\x81", "it is no text in UTF-8"),
        (
            "Company Name,Title,Started On\n" + "a,b,2020\n" * (MAX_ROWS + 1),
            "more than 100,000 rows",
        ),
    ],
    ids=["other columns", "long cell", "bomb", "not text", "many rows"],
)
def test_a_bad_file_costs_only_itself(tmp_path, text, reason):
    method = zipfile.ZIP_DEFLATED if "unpacks" in reason else zipfile.ZIP_STORED
    files = {**FILES, "Positions.csv": text}
    reading = read(zipped(tmp_path / "x.zip", files, method=method))

    assert any(reason in each.reason for each in reading.left_out)
    assert any(isinstance(e, RoleStarted) and e.volunteered for e in events(reading))


def test_links_in_a_folder_are_not_followed(tmp_path):
    folder = tmp_path / "export"
    folder.mkdir()
    (tmp_path / "secret.csv").write_text(FILES["Positions.csv"])
    (folder / "Positions.csv").symlink_to(tmp_path / "secret.csv")
    (folder / "Profile.csv").touch()

    with pytest.raises(ForeignFileError, match="it is no LinkedIn archive"):
        read(folder)


# Samples

MEANT = {"VISIBLE", "ACCEPTED", "ATTENDING"}
"""States without which there would be no draft."""
REFUSED = {"CONTENT", "SUBJECT", "CONVERSATION ID", "Contact Email", "Contact Phone Number"}


@needs_shared
def test_every_value_of_the_complete_export_is_in_a_draft_or_left_out():
    folder = SHARED / "linkedin" / "complete"
    reading = read(folder, people=True)
    kept = "\n".join(map(str, texts_in([attrs.asdict(d.event) for d in reading.drafts])))
    kept += "\n".join(texts_in([(each.path, each.value) for each in reading.left_out]))
    unread = {each.path for each in reading.left_out if each.reason == "it is not read"}
    checked = 0
    for path in folder.rglob("*.csv"):
        if path.relative_to(folder).as_posix() in unread:
            continue
        lines = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
        header = next(n for n, cells in enumerate(lines) if len(cells) > 1 or path.stem == "Skills")
        for cells in lines[header + 1 :]:
            for column, cell in zip(lines[header], cells, strict=False):
                if cell.strip() and column not in REFUSED and cell not in MEANT:
                    forms = {cell.strip()}
                    with contextlib.suppress(DateError):
                        forms.add(str(read_date(cell, day_first=False)))
                    assert any(form in kept for form in forms), (path.name, column, cell)
                    checked += 1
    assert checked > 5_000


def texts_in(value):
    if isinstance(value, dict):
        return [text for inner in value.values() for text in texts_in(inner)]
    if isinstance(value, list | tuple | frozenset | set):
        return [text for inner in value for text in texts_in(inner)]
    return [] if value is None else [str(value)]


@needs_shared
def test_the_complete_export_is_imported_whole_and_once():
    ledger = Ledger.in_memory()
    folder = SHARED / "linkedin" / "complete"
    plan = ledger.plan(read_file(folder, people=True, today=TODAY))

    assert {"new"} == {item.state for item in plan.items}
    ledger.record(plan)
    again = ledger.plan(read_file(folder, people=True, today=TODAY))
    assert {"known"} == {item.state for item in again.items}
    assert [] == [found for found in ledger.check() if found.severity == "error"]


@needs_shared
@pytest.mark.parametrize("order", [*permutations(["resume.json", "linkedin"])], ids="-".join)
def test_the_same_person_is_one_in_every_order(order):
    """As the README of the samples states."""
    ledger = Ledger.in_memory()
    for name in order:
        ledger.record(ledger.plan(read_file(SHARED / "same-person" / name, people=True)))
    for name in order:
        plan = ledger.plan(read_file(SHARED / "same-person" / name, people=True))
        assert {"known"} == {item.state for item in plan.items}

    found = [entry.event for entry in ledger.entries()]
    names = [type(event).__name__ for event in found]
    roles = [event for event in found if isinstance(event, RoleStarted)]
    assert (4, 1) == (len(roles), sum(role.volunteered for role in roles))
    assert "2017-05" in {role.on for role in roles}
    assert [1, 1, 1] == [
        names.count(each) for each in ("CourseStarted", "CredentialAwarded", "ContactMade")
    ]
    ledger.undo(source="linkedin")
    assert 3 == sum(isinstance(e.event, RoleStarted) for e in ledger.entries())
    assert 2 == sum(isinstance(e.event, RoleEnded) for e in ledger.entries())
