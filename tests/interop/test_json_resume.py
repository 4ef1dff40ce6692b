"""The JSON Resume importer: what it takes, what it leaves out, what it refuses."""

import json
import re
from datetime import date
from pathlib import Path

import attrs
import pytest
from hypothesis import assume, given, strategies as st

from careerledger import Draft, Ledger
from careerledger.errors import ArgumentError, ForeignFileError
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
from careerledger.interop.json_resume import (
    MAX_ITEM,
    MAX_PROBLEMS,
    LeftOut,
    Resume,
    read,
)
from careerledger.interop.unpacking import MAX_BYTES

TODAY = date(2026, 6, 15)
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


def refusal(value):
    with pytest.raises(ForeignFileError) as caught:
        read_value(value)
    return str(caught.value)


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


@given(resumes)
def test_a_valid_resume_is_imported_whole_and_only_once(value):
    """A strict ledger takes it, and importing it again adds nothing."""
    resume = read_value(value)
    ledger = Ledger.in_memory()
    entries = ledger.record(resume.drafts)

    reasons = {left.reason for left in resume.left_out}
    assert all("is before the start" in reason or "score" in reason for reason in reasons)
    assert entries == ledger.record(read_value(value).drafts)
    assert len(resume.drafts) == len(ledger)
    errors = {found.code for found in ledger.check() if found.severity == "error"}
    assert set() == errors


def without_ids(event):
    """What an event says, apart from the ids that may be numbered among namesakes."""
    ids = {"role", "course", "credential", "milestone", "project"}
    return type(event), [(n, v) for n, v in attrs.asdict(event).items() if n not in ids]


@given(resumes)
def test_item_reads_the_same_alone_and_among_others(value):
    whole = [without_ids(event) for event in events(value)]

    for section in value.keys() - {"meta"}:
        for item in value[section]:
            alone = events({section: [item], "meta": value["meta"]})
            assert alone
            assert all(without_ids(event) in whole for event in alone)


@given(resumes)
def test_role_keeps_every_text(value):
    told = [
        "\n".join(filter(None, [event.organisation, event.title, event.note, *event.evidence]))
        for event in events({"work": value["work"]})
        if isinstance(event, RoleStarted)
    ]

    for item in value["work"]:
        texts = [item.get(name) for name in ("name", "position", "summary", "location", "url")]
        texts += item.get("highlights") or []
        kept = [text.strip() for text in texts if text]
        assert any(all(text in whole for text in kept) for whole in told)


@given(resumes, st.sampled_from(sorted(DATES)), st.data())
def test_a_file_that_grows_adds_only_what_is_new(value, section, data):
    """Keys do not depend on the other items: those of the smaller file are all known again."""
    new = {
        **dict.fromkeys(("name", "organization", "institution", "title"), "Grown later"),
        **dict.fromkeys(("position", "area"), "Newcomer"),
        **dict.fromkeys(DATES[section], "2020-02"),
    }
    at = data.draw(st.integers(0, len(value[section])))
    grown = value | {section: [*value[section][:at], new, *value[section][at:]]}
    ledger = Ledger.in_memory()
    ledger.record(read_value(value).drafts)
    before = len(ledger)
    ledger.record(read_value(grown).drafts)

    assert len(DATES[section]) == len(ledger) - before


@given(resumes, st.sampled_from(IMPOSSIBLE), st.data())
def test_one_impossible_date_is_refused_with_its_path_and_nothing_is_recorded(value, wrong, data):
    places = [
        (section, index, field)
        for section, known in DATES.items()
        for index in range(len(value[section]))
        for field in known
    ]
    assume(places)
    section, index, field = data.draw(st.sampled_from(places))
    good = json.loads(json.dumps(value))
    value[section][index][field] = wrong
    ledger = Ledger.in_memory()
    ledger.record(read_value(good).drafts)
    before = ledger.root()

    with pytest.raises(ForeignFileError) as caught:
        ledger.record(read_value(value).drafts)

    told = str(caught.value).splitlines()[1:]
    assert [f"$.{section}[{index}].{field}"] == [line.partition(":")[0].strip() for line in told]
    assert before == ledger.root()


