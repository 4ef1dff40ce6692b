"""What is measured: one function for each group of lines, each beside its peer or limit."""

import compileall
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final

import attrs
import bare
import career
import eventsourced
from hours import Hours
from measure import Seconds, Table, in_units, ratio, timed

import careerledger
from careerledger import Ledger, projections
from careerledger.answers.snapshots import Snapshots
from careerledger.events import Action, CourseFinished, WorkLogged
from careerledger.projections import NetworkGrowth, VisionAlignment

if TYPE_CHECKING:
    from run import Bench

BATCH: Final = 1000
OURS: Final = "careerledger"
HERE: Final = Path(__file__).resolve().parent
KINDS: Final[dict[str, Any]] = {name: getattr(projections, name) for name in projections.LIBRARY}
Rivals = list[eventsourced.Shipped]


def make_events(bench: "Bench", _: Rivals) -> None:
    """Make an event, beside an attrs class of the same fields that checks nothing."""
    unchecked = attrs.make_class(
        "Unchecked",
        {f.name: attrs.field(default=f.default) for f in attrs.fields(CourseFinished)},
        frozen=True,
        kw_only=True,
    )
    values: dict[str, Any] = {"on": "2024-03", "title": "SQL", "hours": 42, "themes": {"data"}}
    calls = 20_000

    def loop(cls: Any) -> float:
        return timed(lambda: [cls(**values) for _ in range(calls)]) / calls

    seconds = bench.compare(
        "make events",
        bench.rounds(9),
        {OURS: lambda: loop(CourseFinished), "attrs": lambda: loop(unchecked)},
    )
    bench.add(
        "make an event, in a loop",
        in_units(seconds[OURS]),
        f"{in_units(seconds['attrs'])}: attrs without checks",
        f"{ratio(seconds[OURS], seconds['attrs']):.1f}x as long",
        "8 µs",
        reached=median(seconds[OURS]) <= 8e-6,
    )


def fold(bench: "Bench", rivals: Rivals) -> None:
    """Fold the whole career into hours by theme, beside the limit and the peers."""
    path = bench.copy("fold.ledger")
    expected = bare.fold_typed(path)

    def agreeing(work: Callable[[], dict[str, float]]) -> float:
        answers: list[dict[str, float]] = []
        seconds = timed(lambda: answers.append(work()))
        if answers != [expected]:
            raise SystemExit("the contenders do not agree on the hours by theme")
        return seconds

    def ours() -> float:
        bare.drop_snapshots(path)
        with Ledger.open(path) as ledger:
            return agreeing(lambda: ledger.project(Hours))

    contenders: dict[str, Callable[[], float]] = {
        OURS: ours,
        "the same events by apsw and msgspec": lambda: agreeing(lambda: bare.fold_typed(path)),
        **{rival.name: partial(agreeing, rival.replay) for rival in rivals},
    }
    seconds = bench.compare("fold", bench.rounds(9), contenders)
    what = f"fold {bench.entries:,} entries"
    _, limit, *others = contenders
    share = ratio(seconds[limit], seconds[OURS])
    _line(
        bench,
        what,
        seconds,
        limit,
        figure=f"{share:.0%} of the speed",
        goal="80 %",
        reached=share >= 0.8,
    )
    for name, least in zip(others, (8.0, None), strict=True):
        _faster(bench, what, seconds, name, least)


def append(bench: "Bench", rivals: Rivals) -> None:
    """Append in batches and one by one, beside the peers and bare apsw."""
    _append_batches(bench)
    _append_singles(bench, rivals)


