"""Broken stores: a store in memory, or one in a file, with one mistake."""

import json
from contextlib import contextmanager
from pathlib import Path

from careerledger.stores import EMPTY, Head, Row, follows
from careerledger.stores.memory import LedgerInMemory, MemoryStore
from careerledger.stores.sqlite import SQLiteStore
from zoo.keeper import broken_store


class InMemory(MemoryStore):
    """It is made for a folder, and keeps nothing there."""

    def __init__(self, folder):
        super().__init__()


@broken_store("all_or_nothing", "a block that raises leaves what it appended")
class KeepsHalf(InMemory):
    @contextmanager
    def writing(self, ledger):
        with self._lock:
            self._check_open()
            if self._writing is not None:
                raise self._nested()
            head = self._read(ledger).head
            self._writing = (ledger, head.size)
            try:
                yield head
                self._check_whole()
            finally:
                self._writing = None

    def _nested(self):
        from careerledger.errors import StoreError

        return StoreError("end that first")


@broken_store("blocks_do_not_nest", "a writer may begin to write while it writes")
class BlocksNest(InMemory):
    @contextmanager
    def writing(self, ledger):
        outer, self._writing = self._writing, None
        with super().writing(ledger) as head:
            yield head
        self._writing = outer


@broken_store("all_or_nothing", "the snapshots go with a block that raises")
class DropsSnapshots(InMemory):
    @contextmanager
    def writing(self, ledger):
        try:
            with super().writing(ledger) as head:
                yield head
        except BaseException:
            if ledger in self._ledgers:
                self._ledgers[ledger].snapshots = {}
            raise


@broken_store("ids_and_keys_are_taken_once", "an id that is taken is overwritten")
class Overwrites(InMemory):
    def append(self, ledger, rows, frontier):
        with self._lock:
            here = self._ledgers.setdefault(ledger, LedgerInMemory())
            for row in rows:
                here.ids.pop(row.id, None)
                here.keys.pop(row.key, None)
            super().append(ledger, rows, frontier)


@broken_store("rows_follow_without_a_hole", "rows are numbered by the store, whatever they say")
class Renumbers(InMemory):
    def append(self, ledger, rows, frontier):
        size = self._read(ledger).head.size
        rows = [row._replace(seq=seq) for seq, row in enumerate(rows, start=size + 1)]
        super().append(ledger, rows, frontier)


@broken_store("texts_are_compared_exactly", "keys are compared without regard to case")
class FoldsCase(InMemory):
    def by_key(self, ledger, keys):
        taken = {key.lower(): seq for key, seq in self._read(ledger).keys.items()}
        return {key: taken[key.lower()] for key in keys if key.lower() in taken}


@broken_store("facts_by_date_and_number", "facts are in the order of their numbers")
class ByNumber(InMemory):
    def facts(self, ledger, **part):
        return sorted(super().facts(ledger, **part))


@broken_store(
    "facts_by_date_and_number", "facts are sorted within each append, but not with those before"
)
class SortsEachAppend(InMemory):
    def append(self, ledger, rows, frontier):
        before = list(self._read(ledger).places)
        super().append(ledger, rows, frontier)
        here = self._read(ledger)
        here.places = [*before, *sorted(set(here.places) - set(before))]


@broken_store("facts_by_date_and_number", "the last day of a window is left out")
class ExclusiveUntil(InMemory):
    def facts(self, ledger, *, until, **part):
        found = super().facts(ledger, until=until, **part)
        return [slim for slim in found if self.place(ledger, slim[0])[0] != until]


@broken_store("facts_by_type", "the limit counts before the types are chosen")
class LimitFirst(InMemory):
    def facts(self, ledger, *, types, **part):
        found = super().facts(ledger, types=None, **part)
        return [slim for slim in found if types is None or slim[1] in types]


@broken_store("facts_by_type", "no types are taken for all of them")
class NoneOfTypes(InMemory):
    def facts(self, ledger, *, types, **part):
        return super().facts(ledger, types=types or None, **part)


@broken_store("known_at_an_instant", "what was recorded at the instant itself is not known yet")
class KnownBefore(InMemory):
    def known(self, ledger, instant):
        return sum(
            row.recorded_at < instant for row in self.log(ledger, after=0, upto=9**9, limit=9**9)
        )


@broken_store("names_of_one_kind", "a kind is looked up as the beginning of another")
class PrefixOfKind(InMemory):
    def names(self, ledger, kind):
        found = self._read(ledger).introduced
        return sorted(name.partition(":")[2] for name in found if name.startswith(kind))


