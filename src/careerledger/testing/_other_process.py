"""Folding in another Python process, which differs from this one in all that must not matter.

It has another time zone, locale, working directory, home and order of sets. It also folds with
edited copies of a projection's source, each in a process of its own that it forks.
"""

import atexit
import contextlib
import importlib
import json
import locale
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from functools import cache, partial
from importlib.util import module_from_spec, spec_from_file_location
from io import StringIO
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any, Final, NamedTuple, cast

from careerledger.answers import fold as answering
from careerledger.answers.code_key import code_key
from careerledger.history import Entry
from careerledger.journal import codec
from careerledger.ledger import Ledger
from careerledger.projections import Momentum, fold
from careerledger.projections.parameters import tuning_of
from careerledger.testing._careers import Clock, Step, history_of
from careerledger.testing._errors import InapplicableError, ViolationError
from careerledger.testing._source_edits import edits_of
from careerledger.testing._view_text import EntryNames, view_text

_MARK: Final = "CAREERLEDGER_OTHER_PROCESS"
"""An environment variable of the processes started here, which must not start further ones."""
_ANSWER: Final = "careerledger-answer "
"""How a line with an answer begins; a debugger or a module may print other lines."""
_PROGRAM: Final = "from careerledger.testing._other_process import serve; serve()"


def reason_not_importable(cls: type[Any]) -> str | None:
    """Return why another process cannot import a class; None if it can."""
    name = f"{cls.__module__}.{cls.__qualname__}"
    if "<locals>" in cls.__qualname__:
        return f"{name} is defined within a function, so another process cannot import it"
    if _file_of(cls) is None:
        return f"{name} is not defined in a file, so another process cannot import it"
    found: Any = sys.modules[cls.__module__]
    for part in cls.__qualname__.split("."):
        found = getattr(found, part, None)
    if found is not cls:
        return f"{name} is another class, so another process cannot import this one"
    return None


def _file_of(cls: type[Any]) -> str | None:
    file = getattr(sys.modules.get(cls.__module__), "__file__", None)
    return file if file and Path(file).exists() else None


def reason_not_editable(cls: type[Any]) -> str | None:
    """Return why the source of a class is not edited; None if it can be."""
    if cls.__module__.startswith("careerledger."):
        return "it is part of careerledger, whose sources count as a whole"
    if cls.__module__ == "__main__" or not _edits(_file_of(cls) or "", cls.__qualname__):
        return "it is not at the top level of a module that can be imported"
    if not hasattr(os, "fork"):  # pragma: no cover - on Windows
        return "this platform has no os.fork, which the test needs"
    return reason_not_importable(cls)


