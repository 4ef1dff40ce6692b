"""The catalogue only grows: what a golden file says of names, versions and fields stays true.

A type's name is forever. Its fields may change only with a new version, which the file then holds
beside the older ones.
"""

import json
from pathlib import Path

import attrs
import pytest

from careerledger import codec
from strategies import CORRECTIONS, FACTS

GOLDEN = Path(__file__).with_name("catalogue.json")
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
    assert set() == set(now()) - set(golden()), "add the new types or versions to catalogue.json"


@pytest.mark.parametrize("key", golden())
def test_every_version_that_there_was_can_be_read(key):
    name, version = key.split()
    cls = codec.find_class(name)

    assert cls is not None
    assert int(version) <= cls.__event__.version
    assert all(step in cls.__event__.upcasts for step in range(int(version), cls.__event__.version))


def test_a_name_says_what_happened_to_what():
    for cls in CLASSES:
        *what, happened = cls.__event__.name.split(".")
        words = "".join(word.title() for part in (*what, happened) for word in part.split("-"))
        assert cls.__name__ == words
