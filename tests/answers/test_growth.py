"""No question takes steps that grow faster than n log n in what a person can record at will.

Steps are counted, not timed: each line of Python that runs, and each text that is compared in C.
"""

import sys
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import pytest
from rapidfuzz import process

from careerledger import Ledger, projections
from careerledger.answers import CHECKS, find
from careerledger.events import (
    Action,
    ChallengeResolved,
    ChallengeTaken,
    ConfidenceRated,
    ContactMade,
    ContactTouched,
    CourseFinished,
    CredentialAwarded,
    DoorOpened,
    GatheringAttended,
    GoalAssessed,
    GoalSet,
    IntroductionMade,
    ReflectionWritten,
    RequestAnswered,
    RequestMade,
    RoleChanged,
    RoleEnded,
    RoleStarted,
    SkillPractised,
    ValueWeighted,
    VisionDeclared,
    VisionRevised,
)
from careerledger.projections import LIBRARY, fold
from careers import TODAY

SIZE = 300
RATIO = 2.3
"""How many times the steps for twice the size may be; n log n has 2.2, n² has 4."""

Facts = Callable[[int], Iterable[Action]]


def month(n: int) -> str:
    return f"{1990 + n // 12 % 30}-{1 + n % 12:02}"


def role(n: int, on: str) -> RoleStarted:
    return RoleStarted(on=on, role=f"r{n}", organisation=f"o{n % 9}", title="t", level=n % 7)


LEDGERS: dict[str, Facts] = {
    "contacts of one name": lambda size: (
        ContactMade(on=month(n), contact=f"c{n}", name="Jane Doe") for n in range(size)
    ),
    "contacts of one name in many organisations": lambda size: (
        ContactMade(on=month(n), contact=f"c{n}", name="Jane Doe", organisation=f"o{n}")
        for n in range(size)
    ),
    "contacts of like names": lambda size: (
        ContactMade(on=month(n), contact=f"c{n}", name=f"Jane {'abcdefghij'[n % 10]}{n}")
        for n in range(size)
    ),
    "a long name": lambda size: (
        ContactMade(on=month(n), contact=f"c{n}", name=f"{'x ' * 10 * size}{n}") for n in range(9)
    ),
    "courses of one title": lambda size: (
        CourseFinished(on=month(n), title="same") for n in range(size)
    ),
    "courses of like titles": lambda size: (
        CourseFinished(on=month(n), title=f"Introduction to the fine arts {'abcdefg'[n % 7]}{n}")
        for n in range(size)
    ),
    "open roles": lambda size: (role(n, month(n)) for n in range(size)),
    "overlapping roles": lambda size: (
        event
        for n in range(size)
        for event in (role(n, "1990-01"), RoleEnded(on="2020", role=f"r{n}"))
    ),
    "one role after another, in which something happens": lambda size: (
        event
        for n in range(size)
        for event in (
            role(n, f"{1000 + n}-01"),
            RoleChanged(on=f"{1000 + n}-02", role=f"r{n}", level=3),
            ContactMade(on=f"{1000 + n}-03", contact=f"c{n}", name=f"{n * 7919}"),
            RoleEnded(on=f"{1000 + n}-04", role=f"r{n}"),
        )
    ),
    "open roles that change": lambda size: (
        event
        for n in range(size)
        for event in (role(n, "1990"), RoleChanged(on=month(n), role=f"r{n}", level=n % 11))
    ),
    "goals that were set late": lambda size: (
        event
        for n in range(size)
        for event in (
            GoalAssessed(on="1990", goal=f"g{n}", level=1),
            GoalSet(on=month(n + 12), goal=f"g{n}", title="t"),
        )
    ),
    "references to a missing id": lambda size: (
        ContactTouched(on=month(n), contact="nobody") for n in range(size)
    ),
    "skills": lambda size: (SkillPractised(on=month(n), skill=f"s{n}") for n in range(size)),
    "visions of a few themes": lambda size: (
        event
        for n in range(size)
        for event in (
            VisionDeclared(on=month(n), vision=f"v{n}", statement="s", themes={f"t{n % 7}": 1}),
            CourseFinished(on=month(n), title=f"{n * 7919}", hours=1, themes={f"t{n % 7}"}),
        )
    ),
    "visions of a theme and a goal each": lambda size: (
        event
        for n in range(size)
        for event in (
            VisionDeclared(on=month(n), vision=f"v{n}", statement="s", themes={f"t{n}": 1}),
            GoalSet(on=month(n), goal=f"g{n}", title="t", vision=f"v{n}"),
            CourseFinished(on=month(n), title=f"{n * 7919}", hours=1, themes={f"t{n}"}),
            SkillPractised(on=month(n), skill="s", toward={f"g{n}": 1}),
        )
    ),
    "goals of one vision": lambda size: (
        VisionDeclared(on="1989", vision="v", statement="s", themes={"t": 1}),
        *(
            event
            for n in range(size)
            for event in (
                GoalSet(on=month(n), goal=f"g{n}", title="t", vision="v"),
                CourseFinished(on=month(n), title=f"{n * 7919}", hours=1, toward={f"g{n}": 1}),
            )
        ),
    ),
    "a vision that is revised": lambda size: (
        VisionDeclared(on="1989", vision="v", statement="s", themes={"t": 1}),
        *(
            event
            for n in range(size)
            for event in (
                VisionRevised(on=month(n), vision="v", reason="r", themes={f"t{n % 7}": 1}),
                CourseFinished(on=month(n), title=f"{n * 7919}", hours=1, themes={f"t{n % 7}"}),
            )
        ),
    ),
    "touches, gatherings and introductions": lambda size: (
        event
        for n in range(size)
        for event in (
            ContactMade(on=month(n), contact=f"c{n}", name=f"{n * 7919}"),
            ContactTouched(on=month(n), contact=f"c{n // 2}"),
            GatheringAttended(on=month(n), name="…", met=[f"c{n}"]),
            IntroductionMade(on=month(n), introducer=f"c{n // 2}", introduced=[f"c{n}", "me"]),
            DoorOpened(on=month(n), door=f"d{n}", what="…", contact=f"c{n}"),
        )
    ),
    "challenges, requests, projects and reflections": lambda size: (
        event
        for n in range(size)
        for event in (
            ChallengeTaken(on=month(n), challenge=f"c{n}", title="t", difficulty=4),
            ChallengeResolved(on=month(n + 1), challenge=f"c{n}", outcome="met", skills=[f"s{n}"]),
            RequestMade(on=month(n), request=f"r{n}", kind="raise"),
            RequestAnswered(on=month(n + 1), request=f"r{n}", outcome="granted"),
            ReflectionWritten(on=month(n), text="…", about=[f"c{n}"]),
            CredentialAwarded(on=month(n), credential=f"k{n}", name=f"{n}", expires="2001"),
            ValueWeighted(on=month(n), value=f"v{n}", importance=0.5),
            ConfidenceRated(on=month(n), theme=f"t{n}", level=0.5),
        )
    ),
}


