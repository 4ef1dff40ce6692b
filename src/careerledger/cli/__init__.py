"""The command line: parse, call, print."""

import argparse
import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from io import UnsupportedOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn

from careerledger.dates import PERIODS, DateLike, PartialDate
from careerledger.errors import CareerLedgerError, DamagedError, DateError
from careerledger.events import Event
from careerledger.history import Draft, Entry
from careerledger.ledger import Ledger
from careerledger.projections import LIBRARY
from careerledger.report.plain import printable

if TYPE_CHECKING:
    from careerledger.interop.json_resume import Resume
    from careerledger.report.tables import Terminal

__all__ = ["main"]

PROJECTIONS = {re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower(): name for name in LIBRARY}
"""The library's projections as they are named on the command line."""
HEADLINES = ("vision-alignment", "network-growth", "milestone-history")

REFUSED = 2
INTERRUPTED = 130
UNREAD = 141
"""As shells report a program that SIGINT or SIGPIPE ended."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code.

    0: done; 1: ``check`` found errors, or ``recover`` could not save all; 2: it could not be done,
    and standard error says why in one line; 130: it was interrupted; 141: whoever read its output
    left.
    """
    with suppress(AttributeError):  # not every stand-in for standard output can do this
        # What its encoding lacks becomes a question mark.
        sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]
    command: Callable[[argparse.Namespace], int] | None = None
    try:
        options = _parser().parse_args(arguments)
        command = options.command
        code: int = options.command(options)
        print(end="", flush=True)  # noqa: T201 - what cannot be written shows here, not at exit
    except DamagedError as error:
        return _refused(error, "" if command is _recover else _SAVING)
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


_SAVING: Final = "; 'careerledger recover NEW --ledger FILE' saves what still verifies"


def _refused(error: Exception, hint: str = "") -> int:
    # A file with several problems is told in several lines.
    told = "\n".join(map(printable, f"{error}{hint}".split("\n")))
    print(f"careerledger: {told}", file=sys.stderr)  # noqa: T201
    return REFUSED


def _abandon_output() -> None:
    """Let nothing more be written, also not at exit."""
    # A stand-in for standard output has no file that would be written at exit.
    with suppress(UnsupportedOperation), Path(os.devnull).open("w") as nothing:
        os.dup2(nothing.fileno(), sys.stdout.fileno())


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

    import_ = command(
        "import", _import, "Record what a JSON Resume file or an export says; again is harmless."
    )
    import_.add_argument(
        "file",
        type=Path,
        metavar="FILE.json|FILE.jsonl",
        help="a résumé may be packed: gzip or zip",
    )

    show = command("show", _show, "Show projections.")
    show.add_argument(
        "projection",
        nargs="?",
        choices=[*PROJECTIONS, "all"],
        metavar="PROJECTION",
        help=f"{', '.join(PROJECTIONS)}, or all; default: {', '.join(HEADLINES)}",
    )
    show.add_argument("--at", metavar="DATE", type=_date, help="as of this date; default: today")
    show.add_argument(
        "--known-at", metavar="INSTANT", type=_instant, help="what was known then; default: now"
    )
    show.add_argument("--json", action="store_true", help="plain values instead of tables")

    explain = command("explain", _explain, "Show which entries make a number, or moved it.")
    explain.add_argument("projection", choices=PROJECTIONS, metavar="PROJECTION")
    explain.add_argument("--of", metavar="NAME", help="which number; default: the headline")
    explain.add_argument("--at", metavar="DATE", type=_date, help="as of this date; default: today")
    explain.add_argument(
        "--between", nargs=2, metavar="DATE", type=_date, help="what moved it between two dates"
    )

    series = command("series", _series, "Show a number over time.")
    series.add_argument("projection", choices=PROJECTIONS, metavar="PROJECTION")
    series.add_argument("--of", metavar="NAME", help="which number; default: the headline")
    series.add_argument("--since", metavar="DATE", type=_date, required=True)
    series.add_argument("--until", metavar="DATE", type=_date, help="default: today")
    series.add_argument("--every", choices=PERIODS, default="month", help="default: month")

    command("compare", _compare, "Lay the open opportunities side by side.")

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
    _add_corrections(command)
    _add_proofs(command)
    _add_copies(command)
    return parser


_Command = Callable[[str, Callable[[argparse.Namespace], int], str], argparse.ArgumentParser]


