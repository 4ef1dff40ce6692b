"""Figures that the tests find, for docs/faults.md to quote: one file for each in build/faults/."""

import re

import pytest

from faults.changes import FIGURES


@pytest.fixture
def figure(request):
    """Writes down what was measured, under the name of the test."""
    file = FIGURES / f"{re.sub(r'[^a-z0-9]+', '-', request.node.name)}.txt"
    lines = []

    def note(what, value):
        lines.append(f"{what}: {value}\n")
        FIGURES.mkdir(parents=True, exist_ok=True)
        file.write_text("".join(lines))

    return note
