"""Commitments to personal data, so that it can be erased without changing the log.

Personal data is stored beside the log. A disclosure is one line of JSON with the field, a salt, the
person and the value:

    {"field":"name","salt":"9f86d08…","subject":"contact:jane","value":"Jane Doe"}

The log contains only the SHA-256 of that line. The salt of 128 random bits prevents anyone from
guessing the value; it is erased with the line.
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final, cast

from careerledger.errors import ProofError
from careerledger.proofs._json import read_json

__all__ = ["SALT_SIZE", "commitment", "read_disclosures"]

SALT_SIZE: Final = 16
"""In bytes."""


def commitment(line: bytes) -> str:
    """Return the commitment to a disclosure that the log contains: 64 hexadecimal digits."""
    return sha256(line).hexdigest()


def read_disclosures(lines: bytes, commitments: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Return the disclosures in these lines, by field.

    Args:
        lines: Disclosures, one a line.
        commitments: The commitments in the log, by field.

    Raises:
        ProofError: A line is not a disclosure, or does not match its commitment.
    """
    disclosures: dict[str, dict[str, Any]] = {}
    for line in lines.split(b"\n"):
        try:
            value: object = read_json(line)
        except (ValueError, RecursionError):
            value = None
        disclosure = cast("dict[str, Any]", value) if isinstance(value, dict) else {}
        field = disclosure.get("field")
        if not isinstance(field, str) or field in disclosures:
            raise ProofError("a line of personal data is not a disclosure, or repeats a field")
        if commitments.get(field) != commitment(line):
            raise ProofError(
                f"the personal field {field!r} does not match the commitment in the log"
            )
        disclosures[field] = disclosure
    return disclosures