@given(json_values | odd_resumes)
def test_any_json_value_is_read_or_refused(value):
    """Whatever is read can be recorded."""
    try:
        resume = read_value(value)
    except ForeignFileError:
        return
    Ledger.in_memory().record(resume.drafts)


@given(st.binary().filter(lambda body: b"{" not in body))
def test_bytes_that_are_no_object_are_refused(body):
    with pytest.raises(ForeignFileError):
        read(body)


@given(st.text(), st.text(max_size=5))
def test_any_text_is_imported_or_refused_with_its_path(name, position):
    value = {"work": [{"name": name, "position": f"{position}x", "startDate": "2019"}]}
    if re.search("[\ud800-\udfff]", name + position):
        assert "$.work[0]." in refusal(value)
    else:
        entries = Ledger.in_memory().record(read_value(value).drafts)
        assert [name.strip()][: bool(name.strip())] == [e.event.organisation for e in entries]


# Examples of dates


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2019", "2019"),
        ("2019-03", "2019-03"),
        ("2019-03-14", "2019-03-14"),
        (" 2019-03 ", "2019-03"),
        ("2019-3", "2019-03"),
        ("2019-3-4", "2019-03-04"),
        ("2019/03/14", "2019-03-14"),
        ("2019.03", "2019-03"),
        ("03/2019", "2019-03"),
        ("2019-03-14T00:00:00.000Z", "2019-03-14"),
        ("2019-03-14 09:30", "2019-03-14"),
        ("March 2019", "2019-03"),
        ("Sept. 2019", "2019-09"),
        ("dec 2019", "2019-12"),
    ],
)
def test_a_date_that_can_be_meant_in_one_way_only_is_read(written, meant):
    (award,) = events({"awards": [{"title": "Prize", "date": written}]})

    assert meant == award.on


@pytest.mark.parametrize(
    "written",
    [*IMPOSSIBLE, "04/05/2019", "19-03", "Present", "Marchy 2019", "2019-03-14T25", "9" * 100],
)
def test_any_other_date_is_refused(written):
    message = refusal({"awards": [{"title": "Prize", "date": written}]})

    assert "\n  $.awards[0].date: '" in message
    assert "is not a date" in message


@pytest.mark.parametrize("end", ["Present", "PRESENT", "current", "Now", "ongoing", "", None])
def test_a_role_without_an_end_goes_on(end):
    work = {"name": "Hooli", "position": "Dev", "startDate": "2019"}

    assert [RoleStarted] == [type(event) for event in events({"work": [work | {"endDate": end}]})]
    assert events({"work": [work]}) == events({"work": [work | {"endDate": end}, work]})


def test_a_role_that_gained_an_end_gains_one_entry():
    work = {"name": "Hooli", "position": "Dev", "startDate": "2019", "endDate": "Present"}
    ledger = Ledger.in_memory()
    ledger.record(read_value({"work": [work]}).drafts)
    ledger.record(read_value({"work": [work | {"endDate": "2021-05"}]}).drafts)

    assert ["role.started", "role.ended"] == [entry.type for entry in ledger]


def test_a_planned_end_is_left_out():
    resume = read_value(
        {"education": [{"area": "Law", "startDate": "2024", "endDate": "2027-06", "score": "A"}]}
    )

    assert [CourseStarted] == [type(draft.event) for draft in resume.drafts]
    assert (
        LeftOut(
            "$.education[0].endDate", "2027-06 is in the future; import the file again after it"
        ),
        LeftOut("$.education[0].score", "the score is not final until the course is finished"),
    ) == resume.left_out


