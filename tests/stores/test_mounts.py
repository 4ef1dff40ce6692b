"""Network file systems are told by what Linux says about its mounts."""

from pathlib import Path

import pytest

from careerledger.errors import NetworkFileError
from careerledger.stores.sqlite import SQLiteStore, opening
from careerledger.stores.sqlite.mounts import network_file_system

MOUNTS = r"""
22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
40 27 0:40 / /home rw,relatime - nfs4 server:/home rw,vers=4.2
41 40 8:17 / /home/ada/disk rw,relatime - xfs /dev/sdb1 rw
42 27 0:42 / /mnt/two\040words\134é rw - cifs //server/share rw
43 27 0:43 / /mnt/hidden rw - nfs server:/hidden rw
44 27 0:44 / /mnt/hidden rw - ext4 /dev/sdc1 rw
45 27 0:45 / /mnt/ssh rw shared:7 master:2 - fuse.sshfs ada@host:/ rw
46 27 0:46 / /mnt/odd rw - fuse.portal portal rw
""".lstrip()


@pytest.mark.parametrize(
    ("folder", "expected"),
    [
        ("/", None),
        ("/var/ada", None),
        ("/home", "nfs4"),
        ("/home/ada", "nfs4"),
        ("/home/ada/disk/careers", None),
        ("/homely", None),
        ("/mnt/two words\\é/ada", "cifs"),
        ("/mnt/hidden/ada", None),
        ("/mnt/ssh", "fuse.sshfs"),
        ("/mnt/odd", None),
    ],
)
def test_the_nearest_mount_counts(tmp_path, folder, expected):
    mounts = tmp_path / "mountinfo"
    mounts.write_text(MOUNTS, encoding="utf-8")

    assert expected == network_file_system(Path(folder), mounts)


def test_all_may_lie_elsewhere(tmp_path):
    mounts = tmp_path / "mountinfo"
    mounts.write_text("27 1 0:40 / / rw - nfs4 server:/ rw\n", encoding="utf-8")

    assert "nfs4" == network_file_system(Path("/"), mounts)
    assert "nfs4" == network_file_system(Path("/a"), mounts)


def test_mount_points_need_not_be_text(tmp_path):
    mounts = tmp_path / "mountinfo"
    mounts.write_bytes(b"40 27 0:40 / /mnt/\xff rw - nfs4 server:/ rw\n")

    assert "nfs4" == network_file_system(Path("/mnt/\udcff/ada"), mounts)


def test_a_system_that_lists_no_mounts_counts_as_local(tmp_path):
    assert network_file_system(tmp_path, tmp_path / "missing") is None


def test_a_link_to_a_network_file_system_leads_there(tmp_path, monkeypatch):
    """The place of the file counts, not that of the link."""
    far, near = tmp_path / "far", tmp_path / "near"
    far.mkdir()
    near.symlink_to(far)
    mounts = tmp_path / "mountinfo"
    mounts.write_text(f"1 1 0:1 / {far} rw - nfs4 server:/ rw\n")
    monkeypatch.setattr(
        opening, "network_file_system", lambda folder: network_file_system(folder, mounts)
    )

    for path in (far / "ada.ledger", near / "ada.ledger"):
        with pytest.raises(NetworkFileError):
            SQLiteStore(path)

    assert [] == list(far.iterdir())
    SQLiteStore(tmp_path / "ada.ledger").close()
