"""Test classes run under every runner, and their messages contain tests that run."""

import json
import os
import subprocess
import sys
import unittest
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum, Flag
from io import StringIO
from pathlib import Path
from uuid import UUID

import attrs
import pytest
from immutabledict import immutabledict

from careerledger import testing
from careerledger.errors import DefinitionError
from careerledger.events import CourseFinished, GoalSet, SkillPractised
from careerledger.projections import on, projection
from careerledger.testing import (
    LawBroken,
    NotShown,
    ProjectionLaws,
    StoreLaws,
    _law_runner,
    laws,
    store_laws,
)
from careerledger.testing._hidden_state import HiddenState
from careerledger.testing._impure_calls import record_impure_calls
from careerledger.testing._mutability import mutable_part, mutate
from careerledger.testing._other_process import other_process, serve
from careerledger.testing._python_code import PythonCode
from careerledger.testing._view_text import EntryNames, fields_of_object, view_text
from zoo import sound
from zoo.broken import Average, LastByNumber, MonthAsLastDay, NewestInstant
from zoo.broken_events import DropsField
from zoo.keeper import PROJECTIONS
from zoo.sound import SortedSet


class Colour(Enum):
    RED = 1


@dataclass(frozen=True)
class Frozen:
    x: int
    y: tuple[int, ...] = ()


@dataclass
class Open:
    x: int


@attrs.frozen
class Loose:
    values: list[int]


def failure_of(kind, law, **arguments):
    with pytest.raises(LawBroken) as caught:
        run(laws(kind, **arguments), law)
    return caught.value


def run(suite, law):
    test = suite(f"test_{law}")
    test.setUp()
    getattr(test, f"test_{law}")()


@pytest.mark.usefixtures("default_settings")
@pytest.mark.parametrize(
    ("kind", "law"),
    [
        (LastByNumber, "recording_order"),
        (MonthAsLastDay, "bounds"),
        (Average, "rises"),
        (NewestInstant, "known_at"),
    ],
)
def test_printed_case_runs(kind, law):
    arguments = next(animal.arguments for animal in PROJECTIONS if animal.kind is kind)
    message = str(failure_of(kind, law, **arguments))
    code = message[message.index("\nfrom ") :]

    names = {}
    exec(compile(code, "pasted", "exec"), names)
    (name,) = (name for name in names if name.startswith("test_"))
    for _ in range(2):  # hidden state is no part of the case
        with pytest.raises(LawBroken) as again:
            names[name]()

        assert message == str(again.value)


def test_printed_case_is_a_test():
    """The guide shows the same test."""
    broken = str(failure_of(LastByNumber, "recording_order")).replace("birch", "amber")

    assert broken.endswith(
        """
def test_recording_order_of_last_by_number():
    laws(LastByNumber).check(
        "recording_order",
        [
            SkillPractised(on="2024-01-02", skill="amber"),  # 1
            SkillPractised(on="2024-01-03", skill="amber"),  # 2
        ],
        at="2024-01-03",
        order=[2, 1],
    )
"""
    )


TEST_FILE = """
from careerledger.testing import ProjectionLaws, StoreLaws, laws
from zoo.sound import SortedSet

names = [name.removeprefix("test_") for name in dir(ProjectionLaws) if name.startswith("test_")]
TestSorted = laws(SortedSet, waived={name: "a test" for name in names if name != "void"})
"""
RUNNERS = {
    "pytest": ["-m", "pytest", "-q", "test_mine.py", "-p", "no:cacheprovider"],
    "xdist": ["-m", "pytest", "-q", "test_mine.py", "-p", "no:cacheprovider", "-n", "2"],
    "unittest": ["-m", "unittest", "test_mine"],
}


