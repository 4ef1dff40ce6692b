"""What is personal is beside the log, and once forgotten it is nowhere."""

import json
import re
from contextlib import closing
from typing import Annotated

import attrs
import pytest
from hypothesis import given, settings, strategies as st

from careerledger import Draft, Ledger
from careerledger.errors import (
    CodecError,
    CorrectionError,
    DamagedError,
    DefinitionError,
    ForeignFileError,
    ForgottenWarning,
    LockedError,
    ProofError,
    StoreError,
    UnknownReferenceError,
)
from careerledger.events import (
    Action,
    ContactMade,
    ContactTouched,
    ContactUpdated,
    CourseFinished,
    EntryAmended,
    HelpGiven,
    Introduces,
    RecognitionReceived,
    Refers,
    catalogue,
    event,
    load_catalogue,
    personal,
)
from careerledger.journal import codec, strict
from careerledger.journal.parser import parse_entry
from careerledger.journal.personal import redact
from careerledger.journal.write import salt
from careerledger.projections import KeepInTouch, NetworkGrowth
from careerledger.proofs import SigningKey, verify
from careerledger.proofs.personal import read_disclosures
from careerledger.stores import Query
from careerledger.stores.sqlite import SQLiteStore
from careerledger.testing import events
from careers import write_as_another_program
from saved import Names
from strategies import entry_of

KEY = SigningKey("ada.example/career", bytes(range(32)))
SECRETS = ("Quixotic", "zanzibar", "Xylophone")


@event("tests.interview.held")
class InterviewHeld(Action):
    candidate: Annotated[str, Refers.to("contact")]
    observer: Annotated[str, Refers.to("contact")] | None = None
    remarks: Annotated[str, personal(subject="candidate")]
    marks: Annotated[tuple[int, ...], personal(subject="candidate")] = ()
    hint: Annotated[str | None, personal(subject="observer")] = None


def jane() -> ContactMade:
    return ContactMade(
        on="2024-01", contact="c1", name="Jane Quixotic", organisation="Acme", note="zanzibar: yes"
    )


def fill(ledger: Ledger) -> None:
    """A ledger that tells of two people, in every way that there is."""
    made = ledger.record(jane())
    ledger.record(ContactMade(on="2024-01", contact="c2", name="Bob Builder"))
    ledger.record([ContactTouched(on=f"2024-{month:02}", contact="c1") for month in range(1, 10)])
    ledger.record(ContactTouched(on="2024-02", contact="c1", note="Xylophone"))
    ledger.record(HelpGiven(on="2024-03", contact="c1", what="moved to zanzibar"))
    ledger.record(ContactUpdated(on="2024-04", contact="c1", title="Chief Xylophone Officer"))
    ledger.record(RecognitionReceived(on="2024-05", kind="thanks", text="Quixotic", contact="c1"))
    ledger.record(
        InterviewHeld(
            on="2024-06", candidate="c1", observer="c2", remarks="Xylophone", marks=[7], hint="good"
        )
    )
    ledger.amend(made.id, made.event.replace(name="Jane zanzibar"), reason="married")
    ledger.record(CourseFinished(on="2024-06", title="Algorithms"))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "ada.ledger"


def found_in(folder) -> list[tuple[str, str]]:
    """Which secrets are in which files of a folder, in any case and encoding that SQLite has."""
    return [
        (file.name, secret)
        for file in folder.iterdir()
        for secret in SECRETS
        if re.search(re.escape(secret).encode(), file.read_bytes(), re.IGNORECASE)
    ]


def test_nothing_is_left_of_who_was_forgotten(path):
    """Not in the database, the write-ahead log, free pages or snapshots."""
    with Ledger.open(path) as ledger:
        fill(ledger)
        # Enough entries for snapshots, of states that hold names.
        ledger.record([ContactTouched(on="2024-07", contact="c2") for _ in range(3_000)])
        ledger.project(Names, KeepInTouch)
        assert ledger.store._file.all("SELECT count(*) FROM snapshot")[0][0] >= 1
        assert {secret for _, secret in found_in(path.parent)} == set(SECRETS)

        ledger.forget("contact", "c1", reason="asked to")

        assert [] == found_in(path.parent)
        assert ("forgotten", "Bob Builder") == ledger.project(Names)
        # Nor comes any of it back.
        ledger.record([ContactTouched(on="2024-08", contact="c2") for _ in range(3_000)])
        ledger.project(Names, KeepInTouch)
    assert [] == found_in(path.parent)


