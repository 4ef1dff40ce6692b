"""The formats of other programs' files, and how the format of a file is found."""

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache
from importlib.metadata import entry_points
from inspect import Parameter, signature
from pathlib import Path
from typing import Any, Final, Protocol

import attrs

from careerledger.answers.reading import Reading
from careerledger.errors import ForeignFileError
from careerledger.interop import unpacking

__all__ = ["Format", "Source", "as_source", "formats", "read_file", "source_of"]

MAX_FILES: Final = 20_000
"""The maximum number of files in a folder; an export has 100."""
HEAD: Final = 65_536
"""How many bytes of a file a format sees to tell whether it is its own."""


@attrs.frozen(kw_only=True)
class Source:
    """A file or folder that may be of any format."""

    name: str
    """Its name without its folder."""
    head: bytes = attrs.field(default=b"", repr=False)
    """The first 64 KiB of a file, unpacked if it is a packed file; empty for a folder."""
    members: tuple[str, ...] = attrs.field(default=(), repr=False)
    """The names of the files in a zip archive or a folder, each with the folders before it."""
    path: Path | None = None
    """Where it is; None: it is only its content."""
    body: bytes | None = attrs.field(default=None, repr=False)
    """Its content, if it has no path."""


class Format(Protocol):
    """A format: a module, or anything else with these names."""

    NAME: str
    """The name, which becomes the source of the entries."""

    @staticmethod
    def matches(source: Source, /) -> bool:
        """Return whether a file is of this format."""
        ...

    @staticmethod
    def read(source: Any, /, **options: Any) -> Reading:
        """Read a file."""
        ...


@cache
def formats() -> Mapping[str, Format]:
    """Return all formats by name: those of the entry points ``careerledger.formats``."""
    found = (entry.load() for entry in entry_points(group="careerledger.formats"))
    return {each.NAME: each for each in sorted(found, key=lambda each: each.NAME)}


def source_of(path: str | os.PathLike[str] | bytes) -> Source:
    """Return what formats need to know of a file or folder, or of the content of a file.

    Raises:
        ForeignFileError: There is no such file, or it cannot be read.
    """
    if isinstance(path, bytes):
        return Source(name="the file", head=path[:HEAD], body=path)
    where = Path(path)
    if where.is_dir():
        return Source(name=where.name, members=tuple(sorted(_files_in(where))), path=where)
    try:
        with where.open("rb") as file:
            head = file.read(HEAD)
    except (OSError, ValueError) as error:
        raise ForeignFileError(
            f"{os.fspath(path)!r} cannot be read: {getattr(error, 'strerror', None) or error}"
        ) from error
    members: tuple[str, ...] = ()
    if head.startswith(b"PK"):
        with suppress(Exception), unpacking.opened_zip(where) as archive:
            members = tuple(archive.namelist())
    if head.startswith(b"\x1f\x8b") or len(members) == 1:
        with suppress(ForeignFileError):  # its format will say what is wrong with it
            head = unpacking.read(where)[:HEAD]
    return Source(name=where.name, head=head, members=members, path=where)


def _files_in(folder: Path) -> Iterator[str]:
    """Yield the names of the files in a folder; links to elsewhere are none."""
    count = 0
    for inner, _, names in os.walk(folder):
        for name in names:
            count += 1
            if count > MAX_FILES:
                raise ForeignFileError(
                    f"{os.fspath(folder)!r} has more than {MAX_FILES:,} files; name the folder of "
                    "the export itself"
                )
            path = Path(inner, name)
            if path.is_file() and not path.is_symlink():
                yield path.relative_to(folder).as_posix()


def as_source(source: Source | str | os.PathLike[str] | bytes) -> Source:
    """Return a source as it is, and anything else as ``source_of`` does."""
    return source if isinstance(source, Source) else source_of(source)


def read_file(
    path: str | os.PathLike[str], format_name: str | None = None, /, **options: Any
) -> Reading:
    """Read a file in any known format.

    Args:
        path: The file, or a folder.
        format_name: The name of its format. None: the first that claims it, or ``csv`` for a file
            with a ``map``.
        options: Options of the format. One that it does not have must be None or False.

    Raises:
        ForeignFileError: No format claims the file, its format cannot read it, or its format has
            no such option.
    """
    known, source = formats(), source_of(path)
    if format_name is None and options.get("map"):
        format_name = "csv"
    if format_name is not None and format_name not in known:
        raise ForeignFileError(
            f"there is no format {format_name!r}; choose from {', '.join(known)}"
        )
    chosen = known.get(format_name or "") or next(
        (each for each in known.values() if each.matches(source)), None
    )
    if chosen is None:
        raise ForeignFileError(
            f"{os.fspath(path)} is of no known format; name one of these: {', '.join(known)}; "
            "for a table, name a map, or have one guessed"
        )
    return chosen.read(source, **_used_options(chosen, options))


def _used_options(chosen: Format, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that a format has; ForeignFileError if it lacks one that is used."""
    parameters = signature(chosen.read).parameters.values()
    names = {each.name for each in parameters}
    takes_all = any(each.kind is Parameter.VAR_KEYWORD for each in parameters)
    for name, value in options.items():
        if not takes_all and name not in names and value not in (None, False):
            raise ForeignFileError(f"the format {chosen.NAME!r} has no option {name!r}")
    return {name: value for name, value in options.items() if takes_all or name in names}
