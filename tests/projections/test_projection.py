"""What @projection and @on accept, and what makes a snapshot's key."""

import subprocess
import sys
import types
from datetime import date
from pathlib import Path
from typing import Any, ClassVar

import pytest

from careerledger import Entry, Ledger, projections
from careerledger.errors import DefinitionError
from careerledger.events import Action, CourseFinished, EntryVoided, SkillPractised, event
from careerledger.projections import Learning, Tunable, VisionAlignment, fold, on, projection
from careerledger.projections.base import consumed_types, fingerprint, key_of
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
@projection("test.fingerprint")
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


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("LIMIT = 3", "LIMIT = 4"),
        ("return n + 1", "return n + 2"),
        ("return n * 2", "return n * 3"),
        ("self.n = min", "self.n = max"),
        ("n: int = 0", "n: int = 1"),
        ("n: int = 0", "n: float = 0"),
        ("names: dict[str, int] = {}", "names: dict[str, int] = {'a': 1}"),
        ("names:", "other:"),
        ("@on(CourseFinished)", "@on(Action)"),
    ],
)
def test_changed_code_has_another_fingerprint(old: str, new: str) -> None:
    """Also code and values that a step only names."""
    assert old in BASE
    assert fingerprint(made(BASE)) != fingerprint(made(BASE.replace(old, new)))


def test_the_same_code_has_the_same_fingerprint() -> None:
    """Wherever it stands in its file, and whatever stands beside it."""
    assert fingerprint(made(BASE)) == fingerprint(made("\n# a comment\n" + BASE + "\nOTHER = 4\n"))


def test_a_fingerprint_is_the_same_in_another_process() -> None:
    """With another hash seed, which orders sets otherwise, and before and after it was used."""
    code = (
        "import re\n"
        "from careerledger import Ledger\n"
        "from careerledger.events import CourseFinished\n"
        "from careerledger.projections import *\n"
        "from careerledger.projections.base import _fingerprint\n"
        "asked = (VisionAlignment, NetworkGrowth, MilestoneHistory)\n"
        "print(*(_fingerprint.__wrapped__(p, 0) for p in asked))\n"
        "ledger = Ledger.in_memory()\n"
        "ledger.record(CourseFinished(on='2024', title='x'))\n"
        "ledger.project(*asked)\n"
        "re.compile('something else')\n"
        "print(*(_fingerprint.__wrapped__(p, 0) for p in asked))\n"
    )
    printed = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": str(seed)},
            check=True,
            capture_output=True,
        ).stdout
        for seed in (1, 2, 3)
    }
    ((before, after),) = (text.splitlines() for text in printed)
    assert before == after


def test_code_of_a_module_that_a_step_names_counts() -> None:
    tools = types.ModuleType("a_users_module.tools")
    exec("def grow(n):\n    return n + 1\nSTEP = {'a': [1, {2}]}\nseen = []", vars(tools))
    source = BASE.replace(
        "helper(self.n)", "tools.grow(self.n) + tools.STEP['a'][0] + len(tools.seen)"
    )
    before = fingerprint(made(source, tools=tools))
    tools.seen.append(1)
    assert before == fingerprint(made(source, tools=tools))
    tools.STEP["a"].append(2)
    assert before != fingerprint(made(source, tools=tools))
    exec("def grow(n):\n    return n + 2", vars(tools))
    assert before != fingerprint(made(source, tools=tools))


def test_parameters_are_part_of_the_key() -> None:
    assert key_of(VisionAlignment) != key_of(VisionAlignment.with_(half_life=30))
    assert key_of(VisionAlignment) == key_of(VisionAlignment.with_(half_life=365.0))
    assert VisionAlignment.with_(half_life=30) is VisionAlignment.with_(half_life=30)
    assert key_of(VisionAlignment) != key_of(VisionAlignment.with_(efforts={"x.y": 2}))


