"""Folding in another Python process, in which sets iterate in another order."""

import atexit
import contextlib
import importlib
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import date
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any, Final

from careerledger.history import Entry
from careerledger.journal import codec
from careerledger.projections import fold
from careerledger.projections.parameters import tuning_of
from careerledger.testing._view_text import EntryNames, view_text

_MARK: Final = "CAREERLEDGER_OTHER_PROCESS"
"""An environment variable of the processes started here, which must not start further ones."""
_PROGRAM: Final = "from careerledger.testing._other_process import serve; serve()"


def reason_not_importable(cls: type[Any]) -> str | None:
    """Return why another process cannot import a class; None if it can."""
    name = f"{cls.__module__}.{cls.__qualname__}"
    if "<locals>" in cls.__qualname__:
        return f"{name} is defined within a function, so another process cannot import it"
    if _file_of(cls) is None:
        return f"{name} is not defined in a file, so another process cannot import it"
    return None


def _file_of(cls: type[Any]) -> str | None:
    file = getattr(sys.modules.get(cls.__module__), "__file__", None)
    return file if file and Path(file).exists() else None


class _OtherProcess:
    """A Python process with another hash seed that answers one question at a time.

    It starts with the first question and serves all tests, as starting it takes longer than they.
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None

    def _started(self) -> "subprocess.Popen[str]":
        if self._process is None:
            if _MARK in os.environ:
                raise RuntimeError(
                    "a module runs laws while it is imported, also in the other process that one "
                    "of the laws starts; put the code that runs them below "
                    "if __name__ == '__main__':"
                )
            seed = os.environ.get("PYTHONHASHSEED", "random")
            environment = {
                **os.environ,
                _MARK: "1",
                "PYTHONHASHSEED": "4711" if seed != "4711" else "4712",
                "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
            }
            self._process = subprocess.Popen(  # noqa: S603 - it is this Python
                [sys.executable, "-c", _PROGRAM],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=environment,
                text=True,
                encoding="utf-8",
            )
            atexit.register(self.end)
        return self._process

    def ask(self, question: dict[str, Any]) -> str:
        """Return the text of the view that a question asks for."""
        process = self._started()
        if process.stdin is None or process.stdout is None:  # pragma: no cover - for type checkers
            raise RuntimeError("the other process has no pipes")
        process.stdin.write(json.dumps(question) + "\n")
        process.stdin.flush()
        line = process.stdout.readline()
        if not line:
            self.end()
            raise RuntimeError("the other process ended while it folded; see its output on stderr")
        answer: dict[str, str] = json.loads(line)
        if "error" in answer:
            raise AssertionError(f"the same fold raises in another process: {answer['error']}")
        return answer["view"]

    def end(self) -> None:
        """End the process, if it runs."""
        process, self._process = self._process, None
        if process is not None:
            atexit.unregister(self.end)
            process.communicate()


other_process: Final = _OtherProcess()


def view_in_other_process(
    projection: type[Any], history: Sequence[Entry[Any]], at: date, base: int
) -> str:
    """Return the view of a history in another process, as text.

    Args:
        projection: A class that another process can import.
        history: The entries to fold.
        at: The date of the view.
        base: The base of the names of the entries; see ``EntryNames``.
    """
    bodies = map(codec.encode, history)
    return other_process.ask(
        {
            "module": projection.__module__,
            "file": _file_of(projection),
            "name": projection.__qualname__,
            "parameters": _as_json(tuning_of(projection)[1]),
            "events": _modules_of(history),
            "at": at.isoformat(),
            "base": base,
            "rows": [[e.seq, e.type, b.decode()] for e, b in zip(history, bodies, strict=True)],
        }
    )


def _as_json(parameters: dict[str, Any]) -> dict[str, Any]:
    """Return parameters with mappings as lists of pairs, because JSON has only texts as names."""
    mappings = {name for name, value in parameters.items() if isinstance(value, dict)}
    return parameters | {name: list(parameters[name].items()) for name in mappings}


def _modules_of(history: Sequence[Entry[Any]]) -> list[tuple[str, str | None]]:
    """Return the modules, with their files, of event classes outside the library."""
    classes: set[type[Any]] = {type(entry.event) for entry in history}
    modules = {(cls.__module__, _file_of(cls)) for cls in classes}
    return sorted(pair for pair in modules if not pair[0].startswith("careerledger."))


def serve() -> None:
    """Answer questions from standard input until it ends; the other process runs this."""
    out = sys.stdout
    sys.stdout = sys.stderr  # modules may print while they are imported
    for line in sys.stdin:
        answer: dict[str, str]
        try:
            answer = {"view": _answer(json.loads(line))}
        except Exception as error:  # noqa: BLE001 - a user's code may fail in any way
            answer = {"error": f"{type(error).__name__}: {error}"}
        out.write(json.dumps(answer) + "\n")
        out.flush()


def _answer(question: dict[str, Any]) -> str:
    projection = _load(question["module"], question["file"])
    for name in question["name"].split("."):
        projection = getattr(projection, name)
    parameters: dict[str, Any] = question.get("parameters", {})
    if parameters:
        mappings = {name for name, value in parameters.items() if isinstance(value, list)}
        parameters |= {name: dict(parameters[name]) for name in mappings}
        projection = projection.with_(**parameters)
    for module, file in question.get("events", ()):
        if file is not None:
            _load(module, file)  # registers its event classes
    rows = [(seq, name, body.encode(), None) for seq, name, body in question["rows"]]
    view = fold(projection, codec.decode_all(rows), date.fromisoformat(question["at"]))
    return view_text(view, EntryNames(question["base"]))


def _load(module: str, file: str) -> Any:
    if module == "__main__":
        module = "__careerledger_main__"  # so that the code below its guard does not run
    if module not in sys.modules:
        with contextlib.suppress(ImportError):
            importlib.import_module(module)
    loaded = sys.modules.get(module)
    if loaded is None or not Path(loaded.__file__ or os.devnull).samefile(file):
        spec = spec_from_file_location(module, file)
        if spec is None or spec.loader is None:
            raise ImportError(f"{file} cannot be imported as {module}: it is no Python file")
        loaded = sys.modules[module] = module_from_spec(spec)
        spec.loader.exec_module(loaded)
    return loaded
