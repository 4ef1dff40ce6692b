"""All words of the command, in the sections of its help."""

import os
import sys
from typing import Any, Final

import click

import careerledger
from careerledger.cli import asking, completing, copying, correcting, importing, proving, recording
from careerledger.cli.framework import COMPLETE, INTERRUPTED, PROGRAM, Words, usage_text
from careerledger.errors import CareerLedgerError

SECTIONS: Final = {
    "Record": (*recording.WORDS, *importing.WORDS),
    "Ask": asking.WORDS,
    "Correct": correcting.WORDS,
    "Prove": proving.WORDS,
    "Copy": copying.WORDS,
    "Set up": completing.WORDS,
}

COMMAND: Final = click.version_option(careerledger.__version__, message="%(prog)s %(version)s")(
    Words(
        SECTIONS,
        name=PROGRAM,
        help="Record your career as immutable events, and see what it amounts to.",
        options_metavar="",
        subcommand_metavar="WORD ...",
        epilog="Start with 'careerledger demo'. "
        "For the options and examples of one word: careerledger WORD --help",
    )
)


def run(arguments: list[str]) -> int:
    """Run a word, or answer a shell that completes one, and return the exit status."""
    if instruction := os.environ.get(COMPLETE):
        from careerledger.cli.shells import complete

        return complete(COMMAND, COMPLETE, instruction)
    try:
        with COMMAND.make_context(PROGRAM, arguments) as context:
            status: Any = COMMAND.invoke(context)
            return status or 0
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        print(error.format_message(), file=sys.stderr)
        return error.exit_code
    except click.UsageError as error:
        raise CareerLedgerError(usage_text(error)) from error
    except click.exceptions.Abort:
        print(file=sys.stderr)
        return INTERRUPTED
