"""The command line: parse, call, print."""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from careerledger.dates import DateLike, PartialDate
from careerledger.errors import CareerLedgerError, DateError
from careerledger.events import Action
from careerledger.history import Draft, Entry
from careerledger.ledger import Ledger
from careerledger.report.plain import printable

if TYPE_CHECKING:
    from rich.console import RenderableType

    from careerledger.interop.json_resume import Resume

__all__ = ["main"]

PROJECTIONS = {
    "vision-alignment": "VisionAlignment",
    "network-growth": "NetworkGrowth",
    "milestone-history": "MilestoneHistory",
}

REFUSED = 2
INTERRUPTED = 130
UNREAD = 141
"""As shells report a program that SIGINT or SIGPIPE ended."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code.

    0: done; 1: ``check`` found errors; 2: it could not be done, and standard error says why in
    one line; 130: it was interrupted; 141: whoever read its output left.
    """
    with suppress(AttributeError):  # not every stand-in for standard output can do this
        # What its encoding lacks becomes a question mark.
        sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]
    try:
        options = _parser().parse_args(arguments)
        code: int = options.command(options)
        print(end="", flush=True)  # noqa: T201 - what cannot be written shows here, not at exit
    except CareerLedgerError as error:
        return _refused(error)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _abandon_output()
        return UNREAD
    except OSError as error:
        _abandon_output()
        return _refused(error)
    return code


def _refused(error: Exception) -> int:
    print(f"careerledger: {printable(error)}", file=sys.stderr)  # noqa: T201
    return REFUSED


