"""The command line: parse, call, print.

One file for each group of words: ``recording``, ``asking``, ``correcting``, ``proving``,
``copying``. They import the library within their functions, so that ``--version``, ``--help`` and
completion load none of it.
"""

import os
import sys
import warnings
from collections.abc import Sequence
from contextlib import suppress
from io import UnsupportedOperation
from typing import Final

from careerledger.errors import CareerLedgerError, DamagedError, MissingExtraError
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
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    try:
        with warnings.catch_warnings():
            warnings.showwarning = _print_warning
            status = _run(arguments)
        print(end="", flush=True)  # raises a write error here rather than at exit
    except CareerLedgerError as error:
        is_damaged = isinstance(error, DamagedError) and arguments[0] != "recover"
        return _fail(error, _RECOVER_HINT if is_damaged else "")
    except (KeyboardInterrupt, EOFError):
        return INTERRUPTED
    except BrokenPipeError:
        _discard_output()
        return BROKEN_PIPE
    except OSError as error:
        _discard_output()
        return _fail(error)
    return status


def _run(arguments: list[str]) -> int:
    try:
        from careerledger.cli import words
    except ModuleNotFoundError as error:
        if error.name != "click":
            raise
        raise MissingExtraError(
            "the command needs click; pip install 'careerledger[cli]'"
        ) from error
    return words.run(arguments)


_RECOVER_HINT: Final = "; to save the undamaged entries: careerledger recover NEW --ledger FILE"


def _fail(error: Exception, hint: str = "") -> int:
    from careerledger.cli.messages import in_command_words

    # A message with several problems has a line for each.
    message = "\n".join(map(printable, in_command_words(f"{error}{hint}").split("\n")))
    print(f"careerledger: {message}", file=sys.stderr)
    return FAILED


def _print_warning(message: Warning | str, *_: object, **__: object) -> None:
    from careerledger.cli.messages import in_command_words

    message = printable(in_command_words(str(message)))
    print(f"careerledger: {message}", file=sys.stderr)


def _discard_output() -> None:
    """Discard all remaining output, including what is written at exit."""
    from pathlib import Path

    # An object that replaces standard output may have no file.
    with suppress(UnsupportedOperation), Path(os.devnull).open("w") as null:
        os.dup2(null.fileno(), sys.stdout.fileno())
