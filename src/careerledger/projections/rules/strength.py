"""How strong something is that rests on pieces of evidence which all fade alike."""

from bisect import insort
from math import exp, exp2, fsum, prod
from operator import itemgetter, mul
from struct import Struct
from typing import Final

import attrs

from careerledger.dates import PartialDate, beginning
from careerledger.projections import Evidence
from careerledger.projections.rules.fading import fade

NAMED: Final = 3
"""How many pieces are named as evidence."""


@attrs.define
class Strength:
    """1 - Π(1 - g·d(Δ, h)) over pieces of evidence.

    Each closes a part of what the others left open.

    All pieces fade by the same factor from one day to the next. So a piece need not be held for
    itself once it has faded to x < 1/16: because ln(1 - x) = -Σ xᵏ/k, the sums of the powers of
    all such pieces say what they come to on any later day, and after 13 powers less is missing
    than a float can tell. Of thousands of pieces some dozens are held one by one, the heaviest
    and the last among them, and a view costs as much as these.

    Which pieces are put away depends on the pieces alone, never on when a view is asked for. They
    are put away between two days, and sums and products do not depend on the order within a day:
    of what happened on one day, the order of recording does not change the last bit.
    """

    half_life: float
    """In days."""
    pieces: bytes = b""
    """Those that are held one by one, packed, in history order."""
    day: int = 0
    """The day on which pieces are compared: the day of the first piece, later the day on which the
    faded ones were last put away."""
    powers: list[float] = attrs.field(factory=list[float])
    """Σ xᵏ/k over those that were put away, k from 1, on ``day``."""
    latest: int = 0
    """Ordinal of the day of the last piece."""
    room: int = 32
    """How many pieces are held before the faded ones are put away."""
    _weights: list[float] = attrs.field(factory=list[float], eq=False, init=False)
    """What the pieces weigh on ``day``, or would if they were from then, the lightest first. Not
    part of a snapshot."""
    _largest: list[tuple[float, int, PartialDate]] = attrs.field(
        factory=list[tuple[float, int, PartialDate]], eq=False, init=False
    )
    """Weight, entry and date of those that weigh most. Not part of a snapshot."""

    def add(self, on: PartialDate, weight: float, seq: int) -> None:
        """Add the next piece, with its g in 0..1 and the number of its entry."""
        day = on.ordinal
        if not self.pieces:
            self.day = day
        elif day != self.latest and (
            len(self.pieces) >= self.room * _PIECE.size
            or (day - self.day) / self.half_life > _RANGE
        ):
            self._put_away(day)
        self.latest = day
        self.pieces += _PIECE.pack(day, weight, seq, len(on))
        if self._weights:
            grown = weight * exp2((day - self.day) / self.half_life)
            insort(self._weights, grown)
            if self._largest:
                largest = [*self._largest, (grown, seq, on)]
                self._largest = sorted(largest, key=itemgetter(0), reverse=True)[:NAMED]

    def on(self, day: int) -> float:
        """Return the strength on a day, 0..1; the last piece is of that day or before."""
        left = exp2((self.day - day) / self.half_life)
        open_ = prod([1.0 - weight * left for weight in self._weights or self._weigh()])
        if self.powers:
            away = 0.0
            for power in reversed(self.powers):
                away = (away + power) * left
            open_ *= exp(-away)
        return 1.0 - open_

    def with_evidence(self, day: int) -> tuple[float, tuple[Evidence, ...]]:
        """Return the strength on a day, and the pieces that weigh most, of equal ones the earlier.

        They are at most 3; each share is what the piece alone would leave.
        """
        return self.on(day), evidence_in(self.largest(day))

    def largest(self, day: int) -> "Largest":
        """Return the pieces that weigh most, from which ``evidence_in`` makes evidence."""
        return exp2((self.day - day) / self.half_life), tuple(self._largest or self._name())

    def last(self, day: int) -> Evidence:
        """Return the last piece, with what it weighs on a day as its share."""
        on, weight, seq, length = _PIECE.unpack(self.pieces[-_PIECE.size :])
        return Evidence(
            seq=seq, on=beginning(on, length), share=weight * fade(day - on, self.half_life)
        )

    def _name(self) -> list[tuple[float, int, PartialDate]]:
        weights, pieces = self._weights_on(self.day), list(_PIECE.iter_unpack(self.pieces))
        order = sorted(range(len(weights)), key=weights.__getitem__, reverse=True)
        self._largest = [
            (weights[place], seq, beginning(on, length))
            for place in order[:NAMED]
            for on, _, seq, length in [pieces[place]]
        ]
        return self._largest

    def _weigh(self) -> list[float]:
        self._weights = sorted(self._weights_on(self.day))
        return self._weights

    def _weights_on(self, day: int) -> list[float]:
        """Return what each piece weighs on a day, in history order."""
        half_life = self.half_life
        return [
            weight * exp2((ordinal - day) / half_life)
            for ordinal, weight, _, _ in _PIECE.iter_unpack(self.pieces)
        ]

    def _put_away(self, day: int) -> None:
        """Replace the pieces that have faded by their powers; keep the heaviest and the latest."""
        size, weights = _PIECE.size, self._weights_on(day)
        least = min(_FADED, *sorted(weights)[-NAMED:])
        places = [
            place
            for place, (on, _, _, _) in enumerate(_PIECE.iter_unpack(self.pieces))
            if weights[place] >= least or on == self.latest
        ]
        away = [weights[place] for place in sorted(set(range(len(weights))).difference(places))]
        self.pieces = b"".join([self.pieces[size * place : size * (place + 1)] for place in places])
        left = exp2((self.day - day) / self.half_life)
        of_old, of_new, powers = 1.0, away, self.powers or [0.0] * _POWERS
        self.powers, self.day, self._weights, self._largest = [], day, [], []
        for number, power in enumerate(powers, start=1):
            of_old *= left
            self.powers.append(power * of_old + fsum(of_new) / number)
            of_new = list(map(mul, of_new, away))
        self.room = len(places) + max(32, len(places) // 2)


Largest = tuple[float, tuple[tuple[float, int, PartialDate], ...]]
"""The remaining strength of all pieces; then the weight, the entry and the date of each."""


def evidence_in(largest: Largest) -> tuple[Evidence, ...]:
    """Return the pieces that weigh most, as evidence."""
    left, pieces = largest
    return tuple([Evidence(seq=seq, on=on, share=weight * left) for weight, seq, on in pieces])


_PIECE: Final = Struct("<idQB")
"""Ordinal of the day, weight, number of the entry, and length of the date's text."""
_FADED: Final = 1 / 16
_POWERS: Final = 13
_RANGE: Final = 500
"""How many half-lives pieces may lie behind ``day``; a float holds no more than 1023 doublings."""
