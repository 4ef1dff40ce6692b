"""The JSON Resume reader: every value of a file is in a draft or left out with a reason."""

import contextlib
import json
import re
from datetime import date
from pathlib import Path

import attrs
import pytest
from hypothesis import assume, given, strategies as st

from careerledger import Ledger
from careerledger.dates import PartialDate
from careerledger.errors import DateError, ForeignFileError
from careerledger.events import (
    CourseFinished,
    CourseStarted,
    CredentialAwarded,
    MilestoneDeclared,
    ProjectFinished,
    ProjectProposed,
    RecognitionReceived,
    RoleEnded,
    RoleStarted,
    SkillAssessed,
    SkillPractised,
)
from careerledger.events.nfc import event_in_nfc
from careerledger.interop.dates_in_words import is_ongoing, read_date
from careerledger.interop.drafting import MAX_ITEM
from careerledger.interop.json_resume import read, write
from careerledger.interop.unpacking import MAX_BYTES

TODAY = date(2026, 6, 15)
SHARED = Path(__file__).parents[3] / "shared" / "data" / "jsonresume"
IMPOSSIBLE = ("2014-19-39", "2019-00", "2023-02-29", "0000", "14/19/2013", "last summer", "?")
DATES = {
    "work": ("startDate", "endDate"),
    "volunteer": ("startDate", "endDate"),
    "education": ("startDate", "endDate"),
    "certificates": ("date",),
    "awards": ("date",),
    "publications": ("releaseDate",),
    "projects": ("startDate", "endDate"),
}


def read_value(value, **options):
    return read(json.dumps(value).encode(), today=TODAY, **options)


def events(value):
    return [draft.event for draft in read_value(value).drafts]


def left_out(value):
    return {each.path: each.reason for each in read_value(value).left_out}


def imported(ledger, value):
    """Import a file; returns the states of its items."""
    plan = ledger.plan(read_value(value), prune=True)
    ledger.record(plan)
    return {item.state for item in plan.items}


# Laws

days = st.dates(date(1970, 1, 1), TODAY).map(str)
dates = days | days.map(lambda day: day[:7]) | days.map(lambda day: day[:4])
ends = dates | st.sampled_from([None, "", "Present", "current"])
names = st.sampled_from(
    ["Pied Piper", "pied piper", "PIED-PIPER!", "C", "C++", "C#", "日本", "🚀"]
) | st.text(st.characters(codec="utf-8"), min_size=1).filter(str.strip)
maybe = st.none() | st.text(st.characters(codec="utf-8"), max_size=20)
some = st.none() | st.lists(maybe, max_size=3)


def items(required, **optional):
    return st.lists(st.fixed_dictionaries(required, optional=optional), max_size=4)


roles = {"position": names, "startDate": dates, "endDate": ends}
about = {"summary": maybe, "url": maybe}
resumes = st.fixed_dictionaries(
    {
        "work": items({"name": names, **roles}, **about, location=maybe, highlights=some),
        "volunteer": items({"organization": names, **roles}, **about, highlights=some),
        "education": items(
            {"institution": names, "startDate": dates, "endDate": ends},
            studyType=maybe,
            area=maybe,
            score=maybe | st.just("3.5/4.0"),
            courses=some,
        ),
        "certificates": items({"name": names, "date": dates}, issuer=maybe, url=maybe),
        "awards": items({"title": names, "date": dates}, awarder=maybe, summary=maybe),
        "publications": items({"name": names, "releaseDate": dates}, **about, publisher=maybe),
        "projects": items(
            {"name": names, "startDate": dates, "endDate": ends}, **about, keywords=some
        ),
        "skills": items({"name": names}, level=maybe | st.just("Expert"), keywords=some),
        "languages": items({"language": names}, fluency=maybe | st.just("B2")),
        "meta": st.fixed_dictionaries({"lastModified": days}),
    },
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | dates | ends,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)
fields = st.sampled_from(
    [
        *("name", "position", "organization", "institution", "area", "studyType", "score"),
        *("title", "date", "startDate", "endDate", "releaseDate", "url", "summary"),
        *("highlights", "keywords", "courses", "level", "fluency", "language", "reference"),
    ]
)
odd_resumes = st.dictionaries(
    st.sampled_from([*DATES, "skills", "languages", "references", "meta", "basics", "other"]),
    json_values | st.lists(st.dictionaries(fields, json_values), max_size=3),
)


