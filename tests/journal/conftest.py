from collections.abc import Callable

import pytest

from careerledger import Entry
from careerledger.errors import CodecError
from careerledger.journal import codec, strict
from careerledger.journal.parser import parse_entry

Read = Callable[[bytes], Entry | str]


def _attempt(read: Callable[[int, bytes], Entry], body: bytes) -> Entry | str:
    try:
        return read(1, body)
    except CodecError as error:
        return str(error)


@pytest.fixture(scope="session")
def read() -> Read:
    """What all ways of reading make of some bytes: the same entry, or a refusal with its path.

    Inside a ledger the quick way need not notice all that the door refuses.
    """

    def all_ways(body: bytes) -> Entry | str:
        thorough = _attempt(parse_entry, body)
        door = _attempt(strict.decode, body)
        inside = _attempt(codec.decode, body)
        assert thorough == door
        if isinstance(thorough, str):
            assert ", at $" in thorough
            assert isinstance(inside, Entry) or inside == thorough
        else:
            assert thorough == inside
            assert type(thorough.event) is type(door.event) is type(inside.event)
            assert repr(thorough) == repr(door) == repr(inside)
            assert hash(thorough) == hash(door)
        return thorough

    return all_ways
