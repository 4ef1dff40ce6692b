"""The state machine of a store, step by step."""

import pytest

from careerledger.stores import Snapshot
from careerledger.stores.memory import MemoryStore
from careerledger.testing._store_model import StoreMachine

FIELDS = {
    "type": "a.done",
    "on": "2024",
    "key": None,
    "source": None,
    "batch": None,
    "target": None,
    "introduces": None,
    "names": None,
    "body": b"x",
    "personal": b"a\nb",
}


class KeepsSnapshots(MemoryStore):
    """It forgets what rows say, and not what its snapshots hold of it."""

    def erase(self, ledger, remaining):
        before = self._ledgers[ledger].snapshots
        super().erase(ledger, remaining)
        self._ledgers[ledger].snapshots = before


@pytest.fixture
def machine(request):
    machine = StoreMachine(lambda folder: request.param(), lasting=False)
    machine.append("career", [[FIELDS], [FIELDS]], last=False)
    machine.save("career", "key", "print", [Snapshot(2, "2024", 2, b"state")])
    machine.agree([Snapshot(2, "2024", 2, b"state")], "snapshots", "career", "key", "print")
    yield machine
    machine.teardown()


@pytest.mark.parametrize("machine", [MemoryStore], indirect=True)
def test_what_was_erased_is_in_no_snapshot(machine):
    machine.erase("career", {1, 5}, whole=False, last=False)

    assert [b"a", b"a\nb"] == [row.personal for row in machine.rows["career"]]
    assert not machine.saved


@pytest.mark.parametrize("machine", [MemoryStore], indirect=True)
def test_what_was_erased_is_in_snapshots_of_no_other_ledger(machine):
    machine.append("other", [[FIELDS]], last=False)

    machine.erase("other", {1}, whole=True, last=False)

    assert {("career", "key")} == machine.saved.keys()


@pytest.mark.parametrize("machine", [KeepsSnapshots], indirect=True)
def test_a_store_whose_snapshots_hold_what_was_erased_is_caught(machine):
    with pytest.raises(AssertionError):
        machine.erase("career", {1}, whole=True, last=False)


class ForgetsSnapshots(MemoryStore):
    """What is saved is gone."""

    def snapshots(self, *under, **most):
        return [] if self.forgets else super().snapshots(*under, **most)

    forgets = False


@pytest.mark.parametrize("machine", [ForgetsSnapshots], indirect=True)
def test_a_store_whose_snapshots_are_gone_is_caught(machine):
    machine.ask_for_snapshots("print")
    machine.ask_for_snapshots("other")

    machine.stores[0].forgets = True
    with pytest.raises(AssertionError, match=r"snapshots\('career', 'key', 'print'\)"):
        machine.ask_for_snapshots("other")
