"""Hidden state is restored, and impure calls are recorded."""

import sys
from datetime import UTC, datetime

from careerledger.testing._hidden_state import HiddenState
from careerledger.testing._impure_calls import record_impure_calls
from zoo import sound

REMEMBERED = []


def test_hidden_state_is_restored():
    class Remembers:
        count = 0
        seen = {}
        flags = bytearray(b"a")
        same = seen

        @property
        def all(self):
            return REMEMBERED

    hidden_state = HiddenState(Remembers)
    Remembers.count = 3
    Remembers.seen["a"] = 1
    Remembers.flags.append(1)
    REMEMBERED.append(1)

    hidden_state.restore()

    assert (0, {}, b"a", []) == (Remembers.count, Remembers.seen, Remembers.flags, REMEMBERED)


def test_caches_are_cleared_between_cases():
    sound._half(7)
    HiddenState(sound.PureCache).restore()
    assert 0 == sound._half.cache_info().currsize


def test_impure_calls_are_recorded():
    before = sys.getprofile()
    with record_impure_calls() as calls:
        datetime.now(UTC)
    assert before is sys.getprofile()
    assert "datetime.now()" in calls[0]
    assert __file__ in calls[0]
