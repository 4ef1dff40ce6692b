"""Read a file of another program, packed or not, without taking more of it than is safe.

A file may be packed as gzip or as a zip archive with one file in it; what it is, its first bytes
tell. Nothing is ever unpacked onto the disk. An archive is refused whole if any of its members
would be harmful to those who do unpack it: that is no archive that a person has made.
"""

import os
import stat
import zipfile
import zlib
from io import BytesIO
from pathlib import PurePosixPath, PureWindowsPath
from typing import Final

from careerledger.errors import ForeignFileError

__all__ = ["MAX_BYTES", "MAX_MEMBERS", "MAX_RATIO", "read", "unpacked"]

MAX_BYTES: Final = 2_000_000
"""No file is larger, neither packed nor unpacked; a long résumé has 100,000 bytes."""
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
    """The bytes of a file, unpacked.

    Raises:
        ForeignFileError: It cannot be read, it or what is packed in it is too large, or it is an
            archive that holds anything but one file to read.
    """
    name = os.fspath(path)
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - a path may be of any kind
            body = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        raise ForeignFileError(f"{name!r} cannot be read: {error}") from error
    return unpacked(str(name), body)


def unpacked(name: str, body: bytes) -> bytes:
    """What is packed in these bytes, or themselves; see ``read``.

    Args:
        name: What errors call it.
        body: The bytes of a file.
    """
    if len(body) > MAX_BYTES:
        raise _refused(name, f"it is larger than {MAX_BYTES:,} bytes")
    if body.startswith(_GZIP):
        found = _gunzipped(name, body)
    elif body.startswith(_ZIP):
        found = _unzipped(name, body)
    else:
        return body
    if found.startswith((_GZIP, *_ZIP)):
        raise _refused(name, "it is packed twice; unpack it once")
    return found


def _refused(name: str, why: str) -> ForeignFileError:
    return ForeignFileError(f"{name} was not imported: {why}")


def _most(packed: int) -> int:
    """To how many bytes so many may unpack."""
    return min(MAX_BYTES, packed * MAX_RATIO)


def _too_large(name: str, packed: int) -> ForeignFileError:
    if _most(packed) == MAX_BYTES:
        return _refused(name, f"it unpacks to more than {MAX_BYTES:,} bytes")
    return _refused(
        name, f"it unpacks to more than {MAX_RATIO} times its size, as no file does by itself"
    )


def _gunzipped(name: str, body: bytes) -> bytes:
    """All members of a gzip file, one after the other."""
    found, left = b"", body
    try:
        for _ in range(MAX_MEMBERS):
            unpacking = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
            most = _most(len(body))
            found += unpacking.decompress(left, most + 1 - len(found))
            if len(found) > most:
                raise _too_large(name, len(body))
            if not unpacking.eof:
                raise _refused(name, "it is gzip that was cut off; make it again")
            left = unpacking.unused_data.lstrip(b"\0")  # tapes are padded
            if not left:
                return found
    except zlib.error as error:
        raise _refused(name, f"it is gzip that is damaged: {error}") from error
    raise _refused(name, f"it is gzip of more than {MAX_MEMBERS} members")


def _unzipped(name: str, body: bytes) -> bytes:
    """The one file in a zip archive."""
    try:
        with zipfile.ZipFile(BytesIO(body)) as archive:
            members = archive.infolist()
            _check_members(name, members, len(body))
            one = _the_file_of(name, members)
            most = _most(max(one.compress_size, 1))
            with archive.open(one) as file:
                found = file.read(most + 1)
    except ForeignFileError:
        raise
    # What zipfile raises for damage is of many kinds.
    except Exception as error:
        raise _refused(name, f"it is a zip archive that is damaged: {error}") from error
    if len(found) > most:
        raise _too_large(name, one.compress_size)
    return found


def _the_file_of(name: str, members: list[zipfile.ZipInfo]) -> zipfile.ZipInfo:
    files = [member for member in members if not member.is_dir()]
    if len(files) != 1:
        raise _refused(name, f"it is an archive of {len(files)} files; pack one alone")
    return files[0]


def _check_members(name: str, members: list[zipfile.ZipInfo], packed: int) -> None:
    if len(members) > MAX_MEMBERS:
        raise _refused(name, f"it is an archive of more than {MAX_MEMBERS} members")
    if sum(member.file_size for member in members) > MAX_BYTES:
        raise _too_large(name, MAX_BYTES)
    if sum(member.compress_size for member in members) > packed:
        raise _refused(name, "it is an archive whose members overlap")
    if len({member.filename for member in members}) < len(members):
        raise _refused(name, "it is an archive in which a name stands twice")
    for member in members:
        why = _harm(member)
        if why:
            raise _refused(name, f"it is an archive with {member.filename[:200]!r}, {why}")


def _harm(member: zipfile.ZipInfo) -> str:
    """Why nobody should unpack a member; empty: it does no harm."""
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
