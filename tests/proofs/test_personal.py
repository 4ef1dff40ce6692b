"""What is kept beside an entry, and what the entry was committed to."""

import pytest

from careerledger.errors import ProofError
from careerledger.proofs.personal import commitment, read_disclosures

LINE = (
    b'{"field":"name","salt":"00000000000000000000000000000000",'
    b'"subject":"contact:jane","value":"Jane"}'
)
HASH = commitment(LINE)


def test_a_disclosure_is_found_by_its_field():
    (told,) = read_disclosures(LINE, {"name": HASH}).items()
    assert told == (
        "name",
        {"subject": "contact:jane", "field": "name", "value": "Jane", "salt": "00" * 16},
    )


@pytest.mark.parametrize(
    "line",
    [
        b"7",
        b'["name"]',
        b"null",
        b'{"field":7}',
        b'{"field":"name","field":"name"}',
        b"{}",
        b"",
        b"{",
    ],
)
def test_a_line_that_is_no_disclosure(line):
    with pytest.raises(ProofError, match="not a disclosure"):
        read_disclosures(line, {"name": commitment(line)})


def test_a_line_that_stands_twice():
    with pytest.raises(ProofError):
        read_disclosures(LINE + b"\n" + LINE, {"name": HASH})


@pytest.mark.parametrize("commitments", [{}, {"name": "0" * 64}, {"note": HASH}])
def test_a_line_to_which_the_entry_was_not_committed(commitments):
    with pytest.raises(ProofError):
        read_disclosures(LINE, commitments)
