"""Every error message that a person can see, in one golden file: messages.txt.

The file lists small programs, each with its error message. To change a message, edit the source;
to cover a new one, add a program (its lines start with ``>>>`` and ``...``). Then rewrite the file
and read the difference:

    PYTHONPATH=src:tests python tests/test_messages.py
"""

import ast
import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import careerledger
import message_cases
from careerledger import errors

GOLDEN = Path(__file__).with_name("messages.txt")
PACKAGE = Path(careerledger.__file__).parent

UNSEEN = {
    "_loading.py": "Python's own words",
    "answers/code_key.py": "a projection whose code is not known is folded from the start",
    "answers/states.py": "the ledger folds again when a state has no bytes",
    "cli/__init__.py:_run": "cli/test_terminal.py hides click",
    "cli/framework.py:ask.checked": "the person is asked again",
    "events/base.py:_OfInstances.__get__": "Python's own words",
    "interop/archive.py:Member.body": "the reader leaves out the file",
    "interop/archive.py:_of_file.read": "the reader leaves out the file",
    "interop/archive.py:_of_zip.read": "the reader leaves out the file",
    "journal/codec.py:_event_inside": "the strict reader reads the entry again and reports it",
    "journal/copy.py:_pages": "the copy starts again",
    "journal/personal.py:disclose": "the strict reader reads the entry again and reports it",
    "projections/network_growth.py:_LazyEvidence.__getattr__": "Python's own words",
    "proofs/_json.py": "the proof or the disclosure reports it",
    "report/tables.py:Terminal.on_broken_pipe": "the command ends silently",
    "stores/sqlite/examined_files.py": "the file is examined again",
    "stores/sqlite/salvage.py": "recovery skips whatever is not a record",
    "stores/sqlite/privacy.py:resolve_path": "stores/test_sqlite_file.py names such a file",
    "stores/sqlite/store.py:SQLiteStore._end_of": "stores/test_sqlite_file.py damages such a file",
}
"""Places whose errors nobody sees, each with the reason."""


def main() -> None:
    """Rewrite the golden file."""
    os.umask(0o077)  # as conftest.py
    text, _ = run_programs()
    GOLDEN.write_text(text, encoding="utf-8")


def test_messages_match_the_golden_file():
    """Where they should: PYTHONPATH=src:tests python tests/test_messages.py."""
    text, _ = run_programs()

    assert GOLDEN.read_text(encoding="utf-8") == text


def test_every_raise_statement_has_a_program():
    _, covered = run_programs()
    missing = {place for place, line in raise_statements() if (place, line) not in covered}

    assert sorted(UNSEEN) == sorted({unseen_entry(place) for place in missing})


def unseen_entry(place: str) -> str:
    """Return the entry of UNSEEN for a place, or the place itself."""
    return next((each for each in UNSEEN if f"{place}:".startswith(f"{each}:")), place)


def test_programs_fail_with_library_errors():
    """A mistake in a program would raise something else."""
    text, _ = run_programs()
    kinds = set(re.findall(r"^(\w+): ", text, re.MULTILINE))

    assert "(no error)" not in text
    assert {"careerledger"} == {kind for kind in kinds if not hasattr(errors, kind)}


def raise_statements() -> Iterator[tuple[str, int]]:
    """Yield the place (file and function) and line of each raise, outside the kit."""
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE).as_posix()
        if not name.startswith("testing/"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            yield from ((f"{name}{where}", line) for where, line in raises_in(tree, ""))


def raises_in(node: ast.AST, where: str) -> Iterator[tuple[str, int]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Raise) and child.exc is not None:
            yield where, child.lineno
        named = isinstance(child, ast.FunctionDef | ast.ClassDef)
        yield from raises_in(
            child, f"{where}{'.' if where else ':'}{child.name}" if named else where
        )


@cache
def run_programs() -> tuple[str, set[tuple[str, int]]]:
    """Return the golden text as of now, and the raise statements that the programs reached."""
    places = {
        (PACKAGE / place.partition(":")[0], line): place for place, line in raise_statements()
    }
    covered: set[tuple[str, int]] = set()
    lines: list[str] = []
    for program, comment in programs(GOLDEN.read_text(encoding="utf-8")):
        lines += comment
        if not program:
            continue
        error = message_cases.run("\n".join(program))
        lines += [f"{'...' if n else '>>>'} {line}".rstrip() for n, line in enumerate(program)]
        lines += [*described(error), ""]
        for path, line in frames(error):
            if (path, line) in places:
                covered.add((places[path, line], line))
    return "\n".join(lines).rstrip() + "\n", covered


def programs(text: str) -> Iterator[tuple[list[str], list[str]]]:
    """Yield each program of the golden file, and the headings before it."""
    comment: list[str] = []
    program: list[str] = []
    for line in text.splitlines():
        if line.startswith(">>>"):
            if program:
                yield program, comment
                comment = []
            program = [line[4:]]
        elif line.startswith("..."):
            program.append(line[4:])
        elif line.startswith("#"):
            if program:
                yield program, comment
                program, comment = [], []
            comment += [line, ""]
    yield program, comment


def described(error: BaseException | None) -> list[str]:
    if error is None:
        return ["(no error)"]
    if isinstance(error, message_cases.RefusedCommandError):
        return [message_cases.without_chance(error)]
    return [f"{type(error).__name__}: {message_cases.without_chance(error)}"]


def frames(error: BaseException | None) -> Iterator[tuple[Path, int]]:
    """Yield the lines through which an error, and its causes, passed."""
    waiting, seen = [error], set()
    while waiting:
        each = waiting.pop()
        if each is None or id(each) in seen:
            continue
        seen.add(id(each))
        waiting += [each.__cause__, each.__context__, *getattr(each, "exceptions", ())]
        trace = each.__traceback__
        while trace is not None:
            yield Path(trace.tb_frame.f_code.co_filename), trace.tb_lineno
            trace = trace.tb_next


if __name__ == "__main__":
    main()
