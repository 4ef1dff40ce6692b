"""Text from a ledger, made harmless for a terminal."""

from careerledger.text import printable

__all__ = ["printable"]
