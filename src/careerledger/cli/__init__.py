"""The command line: parse, call, print."""

import argparse
import os
import sys
import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from io import UnsupportedOperation
from pathlib import Path
from typing import Final

from careerledger.cli import asking, copying, correcting, proving, recording
from careerledger.cli.arguments import Parser
from careerledger.errors import CareerLedgerError, DamagedError
from careerledger.text import printable

__all__ = ["main"]

FAILED: Final = 2
INTERRUPTED: Final = 130
"""The exit status that shells report for a program that SIGINT ended."""
BROKEN_PIPE: Final = 141
"""The exit status that shells report for a program that SIGPIPE ended."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit status.

    0: success; 1: ``check`` found errors, or ``recover`` lost entries; 2: failure, with the reason
    on standard error; 130: interrupted; 141: the reader of the output closed the pipe.
    """
    with suppress(AttributeError):  # standard output may be replaced by an object without this
        # Print a question mark for a character that the encoding lacks.
        sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]
    run: Callable[[argparse.Namespace], int] | None = None
    try:
        options = _parser().parse_args(arguments)
        run = options.run
        with warnings.catch_warnings():
            warnings.showwarning = _print_warning
            status: int = options.run(options)
        print(end="", flush=True)  # raises a write error here rather than at exit
    except DamagedError as error:
        return _fail(error, "" if run is copying.recover else _RECOVER_HINT)
    except CareerLedgerError as error:
        return _fail(error)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _discard_output()
        return BROKEN_PIPE
    except OSError as error:
        _discard_output()
        return _fail(error)
    return status


def _parser() -> Parser:
    parser = Parser(
        prog="careerledger",
        description="Record your career as immutable events, and see what it amounts to.",
        epilog="Start with 'careerledger demo'. For one command: careerledger COMMAND --help",
        allow_abbrev=False,
    )
    commands = parser.add_subparsers(required=True, title="commands", metavar="COMMAND")

    def new_command(
        name: str, run: Callable[[argparse.Namespace], int], summary: str
    ) -> argparse.ArgumentParser:
        command = commands.add_parser(
            name,
            help=summary,
            description=summary,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        command.set_defaults(run=run)
        return command

    for group in (recording, asking, correcting, proving, copying):
        group.add_commands(new_command)
    return parser


_RECOVER_HINT: Final = "; to save the undamaged entries: careerledger recover NEW --ledger FILE"


def _fail(error: Exception, hint: str = "") -> int:
    # A message with several problems has a line for each.
    message = "\n".join(map(printable, f"{error}{hint}".split("\n")))
    print(f"careerledger: {message}", file=sys.stderr)
    return FAILED


def _print_warning(message: Warning | str, *_: object, **__: object) -> None:
    print(f"careerledger: {printable(str(message))}", file=sys.stderr)


def _discard_output() -> None:
    """Discard all remaining output, including what is written at exit."""
    # An object that replaces standard output may have no file.
    with suppress(UnsupportedOperation), Path(os.devnull).open("w") as null:
        os.dup2(null.fileno(), sys.stdout.fileno())
