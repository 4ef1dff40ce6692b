"""Older versions are upcast; newer ones and unknown types are kept as they are."""

import json

import pytest
from hypothesis import given, strategies as st

from careerledger.dates import PartialDate
from careerledger.events import Action, EntryAmended, UnknownEvent, event
from careerledger.journal import codec
from careerledger.testing import events
from strategies import entry_of


def _split_name(fields):
    first, _, last = fields.pop("name").partition(" ")
    return {**fields, "first": first, "last": last}


def _place_from_city(fields):
    fields["place"] = fields.pop("city", "") or "unknown"
    return fields


@event("acme.met", version=3, upcasts={1: _split_name, 2: _place_from_city})
class Met(Action):
    first: str
    last: str
    place: str


def bytes_of(version, name="acme.met", /, **fields):
    tree = json.loads(codec.encode(entry_of(Met(on="2024", first="", last="", place=""))))
    fields = {"on": "2024", **fields}
    tree |= {"type": name, "version": version, "event": fields}
    return json.dumps(tree, separators=(",", ":")).encode()


def test_each_version_is_read_as_the_last(read):
    expected = Met(on="2024", first="Ada", last="Lovelace", place="London")

    assert expected == read(bytes_of(1, name="Ada Lovelace", city="London")).event
    assert expected == read(bytes_of(2, first="Ada", last="Lovelace", city="London")).event
    assert expected == read(bytes_of(3, first="Ada", last="Lovelace", place="London")).event


def test_upcast_entry_has_the_stored_version(read):
    entry = read(bytes_of(1, name="Ada Lovelace"))

    assert (1, "acme.met") == (entry.version, entry.type)


def test_fields_are_checked_in_the_last_version(read):
    assert "unknown city, at $.event" in read(bytes_of(3, first="", last="", place="", city=""))
    assert "the field is missing, at $.event.first" in read(bytes_of(2, last=""))
    assert "got a whole number, at $.event.first" in read(bytes_of(2, first=1, last=""))


def test_failing_upcast_is_reported(read):
    assert "the upcast of acme.met from version 1 failed: KeyError('name'), at $.event" in read(
        bytes_of(1, first="Ada")
    )


@pytest.mark.parametrize("made", [None, [], "text", {1: 2}])
def test_an_upcast_that_makes_no_fields_is_refused(made, read):
    @event("acme.upcast", version=3, upcasts={1: lambda _: made, 2: lambda fields: fields})
    class Upcast(Action):
        pass

    assert ", at $.event" in read(bytes_of(1, "acme.upcast"))


def test_a_newer_version_is_kept(read):
    found = read(bytes_of(4, place={"city": "London", "floor": 10**30}))

    assert (
        UnknownEvent(
            on=PartialDate("2024"),
            type="acme.met",
            version=4,
            fields=f'{{"on":"2024","place":{{"city":"London","floor":{10**30}}}}}',
        )
        == found.event
    )
    assert (4, "acme.met") == (found.version, found.type)


@given(st.data())
def test_the_fields_of_an_unknown_type_are_kept(read, data):
    known = codec.encode(entry_of(data.draw(events())))
    tree = json.loads(known)

    found = read(json.dumps({**tree, "type": "other.thing", "version": 7}).encode())

    assert tree["event"] == json.loads(found.event.fields)
    assert tree["event"]["on"] == found.event.on


def test_the_letters_of_an_unknown_type_are_kept(read):
    found = read(bytes_of(1, "other.thing", place="Malmö"))

    assert "Malmö" in found.event.fields


@pytest.mark.parametrize("on", [None, 5, "", "soon", "2024-13", ["2024"]])
def test_an_unknown_type_need_not_say_when(on, read):
    assert read(bytes_of(1, "other.thing", on=on)).event.on is None


def test_an_amendment_to_an_unknown_type_is_kept(read):
    inner = {"type": "other.thing", "version": 1, "event": {"on": "2024", "x": 1}}
    entry = entry_of(
        EntryAmended(target="x", event=Met(on="2024", first="", last="", place=""), reason="r")
    )
    tree = json.loads(codec.encode(entry))
    tree["event"]["event"] = inner

    canonical = json.dumps(tree, separators=(",", ":"), sort_keys=True).encode()
    found = read(canonical)

    assert found == read(json.dumps(tree).encode())
    assert "other.thing" == found.event.event.type
    assert {"on": "2024", "x": 1} == json.loads(found.event.event.fields)


def test_an_amendment_is_upcast_too(read):
    entry = entry_of(
        EntryAmended(target="x", event=Met(on="2024", first="", last="", place=""), reason="r")
    )
    tree = json.loads(codec.encode(entry))
    tree["event"]["event"] |= {"version": 1, "event": {"on": "2024", "name": "Ada Lovelace"}}

    assert "Lovelace" == read(json.dumps(tree).encode()).event.event.last
    tree["event"]["event"]["event"] = {"on": "2024"}
    assert "failed: KeyError('name'), at $.event.event.event" in read(json.dumps(tree).encode())


@event("acme.waited", version=2, upcasts={1: lambda fields: {"on": "2020", "minutes": 60}})
class Waited(Action):
    minutes: int


def test_old_amendment_is_upcast(read):
    """Fields of the same names and types may mean something else in the next version."""
    entry = entry_of(EntryAmended(target="x", event=Waited(on="2024", minutes=1), reason="r"))
    new = codec.encode(entry)
    old = new.replace(b'"type":"acme.waited","version":2', b'"type":"acme.waited","version":1')

    assert new != old
    assert Waited(on="2024", minutes=1) == read(new).event.event
    assert Waited(on="2020", minutes=60) == read(old).event.event
