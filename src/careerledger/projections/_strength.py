"""How strong something is that rests on pieces of evidence which all fade alike."""

from collections.abc import Sequence
from math import prod
from typing import Final

from careerledger.projections._fading import fade, faded


class Strength:
    """1 - Π(1 - g·d(Δ, h)) over pieces of evidence.

    Each closes a part of what the others left open.

    All pieces fade by the same factor from one day to the next, so what they weighed on the day of
    the last one is found once, and asking for many days costs a tenth.

    Args:
        pieces: The ordinal of the day and the weight g, 0..1, of each, in history order; not empty.
        half_life: In days.
    """

    __slots__ = ("_half_life", "_largest", "_last", "_weights")

    def __init__(self, pieces: Sequence[tuple[int, float]], half_life: float) -> None:
        self._half_life = half_life
        self._last = pieces[-1][0]
        self._weights = faded(pieces, self._last, half_life)
        order = sorted(range(len(pieces)), key=self._weights.__getitem__, reverse=True)
        self._largest = [(place, self._weights[place]) for place in order[:_NAMED]]

    def _left(self, day: int) -> float:
        return fade(day - self._last, self._half_life)

    def on(self, day: int) -> float:
        """The strength on a day, on or after that of the last piece; 0..1."""
        left = self._left(day)
        return 1.0 - prod([1.0 - weight * left for weight in self._weights])

    def parts(self, day: int) -> list[float]:
        """What each piece weighs on a day: what it alone would leave of the strength."""
        left = self._left(day)
        return [weight * left for weight in self._weights]

    def largest(self, day: int) -> list[tuple[int, float]]:
        """The place and the weight of the pieces that weigh most on a day, at most 3."""
        left = self._left(day)
        return [(place, weight * left) for place, weight in self._largest]


_NAMED: Final = 3
