"""Words about whole files: backup, export, recover; and files with several ledgers."""

from pathlib import Path

import pytest

from careerledger import Ledger
from careerledger.events import CourseFinished
from careerledger.stores.sqlite import SQLiteStore


@pytest.fixture
def team():
    """A file with two ledgers of other names than the default."""
    store = SQLiteStore("team.ledger")
    for name in ("ada", "bob"):
        ledger = Ledger(store, name=name)
        ledger.record([CourseFinished(on="2024", title=f"{name} {n}") for n in range(len(name))])
    store.close()
    return ["--ledger", "team.ledger"]


def titles(path, name):
    with Ledger.open(path, name=name) as ledger:
        return [entry.event.title for entry in ledger.entries()]


def test_an_export_and_a_backup_hold_the_same_history(output, refused):
    output("log", "course.finished", "title=SQL", "on=2024")
    assert "all.jsonl: 1 entry of ledger 'career'\n" == output("export", "all.jsonl")
    assert "already exists" in refused("export", "all.jsonl")
    Ledger.open("other.ledger").close()
    assert "all.jsonl: 1 recorded\n" == output("import", "all.jsonl", "--ledger", "other.ledger")
    assert "copy.ledger: 1 entry of ledger 'career'\n" == output("backup", "copy.ledger")
    assert "already exists" in refused("backup", "copy.ledger")

    names = ("career.ledger", "other.ledger", "copy.ledger")
    assert 1 == len({output("history", "--ledger", name) for name in names})


def test_recover_saves_the_entries_of_a_damaged_file(output, run):
    output("log", "course.finished", "title=Logic", "on=2024")
    output("log", "course.finished", "title=Quixotry", "on=2024")
    assert "saved.ledger: 2 entries of ledger 'career'\n" == output("recover", "saved.ledger")
    content = Path("career.ledger").read_bytes()
    Path("career.ledger").write_bytes(content.replace(b"Quixotry", b"Quixotri"))

    status, _, err = run("verify")
    hint = "to save the undamaged entries: careerledger recover NEW --ledger FILE\n"
    assert (2, True) == (status, err.endswith(hint))
    status, out, _ = run("recover", "again.ledger")
    assert (1, True) == (status, "lost: #2 of ledger 'career'" in out)


def test_recover_does_not_propose_itself(output, refused):
    Path("junk.ledger").write_bytes(b"x" * 5_000)
    Path("junk.ledger").chmod(0o600)

    message = refused("recover", "saved.ledger", "--ledger", "junk.ledger")
    assert message.endswith("could be saved; restore it from a backup")


# Several ledgers in one file


def test_ledgers_lists_the_names_in_a_file(output, team):
    assert "ada  3 entries\nbob  3 entries\n" == output("ledgers", *team)


def test_words_act_on_all_ledgers_of_a_file_and_name_them(output, team):
    for word in ("verify", "check"):
        out = output(word, *team)
        assert "ledger 'ada'" in out
        assert "ledger 'bob'" in out
    assert output("backup", "copy.ledger", *team) == (
        "copy.ledger: 3 entries of ledger 'ada'\ncopy.ledger: 3 entries of ledger 'bob'\n"
    )
    for name in ("ada", "bob"):
        assert titles("team.ledger", name) == titles("copy.ledger", name)
    assert "'bob'" in output("recover", "saved.ledger", *team)


def test_words_act_on_the_named_ledger(output, team):
    named = [*team, "--name", "bob"]

    assert "bob 0" in output("history", *named)
    assert "'ada'" not in output("verify", *named)
    assert "no findings in 3 entries\n" == output("check", *named)
    assert "bob.jsonl: 3 entries of ledger 'bob'\n" == output("export", "bob.jsonl", *named)
    assert "b.ledger: 3 entries of ledger 'bob'\n" == output("backup", "b.ledger", *named)
    assert "#4 voids #2\n" == output("void", "2", "--reason", "x", *named)
    assert ["ada 0", "ada 1", "ada 2"] == titles("team.ledger", "ada")


WORDS_ABOUT_ONE = [
    ["show"],
    ["show", "--json"],
    ["history"],
    ["entry", "1"],
    ["explain", "learning"],
    ["series", "learning", "--since", "2024"],
    ["compare"],
    ["void", "1", "--reason", "x"],
    ["amend", "1", "title=x", "--reason", "x"],
    ["forget", "contact", "jane", "--reason", "x"],
    ["subject", "contact", "jane"],
    ["export", "new.jsonl"],
]
WORDS_ABOUT_ALL = [["verify"], ["check"], ["backup", "new.ledger"]]


@pytest.mark.parametrize("words", WORDS_ABOUT_ONE, ids=" ".join)
def test_a_word_about_one_of_several_ledgers_asks_which(refused, team, words):
    message = refused(*words, *team)

    assert "holds several ledgers: 'ada', 'bob'" in message
    assert "--name" in message
    assert not {"new.jsonl", "new.ledger"} & {path.name for path in Path().iterdir()}


def test_recording_into_several_ledgers_asks_which(refused, team):
    for words in (["log", "course.finished", "title=x"], ["import", "resume.json"]):
        assert "choose one with --name" in refused(*words, *team)


@pytest.mark.parametrize("words", [*WORDS_ABOUT_ONE, *WORDS_ABOUT_ALL], ids=" ".join)
def test_an_unknown_name_is_refused_with_the_names_there_are(refused, team, words):
    message = refused(*words, *team, "--name", "eve")

    assert "team.ledger has no ledger 'eve'; it holds 'ada', 'bob'" in message
    assert not {"new.jsonl", "new.ledger"} & {path.name for path in Path().iterdir()}


@pytest.mark.parametrize(
    "words", [*WORDS_ABOUT_ALL, ["export", "new.jsonl"], ["ledgers"]], ids=" ".join
)
def test_there_is_no_success_over_nothing(refused, words):
    """The file career.ledger holds no ledger yet."""
    assert "holds no ledger yet" in refused(*words)
    assert not {"new.jsonl", "new.ledger"} & {path.name for path in Path().iterdir()}


def test_the_only_ledger_of_a_file_needs_no_name(output, refused):
    with Ledger.open("one.ledger", name="ada") as ledger:
        ledger.record(CourseFinished(on="2024", title="Logic"))

    assert "Logic" in output("history", "--ledger", "one.ledger")
    output("log", "course.finished", "title=SQL", "--ledger", "one.ledger")
    assert ["Logic", "SQL"] == titles("one.ledger", "ada")
    assert "has no ledger 'career'" in refused(
        "history", "--ledger", "one.ledger", "--name", "career"
    )


def test_a_checkpoint_belongs_to_one_ledger(output, refused, team):
    output("key", "ada", "ada.key")
    Path("point").write_text(output("checkpoint", "--key", "ada.key", *team, "--name", "ada"))

    assert "choose one with --name" in refused("verify", "--since", "point", *team)
    output("verify", "--since", "point", *team, "--name", "ada")
