"""Views as tables for a terminal. Needs rich, which comes with ``careerledger[cli]``."""

from collections.abc import Iterable, Mapping
from functools import singledispatch
from typing import cast

import attrs
from rich.console import Group, RenderableType
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from careerledger.analyses import Finding
from careerledger.errors import MissingExtraError
from careerledger.events import Event
from careerledger.history import Entry
from careerledger.projections.milestone_history import MilestoneHistoryView
from careerledger.projections.network_growth import NetworkGrowthView
from careerledger.projections.vision_alignment import VisionAlignmentView, VisionScore

__all__ = ["of_entries", "of_findings", "of_view", "safe"]

_BARS = " ▁▂▃▄▅▆▇█"
_SHOWN = 12


def safe(text: object) -> str:
    """Text that can do nothing to a terminal: no control or direction characters, no markup."""
    shown = (
        char if char.isprintable() else char.encode("unicode_escape").decode()
        for char in str(text)
    )
    return escape("".join(shown))


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.0%}"


def _bar(share: float | None, width: int = 20) -> Text:
    filled = round((share or 0) * width)
    return Text("█" * filled, style="green") + Text("░" * (width - filled), style="dim")


def _spark(values: Iterable[float | None]) -> str:
    return "".join("·" if v is None else _BARS[1 + round(v * (len(_BARS) - 2))] for v in values)


def _numbers(seqs: Iterable[int]) -> str:
    return " ".join(f"#{seq}" for seq in seqs)


def _table(*columns: str) -> Table:
    """A table of columns: ``>`` before a name aligns right, ``~`` gives way when space is short."""
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


@singledispatch
def of_view(view: object) -> RenderableType:
    """What a terminal shows of a view; one of an unknown kind as text."""
    return safe(view)


@of_view.register
def _(view: VisionAlignmentView) -> RenderableType:
    if not view.visions:
        return Panel("No vision is declared yet: record VisionDeclared.", title="Vision alignment")
    head = Text.assemble(
        "Effort towards the visions as they read today: ",
        (_percent(view.score), "bold green"),
        "   as they read at the time: ",
        (_percent(view.in_force), "bold"),
    )
    return Panel(
        Group(head, *(_of_vision(vision) for vision in view.visions)),
        title=f"Vision alignment, {view.at}",
        title_align="left",
    )


def _of_vision(vision: VisionScore) -> RenderableType:
    horizon = "north star" if vision.horizon is None else f"in {vision.horizon:g} years"
    themes = _table("~theme", ">weight", ">share of effort", "")
    for theme in vision.themes:
        share = _percent(theme.share)
        themes.add_row(safe(theme.theme), f"{theme.weight:g}", share, _bar(theme.share))
    lines: list[RenderableType] = [
        "",
        f"[bold]{safe(vision.statement)}[/bold] ({safe(vision.vision)}, {horizon}): "
        f"[green]{_percent(vision.score)}[/green]",
        themes,
        f"last 12 months  {_spark(month.score for month in vision.months)}",
    ]
    if vision.unbacked:
        lines.append(f"[yellow]nothing behind[/yellow] {safe(', '.join(vision.unbacked))}")
    if vision.evidence:
        rests = ", ".join(f"#{e.seq} {_percent(e.share)}" for e in vision.evidence[:5])
        lines.append(f"rests on {rests}, the rest {_percent(vision.score_beyond(5))}")
    return Group(*lines)


