"""What can I still do, and what is fading?"""

from collections.abc import Iterable, Mapping
from datetime import date
from math import fsum
from types import MappingProxyType
from typing import ClassVar, Final, Literal

import attrs

from careerledger.dates import PartialDate, beginning
from careerledger.events import Action, Share
from careerledger.events.challenge import ChallengeResolved
from careerledger.events.learning import (
    CourseFinished,
    CredentialAwarded,
    SkillAssessed,
    SkillPractised,
)
from careerledger.events.network import RecognitionReceived
from careerledger.events.reflection import MilestoneDeclared
from careerledger.history import Entry
from careerledger.projections import Evidence, HalfLife, Tunable, View, on, projection
from careerledger.projections.rules.names import Names
from careerledger.projections.rules.strength import Strength
from careerledger.projections.view import dated

__all__ = ["WEIGHTS", "Assessor", "LastAssessment", "Skill", "Skills", "SkillsView"]

Assessor = Literal["self", "peer", "manager", "test"]
EvidenceKind = Literal[
    "assessed by test",
    "assessed by manager",
    "assessed by peer",
    "assessed by self",
    "challenge met",
    "challenge partly",
    "challenge failed",
    "challenge withdrawn",
    "credential",
    "milestone",
    "practice",
    "course",
    "recognition",
]

WEIGHTS: Final[Mapping[EvidenceKind, float]] = MappingProxyType(
    {
        "assessed by test": 0.9,
        "assessed by manager": 0.7,
        "assessed by peer": 0.6,
        "assessed by self": 0.3,
        "challenge met": 0.6,
        "challenge partly": 0.4,
        "credential": 0.5,
        "milestone": 0.3,
        "practice": 0.3,
        "course": 0.25,
        "recognition": 0.2,
    }
)
"""The strength that one piece of evidence of each kind gives to a skill without any other, 0..1; an
assessment's is multiplied by its level. A test shows more than a challenge, a challenge more than
practice, and practice more than a course. The order is argued, the numbers are this project's
assumption. A challenge that failed or was withdrawn shows nothing, unless it is given a weight
(``"challenge failed"``, ``"challenge withdrawn"``)."""

_ASSESSED: Final[Mapping[Assessor, EvidenceKind]] = MappingProxyType(
    {
        "test": "assessed by test",
        "manager": "assessed by manager",
        "peer": "assessed by peer",
        "self": "assessed by self",
    }
)
_RESOLVED: Final[Mapping[str, EvidenceKind]] = MappingProxyType(
    {
        "met": "challenge met",
        "partly": "challenge partly",
        "failed": "challenge failed",
        "withdrawn": "challenge withdrawn",
    }
)


@attrs.frozen(kw_only=True)
class LastAssessment(View):
    """How well a skill was mastered when it was last judged."""

    level: float
    """From 0 (not at all) to 1 (mastery), at that date and not faded."""
    assessor: Assessor
    on: PartialDate
    seq: int
    """The entry's number."""


@attrs.frozen(kw_only=True)
class Skill(View):
    """One skill."""

    name: str
    """In the spelling in which it was used first."""
    strength: float
    """How sure it is that it is still there, 0..1, faded to the date of the view."""
    assessed: LastAssessment | None
    """None: never assessed."""
    first: PartialDate
    """When there was first evidence of it."""
    last: PartialDate
    """When there was last evidence of it, of whatever kind."""
    last_used: PartialDate | None
    """When it was last practised or used in a challenge; None: never."""
    fading: bool
    """Whether there has been no evidence of it for a half-life or longer."""
    evidence: tuple[Evidence, ...]
    """What holds the strength up most, largest first, at most 3; each share is what that entry
    alone would leave of the skill."""


@attrs.frozen(kw_only=True)
class SkillsView(View):
    """The answer of Skills."""

    HEADLINE: ClassVar[str] = "strength"

    at: date
    strength: float | None
    """The sum of all strengths: how many skills you have, a half-faded one counting half. None
    without any evidence."""
    skills: tuple[Skill, ...]
    """Strongest first."""
    fading: tuple[str, ...]
    """Names of the skills that are fading, strongest first."""


@attrs.define
class _Skill:
    strength: Strength
    first: str
    """Date of the first evidence."""
    day: int = 0
    """Ordinal of the first day of the last evidence."""
    length: int = 0
    """Of the text of its date."""
    used: str | None = None
    assessed: tuple[float, Assessor, str, int] | None = None


