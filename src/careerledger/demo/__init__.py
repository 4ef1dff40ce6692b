"""Provide the sample data of ``careerledger demo``: a real résumé and a made-up year after it."""

import json
from collections import Counter
from datetime import date
from importlib.resources import files
from typing import Final

from careerledger import Draft, event_from_dict

__all__ = ["AT", "resume", "year"]

AT: Final = date(2026, 4, 30)
"""The last day of the made-up year, and the date of the demo's views."""


def resume() -> bytes:
    """Return the résumé of a restaurant manager who became a data analyst, a JSON Resume file."""
    return files(__name__).joinpath("career-changer.resume.json").read_bytes()


def year() -> list[Draft]:
    """Return the events that this person might have recorded from May 2025 to April 2026.

    Some of them refer to roles in the résumé, and a few contacts are older. ``year.jsonl`` contains
    one event a line, as ``event_to_dict`` writes it, without the fields that have their default.
    """
    lines = files(__name__).joinpath("year.jsonl").read_text(encoding="utf-8").splitlines()
    count_by_date: Counter[str] = Counter()
    drafts: list[Draft] = []
    for event in map(event_from_dict, map(json.loads, lines)):
        count_by_date[event.on] += 1
        drafts.append(Draft(event, f"demo:{event.on}:{count_by_date[event.on]}"))
    return drafts
