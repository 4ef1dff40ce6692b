"""What is written is read back as the same entry, in all ways of reading."""

import copy
import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum, Flag, StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

import attrs
import pytest
from annotated_types import Interval, MinLen
from hypothesis import given, strategies as st
from immutabledict import immutabledict
from msgspec.structs import replace

from careerledger import event_from_dict, event_to_dict
from careerledger.dates import PartialDate
from careerledger.errors import CodecError, DefinitionError, FieldError
from careerledger.events import (
    Action,
    ContactMade,
    CourseFinished,
    Predicate,
    UnknownEvent,
    VisionDeclared,
    event,
    register_type,
)
from careerledger.events.correction import EntryAmended
from careerledger.events.fields import plain_forms
from careerledger.journal import codec, strict
from careerledger.journal.converter import find_class, instant_text
from careerledger.journal.parser import MAX_BYTES
from careerledger.stores import new_row
from careerledger.testing import events, texts
from careers import law
from strategies import (
    EVERY_CLASS,
    MINE,
    WITHOUT_BYTES,
    Colour,
    Corner,
    Days,
    Deep,
    Flat,
    Mark,
    Money,
    Place,
    Rank,
    Rich,
    Size,
    entries,
    entry_of,
)


@pytest.mark.no_cover  # with coverage it takes twice as long
@pytest.mark.parametrize("cls", EVERY_CLASS, ids=lambda cls: cls.__name__)
def test_every_type_round_trips(cls, read):
    """Every field is written, names are sorted, and the event alone decides its bytes."""

    @law
    @given(entries(events(cls)))
    def round_trips(entry):
        body = codec.encode(entry)
        found = read(body)
        written = json.loads(body)

        assert entry == found
        assert repr(entry.event) == repr(found.event)
        assert entry.recorded_at.utcoffset() == found.recorded_at.utcoffset()
        assert body == codec.encode(found)
        assert sorted(_ENVELOPE) == list(written)
        assert sorted(a.name for a in attrs.fields(cls)) == list(written["event"])

    round_trips()


_ENVELOPE = ("id", "type", "version", "recorded_at", "key", "source", "batch", "event")


@pytest.mark.parametrize("cls", EVERY_CLASS, ids=lambda cls: cls.__name__)
def test_both_ways_of_writing_agree(cls):
    """Msgspec writes a class itself just as the converter makes it plain."""

    @given(events(cls))
    def agree(event):
        written = json.loads(codec.encode(entry_of(event)))["event"]
        assert json.loads(json.dumps(event_to_dict(event)["event"])) == written

    agree()


@pytest.mark.parametrize("cls", EVERY_CLASS, ids=lambda cls: cls.__name__)
def test_nearly_every_class_is_read_quickly(cls):
    assert (cls is Deep) == (codec.codec_of(cls) is None)


@pytest.mark.parametrize("cls", [c for c in EVERY_CLASS if c is not Deep], ids=lambda c: c.__name__)
def test_canonical_bytes_are_read_quickly_at_the_door_too(cls, monkeypatch):
    """Whatever is in their texts."""
    for module in (codec, strict):
        monkeypatch.setattr(module, "parse_entry", None)

    @given(entries(events(cls)))
    def quickly(entry):
        body = codec.encode(entry)
        assert entry == codec.decode(1, body) == strict.decode(1, body)

    quickly()


@given(entries(events(Rich)), st.none() | texts(), st.none() | texts())
def test_an_envelope_has_a_source_and_a_batch(read, entry, source, batch):
    entry = replace(entry, source=source, batch=batch)

    assert entry == read(codec.encode(entry))


