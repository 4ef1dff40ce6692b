"""The laws of projections: what must be true of every projection, for every career.

A law is a function of a projection and a case. It raises ``ViolationError`` if the projection
breaks the law in this case. Otherwise it returns whether the case is evidence: one in which a
projection that breaks the law could be caught. Voiding an entry that the view never used is no
evidence. A law with too little evidence fails its test.
"""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, timedelta
from typing import Any, Final, cast

import attrs

from careerledger.answers.explanation import Measure, measured
from careerledger.answers.states import decode_state, encode_state
from careerledger.errors import CodecError, FieldError
from careerledger.events import Action, UnknownEvent, catalogue
from careerledger.history import Draft, Entry
from careerledger.journal import codec
from careerledger.projections import Projection, fold
from careerledger.projections.base import Fold, advance, consumed_types, meta_of
from careerledger.testing._byte_values import Pools
from careerledger.testing._career_builder import NO_STRATEGIES, FieldStrategies
from careerledger.testing._careers import (
    Amended,
    Clock,
    Voided,
    entry_of,
    events_in_force,
    new_ledger,
    noted_otherwise,
    record_steps,
    standard_ids,
)
from careerledger.testing._cases import Case, events_until
from careerledger.testing._errors import InapplicableError, ViolationError
from careerledger.testing._impure_calls import record_impure_calls
from careerledger.testing._impure_constants import impure_constants
from careerledger.testing._mutability import mutable_part, mutate
from careerledger.testing._other_process import (
    answers_after_edits,
    reason_not_editable,
    reason_not_importable,
    view_in_other_process,
)
from careerledger.testing._view_text import (
    EntryNames,
    difference_between,
    fields_of_object,
    shortened,
    states_something_else,
    view_text,
)

History = Sequence[Entry[Any]]
Downgrade = Callable[[dict[str, Any]], dict[str, Any] | None]
"""Converts the fields of one version of an event to the version before; None if that version
cannot express them."""


@attrs.frozen(kw_only=True)
class Subject:
    """A projection, and what its author declares about it."""

    projection: type[Projection[Any]]
    events: tuple[type[Action], ...]
    """The classes on which the view depends, as declared; may be empty."""
    career_events: tuple[type[Action], ...]
    """The classes that careers consist of."""
    own_events: tuple[type[Action], ...]
    """Those of them that are declared or have a step of their own, and their introducers."""
    of: Measure | None = None
    bounds: tuple[float, float] | None = None
    pools: Pools = attrs.Factory(Pools)
    """Where the texts and numbers of careers are taken from."""
    strategies: FieldStrategies = NO_STRATEGIES
    rises_with: tuple[type[Action], ...] = ()
    old_versions: dict[type[Action], dict[int, Downgrade]] = attrs.Factory(
        dict[type[Action], dict[int, Downgrade]]
    )

    def view(self, history: History, at: date) -> Any:
        """Return the view of a history at a date."""
        return fold(self.projection, history, at)

    def view_text(self, history: History, at: date, names: EntryNames) -> str:
        """Return the view of a history as text, with these names of entries."""
        return view_text(self.view(history, at), names)

    def fold(self, history: History) -> Fold[Any]:
        """Return a fold that has folded a history, and can continue."""
        running = Fold(self.projection)
        advance([running], history)
        return running

    def number(self, history: History, at: date) -> float | None:
        """Return the number of the view that ``of`` selects."""
        return measured(self.view(history, at), self.of)

    def consumes(self, entry: Entry[Any]) -> bool:
        """Return whether the projection has a step for an entry."""
        types = consumed_types(self.projection)
        return types is None or entry.type in types


Check = Callable[[Subject, Case], bool | Collection[str]]
"""Raises ViolationError, or returns whether the case is evidence. A law that needs several kinds
of evidence returns their labels."""


_NO_CORRECTIONS: Final[dict[str, Any]] = {"corrections": False, "amendments": False}
"""The options of careers for a law that corrections cannot affect."""


