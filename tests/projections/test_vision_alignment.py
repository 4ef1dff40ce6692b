"""The laws of VisionAlignment, and a slow oracle that reads its rule day by day."""

from collections.abc import Iterator
from datetime import date
from functools import partial
from math import exp2
from typing import Any

import attrs
import pytest
from hypothesis import assume, given, settings, strategies as st

from careerledger.events import (
    Action,
    CourseFinished,
    CourseStarted,
    GoalSet,
    ProjectProposed,
    ReflectionWritten,
    RoleChanged,
    RoleEnded,
    RoleStarted,
    SkillPractised,
    VisionDeclared,
    VisionRetired,
    VisionRevised,
    WorkLogged,
    introduced,
    referred,
)
from careerledger.projections import VisionAlignment
from careerledger.projections.rules.role_time import faded_days
from careerledger.projections.vision_alignment import TOP, VisionAlignmentView
from careers import TODAY, facts, facts_of, new_ledger, view_of

VISION = VisionDeclared(on="2017", vision="v", statement="…", themes={"climate": 2, "craft": 1})
ROLE = RoleStarted(on="2024-01", role="r", organisation="o", title="t")

project = partial(view_of, VisionAlignment)
careers = facts_of(
    VisionDeclared,
    VisionRevised,
    VisionRetired,
    GoalSet,
    RoleStarted,
    RoleChanged,
    RoleEnded,
    WorkLogged,
    CourseStarted,
    CourseFinished,
    ProjectProposed,
    SkillPractised,
)
NUMBERS = ("score", "job", "beyond", "in_force", "coverage", "assumed")
RANGES = ("range", "job_range", "beyond_range")


def near(one: Any, other: Any, tolerance: float = 1e-9) -> bool:
    """Equal but for rounding, or both unknown."""
    if one is None or other is None:
        return one is other
    return one == pytest.approx(other, abs=tolerance)


# The rule, day by day


