"""Eight programs that write one file at the same time, each as fast as it can."""

import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

from careerledger import Ledger

WRITERS = 8
LONG = os.environ.get("HYPOTHESIS_PROFILE") == "soak"
SECONDS = 20 if LONG else 8
PROGRAM = Path(__file__).with_name("writer.py")


def longest_wait(path, seconds, *plain):
    """The longest that any record took, in seconds; every writer's entries are all there."""
    Ledger.open(path).close()
    command = [sys.executable, PROGRAM, path, str(seconds), *plain]
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    with ExitStack() as stack:
        writers = [
            stack.enter_context(subprocess.Popen(command, text=True, **pipes))
            for _ in range(WRITERS)
        ]
        for writer in writers:
            assert "ready\n" == writer.stdout.readline()
        for writer in writers:
            writer.stdin.write("go\n")
            writer.stdin.flush()
        told = [writer.communicate() for writer in writers]
    assert [""] * WRITERS == [errors for _, errors in told]
    counts, waits = zip(*(printed.split() for printed, _ in told), strict=True)
    with Ledger.open(path) as ledger:
        assert sum(map(int, counts)) == len(ledger)
        ledger.verify()
    return max(map(float, waits))


def test_eight_writers_lose_nothing(tmp_path, figure):
    """How long they wait depends on the machine, so only a long run compares it."""
    ours = longest_wait(tmp_path / "ours.ledger", SECONDS)
    figure("longest wait of eight writers, s", f"{ours:.3f}")
    if LONG:
        plain = longest_wait(tmp_path / "plain.ledger", SECONDS, "plain")
        figure("the same with SQLite's own waiting, s", f"{plain:.3f}")
        assert ours < 1
        assert ours < plain
