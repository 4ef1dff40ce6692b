"""Test classes run under every runner, and their messages contain tests that run."""

import os
import subprocess
import sys
import unittest
from datetime import datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Annotated
from uuid import UUID

import pytest
from hypothesis import settings, strategies as st

from careerledger import testing
from careerledger.errors import DefinitionError
from careerledger.events import Action, CourseFinished, Predicate, SkillPractised, event
from careerledger.projections import on, projection
from careerledger.testing import (
    LawBroken,
    NotShown,
    ProjectionLaws,
    StoreLaws,
    _law_runner,
    _laws,
    events,
    laws,
    store_laws,
)
from careerledger.testing._other_process import EditedAnswer
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

    suite = laws(Constant)
    with pytest.raises(
        NotShown, match=r"(?s)Constant is not shown to keep.*Only 0 of 1500 careers are evidence"
    ):
        run(suite, "same_history_same_view")
    with pytest.raises(unittest.SkipTest, match="no career changes the view of Constant"):
        run(suite, "void")


def test_step_that_raises_fails_one_law():
    @projection("kit.raises")
    class Raises:
        hours: float = 0.0

        @on(SkillPractised)
        def practise(self, event):
            self.hours += event.hours

        def view(self, at):
            return self.hours

    suite = laws(Raises)
    with pytest.raises(LawBroken, match="Raises raises TypeError") as caught:
        run(suite, "same_history_same_view")
    assert isinstance(caught.value.__cause__, TypeError)
    with pytest.raises(unittest.SkipTest, match="see the failure of test_same_history_same_view"):
        run(suite, "void")


@event("kit.coded")
class Coded(Action):
    code: Annotated[str, Predicate(lambda code: code.startswith("Q") and len(code) == 9)]
    size: int = 0


@projection("kit.codes")
class Codes:
    codes: list[str] = []

    @on(Coded)
    def see(self, event):
        if event.size >= 0:
            self.codes.append(event.code)

    def view(self, at):
        return tuple(self.codes)


CODE = st.integers(0, 99_999_999).map("Q{:08}".format)


@pytest.mark.parametrize(
    "strategies", [{Coded: {"code": CODE}}, {"code": CODE}, {Coded: events(Coded, code=CODE)}]
)
def test_strategies_fill_fields_whose_rules_cannot_be_inverted(strategies):
    suite = laws(Codes, events=[Coded], strategies=strategies)

    for law in ("void", "every_event_counts", "events_survive_their_bytes"):
        run(suite, law)


@pytest.mark.parametrize(
    ("strategies", "message"),
    [
        ({Coded: {"cod": CODE}}, "has no field 'cod'"),
        ({Coded: {"code": "Q"}}, "pass one of Hypothesis"),
        ({Coded: 3}, "strategies= has 3"),
        ({int: CODE}, "is not an event class"),
    ],
)
def test_invalid_strategies_are_refused(strategies, message):
    with pytest.raises(DefinitionError, match=message):
        laws(Codes, strategies=strategies)


def test_words_and_numbers_are_drawn():
    """What a projection looks for need not be in its code."""
    looked_for = {"loboc"[::-1]: int("7" * 5)}

    @projection("kit.looks-for")
    class LooksFor:
        found: int = 0

        @on(SkillPractised)
        def practise(self, event):
            self.found += looked_for.get(event.skill[::-1][::-1], -1) == event.hours

        def view(self, at):
            return self.found

    run(laws(LooksFor, words=["cobol"], numbers=[77_777]), "same_history_same_view")


def test_answer_of_an_earlier_source_is_noticed(monkeypatch):
    """The law fails where a ledger answers from the state of the earlier source."""

    def stale(kind, steps, at):
        return [EditedAnswer("line 1: a constant", "1", "2", "1")]

    monkeypatch.setattr(_laws, "answers_after_edits", stale)

    with pytest.raises(LawBroken, match="a ledger opened after the edit"):
        run(laws(SortedSet), "edited_source")


def test_printed_case_imports_the_test_class():
    module = sys.modules[__name__]
    module.TestPrinted = laws(LocalEvents)
    try:
        message = str(failure_of_suite(module.TestPrinted, "same_history_same_view"))
        code = message[message.index("\nfrom ") :]
        assert f"from {__name__} import TestPrinted" in code
        assert "event_from_dict(" in code  # its class is local to a function
        names = {}
        exec(compile(code, "pasted", "exec"), names)
        (name,) = (name for name in names if name.startswith("test_"))
        with pytest.raises(LawBroken) as again:
            names[name]()
        assert message == str(again.value)
    finally:
        del module.TestPrinted


def failure_of_suite(suite, law):
    with pytest.raises(LawBroken) as caught:
        run(suite, law)
    return caught.value


def local_event():
    class Size(Enum):
        SMALL = 1

    @event("kit.local-event")
    class Local(Action):
        price: Decimal
        size: Size
        number: UUID
        at: datetime

    return Local


@projection("kit.local-events", version=2)
class LocalEvents:
    seen: int = 0

    @on(local_event())
    def see(self, event):
        self.seen += event.price.missing

    def view(self, at):
        return self.seen


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
    with pytest.raises(unittest.SkipTest, match="its state contains no text"):
        run(laws(sound.TupleKeys), "nothing_forgotten_in_snapshots")


def test_state_that_cannot_be_saved_skips_the_snapshot_law():
    with pytest.raises(unittest.SkipTest, match="its state cannot be saved"):
        run(laws(sound.TupleKeys), "snapshot_and_tail_at_every_cut")


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
