"""Ask a career: folds of its history, explanations, comparisons, and checks."""

from typing import TYPE_CHECKING

from careerledger._loading import on_demand

if TYPE_CHECKING:
    from careerledger.answers.checks import CHECKS as CHECKS
    from careerledger.answers.checks import Check as Check
    from careerledger.answers.checks import Finding as Finding
    from careerledger.answers.checks import Severity as Severity
    from careerledger.answers.checks import find as find
    from careerledger.answers.comparison import Comparison as Comparison
    from careerledger.answers.comparison import Effect as Effect
    from careerledger.answers.comparison import Future as Future
    from careerledger.answers.explanation import EntryShare as EntryShare
    from careerledger.answers.explanation import Explanation as Explanation
    from careerledger.answers.explanation import explain as explain
    from careerledger.answers.explanation import explain_change as explain_change
    from careerledger.answers.open_opportunities import opportunities as opportunities

__getattr__, __dir__ = on_demand(__name__)