class _OtherProcess:
    """A Python process in another environment that answers one question at a time.

    It starts with the first question and serves all tests, as starting it takes longer than they.
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._folder = ""

    def _started(self) -> "subprocess.Popen[str]":
        if self._process is None:
            if _MARK in os.environ:
                raise RuntimeError(
                    "a module runs laws while it is imported, also in the other process that one "
                    "of the laws starts; put the code that runs them below "
                    "if __name__ == '__main__':"
                )
            self._folder = mkdtemp(prefix="careerledger-")
            self._process = subprocess.Popen(  # noqa: S603 - it is this Python
                [sys.executable, "-c", _PROGRAM],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=_other_environment(self._folder),
                cwd=self._folder,
                text=True,
                encoding="utf-8",
            )
            atexit.register(self.end)
        return self._process

    def ask(self, question: dict[str, Any]) -> Any:
        """Return the answer to a question."""
        process = self._started()
        if process.stdin is None or process.stdout is None:  # pragma: no cover - for type checkers
            raise RuntimeError("the other process has no pipes")
        process.stdin.write(json.dumps(question) + "\n")
        process.stdin.flush()
        lines = (line for line in process.stdout if line.startswith(_ANSWER))
        line = next(lines, None)
        if line is None:
            self.end()
            raise RuntimeError("the other process ended while it folded; see its output on stderr")
        answer: dict[str, Any] = json.loads(line.removeprefix(_ANSWER))
        if "inapplicable" in answer:
            raise InapplicableError(answer["inapplicable"])
        if "error" in answer:
            raise ViolationError(f"the same fold raises in another process: {answer['error']}")
        return answer["answer"]

    def end(self) -> None:
        """End the process, if it runs."""
        process, self._process = self._process, None
        if process is not None:
            atexit.unregister(self.end)
            process.communicate()
            rmtree(self._folder, ignore_errors=True)


def _other_environment(folder: str) -> dict[str, str]:
    """Return environment variables that differ from those of this process in what is no code."""
    seed = os.environ.get("PYTHONHASHSEED", "random")
    east, west = "NZST-12NZDT,M9.5.0,M4.1.0/3", "PST8PDT,M3.2.0,M11.1.0"
    is_east = time.timezone < -_HALF_A_DAY
    language = "fr_FR" if os.environ.get("LANG", "").startswith("de") else "de_DE"
    others = dict.fromkeys(("LANG", "LC_ALL", "LANGUAGE"), f"{language}.UTF-8")
    people = dict.fromkeys(("USER", "LOGNAME", "USERNAME", "HOSTNAME"), "somebody")
    return {
        **os.environ,
        **others,
        **people,
        **dict.fromkeys(("HOME", "USERPROFILE", "PWD", "TMPDIR"), folder),
        _MARK: "1",
        "TZ": west if is_east else east,
        "COLUMNS": "43",
        "PYTHONUTF8": "1",
        "PYTHONHASHSEED": "4711" if seed != "4711" else "4712",
        "PYTHONPATH": os.pathsep.join(str(Path(entry).absolute()) for entry in sys.path),
    }


_HALF_A_DAY: Final = 6 * 60 * 60


other_process: Final = _OtherProcess()


def view_in_other_process(
    projection: type[Any], history: Sequence[Entry[Any]], at: date, names: EntryNames
) -> str:
    """Return the view of a history in another process, as text.

    Args:
        projection: A class that another process can import.
        history: The entries to fold.
        at: The date of the view.
        names: The names of the entries.
    """
    return str(other_process.ask(_question("view", projection, history, at, names)))


def _question(
    kind: str, projection: type[Any], history: Sequence[Entry[Any]], at: date, names: EntryNames
) -> dict[str, Any]:
    bodies = map(codec.encode, history)
    return {
        "kind": kind,
        "module": projection.__module__,
        "file": _file_of(projection),
        "name": projection.__qualname__,
        "parameters": _as_json(tuning_of(projection)[1]),
        "events": _modules_of(history),
        "at": at.isoformat(),
        "base": names.base,
        "ids": dict(names.ids),
        "rows": [[e.seq, e.type, b.decode()] for e, b in zip(history, bodies, strict=True)],
    }


def _as_json(parameters: dict[str, Any]) -> dict[str, Any]:
    """Return parameters with mappings as lists of pairs, because JSON has only texts as names."""
    mappings = {name for name, value in parameters.items() if isinstance(value, dict)}
    return parameters | {name: list(parameters[name].items()) for name in mappings}


def _modules_of(history: Sequence[Entry[Any]]) -> list[tuple[str, str | None]]:
    """Return the modules, with their files, of event classes outside the library."""
    classes: set[type[Any]] = {type(entry.event) for entry in history}
    modules = {(cls.__module__, _file_of(cls)) for cls in classes}
    return sorted(pair for pair in modules if not pair[0].startswith("careerledger."))


class EditedAnswer(NamedTuple):
    """What a ledger answers after an edit of the source."""

    edit: str
    with_snapshot: str
    """The view that a ledger returns, in which the earlier source saved a state."""
    anew: str
    """The view that the edited source folds from the beginning."""
    before: str
    """The view before the edit."""


def answers_after_edits(
    projection: type[Any], steps: Sequence[Step], at: date
) -> list[EditedAnswer]:
    """Return what a ledger answers about a career after small edits of a projection's source.

    A process opens the ledger with the source as it is, which saves a state; for each edit, another
    process opens the same ledger with the edited source.

    Raises InapplicableError if the source cannot be loaded from another folder.
    """
    if len(steps) < _FEW_STEPS:
        return []
    edits = _edits(_file_of(projection) or "", projection.__qualname__)
    question = _question("edits", projection, history_of(steps), at, EntryNames())
    answers: list[list[str]] = other_process.ask(question | {"edits": edits})
    return [EditedAnswer(*answer) for answer in answers]


_FEW_STEPS: Final = 3


@cache
def _edits(file: str, name: str) -> list[tuple[str, str]]:
    source = Path(file)
    if source.suffix != ".py" or source.stem == "__init__":
        return []
    return edits_of(source.read_text(encoding="utf-8"), name)


def serve() -> None:
    """Answer questions from standard input until it ends; the other process runs this."""
    out = sys.stdout
    sys.stdout = sys.stderr  # modules may print while they are imported
    _set_other_locale()
    for line in sys.stdin:
        answer: dict[str, Any]
        try:
            question = json.loads(line)
            answer = {"answer": _ANSWERS[question["kind"]](question)}
        except InapplicableError as reason:
            answer = {"inapplicable": str(reason)}
        except Exception as error:  # noqa: BLE001 - a user's code may fail in any way
            answer = {"error": f"{type(error).__name__}: {error}"}
        out.write(f"{_ANSWER}{json.dumps(answer)}\n")
        out.flush()


def _view(question: dict[str, Any]) -> str:
    projection = _projection(_load(question["module"], question["file"]), question)
    _load_events(question)
    view = fold(projection, _history(question), date.fromisoformat(question["at"]))
    return view_text(view, EntryNames(question["base"], ids=question["ids"]))


def _projection(module: Any, question: dict[str, Any]) -> Any:
    """Return the projection that a question is about, with its parameters."""
    projection = module
    for part in question["name"].split("."):
        projection = getattr(projection, part)
    parameters: dict[str, Any] = question.get("parameters", {})
    if not parameters:
        return projection
    mappings = {name for name, value in parameters.items() if isinstance(value, list)}
    return projection.with_(**parameters | {name: dict(parameters[name]) for name in mappings})


def _load_events(question: dict[str, Any]) -> None:
    """Import the modules that register the event classes."""
    for module, file in question.get("events", ()):
        if file is not None and module not in sys.modules:
            _load(module, file)


def _history(question: dict[str, Any]) -> Iterator[Entry[Any]]:
    rows = [(seq, name, body.encode(), None) for seq, name, body in question["rows"]]
    return codec.decode_all(rows)


# Edited sources


def _answers_after_edits(question: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    answering.SNAPSHOT_EVERY = 1  # type: ignore[misc]  # a career is short
    # What all forks need is read once: the key's parts of Python, and what the module imports.
    code_key(Momentum)
    _load(question["module"], question["file"])
    with TemporaryDirectory() as folder:
        source = Path(question["file"]).read_text(encoding="utf-8")
        answers = [
            (edit, _in_fork(partial(_edited_view, question, Path(folder, str(number)), text)))
            for number, (edit, text) in enumerate([("", source), *question["edits"]])
        ]
    (_, before), *others = answers
    if before is None:
        raise InapplicableError("its module cannot be loaded from another folder")
    return [(edit, *views, before[1]) for edit, views in others if views is not None]


def _in_fork(work: Callable[[], tuple[str, str]]) -> tuple[str, str] | None:
    """Return what work returns in a process of its own; None if it raises."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(writer, json.dumps(work()).encode())
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        answer = pipe.read()
    os.waitpid(child, 0)
    return cast("tuple[str, str]", tuple(json.loads(answer))) if answer else None


