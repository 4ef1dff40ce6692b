"""Break the library in thousands of small ways, and list what no test notices: ``make mutate``.

mutmut tries each change in a fork of one process that has imported everything. What runs while
modules are imported is not changed there, and tests that take long are not asked; so whatever
survived is tried once more, each in a process of its own, against all the tests of its room.
"""

import json
import os
import resource
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

MUTMUT: Final = Path(sys.executable).with_name("mutmut")
MUTANTS: Final = Path("mutants")
MEMORY: Final = 3_000_000_000
"""Some changes make loops that never end and only grow, in bytes."""
PATIENCE: Final = 600
"""Others only never end, in seconds."""
SURVIVED: Final = {0, 5, 33}
"""mutmut's exit codes for: all tests passed, or none was found."""
TESTS: Final = {
    "careerledger.codec": ["codec", "forgetting", "test_ledger.py"],
    "careerledger.history": ["laws", "test_ledger.py", "codec"],
    "careerledger.projections": ["projections", "laws"],
    "careerledger.proofs": ["proofs", "forgetting"],
    "careerledger.stores": [
        *("stores", "test_deciding.py", "concurrency", "hostile/test_names.py"),
        *("hostile/test_files.py", "faults/test_failures.py"),
    ],
}
"""The tests of each room."""
LEFT_OUT: Final = (
    "not bomb and not many_long_lines and not is_none_is_as_if and not importing_loads"
)
"""What takes too long, and what no mutant passes as it loads mutmut too."""


def verdicts() -> dict[str, int | None]:
    """The exit code for each mutant; None: not tried."""
    found: dict[str, int | None] = {}
    for path in sorted(MUTANTS.rglob("*.meta")):
        found |= json.loads(path.read_text())["exit_code_by_key"]
    return found


def survives(name: str) -> bool:
    """Whether a mutant passes the tests of its room in a process of its own."""
    room = next(room for room in TESTS if name.startswith(room))
    tests = [f"tests/{each}" for each in TESTS[room]]
    quiet = ["-x", "-q", "-p", "no:cacheprovider", "-k", LEFT_OUT]
    try:
        run = subprocess.run(
            [sys.executable, "-m", "pytest", *quiet, *tests],
            cwd=MUTANTS,
            env=os.environ | {"MUTANT_UNDER_TEST": name, "PYTHONPATH": "src"},
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False
    return run.returncode == 0


def changes(name: str) -> str:
    """The lines that a mutant changes."""
    shown = subprocess.run(
        [MUTMUT, "show", name], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    return "\n".join(line for line in shown if line[:1] in "+-" and line[:3] not in ("+++", "---"))


def main() -> None:
    """Run mutmut for the mutants named, or all; then what survived once more; and tell."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    subprocess.run([MUTMUT, "run", "--max-children", "2", *sys.argv[1:]], check=False)
    tried = {name: code for name, code in verdicts().items() if code is not None}
    doubtful = [name for name, code in tried.items() if code in SURVIVED]
    with ThreadPoolExecutor(2) as pool:
        survivors = [
            name
            for name, alive in zip(doubtful, pool.map(survives, doubtful), strict=True)
            if alive
        ]
    for name in survivors:
        print(f"{name}\n{changes(name)}\n")
    for room in TESTS:
        count = Counter(name in survivors for name in tried if name.startswith(room))
        if count:
            print(f"{room:<26} {count[False]:>5} of {count.total():>5} found")
    killed = len(tried) - len(survivors)
    print(f"{'all':<26} {killed:>5} of {len(tried):>5} found, {killed / len(tried):.1%}")


if __name__ == "__main__":
    main()