class Oracle:
    """The rule of the docs, read day by day in floats."""

    def __init__(self, history: list[Action], at: date) -> None:
        self.history, self.at = history, at
        self.visions: dict[str, list[tuple[int, dict[str, float]]]] = {}
        self.horizons: dict[str, float | None] = {}
        self.goals: dict[str, str] = {}
        self.epochs: list[date] = []
        self.things: dict[str, list[tuple[Any, ...]]] = {}
        self.efforts: list[tuple[Action, tuple[Any, ...], int]] = []
        """Each action, its tags or where to look them up, and how often visions had changed."""
        self.changes: dict[str, list[tuple[RoleChanged, Any]]] = {}
        self.logged: dict[tuple[str, int], float] = {}
        self._read()

    def _read(self) -> None:  # noqa: C901, PLR0912 - the rule in one place
        retired: dict[str, date] = {}
        degrees: set[str] = set()
        last = ""
        for event in self.history:
            epoch = None
            if isinstance(event, VisionDeclared):
                if retired.get(event.vision, date.min) < event.on.first_day:
                    self.visions.pop(event.vision, None)
                    epoch = self.visions.setdefault(event.vision, [])
                    self.horizons[event.vision] = event.horizon
            elif isinstance(event, VisionRevised) and event.themes:
                epoch = self.visions.get(event.vision)
            elif isinstance(event, VisionRetired):
                if self.visions.pop(event.vision, None) is None:
                    retired[event.vision] = max(
                        retired.get(event.vision, date.min), event.on.last_day
                    )
            elif isinstance(event, GoalSet) and event.vision is not None:
                self.goals[event.goal] = event.vision
            if epoch is not None:
                if str(event.on) != last:
                    self.epochs.append(event.on.first_day)
                    last = str(event.on)
                epoch.append((len(self.epochs), dict(event.themes)))
            if isinstance(event, CourseStarted) and event.format == "degree":
                degrees.add(event.course)
            if isinstance(event, RoleChanged):
                own = self._own(event)
                if own or event.weekly_hours is not None:
                    self.changes.setdefault(event.role, []).append((event, own))
                if own and f"role:{event.role}" in self.things:
                    self.things[f"role:{event.role}"].append((own, ()))
            name = introduced(event)
            where = self._where(event, name)
            if name is not None and not name.startswith(("contact:", "vision:")):
                self.things[name] = [where]
            counts = not (
                isinstance(event, CourseFinished)
                and event.hours is None
                and event.course in degrees
            )
            if counts and self._hours(event):
                self.efforts.append((event, where, len(self.epochs)))
                if isinstance(event, WorkLogged):
                    stretch = event.role, len(self.changes.get(event.role, []))
                    self.logged[stretch] = self.logged.get(stretch, 0) + self._hours(
                        event
                    ) * self._fade(event.on.first_day)

    def _fade(self, day: date) -> float:
        return exp2(-(self.at - day).days / 365)

    @staticmethod
    def _hours(event: Action) -> float:
        return event.__event__.effort if event.hours is None else event.hours

    @staticmethod
    def _own(event: Action) -> Any:
        if event.themes or event.toward:
            return (frozenset(event.themes or ()), dict(event.toward or {}))
        if isinstance(event, GoalSet) and event.vision:
            return (frozenset(), {event.vision: 1.0})
        return None

    def _where(self, event: Action, name: str | None) -> tuple[Any, ...]:
        names = [name] if name else []
        for _, id_, kinds in referred(event):
            names += [f"{kind}:{id_}" for kind in kinds if kind not in {"contact", "vision"}]
        return self._own(event), tuple((n, len(self.things.get(n, []))) for n in names)

    def tags(self, where: tuple[Any, ...], seen: frozenset[str] = frozenset()) -> Any:
        own, names = where
        if own:
            return own
        for name, version in names:
            known = self.things.get(name)
            if known and name not in seen:
                of = known[min(max(version, 1), len(known)) - 1 if name[:5] == "role:" else 0]
                if found := self.tags(of, seen | {name}):
                    return found
        return None

    def relevance(self, vision: str, themes: dict[str, float], tags: Any) -> float:
        stated = [w for to, w in tags[1].items() if to == vision or self.goals.get(to) == vision]
        if stated:
            return max(stated)
        carried = [themes[theme] for theme in tags[0] if theme in themes]
        return max(carried) / max(themes.values()) if carried else 0.0

    def parts(self) -> Iterator[tuple[bool, float, float, Any, int]]:
        """Yield is_job, weight, what is assumed of it, tags and epoch of all effort."""
        for event, where, epoch in self.efforts:
            is_job = isinstance(event, WorkLogged)
            weight = self._hours(event) * self._fade(event.on.first_day) * (0.1 if is_job else 1)
            yield is_job, weight, weight if event.hours is None else 0, self.tags(where), epoch
        days: dict[Any, list[tuple[float, float, Any, int]]] = {}
        spans = self._spans()
        first = min((start.on.first_day for start, _ in spans.values()), default=self.at)
        for day in range(first.toordinal(), self.at.toordinal() + 1):
            today = date.fromordinal(day)
            held = [*self._held(today, spans)]
            stated = sum(weekly for _, _, weekly, *_ in held if weekly is not None)
            sharing = sum(weekly is None for _, _, weekly, *_ in held)
            for stretch, tags, weekly, is_stated, *_ in held:
                hours = max(0, 38 - stated) / sharing if weekly is None else weekly
                weight = hours / 7 * self._fade(today)
                epoch = sum(changed <= today for changed in self.epochs)
                days.setdefault(stretch, []).append(
                    (weight, 0 if is_stated else weight, tags, epoch)
                )
        for stretch, several in days.items():
            total = sum(weight for weight, *_ in several)
            left = max(0.0, 1 - self.logged.get(stretch, 0) / total) if total else 0
            for weight, assumed, tags, epoch in several:
                yield True, weight * left / 10, assumed * left / 10, tags, epoch

    def _spans(self) -> dict[str, tuple[Action, date]]:
        """Return the starts of all roles and degrees without stated hours, with their last days."""
        starts: dict[str, Action] = {}
        for event in self.history:
            if isinstance(event, RoleStarted):
                starts[f"role:{event.role}"] = event
            elif isinstance(event, CourseStarted) and event.format == "degree":
                starts.pop(f"course:{event.course}", None)
                if event.hours is None:
                    starts[f"course:{event.course}"] = event
            elif isinstance(event, CourseFinished) and event.course and event.hours:
                starts.pop(f"course:{event.course}", None)
        return {name: (start, self._end(name, start)) for name, start in starts.items()}

    def _held(
        self, today: date, spans: dict[str, tuple[Action, date]]
    ) -> Iterator[tuple[Any, Any, float | None, bool]]:
        for name, (start, end) in spans.items():
            if not start.on.first_day <= today <= end:
                continue
            if isinstance(start, CourseStarted):
                yield (name, 0), self.tags((None, ((name, 1),))), None, False
                continue
            assert isinstance(start, RoleStarted)
            weekly, tags, number = start.weekly_hours, self.things[name][0], 0
            tags = self.tags(tags)
            for change, own in self.changes.get(start.role, []):
                if change.on.first_day <= today:
                    number += 1
                    weekly = weekly if change.weekly_hours is None else change.weekly_hours
                    tags = own or tags
            is_stated = weekly is not None
            if weekly is None and start.volunteered:
                weekly = 4.0
            yield (start.role, number), tags, weekly, is_stated

    def _end(self, name: str, start: Action) -> date:
        ends = [
            event.on.last_day
            for event in self.history
            if (ended := event.__event__.ends) and name == f"{ended[1]}:{getattr(event, ended[0])}"
        ]
        if not ends or max(ends) < start.on.first_day:
            return self.at
        return min(self.at, max(ends))

    def numbers(self) -> dict[str, float | None]:
        parts = [*self.parts()]
        found: dict[str, float | None] = {}
        for name, chosen in (
            ("score", parts),
            ("job", [part for part in parts if part[0]]),
            ("beyond", [part for part in parts if not part[0]]),
        ):
            found[name] = self._mean(
                {
                    v: self._score(chosen, lambda _, v=v: self.visions[v][-1][1], v)
                    for v in self.visions
                }
            )

        def in_force(vision: str) -> float | None:
            several = self.visions[vision]
            since = [part for part in parts if part[4] >= several[0][0]]
            return self._score(
                since, lambda epoch: [w for e, w in several if e <= epoch][-1], vision
            )

        found["in_force"] = self._mean({vision: in_force(vision) for vision in self.visions})
        total = sum(weight for _, weight, *_ in parts)
        tagged = sum(weight for _, weight, _, tags, _ in parts if tags)
        found["coverage"] = tagged / total if total else None
        found["assumed"] = sum(part[2] for part in parts) / total if total else None
        return found

    def _score(self, parts: Any, words: Any, vision: str) -> float | None:
        total = sum(weight for _, weight, *_ in parts)
        tagged = sum(weight for _, weight, _, tags, _ in parts if tags)
        if not tagged or tagged / total < 0.2:
            return None
        return (
            sum(
                weight * self.relevance(vision, words(epoch), tags)
                for _, weight, _, tags, epoch in parts
                if tags
            )
            / tagged
        )

    def _mean(self, scores: dict[str, float | None]) -> float | None:
        known = {vision: score for vision, score in scores.items() if score is not None}
        stated = [h for v in known if (h := self.horizons[v]) is not None] or [1.0]
        weights = {vision: 1 / (self.horizons[vision] or max(stated)) for vision in known}
        total = sum(weights.values())
        return sum(known[v] * weights[v] for v in known) / total if known else None


