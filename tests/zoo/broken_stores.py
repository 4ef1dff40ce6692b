"""Broken stores: a store in memory or in a file with one mistake."""

import gzip
import json
from contextlib import contextmanager
from pathlib import Path

from careerledger.errors import StoreError
from careerledger.stores import (
    EMPTY,
    Head,
    Query,
    Row,
    check_sequence,
    check_snapshots,
    stored_entry,
)
from careerledger.stores.memory import LedgerInMemory, MemoryStore, matches
from careerledger.stores.sqlite import SQLiteStore
from zoo.keeper import broken_store


class InMemory(MemoryStore):
    """A store in memory that accepts a folder and ignores it."""

    def __init__(self, folder):
        super().__init__()

    def every_row(self, ledger):
        return super().rows(ledger, Query())


@broken_store("all_or_nothing", "a block that raises leaves its rows")
class KeepsHalf(InMemory):
    @contextmanager
    def writing(self, ledger):
        with self._lock:
            self._check_open()
            if self._writing is not None:
                raise StoreError("a writing block is open already")
            head = self._read(ledger).head
            self._writing = (ledger, head.size)
            try:
                yield head
                self._check_whole()
            finally:
                self._writing = None


@broken_store("blocks_do_not_nest", "a writing block may begin within another")
class BlocksNest(InMemory):
    @contextmanager
    def writing(self, ledger):
        outer, self._writing = self._writing, None
        with super().writing(ledger) as head:
            yield head
        self._writing = outer


@broken_store("blocks_refuse_delete_purge_and_save", "a purge within a block silently does nothing")
class PurgesWithin(InMemory):
    def purge(self):
        self._check_open()


@broken_store(
    "blocks_refuse_delete_purge_and_save",
    "snapshots may be saved within a block, which may still fail",
)
class SavesWithin(InMemory):
    def save(self, ledger, key, fingerprint, snapshots):
        here = self._read(ledger)
        if here.rows:
            check_snapshots(ledger, key, fingerprint, snapshots)
            here.save(key, fingerprint, snapshots)


@broken_store("all_or_nothing", "a block that raises deletes the snapshots")
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


@broken_store("ids_are_unique", "a row with a used id replaces the earlier one")
class Overwrites(InMemory):
    def append(self, ledger, rows, frontier):
        with self._lock:
            here = self._ledgers.setdefault(ledger, LedgerInMemory())
            for row in rows:
                here._index.pop(("id", row.id), None)
            super().append(ledger, rows, frontier)


@broken_store("keys_are_shared", "a used key is refused")
class KeysTakenOnce(InMemory):
    def append(self, ledger, rows, frontier):
        keys = [row.key for row in rows if row.key is not None]
        if super().rows(ledger, Query(keys=keys)) or len(keys) > len(set(keys)):
            raise StoreError("a key is used already")
        super().append(ledger, rows, frontier)


@broken_store("long_texts_are_refused", "texts that are too long are truncated")
class CutsTexts(InMemory):
    def append(self, ledger, rows, frontier):
        rows = [row._replace(id=row.id[:500], key=row.key and row.key[:500]) for row in rows]
        super().append(ledger, rows, frontier)


@broken_store("lone_surrogates_are_refused", "a lone surrogate is replaced by a question mark")
class ReplacesHalves(InMemory):
    def append(self, ledger, rows, frontier):
        rows = [row._replace(key=row.key and self._whole(row.key)) for row in rows]
        super().append(ledger, rows, frontier)

    def _whole(self, text):
        return text.encode("utf-8", "replace").decode()


@broken_store(
    "rows_are_numbered_without_gaps", "the store renumbers rows instead of checking their numbers"
)
class Renumbers(InMemory):
    def append(self, ledger, rows, frontier):
        size = self._read(ledger).head.size
        rows = [row._replace(seq=seq) for seq, row in enumerate(rows, start=size + 1)]
        super().append(ledger, rows, frontier)


