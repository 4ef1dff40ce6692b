"""Record and analyse five years of a fictional career.

Mira Lindqvist starts as a developer of route planners. She wants to lead a team that keeps a
renewable grid stable. Her story is in five_years.jsonl, one event per line: first the chapters, by
the day she recorded them (some facts late), then two possible futures. The clock is fixed, so the
output is always the same.

    python examples/five_years.py
"""

import json
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

from careerledger import Ledger, event_from_dict, events
from careerledger.events import Action
from careerledger.projections import (
    Goals,
    JobOrCareer,
    NetworkGrowth,
    Purpose,
    Skills,
    VisionAlignment,
)

STORY = Path(__file__).with_suffix(".jsonl")
AT = "2026-09-30"
"""The date of all questions."""

Chapters = dict[str, list[Action]]


def read_story() -> tuple[Chapters, Chapters]:
    """Return the chapters by recording day, and the futures by name."""
    chapters: Chapters = defaultdict(list)
    futures: Chapters = defaultdict(list)
    for line in map(json.loads, STORY.read_text(encoding="utf-8").splitlines()):
        event = event_from_dict({"type": line["type"], "event": line["event"]})
        if "recorded" in line:
            chapters[line["recorded"]].append(event)
        else:
            futures[line["future"]].append(event)
    return chapters, futures


def record(chapters: Chapters) -> Ledger:
    """Record each chapter on its day, then correct two mistakes."""
    now = datetime(2021, 9, 1, tzinfo=UTC)
    ledger = Ledger.in_memory(clock=lambda: now)
    for day, chapter in chapters.items():
        now = datetime.fromisoformat(f"{day}T18:00:00+00:00")
        ledger.record(chapter)

    courses = ledger.entries(types=[events.CourseFinished])
    typo = next(entry for entry in courses if entry.event.course == "power")
    ledger.amend(typo.id, typo.event.replace(hours=140), reason="140 hours, not 1400")

    gatherings = ledger.entries(types=[events.GatheringAttended])
    double = next(entry for entry in gatherings if "ticket" in entry.event.name)
    ledger.void(double.id, reason="duplicate: the same conference, from the ticket")
    return ledger


SENTENCES: dict[type[Action], str] = {
    events.RoleStarted: "started at {0.organisation} as {0.title}",
    events.RoleChanged: "became {0.title}",
    events.VisionDeclared: "wanted this: {0.statement}",
    events.CourseFinished: "finished {0.title!r} after {0.hours:.0f} hours",
    events.ChallengeResolved: "{0.challenge}: {0.outcome}. {0.lessons[0]}",
    events.GatheringAttended: "was at the {0.name}",
    events.ReflectionWritten: 'wrote: "{0.text}"',
}


def print_history(ledger: Ledger) -> None:
    """Print the career in the order things happened, not in recording order."""
    print("THE CAREER OF MIRA LINDQVIST")
    for entry in ledger.entries(types=list(SENTENCES), until=AT):
        print(f"  {entry.event.on:<10}  {SENTENCES[type(entry.event)].format(entry.event)}")


def print_answers(ledger: Ledger) -> None:
    """Print the state of the practices, the goals and the skills."""
    print("\nA JOB, OR A CAREER?")
    for day in ("2021-12-31", AT):
        print(f"  {day}  {ledger.project(JobOrCareer, at=day).sentence}")

    # One pass over the log answers both projections.
    goals, skills = ledger.project(Goals, Skills, at=AT)
    print(f"\nGOALS: a score of {goals.score:.0f}, where 50 is as expected")
    for goal in goals.goals:
        print(f"  {goal.state:<8} {goal.title}")
    print("\nSKILLS: how strong each still is")
    for skill in skills.skills:
        print(f"  {skill.strength:4.0%}  {skill.name}{'  (fading)' if skill.fading else ''}")


def print_reasons(ledger: Ledger) -> None:
    """Print what moved VisionAlignment, and the effect of late facts and corrections."""
    why = ledger.explain(VisionAlignment, between=("2023-04-30", "2024-12-31"))
    by_type: dict[str, float] = defaultdict(float)
    for share in why.shares:
        by_type[share.type] += share.share
    print(f"\nCHANGES TO HER VISION ALIGNMENT, FROM {why.before:.0%} TO {why.value:.0%}")
    for name, change in sorted(by_type.items(), key=lambda pair: -abs(pair[1]))[:3]:
        print(f"  {change:+6.1%}  {name}")

    print("\nTHE END OF 2023, AS KNOWN THEN AND TODAY")
    for name, known_at in (("then", "2023-12-31T23:59:59Z"), ("today", None)):
        vision, network = ledger.project(
            VisionAlignment, NetworkGrowth, at="2023", known_at=known_at
        )
        ties = f"total strength of her ties: {network.strength:.2f}"
        print(f"  {name:<5}  {vision.score:.0%} of her effort went towards the vision; {ties}")


def print_futures(ledger: Ledger, futures: Chapters) -> None:
    """Print two futures side by side, and the findings of today."""
    compared = ledger.compare(futures, projections=[VisionAlignment, Purpose], at="2027-09-30")
    print("\nTWO FUTURES, a year on")
    for future in compared.futures:
        vision, fit = (effect.value or 0 for effect in future.effects)
        print(f"  {future.name}: {vision:.0%} towards the vision, {fit:.0%} fit with her values")
    print(f"  Her values say: {compared.ranked('Purpose.fit')[0]}.")

    print("\nFINDINGS TODAY")
    for finding in ledger.check(at=AT):
        print(f"  {finding.severity}: {finding.message}; {finding.fix}")


if __name__ == "__main__":
    chapters, futures = read_story()
    ledger = record(chapters)
    print_history(ledger)
    print_answers(ledger)
    print_reasons(ledger)
    print_futures(ledger, futures)