def test_all_but_what_is_personal_stays(path):
    with Ledger.open(path) as ledger:
        fill(ledger)
        before = ledger.project(NetworkGrowth, at="2024-12")
        size = len(ledger)
        checkpoint = ledger.checkpoint(KEY)
        proof = ledger.prove(ledger.entry(1), checkpoint=checkpoint)

        entry = ledger.forget("contact", "c1", reason="asked to")

        assert (size + 1, "asked to") == (entry.seq, entry.event.reason)
        ledger.verify(since=checkpoint, public_key=KEY.public)
        assert 1 == verify(proof, checkpoint, KEY.public).seq
        after = ledger.project(NetworkGrowth, at="2024-12")
        told = json.dumps(before.to_dict()).replace("Jane zanzibar", "forgotten")
        assert json.loads(told) == after.to_dict()
        assert "forgotten" in str(ledger.project(KeepInTouch, at="2026-01"))
        shown = {(e.event.contact, e.event.name) for e in ledger.entries(types=[ContactMade])}
        assert {("c1", "forgotten"), ("c2", "Bob Builder")} == shown
        (held,) = ledger.entries(types=[InterviewHeld])
        assert ("forgotten", (), "good") == (held.event.remarks, held.event.marks, held.event.hint)
        ledger.verify()


def test_a_second_process_forgets_too(path):
    """What another program folded before is not what it answers afterwards."""
    with Ledger.open(path) as ledger, Ledger.open(path) as other:
        fill(ledger)
        amended = other.project(Names)
        assert ("Jane zanzibar", "Bob Builder") == amended
        long_ago = ledger.entry(len(ledger)).recorded_at
        ledger.forget("contact", "c1", reason="asked to")
        assert ("forgotten", "Bob Builder") == other.project(Names, known_at=long_ago)
        assert ("forgotten", "Bob Builder") == other.project(Names)


def test_snapshot_of_forgotten_data_is_dropped(path):
    with Ledger.open(path) as ledger, Ledger.open(path) as other:
        fill(ledger)
        ledger.record([ContactTouched(on="2024-07", contact="c2") for _ in range(1_500)])
        save = other.store.save

        def late(*arguments):
            ledger.forget("contact", "c1", reason="asked to")
            save(*arguments)

        other.store.save = late
        other.project(Names)
        assert [] == ledger.store._file.all("SELECT state FROM snapshot")
    assert [] == found_in(path.parent)


def test_each_ledger_of_a_store_forgets_by_itself(path):
    with closing(SQLiteStore(path)) as store:
        ada, bob = Ledger(store, name="ada"), Ledger(store, name="bob")
        ada.record(jane())
        bob.record(jane())
        ada.forget("contact", "c1", reason="asked to")
        assert "Jane Quixotic" == next(bob.entries()).event.name
        bob.verify()


def test_forgetting_twice_writes_once_unless_something_was_added():
    with Ledger.in_memory() as ledger:
        fill(ledger)
        first = ledger.forget("contact", "c1", reason="asked to")
        assert first == ledger.forget("contact", "c1", reason="again")
        ledger.record(ContactTouched(on="2024-09", contact="c1", note="zanzibar"))
        second = ledger.forget("contact", "c1", reason="again")
        assert second.seq == first.seq + 2
        ledger.verify()
        # Nothing to erase is a fact as well.
        ledger.record(ContactMade(on="2024", contact="c3", name="Eve"))
        ledger.forget("contact", "c3", reason="asked to")


def test_forgetting_what_the_ledger_does_not_know():
    with Ledger.in_memory() as ledger:
        fill(ledger)
        with pytest.raises(UnknownReferenceError):
            ledger.forget("contact", "c11", reason="asked to")
        with pytest.raises(UnknownReferenceError):
            ledger.export_subject("person", "c1")
        size = len(ledger)
        entry = ledger.forget("contact", "c2", reason="asked to")
        assert size + 1 == len(ledger)
        with pytest.raises(CorrectionError):
            ledger.void(entry.id, reason="no")
        branch = ledger.what_if([])
        with pytest.raises(StoreError):
            branch.forget("contact", "c1", reason="asked to")
        assert "Jane zanzibar" == next(
            e.event.name for e in ledger.entries(types=[ContactMade]) if e.event.contact == "c1"
        )


