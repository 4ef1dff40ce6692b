"""Which file system a folder lies on, where the system tells."""

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


def network_file_system(folder: Path, mounts: Path = Path("/proc/self/mountinfo")) -> str | None:
    """Return the kind of network file system that a folder is on; None for a local one.

    Linux lists its mounts in a file; on other systems every folder counts as local.
    """
    try:
        listed = mounts.read_bytes()
    except OSError:
        return None
    folder = folder.resolve()
    nearest, kind = "", ""
    for line in listed.splitlines():
        before, _, after = line.partition(b" - ")
        # White space and backslashes stand there as three octal digits.
        point = os.fsdecode(re.sub(rb"\\([0-7]{3})", _unescaped, before.split()[4]))
        # A later mount on the same point hides the earlier one.
        if folder.is_relative_to(point) and len(point) >= len(nearest):
            nearest, kind = point, after.split()[0].decode()
    return kind if kind in _REMOTE else None


def _unescaped(octal: re.Match[bytes]) -> bytes:
    return bytes([int(octal[1], 8)])
