"""Dates of year, month and day precision."""

import copy
import pickle
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, strategies as st

from careerledger.dates import PartialDate, as_of
from careerledger.errors import DateError

days = st.dates()
precisions = st.sampled_from([4, 7, 10])
partial = st.builds(lambda day, length: PartialDate(day.isoformat()[:length]), days, precisions)
junk = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.binary(), st.text(), st.lists(days),
    st.just(10**5000), st.tuples(st.integers(), st.integers()),
)  # fmt: skip


@given(partial)
def test_a_date_is_its_text(day):
    assert str(day) == day == PartialDate(str(day))
    assert hash(str(day)) == hash(day)
    assert str is type(str(day))
    assert f"PartialDate({str(day)!r})" == repr(day)
    assert day is PartialDate(day)


@given(partial)
def test_a_date_is_the_same_when_copied_or_pickled(day):
    for other in (copy.copy(day), copy.deepcopy(day), pickle.loads(pickle.dumps(day))):
        assert (day, day.first_day, day.ordinal, PartialDate) == (
            other, other.first_day, other.ordinal, type(other)
        )  # fmt: skip


@given(days)
def test_a_day_is_the_date_it_was_made_from(day):
    made = PartialDate(day)

    assert (day, day, day.toordinal(), "day") == (
        made.first_day, made.last_day, made.ordinal, made.precision
    )  # fmt: skip
    assert PartialDate(day.isoformat()) == made
    assert day == as_of(day) == as_of(made)


@given(partial, days)
def test_a_period_holds_the_days_from_its_first_to_its_last(period, day):
    within = day.isoformat().startswith(period)

    assert within == (period.first_day <= day <= period.last_day)
    assert as_of(period) == period.last_day
    assert PartialDate(period.first_day) >= period
    assert period.month == period.first_day.isoformat()[:7]
    assert period.ordinal == period.first_day.toordinal()


@given(partial)
def test_a_period_is_as_long_as_its_precision(period):
    length = (period.last_day - period.first_day).days + 1

    expected = {"year": {365, 366}, "month": {28, 29, 30, 31}, "day": {1}}[period.precision]
    assert length in expected
    if period.precision == "month":
        assert monthrange(period.first_day.year, period.first_day.month)[1] == length


@given(partial, partial)
def test_the_order_of_text_is_the_order_of_time(one, other):
    """A period comes before everything within it, and else the first days decide."""
    if one.first_day != other.first_day:
        assert (one.first_day < other.first_day) == (one < other)
    else:
        assert (len(one) < len(other)) == (one < other)


@given(junk)
def test_anything_else_is_refused(value):
    with pytest.raises(DateError):
        PartialDate(value)


@given(st.from_regex(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?", fullmatch=True))
def test_text_of_the_right_shape_is_a_date_of_the_calendar_or_refused(text):
    padded = text + "-01-01"[len(text) - 4 :] if len(text) < 10 else text
    try:
        expected = date.fromisoformat(padded)
    except ValueError:
        with pytest.raises(DateError, match=f"'{text}' is not a date: "):
            PartialDate(text)
    else:
        assert expected == PartialDate(text).first_day


@pytest.mark.parametrize(
    "text",
    ["", "19", "2019-", "2019-3", "2019-3-14", "2019/03", "20190314", "2019-03-14T00:00", " 2019", "2019\n",
     "٢٠١٩", "2019-W01", "-2019", "+2019", "Present"],
)  # fmt: skip
def test_other_text_is_refused_with_the_mend(text):
    with pytest.raises(DateError, match="write a year, a month or a day: '2019', '2019-03' or"):
        PartialDate(text)


def test_an_instant_is_refused():
    """Which day it was depends on where one was, so it has to be said."""
    with pytest.raises(DateError, match=r"pass its date\(\) instead"):
        PartialDate(datetime(2019, 3, 14, tzinfo=UTC))
    with pytest.raises(DateError):
        as_of(datetime.now(UTC) - timedelta(1))


def test_messages_are_short():
    with pytest.raises(DateError) as refused:
        PartialDate("x" * 100_000)

    assert len(str(refused.value)) < 400
    with pytest.raises(DateError, match="a value of type int is not a date"):
        PartialDate(10**5000)


def test_a_kind_of_date_of_its_own_stays_one():
    class Due(PartialDate):
        __slots__ = ()

    assert Due is type(Due("2019"))
    assert Due is type(Due(PartialDate("2019")))
    assert PartialDate is type(PartialDate(Due("2019")))
