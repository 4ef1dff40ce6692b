"""Every byte of a file is changed, one at a time."""

import os
from random import Random

import pytest

from faults.changes import PAGE, Changes, make
from faults.power import quick_folder

pytestmark = pytest.mark.no_cover  # with coverage it takes twice as long

PARTS = 16
TRIED = range(PARTS) if os.environ.get("HYPOTHESIS_PROFILE") == "soak" else (5,)
"""All of them in a long run, else one byte of sixteen."""


@pytest.mark.parametrize("part", TRIED)
def test_a_changed_byte_is_found_or_changes_no_answer(part, figure):
    """Each byte once here, by one bit; ``python -m faults.changes`` tries all other values."""
    random = Random(part)
    with quick_folder() as folder:
        make(folder / "ada.ledger")
        changes = Changes(folder / "ada.ledger")
        positions = range(part, changes.size, PARTS)
        changes.run(positions, lambda position, byte: [byte ^ 1 << random.randrange(8)])

    figure("changes", changes.found.total())
    for outcome, count in sorted(changes.outcomes().items()):
        figure(outcome, count)
    assert len(positions) == changes.found.total()
    assert {"refused", "found by hash", "found by structure"} <= set(changes.outcomes())


def test_every_value_of_the_type_bytes_is_tried():
    """They stand in front of its name. SQLite gives what they say, and leaves rules to checks."""
    with quick_folder() as folder:
        make(folder / "ada.ledger")
        end = (folder / "ada.ledger").read_bytes().index(b"career", PAGE)
        changes = Changes(folder / "ada.ledger")
        changes.run(range(end - 8, end), lambda _, byte: set(range(256)) - {byte})

    assert end < 2 * PAGE
    assert changes.found.total() == 8 * 255
    assert "unreadable" in changes.outcomes()
