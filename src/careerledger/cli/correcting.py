"""Words about an entry or a person: ``void``, ``amend``, ``forget``, ``subject``."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import click

from careerledger.cli.completing import FieldOfEvent
from careerledger.cli.framework import ledger_option, name_option, reason_option, word
from careerledger.cli.ledgers import existing_ledger, recorded_entry
from careerledger.cli.printing import print_json, print_notice, print_text
from careerledger.errors import CareerLedgerError

if TYPE_CHECKING:
    from pathlib import Path


@word("void", examples=['void 3 --reason "never happened"'])
@click.argument("entry", metavar="ENTRY")
@reason_option
@ledger_option
@name_option
def void(*, entry: str, reason: str, path: "Path | None", name: str | None) -> None:
    """Void an entry, as if it had never been recorded.

    ENTRY is the entry's number or id.
    """
    with existing_ledger(path, name) as ledger:
        target = recorded_entry(ledger, entry)
        correction = ledger.void(target.id, reason=reason)
    print_text(f"#{correction.seq} voids #{target.seq}")


@word(
    "amend",
    examples=["amend 2 hours=40 --reason typo", "amend 2 skills=sql skills=go --reason more"],
)
@click.argument("entry", metavar="ENTRY")
@click.argument("fields", metavar="FIELD=VALUE...", type=FieldOfEvent(), nargs=-1, required=True)
@reason_option
@ledger_option
@name_option
def amend(
    *, entry: str, fields: Sequence[str], reason: str, path: "Path | None", name: str | None
) -> None:
    """Correct fields of an entry.

    ENTRY is the entry's number or id. The fields are written as for 'careerledger log'; those
    that are left out keep their values.
    """
    from careerledger.cli.fields import amend_with_words, comma_hints, field_names
    from careerledger.report.event_words import event_words

    with existing_ledger(path, name) as ledger:
        target = recorded_entry(ledger, entry)
        current = next((each for each in ledger.entries() if each.id == target.id), None)
        if current is None:
            raise CareerLedgerError(
                f"cannot amend #{target.seq}: it is voided or itself a correction; choose an entry "
                "from 'careerledger history'"
            )
        event = amend_with_words(current.event, fields)
        correction = ledger.amend(target.id, event, reason=reason)
    echo = event_words(event, always=field_names(fields))
    words = [f"{current.type} on={event.on}", *echo]
    print_text(f"#{correction.seq} amends #{target.seq}: {' '.join(words)}")
    for hint in comma_hints(type(event), fields):
        print_notice(hint)


@word("forget", examples=['forget contact jane --reason "she asked"'])
@click.argument("kind", metavar="KIND")
@click.argument("person", metavar="ID")
@reason_option
@ledger_option
@name_option
def forget(*, kind: str, person: str, reason: str, path: "Path | None", name: str | None) -> None:
    """Erase the personal data of a person.

    KIND is the kind of the person's id, such as contact, and ID the id, such as jane.
    """
    with existing_ledger(path, name) as ledger:
        correction = ledger.forget(kind, person, reason=reason)
    print_text(f"{kind} {person!r} is forgotten (entry #{correction.seq})")


@word("subject", examples=["subject contact jane"])
@click.argument("kind", metavar="KIND")
@click.argument("person", metavar="ID")
@ledger_option
@name_option
def subject(*, kind: str, person: str, path: "Path | None", name: str | None) -> None:
    """Print all entries about a person, as JSON.

    KIND is the kind of the person's id, such as contact, and ID the id, such as jane.
    """
    with existing_ledger(path, name) as ledger:
        entries = ledger.export_subject(kind, person)
    print_json(entries)


WORDS: Final = (void, amend, forget, subject)
