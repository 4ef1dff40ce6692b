"""What @projection and @on accept, and what makes a snapshot's key."""

import types
from datetime import date
from pathlib import Path
from typing import Any, ClassVar

import pytest

from careerledger import Entry, Ledger
from careerledger.answers.code_key import code_key
from careerledger.errors import DefinitionError
from careerledger.events import Action, CourseFinished, SkillPractised, event
from careerledger.projections import Learning, Tunable, VisionAlignment, fold, on, projection
from careerledger.projections.base import consumed_types, key_of
from careerledger.stores import Snapshot
from careerledger.stores.sqlite import SQLiteStore
from careers import TODAY, new_ledger


def made(source: str, **given: Any) -> Any:
    """A projection class from source, as an edited file would define it."""
    module = types.ModuleType("a_users_module")
    names = {"projection": projection, "on": on, "Tunable": Tunable, "Action": Action}
    vars(module).update(names, CourseFinished=CourseFinished, ClassVar=ClassVar, **given)
    exec(source, vars(module))
    return module.P


BASE = """
LIMIT = 3
def helper(n):
    return n + 1
class Helper:
    def twice(self, n):
        return n * 2
@projection("test.changing")
class P(Tunable):
    rate: ClassVar[float] = 1.0
    n: int = 0
    names: dict[str, int] = {}
    @on(CourseFinished)
    def step(self, event, entry):
        self.n = min(helper(self.n), LIMIT) + Helper().twice(0)
    def view(self, at):
        return self.n
"""


def test_parameters_are_part_of_the_key() -> None:
    assert key_of(VisionAlignment) != key_of(VisionAlignment.with_(half_life=30))
    assert key_of(VisionAlignment) == key_of(VisionAlignment.with_(half_life=365.0))
    assert VisionAlignment.with_(half_life=30) is VisionAlignment.with_(half_life=30)
    assert key_of(VisionAlignment) != key_of(VisionAlignment.with_(efforts={"x.y": 2}))


@pytest.mark.parametrize(
    "source",
    [
        "@projection('Bad Name')\nclass P: ...",
        "@projection('x')\nclass P: ...",
        "@projection('x')\nclass P:\n @on(Action)\n def s(self, event, entry): ...",
        "@projection('x')\nclass P:\n n: int\n @on(Action)\n def s(self, e, entry): ...\n def view(self, at): ...",
        "@on()\ndef s(): ...",
        "@on(Action)\ndef s(self): ...",
        "@on(Action)\ndef s(self, a, b, c): ...",
        "@on(Action)\ndef s(self, event, *, entry): ...",
        "@on(Action)\ndef s(self, event, hours=1): ...",
        "@on(Action)\ndef s(*everything): ...",
        "@on(int)\ndef s(): ...",
        "@on('x')\ndef s(): ...",
        "@on(Action, where=3)\ndef s(self, event): ...",
        "import functools\non(Action)(functools.partial(print))",
        "@on(Action)\n@classmethod\ndef s(cls, event): ...",
        "on(Action)(3)",
    ],
)
def test_what_cannot_work_is_refused_when_it_is_defined(source: str) -> None:
    with pytest.raises(DefinitionError):
        made(source)


@event("test.hackathon")
class Hackathon(Action):
    pass


@event("test.hackathon.won")
class HackathonWon(Hackathon):
    pass


@projection("test.dispatch")
class Dispatch:
    seen: list[str] = []

    @on(HackathonWon)
    def win(self, event: HackathonWon) -> None:
        self.seen.append("won")

    @on(Hackathon)
    def take_part(self, event: Hackathon, entry: Entry[Hackathon]) -> None:
        assert event is entry.event
        self.seen.append("hackathon")

    @on(CourseFinished, SkillPractised)
    def learn(self, event: CourseFinished | SkillPractised) -> None:
        self.seen.append(type(event).__name__)

    def view(self, at: date) -> tuple[str, ...]:
        return tuple(self.seen)


def test_steps_run_in_the_order_written() -> None:
    ledger = new_ledger()
    ledger.record(
        [HackathonWon(on="2021"), Hackathon(on="2022"), SkillPractised(on="2023", skill="x")]
    )
    assert ("won", "hackathon", "hackathon", "SkillPractised") == ledger.project(Dispatch, at=TODAY)
    wanted = {"test.hackathon", "test.hackathon.won", "course.finished", "skill.practised"}
    assert wanted == consumed_types(Dispatch)


@projection("test.lessons")
class Lessons:
    numbers: list[int] = []

    @on(Action, where=lambda cls: cls.__event__.practice == "learning")
    def learn(self, _event: Action, entry: Entry[Action]) -> None:
        self.numbers.append(entry.seq)

    def view(self, at: date) -> tuple[int, ...]:
        return tuple(self.numbers)


def test_step_filters_classes_by_where() -> None:
    ledger = new_ledger()
    ledger.record(
        [
            CourseFinished(on="2021", title="x"),
            Hackathon(on="2022"),
            SkillPractised(on="2023", skill="x"),
        ]
    )
    assert (1, 3) == ledger.project(Lessons, at=TODAY)
    types = consumed_types(Lessons)
    assert types is not None
    assert {"course.finished", "course.dropped"} < types
    assert "test.hackathon" not in types