@settings(max_examples=2 * settings().max_examples)
@given(careers)
def test_the_numbers_are_the_rule_read_day_by_day(career: list[Action]) -> None:
    ledger = new_ledger()
    ledger.record(career)
    history = [entry.event for entry in ledger.entries(until=TODAY)]
    assume(all(event.on.first_day.year > 1999 for event in history))
    view, wanted = ledger.project(VisionAlignment, at=TODAY), Oracle(history, TODAY).numbers()
    coverages = [view.coverage, view.job_coverage, view.beyond_coverage]
    assume(all(each is None or abs(each - 0.2) > 1e-6 for each in coverages))
    for name in NUMBERS:
        assert near(getattr(view, name), wanted[name], 1e-7), name


@given(st.integers(0, 4000), st.integers(0, 4000), st.floats(1, 5000))
def test_closed_form_is_the_sum_over_days(days: int, ago: int, half_life: float) -> None:
    at = 800_000
    first, last = at - ago - days + 1, at - ago
    summed = sum(exp2((day - at) / half_life) for day in range(first, last + 1))
    assert faded_days(first, last, at, half_life) == pytest.approx(summed, rel=1e-10, abs=1e-12)


# Laws


@given(careers)
def test_scores_lie_in_their_ranges(career: list[Action]) -> None:
    view = project(career)
    for name, number, coverage in (
        ("range", view.score, view.coverage),
        ("job_range", view.job, view.job_coverage),
        ("beyond_range", view.beyond, view.beyond_coverage),
    ):
        if getattr(view, name) is None or coverage is None:
            continue
        low, high = getattr(view, name)
        assert 0 <= low <= high <= 1 + 1e-12
        assert near(high - low, 1 - coverage)
        if number is not None:
            assert 0 <= number <= 1
            assert low - 1e-9 <= number <= high + 1e-9