@pytest.mark.parametrize("runner", RUNNERS)
def test_every_runner_collects_the_tests(runner, tmp_path):
    """Each runner skips the base classes, which the test file imports too."""
    (tmp_path / "test_mine.py").write_text(TEST_FILE)
    sources = [Path(__file__).parents[1], Path(testing.__file__).parents[2]]

    ran = subprocess.run(
        [sys.executable, *RUNNERS[runner]],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": os.pathsep.join(map(str, sources)), "PATH": ""},
        check=False,
    )

    assert 0 == ran.returncode, ran.stdout + ran.stderr
    tests = sum(name.startswith("test_") for name in vars(ProjectionLaws))
    more = sum(name.startswith("test_") for name in vars(StoreLaws))
    if runner == "unittest":
        assert f"Ran {2 * tests + more} tests" in ran.stderr
        assert f"OK (skipped={2 * tests + more - 1})" in ran.stderr
    else:
        assert f"1 passed, {tests - 1} skipped" in ran.stdout


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: laws(int), "is not a projection"),
        (lambda: laws(SortedSet, bounds=(1, 0)), "pass the least value first"),
        (lambda: laws(SortedSet, waived={"gravity": "up"}), "names no law: 'gravity'"),
        (lambda: laws(SortedSet).check("gravity", [], at="2024"), "names no law: 'gravity'"),
        (lambda: laws(SortedSet, events=[int]), "is not an event class"),
        (lambda: store_laws(lambda folder: None, waived={"x": "y"}), "names no law: 'x'"),
    ],
)
def test_invalid_arguments_are_refused(make, message):
    with pytest.raises(DefinitionError, match=message):
        make()


@pytest.mark.parametrize("base", [ProjectionLaws, StoreLaws])
def test_base_classes_skip_their_tests(base):
    result = unittest.TestResult()

    unittest.defaultTestLoader.loadTestsFromTestCase(base).run(result)

    assert result.testsRun == len(result.skipped)


def test_law_without_evidence_fails_after_many_careers():
    @projection("kit.constant")
    class Constant:
        seen: int = 0

        @on(SkillPractised)
        def practise(self, event):
            self.seen += 1

        def view(self, at):
            return 42

    with pytest.raises(
        NotShown, match=r"(?s)Constant is not shown to keep.*Only 0 of 5\d\d careers are evidence"
    ):
        run(laws(Constant), "void")


def test_local_projection_is_not_folded_in_another_process():
    @projection("kit.local")
    class Local:
        seen: int = 0

        @on(SkillPractised)
        def practise(self, event):
            self.seen += 1

        def view(self, at):
            return self.seen

    with pytest.raises(unittest.SkipTest, match="defined within a function"):
        run(laws(Local), "same_view_in_another_process")
    Local.__qualname__, Local.__module__ = "Local", "no.such.module"
    with pytest.raises(unittest.SkipTest, match="is not defined in a file"):
        run(laws(Local), "same_view_in_another_process")


def test_failure_in_the_other_process_is_reported():
    other_process.end()  # so that a new one starts
    question = {"module": "zoo.sound", "file": sound.__file__, "name": "Nobody"}
    with pytest.raises(
        AssertionError, match=r"raises in another process: AttributeError: .*'Nobody'"
    ):
        other_process.ask(question | {"rows": [], "at": "2024-01-01", "base": 0})
    other_process.end()
    other_process.end()


def test_smallest_failure_is_reported(monkeypatch):
    smallest = LawBroken("smallest")
    monkeypatch.setattr(_law_runner, "smaller_failure", lambda broken, check_case: smallest)

    with pytest.raises(LawBroken, match=r"^smallest$"):
        run(laws(LastByNumber), "recording_order")


def test_unrepeatable_failure_is_explained():
    """Something outside the projection's module remembers an earlier fold."""
    seen = iter([True])

    @projection("kit.remembers")
    class Remembers:
        first: bool = False

        @on(CourseFinished)
        def finish(self, event):
            self.first = self.first or next(seen, False)

        def view(self, at):
            return self.first

    with pytest.raises(LawBroken, match="failed once and passed the second time"):
        run(laws(Remembers), "same_history_same_view")


