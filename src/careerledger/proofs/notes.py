"""Signed notes (C2SP signed-note) with Ed25519 keys (RFC 8032).

A note is a text, an empty line, and a line for each signature. Anyone can add a signature;
signatures of unknown keys are ignored.

Source: https://c2sp.org/signed-note, signature type 0x01. Keys as text have the format of Go's
golang.org/x/mod/sumdb/note.
"""

from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final, cast

import attrs

from careerledger.arguments import check_type
from careerledger.errors import MissingExtraError, ProofError
from careerledger.proofs._base64 import decode, encode

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import ed25519

__all__ = ["PublicKey", "SigningKey", "verify_note"]

_ED25519: Final = b"\x01"
"""The signature type."""
_PRIVATE: Final = "PRIVATE+KEY+"
_KEY_SIZE: Final = 32
_ID_SIZE: Final = 4
_MAX_SIGNATURES: Final = 100
_MAX_CHARACTERS: Final = 1_000_000


def _ed25519() -> Any:
    try:
        from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise MissingExtraError(
            "signatures need the package cryptography; pip install 'careerledger[proofs]'"
        ) from error
    return ed25519


@attrs.frozen
class PublicKey:
    """A public key, which checks the signatures of its private key."""

    name: str
    """The owner; by convention a URL without its scheme, such as ``"ada.example/career"``."""
    data: bytes
    """The Ed25519 public key; 32 bytes."""

    def __attrs_post_init__(self) -> None:
        _check_name(self.name)
        _check_size("a public key", self.data)
        if _is_of_small_order(self.data):
            raise ProofError(
                f"the public key of {self.name!r} is of small order, so anyone can sign for it; "
                "ask the owner for the real key"
            )

    @classmethod
    def from_text(cls, text: str) -> "PublicKey":
        """Read a key from text of the form ``name+id+data``; raise ProofError if it is not one."""
        check_type("public_key", text, str, "it must be a PublicKey, or its text")
        text = text.strip()
        name, id_, data = _parse_key(text, "a public key")
        key = cls(name, data)
        if key.id.hex() != id_:
            raise ProofError(f"{text!r} is not a public key: its id {id_!r} does not match")
        return key

    @property
    def id(self) -> bytes:
        """The four bytes with which a signature identifies its key."""
        return _key_id(self.name, self.data)

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{encode(_ED25519 + self.data)}"

    def verify(self, text: str, signature: bytes) -> bool:
        """Return whether the private key made this signature of this text."""
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - an extra

        _check_text(text)
        check_type("signature", signature, bytes, "it must be bytes")
        try:
            key: ed25519.Ed25519PublicKey = _ed25519().Ed25519PublicKey.from_public_bytes(self.data)
            key.verify(signature, text.encode())
        except (InvalidSignature, ValueError):
            return False
        return True


@attrs.frozen(repr=False)
class SigningKey:
    """The private key of a ledger's owner; anyone who has it can sign in the owner's name."""

    name: str
    """The owner; by convention a URL without its scheme, such as ``"ada.example/career"``.

    Use a key for one ledger only: its name identifies that ledger.
    """
    seed: bytes
    """The Ed25519 private key; 32 bytes."""

    def __attrs_post_init__(self) -> None:
        _check_name(self.name)
        _check_size("a private key", self.seed)

    @classmethod
    def generate(cls, name: str) -> "SigningKey":
        """Make a new random key."""
        return cls(name, _ed25519().Ed25519PrivateKey.generate().private_bytes_raw())

    @classmethod
    def from_text(cls, text: str) -> "SigningKey":
        """Read a key from its text; raise ProofError if it is not one."""
        if not isinstance(cast("object", text), str):
            # The value is not shown, because it may be a private key.
            raise ProofError(f"not a private key: it must be text, not {type(text).__name__}")
        text = text.strip()
        if not text.startswith(_PRIVATE):
            raise ProofError(f"not a private key: the text must begin with {_PRIVATE!r}")
        name, id_, seed = _parse_key(text.removeprefix(_PRIVATE), "a private key")
        key = cls(name, seed)
        if key.public.id.hex() != id_:
            raise ProofError("not a private key: its id does not match")
        return key

    def to_text(self) -> str:
        """Return the key as text, which must be kept secret."""
        data = encode(_ED25519 + self.seed)
        return f"{_PRIVATE}{self.name}+{self.public.id.hex()}+{data}"

    def __repr__(self) -> str:
        return f"SigningKey({self.name!r}, ...)"

    @property
    def public(self) -> PublicKey:
        """The public key, with which others check this key's signatures."""
        return PublicKey(self.name, self._private.public_key().public_bytes_raw())

    @property
    def _private(self) -> "ed25519.Ed25519PrivateKey":
        key: ed25519.Ed25519PrivateKey = _ed25519().Ed25519PrivateKey.from_private_bytes(self.seed)
        return key

    def sign(self, text: str) -> str:
        """Sign a text, and return the note.

        Raises ProofError if the text does not end with a newline, or has control characters.
        """
        _check_text(text)
        if not text.endswith("\n"):
            raise ProofError("the text of a note must end with a newline")
        signature = encode(self.public.id + self._private.sign(text.encode()))
        return f"{text}\n\N{EM DASH} {self.name} {signature}\n"


