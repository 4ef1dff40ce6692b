"""Commitments to what is kept beside the log, so that it can be erased and the log still holds.

A disclosure is one line of JSON that says of whom it is, which field it is, the value and a salt:

    {"field":"name","salt":"9f86d08…","subject":"contact:jane","value":"Jane Doe"}

The log holds its SHA-256 alone. The salt, 128 random bits, keeps anyone from finding a name by
trying names; it goes when the line goes.
"""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final, cast

from careerledger.errors import ProofError

__all__ = ["SALT_SIZE", "commitment", "disclosed"]

SALT_SIZE: Final = 16
"""In bytes."""


def commitment(line: bytes) -> str:
    """What the log holds in place of a disclosure: 64 hexadecimal digits."""
    return sha256(line).hexdigest()


def disclosed(lines: bytes, commitments: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """The disclosures in these lines, by field.

    Args:
        lines: Disclosures, one a line.
        commitments: What the log holds, by field.

    Raises:
        ProofError: A line is no disclosure, or not the one that the log was committed to.
    """
    found: dict[str, dict[str, Any]] = {}
    for line in lines.split(b"\n"):
        try:
            told: object = json.loads(line)
        except (ValueError, RecursionError):
            told = None
        field = cast("dict[str, Any]", told).get("field") if isinstance(told, dict) else None
        if not isinstance(field, str) or field in found:
            raise ProofError("what is kept beside an entry holds a line that is no disclosure")
        if commitments.get(field) != commitment(line):
            raise ProofError(f"{field} is not what the entry was committed to")
        found[field] = cast("dict[str, Any]", told)
    return found