@given(careers)
def test_shares_sum_to_the_score(career: list[Action]) -> None:
    ledger = new_ledger()
    ledger.record(career)
    explained = ledger.explain(VisionAlignment, at=TODAY)
    if explained.value is not None:
        assert near(sum(share.share for share in explained.shares), explained.value)
    for vision in ledger.project(VisionAlignment, at=TODAY).visions:
        if vision.score is not None:
            assert near(vision.score, vision.rest + sum(e.share for e in vision.evidence))
        assert len(vision.evidence) <= TOP


def of(view: VisionAlignmentView) -> list[Any]:
    return [getattr(view, name) for name in NUMBERS]


@given(careers, st.floats(0.01, 4))
def test_scaling_all_hours_changes_nothing(career: list[Action], factor: float) -> None:
    career = [
        event.replace(
            hours=min(1000, event.__event__.effort if event.hours is None else event.hours)
        )
        for event in career
        if not isinstance(event, CourseFinished | CourseStarted)  # a degree has hours or none
    ]

    def scaled(event: Action) -> Action:
        changes: dict[str, Any] = {"hours": (event.hours or 0) * factor}
        if getattr(event, "weekly_hours", None) is not None:
            changes["weekly_hours"] = event.weekly_hours * factor  # type: ignore[attr-defined]
        return event.replace(**changes)

    career = [
        event.replace(weekly_hours=min(event.weekly_hours, 40))
        if getattr(event, "weekly_hours", None) is not None
        else event
        for event in career
    ]
    one = project(career)
    other = project(map(scaled, career), role_hours=38 * factor, volunteer_hours=4 * factor)
    for name in ("score", "job", "beyond", "in_force", "coverage"):
        assert near(getattr(one, name), getattr(other, name), 1e-6)


@given(careers, st.floats(0.001, 1000))
def test_scaling_all_theme_weights_changes_nothing(career: list[Action], factor: float) -> None:
    def scaled(event: Action) -> Action:
        if isinstance(event, VisionDeclared | VisionRevised) and event.themes:
            return event.replace(themes={t: w * factor for t, w in event.themes.items()})
        return event

    for one, other in zip(of(project(career)), of(project(map(scaled, career))), strict=True):
        assert near(one, other, 1e-12)


@given(careers, st.sampled_from(["climate", "amber"]))
def test_tagging_never_lowers_coverage(career: list[Action], theme: str) -> None:
    before = project(career)
    visions = VisionDeclared | VisionRevised  # their themes are no tags
    untagged = [
        n for n, e in enumerate(career) if not (isinstance(e, visions) or e.themes or e.toward)
    ]
    assume(untagged)
    tagged = list(career)
    tagged[untagged[0]] = career[untagged[0]].replace(themes={theme})
    after = project(tagged)
    if before.coverage is not None:
        assert (after.coverage or 0) >= before.coverage - 1e-9


@given(careers, facts)
def test_an_action_of_no_hours_changes_nothing(career: list[Action], idle: Action) -> None:
    assume(introduced(idle) is None and not idle.__event__.ends and not idle.__event__.changes)
    assume(not isinstance(idle, VisionRetired | VisionRevised | WorkLogged))
    numbers, more = of(project(career)), of(project([*career, idle.replace(hours=0)]))
    assert numbers == more


