"""Words that record events: ``log``, ``import``, ``demo``."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import click

from careerledger.cli.completing import EventType, FieldOfEvent
from careerledger.cli.framework import (
    FILE,
    ask,
    is_interactive,
    ledger_option,
    name_option,
    word,
)
from careerledger.cli.ledgers import ledger_to_record
from careerledger.cli.printing import open_terminal, print_notice, print_text, print_views

if TYPE_CHECKING:
    from pathlib import Path

    from careerledger.history import Draft
    from careerledger.ledger import Ledger


@word(
    "log",
    examples=[
        'log course.finished title="Carbon Accounting" hours=42 themes=climate themes=data',
        'log contact.made contact=jane name="Jane Doe" kind=mentor on=2024-03',
        "log vision.declared vision=cto statement=CTO themes=leadership:3 themes=climate:2",
        "log opportunity.found opportunity=beta what=Lead role_like.title=Lead",
    ],
)
@click.argument("kind", metavar="TYPE", type=EventType(), required=False)
@click.argument("fields", metavar="[FIELD=VALUE]...", type=FieldOfEvent(), nargs=-1)
@ledger_option
@name_option
@click.pass_context
def log(
    context: click.Context,
    *,
    kind: str | None,
    fields: Sequence[str],
    path: "Path | None",
    name: str | None,
) -> None:
    """Record one event.

    TYPE is an event type, such as course.finished; an unknown type prints the list. Repeat a
    field to give it several values: a value is never split, so it may contain commas. A weight
    follows a colon (toward=cto:0.5). The field on is the date (default: today).
    """
    from careerledger.cli.fields import comma_hints, event_class, event_from_words, field_names
    from careerledger.report.event_words import event_words

    can_answer = is_interactive()
    if kind is None and not can_answer:
        raise click.MissingParameter(ctx=context, param=context.command.params[0])
    if kind is None:
        kind = ask("event type", event_class)
    today = datetime.now(UTC).astimezone().date()
    event = event_from_words(kind, fields, today=today, ask=_ask_for_field if can_answer else None)
    with ledger_to_record(path, name) as ledger:
        entry = ledger.record(event)
    echo = event_words(entry.event, always=field_names(fields))
    print_text(" ".join([f"#{entry.seq} {entry.type} on={entry.event.on}", *echo]))
    for hint in comma_hints(type(event), fields):
        print_notice(hint)


def _ask_for_field(name: str, check: Callable[[str], object], repeats: bool) -> list[str]:  # noqa: FBT001
    """Ask for the value of a field; for one with several values, ask until an empty answer."""
    answers = [ask(name, check)]
    while repeats and answers[-1]:
        answers.append(ask(f"{name} (another, or nothing)", check, optional=True))
    return [answer for answer in answers if answer or not repeats]


@word("demo", examples=["demo", "demo --ledger /tmp/try.ledger"])
@click.option(
    "--ledger",
    "path",
    metavar="FILE",
    type=FILE,
    default="demo.ledger",
    help="The ledger file (default: demo.ledger in this folder).",
)
@name_option
def demo(*, path: "Path", name: str | None) -> None:
    """Try it out: record a sample résumé and a made-up year, and show them."""
    from careerledger import demo as sample
    from careerledger.cli.asking import HEADLINES, project
    from careerledger.cli.importing import counted
    from careerledger.interop import json_resume

    terminal = open_terminal()
    with ledger_to_record(path, name) as ledger:
        plan = ledger.plan(json_resume.read(sample.resume()))
        print_text(counted("the résumé", plan))
        ledger.record(plan)
        _record(ledger, "a made-up year", sample.year())
        print_views(terminal, project(ledger, HEADLINES, at=sample.AT))
    print_text(f"The ledger is {path}. Try: careerledger show all --ledger {path}")


def _record(ledger: "Ledger", source: str, drafts: "Sequence[Draft]") -> None:
    before = len(ledger)
    entries = ledger.record(drafts, amend=f"{source} changed")
    new = len({entry.id for entry in entries if entry.seq > before})
    amended = len(ledger) - before - new
    known = len(entries) - new - amended
    print_text(f"{source}: {new} recorded, {amended} amended, {known} already known")


WORDS: Final = (log, demo)
