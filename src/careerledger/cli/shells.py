"""Answer a shell that completes the command, in the form that it expects."""

import os
from collections.abc import Sequence
from typing import Final

import click
from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    ShellComplete,
    ZshComplete,
    split_arg_string,
)

from careerledger.cli.framework import PROGRAM

__all__ = ["complete", "script"]


class _Bash(BashComplete):
    """Completion for bash, which takes ``kind=me`` for three words."""

    # A field name is completed without a space behind its equals sign.
    source_template = BashComplete.source_template.replace(
        "            COMPREPLY+=($value)\n",
        "            COMPREPLY+=($value)\n            [[ $value == *= ]] && compopt -o nospace\n",
    )

    def get_completion_args(self) -> tuple[list[str], str]:
        """Return the complete words and the incomplete one."""
        words = os.environ["COMP_WORDS"].split("\n")
        *complete, incomplete = _joined(words[1 : int(os.environ["COMP_CWORD"]) + 1] or [""])
        return [word for text in complete for word in split_arg_string(text)], incomplete

    def format_completion(self, item: CompletionItem) -> str:
        """Return the part of an item that is still to be typed, which follows the equals sign."""
        name, equals, value = item.value.partition("=")
        return f"{item.type},{value if equals and value else name + equals}"


def _joined(words: Sequence[str]) -> list[str]:
    """Join the words that bash separated at equals signs."""
    joined: list[str] = []
    for text in words:
        if joined and (text.startswith("=") or joined[-1].endswith("=")):
            joined[-1] += text
        else:
            joined.append(text)
    return joined


class _Zsh(ZshComplete):
    """Completion for zsh."""

    source_template = ZshComplete.source_template.replace(
        "compadd -U -V unsorted -a completions",
        "compadd -U -V unsorted -S '' -a completions",
    )


_CLASSES: Final[dict[str, type[ShellComplete]]] = {
    "bash": _Bash,
    "zsh": _Zsh,
    "fish": FishComplete,
}


def complete(command: click.Command, variable: str, instruction: str) -> int:
    """Answer a shell, and return the exit status.

    Args:
        command: The whole command.
        variable: The environment variable of the request.
        instruction: Its value: a shell, and ``source`` or ``complete``, as in ``bash_complete``.
    """
    shell, _, task = instruction.partition("_")
    if shell not in _CLASSES or task not in ("source", "complete"):
        return 1
    if task == "source":
        print(script(command, variable, shell))
    else:
        print(_CLASSES[shell](command, {}, PROGRAM, variable).complete())
    return 0


def script(command: click.Command, variable: str, shell: str) -> str:
    """Return the code that sets up completion in a shell."""
    completion = _CLASSES[shell](command, {}, PROGRAM, variable)
    return completion.source_template % completion.source_vars()
