"""Bytes that must be readable forever, as they were written once."""

from datetime import UTC, datetime
from pathlib import Path

import msgspec

from careerledger.events import (
    ContactMade,
    CourseFinished,
    EntryAmended,
    EntryVoided,
    GoalSet,
    OpportunityFound,
    RoleLike,
    RoleStarted,
    VisionDeclared,
)
from careerledger.journal import codec
from strategies import entry_of

GOLDEN = Path(__file__).with_name("golden.jsonl")
"""One entry on each line."""

COURSE = CourseFinished(
    on="2024-03",
    title="Distributed Systems: “why” it's \\ hard",
    hours=42,
    themes={"leadership", "climate"},
    toward={"cto": 0.5},
    initiative="self",
    note="first line\nsecond\tline",
    evidence=["https://example.org/a?b=c"],
    provider="École",
    format="degree",
    skills=["sql", "go"],
    score=0.925,
)
ENTRIES = [
    entry_of(COURSE, id_="018f4c1e-5f2b-7000-8000-000000000001", key="json-resume:education:1"),
    entry_of(
        VisionDeclared(
            on="2024", vision="cto", statement="Lead a team", themes={"leadership": 3, "climate": 2}
        ),
        recorded_at=datetime(1999, 12, 31, 23, 59, 59, tzinfo=UTC),
    ),
    entry_of(ContactMade(on="2024-03-14", contact="jane", name="Jane 😀", kind="peer")),
    entry_of(RoleStarted(on="2019-07", role="r", organisation="o", title="t", level=0, pay=1e21)),
    entry_of(
        GoalSet(on="2020", goal="g", title="t", due="2021-06", levels=["a", "b", "c", "d", "e"])
    ),
    msgspec.structs.replace(
        entry_of(
            OpportunityFound(on="2022", opportunity="o", what="w", role_like=RoleLike(title="lead"))
        ),
        version=1,
    ),
    entry_of(EntryVoided(target="018f", reason="never happened")),
    entry_of(EntryAmended(target="018f", event=COURSE, reason="typo")),
    msgspec.structs.replace(
        entry_of(
            OpportunityFound(
                on="2022",
                opportunity="o",
                what="w",
                role_like=RoleLike(title="lead", level=5, pay=1.5),
            )
        ),
        version=2,
    ),
    msgspec.structs.replace(
        entry_of(OpportunityFound(on="2022", opportunity="o", what="w")), version=2
    ),
    entry_of(OpportunityFound(on="2022", opportunity="o", what="w")),
    entry_of(
        OpportunityFound(
            on="2022",
            opportunity="o",
            what="w",
            role_like=RoleLike(
                title="lead",
                weekly_hours=32,
                beside=True,
                values={"autonomy": 0.5},
                skills=["sql"],
                people=3,
            ),
        )
    ),
]


def test_old_bytes_are_read_as_they_were_meant(read):
    assert ENTRIES == [read(line) for line in GOLDEN.read_bytes().splitlines()]


def test_new_bytes_are_written_as_the_old_ones():
    """Those of a version that is still written."""
    for line, entry in zip(GOLDEN.read_bytes().splitlines(), ENTRIES, strict=True):
        version = entry.event.__event__.version
        newest = codec.encode(msgspec.structs.replace(entry, version=version))
        assert (line == newest) == (entry.version == version)


def test_an_opportunity_of_version_1_without_a_role_is_read(read):
    line = codec.encode(ENTRIES[-2]).replace(b'"version":3', b'"version":1')
    assert ENTRIES[-2].event == read(line).event
