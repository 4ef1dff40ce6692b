"""Names and ids that differ so little that they may mean one thing."""

from unicodedata import normalize

import attrs
import pytest
from hypothesis import given, strategies as st

from careerledger.answers.checks.names import (
    id_spellings,
    organisation_spellings,
    similar_id,
    skill_spellings,
    theme_spellings,
)
from careerledger.answers.checks.record import dangling_references
from careerledger.events import (
    ChallengeTaken,
    ConfidenceRated,
    ContactMade,
    ContactTouched,
    CourseFinished,
    GoalSet,
    RoleStarted,
    SkillPractised,
    TrendNoted,
    VisionDeclared,
    VisionRevised,
)
from careers import new_ledger, only_facts


def found(check, *facts):
    """What a check finds among these facts, recorded in this order."""
    ledger = new_ledger()
    ledger.record(facts)
    return ledger.check(checks=[check])


# Themes and skills


@given(only_facts, st.sampled_from(["{} ".format, "\t{}".format, "{}-".format, "\u00a0{}".format]))
def test_themes_that_differ_in_blanks_are_found(facts, respell):
    """Written alike there is nothing to find; respelled, all that are used are found."""
    themed = [fact for fact in facts if fact.themes and isinstance(fact.themes, frozenset)]
    respelled = [attrs.evolve(fact, themes=map(respell, fact.themes)) for fact in themed]
    themes = {theme for fact in themed for theme in fact.themes}

    assert [] == found(theme_spellings, *facts)
    findings = found(theme_spellings, *themed, *respelled)
    assert len(themes) == len(findings)


@given(only_facts, st.sampled_from([str.upper, str.title, lambda text: normalize("NFD", text)]))
def test_themes_that_differ_in_case_are_one_and_no_finding(facts, respell):
    themed = [fact for fact in facts if fact.themes and isinstance(fact.themes, frozenset)]
    respelled = [attrs.evolve(fact, themes=map(respell, fact.themes)) for fact in themed]

    assert [] == found(theme_spellings, *facts, *respelled)


def test_a_theme_in_several_spellings_is_one_finding_wherever_it_stands():
    (finding,) = found(
        theme_spellings,
        CourseFinished(on="2024", title="a", themes=["machine learning", "craft"]),
        CourseFinished(on="2024", title="b", themes=["machine learning"]),
        VisionDeclared(on="2024", vision="v", statement="…", themes={"Machine-Learning": 1}),
        VisionRevised(on="2025", vision="v", reason="…", themes={"machine-learning": 1}),
        VisionRevised(on="2025", vision="v", reason="…"),
        TrendNoted(on="2025", theme="machine learning", what="hotter"),
        ConfidenceRated(on="2025", theme=" machine learning", level=0.5),
    )

    assert (
        "the theme 'machine learning' is written 'Machine-Learning' in #3, #4 and "
        "' machine learning' in #7" == finding.message
    )
    assert "amend it to 'machine learning'" == finding.fix
    assert ("theme-spelling", "note", 3) == (finding.code, finding.severity, len(finding.entries))


def test_other_words_are_other_themes():
    themes = ["climate", "climates", "climate change", "cli mate", "-", "_"]

    assert [] == found(theme_spellings, CourseFinished(on="2024", title="a", themes=themes))


@pytest.mark.parametrize(
    ("words", "messages"),
    [
        (["Python", "Python", "python "], ["the skill 'Python' is written 'python ' in #3"]),
        (["Python", "python"], []),
        (["Python", "Python 3"], []),
        (["Java", "JavaScript"], []),
        (["C", "C++", "C#"], []),
    ],
)
def test_skills_in_several_spellings_are_found(words, messages):
    facts_ = [SkillPractised(on="2024", skill=word) for word in words]
    assert messages == [finding.message for finding in found(skill_spellings, *facts_)]
    in_lists = [CourseFinished(on="2024", title=f"c{n}", skills=[w]) for n, w in enumerate(words)]
    assert messages == [finding.message for finding in found(skill_spellings, *in_lists)]
    taken = [
        ChallengeTaken(on="2024", challenge=f"c{n}", title="t", difficulty=3, stretch=[w])
        for n, w in enumerate(words)
    ]
    assert messages == [finding.message for finding in found(skill_spellings, *taken)]


