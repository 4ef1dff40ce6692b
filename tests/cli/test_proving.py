"""Words that verify and prove: verify, key, checkpoint, prove, verify-proof."""

import os
from pathlib import Path

import pytest

from careerledger import Ledger
from careerledger.proofs import SigningKey


@pytest.fixture
def known(output):
    output("log", "contact.made", "contact=jane", "name=Jane Quixotic", "on=2024")
    output("log", "milestone.declared", "milestone=cto", "title=CTO at Beta", "on=2024-03")
    return output


@pytest.fixture
def public(known):
    """The public key of ada.key, which signed the file ``checkpoint``."""
    public = known("key", "ada.example/career", "ada.key").strip()
    Path("checkpoint").write_text(known("checkpoint", "--key", "ada.key"))
    return public


def test_an_entry_is_proved_without_the_ledger(known, refused, public):
    if os.name == "posix":
        assert 0o600 == Path("ada.key").stat().st_mode & 0o777
    assert "already exists" in refused("key", "ada.example/career", "ada.key")
    assert ["ada.example/career", "2"] == Path("checkpoint").read_text().split("\n")[:2]
    proof = known("prove", "2", "--checkpoint", "checkpoint")
    Path("proof").write_text(proof)
    for more in ([], ["--checkpoint", "checkpoint"]):
        out = known("verify-proof", "proof", "--key", public, *more)
        assert '"title": "CTO at Beta"' in out
        assert "This is entry #2 of the 2 in the ledger of ada.example/career." in out
    Path("proof").write_text(proof.replace("index 1", "index 0"))
    assert "does not lead to this checkpoint" in refused("verify-proof", "proof", "--key", public)


def test_a_proof_discloses_others_only_on_request(known, public):
    for more, is_disclosed in (([], False), (["--disclose"], True)):
        Path("proof").write_text(known("prove", "1", "--checkpoint", "checkpoint", *more))
        assert is_disclosed == ("Quixotic" in known("verify-proof", "proof", "--key", public))


def test_verify_checks_a_checkpoint(known, refused, public):
    known("log", "skill.practised", "skill=sql")
    out = known("verify", "--since", "checkpoint", "--key", public)
    assert out.startswith("entries verified in ledger 'career': 3\nroot hash: ")

    assert "add --since" in refused("verify", "--key", public)
    Path("checkpoint").write_bytes(b"\xff")
    assert "checkpoint is not a text file" in refused("verify", "--since", "checkpoint")
    assert "cannot be read" in refused("verify", "--since", "no\0file")


HOSTILE = "\u202eevil\x9b2J"


def test_prove_escapes_the_signatures_of_strangers(known, public):
    """Anyone can add a signature to a checkpoint; the proof still verifies."""
    stranger = f"\N{EM DASH} {HOSTILE} {'A' * 90}==\n"
    with Path("checkpoint").open("a", encoding="utf-8") as file:
        file.write(stranger)
    proof = known("prove", "2", "--checkpoint", "checkpoint")

    assert all(char.isprintable() or char == "\n" for char in proof)
    assert "\\u202eevil" in proof
    Path("proof").write_text(proof)
    assert "CTO at Beta" in known("verify-proof", "proof", "--key", public)


def test_prove_refuses_a_checkpoint_that_it_cannot_print_safely(known, refused):
    key = SigningKey.generate("ada")
    Path("ada.key").write_text(key.to_text())
    with Ledger.open("career.ledger") as ledger:
        note = ledger.checkpoint(key)
    body, _, _ = note.partition("\n\n")
    Path("checkpoint").write_text(key.sign(f"{body}\n{HOSTILE}\n"), encoding="utf-8")

    assert "control or direction characters" in refused("prove", "2", "--checkpoint", "checkpoint")