def test_a_role_that_is_still_to_come_is_left_out_whole():
    resume = read_value(
        {"work": [{"name": "Hooli", "position": "Dev", "startDate": "2026-07", "endDate": ""}]}
    )

    assert () == resume.drafts
    assert ["$.work[0].startDate"] == [left.path for left in resume.left_out]


def test_today_is_the_readers_own_day():
    assert 1 == len(read(b'{"awards": [{"title": "Prize", "date": "2020"}]}').drafts)
    assert 0 == len(read(b'{"awards": [{"title": "Prize", "date": "9999"}]}').drafts)


@pytest.mark.parametrize(
    ("section", "item", "missing"),
    [
        ("work", {"position": "Dev", "startDate": "2019"}, "name"),
        ("work", {"name": "Hooli", "startDate": "2019"}, "position"),
        ("work", {"name": "Hooli", "position": "Dev", "endDate": "2020"}, "startDate"),
        ("volunteer", {"position": "Dev", "startDate": "2019"}, "organization"),
        ("education", {"startDate": "2019"}, "institution, studyType or area"),
        ("education", {"area": "Law"}, "startDate or endDate"),
        ("certificates", {"name": "CKA"}, "date"),
        ("certificates", {"date": "2019"}, "name"),
        ("awards", {"title": "Prize", "date": " "}, "date"),
        ("publications", {"name": "Paper", "releaseDate": None}, "releaseDate"),
        ("projects", {"name": "Site", "endDate": "2020"}, "startDate"),
        ("references", {"name": "Jo", "reference": "Fine."}, "date"),
    ],
)
def test_what_is_undated_or_unnamed_is_left_out_with_the_reason(section, item, missing):
    resume = read_value({section: [item]})

    assert () == resume.drafts
    assert [f"$.{section}[0]"] == [left.path for left in resume.left_out]
    assert f"it has no {missing}; " in resume.left_out[0].reason


# Examples of sections


def test_several_roles_at_one_employer_are_distinct():
    work = [
        {"name": "Pied Piper", "position": "CEO/President", "startDate": "2013-12-01"},
        {"name": "Pied Piper", "position": "Engineer", "startDate": "2012"},
        {"name": "Pied Piper", "position": "Engineer", "startDate": "2011", "endDate": "2012"},
    ]
    resume = read_value({"work": work})

    assert [
        "json-resume:work:pied-piper-ceo-president-2013-12:started",
        "json-resume:work:pied-piper-engineer-2012:started",
        "json-resume:work:pied-piper-engineer-2011:started",
        "json-resume:work:pied-piper-engineer-2011:ended",
    ] == [draft.key for draft in resume.drafts]
    assert "pied-piper-ceo-president-2013-12" == resume.drafts[0].event.role


def test_namesakes_are_numbered_and_doubles_are_one():
    work = {"name": "Pied Piper", "position": "Dev", "startDate": "2013"}
    shouted = work | {"name": "PIED PIPER"}
    again = work | {"summary": "Another one."}
    volunteer = {"organization": "Pied Piper", "position": "Dev", "startDate": "2013"}

    assert [
        "pied-piper-dev-2013",
        "pied-piper-dev-2013-2",
        "pied-piper-dev-2013-3",
        "pied-piper-dev-2013-4",
    ] == [e.role for e in events({"work": [work, shouted, work, again], "volunteer": [volunteer]})]


def test_a_number_never_takes_the_id_of_another_role():
    work = [
        {"name": "A", "position": "2", "startDate": "2013"},
        {"name": "A", "position": "2", "startDate": "2013", "summary": "Other."},
        {"name": "A", "position": "2 2013", "startDate": "2"},
    ]
    work[2]["startDate"] = "2013"
    named = [
        {"name": "A", "position": "B", "startDate": "2013-02"},
        {"name": "A-B", "position": "2013", "startDate": "2013-02"},
        {"name": "A", "position": "B", "startDate": "2013-02", "summary": "Other."},
    ]

    for value in (work, named):
        ids = [event.role for event in events({"work": value})]
        assert 3 == len(set(ids))


