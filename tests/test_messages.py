"""Every error message a person can meet, in one file: messages.txt.

The file holds small programs and the message that each of them meets. After a message was
reworded, or a program was added, write the file again and read what changed:

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

NOT_MET = {
    "answers/states.py": "a state that does not survive its bytes is not saved, and folded again",
    "journal/codec.py:_event_inside": "the thorough reader says it, which is asked next",
    "journal/codec.py:_to_json": "no field holds such a value",
    "journal/copy.py:_pages": "the copy begins again",
    "journal/personal.py:disclose": "the thorough reader says it, which is asked next",
    "projections/network_growth.py:_LazyEvidence.__getattr__": "Python's own words",
    "report/tables.py:Terminal.on_broken_pipe": "the command ends without a word",
    "stores/sqlite/salvage.py": "what is no record is passed over",
    "stores/sqlite/store.py:SQLiteStore._end_of": "stores/test_sqlite_file.py damages such a file",
}
"""Places whose errors nobody meets, and why."""


def main() -> None:
    """Write the messages as they are now."""
    os.umask(0o077)  # as conftest.py
    text, _ = provoked()
    GOLDEN.write_text(text, encoding="utf-8")


def test_messages_are_those_on_record():
    text, _ = provoked()

    assert GOLDEN.read_text(encoding="utf-8") == text


def test_every_raise_is_met():
    """Or it is where nobody meets it."""
    _, met = provoked()
    unmet = {place for place, line in raise_statements() if (place, line) not in met}

    assert sorted(NOT_MET) == sorted({excused(place) for place in unmet})


def excused(place: str) -> str:
    """Return the entry of NOT_MET for a place; the place itself where there is none."""
    return next((each for each in NOT_MET if f"{place}:".startswith(f"{each}:")), place)


def test_programs_meet_errors_of_their_own():
    """A program that fails by a mistake in it would meet another error."""
    text, _ = provoked()
    kinds = set(re.findall(r"^([A-Za-z]+): ", text, re.MULTILINE))

    assert "(no error)" not in text
    assert {"careerledger", "AttributeError"} == {
        kind for kind in kinds if not hasattr(errors, kind)
    }


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
def provoked() -> tuple[str, set[tuple[str, int]]]:
    """Return the file as the messages are now, and the raise statements that were met."""
    places = {
        (PACKAGE / place.partition(":")[0], line): place for place, line in raise_statements()
    }
    met: set[tuple[str, int]] = set()
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
                met.add((places[path, line], line))
    return "\n".join(lines).rstrip() + "\n", met


def programs(text: str) -> Iterator[tuple[list[str], list[str]]]:
    """Yield each program of the file with the headings before it."""
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
    """Yield the lines where an error, and the errors behind it, were raised."""
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