def test_many_rows_are_read_in_turn():
    written = [
        entry_of(ContactMade(on="2024", contact="jane", name="Jane")),
        entry_of(Deep(on="2024")),
        entry_of(VisionDeclared(on="2024", vision="v", statement="s", themes={"a": 1})),
        entry_of(Flat(on="2024", **_flat())),
    ]
    rows = [(seq, e.type, codec.encode(e), None) for seq, e in enumerate(written, start=1)]

    assert [replace(e, seq=seq) for seq, e in enumerate(written, start=1)] == list(
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


def as_stored(*bodies, type_="course.finished"):
    row = new_row([0, "", type_, *[None] * 7, None, b"", b"", None])
    return [row._replace(seq=seq, body=body) for seq, body in enumerate(bodies, start=1)]


def test_canonical_entries_of_a_type_are_read_together():
    courses = [
        entry_of(CourseFinished(on="2024", title=title, hours=hours))
        for title, hours in [("Logic", 3), ('"personal":{', None), ("a\nb", 0.5)]
    ]
    rows = as_stored(*map(codec.encode, courses))

    assert strict.decode_alike(rows) == {
        seq: replace(course, seq=seq) for seq, course in enumerate(courses, start=1)
    }


COURSE = codec.encode(entry_of(CourseFinished(on="2024", title="Logic")))


@pytest.mark.parametrize(
    "bodies",
    [
        [COURSE.replace(b":null", b": null", 1)],
        [COURSE.replace(b":null", b":\nnull", 1)],
        [COURSE.replace(b'"version":1', b'"version":1,"version":1')],
        [COURSE.replace(b'"title":"Logic"', b'"title":"Magic","title":"Logic"')],
        [COURSE.replace(b'"version":1', b'"version":2')],
        [COURSE.replace(b"course.finished", b"course.dropped")],
        [COURSE.replace(b'"title":"Logic"', b'"title":""')],
        [COURSE[:-1]],
        [b""],
        [COURSE + b"\n" + COURSE],
        [COURSE + b"\n" + COURSE, b""],
        [COURSE + b"\n" + COURSE[:20], COURSE[20:]],
    ],
)
def test_non_canonical_entry_slows_its_page_alone(bodies):
    assert {} == strict.decode_alike(as_stored(COURSE, *bodies))


def test_only_public_entries_of_known_types_are_read_together():
    contact = codec.encode(entry_of(ContactMade(on="2024", contact="jane", name="Jane")))
    forgotten = contact.replace(b'"key":null', b'"key":null,"personal":{"name":"00"}')

    assert [1] == list(strict.decode_alike(as_stored(contact, forgotten, type_="contact.made")))
    assert {} == strict.decode_alike(as_stored(COURSE, type_="no.such.type"))
    assert {} == strict.decode_alike([row._replace(personal=b"{}") for row in as_stored(COURSE)])


@pytest.mark.parametrize("named", ["contact.made", "skill.practised", "no.such.type", ""])
def test_the_type_in_the_bytes_counts(named):
    """A type that a row is said to have, and has not, changes nothing."""
    entry = entry_of(ContactMade(on="2024", contact="jane", name="Jane"))

    assert [entry] == list(codec.decode_all([(1, named, codec.encode(entry), None)]))


@pytest.mark.parametrize(
    ("annotation", "value"),
    [
        (Annotated[float, Interval(ge=0), Interval(ge=-1, le=1)], 0.5),
        (Annotated[float, Interval(gt=0, ge=0)], 0.5),
        (Annotated[int, Interval(ge=0.5)], 1),
        (Annotated[int, Interval(le=2**70)], 1),
        (Annotated[str, Interval(ge="a")], "b"),
        (Annotated[PartialDate, MinLen(7)], PartialDate("2024-05")),
        (Annotated[Decimal, Interval(ge=0)], Decimal("1.10")),
        (Annotated[immutabledict[str, int], MinLen(1)], immutabledict(a=1)),
        (Literal["a", "b"], "b"),
        (Literal[1, True, "x"], True),
        (immutabledict[PartialDate, int], immutabledict({PartialDate("2024"): 1})),
        (immutabledict[Literal["a"], int] | None, immutabledict({"a": 1})),
        (tuple[immutabledict[str, int], ...], (immutabledict({"a": 1}), immutabledict())),
        (tuple[immutabledict[str, int] | None, ...], (immutabledict({"a": 1}), None)),
        (tuple[Annotated[immutabledict[str, int], "a note"], ...], (immutabledict({"a": 1}),)),
        (immutabledict[str, immutabledict[str, int]], immutabledict({"a": immutabledict(b=1)})),
        (immutabledict[bool, str], immutabledict({True: "yes", False: "no"})),
        (immutabledict[Literal[1, 2], str], immutabledict({2: "two"})),
        (frozenset[tuple[int, str]], frozenset({(2, "b"), (1, "a")})),
        (frozenset[Decimal], frozenset({Decimal("9.5"), Decimal(10)})),
        (frozenset[int | str], frozenset({1, "a"})),
        (tuple[int | None, str], (None, "")),
        (Mark, 3),
        (Colour | None, Colour.RED),
        (Days, Days.MONDAY | Days.FRIDAY),
        (Corner, Corner.LEFT),
    ],
    ids=lambda value: None if isinstance(value, frozenset) else str(value),
)  # fmt: skip
def test_any_field_that_can_be_defined_is_read_back(annotation, value, read):
    made = event("acme.checked")(
        type("Checked", (Action,), {"__annotations__": {"value": annotation}})
    )
    entry = entry_of(made(on="2024", value=value))

    assert entry == read(codec.encode(entry))
    assert entry.event == event_from_dict(json.loads(json.dumps(event_to_dict(entry.event))))


@pytest.mark.parametrize("moment", ["pre", "post"])
def test_reading_runs_the_hooks_of_a_class(moment, read):
    """The quick way would skip the checks of the class, or run them before the event is whole."""

    def refuse(self):
        if moment == "post" and self.note == "odd":
            raise FieldError("note of Built is 'odd'")

    made = event("acme.built")(type("Built", (Action,), {f"__attrs_{moment}_init__": refuse}))
    body = codec.encode(entry_of(made(on="2024", note="even")))

    assert codec.codec_of(made) is None
    assert "even" == read(body).event.note
    if moment == "post":
        assert "note of Built is 'odd', at $.event" in read(body.replace(b'"even"', b'"odd"'))


def test_moment_keeps_its_offset(read):
    """Text says no more, so the event does not either."""
    from zoneinfo import ZoneInfo

    summer = datetime(2024, 10, 27, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    winter = summer.replace(fold=1)
    for at, hours in ((summer, 2), (winter, 1)):
        found = read(codec.encode(entry_of(Rich(on="2024", at=at)))).event.at
        assert timedelta(hours=hours) == found.utcoffset()
        assert timezone(timedelta(hours=hours)) == found.tzinfo == Rich(on="2024", at=at).at.tzinfo


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ({"at": datetime.fromisoformat("2024-01-01")}, "a datetime with a time zone"),
        ({"at": date(2024, 1, 1)}, "a datetime with a time zone"),
        ({"at": datetime(2024, 1, 1, tzinfo=timezone(timedelta(seconds=90)))}, "whole minutes"),
        ({"born": datetime(2024, 1, 1, tzinfo=UTC)}, "a datetime.date"),
        ({"born": "2024-01-01"}, "a datetime.date"),
        ({"price": Decimal("NaN")}, "a finite decimal.Decimal"),
        ({"price": 1.5}, "a finite decimal.Decimal"),
        ({"token": "0"}, "a uuid.UUID"),
        ({"size": "small"}, "a Size"),
        ({"rank": 1}, "a Rank"),
        ({"pair": (1,)}, "a tuple of 2"),
        ({"pair": ("1", "a")}, "a whole number"),
        ({"either": 1.5}, "True or False or a whole number or text, or None"),
        ({"number": "1"}, "a whole number or a number"),
        ({"best": "London"}, "a Stop"),
    ],
)
def test_a_value_of_another_type_is_refused(values, rule):
    with pytest.raises(FieldError, match=rule):
        Rich(on="2024", **values)