def test_signs_tell_names_apart_in_any_order():
    skills = [{"name": name} for name in ("C", "C++", "C#", "+", "🚀")]
    modified = {"meta": {"lastModified": "2025-01-01T10:00:00"}}
    drafts = read_value(modified | {"skills": skills}).drafts
    keys = [draft.key for draft in drafts]

    assert "json-resume:skills:2025-01-01:c" == keys[0]
    assert len(skills) == len(set(keys))
    assert all(re.fullmatch(r"json-resume:skills:2025-01-01:[a-z0-9-]+", key) for key in keys)
    assert drafts[::-1] == read_value(modified | {"skills": skills[::-1]}).drafts


def test_a_long_name_makes_a_short_id():
    one, two = ({"name": "x" * 500 + end, "position": "Dev", "startDate": "2013"} for end in "ab")
    first, second = events({"work": [one, two]})

    assert first.role != second.role
    assert max(len(first.role), len(second.role)) < 100


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
            themes={"volunteering"},
            note="Coding clubs.\n- Teacher of the Month",
            evidence=("http://coderdojo.example.com/",),
        )
        == started
    )
    assert (
        RoleEnded(on="2013-01-01", role="coderdojo-teacher-2012-01", themes={"volunteering"})
        == ended
    )


def test_names_of_the_first_draft_of_the_schema_are_read():
    (started,) = events(
        {
            "work": [
                {"company": "Hooli", "website": "h.example", "position": "Dev", "startDate": "2019"}
            ]
        }
    )

    assert "Hooli" == started.organisation
    assert ("h.example",) == started.evidence


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
    (finished,) = events({"education": [{"area": "Law", "endDate": "2014", "score": written}]})

    assert score == finished.score
    assert (f"Score: {written}" if score is None else None) == finished.note


def test_certificates_awards_references_and_publications():
    assert [
        CredentialAwarded(
            on="2024-05-01",
            credential="cka-cncf-2024-05",
            name="CKA",
            issuer="CNCF",
            url="cka.example",
        ),
        RecognitionReceived(
            on="2014", kind="award", text="Pioneer", note="No spoon.\nAwarder: Techcrunch"
        ),
        MilestoneDeclared(
            on="2014-10",
            milestone="video-hooli-2014-10",
            title="Video",
            note="Middle-out.\nPublisher: Hooli",
            evidence=("v.example",),
        ),
        RecognitionReceived(on="2020-02", kind="recommendation", text="Steady.", note="Priya"),
    ] == events(
        {
            "certificates": [
                {"name": "CKA", "date": "2024-05-01", "issuer": "CNCF", "url": "cka.example"}
            ],
            "awards": [
                {
                    "title": "Pioneer",
                    "date": "2014",
                    "awarder": "Techcrunch",
                    "summary": "No spoon.",
                }
            ],
            "publications": [
                {
                    "name": "Video",
                    "releaseDate": "2014-10",
                    "publisher": "Hooli",
                    "summary": "Middle-out.",
                    "url": "v.example",
                }
            ],
            "references": [{"name": "Priya", "reference": "Steady.", "date": "2020-02"}],
        }
    )


def test_projects():
    project = {
        "name": "Miss Direction",
        "description": "A mapping engine.",
        "highlights": ["Won AIHacks"],
        "keywords": ["Maps", "JS"],
        "startDate": "2016-08-24",
        "endDate": "2016-08-25",
        "url": "md.example",
        "roles": ["Lead"],
        "entity": "Smoogle",
        "type": "application",
    }
    proposed = ProjectProposed(
        on="2016-08-24",
        project="miss-direction-2016-08",
        title="Miss Direction",
        note="A mapping engine.\nEntity: Smoogle\nType: application\nRoles: Lead\n"
        "Keywords: Maps; JS\n- Won AIHacks",
        evidence=("md.example",),
    )
    finished = ProjectFinished(on="2016-08-25", project="miss-direction-2016-08", outcome="shipped")

    assert [proposed, finished] == events({"projects": [project]})
    assert [proposed] == events({"projects": [project | {"endDate": "present"}]})