@given(careers, st.dates(date(2018, 1, 1), TODAY), st.floats(0.1, 500))
def test_an_action_above_the_score_never_lowers_it(
    career: list[Action], on: date, hours: float
) -> None:
    vision = VisionDeclared(on="2010", vision="mine", statement="…", themes={"mine": 1})
    career = [event for event in career if not isinstance(event, VisionDeclared)]
    before = project([vision, *career])
    action = ReflectionWritten(on=on, text="x", hours=hours, themes={"mine"})
    after = project([vision, *career, action])
    if before.score is not None:
        assert after.score is not None
        assert after.score >= before.score - 1e-9


@given(careers, st.dates(date(2018, 1, 1), TODAY))
def test_splitting_a_role_changes_nothing(career: list[Action], day: date) -> None:
    role, weekly = "split", 20.0
    career = [
        RoleStarted(on="2018", role=role, organisation="o", title="t", weekly_hours=weekly),
        *(e for e in career if getattr(e, "role", "") != role),
    ]
    change = RoleChanged(on=day, role=role, weekly_hours=weekly)
    for one, other in zip(of(project(career)), of(project([*career, change])), strict=True):
        assert near(one, other)


@given(st.integers(1, 5), st.sampled_from([None, "climate", "music"]))
def test_roles_of_the_same_days_are_together_one(count: int, theme: str | None) -> None:
    role = ROLE.replace(themes={theme} if theme else set())
    several = [role.replace(role=f"r{n}") for n in range(count)]
    course = CourseFinished(on="2024-05", title="x", hours=10, themes={"craft"})
    for one, other in zip(
        of(project([VISION, role, course])), of(project([VISION, *several, course])), strict=True
    ):
        assert near(one, other)


@given(st.lists(st.tuples(st.dates(date(2024, 1, 1), TODAY), st.floats(0.1, 8)), max_size=9))
def test_logging_hours_in_the_tags_of_a_role_moves_no_score(logs: list[Any]) -> None:
    facts_ = [VISION, ROLE.replace(themes={"craft"})]
    work = [WorkLogged(on=on, role="r", what="x", hours=hours) for on, hours in logs]
    before, after = project(facts_), project([*facts_, *work])
    for name in ("score", "job", "beyond", "coverage"):
        assert near(getattr(before, name), getattr(after, name))
    assert after.assumed <= before.assumed + 1e-12


# The sentence


def learning(*themes: str, hours: float = 8) -> list[Action]:
    """Eight hours of learning a month, for two and a half years."""
    return [
        CourseFinished(on=f"{year}-{month:02}-15", title="x", hours=hours, themes={theme})
        for n, (year, month) in enumerate(
            (y, m) for y in (2024, 2025, 2026) for m in range(1, 13) if (y, m) < (2026, 7)
        )
        for theme in [themes[n % len(themes)]]
    ]


ELSEWHERE = ROLE.replace(themes={"music"})


@pytest.mark.parametrize(
    ("career", "sentence"),
    [
        ([], "You have declared no vision yet."),
        ([VISION], "There is no effort on record yet."),
        (
            [VISION, ROLE],
            ("What your job is about is not tagged yet: a theme on it counts for all its hours. "
                "Beyond it, nothing in the last 12 months."),
        ),
        (
            [VISION, ROLE.replace(themes={"craft"})],
            ("Your job goes there 50% (assuming 38 hours a week); nothing beyond it in the last 12 "
            "months."),
        ),
        (
            [VISION, ELSEWHERE, *learning("climate")],
            ("Your job goes elsewhere; beyond it you put in 96 hours in the last 12 months, all of "
            "them towards the vision."),
        ),
        (
            [VISION, ROLE, *learning("climate")],
            ("What your job is about is not tagged yet; beyond it you put in 96 hours in the last 12 "
            "months, all of them towards the vision. Together between 33% and 100%."),
        ),
        (
            [VISION, ELSEWHERE.replace(weekly_hours=24), *learning("climate", "x", "y")],
            ("Your job goes elsewhere; beyond it you put in 96 hours in the last 12 months, 32 of "
            "them towards the vision."),
        ),
        (
            [VISION, ELSEWHERE, RoleEnded(on="2026-06-01", role="r")],
            ("The job you left in June 2026 went elsewhere; nothing beyond it in the last 12 "
            "months."),
        ),
        (
            [
                VISION,
                CourseStarted(on="2025-09", course="c", title="MSc", format="degree")
                .replace(themes={"climate"}),
            ],
            "Your studies go there 100%; nothing beyond it in the last 12 months.",
        ),
        (
            [VISION, *learning("climate", "x")],
            "You put in 96 hours in the last 12 months, 48 of them towards the vision.",
        ),
    ],
)  # fmt: skip
def test_the_answer_in_words(career: list[Action], sentence: str) -> None:
    assert sentence == project(career).sentence