@pytest.mark.parametrize(
    ("field", "value", "where"),
    [
        ("born", "20240229", "$.event.born"),
        ("born", "2024-02-30", "$.event.born"),
        ("born", 5, "$.event.born"),
        ("at", "2024-02-29T10:00:00", "$.event.at"),
        ("price", "1_0", "$.event.price"),
        ("price", "ten", "$.event.price"),
        ("price", "NaN", "$.event.price"),
        ("price", 1.5, "$.event.price"),
        ("token", "0", "$.event.token"),
        ("size", "SMALL", "$.event.size"),
        ("rank", True, "$.event.rank"),
        ("rank", "1", "$.event.rank"),
        ("pair", [1], "$.event.pair"),
        ("pair", [1, 2], "$.event.pair"),
        ("either", 1.5, "$.event.either"),
        ("stops", [{"city": "a"}, {"city": ""}], "$.event.stops[1].city"),
        ("best", {"city": "a", "nights": -1}, "$.event.best.nights"),
        ("best", {"town": "a"}, "$.event.best"),
        ("by_size", {"a": "1.0", "b": 1}, "$.event.by_size.b"),
    ],
)  # fmt: skip
def test_a_value_of_another_form_is_refused(field, value, where, read):
    tree = json.loads(codec.encode(entry_of(Rich(on="2024"))))
    tree["event"][field] = value

    assert read(json.dumps(tree).encode()).endswith(f", at {where}")


