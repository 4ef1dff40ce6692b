"""A program that records as fast as it can, and tells how long it had to wait.

    python writer.py PATH SECONDS [plain]

``plain`` waits for other writers in SQLite's own way. It says ``ready``, begins when a line
arrives, and prints how often it recorded and the seconds of its longest record.
"""

import sys
from time import monotonic

from careerledger import Ledger
from careerledger.events import CourseFinished


def main(path: str, seconds: str, *plain: str) -> None:
    # The default timeout: a caller who sets nothing must see no error either.
    with Ledger.open(path, timeout=60.0) if plain else Ledger.open(path) as ledger:
        if plain:
            ledger.store._file.connection.set_busy_timeout(60_000)
        print("ready", flush=True)
        sys.stdin.readline()
        count, longest, now = 0, 0.0, monotonic()
        end = now + float(seconds)
        while now < end:
            ledger.record(CourseFinished(on="2024", title=f"{count}"))
            before, now = now, monotonic()
            longest = max(longest, now - before)
            count += 1
        print(count, longest)


if __name__ == "__main__":
    main(*sys.argv[1:])
