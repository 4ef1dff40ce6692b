"""What the codec refuses to read, each with the path to it."""

import json

import pytest

from careerledger import Entry
from careerledger.errors import CodecError
from careerledger.events import (
    ContactMade,
    CourseFinished,
    EntryAmended,
    OpportunityFound,
    RoleLike,
    RoleStarted,
    UnknownEvent,
    VisionDeclared,
)
from careerledger.journal import codec
from careerledger.journal.parser import MAX_BYTES, MAX_DEPTH
from strategies import Bare, Deep, Flat, Place, Trip, entry_of

COURSE = CourseFinished(
    on="2024", title="x", hours=3, themes={"a"}, evidence=["u"], toward={"v": 0.5}
)
VISION = VisionDeclared(on="2024", vision="v", statement="s", themes={"a": 1})
OPPORTUNITY = OpportunityFound(on="2024", opportunity="o", what="w", role_like=RoleLike(title="t"))
AMENDED = EntryAmended(target="x", event=COURSE, reason="r")


def changed(event, path, value):
    """The bytes of an entry in which one value stands where another stood."""
    tree = json.loads(codec.encode(entry_of(event)))
    *parents, last = path.split(".")
    found = tree
    for name in parents:
        found = found[int(name)] if isinstance(found, list) else found[name]
    found[int(last) if isinstance(found, list) else last] = value
    return compact(tree)


def compact(tree):
    """JSON in the canonical form."""
    return json.dumps(tree, separators=(",", ":"), sort_keys=True, ensure_ascii=False).encode()


@pytest.mark.parametrize(
    ("event", "path", "value", "where"),
    [
        (COURSE, "id", 5, "$.id"),
        (COURSE, "key", 5, "$.key"),
        (COURSE, "key", True, "$.key"),
        (COURSE, "type", None, "$.type"),
        (COURSE, "version", "1", "$.version"),
        (COURSE, "version", 0, "$.version"),
        (COURSE, "version", True, "$.version"),
        (COURSE, "version", 1.0, "$.version"),
        (COURSE, "event", [], "$.event"),
        (COURSE, "more", 1, "$"),
        (COURSE, "event.more", 1, "$.event"),
        (COURSE, "event.title", 5, "$.event.title"),
        (COURSE, "event.title", "", "$.event.title"),
        (COURSE, "event.hours", "3", "$.event.hours"),
        (COURSE, "event.hours", True, "$.event.hours"),
        (COURSE, "event.hours", -1, "$.event.hours"),
        (COURSE, "event.evidence", "abc", "$.event.evidence"),
        (COURSE, "event.evidence", {"a": 1}, "$.event.evidence"),
        (COURSE, "event.evidence.0", 5, "$.event.evidence[0]"),
        (COURSE, "event.themes", "abc", "$.event.themes"),
        (COURSE, "event.themes", None, "$.event.themes"),
        (COURSE, "event.toward", ["v"], "$.event.toward"),
        (COURSE, "event.toward.v", "1", "$.event.toward.v"),
        (COURSE, "event.toward.v", 2, "$.event.toward"),
        (COURSE, "event.format", "film", "$.event.format"),
        (COURSE, "event.format", 1, "$.event.format"),
        (COURSE, "event.on", "2024-13", "$.event.on"),
        (COURSE, "event.on", 2024, "$.event.on"),
        (COURSE, "event.on", None, "$.event.on"),
        (VISION, "event.themes.a", 0, "$.event.themes"),
        (VISION, "event.themes", [], "$.event.themes"),
        (OPPORTUNITY, "event.role_like", [], "$.event.role_like"),
        (OPPORTUNITY, "event.role_like", "t", "$.event.role_like"),
        (OPPORTUNITY, "event.role_like.title", 5, "$.event.role_like.title"),
        (OPPORTUNITY, "event.role_like.z", 5, "$.event.role_like"),
        (OPPORTUNITY, "event.role_like", {}, "$.event.role_like.title"),
        (AMENDED, "event.target", None, "$.event.target"),
        (AMENDED, "event.event", 5, "$.event.event"),
        (AMENDED, "event.event.more", 5, "$.event.event"),
        (AMENDED, "event.event", {"type": "a.b"}, "$.event.event"),
        (AMENDED, "event.event.version", 0, "$.event.event.version"),
        (AMENDED, "event.event.type", 5, "$.event.event.type"),
        (AMENDED, "event.event.event.title", 5, "$.event.event.event.title"),
        (AMENDED, "event.event.event.more", 5, "$.event.event.event"),
        (AMENDED, "event.event", {"type": "entry.voided", "version": 1, "event": {"target": "x", "reason": "r"}},
         "$.event.event"),
    ],
)  # fmt: skip
def test_wrong_values_are_refused_with_their_path(event, path, value, where, read):
    refusal = read(changed(event, path, value))

    assert refusal.startswith("entry #1 ")
    assert refusal.endswith(f", at {where}")


