"""The laws of every projection, each tried on many careers.

A law returns what makes a case tell something about the projection, or nothing where the case
tells nothing: a void of an entry that the view never looked at, say. The runner counts these; a
law that was told too little has not been shown, so its test fails.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from difflib import unified_diff
from typing import Any, Final, cast

import attrs

from careerledger.answers.explanation import Measure, measured
from careerledger.answers.states import decode_state, encode_state
from careerledger.errors import CodecError
from careerledger.events import Action, Event, catalogue
from careerledger.history import Draft, Entry
from careerledger.journal import codec
from careerledger.projections import Projection, fold
from careerledger.projections.base import Fold, advance, consumed_types, meta_of
from careerledger.testing._careers import (
    Amended,
    Clock,
    Voided,
    entry_of,
    facts_in_force,
    new_ledger,
    record,
)
from careerledger.testing._cases import Case, until
from careerledger.testing._elsewhere import view_elsewhere, why_not
from careerledger.testing._trap import trap
from careerledger.testing._views import Names, changeable, parts_of, spoil, told

History = Sequence[Entry[Any]]
Downgrade = Callable[[dict[str, Any]], dict[str, Any] | None]
"""Turns the fields of one version of an event into those of the version before; None where the
earlier version could not say it."""


class ViolationError(Exception):
    """A law does not hold for a case; the text says how."""


@attrs.frozen(kw_only=True)
class Subject:
    """A projection, and what its author says about it."""

    projection: type[Projection[Any]]
    events: tuple[type[Action], ...]
    """Those that it is said to depend on; empty where nothing was said."""
    kinds: tuple[type[Action], ...]
    """What careers are made of."""
    own: tuple[type[Action], ...]
    """Those of them that the projection names, or that were declared."""
    of: Measure | None = None
    bounds: tuple[float, float] | None = None
    rises_with: tuple[type[Action], ...] = ()
    old_versions: dict[type[Action], dict[int, Downgrade]] = attrs.Factory(
        dict[type[Action], dict[int, Downgrade]]
    )

    def view(self, history: History, at: date) -> Any:
        """The answer from a history, all of which has happened by ``at``."""
        return fold(self.projection, history, at)

    def told(self, history: History, at: date, names: Names) -> str:
        """The answer as text."""
        return told(self.view(history, at), names)

    def empty(self, at: date) -> str:
        """The answer of an empty career."""
        return told(self.view([], at))

    def measure(self, history: History, at: date) -> float | None:
        """The number of the answer that is meant."""
        return measured(self.view(history, at), self.of)

    def consumes(self, entry: Entry[Any]) -> bool:
        """Whether the projection has a step for an entry."""
        types = consumed_types(self.projection)
        return types is None or entry.type in types


@attrs.frozen(kw_only=True)
class Law:
    """What must hold for each case."""

    name: str
    text: str
    """The law in a sentence."""
    check: "Check"
    """Raises ViolationError; returns what the case shows, None if it shows nothing."""
    relevant: str
    """Which careers show something; it completes "a career shows something if …"."""
    careers: dict[str, Any]
    """Which careers the law is tried on."""
    needs: frozenset[str]
    """What a case must have."""
    applies: Callable[[Subject], str | None]
    """Why the law does not apply, or None if it does."""
    required: Callable[[Subject], Sequence[str]]
    """What must have been shown at least once."""
    unseen: str | None
    """Why the law does not apply after all where no case showed anything; None: it fails."""


LAWS: Final[dict[str, Law]] = {}
"""Every law by its name, in the order in which they are tested."""


Check = Callable[[Subject, Case], str | set[str] | None]

_FACTS: Final[dict[str, Any]] = {"corrections": False, "amendments": False}
"""Careers without corrections, of which most laws are independent."""


def law(
    relevant: str,
    *needs: str,
    applies: Callable[[Subject], str | None] = lambda _: None,
    required: Callable[[Subject], Sequence[str]] = lambda _: (),
    unseen: str | None = None,
    careers: dict[str, Any] = _FACTS,
) -> Callable[[Check], Check]:
    """Make a function a law, named and told by its name and docstring; see ``Law``."""

    def add(check: Check) -> Check:
        LAWS[check.__name__] = Law(
            name=check.__name__,
            text=" ".join((check.__doc__ or "").split()),
            check=check,
            relevant=relevant,
            careers=careers,
            needs=frozenset(needs),
            applies=applies,
            required=required,
            unseen=unseen,
        )
        return check

    return add


_SHOWN: Final = "shown"
_NOT_EMPTY: Final = "its view differs from that of an empty career"


def _shown(holds: object) -> str | None:
    return _SHOWN if holds else None


def _same(one: str, first: str, other: str, second: str) -> None:
    """Two views say the same; raises ViolationError with where they differ."""
    if first != second:
        raise ViolationError(_differing(one, first, other, second))


def _differing(one: str, first: str, other: str, second: str) -> str:
    a, b = (_lines(text) for text in (first, second))
    kept = [line for line in unified_diff(a, b, n=0, lineterm="") if line[:2] not in ("--", "++")]
    lines = [line for line in kept if not line.startswith("@@")]
    if len(a) == 1 or len(lines) > _MANY:
        return f"  {one}: {_short(first)}\n  {other}: {_short(second)}"
    return f"  - {one}\n  + {other}\n" + "\n".join(f"    {_short(line)}" for line in lines)


_MANY: Final = 24
_LONG: Final = 600


def _short(text: str) -> str:
    return text if len(text) <= _LONG else f"{text[:_LONG]}…"


def _lines(text: str) -> list[str]:
    """The text of a view, a field to a line."""
    lines, depth, start = list[str](), 0, 0
    for at, letter in enumerate(text):
        depth += (letter in "([{") - (letter in ")]}")
        if (letter == "," and depth == 1) or (letter == "(" and depth == 1 and not lines):
            lines.append(text[start : at + 1].strip())
            start = at + 1
    return [*lines, text[start:].strip()]


# Determinism


@law(_NOT_EMPTY)
def same_history_same_view(subject: Subject, case: Case) -> str | None:
    """The same history gives the same view, whatever was folded in between."""
    history = case.history()
    first = subject.told(history, case.at, case.names)
    again = list(codec.decode_all(_rows(history)))
    # A half that stays one when an entry is left out, so that what fails shrinks.
    subject.view(again[len(again) // 2 :], case.at)
    _same("at first", first, "again", subject.told(again, case.at, case.names))
    return _shown(first != subject.empty(case.at))


def _rows(history: History) -> Iterator[tuple[int, str, bytes, None]]:
    return ((entry.seq, entry.type, codec.encode(entry), None) for entry in history)


@law(_NOT_EMPTY, applies=lambda subject: why_not(subject.projection))
def same_view_in_another_process(subject: Subject, case: Case) -> str | None:
    """Another process, in which sets have another order, gives the same view."""
    history = case.history()
    here = subject.told(history, case.at, case.names)
    _same(
        "here", here, "elsewhere", view_elsewhere(subject.projection, history, case.at, case.base)
    )
    return _shown(here != subject.empty(case.at))


@law(_NOT_EMPTY)
def no_clock_and_no_chance(subject: Subject, case: Case) -> str | None:
    """No clock is read and no dice are thrown: a view depends on the history and the date alone."""
    history = case.history()
    with trap() as caught:
        subject.view(history, case.at)
    if caught:
        raise ViolationError(
            f"  it calls {caught[0]}\n  use the date that view is given, or event.on"
        )
    return _shown(subject.told(history, case.at, case.names) != subject.empty(case.at))


# Folding in parts


@law("its view is not empty at a cut that has entries behind it")
def fold_split_at_every_cut(subject: Subject, case: Case) -> str | None:
    """Folding in two parts, with a look in between, is folding at once, wherever the cut is."""
    history, whole = case.history(), subject.told(case.history(), case.at, case.names)
    between: list[str] = []
    for cut in range(len(history) + 1):
        first = _folded(subject, history[:cut])
        looks = told(first.view(case.at), case.names)
        _same(
            f"a look after {cut} entries",
            looks,
            "another look",
            told(first.view(case.at), case.names),
        )
        second = Fold(subject.projection, first.state, first.place)
        advance([second], history[cut:])
        _same(
            "at once",
            whole,
            f"in two parts, cut after {cut}",
            told(second.view(case.at), case.names),
        )
        between.append(looks)
    return _shown(any(looks != between[0] for looks in between[:-1]))


def _folded(subject: Subject, history: History) -> Fold[Any]:
    running = Fold(subject.projection)
    advance([running], history)
    return running


@law("its view is not empty at a cut that has entries behind it")
def snapshot_and_tail_at_every_cut(subject: Subject, case: Case) -> str | None:
    """A state that went through the bytes of a snapshot goes on as if it had not."""
    history, whole = case.history(), subject.told(case.history(), case.at, case.names)
    running = Fold(subject.projection)
    between: list[str] = []
    for cut in range(len(history) + 1):
        try:
            body = encode_state(running.state)
        except CodecError as error:
            raise ViolationError(
                f"  {error}\n  so no snapshot is ever saved; annotate each field of the state "
                "with a type that JSON can hold, such as dict[str, list[int]]"
            ) from error
        resumed: Fold[Any] = Fold(
            subject.projection, decode_state(subject.projection, body), running.place
        )
        between.append(told(resumed.view(case.at), case.names))
        advance([resumed], history[cut:])
        _same(
            "at once",
            whole,
            f"from a snapshot after {cut}",
            told(resumed.view(case.at), case.names),
        )
        advance([running], history[cut : cut + 1])
    return _shown(any(looks != between[0] for looks in between[:-1]))


@law("what happened after one of the dates that are asked for changes its view")
def at(subject: Subject, case: Case) -> str | None:
    """What happens after the date of the question does not matter, whatever was asked before."""
    history = case.history()
    whole = subject.told(history, case.at, case.names)
    days = sorted({entry.event.on.first_day for entry in history} | {case.at})
    days.insert(0, days[0] - _DAY)
    running, reached = Fold(subject.projection), 0
    before: list[str] = []
    shown = False
    for day in days:
        known = until(history, day)
        advance([running], known[reached:])
        reached = len(known)
        running.view(case.at + _LATER)
        before.append(subject.told(known, day, case.names))
        now = told(running.view(day), case.names)
        _same(f"asked for {day} alone", before[-1], "after other dates", now)
        shown = shown or subject.told(known, case.at, case.names) != whole
    for day, first in zip(days, before, strict=True):
        again = subject.told(history, day, case.names)
        _same(f"for {day} at first", first, "after later dates", again)
    return _shown(shown)


_DAY: Final = timedelta(days=1)
_LATER: Final = timedelta(days=800)


@law("its view changes after one was given out")
def state_does_not_leak(subject: Subject, case: Case) -> str | None:
    """A view stays as it was when more is folded; and changing it, or an event, changes nothing."""
    history = case.history()
    events = list(codec.decode_all(_rows(history)))
    whole = subject.told(history, case.at, case.names)
    running = Fold(subject.projection)
    shown = False
    for cut in range(len(events)):
        view = running.view(case.at)
        earlier = told(view, case.names)
        advance([running], events[cut : cut + 1])
        _same(
            "a view when it was given out",
            earlier,
            f"after entry #{cut + 1}",
            told(view, case.names),
        )
        shown = shown or earlier != whole
    for entry, event in zip(history, events, strict=True):
        _same("an event before", told(entry.event), "after its step", told(event.event))
        _spoil_parts(event.event)
    spoil(running.view(case.at))
    _same(
        "the view",
        whole,
        "after what it gave out was changed",
        told(running.view(case.at), case.names),
    )
    _same("a view", whole, "of a new fold after that", subject.told(history, case.at, case.names))
    return _shown(shown)


def _spoil_parts(event: Event) -> None:
    for _, part in parts_of(event) or ():
        spoil(part)


@law(_NOT_EMPTY)
def view_is_frozen(subject: Subject, case: Case) -> str | None:
    """A view cannot be changed, has a hash, and equals another that says the same."""
    history = case.history()
    view, other = (subject.view(history, case.at) for _ in range(2))
    found = changeable(view, "the view")
    if found is not None:
        raise ViolationError(
            f"  {found}; use a tuple, a frozenset, an immutabledict, or @attrs.frozen"
        )
    try:
        same = hash(view) == hash(other)
    except TypeError as error:
        raise ViolationError(f"  the view has no hash: {error}") from error
    if not same or view != other:
        raise ViolationError(
            "  two views of the same history are not equal; make the class @attrs.frozen"
        )
    return _shown(subject.told(history, case.at, case.names) != subject.empty(case.at))


# The ledger


@law(
    "its view is not empty and the entries that it consumes are recorded in another order",
    "order",
)
def recording_order(subject: Subject, case: Case) -> str | None:
    """The order in which things were recorded does not matter, but for those of one date."""
    one, other = case.history(), case.retold([(n, case.career.steps[n - 1]) for n in case.order])
    first = subject.told(one, case.at, case.names)
    _same("in this order", first, "in the other", subject.told(other[0], case.at, other[1]))
    mine = [
        [names.of(entry.seq) for entry in sorted(history, key=_seq) if subject.consumes(entry)]
        for history, names in ((one, case.names), other)
    ]
    return _shown(mine[0] != mine[1] and first != subject.empty(case.at))


def _seq(entry: Entry[Any]) -> int:
    return entry.seq


@law(_NOT_EMPTY)
def duplicate_import(subject: Subject, case: Case) -> str | None:
    """Importing the same again records nothing and changes no answer."""
    ledger = new_ledger()
    drafts = [Draft(fact, f"import:{number}") for number, fact in case.as_recorded]
    ledger.record(drafts)
    first = told(ledger.project(subject.projection, at=case.at))
    ledger.record(drafts)
    again = told(ledger.project(subject.projection, at=case.at))
    _same("imported once", first, "imported twice", again)
    return _shown(subject.told(case.history(), case.at, case.names) != subject.empty(case.at))


@law(
    "an entry is voided that its view rested on",
    careers={"corrections": True, "amendments": False, "often": 144},
)
def void(subject: Subject, case: Case) -> str | None:
    """A voided entry counts as if it had never been recorded."""
    return _corrected(subject, case)


@law(
    "an entry is amended that its view rested on",
    careers={"corrections": False, "amendments": True, "often": 216},
)
def amend(subject: Subject, case: Case) -> str | None:
    """An amended entry counts as if it had been recorded that way at first."""
    return _corrected(subject, case)


def _corrected(subject: Subject, case: Case) -> str | None:
    # First, while nothing can be remembered of what was corrected.
    facts, names = case.retold(facts_in_force(case.career.steps))
    right = subject.told(facts, case.at, names)
    steps = case.career.steps
    for number, step in enumerate(steps):
        if not isinstance(step, Action):  # the question was asked before the correction, too
            subject.view(case.history(steps[:number]), case.at)
    now = subject.told(case.history(), case.at, case.names)
    _same("corrected", now, "right at first", right)
    wrong, names = case.retold(case.as_recorded)
    return _shown(subject.told(wrong, case.at, names) != now)


@law("what was recorded later changes its view", "known", careers={})
def known_at(subject: Subject, case: Case) -> str | None:
    """What the ledger did not know at an instant does not matter for a question of then."""
    clock, ids = Clock(), list[str]()
    ledger = new_ledger(clock)
    record(ledger, case.career.steps[: case.known], ids)
    instant = clock.now
    then = told(ledger.project(subject.projection, at=case.at))
    clock()
    record(ledger, case.career.steps[case.known :], ids)
    now = told(ledger.project(subject.projection, at=case.at))
    again = told(ledger.project(subject.projection, at=case.at, known_at=instant))
    _same(f"asked after {case.known} entries", then, "asked later for then", again)
    return _shown(now != then)


@law(
    "its view is not empty, and an unknown event stands before an entry that it consumes",
    careers={"unknown": True, **_FACTS},
)
def unknown_events(subject: Subject, case: Case) -> str | None:
    """Events of types that this program does not know do not matter."""
    history = case.history()
    among = subject.told(history, case.at, case.names)
    alone, names = case.retold(case.as_recorded)
    without = subject.told(alone, case.at, names)
    _same("without them", without, "with unknown events", among)
    unknown = [entry.seq for entry in history if entry.type == "elsewhere.noted"]
    last = max((e.seq for e in history if e.seq not in unknown and subject.consumes(e)), default=0)
    return _shown(any(n < last for n in unknown) and without != subject.empty(case.at))


@law(
    "a text stands in the state that no event says once an entry is voided or amended",
    unseen="its state keeps no text of an event",
    careers={"words": tuple(f"word-{number:02}" for number in range(64)), "often": 96},
)
def nothing_forgotten_in_snapshots(subject: Subject, case: Case) -> str | None:
    """What an entry said before it was voided or amended is in no snapshot made afterwards."""
    said = {
        text
        for step in case.career.steps
        if not isinstance(step, Voided)
        for text in _texts(step.event if isinstance(step, Amended) else step)
    }
    still = {text for _, fact in facts_in_force(case.career.steps) for text in _texts(fact)}
    gone = sorted(said - still)
    before = _state(subject, case.retold(case.as_recorded)[0])
    after = _state(subject, case.history())
    for text in gone:
        if text.encode() in after:
            raise ViolationError(f"  {text!r} still stands in {after.decode()}")
    return _shown(any(text.encode() in before for text in gone))


def _state(subject: Subject, history: History) -> bytes:
    try:
        return encode_state(_folded(subject, history).state)
    except CodecError:
        return b""  # it is never saved, which is a matter of another law


def _texts(value: Any) -> Iterator[str]:
    """The words within an event."""
    if isinstance(value, str):
        if value.startswith("word-"):
            yield value
    elif isinstance(value, tuple | frozenset | Mapping):
        for item in cast("Iterable[object]", value):
            yield from _texts(item)
    else:
        for _, part in parts_of(value) or ():
            yield from _texts(part)


# Numbers


@law(
    "its number differs from that of an empty career",
    applies=lambda subject: None if subject.bounds else "no bounds are declared",
)
def bounds(subject: Subject, case: Case) -> str | None:
    """The number stays within its declared bounds."""
    low, high = subject.bounds or (0, 0)
    number = subject.measure(case.history(), case.at)
    if number is not None and not low <= number <= high:
        raise ViolationError(f"  it is {number!r}, which does not lie between {low} and {high}")
    return _shown(number != subject.measure([], case.at))


_ALMOST: Final = 1e-9


@law(
    "an event more raises the number",
    "added",
    applies=lambda subject: None if subject.rises_with else "no event is declared to raise it",
    required=lambda subject: [cls.__name__ for cls in subject.rises_with],
)
def rises(subject: Subject, case: Case) -> str | None:
    """An event more of those that raise the number never lowers it."""
    if case.added is None:
        return None
    steps = case.career.steps
    before = subject.measure(case.history(), case.at)
    after = subject.measure(case.history([*steps, case.added]), case.at)
    if before is None:
        return None if after is None else type(case.added).__name__
    if after is None or after < before - _ALMOST * max(1.0, abs(before)):
        raise ViolationError(
            f"  with the event that is added, it goes from {before!r} to {after!r}"
        )
    return type(case.added).__name__ if after > before else None


# Events


def _no_old_version(subject: Subject) -> str | None:
    versioned = [cls for cls in subject.events if cls.__event__.version > 1]
    if versioned or subject.old_versions:
        return None
    return "no event is declared that has an older version"


@law(
    "an event of an older version changes its view",
    applies=_no_old_version,
    required=lambda subject: [
        f"version {version} of {cls.__name__}"
        for cls in subject.events
        for version in range(1, cls.__event__.version)
    ],
)
def old_versions(subject: Subject, case: Case) -> set[str]:
    """An event that was written in an older version gives the same view."""
    history = case.history()
    whole = subject.told(history, case.at, case.names)
    shown: set[str] = set()
    for place, entry in enumerate(history):
        for version, old in _older(subject, entry):
            rest = history[:place] + history[place + 1 :]
            read = [*history[:place], old, *history[place + 1 :]]
            label = f"version {version} of {type(entry.event).__name__}"
            _same("as it is", whole, f"from {label}", subject.told(read, case.at, case.names))
            if subject.told(rest, case.at, case.names) != whole:
                shown.add(label)
    return shown


def _older(subject: Subject, entry: Entry[Any]) -> Iterator[tuple[int, Entry[Any]]]:
    """The entry as it is read from each older version that could say it."""
    downgrades = subject.old_versions.get(cast("Any", type(entry.event)), {})
    body: dict[str, Any] = json.loads(codec.encode(entry))
    fields: dict[str, Any] | None = body["event"]
    for version in range(entry.version - 1, 0, -1):
        if fields is None or version not in downgrades:
            return
        fields = downgrades[version](dict(fields))
        if fields is not None:
            written = json.dumps(body | {"version": version, "event": fields})
            yield version, codec.decode(entry.seq, written.encode())


def every_event_counts(subject: Subject, case: Case, missing: set[str]) -> None:
    """Strike out the types of which this career has an event that changes the view."""
    history = case.history()
    whole = ""
    for place, entry in enumerate(history):
        name = type(entry.event).__name__
        if name in missing:
            whole = whole or subject.told(history, case.at, case.names)
            if subject.told(history[:place] + history[place + 1 :], case.at, case.names) != whole:
                missing.discard(name)


def event_survives(event: Action) -> None:
    """An event comes back from its bytes as it was, and nothing in it can be changed."""
    entry = entry_of(event, 1)
    try:
        back = codec.decode(1, codec.encode(entry)).event
    except CodecError as error:
        raise ViolationError(f"  {error}") from error
    _same("as it was made", told(event), "as it is read back", told(back))
    for name, part in parts_of(event) or ():
        found = changeable(part, name)
        if found is not None:
            raise ViolationError(f"  {found}; events must not change, so use types that cannot")
    try:
        same = hash(event) == hash(back) and event == back
    except TypeError as error:
        raise ViolationError(f"  it has no hash: {error}") from error
    if not same:
        raise ViolationError("  it does not equal what is read back; compare its parts by value")


def consumed_classes(projection: type[Projection[Any]]) -> list[type[Action]]:
    """The event classes that a projection has a step of its own for."""
    steps = [step for step in meta_of(projection).steps if step.kind is not Action or step.where]
    return [
        cls
        for cls in catalogue
        if issubclass(cls, Action) and any(step.takes(cls) for step in steps)
    ]
