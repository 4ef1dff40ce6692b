"""Every word: its examples, its options, and its messages."""

import re
import shlex
from pathlib import Path

import pytest

from careerledger import events
from careerledger.cli import framework
from careerledger.cli.messages import in_command_words
from careerledger.cli.words import COMMAND, SECTIONS

MESSAGES = Path(__file__).parents[1] / "messages.txt"
EXAMPLES = [example for word in COMMAND.commands.values() for example in word.examples]
WITHOUT_A_LEDGER = {"key", "verify-proof", "completion"}
WITHOUT_A_NAME = WITHOUT_A_LEDGER | {"ledgers", "recover"}
"""They are about the whole file."""


@pytest.mark.parametrize("name", COMMAND.commands)
def test_every_word_has_a_section_help_and_examples(name):
    word = COMMAND.commands[name]

    assert 1 == sum(word in words for words in SECTIONS.values())
    assert isinstance(word, framework.Word)
    assert word.help
    assert all(example.split()[0] == name for example in word.examples)


@pytest.mark.parametrize("name", COMMAND.commands)
def test_ledger_and_name_follow_every_word(name):
    options = {option for param in COMMAND.commands[name].params for option in param.opts}

    assert (name in WITHOUT_A_LEDGER) == ("--ledger" not in options)
    assert (name in WITHOUT_A_NAME) == ("--name" not in options)


@pytest.fixture
def example_folder(run, monkeypatch):
    """A folder with the files that the examples name."""
    monkeypatch.delenv("COLUMNS")
    Path("career.ledger").unlink()
    setup = """
        log vision.declared vision=first statement=x themes=a:1 on=2020
        log course.finished title=SQL on=2024
        log contact.made contact=jane name="Jane Doe" on=2024 --ledger jane.ledger
        import resume.json --ledger imported.ledger
        log course.finished title=SQL --name user-1 --ledger team.ledger
        log course.finished title=SQL on=2024 --ledger damaged.ledger
        log role.started role=chef organisation=Inn title=Chef on=2024
        export career.jsonl
        key ada.example/career ada.key
        checkpoint --key ada.key
        prove 2 --checkpoint may.checkpoint
    """
    Path("career.ledger").touch(mode=0o600)
    Path("career.ledger").unlink()
    Path("times.csv").write_text("Date,Hours,What\n2024-01-02,3,Cooked\n")
    Path("times.toml").write_text(
        'type = "work.logged"\n[fields]\non = "Date"\nhours = "Hours"\nwhat = "What"\n'
    )
    for line in setup.strip().splitlines():
        words = shlex.split(line)
        where = [] if {"--ledger", "key"} & set(words) else ["--ledger", "career.ledger"]
        status, out, err = run(*words, *where)
        assert 0 == status, err
        name = {"key": "ada.pub", "checkpoint": "may.checkpoint", "prove": "cto.tlog-proof"}
        if words[0] in name:
            Path(name[words[0]]).write_text(out)
    return Path()


ON_ANOTHER_FILE = {
    "forget": "jane.ledger",
    "undo": "imported.ledger",
    "rename": "jane.ledger",
    "subject": "jane.ledger",
    "--name user-1": "team.ledger",
    "--name career": "career.ledger",
}


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_runs(run, example_folder, example):
    """In a folder with such files, and where an example creates a file, without it."""
    words = shlex.split(example.split(" > ")[0].split(" | ")[0])
    words = [Path("ada.pub").read_text().strip() if "ada.pub" in word else word for word in words]
    if words[0] in ("key", "export"):
        Path(words[-1] if words[0] == "key" else words[1]).unlink(missing_ok=True)
    if "guess" in words:
        Path("times.toml").unlink()
    if words == ["completion"]:
        words.append("bash")
    if "--ledger" not in words:
        for part, file in ON_ANOTHER_FILE.items():
            if part in example:
                words += ["--ledger", file]
    if words[0] == "demo" and "--ledger" in words:
        words[words.index("--ledger") + 1] = "try.ledger"
    if words[0] in ("void", "amend") and "3" in words:
        run("log", "course.finished", "title=x")
    if words[:2] == ["amend", "2"] and "skills=sql" in words:
        words[1] = "2"
    status, _, err = run(*words)

    assert 0 == status, (words, err)


# Messages in the words of the command

PYTHON = re.compile(
    r"\b[a-z_]+=(True|False|None|')|\bstrict\b|\bledger\.\w+\(|\bLedger\b|\bNone\b|\bTrue\b|lambda"
    r"|\b(?!LinkedIn\b)[A-Z][a-z]+[A-Z]\w+"
)
"""Words of Python: keyword arguments, methods, constants, and names of classes."""
REACHED = {
    "FieldError", "DateError", "FutureError", "UnknownReferenceError", "IntroducedTwiceError",
    "CorrectionError", "UnknownEntryError", "ForeignFileError", "ProofError", "LockedError",
    "DamagedError", "NotALedgerError", "UnsafeFileError", "OverwriteError", "ReadOnlyError",
    "careerledger",
}  # fmt: skip
"""Errors that a word can print."""
ONLY_FROM_PYTHON = re.compile(
    "'s clock returned|is an instant, not a date|pass (text|its|an)|known_at is|every is|Forgetful"
    "|of (Draft|Rich|Flat|Deep|Won)|SQLite|of its names are the same"
)
"""Messages of those kinds about values that a word cannot pass on."""


def messages():
    """Return the messages of the golden file that a person can see."""
    pairs = re.findall(r"^(\w+): (.*)", MESSAGES.read_text(encoding="utf-8"), re.MULTILINE)
    return [text for kind, text in pairs if kind in REACHED and not ONLY_FROM_PYTHON.search(text)]


def unquoted(text):
    return re.sub(r"(?<!\w)'[^']*'|(?<!\w)\"[^\"]*\"", "''", text)


def test_messages_have_no_words_of_python():
    translated = [unquoted(in_command_words(text)) for text in messages()]

    assert len(translated) > 100
    assert [] == [text for text in translated if PYTHON.search(text)]


def test_names_of_event_classes_become_event_types():
    events.load_catalogue()
    for cls in events.catalogue:
        if cls.__module__.startswith("careerledger."):
            assert f"a {cls.__event__.name}." == in_command_words(f"a {cls.__name__}.")


def test_quoted_text_stays_as_it_is():
    text = "the title 'CourseFinished' or \"NetworkGrowth\" of another's LinkedIn"
    assert text == in_command_words(text)
