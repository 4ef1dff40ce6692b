"""Fuzz a target, or each in turn: ``python fuzz/run.py [--target NAME] [--seconds N]``.

With atheris (``careerledger[fuzz]``) the fuzzer sees which lines a try reaches, and goes on from
the tries that reached new ones. Without it, seeds are changed by chance alone, which finds less.
What breaks a target is kept in ``fuzz/found/``; what reached something new, in ``fuzz/reached/``.
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
"""In MB: a target may take no more."""
PATIENCE = 10
"""In seconds: a try may take no longer."""
LONGEST = 100_000
"""In bytes: no try is longer."""


def main() -> int:
    """Run what the command line says; 1: something broke."""
    parser = argparse.ArgumentParser(description="Fuzz what reads foreign bytes.")
    parser.add_argument("--target", help="default: each in turn")
    parser.add_argument("--seconds", type=int, default=60, help="for all targets together")
    parser.add_argument("--without-atheris", action="store_true")
    parser.add_argument("--alone", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    guided = find_spec("atheris") is not None and not options.without_atheris
    if options.alone:
        return (_guided if guided else _by_chance)(options.target, options.seconds)
    targets = import_module("targets").TARGETS  # atheris has to come before it
    if options.target not in {None, "", *targets}:
        parser.error(f"no target is called {options.target!r}; there are {', '.join(targets)}")
    names = [options.target] if options.target else list(targets)
    print(f"{'with atheris' if guided else 'by chance, as atheris is not installed'}:")
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
        ran = [line for line in done.stdout.splitlines() if line.startswith("Done ")]
        print(f"{name}: {ran[-1] if ran else 'broke'}", flush=True)
        if done.returncode or not ran:
            broken.append(name)
            print(done.stdout[-4000:])
    return int(bool(broken))


def _guided(name: str, seconds: int) -> int:
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
        f"-timeout={PATIENCE}",
    ]
    atheris.Setup([sys.argv[0], *arguments], lambda data: targets.run(name, data))
    atheris.Fuzz()
    return 0


def _by_chance(name: str, seconds: int) -> int:
    targets = import_module("targets")
    limit = MEMORY * 1_000_000
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    seeds = [path.read_bytes() for path in sorted((HERE / "corpus" / name).iterdir())]
    chance, tries, end = random.Random(0), 0, monotonic() + seconds
    for seed in seeds:
        _try(targets.run, name, seed)
    while monotonic() < end:
        _try(targets.run, name, mutated(chance, seeds))
        tries += 1
    print(f"Done {tries} runs in {seconds} second(s)")
    return 0


def _try(run, name: str, data: bytes) -> None:
    began = monotonic()
    try:
        run(name, data)
        _check_time(name, monotonic() - began)
    except BaseException:
        folder = HERE / "found" / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "crash").write_bytes(data)
        raise


def _check_time(name: str, took: float) -> None:
    if took > PATIENCE:
        raise TimeoutError(f"{name} took {took:.0f} s, longer than {PATIENCE}")


PIECES = [b"[", b"{", b'"', b":", b"\0", b"\xff", b"9" * 30, b"null", b"1e999", b"\\ud800", b"\n"]


def mutated(chance: random.Random, seeds: list[bytes]) -> bytes:
    """A seed with some of its bytes changed, cut out, doubled or taken from elsewhere."""
    data = bytearray(chance.choice(seeds))
    for _ in range(chance.randint(1, 8)):
        at = chance.randint(0, len(data))
        upto = min(len(data), at + chance.randint(0, 40))
        other = chance.choice(seeds)
        start = chance.randint(0, len(other))
        data[at:upto] = chance.choice(
            (
                bytes([chance.randrange(256)]),
                b"",
                data[at:upto] * chance.choice((2, 2, 50)),
                chance.choice(PIECES),
                other[start : start + chance.randint(0, 60)],
                chance.randbytes(upto - at),
            )
        )
    return bytes(data[:LONGEST])


if __name__ == "__main__":
    raise SystemExit(main())
