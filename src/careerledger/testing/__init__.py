"""Property-based testing of careers: events, histories, projections and stores.

    TestHackathons = laws(Hackathons, events=[HackathonWon])

is a test class with a test for each law of projections, under pytest and unittest. See
``docs/testing.md`` for a guide.

It needs hypothesis: ``pip install 'careerledger[testing]'``.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from careerledger.errors import MissingExtraError

if TYPE_CHECKING:
    from careerledger.testing._careers import (
        Amended,
        Career,
        Clock,
        Voided,
        new_ledger,
    )
    from careerledger.testing._events import events, partial_dates, texts
    from careerledger.testing._given import Expected, Given, given
    from careerledger.testing._store_model import append_rows, new_row
    from careerledger.testing._stores import StoreLaws, promises, store_laws
    from careerledger.testing._strategies import careers, corrupt, ledgers, splits
    from careerledger.testing._suite import LawBroken, NotShown, ProjectionLaws, laws

_FILE_OF = {
    "Amended": "_careers",
    "Career": "_careers",
    "Clock": "_careers",
    "Expected": "_given",
    "Given": "_given",
    "LawBroken": "_suite",
    "NotShown": "_suite",
    "ProjectionLaws": "_suite",
    "StoreLaws": "_stores",
    "Voided": "_careers",
    "append_rows": "_store_model",
    "careers": "_strategies",
    "corrupt": "_strategies",
    "events": "_events",
    "given": "_given",
    "laws": "_suite",
    "ledgers": "_strategies",
    "new_ledger": "_careers",
    "new_row": "_store_model",
    "partial_dates": "_events",
    "promises": "_stores",
    "splits": "_strategies",
    "store_laws": "_stores",
    "texts": "_events",
}


def __getattr__(name: str) -> Any:
    file = _FILE_OF.get(name)
    if file is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        import_module("hypothesis")  # this module can be imported without
    except ImportError as error:
        raise MissingExtraError(
            "careerledger.testing needs hypothesis; pip install 'careerledger[testing]'"
        ) from error
    found = getattr(import_module(f"{__name__}.{file}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *_FILE_OF})


__all__ = [
    "Amended",
    "Career",
    "Clock",
    "Expected",
    "Given",
    "LawBroken",
    "NotShown",
    "ProjectionLaws",
    "StoreLaws",
    "Voided",
    "append_rows",
    "careers",
    "corrupt",
    "events",
    "given",
    "laws",
    "ledgers",
    "new_ledger",
    "new_row",
    "partial_dates",
    "promises",
    "splits",
    "store_laws",
    "texts",
]
