"""The command line: parse, call, print."""

import argparse
import os
import sys
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

REFUSED: Final = 2
INTERRUPTED: Final = 130
UNREAD: Final = 141
"""As shells report a program that SIGINT or SIGPIPE ended."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code.

    0: done; 1: ``check`` found errors, or ``recover`` could not save all; 2: it could not be done,
    and standard error says why in one line; 130: it was interrupted; 141: whoever read its output
    left.
    """
    with suppress(AttributeError):  # not every stand-in for standard output can do this
        # What its encoding lacks becomes a question mark.
        sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]
    run: Callable[[argparse.Namespace], int] | None = None
    try:
        options = _parser().parse_args(arguments)
        run = options.run
        code: int = options.run(options)
        print(end="", flush=True)  # what cannot be written shows here, not at exit
    except DamagedError as error:
        return _refuse(error, "" if run is copying.recover else _RECOVER_HINT)
    except CareerLedgerError as error:
        return _refuse(error)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _abandon_output()
        return UNREAD
    except OSError as error:
        _abandon_output()
        return _refuse(error)
    return code


def _parser() -> Parser:
    parser = Parser(
        prog="careerledger",
        description="Record a career as immutable events, and ask what it amounts to.",
        allow_abbrev=False,
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def new_command(
        name: str, run: Callable[[argparse.Namespace], int], summary: str
    ) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=summary, description=summary, allow_abbrev=False)
        command.set_defaults(run=run)
        command.add_argument(
            "--ledger",
            metavar="FILE",
            type=Path,
            default=Path(os.environ.get("CAREERLEDGER") or "career.ledger"),
            help="the ledger file; default: $CAREERLEDGER, or career.ledger",
        )
        return command

    for group in (recording, asking, correcting, proving, copying):
        group.add_commands(new_command)
    return parser


_RECOVER_HINT: Final = "; 'careerledger recover NEW --ledger FILE' saves what still verifies"


def _refuse(error: Exception, hint: str = "") -> int:
    # A file with several problems has a line for each.
    message = "\n".join(map(printable, f"{error}{hint}".split("\n")))
    print(f"careerledger: {message}", file=sys.stderr)
    return REFUSED


def _abandon_output() -> None:
    """Write nothing more, also not at exit."""
    # A stand-in for standard output has no file that would be written at exit.
    with suppress(UnsupportedOperation), Path(os.devnull).open("w") as nothing:
        os.dup2(nothing.fileno(), sys.stdout.fileno())
