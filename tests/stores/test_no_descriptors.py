"""A process in which no file descriptor is left can still verify the ledgers that it has open."""

import subprocess
import sys

import pytest

from careerledger import Ledger
from careerledger.events import CourseFinished

resource = pytest.importorskip("resource", reason="Windows limits no descriptors")

EXHAUSTED = """
import os, resource, sys
from careerledger import Ledger, errors, journal
from careerledger.events import CourseFinished

path, count, left, damage = sys.argv[1], *map(int, sys.argv[2:])
ledger = Ledger.open(path)
ledger.record([CourseFinished(on="2024", title=f"Course {n}") for n in range(count)])
ledger.store.purge()
if damage:
    with open(path, "r+b") as file:
        content = file.read()
        file.seek(content.rindex(b"Course 1"))
        file.write(b"C0urse")
_, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (64, hard))
taken = []
try:
    while True:
        taken.append(os.open(os.devnull, os.O_RDONLY))
except OSError:
    pass
for _ in range(left):
    os.close(taken.pop())
for verify in (ledger.verify, ledger.store.check, lambda: journal.verify_all(ledger.store)):
    try:
        verify()
    except errors.DamagedError:
        print("damaged", end=" ")
    else:
        print("sound", end=" ")
print(len(taken) > 9)
"""


@pytest.mark.parametrize("left", range(4))
@pytest.mark.parametrize("count", [9, 1100], ids=["few entries", "many entries"])
def test_verify_needs_no_descriptor(path, count, left):
    """Neither to load its code, nor for a connection of its own, nor for a part of that."""
    command = [sys.executable, "-c", EXHAUSTED, path, str(count), str(left), "0"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert ("sound sound sound True\n", "") == (done.stdout, done.stderr)


def test_verify_finds_damage_without_a_descriptor(path):
    command = [sys.executable, "-c", EXHAUSTED, path, "9", "0", "1"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert ("damaged sound damaged True\n", "") == (done.stdout, done.stderr)


IMPORTING = """
import sys
from careerledger import Ledger
from careerledger.stores.sqlite import file
import apsw

def none_left(*_):
    raise apsw.CantOpenError

file.open_beside = none_left
with Ledger.open(sys.argv[1]) as ledger:
    print(ledger.import_jsonl(sys.argv[2]))
"""


def test_import_needs_no_descriptor_to_verify(path):
    """It verifies within its block, where no other thread may read."""
    export = path.with_name("all.jsonl")
    with Ledger.open(path) as ledger:
        ledger.record([CourseFinished(on="2024", title=f"Course {n}") for n in range(1100)])
        ledger.export_jsonl(export)

    command = [sys.executable, "-c", IMPORTING, path.with_name("again.ledger"), export]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30)

    assert "1100" == done.stdout.strip()
