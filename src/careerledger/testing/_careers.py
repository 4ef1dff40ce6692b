"""A career: the events, voids and amendments of one ledger, in recording order."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final, Self

import attrs
import msgspec

from careerledger.errors import DefinitionError
from careerledger.events import Action, Event, UnknownEvent
from careerledger.events.correction import EntryAmended, EntryVoided
from careerledger.history import Corrections, Entry, apply_corrections, place
from careerledger.journal import codec
from careerledger.journal.converter import event_to_dict, instant_text
from careerledger.journal.write import as_row
from careerledger.ledger import Ledger
from careerledger.proofs import Frontier
from careerledger.testing._python_code import PythonCode

NOON: Final = datetime(2026, 1, 1, 12, tzinfo=UTC)
"""When a generated career starts to be recorded: after its last event has happened."""


@attrs.frozen
class Voided:
    """A correction: the entry with this number counts as never recorded."""

    number: int


@attrs.frozen
class Amended:
    """A correction: the entry with this number counts as if it had recorded this event."""

    number: int
    event: Action


Step = Action | UnknownEvent | Voided | Amended
"""What one entry of a career records."""


def _checked_steps(career: Iterable[Step]) -> tuple[Step, ...]:
    steps = tuple(career)
    voided: set[int] = set()
    for number, step in enumerate(steps, start=1):
        if isinstance(step, Voided | Amended):
            if not 0 < step.number < number or isinstance(steps[step.number - 1], Voided | Amended):
                raise DefinitionError(
                    f"entry #{number} of the career corrects #{step.number}, which is not the "
                    "number of an earlier event; entries are numbered from 1, corrections too"
                )
            if step.number in voided:
                raise DefinitionError(
                    f"entry #{number} of the career corrects #{step.number}, which is already "
                    "voided; correct it before it is voided, or leave the correction out"
                )
            if isinstance(step, Voided):
                voided.add(step.number)
    return steps


@attrs.frozen(repr=False)
class Career:
    """The events and corrections of one ledger, in recording order: entry #1 first.

    Args:
        steps: Events, and corrections of earlier events by number: ``Voided(1)``,
            ``Amended(1, event)``.

    Raises:
        DefinitionError: A correction has the number of no earlier event, or of a voided one.
    """

    steps: tuple[Step, ...] = attrs.field(converter=_checked_steps, default=())

    def __len__(self) -> int:
        return len(self.steps)

    def __iter__(self) -> Iterator[Step]:
        return iter(self.steps)

    def __getitem__(self, part: slice) -> Self:
        return type(self)(self.steps[part])

    def __repr__(self) -> str:
        return f"Career({steps_as_code(self.steps, PythonCode())})"

    def _repr_pretty_(self, printer: Any, _cycle: object) -> None:
        """Print what ``repr`` returns where Hypothesis or IPython print a failing example."""
        for number, line in enumerate(repr(self).splitlines()):
            if number:
                printer.break_()
            printer.text(line)

    @property
    def facts(self) -> list[Action | UnknownEvent]:
        """The events with every correction applied, in recording order."""
        return [event for _, event in events_in_force(self.steps)]

    def history(self) -> list[Entry[Any]]:
        """Return the entries with every correction applied, in the order the events happened."""
        return history_of(self.steps)

    def record(self, ledger: Ledger | None = None) -> Ledger:
        """Record the career, one entry at a time.

        Args:
            ledger: The ledger to record in. Default: a new one in memory that accepts references
                to unknown ids, and whose clock starts on 2026-01-01.

        Returns:
            The ledger.
        """
        ledger = new_ledger() if ledger is None else ledger
        record_steps(ledger, self.steps, [])
        return ledger


def steps_as_code(steps: Sequence[Step], code: PythonCode) -> str:
    """Return the steps as the source of a list, one per line, with their numbers."""
    if not steps:
        return "[]"
    lines = [f"    {_step_as_code(step, code)},  # {n}\n" for n, step in enumerate(steps, start=1)]
    return f"[\n{''.join(lines)}]"


def _step_as_code(step: Step, code: PythonCode) -> str:
    if isinstance(step, Amended):
        name = code.class_name(Amended)
        return f"{name}({step.number}, {event_as_code(step.event, code)})"
    return code.expression(step) if isinstance(step, Voided) else event_as_code(step, code)


def event_as_code(event: Action | UnknownEvent, code: PythonCode) -> str:
    """Return an expression that creates an event: a constructor call, if its parts have names.

    The class of an event or of one of its parts may be local to a function. Then the event is
    created from its fields on disk.
    """
    if isinstance(event, Action) and not code.can_express(event):
        fields = code.expression(event_to_dict(event))
        return f"{code.import_name('careerledger', 'event_from_dict')}({fields})"
    return code.expression(event)


def events_in_force(steps: Sequence[Step]) -> list[tuple[int, Action | UnknownEvent]]:
    """Return the events with every correction applied, each with its entry's number."""
    events: dict[int, Action | UnknownEvent] = {}
    for number, step in enumerate(steps, start=1):
        if isinstance(step, Voided):
            del events[step.number]
        elif isinstance(step, Amended):
            events[step.number] = step.event
        else:
            events[number] = step
    return sorted(events.items())