def _add_corrections(command: _Command) -> None:
    void = command("void", _void, "Let an entry count as if it had never been recorded.")
    void.add_argument("entry", metavar="ENTRY", help="its number or id")
    void.add_argument("--reason", required=True, help="why, for whoever reads the log")

    amend = command("amend", _amend, "Let an entry count as if it had said something else.")
    amend.add_argument("entry", metavar="ENTRY", help="its number or id")
    amend.add_argument("--reason", required=True, help="why, for whoever reads the log")
    amend.add_argument("fields", nargs="+", metavar="field=value", help="what it should have said")

    forget = command("forget", _forget, "Erase what the ledger holds about a person.")
    forget.add_argument("kind", metavar="KIND", help="of id that the person has, such as contact")
    forget.add_argument("id", metavar="ID")
    forget.add_argument("--reason", required=True, help="why, for whoever reads the log")

    subject = command("subject", _subject, "Print all that the ledger holds about a person.")
    subject.add_argument("kind", metavar="KIND", help="of id that the person has, such as contact")
    subject.add_argument("id", metavar="ID")


def _add_proofs(command: _Command) -> None:
    verify = command("verify", _verify, "Hash every entry, and compare all that rests on it.")
    verify.add_argument("--since", metavar="CHECKPOINT", type=Path, help="a file: go on from it")
    verify.add_argument("--key", metavar="PUBLIC", help="the key that signed it")

    key = command("key", _key, "Make a key to sign checkpoints with, and print its public half.")
    key.add_argument("name", metavar="NAME", help="whose it is, such as ada.example/career")
    key.add_argument("file", type=Path, metavar="FILE", help="where to keep the private half")

    checkpoint = command("checkpoint", _checkpoint, "Sign what the ledger holds now.")
    checkpoint.add_argument("--key", metavar="FILE", type=Path, required=True)

    prove = command("prove", _prove, "Print a proof that an entry is in the ledger.")
    prove.add_argument("entry", metavar="ENTRY", help="its number or id")
    prove.add_argument("--checkpoint", metavar="FILE", type=Path, required=True)
    prove.add_argument(
        "--disclose", action="store_true", help="show what it says of other people, too"
    )

    proof = command("verify-proof", _verify_proof, "Check a proof; it takes no ledger.")
    proof.add_argument("file", type=Path, metavar="FILE", help="what 'careerledger prove' printed")
    proof.add_argument("--key", metavar="PUBLIC", required=True, help="of whoever keeps the ledger")
    proof.add_argument(
        "--checkpoint", metavar="FILE", type=Path, help="default: the one within the proof"
    )


def _add_copies(command: _Command) -> None:
    export = command("export", _export, "Write the ledger as text, with nothing lost.")
    export.add_argument("file", type=Path, metavar="FILE.jsonl")

    backup = command("backup", _backup, "Write the ledger into another file, while it is in use.")
    backup.add_argument("file", type=Path, metavar="FILE")

    recover = command("recover", _recover, "Save what still verifies of a damaged file.")
    recover.add_argument("new", type=Path, metavar="NEW", help="the file to make")


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


def _terminal() -> "Terminal":
    """Where to print. Commands ask for it before they record, lest they fail in between."""
    from careerledger.report.tables import Terminal  # noqa: PLC0415 - an extra

    return Terminal()


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

    terminal, path = _terminal(), options.ledger
    with Ledger.open(path) as ledger:
        _record_resume(terminal, ledger, "the résumé", json_resume.read(demo.resume()))
        _record(terminal, ledger, "a made-up year", demo.year())
        _show_views(terminal, _views(ledger, list(HEADLINES), at=demo.AT, known_at=None))
    _say(terminal, f"All of it is in {path}: try 'careerledger show all --ledger {path}'.")
    return 0


def _import(options: argparse.Namespace) -> int:
    from careerledger.interop import json_resume  # noqa: PLC0415 - needed here alone

    terminal = _terminal()
    if options.file.suffix == ".jsonl":
        with Ledger.open(options.ledger) as ledger:
            new = ledger.import_jsonl(options.file)
        _say(terminal, f"{options.file.name}: {new} new entries")
        return 0
    resume = json_resume.read(options.file)
    with Ledger.open(options.ledger) as ledger:
        _record_resume(terminal, ledger, options.file.name, resume)
    return 0


def _record_resume(terminal: "Terminal", ledger: Ledger, name: str, resume: "Resume") -> None:
    _record(terminal, ledger, name, resume.drafts)
    for left in resume.left_out:
        _say(terminal, f"  left out {left.path}: {left.reason}")


