"""Strategies for whole careers: what was recorded, voided and amended, in the order it was.

A career is a flat list of genes, each a few digits that a total, pure function turns into one
event, and into what becomes of it: most are left as they are, some are voided or amended a few
entries later. A reference counts back from the newest of what was introduced, a date is a number
of days after the one before, and every text comes from one shared pool. So nothing is filtered,
deleting any gene leaves a career in which everything fits, and shrinking is quick.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from typing import Any, Final, Self, TypeVar, cast

import attrs
import msgspec
from hypothesis import strategies as st

from careerledger.dates import PartialDate
from careerledger.errors import DefinitionError
from careerledger.events import Action, Event, UnknownEvent, catalogue, introduced, referred
from careerledger.events.correction import EntryAmended, EntryVoided
from careerledger.history import Corrections, Entry, corrected, fillable, place
from careerledger.journal import codec
from careerledger.journal.write import as_row
from careerledger.ledger import Ledger
from careerledger.proofs import Frontier
from careerledger.testing._digits import (
    WORDS,
    Nothing,
    Reader,
    World,
    date_of,
    pick,
    reader_of,
    shifted,
)
from careerledger.testing._events import HOSTILE, facts
from careerledger.testing._shapes import FieldShape, Known, Many, Maybe, Pairs, Shape, fields_of
from careerledger.testing._shown import Code

T = TypeVar("T")

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


def _steps(given: Iterable[Step]) -> tuple[Step, ...]:
    steps = tuple(given)
    gone: set[int] = set()
    for number, step in enumerate(steps, start=1):
        if isinstance(step, Voided | Amended):
            if not 0 < step.number < number or isinstance(steps[step.number - 1], Voided | Amended):
                raise DefinitionError(
                    f"entry #{number} of the career corrects #{step.number}, which is not an "
                    "earlier entry of an event"
                )
            if step.number in gone:
                raise DefinitionError(
                    f"entry #{number} of the career corrects #{step.number}, which was voided"
                )
            if isinstance(step, Voided):
                gone.add(step.number)
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

    steps: tuple[Step, ...] = attrs.field(converter=_steps, default=())

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
        """What the career comes to, as if it had been recorded right at first."""
        return [fact for _, fact in standing(self.steps)]

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
    """The steps as the text of a list, one to a line, with their numbers."""
    if not steps:
        return "[]"
    told = "".join(f"    {code.of(step)},  # {n}\n" for n, step in enumerate(steps, start=1))
    return f"[\n{told}]"


# What a career comes to


def standing(steps: Sequence[Step]) -> list[tuple[int, Action | UnknownEvent]]:
    """The facts that stand, with the numbers under which they were recorded."""
    found: dict[int, Action | UnknownEvent] = {}
    for number, step in enumerate(steps, start=1):
        if isinstance(step, Voided):
            del found[step.number]
        elif isinstance(step, Amended):
            found[step.number] = step.event
        else:
            found[number] = step
    return sorted(found.items())


def entry_of(event: Event, seq: int) -> Entry[Any]:
    """An entry as a ledger would make it."""
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
    """The history of a career whose entries are numbered behind ``after``."""
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
    told = [entry for entry in entries if isinstance(entry.event, Action | UnknownEvent)]
    corrections = [e for e in entries if isinstance(e.event, EntryVoided | EntryAmended)]
    by_id = {entry.id: entry for entry in entries}
    made = Corrections.of(corrections, by_id.get)
    return list(corrected(sorted(told, key=place), made, lambda _: True))


class Clock:
    """A clock that goes on by a second whenever it is looked at.

    Args:
        now: The first instant that it shows is a second later.
    """

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


def new_ledger(clock: Callable[[], datetime] | None = None) -> Ledger:
    """A ledger in memory in which careers may refer to anything."""
    return Ledger.in_memory(strict=False, clock=Clock() if clock is None else clock)


def record(ledger: Ledger, steps: Iterable[Step], ids: list[str]) -> None:
    """Record steps behind earlier ones, whose entries have these ids; the new ones' join them."""
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
    """Another program wrote it, which knew its type."""
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


# Genes

