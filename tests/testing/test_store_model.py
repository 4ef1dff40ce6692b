"""The state machine of ``store_laws``, step by step."""

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
    """Erases personal lines, and keeps them in its snapshots."""

    def erase(self, ledger, remaining):
        before = self._ledgers[ledger].snapshots
        super().erase(ledger, remaining)
        self._ledgers[ledger].snapshots = before


@pytest.fixture
def machine(request):
    machine = StoreMachine(lambda folder: request.param(), lasting=False)
    machine.append("career", [[FIELDS], [FIELDS]], last=False)
    machine.save("career", "key", "print", [Snapshot(2, "2024", 2, b"state")])
    machine.check_answer([Snapshot(2, "2024", 2, b"state")], "snapshots", "career", "key", "print")
    yield machine
    machine.teardown()


@pytest.mark.parametrize("machine", [MemoryStore], indirect=True)
def test_erasing_drops_the_snapshots(machine):
    machine.erase("career", {1, 5}, whole=False, last=False)

    assert [b"a", b"a\nb"] == [row.personal for row in machine.rows["career"]]
    assert not machine.saved


@pytest.mark.parametrize("machine", [MemoryStore], indirect=True)
def test_erasing_keeps_snapshots_of_other_ledgers(machine):
    machine.append("other", [[FIELDS]], last=False)

    machine.erase("other", {1}, whole=True, last=False)

    assert {("career", "key")} == machine.saved.keys()


@pytest.mark.parametrize("machine", [KeepsSnapshots], indirect=True)
def test_stale_snapshot_after_erasing_is_caught(machine):
    with pytest.raises(AssertionError):
        machine.erase("career", {1}, whole=True, last=False)


class ForgetsSnapshots(MemoryStore):
    """Returns no snapshots once ``forgets`` is true."""

    forgets = False

    def snapshots(self, *args, **kwargs):
        return [] if self.forgets else super().snapshots(*args, **kwargs)


@pytest.mark.parametrize("machine", [ForgetsSnapshots], indirect=True)
def test_lost_snapshots_are_caught(machine):
    machine.read_snapshots("print")
    machine.read_snapshots("other")

    machine.stores[0].forgets = True
    with pytest.raises(AssertionError, match=r"snapshots\('career', 'key', 'print'\)"):
        machine.read_snapshots("other")
