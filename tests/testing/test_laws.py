"""What ``laws`` makes works under every runner, and what it prints can be pasted and run."""

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
    _suite,
    laws,
    store_laws,
)
from careerledger.testing._elsewhere import elsewhere, serve
from careerledger.testing._memory import Memory
from careerledger.testing._shown import Code
from careerledger.testing._trap import trap
from careerledger.testing._views import Names, changeable, parts_of, spoil, told
from zoo import sound
from zoo.broken import Average, LastByNumber, MonthAsLastDay, NewestInstant, WrongSign
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


def failing(kind, law, **said):
    with pytest.raises(LawBroken) as caught:
        run(laws(kind, **said), law)
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
def test_a_counterexample_can_be_pasted_and_run(kind, law):
    said = next(animal.said for animal in PROJECTIONS if animal.kind is kind)
    message = str(failing(kind, law, **said))
    code = message[message.index("\nfrom ") :]

    names = {}
    exec(compile(code, "pasted", "exec"), names)
    (name,) = (name for name in names if name.startswith("test_"))
    for _ in range(2):  # what it remembers is no part of the case
        with pytest.raises(LawBroken) as again:
            names[name]()

        assert message == str(again.value)


def test_what_is_printed_is_a_test():
    """As the guide shows it, but for which of the two is which."""
    broken = str(failing(LastByNumber, "recording_order")).replace("birch", "amber")

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
def test_every_runner_finds_the_tests(runner, tmp_path):
    """And passes over the bases, which are imported too."""
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
        (lambda: laws(SortedSet, bounds=(1, 0)), "give the least and the greatest value"),
        (lambda: laws(SortedSet, waived={"gravity": "up"}), "no law is called 'gravity'"),
        (lambda: laws(SortedSet).check("gravity", [], at="2024"), "no law is called 'gravity'"),
        (lambda: laws(SortedSet, events=[int]), "is not an event class"),
        (lambda: store_laws(lambda folder: None, waived={"x": "y"}), "no promise is called 'x'"),
    ],
)
def test_what_cannot_be_is_refused(make, message):
    with pytest.raises(DefinitionError, match=message):
        make()


@pytest.mark.parametrize("base", [ProjectionLaws, StoreLaws])
def test_the_bases_are_no_tests(base):
    result = unittest.TestResult()

    unittest.defaultTestLoader.loadTestsFromTestCase(base).run(result)

    assert result.testsRun == len(result.skipped)


def test_a_law_that_nothing_showed_fails_after_many_careers():
    @projection("kit.constant")
    class Constant:
        seen: int = 0

        @on(SkillPractised)
        def practise(self, event):
            self.seen += 1

        def view(self, at):
            return 42

    with pytest.raises(NotShown, match=r"only 0 of 5\d\d careers showed whether Constant"):
        run(laws(Constant), "void")


def test_a_projection_defined_in_a_function_is_not_asked_elsewhere():
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
    with pytest.raises(unittest.SkipTest, match="defined in no file"):
        run(laws(Local), "same_view_in_another_process")


def test_a_failure_elsewhere_is_told():
    elsewhere.end()  # one that starts now knows nothing
    question = {"module": "zoo.sound", "file": sound.__file__, "name": "Nobody"}
    with pytest.raises(AssertionError, match=r"it failed:\nAttributeError: .*'Nobody'"):
        elsewhere.ask(question | {"rows": [], "at": "2024-01-01", "base": 0})
    elsewhere.end()
    elsewhere.end()


def test_what_is_told_is_what_fails_with_less(monkeypatch):
    less = LawBroken("with less")
    monkeypatch.setattr(_suite, "_with_less", lambda broken, run: less)

    with pytest.raises(LawBroken, match=r"^with less$"):
        run(laws(LastByNumber), "recording_order")


def test_what_cannot_be_repeated_says_why():
    """Where something that is not of the projection's module remembers."""
    seen = iter([True])

    @projection("kit.remembers")
    class Remembers:
        first: bool = False

        @on(CourseFinished)
        def finish(self, event):
            self.first = self.first or next(seen, False)

        def view(self, at):
            return self.first

    with pytest.raises(LawBroken, match="failed once and not again"):
        run(laws(Remembers), "same_history_same_view")


def test_what_ends_the_other_process_is_told(tmp_path):
    elsewhere.end()
    file = tmp_path / "goes_away.py"
    file.write_text("import os; os._exit(3)")

    with pytest.raises(RuntimeError, match="the other process ended"):
        elsewhere.ask({"module": "goes_away", "file": str(file), "name": "X", "rows": []})


def test_the_other_process_answers_line_by_line(monkeypatch, tmp_path):
    """What it does is shown here once, as it cannot be seen from here."""
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


def test_a_process_that_was_started_for_a_law_starts_no_other(monkeypatch):
    """A script that runs laws without a guard would start itself for ever."""
    elsewhere.end()
    monkeypatch.setenv("CAREERLEDGER_ELSEWHERE", "1")

    with pytest.raises(RuntimeError, match=r"put what runs them below if __name__"):
        elsewhere.ask({})


