"""Measure careerledger beside its peers and its limits; see README.md."""

import argparse
import hashlib
import os
import platform
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from time import perf_counter

import bare
import career
import eventsourced
import lines
from measure import Seconds, Table, interleaved
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from careerledger import Ledger
from careerledger.stores.sqlite.schema import SCHEMA

HERE = Path(__file__).resolve().parent
CACHE = HERE.parent / "build" / "benchmarks"
MARKS = ("<!-- results: written by run.py -->", "<!-- end of results -->")


class Bench:
    """One run: the files it works on, and its tables."""

    def __init__(self, entries: int, folder: Path, progress: Progress, *, quick: bool) -> None:
        self.entries = entries
        self.folder = folder
        self.quick = quick
        self.progress = progress
        columns = ("what", "careerledger", "beside", "ratio", "reach for", "reached")
        self.lines = Table("Where a person waits", columns)
        self.tables = [self.lines]
        self.base = self.ledger_of(entries)

    def rounds(self, count: int) -> int:
        """Return how many rounds to run where a full run takes so many."""
        return max(3, count // 3) if self.quick else count

    @contextmanager
    def task(self, what: str, steps: int) -> Iterator[Callable[[], None]]:
        """Show a progress bar; call the value once for each step."""
        task = self.progress.add_task(what, total=steps)
        yield lambda: self.progress.advance(task)
        self.progress.update(task, completed=steps)

    def compare(
        self, what: str, rounds: int, contenders: Mapping[str, Callable[[], float]]
    ) -> Seconds:
        """Return the seconds that each contender takes in each round."""
        with self.task(what, rounds * len(contenders)) as step:
            return interleaved(rounds, contenders, step)

    def add(
        self, what: str, ours: str, beside: str, figure: str, goal: str, *, reached: bool
    ) -> None:
        """Add a line to the table; one without a goal is there to compare."""
        verdict = "" if not goal else "yes" if reached else "**no**"
        self.lines.add(what, ours, beside, figure, goal, verdict)

    def ledger_of(self, entries: int) -> Path:
        """Return a ledger file with so many entries; made once for each generator and schema."""
        content = (HERE / "career.py").read_bytes() + SCHEMA.encode()
        digest = hashlib.sha256(content).hexdigest()[:12]
        path = CACHE / f"{entries}-{digest}.ledger"
        if not path.exists():
            CACHE.mkdir(parents=True, exist_ok=True)
            new = path.with_suffix(".new.ledger")
            for rest in CACHE.glob(f"{new.name}*"):
                rest.unlink()
            batches = -(-entries // lines.BATCH)
            with (
                self.task(f"record {entries:,} entries", batches) as step,
                Ledger.open(new) as ledger,
            ):
                for batch in career.career(entries):
                    ledger.record(batch)
                    step()
            new.rename(path)
        return path

    def copy(self, name: str, entries: int | None = None) -> Path:
        """Return a copy of a ledger file to work on."""
        path = self.folder / name
        shutil.copy(self.base if entries is None else self.ledger_of(entries), path)
        return path


def rivals_of(bench: Bench) -> list[eventsourced.Shipped]:
    """Return the whole career in each way of eventsourcing."""
    rivals = [
        eventsourced.Shipped(bench.folder / "shipped.db"),
        eventsourced.Tuned(bench.folder / "tuned.db"),
    ]
    for rival in rivals:
        rival.start()
    batches = -(-bench.entries // lines.BATCH)
    with bench.task("record them with eventsourcing", batches) as step:
        for batch in career.career(bench.entries):
            for rival in rivals:
                rival.save(rival.events(batch))
            step()
    return rivals


def machine() -> Table:
    """Return what the figures depend on."""
    table = Table("The machine", ("what", ""))
    table.add("date", f"{datetime.now(UTC):%Y-%m-%d}")
    table.add("processor", f"{_processor()}, {os.cpu_count()} cores")
    if hasattr(os, "getloadavg"):
        table.add("load, last 15 minutes", f"{os.getloadavg()[2]:.1f}")
    table.add("Python", platform.python_version())
    table.add("SQLite of apsw", bare.SQLITE)
    for package in ("apsw", "msgspec", "attrs", "eventsourcing"):
        table.add(package, version(package))
    return table


def _processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in text.splitlines() if "model name" in line]
    return names[0] if names else platform.machine()


def write_readme(tables: list[Table], heading: str) -> None:
    """Put the tables between the marks of README.md."""
    readme = HERE / "README.md"
    before, rest = readme.read_text().split(MARKS[0])
    after = rest.partition(MARKS[1])[2]
    parts = [before.rstrip(), MARKS[0], heading, *(t.markdown() for t in tables), MARKS[1]]
    readme.write_text("\n\n".join(parts) + after)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds, no million entries")
    parser.add_argument("--entries", type=int, default=100_000, help="how many are folded")
    parser.add_argument("--only", choices=lines.ALL, metavar="NAME", help="one measurement")
    arguments = parser.parse_args()
    if arguments.entries < 10 * lines.BATCH:
        parser.error(f"--entries must be at least {10 * lines.BATCH:,}")
    console = Console()
    if not console.is_terminal:
        console.width = 200
    CACHE.mkdir(parents=True, exist_ok=True)
    started = perf_counter()
    with (
        # Beside the ledger files, so that all of them lie on the same disk.
        tempfile.TemporaryDirectory(dir=CACHE) as folder,
        Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        ) as progress,
    ):
        bench = Bench(arguments.entries, Path(folder), progress, quick=arguments.quick)
        eventsourced.know({type(event) for event in chain(*career.career(10 * lines.BATCH))})
        names = [arguments.only] if arguments.only else list(lines.ALL)
        rivals = rivals_of(bench) if {"fold", "append"} & set(names) else []
        for name in names:
            lines.ALL[name](bench, rivals)
        for rival in rivals:
            rival.close()
    tables = [*bench.tables, machine()]
    for table in tables:
        console.print(table.rich())
    minutes = f"{(perf_counter() - started) / 60:.1f} minutes"
    heading = f"One run of `benchmarks/run.py` over {arguments.entries:,} entries, in {minutes}."
    if not (arguments.quick or arguments.only):
        write_readme(tables, heading)
    console.print(heading)


if __name__ == "__main__":
    main()
