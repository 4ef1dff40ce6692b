"""What is on record more than once, and what only looks like it."""

from itertools import combinations
from random import Random

import attrs
import pytest
from hypothesis import given, strategies as st
from rapidfuzz import process
from rapidfuzz.fuzz import token_sort_ratio
from rapidfuzz.utils import default_process

from careerledger.answers.checks.duplicates import (
    CONTACT_LIKENESS,
    COURSE_LIKENESS,
    duplicate_contacts,
    duplicate_courses,
    organisation_spellings,
    skill_spellings,
    theme_spellings,
)
from careerledger.events import (
    ChallengeTaken,
    ConfidenceRated,
    ContactMade,
    ContactUpdated,
    CourseFinished,
    CourseStarted,
    RoleStarted,
    SkillPractised,
    TrendNoted,
    VisionDeclared,
    VisionRevised,
)
from careers import TODAY, new_ledger, only_facts


def found(check, *facts):
    """What a check finds among these facts, recorded in this order."""
    ledger = new_ledger()
    ledger.record(facts)
    return ledger.check(checks=[check])


def pairs(check, *facts):
    """The pairs that a check finds, by the place of their facts."""
    ledger = new_ledger()
    places = {entry.id: n for n, entry in enumerate(ledger.record(facts))}
    return [
        tuple(sorted(places[id_] for id_ in finding.entries))
        for finding in ledger.check(checks=[check])
    ]


WORDS = st.sampled_from(
    ["jane", "Jane", "JAN", "doe", "Doe,", "d'oe", "smith", "smithe", "Анна", "é", "!", "-"]
)
NAMES = st.lists(WORDS, min_size=1, max_size=3).map(" ".join) | st.text(min_size=1)


def contacts(names, organisations=None):
    organisations = organisations or [None] * len(names)
    return [
        ContactMade(on="2024", contact=f"c{n}", name=name, organisation=organisation)
        for n, (name, organisation) in enumerate(zip(names, organisations, strict=True))
    ]


@given(st.lists(NAMES, max_size=8))
def test_contacts_are_alike_if_their_names_are_pair_by_pair(names):
    """The fast way finds what comparing every pair would, and each pair once."""
    expected = [
        (one, other)
        for one, other in combinations(range(len(names)), 2)
        if default_process(names[one])
        and default_process(names[other])
        and token_sort_ratio(names[one], names[other], processor=default_process)
        >= CONTACT_LIKENESS
    ]

    assert expected == pairs(duplicate_contacts, *contacts(names))


@given(st.lists(NAMES, max_size=6), st.randoms(use_true_random=False))
def test_likeness_does_not_depend_on_the_order_of_recording(names, random):
    shuffled = list(enumerate(names))
    random.shuffle(shuffled)
    mixed = pairs(duplicate_contacts, *contacts([name for _, name in shuffled]))

    assert set(pairs(duplicate_contacts, *contacts(names))) == {
        tuple(sorted((shuffled[one][0], shuffled[other][0]))) for one, other in mixed
    }


def test_one_person_under_two_ids_is_found():
    (finding,) = found(duplicate_contacts, *contacts(["Jane Doe", "doe, JANE"], ["Acme", None]))

    assert ("duplicate-contact", "warning") == (finding.code, finding.severity)
    assert (
        "the contacts 'c0' ('Jane Doe', #1) and 'c1' ('doe, JANE', #2) look like one person"
        == finding.message
    )
    assert (
        "if they are, void #2 and amend what refers to 'c1'; if not, give both an organisation"
        == finding.fix
    )


def test_names_of_other_lengths_may_be_alike():
    """Ten letters and twelve: 2 x 10 / 22 is 91 of 100."""
    assert [(0, 1)] == pairs(duplicate_contacts, *contacts(["Jane Doughty", "Jane Dough"]))


@pytest.mark.parametrize("other", ["Jane Doerr", "Jane Poe Roe", "John Doe", "J. Doe"])
def test_other_names_are_other_people(other):
    assert [] == pairs(duplicate_contacts, *contacts(["Jane Doe", other]))


def test_namesakes_of_two_organisations_are_two_people():
    facts = contacts(["Jane Doe"] * 3, ["Acme Inc.", "Globex", "acme inc"])

    assert [(0, 2)] == pairs(duplicate_contacts, *facts)


def test_whoever_moved_is_known_by_both_organisations():
    facts = contacts(["Jane Doe", "Jane Doe"], ["Acme", "Globex"])
    moved = ContactUpdated(on="2025", contact="c0", organisation="Globex")

    assert [(0, 1)] == pairs(duplicate_contacts, *facts, moved)
    assert [] == pairs(duplicate_contacts, *facts, attrs.evolve(moved, organisation=None))


def test_a_contact_introduced_twice_is_not_two_contacts():
    assert [] == pairs(duplicate_contacts, *contacts(["Jane Doe"]), *contacts(["Jane Doe"]))


