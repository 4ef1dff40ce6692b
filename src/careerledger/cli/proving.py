"""The commands about trust: ``verify``, ``key``, ``checkpoint``, ``prove``, ``verify-proof``."""

import argparse
import os
from pathlib import Path
from typing import Final

from careerledger.cli.arguments import NewCommand, entry_id, open_existing
from careerledger.cli.printing import open_terminal, print_json, say
from careerledger.errors import CareerLedgerError

MAX_CHARACTERS: Final = 5_000_000
"""No proof, checkpoint or key has more."""


def add_commands(new_command: NewCommand) -> None:
    """Add the commands of this file to the parser."""
    command = new_command("verify", verify, "Hash every entry, and compare all that rests on it.")
    command.add_argument("--since", metavar="CHECKPOINT", type=Path, help="a file: go on from it")
    command.add_argument("--key", metavar="PUBLIC", help="the key that signed it")

    command = new_command(
        "key", key, "Make a key to sign checkpoints with, and print its public half."
    )
    command.add_argument("name", metavar="NAME", help="whose it is, such as ada.example/career")
    command.add_argument("file", type=Path, metavar="FILE", help="where to keep the private half")

    command = new_command("checkpoint", checkpoint, "Sign what the ledger holds now.")
    command.add_argument("--key", metavar="FILE", type=Path, required=True)

    command = new_command("prove", prove, "Print a proof that an entry is in the ledger.")
    command.add_argument("entry", metavar="ENTRY", help="its number or id")
    command.add_argument("--checkpoint", metavar="FILE", type=Path, required=True)
    command.add_argument(
        "--disclose", action="store_true", help="show what it says of other people, too"
    )

    command = new_command("verify-proof", verify_proof, "Check a proof; it takes no ledger.")
    command.add_argument(
        "file", type=Path, metavar="FILE", help="what 'careerledger prove' printed"
    )
    command.add_argument(
        "--key", metavar="PUBLIC", required=True, help="of whoever keeps the ledger"
    )
    command.add_argument(
        "--checkpoint", metavar="FILE", type=Path, help="default: the one within the proof"
    )


def verify(options: argparse.Namespace) -> int:
    """Verify the ledger."""
    terminal = open_terminal()
    with open_existing(options.ledger) as ledger:
        since = None if options.since is None else _read_text(options.since)
        ledger.verify(since=since, public_key=options.key)
        size, root = len(ledger), ledger.root().hex()
    say(terminal, f"{size} entries verify; their root hash is {root}")
    return 0


def key(options: argparse.Namespace) -> int:
    """Make a signing key."""
    from careerledger.proofs import SigningKey

    signing_key = SigningKey.generate(options.name)
    try:
        with open(options.file, "x", opener=_open_private, encoding="utf-8") as file:
            file.write(f"{signing_key.to_text()}\n")
    except FileExistsError as error:
        raise CareerLedgerError(
            f"{options.file} is there already, and may be a key; name a new file"
        ) from error
    print(signing_key.public)
    return 0


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def checkpoint(options: argparse.Namespace) -> int:
    """Print a signed checkpoint."""
    from careerledger.proofs import SigningKey

    signing_key = SigningKey.from_text(_read_text(options.key))
    with open_existing(options.ledger) as ledger:
        print(end=ledger.checkpoint(signing_key))
    return 0


def prove(options: argparse.Namespace) -> int:
    """Print a proof of one entry."""
    with open_existing(options.ledger) as ledger:
        proof = ledger.prove(
            entry_id(ledger, options.entry),
            checkpoint=_read_text(options.checkpoint),
            disclose=options.disclose,
        )
    print(end=str(proof))
    return 0


def verify_proof(options: argparse.Namespace) -> int:
    """Verify a proof, and print the entry that it proves."""
    from careerledger import proofs

    proof = proofs.Proof.from_text(_read_text(options.file))
    signed = proof.checkpoint if options.checkpoint is None else _read_text(options.checkpoint)
    proved = proofs.verify(proof, signed, options.key)
    print_json(proved.entry)
    say(
        open_terminal(),
        f"This is #{proved.seq} of the {proved.checkpoint.size} entries of "
        f"{proved.checkpoint.origin}.",
    )
    return 0


def _read_text(path: Path) -> str:
    try:
        with path.open(encoding="utf-8") as file:
            text = file.read(MAX_CHARACTERS + 1)
    except UnicodeDecodeError as error:
        raise CareerLedgerError(f"{path} is no text: {error}") from error
    except OSError as error:
        raise CareerLedgerError(f"{path} cannot be read: {error.strerror}") from error
    if len(text) > MAX_CHARACTERS:
        raise CareerLedgerError(
            f"{path} has more than {MAX_CHARACTERS:,} characters, as no proof has"
        )
    return text
