"""Measure how time grows with what a busy or hostile user can grow: at most n log n is right.

    python benchmarks/growth.py            # every case, about two minutes
    python benchmarks/growth.py voids      # one case
    python benchmarks/growth.py --quick    # every case once, at a tenth of its size

A doubling ratio is how often longer twice as much takes, as the mean of two doublings: 2 for linear
time, 4 for quadratic time. A full run writes its table into README.md.
"""

import argparse
import gc
from collections.abc import Callable
from math import sqrt
from pathlib import Path
from time import process_time
from typing import Any, Final

from measure import Table
from rich.console import Console

from careerledger import Draft, Ledger, projections
from careerledger.events import (
    Action,
    ContactMade,
    ContactTouched,
    CourseFinished,
    GoalAssessed,
    GoalSet,
    RoleEnded,
    RoleStarted,
    SkillPractised,
    VisionDeclared,
)

LIMIT: Final = 2.3
"""What a doubling ratio may be."""
TRIES: Final = 3
"""How often each size is measured; the least time counts."""
NOISE: Final = 0.02
"""Seconds too short to tell a ratio from noise."""
README: Final = Path(__file__).with_name("README.md")
MARKS: Final = ("<!-- growth: written by growth.py -->", "<!-- end of growth -->")
AT: Final = "2025"

Question = Callable[[], object]
CASES: Final[dict[str, tuple[int, Callable[[int], Question]]]] = {}
"""By name: the smallest size, and what makes the question to be timed for a size."""


def case(size: int) -> Callable[[Callable[[int], Question]], Callable[[int], Question]]:
    """Add a case under the name of its function."""

    def add(build: Callable[[int], Question]) -> Callable[[int], Question]:
        CASES[build.__name__.replace("_", " ")] = (size, build)
        return build

    return add


def month(n: int) -> str:
    """Return one of 420 months; their order is mixed."""
    return f"{1990 + n // 300 % 35}-{1 + n // 25 % 12:02}"


def ledger_of(events: list[Action]) -> Ledger:
    ledger = Ledger.in_memory()
    ledger.record(events)
    return ledger


def contacts(names: list[str]) -> Ledger:
    return ledger_of(
        [ContactMade(on=month(n), contact=f"c{n}", name=name) for n, name in enumerate(names)]
    )


def courses(size: int) -> list[Any]:
    return [CourseFinished(on=month(n), title=f"course {n}", hours=1) for n in range(size)]


@case(500)
def contacts_of_one_name(size: int) -> Question:
    ledger = contacts(["Jane Doe"] * size)
    return lambda: ledger.check(at=AT)


@case(500)
def contacts_of_like_names(size: int) -> Question:
    ledger = contacts([f"Jane {'abcdefghij'[n % 10]}{n}" for n in range(size)])
    return lambda: ledger.check(at=AT)


@case(2_000)
def long_names(size: int) -> Question:
    ledger = contacts(["x" * size + str(n) for n in range(30)])
    return lambda: ledger.check(at=AT)


@case(200)
def visions(size: int) -> Question:
    ledger = ledger_of(
        [
            *(
                VisionDeclared(on=month(n), vision=f"v{n}", statement="s", themes={f"t{n % 7}": 1})
                for n in range(size)
            ),
            *(course.replace(themes={f"t{n % 7}"}) for n, course in enumerate(courses(size))),
        ]
    )
    return lambda: ledger.project(projections.VisionAlignment, at=AT)


def ask_about_roles(ledger: Ledger) -> Question:
    asked = ("Roles", "MilestoneHistory", "JobOrCareer", "Stagnation")
    return lambda: (
        ledger.project(*(getattr(projections, name) for name in asked), at=AT),
        ledger.check(at=AT),
    )


def roles(size: int, on: Callable[[int], str]) -> list[Any]:
    return [
        RoleStarted(on=on(n), role=f"r{n}", title="t", organisation=f"o{n}") for n in range(size)
    ]


@case(250)
def open_roles(size: int) -> Question:
    return ask_about_roles(ledger_of(roles(size, month)))


@case(250)
def overlapping_roles(size: int) -> Question:
    ends = [RoleEnded(on="2020-01", role=f"r{n}") for n in range(size)]
    return ask_about_roles(ledger_of([*roles(size, lambda _: "1990-01"), *ends]))


@case(25)
def chains_of_branches(size: int) -> Question:
    ledger = ledger_of(courses(20))

    def ask() -> object:
        branch = ledger
        for course in courses(size):
            branch = branch.what_if(course)
        return branch.project(projections.Learning)

    return ask


@case(250)
def single_voids(size: int) -> Question:
    ledger = Ledger.in_memory()
    entries = ledger.record(courses(size))
    return lambda: [ledger.void(entry.id, reason="r") for entry in entries]


@case(250)
def single_amendments(size: int) -> Question:
    ledger = Ledger.in_memory()
    entry = ledger.record(CourseFinished(on="2020", title="x"))
    event = entry.event
    return lambda: [ledger.amend(entry.id, event.replace(hours=n), reason="r") for n in range(size)]


