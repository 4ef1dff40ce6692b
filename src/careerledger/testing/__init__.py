"""Property-based testing of careers: events, histories, projections and stores.

    TestHackathons = laws(Hackathons, events=[HackathonWon])

is a test class with a test for each law of projections, under pytest and unittest. See
``docs/testing.md`` for a guide.

It needs hypothesis: ``pip install 'careerledger[testing]'``.
"""

from typing import TYPE_CHECKING, Any

from careerledger._loading import on_demand
from careerledger.errors import MissingExtraError

if TYPE_CHECKING:
    from careerledger.testing._careers import Amended as Amended
    from careerledger.testing._careers import Career as Career
    from careerledger.testing._careers import Clock as Clock
    from careerledger.testing._careers import Voided as Voided
    from careerledger.testing._careers import new_ledger as new_ledger
    from careerledger.testing._events import events as events
    from careerledger.testing._events import partial_dates as partial_dates
    from careerledger.testing._events import texts as texts
    from careerledger.testing._given import Expected as Expected
    from careerledger.testing._given import Given as Given
    from careerledger.testing._given import given as given
    from careerledger.testing._stores import StoreLaws as StoreLaws
    from careerledger.testing._stores import append_rows as append_rows
    from careerledger.testing._stores import new_row as new_row
    from careerledger.testing._stores import promises as promises
    from careerledger.testing._stores import store_laws as store_laws
    from careerledger.testing._strategies import careers as careers
    from careerledger.testing._strategies import corrupt as corrupt
    from careerledger.testing._strategies import ledgers as ledgers
    from careerledger.testing._strategies import splits as splits
    from careerledger.testing._suite import LawBroken as LawBroken
    from careerledger.testing._suite import NotShown as NotShown
    from careerledger.testing._suite import ProjectionLaws as ProjectionLaws
    from careerledger.testing._suite import laws as laws

_load, __dir__ = on_demand(__name__)


def __getattr__(name: str) -> Any:
    try:
        return _load(name)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "hypothesis":
            raise
        raise MissingExtraError(
            "careerledger.testing needs hypothesis; pip install 'careerledger[testing]'"
        ) from error
