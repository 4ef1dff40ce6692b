from collections.abc import Callable

import pytest

from careerledger import Entry
from careerledger.errors import CodecError
from careerledger.journal import codec

Read = Callable[[bytes], Entry | CodecError]


def _attempt(read: Callable[[], Entry]) -> Entry | str:
    try:
        return read()
    except CodecError as error:
        return str(error)


@pytest.fixture(scope="session")
def read() -> Callable[[bytes], Entry | str]:
    """What both readers make of some bytes: the same entry, or the same refusal with its path."""

    def both(body: bytes) -> Entry | str:
        quick = _attempt(lambda: codec.decode(1, body))
        plain = _attempt(lambda: codec._decode_plainly(1, body))
        assert plain == quick
        if isinstance(plain, str):
            assert ", at $" in plain
        else:
            assert type(plain.event) is type(quick.event)
            assert hash(plain) == hash(quick)
        return plain

    return both
