"""Text from a ledger, made harmless for a terminal."""

from careerledger._printing import printable

__all__ = ["printable"]