def leaves(value):
    """Every value of a file that is no container and not empty."""
    if isinstance(value, dict):
        return [leaf for inner in value.values() for leaf in leaves(inner)]
    if isinstance(value, list):
        return [leaf for inner in value for leaf in leaves(inner)]
    is_empty = value is None or (isinstance(value, str) and not value.strip())
    return [] if is_empty else [value]


def texts_in(value):
    """Every text in an event, or in a value that was left out."""
    if isinstance(value, dict):
        return [text for inner in value.values() for text in texts_in(inner)]
    if isinstance(value, list | tuple | frozenset | set):
        return [text for inner in value for text in texts_in(inner)]
    return [] if value is None else [str(value)]


def is_kept(leaf, kept):
    """Whether a leaf is there as it is, or as the date or the number that it means."""
    text = str(leaf).strip() if not isinstance(leaf, bool) else str(leaf).lower()
    forms = {text, str(leaf)}
    with contextlib.suppress(DateError):
        forms.add(str(read_date(text)))
    if "/" in text:
        forms.add("0.875")
    return is_ongoing(text) or any(form in each for form in forms for each in kept)


@given(resumes | odd_resumes)
def test_nothing_is_lost(value):
    assume(value.keys() - {"meta", "other"})
    try:
        reading = read_value(value, people=True)
    except ForeignFileError:  # of numbers that JSON does not have
        return
    kept = [text for draft in reading.drafts for text in texts_in(attrs.asdict(draft.event))]
    kept += [text for each in reading.left_out for text in texts_in(each.value)]

    for section, inner in value.items():
        if section != "meta":
            for leaf in leaves(inner):
                assert is_kept(leaf, kept), (section, leaf)


@given(resumes)
def test_a_resume_is_imported_whole_and_only_once(value):
    ledger = Ledger.in_memory()

    assert imported(ledger, value) <= {"new"}
    assert imported(ledger, value) <= {"known"}
    assert set() == {found.code for found in ledger.check() if found.severity == "error"}


@given(resumes)
def test_a_written_resume_is_read_as_it_was(value):
    """Items that would have one key are told apart by their content, which is written anew."""
    ledger = Ledger.in_memory()
    reading = read_value(value, people=True)
    ledger.record(ledger.plan(reading))
    written = write(ledger)
    again = read(written.content, today=TODAY, people=True)
    plan = ledger.plan(again)

    assert {"known", "changed"} >= {item.state for item in plan.items}
    assert all(left.reason == "it is the same as an earlier item" for left in again.left_out)
    said = [without_ids(entry.event) for entry in ledger.entries()]
    assert all(without_ids(event_in_nfc(draft.event)) in said for draft in again.drafts)
    keys = {draft.key for draft in reading.drafts}
    twins = {key for key in keys if re.search("-[0-9a-f]{8}(:|$)", key)}
    assert twins or {"known"} >= {item.state for item in plan.items}
    resume = json.loads(written.content)
    for citation in written.citations:
        section, number = re.fullmatch(r"\$\.(\w+)\[(\d+)\]", citation.path).groups()
        assert resume[section][int(number)]
        assert all(ledger.entry(id_) for id_ in citation.entries)


def test_notes_of_your_own_stay_out_of_a_resume():
    ledger = Ledger.in_memory()
    role = RoleStarted(on="2020", role="a", organisation="O", title="T", note="I was afraid.")
    ledger.record(role)

    assert b"afraid" not in write(ledger).content
    assert b"afraid" in write(ledger, notes=True).content
    assert b"Ada" in write(ledger, basics={"name": "Ada"}).content
    assert "work" not in json.loads(write(ledger, at="2019").content)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared sample files are not beside the tree")