def test_long_names_are_not_compared(monkeypatch):
    """Of thousands of contacts each is compared with its like in one call of C."""
    chance = Random(1)
    names = [
        " ".join("".join(chance.choices("abdegh", k=chance.randint(2, 30))) for _ in range(2))
        for _ in range(500)
    ]
    compared: list[tuple[int, int]] = []
    extract = process.extract

    def counted(form, rest, **how):
        compared.extend((len(form), len(other)) for other in rest)
        return extract(form, rest, **how)

    monkeypatch.setattr(process, "extract", counted)
    ledger = new_ledger()
    ledger.record(contacts(names))

    list(duplicate_contacts(list(ledger.entries()), TODAY))

    assert all(one <= other <= one * 1.23 for one, other in compared)
    assert 500 < len(compared) < 500 * 499 / 2 / 3


# Courses


def course(title, on="2024-03-01", provider=None):
    return CourseFinished(on=on, title=title, provider=provider)


@given(st.lists(NAMES, max_size=6))
def test_courses_of_one_day_are_alike_if_their_titles_are(titles):
    alike = {
        (one, other)
        for one, other in combinations(range(len(titles)), 2)
        if default_process(titles[one])
        and default_process(titles[other])
        and token_sort_ratio(titles[one], titles[other], processor=default_process)
        >= COURSE_LIKENESS
    }
    told = pairs(duplicate_courses, *map(course, titles))

    assert len(told) == len(set(told))
    assert set(told) <= alike
    unnumbered = {n for n, title in enumerate(titles) if not any(map(str.isdigit, title))} - {
        n
        for n, title in enumerate(titles)
        if set("ivx") & {word[0] for word in default_process(title).split()}
    }
    assert {pair for pair in alike if set(pair) <= unnumbered} <= set(told)


def test_a_course_finished_twice_is_found():
    (finding,) = found(
        duplicate_courses,
        course("Introduction to Statistics", "2024-03-01"),
        course("Introduction to statistics.", "2024-04-01"),
    )

    assert ("duplicate-course", "warning") == (finding.code, finding.severity)
    assert (
        "'Introduction to Statistics' on 2024-03-01 (#1) and 'Introduction to statistics.' on "
        "2024-04-01 (#2) look like one course, finished twice" == finding.message
    )
    assert "if they are, void #2; if not, amend the titles to tell them apart" == finding.fix


def test_a_course_repeated_later_elsewhere_is_another():
    first = course("First Aid", "2023-03-01", "Red Cross")

    assert [(0, 1)] == pairs(duplicate_courses, first, course("First Aid", "2023-04-02"))
    assert [] == pairs(duplicate_courses, first, course("First Aids", "2023-04-02"))
    assert [] == pairs(duplicate_courses, first, course("First Aid", "2024", "St John"))
    assert [(0, 1)] == pairs(duplicate_courses, first, course("First Aid", "2024", "red cross"))
    assert [(0, 1)] == pairs(duplicate_courses, first, course("First Aid", "2023"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Introduction to Databases 1", "Introduction to Databases 2"),
        ("Machine Learning Part I", "Machine Learning Part II"),
        ("Angular2 for the web developer", "Angular4 for the web developer"),
    ],
)
def test_the_next_part_is_another_course(one, other):
    assert [] == pairs(duplicate_courses, course(one), course(other))
    assert [(0, 1)] == pairs(duplicate_courses, course(one), course(one.upper()))


# Themes


@given(only_facts, st.sampled_from([str.upper, str.title, "{} ".format, "\t{}".format]))
def test_themes_are_alike_apart_from_case_and_surrounding_blanks(facts, respell):
    """Written alike there is nothing to find; respelled, all that are used are found."""
    themed = [fact for fact in facts if fact.themes and isinstance(fact.themes, frozenset)]
    respelled = [attrs.evolve(fact, themes=map(respell, fact.themes)) for fact in themed]
    themes = {theme for fact in themed for theme in fact.themes}

    assert [] == found(theme_spellings, *facts)
    findings = found(theme_spellings, *themed, *respelled)
    assert len(themes) == len(findings)


def test_a_theme_in_several_spellings_is_found_wherever_it_stands():
    findings = found(
        theme_spellings,
        CourseFinished(on="2024", title="a", themes=["climate", "craft"]),
        CourseFinished(on="2024", title="b", themes=["climate"]),
        VisionDeclared(on="2024", vision="v", statement="…", themes={"Climate": 1}),
        VisionRevised(on="2025", vision="v", reason="…", themes={"Climate": 1}),
        VisionRevised(on="2025", vision="v", reason="…"),
        TrendNoted(on="2025", theme="climate", what="hotter"),
        ConfidenceRated(on="2025", theme=" climate", level=0.5, themes=["climate"]),
    )

    assert [
        ("the theme 'climate' is written 'Climate' in #3, #4", "amend it to 'climate'"),
        ("the theme 'climate' is written ' climate' in #7", "amend it to 'climate'"),
    ] == [(finding.message, finding.fix) for finding in findings]
    assert {("theme-spelling", "note")} == {(f.code, f.severity) for f in findings}