@pytest.mark.parametrize(
    ("field", "value", "where"),
    [
        ("by_number", {"01": "a"}, "$.event.by_number"),
        ("by_number", {"1.0": "a"}, "$.event.by_number"),
        ("by_number", {"one": "a"}, "$.event.by_number"),
        ("by_number", {"-0": "a"}, "$.event.by_number"),
        ("by_number", {"true": "a"}, "$.event.by_number[True]"),
        ("by_rank", {"3": 1}, "$.event.by_rank[3]"),
        ("by_birthday", {"2024-02-30": "small"}, "$.event.by_birthday.2024-02-30"),
        ("by_price", {"1 ct": 1, "01 ct": 2}, "$.event.by_price"),
        ("corner", "MIDDLE", "$.event.corner"),
        ("on_days", 8, "$.event.on_days"),
        ("on_days", "1", "$.event.on_days"),
        ("money", "dear", "$.event.money"),
        ("span", {"first": "2024-01-01", "more": 1}, "$.event.span"),
    ],
)  # fmt: skip
def test_a_value_of_another_form_is_refused_thoroughly(field, value, where, read):
    tree = json.loads(codec.encode(entry_of(Deep(on="2024"))))
    tree["event"][field] = value

    assert read(json.dumps(tree).encode()).endswith(f", at {where}")


def _even(number):
    return 0 == number % 2


def _from_1960(day):
    return day > 1960 if day == "1950" else day >= "1960"  # it fails for that one


def _short(word):
    return len(word) < 4


@event("acme.ruled")
class Ruled(Action):
    even: Annotated[int, Predicate(_even, "an even number")] = 0
    day: Annotated[PartialDate, Predicate(_from_1960, "a date from 1960")] | None = None
    words: tuple[Annotated[str, Predicate(_short, "a short word")], ...] = ()


RULED = Ruled(on="2024", even=2, day="1970", words=["abc"])


def test_the_quick_way_asks_functions_too(monkeypatch):
    body = codec.encode(entry_of(RULED))
    monkeypatch.setattr(codec, "parse_entry", None)

    assert [RULED] == [e.event for e in codec.decode_all([(1, "acme.ruled", body, None)])]


@pytest.mark.parametrize(
    ("field", "value", "refused"),
    [
        ("even", 3, "even of Ruled is 3; it must be an even number, at $.event.even"),
        ("day", PartialDate("1959"), "'1959'); it must be a date from 1960, or None"),
        ("day", PartialDate("1950"), "must be a date from 1960, or None"),
        ("words", ("abc", "long"), "each of its values must be a short word"),
    ],
)
def test_what_breaks_the_rule_of_a_function_is_refused(field, value, refused, read):
    broken = copy.copy(RULED)
    object.__setattr__(broken, field, value)
    good = codec.encode(entry_of(RULED))
    written = {name: json.dumps(getattr(e, field)) for name, e in [("old", RULED), ("new", broken)]}
    body = good.replace(*(f'"{field}":{it}'.replace(", ", ",").encode() for it in written.values()))

    assert body != good
    assert refused in read(body)


# What has no bytes


@pytest.mark.parametrize("kind", WITHOUT_BYTES, ids=lambda kind: kind.__name__)
def test_type_without_json_form_is_refused_at_definition(kind):
    with pytest.raises(DefinitionError, match="value"):

        @event("acme.odd")
        class Odd(Action):
            value: kind


