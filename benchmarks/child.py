"""Measure in a process of its own; print JSON.

child.py memory FILE    peak of what Python allocates while it folds a file, in bytes
"""

import gc
import json
import sys
import tracemalloc

import hours

from careerledger import Ledger
from careerledger.events import CourseFinished, load_catalogue


def memory(path: str) -> int:
    """Return the peak of what a fold allocates, with all code loaded and warm."""
    load_catalogue()
    with Ledger.in_memory() as ledger:
        ledger.record(CourseFinished(on="2020", title="A course", hours=1, themes={"data"}))
        ledger.project(hours.Hours)
    gc.collect()
    tracemalloc.start()
    with Ledger.open(path) as ledger:
        ledger.project(hours.Hours)
    return tracemalloc.get_traced_memory()[1]


if __name__ == "__main__":
    _, task, path = sys.argv
    print(json.dumps({"memory": memory}[task](path)))
