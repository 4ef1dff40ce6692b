"""Docs, help texts and error messages avoid phrases that need a second reading."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest

from careerledger.cli import main

ROOT = Path(__file__).parents[2]
LINE_END = "\n"


@attrs.frozen
class Phrase:
    """A phrase to avoid."""

    pattern: str
    """A regular expression, case-sensitive; a space matches any white space."""
    bad: str
    """A sentence with the phrase."""
    good: str
    """The same, as it should be written."""

    def find(self, text: str) -> Iterator[tuple[int, str]]:
        """Yield the place and the words of each occurrence."""
        for match in re.finditer(rf"\b(?:{self.pattern})\b".replace(" ", r"\s+"), text):
            yield match.start(), " ".join(match[0].split())


PHRASES = [
    Phrase(
        "(but|except) (that|for) (facts|those|what) of",
        "the order of recording never matters, but that facts of one date happened in the order",
        "recording order never matters, except among facts of one date",
    ),
    Phrase(
        "in which something (more )?happened",
        "asks a branch in which something more happened",
        "lets you query a hypothetical future",
    ),
    Phrase(
        "(shown|told|tried) (by|on) too little",
        "a law that was shown by too little fails",
        "a law with too little evidence fails",
    ),
    Phrase(
        "today is the (day|date) on which",
        "its today is the day on which all of it has happened",
        'its "today" is the date of the last event you added',
    ),
    Phrase(
        "(row|entry|line|field)s? that tells? of",
        "of each row that tells of a person",
        "for each row about the person",
    ),
    Phrase("[Ww]hat (is|was) left", "what is left without it", "what remains without it"),
    Phrase(
        "not fit what",
        "#7 does not fit what the store holds about it",
        "entry #7 is damaged: its columns do not match its content",
    ),
    Phrase("must be not", "it must be not empty", "must not be empty"),
    Phrase(r"or more and \S+ or less", "0 or more and 1 or less", "between 0 and 1"),
    Phrase("of which", "entries, of which none is voided", "entries, none of them voided"),
    Phrase("that of(?! course)", "its speed is that of SQLite", "it is as fast as SQLite"),
    Phrase("is none", "a date that is none", "an invalid date"),
    Phrase("so that those", "so that those see it", "so that other programs see it"),
    Phrase(
        r"What (?!is )(\w+ ){1,6}?(is|are|was|were)(?![^.]*\?)",
        "What was voided by mistake is recorded again.",
        "Record an entry again if you voided it by mistake.",
    ),
    Phrase("[Mm]end(s|ed|ing)?", "until it is mended", "until it is fixed"),
    Phrase("[Pp]arted by", "parted by commas", "separated by commas"),
    Phrase("stands(?! (for|out))", "the amendment stands", "the amendment is valid"),
]

PAGES = sorted(
    path
    for place in ("*.md", "docs/*.md", "examples/*.md", "benchmarks/*.md", "tests/messages.txt")
    for path in ROOT.glob(place)
)
PROGRAMS = sorted((ROOT / "examples").glob("*.py"))
SOURCES = sorted((ROOT / "src").glob("**/*.py"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_page_avoids_phrases(page: Path) -> None:
    assert_plain(problems(page, [(1, page.read_text(encoding="utf-8"))]))


def test_docstrings_avoid_phrases() -> None:
    assert_plain([each for source in SOURCES for each in problems(source, docstrings_of(source))])


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_example_avoids_phrases(program: Path) -> None:
    assert_plain(problems(program, [(1, program.read_text(encoding="utf-8"))]))


def test_messages_and_help_avoid_phrases() -> None:
    """They are the texts of the code: error messages, help, findings, tables."""
    assert_plain([each for source in SOURCES for each in problems(source, texts_of(source))])


def test_help_avoids_phrases(capsys: pytest.CaptureFixture[str]) -> None:
    """As the command prints it, with the summaries of projections."""

    def help_of(*command: str) -> str:
        assert main([*command, "--help"]) == 0
        return capsys.readouterr().out

    commands = re.findall(r"^  ([a-z-]+)  ", help_of(), re.MULTILINE)
    assert {"log", "show", "verify"} <= set(commands)
    texts = [(1, help_of(*filter(None, [command]))) for command in ("", *commands)]
    assert_plain(problems(ROOT / "src/careerledger/cli", texts))


@pytest.mark.parametrize("phrase", PHRASES, ids=lambda phrase: phrase.bad)
def test_phrase_is_found_in_its_example_alone(phrase: Phrase) -> None:
    assert list(phrase.find(phrase.bad))
    assert list(phrase.find(phrase.bad.replace(" ", "\n")))
    assert not [found for each in PHRASES for found in each.find(phrase.good)]


def test_texts_of_code_and_docstrings_are_apart(tmp_path: Path) -> None:
    source = tmp_path / "code.py"
    source.write_text('''"""Docstring."""
def f(x):
    """Another."""
    help = "one"
    raise ValueError(f"{x} is " "none of " + "these")
''')
    assert list(docstrings_of(source)) == [(1, "Docstring."), (3, "Another.")]
    assert list(texts_of(source)) == [(4, "one"), (5, "… is none of "), (5, "these")]
    assert problems(source, texts_of(source)) == [
        f'{source}:5: "is none", as in "a date that is none"; write "an invalid date"'
    ]


def assert_plain(problems: list[str]) -> None:
    """Fail with a line for each problem."""
    assert not problems, "\n".join(["not plain English:", *problems])


def problems(file: Path, texts: Iterator[tuple[int, str]] | list[tuple[int, str]]) -> list[str]:
    """Return where a file has which phrase, and what to write instead.

    Args:
        file: The file.
        texts: Texts of the file, each with the number of its first line.
    """
    name = file.relative_to(ROOT) if file.is_relative_to(ROOT) else file
    return [
        f'{name}:{line + text[:place].count(LINE_END)}: "{words}", '
        f'as in "{phrase.bad}"; write "{phrase.good}"'
        for line, text in texts
        for phrase in PHRASES
        for place, words in phrase.find(text)
    ]


def docstrings_of(source: Path) -> Iterator[tuple[int, str]]:
    """Yield the docstrings in Python code, of names too, each with its line."""
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        match node:
            case ast.Expr(value=ast.Constant(value=str(text))):
                yield node.lineno, text
            case _:
                pass


def texts_of(source: Path) -> Iterator[tuple[int, str]]:
    """Yield the texts in Python code, each with its line, but no docstrings."""
    inner: set[ast.AST] = set()
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Expr):  # a docstring, or a call whose arguments come later
            inner.add(node.value)
        elif isinstance(node, ast.JoinedStr):
            inner.update(node.values)
            parts = (part.value if isinstance(part, ast.Constant) else "…" for part in node.values)
            yield node.lineno, "".join(map(str, parts))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in inner:
            yield node.lineno, node.value
