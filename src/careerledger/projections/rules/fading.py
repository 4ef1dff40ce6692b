"""How facts fade: exponentially, by half-lives in days."""

from datetime import date
from functools import lru_cache
from math import exp2, floor, ldexp
from typing import Final

_EPOCH: Final = date(1700, 1, 1).toordinal()
_BITS: Final = 52


def fade(days: float, half_life: float) -> float:
    """Return what remains of 1 after a number of days: 2^(-days / half_life)."""
    return exp2(-days / half_life)


def standing_weight(amount: float, ordinal: int, half_life: float) -> int:
    """Return an amount as a weight that can be summed before the day of the question is known.

    Weights of two days stand to each other as their faded amounts do on any later day, because
    fading is exponential: amount·2^(day / half_life). As whole numbers they add up to the same
    sum in whatever order, and the sum can go on when new facts arrive.

    Args:
        amount: 0 or more, in any unit.
        ordinal: The day, as a proleptic Gregorian ordinal; what is long before 1700 weighs
            nothing.
        half_life: In days.
    """
    mantissa, doublings = _growth(ordinal, half_life)
    scaled = int(amount * mantissa)
    return scaled << doublings if doublings >= 0 else scaled >> -doublings


def standing_amount(weight: int, ordinal: int, half_life: float) -> float:
    """Return what a sum of standing weights amounts to on a day, at the earliest the last one."""
    mantissa, doublings = _growth(ordinal, half_life)
    return weight / (1 << doublings) / mantissa if doublings >= 0 else weight / mantissa


@lru_cache(maxsize=4096)
def _growth(ordinal: int, half_life: float) -> tuple[float, int]:
    doublings = (ordinal - _EPOCH) / half_life
    whole = floor(doublings)
    return ldexp(exp2(doublings - whole), _BITS), whole