def test_someone_who_was_voided_can_be_forgotten(path):
    with Ledger.open(path) as ledger:
        entry = ledger.record(jane())
        ledger.void(entry.id, reason="never met")
        ledger.forget("contact", "c1", reason="asked to")
    assert [] == found_in(path.parent)


def test_all_that_is_held_about_a_person():
    with Ledger.in_memory() as ledger:
        fill(ledger)
        held = ledger.export_subject("contact", "c1")
        assert [1, *range(3, 18)] == [each["seq"] for each in held]
        assert "Jane Quixotic" == held[0]["event"]["name"]
        assert "Jane zanzibar" == held[-1]["event"]["event"]["event"]["name"]
        assert json.loads(json.dumps(held)) == held
        ledger.forget("contact", "c1", reason="asked to")
        told = json.dumps(ledger.export_subject("contact", "c1"))
        assert not any(secret in told for secret in SECRETS)
        assert "forgotten" in told


def test_a_reader_in_the_way_of_forgetting(path):
    """What another program still reads cannot be wiped; forgetting again does it."""
    import apsw

    with Ledger.open(path, timeout=0.05) as ledger:
        fill(ledger)
        reader = apsw.Connection(str(path))
        reader.execute("BEGIN")
        assert reader.execute("SELECT count(*) FROM entry").fetchall()
        with pytest.raises(LockedError):
            ledger.forget("contact", "c1", reason="asked to")
        assert "forgotten" == next(e.event.name for e in ledger.entries(types=[ContactMade]))
        assert [] != found_in(path.parent)
        reader.close()
        ledger.forget("contact", "c1", reason="asked to")
        assert [] == found_in(path.parent)


def test_triggers_protect_personal_data(path):
    import apsw

    with Ledger.open(path) as ledger:
        fill(ledger)
    connection = apsw.Connection(str(path))
    with pytest.raises(apsw.ConstraintError, match="only ever erased"):
        connection.execute(
            "UPDATE entry SET personal = CAST(personal || personal AS BLOB) WHERE seq = 1"
        )
    with pytest.raises(apsw.ConstraintError, match="only ever erased"):
        connection.execute("UPDATE entry SET personal = x'7b7d' WHERE personal IS NULL")
    with pytest.raises(apsw.ConstraintError, match="never changed"):
        connection.execute("UPDATE entry SET leaf = x'00'")
    connection.close()


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE entry SET personal = NULL WHERE seq = 1",
        "UPDATE entry SET personal = substr(personal, 1, instr(personal, x'0a') - 1) WHERE seq = 1",
        "UPDATE entry SET personal = CAST('x' AS BLOB) WHERE seq = 1",
        """UPDATE entry SET personal = CAST('{"field":"name"}' AS BLOB) WHERE seq = 1""",
        """
        UPDATE entry
        SET personal = CASE WHEN seq > 1 THEN substr(personal, 1, instr(personal, x'0a') - 1) END
        WHERE seq = 1 OR instr(personal, x'0a') > 0
        """,
    ],
)
def test_verify_sees_what_is_missing_or_other(path, sql):
    """Unless someone was forgotten, nothing may be missing; and never may anything be other."""
    import apsw

    with Ledger.open(path) as ledger:
        fill(ledger)
        ledger.forget("contact", "c2", reason="asked to")
    connection = apsw.Connection(str(path))
    connection.execute(sql)
    connection.close()
    with Ledger.open(path) as ledger, pytest.raises(DamagedError, match="#1 "):
        ledger.verify()


