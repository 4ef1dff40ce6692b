"""Terminals, pipes and hostile text, in every word."""

import os
import runpy
import sys
from io import StringIO
from pathlib import Path

import pytest

from careerledger import Ledger
from careerledger.cli import main
from careerledger.cli.words import COMMAND
from careerledger.events import ContactMade, ContactTouched, CourseFinished, VisionDeclared

WORDS_THAT_PRINT = [
    ["show"],
    ["show", "--json"],
    ["history"],
    ["entry", "1"],
    ["explain", "learning"],
    ["series", "learning", "--since", "2024"],
    ["compare"],
    ["check"],
    ["ledgers"],
    ["verify"],
    ["log", "course.finished", "title=x"],
    ["--help"],
    ["--version"],
    ["completion", "bash"],
]


@pytest.fixture
def course(output):
    return output("log", "course.finished", "title=SQL", "on=2024")


# Size and colour


@pytest.mark.parametrize("columns", [40, 80, 140])
def test_no_line_of_a_table_is_wider_than_the_terminal(run, monkeypatch, columns):
    run("demo")
    monkeypatch.setenv("COLUMNS", str(columns))

    for word in ("show", "check"):
        _, out, _ = run(word, "--ledger", "demo.ledger")
        assert max(map(len, out.splitlines())) <= columns


@pytest.mark.parametrize("size", ["0", "-1", "-" + "9" * 30, "²", "9" * 30, "9" * 5_000, "wide"])
@pytest.mark.parametrize("words", WORDS_THAT_PRINT, ids=" ".join)
@pytest.mark.usefixtures("course")
def test_impossible_terminal_sizes_are_ignored(output, monkeypatch, size, words):
    monkeypatch.setenv("COLUMNS", size)
    monkeypatch.setenv("LINES", size)

    out = output(*words)
    if words == ["show"]:
        assert 80 == max(map(len, out.splitlines()))


def test_a_pipe_gets_whole_lines_without_colour(output):
    output("log", "course.finished", "title=" + "x" * 300)
    out = output("history")

    assert "title=" + "x" * 300 in out
    assert "\x1b" not in out