@pytest.mark.parametrize("name", ["sample", "career-changer"])
def test_a_real_resume_is_read_as_it_was(name):
    ledger = Ledger.in_memory()
    body = (SHARED / f"{name}.resume.json").read_bytes()
    ledger.record(ledger.plan(read(body, people=True)))
    plan = ledger.plan(read(write(ledger).content, people=True))

    assert {"known"} == {item.state for item in plan.items}


@given(resumes, st.sampled_from(sorted(DATES)), st.data())
def test_a_file_that_grows_adds_only_what_is_new(value, section, data):
    new = {
        **dict.fromkeys(("name", "organization", "institution", "title"), "Grown later"),
        **dict.fromkeys(("position", "area"), "Newcomer"),
        **dict.fromkeys(DATES[section], "2020-02"),
    }
    at = data.draw(st.integers(0, len(value[section])))
    grown = value | {section: [*value[section][:at], new, *value[section][at:]]}
    ledger = Ledger.in_memory()
    imported(ledger, value)
    plan = ledger.plan(read_value(grown))

    assert len(DATES[section]) == plan.counts["new"]
    assert len(plan.items) == plan.counts["new"] + plan.counts["known"]


@given(resumes, st.sampled_from(IMPOSSIBLE), st.data())
def test_one_impossible_date_costs_its_own_item_or_field(value, wrong, data):
    places = [
        (section, index, field)
        for section, known in DATES.items()
        for index in range(len(value[section]))
        for field in known
    ]
    assume(places)
    section, index, field = data.draw(st.sampled_from(places))
    others = {**value, section: [one for n, one in enumerate(value[section]) if n != index]}
    value[section][index][field] = wrong

    paths = left_out(value)
    assert any(path.startswith(f"$.{section}[{index}]") for path in paths)
    # Names of twins change with the item beside them; what they say does not.
    said = [without_ids(event) for event in events(value)]
    for event in events(others):
        if isinstance(event, SkillAssessed | SkillPractised):
            continue  # dated by the others
        assert without_ids(event) in said


def without_ids(event):
    ids = {"role", "course", "credential", "milestone", "project"}
    return type(event), [(n, v) for n, v in attrs.asdict(event).items() if n not in ids]


@given(json_values | odd_resumes)
def test_any_json_value_is_read_or_refused(value):
    """Whatever is read can be recorded."""
    try:
        reading = read_value(value)
    except ForeignFileError:
        return
    ledger = Ledger.in_memory()
    assert {"new"} >= {item.state for item in ledger.plan(reading).items}


@given(st.binary().filter(lambda body: b"{" not in body))
def test_bytes_that_are_no_object_are_refused(body):
    with pytest.raises(ForeignFileError):
        read(body)


# Examples


@pytest.mark.parametrize("end", ["Present", "heute", "至今", "", None])
def test_a_role_without_an_end_goes_on(end):
    work = {"name": "Hooli", "position": "Dev", "startDate": 2019, "endDate": end}

    assert [RoleStarted] == [type(event) for event in events({"work": [work]})]
    assert {} == left_out({"work": [work]})


def test_a_planned_end_is_left_out():
    value = {"education": [{"area": "Law", "startDate": "2024", "endDate": "2027-06"}]}

    assert [CourseStarted] == [type(event) for event in events(value)]
    assert {
        "$.education[0].endDate": "2027-06 is in the future; import the file again after it"
    } == left_out(value)


@pytest.mark.parametrize(
    ("section", "item", "missing"),
    [
        ("work", {"position": "Dev", "startDate": "2019"}, "name"),
        ("work", {"name": "Hooli", "startDate": "2019"}, "position"),
        ("work", {"name": "Hooli", "position": "Dev", "endDate": "2020"}, "startDate"),
        ("volunteer", {"position": "Dev", "startDate": "2019"}, "organization"),
        ("education", {"startDate": "2019"}, "institution, studyType or area"),
        ("education", {"area": "Law"}, "startDate or endDate"),
        ("certificates", {"date": "2019"}, "name"),
        ("awards", {"title": "Prize", "date": " "}, "date"),
        ("references", {"name": "Jo", "reference": "Fine."}, "date"),
    ],
)
def test_what_is_undated_or_unnamed_is_left_out_with_the_reason(section, item, missing):
    (left,) = [each for each in read_value({section: [item]}).left_out if each.path.endswith("[0]")]

    assert [] == events({section: [item]})
    assert item == left.value
    assert f"it has no {missing}; " in left.reason


