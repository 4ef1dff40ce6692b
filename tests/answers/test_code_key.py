"""A saved state is only used by the code that made it: edits of code, and what is no edit."""

import os
import subprocess
import sys
import textwrap
from datetime import date

import pytest

from careerledger import Ledger, projections
from careerledger.answers.code_key import code_key
from careerledger.events import CourseFinished
from careerledger.projections import on, projection

ASKED = """
from datetime import date
from careerledger.events import Action, CourseFinished, CourseStarted, event
from careerledger.projections import on, projection
from acme import helper
from acme.rules import *
from acme.base import Base
@event("acme.thing", practice="learning")
class Thing(Action):
    amount: int = 0
@projection("acme.asked")
class Asked(Base):
    total: float = 0
    titles: set[str] = set()
    @on(CourseFinished)
    def add(self, event):
        self.total += helper.weight(event) + LIMIT
    @on(CourseFinished, Thing)
    def double(self, event):
        self.total *= 2 + self.start()
    def view(self, at: date) -> float:
        return self.total
"""
HELPER = """
import enum, functools, re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple
import attrs
from . import table
class Kind(enum.Enum):
    SMALL = 1
@dataclass(frozen=True)
class Rates:
    course: int = 1
@attrs.frozen
class Span:
    days: int = 30
class Pair(NamedTuple):
    first: int = 1
CUT = date(2020, 1, 1)
WORD = re.compile("a+")
PRICE = Decimal("1.5")
weights = {"a": [1, 2]}
KINDS = frozenset({"x", "y"})
CONSTANTS = (Kind.SMALL, Rates(), Span(), Pair(), CUT, WORD, PRICE, KINDS)
def times(function):
    @functools.wraps(function)
    def wrapper(*args):
        return 3 * function(*args)
    return wrapper
@functools.singledispatch
def of(value):
    return 1
@of.register
def _(value: int):
    return 2
@functools.lru_cache
def doubled(value, by=2):
    return value * by
@times
def weight(event):
    return len(CONSTANTS) + weights["a"][0] + of(1) + doubled(1) + table.FACTOR
"""
FILES = {
    "acme/__init__.py": "",
    "acme/asked.py": ASKED,
    "acme/helper.py": HELPER,
    "acme/rules.py": "LIMIT = 5\n",
    "acme/table.py": "from acme.deep import FACTOR\n",
    "acme/deep.py": "FACTOR = 1\n",
    "acme/base.py": "class Base:\n    def start(self):\n        return 0\n",
    "acme/other.py": "UNUSED = 1\n",
}
EDITS = [
    ("acme/asked.py", "helper.weight(event) +", "helper.weight(event) -"),
    ("acme/asked.py", "@on(CourseFinished, Thing)", "@on(CourseStarted, Thing)"),
    ("acme/asked.py", "total: float = 0", "total: float = 1"),
    ("acme/asked.py", "amount: int = 0", "amount: int = 1"),
    ("acme/helper.py", "SMALL = 1", "SMALL = 2"),
    ("acme/helper.py", "course: int = 1", "course: int = 2"),
    ("acme/helper.py", "days: int = 30", "days: int = 31"),
    ("acme/helper.py", "date(2020, 1, 1)", "date(2021, 1, 1)"),
    ("acme/helper.py", '"a+"', '"b+"'),
    ("acme/helper.py", "[1, 2]", "[2, 2]"),
    ("acme/helper.py", "return 3 *", "return 4 *"),
    ("acme/helper.py", "(value: int):\n    return 2", "(value: int):\n    return 3"),
    ("acme/helper.py", "by=2", "by=3"),
    ("acme/rules.py", "LIMIT = 5", "LIMIT = 6"),
    ("acme/deep.py", "FACTOR = 1", "FACTOR = 2"),
    ("acme/base.py", "return 0", "return 1"),
    ("acme/__init__.py", "", "import builtins\n"),
]
NO_EDITS = [("acme/other.py", "UNUSED = 1", "UNUSED = 2")]
UNKNOWABLE = [
    ("acme/helper.py", "return len(", "return __import__('time').time() + len("),
    ("acme/deep.py", "FACTOR = 1", "import random\nFACTOR = random.Random(1)"),
    ("acme/helper.py", "class Pair(NamedTuple):\n    first: int = 1", "class Pair:\n    first = 1"),
    ("acme/base.py", "return 0", "return open(__file__).read().count('x')"),
    ("acme/base.py", "class Base:", "from datetime import date as d\nclass Base:\n    y = d.today"),
]
ASK = """
import sys
sys.path.insert(0, sys.argv[1])
from careerledger.answers.code_key import code_key
from acme.asked import Asked
print(code_key(Asked))
"""


