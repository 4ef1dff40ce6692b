"""Views as a terminal shows them: whole, within the width, and harmless."""

import sys
from io import StringIO
from pathlib import Path

import attrs
import msgspec
import pytest
from hypothesis import given, strategies as st
from rich.cells import cell_len

from careerledger import Entry, Ledger, demo
from careerledger.answers import Finding
from careerledger.dates import PartialDate
from careerledger.events import (
    ContactMade,
    ContactTouched,
    CourseFinished,
    CredentialAwarded,
    GoalSet,
    IndustrySwitched,
    MilestoneDeclared,
    OpportunityFound,
    RoleLike,
    RoleStarted,
    UnknownEvent,
    VisionDeclared,
)
from careerledger.interop import json_resume
from careerledger.projections import MilestoneHistory, NetworkGrowth, VisionAlignment
from careerledger.report.tables import Terminal, render_entries, render_findings, render_view, safe
from careerledger.testing import events, texts
from careerledger.text import printable
from careers import Clock, careers, new_ledger

PROJECTIONS = [VisionAlignment, NetworkGrowth, MilestoneHistory]
GOLDEN = Path(__file__).parent / "golden"

widths = st.integers(40, 160)
_HOSTILE = [
    "a",
    "\x1b[31m",
    "[bold]",
    ":bomb:",
    "\u202e\u2066",
    "\x9b2J",
    "漢字" * 30,
    "e\u0301" * 50,
    "\\[",
    "👩\u200d🚀",
]
hostile_ids = st.sampled_from(_HOSTILE)
_shown = [ContactMade, CredentialAwarded, GoalSet, MilestoneDeclared, RoleStarted, VisionDeclared]
hostile_careers = st.lists(
    st.sampled_from(_shown).flatmap(lambda cls: events(cls, ids=lambda kind: hostile_ids)),
    max_size=8,
).map(lambda facts: [attrs.evolve(fact, hours=1) for fact in facts])


def shown(*parts, width=100):
    """What a terminal of that width without colours shows."""
    terminal = Terminal(file=StringIO(), width=width, color_system=None, legacy_windows=False)
    for part in parts:
        terminal.print(part)
    return terminal.file.getvalue()


def lines_of(entries, *, width=100, on_screen=True):
    terminal = Terminal(
        file=StringIO(),
        width=width,
        color_system=None,
        force_terminal=on_screen,
        legacy_windows=False,
    )
    terminal.print_lines(render_entries(entries))
    return terminal.file.getvalue().splitlines()


def assert_harmless(text, width):
    assert all(char.isprintable() or char == "\n" for char in text)
    assert max(map(cell_len, text.split("\n"))) <= width


def with_demo(ledger):
    ledger.record(json_resume.read(demo.resume(), today=demo.AT).drafts)
    ledger.record(demo.year())
    return ledger


@pytest.fixture(scope="module")
def demo_ledger():
    return with_demo(Ledger.in_memory(clock=Clock()))


# Views


@given(careers, widths)
def test_every_career_shows_at_every_width(career, width):
    ledger = new_ledger()
    career.record(ledger)

    for view in ledger.project(*PROJECTIONS):
        assert_harmless(shown(render_view(view), width=width), width)


@given(hostile_careers, widths)
def test_hostile_text_moves_no_cursor(facts, width):
    ledger = Ledger.in_memory(strict=False)
    ledger.record(facts)

    for view in ledger.project(*PROJECTIONS, at="2026-12-31"):
        assert_harmless(shown(render_view(view), width=width), width)
    for line in lines_of(ledger.entries(), width=width):
        assert_harmless(line, width)
    assert_harmless(shown(render_findings(ledger.check(), len(ledger)), width=width), width)


@pytest.mark.parametrize("width", [1, 5, 20])
def test_a_tiny_terminal_shows_what_fits(demo_ledger, width):
    for view in demo_ledger.project(*PROJECTIONS, at=demo.AT):
        assert_harmless(shown(render_view(view), width=width), width)


