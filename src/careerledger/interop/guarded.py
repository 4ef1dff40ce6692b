"""Read a file of another program, packed or not, without taking more of it than is safe.

A file may be packed as gzip or as a zip archive with one file in it; its first bytes show which.
Nothing is ever unpacked onto the disk. An archive is refused whole if any of its members would harm
those who do unpack it: that is no archive that a person has made.
"""

import os
import stat
import zipfile
import zlib
from io import BytesIO
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Final

from careerledger.errors import ForeignFileError

__all__ = ["MAX_BYTES", "MAX_MEMBERS", "MAX_RATIO", "read", "unpack"]

MAX_BYTES: Final = 2_000_000
"""No file is larger, packed or unpacked; a long résumé has 100,000 bytes."""
MAX_MEMBERS: Final = 100
"""No archive has more members."""
MAX_RATIO: Final = 200
"""Nothing is packed more tightly than one byte in place of so many; a résumé takes 3 to 10."""

_GZIP: Final = b"\x1f\x8b"
_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_ENCRYPTED: Final = 1
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Others are unpacked whole by Python, whatever limit it is given."""


def read(path: str | os.PathLike[str]) -> bytes:
    """Return the bytes of a file, unpacked.

    Raises:
        ForeignFileError: It cannot be read, it or what is packed in it is too large, or it is an
            archive that holds anything but one file to read.
    """
    name = os.fspath(path)
    try:
        with Path(path).open("rb") as file:
            body = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        raise ForeignFileError(f"{name!r} cannot be read: {error}") from error
    return unpack(str(name), body)


def unpack(name: str, body: bytes) -> bytes:
    """Return what is packed in these bytes, or the bytes themselves; see ``read``.

    Args:
        name: What errors call it.
        body: The bytes of a file.
    """
    if len(body) > MAX_BYTES:
        raise _refusal(name, f"it is larger than {MAX_BYTES:,} bytes")
    if body.startswith(_GZIP):
        content = _gunzip(name, body)
    elif body.startswith(_ZIP):
        content = _unzip(name, body)
    else:
        return body
    if content.startswith((_GZIP, *_ZIP)):
        raise _refusal(name, "it is packed twice; unpack it once")
    return content


def _refusal(name: str, why: str) -> ForeignFileError:
    return ForeignFileError(f"{name} was not imported: {why}")


def _limit(packed: int) -> int:
    """Return to how many bytes so many packed ones may unpack."""
    return min(MAX_BYTES, packed * MAX_RATIO)


def _too_large(name: str, packed: int) -> ForeignFileError:
    if _limit(packed) == MAX_BYTES:
        return _refusal(name, f"it unpacks to more than {MAX_BYTES:,} bytes")
    return _refusal(
        name, f"it unpacks to more than {MAX_RATIO} times its size, as no file does by itself"
    )


def _gunzip(name: str, body: bytes) -> bytes:
    """Return all members of a gzip file, one after the other."""
    content, rest = b"", body
    try:
        for _ in range(MAX_MEMBERS):
            unpacking = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
            limit = _limit(len(body))
            content += unpacking.decompress(rest, limit + 1 - len(content))
            if len(content) > limit:
                raise _too_large(name, len(body))
            if not unpacking.eof:
                raise _refusal(name, "it is gzip that was cut off; make it again")
            rest = unpacking.unused_data.lstrip(b"\0")  # tapes are padded
            if not rest:
                return content
    except zlib.error as error:
        raise _refusal(name, f"it is gzip that is damaged: {error}") from error
    raise _refusal(name, f"it is gzip of more than {MAX_MEMBERS} members")


def _unzip(name: str, body: bytes) -> bytes:
    """Return the one file in a zip archive."""
    try:
        with zipfile.ZipFile(BytesIO(body)) as archive:
            members = archive.infolist()
            _check_members(name, members, len(body))
            member = _only_file(name, members)
            limit = _limit(max(member.compress_size, 1))
            with archive.open(member) as file:
                content = file.read(limit + 1)
    except ForeignFileError:
        raise
    # What zipfile raises for damage is of many kinds.
    except Exception as error:
        raise _refusal(name, f"it is a zip archive that is damaged: {error}") from error
    if len(content) > limit:
        raise _too_large(name, member.compress_size)
    return content


def _only_file(name: str, members: list[zipfile.ZipInfo]) -> zipfile.ZipInfo:
    files = [member for member in members if not member.is_dir()]
    if len(files) != 1:
        raise _refusal(name, f"it is an archive of {len(files)} files; pack one alone")
    return files[0]


def _check_members(name: str, members: list[zipfile.ZipInfo], packed: int) -> None:
    if len(members) > MAX_MEMBERS:
        raise _refusal(name, f"it is an archive of more than {MAX_MEMBERS} members")
    if sum(member.file_size for member in members) > MAX_BYTES:
        raise _too_large(name, MAX_BYTES)
    if sum(member.compress_size for member in members) > packed:
        raise _refusal(name, "it is an archive whose members overlap")
    if len({member.filename for member in members}) < len(members):
        raise _refusal(name, "it is an archive in which a name stands twice")
    for member in members:
        danger = _danger_of(member)
        if danger:
            raise _refusal(name, f"it is an archive with {member.filename[:200]!r}, {danger}")


def _danger_of(member: zipfile.ZipInfo) -> str:
    """Return why nobody should unpack a member; empty: it does no harm."""
    path = PurePosixPath(member.orig_filename.replace("\\", "/"))
    kind = stat.S_IFMT(member.external_attr >> 16)
    if path.is_absolute() or PureWindowsPath(member.orig_filename).drive or ".." in path.parts:
        return "which leads out of the folder where it is unpacked"
    if "\0" in member.orig_filename:
        return "whose name is cut off"
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "which is a link or a device"
    if member.flag_bits & _ENCRYPTED:
        return "which is encrypted"
    if member.compress_type not in _METHODS:
        return "which is packed in an uncommon way; pack it as zip does by default"
    return ""