def test_all_wrong_names_are_reported(read):
    body = codec.encode(entry_of(COURSE)).replace(b'"key":', b'"kay":').replace(b'"id":', b'"ID":')

    assert "missing id, key; unknown ID, kay, at $" in read(body)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "not JSON"),
        (b"[]", "expected an object, got an array, at $"),
        (b"null", "expected an object, got null, at $"),
        (b"1.5", "expected an object, got a number, at $"),
        (b"{}", "missing batch, event, id, key, recorded_at, source, type, version, at $"),
        (b'{"id":"x"} {}', "not JSON"),
        (b"\xef\xbb\xbf{}", "not JSON"),
        ('{"id":"é"}'.encode("latin-1"), "not JSON"),
        ("{}".encode("utf-16"), "not JSON"),
        (b'{"id":NaN}', "not JSON"),
        (b'{"id":Infinity}', "not JSON"),
        (b'{"id":"\\ud800"}', "not JSON"),
        (b'{"id":01}', "not JSON"),
        (b"{'id':1}", "not JSON"),
        (b'{"a":1,"a":1}', "the name occurs twice, at $.a"),
        (b'{"a":[0,{"b":1,"b":2}]}', "the name occurs twice, at $.a[1].b"),
        (b'{"a":1,"\\u0061":1}', "the name occurs twice, at $.a"),
    ],
)
def test_other_bytes_are_refused(body, message, read):
    assert message in read(body)


@pytest.mark.parametrize(
    "number", ["1e999", "-1e999", "NaN", "Infinity", "1" * 10_000, "0x1", "1_0"]
)
def test_numbers_that_are_none_are_refused(number, read):
    body = codec.encode(entry_of(COURSE)).replace(b'"hours":3.0', f'"hours":{number}'.encode())

    assert "not JSON" in read(body)


@pytest.mark.parametrize("number", [2**63, 2**64, 10**30, -(2**63) - 1])
def test_whole_numbers_have_64_bits(number, read):
    role = RoleStarted(on="2024", role="r", organisation="o", title="t", level=1)

    assert "64 bits" in read(changed(role, "event.level", number)) or number < 0
    assert "64 bits" in read(changed(_flat(), "event.whole", number))
    assert "at $.event.most" in read(changed(_flat(), "event.most", number))


@pytest.mark.parametrize("number", [1.0, 1e2, 9007199254740993.0])
def test_whole_numbers_have_no_point(number, read):
    assert "expected a whole number" in read(changed(_flat(), "event.whole", number))


@pytest.mark.parametrize("number", [0, 10**20, 2**53 + 1, 1e308, 5e-324, 0.1])
def test_numbers_are_read_exactly(number, read):
    assert float(number) == read(changed(_flat(), "event.real", number)).event.real


@pytest.mark.parametrize(
    ("field", "value"),
    [("few", 0), ("few", 4), ("most", 2**62 + 1), ("open_share", 0), ("open_share", 1)],
)
def test_bounds_are_kept(field, value, read):
    assert f"{field} of Flat is {value}" in read(changed(_flat(), f"event.{field}", value))


def _flat():
    return Flat(
        on="2024", flag=True, whole=1, real=1, text="", day="2024", choice="a", few=1, most=1,
        open_share=0.5, long="abc", some=["ab"],
    )  # fmt: skip


def test_lone_surrogates_are_refused_wherever_they_stand(read):
    body = codec.encode(entry_of(COURSE))

    assert "not JSON" in read(body.replace(b'"title":"x"', b'"title":"\\ud800"'))
    assert "not JSON" in read(body.replace(b'"v":0.5', b'"\\udfff":0.5'))
    assert "😀" == read(body.replace(b'"title":"x"', b'"title":"\\ud83d\\ude00"')).event.title


def test_large_bytes_are_refused_unread(read):
    white = b" " * MAX_BYTES + codec.encode(entry_of(COURSE))
    long = codec.encode(entry_of(COURSE)).replace(b'"x"', b'"' + b"x" * MAX_BYTES + b'"')

    assert "bytes, where an entry has at most 1,000,000, at $" in read(white)
    assert "bytes, where an entry has at most 1,000,000, at $" in read(long)


