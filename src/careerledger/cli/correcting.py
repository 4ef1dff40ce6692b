"""Words that correct: ``void``, ``amend``, ``rename``, ``forget``, ``subject``, ``delete``."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import click

from careerledger.cli.completing import FieldOfEvent
from careerledger.cli.framework import (
    confirm,
    ledger_option,
    name_option,
    reason_option,
    word,
    yes_option,
)
from careerledger.cli.ledgers import existing_ledger, recorded_entry
from careerledger.cli.printing import print_json, print_notice, print_text
from careerledger.errors import CareerLedgerError

if TYPE_CHECKING:
    from pathlib import Path


@word(
    "void",
    examples=['void 3 --reason "never happened"', 'void 3 --cascade --reason "never happened"'],
)
@click.argument("entry", metavar="ENTRY")
@click.option(
    "--cascade",
    is_flag=True,
    help="Void also the entries that refer to what this one introduces, and so on.",
)
@reason_option
@ledger_option
@name_option
def void(*, entry: str, cascade: bool, reason: str, path: "Path | None", name: str | None) -> None:
    """Void an entry, as if it had never been recorded.

    ENTRY is the entry's number or id.
    """
    with existing_ledger(path, name) as ledger:
        first = ledger.void(recorded_entry(ledger, entry).id, reason=reason, cascade=cascade)
        corrections = [ledger.entry(seq) for seq in range(first.seq, len(ledger) + 1)]
        for correction in corrections:
            print_text(f"#{correction.seq} voids #{ledger.entry(correction.event.target).seq}")


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


@word("rename", examples=['rename contact jane jane-doe --reason "two people called Jane"'])
@click.argument("kind", metavar="KIND")
@click.argument("old", metavar="ID")
@click.argument("new", metavar="NEW-ID")
@reason_option
@ledger_option
@name_option
def rename(
    *, kind: str, old: str, new: str, reason: str, path: "Path | None", name: str | None
) -> None:
    """Rename an id in every entry that names it.

    KIND is the kind of the id, such as contact or role, and ID the id, such as jane.
    """
    with existing_ledger(path, name) as ledger:
        corrections = ledger.rename(kind, old, new, reason=reason)
    entries = "entry" if len(corrections) == 1 else "entries"
    print_text(f"{kind} {old!r} is now {new!r} in {len(corrections)} {entries}")


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


@word("delete", examples=["delete --name user-1 --yes"])
@yes_option
@ledger_option
@name_option
def delete(*, yes: bool, path: "Path | None", name: str | None) -> None:
    """Delete a whole ledger from its file, for good.

    Other ledgers of the file stay, and so does the file itself.
    """
    with existing_ledger(path, name) as ledger:
        size = len(ledger)
        if not size:
            raise CareerLedgerError(f"the ledger {ledger.name!r} has no entries to delete")
        confirm(f"delete all {size} entries of the ledger {ledger.name!r} for good?", yes=yes)
        ledger.delete()
    print_text(f"the ledger {ledger.name!r} is deleted, with its {size} entries")


WORDS: Final = (void, amend, rename, forget, subject, delete)