def test_colours_follow_the_environment(output, monkeypatch, course):
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[1m" in output("history")

    output("log", "vision.declared", "vision=v", "statement=s", "themes=a:1")
    assert "\x1b[33m" in output("show")
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[33m" not in output("show")


# Output that ends early, or cannot be written


@pytest.mark.parametrize("words", WORDS_THAT_PRINT, ids=" ".join)
@pytest.mark.usefixtures("course")
def test_a_reader_who_leaves_is_no_error(monkeypatch, capsys, words):
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as stdout:
        monkeypatch.setattr(sys, "stdout", stdout)
        assert 141 == main(words)

    assert "" == capsys.readouterr().err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device here")
@pytest.mark.parametrize("words", WORDS_THAT_PRINT, ids=" ".join)
@pytest.mark.usefixtures("course")
def test_output_that_cannot_be_written_is_an_error(monkeypatch, capsys, words):
    with Path("/dev/full").open("w") as stdout:
        monkeypatch.setattr(sys, "stdout", stdout)
        assert 2 == main(words)

    assert "No space left on device" in capsys.readouterr().err


def test_a_character_that_the_encoding_lacks_becomes_a_question_mark(monkeypatch):
    with Path("out.txt").open("w", encoding="ascii") as stdout:
        monkeypatch.setattr(sys, "stdout", stdout)
        assert 0 == main(["log", "course.finished", "title=Café"])

    assert "title=Caf?" in Path("out.txt").read_text(encoding="ascii")


def test_standard_output_can_be_replaced(monkeypatch):
    monkeypatch.setattr(sys, "stdout", StringIO())

    assert 0 == main(["log", "course.finished", "title=SQL"])
    assert "title=SQL" in sys.stdout.getvalue()


def test_an_interrupt_ends_quietly(run, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(Ledger, "record", interrupted)

    assert (130, "", "") == run("log", "course.finished", "title=SQL")


# Start


@pytest.mark.parametrize("words", [["--help"], *([name, "--help"] for name in COMMAND.commands)])
def test_every_word_has_help(output, words):
    assert output(*words).startswith("Usage: careerledger")


def test_without_a_word_help_is_printed(run):
    status, out, err = run()

    assert (2, "") == (status, out)
    assert err.startswith("Usage: careerledger")


def test_the_command_runs_as_a_module(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["careerledger", "history", "--ledger", "no.ledger"])

    with pytest.raises(SystemExit) as end:
        runpy.run_module("careerledger", run_name="__main__")

    assert 2 == end.value.code
    assert "there is no ledger no.ledger" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["show"], ["history"], ["demo"]], ids=" ".join)
def test_without_rich_nothing_is_recorded_and_the_extra_is_named(refused, monkeypatch, words):
    monkeypatch.delitem(sys.modules, "careerledger.report.tables", raising=False)
    monkeypatch.setitem(sys.modules, "rich.console", None)

    assert "pip install 'careerledger[cli]'" in refused(*words)
    assert not Path("demo.ledger").exists()


def test_without_rich_text_and_json_are_still_there(output, monkeypatch):
    monkeypatch.delitem(sys.modules, "careerledger.report.tables", raising=False)
    monkeypatch.setitem(sys.modules, "rich.console", None)

    output("log", "course.finished", "title=SQL")
    assert '"network-growth"' in output("show", "--json", "network-growth")


def test_without_click_the_extra_is_named(refused, monkeypatch):
    monkeypatch.delitem(sys.modules, "careerledger.cli.words")
    monkeypatch.delattr("careerledger.cli.words")
    monkeypatch.delitem(sys.modules, "careerledger.cli.asking")
    monkeypatch.delattr("careerledger.cli.asking")
    monkeypatch.setitem(sys.modules, "click", None)

    assert "the command needs click; pip install 'careerledger[cli]'" == refused("show")


# Hostile text

EVIL = "\x1b[2J\u202e[red]evil[/red]\x9b1m\u2066\u200f\x07 \ud800"
RECORDED = EVIL.replace("\ud800", "")
NEEDED = {
    "explain": ["vision-alignment"],
    "series": ["vision-alignment", "--since", "2024"],
    "entry": ["1"],
    "log": ["course.finished", f"title={RECORDED}", f"note={RECORDED}"],
    "import": ["evil.json"],
    "void": ["4", "--reason", RECORDED],
    "amend": ["1", f"statement={RECORDED} again", "--reason", RECORDED],
    "rename": ["contact", RECORDED, f"{RECORDED} again", "--reason", RECORDED],
    "forget": ["contact", f"{RECORDED} again", "--reason", RECORDED],
    "subject": ["contact", f"{RECORDED} again"],
    "key": ["ada", "other.key"],
    "checkpoint": ["--key", "ada.key"],
    "prove": ["1", "--checkpoint", "checkpoint"],
    "verify-proof": ["proof", "--key", "KEY"],
    "backup": ["copy.ledger"],
    "export": ["copy.jsonl"],
    "recover": ["saved.ledger"],
    "completion": ["bash"],
}
"""The arguments of each word that needs some."""


def harmless(text):
    return all(char == "\n" or char.isprintable() for char in text)


@pytest.fixture
def hostile_ledger(run):
    """A ledger, named like its content, in which every text is hostile; its key is returned."""
    evil = RECORDED
    with Ledger.open("evil.ledger", name=evil, strict=False) as ledger:
        ledger.record(
            [
                VisionDeclared(on="2024", vision=evil, statement=evil, themes={evil: 1}),
                ContactMade(on="2024", contact=evil, name=evil, organisation=evil, note=evil),
                ContactTouched(on="2024", contact=f"{evil} of nobody", note=evil),
                CourseFinished(on="2024", title=evil, themes={evil}, skills=(evil,)),
            ],
        )
        ledger.amend(ledger.entry(4).id, CourseFinished(on="2024", title=evil), reason=evil)
    Path("evil.json").write_text(f'{{"work": [{{"name": {evil!a}, "position": 3}}]}}')
    _, public, _ = run("key", "ada", "ada.key")
    for name, words in (
        ("checkpoint", ["checkpoint", "--key", "ada.key"]),
        ("proof", ["prove", "1", "--checkpoint", "checkpoint"]),
    ):
        Path(name).write_text(run(*words, "--ledger", "evil.ledger")[1])
    return public.strip()


def test_no_word_prints_hostile_text_of_a_ledger(run, hostile_ledger):
    """Whatever the word: this walks over all of them."""
    printed_evil = set()
    for name, word in COMMAND.commands.items():
        words = [hostile_ledger if each == "KEY" else each for each in NEEDED.get(name, [])]
        options = {option for param in word.params for option in param.opts}
        where = ["--ledger", "evil.ledger"] if "--ledger" in options else []
        status, out, err = run(name, *words, *where)
        assert harmless(out), name
        assert harmless(err), name
        assert status in (0, 1) or name in ("import", "delete"), (name, err)
        if "evil" in out.replace("evil.ledger", ""):
            printed_evil.add(name)

    assert {"show", "history", "entry", "check", "ledgers", "verify", "log", "amend"} < printed_evil


@pytest.mark.parametrize("evil", [EVIL, RECORDED, "\0", "\ud800=\ud800"], ids=range(4))
def test_no_word_prints_hostile_arguments(run, evil):
    for name, word in COMMAND.commands.items():
        params = [param for param in word.params if param.name != "help"]
        arguments = [evil for param in params if not param.opts[0].startswith("-")]
        options = [param.opts[0] for param in params if param.opts[0].startswith("-")]
        tries = [[name, *arguments], [name, evil, *arguments]]
        tries += [[name, *arguments, option, evil] for option in options]
        for words in tries:
            _, out, err = run(*words)
            assert harmless(out), words
            assert harmless(err), words
    assert harmless(run(evil)[2])
    assert harmless(run(f"--{evil}")[2])
