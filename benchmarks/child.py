"""What is measured in a process of its own; prints JSON.

child.py project FILE PROJECTION     seconds to open the file and project
child.py memory FILE                 growth of the peak resident memory, in bytes
child.py traced FILE                 peak of what Python allocated meanwhile, in bytes
"""

import gc
import json
import resource
import sys
import tracemalloc
from importlib import import_module
from pathlib import Path
from time import perf_counter

import hours

from careerledger import Ledger
from careerledger.events import CourseFinished, load_catalogue


def project(path: str, name: str) -> float:
    load_catalogue()
    import_module("careerledger.stores.sqlite")  # before the clock starts
    projection = hours.projections()[name]
    start = perf_counter()
    with Ledger.open(path) as ledger:
        ledger.project(projection)
        return perf_counter() - start


def _folded(path: str) -> None:
    with Ledger.open(path) as ledger:
        ledger.project(hours.Hours)


def _ready() -> None:
    """Load and warm all code, so that only the fold itself is seen."""
    load_catalogue()
    with Ledger.in_memory() as ledger:
        ledger.record(CourseFinished(on="2020", title="A course", hours=1, themes={"data"}))
        ledger.project(hours.Hours)
    gc.collect()


def _peak() -> int:
    # On Linux ru_maxrss starts from what the parent process had; the kernel's own mark does not.
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most if sys.platform == "darwin" else 1024 * most
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM"))
    return 1024 * int(line.split()[1])


def memory(path: str) -> int:
    _ready()
    before = _peak()
    _folded(path)
    return _peak() - before


def traced(path: str) -> int:
    _ready()
    tracemalloc.start()
    _folded(path)
    return tracemalloc.get_traced_memory()[1]


if __name__ == "__main__":
    task, *arguments = sys.argv[1:]
    print(json.dumps({"project": project, "memory": memory, "traced": traced}[task](*arguments)))
