"""How strong the tie to a contact is after its touches."""

from collections.abc import Iterable, Mapping
from math import prod

from careerledger.projections._fading import fade


def touch_weights(
    touches: Iterable[tuple[int, int]], day: float, half_life: float, depths: Mapping[int, float]
) -> list[float]:
    """What each touch weighs on a day: g·d(Δ, h), by the depth g of the touch.

    Args:
        touches: Ordinal and depth of each, in history order.
        day: Ordinal of the day, on or after the last touch.
        half_life: In days.
        depths: Weight by depth.
    """
    return [depths[depth] * fade(day - ordinal, half_life) for ordinal, depth in touches]


def tie_strength(weights: Iterable[float]) -> float:
    """1 - Π(1 - weight) over touches: each adds to what the others left open."""
    return 1.0 - prod(1.0 - weight for weight in weights)
