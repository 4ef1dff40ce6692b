"""Names, keys and paths that were made to do harm do none."""

import json
import os
import re
import stat
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from careerledger import Ledger
from careerledger.errors import (
    ArgumentError,
    CareerLedgerError,
    NotALedgerError,
    ReadOnlyError,
    StoreError,
    UnsafeFileError,
)
from careerledger.events import CourseFinished, VisionDeclared
from careerledger.events.nfc import event_in_nfc
from careerledger.stores import Query
from careerledger.stores.memory import MemoryStore
from careerledger.stores.sqlite import SQLiteStore, opening
from careerledger.testing import append_rows, new_row

INJECTIONS = [
    "'; DROP TABLE entry; --",
    '"; DELETE FROM entry; --',
    "' OR '1'='1",
    "%",
    "_",
    "a%b_c",
    "nul\0nul",
    "?",
    ":name",
    "$1",
    "x'00'",
    "career\u202e",
    "é",
    "e\u0301",
    "\U0010ffff",
    "../../etc/passwd",
    "{0}",
    "%s",
    "[a-z]*",
    "",
    " ",
    "x" * 400,
]
hostile = st.sampled_from(INJECTIONS) | st.text(
    st.characters(exclude_categories=["Cs"]), max_size=20
)


def names_in(folder):
    return [each.name for each in folder.iterdir()]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("names")


@given(st.lists(hostile, min_size=8, max_size=8), st.data())
def test_every_method_takes_text_for_what_it_is(place, texts, data):
    """Beside a store in memory, which knows no SQL, and another ledger, which stays as it is."""
    name, other, id_, key, type_, kind, intro, more = texts
    kind = kind.replace(":", "")  # which no kind has
    path = place / "ada.ledger"
    path.unlink(missing_ok=True)
    with closing(SQLiteStore(path)) as store:
        memory = MemoryStore()
        rows = [
            new_row(1, id=id_, type=type_, key=key, introduces=f"{kind}:{intro}", on="2024"),
            new_row(
                2,
                id=f"{id_}2",
                type=more,
                on=None,
                target=id_,
                source=key,
                batch=more,
                names=json.dumps([intro, kind]),
            ),
        ]
        before = new_row(1, id="other")
        for each in (store, memory):
            append_rows(each, *rows, ledger=name)
            if name != other:
                append_rows(each, before, ledger=other)
        asked = data.draw(st.sampled_from([*texts, *INJECTIONS]))
        for use in (
            lambda s: s.ledgers(),
            lambda s: s.head(asked),
            lambda s: s.rows(asked, Query()),
            lambda s: s.rows(name, Query(types={asked, more}, order="place")),
            lambda s: s.rows(asked, Query(dated=False)),
            lambda s: s.rows(name, Query(ids=[asked, id_])),
            lambda s: s.rows(name, Query(keys=[asked, key], targets=[asked, id_])),
            lambda s: s.rows(name, Query(introduces=[asked, f"{kind}:{intro}"])),
            lambda s: s.rows(name, Query(kind=asked.replace(":", ""))),
            lambda s: s.rows(name, Query(kind=kind)),
            lambda s: s.rows(name, Query(names=asked)),
            lambda s: s.rows(name, Query(names=intro)),
            lambda s: s.rows(name, Query(source=asked)),
            lambda s: s.rows(name, Query(batch=more)),
            lambda s: s.rows(name, Query(recorded_until="9", until=asked)),
            lambda s: s.rows(name, Query(behind=(asked, 0), order="place")),
            lambda s: s.snapshots(name, asked, more),
        ):
            assert use(memory) == use(store)
        store.check()
        if name != other:
            assert [before] == store.rows(other, Query())


@pytest.mark.parametrize("name", INJECTIONS)
def test_ledgers_keys_and_themes_of_any_text(tmp_path, name):
    event = CourseFinished(on="2024", title=name or "x", themes={name or "x"})
    with closing(SQLiteStore(tmp_path / "ada.ledger")) as store:
        ledger, other = Ledger(store, name=name), Ledger(store, name="other")
        other.record(VisionDeclared(on="2024", vision="v", statement="s", themes={"a": 1}))
        entry = ledger.record(event, key=name or "x")
        assert entry == ledger.record(event, key=name or "x")
        assert [event_in_nfc(event)] == [found.event for found in ledger.entries()]
        ledger.verify()
        other.verify()
        assert (1, 1) == (len(ledger), len(other))


def test_name_of_too_many_bytes_is_refused(tmp_path):
    event = CourseFinished(on="2024", title="Logic")
    with closing(SQLiteStore(tmp_path / "ada.ledger")) as store:
        with pytest.raises(StoreError, match="ledger"):
            Ledger(store, name="x" * 1_001).record(event)
        with pytest.raises(StoreError, match="row #1"):
            Ledger(store).record(event, key="x" * 1_001)
        assert [] == store.ledgers()


def test_name_of_ten_million_characters_is_refused(tmp_path):
    with closing(SQLiteStore(tmp_path / "ada.ledger")) as store:
        with pytest.raises(StoreError, match="bytes"):
            append_rows(store, new_row(1), ledger="x" * 10_000_000)
        assert [] == store.ledgers()