@projection("skills")
class Skills(Tunable):
    """The strength of each skill, from the evidence of it.

    Strength = 1 - Π(1 - g·d(Δ, h)) over the evidence: each piece closes a part of what the others
    left open. g is the weight of its kind, and d = 2^(-Δ/h) fades over Δ days with the half-life
    h. The kinds are assessments, challenges, practice, courses, credentials, recognition and
    milestones that name the skill. Names that differ in case alone are one skill.

    That skills are lost without use, and the more the longer it lasts, is a finding of
    meta-analyses (Arthur, Bennett, Stanush & McNelly, 1998, "Factors that influence skill decay
    and retention"). Half of what was gained was lost after some 6.5 months where accuracy counts,
    13 where speed does, and 11 where both do, for skills with a motor part (Tatel & Ackerman,
    2025, "Procedural skill retention and decay"). One year for all skills is an assumption, and so
    are the weights and how they combine.

    Parameters:
        half_life: In days, 365.
        weights: Weight by kind of evidence, ``WEIGHTS``.
    """

    half_life: ClassVar[HalfLife] = 365.0
    weights: ClassVar[Mapping[EvidenceKind, Share]] = WEIGHTS

    skills: dict[str, _Skill] = {}
    names: Names = attrs.field(factory=Names)

    @on(SkillAssessed)
    def assess(self, event: SkillAssessed, entry: Entry[SkillAssessed]) -> None:
        weight = self.weights[_ASSESSED[event.assessor]] * event.level
        self._show([event.skill], weight, entry)
        assessed = (event.level, event.assessor, str(event.on), entry.seq)
        self.skills[self.names.of(event.skill)].assessed = assessed

    @on(SkillPractised)
    def practise(self, event: SkillPractised, entry: Entry[SkillPractised]) -> None:
        self._show([event.skill], self.weights["practice"], entry, used=True)

    @on(ChallengeResolved)
    def resolve(self, event: ChallengeResolved, entry: Entry[ChallengeResolved]) -> None:
        weight = self.weights.get(_RESOLVED[event.outcome])
        if weight is not None:
            self._show(event.skills, weight, entry, used=True)

    @on(CourseFinished)
    def learn(self, event: CourseFinished, entry: Entry[CourseFinished]) -> None:
        self._show(event.skills, self.weights["course"], entry)

    @on(CredentialAwarded)
    def credit(self, event: CredentialAwarded, entry: Entry[CredentialAwarded]) -> None:
        self._show(event.skills, self.weights["credential"], entry)

    @on(RecognitionReceived)
    def recognise(self, event: RecognitionReceived, entry: Entry[RecognitionReceived]) -> None:
        self._show(event.skills, self.weights["recognition"], entry)

    @on(MilestoneDeclared)
    def declare(self, event: MilestoneDeclared, entry: Entry[MilestoneDeclared]) -> None:
        self._show(event.skills, self.weights["milestone"], entry)

    def _show(
        self, names: Iterable[str], weight: float, entry: Entry[Action], *, used: bool = False
    ) -> None:
        on = entry.event.on
        for name in dict.fromkeys(map(self.names.of, names)):
            skill = self.skills.get(name)
            if skill is None:
                skill = self.skills[name] = _Skill(Strength(self.half_life), str(on))
            skill.strength.add(on, weight, entry.seq)
            skill.day, skill.length = on.ordinal, len(on)
            if used:
                skill.used = str(on)

    def view(self, at: date) -> SkillsView:
        """Return the answer at a date on or after the last entry."""
        skills = [self._skill(name, skill, at) for name, skill in self.skills.items()]
        skills.sort(key=lambda skill: (-skill.strength, skill.name))
        return SkillsView(
            at=at,
            strength=fsum(skill.strength for skill in skills) if skills else None,
            skills=tuple(skills),
            fading=tuple(skill.name for skill in skills if skill.fading),
        )

    def _skill(self, name: str, skill: _Skill, at: date) -> Skill:
        today = at.toordinal()
        strength, evidence = skill.strength.with_evidence(today)
        return Skill(
            name=name,
            strength=strength,
            assessed=_assessment(skill),
            first=dated(skill.first),
            last=beginning(skill.day, skill.length),
            last_used=None if skill.used is None else dated(skill.used),
            fading=today - skill.day >= self.half_life,
            evidence=tuple([piece for piece in evidence if piece.share]),
        )


def _assessment(skill: _Skill) -> LastAssessment | None:
    if skill.assessed is None:
        return None
    level, assessor, on, seq = skill.assessed
    return LastAssessment(level=level, assessor=assessor, on=PartialDate(on), seq=seq)