@of_view.register
def _(view: NetworkGrowthView) -> RenderableType:
    bands = "   ".join(f"{band} {count}" for band, count in view.bands.items())
    diversity = "–" if view.diversity is None else f"{view.diversity:.2f}"
    ties = _table("~contact", "kind", "~organisation", "last touch", ">strength", "", "band")
    for tie in view.contacts[:_SHOWN]:
        ties.add_row(
            safe(tie.name),
            tie.kind,
            safe(tie.organisation or ""),
            tie.last_touch,
            f"{tie.strength:.2f}",
            _bar(tie.strength, 10),
            tie.band,
        )
    lines: list[RenderableType] = [
        f"[bold]{len(view.contacts)} contacts[/bold], {view.active} active: {bands}",
        f"diversity {diversity}   mentors {view.mentors}   helped {view.helped}   "
        f"doors opened {view.doors}",
        *_constraint(view),
        "",
        ties,
    ]
    if len(view.contacts) > _SHOWN:
        lines.append(f"… and {len(view.contacts) - _SHOWN} more")
    if view.reconnectable:
        names = {tie.contact: tie.name for tie in view.contacts}
        sleeping = ", ".join(names[contact] for contact in view.reconnectable[:_SHOWN])
        lines.append(f"[yellow]worth writing to again[/yellow] {safe(sleeping)}")
    if view.months:
        months = _table("month", ">new", ">contacts", ">active", ">dormant", "~")
        for month in view.months[-_SHOWN:]:
            counts = (month.new, month.cumulative, month.active, month.dormant)
            months.add_row(month.month, *map(str, counts))
        lines += ["", months]
    return Panel(Group(*lines), title=f"Network growth, {view.at}", title_align="left")


def _constraint(view: NetworkGrowthView) -> list[str]:
    try:
        constraint = view.constraint()
    except MissingExtraError as error:
        return [f"[dim]{safe(error)}[/dim]"]
    return [] if constraint is None else [f"constraint {constraint:.2f}, low means many bridges"]


@of_view.register
def _(view: MilestoneHistoryView) -> RenderableType:
    milestones = _table("date", "milestone", "~title", "entries")
    for milestone in view.milestones:
        milestones.add_row(
            milestone.on,
            milestone.kind,
            safe(milestone.title),
            _numbers(milestone.entries),
        )
    roles = _table("~role", "from", "to", ">skills", ">contacts", ">challenges", ">milestones")
    for role in view.roles:
        roles.add_row(
            safe(f"{role.title}, {role.organisation}"),
            role.started,
            role.ended or "now",
            *(str(len(p)) for p in (role.skills, role.contacts, role.challenges, role.milestones)),
        )
    lines: list[RenderableType] = [milestones, "", roles]
    if view.unreflected:
        titles = {role.role: f"{role.title}, {role.organisation}" for role in view.roles}
        lines.append("[yellow]ended, and no reflection yet[/yellow]")
        lines += [f"  {safe(titles[role])}" for role in view.unreflected]
    return Panel(Group(*lines), title=f"Milestone history, {view.at}", title_align="left")


def of_entries(entries: Iterable[Entry[Event]]) -> RenderableType:
    """A history as a table."""
    table = _table(">#", "date", "what", "~says")
    for entry in entries:
        on = getattr(entry.event, "on", None)
        table.add_row(str(entry.seq), on or "", safe(entry.type), safe(_said(entry.event)))
    return table


def _said(event: Event) -> str:
    """What an event says beyond its date and its defaults."""
    fields = attrs.fields(cast("type[attrs.AttrsInstance]", type(event)))
    said = {field.name: getattr(event, field.name) for field in fields if field.name != "on"}
    told = [
        f"{field.name}={_plainly(said[field.name])}"
        for field in fields
        if field.name in said and said[field.name] != field.default
    ]
    return "  ".join(told)


def _plainly(value: object) -> str:
    if isinstance(value, Mapping):
        pairs = cast("Mapping[object, object]", value).items()
        return ",".join(f"{name}:{number}" for name, number in pairs)
    if isinstance(value, tuple | frozenset):
        return ",".join(sorted(map(str, cast("Iterable[object]", value))))
    return str(value)


_COLOURS = {"error": "red", "warning": "yellow", "note": "cyan"}


def of_findings(findings: Iterable[Finding]) -> RenderableType:
    """Findings as a table."""
    table = Table(box=None, pad_edge=False)
    for column in ("severity", "finding", "mend"):
        table.add_column(column)
    for finding in findings:
        colour = _COLOURS[finding.severity]
        mark = f"[{colour}]{finding.severity}[/{colour}]"
        table.add_row(mark, safe(finding.message), safe(finding.mend))
    return table


