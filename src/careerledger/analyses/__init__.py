"""What a history shows beyond its projections: findings about the record itself."""

from careerledger.analyses.findings import CHECKS, Check, Finding, Severity, find

__all__ = ["CHECKS", "Check", "Finding", "Severity", "find"]