@pytest.mark.parametrize("projection", PROJECTIONS, ids=lambda cls: cls.__name__)
@pytest.mark.parametrize("width", [80, 100])
def test_the_demo_looks_as_it_was_agreed_to(demo_ledger, projection, width):
    """A new look is written down by running this file: python tests/report/test_tables.py."""
    view = demo_ledger.project(projection, at=demo.AT)

    assert golden(projection, width).read_text(encoding="utf-8") == shown(
        render_view(view), width=width
    )


@pytest.mark.parametrize("projection", PROJECTIONS, ids=lambda cls: cls.__name__)
def test_empty_ledger_suggests_a_first_entry(projection):
    text = shown(render_view(Ledger.in_memory().project(projection)))

    assert "; record " in text


def test_names_are_neither_markup_nor_emoji_nor_escapes():
    ledger = Ledger.in_memory()
    ledger.record(ContactMade(on="2026", contact="a", name="[red]A[/red] :bomb: \x1b[2J\u202e"))

    text = shown(render_view(ledger.project(NetworkGrowth, at="2026")), width=140)

    assert r"[red]A[/red] :bomb: \x1b[2J\u202e" in text


def test_one_of_something_is_singular():
    ledger = Ledger.in_memory()
    ledger.record(VisionDeclared(on="2026", vision="v", statement="s", themes={"a": 1}, horizon=1))
    ledger.record(ContactMade(on="2026", contact="a", name="A"))

    assert "in 1 year)" in shown(render_view(ledger.project(VisionAlignment, at="2026")))
    assert "1 contact," in shown(render_view(ledger.project(NetworkGrowth, at="2026")))


def test_without_effort_no_score_is_made_up():
    ledger = Ledger.in_memory()
    ledger.record(VisionDeclared(on="2026", vision="v", statement="s", themes={"a": 1}))

    text = shown(render_view(ledger.project(VisionAlignment, at="2026")))

    assert "(v, north star): \N{EN DASH}" in text
    assert "no effort on a" in text
    assert "entries:" not in text


def test_a_small_share_is_not_none():
    ledger = Ledger.in_memory()
    ledger.record(VisionDeclared(on="2026", vision="v", statement="s", themes={"a": 1}))
    ledger.record(CourseFinished(on="2026", title="A", hours=1, themes={"a"}))
    ledger.record(CourseFinished(on="2026", title="B", hours=999))

    assert "<1%" in shown(render_view(ledger.project(VisionAlignment, at="2026")))


def test_many_contacts_are_counted_not_listed():
    ledger = Ledger.in_memory()
    ledger.record([ContactMade(on="2026", contact=f"{i}", name=f"N{i:02}") for i in range(15)])

    text = shown(render_view(ledger.project(NetworkGrowth, at="2026")))

    assert 12 == sum(f"N{i:02}" in text for i in range(15))
    assert "… and 3 more" in text


def test_without_networkx_the_constraint_names_the_extra(demo_ledger, monkeypatch):
    monkeypatch.setitem(sys.modules, "networkx", None)

    text = shown(render_view(demo_ledger.project(NetworkGrowth, at=demo.AT)))

    assert "pip install 'careerledger[network]'" in text


@given(st.integers() | texts() | st.lists(st.integers()))
def test_a_view_of_an_unknown_kind_is_shown_as_text(view):
    assert printable(view) == render_view(view).plain


# Text


@given(st.text(st.characters()))
def test_printable_text_stays_as_it_is_and_the_rest_becomes_so(text):
    once = printable(text)

    assert once.isprintable()
    assert once == printable(once)
    assert once == "".join(map(printable, text))
    assert once == safe(text).plain
    assert not text.isprintable() or text == once


def test_wide_and_narrow_spaces_are_spaces():
    assert "a b c" == printable("a\u00a0b\u202fc")


# Histories


