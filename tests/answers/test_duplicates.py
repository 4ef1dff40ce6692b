"""What is on record more than once, and what only looks like it."""

from itertools import combinations

import attrs
import pytest
from hypothesis import given, strategies as st
from rapidfuzz.fuzz import token_sort_ratio
from rapidfuzz.utils import default_process

from careerledger.answers.checks.clusters import LONGEST
from careerledger.answers.checks.duplicates import (
    CONTACT_LIKENESS,
    COURSE_DAYS,
    COURSE_LIKENESS,
    duplicate_contacts,
    duplicate_courses,
)
from careerledger.events import ContactMade, ContactUpdated, CourseFinished, CourseStarted
from careers import new_ledger


def found(check, *facts):
    """What a check finds among these facts, recorded in this order."""
    ledger = new_ledger()
    ledger.record(facts)
    return ledger.check(checks=[check])


def clusters(check, *facts):
    """The clusters that a check finds, by the places of their facts."""
    ledger = new_ledger()
    places = {entry.id: n for n, entry in enumerate(ledger.record(facts))}
    return [
        tuple(sorted(places[id_] for id_ in finding.entries))
        for finding in ledger.check(checks=[check])
    ]


def joined(pairs):
    """The clusters of these pairs, in order: what is in two of them joins them."""
    joined = []
    for pair in pairs:
        meeting = [cluster for cluster in joined if cluster & set(pair)]
        joined = [cluster for cluster in joined if cluster not in meeting]
        joined.append(set(pair).union(*meeting))
    return sorted(tuple(sorted(cluster)) for cluster in joined)


def alike(names, cutoff):
    """The pairs of places whose names are similar, by the plain method."""
    forms = [default_process(name) for name in names]
    return [
        (one, other)
        for one, other in combinations(range(len(names)), 2)
        if forms[one] and forms[other] and token_sort_ratio(forms[one], forms[other]) >= cutoff
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


@given(
    st.lists(st.tuples(NAMES, st.sampled_from([None, "Acme", "ACME Inc.", "Globex"])), max_size=8)
)
def test_contacts_are_those_that_comparing_each_pair_finds(people):
    names, organisations = zip(*people, strict=True) if people else ((), ())
    form = {"Acme": "acme", "ACME Inc.": "acme", "Globex": "globex"}
    pairs = [
        (one, other)
        for one, other in alike(names, CONTACT_LIKENESS)
        if len({form.get(organisations[n]) for n in (one, other)} - {None}) < 2
    ]

    assert joined(pairs) == sorted(clusters(duplicate_contacts, *contacts(names, organisations)))


@given(st.lists(NAMES, max_size=6), st.randoms(use_true_random=False))
def test_likeness_does_not_depend_on_the_order_of_recording(names, random):
    shuffled = list(enumerate(names))
    random.shuffle(shuffled)
    mixed = clusters(duplicate_contacts, *contacts([name for _, name in shuffled]))

    assert set(clusters(duplicate_contacts, *contacts(names))) == {
        tuple(sorted(shuffled[n][0] for n in cluster)) for cluster in mixed
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
    assert [(0, 1)] == clusters(duplicate_contacts, *contacts(["Jane Doughty", "Jane Dough"]))


@pytest.mark.parametrize("other", ["Jane Doerr", "Jane Poe Roe", "John Doe", "J. Doe"])
def test_other_names_are_other_people(other):
    assert [] == clusters(duplicate_contacts, *contacts(["Jane Doe", other]))


def test_namesakes_of_two_organisations_are_two_people():
    facts = contacts(["Jane Doe"] * 3, ["Acme Inc.", "Globex", "acme inc"])

    assert [(0, 2)] == clusters(duplicate_contacts, *facts)


def test_whoever_moved_is_known_by_both_organisations():
    facts = contacts(["Jane Doe", "Jane Doe"], ["Acme", "Globex"])
    moved = ContactUpdated(on="2025", contact="c0", organisation="Globex")

    assert [(0, 1)] == clusters(duplicate_contacts, *facts, moved)
    assert [] == clusters(duplicate_contacts, *facts, attrs.evolve(moved, organisation=None))


def test_a_contact_introduced_twice_is_not_two_contacts():
    assert [] == clusters(duplicate_contacts, *contacts(["Jane Doe"]), *contacts(["Jane Doe"]))


def test_many_contacts_of_one_name_are_one_finding():
    (finding,) = found(duplicate_contacts, *contacts(["Jane Doe"] * 7, ["Acme"] + [None] * 6))

    assert [f"c{n}" in finding.message for n in range(7)] == [True] * 5 + [False] * 2
    assert finding.message.endswith("#5) and 2 more look like one person")
    assert 7 == len(finding.entries)
    assert (
        "if they are, void all but #1 and amend what refers to the others; "
        "if not, give each an organisation" == finding.fix
    )


def test_only_the_beginning_of_long_names_is_compared():
    long = "x" * LONGEST

    assert [(0, 1)] == clusters(duplicate_contacts, *contacts([long + "a" * 300, long + "b" * 300]))
    (finding,) = found(duplicate_contacts, *contacts([long * 9] * 5))
    assert len(finding.message) < 2_000


# Courses


def course(title, on="2024-03-01", provider=None):
    return CourseFinished(on=on, title=title, provider=provider)


PROVIDERS = st.sampled_from(
    [None, "MIT", "MIT OCW", "Massachusetts Institute of Tech", "Red Cross"]
)
DATES = st.sampled_from(["2019", "2020", "2020-01", "2020-01-15", "2020-02", "2020-04", "2023-05"])


@given(st.lists(st.builds(course, NAMES, DATES, PROVIDERS), max_size=8))
def test_courses_are_those_that_comparing_each_pair_finds(courses):
    titles = [it.title for it in courses]
    pairs = [
        (one, other)
        for one, other in alike(titles, COURSE_LIKENESS)
        if numerals(titles[one]) == numerals(titles[other])
        and (near(courses[one], courses[other]) or same_provider(courses[one], courses[other]))
    ]

    assert joined(pairs) == sorted(clusters(duplicate_courses, *courses))


ROMAN = {"i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x"}


def numerals(title):
    words = default_process(title).split()
    return sorted(word for word in words if word in ROMAN or any(map(str.isdigit, word)))


def near(a, b):
    first, second = sorted([a.on, b.on])
    return (second.first_day - first.last_day).days <= COURSE_DAYS


def same_provider(a, b):
    if a.provider is None or b.provider is None:
        return default_process(a.title) == default_process(b.title) and a.provider != b.provider
    group = {"MIT": 1, "MIT OCW": 2, "Massachusetts Institute of Tech": 1, "Red Cross": 3}
    return group[a.provider] == group[b.provider]


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

    assert [(0, 1)] == clusters(duplicate_courses, first, course("First Aid", "2023-04-02"))
    assert [] == clusters(duplicate_courses, first, course("First Aids", "2023-04-02"))
    assert [] == clusters(duplicate_courses, first, course("First Aid", "2024", "St John"))
    assert [(0, 1)] == clusters(duplicate_courses, first, course("First Aid", "2024", "red cross"))
    assert [(0, 1)] == clusters(duplicate_courses, first, course("First Aid", "2023"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Introduction to Databases 1", "Introduction to Databases 2"),
        ("Machine Learning Part I", "Machine Learning Part II"),
        ("Angular2 for the web developer", "Angular4 for the web developer"),
    ],
)
def test_the_next_part_is_another_course(one, other):
    assert [] == clusters(duplicate_courses, course(one), course(other))
    assert [(0, 1)] == clusters(duplicate_courses, course(one), course(one.upper()))


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
