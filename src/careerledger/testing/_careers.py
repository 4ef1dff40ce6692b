"""A career: what was recorded, voided and amended, in the order it was."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Self

import attrs
import msgspec

from careerledger.errors import DefinitionError
from careerledger.events import Action, Event, UnknownEvent
from careerledger.events.correction import EntryAmended, EntryVoided
from careerledger.history import Corrections, Entry, apply_corrections, place
from careerledger.journal import codec
from careerledger.journal.write import as_row
from careerledger.ledger import Ledger
from careerledger.proofs import Frontier
from careerledger.testing._shown import Code

NOON: Final = datetime(2026, 1, 1, 12, tzinfo=UTC)
"""When the recording of a made-up career begins: after all of it has happened."""


@attrs.frozen
class Voided:
    """The entry with this number counts as never recorded."""

    number: int


@attrs.frozen
class Amended:
    """The entry with this number counts as if this event had been recorded in its place."""

    number: int
    event: Action


Step = Action | UnknownEvent | Voided | Amended
"""What one entry of a career records."""


def _checked(career: Iterable[Step]) -> tuple[Step, ...]:
    steps = tuple(career)
    voided: set[int] = set()
    for number, step in enumerate(steps, start=1):
        if isinstance(step, Voided | Amended):
            if not 0 < step.number < number or isinstance(steps[step.number - 1], Voided | Amended):
                raise DefinitionError(
                    f"entry #{number} of the career corrects #{step.number}, which is not an "
                    "earlier entry of an event"
                )
            if step.number in voided:
                raise DefinitionError(
                    f"entry #{number} of the career corrects #{step.number}, which was voided"
                )
            if isinstance(step, Voided):
                voided.add(step.number)
    return steps


@attrs.frozen(repr=False)
class Career:
    """What a career recorded, in the order it did: entry #1 first.

    Args:
        steps: Events, and corrections of earlier ones by their number: ``Voided(1)``,
            ``Amended(1, event)``.

    Raises:
        DefinitionError: A correction is of no earlier event, or of a voided one.
    """

    steps: tuple[Step, ...] = attrs.field(converter=_checked, default=())

    def __len__(self) -> int:
        return len(self.steps)

    def __iter__(self) -> Iterator[Step]:
        return iter(self.steps)

    def __getitem__(self, part: slice) -> Self:
        return type(self)(self.steps[part])

    def __repr__(self) -> str:
        return f"Career({lines_of(self.steps, Code())})"

    @property
    def facts(self) -> list[Action | UnknownEvent]:
        """The facts in force, as if the career had been recorded right at first."""
        return [fact for _, fact in facts_in_force(self.steps)]

    def history(self) -> list[Entry[Any]]:
        """The entries with every correction applied, in the order things happened."""
        return history_of(self.steps)

    def record(self, ledger: Ledger | None = None) -> Ledger:
        """Record the career, one entry at a time.

        Args:
            ledger: Where to; default: a new one in memory, which takes any reference and whose
                clock begins on 2026-01-01.

        Returns:
            The ledger.
        """
        ledger = new_ledger() if ledger is None else ledger
        record(ledger, self.steps, [])
        return ledger


def lines_of(steps: Sequence[Step], code: Code) -> str:
    """Return the steps as the text of a list, one to a line, with their numbers."""
    if not steps:
        return "[]"
    lines = "".join(f"    {code.of(step)},  # {n}\n" for n, step in enumerate(steps, start=1))
    return f"[\n{lines}]"


def facts_in_force(steps: Sequence[Step]) -> list[tuple[int, Action | UnknownEvent]]:
    """Return the facts with corrections applied, by the numbers of their entries."""
    facts: dict[int, Action | UnknownEvent] = {}
    for number, step in enumerate(steps, start=1):
        if isinstance(step, Voided):
            del facts[step.number]
        elif isinstance(step, Amended):
            facts[step.number] = step.event
        else:
            facts[number] = step
    return sorted(facts.items())


def entry_of(event: Event, seq: int) -> Entry[Any]:
    """Return an entry as a ledger would make it."""
    if isinstance(event, UnknownEvent):
        name, version = event.type, event.version
    else:
        name, version = event.__event__.name, event.__event__.version
    return Entry(
        id=f"id-{seq}",
        type=name,
        version=version,
        recorded_at=NOON + timedelta(seconds=seq % _SECONDS),
        key=None,
        event=event,
        seq=seq,
    )


_SECONDS: Final = 1_000_000


def history_of(steps: Sequence[Step], after: int = 0) -> list[Entry[Any]]:
    """Return the history of a career whose entries are numbered from ``after + 1`` on."""
    entries: list[Entry[Any]] = []
    for number, step in enumerate(steps, start=after + 1):
        event: Event
        if isinstance(step, Voided):
            event = EntryVoided(target=f"id-{after + step.number}", reason="voided")
        elif isinstance(step, Amended):
            target = f"id-{after + step.number}"
            event = EntryAmended(target=target, event=step.event, reason="amended")
        else:
            event = step
        entries.append(entry_of(event, number))
    facts = [entry for entry in entries if isinstance(entry.event, Action | UnknownEvent)]
    corrections = [e for e in entries if isinstance(e.event, EntryVoided | EntryAmended)]
    by_id = {entry.id: entry for entry in entries}
    applied = Corrections.of(corrections, by_id.get)
    return list(apply_corrections(sorted(facts, key=place), applied, lambda _: True))


class Clock:
    """A clock that goes on by a second whenever it is read.

    Args:
        now: The first instant that it shows is a second later.
    """

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


def new_ledger(clock: Callable[[], datetime] | None = None) -> Ledger:
    """Return a new ledger in memory that takes any reference."""
    return Ledger.in_memory(strict=False, clock=Clock() if clock is None else clock)


def record(ledger: Ledger, steps: Iterable[Step], ids: list[str]) -> None:
    """Record steps after earlier ones, whose entries have these ids, and add the new ids."""
    for step in steps:
        if isinstance(step, Voided):
            entry: Entry[Any] = ledger.void(ids[step.number - 1], reason="voided")
        elif isinstance(step, Amended):
            entry = ledger.amend(ids[step.number - 1], step.event, reason="amended")
        elif isinstance(step, UnknownEvent):
            entry = _append_unknown(ledger, step)
        else:
            entry = ledger.record(step)
        ids.append(entry.id)


def _append_unknown(ledger: Ledger, event: UnknownEvent) -> Entry[Any]:
    """Append an event as another program wrote it, which knew its type."""
    with ledger.store.writing(ledger.name) as head:
        # The instant of the one before, as a clock that a test looks at must not be moved.
        written = entry_of(event, head.size + 1)
        instant = datetime.fromisoformat(head.recorded_at) if head.recorded_at else NOON
        entry = msgspec.structs.replace(written, id=f"other-{written.seq}", recorded_at=instant)
        body = (
            f'{{"batch":null,"event":{event.fields},"id":"{entry.id}","key":null,'
            f'"recorded_at":"{codec.instant_text(instant)}","source":null,'
            f'"type":"{event.type}","version":{event.version}}}'
        ).encode()
        row = as_row(codec.decode(entry.seq, body), body)
        frontier = Frontier(head.size, head.frontier)
        frontier.append(row.leaf)
        ledger.store.append(ledger.name, [row], frontier.packed)
    return entry