def test_what_a_proof_discloses(path):
    with Ledger.open(path) as ledger:
        fill(ledger)
        checkpoint = ledger.checkpoint(KEY)
        closed = verify(ledger.prove(ledger.entry(1)), checkpoint, KEY.public)
        assert ("name", "note") == closed.withheld
        assert {"name", "note"}.isdisjoint(closed.entry["event"])
        proof = ledger.prove(ledger.entry(1), disclose=True)
        shown = verify(str(proof), checkpoint, KEY.public)
        assert () == shown.withheld
        assert "Jane Quixotic" == shown.entry["event"]["name"]
        amended = verify(ledger.prove(ledger.entry(17), disclose=True), checkpoint, KEY.public)
        assert "Jane zanzibar" == amended.entry["event"]["event"]["event"]["name"]
        some = attrs.evolve(proof, disclosures=proof.disclosures.split(b"\n")[1])
        assert ("name",) == verify(some, checkpoint, KEY.public).withheld
        for at in range(len(proof.disclosures) * 8):
            changed = bytearray(proof.disclosures)
            changed[at // 8] ^= 1 << at % 8
            with pytest.raises(ProofError):
                verify(attrs.evolve(proof, disclosures=bytes(changed)), checkpoint, KEY.public)
        twice = proof.disclosures + b"\n" + proof.disclosures
        with pytest.raises(ProofError):
            verify(attrs.evolve(proof, disclosures=twice), checkpoint, KEY.public)
        ledger.forget("contact", "c1", reason="asked to")
        assert ("name", "note") == verify(
            ledger.prove(ledger.entry(1), checkpoint=checkpoint, disclose=True),
            checkpoint,
            KEY.public,
        ).withheld


load_catalogue()
TELLING = [cls for cls in catalogue if issubclass(cls, Action) and cls.__event__.personal]


@pytest.mark.parametrize("cls", TELLING, ids=lambda cls: cls.__name__)
@given(st.data())
@settings(max_examples=60)
def test_what_is_sealed_is_read_back_and_forgotten(cls, data):
    """For any event: with what is beside it, it is what it was; without, no value of it is left."""
    entry = entry_of(data.draw(events(cls)))
    body, beside = codec.seal(entry, salt)
    readers = (codec.decode, strict.decode, parse_entry)
    assert [entry] * 3 == [read(entry.seq, body, beside) for read in readers]
    whole = codec.encode(entry)
    assert [entry] * 3 == [read(entry.seq, whole) for read in readers]
    if beside is None:
        assert whole == body
        return
    told = read_disclosures(beside, json.loads(body)["personal"])
    forgotten = codec.decode(entry.seq, body).event
    for name, field in cls.__event__.personal.items():
        value, subject = getattr(entry.event, name), getattr(entry.event, field.subject)
        if name in told:
            assert subject is not None
            assert f"{field.kind}:{subject}" == told[name]["subject"]
            assert field.forgotten == getattr(forgotten, name)
        else:
            assert subject is None or value == field.default
            assert value == getattr(forgotten, name)
    for other in attrs.fields(cls):
        if other.name not in told:
            assert getattr(entry.event, other.name) == getattr(forgotten, other.name)
    # Once more, and the salts are others: nobody can compare.
    again, _ = codec.seal(entry, salt)
    hashes, anew = json.loads(body)["personal"], json.loads(again)["personal"]
    assert hashes.keys() == anew.keys()
    assert not set(hashes.values()) & set(anew.values())


@pytest.mark.parametrize("amended", [False, True])
def test_sealed_bytes_are_read_quickly_at_the_door_too(amended, monkeypatch):
    entry = entry_of(EntryAmended(target="x", event=jane(), reason="r") if amended else jane())
    body, beside = codec.seal(entry, salt)
    for module in (codec, strict):
        monkeypatch.setattr(module, "parse_entry", None)
    assert entry == codec.decode(1, body, beside) == strict.decode(1, body, beside)
    forgotten = codec.decode(1, body)
    assert forgotten == strict.decode(1, body)
    assert "Quixotic" not in repr(forgotten)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (b'"personal":{', b'"other":{', "other"),
        (
            b'"personal":{',
            b'"personal":{"nam":"0",',
            r"\$.personal.nam$",
        ),
        (
            b'"personal":{',
            b'"personal":{"on":5,',
            r"\$.personal.on$",
        ),
        (b'"event":{', b'"event":{"x":1,', "unknown x"),
        (
            b'"event":{',
            b'"event":{"contact":"jane",',
            r"\$\.event\.contact$",
        ),
    ],
)
def test_sealed_bytes_that_are_no_entry(old, new, told):
    body, beside = codec.seal(entry_of(jane()), salt)
    with pytest.raises(CodecError, match=told):
        strict.decode(1, body.replace(old, new, 1), beside)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda beside: beside.replace(b"}", b',"x":1}', 1), r", at \$$"),
        (lambda beside: beside.replace(b'"salt"', b'"slat"', 1), "salt"),
        (lambda beside: beside.replace(b'"field":"name"', b'"field":"kind"'), r"\$\.personal$"),
        (
            lambda beside: beside.replace(b'"field":"name"', b'"field":7'),
            r" 7 .*\$\.personal$",
        ),
        (lambda beside: beside + b"\n" + beside, r"\$\.personal$"),
        (lambda beside: beside.replace(b'"value"', b'"value":"x","value"', 1), "twice"),
        (lambda beside: b"", "not JSON"),
        (lambda beside: beside.replace(b'"Jane Quixotic"', b"7"), r"\$.event.name"),
        (lambda beside: beside.replace(b'{"field"', b'{"subject":"x","field"'), "twice"),
    ],
)
def test_what_is_beside_an_entry_is_read_strictly(change, told):
    body, beside = codec.seal(entry_of(jane()), salt)
    with pytest.raises(CodecError, match=told):
        strict.decode(1, body, change(beside))