@case(250)
def amendments_of_one_key(size: int) -> Question:
    ledger = Ledger.in_memory()
    event = CourseFinished(on="2020", title="x")
    return lambda: [
        ledger.record(Draft(event.replace(hours=n), "k"), amend="r") for n in range(size)
    ]


@case(250)
def amendments_of_someone_referred_to(size: int) -> Question:
    ledger = contacts(["Jane Doe"])
    made = ledger.entry(1)
    touched = ContactTouched(on="2020", contact="c0")
    return lambda: [
        (
            ledger.amend(made.id, made.event.replace(hours=n), reason="r"),
            ledger.record(touched),
        )
        for n in range(size)
    ]


@case(100)
def a_chain_of_references_voided_in_cascade(size: int) -> Question:
    ledger = ledger_of(
        [
            ContactMade(on=month(n), contact=f"c{n}", name="n", via=f"c{n - 1}" if n else None)
            for n in range(size)
        ]
    )
    first = ledger.entry(1)
    return lambda: ledger.void(first.id, reason="r", cascade=True)


@case(250)
def a_name_of_many_entries_renamed(size: int) -> Question:
    ledger = contacts(["Jane Doe"])
    ledger.record([ContactTouched(on="2020", contact="c0") for _ in range(size)])
    return lambda: ledger.rename("contact", "c0", "jane", reason="r")


@case(1_000)
def amendments_after_the_date_of_a_question(size: int) -> Question:
    ledger = ledger_of(courses(100))
    drafts = [
        Draft(CourseFinished(on="2024-05-05", title=f"late {n}"), f"k{n}") for n in range(size)
    ]
    ledger.record(drafts)
    ledger.project(projections.Learning, at="2023")
    late = [Draft(draft.event.replace(hours=3), draft.key) for draft in drafts]
    ledger.record(late, amend="the file says otherwise")
    return lambda: Ledger(ledger.store).project(projections.Learning, at="2023")


@case(500)
def skills(size: int) -> Question:
    ledger = ledger_of([SkillPractised(on=month(n), skill=f"skill {n}") for n in range(size)])
    return lambda: (ledger.check(at=AT), ledger.project(projections.Skills, at=AT))


@case(500)
def contacts_to_keep_in_touch_with(size: int) -> Question:
    ledger = contacts([f"N{n}" for n in range(size)])
    ledger.record([ContactTouched(on=month(n), contact=f"c{n}") for n in range(size)])
    asked = ("KeepInTouch", "NetworkGrowth", "Doors")
    return lambda: ledger.project(*(getattr(projections, name) for name in asked), at=AT)


@case(250)
def goals(size: int) -> Question:
    ledger = ledger_of(
        [
            *(GoalSet(on=month(n), goal=f"g{n}", title="t") for n in range(size)),
            *(GoalAssessed(on=month(n), goal=f"g{n}", level=1) for n in range(size)),
        ]
    )
    return lambda: (ledger.project(projections.Goals, at=AT), ledger.check(at=AT))


@case(500)
def courses_of_one_title(size: int) -> Question:
    ledger = ledger_of([CourseFinished(on="2020-01", title="same")] * size)
    return lambda: ledger.check(at=AT)


def seconds(build: Callable[[int], Question], size: int, tries: int) -> float:
    """Return the least processor time that a question takes, without collections of garbage.

    A collection looks at everything that is alive, at steps of its own: it hides the growth.
    """
    times: list[float] = []
    for _ in range(tries):
        ask = build(size)
        gc.collect()
        gc.disable()
        begun = process_time()
        ask()
        times.append(process_time() - begun)
        gc.enable()
    return min(times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("cases", nargs="*", choices=[[], *CASES], metavar="CASE")
    parser.add_argument("--quick", action="store_true", help="once, at a tenth of the sizes")
    arguments = parser.parse_args()
    table = Table(
        "How time grows", ("what", "n", "n", "2n", "4n", "a doubling", f"at most {LIMIT}")
    )
    for name in arguments.cases or CASES:
        smallest, build = CASES[name]
        size, tries = (max(2, smallest // 10), 1) if arguments.quick else (smallest, TRIES)
        times = [seconds(build, size * factor, tries) for factor in (1, 2, 4)]
        ratio = sqrt(times[2] / max(times[0], 1e-6))
        verdict = "yes" if ratio <= LIMIT or times[2] < NOISE else "**no**"
        table.add(name, size, *(f"{time * 1e3:.1f} ms" for time in times), f"{ratio:.2f}", verdict)
    Console(width=140).print(table.rich())
    if not (arguments.quick or arguments.cases):
        text = README.read_text(encoding="utf-8")
        before, _, rest = text.partition(MARKS[0])
        _, _, after = rest.partition(MARKS[1])
        content = f"{before}{MARKS[0]}\n\n{table.markdown()}\n\n{MARKS[1]}{after}"
        README.write_text(content, encoding="utf-8")


if __name__ == "__main__":
    main()
