"""What is fuzzed holds for its seeds and for changes of them by chance; the fuzzer finds a bug."""

import importlib
import random
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

FUZZ = Path(__file__).parents[2] / "fuzz"
CORPUS = FUZZ / "corpus"
NAMES = sorted(path.name for path in CORPUS.iterdir())


@pytest.fixture(scope="module")
def targets():
    sys.path.insert(0, str(FUZZ))
    yield importlib.import_module("targets")
    sys.path.remove(str(FUZZ))


@pytest.fixture(scope="module")
def driver(targets):
    import importlib.util

    spec = importlib.util.spec_from_file_location("fuzz_run", FUZZ / "run.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_target_has_seeds(targets):
    assert sorted(targets.TARGETS) == NAMES
    assert all(any((CORPUS / name).iterdir()) for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_invariants_hold_for_seeds_and_changes_of_them(targets, driver, name):
    seeds = [path.read_bytes() for path in sorted((CORPUS / name).iterdir())]
    chance = random.Random(name)
    for seed in seeds:
        targets.run(name, seed)
    for _ in range(20 if name == "ledger_file" else 200):
        targets.run(name, driver.mutated(chance, seeds))


@pytest.mark.parametrize("name", sorted(set(NAMES) - {"ledger_file", "packed"}))
def test_a_seed_of_each_target_is_read_whole(targets, name):
    """Else only the ways to refuse it would be fuzzed."""
    targets.TARGETS[name](min((CORPUS / name).iterdir()).read_bytes())


def test_the_driver_finds_a_bug_that_was_planted(targets, driver, monkeypatch):
    def buggy(data):
        if b"9" * 20 in data:
            raise ZeroDivisionError

    monkeypatch.setitem(targets.TARGETS, "partial_date", buggy)
    chance = random.Random(0)

    tries = (driver.mutated(chance, [b"2019"]) for _ in range(2_000))

    with pytest.raises(ZeroDivisionError):
        list(map(partial(targets.run, "partial_date"), tries))


def test_the_program_runs_a_target_without_atheris():
    command = [sys.executable, FUZZ / "run.py", "--target", "partial_date", "--seconds", "1"]
    done = subprocess.run(
        [*command, "--without-atheris"], capture_output=True, text=True, check=False
    )

    assert 0 == done.returncode
    assert "partial_date: Done" in done.stdout


def test_a_target_that_is_none_is_named():
    command = [sys.executable, FUZZ / "run.py", "--target", "nothing"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert 2 == done.returncode
    assert "no target is called 'nothing'" in done.stderr
