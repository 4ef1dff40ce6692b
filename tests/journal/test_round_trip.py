"""What is written is read back as the same entry, by both readers."""

import copy
import json
from collections import Counter
from datetime import UTC, datetime, timedelta, timezone
from typing import Annotated, Any, Literal

import attrs
import pytest
from annotated_types import Interval, MinLen, Predicate
from hypothesis import given, strategies as st
from immutabledict import immutabledict

from careerledger import Ledger
from careerledger.dates import PartialDate
from careerledger.errors import CodecError, FieldError
from careerledger.events import (
    Action,
    ContactMade,
    CourseFinished,
    OpportunityFound,
    UnknownEvent,
    VisionDeclared,
    event,
)
from careerledger.events.correction import EntryAmended
from careerledger.journal import codec
from careers import law
from strategies import (
    EVERY_CLASS,
    FACTS,
    MINE,
    WITHOUT_BYTES,
    Colour,
    Deep,
    Flat,
    Mark,
    entries,
    entry_of,
    events,
    texts,
)


@pytest.mark.no_cover  # with coverage it takes twice as long
@pytest.mark.parametrize("cls", EVERY_CLASS, ids=lambda cls: cls.__name__)
def test_every_type_round_trips(cls, read):
    """Every field is written, in its order, and the event alone decides its bytes."""

    @law
    @given(entries(events(cls)))
    def round_trips(entry):
        body = codec.encode(entry)
        found = read(body)
        written = json.loads(body)

        assert entry == found
        assert entry.recorded_at.utcoffset() == found.recorded_at.utcoffset()
        assert body == codec.encode(found)
        assert list(codec._ENVELOPE) == list(written)
        assert [a.name for a in attrs.fields(cls)] == list(written["event"])

    round_trips()


@pytest.mark.parametrize("cls", [*FACTS, Flat], ids=lambda cls: cls.__name__)
def test_the_quick_reader_knows_nearly_every_type(cls):
    assert (cls is OpportunityFound) == (codec._quick(cls) is None)


@pytest.mark.parametrize(
    "text", ["plain", "a colon: here", 'a "quote"', "C:\\path", "12:30", "tab\tand: colon", "ends:"]
)
def test_usual_texts_are_read_quickly(text, monkeypatch):
    """Colons in texts do not send an entry to the slow reader, unless they follow a quote."""
    toward = {"v": 0.5, text: 1}
    entry = entry_of(ContactMade(on="2024", contact="jane", name=text, toward=toward))
    entry = attrs.evolve(entry, id="a:b", key="c:d:e")
    body = codec.encode(entry)
    monkeypatch.setattr(codec, "_decode_plainly", None)

    assert entry == codec.decode(1, body)


def test_many_rows_are_read_in_turn():
    written = [
        entry_of(ContactMade(on="2024", contact="jane", name="Jane")),
        entry_of(Deep(on="2024")),
        entry_of(VisionDeclared(on="2024", vision="v", statement="s", themes={"a": 1})),
        entry_of(Flat(on="2024", **_flat())),
    ]
    rows = [(seq, e.type, codec.encode(e), None) for seq, e in enumerate(written, start=1)]

    assert [attrs.evolve(e, seq=seq) for seq, e in enumerate(written, start=1)] == list(
        codec.decode_all(rows)
    )


def _flat() -> dict[str, Any]:
    return {
        "flag": True, "whole": 1, "real": 1, "text": "", "day": "2024", "choice": "a", "few": 1,
        "most": 1, "open_share": 0.5, "long": "abc", "some": ["ab"],
    }  # fmt: skip


def test_decode_all_refuses_when_the_turn_comes():
    good = codec.encode(entry_of(ContactMade(on="2024", contact="jane", name="Jane")))
    reading = codec.decode_all([(1, "contact.made", good, None), (2, "contact.made", b"{}", None)])

    assert 1 == next(reading).seq
    with pytest.raises(CodecError, match="#2"):
        next(reading)