def test_changed_code_never_reads_an_old_snapshot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("careerledger.answers.fold.SNAPSHOT_EVERY", 1)
    ledger = new_ledger()
    ledger.record([CourseFinished(on="2024", title=str(n)) for n in range(3)])
    assert 3 == ledger.project(made(BASE), at=TODAY)
    assert 2 == ledger.project(made(BASE.replace("LIMIT = 3", "LIMIT = 2")), at=TODAY)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("@projection('Bad Name')\nclass P: ...", "name 'Bad Name' of projection P is malformed"),
        ("@projection('x')\nclass P: ...", "projection P has no step"),
        (
            "@projection('x')\nclass P:\n @on(Action)\n def s(self, event, entry): ...",
            r"projection P has no method view\(self, at\)",
        ),
        (
            "@projection('x')\nclass P:\n n: int\n @on(Action)\n def s(self, e, entry): ...\n def view(self, at): ...",
            "field n of projection P has no default; give it one, as each state starts from the defaults$",
        ),
        ("@on()\ndef s(): ...", "@on of s names no event type"),
        ("@on(Action)\ndef s(self): ...", r"step s\(self\) cannot be called; define it as"),
        ("@on(Action)\ndef s(self, a, b, c): ...", r"step s\(self, a, b, c\) cannot"),
        ("@on(Action)\ndef s(self, event, *, entry): ...", "define it as step"),
        ("@on(Action)\ndef s(self, event, hours=1): ...", "define it as step"),
        ("@on(Action)\ndef s(*everything): ...", "define it as step"),
        ("@on(int)\ndef s(): ...", "which is not an event class"),
        ("@on('x')\ndef s(): ...", "which is not an event class"),
        (
            "@on(Action, where=3)\ndef s(self, event): ...",
            "where of @on of s is 3; it must be a fu",
        ),
        (
            "import functools\non(Action)(functools.partial(print))",
            "@on marks functools.partial.* which is not a method; define one with def",
        ),
        ("@on(Action)\n@classmethod\ndef s(cls, event): ...", "which is not a method"),
        ("on(Action)(3)", "@on marks 3, which is not a method"),
    ],
)
def test_what_cannot_work_is_refused_when_it_is_defined(source: str, message: str) -> None:
    with pytest.raises(DefinitionError, match=message):
        made(source)


def test_a_correction_cannot_be_a_step() -> None:
    with pytest.raises(
        DefinitionError,
        match=r"which is not an event class; corrections and unknown events never reach a projection$",
    ):
        on(EntryVoided)(test_a_correction_cannot_be_a_step)


def test_what_is_not_a_projection_cannot_be_asked() -> None:
    with pytest.raises(DefinitionError, match="is not a projection; make it one"):
        new_ledger().project(date)  # type: ignore[call-overload]


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


def test_every_step_whose_type_an_event_has_takes_it_in_the_order_written() -> None:
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


def test_a_step_takes_the_classes_that_state_what_it_asks_for() -> None:
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


def test_an_error_in_a_step_says_at_which_entry_it_was() -> None:
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


def test_the_package_lists_its_projections() -> None:
    assert {"VisionAlignment", "NetworkGrowth", "MilestoneHistory"} <= set(dir(projections))
    with pytest.raises(AttributeError, match="no attribute 'Fortune'"):
        _ = projections.Fortune


def test_names_are_needed() -> None:
    with pytest.raises(DefinitionError, match="@projection needs a name"):
        projection(Dispatch)
    with pytest.raises(DefinitionError, match="@event needs a name"):
        event(Hackathon)


def test_what_is_no_number_and_no_mapping_is_no_parameter() -> None:
    named = made(BASE.replace("rate: ClassVar[float] = 1.0", "rate: ClassVar[str] = 'x'"))
    with pytest.raises(DefinitionError, match="as only numbers and mappings to numbers can be set"):
        named.with_(rate="y")
    bare = made(BASE.replace("    rate: ClassVar[float] = 1.0\n", ""))
    with pytest.raises(DefinitionError, match="It has none: annotate them"):
        bare.with_(rate=1)


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


def test_a_state_of_other_types_than_it_says_is_not_saved(monkeypatch: pytest.MonkeyPatch) -> None:
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


@pytest.mark.parametrize("step", ["tools.inner.f(self.n)", "__import__('functools') and f(self.n)"])
def test_code_that_is_found_through_a_package_counts(step: str) -> None:
    """Through modules of modules, and imported within the step."""
    inner = types.ModuleType("a_users_module.inner")
    exec("def f(n):\n    return n + 1", vars(inner))
    tools = types.ModuleType("a_users_module")
    tools.inner = inner
    source = BASE.replace("helper(self.n)", step).replace(
        "        self.n = min", "        from a_users_module.inner import f\n        self.n = min"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "a_users_module.inner", inner)
        before = fingerprint(made(source, tools=tools))
        exec("def f(n):\n    return n + 2", vars(inner))
        assert before != fingerprint(made(source, tools=tools))


def test_what_a_partial_function_is_given_counts() -> None:
    from functools import partial

    source = BASE.replace("helper(self.n)", "half(self.n)")
    one, two = (made(source, half=partial(pow, 2, exp)) for exp in (1, 2))
    assert fingerprint(one) != fingerprint(two)


def test_the_end_of_a_long_fold_is_saved(tmp_path: Path) -> None:
    """Its last few entries as well, so that no other process folds them again."""
    with Ledger.open(tmp_path / "ada.ledger") as ledger:
        ledger.record([CourseFinished(on="2024", title=str(number)) for number in range(2_100)])
        ledger.project(Learning)
        saved = ledger.store.snapshots(ledger.name, key_of(Learning), fingerprint(Learning))

    assert 2_100 == saved[0].seq


def test_older_snapshots_are_read_where_the_furthest_does_not_stand(tmp_path: Path) -> None:
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
