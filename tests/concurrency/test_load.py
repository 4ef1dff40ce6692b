"""One program that records and asks from many places at once, for a while."""

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from threading import Event

import pytest

from careerledger import Ledger
from careerledger.events import CourseFinished
from careerledger.projections import Learning

pytestmark = pytest.mark.no_cover  # with coverage it takes three times as long

WORKERS = 4
EACH = 150


@pytest.fixture(params=["memory", "file"])
def ledger(request, path):
    with Ledger.in_memory() if request.param == "memory" else Ledger.open(path) as ledger:
        yield ledger


def fact(who, number):
    return CourseFinished(on=f"20{number % 24:02}", title=f"{who} {number}", hours=1)


def assert_whole(ledger, workers, each):
    """All is there once, in the order in which each worker recorded it."""
    log = list(ledger)
    assert list(range(1, workers * each + 1)) == [entry.seq for entry in log]
    for who in range(workers):
        own = [e.event.title for e in log if e.event.title.startswith(f"{who} ")]
        assert [f"{who} {number}" for number in range(each)] == own
    assert workers * each == ledger.project(Learning).courses
    ledger.verify()


def test_threads_record_while_others_ask(ledger):
    """Whoever asks sees whole records, and never fewer than before."""
    done = Event()

    def record(who):
        for number in range(0, EACH, 2):
            ledger.record([fact(who, number), fact(who, number + 1)])

    def ask(_):
        seen = 0
        for questions in count(1):
            finished = ledger.project(Learning).courses
            entries = list(ledger.entries())
            assert finished % 2 == len(entries) % 2 == 0
            assert seen <= finished <= len(entries)
            seen = len(entries)
            if done.is_set():
                return questions
        raise AssertionError

    with ThreadPoolExecutor(2 * WORKERS) as threads:
        asking = [threads.submit(ask, None) for _ in range(WORKERS)]
        list(threads.map(record, range(WORKERS)))
        done.set()
        assert all(asked.result() > 1 for asked in asking)

    assert_whole(ledger, WORKERS, EACH)


def test_asyncio_threads_leave_the_loop_free(ledger):
    async def work(who):
        for number in range(EACH):
            entry = await asyncio.to_thread(ledger.record, fact(who, number))
            view = await asyncio.to_thread(ledger.project, Learning)
            assert entry.seq <= len(ledger)
            assert number < view.courses

    async def all_of_it():
        working = asyncio.gather(*(work(who) for who in range(WORKERS)))
        turns = 0
        while not working.done():
            await asyncio.sleep(0)
            turns += 1
        await working
        return turns

    assert asyncio.run(all_of_it()) > EACH

    assert_whole(ledger, WORKERS, EACH)


FORKING = """
import os, traceback, warnings
from threading import Thread
warnings.simplefilter("ignore")  # newer Pythons warn of forks beside threads

def works(who):
    try:
        len(ledger)
    except ForkedError:
        pass
    else:
        raise AssertionError("the inherited ledger can be used")
    try:
        own = Ledger.open(path, timeout=60)
    except ForkedError:
        os._exit(3)  # the file was in use at the moment of the fork
    for number in range(40):
        own.record(fact(number, who))
    own.close()

ledger = Ledger.open(path, timeout=60)
ledger.record(fact(0, "before"))
stop = False

def busy():
    number = 0
    while not stop:
        ledger.record(fact(number, "parent"))
        number += 1
    busy.count = number

thread = Thread(target=busy)
if who_is_busy:
    thread.start()
children = []
for who in range(6):
    child = os.fork()
    if child == 0:
        status = 1
        try:
            works(who)
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)
    children.append(child)
    if not who_is_busy:
        ledger.record(fact(who, "parent"))
ended = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
stop = True
count = 6
if who_is_busy:
    thread.join()
    count = busy.count
assert set(ended) <= ({0, 3} if who_is_busy else {0}), ended
assert 1 + count + 40 * ended.count(0) == len(ledger), (count, ended, len(ledger))
for who in range(6):
    own = [e.event.title for e in ledger if e.event.title.startswith(f"{who} ")]
    assert own == ([] if ended[who] else [f"{who} {number}" for number in range(40)])
ledger.verify()
ledger.close()
print(sorted(os.listdir(os.path.dirname(path))))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.parametrize("busy", [False, True], ids=["idle", "a thread is recording"])
def test_forked_workers_open_the_file_anew_beside_their_parent(processes, path, busy):
    """Their parent goes on recording meanwhile. Nobody loses anything, and none is confused."""
    printed = processes(f"who_is_busy = {busy}\n{FORKING}", path, 1)

    assert ["['ada.ledger']"] == printed
