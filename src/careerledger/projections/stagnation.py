"""Am I in the same place year after year?"""

from datetime import date
from typing import ClassVar

import attrs

from careerledger.events import Action
from careerledger.history import Entry
from careerledger.projections import Difficulty, Tunable, View, on, projection
from careerledger.projections.rules.plateau import RESETTING, Plateau, PlateauClock, Plateaus

__all__ = ["Plateau", "PlateauClock", "Stagnation", "StagnationView"]


@attrs.frozen(kw_only=True)
class StagnationView(View):
    """The answer of Stagnation."""

    HEADLINE: ClassVar[str] = "structural"
    FALLING: ClassVar[frozenset[str]] = frozenset({"structural", "content"})

    at: date
    structural_clock: PlateauClock
    """Since level or scope last rose."""
    content_clock: PlateauClock
    """Since a new skill, challenge or responsibility."""

    @property
    def structural(self) -> int | None:
        """Days on the structural clock; None without a role."""
        return self.structural_clock.days

    @property
    def content(self) -> int | None:
        """Days on the content clock; None where nothing has started it."""
        return self.content_clock.days


@projection("stagnation")
class Stagnation(Tunable):
    """How long nothing rose, and how long nothing was new: two clocks, in days.

    The structural clock starts with the first role and is reset when level or scope rises: by a
    role that starts above all before it, or in a role, above what it has had so far and what the
    other roles held on that day have. So neither a step down and up again nor a step in a side
    role below the main one is a rise, but a promotion after a fresh start further down is. The
    content clock starts with, and is reset by, a skill for the first time (in practice, a course,
    a credential or a challenge resolved), a challenge taken of at least ``challenge_difficulty``,
    a scope that rises, and a project proposed. A new title alone resets nothing, and neither does
    a level or scope that was not stated before, or a change after the role's end. Dates of months
    and years count from their first day.

    That careers level off in structure was described by Ference, Stoner & Warren (1977, "Managing
    the career plateau"); that they do in content, when a job is mastered, by Bardwick (1986, "The
    Plateauing Trap"). They judge what is still to be expected; these clocks only say how long it
    has been. Not every plateau is unwelcome.

    Parameters:
        challenge_difficulty: From which difficulty on a challenge taken is new, 3.
    """

    challenge_difficulty: ClassVar[Difficulty] = 3

    plateaus: Plateaus = attrs.field(factory=Plateaus)

    @on(*RESETTING)
    def reset(self, event: Action, entry: Entry[Action]) -> None:
        self.plateaus.take(event, entry.seq, self.challenge_difficulty)

    def view(self, at: date) -> StagnationView:
        """Return the answer at a date on or after the last entry."""
        return StagnationView(
            at=at,
            structural_clock=self.plateaus.structural_clock(at),
            content_clock=self.plateaus.content_clock(at),
        )
