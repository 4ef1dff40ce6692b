"""Rows to put into stores, and a place for a file of them."""

from pathlib import Path

import pytest

from careerledger.testing import append_rows, new_row


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "ada.ledger"


@pytest.fixture(scope="session")
def row():
    """Makes a row with this number; every other field can be given."""
    return new_row


@pytest.fixture(scope="session")
def add():
    """Appends rows to a ledger in one go, with the right frontier, and returns the new head."""
    return append_rows