def test_each_event_that_is_said_to_raise_must_do_so():
    with pytest.raises(NotShown, match="no career showed anything about CourseFinished"):
        run(laws(sound.CounterInView, rises_with=[SkillPractised, CourseFinished]), "rises")


def test_a_state_without_bytes_forgets_all():
    tuple_keys = next(animal.kind for animal in PROJECTIONS if animal.name == "TupleKeys")

    with pytest.raises(unittest.SkipTest, match="its state keeps no text"):
        run(laws(tuple_keys), "nothing_forgotten_in_snapshots")


@projection("tests.testing.last-place")
class LastPlace:
    place: str | None = None

    @on(sound.Met)
    def meet(self, event):
        self.place = event.place

    def view(self, at):
        return self.place


def test_an_older_version_may_change_nothing():
    run(laws(LastPlace, old_versions={sound.Met: {1: sound._joined}}), "old_versions")


def test_no_event_must_count_where_none_is_declared():
    with pytest.raises(unittest.SkipTest, match="no events are declared that the view must"):
        run(laws(LastPlace), "every_event_counts")


def test_a_law_can_be_waived():
    with pytest.raises(unittest.SkipTest, match="it has its reasons"):
        laws(LastPlace, waived={"void": "it has its reasons"})("test_void").setUp()


def test_the_base_of_the_laws_is_none_of_them():
    with pytest.raises(unittest.SkipTest, match="makes test classes of this one"):
        ProjectionLaws("test_void").setUp()


def test_caches_are_emptied_between_careers():
    sound._half(7)
    Memory(sound.PureCache).restore()
    assert 0 == sound._half.cache_info().currsize


def test_a_promise_can_be_waived():
    suite = store_laws(lambda folder: None, waived={"any_history": "too slow"})

    with pytest.raises(unittest.SkipTest, match="too slow"):
        suite("test_any_history").setUp()


def test_views_are_told_alike_when_they_say_the_same():
    one = {"b": frozenset({"x", "y"}), "a": (1, 1.0, True, None)}
    other = {"a": (1.0, 1, True, None), "b": frozenset({"y", "x"})}

    assert told(one) == told(other)
    assert "Frozen(x=#3, y=())" == told(Frozen(7_000_003), Names(7_000_000))
    assert "'id-#2'" == told("id-7000002", Names(7_000_000, (5, 2)))
    assert "#5" == told(7_000_001, Names(7_000_000, (5, 2)))
    assert told([1]) != told((1,))
    assert "0.1" == told(0.1)
    assert str(date(2024, 1, 2).year) in told(date(2024, 1, 2))


@pytest.mark.parametrize(
    ("view", "found"),
    [
        (1, None),
        (Frozen(1, (2,)), None),
        (immutabledict({"a": [1]}), "it['a'] is a list"),
        (Frozen(1, ([],)), "it.y[0] is a list"),
        (Open(1), "it is a Open, whose fields can be set"),
        (Loose([1]), "it.values is a list"),
        (Names(1), None),
    ],
)
def test_the_changeable_part_of_a_view_is_found(view, found):
    assert found == changeable(view, "it")


def test_spoiling_reaches_every_part():
    inner, pairs = [1], {"a": [2]}
    view = Loose([immutabledict({"x": inner}), (pairs,)])

    spoil(view)

    assert ([], {}, []) == (inner, pairs, view.values)
    assert parts_of(int) is None


def test_the_trap_takes_back_its_watch():
    before = sys.getprofile()
    with trap() as caught:
        datetime.now(UTC)
    assert before is sys.getprofile()
    assert "datetime.now()" in caught[0]
    assert __file__ in caught[0]


def test_code_of_values():
    code = Code()

    assert "date(2024, 1, 2)" == code.of(date(2024, 1, 2))
    assert "Colour.RED" == code.of(Colour.RED)
    assert "{1: {2}}" == code.of({1: {2}})
    assert "set()" == code.of(frozenset())
    assert "Loose([1])" == code.of(Loose([1]))
    assert "told" == code.of(told)
    assert "GoalSet" == code.of(GoalSet)
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
def test_code_makes_the_value_again(value):
    code = Code()
    expression = code.of(value)
    names = {"Medium": Medium}
    exec("\n".join(line for line in code.imports() if "test_laws" not in line), names)

    assert value == eval(expression, names)
    assert type(value) is type(eval(expression, names))


def test_the_old_shape_of_an_event_is_part_of_the_code():
    broken = failing(
        PROJECTIONS[[a.name for a in PROJECTIONS].index("DropsField")].kind,
        "old_versions",
        **PROJECTIONS[[a.name for a in PROJECTIONS].index("DropsField")].said,
    )

    assert "old_versions={DropsField: {1: <lambda>}}" in str(broken)
    assert DropsField


REMEMBERED = []


def test_memory_is_put_back():
    class Remembers:
        count = 0
        seen = {}
        flags = bytearray(b"a")
        same = seen

        @property
        def all(self):
            return REMEMBERED

    memory = Memory(Remembers)
    Remembers.count = 3
    Remembers.seen["a"] = 1
    Remembers.flags.append(1)
    REMEMBERED.append(1)

    memory.restore()

    assert (0, {}, b"a", []) == (Remembers.count, Remembers.seen, Remembers.flags, REMEMBERED)
    assert WrongSign