def test_something_beside_an_entry_that_has_no_hashes():
    with pytest.raises(CodecError):
        strict.decode(1, codec.encode(entry_of(jane())), b"{}")


@pytest.mark.parametrize(
    "fields",
    [
        {"f": Annotated[int, personal(subject="who")]},
        {"f": tuple[Annotated[str, personal(subject="who")], ...]},
        {"f": Annotated[str, Refers.to("role"), personal(subject="who")]},
        {"f": Annotated[str, personal(subject="on")]},
        {"f": Annotated[str, personal(subject="nobody")]},
        {"f": Annotated[str, personal(subject="many")]},
        {"f": Annotated[str, personal(subject="either")]},
    ],
)
def test_marks_that_cannot_be_kept(fields):
    made = type(
        "Made",
        (Action,),
        {
            "__annotations__": {
                "who": Annotated[str, Introduces("contact")],
                "many": tuple[Annotated[str, Refers.to("contact")], ...],
                "either": Annotated[str, Refers.to("contact", "role")],
                **fields,
            }
        },
    )
    with pytest.raises(DefinitionError, match="personal field f"):
        event("tests.personal.made")(made)


def test_catalogue_fields_carry_their_marks():
    assert {
        "ContactMade": {"name", "note"},
        "ContactTouched": {"note"},
        "ContactUpdated": {"title", "note"},
        "HelpGiven": {"what", "note"},
        "RecognitionReceived": {"text", "note"},
    } == {
        cls.__name__: set(cls.__event__.personal)
        for cls in catalogue
        if cls.__module__.startswith("careerledger.") and cls.__event__.personal
    }


@event("tests.secret.told")
class SecretTold(Action):
    """Of a class that the quick reader cannot read."""

    who: Annotated[str, Refers.to("contact")]
    secret: Annotated[str, personal(subject="who")]

    def __attrs_post_init__(self):
        pass


@pytest.mark.parametrize(
    ("event_", "field", "value", "told"),
    [
        (
            jane(),
            "note",
            "x" * codec.MAX_BYTES,
            "bytes",
        ),
        (
            SecretTold(on="2024", who="c1", secret="zanzibar"),
            "secret",
            7,
            r"\$\.event\.secret",
        ),
        (
            SecretTold(on="2024", who="c1", secret="zanzibar"),
            "evidence",
            frozenset("u"),
            "evidence",
        ),
    ],
)
def test_what_would_be_read_back_otherwise_is_not_written(event_, field, value, told):
    entry = entry_of(event_.replace())
    object.__setattr__(entry.event, field, value)  # past the rules of the class
    with pytest.raises(CodecError, match=told):
        codec.seal(entry, salt)


def test_class_without_fast_codec_is_sealed():
    for secret in ("y", "zanzibar"):
        entry = entry_of(SecretTold(on="2024", who="c1", secret=secret))
        body, beside = codec.seal(entry, salt)
        assert b"zanzibar" not in body
        assert entry == codec.decode(entry.seq, body, beside) == strict.decode(1, body, beside)
        assert "forgotten" == codec.decode(entry.seq, body).event.secret


def test_unwritable_event_fails_before_sealing():
    def broken():
        raise ValueError("no salt")

    with pytest.raises(CodecError, match="no salt"):
        codec.seal(entry_of(jane()), broken)


def test_unknown_amendment_has_no_personal_data():
    from careerledger.events import UnknownEvent

    unknown = UnknownEvent(on="2024", type="a.b", version=1, fields="{}")
    assert redact(EntryAmended(target="1", event=unknown, reason="x"), salt) is None


@pytest.mark.parametrize("event_", ["7", '{"event":7}', '{"event":{"event":7}}'])
def test_sealed_bytes_without_an_event(event_):
    body = (
        '{"id":"1","type":"entry.amended","version":1,"recorded_at":"2024-05-06T07:08:09Z",'
        '"key":null,"source":null,"batch":null,'
        f'"event":{event_},"personal":{{"name":"0"}}}}'
    ).encode()
    with pytest.raises(CodecError, match="event"):
        strict.decode(1, body)


