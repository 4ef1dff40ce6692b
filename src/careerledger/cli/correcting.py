"""The commands about an entry or a person: ``void``, ``amend``, ``forget``, ``subject``."""

import argparse

from careerledger.cli.arguments import NewCommand, entry_id, open_existing
from careerledger.cli.printing import open_terminal, print_entries, print_json, say
from careerledger.errors import CareerLedgerError


def add_commands(new_command: NewCommand) -> None:
    """Add the commands of this file to the parser."""
    command = new_command("void", void, "Let an entry count as if it had never been recorded.")
    command.add_argument("entry", metavar="ENTRY", help="its number or id")
    _add_reason(command)

    command = new_command("amend", amend, "Let an entry count as if it had said something else.")
    command.add_argument("entry", metavar="ENTRY", help="its number or id")
    _add_reason(command)
    command.add_argument(
        "fields", nargs="+", metavar="field=value", help="what it should have said"
    )

    command = new_command("forget", forget, "Erase what the ledger holds about a person.")
    _add_person(command)
    _add_reason(command)

    command = new_command("subject", subject, "Print all that the ledger holds about a person.")
    _add_person(command)


def _add_reason(command: argparse.ArgumentParser) -> None:
    command.add_argument("--reason", required=True, help="why, for whoever reads the log")


def _add_person(command: argparse.ArgumentParser) -> None:
    command.add_argument("kind", metavar="KIND", help="of id that the person has, such as contact")
    command.add_argument("id", metavar="ID")


def void(options: argparse.Namespace) -> int:
    """Void an entry."""
    terminal = open_terminal()
    with open_existing(options.ledger) as ledger:
        entry = ledger.void(entry_id(ledger, options.entry), reason=options.reason)
    say(terminal, f"#{entry.seq} voids {options.entry}")
    return 0


def amend(options: argparse.Namespace) -> int:
    """Amend some fields of an entry."""
    from careerledger.interop.words import amended_by_words

    terminal = open_terminal()
    with open_existing(options.ledger) as ledger:
        id_ = entry_id(ledger, options.entry)
        current = next((e for e in ledger.entries() if e.id == id_), None)
        if current is None:
            raise CareerLedgerError(f"no entry {options.entry!r} stands; see careerledger history")
        ledger.amend(id_, amended_by_words(current.event, options.fields), reason=options.reason)
        print_entries(terminal, [e for e in ledger.entries() if e.id == id_])
    return 0


def forget(options: argparse.Namespace) -> int:
    """Forget a person."""
    terminal = open_terminal()
    with open_existing(options.ledger) as ledger:
        entry = ledger.forget(options.kind, options.id, reason=options.reason)
    say(terminal, f"{options.kind} {options.id} is forgotten; #{entry.seq} says so")
    return 0


def subject(options: argparse.Namespace) -> int:
    """Print all that the ledger holds about a person."""
    with open_existing(options.ledger) as ledger:
        entries = ledger.export_subject(options.kind, options.id)
    print_json(entries)
    return 0