# Examples


def test_the_two_readings_of_a_revised_vision() -> None:
    """What was aligned with the old words may not be with the new ones."""
    view = project(
        [
            VISION,
            CourseFinished(on="2024-01-01", title="Climate", hours=10, themes={"climate"}),
            VisionRevised(on="2024-02", vision="v", reason="learned", themes={"music": 1}),
            CourseFinished(on="2024-01-01", title="Singing", hours=30, themes={"music"}),
        ],
        at="2024-03-01",
    )
    assert pytest.approx(30 / 40) == view.score
    assert pytest.approx(10 / 40) == view.in_force


def test_nearer_visions_count_more() -> None:
    def vision(name: str, horizon: float | None) -> VisionDeclared:
        themes = {name: 1.0}
        return VisionDeclared(
            on="2020", vision=name, statement=name, themes=themes, horizon=horizon
        )

    effort = CourseFinished(on="2024", title="x", hours=1, themes={"near"})
    view = project([vision("near", 2), vision("far", 8), vision("star", None), effort])
    # 1/2, 1/8 and, as the most distant, 1/8
    assert view.score == pytest.approx((1 / 2) / (1 / 2 + 1 / 8 + 1 / 8))


def test_efforts_by_type_are_a_parameter() -> None:
    facts_ = [
        VISION,
        SkillPractised(on="2024", skill="x", themes={"climate"}),
        CourseFinished(on="2024", title="y", themes={"other"}),
    ]
    assert project(facts_).score == pytest.approx(1 / 11)
    assert project(facts_, efforts={"course.finished": 1}).score == pytest.approx(1 / 2)


def test_an_action_has_the_tags_of_what_it_names() -> None:
    facts_ = [
        VISION,
        ROLE.replace(themes={"climate"}, weekly_hours=0),
        ProjectProposed(on="2024-02", project="p", title="t", role="r", hours=10),
        RoleChanged(on="2024-03", role="r", themes={"music"}),
        ProjectProposed(on="2024-04", project="q", title="t", role="r", hours=10),
    ]
    view = project(facts_, at="2024-04-01", half_life=1e6)
    assert (1.0, 0.5) == (view.coverage, pytest.approx(view.beyond, abs=1e-4))


def test_too_little_that_is_tagged_gives_no_number() -> None:
    view = project(
        [
            VISION,
            CourseFinished(on="2024", title="x", hours=90),
            CourseFinished(on="2024", title="y", hours=10, themes={"climate"}),
        ]
    )
    assert (None, pytest.approx(0.1)) == (view.score, view.coverage)
    assert (pytest.approx(0.1), pytest.approx(1.0)) == view.range


def test_vision_retired_in_its_first_year_is_retired() -> None:
    """2024 comes before 2024-03 in a history."""
    declared = VisionDeclared(on="2024-03", vision="v", statement="…", themes={"a": 1})
    assert () == project([declared, VisionRetired(on="2024", vision="v", reason="x")]).visions


def test_dates_long_ago() -> None:
    """A career of the 19th century counts; what lies centuries before fading began does not."""
    for year, score in (("1815", 1), ("0001", None)):
        old = [
            VisionDeclared(on=year, vision="v", statement="…", themes={"a": 1}),
            CourseFinished(on=f"{year}-01-01", title="old", hours=1, themes={"a"}),
        ]
        view = project(old, at=f"{year}-06")
        assert (score, score) == (view.score, view.in_force)


def test_a_view_is_complete_without_visions() -> None:
    view = project([ROLE])
    assert (None, None, 0.0) == (view.score, view.range, view.coverage)
    assert attrs.fields(VisionAlignmentView)
