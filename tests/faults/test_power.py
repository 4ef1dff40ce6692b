"""The power fails at each moment, and the disk did what it liked with what was not synced."""

import os
import stat

import pytest

from careerledger.stores.sqlite import SQLiteStore
from faults.power import Lived, Survey, quick_folder

pytestmark = pytest.mark.no_cover  # with coverage it takes twice as long


def survey(*, synchronous: int = 2, each: int = 24, seed: int = 0) -> Survey:
    with quick_folder() as folder:
        return Survey(Lived(synchronous=synchronous, seed=seed), folder, seed).run(each)


@pytest.fixture(autouse=True)
def mask():
    """What files others may use where nothing was set: ``make soak`` runs there."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def test_what_was_acknowledged_is_there_after_any_power_cut(figure):
    """``make soak`` does the same with a million images."""
    found = survey()

    figure("images", found.images)
    figure("moments", found.moments)
    assert [] == found.losses[:3]
    assert 10_000 <= found.images


def test_these_images_show_what_synchronous_normal_loses(figure):
    """It is not synced before it is acknowledged. What is there still fits together."""
    found = survey(synchronous=1, each=3)

    figure("images with a loss at NORMAL", f"{found.kinds()} of {found.images}")
    assert {"lost"} == set(found.kinds())


def test_these_images_show_what_synchronous_off_damages(figure):
    found = survey(synchronous=0, each=3)

    figure("images with a loss at OFF", f"{found.kinds()} of {found.images}")
    assert {"lost", "damaged"} == set(found.kinds())


def test_new_file_is_synced_before_it_is_named(tmp_path, monkeypatch):
    """And its name is on the disk before it can be used."""
    done = []

    def watched(name, real, told):
        def call(*args, **options):
            real(*args, **options)
            done.append((name, *told(*args)))

        return call

    def synced(file):
        status = os.fstat(file)
        return ["folder"] if stat.S_ISDIR(status.st_mode) else ["file", status.st_size]

    monkeypatch.setattr(os, "fsync", watched("sync", os.fsync, synced))
    monkeypatch.setattr(os, "link", watched("name", os.link, lambda _, path: [path.name]))
    path = tmp_path / "ada.ledger"
    SQLiteStore(path).close()

    size = path.stat().st_size
    assert [("sync", "file", size), ("name", "ada.ledger"), ("sync", "folder")] == done