@pytest.mark.parametrize("named", ["contact.made", "skill.practised", "no.such.type", ""])
def test_the_type_in_the_bytes_counts(named):
    """A type that a row is said to have, and has not, changes nothing."""
    entry = entry_of(ContactMade(on="2024", contact="jane", name="Jane"))

    assert [entry] == list(codec.decode_all([(1, named, codec.encode(entry), None)]))


def test_rows_that_the_quick_reader_doubts_are_read_in_turn(read):
    """An unknown name is refused, a text that looks like one is read, and reading goes on."""
    odd = codec.encode(entry_of(ContactMade(on="2024", contact="jane", name='a": b')))
    white = codec.encode(entry_of(ContactMade(on="2024", contact="jane", name="J")))
    white = white.replace(b'"name":', b'"name" :').replace(b'"J"', b'"a:b"')
    rows = [
        (seq, "contact.made", body, None) for seq, body in enumerate([odd, white, odd], start=1)
    ]

    assert ['a": b', "a:b", 'a": b'] == [entry.event.name for entry in codec.decode_all(rows)]


@pytest.mark.parametrize(
    ("annotation", "value"),
    [
        (Annotated[float, Interval(ge=0), Interval(ge=-1, le=1)], 0.5),
        (Annotated[float, Interval(gt=0, ge=0)], 0.5),
        (Annotated[int, Interval(ge=0.5)], 1),
        (Annotated[str, Interval(ge="a")], "b"),
        (Annotated[PartialDate, MinLen(7)], PartialDate("2024-05")),
        (Literal[1, True, "x"], True),
        (immutabledict[PartialDate, int], immutabledict({PartialDate("2024"): 1})),
        (immutabledict[Literal["a"], int] | None, immutabledict({"a": 1})),
        (tuple[immutabledict[str, int], ...], (immutabledict({"a": 1}), immutabledict())),
        (tuple[immutabledict[str, int] | None, ...], (immutabledict({"a": 1}), None)),
        (tuple[Annotated[immutabledict[str, int], "a note"], ...], (immutabledict({"a": 1}),)),
        (immutabledict[str, immutabledict[str, int]], immutabledict({"a": immutabledict(b=1)})),
        (Mark, 3),
        (Colour | None, Colour.RED),
    ],
    ids=str,
)
def test_what_the_quick_reader_cannot_check_the_plain_one_does(annotation, value, read):
    made = event("acme.checked")(
        type("Checked", (Action,), {"__annotations__": {"value": annotation}})
    )
    entry = entry_of(made(on="2024", value=value))

    assert codec._quick(made) is None
    assert entry == read(codec.encode(entry))


@pytest.mark.parametrize("moment", ["pre", "post"])
def test_what_a_class_does_when_it_is_built_is_done_when_it_is_read(moment, read):
    """The quick reader would skip the checks of the class, or run them before the event is whole."""

    def refuse(self):
        if moment == "post" and self.note == "odd":
            raise FieldError("note of Built is 'odd'")

    made = event("acme.built")(type("Built", (Action,), {f"__attrs_{moment}_init__": refuse}))
    body = codec.encode(entry_of(made(on="2024", note="even")))

    assert codec._quick(made) is None
    assert "even" == read(body).event.note
    if moment == "post":
        assert "note of Built is 'odd', at $.event" in read(body.replace(b'"even"', b'"odd"'))


@pytest.mark.parametrize(
    ("made", "count", "one_by_one", "plainly"),
    [
        (CourseFinished(on="2024", course="sql", title="SQL"), 1, 0, 0),
        (CourseFinished(on="2024", course="sql", title="SQL"), 2, 0, 0),
        (CourseFinished(on="2024", course="sql", title="SQL"), 3, 0, 0),
        (OpportunityFound(on="2024", opportunity="a", what="A"), 2, 2, 2),
    ],
)
def test_many_are_written_together_if_the_quick_reader_knows_them(
    made, count, one_by_one, plainly, monkeypatch
):
    calls = Counter()
    for name in ("_proven", "_plain"):
        monkeypatch.setattr(codec, name, _counted(calls, name))

    bodies = codec.encode_all([entry_of(made)] * count)

    assert count == len(bodies)
    assert (one_by_one, plainly) == (calls["_proven"], calls["_plain"])