@attrs.define(kw_only=True, eq=False)
class Law:
    """One law, and how it is tested. It decorates the function that checks it."""

    name: str = attrs.field(init=False)
    """The name of that function."""
    check: Check = attrs.field(init=False)
    text: str
    """The law in one sentence."""
    evidence: str
    """Which careers are evidence; it completes "a career is evidence if …"."""
    fix: str
    """What to change in a projection that breaks the law."""
    careers: dict[str, Any] = _NO_CORRECTIONS
    """The options of the careers that the law is tested on."""
    needs: str = ""
    """The optional field of a case that the law needs."""
    not_applicable: Callable[[Subject], str | None] = lambda _: None
    """Returns why the law does not apply to a projection; None if it does."""
    required_evidence: Callable[[Subject], Sequence[str]] = lambda _: ()
    """Returns labels; at least one case must be evidence for each of them."""
    evidence_fix: str = (
        "pass the texts and numbers that the projection looks for as words=[...] and "
        "numbers=[...], and the events on which its view depends as events=[...]"
    )
    """The advice if too few cases are evidence."""
    without_evidence: str | None = None
    """Why the law does not apply if no case is evidence."""
    max_cases: int | None = None
    """How many cases to draw at most; None: as many as Hypothesis's setting says."""

    def __call__(self, check: Check) -> Check:
        self.name, self.check = check.__name__, check
        LAWS[self.name] = self
        return check


LAWS: Final[dict[str, Law]] = {}
"""Every law by name, in the order of the tests."""

_EDITED_CASES: Final = 3
"""On how many careers edits of the source are tried; each edit needs a process."""
_NOT_EMPTY: Final = "its view differs from the view of an empty career"
_VIEW_WITHIN: Final = "the view after some of its entries differs from the view after none"
FIRST_LAW: Final = "same_history_same_view"
"""The law whose test fails for a step that raises and for a view that no career changes; the tests
of the other laws are skipped then."""
_STATE_ONLY: Final = (
    "let each step change only fields of the state; do not use class variables, module-level "
    "containers, id() or hash()"
)


def _text(subject: Subject, case: Case) -> str:
    return case.text_of(subject.view(case.history(), case.at))


def _is_empty(subject: Subject, case: Case, text: str) -> bool:
    return text == view_text(subject.view([], case.at))


def _require_same_view(at: date, label: str, text: str, other_label: str, other_text: str) -> None:
    """Raise ViolationError if two views of the career at a date differ."""
    _require_same(f"its views at {at}", label, text, other_label, other_text)


def _require_same(what: str, label: str, text: str, other_label: str, other_text: str) -> None:
    if text != other_text:
        difference = difference_between(label, text, other_label, other_text)
        raise ViolationError("\n  ".join([f"{what} differ:", *difference]))


# Determinism


