"""Ask a career: folds of its history, explanations, comparisons, and checks."""

from typing import TYPE_CHECKING

from careerledger._loading import on_demand

if TYPE_CHECKING:
    from careerledger.answers.checks import CHECKS, Check, Finding, Severity, find
    from careerledger.answers.comparison import Comparison, Effect, Future
    from careerledger.answers.explanation import EntryShare, Explanation, explain, explain_change
    from careerledger.answers.open_opportunities import opportunities

__getattr__, __dir__ = on_demand(
    globals(),
    {
        **dict.fromkeys(("CHECKS", "Check", "Finding", "Severity", "find"), "checks"),
        **dict.fromkeys(("Comparison", "Effect", "Future"), "comparison"),
        **dict.fromkeys(("EntryShare", "Explanation", "explain", "explain_change"), "explanation"),
        "opportunities": "open_opportunities",
    },
)

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
