"""Words that verify and prove: ``verify``, ``key``, ``checkpoint`` and others."""

import os
from typing import TYPE_CHECKING, Final

import click

from careerledger.cli.framework import FILE, ledger_option, name_option, word
from careerledger.cli.ledgers import existing_ledger, existing_ledgers, recorded_entry
from careerledger.cli.printing import print_json, print_lines, print_text, printable_lines
from careerledger.errors import CareerLedgerError

if TYPE_CHECKING:
    from pathlib import Path


MAX_CHARACTERS: Final = 5_000_000
"""The maximum length of a proof, checkpoint or key."""


@word(
    "verify",
    examples=["verify", 'verify --since may.checkpoint --key "$(cat ada.pub)"'],
)
@click.option(
    "--since",
    metavar="FILE",
    type=FILE,
    help="Also verify that the entries in this checkpoint are unchanged.",
)
@click.option("--key", metavar="PUBLIC", help="The public key that signed the checkpoint.")
@ledger_option
@name_option
def verify(*, since: "Path | None", key: str | None, path: "Path | None", name: str | None) -> None:
    """Verify every entry and all data derived from it.

    Without --name, verify all ledgers of the file.
    """
    if key is not None and since is None:
        raise CareerLedgerError("--key is the key of a checkpoint; add --since FILE")
    with existing_ledgers(path, name, "verify") as ledgers:
        if since is not None and len(ledgers) > 1:
            names = ", ".join(repr(ledger.name) for ledger in ledgers)
            raise CareerLedgerError(
                f"{since} is a checkpoint of one ledger, and the file holds {names}; choose one "
                "with --name"
            )
        checkpoint = None if since is None else _read_text(since)
        for ledger in ledgers:
            ledger.verify(since=checkpoint, public_key=key)
            print_text(f"entries verified in ledger {ledger.name!r}: {len(ledger):,}")
            print_text(f"root hash: {ledger.root().hex()}")


@word("key", examples=["key ada.example/career ada.key > ada.pub"])
@click.argument("name", metavar="NAME")
@click.argument("file", type=FILE)
def key(*, name: str, file: "Path") -> None:
    """Make a key that signs checkpoints, and print its public key.

    NAME is the name of the key, and FILE the file to create for the private key.
    """
    from careerledger.proofs import SigningKey

    signing_key = SigningKey.generate(name)
    try:
        with open(file, "x", opener=_open_private, encoding="utf-8") as private:
            private.write(f"{signing_key.to_text()}\n")
    except FileExistsError as error:
        raise CareerLedgerError(
            f"{file} already exists and may be a key; name a new file"
        ) from error
    print_text(str(signing_key.public))


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


@word("checkpoint", examples=["checkpoint --key ada.key > may.checkpoint"])
@click.option(
    "--key", "file", metavar="FILE", type=FILE, required=True, help="The file of the private key."
)
@ledger_option
@name_option
def checkpoint(*, file: "Path", path: "Path | None", name: str | None) -> None:
    """Print a signed checkpoint of the ledger."""
    from careerledger.proofs import SigningKey

    signing_key = SigningKey.from_text(_read_text(file))
    with existing_ledger(path, name) as ledger:
        print_lines(ledger.checkpoint(signing_key))


@word("prove", examples=["prove 2 --checkpoint may.checkpoint > cto.tlog-proof"])
@click.argument("entry", metavar="ENTRY")
@click.option(
    "--checkpoint",
    "file",
    metavar="FILE",
    type=FILE,
    required=True,
    help="The checkpoint that the proof refers to.",
)
@click.option("--disclose", is_flag=True, help="Include the entry's data about other people.")
@ledger_option
@name_option
def prove(
    *,
    entry: str,
    file: "Path",
    disclose: bool,
    path: "Path | None",
    name: str | None,
) -> None:
    """Print a proof that an entry is in the ledger.

    ENTRY is the entry's number or id.
    """
    note = _read_text(file)
    with existing_ledger(path, name) as ledger:
        id_ = recorded_entry(ledger, entry).id
        proof = ledger.prove(id_, checkpoint=note, disclose=disclose)
    signed, _, _ = note.rpartition("\n\n")
    if printable_lines(signed) != signed:
        raise CareerLedgerError(
            f"{file} has control or direction characters in its signed lines, which a proof on a "
            "terminal must not have; make a new one with 'careerledger checkpoint'"
        )
    print_lines(str(proof))


@word("verify-proof", examples=['verify-proof cto.tlog-proof --key "$(cat ada.pub)"'])
@click.argument("file", type=FILE)
@click.option("--key", metavar="PUBLIC", required=True, help="The public key of the owner.")
@click.option(
    "--checkpoint",
    metavar="FILE",
    type=FILE,
    help="A checkpoint that you trust (default: the one in the proof).",
)
def verify_proof(*, file: "Path", key: str, checkpoint: "Path | None") -> None:
    """Verify a proof; no ledger is needed.

    FILE is the proof that 'careerledger prove' printed.
    """
    from careerledger import proofs

    proof = proofs.Proof.from_text(_read_text(file))
    signed = proof.checkpoint if checkpoint is None else _read_text(checkpoint)
    proved = proofs.verify(proof, signed, key)
    print_json(proved.entry)
    print_text(
        f"This is entry #{proved.seq} of the {proved.checkpoint.size:,} in the ledger of "
        f"{proved.checkpoint.origin}."
    )


def _read_text(path: "Path") -> str:
    try:
        with path.open(encoding="utf-8") as file:
            text = file.read(MAX_CHARACTERS + 1)
    except UnicodeDecodeError as error:
        raise CareerLedgerError(f"{path} is not a text file: {error}") from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise CareerLedgerError(f"{path} cannot be read: {reason}") from error
    if len(text) > MAX_CHARACTERS:
        raise CareerLedgerError(
            f"{path} has more than {MAX_CHARACTERS:,} characters, too many for a proof or a key"
        )
    return text


WORDS: Final = (verify, key, checkpoint, prove, verify_proof)
