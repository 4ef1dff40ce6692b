"""Render views as tables for a terminal. Needs rich, which comes with ``careerledger[cli]``.

All text from a ledger goes through ``safe``, so that it cannot act as markup or control the
terminal.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import singledispatch
from math import fsum
from typing import TYPE_CHECKING, Final, Literal, NoReturn, cast

import attrs

from careerledger.answers import Finding
from careerledger.answers.explanation import Explanation, measured, name_of
from careerledger.dates import PartialDate
from careerledger.errors import MissingExtraError
from careerledger.events import Event
from careerledger.events.correction import EntryVoided
from careerledger.history import Entry
from careerledger.projections.milestone_history import Harvest, MilestoneHistoryView
from careerledger.projections.network_growth import NetworkGrowthView
from careerledger.projections.view import Evidence, View, text_of
from careerledger.projections.vision_alignment import VisionAlignmentView, VisionScore
from careerledger.report.entry_text import correction_text
from careerledger.report.event_words import event_words
from careerledger.text import number_text, printable

if TYPE_CHECKING:
    from careerledger.answers import Comparison

try:
    from rich.console import Console, Group, RenderableType
    from rich.panel import Panel
    from rich.table import Table
    from rich.text import Text
except ImportError as error:
    raise MissingExtraError("tables need rich; pip install 'careerledger[cli]'") from error

__all__ = [
    "Terminal",
    "render_comparison",
    "render_entries",
    "render_explanation",
    "render_findings",
    "render_series",
    "render_view",
    "safe",
]

_BARS: Final = " ▁▂▃▄▅▆▇█"
_NONE: Final = "\N{EN DASH}"
MAX_ROWS: Final = 12
"""The maximum number of rows in a table."""


class Terminal(Console):
    """A rich console for reports."""

    def print_lines(self, lines: Iterable[Text]) -> None:
        """Print each text on one line: truncated on a screen, complete in a file or pipe."""
        on_screen = self.is_terminal
        overflow: Literal["ellipsis", "ignore"] = "ellipsis" if on_screen else "ignore"
        for line in lines:
            self.print(line, no_wrap=True, overflow=overflow, crop=on_screen)

    def on_broken_pipe(self) -> NoReturn:
        """Raise BrokenPipeError instead of exiting."""
        raise BrokenPipeError


def safe(text: object, style: str = "") -> Text:
    """Return text without control characters and markup."""
    return Text(printable(text), style)


def _percent(share: float | None) -> str:
    if share is None:
        return _NONE
    rounded = f"{share:.0%}"
    return "<1%" if rounded == "0%" and share else rounded


def _count(number: float, one: str, many: str = "") -> str:
    return f"{number_text(number, 12)} {one if number == 1 else many or one + 's'}"


def _bar(share: float | None, width: int = 20) -> Text:
    filled = round((share or 0) * width)
    return Text.assemble(("█" * filled, "green"), ("░" * (width - filled), "dim"))


def _table(*columns: str) -> Table:
    """Return a table; a column name with ``>`` is aligned right, one with ``~`` shrinks first."""
    table = Table(box=None, pad_edge=False, expand=True)
    for column in columns:
        table.add_column(
            column.lstrip(">~"),
            justify="right" if column.startswith(">") else "left",
            no_wrap=True,
            overflow="ellipsis",
            ratio=1 if column.startswith("~") else None,
        )
    return table


def _add_row(table: Table, *cells: object) -> None:
    table.add_row(*(cell if isinstance(cell, Text | Group) else safe(cell) for cell in cells))


@singledispatch
def render_view(view: object) -> RenderableType:
    """Render a view; render anything other than a ``View`` as text."""
    return safe(view)


@render_view.register
def _(view: View) -> RenderableType:
    """Render numbers and texts line by line, then a table for each field with parts."""
    values = Table(box=None, pad_edge=False, show_header=False)
    tables: list[RenderableType] = []
    for name, value in _fields(view):
        if name == "at":
            continue
        parts = _parts(value)
        if parts and all(isinstance(part, Evidence) for part in parts):
            _add_row(values, _title(name), _evidence(parts))
        elif parts:
            tables += ["", Text(_title(name), "bold"), _render_parts(parts)]
        else:
            _add_row(values, _title(name), text_of(value))
    title = _title(type(view).__name__.removesuffix("View"))
    lines = [values, *tables] if values.row_count else tables[1:]
    return Panel(
        Group(*lines), title=safe(f"{title}, {getattr(view, 'at', '')}"), title_align="left"
    )


def _render_parts(parts: Sequence[View]) -> RenderableType:
    """Render parts as rows; leave out columns that are empty in all of them."""
    rows = [dict(_fields(part)) for part in parts[:MAX_ROWS]]
    names = [name for name in rows[0] if any(row.get(name) not in _EMPTY for row in rows)]
    table = Table(box=None, pad_edge=False)
    for name in names:
        column = [row.get(name) for row in rows]
        is_number = all(isinstance(value, int | float | None) for value in column)
        # In a narrow terminal, text wraps; dates and entry numbers stay on one line.
        no_wrap = any(
            isinstance(value, date | PartialDate) or _is_evidence(value) for value in column
        )
        table.add_column(_title(name), justify="right" if is_number else "left", no_wrap=no_wrap)
    for row in rows:
        _add_row(table, *(_cell(row.get(name)) for name in names))
    if len(parts) > MAX_ROWS:
        return Group(table, f"… and {len(parts) - MAX_ROWS} more")
    return table


_EMPTY: Final = (None, (), "")


def _cell(value: object) -> str:
    if isinstance(value, bool):
        value = "yes" if value else None
    first, *more = _parts(value) or (None,)
    if first is None:
        return text_of(value)
    if isinstance(first, Evidence):
        return f"#{first.seq} +{len(more)}" if more else f"#{first.seq}"
    # The first field of a part names it.
    return ", ".join(text_of(_fields(part)[0][1]) for part in _parts(value))


def _is_evidence(value: object) -> bool:
    return any(isinstance(part, Evidence) for part in _parts(value))


def _evidence(parts: Iterable[View]) -> str:
    """Return the first five entries behind a number, with their shares."""
    first = [part for part in parts if isinstance(part, Evidence)][:5]
    return ", ".join(f"#{part.seq} {number_text(part.share, 2)}" for part in first)


def _fields(view: View) -> list[tuple[str, object]]:
    fields = attrs.fields(cast("type[attrs.AttrsInstance]", type(view)))
    return [(field.name, getattr(view, field.name)) for field in fields]


def _parts(value: object) -> tuple[View, ...]:
    if isinstance(value, View):
        return (value,)
    items = cast("tuple[object, ...]", value) if isinstance(value, tuple) else ()
    return tuple(item for item in items if isinstance(item, View))


def _title(name: str) -> str:
    """Return a name in code as a title: ``"Next due"`` for ``"next_due"`` and ``"NextDue"``."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", name).lower().capitalize()


