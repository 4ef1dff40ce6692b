"""Unpacking: read what a person compressed, and refuse every kind of bomb."""

import gzip
import stat
import struct
import zipfile
from io import BytesIO
from random import Random

import pytest
from hypothesis import given, strategies as st

from careerledger.cli import main
from careerledger.demo import resume
from careerledger.errors import ForeignFileError
from careerledger.interop import json_resume
from careerledger.interop.unpacking import MAX_BYTES, MAX_MEMBERS, MAX_RATIO, read, unpack


def zipped(*members, method=zipfile.ZIP_DEFLATED):
    """An archive of these members: names, or ZipInfo, each with its bytes."""
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for member, body in members:
            archive.writestr(member, body)
    return packed.getvalue()


def changed(body, *, flags=0, name=None):
    """An archive of one member with other flags or another name, in both of its headers."""
    body = bytearray(body)
    for magic, at, where in ((b"PK\3\4", 6, 30), (b"PK\1\2", 8, 46)):
        start = body.index(magic)
        body[start + at] |= flags
        if name is not None:
            body[start + where : start + where + len(name)] = name
    return bytes(body)


def special(name, kind):
    member = zipfile.ZipInfo(name)
    member.create_system = 3
    member.external_attr = (kind | 0o777) << 16
    return member


BODY = b'{"work": []}' * 10
GZIP = gzip.compress(BODY, mtime=0)
ZIP = zipped(("resume.json", BODY))


@pytest.mark.parametrize(
    "packed",
    [
        BODY,
        GZIP,
        gzip.compress(BODY[:50], mtime=0) + gzip.compress(BODY[50:], mtime=0),
        GZIP + bytes(500),
        ZIP,
        zipped(("resume.json", BODY), method=zipfile.ZIP_STORED),
        zipped(("me/", b""), ("me/resume.json", BODY)),
    ],
    ids=["plain", "gzip", "two gzips", "gzip and zeros", "zip", "stored", "in a folder"],
)
def test_what_was_packed_is_unpacked(packed, tmp_path):
    path = tmp_path / "resume"
    path.write_bytes(packed)

    assert BODY == unpack("it", packed) == read(path) == read(str(path))


@pytest.mark.parametrize("pack", [gzip.compress, lambda body: zipped(("r.json", body))])
def test_a_packed_resume_is_imported(pack, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "packed").write_bytes(pack(resume()))

    assert json_resume.read("packed") == json_resume.read(resume())
    assert 0 == main(["import", "packed", "--ledger", "my.ledger"])
    assert "33 new" in capsys.readouterr().out


