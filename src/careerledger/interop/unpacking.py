"""Read another program's file safely, compressed or not.

A file may be compressed with gzip, or be a zip archive that contains one file; its first bytes show
which. Everything is unpacked in memory and within limits, never to disk. An archive is refused if
any of its members would be dangerous to unpack to disk, because no honest archive has one.
"""

import os
import stat
import zipfile
import zlib
from collections.abc import Generator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import IO, Any, Final, cast

from careerledger.errors import ForeignFileError

__all__ = ["MAX_BYTES", "MAX_MEMBERS", "MAX_RATIO", "opened_zip", "read", "unpack"]

MAX_BYTES: Final = 2_000_000
"""The maximum size of a file, compressed or unpacked; a long résumé has 100,000 bytes."""
MAX_MEMBERS: Final = 100
"""The maximum number of members in an archive."""
MAX_RATIO: Final = 200
"""The maximum compression ratio; a résumé reaches 3 to 10."""

MAX_LIST: Final = 2_000_000
"""The maximum size of an archive's list of members, in bytes."""

_GZIP: Final = b"\x1f\x8b"
_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_ENCRYPTED: Final = 1
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""For other methods Python ignores the limit and unpacks everything."""


def read(path: str | os.PathLike[str], most: int = MAX_BYTES) -> bytes:
    """Return the unpacked content of a file.

    Args:
        path: The file.
        most: The maximum size, compressed or unpacked.

    Raises:
        ForeignFileError: The file cannot be read, it is too large before or after unpacking, or it
            is an archive that does not contain exactly one harmless file.
    """
    name = os.fspath(path)
    try:
        with Path(path).open("rb") as file:
            body = file.read(most + 1)
    except (OSError, ValueError) as error:
        raise ForeignFileError(
            f"{name!r} cannot be read: {getattr(error, 'strerror', None) or error}"
        ) from error
    return unpack(str(name), body, most)


def unpack(name: str, body: bytes, most: int = MAX_BYTES) -> bytes:
    """Return the unpacked content of these bytes; see ``read``.

    Args:
        name: The name of the file in error messages.
        body: The bytes of the file.
        most: The maximum size, compressed or unpacked.
    """
    if len(body) > most:
        raise _refusal(name, f"it has more than {most:,} bytes")
    if body.startswith(_GZIP):
        content = _gunzip(name, body, most)
    elif body.startswith(_ZIP):
        content = _unzip(name, body, most)
    else:
        return body
    if content.startswith((_GZIP, *_ZIP)):
        raise _refusal(name, "it is compressed twice; unpack it once")
    return content


@contextmanager
def opened_zip(path: Path) -> Generator[zipfile.ZipFile]:
    """Open a zip archive; zipfile raises many kinds of exceptions for a damaged one."""
    with path.open("rb") as file, zipfile.ZipFile(cast("IO[bytes]", _Bounded(file))) as archive:
        yield archive


class _Bounded:
    """A file that refuses to read much at once: zipfile reads the list of members whole."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def read(self, size: int = -1) -> bytes:
        if size > MAX_LIST:
            raise zipfile.BadZipFile("its list of members is too long")
        return self._file.read(MAX_LIST if size < 0 else size)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def _refusal(name: str, reason: str) -> ForeignFileError:
    return ForeignFileError(f"cannot import {name}: {reason}")


def _limit(packed: int, most: int) -> int:
    """Return how many bytes may be unpacked from this many."""
    return min(most, packed * MAX_RATIO)


def _too_large(name: str, packed: int, most: int) -> ForeignFileError:
    if _limit(packed, most) == most:
        return _refusal(name, f"it unpacks to more than {most:,} bytes")
    return _refusal(
        name, f"it unpacks to more than {MAX_RATIO} times its size; give the file unpacked"
    )


def _gunzip(name: str, body: bytes, most: int) -> bytes:
    """Return the unpacked content of all members of a gzip file."""
    content, rest = b"", body
    try:
        for _ in range(MAX_MEMBERS):
            unpacking = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
            limit = _limit(len(body), most)
            content += unpacking.decompress(rest, limit + 1 - len(content))
            if len(content) > limit:
                raise _too_large(name, len(body), most)
            if not unpacking.eof:
                raise _refusal(name, "its gzip data is cut off; compress the file again")
            rest = unpacking.unused_data.lstrip(b"\0")  # padding is allowed at the end
            if not rest:
                return content
    except zlib.error as error:
        raise _refusal(name, f"its gzip data is damaged: {error}") from error
    raise _refusal(name, f"its gzip data has more than {MAX_MEMBERS} members")


def _unzip(name: str, body: bytes, most: int) -> bytes:
    """Return the unpacked content of the only file in a zip archive."""
    try:
        with zipfile.ZipFile(BytesIO(body)) as archive:
            members = archive.infolist()
            _check_members(name, members, len(body), most)
            member = _only_file(name, members)
            limit = _limit(max(member.compress_size, 1), most)
            with archive.open(member) as file:
                content = file.read(limit + 1)
    except ForeignFileError:
        raise
    # For a damaged archive, zipfile raises many kinds of exceptions.
    except Exception as error:
        raise _refusal(name, f"it is a damaged zip archive: {error}") from error
    if len(content) > limit:
        raise _too_large(name, member.compress_size, most)
    return content


def _only_file(name: str, members: list[zipfile.ZipInfo]) -> zipfile.ZipInfo:
    files = [member for member in members if not member.is_dir()]
    if len(files) != 1:
        raise _refusal(name, f"it is an archive of {len(files)} files; pack exactly one")
    return files[0]


def _check_members(name: str, members: list[zipfile.ZipInfo], packed: int, most: int) -> None:
    if len(members) > MAX_MEMBERS:
        raise _refusal(name, f"it is an archive with more than {MAX_MEMBERS} members")
    if sum(member.file_size for member in members) > most:
        raise _too_large(name, most, most)
    if sum(member.compress_size for member in members) > packed:
        raise _refusal(name, "it is an archive whose members overlap")
    if len({member.filename for member in members}) < len(members):
        raise _refusal(name, "it is an archive with two members of one name")
    for member in members:
        danger = _danger_of(member)
        if danger:
            raise _refusal(
                name, f"it is an archive whose member {member.filename[:200]!r} {danger}"
            )


def _danger_of(member: zipfile.ZipInfo) -> str:
    """Return why a member is dangerous; empty: it is harmless."""
    path = PurePosixPath(member.orig_filename.replace("\\", "/"))
    kind = stat.S_IFMT(member.external_attr >> 16)
    if path.is_absolute() or PureWindowsPath(member.orig_filename).drive or ".." in path.parts:
        return "has a path that leads outside the folder"
    if "\0" in member.orig_filename:
        return "has a null character in its name"
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "is a link or a device"
    if member.flag_bits & _ENCRYPTED:
        return "is encrypted"
    if member.compress_type not in _METHODS:
        return "uses an unsupported compression method; use zip's default"
    return ""
