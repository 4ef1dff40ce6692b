"""The error tree, as its drawing says."""

import re

import pytest

from careerledger import errors
from careerledger.errors import CareerLedgerError

CLASSES = [
    value
    for value in vars(errors).values()
    if isinstance(value, type) and issubclass(value, CareerLedgerError)
]


def _drawn():
    """Name, parents and depth of each error in the drawing."""
    stack = []
    for line in errors.__doc__.splitlines():
        found = re.match(r"    ([│ ├└─]*)(\w+Error)(?: \(([\w, ]+)\))?", line)
        if found:
            lines, name, builtin = found.groups()
            depth = len(lines) // 4
            stack = [*stack[:depth], name]
            yield name, stack[-2] if depth else "Exception", builtin


def test_the_drawing_shows_every_error_and_no_other():
    assert [cls.__name__ for cls in CLASSES] == [name for name, _, _ in _drawn()]


@pytest.mark.parametrize(("name", "parent", "builtin"), list(_drawn()), ids=lambda value: value)
def test_the_drawing_shows_the_parents(name, parent, builtin):
    bases = getattr(errors, name).__bases__

    builtins = builtin.split(", ") if builtin else []
    assert [parent, *builtins] == [base.__name__ for base in bases]


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_an_error_shows_its_message_and_nothing_else(cls):
    """A KeyError would show the repr of its message."""
    assert "no 'x' here" == str(cls("no 'x' here"))
    assert "no 'x' here" == str(cls("no 'x' here", "more"))
    assert str(cls()) == ""
    assert cls.__doc__
