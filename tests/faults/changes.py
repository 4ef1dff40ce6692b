"""A file of a hundred entries, of which single bytes are changed.

``PYTHONPATH=tests python -m faults.changes`` tries every value of every byte, which takes hours;
it goes on where it was interrupted.
"""

import json
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

from careerledger import Draft, Ledger
from careerledger.errors import DamagedError, StoreError
from careerledger.events import ContactMade, ContactTouched, CourseFinished, SkillPractised
from careerledger.projections import Learning, NetworkGrowth, Skills
from careerledger.proofs import Frontier, leaf_hash
from careerledger.stores.sqlite import SQLiteStore
from careers import UnheardOf
from faults.career import NAMES, clock, snapshots_every
from faults.power import EVERYTHING, quick_folder

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
    *_, last = store.log(name, **EVERYTHING)
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


def verify(store: SQLiteStore, *, entries: bool = True) -> None:
    """All that can be verified about a file; or about its structure alone."""
    if entries:
        for name in NAMES:  # a change may hide that they are there
            Ledger(store, name=name).verify()
    else:
        store.check()


class Changes:
    """Changes bytes of one file, and tells what comes of each.

    Args:
        path: A file that was made by ``make``.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._content = path.read_bytes()
        self.size = len(self._content)
        with closing(SQLiteStore(path)) as store:
            verify(store)
            self._log = _log(store)
            self._saved = {
                under: frozenset(store.saved(*under))
                for under in store._rows(
                    "SELECT DISTINCT name, key, fingerprint FROM snapshot, ledger "
                    "WHERE ledger.id = snapshot.ledger"
                )
            }
            assert all(self._saved.values())
            self._answers = self._asked(store)
            self._views = self._projected(store)
            owners = store._rows("SELECT pageno, name FROM dbstat")
        assert sum(len(rows) for _, rows in self._log.values()) == ENTRIES
        self._owners = dict(owners)
        self.found: Counter[tuple[str, str]] = Counter()
        """How often which outcome came from which part of the file."""
        self.harmless: set[int] = set()

    def run(self, positions: Iterable[int], values: Callable[[int, int], Iterable[int]]) -> None:
        """Change each of the bytes at these positions to each of ``values(position, byte)``."""
        file = os.open(self._path, os.O_RDWR)
        store = SQLiteStore(self._path)
        change = ""
        try:
            for position in positions:
                byte = self._content[position]
                for value in values(position, byte):
                    change = f"byte {position} was {byte} and is {value}"
                    os.pwrite(file, bytes([value]), position)
                    if position < PAGE:
                        # What SQLite reads from the first page, it keeps for as long as a file
                        # is open; and it may write there.
                        store.close()
                        outcome = self._outcome_of_opening()
                        os.ftruncate(file, self.size)
                        os.pwrite(file, self._content, 0)
                        self._path.with_name(f"{self._path.name}-wal").unlink(missing_ok=True)
                        store = SQLiteStore(self._path)
                    else:
                        store._connection.release_memory()
                        outcome = self._outcome(store)
                        os.pwrite(file, bytes([byte]), position)
                    self.found[self._part(position), outcome] += 1
                    if outcome == "harmless":
                        self.harmless.add(position)
        except Exception as error:
            error.add_note(change)
            raise
        finally:
            store.close()
            os.close(file)

    def outcomes(self) -> Counter[str]:
        """How often which outcome came."""
        totals: Counter[str] = Counter()
        for (_, outcome), count in self.found.items():
            totals[outcome] += count
        return totals

    def _part(self, position: int) -> str:
        return "header" if position < 100 else self._owners.get(position // PAGE + 1, "free")

    def _outcome_of_opening(self) -> str:
        try:
            store = SQLiteStore(self._path)
        except StoreError:
            return "refused"
        with closing(store):
            return self._outcome(store)

    def _outcome(self, store: SQLiteStore) -> str:
        try:
            log = _log(store)
        except DamagedError:
            return "unreadable"
        try:
            # What verify says of the same entries, it has said before.
            verify(store, entries=self._log != log)
        except DamagedError as error:
            return "found by hash" if "does not fit" in str(error) else "found by structure"
        assert self._log == log, "entries were changed, and verify did not see it"
        assert self._answers == self._asked(store), "answers were changed"
        for under, saved in self._saved.items():
            assert saved.issuperset(store.saved(*under)), "a snapshot was changed"
        if not len(self.harmless) % 500:
            verify(store)
            assert self._views == self._projected(store)
        return "harmless"

    def _asked(self, store: SQLiteStore) -> list[Any]:
        """What a ledger can ask a store, apart from snapshots."""
        answers: list[Any] = []
        for name, (head, rows) in self._log.items():
            until = {"upto": head.size, "until": "9999", "limit": 1000}
            answers += [
                store.facts(name, after=("", 0), types=None, **until),
                store.facts(name, after=("2021", 5), types={"course.finished"}, **until),
                store.corrections(name, after=0, upto=head.size),
                store.by_id(name, [row.id for row in rows]),
                store.by_key(name, [row.key for row in rows if row.key]),
                store.introducing(name, [row.introduces for row in rows if row.introduces]),
                store.names(name, "contact"),
                store.known(name, rows[len(rows) // 2].recorded_at),
            ]
        return answers

    def _projected(self, store: SQLiteStore) -> list[Any]:
        return [
            Ledger(store, name=name, clock=clock()).project(Learning, NetworkGrowth, Skills)
            for name in self._log
        ]


def _log(store: SQLiteStore) -> dict[str, Any]:
    return {name: (store.head(name), store.log(name, **EVERYTHING)) for name in store.ledgers()}


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
