"""Strategies for careers, ledgers, split histories and damaged bytes."""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any, Final, TypeVar, cast

from hypothesis import strategies as st

from careerledger.errors import DefinitionError
from careerledger.events import Action
from careerledger.ledger import Ledger
from careerledger.testing._byte_values import WORDS, Pools
from careerledger.testing._career_builder import (
    DRAW_SIZE,
    HEAD_SIZE,
    USED,
    CareerBuilder,
    CareerOptions,
    with_introducers,
)
from careerledger.testing._careers import Career, new_ledger
from careerledger.testing._event_strategies import HOSTILE, facts, values_of

T = TypeVar("T")

_HOSTILE_WORDS: Final = ("amber", *(f"{piece}a{piece}" for piece in HOSTILE))


def careers(
    kinds: Iterable[type[Action]] | None = None,
    *,
    late: bool = True,
    corrections: bool = True,
    amendments: bool = True,
    unknown: bool = False,
    coarse: bool = True,
    overlaps: bool = True,
    gaps: bool = True,
    hostile: bool = False,
    wild: bool = False,
) -> st.SearchStrategy[Career]:
    """Return careers in which every reference resolves and every date is plausible.

    A strict ledger accepts them. They have 10 entries on average, at most 42 events, and shrink to
    fewer entries, then to simpler values. Most careers use only some of the event classes, so
    that events of these occur together.

    Args:
        kinds: The event classes to use, including your own. The classes that introduce the ids
            that these refer to are added. Default: all classes of the library.
        late: Whether an event may be recorded after a later one.
        corrections: Whether entries are voided.
        amendments: Whether entries are amended.
        unknown: Whether some events have a type that this program does not know.
        coarse: Whether dates may be months and years.
        overlaps: Whether roles may overlap.
        gaps: Whether a year or more may pass without an event.
        hostile: Whether to use texts that often break programs.
        wild: Whether references may lead nowhere, ids be introduced twice, and a course, role and
            so on end before it starts; only a lenient ledger accepts such careers.

    Raises:
        DefinitionError: One of the kinds is not an event class.
    """
    options = CareerOptions(
        kinds=with_introducers(event_classes(facts() if kinds is None else kinds)),
        late=late,
        corrections=corrections,
        amendments=amendments,
        unknown=unknown,
        coarse=coarse,
        overlaps=overlaps,
        gaps=gaps,
        pools=Pools(_HOSTILE_WORDS if hostile else WORDS),
        wild=256 if wild else 0,
    )
    return careers_with(options)


def event_classes(kinds: Iterable[Any]) -> tuple[type[Action], ...]:
    """Return the classes; raise DefinitionError unless all are classes of actions."""
    classes = tuple(kinds)
    for cls in classes:
        if not (isinstance(cls, type) and issubclass(cls, Action) and hasattr(cls, "__event__")):
            raise DefinitionError(
                f"{cls!r} is not an event class that a person records; pass a class such as "
                "CourseFinished, or one of your own with @event('a.name')"
            )
    if not classes:
        raise DefinitionError("the list of event classes is empty; name one, or omit the argument")
    return cast("tuple[type[Action], ...]", classes)


_DRAWS_PER_BLOCK: Final = 6
"""A block holds several draws, as each call of Hypothesis costs more than a draw does."""
_MAX_BLOCKS: Final = 7
_LAST_BLOCK: Final = 148
"""Of 256 blocks, how many are the last; the block's last byte decides."""
_SPARSE_BLOCK: Final = 40
"""Of 256 blocks, how many use few of their draws, so that some careers are short."""
_UNUSED, _UNUSED_IF_SPARSE = 32, 160
"""Of 256 draws, how many are left out; and in a sparse block."""


@cache
def _blocks(size: int) -> st.SearchStrategy[bytes]:
    return st.binary(min_size=size, max_size=size)


def draw_blocks(draw: st.DrawFn, before: int) -> tuple[bytes, list[bytes]]:
    """Draw the bytes of a career.

    Args:
        draw: Draws from a strategy.
        before: How many bytes to draw before the career's; they cost less than a separate call.

    Returns:
        The bytes before, and the draws of the career.
    """
    # All blocks have the same size, so that Hypothesis can swap them when it varies an example.
    # So each has room for the bytes before, which only the first uses.
    blocks = _blocks(before + _DRAWS_PER_BLOCK * DRAW_SIZE + 1)
    first = block = draw(blocks)
    draws = _draws_in(block, before)
    for _ in range(1, _MAX_BLOCKS):
        if block[-1] < _LAST_BLOCK:
            break
        block = draw(blocks)
        draws += _draws_in(block, before)
    return first[:before], draws


def _draws_in(block: bytes, before: int) -> list[bytes]:
    starts = range(before, len(block) - 1, DRAW_SIZE)
    unused = _UNUSED if block[-1] >= _SPARSE_BLOCK else _UNUSED_IF_SPARSE
    return [block[at : at + DRAW_SIZE] for at in starts if block[at + USED] >= unused]


def draw_career(
    draw: st.DrawFn, options: CareerOptions, before: int = 0
) -> tuple[bytes, CareerBuilder]:
    """Draw some bytes for another purpose, and build a career."""
    drawn, draws = draw_blocks(draw, before + HEAD_SIZE)
    builder = CareerBuilder(options, drawn[before:], lambda shape: draw(values_of(shape)))
    for bytes_ in draws:
        builder.add(bytes_)
    builder.finish()
    return drawn[:before], builder


@st.composite
def careers_with(draw: st.DrawFn, options: CareerOptions) -> Career:
    """Return careers with these options."""
    _, builder = draw_career(draw, options)
    return Career(builder.steps)


def ledgers(
    kinds: Iterable[type[Action]] | None = None,
    *,
    make: Callable[[], Ledger] = new_ledger,
    **switches: bool,
) -> st.SearchStrategy[Ledger]:
    """Return ledgers with a recorded career.

    Args:
        kinds: As in ``careers``.
        make: Returns an empty ledger. Default: a ledger in memory, whose clock starts on
            2026-01-01.
        switches: As in ``careers``.
    """
    return careers(kinds, **switches).map(lambda career: career.record(make()))


def splits(history: Sequence[T]) -> st.SearchStrategy[tuple[list[T], list[T]]]:
    """Return a history cut into two parts; either may be empty."""
    items = list(history)
    return st.integers(0, len(items)).map(lambda cut: (items[:cut], items[cut:]))


def corrupt(body: bytes) -> st.SearchStrategy[bytes]:
    """Return damaged bytes: some changed, removed, repeated, inserted, or cut off at the end.

    Args:
        body: The undamaged bytes; the result always differs from them.
    """
    if not body:
        return st.binary(min_size=1, max_size=8)
    places = st.integers(0, len(body) - 1)
    lengths = st.integers(1, 8)

    def change(at: int, by: int) -> bytes:
        return body[:at] + bytes([body[at] ^ by]) + body[at + 1 :]

    def remove(at: int, count: int) -> bytes:
        return body[:at] + body[at + count :]

    def repeat(at: int, count: int) -> bytes:
        return body[: at + count] + body[at:]

    def insert(at: int, new: bytes) -> bytes:
        return body[:at] + new + body[at:]

    return st.one_of(
        places.map(lambda at: body[:at]),
        st.builds(change, places, st.integers(1, 255)),
        st.builds(remove, places, lengths),
        st.builds(insert, places, st.binary(min_size=1, max_size=8)),
        st.builds(repeat, places, lengths),
    )
