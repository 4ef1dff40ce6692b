"""Define the commands about an entry or a person: ``void``, ``amend``, ``forget``, ``subject``."""

import argparse

from careerledger.cli.arguments import NewCommand, add_entry, add_ledger, entry_id, open_existing
from careerledger.cli.printing import open_terminal, print_entries, print_json, print_text
from careerledger.errors import CareerLedgerError


def add_commands(new_command: NewCommand) -> None:
    """Add the commands of this file to the parser."""
    command = new_command("void", void, "Void an entry, as if it had never been recorded.")
    add_entry(command)
    _add_reason(command)
    add_ledger(command)

    command = new_command("amend", amend, "Correct fields of an entry.")
    add_entry(command)
    command.add_argument(
        "fields",
        nargs="+",
        metavar="field=value",
        help="the fields to correct, written as for 'careerledger log'",
    )
    _add_reason(command)
    add_ledger(command)

    command = new_command("forget", forget, "Erase the personal data of a person.")
    _add_person(command)
    _add_reason(command)
    add_ledger(command)

    command = new_command("subject", subject, "Print all entries about a person, as JSON.")
    _add_person(command)
    add_ledger(command)


def _add_reason(command: argparse.ArgumentParser) -> None:
    command.add_argument("--reason", required=True, help="the reason, which the ledger records")


def _add_person(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "kind", metavar="KIND", help="the kind of the person's id, such as contact"
    )
    command.add_argument("id", metavar="ID", help="the person's id, such as jane")


def void(options: argparse.Namespace) -> int:
    """Void an entry."""
    terminal = open_terminal()
    with open_existing(options.ledger) as ledger:
        entry = ledger.void(entry_id(ledger, options.entry), reason=options.reason)
    target = f"#{options.entry}" if options.entry.isdecimal() else options.entry
    print_text(terminal, f"#{entry.seq} voids {target}")
    return 0


def amend(options: argparse.Namespace) -> int:
    """Amend fields of an entry, and print it."""
    from careerledger.interop.words import amend_with_words

    terminal = open_terminal()
    with open_existing(options.ledger) as ledger:
        id_ = entry_id(ledger, options.entry)
        current = next((e for e in ledger.entries() if e.id == id_), None)
        if current is None:
            raise CareerLedgerError(
                f"cannot amend {options.entry!r}: it is unknown, voided or itself a correction; "
                "choose an entry from 'careerledger history'"
            )
        ledger.amend(id_, amend_with_words(current.event, options.fields), reason=options.reason)
        print_entries(terminal, [e for e in ledger.entries() if e.id == id_])
    return 0


def forget(options: argparse.Namespace) -> int:
    """Erase the personal data of a person."""
    terminal = open_terminal()
    with open_existing(options.ledger) as ledger:
        entry = ledger.forget(options.kind, options.id, reason=options.reason)
    print_text(terminal, f"{options.kind} {options.id!r} is forgotten (entry #{entry.seq})")
    return 0


def subject(options: argparse.Namespace) -> int:
    """Print all entries about a person."""
    with open_existing(options.ledger) as ledger:
        entries = ledger.export_subject(options.kind, options.id)
    print_json(entries)
    return 0
