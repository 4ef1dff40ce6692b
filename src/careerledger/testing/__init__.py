"""Property-based testing of careers: events, histories, projections and stores.

    TestHackathons = laws(Hackathons, events=[HackathonWon])

is a test class with a test for each law of projections, under pytest and unittest. See
``docs/testing.md`` for a guide.

It needs hypothesis: ``pip install 'careerledger[testing]'``.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from careerledger._loading import on_demand
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
    from careerledger.testing._stores import StoreLaws, append_rows, new_row, promises, store_laws
    from careerledger.testing._strategies import careers, corrupt, ledgers, splits
    from careerledger.testing._suite import LawBroken, NotShown, ProjectionLaws, laws

_load, __dir__ = on_demand(
    globals(),
    {
        **dict.fromkeys(("Amended", "Career", "Clock", "Voided", "new_ledger"), "_careers"),
        **dict.fromkeys(("careers", "corrupt", "ledgers", "splits"), "_strategies"),
        **dict.fromkeys(("events", "partial_dates", "texts"), "_events"),
        **dict.fromkeys(("Expected", "Given", "given"), "_given"),
        **dict.fromkeys(("LawBroken", "NotShown", "ProjectionLaws", "laws"), "_suite"),
        **dict.fromkeys(
            ("StoreLaws", "append_rows", "new_row", "promises", "store_laws"), "_stores"
        ),
    },
)


def __getattr__(name: str) -> Any:
    if name in __all__:
        try:
            import_module("hypothesis")  # this module can be imported without
        except ImportError as error:
            raise MissingExtraError(
                "careerledger.testing needs hypothesis; pip install 'careerledger[testing]'"
            ) from error
    return _load(name)


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
