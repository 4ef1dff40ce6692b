"""What looks wrong in a ledger, as data.

A check is a function from a history and a day to findings; ``CHECKS`` are those that
``Ledger.check`` runs. Add a check of your own with ``ledger.check(checks=[*CHECKS, my_check])``.
``record`` refuses an impossible event; a finding is about something merely odd.
"""

from collections.abc import Iterable
from datetime import date
from typing import Final

from careerledger.answers.checks.clock import clock_findings
from careerledger.answers.checks.duplicates import duplicate_contacts, duplicate_courses
from careerledger.answers.checks.names import (
    id_spellings,
    organisation_spellings,
    skill_spellings,
    theme_spellings,
)
from careerledger.answers.checks.order import ended_twice
from careerledger.answers.checks.record import (
    changes_without_effect,
    contacts_touched_before_made,
    dangling_references,
    dates_too_precise,
    ended_before_start,
    goals_due_before_set,
    introduced_twice,
    unknown_events,
)
from careerledger.answers.checks.upkeep import (
    dormant_references,
    expired_credentials,
    gaps_between_roles,
    open_challenges,
    overdue_goals,
    overlapping_roles,
    stale_visions,
    unreflected_roles,
)
from careerledger.answers.finding import Check, Finding, Severity
from careerledger.arguments import check_items, wrong
from careerledger.dates import as_of
from careerledger.events import Event
from careerledger.history import Entry, check_history

__all__ = ["CHECKS", "Check", "Finding", "Severity", "clock_findings", "find"]

CHECKS: Final[tuple[Check, ...]] = (
    dangling_references,
    introduced_twice,
    ended_before_start,
    unknown_events,
    contacts_touched_before_made,
    goals_due_before_set,
    changes_without_effect,
    ended_twice,
    dormant_references,
    expired_credentials,
    overdue_goals,
    id_spellings,
    duplicate_contacts,
    duplicate_courses,
    overlapping_roles,
    gaps_between_roles,
    open_challenges,
    stale_visions,
    unreflected_roles,
    dates_too_precise,
    organisation_spellings,
    skill_spellings,
    theme_spellings,
)
"""The checks of the library: those that find errors first, then warnings, then notes."""


def find(
    history: Iterable[Entry[Event]], at: date, *, checks: Iterable[Check] = CHECKS
) -> list[Finding]:
    """Run checks over a history.

    Args:
        history: All entries with corrections applied, in the order things happened, as
            ``ledger.entries()`` gives them.
        at: The day of the question; what begins later has not happened yet.
        checks: What to look for.

    Returns:
        The findings, in the order of the checks.
    """
    entries, at = check_history(history), as_of(at)
    chosen = check_items("checks", checks, "[*CHECKS, my_check]")
    for check in chosen:
        if not callable(check):
            raise wrong("checks", check, "each must be a function, such as those in CHECKS")
    return [finding for check in chosen for finding in check(entries, at)]