@broken_store("texts_are_compared_exactly", "keys are compared case-insensitively")
class FoldsCase(InMemory):
    def rows(self, ledger, query, /):
        if query.keys is None:
            return super().rows(ledger, query)
        keys = {key.lower() for key in query.keys}
        rows = super().rows(ledger, query._replace(keys=None))
        return [row for row in rows if row.key is not None and row.key.lower() in keys]


@broken_store("rows_by_place", "rows in order of place are sorted by number")
class ByNumber(InMemory):
    def rows(self, ledger, query, /):
        return sorted(super().rows(ledger, query))


@broken_store("rows_by_place", "rows are sorted by place within each append only")
class SortsEachAppend(InMemory):
    def append(self, ledger, rows, frontier):
        before = list(self._read(ledger)._places)
        super().append(ledger, rows, frontier)
        here = self._read(ledger)
        here._places = [*before, *sorted(set(here._places) - set(before))]


@broken_store("rows_by_place", "the last day of a window is excluded")
class ExclusiveUntil(InMemory):
    def rows(self, ledger, query, /):
        rows = super().rows(ledger, query)
        return [row for row in rows if query.until is None or row.on != query.until]


@broken_store("rows_by_place", "a page begins with the last row of the previous page")
class RepeatsTheLast(InMemory):
    def rows(self, ledger, query, /):
        if query.behind is not None:
            on, seq = query.behind
            query = query._replace(behind=(on, seq - 1))
        return super().rows(ledger, query)


@broken_store("rows_by_number", "the newest rows are the first rows, reversed")
class NewestOfTheFirst(InMemory):
    def rows(self, ledger, query, /):
        if query.order != "newest":
            return super().rows(ledger, query)
        return super().rows(ledger, query._replace(order="number"))[::-1]


@broken_store("rows_by_number", "the limit is ignored for the newest rows")
class NewestIgnoresLimit(InMemory):
    def rows(self, ledger, query, /):
        limit = None if query.order == "newest" and query.limit else query.limit
        return super().rows(ledger, query._replace(limit=limit))


@broken_store("rows_by_type", "the limit applies before the types")
class LimitFirst(InMemory):
    def rows(self, ledger, query, /):
        rows = super().rows(ledger, query._replace(types=None))
        return [row for row in rows if query.types is None or row.type in query.types]


@broken_store("rows_by_type", "an empty set of types selects all types")
class NoneOfTypes(InMemory):
    def rows(self, ledger, query, /):
        return super().rows(ledger, query._replace(types=query.types or None))


@broken_store("rows_up_to_an_instant", "rows recorded at the instant itself are excluded")
class KnownBefore(InMemory):
    def rows(self, ledger, query, /):
        rows = super().rows(ledger, query._replace(limit=None))
        at = query.recorded_until
        return [row for row in rows if at is None or row.recorded_at < at][: query.limit]


@broken_store("rows_by_id", "a kind also matches kinds that begin with it")
class PrefixOfKind(InMemory):
    def rows(self, ledger, query, /):
        rows = super().rows(ledger, query._replace(kind=None))
        kind = query.kind or ""
        return [row for row in rows if (row.introduces or "").startswith(kind)]


@broken_store("rows_by_id", "a query by id ignores the row that introduces it")
class IgnoresIntroducer(InMemory):
    def rows(self, ledger, query, /):
        rows = super().rows(ledger, query)
        return [row for row in rows if query.names in {None, *json.loads(row.names or "[]")}]


@broken_store("rows_by_id", "an id matches any part of the text of the names")
class NamesAsText(InMemory):
    def rows(self, ledger, query, /):
        if query.names is None:
            return super().rows(ledger, query)
        rows = super().rows(ledger, query._replace(names=None))
        return [r for r in rows if query.names == r.introduces or query.names in (r.names or "")]


@broken_store("conditions_narrow_each_other", "only one of several conditions counts")
class FirstCondition(InMemory):
    def rows(self, ledger, query, /):
        if query.source is not None:
            query = Query(source=query.source, order=query.order, limit=query.limit)
        return super().rows(ledger, query)