def test_what_another_program_wrote_about_a_person_is_exported(path):
    with Ledger.open(path) as ledger:
        ledger.record(jane())
        write_as_another_program(ledger)
        ledger.verify()
        assert [1, 2] == [each["seq"] for each in ledger.export_subject("contact", "c1")]
        # What it says of a person is erased all the same.
        ledger.forget("contact", "c1", reason="asked to")
        ledger.verify()
        assert [] == found_in(path.parent)
        assert [] == Ledger.recover(path, path.with_name("b.ledger"))
        with Ledger.open(path.with_name("b.ledger")) as saved:
            assert ledger.root() == saved.root()


def test_whom_forgetting_would_not_find_is_not_taken_over(path):
    """Of an event that this program does not know, the file says whom it names."""
    with Ledger.open(path) as ledger:
        ledger.record(jane())
        write_as_another_program(ledger, introduces=None)
        with pytest.raises(DamagedError, match="entry #2"):
            ledger.verify()
        ledger.export_jsonl(path.with_name("a.jsonl"))
    with pytest.raises(ForeignFileError, match=r"line 3 .* contact:c1"):
        Ledger.in_memory().import_jsonl(path.with_name("a.jsonl"))
    assert [] == Ledger.recover(path, path.with_name("b.ledger"))
    with Ledger.open(path.with_name("b.ledger")) as saved:
        saved.verify()
        saved.forget("contact", "c1", reason="asked to")
        assert all(row.personal is None for row in saved.store.rows("career", Query()))


def test_a_branch_forgets_only_what_is_its_own():
    with Ledger.in_memory() as ledger:
        branch = ledger.what_if([jane()])
        branch.forget("contact", "c1", reason="asked to")
        assert "forgotten" == next(branch.entries()).event.name
        branch.verify()


def test_forgetting_a_thing_is_only_logged():
    from careerledger.events import RoleStarted

    with Ledger.in_memory() as ledger:
        ledger.record(RoleStarted(on="2024", role="r", organisation="Acme", title="Lead"))
        assert 2 == ledger.forget("role", "r", reason="why not").seq
        assert "Acme" in str(list(ledger.entries()))
        ledger.verify()


def test_import_does_not_bring_a_forgotten_name_back():
    draft = Draft(ContactMade(on="2020", contact="c", name="Zebulon", kind="peer"), "book:1")
    ledger = Ledger.in_memory()
    ledger.record(draft)
    ledger.forget("contact", "c", reason="asked")
    with pytest.warns(ForgottenWarning, match="book:1"):
        again = ledger.record(draft)
    assert ("forgotten", 2) == (again.event.name, len(ledger))

    changed = Draft(draft.event.replace(kind="mentor"), draft.key)
    with pytest.warns(ForgottenWarning):
        ledger.record(changed, amend="the book says otherwise")
    (contact,) = ledger.entries()
    assert ("forgotten", "mentor") == (contact.event.name, contact.event.kind)
    assert "Zebulon" not in repr(list(ledger))

    with pytest.warns(ForgottenWarning):
        ledger.record(ContactUpdated(on="2021", contact="c", title="Zebulon"), key="book:2")
    assert "Zebulon" not in repr(list(ledger))
    ledger.record(ContactUpdated(on="2021", contact="c", title="Zebulon"))
    assert "Zebulon" in repr(list(ledger))  # somebody said so


@pytest.mark.parametrize("where", ["memory", "file"])
def test_branch_made_before_forgets_too(tmp_path, where):
    ledger = Ledger.in_memory() if where == "memory" else Ledger.open(tmp_path / "ada.ledger")
    with ledger:
        contact = ledger.record(ContactMade(on="2020", contact="c", name="Zebulon"))
        ledger.record(ContactTouched(on="2021", contact="c"))
        ledger.amend(contact.id, contact.event.replace(note="Zebulon of Oslo"), reason="more")
        branch = ledger.what_if(ContactTouched(on="2022", contact="c"))
        branch_of_it = branch.what_if(ContactTouched(on="2023", contact="c"))
        for one in (branch, branch_of_it):
            assert "Zebulon" in repr([*one.entries(), one.project(NetworkGrowth, Names)])
        ledger.forget("contact", "c", reason="asked")
        for one in (branch_of_it, branch):
            assert "Zebulon" not in repr([*one.entries(), one.project(NetworkGrowth, Names)])
