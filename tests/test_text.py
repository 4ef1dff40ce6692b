"""Text for people: numbers in plain digits."""

import math

from hypothesis import given, strategies as st

from careerledger.text import number_text


@given(st.floats(-1e15, 1e15), st.integers(1, 12))
def test_a_number_is_written_in_plain_digits(number, digits):
    text = number_text(number, digits)

    assert "e" not in text
    assert math.isclose(float(text), number, rel_tol=10 ** (1 - digits), abs_tol=10**-digits)


def test_the_whole_part_of_a_number_is_complete():
    assert "98765" == number_text(98765.4)
    assert "-1341" == number_text(-1340.6)
    assert "0.25" == number_text(0.25)
    assert "42" == number_text(42.0)
    assert "0" == number_text(0.00001)
