"""What the library returns can be pickled, copied, and so sent to another process."""

import copy
import pickle
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given

import message_cases
import test_messages
from careerledger import Ledger, projections
from careerledger.errors import CareerLedgerError
from careerledger.events import Action
from careerledger.projections import (
    NetworkGrowth,
    Tunable,
    VisionAlignment,
    fold,
    on,
    projection,
)
from careerledger.projections.library import LIBRARY
from careerledger.projections.parameters import parameters_of
from careerledger.testing import events, laws
from careers import TODAY, Clock, careers
from strategies import EVERY_CLASS, entry_of

EVERY_PROJECTION = [getattr(projections, name) for name in LIBRARY]


def pickled(value: Any) -> Any:
    copies = [pickle.loads(pickle.dumps(value, protocol)) for protocol in range(2, 6)]
    return [*copies, copy.copy(value), copy.deepcopy(value)]


@pytest.mark.parametrize("cls", EVERY_CLASS, ids=lambda cls: cls.__name__)
def test_events_and_entries(cls):
    @given(events(cls))
    def same(event):
        entry = entry_of(event)
        assert [event] * 6 == pickled(event)
        assert [entry] * 6 == pickled(entry)
        assert {repr(event)} == set(map(repr, pickled(event)))

    same()


@pytest.mark.parametrize("asked", EVERY_PROJECTION, ids=lambda cls: cls.__name__)
def test_views(asked):
    @given(careers)
    def same(career):
        view = fold(asked, career.history(), TODAY)
        for each in pickled(view):
            assert view == each
            assert view.to_dict() == each.to_dict()

    same()


def test_errors():
    """Those of all programs in messages.txt."""
    text = test_messages.GOLDEN.read_text(encoding="utf-8")
    errors = [message_cases.run("\n".join(p)) for p, _ in test_messages.programs(text) if p]
    for error in errors:
        if isinstance(error, CareerLedgerError):
            back = pickle.loads(pickle.dumps(error))
            assert (type(error), str(error), error.args) == (type(back), str(back), back.args)
    assert len(errors) > 400


# Projections with other parameters


def tuned(cls: Any) -> list[Any]:
    """Return a projection with each of its parameters changed by a hair."""
    parameters = parameters_of(cls)
    return [cls.with_(**{name: other(value)}) for name, value in parameters.items()]


def other(value: Any) -> Any:
    if isinstance(value, int | float):
        return value * 0.999 if isinstance(value, float) else value
    return {name: other(number) for name, number in value.items()}


@pytest.mark.parametrize("cls", [p for p in EVERY_PROJECTION if issubclass(p, Tunable)])
def test_tuned_projection_is_the_same_class_afterwards(cls):
    once = tuned(cls)
    for each in (*once, *(twice for one in once[:1] for twice in tuned(one))):
        assert {each} == set(pickled(each))
        state = pickled(each())
        assert {each} == set(map(type, state))
        assert all(parameters_of(each) == parameters_of(type(one)) for one in state)


def test_tuned_projection_answers_alike_in_another_process(tmp_path):
    asked = NetworkGrowth.with_(half_lives={"mentor": 1000}).with_(half_lives={"peer": 90})
    ledger = Ledger.in_memory(clock=Clock())
    ledger.record(message_cases.FACTS)
    (tmp_path / "question").write_bytes(pickle.dumps((asked, list(ledger.entries()))))
    program = (
        "import pickle, sys; from careerledger.projections import fold; "
        "asked, history = pickle.load(open(sys.argv[1], 'rb')); "
        "sys.stdout.buffer.write(pickle.dumps(fold(asked, history, '2025')))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "question")], check=True, capture_output=True
    )
    assert ledger.project(asked, at="2025") == pickle.loads(answer.stdout)


def test_subclass_of_a_tuned_projection_is_pickled_by_its_own_name():
    assert Mine is pickle.loads(pickle.dumps(Mine))
    further = Mine.with_(half_lives={"friend": 77})
    assert further is pickle.loads(pickle.dumps(further))


@projection("test.mine")
class Mine(NetworkGrowth.with_(half_lives={"mentor": 1000})):
    """A user's own projection."""

    @on(Action)
    def see(self, event: Action) -> None:
        pass


TestTunedNetworkGrowth = laws(NetworkGrowth.with_(half_lives={"mentor": 1000}))
TestTunedVisionAlignment = laws(VisionAlignment.with_(half_life=100))
