"""What the words share: help with examples, suggestions, and the types of their arguments."""

import re
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

if TYPE_CHECKING:
    from pathlib import Path

    from click.shell_completion import CompletionItem

    from careerledger.dates import PartialDate

F = TypeVar("F", bound=Callable[..., Any])

PROGRAM: Final = "careerledger"
COMPLETE: Final = "_CAREERLEDGER_COMPLETE"
"""The environment variable by which a shell asks for completions."""
INTERRUPTED: Final = 130
"""The exit status that shells report for a program that SIGINT ended."""


class Word(click.Command):
    """A word of the command, whose help ends with examples.

    Args:
        examples: Arguments that begin with the word itself.
        arguments: As for ``click.Command``.
        options: As for ``click.Command``.
    """

    def __init__(self, *arguments: Any, examples: Sequence[str], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.examples = examples

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples."""
        with formatter.section("Examples"):
            for example in self.examples:
                formatter.write(f"  {PROGRAM} {example}\n")


class Words(click.Group):
    """The whole command: words in sections.

    Args:
        sections: The words of each section, by its title.
        options: As for ``click.Group``.
    """

    def __init__(self, sections: Mapping[str, Sequence[click.Command]], **options: Any) -> None:
        words = [word for section in sections.values() for word in section]
        super().__init__(commands=words, **options)
        self.sections = sections

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write a list of the words of each section."""
        for title, words in self.sections.items():
            with formatter.section(title):
                rows = [(word.name or "", word.get_short_help_str(limit=100)) for word in words]
                formatter.write_dl(rows, col_max=16)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the word; suggest one for a mistyped word."""
        word = args[0]
        if word in self.commands or ctx.resilient_parsing or word.startswith("-"):
            return super().resolve_command(ctx, args)
        raise click.UsageError(
            f"there is no word {word!r}; {suggestion(word, self.commands)}", ctx=ctx
        )


def word(
    name: str, *, examples: Sequence[str], **options: Any
) -> Callable[[Callable[..., Any]], Word]:
    """Make a function a word of the command; its docstring is the word's help.

    Args:
        name: The word.
        examples: Arguments that begin with the word itself.
        options: As for ``click.Command``.
    """
    return click.command(name, cls=Word, examples=examples, **options)


def suggestion(name: str, known: Collection[str]) -> str:
    """Return a question about the known name closest to a mistyped one, or all known names."""
    from difflib import get_close_matches

    close = get_close_matches(name, known, n=1)
    return f"did you mean {close[0]!r}?" if close else f"choose from {', '.join(known)}"


def usage_text(error: click.UsageError) -> str:
    """Return what is wrong with the arguments, and where to find help."""
    text = error.format_message().rstrip(".")
    if isinstance(error, click.NoSuchOption):
        text = f"there is no option {error.option_name}"
        if error.possibilities:
            text += f"; did you mean {' or '.join(sorted(error.possibilities))}?"
        elif error.ctx is not None and isinstance(error.ctx.command, Words):
            text += f" before the word; write options after it: {PROGRAM} show --ledger FILE"
    path = PROGRAM if error.ctx is None else error.ctx.command_path
    return f"{text[:1].lower()}{text[1:]}; see '{path} --help'"


# Types of arguments


class OneOf(click.ParamType[str]):
    """One of many names; a mistyped name gets a suggestion.

    Args:
        what: The kind of the names, such as ``"projection"``.
        names: The names.
    """

    name = "name"

    def __init__(self, what: str, names: Collection[str]) -> None:
        self._what = what
        self._names = names

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the name if it is one of those."""
        if value in self._names:
            return str(value)
        raise click.UsageError(
            f"there is no {self._what} {value!r}; {suggestion(value, self._names)}", ctx=ctx
        )

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> "list[CompletionItem]":
        """Return the names that begin like this."""
        from click.shell_completion import CompletionItem

        return [CompletionItem(name) for name in self._names if name.startswith(incomplete)]


class _Date(click.ParamType["PartialDate"]):
    """A year, a month or a day."""

    name = "date"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> "PartialDate":
        """Parse a date."""
        from careerledger.dates import PartialDate
        from careerledger.errors import DateError

        try:
            return PartialDate(value)
        except DateError as error:
            raise click.BadParameter(str(error), ctx, param) from None


class _File(click.ParamType["Path"]):
    """The path of a file; loads pathlib only for a word that is run."""

    name = "file"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> "Path":
        """Return the path."""
        from pathlib import Path

        return Path(value)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> "list[CompletionItem]":
        """Let the shell complete the name of a file."""
        from click.shell_completion import CompletionItem

        return [CompletionItem(incomplete, type="file")]


class _Instant(click.ParamType[datetime]):
    """A date and time with an offset from UTC."""

    name = "instant"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """Parse an instant."""
        if isinstance(value, datetime):
            return value
        with suppress(ValueError, OverflowError):
            instant = datetime.fromisoformat(value)
            if instant.tzinfo is not None:
                return instant.astimezone(UTC)
        raise click.BadParameter(
            f"{value!r} is not an instant; write a date, a time and its offset from UTC: "
            "'2024-03-14T12:00Z'",
            ctx,
            param,
        )


FILE: Final = _File()
DATE: Final = _Date()
INSTANT: Final = _Instant()


# Arguments that several words have


def ledger_option(function: F) -> F:
    """Add ``--ledger FILE`` as the argument ``path``, and ``--owner USER`` for ``owner()``."""
    function = click.option(
        "--owner",
        metavar="USER",
        expose_value=False,
        callback=_remember_owner,
        help="Another user to whom the file may belong: a name or number.",
    )(function)
    return click.option(
        "--ledger",
        "path",
        metavar="FILE",
        type=FILE,
        help="The ledger file (default: $CAREERLEDGER, or career.ledger in this folder if it "
        "exists, or career.ledger in your data folder).",
    )(function)


def owner() -> int | str | None:
    """Return the user to whom the ledger file may belong, as named with ``--owner``."""
    user: int | str | None = click.get_current_context().meta.get(_OWNER)
    return user


_OWNER: Final = "careerledger.owner"
_UID: Final = re.compile("[0-9]{1,10}")


def _remember_owner(ctx: click.Context, _param: click.Parameter, value: str | None) -> None:
    is_number = value is not None and _UID.fullmatch(value)
    ctx.meta[_OWNER] = int(value or 0) if is_number else value


def name_option(function: F) -> F:
    """Add ``--name NAME`` as the argument ``name``."""
    return click.option(
        "--name",
        metavar="NAME",
        help="The ledger in that file, which may hold several (default: the only one).",
    )(function)


def reason_option(function: F) -> F:
    """Add ``--reason TEXT``, which is asked for where a person can answer."""
    return click.option(
        "--reason",
        metavar="TEXT",
        callback=_ask_for_reason,
        help="The reason, which the ledger records.",
    )(function)


def yes_option(function: F) -> F:
    """Add ``--yes`` as the argument ``yes``."""
    return click.option("--yes", is_flag=True, help="Do not ask; go ahead.")(function)


def _ask_for_reason(ctx: click.Context, param: click.Parameter, value: str | None) -> str:
    if value is None and not ctx.resilient_parsing:
        if not is_interactive():
            raise click.MissingParameter(ctx=ctx, param=param)
        value = ask("reason")
    return value or ""


# Questions to the person at the terminal


def is_interactive() -> bool:
    """Return whether a person can answer a question: input and output are a terminal."""
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr))


def confirm(question: str, *, yes: bool) -> None:
    """Ask before something that cannot be undone; end the word if the answer is no.

    Args:
        question: The question, which yes or no answers.
        yes: Whether the answer was given beforehand, by ``--yes``.
    """
    if not yes and not is_interactive():
        raise click.UsageError(f"{question} Nobody can answer here: confirm it with --yes")
    if not yes:
        click.confirm(question, err=True, abort=True)


def ask(name: str, check: Callable[[str], object] = str, *, optional: bool = False) -> str:
    """Ask for a value until it is valid.

    Args:
        name: The name of the value.
        check: A function that raises CareerLedgerError for an invalid value.
        optional: Whether an empty answer is valid.
    """
    from careerledger.cli.messages import in_command_words
    from careerledger.errors import CareerLedgerError
    from careerledger.text import printable

    def checked(text: str) -> str:
        if text or not optional:
            try:
                check(text)
            except CareerLedgerError as error:
                raise click.UsageError(printable(in_command_words(str(error)))) from None
        return text

    default = "" if optional else None
    answer: str = click.prompt(
        name, err=True, value_proc=checked, default=default, show_default=False
    )
    return answer