def entry_of(event: Event, seq: int) -> Entry[Any]:
    """Return the entry that a ledger would record for an event."""
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
    events = [entry for entry in entries if isinstance(entry.event, Action | UnknownEvent)]
    corrections = [e for e in entries if isinstance(e.event, EntryVoided | EntryAmended)]
    by_id = {entry.id: entry for entry in entries}
    applicable = Corrections.of(corrections, by_id.get)
    return list(apply_corrections(sorted(events, key=place), applicable, lambda _: True))


def noted_otherwise(
    history: Sequence[Entry[Any]], base: int, *, when_it_happened: bool
) -> list[Entry[Any]]:
    """Return the same history with other ids, instants of recording, keys, sources and batches.

    Args:
        history: The entries.
        base: The number before the first entry's.
        when_it_happened: Whether each was recorded on the day that it happened, or later if an
            earlier entry was. Otherwise months pass between the entries.
    """
    last = datetime.combine(date.min, time(), UTC)
    instants: dict[int, datetime] = {}
    for entry in sorted(history, key=lambda entry: entry.seq):
        if when_it_happened:
            at = datetime.combine(entry.event.on.first_day, time(23, 30), UTC)
        else:
            at = _LATER + timedelta(days=97 * (entry.seq - base) % _MAX_DAYS_LATER)
        instants[entry.seq] = last = max(last + timedelta(seconds=1), at)
    return [
        msgspec.structs.replace(
            entry,
            id=_other_id(entry.seq - base),
            recorded_at=instants[entry.seq],
            key=None if when_it_happened else f"import:{_other_id(entry.seq - base)}",
            source=None if when_it_happened else ("linkedin", "me")[entry.seq % 2],
            batch=None if when_it_happened else "batch",
        )
        for entry in history
    ]


_LATER: Final = datetime(2026, 3, 1, 0, 30, tzinfo=UTC)
_MAX_DAYS_LATER: Final = 100_000


def _other_id(number: int) -> str:
    """Return an id without digits; the ids of later entries come first."""
    number = 25**4 - 1 - number
    letters = [chr(ord("a") + number // 25**place % 25) for place in (3, 2, 1, 0)]
    return f"zq{''.join(letters)}qz"


def standard_ids(history: Iterable[Entry[Any]]) -> dict[str, str]:
    """Return the id that ``entry_of`` gives to each entry, by the id that the entry has."""
    return {entry.id: f"id-{entry.seq}" for entry in history}


class Clock:
    """A clock that advances by one second whenever it is read.

    Args:
        now: One second before the first instant that it returns.
    """

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


def new_ledger(clock: Callable[[], datetime] | None = None) -> Ledger:
    """Return a new ledger in memory that accepts references to unknown ids."""
    return Ledger.in_memory(strict=False, clock=Clock() if clock is None else clock)


def record_steps(ledger: Ledger, steps: Iterable[Step], ids: list[str]) -> None:
    """Record steps in a ledger.

    Args:
        ledger: The ledger, in which the earlier steps of the career are recorded already.
        steps: The steps that follow.
        ids: The ids of the entries of the career so far; the new ones are appended.
    """
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
    """Append an event as another program writes it, one that knows the type."""
    with ledger.store.writing(ledger.name) as head:
        # It repeats the previous instant, so that the ledger's clock does not advance.
        entry = entry_of(event, head.size + 1)
        instant = datetime.fromisoformat(head.recorded_at) if head.recorded_at else NOON
        entry = msgspec.structs.replace(entry, id=f"other-{entry.seq}", recorded_at=instant)
        body = (
            f'{{"batch":null,"event":{event.fields},"id":"{entry.id}","key":null,'
            f'"recorded_at":"{instant_text(instant)}","source":null,'
            f'"type":"{event.type}","version":{event.version}}}'
        ).encode()
        row = as_row(codec.decode(entry.seq, body), body)
        frontier = Frontier(head.size, head.frontier)
        frontier.append(row.leaf)
        ledger.store.append(ledger.name, [row], frontier.packed)
    return entry
