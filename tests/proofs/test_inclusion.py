"""Proofs of one entry: they hold, they hold for nothing else, and they reveal nothing else."""

import pytest
from hypothesis import given, strategies as st
from pymerkle import InmemoryTree

from careerledger import Ledger
from careerledger.errors import DamagedError, ProofError, UnknownEntryError
from careerledger.events import CourseFinished, MilestoneDeclared
from careerledger.proofs import Checkpoint, Proof, SigningKey, leaf_hash, verify
from careerledger.proofs.merkle import inclusion_path, root_from, root_of
from careerledger.stores import Query

KEY = SigningKey("ada.example/career", bytes(range(32)))
LEAVES = st.lists(st.binary(max_size=4), min_size=1, max_size=70)


def course(number: int) -> CourseFinished:
    return CourseFinished(on="2024", title=f"course {number}", hours=number)


@pytest.fixture
def ledger():
    with Ledger.in_memory() as ledger:
        ledger.record([course(number) for number in range(11)])
        yield ledger


@given(LEAVES, st.data())
def test_another_implementation_agrees(leaves, data):
    """pymerkle, which follows RFC 9162, has the same roots and the same paths."""
    index = data.draw(st.integers(0, len(leaves) - 1))
    tree = InmemoryTree(algorithm="sha256")
    for leaf in leaves:
        tree.append_entry(leaf)
    hashes = [leaf_hash(leaf) for leaf in leaves]
    assert tree.get_root() == root_of(hashes)
    # Its path begins with the leaf itself.
    assert tree.prove_inclusion(index + 1, len(leaves)).path[1:] == inclusion_path(hashes, index)


@given(LEAVES, st.data())
def test_a_path_leads_to_the_root_from_its_own_place_alone(leaves, data):
    hashes = [leaf_hash(bytes([number]) + leaf) for number, leaf in enumerate(leaves)]
    index = data.draw(st.integers(0, len(leaves) - 1))
    path = inclusion_path(hashes, index)
    for other in range(-1, len(leaves) + 1):
        led = root_from(hashes[index], other, len(hashes), path)
        assert (other == index) == (led == root_of(hashes))
    if path:
        assert root_from(hashes[index], index, len(hashes), path[1:]) is None
        assert root_from(hashes[index], index, len(hashes), [*path, path[0]]) is None
        assert root_from(hashes[index], index, len(hashes), [path[0][:31], *path[1:]]) is None


def test_each_entry_can_be_proved_without_the_ledger(ledger):
    checkpoint = ledger.checkpoint(KEY)
    for number in range(1, 12):
        entry = ledger.entry(number)
        text = str(ledger.prove(entry, checkpoint=checkpoint))
        proved = verify(text, checkpoint, str(KEY.public))
        assert number == proved.seq
        assert entry.id == proved.entry["id"]
        assert f"course {number - 1}" == proved.entry["event"]["title"]
        assert () == proved.withheld
        assert Checkpoint(KEY.name, 11, ledger.root()) == proved.checkpoint
        assert ledger.prove(entry.id, checkpoint=checkpoint) == Proof.from_text(text)


def test_proof_defaults_to_the_current_size(ledger):
    proof, checkpoint = ledger.prove(ledger.entry(3)), ledger.checkpoint(KEY)
    assert 3 == verify(proof, checkpoint, KEY.public).seq
    ledger.record(course(99))
    with pytest.raises(ProofError):
        verify(proof, ledger.checkpoint(KEY), KEY.public)
    # An old checkpoint goes on to be good.
    assert proof.path == ledger.prove(ledger.entry(3), checkpoint=checkpoint).path


def test_a_proof_reveals_nothing_of_other_entries(ledger):
    checkpoint = ledger.checkpoint(KEY)
    proof = ledger.prove(ledger.entry(5), checkpoint=checkpoint)
    for number in {*range(1, 12)} - {5}:
        other = ledger.entry(number)
        assert other.id.encode() not in proof.entry
        (row,) = ledger.store.rows("career", Query(after=number - 1, upto=number))
        # Neighbours appear as hashes of their bytes, which hold 74 random bits.
        assert row.body not in str(proof).encode()


