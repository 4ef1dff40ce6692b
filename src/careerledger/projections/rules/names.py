"""When two names of a theme or a skill are one.

Names are compared without regard to case and to Unicode's normal forms: "SQL" is "sql", and "é" is
"é" whether it is one character or two. The spelling that was used first is the one that is shown.

Source: Unicode Standard, definition D145 (canonical caseless match).
"""

from collections.abc import Collection
from unicodedata import normalize

import attrs


def folded(name: str) -> str:
    """Return what is compared of a name: names are one if this is the same."""
    if name.isascii():
        return name.lower()
    return normalize("NFC", normalize("NFD", name).casefold())


@attrs.define
class Names:
    """The names of themes or skills, for projections to hold."""

    first: dict[str, str] = attrs.field(factory=dict[str, str])
    """The spelling that was used first, by what is compared of it."""

    def of(self, name: str) -> str:
        """Return a name in the spelling in which it was used first."""
        return self.first.setdefault(folded(name), name)

    def each_of(self, names: Collection[str]) -> list[str]:
        """Return different names in the spellings in which they were used first, sorted."""
        return sorted({self.of(name) for name in sorted(names)}) if names else []
