"""Base64 as the C2SP formats require it: RFC 4648, section 4, canonical form only."""

from base64 import b64decode, b64encode

__all__ = ["decode", "encode"]


def encode(data: bytes) -> str:
    """Return the bytes as Base64."""
    return b64encode(data).decode()


def decode(text: str) -> bytes | None:
    """Return the bytes of a Base64 text, or None if it is not canonical Base64."""
    try:
        data = b64decode(text)
    except ValueError:
        return None
    # b64decode ignores stray characters and unused bits; only one text is the canonical one.
    return data if encode(data) == text else None