def test_every_flipped_bit_of_a_proof_is_seen(ledger):
    """Of its text, all that is not the checkpoint; of that, test_notes."""
    checkpoint = ledger.checkpoint(KEY)
    text = str(ledger.prove(ledger.entry(6), checkpoint=checkpoint))
    part = text.index("\n\n") + 1
    for at in range(part * 8):
        changed = bytearray(text.encode())
        changed[at // 8] ^= 1 << at % 8
        with pytest.raises((ProofError, UnicodeDecodeError)):
            verify(changed.decode(), checkpoint, KEY.public)


def test_a_proof_takes_the_key_of_whoever_keeps_the_ledger(ledger):
    checkpoint = ledger.checkpoint(KEY)
    proof = ledger.prove(ledger.entry(1), checkpoint=checkpoint)
    with pytest.raises(ProofError):
        verify(proof, checkpoint, SigningKey("ada.example/career", bytes(32)).public)


def test_the_last_entry_of_a_ledger_of_one(ledger):
    with Ledger.in_memory() as small:
        entry = small.record(MilestoneDeclared(on="2024", milestone="cto", title="CTO"))
        proof = small.prove(entry)
        assert () == proof.path
        assert "CTO" == verify(proof, small.checkpoint(KEY), KEY.public).entry["event"]["title"]


def test_golden_proof():
    """The text of a proof, as it will be read in thirty years."""
    entry = b'{"id":"1","type":"a.b","version":1,"recorded_at":"x","key":null,"event":{}}'
    leaves = [leaf_hash(b"0"), leaf_hash(entry), leaf_hash(b"2")]
    note = Checkpoint(KEY.name, 3, root_of(leaves)).signed(KEY)
    proof = Proof(index=1, entry=entry, path=tuple(inclusion_path(leaves, 1)), checkpoint=note)
    golden = (
        "c2sp.org/tlog-proof@v1\n"
        "extra eyJpZCI6IjEiLCJ0eXBlIjoiYS5iIiwidmVyc2lvbiI6MSwicmVjb3JkZWRfYXQiOiJ4Iiwia2V5Ijpu"
        "dWxsLCJldmVudCI6e319\n"
        "index 1\n"
        "2zQm6HgGjSjSabbIcXIyLOU3K2V1bQeJAB00g19gHAM=\n"
        "+mHj3sNDlYn0eEyJO/Mh0AhPBMVyx68raOPzNgo1tIY=\n"
        "\n"
        "ada.example/career\n"
        "3\n"
        "bnHfvAvg+BilXN0gqSCuqWeXDeQSfWsDQPSvrKqMlGo=\n"
        "\n"
    )
    assert golden == str(proof)[: len(golden)]
    assert proof == Proof.from_text(str(proof))
    assert 2 == verify(str(proof), note, KEY.public).seq


@pytest.mark.parametrize(
    "text",
    [
        "",
        "c2sp.org/tlog-proof@v2\nextra AAAA\nindex 0\n\n",
        "c2sp.org/tlog-proof@v1\nindex 0\n\n",
        "c2sp.org/tlog-proof@v1\nextra AAAA\nindex 00\n\n",
        "c2sp.org/tlog-proof@v1\nextra AAAA\nindex -1\n\n",
        "c2sp.org/tlog-proof@v1\nextra AAA\nindex 0\n\n",
        "c2sp.org/tlog-proof@v1\nextra AAAA\nindex 0\nAAAA\n\n",
        "c2sp.org/tlog-proof@v1\nextra AAAA\nindex 0\n" + "A" * 42 + "B=\n\n",
        "c2sp.org/tlog-proof@v1\nextra AAAA\nindex 0\n" + ("A" * 43 + "=\n") * 65 + "\n",
        "c2sp.org/tlog-proof@v1\nextra " + "A" * 5_000_000 + "\nindex 0\n\n",
    ],
)
def test_text_that_is_no_proof(text):
    with pytest.raises(ProofError):
        Proof.from_text(text)


def test_the_longest_proof():
    head = "c2sp.org/tlog-proof@v1\nextra AAAA\nindex 0\n\n"
    longest = head.ljust(5_000_000, "x")
    assert str(Proof.from_text(longest)) == longest
    with pytest.raises(ProofError):
        Proof.from_text(longest + "x")


@pytest.mark.parametrize(
    "entry",
    [
        b"",
        b"[]",
        b"{}",
        b'{"type":"a.b","event":{},"event":{}}',
        b'{"type":"a.b","event":{},"personal":{"name":"0"}}',
        b'{"type":"a.b","event":{},"personal":7}',
        b'{"type":"entry.amended","event":{}}',
        b"[" * 100_000,
        b'{"type":"a.b","event":{"a":NaN}}',
        b'{"type":"a.b","event":{"a":1e999}}',
        b'\xef\xbb\xbf{"type":"a.b","event":{}}',
        '{"type":"a.b","event":{}}'.encode("utf-16"),
    ],
)
def test_bytes_in_a_log_that_are_no_entry(entry):
    """Whoever keeps a ledger may have put anything there."""
    note = Checkpoint(KEY.name, 1, leaf_hash(entry)).signed(KEY)
    with pytest.raises(ProofError):
        verify(Proof(index=0, entry=entry, path=()), note, KEY.public)


def test_what_cannot_be_proved(ledger):
    with pytest.raises(UnknownEntryError):
        ledger.prove("nobody")
    old = ledger.checkpoint(KEY)
    young = ledger.record(course(99))
    with pytest.raises(ProofError, match="#12 "):
        ledger.prove(young, checkpoint=old)
    with Ledger.in_memory() as other:
        other.record([course(number) for number in range(12)])
        with pytest.raises(ProofError):
            ledger.prove(ledger.entry(1), checkpoint=other.checkpoint(KEY))
        other.record(course(13))
        with pytest.raises(ProofError):
            ledger.prove(ledger.entry(1), checkpoint=other.checkpoint(KEY))


def test_a_ledger_goes_on_from_each_of_its_checkpoints():
    with Ledger.in_memory() as ledger, Ledger.in_memory() as other:
        notes = [ledger.checkpoint(KEY)]
        for number in range(9):
            ledger.record(course(number))
            other.record(course(number))
            notes.append(ledger.checkpoint(KEY))
        for note in notes:
            ledger.verify(since=note, public_key=KEY.public)
            ledger.verify(since=note)
        for note in notes[1:]:
            with pytest.raises(ProofError):
                other.verify(since=note)
        ledger.record(course(10))
        with pytest.raises(ProofError):
            other.verify(since=ledger.checkpoint(KEY))
        with pytest.raises(ProofError):
            ledger.verify(since=notes[0], public_key=SigningKey("eve", bytes(32)).public)
        with pytest.raises(ProofError):
            ledger.verify(since=Checkpoint("ada", 0, bytes(32)).signed(KEY))


def test_a_rewritten_ledger_verifies_but_not_since_the_checkpoint(ledger):
    """What a checkpoint is for: the owner of a file can write another that fits together."""
    note = ledger.checkpoint(KEY)
    with Ledger.in_memory() as rewritten:
        rewritten.record([course(number + 1) for number in range(11)])
        rewritten.verify()
        with pytest.raises(ProofError):
            rewritten.verify(since=note, public_key=KEY.public)


def test_a_damaged_index_is_found(tmp_path):
    """An index that disagrees with its table shows in no row that is read by number."""
    path = tmp_path / "a.ledger"
    with Ledger.open(path) as ledger:
        ledger.record([course(number) for number in range(50)])
        root = ledger.store._file.all("SELECT rootpage FROM sqlite_schema WHERE name = 'entry_id'")
    content = bytearray(path.read_bytes())
    start = (root[0][0] - 1) * 4096
    at = content.index(b"-7", start, start + 4096)
    content[at + 2] ^= 1
    path.write_bytes(content)
    with Ledger.open(path) as ledger, pytest.raises(DamagedError):
        ledger.verify()


@pytest.mark.parametrize("few", [0, 1000])
def test_file_damage_is_reported_before_entry_damage(ledger, monkeypatch, few):
    """Entries of a damaged file rarely fit, and of the two the file is the reason."""
    monkeypatch.setattr("careerledger.journal.verify._FEW", few)
    whole = ledger.store

    class Damaged:
        def __getattr__(self, name):
            return getattr(whole, name)

        def check(self, ledger):
            raise DamagedError("the file")

        def rows(self, ledger, query):
            return [row._replace(leaf=bytes(32)) for row in whole.rows(ledger, query)]

    ledger = Ledger(Damaged())
    with pytest.raises(DamagedError, match=r"^the file$"):
        ledger.verify()
    Damaged.check = lambda self, ledger: None
    with pytest.raises(DamagedError, match=r"^entry #1 "):
        ledger.verify()


@pytest.mark.parametrize("few", [0, 1000])
def test_verify_within_a_block_of_writing_waits_for_nobody(tmp_path, monkeypatch, few):
    monkeypatch.setattr("careerledger.journal.verify._FEW", few)
    with Ledger.open(tmp_path / "a.ledger") as ledger:
        ledger.record(course(1))
        with ledger.store.writing(ledger.name):
            ledger.verify()
