"""Which file system a folder lies on, where the system tells."""

from pathlib import Path
from typing import Final

_REMOTE: Final = frozenset(
    "9p afs ceph cifs coda davfs fuse.davfs2 fuse.glusterfs fuse.rclone fuse.s3fs fuse.sshfs "
    "glusterfs gpfs lustre ncpfs nfs nfs4 smb3 smbfs".split()
)


def network_file_system(
    folder: Path, mounts: Path = Path("/proc/self/mountinfo")
) -> str | None:
    """The kind of network file system that a folder lies on; None for a local one.

    Linux lists its mounts in a file; a system without one is not asked, and counts as local.
    """
    try:
        listed = mounts.read_text()
    except OSError:
        return None
    folder = folder.resolve()
    nearest, kind = "", ""
    for line in listed.splitlines():
        before, _, after = line.partition(" - ")
        point = before.split()[4].encode().decode("unicode_escape")
        # A later mount on the same point hides the earlier one.
        if folder.is_relative_to(point) and len(point) >= len(nearest):
            nearest, kind = point, after.split()[0]
    return kind if kind in _REMOTE else None