def test_numbers_beyond_64_bits_are_an_error(tmp_path):
    with closing(SQLiteStore(tmp_path / "ada.ledger")) as store:
        with pytest.raises(StoreError, match="64 bits"):
            store.rows("career", Query(after=2**70, upto=2**71))
        with pytest.raises(CareerLedgerError):
            Ledger(store).entry(2**70)


# Paths


@pytest.mark.parametrize(
    "name",
    [
        "file:x?mode=memory",
        "file:x?vfs=unix-none&immutable=1",
        ":memory:",
        "a?b#c",
        "%2e%2e",
        "a\nb",
        "\x1b[2J",
        "-rf",
        "~",
        "$HOME",
        "x" * 240,
    ],
)
def test_name_is_a_name_and_nothing_more(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    with Ledger.open(name) as ledger:
        ledger.record(CourseFinished(on="2024", title="Logic"))

    assert [name] == names_in(tmp_path)
    with Ledger.open(tmp_path / name) as ledger:
        assert 1 == len(ledger)


@pytest.mark.parametrize("end", ["-wal", "-shm", "-journal"])
def test_names_of_sqlites_own_files_are_refused(tmp_path, end):
    """The log of a ledger would be written over a ledger of that name."""
    with pytest.raises(NotALedgerError):
        Ledger.open(tmp_path / f"ada.ledger{end}")

    assert [] == names_in(tmp_path)


@pytest.mark.parametrize("name", ["", ".", "..", "/", "folder", "folder/", "folder/..", "fifo"])
def test_what_is_no_file_is_refused_without_waiting(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "fifo")

    with pytest.raises((ArgumentError, NotALedgerError)):
        Ledger.open(name)


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="a system without devices")
@pytest.mark.parametrize(
    "device", ["/dev/zero", "/dev/null", "/dev/stdin", "/dev/full", "/dev/tty"]
)
def test_device_is_refused_without_waiting(device):
    with pytest.raises((NotALedgerError, UnsafeFileError)):
        Ledger.open(device)


@pytest.mark.parametrize("name", ["x" * 300, "nul\0nul", "\ud800"])
def test_name_that_no_file_can_have_is_an_error(tmp_path, name):
    with pytest.raises((ArgumentError, StoreError)):
        Ledger.open(tmp_path / name)

    assert [] == names_in(tmp_path)


# Links and modes


@pytest.fixture
def made(tmp_path):
    path = tmp_path / "ada.ledger"
    Ledger.open(path).close()
    return path


@pytest.mark.parametrize("to", ["ada.ledger", "nowhere", "/etc/passwd", "link"])
def test_link_is_refused(made, to):
    link = made.with_name("link")
    link.symlink_to(to)

    with pytest.raises(UnsafeFileError, match="symbolic link"):
        Ledger.open(link)

    assert not made.with_name("nowhere").exists()


@pytest.mark.parametrize("end", ["-wal", "-shm", "-journal"])
def test_link_beside_a_ledger_is_refused(made, tmp_path, end):
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    made.with_name(f"ada.ledger{end}").symlink_to(victim)

    with pytest.raises(UnsafeFileError, match="symbolic link"):
        Ledger.open(made)

    assert b"precious" == victim.read_bytes()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o610, 0o601, 0o644, 0o666, 0o777])
def test_file_that_others_can_use_is_refused(made, mode):
    made.chmod(mode)
    before = made.read_bytes()

    with pytest.raises(UnsafeFileError, match="chmod 600"):
        Ledger.open(made)
    with pytest.raises(PermissionError):
        Ledger.open(made)

    assert before == made.read_bytes()
    assert mode == stat.S_IMODE(made.stat().st_mode)
    made.chmod(0o600)
    Ledger.open(made).close()


def test_log_that_others_can_read_is_refused(made):
    with Ledger.open(made):
        log = made.with_name("ada.ledger-wal")
        log.chmod(0o644)
        with pytest.raises(UnsafeFileError, match="-wal"):
            Ledger.open(made)


@pytest.mark.parametrize(
    ("mode", "opens"),
    [
        (0o700, True),
        (0o755, True),
        (0o1777, True),
        (0o1770, True),
        (0o777, False),
        (0o702, False),
        (0o2777, False),
    ],
)
def test_folder_in_which_others_can_swap_files_is_refused(made, mode, opens):
    made.parent.chmod(mode)
    if opens:
        Ledger.open(made).close()
    else:
        with pytest.raises(UnsafeFileError, match="chmod go-w"):
            Ledger.open(made)
    made.parent.chmod(0o700)


