"""Break the library in thousands of small ways, and list what no test notices: ``make mutate``.

mutmut tries each change in a fork of one process that has imported everything. What runs while
modules are imported is not changed there, and tests that take long are not asked; so whatever
survived is tried once more, each in a process of its own, against all the tests of its room.

Both rounds go on where they were interrupted; the mutants named are tried anew.
"""

import json
import os
import resource
import signal
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, as_completed
from fnmatch import fnmatch
from pathlib import Path
from typing import Final

MUTMUT: Final = Path(sys.executable).with_name("mutmut")
MUTANTS: Final = Path("mutants")
NOTES: Final = MUTANTS / "mutmut-stats.json"
"""Which tests run which functions, as mutmut notes it before it tries anything."""
AGAIN: Final = MUTANTS / "again.jsonl"
"""Which mutants survived the second round, or did not, with the code of their functions."""
MEMORY: Final = 3_000_000_000
"""Some changes make loops that never end and only grow, in bytes."""
PATIENCE: Final = 600
"""Others only never end, in seconds."""
SURVIVED: Final = {0, 5, 33}
"""mutmut's exit codes for: all tests passed, or none was found."""
TESTS: Final = {
    "careerledger.journal.codec": ["codec", "forgetting", "test_ledger.py"],
    "careerledger.journal.converter": ["codec", "forgetting", "test_ledger.py"],
    "careerledger.journal.parser": ["codec", "forgetting", "test_ledger.py"],
    "careerledger.journal.strict": ["codec", "forgetting", "test_ledger.py"],
    "careerledger.history": ["laws", "test_ledger.py", "codec"],
    "careerledger.projections": ["projections", "laws"],
    "careerledger.proofs": ["proofs", "forgetting"],
    "careerledger.stores.sqlite.turns": ["concurrency", "stores"],
    "careerledger.stores.branch": ["stores", "test_deciding.py"],
    "careerledger.stores.memory": ["stores", "test_deciding.py", "concurrency"],
    "careerledger.stores.sqlite.salvage": ["stores", "hostile/test_files.py"],
    "careerledger.stores": [
        *("stores", "concurrency", "hostile/test_names.py"),
        *("hostile/test_files.py", "faults/test_failures.py"),
    ],
}
"""The tests of each room, or of a module in it."""
LEFT_OUT: Final = (
    "not bomb and not many_long_lines and not is_none_is_as_if and not importing_loads"
)
"""What takes too long, and what no mutant passes as it loads mutmut too."""


def verdicts() -> dict[tuple[str, str], int | None]:
    """The exit code for each mutant and the hash of its function; None: not tried."""
    found: dict[tuple[str, str], int | None] = {}
    for path in sorted(MUTANTS.rglob("*.meta")):
        told = json.loads(path.read_text())
        hashes = told["hash_by_function_name"]
        for name, code in told["exit_code_by_key"].items():
            function = name.rpartition("__mutmut_")[0].rpartition(".")[2]
            found[name, hashes[function]] = code
    return found


def survives(name: str) -> bool:
    """Whether a mutant passes the tests of its room in a process of its own."""
    part = next(part for part in TESTS if name.startswith(part))
    tests = [f"tests/{each}" for each in TESTS[part]]
    quiet = ["-x", "-q", "-p", "no:cacheprovider", f"--timeout={PATIENCE // 5}", "-k", LEFT_OUT]
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
    if run.returncode in (-signal.SIGTERM, -signal.SIGKILL):
        raise SystemExit(f"{name} was not tried to the end: its process was killed from outside")
    return run.returncode == 0


def survivors_of(doubtful: list[tuple[str, str]], known: dict[tuple[str, str], bool]) -> list[str]:
    """Those of the mutants that survive the second round too."""
    with ThreadPoolExecutor(2) as pool, AGAIN.open("a") as again:
        open_ones = [mutant for mutant in doubtful if mutant not in known]
        trials = {pool.submit(survives, name): (name, code) for name, code in open_ones}
        try:
            for trial in as_completed(trials):
                known[trials[trial]] = trial.result()
                print(json.dumps([*trials[trial], trial.result()]), file=again, flush=True)
        finally:  # whoever interrupts it does not wait for all the others
            pool.shutdown(cancel_futures=True)
    return [mutant[0] for mutant in doubtful if known[mutant]]


def changes(name: str) -> str:
    """The lines that a mutant changes."""
    shown = subprocess.run(
        [MUTMUT, "show", name], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    return "\n".join(line for line in shown if line[:1] in "+-" and line[:3] not in ("+++", "---"))


def main() -> None:
    """Run mutmut for the mutants named, or all; then what survived once more; and tell."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    command = [MUTMUT, "run", "--max-children", "2", *sys.argv[1:]]
    # While mutmut notes which test runs what, Python itself may crash: see pyproject.toml.
    for _ in range(5):
        code = subprocess.run(command, check=False).returncode
        if not code or NOTES.exists():
            break
    if code:
        raise SystemExit(f"mutmut ended with {code}; what it says above is to be mended first")
    wanted = sys.argv[1:] or ["*"]
    tried = {
        mutant: code
        for mutant, code in verdicts().items()
        if code is not None and any(fnmatch(mutant[0], pattern) for pattern in wanted)
    }
    lines = AGAIN.read_text().splitlines() if AGAIN.exists() and not sys.argv[1:] else []
    known = {(name, code): alive for name, code, alive in map(json.loads, lines)}
    doubtful = [mutant for mutant, code in tried.items() if code in SURVIVED]
    survivors = survivors_of(doubtful, known)
    for name in survivors:
        print(f"{name}\n{changes(name)}\n")
    for room in dict.fromkeys(name.split(".")[1] for name, _ in tried):
        count = Counter(name in survivors for name, _ in tried if name.split(".")[1] == room)
        print(f"{room:<12} {count[False]:>5} of {count.total():>5} found")
    killed = len(tried) - len(survivors)
    print(f"{'all':<12} {killed:>5} of {len(tried):>5} found, {killed / len(tried):.1%}")


if __name__ == "__main__":
    main()