def test_bytes_as_large_as_they_may_be_are_read(read):
    body = codec.encode(entry_of(COURSE))
    most = body.replace(b'"x"', b'"' + b"x" * (MAX_BYTES - len(body) + 1) + b'"')

    assert len(most) == MAX_BYTES
    assert read(most).event.title.strip("x") == ""


@pytest.mark.parametrize("depth", [33, 1_000, 100_000])
@pytest.mark.parametrize("nested", [("[", "]"), ('{"a":', "}")])
def test_deep_nesting_is_refused(depth, nested, read):
    before, after = nested
    tree = before * depth + "1" + after * depth
    body = codec.encode(entry_of(COURSE)).replace(b'"note":null', f'"note":{tree}'.encode())

    assert "nested deeper than 32, at $" in read(body)


def test_an_unknown_event_may_nest_within_bounds(read):
    """Its fields are two levels below the entry."""

    def nested(lists):
        deep = json.loads("[" * lists + "1" + "]" * lists)
        return changed(COURSE, "type", "no.such").replace(
            b'"title":"x"', f'"deep":{json.dumps(deep)}'.encode()
        )

    assert isinstance(read(nested(MAX_DEPTH - 2)).event, UnknownEvent)
    assert "nested deeper than 32, at $.event.deep[0]" in read(nested(MAX_DEPTH - 1))


@pytest.mark.parametrize("white", [" ", "\t", "\n", "\r", " \t\r\n "])
@pytest.mark.parametrize("event", [COURSE, VISION], ids=lambda event: type(event).__name__)
def test_white_space_hides_no_name(white, event, read):
    body = codec.encode(entry_of(event))
    start = b'"event":{'

    assert "unknown more, at $.event" in read(
        body.replace(start, start + f'"more"{white}:1,'.encode())
    )
    assert "occurs twice, at $.event.note" in read(
        body.replace(start, start + f'"note"{white}:null,'.encode())
    )
    assert "occurs twice, at $.key" in read(body[:-1] + f',"key"{white}:null}}'.encode())


def test_text_is_utf_8(read):
    assert "not JSON" in read(codec.encode(entry_of(COURSE)).replace(b'"x"', b'"\xff"'))


@pytest.mark.parametrize(
    "text",
    [
        "2024-05-06T07:08:09.123456Z",
        "2024-05-06T07:08:09Z",
        "2024-05-06T09:08:09.123456+02:00",
        "2024-05-06T07:08:09.1234567Z",
        "2024-05-06 07:08:09z",
    ],
)
def test_instants_that_other_programs_write_are_read(text, read):
    assert isinstance(read(changed(Bare(on="2024"), "recorded_at", text)), Entry)


@pytest.mark.parametrize(
    "text",
    ["", "2024", "2024-05-06", "2024-05-06T07:08:09", "2024-05-06T07:08Z", "2024-02-30T00:00:00Z", "now",
     "2024-05-06T07:08:60Z", "2024-W01-1T00:00:00Z"],
)  # fmt: skip
def test_what_is_not_an_instant_is_refused(text, read):
    assert "is not an instant" in read(changed(Bare(on="2024"), "recorded_at", text))


def test_an_error_of_the_class_itself_is_refused(read, monkeypatch):
    """Whatever goes wrong while an event is built, reading raises CodecError."""

    def fail(_self, **_fields):
        error = ZeroDivisionError("division by zero")
        error.add_note("a note of its own")
        raise error

    body = codec.encode(entry_of(Deep(on="2024", trip=Trip(to=Place(city="London")))))
    monkeypatch.setattr(Place, "__init__", fail)

    assert "ZeroDivisionError: division by zero, at $.event.trip.to" in read(body)


def test_first_of_several_faults_is_reported(read):
    """But a name that is misspelt before the one that is missing for it."""
    tree = json.loads(codec.encode(entry_of(COURSE)))
    tree["event"] |= {"title": 5, "score": "x"}
    assert ", at $.event.title" in read(compact(tree))

    del tree["event"]["title"]
    tree["event"]["titel"] = "SQL"
    assert "unknown titel, at $.event" in read(compact(tree))
    tree["event"]["hour"] = 3
    assert "unknown hour, titel, at $.event" in read(compact(tree))


def test_decode_error_names_the_entry():
    with pytest.raises(CodecError, match="#17"):
        codec.decode(17, b"{}")


def test_a_contact_named_like_json_is_itself(read):
    name = '","type":"skill.practised","version":1,"event":{'
    entry = entry_of(ContactMade(on="2024", contact="jane", name=name), id_=name)

    assert entry == read(codec.encode(entry))