def test_other_words_are_other_themes():
    themes = ["climate", "climates", "climate change", "cli mate"]

    assert [] == found(theme_spellings, CourseFinished(on="2024", title="a", themes=themes))


# Pairs that a person would look up

FOUND_TWICE = [
    ("Machine Learning", "MIT OCW", "Machine learning", "MIT OpenCourseWare"),
    ("Machine Learning", None, "Machine Learning", "Coursera"),
    ("Machine Learning", "Coursera Inc.", "Machine Learning", "coursera"),
    ("Algorithms", "Massachusetts Institute of Technology", "Algorithms", "MIT"),
]
FOUND_ONCE = [
    ("Machine Learning", "Coursera", "Machine Learning", "Udacity"),
    ("Machine Learning", "Code Academy", "Machine Learning", "Cloud Academy"),
    ("Algorithms I", None, "Algorithms II", None),
    ("Python 2", "PSF", "Python 3", "PSF"),
    ("Java", "Oracle", "JavaScript", "Oracle"),
    ("Java", None, "JavaScript", None),
]


@pytest.mark.parametrize("kind", [CourseStarted, CourseFinished])
@pytest.mark.parametrize(
    ("pair", "count"), [(p, 1) for p in FOUND_TWICE] + [(p, 0) for p in FOUND_ONCE]
)
def test_courses_years_apart_are_one_or_two(kind, pair, count):
    title, provider, other, others = pair
    courses = [{"course": "a"}, {"course": "b"}] if kind is CourseStarted else [{}, {}]
    facts_ = [
        kind(on="2020", title=title, provider=provider, **courses[0]),
        kind(on="2024", title=other, provider=others, **courses[1]),
    ]
    assert count == len(found(duplicate_courses, *facts_))


def test_a_course_that_was_started_and_finished_is_one():
    assert [] == found(
        duplicate_courses,
        CourseStarted(on="2024-01", course="c", title="Logic"),
        CourseFinished(on="2024-02", course="c", title="Logic"),
    )


@pytest.mark.parametrize(
    ("one", "other", "count"),
    [
        (("Jane Doe", "Acme"), ("Jane Doe", "ACME, Inc."), 1),
        (("Jane Doe", "Acme GmbH"), ("Jane Doe", "Acme"), 1),
        (("Jane Doe", "Acme"), ("Jane Doe", "Apex"), 0),
        (("John Miller", None), ("Jack Miller", None), 0),
        (("John Miller Sr.", None), ("Jack Miller Jr.", None), 0),
        (("Jane Doe", "Company"), ("Jane Doe", "Corporation"), 0),
        (("forgotten", None), ("forgotten", None), 0),
    ],
)
def test_contacts_with_organisations_are_one_or_two(one, other, count):
    people = [
        ContactMade(on="2024", contact=id_, name=name, organisation=organisation)
        for id_, (name, organisation) in zip("ab", (one, other), strict=True)
    ]
    assert count == len(found(duplicate_contacts, *people))


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["Python", "Python", "python "], ["the skill 'Python' is written 'python ' in #3"]),
        (["Python", "Python 3"], []),
        (["Java", "JavaScript"], []),
    ],
)
def test_skills_in_several_spellings_are_found(words, told):
    facts_ = [SkillPractised(on="2024", skill=word) for word in words]
    assert told == [finding.message for finding in found(skill_spellings, *facts_)]
    in_lists = [CourseFinished(on="2024", title=f"c{n}", skills=[w]) for n, w in enumerate(words)]
    assert told == [finding.message for finding in found(skill_spellings, *in_lists)]
    taken = [
        ChallengeTaken(on="2024", challenge=f"c{n}", title="t", difficulty=3, stretch=[w])
        for n, w in enumerate(words)
    ]
    assert told == [finding.message for finding in found(skill_spellings, *taken)]


def test_organisations_in_several_spellings_are_found():
    facts_ = [
        RoleStarted(on="2020", role="a", organisation="Acme", title="t"),
        RoleStarted(on="2021", role="b", organisation="Acme Inc.", title="t"),
        ContactMade(on="2021", contact="c", name="n", organisation="acme"),
        ContactMade(on="2021", contact="d", name="m", organisation="Acme Labs"),
    ]
    assert [
        "the organisation 'Acme' is written 'Acme Inc.' in #2",
        "the organisation 'Acme' is written 'acme' in #3",
    ] == [finding.message for finding in found(organisation_spellings, *facts_)]
