"""A file is examined whole, unless nobody but SQLite changed it since that was last done."""

import os
import shutil
import subprocess
import sys
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from time import sleep

import apsw
import pytest
from hypothesis import given, strategies as st

from careerledger import Ledger
from careerledger.errors import DamagedError
from careerledger.events import CourseFinished
from careerledger.stores.sqlite import SQLiteStore, examined_files, opening
from careerledger.stores.temporary import temporary_folder

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="only Linux has a folder for notes"
)


@pytest.fixture
def notes(tmp_path_factory, monkeypatch):
    """A folder of their own for the notes, and a machine that starts when the test says so."""
    folder = tmp_path_factory.mktemp("notes")
    monkeypatch.setattr(examined_files, "_MEMORY", folder)
    monkeypatch.setattr(examined_files, "_BOOT", folder / "boot")
    (folder / "boot").write_text("first")
    return folder


@pytest.fixture
def looked(notes, monkeypatch):
    """The files that were examined, in their order."""
    examined = []
    real = opening.check_pages

    def check_pages(connection, path):
        examined.append(path)
        real(connection, path)

    monkeypatch.setattr(opening, "check_pages", check_pages)
    return examined


@pytest.fixture
def known(path, notes):
    """A closed ledger file that was examined, of several pages."""
    with Ledger.open(path) as ledger:
        ledger.record([CourseFinished(on="2024", title=f"Course {n}") for n in range(100)])
    return path


def opens(path):
    Ledger.open(path).close()


def damaged(path):
    """A copy of a file with a page that is no page any more, of the same size and times."""
    content, twin = bytearray(path.read_bytes()), path.with_name("damaged")
    page = content.rindex(b"Course 99") // 4096 * 4096
    content[page] = 0xFF
    twin.write_bytes(content)
    shutil.copystat(path, twin)
    return twin


def written_in_place(twin, path):
    with path.open("r+b") as file:
        file.write(twin.read_bytes())


def written_by_its_number(twin, path):
    """Also the time of writing is as it was."""
    before = path.stat()
    written_in_place(twin, path)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def removed_and_copied(twin, path):
    """File systems give a new file the number of the one that was just removed."""
    path.unlink()
    shutil.copy2(twin, path)


def restored_beside_and_renamed(twin, path):
    shutil.copy2(twin, path.with_name("restored"))
    path.with_name("restored").replace(path)


def cp(*options):
    return lambda twin, path: subprocess.run(["cp", *options, twin, path], check=True)


WAYS = {
    "written in place": written_in_place,
    "written in place, with its old time": written_by_its_number,
    "cp over it": cp(),
    "cp -p over it": cp("-p"),
    "cp -a over it": cp("-a"),
    "cp --remove-destination": cp("--remove-destination", "-a"),
    "rm and cp -p": removed_and_copied,
    "mv over it": lambda twin, path: twin.replace(path),
    "restored beside it and renamed": restored_beside_and_renamed,
}


@pytest.mark.parametrize("way", WAYS)
def test_file_that_was_replaced_is_examined(known, way):
    opens(known)
    twin = damaged(known)

    WAYS[way](twin, known)

    with pytest.raises(DamagedError):
        opens(known)


@pytest.mark.parametrize("options", [[], ["-p"], ["-a"], ["--preserve=all"]])
def test_copy_is_examined(known, options):
    """The note of the original says nothing of it, whatever the copy takes along."""
    copy = known.with_name("copy.ledger")

    cp(*options)(damaged(known), copy)

    with pytest.raises(DamagedError):
        opens(copy)


def test_older_copy_that_is_put_back_is_examined(known, looked):
    """It was sound when it was copied, and may have been damaged since."""
    backup = shutil.copy2(known, known.with_name("backup"))
    with Ledger.open(known) as ledger:
        ledger.record(CourseFinished(on="2025", title="More"))
    assert [] == looked

    shutil.copy2(backup, known)
    opens(known)

    assert [known] == looked


def test_file_that_was_replaced_while_it_was_open_is_examined(known, looked):
    with Ledger.open(known) as ledger:
        ledger.record(CourseFinished(on="2025", title="More"))
        cp("-p")(shutil.copy2(known, known.with_name("backup")), known)
        ledger.record(CourseFinished(on="2025", title="Yet more"))

    opens(known)

    assert [known] == looked


def test_file_that_another_program_wrote_is_examined(known, looked):
    with closing(apsw.Connection(str(known))) as connection:
        connection.execute("DELETE FROM snapshot; INSERT INTO ledger VALUES (9, 'b', 1, '', x'')")

    with pytest.raises(DamagedError):
        opens(known)

    assert [known] == looked


