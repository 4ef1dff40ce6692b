"""The test kit: property-based tests of your own events, projections and stores.

    TestHackathons = laws(Hackathons, events=[HackathonWon])

is a test class with one test per law, for pytest and unittest. The guide is ``docs/testing.md``.

It needs Hypothesis: ``pip install 'careerledger[testing]'``.
"""

from typing import TYPE_CHECKING, Any

from careerledger._loading import on_demand
from careerledger.errors import MissingExtraError

if TYPE_CHECKING:
    from careerledger.testing._career_strategies import (
        careers as careers,
        corrupt as corrupt,
        ledgers as ledgers,
        splits as splits,
    )
    from careerledger.testing._careers import (
        Amended as Amended,
        Career as Career,
        Clock as Clock,
        Voided as Voided,
        new_ledger as new_ledger,
    )
    from careerledger.testing._event_strategies import (
        events as events,
        partial_dates as partial_dates,
        texts as texts,
    )
    from careerledger.testing._examples import Expected as Expected, Given as Given, given as given
    from careerledger.testing._law_runner import LawBroken as LawBroken, NotShown as NotShown
    from careerledger.testing._law_tests import ProjectionLaws as ProjectionLaws, laws as laws
    from careerledger.testing._store_laws import (
        StoreLaws as StoreLaws,
        promises as promises,
        store_laws as store_laws,
    )
    from careerledger.testing._store_model import append_rows as append_rows, new_row as new_row

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
