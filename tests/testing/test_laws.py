"""Test classes run under every runner, and their messages contain tests that run."""

import os
import subprocess
import sys
import unittest
from pathlib import Path

import pytest
from hypothesis import settings

from careerledger import testing
from careerledger.errors import DefinitionError
from careerledger.events import CourseFinished, SkillPractised
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
from zoo import sound
from zoo.broken import Average, LastByNumber, MonthAsLastDay, NewestInstant
from zoo.broken_events import DropsField
from zoo.keeper import PROJECTIONS
from zoo.sound import SortedSet


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
        NotShown, match=r"(?s)Constant is not shown to keep.*Only 0 of 600 careers are evidence"
    ):
        run(laws(Constant), "void")


@pytest.mark.usefixtures("default_settings")
def test_law_without_evidence_fails_after_many_examples():
    settings.register_profile("many examples", settings.default, max_examples=700)
    settings.load_profile("many examples")

    with pytest.raises(NotShown, match="None of 700 careers is evidence about SkillPractised"):
        run(laws(SortedSet, of=lambda _: 0, rises_with=[SkillPractised]), "rises")


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
    with pytest.raises(unittest.SkipTest, match="this is a base class"):
        ProjectionLaws("test_void").setUp()


def test_promise_can_be_waived():
    suite = store_laws(lambda folder: None, waived={"any_history": "too slow"})

    with pytest.raises(unittest.SkipTest, match="too slow"):
        suite("test_any_history").setUp()


def test_printed_case_contains_old_versions():
    animal = next(animal for animal in PROJECTIONS if animal.name == DropsField.__name__)
    broken = failure_of(animal.kind, "old_versions", **animal.arguments)

    assert "old_versions={DropsField: {1: <lambda>}}" in str(broken)
