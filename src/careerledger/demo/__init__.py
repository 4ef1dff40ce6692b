"""The material of ``careerledger demo``: a real résumé file, and a made-up year after it."""

from collections import Counter
from datetime import date
from importlib.resources import files
from typing import Final

from careerledger import Draft

__all__ = ["AT", "resume", "year"]

AT: Final = date(2026, 4, 30)
"""The last day of the year, for which the demo asks its questions."""


def resume() -> bytes:
    """The résumé of a restaurant manager who became a data analyst, a JSON Resume file."""
    return files(__name__).joinpath("career-changer.resume.json").read_bytes()


def year() -> list[Draft]:
    """What this person might have recorded from May 2025 to April 2026, in order.

    It refers to roles of the résumé; a few contacts are older.
    """
    from careerledger.demo._year import EVENTS  # noqa: PLC0415 - loads the whole catalogue

    of_the_day: Counter[str] = Counter()
    drafts: list[Draft] = []
    for event in EVENTS:
        of_the_day[event.on] += 1
        drafts.append(Draft(event, f"demo:{event.on}:{of_the_day[event.on]}"))
    return drafts
