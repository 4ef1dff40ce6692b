"""Folding in another Python, whose sets and dicts have another order."""

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
from careerledger.testing._views import Names, told

_MARK: Final = "CAREERLEDGER_ELSEWHERE"
"""Set in the environment of a process that was started here, which must start no more."""
_SERVE: Final = "from careerledger.testing._elsewhere import serve; serve()"


def why_not(cls: type[Any]) -> str | None:
    """Why another process cannot import a class; None if it can."""
    name = f"{cls.__module__}.{cls.__qualname__}"
    if "<locals>" in cls.__qualname__:
        return f"{name} is defined within a function, where no other process can import it from"
    if _file_of(cls) is None:
        return f"{name} is defined in no file, so no other process can import it"
    return None


def _file_of(cls: type[Any]) -> str | None:
    file = getattr(sys.modules.get(cls.__module__), "__file__", None)
    return file if file and Path(file).exists() else None


class _Elsewhere:
    """Another Python with another seed for its hashes, that answers one question at a time."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None

    def _running(self) -> "subprocess.Popen[str]":
        """One for all the tests of this process: starting it takes longer than they do."""
        if self._process is None:
            if _MARK in os.environ:
                raise RuntimeError(
                    "laws run while another process imports their module, which would go on for "
                    "ever; put what runs them below if __name__ == '__main__':"
                )
            here = os.environ.get("PYTHONHASHSEED", "random")
            environment = {
                **os.environ,
                _MARK: "1",
                "PYTHONHASHSEED": "4711" if here != "4711" else "4712",
                "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
            }
            self._process = subprocess.Popen(  # noqa: S603 - it is this Python
                [sys.executable, "-c", _SERVE],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=environment,
                text=True,
                encoding="utf-8",
            )
            atexit.register(self.end)
        return self._process

    def ask(self, question: dict[str, Any]) -> str:
        process = self._running()
        if process.stdin is None or process.stdout is None:  # pragma: no cover - for type checkers
            raise RuntimeError("no pipes")
        process.stdin.write(json.dumps(question) + "\n")
        process.stdin.flush()
        line = process.stdout.readline()
        if not line:
            self.end()
            raise RuntimeError("the other process ended; what it wrote to stderr says why")
        answer: dict[str, str] = json.loads(line)
        if "error" in answer:
            raise AssertionError(f"in another process it failed:\n{answer['error']}")
        return answer["view"]

    def end(self) -> None:
        """Let the other process end."""
        process, self._process = self._process, None
        if process is not None:
            atexit.unregister(self.end)
            process.communicate()


elsewhere: Final = _Elsewhere()


def view_elsewhere(
    projection: type[Any], history: Sequence[Entry[Any]], at: date, base: int
) -> str:
    """What the projection answers in another process, as text; entries are numbered from a base."""
    bodies = list(map(codec.encode, history))
    return elsewhere.ask(
        {
            "module": projection.__module__,
            "file": _file_of(projection),
            "name": projection.__qualname__,
            "events": _modules_of(history),
            "at": at.isoformat(),
            "base": base,
            "rows": [[e.seq, e.type, b.decode()] for e, b in zip(history, bodies, strict=True)],
        }
    )


def _modules_of(history: Sequence[Entry[Any]]) -> list[tuple[str, str | None]]:
    """The modules, with their files, in which the types of events are that the library lacks."""
    kinds: set[type[Any]] = {type(entry.event) for entry in history}
    modules = {(kind.__module__, _file_of(kind)) for kind in kinds}
    return sorted(pair for pair in modules if not pair[0].startswith("careerledger."))


def serve() -> None:
    """Answer questions until there are no more: the other process's side."""
    out = sys.stdout
    sys.stdout = sys.stderr  # what a module prints must not come between
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
    for module, file in question.get("events", ()):
        if file is not None:
            _load(module, file)  # makes its types known
    rows = [(seq, name, body.encode(), None) for seq, name, body in question["rows"]]
    view = fold(projection, codec.decode_all(rows), date.fromisoformat(question["at"]))
    return told(view, Names(question["base"]))


def _load(module: str, file: str) -> Any:
    if module == "__main__":
        module = "__careerledger_main__"  # what stands below its guard does not run
    if module not in sys.modules:
        with contextlib.suppress(ImportError):
            importlib.import_module(module)
    found = sys.modules.get(module)
    if found is None or not Path(found.__file__ or os.devnull).samefile(file):
        spec = spec_from_file_location(module, file)
        if spec is None or spec.loader is None:
            raise ImportError(f"{file} cannot be imported")
        found = sys.modules[module] = module_from_spec(spec)
        spec.loader.exec_module(found)
    return found
