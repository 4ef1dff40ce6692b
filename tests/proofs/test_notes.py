"""Signed notes and keys against the examples of C2SP and of Go's sumdb/note."""

import pytest
from hypothesis import given, strategies as st

from careerledger.errors import ProofError
from careerledger.proofs import Checkpoint, PublicKey, SigningKey
from careerledger.proofs.notes import verify_note

# The keys and the note in the documentation of golang.org/x/mod/sumdb/note.
NEUMANN = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
NEUMANN_PRIVATE = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
NEUMANN_TEXT = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)
NEUMANN_NOTE = (
    f"{NEUMANN_TEXT}\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpR"
    "Zb6KE6RyyBwJnAM=\n"
)

KEY = SigningKey("ada.example/career", bytes(range(32)))
OTHER = SigningKey("eve.example", bytes(range(32)))
CHECKPOINT = Checkpoint(KEY.name, 7, bytes(range(32)))
LINES = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]))


def test_golden_keys_and_note():
    """What Go's implementation wrote is read and written here, byte for byte."""
    private = SigningKey.from_text(NEUMANN_PRIVATE)
    public = PublicKey.from_text(NEUMANN)
    assert private.public == public
    assert NEUMANN == str(public)
    assert NEUMANN_PRIVATE == private.to_text()
    assert NEUMANN_TEXT == verify_note(NEUMANN_NOTE, public)
    assert NEUMANN_NOTE == private.sign(NEUMANN_TEXT)


@given(st.lists(LINES, min_size=1))
def test_what_is_signed_can_be_opened(lines):
    text = "\n".join(lines) + "\n"
    assert text == verify_note(KEY.sign(text), KEY.public)
    assert text == verify_note(KEY.sign(text), None)