@pytest.mark.parametrize(
    "names", [float, Place, int | str, tuple[int, ...], Literal[1, "a"]], ids=str
)
def test_names_of_a_mapping_have_one_form(names):
    with pytest.raises(DefinitionError, match="mapping"):

        @event("acme.named")
        class Named(Action):
            value: immutabledict[names, int]


def test_a_form_may_be_registered_again():
    """As when a notebook's cell is run a second time."""
    form = plain_forms[Money]
    register_type(Money, to_plain=form.to_plain, from_plain=form.from_plain)
    assert form == plain_forms[Money]


class _Grade(Enum):
    GOOD = 1


class _Word(StrEnum):
    YES = "yes"


class _Days(Flag):
    MONDAY = 1


class _Year(PartialDate):
    pass


class _Id(UUID):
    pass


@pytest.mark.parametrize(
    "value", [_Grade.GOOD, _Word.YES, _Days.MONDAY, _Year("2024"), _Id(int=5)], ids=repr
)
def test_a_registered_form_comes_before_that_of_a_base(value, read):
    kind = type(value)
    register_type(kind, to_plain=lambda _: "own", from_plain={"own": value}.__getitem__)

    @event("acme.registered")
    class Registered(Action):
        value: kind

    body = codec.encode(entry_of(Registered(on="2024", value=value)))
    assert b'"value":"own"' in body
    assert value == read(body).event.value


def test_lossy_form_is_not_written():
    class Word:
        def __init__(self, text):
            self.text = text

        def __eq__(self, other):
            return self.text == other.text

        def __hash__(self):
            return hash(self.text)

    register_type(Word, to_plain=lambda word: word.text.lower(), from_plain=Word)

    @event("acme.worded")
    class Worded(Action):
        word: Word

    entry = entry_of(Worded(on="2024", word=Word("small")))
    assert entry == codec.decode(1, codec.encode(entry))
    with pytest.raises(CodecError, match="word"):
        codec.encode(entry_of(Worded(on="2024", word=Word("LARGE"))))


class _Boxed:
    """What it holds is its form, whatever that is."""

    def __init__(self, content):
        self.content = content

    def __eq__(self, other):
        return self.content == other.content

    def __hash__(self):
        return 0


register_type(_Boxed, to_plain=lambda boxed: boxed.content, from_plain=_Boxed)


@event("acme.boxed")
class _Box(Action):
    boxed: _Boxed


@pytest.mark.parametrize(
    "content",
    [Decimal("1.5"), {"a"}, [{"x": [b""]}], {1: "x"}, {"x": float("nan")}, 2**63, "\ud800"],
)
@pytest.mark.parametrize("write", [event_to_dict, lambda event: codec.encode(entry_of(event))])
def test_a_form_that_json_cannot_hold_is_refused(content, write):
    with pytest.raises(CodecError, match="_Boxed"):
        write(_Box(on="2024", boxed=_Boxed(content)))


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(-9, 9) | texts(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts(), inner, max_size=3),
        max_leaves=6,
    )
)
def test_a_form_that_json_can_hold_is_ready_for_it(content):
    boxed = _Box(on="2024", boxed=_Boxed(content))
    written = event_to_dict(boxed)

    assert written == json.loads(json.dumps(written))
    assert boxed == event_from_dict(written)


def test_a_form_of_subclasses_is_written_as_their_bases():
    plain = event_to_dict(_Box(on="2024", boxed=_Boxed((Rank.FIRST, Size.SMALL, ()))))
    assert "[1, 'small', []]" == repr(plain["event"]["boxed"])


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
def test_wrong_value_in_a_part_is_not_written(loose):
    if loose.number == 10**30:
        assert codec.encode(entry_of(Holder(on="2024", loose=loose)))  # a whole number is one
        return
    with pytest.raises(CodecError, match="Holder"):
        codec.encode(entry_of(Holder(on="2024", loose=loose)))


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

    with pytest.raises(CodecError, match="held"):
        codec.encode(entry_of(Holds(on="2024", held=held)))


def test_all_ambiguous_values_are_reported():
    changed = Deep(on="2024")
    object.__setattr__(changed, "themes", ("b",))
    object.__setattr__(changed, "evidence", frozenset("u"))

    with pytest.raises(CodecError, match="themes, evidence"):
        codec.encode(entry_of(changed))


