"""Every store keeps what every store promises: the promises are those of the kit."""

from pathlib import Path

from careerledger.stores.branch import BranchStore
from careerledger.stores.memory import MemoryStore
from careerledger.stores.sqlite import SQLiteStore
from careerledger.testing import store_laws


def file_in(folder: Path) -> SQLiteStore:
    store = SQLiteStore(folder / "some.ledger")
    # Whether it survives a power cut is tested elsewhere, so there is no need to wait for it.
    store._connection.pragma("synchronous", "OFF")
    return store


TestMemoryStore = store_laws(lambda folder: MemoryStore(), lasting=False)
TestBranchStore = store_laws(lambda folder: BranchStore(MemoryStore()), lasting=False)
TestSQLiteStore = store_laws(file_in)
