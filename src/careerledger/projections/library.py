"""The names of the library's own projections; each has a file with its name."""

from pkgutil import iter_modules
from typing import Final

from careerledger import projections

_PARTS: Final = {"base", "library", "parameters", "rules", "view"}
"""Define the parts of the library's own projections."""

LIBRARY: Final = tuple(
    sorted(
        file.name.title().replace("_", "")
        for file in iter_modules(projections.__path__)
        if file.name not in _PARTS
    )
)
"""The names of the library's own projections, sorted."""