def _append_batches(bench: "Bench") -> None:
    count = 10
    batches = [batch for batch, _ in zip(career.career(bench.entries), range(count), strict=False)]
    rows = [list(some) for some in bare.batches(bare.rows(bench.base, 0, count * BATCH), BATCH)]

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
        prepared = [store.events(batch) for batch in batches]
        store.save(prepared[0])
        seconds = timed(lambda: [store.save(some) for some in prepared[1:]])
        store.close()
        return seconds

    kinds = (eventsourced.Shipped, eventsourced.Tuned)
    apsw = "apsw, finished rows"
    contenders = {OURS: ours, apsw: limit, **{kind.name: partial(rival, kind) for kind in kinds}}
    seconds = bench.compare("append in batches", bench.rounds(21), contenders)
    entries = sum(map(len, batches[1:]))
    seconds = {name: [each / entries for each in its] for name, its in seconds.items()}
    what = f"append an entry, in batches of {BATCH:,}"
    for name, least in ((kinds[0].name, 3.0), (kinds[1].name, None)):
        _faster(bench, what, seconds, name, least)
    _slower(bench, what, seconds, apsw, 1.8)


def _append_singles(bench: "Bench", rivals: Rivals) -> None:
    count = bench.rounds(600)
    events = _more(count)
    ledger = Ledger.open(bench.copy("single.ledger"))
    store = bare.Rows(bench.copy("single.bare"))

    def one(save: Callable[[Any], object], source: Iterator[Any]) -> Callable[[], float]:
        def append() -> float:
            what = next(source)
            start = perf_counter()  # no collection before each: it would take most of the time
            save(what)
            return perf_counter() - start

        return append

    rows = "apsw, msgspec, hashlib"
    contenders = {
        OURS: one(ledger.record, iter(events)),
        rows: one(store.append_event, iter(events)),
        **{r.name: one(lambda e, r=r: r.save([e]), iter(r.events(events))) for r in rivals[:1]},
    }
    seconds = bench.compare("append one by one", count, contenders)
    ledger.close()
    store.close()
    what = "append one entry, safe against a power cut"
    _slower(bench, what, seconds, rows, None)
    _slower(bench, what, seconds, rivals[0].name, None)


def verify(bench: "Bench", _: Rivals) -> None:
    """Verify every entry, beside hashing every body."""
    path = bench.copy("verify.ledger")
    limit = "apsw and hashlib, the same hashes"
    with Ledger.open(path) as ledger:
        contenders = {
            OURS: lambda: timed(ledger.verify),
            limit: lambda: timed(lambda: bare.hash_all(path)),
        }
        seconds = bench.compare("verify", bench.rounds(5), contenders)
    _line(
        bench,
        f"verify {bench.entries:,} entries",
        seconds,
        limit,
        figure=f"{ratio(seconds[OURS], seconds[limit]):.1f}x as long",
        goal="1 s",
        reached=median(seconds[OURS]) < 1,
    )


def all_projections(bench: "Bench", _: Rivals) -> None:
    """Ask every projection in one pass, each alone, for 120 months, and again."""
    path = bench.copy("projections.ledger")
    saving = _Stopwatch(Snapshots, "take", "save")
    shares: list[float] = []

    def asked(ask: Callable[[Ledger], object]) -> float:
        bare.drop_snapshots(path)
        with Ledger.open(path) as ledger:
            return timed(lambda: ask(ledger))

    def in_one_pass() -> float:
        with saving:
            seconds = asked(lambda ledger: ledger.project(*KINDS.values()))
        shares.append(saving.seconds / seconds)
        return seconds

    def months(ledger: Ledger, kind: Any) -> object:
        return ledger.series(kind, since="2016-11", until="2026-10")

    contenders: dict[str, Callable[[], float]] = {"all": in_one_pass}
    for name, kind in KINDS.items():
        contenders[name] = partial(asked, lambda ledger, kind=kind: ledger.project(kind))
        contenders[f"120 {name}"] = partial(asked, lambda ledger, kind=kind: months(ledger, kind))
    seconds = bench.compare("all projections", bench.rounds(3), contenders)
    again = _again(bench)
    slowest = max(KINDS, key=lambda name: median(seconds[name]))
    bench.add(
        f"all {len(KINDS)} projections in one pass",
        in_units(seconds["all"]),
        f"{in_units(seconds[slowest])}: {slowest} alone",
        f"{ratio(seconds['all'], seconds[slowest]):.1f}x as long",
        "2.8 s",
        reached=median(seconds["all"]) <= 2.8,
    )
    share = median(shares)
    bench.add("of it saving states", f"{share:.0%}", "", "", "5 %", reached=share <= 0.05)
    longest = max(KINDS, key=lambda name: ratio(seconds[f"120 {name}"], seconds[name]))
    times = ratio(seconds[f"120 {longest}"], seconds[longest])
    bench.add(
        f"120 months of the slowest series, {longest}",
        in_units(seconds[f"120 {longest}"]),
        f"{in_units(seconds[longest])}: one answer",
        f"{times:.1f}x as long",
        "3x",
        reached=times < 3,
    )
    worst = max(KINDS, key=lambda name: median(again[name]))
    bench.add(
        f"ask again after one new entry; {worst} takes longest",
        in_units(again[worst]),
        "",
        "",
        "1 ms",
        reached=median(again[worst]) < 1e-3,
    )
    table = Table(
        f"Each projection of {bench.entries:,} entries",
        ("projection", "one answer, no snapshots", "120 months", "again after one new entry"),
    )
    for name in KINDS:
        table.add(
            name, *(in_units(s) for s in (seconds[name], seconds[f"120 {name}"], again[name]))
        )
    bench.tables.append(table)