def verify_note(note: str, key: PublicKey | None) -> str:
    """Check the signature of a note, and return its text.

    Args:
        note: The text with its signatures.
        key: The key that must have signed it; None: the signatures are not checked.

    Raises:
        ProofError: It is not a signed note, or was not signed with this key.
    """
    check_type("note", note, str, "it must be text that ledger.checkpoint returned")
    if len(note) > _MAX_CHARACTERS:
        raise ProofError(f"not a signed note: it has more than {_MAX_CHARACTERS:,} characters")
    _check_text(note)
    body, separator, rest = note.rpartition("\n\n")
    lines = rest.split("\n")
    if not separator or lines.pop() or not 0 < len(lines) <= _MAX_SIGNATURES:
        raise ProofError(
            "not a signed note: it must end with an empty line and 1 to "
            f"{_MAX_SIGNATURES} lines of signatures"
        )
    text = body + "\n"
    signatures = [_parse_signature(line) for line in lines]
    if key is not None:
        own = [data for name, id_, data in signatures if (name, id_) == (key.name, key.id)]
        if not own:
            raise ProofError(f"the note was not signed with the key {key}; check the key")
        if not all(key.verify(text, signature) for signature in own):
            raise ProofError(f"the note was changed after {key.name!r} signed it")
    return text


def _parse_signature(line: str) -> tuple[str, bytes, bytes]:
    """Return the name, the key id and the signature in a line of a note."""
    dash, _, rest = line.partition(" ")
    name, _, signed = rest.partition(" ")
    signature = decode(signed)
    if dash != "\N{EM DASH}" or not name or signature is None or len(signature) <= _ID_SIZE:
        raise ProofError(f"not a signed note: {line!r} is not a signature")
    return name, signature[:_ID_SIZE], signature[_ID_SIZE:]


def _check_text(text: str) -> None:
    check_type("text", text, str, "it must be text that ends with a newline")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ProofError("a note must not have lone surrogates") from None
    if any(character < " " and character != "\n" for character in text):
        raise ProofError("a note must not have control characters other than newlines")


def _is_of_small_order(key: bytes) -> bool:
    """Return whether a public key is one of the few points whose eightfold is zero.

    Its y, the first 255 bits, is 0, 1 or -1, or the y of a point whose double has y = 0: there
    x² = -y², which with the curve's equation -x² + y² = 1 + d x² y² means d y⁴ + 2 y² = 1.

    Source: RFC 8032 (Josefsson & Liusvaara, 2017), section 5.1, for p, d and the curve.
    """
    p = 2**255 - 19
    d = -121665 * pow(121666, -1, p)
    y = int.from_bytes(key, "little") % 2**255
    return y % p in {0, 1, p - 1} or (d * y**4 + 2 * y**2 - 1) % p == 0


def _check_name(name: str) -> None:
    check_type("name", name, str, "it must be text, such as 'ada.example/career'")
    _check_text(name)
    if not name or "+" in name or not name.isprintable() or " " in name:
        raise ProofError(
            f"{name!r} cannot be the name of a key: it must be printable text without spaces or "
            "plus signs, such as 'ada.example/career'"
        )


def _check_size(what: str, data: bytes) -> None:
    # The value is not shown, because it may be a private key.
    if not isinstance(cast("object", data), bytes):
        raise ProofError(f"{what} must be {_KEY_SIZE} bytes, not {type(data).__name__}")
    if len(data) != _KEY_SIZE:
        raise ProofError(f"{what} must have {_KEY_SIZE} bytes, not {len(data)}")


def _parse_key(text: str, what: str) -> tuple[str, str, bytes]:
    """Split ``name+id+data`` into name, id and key; the data may contain plus signs."""
    name, _, rest = text.partition("+")
    id_, _, key = rest.partition("+")
    data = decode(key)
    if data is None or data[:1] != _ED25519:
        # The text is not shown, because it may be a private key.
        raise ProofError(f"not {what}: it must have the form name+id+data, with data in Base64")
    return name, id_, data[1:]


def _key_id(name: str, public: bytes) -> bytes:
    return sha256(name.encode() + b"\n" + _ED25519 + public).digest()[:_ID_SIZE]