@broken_store("conditions_narrow_each_other", "a query for personal lines returns rows without any")
class IgnoresPersonal(InMemory):
    def rows(self, ledger, query, /):
        return super().rows(ledger, query._replace(personal=None))


@broken_store(
    "conditions_narrow_each_other", "a row without a date counts as being after every place"
)
class UndatedBehind(InMemory):
    def rows(self, ledger, query, /):
        if query.behind is None or query.order == "place":
            return super().rows(ledger, query)
        every = super().rows(ledger, query._replace(behind=None))
        return [row for row in every if row.on is None or (row.on, row.seq) > query.behind]


@broken_store(
    "conditions_narrow_each_other", "a query for the corrections of an entry returns the entry too"
)
class TargetsAreIds(InMemory):
    def rows(self, ledger, query, /):
        if query.targets is None:
            return super().rows(ledger, query)
        rest = query._replace(targets=None)
        return [
            row
            for row in self.every_row(ledger)
            if matches(row, rest) and {row.id, row.target} & {*query.targets}
        ]


@broken_store("entries_are_rows_without_columns", "entries come without personal lines")
class EntriesWithoutPersonalLines(InMemory):
    def entries(self, ledger, query, /):
        return [(*entry[:3], None, entry[4]) for entry in super().entries(ledger, query)]


@broken_store("queries_take_many_texts", "an id given twice returns its row twice")
class FoundTwice(InMemory):
    def rows(self, ledger, query, /):
        rows = super().rows(ledger, query)
        ids = list(query.ids or ())
        return sorted(row for row in rows for _ in range(max(1, ids.count(row.id))))


@broken_store("queries_take_many_texts", "only the first thousand texts of a query are looked up")
class FirstThousand(InMemory):
    def rows(self, ledger, query, /):
        keys = query.keys if query.keys is None else list(query.keys)[:1_000]
        return super().rows(ledger, query._replace(keys=keys))


@broken_store("snapshots_of_other_code", "snapshots of other code are returned")
class AnyFingerprint(InMemory):
    def snapshots(self, ledger, key, fingerprint, *, limit=None):
        return self._read(ledger).snapshots.get(key, ("", []))[1][:limit]


@broken_store("snapshots_are_replaced", "saved snapshots are added to the existing ones")
class SnapshotsPileUp(InMemory):
    def save(self, ledger, key, fingerprint, snapshots):
        old = self.snapshots(ledger, key, fingerprint)
        super().save(ledger, key, fingerprint, [*old, *snapshots])


@broken_store(
    "snapshots_are_replaced", "a limit of one returns the earliest snapshot instead of the latest"
)
class NearestSnapshot(InMemory):
    def snapshots(self, ledger, key, fingerprint, *, limit=None):
        return super().snapshots(ledger, key, fingerprint)[-(limit or 0) :]


@broken_store("snapshots_need_a_ledger", "saving a snapshot creates its ledger")
class SnapshotMakesLedger(InMemory):
    def save(self, ledger, key, fingerprint, snapshots):
        self._ledgers.setdefault(ledger, LedgerInMemory())
        super().save(ledger, key, fingerprint, snapshots)


@broken_store(
    "snapshots_have_places_of_their_own", "of two snapshots at one place the last is saved"
)
class LastAtAPlace(InMemory):
    def save(self, ledger, key, fingerprint, snapshots):
        by_place = {(one.on, one.seq): one for one in snapshots}
        super().save(ledger, key, fingerprint, list(by_place.values()))


@broken_store(
    "snapshots_from_before_a_correction", "snapshots are saved although a correction came since"
)
class KeepsStale(InMemory):
    def save(self, ledger, key, fingerprint, snapshots):
        if ledger in self._ledgers:
            ordered = sorted(snapshots, key=lambda one: one[1:3], reverse=True)
            self._ledgers[ledger].snapshots[key] = (fingerprint, ordered)