def test_end_of_the_other_process_is_reported(tmp_path):
    other_process.end()
    file = tmp_path / "goes_away.py"
    file.write_text("import os; os._exit(3)")

    with pytest.raises(RuntimeError, match="the other process ended"):
        other_process.ask({"module": "goes_away", "file": str(file), "name": "X", "rows": []})


def test_other_process_answers_line_by_line(monkeypatch, tmp_path):
    """The server runs in this process here, where coverage sees it."""
    main = tmp_path / "script.py"
    main.write_text("from zoo.sound import SortedSet as Mine")
    question = {
        "file": sound.__file__,
        "name": "SortedSet",
        "at": "2024-01-01",
        "base": 0,
        "rows": [],
    }
    script = question | {"module": "__main__", "file": str(main), "name": "Mine"}
    events = [["zoo.sound", sound.__file__], ["typed.at.a.prompt", None]]
    again = question | {"module": "zoo.sound", "events": events}
    lost = script | {"module": "somewhere", "file": str(tmp_path / "nothing.txt")}
    out = StringIO()
    monkeypatch.setattr(sys, "stdin", map(json.dumps, [script, again, lost]))
    monkeypatch.setattr(sys, "stdout", out)

    serve()

    answers = [json.loads(line) for line in out.getvalue().splitlines()]
    del sys.modules["__careerledger_main__"]
    assert [{"view": "()"}] * 2 == answers[:2]
    assert "ImportError" in answers[2]["error"]


def test_other_process_starts_no_further_process(monkeypatch):
    """A script that runs laws without a guard would start itself again and again."""
    other_process.end()
    monkeypatch.setenv("CAREERLEDGER_OTHER_PROCESS", "1")

    with pytest.raises(RuntimeError, match=r"below if __name__"):
        other_process.ask({})


def test_each_class_in_rises_with_needs_evidence():
    with pytest.raises(NotShown, match=r"None of \d+ careers is evidence about CourseFinished"):
        run(laws(sound.CounterInView, rises_with=[SkillPractised, CourseFinished]), "rises")


def test_state_that_cannot_be_saved_skips_the_snapshot_text_law():
    tuple_keys = next(animal.kind for animal in PROJECTIONS if animal.name == "TupleKeys")

    with pytest.raises(unittest.SkipTest, match="its state contains no text"):
        run(laws(tuple_keys), "nothing_forgotten_in_snapshots")


@projection("tests.testing.last-place")
class LastPlace:
    place: str | None = None

    @on(sound.Met)
    def meet(self, event):
        self.place = event.place

    def view(self, at):
        return self.place


def test_old_versions_of_an_undeclared_event_need_no_evidence():
    run(laws(LastPlace, old_versions={sound.Met: {1: sound._joined}}), "old_versions")


def test_every_event_counts_is_skipped_without_declared_events():
    with pytest.raises(unittest.SkipTest, match="events= is empty"):
        run(laws(LastPlace), "every_event_counts")


def test_law_can_be_waived():
    with pytest.raises(unittest.SkipTest, match="it has its reasons"):
        laws(LastPlace, waived={"void": "it has its reasons"})("test_void").setUp()


def test_base_class_explains_its_skips():
    with pytest.raises(
        unittest.SkipTest, match=r"laws\(\.\.\.\) makes test classes of ProjectionLaws"
    ):
        ProjectionLaws("test_void").setUp()


def test_caches_are_cleared_between_cases():
    sound._half(7)
    HiddenState(sound.PureCache).restore()
    assert 0 == sound._half.cache_info().currsize


def test_promise_can_be_waived():
    suite = store_laws(lambda folder: None, waived={"any_history": "too slow"})

    with pytest.raises(unittest.SkipTest, match="too slow"):
        suite("test_any_history").setUp()


