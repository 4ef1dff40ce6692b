"""A signal that raises, such as Ctrl-C, at every point of a record where Python runs handlers.

Python runs signal handlers where a function is entered, behind a call, and where a loop goes round.
A trace function raises at one such point after another. Each time all or nothing is recorded, and
this thread and another one can go on.
"""

import dis
import sys
import threading
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

import careerledger
from careerledger import Ledger
from careerledger.events import ContactMade, CourseFinished

PACKAGE = str(Path(careerledger.__file__).parent)
COURSE = CourseFinished(on="2024", title="x")
EVERY = 3
"""Every third point is tried, another third for each action."""

ACTIONS = {
    "record": lambda ledger: ledger.record(COURSE),
    "record several": lambda ledger: ledger.record([COURSE] * 3),
    "record with a key": lambda ledger: ledger.record(COURSE, key="k"),
    "void": lambda ledger: ledger.void(ledger.entry(1).id, reason="never"),
    "forget": lambda ledger: ledger.forget("contact", "c", reason="asked"),
}


@cache
def points(code):
    """The offsets of the instructions before which a signal handler may have run.

    To Python it is still within the call: points that other handlers of exceptions surround than
    the call are left out.
    """
    bytecode = dis.Bytecode(code)

    def handlers(offset):
        return [each for each in bytecode.exception_entries if each.start <= offset < each.end]

    return {
        after.offset
        for before, after in pairwise(bytecode)
        if before.opname.startswith(("CALL", "RESUME", "JUMP_BACKWARD"))
        and handlers(before.offset) == handlers(after.offset)
    }


class Interrupt:
    """Raises KeyboardInterrupt at one point."""

    def __init__(self, point):
        self.left = point
        self.place = None

    def entered(self, frame, _event, _argument):
        if not frame.f_code.co_filename.startswith(PACKAGE):
            return None
        frame.f_trace_lines, frame.f_trace_opcodes = False, True
        return self.within

    def within(self, frame, event, _argument):
        if event == "opcode" and frame.f_lasti in points(frame.f_code):
            self.left -= 1
            if not self.left:
                sys.settrace(None)
                self.place = f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno}"
                raise KeyboardInterrupt
        return self.within


def interrupted(act, ledger, point):
    """Interrupt an action at a point; return the place, or None if it ended before."""
    interrupt = Interrupt(point)
    before = sys.gettrace()
    sys.settrace(interrupt.entered)
    try:
        act(ledger)
    except KeyboardInterrupt:
        pass
    finally:
        sys.settrace(before)
    return interrupt.place


def record_in_another_thread(ledger):
    """Record, and fail instead of waiting for a lock that nobody gives back."""
    thread = threading.Thread(target=ledger.record, args=[COURSE], daemon=True)
    thread.start()
    thread.join(10)
    return not thread.is_alive()


@pytest.mark.parametrize("number", range(len(ACTIONS)), ids=list(ACTIONS))
@pytest.mark.parametrize("where", ["memory", "file"])
def test_interrupted_record_is_whole_and_blocks_nobody(tmp_path, where, number):
    act = list(ACTIONS.values())[number]
    tried = 0
    for point in range(1 + number, 10_000, EVERY):
        file = tmp_path / f"{point}.ledger"
        ledger = Ledger.in_memory() if where == "memory" else Ledger.open(file, timeout=1)
        with ledger:
            ledger.record([COURSE, ContactMade(on="2024", contact="c", name="Jane")])
            place = interrupted(act, ledger, point)
            size = len(ledger)
            added = size - 2
            assert added in (0, 3 if act is ACTIONS["record several"] else 1), place
            assert record_in_another_thread(ledger), place
            ledger.record(COURSE)
            assert size + 2 == len(list(ledger)), place
            if place is None:
                break
        tried += 1
    assert tried > 10
