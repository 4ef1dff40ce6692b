"""Run the command in a folder of its own, as a person or a script would."""

import sys
from io import StringIO
from pathlib import Path

import pytest

from careerledger import Ledger, demo
from careerledger.cli import main


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """An empty folder with a résumé; the user's data folder is in it too."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    for name in ("CAREERLEDGER", "FORCE_COLOR", "TTY_COMPATIBLE", "_CAREERLEDGER_COMPLETE"):
        monkeypatch.delenv(name, raising=False)
    Path("resume.json").write_bytes(demo.resume())
    Ledger.open("career.ledger").close()
    return tmp_path


@pytest.fixture
def run(capsys):
    """Run the command; returns the exit status, the output and the errors."""

    def run(*arguments):
        status = main(arguments)
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    return run


@pytest.fixture
def output(run):
    """Run a command that must succeed without a word on standard error; returns the output."""

    def output(*arguments):
        status, out, err = run(*arguments)
        assert (0, "") == (status, err)
        return out

    return output


@pytest.fixture
def refused(run):
    """Run a command that must fail; returns the one line that says why."""

    def refused(*arguments):
        status, out, err = run(*arguments)
        assert (2, "") == (status, out)
        assert err.startswith("careerledger: ")
        assert 1 == err.count("\n")
        return err.removeprefix("careerledger: ").rstrip("\n")

    return refused


@pytest.fixture
def recorded():
    """Return the events of a ledger file."""

    def recorded(path="career.ledger"):
        with Ledger.open(path) as ledger:
            return [entry.event for entry in ledger.entries()]

    return recorded


class Answers(StringIO):
    """Standard input of a person who answers questions."""

    def isatty(self):
        return True


@pytest.fixture
def person(monkeypatch):
    """Answer the questions of the command with these lines."""

    def person(*lines):
        monkeypatch.setattr(sys, "stdin", Answers("".join(f"{line}\n" for line in lines)))
        monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)

    return person
