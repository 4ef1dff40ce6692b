"""Numbers and durations in text: read where they can be meant in one way only."""

import contextlib

import pytest
from hypothesis import given, strategies as st

from careerledger.errors import FieldError
from careerledger.interop.amounts import hours_between, read_hours, read_number

seconds = st.integers(0, 359_999)


@given(seconds)
def test_every_way_to_write_a_duration_means_the_same(total):
    hours, rest = divmod(total, 3600)
    minutes, left = divmod(rest, 60)

    for text in (
        f"{hours}:{minutes:02}:{left:02}",
        f"PT{hours}H{minutes}M{left}S",
        f"{hours}h {minutes}m {left}s",
        f"{hours} hours, {minutes} minutes, {left} seconds",
    ):
        assert total == round(read_hours(text) * 3600)


@given(seconds, seconds)
def test_hours_between_two_times_of_day(start, more):
    start, more = start % 86_400, more % 86_400
    clock = [
        f"{at // 3600:02}:{at // 60 % 60:02}:{at % 60:02}"
        for at in (start, (start + more) % 86_400)
    ]

    assert more == round(hours_between(*clock) * 3600)


@given(st.decimals(0, 999_999, places=2))
def test_a_decimal_comma_is_read_where_it_is_stated(number):
    text = str(number)

    assert float(number) == read_number(text) == read_number(text.replace(".", ","), decimal=",")
    assert float(number) == read_number(text, decimal=None)
    assert float(number) == read_number(text.replace(".", ","), decimal=None)


@given(st.text(max_size=30), st.sampled_from([".", ",", None]))
def test_any_text_is_an_amount_or_refused(text, decimal):
    for read in (read_number, read_hours):
        with contextlib.suppress(FieldError):
            assert 0 <= abs(read(text, decimal=decimal)) < 1e13
    with contextlib.suppress(FieldError):
        assert 0 <= hours_between(text, "10:00") < 24


@pytest.mark.parametrize(
    ("text", "decimal"),
    [("1,500", None), ("1.500", None), ("1,5", "."), ("1.5", ","), ("1,234.5", None), ("", None)],
)
def test_a_number_that_can_be_meant_in_two_ways_is_refused(text, decimal):
    with pytest.raises(FieldError):
        read_number(text, decimal=decimal)


def test_instants_have_an_order():
    assert 1.5 == hours_between("2026-03-01T23:30:00Z", "2026-03-02T02:00:00+01:00")
    with pytest.raises(FieldError):
        hours_between("2026-03-01T23:30:00Z", "2026-03-01T23:00:00Z")
    with pytest.raises(FieldError):
        hours_between("09:00", "2026-03-01T10:00")