def run(folder, files, code=ASK):
    """Return the words that code prints in a process that is younger than these files."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
        os.utime(folder / name, (1_700_000_000, 1_700_000_000))
    command = [sys.executable, "-B", "-c", code, folder]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()


def key_of(folder, files):
    (key,) = run(folder, files)
    return key


def edited(edit):
    name, old, new = edit
    assert old in FILES[name]
    return FILES | {name: FILES[name].replace(old, new) if old else new}


@pytest.fixture(scope="module")
def key(tmp_path_factory):
    return key_of(tmp_path_factory.mktemp("asked"), FILES)


def test_same_code_has_the_same_key_in_another_folder(key, tmp_path):
    assert "None" != key == key_of(tmp_path, FILES)


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit[2])
def test_edited_code_has_another_key(key, edit, tmp_path):
    assert key_of(tmp_path, edited(edit)) not in {key, "None"}


@pytest.mark.parametrize("edit", NO_EDITS, ids=lambda edit: edit[2])
def test_code_that_nothing_reads_does_not_count(key, edit, tmp_path):
    assert key == key_of(tmp_path, edited(edit))


@pytest.mark.parametrize("edit", UNKNOWABLE, ids=lambda edit: edit[2])
def test_code_that_reaches_outside_has_no_key(edit, tmp_path):
    assert "None" == key_of(tmp_path, edited(edit))


def test_what_changes_while_a_program_runs_changes_the_key(tmp_path):
    """A constant, an item of a list, a method, a default, and a function that is defined again."""
    changes = """
        from acme import helper, base
        import acme.rules
        for change in (
            lambda: setattr(acme.asked, "LIMIT", 9),
            lambda: helper.weights["a"].append(3),
            lambda: setattr(base.Base, "begin", base.Base.start),
            lambda: setattr(helper.weight.__wrapped__, "__defaults__", (1,)),
            lambda: setattr(helper, "doubled", helper.doubled.__wrapped__),
        ):
            before = code_key(Asked)
            assert before == code_key(Asked)
            change()
            print(code_key(Asked) != before)
    """
    key, *differs = run(tmp_path, FILES, ASK + "import acme.asked\n" + textwrap.dedent(changes))
    assert "None" != key
    assert ["True"] * 5 == differs


def test_projections_of_the_library_have_keys_of_their_own(tmp_path):
    code = """
        from careerledger import projections
        from careerledger.answers.code_key import code_key
        from careerledger.projections import VisionAlignment
        tuned = VisionAlignment.with_(half_life=180)
        print(*[code_key(getattr(projections, name)) for name in projections.LIBRARY])
        print(code_key(tuned), code_key(VisionAlignment.with_(half_life=180)))
    """
    *keys, tuned, tuned_again = run(tmp_path, {}, textwrap.dedent(code))
    assert "None" not in keys
    assert tuned == tuned_again
    assert len(projections.LIBRARY) + 1 == len({*keys, tuned})


def test_event_without_source_does_not_keep_a_projection_from_its_key(tmp_path):
    """One with nothing but fields, as somebody defines it in a notebook."""
    code = """
        from careerledger.answers.code_key import code_key
        from careerledger.events import Action, event
        from careerledger.projections import VisionAlignment
        alone = code_key(VisionAlignment)
        event("acme.noted", practice="learning")(type("Noted", (Action,), {"__module__": "__main__"}))
        print(alone, code_key(VisionAlignment))
    """
    alone, with_event = run(tmp_path, {}, textwrap.dedent(code))
    assert "None" not in {alone, with_event}
    assert alone != with_event


def test_projection_without_source_is_folded_from_the_start():
    factor = [1]

    @projection("test.no-source")
    class Counted:
        total: int = 0

        @on(CourseFinished)
        def count(self, _: CourseFinished) -> None:
            self.total += factor[0]

        def view(self, _: date) -> int:
            return self.total

    ledger = Ledger.in_memory()
    ledger.record([CourseFinished(on="2024", title="a"), CourseFinished(on="2024", title="b")])
    assert code_key(Counted) is None  # pytest wrote the asserts of this module anew
    assert 2 == ledger.project(Counted)
    factor[0] = 5
    assert 10 == ledger.project(Counted)