def _even(number):
    """an even number"""  # noqa: D403, D415 - it completes a sentence
    return 0 == number % 2


def _from_1960(day):
    """a date from 1960"""  # noqa: D403, D415 - it completes a sentence
    return day > 1960 if day == "1950" else day >= "1960"  # it fails for that one


def _short(word):
    """a short word"""  # noqa: D403, D415 - it completes a sentence
    return len(word) < 4


@event("acme.ruled")
class Ruled(Action):
    even: Annotated[int, Predicate(_even)] = 0
    day: Annotated[PartialDate, Predicate(_from_1960)] | None = None
    words: tuple[Annotated[str, Predicate(_short)], ...] = ()


RULED = Ruled(on="2024", even=2, day="1970", words=["abc"])


def test_the_quick_reader_asks_functions_too(monkeypatch):
    body = codec.encode(entry_of(RULED))
    monkeypatch.setattr(codec, "_decode_plainly", None)

    assert [RULED] == [e.event for e in codec.decode_all([(1, "acme.ruled", body, None)])]


@pytest.mark.parametrize(
    ("field", "value", "refused"),
    [
        ("even", 3, "even of Ruled is 3; it must be an even number, at $.event.even"),
        ("day", PartialDate("1959"), "'1959'); it must be a date from 1960, or None"),
        ("day", PartialDate("1950"), "must be a date from 1960, or None"),
        ("words", ("abc", "long"), "a collection in which each value is a short word"),
    ],
)
def test_what_breaks_the_rule_of_a_function_is_refused(field, value, refused, read):
    """When it is read, and when it got around its class and is to be written."""
    broken = copy.copy(RULED)
    object.__setattr__(broken, field, value)
    good = codec.encode(entry_of(RULED))
    written = {name: json.dumps(getattr(e, field)) for name, e in [("old", RULED), ("new", broken)]}
    body = good.replace(*(f'"{field}":{it}'.replace(", ", ",").encode() for it in written.values()))

    assert body != good
    assert refused in read(body)
    for together in ([broken], [RULED, broken, RULED]):
        with pytest.raises(CodecError) as caught:
            codec.encode_all(list(map(entry_of, together)))
        assert refused in str(caught.value)


def _counted(calls, name):
    do = getattr(codec, name)

    def counted(*given):
        calls[name] += 1
        return do(*given)

    return counted


def test_one_that_cannot_be_written_is_told_among_many_of_its_class():
    """The others of its class are written one by one then, to tell which one it is."""
    told = [entry_of(Holder(on="2024", loose=_Loose())) for _ in range(3)]
    long = entry_of(CourseFinished(on="2024", course="sql", title="x" * codec.MAX_BYTES))
    short = entry_of(CourseFinished(on="2024", course="sql", title="SQL"))

    with pytest.raises(CodecError, match=r"CourseFinished would not be readable: .* bytes"):
        codec.encode_all([short, *told, long, short])
    assert [codec.encode(short), *map(codec.encode, told)] == codec.encode_all([short, *told])


# What has no bytes


@pytest.mark.parametrize("kind", WITHOUT_BYTES, ids=lambda kind: kind.__name__)
def test_a_value_without_bytes_is_refused_before_anything_is_written(kind):
    @event("acme.odd")
    class Odd(Action):
        value: kind

    odd = Odd(on="2024", value=_instance(kind))
    with Ledger.in_memory() as ledger:
        with pytest.raises(CodecError, match="Odd") as refused:
            ledger.record(odd)
        if kind is complex:
            assert str(refused.value) == (
                "Odd has a value that JSON cannot hold: a complex has no place in JSON"
            )
        assert 0 == len(ledger)


def _instance(kind):
    from datetime import UTC, date, datetime
    from decimal import Decimal

    known = {
        Decimal: Decimal("1.5"),
        date: date(2024, 1, 1),
        datetime: datetime(2024, 1, 1, tzinfo=UTC),
    }
    return known.get(kind, 1j)


