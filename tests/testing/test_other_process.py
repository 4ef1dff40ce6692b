"""Folding in another process."""

import json
import sys
from io import StringIO

import pytest

from careerledger.testing import _other_process
from careerledger.testing._errors import ViolationError
from careerledger.testing._other_process import other_process, serve
from zoo import sound


def test_failure_in_the_other_process_is_reported():
    other_process.end()  # so that a new one starts
    question = {"kind": "view", "module": "zoo.sound", "file": sound.__file__, "name": "Nobody"}
    with pytest.raises(
        ViolationError, match=r"raises in another process: AttributeError: .*'Nobody'"
    ):
        other_process.ask(question | {"rows": [], "at": "2024-01-01", "base": 0})
    other_process.end()
    other_process.end()


def test_end_of_the_other_process_is_reported(tmp_path):
    other_process.end()
    file = tmp_path / "goes_away.py"
    file.write_text("import os; os._exit(3)")

    with pytest.raises(RuntimeError, match="the other process ended"):
        other_process.ask(
            {"kind": "view", "module": "goes_away", "file": str(file), "name": "X", "rows": []}
        )


def test_other_process_answers_line_by_line(monkeypatch, tmp_path):
    """The server runs in this process here, where coverage sees it."""
    main = tmp_path / "script.py"
    main.write_text("from zoo.sound import SortedSet as Mine")
    question = {
        "file": sound.__file__,
        "name": "SortedSet",
        "at": "2024-01-01",
        "base": 0,
        "rows": [],
        "ids": {},
        "kind": "view",
    }
    script = question | {"module": "__main__", "file": str(main), "name": "Mine"}
    events = [["zoo.sound", sound.__file__], ["typed.at.a.prompt", None]]
    again = question | {"module": "zoo.sound", "events": events}
    lost = script | {"module": "somewhere", "file": str(tmp_path / "nothing.txt")}
    out = StringIO()
    monkeypatch.setattr(sys, "stdin", map(json.dumps, [script, again, lost]))
    monkeypatch.setattr(sys, "stdout", out)

    monkeypatch.setattr(_other_process, "_set_other_locale", lambda: None)  # it is for good
    serve()

    answers = [
        json.loads(line.removeprefix("careerledger-answer "))
        for line in out.getvalue().splitlines()
    ]
    del sys.modules["__careerledger_main__"]
    assert [{"answer": "()"}] * 2 == answers[:2]
    assert "ImportError" in answers[2]["error"]


def test_other_process_starts_no_further_process(monkeypatch):
    """A script that runs laws without a guard would start itself again and again."""
    other_process.end()
    monkeypatch.setenv("CAREERLEDGER_OTHER_PROCESS", "1")

    with pytest.raises(RuntimeError, match=r"below if __name__"):
        other_process.ask({})
