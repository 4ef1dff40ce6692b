"""Signed notes (C2SP signed-note) with Ed25519 keys (RFC 8032): text, and who stands by it.

A note is text, an empty line, and a line for each signature. Anyone can add a signature; those of
unknown keys are passed over.

Source: https://c2sp.org/signed-note, signature type 0x01; the forms of keys as text are those of
Go's golang.org/x/mod/sumdb/note.
"""

from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

import attrs

from careerledger.errors import MissingExtraError, ProofError
from careerledger.proofs._base64 import decoded, encoded

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import ed25519

__all__ = ["PublicKey", "SigningKey", "opened"]

_ED25519: Final = b"\x01"
"""The signature type."""
_PRIVATE: Final = "PRIVATE+KEY+"
_KEY_SIZE: Final = 32
_ID_SIZE: Final = 4
_MOST_SIGNATURES: Final = 100
_MOST_CHARACTERS: Final = 1_000_000


def _ed25519() -> Any:
    try:
        from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise MissingExtraError(
            "signatures need cryptography; pip install 'careerledger[proofs]'"
        ) from error
    return ed25519


@attrs.frozen
class PublicKey:
    """Whoever has it can see that a note was signed with the private key that belongs to it."""

    name: str
    """Whose it is; by convention a URL without its scheme, such as ``"ada.example/career"``."""
    data: bytes
    """The Ed25519 public key; 32 bytes."""

    def __attrs_post_init__(self) -> None:
        _check_name(self.name)
        if len(self.data) != _KEY_SIZE:
            raise ProofError(f"a public key has {_KEY_SIZE} bytes, but {len(self.data)} were given")

    @classmethod
    def from_text(cls, text: str) -> "PublicKey":
        """The key in a text of the form ``name+id+data``; ProofError where there is none."""
        name, id_, data = _parts(text.strip(), "a public key")
        key = cls(name, data)
        if key.id.hex() != id_:
            raise ProofError(f"{text.strip()!r} is not a public key: its id is not {id_!r}")
        return key

    @property
    def id(self) -> bytes:
        """Four bytes by which a signature names its key."""
        return _id(self.name, self.data)

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{encoded(_ED25519 + self.data)}"

    def signed(self, text: str, signature: bytes) -> bool:
        """Whether a signature of this text was made with the private key."""
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - an extra

        try:
            key: ed25519.Ed25519PublicKey = _ed25519().Ed25519PublicKey.from_public_bytes(self.data)
            key.verify(signature, text.encode())
        except (InvalidSignature, ValueError):
            return False
        return True


@attrs.frozen(repr=False)
class SigningKey:
    """The private key of whoever keeps a ledger; whoever has it can sign in their name."""

    name: str
    """Whose it is; by convention a URL without its scheme, such as ``"ada.example/career"``.

    Use one key for one ledger: a name stands for one log.
    """
    seed: bytes
    """The Ed25519 private key; 32 bytes."""

    def __attrs_post_init__(self) -> None:
        _check_name(self.name)
        if len(self.seed) != _KEY_SIZE:
            raise ProofError(f"a private key has {_KEY_SIZE} bytes, but {len(self.seed)} are given")

    @classmethod
    def generate(cls, name: str) -> "SigningKey":
        """A new key, from the system's source of randomness."""
        return cls(name, _ed25519().Ed25519PrivateKey.generate().private_bytes_raw())

    @classmethod
    def from_text(cls, text: str) -> "SigningKey":
        """The key in what ``to_text`` returned; ProofError where there is none."""
        text = text.strip()
        if not text.startswith(_PRIVATE):
            raise ProofError(f"not a private key: the text does not begin with {_PRIVATE!r}")
        name, id_, seed = _parts(text.removeprefix(_PRIVATE), "a private key")
        key = cls(name, seed)
        if key.public.id.hex() != id_:
            raise ProofError("not a private key: its id is another's")
        return key

    def to_text(self) -> str:
        """The key as text, to be kept as secret as the key."""
        data = encoded(_ED25519 + self.seed)
        return f"{_PRIVATE}{self.name}+{self.public.id.hex()}+{data}"

    def __repr__(self) -> str:
        return f"SigningKey({self.name!r}, ...)"

    @property
    def public(self) -> PublicKey:
        """The key by which others check what this one signed."""
        return PublicKey(self.name, self._private.public_key().public_bytes_raw())

    @property
    def _private(self) -> "ed25519.Ed25519PrivateKey":
        key: ed25519.Ed25519PrivateKey = _ed25519().Ed25519PrivateKey.from_private_bytes(self.seed)
        return key

    def sign(self, text: str) -> str:
        """A note of this text.

        Raises ProofError when the text does not end its last line, or has control characters.
        """
        _check_text(text)
        if not text.endswith("\n"):
            raise ProofError("a note's text ends with the end of a line")
        signature = encoded(self.public.id + self._private.sign(text.encode()))
        return f"{text}\n\N{EM DASH} {self.name} {signature}\n"


def opened(note: str, key: PublicKey | None) -> str:
    """The text of a note that was signed with this key; None: by whomever.

    Raises ProofError when it is no note, or was not signed with this key.
    """
    if len(note) > _MOST_CHARACTERS:
        raise ProofError(f"not a signed note: it has more than {_MOST_CHARACTERS:,} characters")
    _check_text(note)
    body, parted, rest = note.rpartition("\n\n")
    lines = rest.split("\n")
    if not parted or lines.pop() or not 0 < len(lines) <= _MOST_SIGNATURES:
        raise ProofError("not a signed note: no signature stands behind its last empty line")
    text = body + "\n"
    signatures = [_signature(line) for line in lines]
    if key is not None:
        own = [given for name, id_, given in signatures if (name, id_) == (key.name, key.id)]
        if not own:
            raise ProofError(f"the note was not signed with the key {key}")
        if not all(key.signed(text, signature) for signature in own):
            raise ProofError(f"the note was changed after {key.name!r} had signed it")
    return text


def _signature(line: str) -> tuple[str, bytes, bytes]:
    """Name, key id and signature in a line of a note."""
    dash, _, rest = line.partition(" ")
    name, _, signed = rest.partition(" ")
    signature = decoded(signed)
    if dash != "\N{EM DASH}" or not name or signature is None or len(signature) <= _ID_SIZE:
        raise ProofError(f"not a signed note: {line!r} is no signature")
    return name, signature[:_ID_SIZE], signature[_ID_SIZE:]


def _check_text(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ProofError("a note has no half characters (surrogates)") from None
    if any(character < " " and character != "\n" for character in text):
        raise ProofError("a note has no control characters but ends of lines")


def _check_name(name: str) -> None:
    _check_text(name)
    if not name or "+" in name or not name.isprintable() or " " in name:
        raise ProofError(
            f"{name!r} cannot be the name of a key: it must be text that can be seen, without "
            "spaces or plus signs, such as 'ada.example/career'"
        )


def _parts(text: str, what: str) -> tuple[str, str, bytes]:
    """Name, id and key in ``name+id+data``; the key may itself hold plus signs."""
    name, _, rest = text.partition("+")
    id_, _, key = rest.partition("+")
    data = decoded(key)
    if data is None or data[:1] != _ED25519:
        # What is wrong with a private key must not be told by showing it.
        raise ProofError(f"not {what}: it has the form name+id+data, the data in base64")
    return name, id_, data[1:]


def _id(name: str, public: bytes) -> bytes:
    return sha256(name.encode() + b"\n" + _ED25519 + public).digest()[:_ID_SIZE]
