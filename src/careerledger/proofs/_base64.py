"""Base64 as C2SP's formats have it: RFC 4648, section 4, in the one form that bytes have."""

from base64 import b64decode, b64encode

__all__ = ["decoded", "encoded"]


def encoded(data: bytes) -> str:
    """The text of these bytes."""
    return b64encode(data).decode()


def decoded(text: str) -> bytes | None:
    """The bytes that have this text; None: there are none."""
    try:
        data = b64decode(text)
    except ValueError:
        return None
    # Some texts differ in bits and characters that stand for nothing; only one is what the bytes
    # encode to.
    return data if encoded(data) == text else None