def _record(terminal: "Terminal", ledger: Ledger, source: str, drafts: Sequence[Draft]) -> None:
    before = len(ledger)
    given = ledger.record(drafts, amend=f"{source} says otherwise now")
    new = len({entry.id for entry in given if entry.seq > before})
    amended = len(ledger) - before - new
    known = len(given) - new - amended
    _say(terminal, f"{source}: {new} recorded, {amended} amended, {known} known already")


def _say(terminal: "Terminal", text: str) -> None:
    from careerledger.report.tables import safe  # noqa: PLC0415 - an extra

    terminal.print(safe(text))


def _show(options: argparse.Namespace) -> int:
    asked = options.projection
    names = list(PROJECTIONS if asked == "all" else [asked] if asked else HEADLINES)
    with _existing(options.ledger) as ledger:
        views = _views(ledger, names, options.at, options.known_at)
    if options.json:
        plain = {name: view.to_dict() for name, view in zip(names, views, strict=True)}
        print(json.dumps(plain, indent=2))  # noqa: T201
    else:
        _show_views(_terminal(), views)
    return 0


def _explain(options: argparse.Namespace) -> int:
    terminal = _terminal()
    from careerledger.report.tables import of_explanation  # noqa: PLC0415 - an extra

    with _existing(options.ledger) as ledger:
        found = ledger.explain(
            _class(options.projection), of=options.of, at=options.at, between=options.between
        )
        terminal.print(of_explanation(found, {e.seq: e for e in ledger.entries()}))
    return 0


def _series(options: argparse.Namespace) -> int:
    terminal = _terminal()
    from careerledger.report.tables import of_series  # noqa: PLC0415 - an extra

    with _existing(options.ledger) as ledger:
        found = ledger.series(
            _class(options.projection),
            every=options.every,
            since=options.since,
            until=options.until,
        )
    terminal.print(of_series(found, options.of))
    return 0


def _compare(options: argparse.Namespace) -> int:
    terminal = _terminal()
    from careerledger.report.tables import of_comparison  # noqa: PLC0415 - an extra

    with _existing(options.ledger) as ledger:
        found = ledger.compare()
    terminal.print(of_comparison(found))
    return 0


def _class(name: str) -> Any:
    from careerledger import projections  # noqa: PLC0415 - loads the catalogue

    return getattr(projections, PROJECTIONS[name])


def _views(
    ledger: Ledger, names: Sequence[str], at: DateLike | None, known_at: datetime | None
) -> Sequence[Any]:
    wanted = [_class(name) for name in names]
    views = ledger.project(*wanted, at=at, known_at=known_at)
    return views if len(wanted) > 1 else [views]


def _show_views(terminal: "Terminal", views: Sequence[Any]) -> None:
    from careerledger.report.tables import of_view  # noqa: PLC0415 - an extra

    for view in views:
        terminal.print(of_view(view))


def _log(options: argparse.Namespace) -> int:
    from careerledger.interop.words import event_from_words  # noqa: PLC0415 - needed here alone

    terminal = _terminal()
    today = datetime.now(UTC).astimezone().date()
    event = event_from_words(options.type, options.fields, today=today)
    with Ledger.open(options.ledger) as ledger:
        entry = ledger.record(event)
    _list(terminal, [entry])
    return 0


def _history(options: argparse.Namespace) -> int:
    terminal = _terminal()
    with _existing(options.ledger) as ledger:
        _list(terminal, ledger.entries(since=options.since, until=options.until))
    return 0


def _list(terminal: "Terminal", entries: Iterable[Entry[Event]]) -> None:
    from careerledger.report.tables import of_entries  # noqa: PLC0415 - an extra

    terminal.print_lines(of_entries(entries))


def _check(options: argparse.Namespace) -> int:
    terminal = _terminal()
    from careerledger.report.tables import of_findings  # noqa: PLC0415 - an extra

    with _existing(options.ledger) as ledger:
        ledger.verify()
        findings, size = ledger.check(), len(ledger)
    terminal.print(of_findings(findings, size))
    return int(any(finding.severity == "error" for finding in findings))


def _id_of(ledger: Ledger, entry: str) -> str:
    return ledger.entry(int(entry)).id if entry.isdecimal() else entry


def _void(options: argparse.Namespace) -> int:
    terminal = _terminal()
    with _existing(options.ledger) as ledger:
        entry = ledger.void(_id_of(ledger, options.entry), reason=options.reason)
    _say(terminal, f"#{entry.seq} voids {options.entry}")
    return 0


