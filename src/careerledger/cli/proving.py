"""Define the commands that verify and prove: ``verify``, ``key``, ``checkpoint`` and others."""

import argparse
import os
from pathlib import Path
from typing import Final

from careerledger.cli.arguments import NewCommand, add_entry, add_ledger, entry_id, open_existing
from careerledger.cli.printing import open_terminal, print_json, print_text
from careerledger.errors import CareerLedgerError

MAX_CHARACTERS: Final = 5_000_000
"""The maximum length of a proof, checkpoint or key."""


def add_commands(new_command: NewCommand) -> None:
    """Add the commands of this file to the parser."""
    command = new_command("verify", verify, "Verify every entry and all data derived from it.")
    command.add_argument(
        "--since",
        metavar="FILE",
        type=Path,
        help="also verify that the entries in this checkpoint are unchanged",
    )
    command.add_argument(
        "--key", metavar="PUBLIC", help="the public key that must have signed the checkpoint"
    )
    add_ledger(command)

    command = new_command(
        "key", key, "Make a key that signs checkpoints, and print its public key."
    )
    command.add_argument(
        "name", metavar="NAME", help="the name of the key, such as ada.example/career"
    )
    command.add_argument(
        "file", type=Path, metavar="FILE", help="the file to create for the private key"
    )

    command = new_command("checkpoint", checkpoint, "Print a signed checkpoint of the ledger.")
    command.add_argument(
        "--key", metavar="FILE", type=Path, required=True, help="the file of the private key"
    )
    add_ledger(command)

    command = new_command("prove", prove, "Print a proof that an entry is in the ledger.")
    add_entry(command)
    command.add_argument(
        "--checkpoint",
        metavar="FILE",
        type=Path,
        required=True,
        help="the checkpoint that the proof refers to",
    )
    command.add_argument(
        "--disclose", action="store_true", help="include the entry's data about other people"
    )
    add_ledger(command)

    command = new_command("verify-proof", verify_proof, "Verify a proof; no ledger is needed.")
    command.add_argument(
        "file", type=Path, metavar="FILE", help="the proof that 'careerledger prove' printed"
    )
    command.add_argument(
        "--key", metavar="PUBLIC", required=True, help="the public key of the ledger's owner"
    )
    command.add_argument(
        "--checkpoint",
        metavar="FILE",
        type=Path,
        help="a checkpoint that you trust (default: the one in the proof)",
    )


def verify(options: argparse.Namespace) -> int:
    """Verify the ledger."""
    terminal = open_terminal()
    if options.key is not None and options.since is None:
        raise CareerLedgerError("--key is the key of a checkpoint; add --since FILE")
    with open_existing(options.ledger) as ledger:
        since = None if options.since is None else _read_text(options.since)
        ledger.verify(since=since, public_key=options.key)
        size, root = len(ledger), ledger.root().hex()
    print_text(terminal, f"entries verified: {size:,}")
    print_text(terminal, f"root hash: {root}")
    return 0


def key(options: argparse.Namespace) -> int:
    """Make a signing key, and print its public key."""
    from careerledger.proofs import SigningKey

    signing_key = SigningKey.generate(options.name)
    try:
        with open(options.file, "x", opener=_open_private, encoding="utf-8") as file:
            file.write(f"{signing_key.to_text()}\n")
    except FileExistsError as error:
        raise CareerLedgerError(
            f"{options.file} already exists and may be a key; name a new file"
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
    print_text(
        open_terminal(),
        f"This is entry #{proved.seq} of the {proved.checkpoint.size:,} in the ledger of "
        f"{proved.checkpoint.origin}.",
    )
    return 0


def _read_text(path: Path) -> str:
    try:
        with path.open(encoding="utf-8") as file:
            text = file.read(MAX_CHARACTERS + 1)
    except UnicodeDecodeError as error:
        raise CareerLedgerError(f"{path} is not a text file: {error}") from error
    except OSError as error:
        raise CareerLedgerError(f"{path} cannot be read: {error.strerror}") from error
    if len(text) > MAX_CHARACTERS:
        raise CareerLedgerError(
            f"{path} has more than {MAX_CHARACTERS:,} characters, too many for a proof or a key"
        )
    return text
