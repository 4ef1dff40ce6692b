"""Ask a career: folds of its history, explanations, comparisons, and checks."""

from typing import TYPE_CHECKING

from careerledger._loading import on_demand

if TYPE_CHECKING:
    from careerledger.answers.checks import (
        CHECKS as CHECKS,
        clock_findings as clock_findings,
        find as find,
    )
    from careerledger.answers.comparison import (
        DEFAULT as DEFAULT,
        Comparison as Comparison,
        Effect as Effect,
        Future as Future,
        Question as Question,
        compare as compare,
    )
    from careerledger.answers.explanation import (
        EntryShare as EntryShare,
        Explanation as Explanation,
        Measure as Measure,
        dates_between as dates_between,
        explain as explain,
        explain_change as explain_change,
    )
    from careerledger.answers.finding import (
        Check as Check,
        Finding as Finding,
        Severity as Severity,
    )
    from careerledger.answers.open_opportunities import opportunities as opportunities
    from careerledger.answers.plans import Item as Item, Plan as Plan, make_plan as make_plan
    from careerledger.answers.reading import LeftOut as LeftOut, Reading as Reading
    from careerledger.answers.written import Citation as Citation, Written as Written

__getattr__, __dir__ = on_demand(__name__)
