"""What a history shows beyond its projections: findings about the record itself."""

from careerledger.analyses.findings import CHECKS, Finding, find

__all__ = ["CHECKS", "Finding", "find"]