def test_twins_are_told_apart_by_their_content():
    work = {"name": "Pied Piper", "position": "Dev", "startDate": "2013"}
    again = work | {"summary": "Another one."}
    both = read_value({"work": [work, again, work]})
    turned = read_value({"work": [again, work]})

    assert 2 == len({draft.event.role for draft in both.drafts})
    assert {draft.key for draft in both.drafts} == {draft.key for draft in turned.drafts}
    assert ["it is the same as an earlier item"] == [each.reason for each in both.left_out]
    assert "resume:work:pied-piper-dev-2013:started" == read_value({"work": [work]}).drafts[0].key


def test_work_and_volunteering_keep_every_text():
    started, ended = events(
        {
            "volunteer": [
                {
                    "organization": "CoderDojo",
                    "position": "Teacher",
                    "url": "http://coderdojo.example.com/",
                    "startDate": "2012-01-01",
                    "endDate": "2013-01-01",
                    "summary": "Coding clubs.",
                    "highlights": ["Teacher of the Month", None, ""],
                }
            ]
        }
    )

    assert (
        RoleStarted(
            on="2012-01-01",
            role="coderdojo-teacher-2012-01",
            organisation="CoderDojo",
            title="Teacher",
            volunteered=True,
            note="Coding clubs.\n- Teacher of the Month",
            evidence=("http://coderdojo.example.com/",),
        )
        == started
    )
    assert RoleEnded(on="2013-01-01", role="coderdojo-teacher-2012-01") == ended


def test_names_of_the_first_draft_of_the_schema_are_read():
    work = {"company": "Hooli", "website": "h.example", "position": "Dev", "startDate": "2019"}
    (started,) = events({"work": [work]})

    assert ("Hooli", ("h.example",)) == (started.organisation, started.evidence)


def test_education():
    study = {
        "institution": "ACC",
        "area": "Business",
        "studyType": "Associate",
        "startDate": "2012-09",
        "endDate": "2014-05",
        "score": "3.5/4.0",
        "courses": ["Statistics", "Accounting"],
        "url": "acc.example",
    }
    same = {"title": "Associate, Business", "provider": "ACC", "format": "degree"}
    said = {"note": "Courses: Statistics; Accounting", "evidence": ("acc.example",)}
    course = "acc-associate-business-2012-09"

    assert [
        CourseStarted(on="2012-09", course=course, **same, **said),
        CourseFinished(on="2014-05", course=course, score=0.875, **same),
    ] == events({"education": [study]})
    assert [CourseFinished(on="2014-05", score=0.875, **same, **said)] == events(
        {"education": [study | {"startDate": None}]}
    )


@pytest.mark.parametrize(
    ("written", "score"),
    [("3.5/4.0", 0.875), ("85%", 0.85), ("17 / 20", 0.85), ("0/10", 0.0), ("100%", 1.0)]
    + [(ambiguous, None) for ambiguous in ("4.0", "First", "5/4", "0/0", "120%", "1/2/3")],
)
def test_score_with_a_scale_becomes_a_fraction(written, score):
    (finished,) = events({"education": [{"area": "Law", "endDate": "2014", "gpa": written}]})

    assert score == finished.score
    assert (f"Score: {written}" if score is None else None) == finished.note


