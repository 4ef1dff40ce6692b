"""The catalogue only grows: what a golden file says of names, versions and fields stays true.

A type's name is forever. Its fields may change only with a new version, which the file then holds
beside the older ones.
"""

import json
from pathlib import Path

import attrs
import pytest
from hypothesis import find

from careerledger.journal import strict
from careerledger.journal.converter import event_to_dict, find_class
from careerledger.testing import events
from strategies import CORRECTIONS, FACTS

GOLDEN = Path(__file__).with_name("catalogue.json")
BODIES = Path(__file__).with_name("bodies.json")
"""Fields of an event of every version that there was, as a file may hold them, and what it says."""
CLASSES = [*FACTS, *CORRECTIONS]


def _field(attribute):
    """A field as the file tells it: its type with all rules, and its default."""
    default = attribute.default
    said = (
        ""
        if default is attrs.NOTHING
        else f" = {sorted(default) if isinstance(default, frozenset) else default!r}"
    )
    return f"{attribute.name}: {_type(attribute.type)}{said}"


def _type(annotation):
    told = (
        annotation.__name__
        if isinstance(annotation, type) and not hasattr(annotation, "__args__")
        else repr(annotation)
    )
    for noise in ("typing.", "careerledger.events.", "careerledger.dates.", "immutabledict."):
        told = told.replace(noise, "")
    before, predicate, _ = told.partition("Predicate(func=<function ")
    if predicate:
        told = f"{before}Predicate]"
    return told


def now():
    return {
        f"{cls.__event__.name} {cls.__event__.version}": [_field(a) for a in attrs.fields(cls)]
        for cls in sorted(CLASSES, key=lambda cls: cls.__event__.name)
    }


def golden():
    return json.loads(GOLDEN.read_text(encoding="utf-8"))


def test_nothing_in_the_golden_file_changed():
    current = now()
    newest = {key for key in golden() if key in current}

    assert {key: golden()[key] for key in newest} == {key: current[key] for key in newest}


def test_what_is_new_is_in_the_golden_file():
    assert set() == set(now()) - set(golden()), "run `make events` to add what is new"


@pytest.mark.parametrize("key", golden())
def test_every_version_that_there_was_can_be_read(key):
    name, version = key.split()
    cls = find_class(name)

    assert cls is not None
    assert int(version) <= cls.__event__.version
    assert all(step in cls.__event__.upcasts for step in range(int(version), cls.__event__.version))


def bodies():
    return json.loads(BODIES.read_text(encoding="utf-8"))


def _versions(cls):
    kind = cls.__event__
    return {f"{kind.name} {version}" for version in range(1, kind.version + 1)}


def test_every_version_has_its_line_and_its_body():
    """Nothing that there ever was goes away: each version from 1 on stands in both files."""
    every = set().union(*map(_versions, CLASSES))
    assert every == set(golden())
    assert every == set(bodies())


@pytest.mark.parametrize("key", bodies())
def test_a_body_of_every_version_is_read_as_it_was(key):
    """Its fields are those that the golden file gives the version, and it says what it said."""
    name, version = key.split()
    fields, says = bodies()[key]["event"], bodies()[key]["says"]
    assert [told.partition(":")[0] for told in golden()[key]] == list(fields)
    body = {
        "id": "0190", "type": name, "version": int(version),
        "recorded_at": "2024-05-06T07:08:09.123456Z", "key": None, "source": None, "batch": None,
        "event": fields,
    }  # fmt: skip
    entry = strict.decode(1, json.dumps(body).encode())
    assert (name, says) == (entry.type, repr(entry.event))


def test_event_names_have_subject_and_verb():
    for cls in CLASSES:
        *what, happened = cls.__event__.name.split(".")
        words = "".join(word.title() for part in (*what, happened) for word in part.split("-"))
        assert cls.__name__ == words


def _sample(cls):
    """A simple event with something in its own fields, as the newest version has it."""

    def told(event):
        if cls in CORRECTIONS:
            return True
        return all(getattr(event, a.name) for a in attrs.fields(cls) if a.default is attrs.NOTHING)

    return find(events(cls), told)


if __name__ == "__main__":  # by `make events`
    # What is new is added; what is there stays as it is, for good.
    FOUND = bodies() if BODIES.exists() else {}
    for CLASS in CLASSES:
        KEY = f"{CLASS.__event__.name} {CLASS.__event__.version}"
        if KEY not in FOUND:
            EVENT = _sample(CLASS)
            FIELDS = event_to_dict(EVENT)["event"]
            FOUND[KEY] = {"event": FIELDS, "says": repr(EVENT)}
    for FILE, LINES in ((BODIES, FOUND), (GOLDEN, {**now(), **golden()})):
        TEXT = json.dumps(dict(sorted(LINES.items())), indent=1, ensure_ascii=False)
        FILE.write_text(f"{TEXT}\n")