@Law(
    text="The same history gives the same view, whatever was folded in between.",
    evidence=_NOT_EMPTY,
    fix=_STATE_ONLY,
)
def same_history_same_view(subject: Subject, case: Case) -> bool:
    history = case.history()
    text = case.text_of(subject.view(history, case.at))
    decoded = _decode_again(history)
    # Half of the history; it stays half when entries are left out, so that failures shrink.
    subject.view(decoded[len(decoded) // 2 :], case.at)
    again = case.text_of(subject.view(decoded, case.at))
    _require_same_view(case.at, "folded first", text, "folded again", again)
    return not _is_empty(subject, case, text)


def _decode_again(history: History) -> list[Entry[Any]]:
    rows = ((entry.seq, entry.type, codec.encode(entry), None) for entry in history)
    return list(codec.decode_all(rows))


@Law(
    text="Another process gives the same view, whatever its time zone, locale, folder, environment "
    "variables and order of sets.",
    evidence=_NOT_EMPTY,
    fix="sort a set before a step or view iterates over it, do not use hash(), name the time zone "
    "and the words for months, and read no files and no environment variables",
    not_applicable=lambda subject: reason_not_importable(subject.projection),
)
def same_view_in_another_process(subject: Subject, case: Case) -> bool:
    # Instants on both sides of midnight show whether the local time zone is used.
    history = noted_otherwise(case.history(), case.base, when_it_happened=True)
    names = EntryNames(case.base, ids=standard_ids(history))
    here = subject.view_text(history, case.at, names)
    there = view_in_other_process(subject.projection, history, case.at, names)
    _require_same_view(case.at, "in this process", here, "in another process", there)
    return not _is_empty(subject, case, here)


@Law(
    text="A view reads no clock, random numbers, files or environment, only the history and the "
    "date.",
    evidence=_NOT_EMPTY,
    fix="use the date that view receives, or event.on; seed a random.Random from the state; pass "
    "settings as class variables",
)
def no_clock_and_no_chance(subject: Subject, case: Case) -> bool:
    calls = impure_constants(subject.projection)
    if calls:
        raise ViolationError(f"the projection uses what its module read at import: {calls[0]}")
    history = case.history()
    with record_impure_calls() as calls:
        subject.view(history, case.at)
    if calls:
        raise ViolationError(f"a step or view calls {calls[0]}")
    return not _is_empty(subject, case, _text(subject, case))


@Law(
    text="An answer never comes from a state that another version of the source saved.",
    evidence="an edit of the source changes the view",
    fix="keep all code that the projection uses in modules with a source file",
    not_applicable=lambda subject: reason_not_editable(subject.projection),
    max_cases=_EDITED_CASES,
    without_evidence="no small edit of its source changes the view",
)
def edited_source(subject: Subject, case: Case) -> bool:
    answers = answers_after_edits(subject.projection, case.career.steps, case.at)
    for edit, with_snapshot, anew, _ in answers:
        text = f"a ledger opened after the edit ({edit})"
        _require_same_view(case.at, "folded with the edited source", anew, text, with_snapshot)
    return any(anew != before for _, _, anew, before in answers)


# Folding in parts


@Law(
    text="Folding a history in two parts, with a view in between, gives the same view.",
    evidence=_VIEW_WITHIN,
    fix="let view compute from the state without changing it",
)
def fold_split_at_every_cut(subject: Subject, case: Case) -> bool:
    history, at_once = case.history(), _text(subject, case)
    between: list[str] = []
    for cut in range(len(history) + 1):
        first = subject.fold(history[:cut])
        text = case.text_of(first.view(case.at))
        again = case.text_of(first.view(case.at))
        after = f"after {cut} of {len(history)} entries"
        _require_same_view(case.at, after, text, f"{after}, taken again", again)
        second = Fold(subject.projection, first.state, first.place)
        advance([second], history[cut:])
        in_parts = case.text_of(second.view(case.at))
        label = f"folded in two parts, with a view {after}"
        _require_same_view(case.at, "folded at once", at_once, label, in_parts)
        between.append(text)
    return any(text != between[0] for text in between[:-1])


@Law(
    text="A fold that continues from a snapshot gives the same view as one without.",
    evidence=_VIEW_WITHIN,
    fix="keep all that a step remembers in fields of the state that are compared, annotated with "
    "the types that they really hold, such as dict[str, list[int]]",
)
def snapshot_and_tail_at_every_cut(subject: Subject, case: Case) -> bool:
    history, at_once = case.history(), _text(subject, case)
    running = Fold(subject.projection)
    between: list[str] = []
    reason = ""
    for cut in range(len(history) + 1):
        after = f"after {cut} of {len(history)} entries"
        try:
            snapshot = encode_state(running.state)
        except CodecError as error:
            reason = f"its state cannot be saved, so each question folds anew: {error}"
        else:
            state = decode_state(subject.projection, snapshot)
            resumed: Fold[Any] = Fold(subject.projection, state, running.place)
            between.append(case.text_of(resumed.view(case.at)))
            advance([resumed], history[cut:])
            text = case.text_of(resumed.view(case.at))
            label = f"from a snapshot {after}"
            _require_same_view(case.at, "without a snapshot", at_once, label, text)
        advance([running], history[cut : cut + 1])
    if reason:
        raise InapplicableError(reason)
    return any(text != between[0] for text in between[:-1])


@Law(
    text="Events after the date of a question do not change its answer, whatever was asked before.",
    evidence="an event after one of the dates asked for changes the view",
    fix="let view compute from the state and the date without changing or caching anything",
)
def at(subject: Subject, case: Case) -> bool:
    history, whole = case.history(), _text(subject, case)
    days = sorted({entry.event.on.first_day for entry in history} | {case.at})
    days.insert(0, days[0] - _DAY)
    running, folded = Fold(subject.projection), 0
    texts: list[str] = []
    is_evidence = False
    for day in days:
        known = events_until(history, day)
        advance([running], known[folded:])
        folded = len(known)
        running.view(case.at + _MUCH_LATER)
        texts.append(case.text_of(subject.view(known, day)))
        later = case.text_of(running.view(day))
        _require_same_view(day, "asked alone", texts[-1], "asked after other dates", later)
        is_evidence = is_evidence or case.text_of(subject.view(known, case.at)) != whole
    for day, text in zip(days, texts, strict=True):
        later = case.text_of(subject.view(history, day))
        _require_same_view(day, "without later events", text, "with later events", later)
    return is_evidence


_DAY: Final = timedelta(days=1)
_MUCH_LATER: Final = timedelta(days=800)


@Law(
    text="Folding more changes no earlier view, and changing a view or event changes no state.",
    evidence="the view changes after an earlier one was returned",
    fix="let view return copies, such as tuple(self.skills), and let steps change no event",
)
def state_does_not_leak(subject: Subject, case: Case) -> bool:
    history = case.history()
    # Every fold gets events of its own: a change made twice would not be noticed on the second.
    before = [view_text(entry.event) for entry in history]
    whole = case.text_of(subject.view(_decode_again(history), case.at))
    decoded = _decode_again(history)
    running = Fold(subject.projection)
    is_evidence = False
    for entry in decoded:
        view = running.view(case.at)
        text = case.text_of(view)
        advance([running], [entry])
        later = case.text_of(view)
        after = f"the same view after entry #{entry.seq} was folded"
        _require_same_view(case.at, "when it was returned", text, after, later)
        is_evidence = is_evidence or text != whole
    for text, folded in zip(before, decoded, strict=True):
        what = f"the {type(folded.event).__name__} before and after its step"
        _require_same(what, "before", text, "after", view_text(folded.event))
        for _, part in fields_of_object(folded.event) or ():
            mutate(part)
    mutate(running.view(case.at))
    again = case.text_of(running.view(case.at))
    _require_same_view(case.at, "first", whole, "after the caller changed view and events", again)
    again = case.text_of(subject.view(_decode_again(history), case.at))
    _require_same_view(case.at, "first", whole, "of a new fold after that", again)
    return is_evidence


@Law(
    text="A view is immutable, has a hash, and equals every view with the same content.",
    evidence=_NOT_EMPTY,
    fix="build the view from tuples, frozensets, immutabledicts and @attrs.frozen classes",
)
def view_is_frozen(subject: Subject, case: Case) -> bool:
    history = case.history()
    view, other = (subject.view(history, case.at) for _ in range(2))
    mutable = mutable_part(view, "the view")
    if mutable is not None:
        raise ViolationError(f"its view can be changed: {mutable}")
    try:
        same_hash = hash(view) == hash(other)
    except TypeError as error:
        raise ViolationError(f"its view at {case.at} has no hash: {error}") from error
    if not same_hash or view != other:
        unequal = "hashes" if view == other else "views"
        raise ViolationError(f"two folds of the same history give unequal {unequal} at {case.at}")
    return not _is_empty(subject, case, _text(subject, case))


# The ledger


@Law(
    text="Recording order never matters, except among facts of one date.",
    needs="order",
    evidence="its view is not empty, and the consumed entries are recorded in another order",
    fix="do not compare entry.seq, entry.id or entry.recorded_at; steps run in the order of event "
    "dates, so the last one called has the latest event",
)
def recording_order(subject: Subject, case: Case) -> bool:
    history = case.history()
    steps = case.career.steps
    other, other_names = case.history_of_events([(n, steps[n - 1]) for n in case.order])
    text = case.text_of(subject.view(history, case.at))
    other_text = subject.view_text(other, case.at, other_names)
    label = f"recorded in the order {list(case.order)}"
    _require_same_view(case.at, "recorded as listed", text, label, other_text)
    names, other_order = (
        [names.name_of(seq) for seq in sorted(e.seq for e in entries if subject.consumes(e))]
        for entries, names in ((history, EntryNames(case.base)), (other, other_names))
    )
    return names != other_order and not _is_empty(subject, case, text)


@Law(
    text="A view depends on what happened, not on an entry's id, key, source, batch or instant of "
    "recording.",
    evidence=_NOT_EMPTY,
    fix="use event.on for when something happened, not entry.recorded_at; compute with no id, key, "
    "source or batch",
)
def metadata(subject: Subject, case: Case) -> bool:
    history = case.history()
    text = case.text_of(subject.view(history, case.at))
    for when_it_happened, label in (
        (True, "with other ids, each recorded on the day that it happened"),
        (False, "with other ids, keys, sources and batches, recorded over years"),
    ):
        other = noted_otherwise(history, case.base, when_it_happened=when_it_happened)
        names = EntryNames(case.base, ids=standard_ids(other))
        other_text = subject.view_text(other, case.at, names)
        _require_same_view(case.at, "recorded within seconds", text, label, other_text)
    return not _is_empty(subject, case, text)


@Law(
    text="Importing the same drafts twice gives the same view as importing them once.",
    evidence=_NOT_EMPTY,
    fix=_STATE_ONLY,
)
def duplicate_import(subject: Subject, case: Case) -> bool:
    ledger = new_ledger()
    drafts = [Draft(event, f"import:{number}") for number, event in case.uncorrected_events]
    ledger.record(drafts)
    once = view_text(ledger.project(subject.projection, at=case.at))
    ledger.record(drafts)
    twice = view_text(ledger.project(subject.projection, at=case.at))
    _require_same_view(case.at, "imported once", once, "imported twice", twice)
    return not _is_empty(subject, case, _text(subject, case))


@Law(
    text="A voided entry counts as if it had never been recorded.",
    evidence="it voids an entry that changed the view",
    fix=_STATE_ONLY,
    careers={"corrections": True, "amendments": False, "corrected": 144},
)
def void(subject: Subject, case: Case) -> bool:
    return _corrections_count(subject, case)


@Law(
    text="An amended entry counts as if it had been recorded right the first time.",
    evidence="it amends an entry that changed the view",
    fix=_STATE_ONLY,
    careers={"corrections": False, "amendments": True, "corrected": 216},
)
def amend(subject: Subject, case: Case) -> bool:
    return _corrections_count(subject, case)


def _corrections_count(subject: Subject, case: Case) -> bool:
    # The expected view comes first, while a projection can remember nothing of what is corrected.
    right, names = case.history_of_events(events_in_force(case.career.steps))
    expected = subject.view_text(right, case.at, names)
    steps = case.career.steps
    for number, step in enumerate(steps):
        if not isinstance(step, Action):  # ask before each correction, too
            subject.view(case.history(steps[:number]), case.at)
    text = _text(subject, case)
    _require_same_view(case.at, "recorded right the first time", expected, "corrected", text)
    uncorrected, names = case.history_of_events(case.uncorrected_events)
    return subject.view_text(uncorrected, case.at, names) != text


@Law(
    text="A question with known_at ignores everything that was recorded later.",
    needs="known",
    evidence="an entry that was recorded later changes the view",
    fix=_STATE_ONLY,
    careers={},
)
def known_at(subject: Subject, case: Case) -> bool:
    clock, ids = Clock(), list[str]()
    ledger = new_ledger(clock)
    record_steps(ledger, case.career.steps[: case.known], ids)
    instant = clock.now
    first = view_text(ledger.project(subject.projection, at=case.at))
    clock()
    record_steps(ledger, case.career.steps[case.known :], ids)
    now = view_text(ledger.project(subject.projection, at=case.at))
    later = view_text(ledger.project(subject.projection, at=case.at, known_at=instant))
    label = f"asked with {case.known} of {len(case.career)} entries recorded"
    _require_same_view(case.at, label, first, "asked later, with known_at that instant", later)
    return now != first


@Law(
    text="Events of unknown types do not change a view.",
    evidence="its view is not empty, and an unknown event comes before a consumed entry",
    fix="do not compute with entry.seq, as a step does not see every entry; count its calls",
    careers={"unknown": True, **_NO_CORRECTIONS},
)
def unknown_events(subject: Subject, case: Case) -> bool:
    history = case.history()
    text = case.text_of(subject.view(history, case.at))
    known, names = case.history_of_events(case.uncorrected_events)
    known_text = subject.view_text(known, case.at, names)
    _require_same_view(case.at, "without unknown events", known_text, "with them", text)
    unknown = [entry.seq for entry in history if isinstance(entry.event, UnknownEvent)]
    consumed = [e.seq for e in history if e.seq not in unknown and subject.consumes(e)]
    is_before = bool(unknown) and min(unknown) < max(consumed, default=0)
    return is_before and not _is_empty(subject, case, known_text)


@Law(
    text="Text that only a voided or amended entry contained is in no snapshot saved afterwards.",
    evidence="the state contains a text that is in no event after the corrections",
    fix="keep texts only in fields of the state, not in class variables or module-level containers",
    careers={
        "pools": Pools(tuple(f"word-{number:02}" for number in range(64))),
        "odd": 0,
        "corrected": 96,
    },
    without_evidence="its state contains no text of an event",
)
def nothing_forgotten_in_snapshots(subject: Subject, case: Case) -> bool:
    steps = [step for step in case.career.steps if not isinstance(step, Voided)]
    recorded = {
        text
        for step in steps
        for text in _words_in(step.event if isinstance(step, Amended) else step)
    }
    in_force = {
        text for _, event in events_in_force(case.career.steps) for text in _words_in(event)
    }
    removed = sorted(recorded - in_force)
    before = _snapshot(subject, case.history_of_events(case.uncorrected_events)[0])
    after = _snapshot(subject, case.history())
    for text in removed:
        if text.encode() in after:
            raise ViolationError(
                f"a snapshot of its state at {case.at} still contains {text!r}, which no event "
                f"contains after the corrections:\n  {shortened(after.decode())}"
            )
    return any(text.encode() in before for text in removed)


def _snapshot(subject: Subject, history: History) -> bytes:
    try:
        return encode_state(subject.fold(history).state)
    except CodecError:
        return b""  # no snapshot is saved


def _words_in(value: Any) -> Iterator[str]:
    """Yield the words of this law's careers within an event."""
    if isinstance(value, str):
        if value.startswith("word-"):
            yield value
    elif isinstance(value, tuple | frozenset | Mapping):
        for item in cast("Iterable[object]", value):
            yield from _words_in(item)
    else:
        for _, part in fields_of_object(value) or ():
            yield from _words_in(part)


# Numbers


@Law(
    text="The number stays within its declared bounds.",
    evidence="its number differs from the number of an empty career",
    fix="limit the number in view, or widen bounds=",
    not_applicable=lambda subject: None if subject.bounds else "no bounds are declared",
)
def bounds(subject: Subject, case: Case) -> bool:
    low, high = subject.bounds or (0, 0)
    number = subject.number(case.history(), case.at)
    if number is not None and not low <= number <= high:
        raise ViolationError(f"its number at {case.at} is {number!r}, not between {low} and {high}")
    return number != subject.number([], case.at)


_TOLERANCE: Final = 1e-9


@Law(
    text="One more event of a class in rises_with= never lowers the number.",
    needs="added",
    evidence="the added event raises the number",
    fix="let the step of the event never lower the number, or remove the class from rises_with=",
    not_applicable=lambda subject: None if subject.rises_with else "rises_with= is empty",
    required_evidence=lambda subject: [cls.__name__ for cls in subject.rises_with],
    evidence_fix="let the step of the event raise the number, or remove it from rises_with=",
)
def rises(subject: Subject, case: Case) -> Collection[str]:
    if case.added is None:
        return ()
    label = type(case.added).__name__
    before = subject.number(case.history(), case.at)
    after = subject.number(case.history([*case.career.steps, case.added]), case.at)
    if before is None:
        return () if after is None else [label]
    if after is None or after < before - _TOLERANCE * max(1.0, abs(before)):
        raise ViolationError(
            f"its number at {case.at} falls from {before!r} to {after!r} with one more {label}"
        )
    return [label] if after > before else ()


# Events


def _no_old_version(subject: Subject) -> str | None:
    versioned = [cls for cls in subject.events if cls.__event__.version > 1]
    if versioned or subject.old_versions:
        return None
    return "no event in events= has an older version"


@Law(
    text="An event stored in an older version gives the same view as in the current one.",
    evidence="an event of an older version changes the view",
    fix="correct the upcast, or the function in old_versions=, so that one undoes the other",
    not_applicable=_no_old_version,
    required_evidence=lambda subject: [
        f"version {version} of {cls.__name__}"
        for cls in subject.events
        for version in range(1, cls.__event__.version)
    ],
    evidence_fix="pass a function that converts the event to that version as old_versions={...}",
)
def old_versions(subject: Subject, case: Case) -> Collection[str]:
    history = case.history()
    whole = case.text_of(subject.view(history, case.at))
    evidence: set[str] = set()
    for position, entry in enumerate(history):
        before, after = history[:position], history[position + 1 :]
        for version, upcast in _upcast_entries(subject, entry):
            label = f"version {version} of {type(entry.event).__name__}"
            text = case.text_of(subject.view([*before, upcast, *after], case.at))
            current, old = f"entry #{entry.seq} as it is", f"entry #{entry.seq} from {label}"
            _require_same_view(case.at, current, whole, old, text)
            if case.text_of(subject.view([*before, *after], case.at)) != whole:
                evidence.add(label)
    return evidence


def _upcast_entries(subject: Subject, entry: Entry[Any]) -> Iterator[tuple[int, Entry[Any]]]:
    """Yield an entry as read from each older version that can express it."""
    downgrades = subject.old_versions.get(cast("Any", type(entry.event)), {})
    body: dict[str, Any] = json.loads(codec.encode(entry))
    fields: dict[str, Any] | None = body["event"]
    for version in range(entry.version - 1, 0, -1):
        if fields is None or version not in downgrades:
            return
        fields = downgrades[version](dict(fields))
        if fields is not None:
            stored = json.dumps(body | {"version": version, "event": fields})
            try:
                upcast = codec.decode(entry.seq, stored.encode())
            except CodecError as error:
                label = f"version {version} of {type(entry.event).__name__}"
                raise ViolationError(f"{label} cannot be decoded: {error}") from error
            yield version, upcast


def discard_events_that_count(subject: Subject, case: Case, names: set[str]) -> None:
    """Remove a class from ``names`` if one of its events in this case changes the view."""
    history = case.history()
    whole = ""
    for position, entry in enumerate(history):
        name = type(entry.event).__name__
        if name in names:
            whole = whole or case.text_of(subject.view(history, case.at))
            others = history[:position] + history[position + 1 :]
            if case.text_of(subject.view(others, case.at)) != whole:
                names.discard(name)


def check_event_survives(event: Action, other: Action) -> None:
    """Raise ViolationError unless an event decodes to an equal event and is immutable.

    Args:
        event: The event.
        other: An event of the same class: with any field of it, the event states another fact.
    """
    entry = entry_of(event, 1)
    try:
        decoded = codec.decode(1, codec.encode(entry)).event
    except CodecError as error:
        raise ViolationError(f"{error}") from error
    _require_same(
        "the texts of the event", "created", view_text(event), "decoded", view_text(decoded)
    )
    for name, part in fields_of_object(event) or ():
        mutable = mutable_part(part, name)
        if mutable is not None:
            raise ViolationError(f"the event can be changed: {mutable}")
    try:
        same = hash(event) == hash(decoded) and event == decoded
    except TypeError as error:
        raise ViolationError(f"the event has no hash: {error}") from error
    if not same:
        raise ViolationError("the decoded event is unequal to the event, or has another hash")
    for name, value in fields_of_object(other) or ():
        for changed in _one_change(getattr(event, name), value):
            with suppress(FieldError):  # a rule about several fields refuses the mixture
                if event.replace(**{name: changed}) == event:
                    raise ViolationError(f"the event equals one whose {name} is {changed!r}")


def _one_change(value: Any, other: Any) -> Iterator[Any]:
    """Yield values that state something else, such as with one field of a part changed."""
    if not states_something_else(value, other):
        return
    yield other
    if type(value) is type(other) and attrs.has(cast("Any", type(value))):
        for field in attrs.fields(cast("Any", type(value))):
            if field.init:
                parts = (getattr(value, field.name), getattr(other, field.name))
                for part in _one_change(*parts):
                    with suppress(Exception):  # a rule of the user's refuses the mixture
                        yield attrs.evolve(value, **{field.alias: part})
    elif isinstance(value, tuple) and isinstance(other, tuple) and value and other:
        first, *rest = cast("tuple[object, ...]", value)
        yield from ((part, *rest) for part in _one_change(first, cast("Any", other)[0]))


def consumed_classes(projection: type[Projection[Any]]) -> list[type[Action]]:
    """Return the event classes for which a projection has a step of its own."""
    steps = [step for step in meta_of(projection).steps if step.kind is not Action or step.where]
    return [
        cls
        for cls in catalogue
        if issubclass(cls, Action) and any(step.takes(cls) for step in steps)
    ]