def _again(bench: "Bench") -> Seconds:
    """Return how long each projection takes in the same process after each new entry."""
    seconds: Seconds = {name: [] for name in KINDS}
    events = _more(bench.rounds(60))
    with (
        Ledger.open(bench.copy("again.ledger")) as ledger,
        bench.task("ask again", len(events)) as step,
    ):
        ledger.project(*KINDS.values())
        for event in events:
            ledger.record(event)
            for name, kind in KINDS.items():
                start = perf_counter()
                ledger.project(kind)
                seconds[name].append(perf_counter() - start)
            step()
    return seconds


def to_dict(bench: "Bench", _: Rivals) -> None:
    """Turn the largest view into plain values, beside its fold."""
    path = bench.copy("view.ledger")

    def folded() -> float:
        bare.drop_snapshots(path)
        with Ledger.open(path) as ledger:
            return timed(lambda: ledger.project(NetworkGrowth))

    def plain() -> float:
        # Of a view that nobody has looked at: it computes some of its parts when asked for them.
        with Ledger.open(path) as ledger:
            return timed(ledger.project(NetworkGrowth).to_dict)

    contenders = {"its fold": folded, OURS: plain}
    seconds = bench.compare("to_dict", bench.rounds(9), contenders)
    _slower(bench, "view.to_dict() of NetworkGrowth", seconds, "its fold", 0.2)


def open_small(bench: "Bench", _: Rivals) -> None:
    """Open a ledger of 100 entries, ask once and close it, beside reading its rows."""
    path = bench.folder / "small.ledger"
    with Ledger.open(path) as ledger:
        ledger.record(next(career.career(BATCH))[:100])
        ledger.project(VisionAlignment)

    def ours() -> None:
        with Ledger.open(path) as ledger:
            ledger.project(VisionAlignment)

    limit = "apsw, its rows"
    contenders = {
        OURS: lambda: timed(ours),
        limit: lambda: timed(lambda: bare.rows(path, 0, 100)),
    }
    seconds = bench.compare("open, ask, close", bench.rounds(60), contenders)
    _slower(bench, "open, ask once and close a ledger of 100 entries", seconds, limit, 2)


def memory(bench: "Bench", _: Rivals) -> None:
    """Fold ever larger ledgers in processes of their own."""
    sizes = [100_000] if bench.quick else [100_000, 1_000_000]
    peaks = []
    with bench.task("memory", len(sizes)) as step:
        for size in sizes:
            path = bench.ledger_of(size)
            bare.drop_snapshots(path)
            peaks.append(_child("memory", path))
            bare.drop_snapshots(path)
            step()
    times = peaks[-1] / peaks[0]
    bench.add(
        f"memory of a fold of {sizes[-1]:,} entries",
        f"{peaks[-1] / 1e6:.1f} MB",
        f"{peaks[0] / 1e6:.1f} MB: of {sizes[0]:,}",
        f"{times:.2f}x as much",
        "1.2x",
        reached=times < 1.2,
    )