@pytest.mark.parametrize(
    ("group", "members", "opens"),
    [
        ("ada", [], True),
        ("ada", ["ada"], True),
        ("ada", ["ada", "eve"], False),
        ("staff", [], False),
    ],
)
def test_private_group_folder_is_accepted(made, monkeypatch, group, members, opens):
    """Many systems give each user a group, and let it write all that the user makes."""
    import grp
    import pwd

    user = pwd.struct_passwd(("ada", "", os.geteuid(), 0, "", "", ""))
    named = grp.struct_group((group, "", 0, members))
    monkeypatch.setattr(pwd, "getpwuid", lambda uid: {os.geteuid(): user}[uid])
    monkeypatch.setattr(grp, "getgrgid", lambda gid: {made.parent.stat().st_gid: named}[gid])
    made.parent.chmod(0o770)
    if opens:
        Ledger.open(made).close()
    else:
        with pytest.raises(UnsafeFileError, match="chmod go-w"):
            Ledger.open(made)


def test_folder_of_a_group_that_is_not_listed_is_refused(made, monkeypatch):
    import pwd

    def unlisted(uid):
        raise KeyError(uid)

    monkeypatch.setattr(pwd, "getpwuid", unlisted)
    made.parent.chmod(0o770)
    with pytest.raises(UnsafeFileError, match="chmod go-w"):
        Ledger.open(made)


as_root = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give files to others"
)
OTHER = 4712
"""The number of a user who is in no list, as users of a host are in a container."""


@as_root
@pytest.mark.parametrize(("user", "opens"), [(0, True), (4711, False)])
def test_folder_of_someone_else_is_refused(made, monkeypatch, user, opens):
    """Root may use anyone's; all may use root's, and that of a user whom they allow."""
    os.chown(made, user, -1)
    os.chown(made.parent, OTHER, -1)
    monkeypatch.setattr(os, "geteuid", lambda: user)
    if opens:
        Ledger.open(made).close()
    else:
        with pytest.raises(UnsafeFileError, match=f"owner={OTHER}"):
            Ledger.open(made)
        Ledger.open(made, owner=OTHER).close()
        os.chown(made.parent, 0, -1)
        Ledger.open(made).close()


@as_root
@pytest.mark.parametrize("beside", ["", "-wal", "-shm"])
@pytest.mark.parametrize("user", [0, 4711])
def test_file_of_someone_else_is_refused(made, monkeypatch, beside, user):
    """Also to root, who could read and write it."""
    with Ledger.open(made):
        for each in made.parent.iterdir():
            os.chown(each, user, -1)
        os.chown(f"{made}{beside}", OTHER, -1)
        monkeypatch.setattr(os, "geteuid", lambda: user)

        with pytest.raises(UnsafeFileError) as refused:
            Ledger.open(made)

    message = str(refused.value)
    you = "root (uid 0)" if user == 0 else "uid 4711"
    assert message.startswith(f"{made}{beside} belongs to uid {OTHER}, and you are {you}: ")
    assert f"chown {user} {made}{beside}, or" in message


@as_root
def test_file_of_a_user_who_is_allowed_opens(made):
    """And what is put beside it belongs to that user, who can go on using it."""
    import pwd

    name, number = next((u.pw_name, u.pw_uid) for u in pwd.getpwall() if u.pw_uid)
    os.chown(made, number, -1)
    for owner in (number, name):
        with Ledger.open(made, owner=owner) as ledger:
            ledger.record(CourseFinished(on="2024", title="Logic"))
            assert {number} == {each.stat().st_uid for each in made.parent.iterdir()}
    for owner in (None, number + 1, 0):
        with pytest.raises(UnsafeFileError):
            Ledger.open(made, owner=owner)
    os.chown(made, 0, -1)
    Ledger.open(made, owner=name).close()  # one's own file is always allowed


@as_root
def test_new_file_belongs_to_who_makes_it(tmp_path):
    with Ledger.open(tmp_path / "new.ledger", owner=OTHER):
        assert {0} == {each.stat().st_uid for each in tmp_path.iterdir()}


@pytest.mark.parametrize("owner", ["nobody-by-this-name", "", "nul\0", -1, 1.5, True, b"root"])
def test_owner_who_is_no_user_is_refused(made, owner):
    with pytest.raises(ArgumentError, match=re.escape(f"owner is {owner!r}")):
        Ledger.open(made, owner=owner)


def test_where_there_are_no_such_modes_none_is_asked_for(made, monkeypatch):
    """As on Windows."""
    made.chmod(0o666)
    monkeypatch.delattr(os, "geteuid")

    Ledger.open(made).close()


def test_link_swapped_in_while_open_is_not_written(made):
    with Ledger.open(made) as ledger:
        made.rename(made.with_name("moved"))
        made.symlink_to("moved")

        with pytest.raises(StoreError, match="replaced"):
            ledger.record(CourseFinished(on="2024", title="Logic"))


@pytest.mark.parametrize("look", ["check_privacy", "_check_header"])
def test_link_swapped_in_while_opening_is_not_followed(made, monkeypatch, look):
    """Between one look at it and the next, and before SQLite's."""
    real = getattr(opening, look)

    def swapped(path, *trusted):
        real(path, *trusted)
        made.rename(made.with_name("moved"))
        made.symlink_to("moved")

    monkeypatch.setattr(opening, look, swapped)

    with pytest.raises(ReadOnlyError):
        Ledger.open(made)
