"""Fuzz one target, or each in turn: ``python fuzz/run.py [--target NAME] [--seconds N]``.

With atheris (``careerledger[fuzz]``), the fuzzer sees which lines an input reaches, and varies the
inputs that reached new lines. Without it, the seeds are varied at random, which finds less.
Inputs that break a target are saved in ``fuzz/found/``, inputs that reached new lines in
``fuzz/reached/``.
"""

import argparse
import random
import resource
import subprocess
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from time import monotonic

HERE = Path(__file__).parent
MEMORY = 2_000
"""The memory limit of a target, in MB."""
MAX_SECONDS = 10
"""The time limit of an input, in seconds."""
LONGEST = 100_000
"""The maximum length of an input, in bytes."""


def main() -> int:
    """Fuzz as the command line asks; return 1 if a target broke, else 0."""
    parser = argparse.ArgumentParser(description="Fuzz the code that reads bytes from outside.")
    parser.add_argument("--target", help="default: each in turn")
    parser.add_argument(
        "--seconds", type=int, default=60, help="for all targets together (default: 60)"
    )
    parser.add_argument("--without-atheris", action="store_true")
    parser.add_argument("--alone", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    guided = find_spec("atheris") is not None and not options.without_atheris
    if options.alone:
        return (_fuzz_guided if guided else _fuzz_at_random)(options.target, options.seconds)
    targets = import_module("targets").TARGETS  # atheris has to come before it
    if options.target not in {None, "", *targets}:
        parser.error(f"no target is called {options.target!r}; use one of {', '.join(targets)}")
    names = [options.target] if options.target else list(targets)
    print(f"{'with atheris' if guided else 'at random, without atheris'}:")
    broken = []
    for name in names:
        share = max(1, options.seconds // len(names))
        command = [sys.executable, __file__, "--alone", "--target", name, "--seconds", str(share)]
        done = subprocess.run(
            command + ["--without-atheris"] * options.without_atheris,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
        summary = [line for line in done.stdout.splitlines() if line.startswith("Done ")]
        print(f"{name}: {summary[-1] if summary else 'broke'}", flush=True)
        if done.returncode or not summary:
            broken.append(name)
            print(done.stdout[-4000:])
    return int(bool(broken))


def _fuzz_guided(name: str, seconds: int) -> int:
    atheris = import_module("atheris")
    with atheris.instrument_imports(include=["careerledger", "targets"]):
        targets = import_module("targets")

    for folder in ("reached", "found"):
        (HERE / folder / name).mkdir(parents=True, exist_ok=True)
    arguments = [
        str(HERE / "reached" / name),
        str(HERE / "corpus" / name),
        f"-artifact_prefix={HERE / 'found' / name}/",
        f"-max_total_time={seconds}",
        f"-max_len={LONGEST}",
        f"-rss_limit_mb={MEMORY}",
        f"-timeout={MAX_SECONDS}",
    ]
    atheris.Setup([sys.argv[0], *arguments], lambda data: targets.run(name, data))
    atheris.Fuzz()
    return 0


def _fuzz_at_random(name: str, seconds: int) -> int:
    targets = import_module("targets")
    limit = MEMORY * 1_000_000
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    seeds = [path.read_bytes() for path in sorted((HERE / "corpus" / name).iterdir())]
    generator, runs, end = random.Random(0), 0, monotonic() + seconds
    for seed in seeds:
        _run_input(targets.run, name, seed)
    while monotonic() < end:
        _run_input(targets.run, name, mutated(generator, seeds))
        runs += 1
    print(f"Done {runs} runs in {seconds} second(s)")
    return 0


def _run_input(run, name: str, data: bytes) -> None:
    start = monotonic()
    try:
        run(name, data)
        _check_time(name, monotonic() - start)
    except BaseException:
        folder = HERE / "found" / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "crash").write_bytes(data)
        raise


def _check_time(name: str, seconds: float) -> None:
    if seconds > MAX_SECONDS:
        raise TimeoutError(f"{name} took {seconds:.0f} s; the limit is {MAX_SECONDS} s")


PIECES = [b"[", b"{", b'"', b":", b"\0", b"\xff", b"9" * 30, b"null", b"1e999", b"\\ud800", b"\n"]


def mutated(generator: random.Random, seeds: list[bytes]) -> bytes:
    """Return a seed with some bytes changed, removed, repeated or copied from another seed."""
    data = bytearray(generator.choice(seeds))
    for _ in range(generator.randint(1, 8)):
        at = generator.randint(0, len(data))
        upto = min(len(data), at + generator.randint(0, 40))
        other = generator.choice(seeds)
        start = generator.randint(0, len(other))
        data[at:upto] = generator.choice(
            (
                bytes([generator.randrange(256)]),
                b"",
                data[at:upto] * generator.choice((2, 2, 50)),
                generator.choice(PIECES),
                other[start : start + generator.randint(0, 60)],
                generator.randbytes(upto - at),
            )
        )
    return bytes(data[:LONGEST])


if __name__ == "__main__":
    raise SystemExit(main())
