"""Words that correct: void, amend, rename, forget, subject, delete."""

import json
from pathlib import Path

import pytest


@pytest.fixture
def known(output):
    output("log", "contact.made", "contact=jane", "name=Jane Quixotic", "on=2024")
    output("log", "milestone.declared", "milestone=cto", "title=CTO at Beta", "on=2024-03")
    return output


def test_amend_changes_the_typed_fields_and_echoes_the_entry(known, recorded):
    out = known("amend", "2", "title=CTO", "skills=sql", "skills=go", "--reason", "shorter")

    assert out == (
        "#3 amends #2: milestone.declared on=2024-03 milestone=cto title=CTO skills=sql skills=go\n"
    )
    assert ("CTO", ("sql", "go")) == (recorded()[1].title, recorded()[1].skills)


def test_amend_keeps_the_other_fields_of_a_part(known, recorded):
    known("log", "opportunity.found", "opportunity=o", "what=w", "role_like.title=Lead")
    known("amend", "3", "role_like.level=4", "--reason", "found out")

    assert ("Lead", 4) == (recorded()[2].role_like.title, recorded()[2].role_like.level)


def test_void_removes_an_entry_from_the_history(known, refused, recorded):
    assert "#3 voids #2\n" == known("void", "2", "--reason", "it was a dream")
    assert 1 == len(recorded())
    assert "cannot amend #2: it is voided" in refused("amend", "2", "title=x", "--reason", "no")
    assert "#2 is voided already" in refused("void", "2", "--reason", "again")
    assert "#3 is a correction" in refused("void", "3", "--reason", "back")


def test_void_asks_for_a_cascade_where_others_refer_to_the_id(known, refused, recorded):
    known("log", "contact.touched", "contact=jane", "on=2024-05")

    assert "void them too (--cascade)" in refused("void", "1", "--reason", "no one")
    assert "#4 voids #1\n#5 voids #3\n" == known("void", "1", "--cascade", "--reason", "no one")
    assert ["milestone.declared"] == [event.__event__.name for event in recorded()]


def test_rename_changes_every_entry_that_names_the_id(known, recorded):
    known("log", "contact.touched", "contact=jane", "on=2024-05")
    out = known("rename", "contact", "jane", "jane-doe", "--reason", "two of them")

    assert "contact 'jane' is now 'jane-doe' in 2 entries\n" == out
    assert ["jane-doe", "jane-doe"] == [e.contact for e in recorded() if hasattr(e, "contact")]


def test_delete_asks_first_and_leaves_nothing(known, refused, run, person):
    assert "confirm it with --yes" in refused("delete")
    person("n")
    assert 130 == run("delete")[0]
    assert b"Quixotic" in Path("career.ledger").read_bytes()
    person("y")
    assert "the ledger 'career' is deleted, with its 2 entries\n" == run("delete")[1]
    assert b"Quixotic" not in Path("career.ledger").read_bytes()
    assert "no entries to delete" in refused("delete", "--yes")


def test_owner_of_a_file_is_named_as_an_option(known, refused):
    assert "--owner is 'nobody-by-this-name'" in refused(
        "history", "--owner", "nobody-by-this-name"
    )
    assert "Jane" in known("history", "--owner", "0")


@pytest.mark.parametrize(
    "words", [["void", "1"], ["amend", "1", "name=Jo"], ["forget", "contact", "jane"]], ids=" ".join
)
def test_a_correction_needs_a_reason(known, refused, run, person, words):
    assert "missing option '--reason'" in refused(*words)
    assert 1 == len([line for line in known("history").splitlines() if "Jane" in line])
    assert "is ''" in refused(*words, "--reason", "")
    person("because")
    assert 0 == run(*words)[0]
    assert "because" in known("history")


def test_forget_erases_a_person(known):
    assert "Jane Quixotic" == json.loads(known("subject", "contact", "jane"))[0]["event"]["name"]
    assert "contact 'jane' is forgotten (entry #3)\n" == known(
        "forget", "contact", "jane", "--reason", "asked to"
    )
    assert "Quixotic" not in known("subject", "contact", "jane")
    assert b"Quixotic" not in Path("career.ledger").read_bytes()


def test_an_unknown_person_is_refused(known, refused):
    assert "unknown contact 'zoe'" in refused("forget", "contact", "zoe", "--reason", "x")
    assert "unknown contact 'zoe'" in refused("subject", "contact", "zoe")