def _abandon_output() -> None:
    """Let nothing more be written, also not at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise CareerLedgerError(f"{message}; see '{self.prog} --help'")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="careerledger",
        description="Record a career as immutable events, and ask what it amounts to.",
        allow_abbrev=False,
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(
        name: str, run: Callable[[argparse.Namespace], int], summary: str
    ) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=summary, description=summary, allow_abbrev=False)
        made.set_defaults(command=run)
        made.add_argument(
            "--ledger",
            metavar="FILE",
            type=Path,
            default=Path(os.environ.get("CAREERLEDGER") or "career.ledger"),
            help="the ledger file; default: $CAREERLEDGER, or career.ledger",
        )
        return made

    demo = command("demo", _demo, "Import a résumé, record a made-up year, and show it.")
    demo.set_defaults(ledger=Path("demo.ledger"))

    import_ = command("import", _import, "Record what a JSON Resume file says; again is harmless.")
    import_.add_argument("file", type=Path, metavar="FILE.json")

    show = command("show", _show, "Show projections.")
    show.add_argument("projection", nargs="?", choices=PROJECTIONS, help="default: all")
    show.add_argument("--at", metavar="DATE", type=_date, help="as of this date; default: today")
    show.add_argument(
        "--known-at", metavar="INSTANT", type=_instant, help="what was known then; default: now"
    )
    show.add_argument("--json", action="store_true", help="plain values instead of tables")

    log = command("log", _log, "Record one event.")
    log.add_argument("type", metavar="TYPE", help="such as course.finished")
    log.add_argument(
        "fields",
        nargs="*",
        default=[],
        metavar="field=value",
        help="several values are parted by commas (themes=data,climate), weights stand behind "
        "colons (toward=cto:0.5); on= is today if not given",
    )

    history = command("history", _history, "List what happened, with corrections applied.")
    history.add_argument("--since", metavar="DATE", type=_date, help="from this date on")
    history.add_argument("--until", metavar="DATE", type=_date, help="up to this date")

    command("check", _check, "List what looks wrong; exit with 1 if there are errors.")
    return parser


def _date(text: str) -> PartialDate:
    try:
        return PartialDate(text)
    except DateError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _instant(text: str) -> datetime:
    with suppress(ValueError, OverflowError):
        instant = datetime.fromisoformat(text)
        if instant.tzinfo is not None:
            return instant.astimezone(UTC)
    raise argparse.ArgumentTypeError(
        f"{text!r} is not an instant; write a date, a time and its offset from UTC, "
        "as '2024-03-14T12:00Z'"
    )


def _print(parts: "Iterable[RenderableType]") -> None:
    from careerledger.report.tables import Terminal  # noqa: PLC0415 - an extra

    terminal = Terminal()
    for part in parts:
        terminal.print(part)


def _existing(path: Path) -> Ledger:
    try:
        path.stat()
    except OSError as error:
        raise CareerLedgerError(
            f"there is no ledger {path} ({error.strerror}); make one with 'careerledger log' or "
            "'careerledger import', or name another with --ledger"
        ) from error
    return Ledger.open(path)


def _demo(options: argparse.Namespace) -> int:
    from careerledger import demo  # noqa: PLC0415 - material of this command alone
    from careerledger.interop import json_resume  # noqa: PLC0415 - as above
    from careerledger.report.tables import safe  # noqa: PLC0415 - an extra

    with Ledger.open(options.ledger) as ledger:
        _record_resume(ledger, "the résumé", json_resume.read(demo.resume()))
        _record(ledger, "a made-up year", demo.year())
        _show_all(ledger, list(PROJECTIONS), at=demo.AT, known_at=None)
    path = options.ledger
    _print([safe(f"All of it is in {path}: try 'careerledger history --ledger {path}'.", "dim")])
    return 0


def _import(options: argparse.Namespace) -> int:
    import careerledger.report.tables  # noqa: F401, PLC0415 - fails before anything is recorded
    from careerledger.interop import json_resume  # noqa: PLC0415 - needed here alone

    resume = json_resume.read(options.file)
    with Ledger.open(options.ledger) as ledger:
        _record_resume(ledger, options.file.name, resume)
    return 0


def _record_resume(ledger: Ledger, name: str, resume: "Resume") -> None:
    from careerledger.report.tables import safe  # noqa: PLC0415 - an extra

    _record(ledger, name, resume.drafts)
    _print(safe(f"  left out {left.path}: {left.reason}") for left in resume.left_out)


def _record(ledger: Ledger, source: str, drafts: Sequence[Draft]) -> None:
    from careerledger.report.tables import safe  # noqa: PLC0415 - an extra

    before = len(ledger)
    given: list[Entry[Action]] = ledger.record(drafts, amend=f"{source} says otherwise now")
    new = len({entry.id for entry in given if entry.seq > before})
    amended = len(ledger) - before - new
    known = len(given) - new - amended
    _print([safe(f"{source}: {new} recorded, {amended} amended, {known} known already")])


def _show(options: argparse.Namespace) -> int:
    names = [options.projection] if options.projection else list(PROJECTIONS)
    with _existing(options.ledger) as ledger:
        if options.json:
            views = _views(ledger, names, options.at, options.known_at)
            plain = {name: view.to_dict() for name, view in zip(names, views, strict=True)}
            print(json.dumps(plain, indent=2))  # noqa: T201
        else:
            _show_all(ledger, names, options.at, options.known_at)
    return 0


def _views(
    ledger: Ledger, names: list[str], at: DateLike | None, known_at: datetime | None
) -> tuple[Any, ...]:
    from careerledger import projections  # noqa: PLC0415 - loads the catalogue

    wanted = [getattr(projections, PROJECTIONS[name]) for name in names]
    views = ledger.project(*wanted, at=at, known_at=known_at)
    return views if len(wanted) > 1 else (views,)


def _show_all(
    ledger: Ledger, names: list[str], at: DateLike | None, known_at: datetime | None
) -> None:
    from careerledger.report.tables import of_view  # noqa: PLC0415 - an extra

    _print(map(of_view, _views(ledger, names, at, known_at)))


def _log(options: argparse.Namespace) -> int:
    from careerledger.interop.words import event_from_words  # noqa: PLC0415 - needed here alone
    from careerledger.report.tables import of_entries  # noqa: PLC0415 - an extra

    today = datetime.now(UTC).astimezone().date()
    event = event_from_words(options.type, options.fields, today=today)
    with Ledger.open(options.ledger) as ledger:
        entry = ledger.record(event)
    _print(of_entries([entry]))
    return 0


def _history(options: argparse.Namespace) -> int:
    from careerledger.report.tables import of_entries  # noqa: PLC0415 - an extra

    with _existing(options.ledger) as ledger:
        _print(of_entries(ledger.entries(since=options.since, until=options.until)))
    return 0


def _check(options: argparse.Namespace) -> int:
    from careerledger.report.tables import of_findings  # noqa: PLC0415 - an extra

    with _existing(options.ledger) as ledger:
        ledger.verify()
        findings, size = ledger.check(), len(ledger)
    _print([of_findings(findings, size)])
    return int(any(finding.severity == "error" for finding in findings))
