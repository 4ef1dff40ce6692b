"""The guide lists every law, every promise and every animal, word for word."""

from pathlib import Path

import pytest

from careerledger.testing import promises
from careerledger.testing._law_tests import ALL_LAWS, ProjectionLaws
from zoo import broken, broken_events, broken_stores, sound
from zoo.keeper import PROJECTIONS, SOUND, STORES

MODULES = (broken, broken_events, broken_stores, sound)
"""Importing them fills the lists of animals."""

GUIDE = Path(__file__).parents[2] / "docs" / "testing.md"


def row(*cells):
    return f"| {' | '.join(cells)} |\n"


def text_of(law):
    return " ".join(getattr(ProjectionLaws, f"test_{law}").__doc__.split())


ROWS = [
    *(row(f"`{law}`", text_of(law)) for law in ALL_LAWS),
    *(row(f"`{name}`", text) for name, text in promises().items()),
    *(row(f"`{a.name}`", a.mistake, f"`{a.law}`") for a in [*PROJECTIONS, *STORES]),
    *(row(f"`{a.name}`", a.mistake) for a in SOUND),
]


@pytest.mark.parametrize("line", ROWS, ids=lambda line: line.split("`")[1])
def test_the_guide_has_the_row(line):
    assert line in GUIDE.read_text(encoding="utf-8")