@attrs.frozen
class _Loose:
    """A user's class that checks nothing itself."""

    text: str = ""
    number: int = 0
    inner: "_Inner | None" = None


@attrs.frozen
class _Inner:
    many: tuple[str, ...] = ()


attrs.resolve_types(_Loose)


@event("acme.holder")
class Holder(Action):
    loose: _Loose


@pytest.mark.parametrize(
    "loose",
    [
        _Loose(text=5),
        _Loose(text="\ud800"),
        _Loose(number=True),
        _Loose(number=1.5),
        _Loose(number=10**30, inner=_Inner()),
        _Loose(text=None),
        _Loose(inner="text"),
        _Loose(inner=_Inner(many="abc")),
        _Loose(inner=_Inner(many=["a"])),
        _Loose(inner=_Inner(many=(object(),))),
        _Loose(text=object()),
    ],
)
def test_what_a_nested_class_let_through_is_refused_before_it_is_written(loose):
    if loose.number == 10**30:
        assert codec.encode(entry_of(Holder(on="2024", loose=loose)))  # a whole number is one
        return
    with pytest.raises(CodecError, match="Holder"):
        codec.encode(entry_of(Holder(on="2024", loose=loose)))


def test_names_of_a_mapping_are_text():
    @event("acme.numbered")
    class Numbered(Action):
        names: immutabledict[int, str]

    with pytest.raises(CodecError, match="expected a whole number, got text, at"):
        codec.encode(entry_of(Numbered(on="2024", names={1: "a"})))


def test_a_nested_value_that_contains_itself_is_refused():
    inner = _Loose()
    object.__setattr__(inner, "inner", inner)

    with pytest.raises(CodecError, match="Holder"):
        codec.encode(entry_of(Holder(on="2024", loose=inner)))


def test_an_event_that_would_be_read_as_another_is_refused():
    @attrs.frozen
    class Forgetful:
        text: str
        other: str = attrs.field(init=False, default="")

    @event("acme.forgetful")
    class Holds(Action):
        held: Forgetful

    held = Forgetful("a")
    object.__setattr__(held, "other", "b")

    with pytest.raises(CodecError, match="read back as another event: held changed"):
        codec.encode(entry_of(Holds(on="2024", held=held)))


def test_all_that_would_be_read_as_another_is_told():
    changed = ContactMade(on="2024", contact="jane", name="Jane")
    object.__setattr__(changed, "themes", ["b"])
    object.__setattr__(changed, "evidence", ["u"])

    with pytest.raises(CodecError, match=r"event: themes, evidence changed; use types"):
        codec.encode(entry_of(changed))


def test_an_event_of_a_class_that_was_defined_again_is_refused():
    def define():
        @event("acme.again")
        class Again(Action):
            pass

        return Again

    old, new = define()(on="2024"), define()(on="2024")

    assert codec.encode(entry_of(new))
    told = (
        r"^Again was made by a class that no longer stands for 'acme\.again'; "
        r"make the event again with the class as it is now$"
    )
    with pytest.raises(CodecError, match=told):
        codec.encode(entry_of(old))


def test_what_is_written_is_proven_by_the_quick_reader(monkeypatch):
    """Where there is one, for the other takes ten times as long."""
    monkeypatch.setattr(codec, "_read_back", None)
    assert codec.encode(entry_of(CourseFinished(on="2024", title="x")))


def test_unknown_events_are_not_written():
    unknown = UnknownEvent(on=None, type="a.b", version=1, fields="{}")
    entry = attrs.evolve(entry_of(Deep(on="2024")), event=unknown)

    told = r" cannot be recorded: its class is not known here; import the module that defines it$"
    with pytest.raises(CodecError, match=told):
        codec.encode(entry)
    with pytest.raises(CodecError, match="EntryAmended"):
        codec.encode(entry_of(EntryAmended(target="x", event=unknown, reason="r")))


