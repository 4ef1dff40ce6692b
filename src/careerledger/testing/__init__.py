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
    from careerledger.testing._careers import (
        Amended as Amended,
        Career as Career,
        Clock as Clock,
        Voided as Voided,
        new_ledger as new_ledger,
    )
    from careerledger.testing._events import (
        events as events,
        partial_dates as partial_dates,
        texts as texts,
    )
    from careerledger.testing._given import Expected as Expected, Given as Given, given as given
    from careerledger.testing._store_model import append_rows as append_rows, new_row as new_row
    from careerledger.testing._stores import (
        StoreLaws as StoreLaws,
        promises as promises,
        store_laws as store_laws,
    )
    from careerledger.testing._strategies import (
        careers as careers,
        corrupt as corrupt,
        ledgers as ledgers,
        splits as splits,
    )
    from careerledger.testing._suite import (
        LawBroken as LawBroken,
        NotShown as NotShown,
        ProjectionLaws as ProjectionLaws,
        laws as laws,
    )

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
