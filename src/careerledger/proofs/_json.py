"""Read JSON that has only one meaning: two readers must not see two values."""

import json
from math import isfinite
from typing import Any

__all__ = ["read_json"]


def read_json(text: bytes) -> Any:
    """Return the value of some JSON text.

    Raises ValueError where readers could disagree: for a name that occurs twice, NaN or a number
    too large for a float, and for text that is not UTF-8 or begins with a byte order mark.
    """
    return json.loads(
        text.decode("utf-8"),  # json.loads would guess other encodings of bytes
        object_pairs_hook=_unique_names,
        parse_constant=_finite,
        parse_float=_finite,
    )


def _unique_names(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a name occurs twice")
    return members


def _finite(text: str) -> float:
    number = float(text)
    if not isfinite(number):
        raise ValueError(f"{text} is not a finite number")
    return number
