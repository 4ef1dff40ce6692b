"""Which awards of a credential still matter: the one rule for what is in force and what expired."""

from collections.abc import Hashable, Iterable
from datetime import date
from typing import TypeVar

from careerledger.dates import PartialDate

K = TypeVar("K", bound=Hashable)


def holds_until(expires: PartialDate | None) -> date:
    """Return the last day on which a credential is in force."""
    return date.max if expires is None else expires.last_day


def not_renewed(awards: Iterable[tuple[K, str, str | None, PartialDate | None]]) -> set[K]:
    """Return the awards that no other award replaces.

    Awards of one name by one issuer, however they are written in capitals, are of one credential;
    the one that is in force longest counts, of two alike the later.

    Args:
        awards: What is to be returned of each, its name, issuer, and when it expires, in the order
            they were awarded.
    """
    standing: dict[tuple[str, str], tuple[date, K]] = {}
    for award, name, issuer, expires in awards:
        credential = (name.strip().casefold(), (issuer or "").strip().casefold())
        until = holds_until(expires)
        if credential not in standing or standing[credential][0] <= until:
            standing[credential] = until, award
    return {award for _, award in standing.values()}
