"""Every store keeps what every store promises: the promises are those of the kit."""

from pathlib import Path

import pytest

from careerledger.stores import Snapshot
from careerledger.stores.branch import BranchStore
from careerledger.stores.memory import MemoryStore
from careerledger.stores.sqlite import SQLiteStore
from careerledger.testing import store_laws


def file_in(folder: Path) -> SQLiteStore:
    store = SQLiteStore(folder / "some.ledger")
    # Whether it survives a power cut is tested elsewhere, so there is no need to wait for it.
    store._file.connection.pragma("synchronous", "OFF")
    return store


TestMemoryStore = store_laws(lambda folder: MemoryStore(), lasting=False)
TestBranchStore = store_laws(lambda folder: BranchStore(MemoryStore()), lasting=False)
TestSQLiteStore = store_laws(file_in)


@pytest.mark.parametrize("make", [lambda _: MemoryStore(), file_in], ids=["memory", "file"])
def test_snapshots_may_be_thrown_away_behind_a_correction(tmp_path, make, add, row):
    store = make(tmp_path)
    add(store, row(1), row(2, on=None))
    store.save("career", "key", "print", [Snapshot(2, "2024", 1, b"state")])
    assert store.snapshots("career", "key", "print")
    store.save("career", "key", "print", [])
    assert [] == store.snapshots("career", "key", "print")
    store.close()