def test_other_sections():
    value = {
        "certificates": [
            {"name": "CKA", "issuer": "CNCF", "date": "2024-05-01", "url": "cka.example"}
        ],
        "awards": [
            {"title": "Pioneer", "date": "2014", "awarder": "Techcrunch", "url": "p.example"}
        ],
        "publications": [{"name": "Video", "releaseDate": "2014-10", "publisher": "Hooli"}],
        "projects": [
            {"name": "Site", "startDate": "2016-08", "endDate": "2016-09", "keywords": ["web"]}
        ],
        "references": [{"name": "Jo", "reference": "The best."}],
        "skills": [
            {"name": "SQL", "level": "Expert", "keywords": ["joins"], "summary": "Daily."},
            {"name": "Go", "level": "9"},
        ],
        "languages": [{"language": "Swahili", "fluency": "B2"}],
        "meta": {"lastModified": "2025-01-02T10:00:00"},
    }
    on = PartialDate("2025-01-02")
    reading = read_value(value, people=True)
    assert [
        CredentialAwarded(
            on="2024-05-01",
            credential="cka-cncf-2024-05",
            name="CKA",
            issuer="CNCF",
            url="cka.example",
        ),
        RecognitionReceived(
            on="2014",
            kind="award",
            text="Pioneer",
            note="Awarder: Techcrunch",
            evidence=("p.example",),
        ),
        MilestoneDeclared(
            on="2014-10", milestone="video-hooli-2014-10", title="Video", note="Publisher: Hooli"
        ),
        ProjectProposed(on="2016-08", project="site-2016-08", title="Site", note="Keywords: web"),
        ProjectFinished(on="2016-09", project="site-2016-08", outcome="shipped"),
        RecognitionReceived(
            on=on,
            kind="recommendation",
            text="The best.",
            note="Jo\nThe file gives no date; this is its own.",
        ),
        SkillAssessed(on=on, skill="SQL", level=1.0, hours=0, note="Daily.\nLevel: Expert"),
        SkillPractised(on=on, skill="joins", context="SQL", hours=0),
        SkillPractised(on=on, skill="Go", hours=0, note="Level: 9"),
        SkillAssessed(on=on, skill="Swahili", level=0.67, hours=0, note="Fluency: B2"),
    ] == [draft.event for draft in reading.drafts]
    assert () == reading.left_out


@pytest.mark.parametrize("modified", [None, "2031-01-01T00:00:00", "soon"])
def test_skills_hold_on_the_latest_date_of_a_file_that_does_not_say_when_it_was_modified(modified):
    value = {
        "awards": [{"title": "Prize", "date": "2020-05"}],
        "skills": [{"name": "SQL"}],
        "meta": {"lastModified": modified},
    }

    assert "2020-05" == events(value)[-1].on
    assert ("$.meta.lastModified" in left_out(value)) == (modified == "soon")


@pytest.mark.parametrize(
    ("value", "path", "reason"),
    [
        ({"work": {}}, "$.work", "must be an array, not an object"),
        ({"work": ["x"]}, "$.work[0]", "must be an object, not text"),
        ({"work": [{"name": {}, "position": "x"}]}, "$.work[0].name", "it is not text"),
        ({"work": [{"highlights": 3}]}, "$.work[0]", "it has no name"),
        ({"awards": [{"title": "\ud800", "date": "2020"}]}, "$.awards[0].title", "surrogate"),
        ({"work": [], "rank": 3}, "$.rank", "no such section"),
        ({"basics": {"name": "Ada"}}, "$.basics.name", "about you"),
    ],
)
def test_a_wrong_value_is_left_out_with_its_path(value, path, reason):
    assert reason in left_out(value)[path]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'"text"',
        b"{",
        b'{"work": [], "work": []}',
        b'{"work": NaN}',
        b"\xff",
        b'{"name": "a package", "version": "1.0"}',
        b" " * (MAX_BYTES + 1),
        b"[" * 100000,
    ],
)
def test_what_is_no_resume_is_refused(body):
    with pytest.raises(ForeignFileError, match="cannot import résumé"):
        read(body)


def test_an_item_that_no_entry_could_hold_is_left_out():
    value = {"work": [{"name": "x" * MAX_ITEM, "position": "Dev", "startDate": "2019"}]}

    assert "has 50,0" in left_out(value)["$.work[0]"]


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared sample files are not beside the tree")
@pytest.mark.parametrize("name", ["sample.resume.json", "career-changer.resume.json"])
def test_the_files_of_the_json_resume_project_are_imported_whole_and_once(name):
    value = json.loads((SHARED / name).read_text(encoding="utf-8"))
    ledger = Ledger.in_memory()

    assert {"new"} == imported(ledger, value)
    assert {"known"} == imported(ledger, value)
    assert {path.split(".")[1].split("[")[0] for path in left_out(value)} <= {
        "basics",
        "interests",
        "references",
    }