@broken_store("personal_lines_are_erased", "erasing keeps the snapshots")
class ErasesNoSnapshots(InMemory):
    def erase(self, ledger, remaining):
        before = self._read(ledger).snapshots
        super().erase(ledger, remaining)
        self._ledgers[ledger].snapshots = before


@broken_store("erasing_needs_its_rows", "rows that do not exist are skipped")
class ErasesWhatIsThere(InMemory):
    def erase(self, ledger, remaining):
        there = self._read(ledger).personal_lines(remaining)
        super().erase(ledger, {seq: remaining[seq] for seq in there})


@broken_store("erasing_never_adds", "a line may be repeated, as lines are compared as a set")
class DoublesLines(InMemory):
    def erase(self, ledger, remaining):
        once = {
            seq: lines and b"\n".join(dict.fromkeys(lines.split(b"\n")))
            for seq, lines in remaining.items()
        }
        super().erase(ledger, once)
        if once != remaining:
            self._ledgers[ledger] = self._ledgers[ledger].erased(remaining)


@broken_store("deleting_removes_a_whole_ledger", "deleting a ledger keeps its snapshots")
class DeletesNoSnapshots(InMemory):
    def delete(self, ledger):
        before = self._read(ledger).snapshots
        super().delete(ledger)
        self._late = (ledger, before)

    def append(self, ledger, rows, frontier):
        super().append(ledger, rows, frontier)
        if ledger == getattr(self, "_late", ("", {}))[0]:
            self._ledgers[ledger].snapshots = self._late[1]


@broken_store(
    "deleting_removes_a_whole_ledger", "a deleted ledger is still listed, as an empty one"
)
class ListsDeleted(InMemory):
    def delete(self, ledger):
        super().delete(ledger)
        self._ledgers[ledger] = LedgerInMemory()


@broken_store("closed_stores_refuse_every_use", "a closed store still answers")
class NeverCloses(InMemory):
    def close(self):
        pass


@broken_store("closed_stores_refuse_every_use", "a closed store can be purged and checked")
class ChecksWhenClosed(InMemory):
    def purge(self):
        self._check_idle()

    def check(self, ledger=None, /):
        pass


@broken_store("append_needs_its_block", "an append outside a block is accepted")
class AppendsAnywhere(InMemory):
    def append(self, ledger, rows, frontier):
        if self._writing is None or self._writing[0] != ledger:
            self._ledgers.setdefault(ledger, LedgerInMemory()).add(rows, frontier)
        else:
            super().append(ledger, rows, frontier)


@broken_store("threads_see_whole_blocks", "another thread sees part of a block")
class NoLock(InMemory):
    def head(self, ledger):
        return self._ledgers[ledger].head if ledger in self._ledgers else EMPTY


@broken_store("check_does_not_wait_for_a_block", "a check waits until nobody writes")
class ChecksInTurn(InMemory):
    def check(self, ledger=None, /):
        with self._lock:
            pass


