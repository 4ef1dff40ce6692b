"""New files appear whole or not at all, and what a killed program leaves is swept up."""

import subprocess
import sys

import pytest

from careerledger import Ledger
from careerledger.events import ContactMade
from careerledger.stores.temporary import new_whole_file, sweep, temporary_folder

LEAVES_A_FOLDER = """
import os, sys
from pathlib import Path
from careerledger.stores.temporary import temporary_folder
with temporary_folder(Path(sys.argv[1])) as folder:
    (folder / "secret").write_text("Jane Doe")
    os._exit(9)
"""


@pytest.fixture
def abandoned(tmp_path):
    """The folder that a killed program left."""
    subprocess.run([sys.executable, "-c", LEAVES_A_FOLDER, tmp_path], check=False)
    (folder,) = tmp_path.iterdir()
    return folder


def names_in(folder):
    return [file.name for file in folder.iterdir()]


def test_file_has_its_name_when_the_block_ends(tmp_path):
    with new_whole_file(tmp_path / "new") as path:
        path.write_text("all of it")
        assert not (tmp_path / "new").exists()
    assert ["new"] == names_in(tmp_path)
    assert "all of it" == (tmp_path / "new").read_text()


def test_failed_block_leaves_nothing(tmp_path):
    def fail(path):
        path.write_text("half of it")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), new_whole_file(tmp_path / "new") as path:
        fail(path)
    assert [] == names_in(tmp_path)


def test_file_of_someone_faster_is_not_replaced(tmp_path):
    def write_both(path):
        path.write_text("slow")
        (tmp_path / "new").write_text("fast")

    with pytest.raises(FileExistsError), new_whole_file(tmp_path / "new") as path:
        write_both(path)
    assert ["new"] == names_in(tmp_path)
    assert "fast" == (tmp_path / "new").read_text()


def test_opening_a_ledger_sweeps_up_abandoned_folders(tmp_path, abandoned):
    with Ledger.open(tmp_path / "ada.ledger") as ledger:
        ledger.record(ContactMade(on="2024", contact="c", name="Jane Doe"))
        ledger.forget("contact", "c", reason="asked")
    assert not abandoned.exists()
    assert not any(b"Jane" in file.read_bytes() for file in tmp_path.iterdir())


def test_folder_in_use_is_not_swept_up(tmp_path):
    with temporary_folder(tmp_path) as folder:
        sweep(tmp_path)
        assert folder.exists()
    assert not folder.exists()


def test_links_and_files_are_not_swept_up(tmp_path):
    """Only folders of one's own are; a link may lead anywhere."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / ".careerledger-link").symlink_to(elsewhere)
    (tmp_path / ".careerledger-file").touch()
    sweep(tmp_path)
    assert 3 == len(names_in(tmp_path))


def test_log_that_is_gone_is_noticed_before_anything_is_acknowledged(tmp_path):
    from careerledger.errors import StoreError

    path = tmp_path / "ada.ledger"
    fact = ContactMade(on="2024", contact="c", name="Jane")
    with Ledger.open(path) as ledger:
        ledger.record(fact)
        log = path.with_name("ada.ledger-wal")
        log.rename(tmp_path / "moved")
        with pytest.raises(StoreError, match="-wal was moved"):
            ledger.record(fact.replace(contact="d"))
        (tmp_path / "moved").rename(log)
        ledger.record(fact.replace(contact="d"))
        assert 2 == len(ledger)
        log.rename(tmp_path / "moved")
        log.write_bytes(b"")
        with pytest.raises(StoreError):
            ledger.record(fact.replace(contact="e"))