def _amend(options: argparse.Namespace) -> int:
    from careerledger.interop.words import amended_by_words  # noqa: PLC0415 - needed here alone

    terminal = _terminal()
    with _existing(options.ledger) as ledger:
        id_ = _id_of(ledger, options.entry)
        standing = next((e for e in ledger.entries() if e.id == id_), None)
        if standing is None:
            raise CareerLedgerError(f"no entry {options.entry!r} stands; see careerledger history")
        ledger.amend(id_, amended_by_words(standing.event, options.fields), reason=options.reason)
        _list(terminal, [e for e in ledger.entries() if e.id == id_])
    return 0


def _forget(options: argparse.Namespace) -> int:
    terminal = _terminal()
    with _existing(options.ledger) as ledger:
        entry = ledger.forget(options.kind, options.id, reason=options.reason)
    _say(terminal, f"{options.kind} {options.id} is forgotten; #{entry.seq} says so")
    return 0


def _subject(options: argparse.Namespace) -> int:
    with _existing(options.ledger) as ledger:
        held = ledger.export_subject(options.kind, options.id)
    print(json.dumps(held, indent=2))  # noqa: T201
    return 0


def _verify(options: argparse.Namespace) -> int:
    terminal = _terminal()
    with _existing(options.ledger) as ledger:
        ledger.verify(
            since=None if options.since is None else _text(options.since), public_key=options.key
        )
        size, root = len(ledger), ledger.root().hex()
    _say(terminal, f"{size} entries verify; their root hash is {root}")
    return 0


_LONGEST = 5_000_000
"""No proof, checkpoint or key has more characters."""


def _text(path: Path) -> str:
    try:
        with path.open(encoding="utf-8") as file:
            text = file.read(_LONGEST + 1)
    except UnicodeDecodeError as error:
        raise CareerLedgerError(f"{path} is no text: {error}") from error
    except OSError as error:
        raise CareerLedgerError(f"{path} cannot be read: {error.strerror}") from error
    if len(text) > _LONGEST:
        raise CareerLedgerError(f"{path} has more than {_LONGEST:,} characters, as no proof has")
    return text


def _key(options: argparse.Namespace) -> int:
    from careerledger.proofs import SigningKey  # noqa: PLC0415 - an extra

    key = SigningKey.generate(options.name)
    try:
        with open(options.file, "x", opener=_private, encoding="utf-8") as file:
            file.write(f"{key.to_text()}\n")
    except FileExistsError as error:
        raise CareerLedgerError(
            f"{options.file} is there already, and may be a key; name a new file"
        ) from error
    print(key.public)  # noqa: T201
    return 0


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _checkpoint(options: argparse.Namespace) -> int:
    from careerledger.proofs import SigningKey  # noqa: PLC0415 - an extra

    key = SigningKey.from_text(_text(options.key))
    with _existing(options.ledger) as ledger:
        print(end=ledger.checkpoint(key))  # noqa: T201
    return 0


def _prove(options: argparse.Namespace) -> int:
    with _existing(options.ledger) as ledger:
        proof = ledger.prove(
            _id_of(ledger, options.entry),
            checkpoint=_text(options.checkpoint),
            disclose=options.disclose,
        )
    print(end=str(proof))  # noqa: T201
    return 0


def _verify_proof(options: argparse.Namespace) -> int:
    from careerledger.proofs import Proof, verify  # noqa: PLC0415 - an extra

    proof = Proof.from_text(_text(options.file))
    checkpoint = proof.checkpoint if options.checkpoint is None else _text(options.checkpoint)
    proved = verify(proof, checkpoint, options.key)
    print(json.dumps(proved.entry, indent=2))  # noqa: T201
    _say(
        _terminal(),
        f"This is #{proved.seq} of the {proved.checkpoint.size} entries of "
        f"{proved.checkpoint.origin}.",
    )
    return 0


def _export(options: argparse.Namespace) -> int:
    with _existing(options.ledger) as ledger:
        ledger.export_jsonl(options.file)
    return 0


def _backup(options: argparse.Namespace) -> int:
    with _existing(options.ledger) as ledger:
        ledger.backup(options.file)
    return 0


def _recover(options: argparse.Namespace) -> int:
    terminal = _terminal()
    losses = Ledger.recover(options.ledger, options.new)
    for loss in losses:
        _say(terminal, f"lost: {loss}")
    with Ledger.open(options.new) as ledger:
        for name in ledger.store.ledgers():
            size = ledger.store.head(name).size
            entries = "entry" if size == 1 else "entries"
            _say(terminal, f"{options.new} holds {size:,} {entries} of ledger {name!r}")
    return int(bool(losses))
