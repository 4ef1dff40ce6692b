"""Run the programs of messages.txt, and the names that they use."""
# ruff: noqa: F401 - the programs use what is imported

import contextlib
import gzip
import importlib
import io
import json
import os
import re
import shlex
import struct
import sys
import tempfile
import textwrap
import warnings
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from enum import Enum, IntEnum
from functools import cache, reduce
from pathlib import Path
from typing import Annotated, Any, Literal
from unittest import mock

import annotated_types
import apsw
import attrs
from immutabledict import immutabledict

import careerledger
from careerledger import answers, cli, errors, events, projections, proofs, stores, testing
from careerledger.answers.comparison import AS_IT_IS
from careerledger.dates import PartialDate
from careerledger.interop import csv_table, formats, json_resume, linkedin
from careerledger.interop.amounts import hours_between, read_hours, read_number
from careerledger.interop.dates_in_words import read_date
from careerledger.interop.formats import Source, read_file, source_of
from careerledger.interop.map_guess import guess
from careerledger.journal import codec, strict
from careerledger.projections.rules import ties
from careerledger.report import tables
from careerledger.stores.branch import BranchStore
from careerledger.stores.memory import MemoryStore
from careerledger.stores.sqlite import SQLiteStore, salvage
from careerledger.stores.sqlite.errors import Translated
from careers import Clock, write_as_another_program
from strategies import Deep, Flat, Rich, Trip, entry_of

KEY = proofs.SigningKey("ada.example/career", bytes(range(32)))
JANE = events.ContactMade(on="2024-01", contact="jane", name="Jane", kind="peer")
SQL = events.CourseFinished(on="2024-03", title="SQL", hours=42)
FACTS = [JANE, SQL, events.CourseFinished(on="2024-04", title="Rust")]
"""What each ledger of these programs holds."""


class RefusedCommandError(Exception):
    """A command failed; the text is its output on standard error."""


def run(program: str) -> BaseException | None:
    """Run a program in a new folder that holds ada.ledger, and return its error."""
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as end:
        os.chdir(folder)
        end.callback(os.chdir, before)
        Path("ada.ledger").write_bytes(ledger_file())
        names = vocabulary(end)
        try:
            exec(compile(program, "messages.txt", "exec"), names)
        except Exception as error:  # noqa: BLE001 - the golden file shows it
            error.add_note(os.path.realpath(folder))
            return error
    return None


def without_chance(error: Exception) -> str:
    """Return a message without folders, ids and addresses, which differ between runs."""
    text = str(error)
    for folder in error.__notes__:
        text = text.replace(f"{folder}/", "").replace(folder, "FOLDER")
    text = re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "ID", text)
    text = re.sub(r"There are [a-z-]+\.[^ ]+, .*", "There are …", text)
    text = re.sub(r"choose from [a-z-]+\.[^ ]+, .*", "choose from …", text)
    return re.sub(r"0x[0-9a-f]{6,}", "0x…", text)


@projections.projection("test.everything")
class Everything:
    """A projection that reads every fact."""

    seen: int = 0

    @projections.on(events.Action)
    def see(self, event: events.Action) -> None:
        self.seen += 1

    def view(self, at: date) -> int:
        return self.seen


@cache
def ledger_file() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "ada.ledger")
        with careerledger.Ledger.open(path, clock=Clock()) as ledger:
            ledger.record(FACTS)
        return path.read_bytes()


def vocabulary(end: contextlib.ExitStack) -> dict[str, Any]:
    """Return the names that a program may use: the public ones, and a few helpers."""
    ledger = careerledger.Ledger.in_memory(clock=Clock())
    ledger.record(FACTS)

    def opened(path: str = "ada.ledger", **options: Any) -> careerledger.Ledger:
        return end.enter_context(careerledger.Ledger.open(path, **{"clock": Clock()} | options))

    def store(kind: Any = MemoryStore, *rows: Any) -> Any:
        made = end.enter_context(contextlib.closing(kind() if kind is MemoryStore else kind))
        if rows:
            testing.append_rows(made, *rows)
        return made

    def patch(where: Any, name: str, value: Any) -> None:
        end.enter_context(mock.patch.object(where, name, value))

    def without(module: str) -> None:
        """Make the import of a module fail."""
        packages = {name: None for name in sys.modules if name.partition(".")[0] == module}
        end.enter_context(mock.patch.dict(sys.modules, packages | {module: None}))

    names: dict[str, Any] = {"__name__": "ada"}
    for package in (careerledger, events, projections, proofs, stores):
        names |= {name: getattr(package, name) for name in dir(package) if name[0] != "_"}
    # A module of this name is within a package.
    names |= {name: value for name, value in globals().items() if name[0] != "_"}
    return names | {
        "ledger": ledger,
        "opened": opened,
        "patch": patch,
        "store": store,
        "without": without,
    }


