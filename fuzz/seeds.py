"""Write the seeds of fuzzing to ``fuzz/corpus``: ``python fuzz/seeds.py``."""

import gzip
import json
import re
import zipfile
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from targets import KEY, STATES, TARGETS

from careerledger import Ledger, demo, event_to_dict
from careerledger.answers.states import encode_state
from careerledger.events import CourseFinished, CourseStarted
from careerledger.interop import json_resume
from careerledger.projections.base import Fold, advance
from careerledger.proofs import Checkpoint
from careerledger.stores import Query
from careerledger.stores.sqlite.schema import empty_file

HERE = Path(__file__).parent
LARGE = 20_000
"""In bytes. A larger seed slows the fuzzer down."""
SOURCE = HERE.parent / "src" / "careerledger"
GOLDEN = HERE.parent / "tests" / "journal" / "golden.jsonl"


def seeds() -> dict[str, list[bytes]]:
    """Return the seeds of each target."""
    bodies = GOLDEN.read_bytes().splitlines()
    career = Ledger.in_memory(strict=False)
    career.record([*demo.year(), *json_resume.read(demo.resume()).drafts])
    entries = list(career)
    rows = career.store.rows(career.name, Query(limit=60))
    with_personal = [row for row in rows if row.personal]
    states = []
    for number, cls in enumerate(STATES):
        fold = Fold(cls)
        advance([fold], career.entries(until=demo.AT))
        states.append(bytes([number]) + encode_state(fold.state))
    plain = [json.dumps(event_to_dict(entry.event)).encode() for entry in entries[:40:4]]
    small = b'{"work": [{"name": "A", "position": "B", "startDate": "2020-01", "endDate": "2021"}]}'
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("resume.json", small)
    ledger = Ledger.in_memory()
    one = ledger.record(CourseStarted(on="2024", course="logic", title="Logic"))
    ledger.record([CourseFinished(on="2024-02", title=f"Course {n}") for n in range(6)])
    signed = ledger.checkpoint(KEY)
    proof = ledger.prove(one, checkpoint=signed)
    with TemporaryDirectory() as folder:
        career.export_jsonl(Path(folder) / "all")
        head, *lines = (Path(folder) / "all").read_bytes().splitlines(keepends=True)
        ledger.export_jsonl(Path(folder) / "few")
        few = (Path(folder) / "few").read_bytes()
    hashed = [re.sub(rb'"leaf":"[0-9a-f]*"', b'"leaf":"\0"', line) for line in lines]
    return {
        "jsonl": [few, head + b"".join(lines[:3]), b"".join([head, *hashed[:40:8]])],
        "damaged_file": [b"\0", b"\0\0\3\1\0\20\7\1\0\200", b"\1" + empty_file()],
        "entry": [*bodies, *(row.body + b"\0" + row.personal for row in with_personal[:3])],
        "rows": [b"\n".join(bodies[:4]), b"\n".join(row.body for row in rows[:4])],
        "state": [body for body in states if len(body) < LARGE],
        "plain_event": plain,
        "linkedin": [(HERE / "corpus" / "linkedin" / "positions").read_bytes()],
        "table": [
            b"\0Project,Description,Start Date,Duration (decimal),Tags\na,b,02/25/2026,1.5,x\n",
            b"\1" + b"Date;Activity;Hours;Why\n12.03.2026;Law;2,5;new\n",
            b"\2" + b"First Name,Organization Name,E-mail 1 - Value\nJane,Acme,jane@x.org\n",
            b'\3[{"id":1,"start":"20260302T120209Z","end":"20260302T130209Z","tags":["a"]}]',
            b"\4Project,Description,Start date,Start time,Duration\na,b,2026-02-25,9:00,1:30:00\n",
        ],
        "table_map": [
            preset.read_bytes() for preset in sorted((SOURCE / "interop" / "maps").iterdir())
        ],
        "resume": [small, gzip.compress(small, mtime=0), archive.getvalue(), demo.resume()],
        "packed": [small, gzip.compress(small, mtime=0), archive.getvalue()],
        "words": [
            b"course.finished\ntitle=SQL\nhours=42\nthemes=data,climate",
            b"contact.made\ncontact=jane\nname=Jane Doe\nkind=mentor\non=2024-03",
            b"opportunity.found\nopportunity=b\nwhat=Lead\nrole_like.title=Lead\nrole_like.level=4",
            b"goal.set\ngoal=g\nstatement=s\ntoward=cto:0.5",
        ],
        "partial_date": [b"2019", b"2019-03", b"2019-03-14", b"2024-02-29", b"0001-01-01"],
        "proof": [str(proof).encode(), str(ledger.prove(one, checkpoint=signed)).encode()],
        "checkpoint": [
            signed.encode(),
            Checkpoint("ada.example/career", 0, bytes(32)).signed(KEY).encode(),
        ],
        "public_key": [str(KEY.public).encode()],
        "ledger_file": [
            b"\0",
            b"\0\0\3\1\0\20\7\1\0\200",
            b"\1" + empty_file(),  # a new file
        ],
    }


def main() -> None:
    """Write the seeds."""
    by_target = seeds()
    if by_target.keys() != TARGETS.keys():
        missing = ", ".join(sorted(TARGETS.keys() ^ by_target.keys()))
        raise SystemExit(f"targets and seeds differ in {missing}; add seeds to fuzz/seeds.py")
    for name, bodies in by_target.items():
        folder = HERE / "corpus" / name
        folder.mkdir(parents=True, exist_ok=True)
        for number, body in enumerate(dict.fromkeys(bodies)):
            (folder / f"seed-{number:02}").write_bytes(body)


if __name__ == "__main__":
    main()
