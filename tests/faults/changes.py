"""A file of a hundred entries, of which single bytes are changed.

``PYTHONPATH=tests python -m faults.changes`` tries every value of every byte, which takes hours;
it goes on where it was interrupted.
"""

import json
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from functools import partial
from operator import eq, methodcaller
from pathlib import Path
from typing import Any, NamedTuple

from careerledger import Draft, Ledger
from careerledger.errors import DamagedError, StoreError
from careerledger.events import ContactMade, ContactTouched, CourseFinished, SkillPractised
from careerledger.journal import Journal, read
from careerledger.journal.verify import check_row
from careerledger.projections import Learning, NetworkGrowth, Skills
from careerledger.proofs import Frontier, leaf_hash
from careerledger.stores import Head, Query, Row
from careerledger.stores.sqlite import SQLiteStore
from careerledger.stores.sqlite.examination import check_names, check_pages, check_sizes
from careers import UnheardOf
from faults.career import NAMES, clock, snapshots_every
from faults.disk import recorded
from faults.power import quick_folder

ENTRIES = 100
PAGE = 4096
FIGURES = Path(__file__).parents[2] / "build" / "faults"
SHARES = 2048
"""Of what is tried by one process after the other, so that little is lost by an interruption."""


def make(path: Path) -> None:
    """Two ledgers with a hundred entries of every sort, and snapshots."""
    now = clock()
    with snapshots_every(25):
        for name, count in zip(NAMES, (70, 15), strict=True):
            with Ledger.open(path, name=name, clock=now) as ledger:
                ledger.record(ContactMade(on="2020", contact="jane", name="Jane"))
                first = ledger.record(CourseFinished(on="2020", title="Logic"), key="import:1")
                ledger.record([_fact(number) for number in range(count - 6)])
                ledger.amend(first.id, CourseFinished(on="2021", title="Logic II"), reason="typo")
                second = ledger.record(_fact(2))
                ledger.void(second.id, reason="never happened")
                ledger.project(Learning, NetworkGrowth, Skills)
    with Ledger.open(path, clock=now) as ledger:
        ledger.record(Draft(UnheardOf(on="2024-02", what="strange"), "import:2"))
        _record_unknown(ledger)
        # Its body does not fit on a page.
        ledger.record(CourseFinished(on="2024", title="Large", note="long" * 1000))
        ledger.record([_fact(number) for number in range(ENTRIES - 86)])
        ledger.project(Learning)


def _fact(number: int) -> Any:
    month = f"202{number % 5}-{number % 12 + 1:02}"
    kinds = (
        CourseFinished(on=month, title=f"Course {number}", hours=number),
        SkillPractised(on=month, skill="python", hours=2, themes={"climate"}),
        ContactTouched(on=month, contact="jane"),
    )
    return kinds[number % 3]


def _record_unknown(ledger: Ledger) -> None:
    """An entry of a type that this program does not know, which introduces something."""
    store, name = ledger.store, ledger.name
    *_, last = store.rows(name, Query())
    with store.writing(name) as head:
        frontier = Frontier(head.size, head.frontier)
        body = last.body.replace(b"test.unheard-of", b"another.program").replace(
            last.id.encode(), b"0190"
        )
        body = body.replace(b'"import:2"', b"null")
        frontier.append(leaf_hash(body))
        row = last._replace(
            seq=last.seq + 1, id="0190", type="another.program", key=None, body=body,
            leaf=leaf_hash(body), introduces="thing:1",
        )  # fmt: skip
        store.append(name, [row], frontier.packed)


def verify(store: SQLiteStore) -> None:
    """All that can be verified about a file."""
    for name in NAMES:  # a change may hide that they are there
        Ledger(store, name=name).verify()


class Question(NamedTuple):
    """Something that a ledger asks a store."""

    ask: Callable[[SQLiteStore], Any]
    fits: Callable[[Any, Any], bool]
    """Whether another answer is as good as ``answer``."""
    answer: Any
    pages: set[int]
    """That are read for it: where none of them is changed, neither is the answer."""

    def is_answered(self, store: SQLiteStore) -> bool:
        """Whether the answer is still as good."""
        return self.fits(self.ask(store), self.answer)


