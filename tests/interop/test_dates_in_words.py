"""Dates in words: read where they can be meant in one way only."""

import contextlib
from datetime import date

import pytest
from hypothesis import given, strategies as st

from careerledger.dates import PartialDate
from careerledger.errors import DateError
from careerledger.interop.dates_in_words import is_ongoing, order_of, read_date


@given(st.dates().map(str), st.sampled_from([4, 7, 10]))
def test_dates_of_the_ledger_mean_themselves(text, length):
    assert text[:length] == read_date(text[:length])


@given(st.text(max_size=60))
def test_any_text_is_a_date_or_refused(text):
    with contextlib.suppress(DateError):
        assert isinstance(read_date(text), PartialDate)


@given(st.dates(date(1970, 1, 1)))
def test_the_order_of_day_and_month_is_as_told(day):
    assert str(day) == read_date(f"{day:%d/%m/%Y}", day_first=True)
    assert str(day) == read_date(f"{day:%m/%d/%Y}", day_first=False)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2019", "2019"),
        (" 2019-03 ", "2019-03"),
        ("2019-3-4", "2019-03-04"),
        ("2019/03/14", "2019-03-14"),
        ("03/2019", "2019-03"),
        ("2019-03-14T00:00:00.000Z", "2019-03-14"),
        ("2020-12-29 14:24 UTC", "2020-12-29"),
        ("2026/07/28 13:20:49 UTC", "2026-07-28"),
        ("8/15/26, 1:32 PM", "2026-08-15"),
        ("31.12.2019", "2019-12-31"),
        ("4.5.2019", "2019-05-04"),
        ("4/4/2019", "2019-04-04"),
        ("March 2019", "2019-03"),
        ("Sept. 2019", "2019-09"),
        ("12 Mar 2024", "2024-03-12"),
        ("March 12, 2024", "2024-03-12"),
        ("7-Feb-22", "2022-02-07"),
        ("Sometime in 2018", "2018"),
        ("Fri Jan 24 02:54:41 UTC 2025", "2025-01-24"),
        ("Spring 2020", "2020-03"),
        ("Oktober 2020", "2020-10"),
        ("août 2021", "2021-08"),
    ],
)
def test_a_date_that_can_be_meant_in_one_way_only_is_read(written, meant):
    assert meant == read_date(written)


@pytest.mark.parametrize(
    "written",
    [
        *("2014-19-39", "2019-00", "2023-02-29", "0000", "14/19/2013", "last summer", "?", ""),
        *("04/05/2019", "19-03", "Marchy 2019", "2019-03-14T25", "9" * 100),
    ],
)
def test_any_other_date_is_refused(written):
    with pytest.raises(DateError, match="is not a date"):
        read_date(written)


@given(st.lists(st.dates(date(1970, 1, 1))), st.sampled_from(["%d/%m/%Y", "%m/%d/%Y"]))
def test_the_order_in_a_file_is_what_one_date_shows(days, form):
    order = order_of(f"{day:{form}}" for day in days)

    assert order in {form.startswith("%d"), None}
    assert (order is None) == all(day.day <= 12 for day in days)
    assert order_of(["25/11/2024", "11/25/2024"]) is None


@pytest.mark.parametrize("word", ["Present", "CURRENT", "heute", "至今", " ongoing ", "active"])
def test_words_for_the_present(word):
    assert is_ongoing(word)
    assert not is_ongoing("2019")
