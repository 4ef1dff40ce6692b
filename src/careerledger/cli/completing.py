"""Complete event types and fields, and set up a shell: ``completion``."""

import os
from typing import TYPE_CHECKING, Final

import click

from careerledger.cli.event_fields import EVENTS
from careerledger.cli.framework import COMPLETE, word

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

SHELLS: Final = ("bash", "zsh", "fish")


class EventType(click.ParamType[str]):
    """An event type."""

    name = "type"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> "list[CompletionItem]":
        """Return the event types that begin like this."""
        from click.shell_completion import CompletionItem

        return [CompletionItem(name) for name in EVENTS if name.startswith(incomplete)]


class FieldOfEvent(click.ParamType[str]):
    """A field with a value, of the event type in the argument ``kind``."""

    name = "field=value"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> "list[CompletionItem]":
        """Return the fields, or the values of a field, that begin like this."""
        from click.shell_completion import CompletionItem

        fields = EVENTS.get(ctx.params.get("kind") or "", {})
        name, equals, _ = incomplete.partition("=")
        texts = [f"{name}={value}" for value in fields.get(name, ())]
        if not equals:
            texts = [f"{field}=" for field in fields]
        return [CompletionItem(text) for text in texts if text.startswith(incomplete)]


@word(
    "completion",
    examples=["completion bash", "completion fish | source"],
)
@click.argument("shell", type=click.Choice(SHELLS), required=False)
@click.pass_context
def completion(context: click.Context, *, shell: str | None) -> None:
    """Print code that makes a shell complete this command.

    SHELL is bash, zsh or fish (default: the shell of $SHELL). For bash, add this line to
    ~/.bashrc: eval "$(careerledger completion bash)"
    """
    from careerledger.cli.shells import script

    shell = shell or os.environ.get("SHELL", "").rpartition("/")[2]
    if shell not in SHELLS:
        raise click.UsageError(f"name the shell: {', '.join(SHELLS)}", ctx=context)
    print(script(context.find_root().command, COMPLETE, shell))


WORDS: Final = (completion,)
