"""What a career amounts to: folds of its history, one question in each file."""

from careerledger.projections._projection import Projection, Tunable, fold, on, projection

__all__ = ["Projection", "Tunable", "fold", "on", "projection"]