@broken_store(
    "second_stores_see_ended_blocks",
    "rows are written when the store is closed",
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

    def _row(self, values):
        row = Row(*values)
        return row._replace(body=bytes.fromhex(row.body), leaf=bytes.fromhex(row.leaf))

    def close(self):
        if not self._closed:
            written = {
                name: [
                    [row._replace(body=row.body.hex(), leaf=row.leaf.hex()) for row in here.rows],
                    here.frontier.hex(),
                ]
                for name, here in self._ledgers.items()
            }
            self.file.write_text(json.dumps(written))
        super().close()


@broken_store(
    "blocks_survive_a_crash",
    "a transaction is committed only when the next begins",
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
        check_sequence(ledger, rows, (ledger, self.head(ledger).size))
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


class CachesReads(SQLiteStore):
    """A store that remembers what it read."""

    def __init__(self, folder: Path):
        super().__init__(folder / "cached.ledger")
        self.read = {}

    def remember(self, key, read):
        if key not in self.read:
            self.read[key] = read()
        return self.read[key]


@broken_store(
    "second_stores_see_changes", "a store remembers the snapshots that it read", lasting=True
)
class CachesSnapshots(CachesReads):
    def snapshots(self, ledger, key, fingerprint, *, limit=None):
        def read():
            return super(CachesSnapshots, self).snapshots(ledger, key, fingerprint)

        return self.remember((ledger, key, fingerprint), read)[:limit]

    def save(self, ledger, key, fingerprint, snapshots):
        self.read.clear()
        super().save(ledger, key, fingerprint, snapshots)

    def erase(self, ledger, remaining):
        self.read.clear()
        super().erase(ledger, remaining)

    def delete(self, ledger):
        self.read.clear()
        super().delete(ledger)


@broken_store("second_stores_see_changes", "a store remembers the names of ledgers", lasting=True)
class CachesLedgers(CachesReads):
    def ledgers(self):
        return self.remember("ledgers", super().ledgers)

    def append(self, ledger, rows, frontier):
        self.read.clear()
        super().append(ledger, rows, frontier)

    def delete(self, ledger):
        self.read.clear()
        super().delete(ledger)


@broken_store("wide_windows", "a query returns at most a thousand rows")
class AThousandRows(InMemory):
    def rows(self, ledger, query, /):
        return super().rows(ledger, query)[:1_000]


@broken_store("wide_windows", "a window ends at the year 2100")
class EndsIn2100(InMemory):
    def rows(self, ledger, query, /):
        rows = super().rows(ledger, query)
        return [row for row in rows if query.order != "place" or row.on < "2101"]


@broken_store("long_content_comes_back", "content is cut off at 65,535 bytes")
class CutsContent(InMemory):
    def append(self, ledger, rows, frontier):
        rows = [row._replace(body=row.body[:65_535]) for row in rows]
        super().append(ledger, rows, frontier)


@broken_store("long_content_comes_back", "snapshots that are too long are not saved")
class ShortSnapshots(InMemory):
    def save(self, ledger, key, fingerprint, snapshots):
        short = [one for one in snapshots if len(one.state) < 65_536]
        super().save(ledger, key, fingerprint, short)


@broken_store("closed_stores_refuse_every_use", "entries are read after the store is closed")
class ReadsAfterClose(InMemory):
    def entries(self, ledger, query, /):
        return [stored_entry(row) for row in self._ledgers[ledger].rows]


@broken_store("deleting_removes_a_whole_ledger", "ledgers whose names begin alike go as well")
class DeletesByPrefix(InMemory):
    def delete(self, ledger):
        for name in list(self._ledgers):
            if name.startswith(ledger):
                super().delete(name)


@broken_store(
    "purge_removes_every_byte", "a backup beside the file keeps erased lines", lasting=True
)
class KeepsBackup(SQLiteStore):
    def __init__(self, folder: Path):
        super().__init__(folder / "backed-up.ledger")
        self.file = folder / "backup.gz"

    def append(self, ledger, rows, frontier):
        super().append(ledger, rows, frontier)
        packed = gzip.compress(b"".join(row.body + (row.personal or b"") for row in rows))
        self.file.write_bytes(packed)


@broken_store(
    "purge_removes_every_byte", "erased data stays in free pages of the file", lasting=True
)
class NeverPurges(SQLiteStore):
    def __init__(self, folder: Path):
        super().__init__(folder / "kept.ledger")

    def purge(self):
        pass


@broken_store(
    "purge_removes_deleted_ledgers", "a log lists the names of deleted ledgers", lasting=True
)
class LogsDeletions(SQLiteStore):
    def __init__(self, folder: Path):
        super().__init__(folder / "kept.ledger")
        self._log = folder / "deletions.log"

    def delete(self, ledger):
        super().delete(ledger)
        with self._log.open("a") as log:
            log.write(f"{ledger}\n")