# Helpers of the programs


def command(line: str, **files: str | bytes) -> None:
    """Run the command in a folder that holds these files."""
    for name, content in files.items():
        write(name, content)
    refused: list[Exception] = []
    printed = io.StringIO()
    refuse = cli._fail

    def remember(error: Exception, hint: str = "") -> int:
        refused.append(error)
        return refuse(error, hint)

    with (
        mock.patch.object(cli, "_fail", remember),
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(printed),
    ):
        cli.main(shlex.split(line))
    raise RefusedCommandError(printed.getvalue().rstrip("\n")) from refused[0]


class Cup:
    """A user's class with a registered JSON form, which programs can break."""

    def __init__(self, name: str = "gold") -> None:
        self.name = name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Cup) and self.name == other.name

    def __hash__(self) -> int:
        return hash(self.name)

    def to_plain(self) -> Any:
        return self.name

    @staticmethod
    def from_plain(text: str) -> "Cup":
        return Cup(text)


events.register_type(
    Cup,
    to_plain=lambda cup: cup.to_plain(),
    from_plain=lambda text: Cup.from_plain(text),  # noqa: PLW0108 - a program may replace it
)


def write(name: str, content: str | bytes) -> None:
    Path(name).write_bytes(content if isinstance(content, bytes) else content.encode())


def craft(*statements: str, path: str = "ada.ledger") -> None:
    """Change a ledger file behind the library's back."""
    with contextlib.closing(apsw.Connection(path)) as connection:
        connection.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 0)
        connection.config(apsw.SQLITE_DBCONFIG_ENABLE_TRIGGER, 0)
        connection.pragma("writable_schema", 1)
        for statement in statements:
            connection.execute(statement)


def entry_bytes(fact: Any = SQL, **changes: Any) -> bytes:
    """Return the bytes of an entry with some fields changed: event__title=3; ``...`` drops one."""
    tree = json.loads(codec.encode(entry_of(fact)))
    for path, value in changes.items():
        *parents, last = path.split("__")
        inner = reduce(lambda within, name: within[name], parents, tree)
        if value is ...:
            del inner[last]
        else:
            inner[last] = value
    return json.dumps(tree).encode()


def read(fact: Any = SQL, **changes: Any) -> Any:
    """Read an entry with some fields changed."""
    return strict.decode(1, entry_bytes(fact, **changes))


def with_field(annotation: Any, name: str = "ada.prize.won", **more: Any) -> Any:
    """Define an event whose field ``prize`` has this type."""
    body = {"__annotations__": {"prize": annotation}, **more}
    return events.event(name)(type("Won", (events.Action,), body))


def with_step(body: str, *bases: type) -> Any:
    """Define a projection with this body."""
    names = {name: getattr(events, name) for name in ("Action", "CourseFinished", "EntryVoided")}
    names |= {"projection": projections.projection, "on": projections.on, "bases": bases}
    exec("@projection('ada.wins')\nclass Wins(*bases):\n" + textwrap.indent(body, "    "), names)
    return names["Wins"]


def zipped(*members: Any, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of names that stand twice
        for member, body in members:
            archive.writestr(member, body)
    return packed.getvalue()


def lines(change: Callable[[list[Any]], Any] = lambda lines: None) -> None:
    """Export the ledger to ada.jsonl and change its lines."""
    with careerledger.Ledger.open("ada.ledger") as ledger:
        ledger.export_jsonl("ada.jsonl")
    made = [json.loads(line) for line in Path("ada.jsonl").read_text().splitlines()]
    change(made)
    write(
        "ada.jsonl",
        "".join(
            json.dumps(line, separators=(",", ":"), ensure_ascii=False) + "\n" for line in made
        ),
    )
