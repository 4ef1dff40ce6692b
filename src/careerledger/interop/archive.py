"""Read chosen members of a zip archive or a folder, within limits; the others are not touched."""

import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

from careerledger.errors import ForeignFileError
from careerledger.interop.formats import Source
from careerledger.interop.unpacking import opened_zip

__all__ = ["MAX_MEMBER", "Member", "members_of"]

MAX_MEMBER: Final = 50_000_000
"""The maximum size of a member; a list of 30,000 connections has 5 MB."""
MAX_MEMBERS: Final = 5_000
"""The maximum number of members; a complete LinkedIn archive has 60."""
MAX_RATIO: Final = 200
"""The maximum compression ratio; text reaches 3 to 20."""
CHUNK: Final = 65_536
_ENCRYPTED: Final = 1


class Member:
    """A member of an archive, which is not read before it is asked for."""

    def __init__(self, name: str, modified: date, read: Callable[[], bytes]) -> None:
        self.name, self.modified = name, modified
        self._read = read

    def body(self) -> bytes:
        """Return its content; ForeignFileError if it cannot be read or is too large."""
        body = self._read()
        if len(body) > MAX_MEMBER:
            raise ForeignFileError(f"{self.name} has more than {MAX_MEMBER:,} bytes")
        return body


def members_of(source: Source) -> list[Member]:
    """Return the members of an archive or a folder, in the order of their names; or a single file.

    Raises:
        ForeignFileError: It is neither a folder nor a zip archive, or a damaged one.
    """
    if source.path is None:
        raise ForeignFileError(f"{source.name} is neither a folder nor a zip archive")
    path = source.path
    if path.is_dir():
        return [_of_file(path, name) for name in source.members]
    if not source.members and not source.head.startswith(b"PK"):
        return [_of_file(path.parent, path.name)]
    try:
        with opened_zip(path) as archive:
            members = [each for each in archive.infolist() if not each.is_dir()]
    except Exception as error:  # zipfile raises many kinds for a damaged archive
        raise ForeignFileError(
            f"cannot import {source.name}: it is neither a folder nor an intact zip archive: "
            f"{error}"
        ) from error
    if len({each.filename for each in members}) < len(members):
        raise ForeignFileError(
            f"cannot import {source.name}: it is an archive with two members of one name"
        )
    if len(members) > MAX_MEMBERS:
        raise ForeignFileError(
            f"cannot import {source.name}: it is an archive with more than {MAX_MEMBERS:,} members"
        )
    return sorted((_of_zip(path, each) for each in members), key=lambda each: each.name)


def _of_file(folder: Path, name: str) -> Member:
    path = folder / name

    def read() -> bytes:
        try:
            with path.open("rb") as file:
                return file.read(MAX_MEMBER + 1)
        except OSError as error:
            raise ForeignFileError(f"{name} cannot be read: {error.strerror}") from error

    return Member(name, datetime.fromtimestamp(path.stat().st_mtime, UTC).date(), read)


def _of_zip(path: Path, member: zipfile.ZipInfo) -> Member:
    def read() -> bytes:
        if member.flag_bits & _ENCRYPTED:
            raise ForeignFileError(f"{member.filename} is encrypted")
        limit = min(MAX_MEMBER, max(member.compress_size, 1_000) * MAX_RATIO)
        body = bytearray()
        try:
            with opened_zip(path) as archive, archive.open(member) as file:
                while len(body) <= limit and (chunk := file.read(CHUNK)):
                    body += chunk
        except Exception as error:
            raise ForeignFileError(f"{member.filename} is damaged: {error}") from error
        if len(body) > limit:
            raise ForeignFileError(f"{member.filename} unpacks to more than {limit:,} bytes")
        return bytes(body)

    year, month, day, *_ = member.date_time
    try:
        modified = date(year, month, day)
    except ValueError:
        modified = date(1980, 1, 1)
    return Member(member.filename, modified, read)