def test_every_flipped_bit_of_a_note_is_seen():
    """A changed byte either is no note any more, or not one that was signed with the key."""
    note = CHECKPOINT.signed(KEY).encode()
    for at in range(len(note) * 8):
        changed = bytearray(note)
        changed[at // 8] ^= 1 << at % 8
        with pytest.raises((ProofError, UnicodeDecodeError)):
            Checkpoint.from_text(changed.decode(), KEY.public)


def test_signatures_of_others_are_passed_over():
    note = CHECKPOINT.signed(KEY)
    witnessed = note + OTHER.sign("something else\n").rpartition("\n\n")[2]
    assert CHECKPOINT == Checkpoint.from_text(witnessed, KEY.public)


def test_a_key_of_the_same_name_is_another_key():
    impostor = SigningKey(KEY.name, bytes(32))
    with pytest.raises(ProofError):
        Checkpoint.from_text(CHECKPOINT.signed(impostor), str(KEY.public))


def test_a_second_signature_of_the_key_that_does_not_hold_is_refused():
    note = CHECKPOINT.signed(KEY)
    forged = note + KEY.sign("something else\n").rpartition("\n\n")[2]
    with pytest.raises(ProofError):
        Checkpoint.from_text(forged, KEY.public)


def test_a_checkpoint_is_of_the_ledger_whose_key_signed_it():
    note = Checkpoint("someone.example", 7, bytes(32)).signed(KEY)
    with pytest.raises(ProofError):
        Checkpoint.from_text(note, KEY.public)
    assert "someone.example" == Checkpoint.from_text(note).origin


def test_extension_lines_are_allowed():
    note = KEY.sign(CHECKPOINT.signed(KEY).partition("\n\n")[0] + "\nmore of it\n")
    assert CHECKPOINT == Checkpoint.from_text(note, KEY.public)


@pytest.mark.parametrize(
    "text",
    [
        KEY.name + "\n7\n",
        KEY.name + "\n\nAA==\n",
        KEY.name + "\n07\n" + "A" * 43 + "=\n",
        KEY.name + "\n7\nAA==\n",
        KEY.name + "\n7\n" + "A" * 42 + "B=\n",
        KEY.name + "\n7\n\N{EM DASH}\n",
    ],
)
def test_signed_text_that_is_no_checkpoint(text):
    with pytest.raises(ProofError):
        Checkpoint.from_text(KEY.sign(text), KEY.public)


@pytest.mark.parametrize(
    "note",
    [
        "",
        "text\n",
        "text\n\n",
        "text\n\n\N{EM DASH} name AAAAAAAA",
        "text\n\nname AAAAAAAA\n",
        "text\n\n\N{EM DASH} name AAA\n",
        "text\n\n\N{EM DASH} name AAAA\n",
        "text\n\n\N{EM DASH} name AAAAAA==\n",
        "text\n\n\N{EM DASH}  AAAAAAAA\n",
        "text\n\n\N{EM DASH} name other AAAAAAAA\n",
        "text\n\n" + "\N{EM DASH} name AAAAAAAA\n" * 101,
        "te\txt\n\n\N{EM DASH} name AAAAAAAA\n",
        "te\udc00xt\n\n\N{EM DASH} name AAAAAAAA\n",
        "x" * 1_000_000,
        "x" * 1_000_001,
    ],
)
def test_what_is_no_note(note):
    with pytest.raises(ProofError):
        verify_note(note, None)


SMALL_ORDER = [
    *(y.to_bytes(32, "little") for y in (0, 1, 2**255 - 20, 2**255 - 19, 2**255 - 18)),
    # Two of order 8, from libsodium's list.
    bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
    bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
]


@pytest.mark.parametrize("data", SMALL_ORDER, ids=bytes.hex)
@pytest.mark.parametrize("sign", [0, 128])
def test_public_key_of_small_order_is_refused(data, sign):
    """With or without its highest bit, which is the sign of x."""
    with pytest.raises(ProofError):
        PublicKey("ada.example", data[:31] + bytes([data[31] | sign]))


@given(st.binary(min_size=32, max_size=32))
def test_public_key_of_a_signing_key_is_accepted(seed):
    assert 32 == len(SigningKey("ada.example", seed).public.data)


def test_a_note_of_a_hundred_signatures_is_read():
    signature = KEY.sign("text\n").rpartition("\n\n")[2]
    assert "text\n" == verify_note("text\n\n" + signature * 100, KEY.public)


def test_generated_keys_differ_and_can_be_kept():
    one, other = SigningKey.generate("ada"), SigningKey.generate("ada")
    assert one != other
    assert one == SigningKey.from_text(one.to_text() + "\n")
    assert one.public == PublicKey.from_text(f" {one.public}\n")


def test_a_private_key_does_not_show_by_accident():
    secret = KEY.to_text().rpartition("+")[2]
    assert secret not in repr(KEY)
    assert secret not in str(KEY)
    for text in (KEY.to_text()[3:], KEY.to_text() + "x", KEY.to_text().replace("ada", "eve")):
        for read in (SigningKey.from_text, PublicKey.from_text):
            with pytest.raises(ProofError) as refused:
                read(text)
            assert secret not in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x" + KEY.to_text(),
        "PRIVATE+KEY+" + KEY.to_text(),
        KEY.to_text() + "x",
        KEY.to_text().replace("ada", "eve"),
    ],
)
def test_text_that_is_no_private_key(text):
    with pytest.raises(ProofError):
        SigningKey.from_text(text)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u2003b", "a\nb", "a\x00b"])
def test_names_that_keys_cannot_have(name):
    for key in (SigningKey, PublicKey):
        with pytest.raises(ProofError):
            key(name, bytes(32))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ada",
        "ada+00000000",
        str(KEY.public).replace("+A", "+B"),
        str(KEY.public).replace("ada", "eve"),
        "ada+c74f20a3+" + "!" * 44,
    ],
)
def test_text_that_is_no_public_key(text):
    with pytest.raises(ProofError):
        PublicKey.from_text(text)


def test_a_signature_of_a_key_that_is_no_point_of_the_curve_is_none():
    """Some 32 bytes are no Ed25519 key; they have signed nothing."""
    assert not PublicKey("ada", b"\xff" * 32).verify("text\n", bytes(64))
    assert not KEY.public.verify("text\n", b"short")