def test_skills_and_languages_are_assessed_where_the_scale_is_known():
    told = events(
        {
            "meta": {"lastModified": "2025-04-20T14:30:00"},
            "skills": [
                {"name": "Data", "level": "Intermediate", "keywords": ["SQL", "dbt"]},
                {"name": "Cooking", "level": "Rockstar"},
            ],
            "languages": [
                {"language": "Spanish", "fluency": "Native speaker"},
                {"language": "German", "fluency": "b1"},
                {"language": "French", "fluency": "Full Professional Proficiency"},
                {"language": "Latin"},
            ],
        }
    )

    on = "2025-04-20"
    assert [
        SkillAssessed(on=on, skill="Data", level=0.6, note="Level: Intermediate"),
        SkillPractised(on=on, skill="SQL", context="Data"),
        SkillPractised(on=on, skill="dbt", context="Data"),
        SkillPractised(on=on, skill="Cooking", note="Level: Rockstar"),
        SkillAssessed(on=on, skill="Spanish", level=1.0, note="Fluency: Native speaker"),
        SkillAssessed(on=on, skill="German", level=0.5, note="Fluency: b1"),
        SkillAssessed(
            on=on, skill="French", level=0.8, note="Fluency: Full Professional Proficiency"
        ),
        SkillPractised(on=on, skill="Latin"),
    ] == told


@pytest.mark.parametrize("modified", [None, "2031-01-01T00:00:00"])
def test_skills_hold_on_the_latest_date_of_a_file_that_does_not_say_when_it_was_modified(modified):
    told = events(
        {
            "meta": {"lastModified": modified},
            "skills": [{"name": "SQL"}],
            "awards": [{"title": "A", "date": "2019-05"}, {"title": "B", "date": "2014"}],
        }
    )

    assert SkillPractised(on="2019-05", skill="SQL") == told[-1]


def test_skills_of_a_file_without_any_date_are_left_out():
    resume = read_value({"skills": [{"name": "SQL", "keywords": ["CTE"]}]})

    assert () == resume.drafts
    assert ["$.skills[0]"] == [left.path for left in resume.left_out]


def test_keywords_without_a_name_are_skills():
    resume = read_value({"meta": {"lastModified": "2025-01-01"}, "skills": [{"keywords": ["SQL"]}]})

    assert [SkillPractised(on="2025-01-01", skill="SQL")] == [d.event for d in resume.drafts]
    assert ["$.skills[0].name"] == [left.path for left in resume.left_out]


def test_null_is_absent():
    assert Resume((), ()) == read_value(
        dict.fromkeys([*DATES, "skills", "languages", "references", "meta", "basics"])
    )
    assert Resume((), ()) == read_value({"work": [None]})


def test_an_unknown_section_is_left_out_by_name():
    resume = read_value({"$schema": "…", "interests": [], "certs": [], "my own": 1})

    assert ["$.certs", "$['my own']"] == [left.path for left in resume.left_out]


# Examples of refusals


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ({"work": {}}, "$.work: expected an array, got an object"),
        ({"work": ["x"]}, "$.work[0]: expected an object, got text"),
        ({"work": [{"name": 3}]}, "$.work[0].name: expected text, got a number"),
        ({"work": [{"startDate": 2019}]}, "$.work[0].startDate: expected text, got a number"),
        ({"work": [{"highlights": "x"}]}, "$.work[0].highlights: expected an array, got text"),
        ({"work": [{"highlights": [[]]}]}, "$.work[0].highlights[0]: expected text, got an array"),
        ({"skills": [{"level": True}]}, "$.skills[0].level: expected text, got true or false"),
        ({"meta": []}, "$.meta: expected an object, got an array"),
        ({"meta": {"lastModified": "soon"}}, "$.meta.lastModified: 'soon' is not a date"),
        ({"awards": [{"title": "\ud800"}]}, "$.awards[0].title: '\\ud800' has a lone surrogate"),
    ],
)
def test_a_value_of_the_wrong_type_is_refused_with_its_path(value, told):
    message = refusal(value)

    assert message.startswith("cannot import résumé; fix these values:\n  $")
    assert f"\n  {told}" in message