class Changes:
    """Changes bytes of one file, and tells what comes of each.

    Args:
        path: A file that was made by ``make``.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._content = path.read_bytes()
        self.size = len(self._content)
        with recorded() as recorder, closing(SQLiteStore(path)) as store:
            verify(store)
            owners = store._file.all("SELECT pageno, name FROM dbstat")
            self._views = _projected(store)

            def question(ask: Callable[[SQLiteStore], Any], fits: Any = eq) -> Question:
                # What is kept of pages that were read before is not kept any longer.
                store._file.connection.release_memory()
                recorder.reads.clear()
                answer = ask(store)
                return Question(ask, fits, answer, {at // PAGE + 1 for _, at in recorder.reads})

            self._logs = {name: question(partial(_log, name=name)) for name in NAMES}
            structure = question(methodcaller("check"))
            self._questions = [question(ask) for ask in _asked(self._logs)]
            self._questions += [question(ask, _are_among) for ask in _asked_of_snapshots(store)]
            in_vain = [question(ask) for ask in _asked_in_vain()]
        assert path.read_bytes() == self._content
        assert sum(len(log.answer[1]) for log in self._logs.values()) == ENTRIES
        assert structure.pages == set(range(1, self.size // PAGE + 1))
        self._owners = dict(owners)
        everything = [*self._logs.values(), *self._questions]
        assert all(asked.answer and 1 in asked.pages for asked in everything)
        self._questions += in_vain
        everything += in_vain
        self._schema = {page for page, owner in owners if owner == "sqlite_schema"}
        unread = self._schema - {1}  # which are read where the file is opened
        assert structure.pages - unread == set().union(*(asked.pages for asked in everything))
        self.found: Counter[tuple[str, str]] = Counter()
        """How often which outcome came from which part of the file."""

    def run(self, positions: Iterable[int], values: Callable[[int, int], Iterable[int]]) -> None:
        """Change each of the bytes at these positions to each of ``values(position, byte)``."""
        file = os.open(self._path, os.O_RDWR)
        store: SQLiteStore | None = None
        change = ""
        try:
            for position in positions:
                byte, page = self._content[position], position // PAGE + 1
                part = "header" if position < 100 else self._owners.get(page, "free")
                if page not in self._schema:
                    store = store or SQLiteStore(self._path)
                elif store:
                    # What SQLite reads from these pages, it keeps for as long as a file is open.
                    store.close()
                    store = None
                for value in values(position, byte):
                    change = f"byte {position} was {byte} and is {value}"
                    os.pwrite(file, bytes([value]), position)
                    if store:
                        store._file.connection.release_memory()
                        outcome = self._outcome(store, page)
                        os.pwrite(file, bytes([byte]), position)
                    else:
                        outcome = self._outcome_of_opening()
                        # It may write there.
                        os.ftruncate(file, self.size)
                        os.pwrite(file, self._content, 0)
                        self._path.with_name(f"{self._path.name}-wal").unlink(missing_ok=True)
                    self.found[part, outcome] += 1
        except Exception as error:
            error.add_note(change)
            raise
        finally:
            if store:
                store.close()
            os.close(file)

    def outcomes(self) -> Counter[str]:
        """How often which outcome came."""
        totals: Counter[str] = Counter()
        for (_, outcome), count in self.found.items():
            totals[outcome] += count
        return totals

    def _outcome_of_opening(self) -> str:
        try:
            store = SQLiteStore(self._path)
        except StoreError:
            return "refused"
        with closing(store):
            return self._outcome(store, page=1)

    def _outcome(self, store: SQLiteStore, page: int) -> str:
        """What comes of a change of this page."""
        try:
            changed = {
                name: read
                for name, log in self._logs.items()
                if page in log.pages and (read := log.ask(store)) != log.answer
            }
        except DamagedError:
            return "unreadable"
        try:
            for name, read in changed.items():
                self._verify_changed(store, name, *read)
            # What verify says of entries that are as they were, it has said before.
            with store._file.translated:  # as Store.check has it, which opens the file anew
                check_pages(store._file.connection, self._path, "integrity_check")
                check_sizes(store._file.connection, self._path)
                check_names(store._file.connection, self._path)
        except DamagedError as error:
            return "found by hash" if "columns do not match" in str(error) else "found by structure"
        assert not changed, "entries were changed, and verify did not see it"
        for question in self._questions:
            assert page not in question.pages or question.is_answered(store), "answers were changed"
        if not self.found.total() % 500:
            verify(store)
            assert self._views == _projected(store), "projections were changed"
        return "harmless"

    def _verify_changed(self, store: SQLiteStore, name: str, head: Head, rows: list[Row]) -> None:
        """Verify a ledger: mostly only entries that are not as they were, now and then all.

        That one of them does not fit is what verify says after all that are in front of it.
        """
        old_head, old = self._logs[name].answer
        if head == old_head and len(rows) == len(old) and self.found.total() % 50:
            differ = [at for at, row in enumerate(rows) if row != old[at]]
            first, last = differ[0], differ[-1]
            before = rows[first - 1].recorded_at if first else ""
            with suppress(
                TypeError, AttributeError
            ):  # before the entries, verify looks at the types of values
                for number, row in enumerate(rows[first : last + 1], start=first + 1):
                    check_row(Journal(store, name), row, number, before)
                    before = row.recorded_at
        Ledger(store, name=name).verify()


def _log(store: SQLiteStore, name: str) -> tuple[Head, list[Row]]:
    head = store.head(name)
    return head, store.rows(name, Query(upto=head.size, limit=read.PAGE))


def _asked(logs: dict[str, Question]) -> Iterator[methodcaller]:
    """What a ledger can ask a store, apart from entries by number and snapshots."""
    yield methodcaller("ledgers")
    for name, log in logs.items():
        head, rows = log.answer
        middle = rows[len(rows) // 2]
        upto = head.size
        names = {name for row in rows for name in json.loads(row.names or "[]")}
        yield from (
            methodcaller("rows", name, query)
            for query in (
                Query(upto=upto, until="9999", order="place", limit=read.PAGE),
                Query(behind=("2021", 5), types={"course.finished"}, upto=upto, order="place"),
                Query(upto=upto, dated=False),
                Query(ids=[row.id for row in rows]),
                Query(keys=[row.key for row in rows if row.key]),
                Query(targets=[row.target for row in rows if row.target]),
                Query(introduces=[row.introduces for row in rows if row.introduces]),
                *(Query(names=name) for name in sorted(names)),
                Query(kind="contact"),
                Query(recorded_until=middle.recorded_at, order="newest", limit=1),
                Query(after=middle.seq, upto=upto, until="2022"),
                Query(personal=True),
            )
        )


def _asked_in_vain() -> Iterator[methodcaller]:
    """What reads indexes in which there is nothing."""
    for name in NAMES:
        for query in (Query(source="none"), Query(batch="none")):
            yield methodcaller("rows", name, query)


def _asked_of_snapshots(store: SQLiteStore) -> list[methodcaller]:
    sql = "SELECT DISTINCT name, key, fingerprint FROM snapshot, ledger WHERE id = ledger"
    return [methodcaller("snapshots", *under) for under in store._file.all(sql)]


def _are_among(found: list[Any], answer: list[Any]) -> bool:
    """Whether snapshots are those that were saved; one that is damaged is as good as none."""
    return set(found) <= set(answer)


def _projected(store: SQLiteStore) -> list[Any]:
    return [
        Ledger(store, name=name, clock=clock()).project(Learning, NetworkGrowth, Skills)
        for name in NAMES
    ]


def main(parts: int) -> None:
    """Try every value of every byte of one file, in as many processes.

    Who interrupts it goes on by the same command; to begin anew, remove the two files.
    """
    from concurrent.futures import ProcessPoolExecutor, as_completed

    from rich.progress import track

    FIGURES.mkdir(parents=True, exist_ok=True)
    whole, told = FIGURES / "every-value.ledger", FIGURES / "every-value.jsonl"
    if not whole.exists():
        make(whole)
    found: Counter[tuple[str, str]] = Counter()
    left = set(range(SHARES))
    with ProcessPoolExecutor(parts) as pool, told.open("a+") as lines:
        lines.seek(0)
        for share, outcomes in map(json.loads, lines):
            left.discard(share)
            found.update({(part, outcome): count for part, outcome, count in outcomes})
        trials = {pool.submit(_try_all, whole, share): share for share in left}
        try:
            for trial in track(as_completed(trials), "Changing bytes", total=len(left)):
                outcomes = [[*of, count] for of, count in trial.result().items()]
                print(json.dumps([trials[trial], outcomes]), file=lines, flush=True)
                found.update(trial.result())
        finally:  # whoever interrupts it does not wait for all the others
            pool.shutdown(cancel_futures=True)
    for (part, outcome), count in sorted(found.items()):
        print(f"{part:30} {outcome:20} {count:>12,}")


def _try_all(whole: Path, share: int) -> Counter[tuple[str, str]]:
    with quick_folder() as folder:
        path = Path(shutil.copy(whole, folder))
        changes = Changes(path)
        changes.run(
            range(share, changes.size, SHARES),
            lambda _, byte: [value for value in range(256) if value != byte],
        )
    return changes.found


if __name__ == "__main__":
    main(os.cpu_count() or 1)