def steps(run: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> int:
    """Count the lines that run, and the texts that are compared."""
    count = 0
    extract = process.extract

    def extract_and_count(text: str, others: list[str], **how: Any) -> Any:
        nonlocal count
        count += len(others)
        return extract(text, others, **how)

    def trace(_frame: object, event: str, _arg: object) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    monkeypatch.setattr(process, "extract", extract_and_count)
    before = sys.gettrace()
    sys.settrace(trace)
    try:
        run()
    finally:
        sys.settrace(before)
    return count


def history(facts: Iterable[Action]) -> list[Any]:
    ledger = Ledger.in_memory(strict=False)
    ledger.record(facts)
    return list(ledger.entries())


@pytest.mark.no_cover
@pytest.mark.parametrize("name", LEDGERS)
def test_checks_take_n_log_n_steps(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    small, large = (history(LEDGERS[name](size)) for size in (SIZE, 2 * SIZE))

    for check in CHECKS:
        few = steps(partial(find, small, TODAY, checks=[check]), monkeypatch)
        many = steps(partial(find, large, TODAY, checks=[check]), monkeypatch)
        assert many <= RATIO * few, check


@pytest.mark.no_cover
@pytest.mark.parametrize("name", LEDGERS)
def test_projections_take_n_log_n_steps(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    small, large = (history(LEDGERS[name](size)) for size in (SIZE, 2 * SIZE))

    for projection in LIBRARY:
        kind = getattr(projections, projection)
        few = steps(partial(fold, kind, small, TODAY), monkeypatch)
        many = steps(partial(fold, kind, large, TODAY), monkeypatch)
        assert many <= RATIO * few, projection
