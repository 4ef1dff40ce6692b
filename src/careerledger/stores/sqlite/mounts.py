"""Find out whether a folder lies on a network file system."""

import os
import re
from pathlib import Path
from typing import Final

_REMOTE: Final = frozenset(
    {"9p", "afs", "beegfs", "ceph", "cifs", "coda", "davfs", "glusterfs", "gpfs", "lustre"}
    | {"ncpfs", "nfs", "nfs4", "orangefs", "smb3", "smbfs"}
    | {"fuse.ceph", "fuse.davfs2", "fuse.gcsfuse", "fuse.glusterfs", "fuse.gvfsd-fuse"}
    | {"fuse.juicefs", "fuse.rclone", "fuse.s3fs", "fuse.sshfs"}
)


def network_file_system(folder: Path, table: Path = Path("/proc/self/mountinfo")) -> str | None:
    """Return the kind of network file system that a folder lies on; None for a local one.

    Linux lists its mounts in a file. On a system without that file every folder counts as local.
    """
    try:
        listed = table.read_bytes()
    except OSError:
        return None
    mounts = [_mount(line) for line in listed.splitlines()]
    if _REMOTE.isdisjoint(kind for _, kind in mounts):
        return None  # as nearly everywhere; to compare paths takes longer than to open a ledger
    folder = folder.resolve()
    # A later mount on the same point hides the earlier one.
    around = [mount for mount in mounts if folder.is_relative_to(mount[0])]
    _, kind = max(reversed(around), key=lambda mount: len(mount[0]), default=("", ""))
    return kind if kind in _REMOTE else None


def _mount(line: bytes) -> tuple[str, str]:
    """Return where something is mounted, and the kind of its file system."""
    before, _, after = line.partition(b" - ")
    # White space and backslashes are written as three octal digits.
    point = re.sub(rb"\\([0-7]{3})", _unescaped, before.split()[4])
    return os.fsdecode(point), after.split()[0].decode()


def _unescaped(octal: re.Match[bytes]) -> bytes:
    return bytes([int(octal[1], 8)])
