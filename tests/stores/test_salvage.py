"""What is read past SQLite is what SQLite wrote, in files of every form."""

from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import apsw
import pytest
from hypothesis import example, given, strategies as st

from careerledger.stores.sqlite.salvage import Value, merge_log, records

PAGES = st.sampled_from([2**power for power in range(9, 17)])
WHOLE = st.integers(-(2**63), 2**63 - 1)
EDGES = st.sampled_from(
    [
        edge + off
        for power in (7, 15, 23, 31, 47)
        for edge in (2**power, -(2**power))
        for off in (-1, 0)
    ]
)


@st.composite
def files(draw: st.DrawFn) -> tuple[int, int, dict[int, tuple[Value, ...]]]:
    """The size of pages, how many bytes are kept free in each, and rows by their numbers."""
    size = draw(PAGES)
    free = draw(st.sampled_from((0, 1, 4, 21, 32)))
    least = (size - free - 12) * 32 // 255 - 23
    # Where a record's first page ends, or an overflow page does, and near it.
    ends = [size - free - 35, least, *(least + n * (size - free - 4) for n in (1, 2))]
    near = st.builds(lambda end, off: max(0, end + off), st.sampled_from(ends), st.integers(-9, 9))
    lengths = near | st.integers(0, 20)
    value = st.none() | st.integers(-1, 2) | WHOLE | EDGES
    value |= st.text(max_size=5) | lengths.map(lambda n: b"\0" + b"\xff" * n)
    numbers = st.integers(1, 300) | WHOLE
    rows = draw(st.dictionaries(numbers, st.tuples(value, value), max_size=12))
    return size, free, rows


def written(
    path: Path, size: int, free: int, rows: dict[int, tuple[Value, ...]]
) -> apsw.Connection:
    connection = apsw.Connection(str(path))
    connection.pragma("page_size", size)
    connection.reserve_bytes(reserve=free)
    connection.execute("VACUUM")
    connection.execute("CREATE TABLE held (a, b)")
    with connection:
        connection.executemany(
            "INSERT INTO held (rowid, a, b) VALUES (?, ?, ?)",
            ((number, *values) for number, values in sorted(rows.items())),
        )
    return connection


def held(content: bytes) -> list[tuple[int, tuple[Value, ...]]]:
    """The records of the table, which have two values; SQLite's own have five."""
    found = list(records(content))
    assert [values[1] for _, values in found if len(values) == 5] == ["held"]
    return sorted((record for record in found if len(record[1]) == 2), key=lambda each: each[0])


@given(files())
@example((512, 0, {n: (n, "x" * n) for n in range(1, 200)}))
@example((4096, 4, {1: (1, b"\0" * 4_100)}))  # a byte less free, and less is in its first page
def test_every_record_of_a_file_is_read(case):
    size, free, rows = case
    with TemporaryDirectory() as folder:
        path = Path(folder, "file")
        written(path, size, free, rows).close()
        content = path.read_bytes()
    assert int.from_bytes(content[16:18]) in (size, 1)
    assert content[20] == free
    assert held(content) == sorted(rows.items())


@pytest.mark.parametrize("free", [0, 1, 21, 32])
def test_records_of_every_length_are_read(tmp_path, free):
    """In one page, or in so many more, to the last byte."""
    rows = {length: (length, b"x" * length) for length in range(1_600)}
    written(tmp_path / "file", 512, free, rows).close()
    assert held((tmp_path / "file").read_bytes()) == list(rows.items())


def test_pages_of_many_records_are_read(tmp_path):
    rows = {number: (number, "") for number in range(-1, 20_000)}
    written(tmp_path / "file", 65_536, 0, rows).close()
    assert held((tmp_path / "file").read_bytes()) == list(rows.items())


@given(files(), st.sampled_from(["nothing", "file", "log", "frame", "end", "end and log"]))
def test_records_of_a_log_are_read_merged_or_not(case, damaged):
    size, free, rows = case
    rows = {77: ("first", 0)} | rows
    with TemporaryDirectory() as folder:
        path, there = Path(folder, "file"), Path(folder, "there")
        there.mkdir()
        written(path, size, free, {}).close()
        with closing(apsw.Connection(str(path))) as connection:
            connection.pragma("journal_mode", "wal")
            connection.wal_autocheckpoint(0)
            for number, values in rows.items():
                connection.execute(
                    "INSERT INTO held (rowid, a, b) VALUES (?, ?, ?)", (number, *values)
                )
            file, log = path.read_bytes(), path.with_name("file-wal").read_bytes()
        path.write_bytes(
            {"file": bytes(16) + file[16:], "end": file[:-7], "end and log": file[:-7]}.get(
                damaged, file
            )
        )
        at = {"log": 24, "frame": 32 + 16, "end and log": 24}.get(damaged)
        if at is not None:
            log = log[:at] + bytes([log[at] ^ 1]) + log[at + 1 :]
        path.with_name("file-wal").write_bytes(log)
        found = [record for record in records(merge_log(path, there)) if len(record[1]) == 2]
    if damaged == "nothing":
        # Every page as it was after each row, so that rows come again.
        assert {repr(record) for record in found} == {repr(record) for record in rows.items()}
    # What goes on in another page of the log is found only where SQLite merged it.
    for number, values in rows.items():
        if sum(len(repr(value)) for value in values) < size - free - 80:
            assert (number, values) in found


@pytest.mark.parametrize(
    "log", [b"", b"short", bytes(40), b"\0" * 8 + (511).to_bytes(4) + b"x" * 99]
)
def test_what_is_no_log_adds_nothing(tmp_path, log):
    path = tmp_path / "file"
    path.write_bytes(b"no database, and none of its pages")
    path.with_name("file-wal").write_bytes(log)
    there = tmp_path / "there"
    there.mkdir()
    assert list(records(merge_log(path, there))) == []
    assert merge_log(path, there).startswith(path.read_bytes())


@pytest.mark.parametrize("size", [0, 2, 256, 513, 1000, 40_000])
def test_pages_have_the_usual_size_where_theirs_is_lost(tmp_path, size):
    path = tmp_path / "file"
    rows = {number: (number, "x" * 40) for number in range(1, 300)}
    written(path, 4096, 0, rows).close()
    content = bytearray(path.read_bytes())
    content[16:18] = size.to_bytes(2)
    assert held(bytes(content)) == sorted(rows.items())


def test_records_end_where_their_pages_are_torn_off(tmp_path):
    path = tmp_path / "file"
    rows = {1: (1, b"y" * 9_000), 2: (2, "short")}
    written(path, 512, 0, rows).close()
    content = path.read_bytes()
    assert held(content[:-512]) == [(2, (2, "short"))]
    assert list(records(b"")) == list(records(content[:20])) == list(records(content[:21])) == []


def test_overlapping_cells_end(tmp_path):
    path = tmp_path / "file"
    written(path, 4096, 0, {1: (1, b"y" * 50_000)}).close()
    content = bytearray(path.read_bytes())
    [page] = [at for at in range(4096, len(content), 4096) if content[at] == 0x0D]
    cell = bytes(content[page + 8 : page + 10])
    content[page + 3 : page + 5] = (200).to_bytes(2)
    content[page + 8 : page + 408] = cell * 200
    found = sum(len(values) == 2 for _, values in records(bytes(content)))
    record = 50_000 + 5  # its kinds take 5 bytes
    schema = 100
    assert found == (16 * len(content) - schema) // record