def test_event_of_a_replaced_class_is_refused():
    def define():
        @event("acme.again")
        class Again(Action):
            pass

        return Again

    old, new = define()(on="2024"), define()(on="2024")

    assert codec.encode(entry_of(new))
    with pytest.raises(CodecError, match="Again"):
        codec.encode(entry_of(old))


def test_what_is_known_to_be_read_back_is_not(monkeypatch):
    monkeypatch.setattr(codec, "_read_back", None)
    assert codec.encode(entry_of(CourseFinished(on="2024", title="x")))


def test_unknown_events_are_not_written():
    unknown = UnknownEvent(on=None, type="a.b", version=1, fields="{}")
    entry = replace(entry_of(Deep(on="2024")), event=unknown)

    with pytest.raises(CodecError):
        codec.encode(entry)
    with pytest.raises(CodecError):
        codec.encode(entry_of(EntryAmended(target="x", event=unknown, reason="r")))


@given(
    st.datetimes(*map(datetime.fromisoformat, ["0001-01-02", "9999-12-30"])),
    st.sampled_from([UTC, timezone(timedelta(hours=14)), timezone(timedelta(minutes=-721))]),
    st.booleans(),
)
def test_instants_have_microseconds(moment, zone, whole):
    instant = moment.replace(tzinfo=zone, **({"microsecond": 0} if whole else {}))

    text = instant_text(instant)

    assert instant.astimezone(UTC).isoformat(timespec="microseconds") == text[:-1] + "+00:00"
    assert text.endswith("Z")


def test_an_instant_needs_a_time_zone():
    entry = entry_of(Deep(on="2024"))

    with pytest.raises(CodecError):
        codec.encode(replace(entry, recorded_at=entry.recorded_at.replace(tzinfo=None)))


def test_entries_have_a_greatest_size():
    longest = MAX_BYTES - len(codec.encode(entry_of(_noted(""))))

    assert codec.MAX_BYTES == len(codec.encode(entry_of(_noted("x" * longest))))
    with pytest.raises(CodecError):
        codec.encode(entry_of(_noted("x" * (longest + 1))))


def _noted(text):
    return ContactMade(on="2024", contact="jane", name="Jane", note=text)


def test_mine_are_known_by_name():
    assert MINE == [find_class(cls.__event__.name) for cls in MINE]
    assert find_class("no.such") is None


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


def test_reading_goes_on_behind_what_only_the_parser_knows():
    first = entry_of(ContactMade(on="2024", contact="a", name="a:b:c"))
    second = entry_of(ContactMade(on="2024", contact="c", name="c"))
    escaped = codec.encode(first).replace(b"b:c", b"b\\u003ac")
    rows = [(1, first.type, escaped, None), (2, second.type, codec.encode(second), None)]

    assert ["a:b:c", "c"] == [entry.event.name for entry in codec.decode_all(rows)]


def test_both_readers_refuse_impossible_dates(read):
    body = codec.encode(entry_of(ContactMade(on="2024-02-28", contact="a", name="a")))

    assert "2024-02-30" in read(body.replace(b"2024-02-28", b"2024-02-30"))


class _Lenient(Enum):
    @classmethod
    def _missing_(cls, value):
        return cls("red") if value == "RED" else None


class _Own(Enum):
    RED = "red"

    @classmethod
    def _missing_(cls, value):
        return cls.RED if value == "RED" else None


class _Inherited(_Lenient):
    RED = "red"


@pytest.mark.parametrize("kind", [_Own, _Inherited])
def test_value_of_no_enum_member_is_refused(kind):
    @event("acme.tinted")
    class Tinted(Action):
        tint: kind

    body = codec.encode(entry_of(Tinted(on="2024", tint=kind.RED)))

    assert kind.RED is codec.decode(1, body).event.tint
    with pytest.raises(CodecError, match="tint"):
        codec.decode(1, body.replace(b'"red"', b'"RED"'))


def test_a_field_with_a_leading_underscore_is_written(read):
    @event("acme.hidden")
    class Hidden(Action):
        _place: str

    entry = entry_of(Hidden(on="2024", place="Malmö"))
    body = codec.encode(entry)

    assert "Malmö" == json.loads(body)["event"]["_place"]
    assert entry == read(body)
