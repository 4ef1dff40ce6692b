"""Projections' running states as bytes, for snapshots.

msgspec writes and reads them. A state that would not be read back as the same has no bytes.
"""

from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import chain
from operator import attrgetter
from typing import Any, Final, TypeVar, cast, get_args, get_origin

import attrs
import msgspec
from immutabledict import immutabledict

from careerledger.dates import PartialDate
from careerledger.errors import CodecError

__all__ = ["decode_state", "encode_state"]

S = TypeVar("S")


def encode_state(state: object) -> bytes:
    """Return a projection's running state as JSON bytes.

    Raises CodecError when it could not be read back as the same state.
    """
    try:
        body = _ENCODER.encode(state)
        back = decode_state(type(state), body)
        same = back == state and _same_types([back], [state])
    except Exception as error:  # a class of a user's may fail in any way
        raise CodecError(f"the state of {type(state).__name__} has no bytes: {error}") from error
    if not same:
        raise CodecError(f"the state of {type(state).__name__} would be read back as another")
    return body


def _same_types(these: list[Any], those: list[Any]) -> bool:
    """Whether values that are equal pair by pair are of the same types; a Counter is no dict.

    Numbers may differ in theirs. Whole columns are compared, as states have many parts.
    """
    kinds = list(map(type, these))
    if kinds != list(map(type, those)) and not all(
        type(one) is type(other)
        or (isinstance(one, int | float) and isinstance(other, int | float))
        for one, other in zip(these, those, strict=True)
    ):
        return False
    for kind in set(kinds) - _ATOMS:
        here = [one for one, its in zip(these, kinds, strict=True) if its is kind]
        there = [other for other, its in zip(those, kinds, strict=True) if its is kind]
        pairs = zip(_columns(kind, here), _columns(kind, there), strict=True)
        if not all(_same_types(one, other) for one, other in pairs):
            return False
    return True


_ATOMS: Final = frozenset({str, int, float, bool, type(None), PartialDate})


def _columns(kind: Any, values: list[Any]) -> Iterator[list[Any]]:
    """Yield the parts of values of a kind in columns: each holds one part of every value."""
    if issubclass(kind, dict):
        yield list(chain.from_iterable(values))
        yield list(chain.from_iterable(value.values() for value in values))
    elif issubclass(kind, list | tuple):
        yield list(chain.from_iterable(values))
    elif issubclass(kind, set | frozenset):
        yield list(chain.from_iterable(sorted(value, key=repr) for value in values))
    else:
        for name in _compared_fields(kind):
            yield list(map(attrgetter(name), values))


@cache
def _compared_fields(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in attrs.fields(kind) if field.eq) if attrs.has(kind) else ()


def decode_state(cls: type[S], body: bytes) -> S:
    """Return the running state in some bytes; CodecError where they hold something else."""
    try:
        kind: Any = cls
        return cast("S", _state_decoder(kind).decode(body))
    except (msgspec.MsgspecError, TypeError, ValueError, RecursionError) as error:
        raise CodecError(f"not a state of {cls.__name__}: {error}") from error


@cache
def _state_decoder(cls: type[Any]) -> "msgspec.json.Decoder[Any]":
    return msgspec.json.Decoder(cls, dec_hook=_from_json)


def _from_json(kind: Any, value: Any) -> object:
    """Decode a type that msgspec does not know."""
    if kind is PartialDate:
        return _date(value)
    if get_origin(kind) is immutabledict:
        pairs = _of(dict, get_args(kind))
        return immutabledict(msgspec.convert(value, pairs, dec_hook=_from_json))
    raise TypeError(f"{kind!r} has no form in JSON")


def _of(container: Any, arguments: Any) -> Any:
    """Return the container's type with its arguments, which are known only at run time."""
    return container[arguments]


_date: Final = lru_cache(maxsize=65_536)(PartialDate)
"""Dates repeat; a cache in C answers nearly always."""


def _to_json(value: object) -> object:
    if isinstance(value, PartialDate):
        return str(value)
    if isinstance(value, immutabledict):
        return dict(cast("Any", value))
    raise NotImplementedError(f"a {type(value).__name__} has no place in JSON")


_ENCODER: Final = msgspec.json.Encoder(enc_hook=_to_json)