@render_view.register
def _(view: VisionAlignmentView) -> RenderableType:
    if view.visions:
        numbers = Text.assemble(
            "job ",
            (_percent(view.job), "bold green"),
            "   beyond it ",
            (_percent(view.beyond), "bold green"),
            "   together ",
            (_percent(view.score), "bold"),
            "   as worded at the time ",
            (_percent(view.in_force), "bold"),
        )
        known = Text(
            f"tagged {_percent(view.coverage)} of your effort; hours assumed for "
            f"{_percent(view.assumed)}"
        )
        content = Group(safe(view.sentence), "", numbers, known, *map(_render_vision, view.visions))
    else:
        content = Group(Text("No visions yet; record vision.declared."))
    return Panel(content, title=f"Vision alignment, {view.at}", title_align="left")


def _render_vision(vision: VisionScore) -> RenderableType:
    horizon = "north star" if vision.horizon is None else f"in {_count(vision.horizon, 'year')}"
    title = Text.assemble(
        safe(vision.statement, "bold"),
        safe(f" ({vision.vision}, {horizon}): "),
        (_percent(vision.score), "green"),
    )
    themes = _table("~theme", ">weight", ">share of effort", "")
    for theme in vision.themes:
        weight, share = number_text(theme.weight), _percent(theme.share)
        _add_row(themes, theme.theme, weight, share, _bar(theme.share))
    lines: list[RenderableType] = ["", title, themes]
    if vision.unbacked:
        lines.append(Text.assemble(("no effort on ", "yellow"), safe(", ".join(vision.unbacked))))
    if vision.evidence:
        entries = ", ".join(f"#{e.seq} {_percent(e.share)}" for e in vision.evidence[:5])
        lines.append(Text(f"entries: {entries}, others {_percent(vision.score_beyond(5))}"))
    return Group(*lines)


