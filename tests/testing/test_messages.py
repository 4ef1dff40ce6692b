"""The messages of failures, in one golden file: messages.txt.

To accept changed messages: ``python tests/testing/test_messages.py`` in the folder ``tests``.
"""

import re
from datetime import date
from pathlib import Path

import pytest

from careerledger.events import CourseFinished, SkillAssessed, SkillPractised
from careerledger.testing import LawBroken, NotShown, given, laws, store_laws
from zoo.broken import (
    AliasedDict,
    Average,
    DaysUntilToday,
    LastByNumber,
    NoStep,
    NotEqual,
    PerHour,
    Unlimited,
)
from zoo.broken_events import ChangeablePart
from zoo.broken_stores import FoldsCase
from zoo.keeper import PROJECTIONS
from zoo.sound import SortedSet

GOLDEN = Path(__file__).with_name("messages.txt")
PRACTISED = [SkillPractised(on=f"2024-01-{day:02}", skill=f"skill-{day}") for day in (2, 3)]
COURSE = CourseFinished(on="2024-01-02", title="SQL", hours=0.0)
ASSESSED = SkillAssessed(on="2024-01-02", skill="sql", level=1.0)
LOWER = SkillAssessed(on="2024-01-02", skill="sql", level=0.5)


def run(suite, law):
    test = suite(f"test_{law}")
    test.setUp()
    try:
        getattr(test, f"test_{law}")()
    finally:
        test.doCleanups()


CHECKS = {
    "recording order": lambda: laws(LastByNumber).check(
        "recording_order", PRACTISED, at="2024-01-03", order=[2, 1]
    ),
    "two fields": lambda: laws(AliasedDict).check("state_does_not_leak", [COURSE], at="2024"),
    "impure call": lambda: laws(DaysUntilToday).check(
        "no_clock_and_no_chance", PRACTISED, at="2024-01-03"
    ),
    "unequal views": lambda: laws(NotEqual).check("view_is_frozen", PRACTISED, at="2024-01-03"),
    "bounds": lambda: laws(Unlimited, bounds=(0, 1)).check("bounds", PRACTISED, at="2024-01-03"),
    "falling number": lambda: laws(Average, rises_with=[SkillAssessed]).check(
        "rises", [ASSESSED], at="2024-01-02", added=LOWER
    ),
    "exception": lambda: laws(PerHour).check("same_history_same_view", [COURSE], at="2024"),
    "event that does not count": lambda: run(
        laws(NoStep, events=[SkillPractised, CourseFinished]), "every_event_counts"
    ),
    "no evidence": lambda: run(
        laws(SortedSet, rises_with=[SkillPractised], of=lambda _: 0), "rises"
    ),
    "event that can be changed": lambda: run(
        next(animal for animal in PROJECTIONS if animal.name == ChangeablePart.__name__).suite(),
        "events_survive_their_bytes",
    ),
    "promise of a store": lambda: run(
        store_laws(FoldsCase, lasting=False), "texts_are_compared_exactly"
    ),
    "example": lambda: given(PRACTISED).at(date(2024, 1, 3)).expect(SortedSet) == ("sql",),
}


def message_of(check):
    with pytest.raises((LawBroken, NotShown, AssertionError)) as failure:
        check()
    return re.sub(r"/\S+/(\w+\.py):\d+", r"\1:7", str(failure.value))


def messages():
    return "".join(
        f"# {name}\n\n{message_of(check).rstrip()}\n\n\n" for name, check in CHECKS.items()
    )


@pytest.mark.usefixtures("default_settings")
def test_messages_are_those_of_the_golden_file():
    assert GOLDEN.read_text(encoding="utf-8") == messages()


if __name__ == "__main__":
    GOLDEN.write_text(messages(), encoding="utf-8")