GENE: Final = 17
"""How many digits there are in a gene: whether it is one at all, which Hypothesis then tries first
to take away; what it is, when, how precise its date is (and where it stands in another order); one
for each of four required fields; which of the optional fields (and its value), five times; whether
it is corrected (and how much later), and for an amendment the days by which it moves, and which
field changes, with one for its value."""
_IS, _KIND, _WHEN, _HOW, _REQUIRED, _OPTIONAL = 0, 1, 2, 3, 4, 8
_FATE, _MOVE, _FIELD, _VALUE = 13, 14, 15, 16
_PRESENT: Final = 192
"""Of 256 optional fields, how many are filled."""
HEAD: Final = 3
"""How many digits are before the genes: which kinds occur, when it begins, how coherent it is."""
_TOGETHER: Final = 6
"""How many genes are drawn at once, as each draw costs more than a gene: they are followed by a
digit that says whether there are more."""
_MOST: Final = 7
"""How many blocks there are at most."""
_END: Final = 148
"""Of 256 blocks, how many are the last."""
_SPARSE: Final = 40
"""Of 256 blocks, how many have few genes, so that some careers are short."""
_NONE, _MOSTLY_NONE = 32, 160
"""Of 256 genes, how many are none; and in a block with few."""
RANKS: Final = 32
"""How many places there are in another order; steps of one place keep theirs."""
_SECOND: Final = bytes(digit * 151 % 256 for digit in range(256))
"""A value is made of two digits. The second follows from the first, and is 0 if that is."""

_STARTS: Final = tuple(
    date.fromisoformat(day)
    for day in ("2024-01-01", "2024-02-28", "2023-12-31", "2020-02-28", "2016-02-29", "2019-11-30")
)
_SOON: Final = (1, 0, 1, 7, 30, 0, 31, 90, 1, 14, 180, 59)
_GAPS: Final = (365, 366, 800)
_LATE: Final = (-1, -7, -30, -365)
_MOVED: Final = (0, 1, 0, -1, 30, 0, -30, 365)
"""Days by which an amendment moves an event."""
_PRECISIONS: Final = (10, 10, 10, 10, 10, 7, 7, 4)
_HOSTILE_WORDS: Final = ("amber", *(f"{piece}a{piece}" for piece in HOSTILE))


@attrs.frozen(kw_only=True)
class Telling:
    """Which careers are told."""

    kinds: tuple[type[Action], ...]
    late: bool = True
    corrections: bool = True
    amendments: bool = True
    unknown: bool = False
    coarse: bool = True
    overlaps: bool = True
    gaps: bool = True
    words: tuple[str, ...] = WORDS
    wild: int = 0
    """How many of 256 careers are such as only a lenient ledger takes."""
    often: int = 40
    """How many of 256 events are corrected."""


class _Any(dict[str, Sequence[str]]):
    """Ids that may be used whether anything introduced them or not."""

    def get(self, kind: str, _default: object = None, /) -> Any:
        return self[kind]

    def __missing__(self, kind: str) -> Sequence[str]:
        return [f"{kind}-{number}" for number in (1, 2, 3)]