@render_view.register
def _(view: NetworkGrowthView) -> RenderableType:
    bands = "   ".join(f"{band} {count}" for band, count in view.bands.items())
    diversity = _NONE if view.diversity is None else f"{view.diversity:.2f}"
    contacts = _count(len(view.contacts), "contact")
    lines: list[RenderableType] = [
        Text.assemble((contacts, "bold"), f", {view.active} active: {bands}"),
        Text(
            f"diversity {diversity}   mentors {view.mentors}   helped {view.helped}   "
            f"doors opened {view.doors}"
        ),
        *_constraint(view),
        "",
        _contact_table(view),
    ]
    if len(view.contacts) > MAX_ROWS:
        lines.append(f"… and {len(view.contacts) - MAX_ROWS} more")
    if view.reconnectable:
        names = {tie.contact: tie.name for tie in view.contacts}
        dormant = ", ".join(names[contact] for contact in view.reconnectable[:MAX_ROWS])
        lines.append(Text.assemble(("worth contacting again: ", "yellow"), safe(dormant)))
    if view.months:
        months = _table("month", ">new", ">contacts", ">active", ">dormant", "~")
        for month in view.months[-MAX_ROWS:]:
            _add_row(months, month.month, month.new, month.cumulative, month.active, month.dormant)
        lines += ["", months]
    return Panel(Group(*lines), title=f"Network growth, {view.at}", title_align="left")


def _contact_table(view: NetworkGrowthView) -> RenderableType:
    if not view.contacts:
        return Text("No contacts yet; record contact.made.")
    ties = _table("~contact", "kind", "~organisation", "last touch", "strength", "band")
    for tie in view.contacts[:MAX_ROWS]:
        strength = Text.assemble(f"{tie.strength:.2f} ", _bar(tie.strength, 6))
        organisation = tie.organisation or ""
        _add_row(ties, tie.name, tie.kind, organisation, tie.last_touch, strength, tie.band)
    return ties


def _constraint(view: NetworkGrowthView) -> list[Text]:
    try:
        constraint = view.constraint()
    except MissingExtraError as error:
        return [safe(error, "dim")]
    if constraint is None:
        return []
    return [Text(f"constraint {constraint:.2f} (the lower, the more bridges between groups)")]


@render_view.register
def _(view: MilestoneHistoryView) -> RenderableType:
    lines: list[RenderableType] = [Text("No milestones yet; record role.started.")]
    if view.milestones:
        milestones = _table("date", "milestone", "~title", "entries")
        for milestone in view.milestones:
            numbers = " ".join(f"#{seq}" for seq in milestone.entries)
            _add_row(milestones, milestone.on, milestone.kind, milestone.title, numbers)
        lines = [milestones]
    if view.roles:
        roles = _table("~role and its results", "from", "to")
        roles.columns[0].no_wrap = False
        for role in view.roles:
            results = Group(safe(f"{role.title}, {role.organisation}"), _results(role))
            _add_row(roles, results, role.started, role.ended or "now")
        lines += ["", roles]
    if view.unreflected:
        titles = {role.role: f"{role.title}, {role.organisation}" for role in view.roles}
        lines.append(Text("ended without a reflection", "yellow"))
        lines += [safe(f"  {titles[role]}") for role in view.unreflected]
    return Panel(Group(*lines), title=f"Milestone history, {view.at}", title_align="left")


def _results(role: Harvest) -> Text:
    parts = [
        _count(number, name)
        for number, name in (
            (len(role.milestones), "milestone"),
            (len(role.skills), "skill"),
            (len(role.contacts), "contact"),
            (len(role.credentials), "credential"),
            (len(role.challenges), "challenge"),
            (len(role.doors), "door"),
            (role.reflections, "reflection"),
        )
        if number
    ]
    return Text("  " + (", ".join(parts) or _NONE), "dim")


def render_entries(
    entries: Iterable[Entry[Event]], corrections: Sequence[Entry[Event]] = ()
) -> Iterator[Text]:
    """Yield a header and a line for each entry, for ``Terminal.print_lines``.

    Args:
        entries: The entries.
        corrections: Corrections to list: of an entry below it, of a person at the end.
    """
    by_target: dict[str, list[Entry[Event]]] = {}
    for correction in corrections:
        by_target.setdefault(getattr(correction.event, "target", ""), []).append(correction)
    yield Text(f"{'#':>5}  {'date':<10}  {'event':<20}  fields", "bold")
    for entry in entries:
        about = by_target.get(entry.id, [])
        style = "dim" if any(isinstance(each.event, EntryVoided) for each in about) else ""
        on = getattr(entry.event, "on", None) or ""
        yield safe(f"{entry.seq:>5}  {on:<10}  {entry.type:<20}  {_fields_text(entry)}", style)
        yield from (_correction_line(each) for each in about)
    yield from (_correction_line(each) for each in by_target.get("", []))