def test_an_organisation_in_several_spellings_is_one_finding():
    facts_ = [
        RoleStarted(on="2020", role="a", organisation="Acme", title="t"),
        RoleStarted(on="2021", role="b", organisation="Acme Inc.", title="t"),
        ContactMade(on="2021", contact="c", name="n", organisation="acme"),
        ContactMade(on="2021", contact="d", name="m", organisation="Acme Labs"),
    ]
    assert ["the organisation 'Acme' is written 'Acme Inc.' in #2 and 'acme' in #3"] == [
        finding.message for finding in found(organisation_spellings, *facts_)
    ]


# Ids


def contact(id_):
    return ContactMade(on="2024", contact=id_, name="n")


NEAR = [
    ("jane", "Jane"),
    ("straße", "STRASSE"),
    ("jane doe", "jane-doe"),
    ("jane.doe", "jane_doe"),
    ("janedoe", "jane doe"),
    ("jane", " jane"),
    ("jane", "jane\u200b"),
    ("office", "o\ufb03ce"),
    ("ann", "\uff41nn"),
    ("2024-1", "2024.1"),
    ("jane doe", "jane\u00a0doe"),
    ("jane doe", "jane  doe"),
    ("jane\u2013doe", "jane-doe"),
]
APART = [("jane", "jan"), ("2024-1", "20241"), ("c1-23", "c12-3"), ("c++", "c"), ("-", "_")]


@pytest.mark.parametrize(("one", "other"), NEAR)
def test_ids_that_are_written_almost_alike_are_found(one, other):
    (finding,) = found(id_spellings, contact(one), contact(other))

    assert ("id-spelling", "warning", 2) == (
        finding.code,
        finding.severity,
        len(finding.entries),
    )
    assert "(#1)" in finding.message
    assert "(#2)" in finding.message
    assert "and void #2" in finding.fix
    assert finding.message.isprintable()
    assert similar_id(one) == similar_id(other)


@pytest.mark.parametrize(("one", "other"), APART)
def test_other_ids_are_other_things(one, other):
    assert [] == found(id_spellings, contact(one), contact(other))


def test_similar_ids_are_one_finding_that_names_the_fix():
    (finding,) = found(id_spellings, *map(contact, ["jane-doe", "Jane", "Jane Doe", "JANE_DOE"]))

    assert (
        "the contact ids 'jane-doe' (#1), 'Jane Doe' (#3) and 'JANE_DOE' (#4) differ only in how "
        "they are written, and stand for 3 things" == finding.message
    )
    assert (
        "if they are one contact, amend what refers to 'Jane Doe' to 'jane-doe' and void #3; "
        "if not, amend one to an id that cannot be mistaken for the other" == finding.fix
    )


def test_ids_of_two_kinds_may_be_alike():
    vision = VisionDeclared(on="2024", vision="cto", statement="…", themes={"a": 1})

    assert [] == found(id_spellings, vision, GoalSet(on="2024", goal="CTO", title="t"))


def test_an_id_that_looks_the_same_is_shown_in_escapes():
    (finding,) = found(id_spellings, contact("fine"), contact("\ufb01ne"))

    assert "'fine' (#1) and '\\ufb01ne' (#2)" in finding.message


def test_a_reference_to_a_similar_id_names_that_id():
    (finding,) = found(
        dangling_references, contact("jane-doe"), ContactTouched(on="2024", contact="Jane Doe")
    )

    assert (
        "contact of #2 names the contact 'Jane Doe', which nothing introduces; "
        "'jane-doe' is introduced" == finding.message
    )
    assert "amend #2 to 'jane-doe'" == finding.fix