@given(
    st.datetimes(*map(datetime.fromisoformat, ["0001-01-02", "9999-12-30"])),
    st.sampled_from([UTC, timezone(timedelta(hours=14)), timezone(timedelta(minutes=-721))]),
    st.booleans(),
)
def test_an_instant_is_told_in_utc_and_to_the_microsecond(moment, zone, whole):
    instant = moment.replace(tzinfo=zone, **({"microsecond": 0} if whole else {}))

    text = codec.instant_text(instant)

    assert instant.astimezone(UTC).isoformat(timespec="microseconds") == text[:-1] + "+00:00"
    assert text.endswith("Z")


def test_an_instant_needs_a_time_zone():
    entry = entry_of(Deep(on="2024"))

    with pytest.raises(CodecError, match="time zone"):
        codec.encode(attrs.evolve(entry, recorded_at=entry.recorded_at.replace(tzinfo=None)))


def test_entries_have_a_greatest_size():
    longest = codec.MAX_BYTES - len(codec.encode(entry_of(_noted(""))))

    assert codec.MAX_BYTES == len(codec.encode(entry_of(_noted("x" * longest))))
    with pytest.raises(CodecError, match="1,000,001 bytes, where an entry has at most 1,000,000"):
        codec.encode(entry_of(_noted("x" * (longest + 1))))


def _noted(text):
    return ContactMade(on="2024", contact="jane", name="Jane", note=text)


def test_mine_are_known_by_name():
    assert MINE == [codec.find_class(cls.__event__.name) for cls in MINE]
    assert codec.find_class("no.such") is None


@given(st.dictionaries(texts(), st.integers(1, 9), min_size=2))
def test_equal_events_have_equal_bytes(weights):
    """Whatever order their mappings and sets were given in."""

    def body(names):
        themes = {name: weights[name] for name in names}
        return codec.encode(
            entry_of(VisionDeclared(on="2024", vision="v", statement="s", themes=themes))
        )

    assert body(list(weights)) == body(list(reversed(weights)))


@pytest.mark.parametrize("name", ["a:b", "\\u003a", 'x":', "plain"])
def test_a_hidden_name_is_found_behind_any_text(name, read):
    """Colons in texts, escaped ones too, do not make up for a name that should not be there."""
    body = codec.encode(entry_of(ContactMade(on="2024", contact=name, name=name)))
    for escaped in (body, body.replace(b"a:b", b"a\\u003ab")):
        for extra in (b'"more":1', b'"name":"J"'):
            refused = read(escaped.replace(b'"contact":', extra + b',"contact":'))
            assert refused.startswith("entry #1 cannot be read: ")
        assert name == read(escaped).event.name


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        (
            "hours",
            "many",
            "would not be readable: .*expected a number, got text, at \\$.event.hours",
        ),
        (
            "themes",
            ["b", "a"],
            (
                r"^ContactMade would be read back as another event: themes changed; "
                r"use types that JSON can carry, such as str, int, float, tuple\[\.\.\., \.\.\.\]$"
            ),
        ),
    ],
)
def test_an_event_that_was_changed_by_force_is_refused(field, value, message):
    changed = ContactMade(on="2024", contact="jane", name="Jane")
    object.__setattr__(changed, field, value)

    with pytest.raises(CodecError, match=message):
        codec.encode(entry_of(changed))


def test_reading_goes_on_behind_what_only_the_plain_reader_knows():
    first = entry_of(ContactMade(on="2024", contact="a", name="a:b:c"))
    second = entry_of(ContactMade(on="2024", contact="c", name="c"))
    escaped = codec.encode(first).replace(b"b:c", b"b\\u003ac")
    rows = [(1, first.type, escaped, None), (2, second.type, codec.encode(second), None)]

    assert ["a:b:c", "c"] == [entry.event.name for entry in codec.decode_all(rows)]


def test_a_date_that_no_calendar_has_is_refused_by_both_readers(read):
    body = codec.encode(entry_of(ContactMade(on="2024-02-28", contact="a", name="a")))

    assert "2024-02-30" in read(body.replace(b"2024-02-28", b"2024-02-30"))