def _correction_line(correction: Entry[Event]) -> Text:
    return safe(f"{'':>5}  #{correction.seq} {correction_text(correction)}", "yellow")


def _fields_text(entry: Entry[Event]) -> str:
    return " ".join(event_words(entry.event))


def render_explanation(
    explanation: Explanation, entries: Mapping[int, Entry[Event]]
) -> RenderableType:
    """Render an explanation, with a row for each entry.

    Args:
        explanation: The number and the share of each entry.
        entries: The entries by number.
    """
    table = Table(box=None, pad_edge=False)
    table.add_column("share", justify="right")
    table.add_column("entry", justify="right")
    table.add_column("event")
    if explanation.since is not None:
        _add_row(table, text_of(explanation.before or 0.0), "", f"on {explanation.since}")
        _add_row(table, _signed(explanation.fading), "", "fading")
    elif explanation.before:
        _add_row(table, text_of(explanation.before), "", "start value")
    for part in explanation.shares[:MAX_ROWS]:
        entry = entries.get(part.seq)
        fields = "" if entry is None else _fields_text(entry)
        _add_row(table, _signed(part.share), f"#{part.seq}", f"{part.on} {part.type}  {fields}")
    if len(explanation.shares) > MAX_ROWS:
        rest = fsum(part.share for part in explanation.shares[MAX_ROWS:])
        _add_row(table, _signed(rest), "", f"{len(explanation.shares) - MAX_ROWS} more entries")
    _add_row(table, Text(text_of(explanation.value), "bold"), "", f"on {explanation.at}")
    title = safe(f"{_title(explanation.projection)}: {_title(explanation.of).lower()}")
    return Panel(table, title=title, title_align="left")


def render_series(points: Sequence[tuple[date, object]], of: str | None) -> RenderableType:
    """Render a number over time, with bars.

    Args:
        points: Dates with their views.
        of: The name of the number; None: the headline.
    """
    values = [(day, measured(view, of)) for day, view in points]
    top = max((abs(value) for _, value in values if value is not None), default=0.0)
    table = Table(box=None, pad_edge=False)
    table.add_column("date")
    table.add_column(_title(name_of(points[-1][1], of)), justify="right")
    table.add_column("")
    for day, value in values:
        _add_row(table, day, text_of(value), _bar(abs(value) / top if value and top else None))
    return table


def _signed(number: float) -> str:
    return f"{'+' if number >= 0 else ''}{number_text(number)}"


def _measure_title(measure: str) -> str:
    """Return a measure's name for people: ``"Vision alignment: score"``."""
    projection, _, number = measure.partition(".")
    return f"{_title(projection)}: {_title(number).lower()}" if number else projection


def render_comparison(comparison: "Comparison") -> RenderableType:
    """Render a comparison, with a row for each measure and a column for each future."""
    table = Table(box=None, pad_edge=False)
    table.add_column("measure")
    for future in comparison.futures:
        table.add_column(safe(future.name), justify="right")
    for effect in comparison.futures[0].effects:
        best = comparison.ranked(effect.measure)[0]
        cells: list[Text] = []
        for future in comparison.futures:
            here = future.effect(effect.measure)
            change = f" ({_signed(here.change)})" if here.change else ""
            cells.append(safe(text_of(here.value) + change, "green" if future.name == best else ""))
        _add_row(table, _measure_title(effect.measure), *cells)
    return Panel(table, title=f"Futures, {comparison.at}", title_align="left")


_COLOURS: Final = {"error": "red", "warning": "yellow", "note": "cyan"}


def render_findings(
    findings: Collection[Finding], size: int, words: Callable[[str], str] = str
) -> RenderableType:
    """Render findings as a table.

    Args:
        findings: The findings.
        size: The number of entries in the ledger.
        words: Rewrites a message or a fix in the words of the reader.
    """
    entries = _count(size, "entry", "entries")
    if not findings:
        return Text(f"no findings in {entries}")
    table = Table(box=None, pad_edge=False)
    table.add_column("severity", no_wrap=True)
    table.add_column("finding")
    table.add_column("fix")
    for finding in findings:
        severity = Text(finding.severity, _COLOURS[finding.severity])
        _add_row(table, severity, words(finding.message), words(finding.fix))
    return Group(table, "", Text(f"{_count(len(findings), 'finding')} in {entries}"))
