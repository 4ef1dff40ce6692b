"""Words that bring files in and take batches back: ``import``, ``undo``."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import click

from careerledger.cli.framework import (
    FILE,
    confirm,
    is_interactive,
    ledger_option,
    name_option,
    word,
    yes_option,
)
from careerledger.cli.ledgers import existing_ledger, ledger_to_record, ledger_to_try
from careerledger.cli.printing import print_json, print_text
from careerledger.errors import CareerLedgerError

if TYPE_CHECKING:
    from pathlib import Path

    from careerledger.answers import Item, Plan

LISTED: Final = 30
"""How many items of a file are listed."""
PATHS: Final = 3
"""How many paths are listed for each reason why something is left out."""
SHOWN: Final = 60
"""How many characters of an item are shown."""


@word(
    "import",
    examples=[
        "import resume.json",
        "import resume.json --dry-run",
        "import career.jsonl --ledger copy.ledger",
        "import times.csv --map guess",
        "import times.csv --map times.toml --role chef",
    ],
)
@click.argument("files", metavar="FILE...", type=FILE, nargs=-1, required=True)
@click.option("--format", "format_name", metavar="NAME", help="The format of the files.")
@click.option("--map", "map_", metavar="MAP", help="The map of a table: see below.")
@click.option("--role", metavar="ID", help="The role in which the time of a time sheet was spent.")
@click.option("--people", is_flag=True, help="Import other people's data too.")
@click.option("--prune", is_flag=True, help="Take back what a file no longer states.")
@click.option("--dry-run", is_flag=True, help="Show what would change, and record nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the plan as JSON.")
@yes_option
@ledger_option
@name_option
def import_(
    *,
    files: "Sequence[Path]",
    format_name: str | None,
    map_: str | None,
    role: str | None,
    people: bool,
    prune: bool,
    dry_run: bool,
    as_json: bool,
    yes: bool,
    path: "Path | None",
    name: str | None,
) -> None:
    """Import files of other programs; import them again at any time.

    FILE is a résumé (JSON Resume), a LinkedIn archive, or, if its name ends in .jsonl, a file
    that 'careerledger export' wrote. What a file said before and says otherwise now is changed;
    what you corrected by hand stays. 'careerledger undo' takes an import back.

    Tables of Toggl, Clockify, Timewarrior and Google Contacts are read as they are. For any other
    table (CSV), MAP is a TOML file that says which column is which field; 'cpd', a log of
    professional development; or 'guess', which writes such a file for you to check.
    """
    from careerledger.interop.formats import read_file

    if map_ == "guess":
        for file in files:
            _write_guess(file)
        return
    exports = [file for file in files if file.suffix == ".jsonl"]
    if dry_run and exports:
        raise CareerLedgerError(f"{exports[0].name} is an export, which has no plan to show")
    readings = [
        (file, read_file(file, format_name, people=people, map=map_, role=role))
        for file in files
        if file not in exports
    ]
    opened = ledger_to_try if dry_run else ledger_to_record
    with opened(path, name) as ledger:
        plans: list[dict[str, Any]] = []
        for file in exports:
            print_text(f"{file.name}: {ledger.import_jsonl(file)} recorded")
        for file, reading in readings:
            plan = ledger.plan(reading, prune=prune)
            if as_json:
                plans.append(_plain(plan))
            else:
                show_plan(file.name, plan)
            if dry_run:
                continue
            if not as_json and is_interactive() and plan.statements:
                confirm("Record this?", yes=yes)
            ledger.record(plan)
        if as_json:
            print_json(plans[0] if len(plans) == 1 else plans)


def _write_guess(file: "Path") -> None:
    """Write a map for a table beside it, unless that file exists."""
    from careerledger.interop.formats import source_of
    from careerledger.interop.map_guess import guess

    text, target = guess(source_of(file)), file.with_suffix(".toml")
    try:
        with target.open("x", encoding="utf-8") as new:
            new.write(text)
    except OSError as error:
        raise CareerLedgerError(f"{target} cannot be written: {error.strerror}") from error
    print_text(f"{target} is a guess; check it, then: careerledger import {file} --map {target}")


def show_plan(name: str, plan: "Plan") -> None:
    """Print the counts and items of a plan, and the values that it leaves out."""
    print_text(counted(name, plan))
    changes = [_line(item) for item in plan.items if item.state != "known"]
    for line in changes[:LISTED]:
        print_text(f"  {line}")
    if len(changes) > LISTED:
        print_text(f"  and {len(changes) - LISTED} more; --json lists all")
    by_reason: dict[str, list[str]] = {}
    for each in plan.left_out:
        by_reason.setdefault(each.reason, []).append(each.path)
    for reason, paths in by_reason.items():
        more = f" and {len(paths) - PATHS} more" if len(paths) > PATHS else ""
        print_text(f"  left out {', '.join(paths[:PATHS])}{more}: {reason}")


def counted(name: str, plan: "Plan") -> str:
    """Return a line with the counts of a plan."""
    counts = [f"{number} {state}" for state, number in plan.counts.items() if number]
    return f"{name} ({plan.source}): {', '.join(counts) or 'nothing in it'}"


def _line(item: "Item") -> str:
    """Return what becomes of an item, on one line."""
    event = item.event
    values = (getattr(event, name, None) for name in _NAMES)
    said = ", ".join(dict.fromkeys(str(value) for value in values if value))
    if len(said) > SHOWN:
        said = f"{said[:SHOWN]}…"
    number = "" if item.seq is None else f" #{item.seq}"
    line = f"{item.state}{number} {event.on} {event.__event__.name}: {said}"
    if item.reason:
        return f"{line} ({item.reason})"
    return f"{line} (others first: {', '.join(item.fields)})" if item.fields else line


_NAMES: Final = (
    *("title", "organisation", "name", "skill", "text", "what", "provider", "issuer"),
    *("role", "course", "project", "contact"),
)
"""The fields by which a person recognises an event."""


def _plain(plan: "Plan") -> dict[str, Any]:
    """Return a plan as plain values for JSON."""
    return {
        **{str(state): number for state, number in plan.counts.items()},
        "source": plan.source,
        "left_out": [
            {"path": each.path, "value": each.value, "reason": each.reason}
            for each in plan.left_out
        ],
        "items": [
            {
                "state": item.state,
                "type": item.event.__event__.name,
                "key": item.key,
                "entry": item.seq,
                "fields": list(item.fields),
                "reason": item.reason,
            }
            for item in plan.items
        ],
    }


@word("undo", examples=["undo", "undo 1", "undo --source resume"])
@click.argument("batch", metavar="[BATCH]", required=False)
@click.option("--source", metavar="NAME", help="Undo all batches of this source.")
@click.option("--reason", metavar="TEXT", help="The reason, which the ledger records.")
@ledger_option
@name_option
def undo(
    *,
    batch: str | None,
    source: str | None,
    reason: str | None,
    path: "Path | None",
    name: str | None,
) -> None:
    """Undo the last command that recorded something, or one named by its batch.

    BATCH is the number of the first entry that the command recorded. Undoing the batch of an undo
    brings back what it took away.
    """
    if batch is not None and source is not None:
        raise CareerLedgerError("name a batch or a source, not both")
    with existing_ledger(path, name) as ledger:
        entry, *changes = ledger.undo(batch, source=source, reason=reason)
    batches = ", ".join(entry.event.batches)
    print_text(
        f"batch {batches} is undone, which changes {len(changes)} "
        f"{'entry' if len(changes) == 1 else 'entries'}; 'careerledger undo {entry.batch}' "
        "brings it back"
    )


WORDS: Final = (import_, undo)
