"""Nothing that a ledger, a file or a caller says can make a terminal do anything."""

import json
import unicodedata
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from careerledger import Ledger, projections
from careerledger.cli import main
from careerledger.events import (
    ContactMade,
    ContactTouched,
    CourseFinished,
    CourseStarted,
    RoleStarted,
    VisionDeclared,
)
from careerledger.projections import LIBRARY
from careerledger.report.tables import Terminal, render_findings, render_view, safe
from careerledger.text import printable

CONTROLS = {
    "C0": range(0x20),
    "DEL and C1": range(0x7F, 0xA0),
    "directions": [0x200E, 0x200F, 0x061C, *range(0x202A, 0x202F), *range(0x2066, 0x206A)],
    "no width": [0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0x00AD, 0x180E],
    "lines and paragraphs": [0x2028, 0x2029, 0x0085],
    "tags": range(0xE0000, 0xE0080),
    "annotations": range(0xFFF9, 0xFFFC),
    "half characters": [0xD800, 0xDFFF],
    "private": [0xE000, 0xF8FF, 0x10FFFD],
}
EVERY = [chr(code) for codes in CONTROLS.values() for code in codes]
WHOLE = [char for char in EVERY if not 0xD800 <= ord(char) <= 0xDFFF]
HOSTILE = [
    "\x1b[2J\x1b[31mgone",
    "\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\",
    "\x1b]0;title\x07",
    "\x9b2Jx",
    "[red]markup[/red] [link=https://evil.example]click[/link]",
    "\\[bold]",
    ":bomb:",
    "abc\u202edcba",
    "line\nforged: 100%",
    "over\rwritten",
    "back\b\bspace",
    "tag\U000e0041",
    "zero\u200bwidth",
    "sep\u2028arated",
]


def harmless(text):
    """Whether a terminal shows every character of it, and does nothing else."""
    return all(char == "\n" or char.isprintable() for char in text)


@pytest.mark.parametrize("kind", CONTROLS)
def test_every_control_shows_as_an_escape(kind):
    for code in CONTROLS[kind]:
        shown = printable(f"a{chr(code)}b")
        assert shown.isprintable()
        assert shown.startswith("a\\")
        assert shown.endswith("b")
        assert f"{code:x}" in shown or chr(code) in "\t\n\r"


@given(st.text())
def test_printable_text_is_one_line(text):
    shown = printable(text)
    assert shown.isprintable()
    kept = [c for c in text if c.isprintable()]
    assert [c for c in shown if c in kept] or not kept
    if text.isprintable():
        assert text == shown


@given(st.text(st.characters(categories=["Zs"])))
def test_spaces_of_every_width_are_spaces(text):
    assert " " * len(text) == printable(text)
    assert all("Zs" == unicodedata.category(char) for char in text)


def career(evil):
    """Events that say something hostile wherever a person can say anything."""
    return [
        VisionDeclared(on="2024", vision=evil, statement=evil, themes={evil: 1}),
        ContactMade(on="2024", contact=evil, name=evil, organisation=evil, kind="peer", note=evil),
        ContactTouched(on="2024-02", contact=evil, depth=2, note=evil),
        RoleStarted(on="2024", role=evil, organisation=evil, title=evil, note=evil),
        CourseStarted(on="2024", course=evil, title=evil),
        CourseFinished(on="2024-03", title=evil, themes={evil}, skills=(evil,), evidence=(evil,)),
    ]


EVILS = [*HOSTILE, "".join(WHOLE)]


@pytest.mark.parametrize("evil", EVILS, ids=range(len(EVILS)))
def test_views_and_findings_are_harmless_as_text_and_as_tables(evil):
    ledger = Ledger.in_memory(strict=False)
    ledger.record([*career(evil), ContactTouched(on="2024-03", contact=f"{evil} of nobody")])
    terminal = Terminal(file=StringIO(), width=100, color_system=None, legacy_windows=False)
    for name in LIBRARY:
        view = ledger.project(getattr(projections, name), at="2025")
        assert harmless(str(view)), name
        terminal.print(render_view(view))
    findings = ledger.check(at="2025")
    assert findings
    terminal.print(render_findings(findings, len(ledger)))
    terminal.print(safe(evil))
    shown = terminal.file.getvalue()
    assert harmless(shown)
    if "red" in evil and "\x1b" not in evil:
        assert "[red]markup[/red]" in shown


def test_a_line_cannot_be_forged_in_a_view():
    ledger = Ledger.in_memory()
    ledger.record(
        VisionDeclared(on="2024", vision="v", statement="x\n  score: 1.0", themes={"a": 1})
    )
    text = str(ledger.project(projections.VisionAlignment, at="2025"))

    assert "x\\n  score: 1.0" in text
    assert 1 == sum(line.startswith("  score:") for line in text.splitlines())


@pytest.mark.parametrize("evil", EVILS, ids=range(len(EVILS)))
def test_every_command_is_harmless(evil, tmp_path, monkeypatch, capsys):
    """Whatever the ledger, the command line and the imported file say."""
    monkeypatch.chdir(tmp_path)
    with Ledger.open("career.ledger", strict=False) as ledger:
        ledger.record(career(evil))
    resume = {"work": [{"name": evil, "position": evil, "startDate": "2024", evil: evil}]}
    Path("resume.json").write_text(json.dumps({**resume, evil: []}))
    for name in ("evil.txt", "evil.jsonl"):
        Path(name).write_text(evil)
    Path("wrong.json").write_text(json.dumps({"work": [{"name": 3, "startDate": evil}]}))
    for arguments in (
        ["show", "all"],
        ["show", "--json"],
        ["history"],
        ["check"],
        ["explain", "vision-alignment"],
        ["series", "vision-alignment", "--since", "2024"],
        ["compare"],
        ["import", "resume.json"],
        ["import", "wrong.json"],
        ["import", evil],
        ["log", "course.finished", f"title={evil}"],
        ["log", "course.finished", f"{evil}=x"],
        ["log", evil],
        ["log", "contact.touched", f"contact={evil} of nobody"],
        ["explain", "vision-alignment", "--of", evil],
        ["show", evil],
        ["show", "--at", evil],
        ["show", "--ledger", evil],
        ["void", evil, "--reason", evil],
        ["amend", "4", f"note={evil}", "--reason", evil],
        ["amend", "4", f"{evil}=x", "--reason", evil],
        ["void", "5", "--reason", evil],
        ["subject", "contact", evil],
        ["subject", evil, evil],
        ["forget", evil, evil, "--reason", evil],
        ["forget", "contact", evil, "--reason", evil],
        ["verify"],
        ["verify", "--since", evil],
        ["verify", "--since", "evil.txt", "--key", evil],
        ["key", evil, "a.key"],
        ["key", "ada", evil],
        ["checkpoint", "--key", "evil.txt"],
        ["prove", evil, "--checkpoint", "evil.txt"],
        ["verify-proof", "evil.txt", "--key", evil],
        ["import", "evil.jsonl"],
        ["recover", evil],
        ["recover", "recovered.ledger"],
        ["history", "--ledger", "recovered.ledger"],
        [evil],
    ):
        main([argument.replace("\0", "") for argument in arguments])
        printed = capsys.readouterr()
        assert harmless(printed.out), arguments
        assert harmless(printed.err), arguments
