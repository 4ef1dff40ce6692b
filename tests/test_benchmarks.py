"""The benchmark of growth runs: every case can be built and asked."""

import os
import subprocess
import sys
from pathlib import Path

GROWTH = Path(__file__).parents[1] / "benchmarks" / "growth.py"


def test_every_case_of_growth_runs() -> None:
    done = subprocess.run(
        [sys.executable, str(GROWTH), "--quick"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "COLUMNS": "140"},
    )
    assert (0, "") == (done.returncode, done.stderr)
    cases = GROWTH.read_text(encoding="utf-8").count("\n@case(")
    assert cases == sum(" ms" in line for line in done.stdout.splitlines())