def test_equal_contents_have_the_same_text():
    one = {"b": frozenset({"x", "y"}), "a": (1, 1.0, True, None)}
    other = {"a": (1.0, 1, True, None), "b": frozenset({"y", "x"})}

    assert view_text(one) == view_text(other)
    assert "Frozen(x=#3, y=())" == view_text(Frozen(7_000_003), EntryNames(7_000_000))
    assert "'id-#2'" == view_text("id-7000002", EntryNames(7_000_000, (5, 2)))
    assert "#5" == view_text(7_000_001, EntryNames(7_000_000, (5, 2)))
    assert view_text([1]) != view_text((1,))
    assert "0.1" == view_text(0.1)
    assert str(date(2024, 1, 2).year) in view_text(date(2024, 1, 2))


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        (1, None),
        (Frozen(1, (2,)), None),
        (immutabledict({"a": [1]}), "it['a'] is a list"),
        (Frozen(1, ([],)), "it.y[0] is a list"),
        (Open(1), "it is a Open, whose fields can be set"),
        (Loose([1]), "it.values is a list"),
        (EntryNames(1), None),
    ],
)
def test_mutable_part_of_a_view(view, expected):
    assert expected == mutable_part(view, "it")


def test_mutate_empties_every_part():
    inner, pairs = [1], {"a": [2]}
    view = Loose([immutabledict({"x": inner}), (pairs,)])

    mutate(view)

    assert ([], {}, []) == (inner, pairs, view.values)
    assert fields_of_object(int) is None


def test_impure_calls_are_recorded():
    before = sys.getprofile()
    with record_impure_calls() as calls:
        datetime.now(UTC)
    assert before is sys.getprofile()
    assert "datetime.now()" in calls[0]
    assert __file__ in calls[0]


def test_expressions():
    code = PythonCode()

    assert "date(2024, 1, 2)" == code.expression(date(2024, 1, 2))
    assert "Colour.RED" == code.expression(Colour.RED)
    assert "{1: {2}}" == code.expression({1: {2}})
    assert "set()" == code.expression(frozenset())
    assert "Loose([1])" == code.expression(Loose([1]))
    assert "view_text" == code.expression(view_text)
    assert "GoalSet" == code.expression(GoalSet)
    assert "from careerledger.events import GoalSet" in code.imports()


class Medium(Flag):
    PAPER = 1
    SCREEN = 2


@pytest.mark.parametrize(
    "value",
    [
        Decimal("350.00"),
        UUID(int=7),
        datetime(2024, 5, 6, 7, 8, tzinfo=timezone(timedelta(hours=2))),
        Medium.PAPER,
        Medium.PAPER | Medium.SCREEN,
        Medium(0),
    ],
    ids=repr,
)
def test_expression_creates_the_value(value):
    code = PythonCode()
    expression = code.expression(value)
    names = {"Medium": Medium}
    exec("\n".join(line for line in code.imports() if "test_laws" not in line), names)

    assert value == eval(expression, names)
    assert type(value) is type(eval(expression, names))


def test_printed_case_contains_old_versions():
    animal = next(animal for animal in PROJECTIONS if animal.name == DropsField.__name__)
    broken = failure_of(animal.kind, "old_versions", **animal.arguments)

    assert "old_versions={DropsField: {1: <lambda>}}" in str(broken)


REMEMBERED = []


def test_hidden_state_is_restored():
    class Remembers:
        count = 0
        seen = {}
        flags = bytearray(b"a")
        same = seen

        @property
        def all(self):
            return REMEMBERED

    hidden_state = HiddenState(Remembers)
    Remembers.count = 3
    Remembers.seen["a"] = 1
    Remembers.flags.append(1)
    REMEMBERED.append(1)

    hidden_state.restore()

    assert (0, {}, b"a", []) == (Remembers.count, Remembers.seen, Remembers.flags, REMEMBERED)
