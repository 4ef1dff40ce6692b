"""Define an event, a projection and a check: the releases of open-source projects.

First, an older version of this program writes a ledger file. Then this version reads the file,
converts the old events with an upcast, and shows how active each project is.

    python examples/custom_event.py
"""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar

from careerledger import Entry, Ledger
from careerledger.answers import CHECKS, Finding
from careerledger.events import Action, Event, event
from careerledger.projections import Tunable, on, projection

OLD_PROGRAM = """
import sys
from careerledger import Ledger
from careerledger.events import Action, VisionDeclared, event

@event("oss.release.published")
class ReleasePublished(Action):
    name: str

with Ledger.open(sys.argv[1]) as ledger:
    vision = {"vision": "tools", "statement": "Tools that outlive me", "themes": {"tools": 1}}
    ledger.record(VisionDeclared(on="2024-01", **vision))
    ledger.record(ReleasePublished(on="2024-02-10", name="tidepool 1.0.0", themes={"tools"}))
    ledger.record(ReleasePublished(on="2024-05-02", name="lantern 0.9.0", themes={"tools"}))
"""


def split_name(fields: dict[str, Any]) -> dict[str, Any]:
    """Convert the fields of version 1 to version 2: ``name`` becomes two fields."""
    project, _, number = fields.pop("name").rpartition(" ")
    return {**fields, "project": project, "number": number}


@event("oss.release.published", version=2, upcasts={1: split_name})
class ReleasePublished(Action):
    """A public release of a project."""

    project: str
    number: str
    breaking: bool = False


@projection("oss.pulse")
class Pulse(Tunable):
    """Activity per project: 1 on the day of a release, halved every ``half_life`` days."""

    half_life: ClassVar[float] = 180

    last: dict[str, date] = {}

    @on(ReleasePublished)
    def publish(self, event: ReleasePublished) -> None:
        self.last[event.project] = event.on.first_day

    def view(self, at: date) -> tuple[tuple[str, float], ...]:
        pulses = {
            name: 0.5 ** ((at - last).days / self.half_life) for name, last in self.last.items()
        }
        return tuple(sorted(pulses.items(), key=lambda pulse: (-pulse[1], pulse[0])))


def breaking_without_major(history: Sequence[Entry[Event]], at: date) -> Iterator[Finding]:
    """Find breaking releases without a new major version."""
    for entry in history:
        release = entry.event
        if not isinstance(release, ReleasePublished) or release.on.first_day > at:
            continue
        if release.breaking and not release.number.endswith(".0.0"):
            yield Finding(
                code="oss.breaking-without-major",
                severity="warning",
                message=f"{release.project} {release.number} (#{entry.seq}) is a breaking release",
                entries=(entry.id,),
                fix="publish it as a new major version",
            )


def main() -> None:
    """Write a file with the old program; read it, record and ask with this one."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "releases.ledger")
        subprocess.run([sys.executable, "-c", OLD_PROGRAM, path], check=True)  # noqa: S603

        with Ledger.open(path) as ledger:
            ledger.record(
                [
                    ReleasePublished(on="2025-11-20", project="lantern", number="1.0.0"),
                    ReleasePublished(
                        on="2026-04-03", project="lantern", number="1.1.0", breaking=True
                    ),
                ]
            )

            print("The releases in the file, as this version reads them:")
            for entry in ledger.entries(types=[ReleasePublished]):
                release = entry.event
                print(f"  {release.on}  {release.project} {release.number}", end="")
                print(f"  (written as version {entry.version})")

            for name, pulse in (
                ("180 days", Pulse),
                ("two years", Pulse.with_(half_life=730)),
            ):
                print(f"\nActivity of each project in June 2026, with a half-life of {name}:")
                for project, strength in ledger.project(pulse, at="2026-06"):
                    print(f"  {strength:4.0%}  {'#' * round(20 * strength):<20}  {project}")

            print("\nFindings of the library, and of our own check:")
            for finding in ledger.check(at="2026-06", checks=[*CHECKS, breaking_without_major]):
                print(f"  {finding.code}: {finding.message}; {finding.fix}")


if __name__ == "__main__":
    main()
