"""Two programs that write one file are killed, many times."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROUNDS = 200


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_what_was_acknowledged_is_there_after_kill_9(tmp_path, figure):
    command = [sys.executable, Path(__file__).with_name("killing.py")]
    done = subprocess.run(
        [*command, tmp_path / "ada.ledger", str(ROUNDS), "0"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert "" == done.stderr
    acknowledged, there = map(int, done.stdout.split())
    figure("rounds", ROUNDS)
    figure("entries that were acknowledged before a kill", acknowledged)
    figure("entries that were there and not acknowledged", there - acknowledged)
    assert ROUNDS // 4 < acknowledged <= there