BOMBS = {
    "plain": (bytes(MAX_BYTES + 1), "more than 2,000,000 bytes"),
    "gzip": (gzip.compress(bytes(300_000)), f"more than {MAX_RATIO} times its size"),
    "gzip of much": (
        gzip.compress(Random(0).randbytes(20_000) + bytes(MAX_BYTES)),
        "unpacks to more than 2,000,000 bytes",
    ),
    "gzip of many": (gzip.compress(b"", mtime=0) * (MAX_MEMBERS + 1), "more than 100 members"),
    "gzip of many that grow": (gzip.compress(bytes(10_000)) * 90, "more than 200 times"),
    "gzip twice": (gzip.compress(GZIP, mtime=0), "compressed twice"),
    "zip in gzip": (gzip.compress(ZIP, mtime=0), "compressed twice"),
    "gzip in zip": (zipped(("a", GZIP)), "compressed twice"),
    "zip in zip": (zipped(("a", ZIP)), "compressed twice"),
    "gzip cut off": (GZIP[:-4], "cut off"),
    "gzip damaged": (GZIP[:15] + b"\xff\xff\xff" + GZIP[18:], "gzip data is damaged"),
    "gzip and more": (GZIP + b"more", "gzip data is damaged"),
    "zip": (zipped(("a", bytes(1_900_000))), f"more than {MAX_RATIO} times its size"),
    "zip of much": (zipped(("a", bytes(50_000_000))), "unpacks to more than 2,000,000 bytes"),
    "zip of many": (
        zipped(*((f"{n}", b"") for n in range(MAX_MEMBERS + 1))),
        "more than 100 members",
    ),
    "zip of none": (zipped(), "archive of 0 files"),
    "zip of two": (zipped(("a", b"1"), ("b", b"2")), "archive of 2 files; pack exactly one"),
    "zip cut off": (ZIP[:-30], "damaged zip archive"),
    "zip damaged": (ZIP.replace(b"PK\3\4", b"PK\3\4\xff\xff", 1), "damaged zip archive"),
    "absolute": (zipped(("/etc/passwd", BODY)), "leads outside the folder"),
    "above": (zipped(("a/../../b", BODY)), "leads outside the folder"),
    "above, in Windows' way": (zipped(("..\\b", BODY)), "leads outside the folder"),
    "drive": (zipped(("C:b", BODY)), "leads outside the folder"),
    "share": (zipped(("\\\\host\\share\\b", BODY)), "leads outside the folder"),
    "name cut off": (
        changed(zipped(("resume.json", BODY)), name=b"resume\0json"),
        "has a null character in its name",
    ),
    "link": (zipped((special("a", stat.S_IFLNK), b"/etc/passwd")), "is a link or a device"),
    "device": (zipped((special("a", stat.S_IFBLK), b"")), "is a link or a device"),
    "encrypted": (changed(ZIP, flags=1), "is encrypted"),
    "bzip2": (zipped(("a", BODY), method=zipfile.ZIP_BZIP2), "unsupported compression method"),
    "lzma": (zipped(("a", BODY), method=zipfile.ZIP_LZMA), "unsupported compression method"),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_bomb_is_refused(bomb):
    body, why = BOMBS[bomb]

    with pytest.raises(ForeignFileError, match=why):
        unpack("it", body)


def test_size_that_lies_is_not_believed():
    """What an archive says of itself is less than what comes out of it."""
    body = bytearray(zipped(("a", bytes(1_900_000))))
    for magic, at in ((b"PK\3\4", 22), (b"PK\1\2", 24)):
        start = body.index(magic)
        body[start + at : start + at + 4] = struct.pack("<I", 10)

    with pytest.raises(ForeignFileError):
        unpack("it", bytes(body))


@pytest.mark.parametrize("name", ["missing", "", "nul\0", "."])
def test_file_that_cannot_be_read_is_an_error(name):
    with pytest.raises(ForeignFileError):
        read(name)


@given(st.sampled_from([GZIP, ZIP]), st.data())
def test_mutation_is_refused_or_unpacked(body, data):
    mutated = bytearray(body)
    for _ in range(data.draw(st.integers(1, 4))):
        mutated[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))

    try:
        found = unpack("it", bytes(mutated))
    except ForeignFileError:
        return
    assert len(found) <= MAX_BYTES


@pytest.mark.parametrize(
    "way",
    [
        b'{"work": [%s]}' % b",".join([b"{}"] * 600_000),
        b'{"work": [%s]}' % b",".join([b"[]"] * 600_000),
        b'{"skills": [{"keywords": [%s]}]}' % b",".join([b'"a"'] * 400_000),
        b"{%s}" % b",".join(b'"%x": 0' % n for n in range(150_000)),
    ],
    ids=["objects", "arrays", "texts", "names"],
)
def test_file_of_many_small_values_is_refused(way):
    with pytest.raises(ForeignFileError):
        json_resume.read(way)


@pytest.mark.parametrize(
    ("depth", "fits"), [(json_resume.MAX_DEPTH, True), (json_resume.MAX_DEPTH + 1, False)]
)
@pytest.mark.parametrize("way", ['{"work": [], "meta": %s}', '{"work": [], "interests": %s}'])
def test_depth_is_bounded(depth, fits, way):
    """The whole is the first level."""
    inner = '{"a":' * (depth - 1) + "0" + "}" * (depth - 1)
    body = (way % inner).encode()

    if fits:
        json_resume.read(body.replace(b'"interests": {', b'"basics": {'))
    else:
        with pytest.raises(ForeignFileError):
            json_resume.read(body)