def test_a_state_starts_afresh_for_each_fold() -> None:
    ledger = new_ledger()
    ledger.record(Hackathon(on="2022"))
    history = list(ledger.entries())
    assert ("hackathon",) == fold(Dispatch, history, "2022") == fold(Dispatch, history, "2022")
    assert () == fold(Dispatch, history, "2021")


def test_step_error_names_its_entry() -> None:
    source = BASE.replace("self.n = min", "self.n = self.n / 0 + min")
    ledger = new_ledger()
    ledger.record(CourseFinished(on="2024", title="x"))
    with pytest.raises(ZeroDivisionError) as raised:
        ledger.project(made(source), at=TODAY)
    assert raised.value.__notes__[0].startswith("while folding entry #1: CourseFinished(")


def test_an_error_in_a_step_leaves_nothing_half_folded() -> None:
    """The next question starts from a whole state."""

    @projection("test.fragile")
    class Fragile:
        n: int = 0

        @on(CourseFinished)
        def step(self, event: CourseFinished) -> None:
            self.n += 1
            if broken and event.title == "2":
                raise RuntimeError

        def view(self, at: date) -> int:
            return self.n

    broken = False
    ledger = new_ledger()
    ledger.record(CourseFinished(on="2024", title="0"))
    assert 1 == ledger.project(Fragile, at=TODAY)
    ledger.record([CourseFinished(on="2025", title=str(n)) for n in range(1, 4)])
    broken = True
    with pytest.raises(RuntimeError):
        ledger.project(Fragile, at=TODAY)
    broken = False
    assert 4 == ledger.project(Fragile, at=TODAY)


def test_any_default_that_can_change_is_copied() -> None:
    source = BASE.replace("n: int = 0", "n: int = 0\n    seen: deque = deque()").replace(
        "self.n = min", "self.seen.append(1); self.n = len(self.seen) or min"
    )
    from collections import deque

    p = made(source, deque=deque)
    ledger = new_ledger()
    ledger.record(CourseFinished(on="2024", title="x"))
    assert 1 == ledger.project(p, at=TODAY) == fold(p, ledger.entries(), TODAY)


def test_what_is_inside_a_default_is_copied_too() -> None:
    source = BASE.replace("n: int = 0", "n: int = 0\n    seen: list = [[]]").replace(
        "self.n = min", "self.seen[0].append(1); self.n = len(self.seen[0]) or min"
    )
    p = made(source)
    ledger = new_ledger()
    ledger.record(CourseFinished(on="2024", title="x"))
    assert 1 == fold(p, ledger.entries(), TODAY) == fold(p, ledger.entries(), TODAY)


def test_a_subclass_keeps_the_steps_of_its_base() -> None:
    @projection("test.more")
    class More(Dispatch):
        @on(CourseFinished)
        def count(self, event: CourseFinished) -> None:
            self.seen.append("counted")

    ledger = new_ledger()
    ledger.record([HackathonWon(on="2021"), CourseFinished(on="2022", title="x")])
    expected = ("won", "hackathon", "CourseFinished", "counted")
    assert expected == ledger.project(More, at=TODAY)


def test_mistyped_state_is_not_saved(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would come back as a plain dict, which counts nothing that is new."""
    from collections import Counter

    monkeypatch.setattr("careerledger.answers.fold.SNAPSHOT_EVERY", 1)
    source = BASE.replace("= {}", "= Counter()").replace(
        "self.n = min", "self.names[event.title] += 1; self.n = len(self.names) or min"
    )
    p = made(source, Counter=Counter)
    ledger = new_ledger()
    for n, title in enumerate("abc", start=1):
        ledger.record(CourseFinished(on="2024", title=title))
        assert n == Ledger(ledger.store).project(p, at=TODAY) == ledger.project(p, at=TODAY)


def test_the_end_of_a_long_fold_is_saved(tmp_path: Path) -> None:
    """Its last few entries as well, so that no other process folds them again."""
    with Ledger.open(tmp_path / "ada.ledger") as ledger:
        ledger.record([CourseFinished(on="2024", title=str(number)) for number in range(2_100)])
        ledger.project(Learning)
        saved = ledger.store.snapshots(ledger.name, key_of(Learning), code_key(Learning))

    assert 2_100 == saved[0].seq


def test_older_snapshot_serves_where_the_latest_is_stale(tmp_path: Path) -> None:
    reads: list[list[int]] = []

    class Watched(SQLiteStore):
        def snapshots(self, *under: str, limit: int | None = None) -> list[Snapshot]:
            found = super().snapshots(*under, limit=limit)
            reads.append([saved.seq for saved in found])
            return found

    with Ledger.open(tmp_path / "ada.ledger") as ledger:
        for year, count in (("2023", 5_500), ("2024", 500)):
            ledger.record([CourseFinished(on=year, title=str(n)) for n in range(count)])
        expected = ledger.project(Learning)
    with Ledger(Watched(tmp_path / "ada.ledger")) as ledger:
        assert expected == ledger.project(Learning)
        assert [[6_000]] == reads
    with Ledger(Watched(tmp_path / "ada.ledger")) as ledger:
        assert 5_500 == ledger.project(Learning, at="2023-12-31").courses
        assert [[6_000], [6_000], [6_000, 5_000]] == reads