def test_all_problems_are_reported():
    wrong = {"name": 3, "startDate": "2014-19-39"}

    assert [
        "  $.work[0].name: expected text, got a number",
        "  $.work[0].startDate: '2014-19-39' is not a date: month must be in 1..12",
    ] == refusal({"work": [wrong]}).splitlines()[1:]

    many = refusal({"work": [wrong] * 8}).splitlines()
    assert 1 + MAX_PROBLEMS + 1 == len(many)
    assert "  and 6 more" == many[-1]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"%PDF-1.7",
        b"\xff\xfe\xfa",
        b'{"meta": NaN}',
        b'{"n": ' + b"9" * 10_000 + b"}",
        b'{"work": [], "meta": {}, "work": []}',
        b"[]",
        b"null",
        b"[" * 200_000,
        b'{"a":' * 200_000,
        b" " * (MAX_BYTES + 1),
    ],
    ids=lambda value: value[:12] if isinstance(value, bytes) else None,
)
def test_what_is_no_resume_is_refused(body):
    with pytest.raises(ForeignFileError):
        read(body)


def test_an_item_that_no_entry_could_hold_is_refused():
    """The longest item that is taken can be recorded, whatever its characters."""
    fits = {"institution": "\x01" * (MAX_ITEM - 7), "endDate": "2019-05"}

    assert 1 == len(Ledger.in_memory().record(read_value({"education": [fits]}).drafts))
    fits["institution"] += "\x01"
    assert f"$.education[0]: has {MAX_ITEM + 1:,} characters" in refusal({"education": [fits]})


@pytest.mark.parametrize("text", ["\x00\x1b[31m", "🚀🚀", "\u202eevil", "שלום", "x" * 10_000])
def test_odd_text_is_imported_as_it_is(text):
    (started,) = events({"work": [{"name": text, "position": text, "startDate": "2019"}]})
    ledger = Ledger.in_memory()
    entry = ledger.record(Draft(started, "odd"))

    assert text == entry.event.organisation
    assert [entry] == list(ledger)


# Examples of files


def test_a_file_is_read_by_its_path(tmp_path):
    body = b'\xef\xbb\xbf{"awards": [{"title": "Prize", "date": "2020"}]}'
    path = tmp_path / "me.resume.json"
    path.write_bytes(body)

    assert read(body) == read(path) == read(str(path))


def test_a_file_is_named_when_it_is_refused(tmp_path):
    path = tmp_path / "me.resume.json"
    path.write_bytes(b'{"work": 3}')

    with pytest.raises(ForeignFileError, match=re.escape(f"cannot import {path}")):
        read(path)


@pytest.mark.parametrize("name", ["absent.json", "", "\x00"])
def test_a_file_that_cannot_be_read_is_refused(tmp_path, name):
    with pytest.raises((ArgumentError, ForeignFileError)):
        read(f"{tmp_path}/{name}")


SHARED = Path(__file__).parents[2] / ".." / "shared" / "data" / "jsonresume"


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared sample files are not beside the tree")
@pytest.mark.parametrize(
    ("name", "count"), [("sample.resume.json", 19), ("career-changer.resume.json", 32)]
)
def test_the_files_of_the_json_resume_project_are_imported_whole_and_once(name, count):
    resume = read(SHARED / name)
    ledger = Ledger.in_memory()
    ledger.record(resume.drafts)
    ledger.record(read(SHARED / name).drafts)

    assert ["$.references[0]"] == [left.path for left in resume.left_out]
    assert count == len(ledger)
    assert {"note"} == {found.severity for found in ledger.check()}