def test_a_history_is_one_line_for_each_entry():
    ledger = Ledger.in_memory(clock=Clock())
    ledger.record(
        RoleStarted(on="2024-03", role="a", organisation="Acme", title="Analyst", note="two\nlines")
    )
    ledger.record(
        IndustrySwitched(
            on="2025", from_="x", to="y", why="z", hours=1.5, themes={"b", "a"}, evidence=["q", "p"]
        )
    )

    assert [
        "    #  date        event                 fields",
        r'    1  2024-03     role.started          role=a organisation=Acme title=Analyst note="two\nlines"',
        "    2  2025        industry.switched     from=x to=y why=z themes=a themes=b hours=1.5 evidence=q evidence=p",
    ] == lines_of(ledger.entries(), width=120)


def test_defaults_are_omitted_and_order_preserved():
    ledger = Ledger.in_memory(strict=False, clock=Clock())
    ledger.record(GoalSet(on="2024", goal="g", title="G", levels=list("zyxab")))
    ledger.record(
        OpportunityFound(on="2025", opportunity="o", what="w", role_like=RoleLike(title="T"))
    )
    ledger.record(ContactTouched(on="2026", contact="c", toward={"g": 1, "v": 0.25}))

    told = [
        line.partition("  ")[2].split("  ", 2)[-1] for line in lines_of(ledger.entries(), width=200)
    ]

    assert told[1].endswith("goal=g title=G levels=z levels=y levels=x levels=a levels=b")
    assert told[2].endswith("opportunity=o what=w role_like.title=T")
    assert told[3].endswith("contact=c toward=g:1 toward=v:0.25")


def test_a_screen_cuts_a_line_and_a_pipe_does_not():
    ledger = Ledger.in_memory(clock=Clock())
    ledger.record(CourseFinished(on="2024", title="x" * 500))

    cut = lines_of(ledger.entries(), width=60)[1]
    whole = lines_of(ledger.entries(), width=60, on_screen=False)[1]

    assert 60 == len(cut)
    assert cut.endswith("x…")
    assert whole.endswith("title=" + "x" * 500)


def test_an_unknown_event_shows_what_it_holds():
    entry = Entry(
        id="a",
        type="acme.odd",
        version=2,
        recorded_at=Clock()(),
        key=None,
        event=UnknownEvent(on=None, type="acme.odd", version=2, fields='{"prize":1}'),
        seq=7,
    )
    dated = msgspec.structs.replace(entry, event=attrs.evolve(entry.event, on=PartialDate("2024")))

    assert [
        '    7              acme.odd              unknown event, version 2: {"prize":1}',
        '    7  2024        acme.odd              unknown event, version 2: {"prize":1}',
    ] == lines_of([entry, dated])[1:]


def test_a_long_history_is_shown_from_its_start(demo_ledger):
    """Whoever reads only the head of it waits only for that."""
    entries = demo_ledger.entries()
    lines = render_entries(entries)

    next(lines)
    next(lines)

    assert len(demo_ledger) - 1 == len(list(entries))


# Findings


def test_success_names_the_number_of_entries():
    assert "no findings in 0 entries\n" == shown(render_findings([], 0))
    assert "no findings in 1 entry\n" == shown(render_findings([], 1))


def test_findings_are_printed_in_full():
    severities = ["error", "warning", "note"]
    findings = [
        Finding(code="x", severity=s, message=f"{s} [b]m[/b]", entries=("a",), fix="amend it")
        for s in severities
    ]

    text = shown(render_findings(findings, 9))

    assert ["severity", "finding", "fix"] == text.splitlines()[0].split()
    assert all(f"{s} [b]m[/b]" in text for s in severities)
    assert text.endswith("\n3 findings in 9 entries\n")
    assert shown(render_findings(findings[:1], 9)).endswith("\n1 finding in 9 entries\n")


def golden(projection, width):
    return GOLDEN / f"{projection.__projection__.name}-{width}.txt"


if __name__ == "__main__":
    LEDGER = with_demo(Ledger.in_memory(clock=Clock()))
    for PROJECTION in PROJECTIONS:
        for WIDTH in (80, 100):
            TEXT = shown(render_view(LEDGER.project(PROJECTION, at=demo.AT)), width=WIDTH)
            golden(PROJECTION, WIDTH).write_text(TEXT, encoding="utf-8")