def test_files_are_examined_once(path, looked):
    """Whatever this program writes into them afterwards, by whichever way."""
    for title in ("new", "more", "yet more"):
        with Ledger.open(path) as ledger:
            ledger.record(CourseFinished(on="2025", title=title))
            assert [path] == looked
    with Ledger.open(path) as ledger:
        for number in range(12):  # so much that SQLite merges the log by itself
            ledger.record(CourseFinished(on="2025", title=f"{number}", note="x" * 900_000))
        assert path.stat().st_size > 5_000_000
        opens(path)
        ledger.store.purge()
        opens(path)
        ledger.store.delete("career")
    opens(path)

    assert [path] == looked


def test_reading_is_enough_to_note_that_a_file_is_sound(known, notes, looked):
    next(notes.glob("careerledger-*")).unlink()

    for _ in range(3):
        opens(known)

    assert [known] == looked


def test_file_is_examined_after_each_start_of_the_machine(known, notes, looked):
    opens(known)
    (notes / "boot").write_text("second")
    opens(known)
    opens(known)

    assert [known] == looked


@pytest.mark.parametrize("lacking", ["boot", "folder", "owner", "mode", "link"])
def test_files_are_always_examined_where_notes_cannot_be_kept(
    known, notes, looked, lacking, monkeypatch
):
    (file,) = notes.glob("careerledger-*")
    if lacking == "boot":
        (notes / "boot").unlink()
    elif lacking == "folder":
        monkeypatch.setattr(examined_files, "_MEMORY", notes / "missing")
    elif lacking == "owner":
        real = os.fstat
        monkeypatch.setattr(
            os, "fstat", lambda fd: os.stat_result([*real(fd)[:4], 65534, *real(fd)[5:]])
        )
    elif lacking == "mode":
        file.chmod(0o666)
    else:
        file.rename(notes / "elsewhere")
        file.symlink_to(notes / "elsewhere")
    for _ in range(3):
        opens(known)

    assert [known] * 3 == looked


def test_notes_take_little_room_however_many_files_there_are(tmp_path, notes):
    for number in range(50):
        opens(tmp_path / f"{number}.ledger")

    (file,) = notes.glob("careerledger-*")
    assert file.stat().st_size <= 4096 * 32
    assert 0o600 == file.stat().st_mode & 0o777


def test_file_that_a_killed_program_left_is_examined_or_as_it_was(known, looked):
    """Its log is merged at the next opening, and what it merged before is not trusted."""
    code = (
        "import os, signal, sys\n"
        "from careerledger import Ledger\n"
        "from careerledger.events import CourseFinished\n"
        "from careerledger.stores.sqlite import file\n"
        "ledger = Ledger.open(sys.argv[1])\n"
        "ledger.record(CourseFinished(on='2025', title='More'))\n"
        "file.note_own_change = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        "ledger.close()\n"
    )
    done = subprocess.run([sys.executable, "-c", code, known], check=False)
    assert -9 == done.returncode

    with Ledger.open(known) as ledger:
        assert 101 == len(ledger)

    assert [known] == looked


STEPS = st.lists(
    st.sampled_from(["open", "open", "close first", "close last", "record", "purge", "touch"]),
    max_size=12,
)


@given(steps=STEPS)
def test_who_else_touches_a_file_is_noticed_at_the_next_opening(steps):
    """Also where several have it open, and go on writing it."""
    examined: list[Path] = []
    with temporary_folder(Path(os.environ.get("TMPDIR", "/tmp"))) as folder, ExitStack() as end:
        patch = end.enter_context(pytest.MonkeyPatch.context())
        (folder / "notes").mkdir()
        patch.setattr(examined_files, "_MEMORY", folder / "notes")
        real = opening.check_pages
        patch.setattr(opening, "check_pages", lambda *args: (examined.append(args[1]), real(*args)))
        path = folder / "ada.ledger"
        opens(path)
        examined.clear()
        stores: list[SQLiteStore] = []
        touched = False
        for step in steps:
            if step == "open":
                stores.append(SQLiteStore(path))
                assert bool(examined) == touched
                touched = False
                examined.clear()
            elif step == "touch":
                os.utime(path)
                sleep(0.0001)
                touched = True
            elif stores:
                if step.startswith("close"):
                    stores.pop(0 if "first" in step else -1).close()
                elif step == "record":
                    Ledger(stores[-1]).record(CourseFinished(on="2024", title="x" * 9000))
                else:
                    with suppress(Exception):
                        stores[0].purge()
        for store in stores:
            store.close()
        examined.clear()
        opens(path)
        assert bool(examined) == touched