class Teller:
    """Turns genes into steps, one after the other."""

    def __init__(self, telling: Telling, head: bytes, draw: Callable[[Any], Any]) -> None:
        swarm, start, wild = head
        self.telling = telling
        self.wild = wild >= 256 - telling.wild
        self.kinds = _swarm(telling.kinds, swarm)
        self.introducers = _introducers(telling.kinds, catalogue.size)
        self.deltas = (
            *_SOON,
            *(_GAPS if telling.gaps else ()),
            *(_LATE if telling.late else ()),
        )
        self.steps: list[Step] = []
        self.ranks: list[int] = []
        """Where each step stands in another order."""
        self.pending: list[tuple[int, int, bytes]] = []
        """What will be corrected: after how many genes, the number of the entry, and its gene."""
        self.told = 0
        self.stands: dict[int, Action] = {}
        self.counted: dict[str, int] = {}
        self.days: dict[str, str] = {}
        """When each id that stands was introduced."""
        ids: Mapping[str, Sequence[str]] = _Any() if self.wild else {}
        self.world = World(pick(_STARTS, start), telling.words, ids, self._fresh, draw)

    def tell(self, gene: bytes) -> None:
        """Add what a gene says, and the corrections that are due."""
        self.told += 1
        if self.telling.unknown and gene[_KIND] % 5 == 4:  # noqa: PLR2004 - a fifth of the genes
            self._day(gene)
            self.steps.append(unknown_event(self._on(gene)))
        else:
            self._happen(pick(self.kinds, gene[_KIND]), gene)
        if self.pending:
            self._correct([due for due in self.pending if due[0] <= self.told])
        self.ranks[len(self.ranks) :] = [gene[_HOW] % RANKS] * (len(self.steps) - len(self.ranks))

    def end(self) -> None:
        """Make the corrections that are still due."""
        self._correct(self.pending)
        self.ranks[len(self.ranks) :] = [RANKS - 1] * (len(self.steps) - len(self.ranks))

    def _day(self, gene: bytes) -> None:
        self.world.day = shifted(self.world.day, pick(self.deltas, gene[_WHEN]))

    def _on(self, gene: bytes) -> PartialDate:
        length = pick(_PRECISIONS, gene[_HOW]) if self.telling.coarse else 10
        return date_of(self.world.day, length)

    def _happen(self, cls: type[Action], gene: bytes) -> None:
        self._day(gene)
        if not self.telling.overlaps:
            cls = self._one_after_the_other(cls)
        event = self.event(cls, gene, self._on(gene))
        self.steps.append(event)
        number = len(self.steps)
        self._stand(number, event)
        corrects = self.telling.corrections or self.telling.amendments
        if corrects and gene[_FATE] >= 256 - self.telling.often:
            delay = _DELAYS[gene[_FATE] // 2 % len(_DELAYS)]
            self.pending.append((self.told + delay, number, gene))

    def _one_after_the_other(self, cls: type[Action]) -> type[Action]:
        """A role starts when none is held."""
        from careerledger.events import RoleEnded, RoleStarted  # noqa: PLC0415 - few ask for it

        held = sum(
            isinstance(event, RoleStarted) - isinstance(event, RoleEnded)
            for event in self.stands.values()
        )
        if issubclass(cls, RoleStarted | RoleEnded):
            return RoleEnded if held > 0 else RoleStarted
        return cls

    def event(self, cls: type[Action], gene: bytes, on: PartialDate) -> Action:
        """An event of the class, or of one that introduces what it would refer to."""
        world, tried = self.world, {cls}
        while True:
            try:
                return self._not_before_what_it_names(_made(cls, _fields(cls, gene, on, world)))
            except Nothing as nothing:
                introducer = self.introducers.get(nothing.kind)
                if introducer is None or introducer in tried:
                    # Nothing can introduce it, so it is referred to all the same.
                    ids = {**world.ids, nothing.kind: [f"{nothing.kind}-0"]}
                    world = attrs.evolve(world, ids=ids)
                else:
                    cls = introducer
                    tried.add(cls)

    def _not_before_what_it_names(self, event: Action) -> Action:
        if self.wild or (event.toward is None and len(event.__event__.refers) == 1):
            return event  # nothing but ``toward`` could refer to something
        on, days, earliest = event.on, self.days, ""
        for _, id_, kinds in referred(event):
            for kind in kinds:
                day = days.get(f"{kind}:{id_}", "")
                if day > on and day > earliest:
                    earliest = day
        if not earliest:
            return event
        today = date_of(self.world.day, 10)
        on = today if today >= earliest else PartialDate(earliest)
        return evolved(event, {"on": on})

    def _fresh(self, kind: str, digit: int) -> str:
        if self.wild:
            return pick(self.world.ids[kind], digit)
        self.counted[kind] = self.counted.get(kind, 0) + 1
        return f"{kind}-{self.counted[kind]}"

    def _stand(self, number: int, event: Action) -> None:
        self.stands[number] = event
        name = introduced(event)
        if name is not None and not self.wild:
            kind, _, id_ = name.partition(":")
            known = [other for other in self.world.ids.get(kind, ()) if other != id_]
            self.world.ids = {**self.world.ids, kind: [id_, *known]}
            self.days[name] = event.on

    def _fall(self, number: int) -> None:
        event = self.stands.pop(number)
        name = introduced(event)
        if name is not None and not self.wild:
            kind, _, id_ = name.partition(":")
            known = [other for other in self.world.ids[kind] if other != id_]
            self.world.ids = {**self.world.ids, kind: known}

    def _correct(self, due: Sequence[tuple[int, int, bytes]]) -> None:
        for one in list(due):
            self.pending.remove(one)
            _, number, gene = one
            if self.telling.corrections and not (self.telling.amendments and gene[_FATE] % 2):
                self._fall(number)
                self.steps.append(Voided(number))
            else:
                amended = self._amended(self.stands[number], gene)
                if self._resolves(amended):
                    self._stand(number, amended)
                    self.steps.append(Amended(number, amended))

    def _amended(self, event: Action, gene: bytes) -> Action:
        """The event as it should have been: at another date, with another field, or another."""
        day = self.world.day
        self.world.day = shifted(event.on.first_day, pick(_MOVED, gene[_MOVE]))
        on = self._on(gene) if gene[_MOVE] else event.on
        changed: Action | None = None
        if gene[_FIELD] >= _OTHER and introduced(event) is None:
            others = [kind for kind in self.kinds if kind.__event__.introduces is None]
            changed = self.event(pick(others, gene[_VALUE]), gene, on) if others else None
        if changed is None or introduced(changed) is not None:
            changed = self._not_before_what_it_names(self._with_another_field(event, gene, on))
        self.world.day = day
        return changed

    def _resolves(self, event: Action) -> bool:
        """Whether what it refers to still stands; what nothing introduces never did."""
        return all(
            any(id_ in self.world.ids.get(kind, ()) for kind in kinds)
            or (id_ == "me" and "contact" in kinds)
            or not any(kind in self.introducers for kind in kinds)
            for _, id_, kinds in referred(event)
        )

    def _with_another_field(self, event: Action, gene: bytes, on: PartialDate) -> Action:
        own = introduced(event)
        world = self.world
        if own is not None and not self.wild:  # it does not refer to itself
            kind, _, id_ = own.partition(":")
            others = [other for other in world.ids[kind] if other != id_]
            world = attrs.evolve(world, ids={**world.ids, kind: others})
        change: dict[str, Any] = {"on": on}
        fields = _fields_to_amend(cast("Any", type(event)))
        if gene[_FIELD] >= _NO_FIELD and fields:
            name, read = fields[(gene[_FIELD] - _NO_FIELD) * len(fields) // (256 - _NO_FIELD)]
            with suppress(Nothing):
                change[name] = read(gene[_VALUE], _SECOND[gene[_VALUE]], world)
        return evolved(event, change)


_NO_FIELD: Final = 48
"""Up to which digit an amendment changes the date alone."""
_OTHER: Final = 208
_DELAYS: Final = (0, 1, 2, 0, 3, 5)
"""How many genes later an event is corrected."""


def unknown_event(on: PartialDate) -> UnknownEvent:
    """An event of a type that only another program knows."""
    return UnknownEvent(on=on, type="elsewhere.noted", version=1, fields=f'{{"on":"{on}"}}')


def evolved(event: Action, change: dict[str, Any]) -> Action:
    """The event with other values in some fields."""
    cls: Any = type(event)
    return _made(cls, {name: getattr(event, name) for name in _maker(cls)[1]} | change)


def _made(cls: Any, fields: dict[str, Any]) -> Action:
    """An event of values that are known to fit: to check them takes a tenth of a career's time."""
    fill, defaults = _maker(cls)
    if fill is cls:
        return cast("Action", cls(**fields))
    event: Any = _new(fill)
    for name, value in (defaults | fields).items():
        setattr(event, name, value)
    event.__class__ = cls
    return cast("Action", event)


_new: Final[Callable[[Any], Any]] = object.__new__


@cache
def _maker(cls: Any) -> tuple[Any, dict[str, Any]]:
    """What is filled to make events of a class, and the fields' defaults.

    It is the class itself where that does more than to check what it is given.
    """
    fields = {field.name: field.default for field in attrs.fields(cls)}
    own = any(hasattr(cls, f"__attrs_{moment}_init__") for moment in ("pre", "post"))
    made_anew = any(isinstance(default, cast("type", attrs.Factory)) for default in fields.values())
    return cls if own or made_anew else fillable(cls), fields


def _fields(cls: type[Action], gene: bytes, on: PartialDate, world: World) -> dict[str, Any]:
    required, optional = _readers(cast("Any", cls))
    given: dict[str, Any] = {"on": on}
    at = _REQUIRED
    for name, read in required:
        given[name] = read(gene[at], _SECOND[gene[at]], world)
        at = at + 1 if at + 1 < _OPTIONAL else _REQUIRED
    count = len(optional)
    for digit in gene[_OPTIONAL:_FATE]:
        place = (digit - 256 + _PRESENT) * count
        if place >= 0:
            name, read = optional[place // _PRESENT]
            if name in given:
                continue
            # The last digit keeps the values of a field from being as few as its places.
            value = (place % _PRESENT * 256 // _PRESENT + gene[_VALUE]) % 256
            try:
                given[name] = read(value, _SECOND[value], world)
            except Nothing:
                continue
    return given


_Readers = list[tuple[str, Reader]]


@cache
def _readers(cls: Any) -> tuple[_Readers, _Readers]:
    """What reads the required fields of a class, and the optional ones, its own first."""
    shared = {field.name for field in fields_of(Action)}
    fields = [field for field in fields_of(cls) if field.name != "on"]
    fields.sort(key=lambda field: field.name in shared)
    # What refers to something counts twice, because it is what makes events one career.
    fields = [field for field in fields for _ in range(1 + _refers(field))]
    readers = [(field.required, (field.name, reader_of(field.shape))) for field in fields]
    return [it for required, it in readers if required], [it for req, it in readers if not req]


@cache
def _fields_to_amend(cls: Any) -> _Readers:
    """The fields that an amendment may change."""
    ids = cls.__event__.introduces or ()
    shared = {field.name for field in fields_of(Action)}
    required, optional = _readers(cls)
    own = [field for field in [*required, *optional] if field[0] not in (*ids, *shared)]
    return own + [field for field in optional if field[0] in shared]


def _swarm(kinds: Sequence[type[Action]], digit: int) -> Sequence[type[Action]]:
    """Some of the kinds; all of them for the smallest digits."""
    if digit < _ALL:
        return kinds
    density = 1 + digit % 3
    chosen = [
        kind
        for n, kind in enumerate(kinds, start=1)
        if (digit * 0x9E3779B1 * n >> 11) % 4 < density
    ]
    return chosen or kinds


_ALL: Final = 96


@lru_cache(maxsize=64)
def _introducers(kinds: tuple[Any, ...], _catalogue_size: int) -> dict[str, type[Action]]:
    """By kind of id, the class whose events introduce it; those that are told come first."""
    found: dict[str, type[Action]] = {}
    known = [cls for cls in catalogue if issubclass(cls, Action)]
    for cls in (*kinds, *known):
        if cls.__event__.introduces is not None:
            found.setdefault(cls.__event__.introduces[1], cls)
    return found


def _refers(field: FieldShape) -> bool:
    return not field.required and any(_kinds_named(field.shape))


def _kinds_named(shape: Shape) -> Iterator[str]:
    match shape:
        case Known(kinds):
            yield from kinds
        case Maybe(of) | Many(_, of):
            yield from _kinds_named(of)
        case Pairs(key, of):
            yield from _kinds_named(key)
            yield from _kinds_named(of)
        case _:
            return


def with_what_they_name(kinds: Iterable[type[Action]]) -> tuple[type[Action], ...]:
    """These classes, and those that introduce what their own fields refer to."""
    found = list(dict.fromkeys(kinds))
    introducers = _introducers(cast("Any", tuple(found)), catalogue.size)
    shared = {field.name for field in fields_of(Action)}
    for cls in found:  # it grows as it goes
        for field in fields_of(cast("Any", cls)):
            if field.name in shared:
                continue
            for kind in _kinds_named(field.shape):
                introducer = introducers.get(kind)
                if introducer is not None and introducer not in found:
                    found.append(introducer)
    return tuple(found)


def careers(
    kinds: Iterable[type[Action]] | None = None,
    *,
    late: bool = True,
    corrections: bool = True,
    amendments: bool = True,
    unknown: bool = False,
    coarse: bool = True,
    overlaps: bool = True,
    gaps: bool = True,
    hostile: bool = False,
    wild: bool = False,
) -> st.SearchStrategy[Career]:
    """Coherent careers: every reference resolves, and every date is plausible.

    A strict ledger takes them. They have ten entries in the mean, 42 events at most, and shrink
    by leaving entries out, then to plain values. In most of them only some of the kinds occur, so
    that those meet each other; that shrinks away too.

    Args:
        kinds: The event classes to use, one's own included; what introduces the ids that their
            own fields refer to joins them. Default: all of the library.
        late: Whether something may be recorded after what happened later.
        corrections: Whether entries are voided.
        amendments: Whether entries are amended.
        unknown: Whether there are events of a type that this program does not know.
        coarse: Whether dates may be months and years.
        overlaps: Whether roles may overlap.
        gaps: Whether a year or more may pass without an event.
        hostile: Whether texts are such as programs stumble over.
        wild: Whether references may lead nowhere, ids be introduced twice, and things end before
            they begin; only a lenient ledger takes such careers.

    Raises:
        DefinitionError: One of the kinds is not an event class.
    """
    telling = Telling(
        kinds=with_what_they_name(event_classes(facts() if kinds is None else kinds)),
        late=late,
        corrections=corrections,
        amendments=amendments,
        unknown=unknown,
        coarse=coarse,
        overlaps=overlaps,
        gaps=gaps,
        words=_HOSTILE_WORDS if hostile else WORDS,
        wild=256 if wild else 0,
    )
    return told(telling)


def event_classes(kinds: Iterable[Any]) -> tuple[type[Action], ...]:
    """The classes, if they are those of events; DefinitionError if not."""
    found = tuple(kinds)
    for cls in found:
        if not (isinstance(cls, type) and issubclass(cls, Action) and hasattr(cls, "__event__")):
            raise DefinitionError(
                f"{cls!r} is not an event class that a person records; give some such as "
                "CourseFinished, or make it one with @event('a.name')"
            )
    if not found:
        raise DefinitionError("no event class was given; give some, or leave the argument out")
    return cast("tuple[type[Action], ...]", found)


@cache
def _of_size(size: int) -> st.SearchStrategy[bytes]:
    return st.binary(min_size=size, max_size=size)


def genome(draw: st.DrawFn, before: int) -> tuple[bytes, list[bytes]]:
    """So many digits, and genes.

    Args:
        draw: Draws the digits.
        before: How many digits there are before the genes; a draw of their own would cost more.
    """
    # Blocks of one size take each other's place when Hypothesis varies what it has drawn, so each
    # has room for the digits before.
    blocks = _of_size(before + _TOGETHER * GENE + 1)
    first = block = draw(blocks)
    genes = _genes_in(block[before:])
    for _ in range(1, _MOST):
        if block[-1] < _END:
            break
        block = draw(blocks)
        genes += _genes_in(block[before:])
    return first[:before], genes


def _genes_in(block: bytes) -> list[bytes]:
    genes = [block[at : at + GENE] for at in range(0, _TOGETHER * GENE, GENE)]
    least = _NONE if block[-1] >= _SPARSE else _MOSTLY_NONE
    return [gene for gene in genes if gene[_IS] >= least]


def drawn(draw: st.DrawFn, telling: Telling, before: int = 0) -> tuple[bytes, Teller]:
    """So many digits for something else, and a teller that has told a career."""
    digits, genes = genome(draw, before + HEAD)
    teller = Teller(telling, digits[before:], draw)
    for gene in genes:
        teller.tell(gene)
    teller.end()
    return digits[:before], teller


@st.composite
def told(draw: st.DrawFn, telling: Telling) -> Career:
    """The careers of a telling."""
    _, teller = drawn(draw, telling)
    return Career(teller.steps)


def ledgers(
    kinds: Iterable[type[Action]] | None = None,
    *,
    make: Callable[[], Ledger] = new_ledger,
    **switches: bool,
) -> st.SearchStrategy[Ledger]:
    """Careers that are recorded already.

    Args:
        kinds: As in ``careers``.
        make: Makes the empty ledger. Default: one in memory, whose clock begins on 2026-01-01.
        switches: As in ``careers``.
    """
    return careers(kinds, **switches).map(lambda career: career.record(make()))


def splits(history: Sequence[T]) -> st.SearchStrategy[tuple[list[T], list[T]]]:
    """A history in two parts, either of which may be empty; it shrinks to an empty first part."""
    items = list(history)
    return st.integers(0, len(items)).map(lambda cut: (items[:cut], items[cut:]))


def corrupt(body: bytes) -> st.SearchStrategy[bytes]:
    """Bytes as they are after an accident: some changed, lost, doubled, or cut off at the end.

    They always differ from what was given.

    Args:
        body: The bytes as they were.
    """
    if not body:
        return st.binary(min_size=1, max_size=8)
    places = st.integers(0, len(body) - 1)
    lengths = st.integers(1, 8)

    def changed(at: int, by: int) -> bytes:
        return body[:at] + bytes([body[at] ^ by]) + body[at + 1 :]

    def lost(at: int, count: int) -> bytes:
        return body[:at] + body[at + count :]

    def doubled(at: int, count: int) -> bytes:
        return body[: at + count] + body[at:]

    def joined(at: int, new: bytes) -> bytes:
        return body[:at] + new + body[at:]

    return st.one_of(
        places.map(lambda at: body[:at]),
        st.builds(changed, places, st.integers(1, 255)),
        st.builds(lost, places, lengths),
        st.builds(joined, places, st.binary(min_size=1, max_size=8)),
        st.builds(doubled, places, lengths),
    )