def _edited_view(question: dict[str, Any], folder: Path, source: str) -> tuple[str, str]:
    """Return the views of a ledger and of a new fold, with this source of the projection."""
    folder.mkdir()
    file = folder / f"{question['module'].rpartition('.')[2]}.py"
    file.write_text(source, encoding="utf-8")
    # A source that is younger than its process might not be what the process runs.
    os.utime(file, (_LONG_AGO, _LONG_AGO))
    with contextlib.redirect_stderr(StringIO()):
        projection = _projection(_load_from(question["module"], file), question)
    _load_events(question)
    history, at = list(_history(question)), date.fromisoformat(question["at"])
    path = folder.parent / "career.ledger"
    is_new = not path.exists()
    with Ledger.open(path, strict=False, clock=Clock(_AFTER_ALL)) as ledger:
        if is_new:
            ledger.record([e.event for e in sorted(history, key=lambda entry: entry.seq)])
        with_snapshot = ledger.project(projection, at=at)
        names = EntryNames()
        return view_text(with_snapshot, names), view_text(_fold_of(ledger, projection, at), names)


def _fold_of(ledger: Ledger, projection: Any, at: date) -> Any:
    return fold(projection, ledger.entries(), at)


_LONG_AGO: Final = 1_000_000_000
_AFTER_ALL: Final = datetime(2040, 1, 1, tzinfo=UTC)
_ANSWERS: Final[dict[str, Callable[[dict[str, Any]], Any]]] = {
    "view": _view,
    "edits": _answers_after_edits,
}


# The locale


def _set_other_locale() -> None:
    """Use another locale; where none is installed, names of months and numbers like another's."""
    for name in ("de_DE.UTF-8", "fr_FR.UTF-8", "de_DE", "German_Germany"):
        with contextlib.suppress(locale.Error):
            locale.setlocale(locale.LC_ALL, name)
            return
    overridden: dict[str, Any] = {"decimal_point": ",", "thousands_sep": ".", "grouping": [3, 0]}
    setattr(locale, "_override_localeconv", overridden)  # noqa: B010 - Python's tests use it too
    setattr(locale, "strxfrm", str.casefold)  # noqa: B010 - as above
    setattr(time, "strftime", _strftime(time.strftime))  # noqa: B010 - date.strftime calls it


def _strftime(strftime: Callable[..., str]) -> Callable[..., str]:
    """Return ``time.strftime`` with words for days and months that no language has."""

    def other(form: str, *moment: Any) -> str:
        marked = re.sub("%([aAbBpcxX])", "%\\1\u00b0", form)
        return strftime(marked, *moment)

    return other


def _load(module: str, file: str) -> Any:
    if module == "__main__":
        module = "__careerledger_main__"  # so that the code below its guard does not run
    if module not in sys.modules:
        with contextlib.suppress(ImportError):
            importlib.import_module(module)
    loaded = sys.modules.get(module)
    if loaded is None or not Path(loaded.__file__ or os.devnull).samefile(file):
        loaded = _load_from(module, Path(file))
    return loaded


def _load_from(module: str, file: Path) -> Any:
    spec = spec_from_file_location(module, file)
    if spec is None or spec.loader is None:
        raise ImportError(f"{file} cannot be imported as {module}: it is no Python file")
    loaded = sys.modules[module] = module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded
