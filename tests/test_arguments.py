"""A wrong argument of a public call raises an error of the library, or is accepted.

Each argument of each public callable takes values of wrong types and odd values, one at a time.
Only a call that no signature allows, such as one with a mistyped keyword, may raise a TypeError.
"""

import inspect
import itertools
import json
import os
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import careerledger
from careerledger import Draft, Ledger, PartialDate, answers, dates, events, projections, proofs
from careerledger.errors import CareerLedgerError
from careerledger.events import (
    Action,
    ContactMade,
    ContactTouched,
    CourseFinished,
    EntryVoided,
    VisionDeclared,
    catalogue,
    load_catalogue,
)
from careerledger.interop import json_resume
from careerledger.projections import Learning, NetworkGrowth, VisionAlignment
from careerledger.projections.library import LIBRARY
from careerledger.projections.parameters import parameters_of
from careerledger.proofs import Checkpoint, SigningKey
from careerledger.stores.branch import BranchStore
from careerledger.stores.memory import MemoryStore
from careerledger.stores.sqlite import SQLiteStore
from careers import Clock

COURSE = CourseFinished(on="2024-04", title="Logic", themes={"climate"}, hours=3)
FACTS = [
    ContactMade(on="2024", contact="jane", name="Jane"),
    ContactTouched(on="2024-03", contact="jane"),
    VisionDeclared(on="2024", vision="cto", statement="…", themes={"climate": 1}),
    COURSE,
]
KEY = SigningKey(name="ada.example/career", seed=bytes(32))


class Unprintable:
    """An object that cannot be shown."""

    def __repr__(self) -> str:
        raise RuntimeError("no text")


class Plain:
    """A class that is nothing to the library."""


WRONG: list[Any] = [
    *(None, True, 0, -1, 3, 10**400, -(10**5000), 1.5, float("nan"), float("inf"), 2j),
    *("", " ", "x", "\ud800", "a\0b", "é" * 2000, "2024-13", "9999", b"", b"\xff", bytearray(b"x")),
    *(object(), Unprintable(), Plain, Plain(), os, ..., ValueError("x")),
    *([], ["x"], [None], [[]], (), (1, 2, 3), ("2024", None), {}, {"a": 1}, {1: None}, set()),
    *({"x": object()}, {"\ud800": 1}, frozenset({"\ud800"}), range(3), iter(()), memoryview(b"x")),
    *(datetime(2024, 1, 1), datetime(2024, 1, 1, tzinfo=UTC), date(1, 1, 1), date.max),  # noqa: DTZ001
    *(Decimal("NaN"), Decimal("sNaN"), Decimal(1), int, str, Action, CourseFinished, Learning),
    *(Draft(Action(on="2024"), "k"), Action(on="2024"), COURSE, MemoryStore(), Path),
    EntryVoided(target="x", reason="y"),
]


class Subject(NamedTuple):
    """A public callable, and arguments with which it works."""

    name: str
    function: Callable[..., Any]
    valid: dict[str, Any]


VALID: dict[str, Any] = {
    "at": "2024-12",
    "between": ("2024", "2025"),
    "checks": [],
    "damaged": "absent.ledger",
    "entry": 4,
    "event": COURSE,
    "every": "year",
    "facts": COURSE,
    "futures": {"a": [CourseFinished(on="2027", title="Logic")]},
    "id_": "jane",
    "kind": "contact",
    "path": "absent.jsonl",
    "projection": NetworkGrowth,
    "projections": VisionAlignment,
    "reason": "why",
    "since": "2024",
    "store": MemoryStore(),
}
"""What a parameter of this name takes; others take a text."""


def ledger_subjects() -> Iterator[Subject]:
    for kind, name in itertools.product(("memory", "file"), sorted(vars(Ledger))):
        public = not name.startswith("_") and not isinstance(vars(Ledger)[name], property)
        if public and name != "close":
            yield Subject(f"Ledger.{name} in {kind}", partial(call_ledger, kind, name), {})
    yield Subject("Ledger", Ledger, {})


def call_ledger(kind: str, name: str, /, *positional: Any, **named: Any) -> Any:
    """Call a method of a new ledger."""
    ledger = Ledger.in_memory(clock=Clock())
    if kind == "file":
        ledger = Ledger.open("ada.ledger", clock=Clock())
    if not len(ledger):
        ledger.record(FACTS)
    result = getattr(ledger, name)(*positional, **named)
    return list(result) if isinstance(result, Iterator) else result


def event_subjects() -> Iterator[Subject]:
    load_catalogue()
    for cls in catalogue:
        if cls.__module__.startswith("careerledger."):
            yield Subject(cls.__name__, cls, {"on": "2024"})
    yield Subject("Action.replace", COURSE.replace, {})
    yield Subject("event_from_dict", careerledger.event_from_dict, {})
    yield Subject("event_to_dict", careerledger.event_to_dict, {})
    yield Subject("Draft", Draft, {})
    yield Subject("@event", define_event, {})
    yield Subject("@event on", events.event("acme.odd"), {})
    for function in (
        *(events.register_type, events.personal, events.Touch, events.Refers.to, events.part),
        *(events.introduced, events.named, events.referred, catalogue.find),
    ):
        yield Subject(function.__qualname__, function, {})


def define_event(  # noqa: PLR0917 - the parameters of @event
    name: Any = "acme.odd",
    version: Any = 1,
    upcasts: Any = None,
    practice: Any = None,
    effort: Any = None,
    touches: Any = None,
    ends: Any = None,
) -> Any:
    options = {"version": version, "upcasts": upcasts, "practice": practice}
    rest = {"effort": effort, "touches": touches, "ends": ends}
    return events.event(name, **options, **rest)(type("Odd", (Action,), {}))


def define_projection(name: Any = "acme.odd", version: Any = 1, types: Any = Action) -> Any:
    def step(self: Any, event: Any) -> None:
        """Take an event."""

    body = {"step": projections.on(types)(step), "view": lambda self, at: 0}
    return projections.projection(name, version=version)(type("Odd", (), body))


def other_subjects() -> Iterator[Subject]:
    for name in LIBRARY:
        projection = getattr(projections, name)
        for parameter in (*parameters_of(projection), "no_such_parameter"):
            tune = partial(set_parameter, projection, parameter)
            yield Subject(f"{name}.with_({parameter}=)", tune, {})
            tune = partial(set_item, projection, parameter)
            yield Subject(f"{name}.with_({parameter}=mapping)", tune, {})
    history = list(Ledger.in_memory(clock=Clock()).entries())
    given = {"history": history, "at": date(2025, 1, 1), "on": "2025"}
    yield Subject("fold", projections.fold, given)
    yield Subject("@on", projections.on, {"types": Action})
    yield Subject("@on on", projections.on(Action), {})
    yield Subject("@projection", define_projection, {})
    yield Subject("@projection on", projections.projection("acme.odd"), {})
    for function in (answers.find, answers.explain, answers.explain_change, answers.opportunities):
        yield Subject(f"answers.{function.__name__}", function, given)
    for function in (PartialDate, dates.as_of, dates.as_instant, json_resume.read):
        yield Subject(function.__name__, function, {})
    for store in (SQLiteStore, MemoryStore, BranchStore):
        yield Subject(store.__name__, store, {"below": MemoryStore()})


def set_parameter(projection: Any, parameter: str, value: Any) -> Any:
    return projection.with_(**{parameter: value})


def set_item(projection: Any, parameter: str, name: Any = "mentor", number: Any = 1) -> Any:
    try:
        hash(name)
    except TypeError:
        return None
    return projection.with_(**{parameter: {name: number}})


def proof_subjects() -> Iterator[Subject]:
    ledger = Ledger.in_memory(clock=Clock())
    ledger.record(FACTS)
    checkpoint = ledger.checkpoint(KEY)
    proof = ledger.prove(ledger.entry(1), checkpoint=checkpoint)
    valid = {
        "proof": proof,
        "checkpoint": checkpoint,
        "public_key": KEY.public,
        "key": KEY,
        "note": checkpoint,
        "signature": b"",
        "name": "ada",
        "data": KEY.public.data,
        "seed": KEY.seed,
        "index": 0,
        "entry": b"",
        "path": (),
        "origin": "ada",
        "size": 0,
        "root": bytes(32),
    }
    for owner in (proofs, proofs.Proof, proofs.PublicKey, proofs.SigningKey, Checkpoint, KEY):
        for name in dir(owner):
            function = getattr(owner, name)
            public = not name.startswith("_") and inspect.getmodule(function) is not None
            is_ours = str(getattr(function, "__module__", "")).startswith("careerledger.proofs")
            if public and callable(function) and is_ours and name != "ProvedEntry":
                bound = inspect.ismethod(function) or inspect.isclass(function)
                if bound or owner is proofs:
                    yield Subject(f"{owner}.{name}"[-50:], function, valid)
    yield Subject("PublicKey.verify", KEY.public.verify, valid)
    yield Subject("Checkpoint.signed", Checkpoint.from_text(checkpoint).signed, valid)


SUBJECTS = [*ledger_subjects(), *event_subjects(), *other_subjects(), *proof_subjects()]


def attempts(subject: Subject) -> Iterator[tuple[str, Any, Callable[[], Any]]]:
    """Yield calls with one odd argument: its parameter, its value, and the call."""
    function, valid = subject.function, VALID | subject.valid
    signature = signature_of(function)
    for wrong in signature.parameters.values():
        for value in WRONG:
            positional: list[Any] = []
            named: dict[str, Any] = {}
            for each in signature.parameters.values():
                argument = value if each is wrong else valid.get(each.name, "x")
                if each is not wrong and each.default is not each.empty:
                    continue
                if each.kind is each.VAR_KEYWORD:
                    named |= {"hours": argument} if each is wrong else {}
                elif each.kind in (each.KEYWORD_ONLY, each.POSITIONAL_OR_KEYWORD):
                    named[each.name] = argument
                else:
                    positional.append(argument)
            if any(p.kind is p.VAR_POSITIONAL for p in signature.parameters.values()):
                first = [n for n in named if is_positional(signature, n)]
                positional = [*(named.pop(n) for n in first), *positional]
            yield wrong.name, value, partial(function, *positional, **named)


def is_positional(signature: inspect.Signature, name: str) -> bool:
    parameter = signature.parameters.get(name)
    return parameter is not None and parameter.kind is parameter.POSITIONAL_OR_KEYWORD


def signature_of(function: Any) -> inspect.Signature:
    if isinstance(function, partial) and function.func is call_ledger:
        method = inspect.getattr_static(Ledger, function.args[1])
        signature = inspect.signature(getattr(method, "__func__", method))
        bound = not isinstance(method, staticmethod)
        return signature.replace(parameters=list(signature.parameters.values())[bound:])
    return inspect.signature(function)


@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.name)
def test_wrong_argument_raises_no_foreign_error(subject, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    foreign: list[str] = []
    for parameter, value, call in attempts(subject):
        try:
            call()
        except CareerLedgerError as error:
            if len(str(error)) < 10 or is_of_python(str(error)):
                foreign.append(f"{parameter}: {error}")
        except Exception as error:  # noqa: BLE001 - what must not be raised
            foreign.append(f"{parameter}={type(value).__name__}: {type(error).__name__}: {error}")
    assert [] == foreign


def is_of_python(message: str) -> bool:
    """Whether a message has words of Python's own, apart from errors of a function passed as of."""
    return "the function passed as of=" not in message and any(
        words in message for words in OF_PYTHON
    )


OF_PYTHON = (
    *("has no attribute", "object is not", "unhashable", "not supported between", "not iterable"),
    *("argument must be", "positional argument", "codec can't encode", "expected str, bytes"),
)
"""Words of Python's own messages."""


def test_every_method_of_a_ledger_is_tried():
    tried = {subject.name for subject in SUBJECTS}
    methods = {name for name, value in vars(Ledger).items() if not name.startswith("_")}
    properties = {name for name, value in vars(Ledger).items() if isinstance(value, property)}

    assert {f"Ledger.{n} in file" for n in methods - properties - {"close"}} <= tried


@pytest.mark.parametrize("name", ["type", "version", "event", "on", "hours", "themes", "nope"])
def test_wrong_value_in_json_raises_no_foreign_error(name):
    plain = careerledger.event_to_dict(COURSE)
    for value in WRONG:
        wrong = json_with(plain, name, value)
        try:
            careerledger.event_from_dict(wrong)
        except CareerLedgerError as error:
            assert str(error)  # noqa: PT017 - others raise
    for value in WRONG:
        try:
            wrong = {**plain, "event": {**plain["event"], value: 1}}
        except TypeError:
            continue
        with pytest.raises(CareerLedgerError):
            careerledger.event_from_dict(wrong)


def json_with(plain: dict[str, Any], name: str, value: Any) -> dict[str, Any]:
    if name in plain:
        return plain | {name: value}
    return plain | {"event": plain["event"] | {name: value}}


def test_wrong_value_in_a_resume_raises_no_foreign_error():
    for value in (None, True, 0, -1, 1.5, "", "x", "\ud800", [], {}, [[]], [{}], {"a": 1}):
        for section in ("work", "education", "skills", "basics", "meta", "awards", "nope"):
            for content in (value, [value], {"name": value}, [{"name": value, "startDate": value}]):
                try:
                    json_resume.read(json.dumps({section: content}).encode())
                except CareerLedgerError as error:
                    assert str(error)  # noqa: PT017 - others raise
