"""The command line: parse, call, print."""

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from careerledger.errors import CareerLedgerError, MissingExtraError
from careerledger.events import Action
from careerledger.history import Entry
from careerledger.ledger import Ledger

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

__all__ = ["main"]

PROJECTIONS = {
    "vision-alignment": "VisionAlignment",
    "network-growth": "NetworkGrowth",
    "milestone-history": "MilestoneHistory",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code.

    0: done; 1: ``check`` found errors; 2: it could not be done, and standard error says why.
    """
    options = _parser().parse_args(arguments)
    try:
        return options.command(options)
    except CareerLedgerError as error:
        print(f"careerledger: {_printable(error)}", file=sys.stderr)  # noqa: T201
        return 2
    except BrokenPipeError:
        # The reader of the output left; nothing more can be said, also not at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _printable(error: Exception) -> str:
    return "".join(
        char if char.isprintable() or char == "\n" else char.encode("unicode_escape").decode()
        for char in str(error)
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="careerledger",
        description="Record a career as immutable events, and ask what it amounts to.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(
        name: str, run: Callable[[argparse.Namespace], int], summary: str
    ) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=summary, description=summary)
        made.set_defaults(command=run)
        made.add_argument(
            "--ledger",
            metavar="FILE",
            type=Path,
            default=Path(os.environ.get("CAREERLEDGER", "career.ledger")),
            help="the ledger file; default: $CAREERLEDGER, or career.ledger",
        )
        return made

    demo = command("demo", _demo, "Import a résumé, record a made-up year, and show it.")
    demo.set_defaults(ledger=Path("demo.ledger"))
    demo.add_argument("resume", nargs="?", type=Path, metavar="FILE.json", help="another résumé")

    import_ = command("import", _import, "Record what a JSON Resume file says; again is harmless.")
    import_.add_argument("file", type=Path, metavar="FILE.json")

    show = command("show", _show, "Show projections.")
    show.add_argument("projection", nargs="?", choices=PROJECTIONS, help="default: all")
    show.add_argument("--at", metavar="DATE", help="as of this date; default: today")
    show.add_argument("--known-at", metavar="INSTANT", help="what was known then; default: now")
    show.add_argument("--json", action="store_true", help="plain values instead of tables")

    log = command("log", _log, "Record one event.")
    log.add_argument("type", metavar="TYPE", help="such as course.finished")
    log.add_argument("fields", nargs="*", metavar="field=value", help="on= is today if not given")

    history = command("history", _history, "List what happened, with corrections applied.")
    history.add_argument("--since", metavar="DATE")
    history.add_argument("--until", metavar="DATE")

    command("check", _check, "List what looks wrong; exit with 1 if there are errors.")
    return parser


def _console() -> "Console":
    try:
        from rich.console import Console  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise MissingExtraError(
            "the command line needs rich; pip install 'careerledger[cli]'"
        ) from error
    return Console()


def _print(*parts: "RenderableType") -> None:
    console = _console()
    for part in parts:
        console.print(part)


def _existing(path: Path) -> Ledger:
    if not path.exists():
        raise CareerLedgerError(
            f"there is no ledger {path}; make one with 'careerledger log' or "
            "'careerledger import', or name another with --ledger"
        )
    return Ledger.open(path)


def _demo(options: argparse.Namespace) -> int:
    from careerledger import demo  # noqa: PLC0415 - material of this command alone

    with Ledger.open(options.ledger) as ledger:
        _import_into(ledger, options.resume or demo.resume())
        _count(ledger, "a made-up year", lambda: ledger.record(demo.year()))
        _show_all(ledger, list(PROJECTIONS), at=demo.AT.isoformat(), known_at=None)
        _print(
            f"[dim]All of it is in {options.ledger}: "
            f"try 'careerledger history --ledger {options.ledger}'.[/dim]"
        )
    return 0


def _import(options: argparse.Namespace) -> int:
    with Ledger.open(options.ledger) as ledger:
        _import_into(ledger, options.file)
    return 0


def _import_into(ledger: Ledger, file: Path | bytes) -> None:
    from careerledger.interop import json_resume  # noqa: PLC0415 - needed here alone
    from careerledger.report.tables import safe  # noqa: PLC0415 - an extra

    resume = json_resume.read(file)
    name = file.name if isinstance(file, Path) else "the résumé"
    why = f"{name} says otherwise now"
    _count(ledger, name, lambda: ledger.record(resume.drafts, amend=why))
    _print(*(f"  left out {safe(left.path)}: {safe(left.reason)}" for left in resume.left_out))


def _count(ledger: Ledger, what: str, record: Callable[[], Sequence[Entry[Action]]]) -> None:
    from careerledger.report.tables import safe  # noqa: PLC0415 - an extra

    before = len(ledger)
    given = record()
    new = len({entry.id for entry in given if entry.seq > before})
    amended = len(ledger) - before - new
    _print(
        f"{safe(what)}: [bold]{new}[/bold] recorded, {amended} amended, "
        f"{len(given) - new - amended} known already"
    )


def _show(options: argparse.Namespace) -> int:
    names = [options.projection] if options.projection else list(PROJECTIONS)
    with _existing(options.ledger) as ledger:
        if options.json:
            views = _views(ledger, names, options.at, options.known_at)
            plain = {name: view.to_dict() for name, view in zip(names, views, strict=True)}
            print(json.dumps(plain, indent=2, ensure_ascii=False))  # noqa: T201
        else:
            _show_all(ledger, names, options.at, options.known_at)
    return 0


def _views(ledger: Ledger, names: list[str], at: str | None, known_at: str | None) -> list[Any]:
    from careerledger import projections  # noqa: PLC0415 - loads the catalogue

    wanted = [getattr(projections, PROJECTIONS[name]) for name in names]
    views = ledger.project(*wanted, at=at, known_at=known_at)
    return list(views) if len(wanted) > 1 else [views]


def _show_all(ledger: Ledger, names: list[str], at: str | None, known_at: str | None) -> None:
    _console()
    from careerledger.report.tables import of_view  # noqa: PLC0415 - an extra

    _print(*map(of_view, _views(ledger, names, at, known_at)))


def _log(options: argparse.Namespace) -> int:
    from careerledger.interop.words import event_from_words  # noqa: PLC0415

    today = datetime.now(UTC).astimezone().date()
    event = event_from_words(options.type, options.fields, today=today)
    with Ledger.open(options.ledger) as ledger:
        entry = ledger.record(event)
    _console()
    from careerledger.report.tables import of_entries  # noqa: PLC0415 - an extra

    _print(of_entries([entry]))
    return 0


def _history(options: argparse.Namespace) -> int:
    _console()
    from careerledger.report.tables import of_entries  # noqa: PLC0415 - an extra

    with _existing(options.ledger) as ledger:
        _print(of_entries(ledger.entries(since=options.since, until=options.until)))
    return 0


def _check(options: argparse.Namespace) -> int:
    _console()
    from careerledger.report.tables import of_findings  # noqa: PLC0415 - an extra

    with _existing(options.ledger) as ledger:
        ledger.verify()
        findings = ledger.check()
        size = len(ledger)
    _print(of_findings(findings) if findings else f"{size} entries, nothing looks wrong")
    return int(any(finding.severity == "error" for finding in findings))
