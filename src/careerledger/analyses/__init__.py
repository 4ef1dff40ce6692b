"""What a history shows beyond its projections: explanations, futures, and findings."""

from careerledger.analyses.comparison import Comparison, Effect, Future, opportunities
from careerledger.analyses.explanation import EntryShare, Explanation, explain, explain_change
from careerledger.analyses.findings import CHECKS, Check, Finding, Severity, find

__all__ = [
    "CHECKS",
    "Check",
    "Comparison",
    "Effect",
    "EntryShare",
    "Explanation",
    "Finding",
    "Future",
    "Severity",
    "explain",
    "explain_change",
    "find",
    "opportunities",
]
