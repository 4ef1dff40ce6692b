"""Words that answer questions: ``show``, ``explain``, ``series`` and others."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import click

from careerledger.cli.event_fields import PROJECTIONS
from careerledger.cli.framework import DATE, INSTANT, OneOf, ledger_option, name_option, word
from careerledger.cli.ledgers import existing_ledger, existing_ledgers, recorded_entry
from careerledger.cli.printing import open_terminal, print_json, print_text, print_views

if TYPE_CHECKING:
    from pathlib import Path

    from careerledger.dates import PartialDate
    from careerledger.history import Entry
    from careerledger.ledger import Ledger

HEADLINES: Final = ("vision-alignment", "network-growth", "milestone-history")
PERIODS: Final = ("day", "week", "month", "quarter", "year")

_OTHERS: Final = ", ".join(name for name in PROJECTIONS if name not in HEADLINES)
_PROJECTION: Final = click.argument(
    "projection", metavar="PROJECTION", type=OneOf("projection", PROJECTIONS)
)
_LIST: Final = f"Projections: {', '.join(HEADLINES)}, {_OTHERS}."


@word(
    "show",
    help="Show your visions, network, milestones and other projections.\n\n"
    f"PROJECTION is one of those below, or all (default: the first three).\n\n{_LIST}",
    examples=["show", "show all", "show network-growth --at 2024-12-31 --json"],
)
@click.argument("projection", type=OneOf("projection", [*PROJECTIONS, "all"]), required=False)
@click.option("--at", type=DATE, help="Show the career as of this date (default: today).")
@click.option(
    "--known-at",
    type=INSTANT,
    help="Show what the ledger knew at this instant, such as 2024-03-14T12:00Z (default: now).",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of tables.")
@ledger_option
@name_option
def show(
    *,
    projection: str | None,
    at: "PartialDate | None",
    known_at: datetime | None,
    as_json: bool,
    path: "Path | None",
    name: str | None,
) -> None:
    """Print views of projections."""
    names: Sequence[str] = HEADLINES if projection is None else [projection]
    if projection == "all":
        names = list(PROJECTIONS)
    terminal = None if as_json else open_terminal()
    with existing_ledger(path, name) as ledger:
        views = project(ledger, names, at, known_at)
    if terminal is None:
        print_json({name: view.to_dict() for name, view in zip(names, views, strict=True)})
    else:
        print_views(terminal, views)


def project(
    ledger: "Ledger", names: Sequence[str], at: Any, known_at: datetime | None = None
) -> Sequence[Any]:
    """Return the views of the projections with these names on the command line."""
    classes = [_class_of(name) for name in names]
    views = ledger.project(*classes, at=at, known_at=known_at)
    return views if len(classes) > 1 else [views]


def _class_of(name: str) -> Any:
    from careerledger import projections

    return getattr(projections, PROJECTIONS[name])


@word(
    "explain",
    help="Explain a number: list the entries that make it up or changed it.\n\n" + _LIST,
    examples=[
        "explain vision-alignment",
        "explain network-growth --of active --at 2024-12-31",
        "explain vision-alignment --between 2024 2025",
    ],
)
@_PROJECTION
@click.option("--of", metavar="NUMBER", help="The number to explain (default: the headline).")
@click.option("--at", type=DATE, help="Explain the number at this date (default: today).")
@click.option(
    "--between",
    nargs=2,
    metavar="DATE DATE",
    type=DATE,
    help="Explain the change of the number from the first date to the second.",
)
@ledger_option
@name_option
@click.pass_context
def explain(
    context: click.Context,
    *,
    projection: str,
    of: str | None,
    at: "PartialDate | None",
    between: "tuple[PartialDate, PartialDate] | None",
    path: "Path | None",
    name: str | None,
) -> None:
    """Print the entries that make up a number, or changed it."""
    if at is not None and between is not None:
        raise click.UsageError("--at and --between exclude each other", ctx=context)
    terminal = open_terminal()
    from careerledger.report.tables import render_explanation

    with existing_ledger(path, name) as ledger:
        explanation = ledger.explain(_class_of(projection), of=of, at=at, between=between)
        entries = {entry.seq: entry for entry in ledger.entries()}
    terminal.print(render_explanation(explanation, entries))


@word(
    "series",
    help=f"Show a number over time.\n\n{_LIST}",
    examples=[
        "series network-growth --since 2024",
        "series learning --of hours --since 2020 --every year",
    ],
)
@_PROJECTION
@click.option("--of", metavar="NUMBER", help="The number to show (default: the headline).")
@click.option("--since", type=DATE, required=True, help="Start at this date.")
@click.option("--until", type=DATE, help="End at this date (default: today).")
@click.option(
    "--every",
    type=click.Choice(PERIODS),
    default="month",
    help="The interval (default: month).",
)
@ledger_option
@name_option
def series(
    *,
    projection: str,
    of: str | None,
    since: "PartialDate",
    until: "PartialDate | None",
    every: str,
    path: "Path | None",
    name: str | None,
) -> None:
    """Print a number over time."""
    terminal = open_terminal()
    from careerledger.report.tables import render_series

    with existing_ledger(path, name) as ledger:
        points = ledger.series(_class_of(projection), every=every, since=since, until=until)
    terminal.print(render_series(points, of))


@word("compare", examples=["compare"])
@ledger_option
@name_option
def compare(*, path: "Path | None", name: str | None) -> None:
    """Compare your open opportunities side by side."""
    terminal = open_terminal()
    from careerledger.report.tables import render_comparison

    with existing_ledger(path, name) as ledger:
        comparison = ledger.compare()
    terminal.print(render_comparison(comparison))


@word("history", examples=["history", "history --since 2024 --until 2024-06"])
@click.option("--since", type=DATE, help="Start at this date.")
@click.option("--until", type=DATE, help="End at this date.")
@ledger_option
@name_option
def history(
    *,
    since: "PartialDate | None",
    until: "PartialDate | None",
    path: "Path | None",
    name: str | None,
) -> None:
    """List what happened, with the corrections of each entry and their reasons."""
    terminal = open_terminal()
    from careerledger.events.correction import EntryVoided
    from careerledger.history import place
    from careerledger.report.tables import render_entries

    with existing_ledger(path, name) as ledger:
        in_force = list(ledger.entries(since=since, until=until))
        log = {entry.id: entry for entry in ledger}
    corrections = [entry for entry in log.values() if _is_correction(entry)]
    voided = {e.event.target for e in corrections if isinstance(e.event, EntryVoided)}
    listed = [log[id_] for id_ in voided & log.keys() if _is_within(log[id_], since, until)]
    entries = sorted([*in_force, *listed], key=place)
    terminal.print_lines(render_entries(entries, corrections))


def _is_correction(entry: "Entry[Any]") -> bool:
    from careerledger.events.correction import EntryAmended, EntryVoided, SubjectForgotten

    return isinstance(entry.event, EntryAmended | EntryVoided | SubjectForgotten)


def _is_within(
    entry: "Entry[Any]", since: "PartialDate | None", until: "PartialDate | None"
) -> bool:
    on = getattr(entry.event, "on", None)
    if on is None:
        return since is None and until is None
    day = on.first_day
    return (since is None or since.first_day <= day) and (until is None or day <= until.last_day)


@word("entry", examples=["entry 2"])
@click.argument("entry", metavar="ENTRY")
@ledger_option
@name_option
def entry(*, entry: str, path: "Path | None", name: str | None) -> None:
    """Show one entry as it was recorded, and its corrections with their reasons.

    ENTRY is the entry's number or id.
    """
    from careerledger.report.entry_text import entry_lines

    with existing_ledger(path, name) as ledger:
        chosen = recorded_entry(ledger, entry)
        log = list(ledger)
    for line in entry_lines(chosen, log):
        print_text(line)


@word("check", examples=["check", "check --ledger career.ledger --name career"])
@ledger_option
@name_option
def check(*, path: "Path | None", name: str | None) -> int:
    """Verify the ledger and list what looks wrong; exit with 1 on errors.

    Without --name, check all ledgers of the file.
    """
    terminal = open_terminal()
    from careerledger.cli.messages import in_command_words
    from careerledger.report.tables import render_findings

    has_errors = False
    with existing_ledgers(path, name, "check") as ledgers:
        for ledger in ledgers:
            ledger.verify()
            findings = ledger.check()
            if len(ledgers) > 1:
                print_text(f"ledger {ledger.name!r}:")
            terminal.print(render_findings(findings, len(ledger), in_command_words))
            has_errors |= any(finding.severity == "error" for finding in findings)
    return int(has_errors)


@word("ledgers", examples=["ledgers", "ledgers --ledger team.ledger"])
@ledger_option
def ledgers(*, path: "Path | None") -> None:
    """List the names of the ledgers in a file, with their numbers of entries."""
    with existing_ledgers(path, None, "list") as all_ledgers:
        for ledger in all_ledgers:
            size = len(ledger)
            print_text(f"{ledger.name}  {size:,} {'entry' if size == 1 else 'entries'}")


WORDS: Final = (show, explain, series, compare, history, entry, check, ledgers)
