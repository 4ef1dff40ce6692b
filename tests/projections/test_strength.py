"""Strength holds thousands of pieces by a few, and nobody can tell."""

from datetime import date
from math import exp2, prod
from operator import itemgetter

import attrs
import pytest
from hypothesis import given, strategies as st

from careerledger.answers import states
from careerledger.dates import PartialDate, beginning
from careerledger.projections.rules.strength import Strength
from careerledger.projections.rules.ties import Tie

FIRST = date(1986, 9, 1).toordinal()
half_lives = st.sampled_from([1, 7.5, 180, 365, 1460, 1e6])
weights = st.sampled_from([0, 1e-9, 0.06, 0.2, 0.5, 0.8, 1])


@st.composite
def pieces(draw, least=0):
    """Ordinal and weight of each, in order, some on one day and some decades apart."""
    gaps = st.sampled_from([0, 0, 1, 3, 10, 90, 400, 6000])
    drawn = draw(st.lists(st.tuples(gaps, weights), min_size=max(1, least), max_size=120))
    day, found = FIRST, []
    for gap, weight in drawn:
        day = min(day + gap, date(2200, 1, 1).toordinal())
        found.append((day, weight))
    return found


def of(found, half_life, strength=None):
    strength = Strength(half_life) if strength is None else strength
    for number, (day, weight) in enumerate(found):
        strength.add(beginning(day, 10), weight, number)
    return strength


def by_hand(found, half_life, day):
    return 1 - prod(1 - weight * exp2((on - day) / half_life) for on, weight in found)


@given(pieces(), half_lives, st.integers(0, 5000))
def test_it_is_the_formula(found, half_life, later):
    day = found[-1][0] + later

    assert by_hand(found, half_life, day) == pytest.approx(
        of(found, half_life).on(day), rel=1e-9, abs=1e-14
    )


def test_of_thousands_of_pieces_some_dozens_are_held():
    """Of forty years of weekly touches; the sum is the formula's to the last digits."""
    found = [(FIRST + 7 * number, (0.2, 0.5, 0.8)[number % 3]) for number in range(2000)]
    strength = of(found, 180)
    faint = [(FIRST + 30 * number, 0.06) for number in range(60)]
    lone = of([(FIRST, 0.9), *[(FIRST + 20 * 365 + n, 1e-4) for n in range(500)]], 3650)

    assert 20 < len(strength._weigh()) < 200
    for day in (found[-1][0], found[-1][0] + 3000):
        assert by_hand(found, 180, day) == pytest.approx(strength.on(day), rel=1e-14)
    day = faint[-1][0]
    assert by_hand(faint, 1460, day) == pytest.approx(of(faint, 1460).on(day), rel=1e-13)
    assert 0 == lone.with_evidence(FIRST + 8000)[1][0].seq


@given(pieces(least=33), half_lives, st.data())
def test_the_heaviest_and_the_last_are_named(found, half_life, data):
    day = found[-1][0] + data.draw(st.integers(0, 3000))
    strength = of(found, half_life)
    faded = [weight * exp2((on - found[-1][0]) / half_life) for on, weight in found]
    order = sorted(range(len(found)), key=lambda place: (-faded[place], place))[:3]
    last = strength.last(day)

    shares = [exp2((found[-1][0] - day) / half_life) * faded[place] for place in order]
    assert shares == pytest.approx([evidence.share for evidence in strength.with_evidence(day)[1]])
    assert len(found) - 1 == last.seq
    assert found[-1][0] == last.on.ordinal


@given(pieces(least=33), half_lives, st.data())
def test_neither_views_nor_cuts_nor_bytes_change_it(found, half_life, data):
    """What is put away depends on the pieces alone."""
    cuts = sorted(data.draw(st.lists(st.integers(1, len(found)), max_size=3)))
    going = Strength(half_life)
    for number, (day, weight) in enumerate(found):
        going.add(beginning(day, 10), weight, number)
        if number in cuts:
            going.on(day + 17)
            if data.draw(st.booleans()):
                going.with_evidence(day + 3)
            if data.draw(st.booleans()):
                going = states.decode_state(Strength, states.encode_state(going))
    once = of(found, half_life)
    day = found[-1][0] + 100

    assert once == going
    assert (once.on(day), once.with_evidence(day)) == (going.on(day), going.with_evidence(day))


@given(pieces(), half_lives, half_lives, st.sampled_from(["2019", "2019-05", "2019-05-06"]))
def test_change_of_kind_refades_all_touches(found, one, other, on):
    depths = {1: 0.2, 2: 0.5, 3: 0.8}
    changed, always = Tie("peer", Strength(one)), Tie("friend", Strength(other))
    for tie in (changed, always):
        for number, (day, _) in enumerate(found):
            tie.touch(beginning(day, 10), number % 3 + 1, depths[number % 3 + 1], number)
    changed.become("friend", other, depths)
    for tie in (changed, always):
        tie.touch(PartialDate("2199" + on[4:]), 3, 0.8, len(found))

    assert always == changed
    assert attrs.asdict(always) == attrs.asdict(changed)


def test_entry_numbers_reach_64_bits():
    tie = Tie("peer", Strength(365))
    tie.touch(PartialDate("2024"), 3, 0.8, 2**63 - 1)

    assert 2**63 - 1 == tie.strength.last(FIRST + 20_000).seq
    assert [2**63 - 1] == [seq for seq, _ in tie.weights(FIRST + 20_000, {3: 0.8})]


@given(st.dates(), st.sampled_from([4, 7, 10]))
def test_a_beginning_is_the_date_of_its_text(day, length):
    whole = PartialDate(day.isoformat()[:length])
    made = beginning(whole.ordinal, length)

    assert (whole, whole.first_day, whole.ordinal, whole.month, whole.last_day) == (
        made,
        made.first_day,
        made.ordinal,
        made.month,
        made.last_day,
    )
    assert type(made) is PartialDate


@given(
    st.lists(
        st.tuples(st.integers(0, 40), st.sampled_from([0.1, 0.3, 0.55, 0.7, 0.9])),
        min_size=2,
        max_size=120,
    ),
    st.randoms(use_true_random=False),
    st.sampled_from([1.0, 30.0, 365.0]),
)
def test_order_within_a_day_changes_no_bit(pieces, random, half_life):
    """Nor where so many came that the faded ones were put away."""
    start = date(2020, 1, 1).toordinal()

    def strength(order):
        made = Strength(half_life)
        for number, (day, weight) in enumerate(order):
            made.add(PartialDate(date.fromordinal(start + 9 * day)), weight, number)
        return [made.on(start + 9 * 40 + later) for later in (0, 1, 400)]

    shuffled = list(pieces)
    random.shuffle(shuffled)
    assert strength(sorted(pieces, key=itemgetter(0))) == strength(
        sorted(shuffled, key=itemgetter(0))
    )


def test_a_piece_that_is_added_between_two_looks_counts() -> None:
    strength = Strength(365.0)
    day = PartialDate("2024-01-01")
    strength.add(day, 0.5, 1)
    assert 0.5 == strength.on(day.ordinal)
    strength.add(day, 0.5, 2)
    assert 0.75 == strength.on(day.ordinal)
