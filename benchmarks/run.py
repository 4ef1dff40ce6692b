"""Measure careerledger beside eventsourcing and the bare limit; see README.md."""

import argparse
import compileall
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import bare
import career
import eventsourced
from hours import HEADLINES, Hours, projections
from measure import Table, interleaved, ratio, spread, timed
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

import careerledger
from careerledger import Ledger, projections as theirs
from careerledger.events import Action, WorkLogged
from careerledger.journal import personal, references, write as recording
from careerledger.proofs import Frontier
from careerledger.stores.sqlite.schema import SCHEMA

HERE = Path(__file__).resolve().parent
CACHE = HERE.parent / "build" / "benchmarks"
MARKS = ("<!-- results: written by run.py -->", "<!-- end of results -->")
BATCH = 1000
MADE = "careerledger"
PLAIN = "bare: plain values, history order"
TYPED = "bare: event classes, history order"
APSW = "bare: apsw alone"
FROM_EVENTS = "bare: apsw, msgspec, hashlib"

Step = Callable[[], None]


class Bench:
    """One run: what it works on, and what came out."""

    def __init__(self, entries: int, folder: Path, progress: Progress, *, quick: bool) -> None:
        self.entries = entries
        self.folder = folder
        self.quick = quick
        self.progress = progress
        self.targets = Table("Targets", ("what", "target", "measured", "met"))
        self.tables: list[Table] = []
        self.base = self.ledger_of(entries)

    def rounds(self, count: int) -> int:
        return max(3, count // 3) if self.quick else count

    @contextmanager
    def task(self, what: str, steps: int) -> Iterator[Step]:
        task = self.progress.add_task(what, total=steps)
        yield lambda: self.progress.advance(task)
        self.progress.update(task, completed=steps)

    def target(self, what: str, wanted: str, measured: str, *, met: bool) -> None:
        self.targets.add(what, wanted, measured, "yes" if met else "**no**")

    def ledger_of(self, entries: int) -> Path:
        """A ledger file with so many entries; made once for each generator and schema."""
        made_by = (HERE / "career.py").read_bytes() + SCHEMA.encode()
        digest = hashlib.sha256(made_by).hexdigest()[:12]
        path = CACHE / f"{entries}-{digest}.ledger"
        if not path.exists():
            CACHE.mkdir(parents=True, exist_ok=True)
            new = path.with_suffix(".new.ledger")
            for left in CACHE.glob(f"{new.name}*"):
                left.unlink()
            batches = -(-entries // BATCH)
            with (
                self.task(f"record {entries:,} entries", batches) as step,
                Ledger.open(new) as ledger,
            ):
                for batch in career.career(entries):
                    ledger.record(batch)
                    step()
            new.rename(path)
        return path

    def copy(self, name: str) -> Path:
        """A copy of the ledger file to work on."""
        path = self.folder / name
        shutil.copy(self.base, path)
        return path


def fold(bench: Bench, rivals: "list[eventsourced.Shipped]") -> None:
    path = bench.copy("fold.ledger")
    expected = bare.fold_plain(path, bare.HISTORY)

    def ours(projection: type) -> float:
        bare.without_snapshots(path)
        with Ledger.open(path) as ledger:
            return timed(lambda: ledger.project(projection))

    def checked(work: Callable[[], dict[str, float]]) -> float:
        found: dict[str, float] = {}
        seconds = timed(lambda: found.update(work()))
        if found != expected:
            raise SystemExit("the contenders do not agree on the hours by theme")
        return seconds

    with Ledger.open(path) as ledger:
        checked(lambda: ledger.project(Hours))
    contenders: dict[str, Callable[[], float]] = {
        MADE: lambda: ours(Hours),
        PLAIN: lambda: checked(lambda: bare.fold_plain(path, bare.HISTORY)),
        "bare: plain values, insertion order": lambda: checked(
            lambda: bare.fold_plain(path, bare.INSERTION)
        ),
        TYPED: lambda: checked(lambda: bare.fold_typed(path, bare.HISTORY)),
        **{rival.name: lambda rival=rival: checked(rival.replay) for rival in rivals},
        **{
            f"careerledger, {name}": lambda kind=kind: ours(kind)
            for name, kind in projections().items()
            if kind is not Hours
        },
    }
    rounds = bench.rounds(5)
    with bench.task("fold", rounds * len(contenders)) as step:
        seconds = interleaved(rounds, contenders, step)
    table = Table(
        f"Fold of {bench.entries:,} entries from a SQLite file",
        ("contender", "median", "min..max", "an entry", "careerledger takes"),
    )
    made = seconds[MADE]
    for name, its in seconds.items():
        each, _ = spread(its, 1e6 / bench.entries, "µs")
        table.add(name, *spread(its, 1e3, "ms"), each, f"{ratio(made, its):.2f}x as long")
    bench.tables.append(table)
    for rival in rivals:
        times = ratio(seconds[rival.name], made)
        bench.target(
            f"fold beside {rival.name}", "at least 10x as fast", f"{times:.1f}x", met=times >= 10
        )
    for name in HEADLINES:
        times = ratio(seconds[rivals[0].name], seconds[f"careerledger, {name}"])
        bench.target(
            f"fold into {name} beside {rivals[0].name}",
            "at least 10x as fast",
            f"{times:.1f}x",
            met=times >= 10,
        )
    for limit in (TYPED, PLAIN):
        share = ratio(seconds[limit], made)
        bench.target(
            f"fold beside {limit}", "at least 60% of its speed", f"{share:.0%}", met=share >= 0.6
        )


def append_batches(bench: Bench) -> None:
    count = 10
    batches = [batch for batch, _ in zip(career.career(bench.entries), range(count), strict=False)]
    rows = [list(some) for some in bare.batches(bare.rows(bench.base, 0, count * BATCH), BATCH)]
    entries = sum(map(len, batches))

    def ours() -> float:
        with Ledger.open(_fresh(bench.folder / "append.ledger")) as ledger:
            ledger.record(batches[0])
            return timed(lambda: [ledger.record(batch) for batch in batches[1:]])

    def limit() -> float:
        store = bare.Rows(_fresh(bench.folder / "append.bare"))
        store.append(rows[0])
        seconds = timed(lambda: [store.append(some) for some in rows[1:]])
        store.close()
        return seconds

    def rival(kind: type[eventsourced.Shipped]) -> float:
        store = kind(_fresh(bench.folder / "append.rival"))
        store.start()
        made = [store.events(batch) for batch in batches]
        store.save(made[0])
        seconds = timed(lambda: [store.save(some) for some in made[1:]])
        store.close()
        return seconds

    kinds = (eventsourced.Shipped, eventsourced.Tuned)
    contenders: dict[str, Callable[[], float]] = {
        MADE: ours,
        APSW: limit,
        **{kind.name: lambda kind=kind: rival(kind) for kind in kinds},
    }
    rounds = bench.rounds(21)
    with bench.task("append in batches", rounds * len(contenders)) as step:
        seconds = interleaved(rounds, contenders, step)
    table = Table(
        f"Append in batches of {BATCH:,}",
        ("contender", "an entry, median", "min..max", "careerledger takes"),
    )
    made = seconds[MADE]
    for name, its in seconds.items():
        scale = 1e6 / (entries - len(batches[0]))
        table.add(name, *spread(its, scale, "µs"), f"{ratio(made, its):.2f}x as long")
    bench.tables.append(table)
    for kind in kinds:
        times = ratio(seconds[kind.name], made)
        bench.target(
            f"batch append beside {kind.name}",
            "at least 2x as fast",
            f"{times:.2f}x",
            met=times >= 2,
        )


def append_singles(bench: Bench, rivals: "list[eventsourced.Shipped]") -> None:
    count = bench.rounds(600)
    events = _more(count)
    scratch = bench.copy("scratch.ledger")
    with Ledger.open(scratch) as ledger:
        for event in events:
            ledger.record(event)
    rows = iter(bare.rows(scratch, bench.entries, bench.entries + count))
    ledger = Ledger.open(bench.copy("single.ledger"))
    store = bare.Rows(bench.copy("single.bare"))
    made_here = bare.Rows(bench.copy("single.made"))
    prepared = {rival.name: iter(rival.events(events)) for rival in rivals}
    next_event = iter(events)

    def one(save: Callable[[Any], object], source: Iterator[Any]) -> Callable[[], float]:
        def append() -> float:
            what = next(source)
            start = perf_counter()  # no collection before each: it would take most of the time
            save(what)
            return perf_counter() - start

        return append

    contenders = {
        MADE: one(ledger.record, next_event),
        APSW: one(lambda row: store.append([row]), rows),
        FROM_EVENTS: one(made_here.append_event, iter(events)),
        **{
            rival.name: one(lambda event, rival=rival: rival.save([event]), prepared[rival.name])
            for rival in rivals
        },
    }
    with bench.task("append one by one", count * len(contenders)) as step:
        seconds = interleaved(count, contenders, step)
    ledger.close()
    store.close()
    made_here.close()
    table = Table(
        f"One durable append to {bench.entries:,} entries",
        ("contender", "median", "min..max", "careerledger takes"),
    )
    made = seconds[MADE]
    for name, its in seconds.items():
        table.add(name, *spread(its, 1e6, "µs"), f"{median(made) / median(its):.2f}x as long")
    bench.tables.append(table)
    for limit in (FROM_EVENTS, APSW):
        share = median(seconds[limit]) / median(made)
        bench.target(
            f"single durable append beside {limit}",
            "at least 80% of its speed",
            f"{share:.0%}",
            met=share >= 0.8,
        )


def trust(bench: Bench) -> None:
    """What hashes, commitments and guards take of a durable append, and verifying all entries."""
    spent = 0.0

    def watched(do: Callable[..., Any]) -> Callable[..., Any]:
        def watch(*args: Any, **kwargs: Any) -> Any:
            nonlocal spent
            start = perf_counter()
            try:
                return do(*args, **kwargs)
            finally:
                spent += perf_counter() - start

        return watch

    count = bench.rounds(600)
    shares, whole = [], []
    path = bench.copy("trust.ledger")
    watch = {
        (recording, "leaf_hash"): recording.leaf_hash,
        (personal, "commitment"): personal.commitment,
        (Frontier, "extend"): Frontier.extend,
        (references.References, "check"): references.References.check,
        (recording, "_check_dates"): recording._check_dates,
    }
    with Ledger.open(path) as ledger, bench.task("trust", count + 5) as step:
        for (where, name), do in watch.items():
            setattr(where, name, watched(do))
        try:
            for event in _more(count):
                spent = 0.0
                whole.append(timed(lambda event=event: ledger.record(event)))
                shares.append(spent / whole[-1])
                step()
        finally:
            for (where, name), do in watch.items():
                setattr(where, name, do)
        verifying = []
        for _ in range(5):
            verifying.append(timed(ledger.verify))
            step()
    table = Table("Trust", ("what", "median", "min..max"))
    table.add("one durable append", *spread(whole, 1e6, "µs"))
    table.add("of it hashes, commitments and guards", *spread(shares, 100, "%"))
    table.add(f"verify {bench.entries:,} entries", *spread(verifying, 1e3, "ms"))
    bench.tables.append(table)
    share, seconds = median(shares), median(verifying)
    bench.target(
        "hashes, commitments and guards within a durable append",
        "at most 15% of it",
        f"{share:.0%}",
        met=share <= 0.15,
    )
    bench.target(
        f"verify {bench.entries:,} entries", "under 1 s", f"{seconds:.2f} s", met=seconds < 1
    )


def again(bench: Bench) -> None:
    path = bench.copy("again.ledger")
    kinds = projections()
    cold, warm, late = bench.rounds(15), bench.rounds(90), 5
    with (
        Ledger.open(path) as ledger,
        bench.task("project again", (cold + warm + late) * len(kinds)) as step,
    ):

        def rounds(
            events: list[Action], project: Callable[[str, type], float]
        ) -> dict[str, list[float]]:
            """The seconds that each projection takes after each of these events."""
            for kind in kinds.values():
                ledger.project(kind)
            seconds: dict[str, list[float]] = {name: [] for name in kinds}
            for event in events:
                ledger.record(event)
                for name, kind in kinds.items():
                    seconds[name].append(project(name, kind))
                    step()
            return seconds

        def here(_name: str, kind: type) -> float:
            start = perf_counter()
            ledger.project(kind)
            return perf_counter() - start

        there = rounds(_more(cold), lambda name, _: _child("project", path, name))
        same = rounds(_more(warm), here)
        back = rounds(_more(late, "2020-02-03"), here)
    table = Table(
        f"Project again after one new entry on {bench.entries:,}",
        ("projection", "process", "median", "min..max"),
    )
    for name in kinds:
        table.add(name, "the same", *spread(same[name], 1e3, "ms"))
        table.add(name, "a new one", *spread(there[name], 1e3, "ms"))
        table.add(name, "the same, an entry of 2020", *spread(back[name], 1e3, "ms"))
        warmly, coldly = 1e3 * median(same[name]), 1e3 * median(there[name])
        bench.target(
            f"{name} again, same process", "under 1 ms", f"{warmly:.2f} ms", met=warmly < 1
        )
        bench.target(
            f"{name} again, new process",
            "under 30 ms apart from imports",
            f"{coldly:.1f} ms",
            met=coldly < 30,
        )
    bench.tables.append(table)


def together(bench: Bench) -> None:
    """All projections of the library in one pass, and series of 120 months."""
    path = bench.copy("together.ledger")
    kinds = {name: getattr(theirs, name) for name in theirs.LIBRARY}
    first, last = "2016-11", "2026-10"

    def fresh(ask: Callable[[Ledger], object]) -> float:
        bare.without_snapshots(path)
        with Ledger.open(path) as ledger:
            return timed(lambda: ask(ledger))

    def alone(kind: type) -> Callable[[], float]:
        return lambda: fresh(lambda ledger: ledger.project(kind))

    def series(kind: type) -> Callable[[], float]:
        return lambda: fresh(lambda ledger: ledger.series(kind, since=first, until=last))

    everything = f"all {len(kinds)} in one pass"
    contenders = {name: alone(kind) for name, kind in kinds.items()}
    contenders[everything] = lambda: fresh(lambda ledger: ledger.project(*kinds.values()))
    contenders |= {f"{name}, 120 months": series(kind) for name, kind in kinds.items()}
    rounds = bench.rounds(3)
    with bench.task("all projections", rounds * len(contenders)) as step:
        seconds = interleaved(rounds, contenders, step)
    table = Table(
        f"Projections of {bench.entries:,} entries, without snapshots",
        ("what", "median", "min..max"),
    )
    for name, its in seconds.items():
        table.add(name, *spread(its, 1e3, "ms"))
    bench.tables.append(table)
    slowest = max(kinds, key=lambda name: median(seconds[name]))
    times = ratio(seconds[everything], seconds[slowest])
    bench.target(
        f"{everything}, beside {slowest} alone",
        "less than 4x as long",
        f"{times:.1f}x",
        met=times < 4,
    )
    months = {name: ratio(seconds[f"{name}, 120 months"], seconds[name]) for name in kinds}
    table = Table("120 months of a projection, beside one answer of it", ("projection", "ratio"))
    for name, times in months.items():
        table.add(name, f"{times:.1f}x")
    bench.tables.append(table)
    longest = max(kinds, key=months.__getitem__)
    bench.target(
        f"120 months of any projection, beside one answer ({longest} takes longest)",
        "less than 3x as long",
        f"{months[longest]:.1f}x",
        met=months[longest] < 3,
    )


def memory(bench: Bench) -> None:
    sizes = [10_000, 100_000] + ([] if bench.quick else [1_000_000])
    paths = [bench.ledger_of(size) for size in sizes]
    table = Table(
        "Memory of a fold",
        ("entries", "the file", "resident peak grows by", "Python allocates at most"),
    )
    peaks = []
    with bench.task("memory", 2 * len(sizes)) as step:
        for size, path in zip(sizes, paths, strict=True):
            bare.without_snapshots(path)
            resident = _child("memory", path)
            step()
            bare.without_snapshots(path)
            peaks.append(_child("traced", path))
            step()
            bare.without_snapshots(path)
            table.add(
                f"{size:,}",
                *(f"{x / 1e6:,.1f} MB" for x in (path.stat().st_size, resident, peaks[-1])),
            )
    bench.tables.append(table)
    if not bench.quick:
        # Up to 100,000 entries the cache of dates grows: a career has some 15,000 days.
        times = peaks[-1] / peaks[-2]
        bench.target(
            f"memory of a fold, {sizes[-1]:,} beside {sizes[-2]:,} entries",
            "does not grow with the entries",
            f"{times:.2f}x for 10x the entries",
            met=times < 1.2,
        )


def imports(bench: Bench) -> None:
    # As an installed package is: where Python writes no bytecode, each import compiles.
    compileall.compile_dir(Path(careerledger.__file__).parent, quiet=1)

    def process(code: str) -> float:
        return timed(lambda: subprocess.run([sys.executable, "-c", code], check=True))

    contenders = {
        "python -c pass": lambda: process("pass"),
        "import careerledger": lambda: process("import careerledger"),
        "import apsw, attrs, msgspec, immutabledict": lambda: process(
            "import apsw, attrs, msgspec, immutabledict"
        ),
        "import eventsourcing.application": lambda: process("import eventsourcing.application"),
    }
    rounds = bench.rounds(21)
    with bench.task("import", rounds * len(contenders)) as step:
        seconds = interleaved(rounds, contenders, step)
    table = Table("Import in a new process", ("what", "median", "min..max", "above pass"))
    nothing = seconds["python -c pass"]
    for name, its in seconds.items():
        above = median(a - b for a, b in zip(its, nothing, strict=True))
        table.add(name, *spread(its, 1e3, "ms"), f"{1e3 * above:.1f} ms")
    took = 1e3 * median(a - b for a, b in zip(seconds["import careerledger"], nothing, strict=True))
    bench.target("import careerledger", "under 80 ms", f"{took:.1f} ms", met=took < 80)
    bench.tables.append(table)
    loaded = Table("What it imports from others", ("statement", "top-level modules"))
    for what, code in (
        ("import careerledger", "import careerledger"),
        ("import careerledger.stores.sqlite", "import careerledger.stores.sqlite"),
    ):
        loaded.add(what, ", ".join(_others(code)))
    bench.tables.append(loaded)


def _others(code: str) -> list[str]:
    """The third-party top-level modules that some code loads."""
    listed = "; import sys; print(*{name.partition('.')[0] for name in sys.modules})"
    found, already = (
        set(
            subprocess.run(
                [sys.executable, "-c", statement + listed],
                check=True,
                capture_output=True,
                text=True,
            ).stdout.split()
        )
        for statement in (code, "pass")
    )
    return sorted(found - already - sys.stdlib_module_names - {"careerledger"})


def _child(*arguments: object) -> Any:
    command = [sys.executable, str(HERE / "child.py"), *map(str, arguments)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def _fresh(path: Path) -> Path:
    for left in path.parent.glob(f"{path.name}*"):
        left.unlink()
    return path


def _more(count: int, on: object = career.LAST_DAY) -> list[Action]:
    """Events that go on after the career."""
    return [
        WorkLogged(on=on, role="role-1", what=f"Ticket {number}", hours=2, themes={"data"})
        for number in range(count)
    ]


def rivals_of(bench: Bench) -> "list[eventsourced.Shipped]":
    """The whole career in each way of eventsourcing."""
    made = [
        eventsourced.Shipped(bench.folder / "shipped.db"),
        eventsourced.Tuned(bench.folder / "tuned.db"),
    ]
    for rival in made:
        rival.start()
    batches = -(-bench.entries // BATCH)
    with bench.task("record them with eventsourcing", batches) as step:
        for batch in career.career(bench.entries):
            for rival in made:
                rival.save(rival.events(batch))
            step()
    return made


def machine() -> Table:
    table = Table("The machine", ("what", ""))
    table.add("date", f"{datetime.now(UTC):%Y-%m-%d}")
    table.add("processor", f"{_processor()}, {os.cpu_count()} cores")
    if hasattr(os, "getloadavg"):
        table.add("load, last 15 minutes", f"{os.getloadavg()[2]:.1f}")
    table.add("system", f"{platform.system()} {platform.release()}")
    table.add("Python", platform.python_version())
    table.add("SQLite of apsw", bare.SQLITE)
    for package in ("apsw", "msgspec", "attrs", "cattrs", "eventsourcing"):
        table.add(package, version(package))
    return table


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def write_readme(tables: list[Table], heading: str) -> None:
    readme = HERE / "README.md"
    before, rest = readme.read_text().split(MARKS[0])
    after = rest.partition(MARKS[1])[2]
    parts = [before.rstrip(), "", MARKS[0], heading, *(t.markdown() for t in tables), MARKS[1]]
    readme.write_text("\n\n".join(part for part in parts if part) + after)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds, no million entries")
    parser.add_argument("--entries", type=int, default=100_000, help="how many are folded")
    arguments = parser.parse_args()
    if arguments.entries < 10 * BATCH:
        parser.error(f"--entries must be at least {10 * BATCH:,}")
    console = Console()
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
        eventsourced.know({type(event) for event in chain(*career.career(10 * BATCH))})
        rivals = rivals_of(bench)
        fold(bench, rivals)
        append_batches(bench)
        append_singles(bench, rivals)
        trust(bench)
        again(bench)
        together(bench)
        memory(bench)
        imports(bench)
        for rival in rivals:
            rival.close()
    tables = [bench.targets, *bench.tables, machine()]
    for table in tables:
        console.print(table.rich())
    took = perf_counter() - started
    minutes = f"{took / 60:.1f} minutes"
    heading = f"One run of `benchmarks/run.py` over {arguments.entries:,} entries, in {minutes}."
    if not arguments.quick:
        write_readme(tables, heading)
    console.print(heading)


if __name__ == "__main__":
    main()