@broken_store("touched_places", "a row at the very place does not touch it")
class TouchedBefore(InMemory):
    def touched(self, ledger, *, place, **part):
        return super().touched(ledger, place=(place[0], place[1] - 1), **part)


@broken_store("many_are_looked_up_at_once", "an id that is asked for twice is found twice")
class FoundTwice(InMemory):
    def by_id(self, ledger, ids):
        here = self._read(ledger)
        return here.slim(sorted(here.ids[id_] for id_ in ids if id_ in here.ids))


@broken_store("snapshots_of_other_code", "snapshots of other code are given out")
class AnyFingerprint(InMemory):
    def saved(self, ledger, key, fingerprint, *, limit=None):
        return self._read(ledger).snapshots.get(key, ("", []))[1][:limit]


@broken_store("snapshots_are_replaced", "saved snapshots join those that were there")
class SnapshotsPileUp(InMemory):
    def save(self, ledger, key, fingerprint, snapshots):
        old = self.saved(ledger, key, fingerprint)
        super().save(ledger, key, fingerprint, [*old, *snapshots])


@broken_store("snapshots_are_replaced", "one snapshot is the nearest and not the furthest")
class NearestSnapshot(InMemory):
    def saved(self, ledger, key, fingerprint, *, limit=None):
        return super().saved(ledger, key, fingerprint)[-(limit or 0) :]


@broken_store("snapshots_need_a_ledger", "a snapshot makes the ledger that it is of")
class SnapshotMakesLedger(InMemory):
    def save(self, ledger, key, fingerprint, snapshots):
        self._ledgers.setdefault(ledger, LedgerInMemory())
        super().save(ledger, key, fingerprint, snapshots)


@broken_store("closed_stores_say_so", "a closed store goes on answering")
class NeverCloses(InMemory):
    def close(self):
        pass


@broken_store("append_needs_its_block", "an append outside of a block is taken")
class AppendsAnywhere(InMemory):
    def append(self, ledger, rows, frontier):
        if self._writing is None or self._writing[0] != ledger:
            self._ledgers.setdefault(ledger, LedgerInMemory()).add(rows, frontier)
        else:
            super().append(ledger, rows, frontier)


@broken_store("threads_see_whole_blocks", "another thread sees half a block")
class NoLock(InMemory):
    def head(self, ledger):
        return self._ledgers[ledger].head if ledger in self._ledgers else EMPTY


@broken_store("a_check_waits_for_nobody", "a check waits until nobody writes")
class ChecksInTurn(InMemory):
    def check(self):
        with self._lock:
            pass


@broken_store(
    "second_stores_see_what_was_appended",
    "what was appended is written when it is closed",
    lasting=True,
)
class WritesAtClose(MemoryStore):
    def __init__(self, folder: Path):
        super().__init__()
        self.file = folder / "rows.json"
        if self.file.exists():
            for name, (rows, frontier) in json.loads(self.file.read_text()).items():
                ledger = self._ledgers[name] = LedgerInMemory()
                ledger.add([self._row(row) for row in rows], bytes.fromhex(frontier))

    def _row(self, row):
        return Row(*row)._replace(body=bytes.fromhex(row[6]), leaf=bytes.fromhex(row[7]))

    def close(self):
        if not self._closed:
            told = {
                name: [
                    [
                        [*row[:6], row.body.hex(), row.leaf.hex(), row.introduces]
                        for row in here.rows
                    ],
                    here.frontier.hex(),
                ]
                for name, here in self._ledgers.items()
            }
            self.file.write_text(json.dumps(told))
        super().close()


@broken_store(
    "what_was_appended_outlives_a_crash",
    "the transaction is left open until the next one",
    lasting=True,
)
class CommitsLate(SQLiteStore):
    def __init__(self, folder: Path):
        super().__init__(folder / "late.ledger")
        self._late: tuple[str, list[Row], bytes] | None = None

    @contextmanager
    def writing(self, ledger):
        self._flush()
        head = super().head(ledger)
        self._late = (ledger, [], head.frontier)
        yield head

    def append(self, ledger, rows, frontier):
        follows(ledger, rows, (ledger, self.head(ledger).size))
        self._late = (ledger, [*self._late[1], *rows], frontier)

    def _flush(self):
        if self._late is not None and self._late[1]:
            ledger, rows, frontier = self._late
            with super().writing(ledger):
                super().append(ledger, rows, frontier)
        self._late = None

    def head(self, ledger):
        if self._late is not None and self._late[1] and self._late[0] == ledger:
            last = self._late[1][-1]
            return Head(last.seq, last.recorded_at, self._late[2])
        return super().head(ledger)

    def close(self):
        self._flush()
        super().close()
