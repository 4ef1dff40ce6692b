"""Other processes, and facts to record from them."""

import subprocess
import sys
from contextlib import ExitStack

import pytest

_PRELUDE = """
import sys
from careerledger import Ledger
from careerledger.errors import *
from careerledger.events import CourseFinished

def fact(number, who):
    return CourseFinished(on=f"20{number % 24:02}", title=f"{who} {number}")

path, who = sys.argv[1:3]
print("ready", flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def processes():
    """Starts code in several processes at the same moment, and returns what each printed."""

    def run(code, path, count, meanwhile=lambda: None):
        with ExitStack() as stack:
            started = [
                stack.enter_context(
                    subprocess.Popen(
                        [sys.executable, "-c", _PRELUDE + code, path, str(number)],
                        stdin=subprocess.PIPE,
                        stdout=subprocess.PIPE,
                        stderr=subprocess.PIPE,
                        text=True,
                    )
                )
                for number in range(count)
            ]
            for process in started:
                assert "ready\n" == process.stdout.readline()
            for process in started:
                process.stdin.write("go\n")
                process.stdin.flush()
            meanwhile()
            ended = [process.communicate() for process in started]
        assert [""] * count == [errors for _, errors in ended]
        return [printed.strip() for printed, _ in ended]

    return run


@pytest.fixture
def path(tmp_path):
    return tmp_path / "ada.ledger"
