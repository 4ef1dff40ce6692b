"""Strategies for careers, for ledgers that hold one, and for damaged bytes."""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any, Final, TypeVar, cast

from hypothesis import strategies as st

from careerledger.errors import DefinitionError
from careerledger.events import Action
from careerledger.ledger import Ledger
from careerledger.testing._builder import (
    DRAW_SIZE,
    HEAD_SIZE,
    USED,
    CareerBuilder,
    CareerOptions,
    with_introducers,
)
from careerledger.testing._careers import Career, new_ledger
from careerledger.testing._digits import WORDS
from careerledger.testing._events import HOSTILE, facts, values_of

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

    A strict ledger takes them. They have ten entries in the mean, 42 events at most, and shrink
    by leaving entries out, then to plain values. In most of them only some of the kinds occur, so
    that those meet each other; that shrinks away too.

    Args:
        kinds: The event classes to use, one's own included; what introduces the ids that their
            own fields refer to joins them. Default: all of the library.
        late: Whether something may be recorded after what happened later.
        corrections: Whether entries are voided.
        amendments: Whether entries are amended.
        unknown: Whether there are events of a type that this program does not know.
        coarse: Whether dates may be months and years.
        overlaps: Whether roles may overlap.
        gaps: Whether a year or more may pass without an event.
        hostile: Whether texts are such as programs stumble over.
        wild: Whether references may lead nowhere, ids be introduced twice, and things end before
            they begin; only a lenient ledger takes such careers.

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
        words=_HOSTILE_WORDS if hostile else WORDS,
        wild=256 if wild else 0,
    )
    return careers_with(options)


def event_classes(kinds: Iterable[Any]) -> tuple[type[Action], ...]:
    """Return the classes, which must be those of events; DefinitionError if not."""
    classes = tuple(kinds)
    for cls in classes:
        if not (isinstance(cls, type) and issubclass(cls, Action) and hasattr(cls, "__event__")):
            raise DefinitionError(
                f"{cls!r} is not an event class that a person records; give some such as "
                "CourseFinished, or make it one with @event('a.name')"
            )
    if not classes:
        raise DefinitionError("no event class was given; give some, or leave the argument out")
    return cast("tuple[type[Action], ...]", classes)


_TOGETHER: Final = 6
"""How many draws are drawn at once, as each draw costs more than a draw: they are followed by a
digit that says whether there are more."""
_MOST: Final = 7
"""How many blocks there are at most."""
_END: Final = 148
"""Of 256 blocks, how many are the last."""
_SPARSE: Final = 40
"""Of 256 blocks, how many have few draws, so that some careers are short."""
_NONE, _MOSTLY_NONE = 32, 160
"""Of 256 draws, how many are none; and in a block with few."""


@cache
def _of_size(size: int) -> st.SearchStrategy[bytes]:
    return st.binary(min_size=size, max_size=size)


def draw_digits(draw: st.DrawFn, before: int) -> tuple[bytes, list[bytes]]:
    """Draw some digits, and the draws of a career.

    Args:
        draw: Draws the digits.
        before: How many digits there are before the draws; a draw of their own would cost more.
    """
    # Blocks of one size take each other's place when Hypothesis varies what it has drawn, so each
    # has room for the digits before.
    blocks = _of_size(before + _TOGETHER * DRAW_SIZE + 1)
    first = block = draw(blocks)
    draws = _split(block[before:])
    for _ in range(1, _MOST):
        if block[-1] < _END:
            break
        block = draw(blocks)
        draws += _split(block[before:])
    return first[:before], draws


def _split(block: bytes) -> list[bytes]:
    draws = [block[at : at + DRAW_SIZE] for at in range(0, _TOGETHER * DRAW_SIZE, DRAW_SIZE)]
    least = _NONE if block[-1] >= _SPARSE else _MOSTLY_NONE
    return [one for one in draws if one[USED] >= least]


def draw_career(
    draw: st.DrawFn, options: CareerOptions, before: int = 0
) -> tuple[bytes, CareerBuilder]:
    """Draw some digits for something else, and build a career."""
    digits, draws = draw_digits(draw, before + HEAD_SIZE)
    builder = CareerBuilder(options, digits[before:], lambda shape: draw(values_of(shape)))
    for one in draws:
        builder.add(one)
    builder.finish()
    return digits[:before], builder


@st.composite
def careers_with(draw: st.DrawFn, options: CareerOptions) -> Career:
    """Return the careers with these options."""
    _, builder = draw_career(draw, options)
    return Career(builder.steps)


def ledgers(
    kinds: Iterable[type[Action]] | None = None,
    *,
    make: Callable[[], Ledger] = new_ledger,
    **switches: bool,
) -> st.SearchStrategy[Ledger]:
    """Return ledgers in which a career is recorded.

    Args:
        kinds: As in ``careers``.
        make: Makes the empty ledger. Default: one in memory, whose clock begins on 2026-01-01.
        switches: As in ``careers``.
    """
    return careers(kinds, **switches).map(lambda career: career.record(make()))


def splits(history: Sequence[T]) -> st.SearchStrategy[tuple[list[T], list[T]]]:
    """Return a history in two parts, either of which may be empty; the first shrinks to empty."""
    items = list(history)
    return st.integers(0, len(items)).map(lambda cut: (items[:cut], items[cut:]))


def corrupt(body: bytes) -> st.SearchStrategy[bytes]:
    """Return damaged bytes: some changed, lost, doubled, or cut off at the end.

    They always differ from the body.

    Args:
        body: The bytes as they were.
    """
    if not body:
        return st.binary(min_size=1, max_size=8)
    places = st.integers(0, len(body) - 1)
    lengths = st.integers(1, 8)

    def changed(at: int, by: int) -> bytes:
        return body[:at] + bytes([body[at] ^ by]) + body[at + 1 :]

    def lost(at: int, count: int) -> bytes:
        return body[:at] + body[at + count :]

    def doubled(at: int, count: int) -> bytes:
        return body[: at + count] + body[at:]

    def joined(at: int, new: bytes) -> bytes:
        return body[:at] + new + body[at:]

    return st.one_of(
        places.map(lambda at: body[:at]),
        st.builds(changed, places, st.integers(1, 255)),
        st.builds(lost, places, lengths),
        st.builds(joined, places, st.binary(min_size=1, max_size=8)),
        st.builds(doubled, places, lengths),
    )