def imports(bench: "Bench", _: Rivals) -> None:
    """Import everything in a new process, beside the libraries it is built on."""
    # As an installed package is: where Python writes no bytecode, each import compiles.
    compileall.compile_dir(Path(careerledger.__file__).parent, quiet=1)

    def process(code: str) -> float:
        return timed(lambda: subprocess.run([sys.executable, "-c", code], check=True))

    limit = "import attrs, msgspec, apsw"
    everything = (
        "import careerledger.stores.sqlite; from careerledger import events, projections; "
        "events.load_catalogue(); [getattr(projections, name) for name in projections.LIBRARY]"
    )
    codes = {"nothing": "pass", "alone": "import careerledger", OURS: everything, limit: limit}
    contenders = {name: partial(process, code) for name, code in codes.items()}
    seconds = bench.compare("import", bench.rounds(21), contenders)
    nothing = seconds.pop("nothing")
    seconds = {
        name: [a - b for a, b in zip(its, nothing, strict=True)] for name, its in seconds.items()
    }
    _slower(bench, "import with all events and projections", seconds, limit, 1.5)
    seconds[OURS] = seconds["alone"]
    _slower(bench, "import careerledger", seconds, limit, None)


ALL: Final[dict[str, Callable[["Bench", Rivals], None]]] = {
    "make-events": make_events,
    "fold": fold,
    "append": append,
    "verify": verify,
    "projections": all_projections,
    "to-dict": to_dict,
    "open": open_small,
    "memory": memory,
    "import": imports,
}
"""The measurements, by the names that ``run.py --only`` takes."""


def _line(
    bench: "Bench",
    what: str,
    seconds: Seconds,
    other: str,
    *,
    figure: str,
    goal: str,
    reached: bool,
) -> None:
    beside = f"{in_units(seconds[other])}: {other}"
    bench.add(what, in_units(seconds[OURS]), beside, figure, goal, reached=reached)


def _faster(bench: "Bench", what: str, seconds: Seconds, other: str, least: float | None) -> None:
    """Add how many times as fast as another we are, to be at least so many times."""
    times = ratio(seconds[other], seconds[OURS])
    figure, goal = f"{times:.2g}x as fast", "" if least is None else f"{least:g}x"
    _line(bench, what, seconds, other, figure=figure, goal=goal, reached=times >= (least or 0))


def _slower(bench: "Bench", what: str, seconds: Seconds, other: str, most: float | None) -> None:
    """Add how many times as long as another we take, to be at most so many times."""
    times = median(seconds[OURS]) / median(seconds[other])
    figure, goal = f"{times:.2g}x as long", "" if most is None else f"{most:g}x"
    _line(
        bench, what, seconds, other, figure=figure, goal=goal, reached=most is None or times <= most
    )


class _Stopwatch:
    """Adds up the time that some methods of a class take within a block."""

    def __init__(self, cls: type, *methods: str) -> None:
        self._cls = cls
        self._originals = {name: getattr(cls, name) for name in methods}
        self.seconds = 0.0

    def __enter__(self) -> None:
        self.seconds = 0.0
        for name, original in self._originals.items():
            setattr(self._cls, name, self._timing(original))

    def __exit__(self, *_: object) -> None:
        for name, original in self._originals.items():
            setattr(self._cls, name, original)

    def _timing(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any, **kwargs: Any) -> Any:
            start = perf_counter()
            try:
                return method(*args, **kwargs)
            finally:
                self.seconds += perf_counter() - start

        return run


def _child(*arguments: object) -> Any:
    command = [sys.executable, str(HERE / "child.py"), *map(str, arguments)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def _fresh(path: Path) -> Path:
    for rest in path.parent.glob(f"{path.name}*"):
        rest.unlink()
    return path


def _more(count: int, on: object = career.LAST_DAY) -> list[Action]:
    """Return events that go on after the career."""
    return [
        WorkLogged(on=on, role="role-1", what=f"Ticket {number}", hours=2, themes={"data"})
        for number in range(count)
    ]
