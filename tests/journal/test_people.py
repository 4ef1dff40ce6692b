"""A person is forgotten under every id that the person had, and nobody else is."""

import warnings

import pytest
from hypothesis import settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from careerledger import Draft, Ledger
from careerledger.errors import ForgottenWarning
from careerledger.events import (
    ContactMade,
    ContactTouched,
    ContactUpdated,
    EntryAmended,
    HelpGiven,
)
from careerledger.stores import Query
from careers import Clock, law

IDS = ("a", "b", "c", "d")


class People(RuleBasedStateMachine):
    """Each secret has the number of its person in it; the model is who has which id when."""

    def __init__(self) -> None:
        super().__init__()
        self.ledger = Ledger.in_memory(clock=Clock())
        self.id_of: dict[int, str] = {}
        """The present id of each person who was not forgotten."""
        self.last_bearer: dict[str, int] = {}
        """The person who last had each id."""
        self.entries: dict[int, list[str]] = {}
        """The ids of the entries about each person."""
        self.met = 0
        self.secrets = 0

    def secret(self, person: int) -> str:
        self.secrets += 1
        return f"secret {self.secrets} of person {person}."

    def free(self) -> list[str]:
        return [id_ for id_ in IDS if id_ not in self.id_of.values()]

    def somebody(self, data: st.DataObject) -> int:
        return data.draw(st.sampled_from(sorted(self.id_of)))

    @precondition(lambda self: self.free())
    @rule(data=st.data())
    def meet(self, data: st.DataObject) -> None:
        self.met += 1
        id_ = data.draw(st.sampled_from(self.free()))
        event = ContactMade(on="2024", contact=id_, name=self.secret(self.met))
        self.entries[self.met] = [self.ledger.record(event).id]
        self.id_of[self.met] = id_
        self.last_bearer[id_] = self.met

    @precondition(lambda self: self.id_of)
    @rule(data=st.data(), kind=st.sampled_from([HelpGiven, ContactUpdated, ContactTouched]))
    def do(self, data: st.DataObject, kind: type) -> None:
        person = self.somebody(data)
        field = {HelpGiven: "what", ContactUpdated: "title", ContactTouched: "note"}[kind]
        event = kind(on="2024", contact=self.id_of[person], **{field: self.secret(person)})
        self.entries[person].append(self.ledger.record(event).id)

    @precondition(lambda self: self.id_of and self.free())
    @rule(data=st.data(), by_hand=st.booleans())
    def rename(self, data: st.DataObject, by_hand: bool) -> None:
        person, new = self.somebody(data), data.draw(st.sampled_from(self.free()))
        old = self.id_of[person]
        if by_hand:
            events = {entry.id: entry.event for entry in self.ledger.entries()}
            self.ledger.record(
                [
                    EntryAmended(target=id_, event=events[id_].replace(contact=new), reason="r")
                    for id_ in self.entries[person]
                    if id_ in events
                ]
            )
        else:
            self.ledger.rename("contact", old, new, reason="r")
        self.id_of[person] = new
        self.last_bearer[new] = person

    @precondition(lambda self: self.id_of)
    @rule(data=st.data())
    def amend(self, data: st.DataObject) -> None:
        person = self.somebody(data)
        entry = data.draw(st.sampled_from(list(self.ledger.entries())))
        if entry.id in self.entries[person]:
            self.ledger.amend(entry.id, entry.event.replace(note=self.secret(person)), reason="r")

    @precondition(lambda self: self.id_of)
    @rule(data=st.data())
    def void(self, data: st.DataObject) -> None:
        person = self.somebody(data)
        if len(self.entries[person]) > 1:  # not the one that introduces
            self.ledger.void(self.entries[person].pop(), reason="r")

    @precondition(lambda self: self.id_of)
    @rule(data=st.data())
    def forget(self, data: st.DataObject) -> None:
        person = self.somebody(data)
        names = [id_ for id_, last in self.last_bearer.items() if last == person]
        others = self.lines_without(person)

        self.ledger.forget("contact", data.draw(st.sampled_from(names)), reason="asked")

        assert others == self.lines_without(None)
        texts = f"{[*self.ledger, *self.ledger.entries()]}"
        assert f"of person {person}." not in texts
        for name in names:
            shown = f"{self.ledger.export_subject('contact', name)}"
            assert all(f"of person {other}." not in shown for other in range(self.met + 1))
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            self.entries[person].append(
                self.ledger.record(
                    HelpGiven(on="2024", contact=self.id_of[person], what="a letter"),
                    key=f"import:{self.secrets}:{len(self.ledger)}",
                ).id
            )
        assert [ForgottenWarning] == [each.category for each in caught]

    def lines_without(self, person: int | None) -> list[bytes]:
        rows = self.ledger.store.rows("career", Query(personal=True))
        lines = [line for row in rows for line in (row.personal or b"").split(b"\n")]
        secrets = [line for line in lines if b"of person " in line]
        return [line for line in secrets if f"of person {person}.".encode() not in line]

    def teardown(self) -> None:
        self.ledger.verify()


TestPeople = People.TestCase
TestPeople.settings = settings(law, stateful_step_count=15)


@pytest.mark.parametrize("name", ["jane", "jane-doe"])
def test_either_name_reaches_entries_under_both(tmp_path, name):
    path = tmp_path / "ada.ledger"
    with Ledger.open(path) as ledger:
        ledger.record(
            [
                ContactMade(on="2024", contact="jane", name="Quixotic"),
                HelpGiven(on="2024", contact="jane", what="Quixotic"),
            ]
        )
        ledger.rename("contact", "jane", "jane-doe", reason="married")
        ledger.record(HelpGiven(on="2024", contact="jane-doe", what="Quixotic"))
        assert 5 == len(ledger.export_subject("contact", name))

        forgotten = ledger.forget("contact", name, reason="asked")

        assert "Quixotic" not in f"{[*ledger, *ledger.entries()]}"
        assert forgotten == ledger.forget("contact", "jane", reason="asked again")
        assert forgotten == ledger.forget("contact", "jane-doe", reason="asked again")
        drafts = [Draft(ContactMade(on="2024", contact="jane", name="Quixotic"), "book:1")]
        with pytest.warns(ForgottenWarning):
            Ledger(ledger.store, strict=False).record(drafts)
        assert "Quixotic" not in f"{[*ledger, *ledger.entries()]}"
    assert b"Quixotic" not in path.read_bytes()


def test_who_has_a_former_id_now_is_someone_else():
    ledger = Ledger.in_memory(clock=Clock())
    ledger.record(ContactMade(on="2024", contact="jane", name="First"))
    ledger.rename("contact", "jane", "jane-doe", reason="two Janes")
    ledger.record(ContactMade(on="2024", contact="jane", name="Second"))

    ledger.forget("contact", "jane-doe", reason="asked")

    assert ["forgotten", "Second"] == [entry.event.name for entry in ledger.entries()]
    ledger.forget("contact", "jane", reason="asked")
    assert ["forgotten", "forgotten"] == [entry.event.name for entry in ledger.entries()]


def test_an_entry_that_was_about_another_person_is_erased_with_its_amendments():
    """What was noted of jane was about bob."""
    for forgotten in ("jane", "bob"):
        ledger = Ledger.in_memory(clock=Clock())
        ledger.record([ContactMade(on="2024", contact=id_, name=id_) for id_ in ("jane", "bob")])
        helped = ledger.record(HelpGiven(on="2024", contact="jane", what="with his move"))
        ledger.amend(helped.id, helped.event.replace(contact="bob"), reason="it was bob")

        ledger.forget("contact", forgotten, reason="asked")

        assert "his move" not in f"{[*ledger, *ledger.entries()]}"
        jane, bob, _ = ledger.entries()
        assert [forgotten == "jane", forgotten == "bob"] == [
            entry.event.name == "forgotten" for entry in (jane, bob)
        ]


def test_an_older_copy_forgets_whom_a_newer_export_forgot(tmp_path):
    with Ledger.open(tmp_path / "new.ledger") as new:
        new.record(ContactMade(on="2024", contact="jane", name="Quixotic"))
        new.backup(tmp_path / "old.ledger")
        new.rename("contact", "jane", "jane-doe", reason="married")
        new.forget("contact", "jane-doe", reason="asked")
        new.record(HelpGiven(on="2024", contact="jane-doe", what="stated again"))
        new.export_jsonl(tmp_path / "new.jsonl")
        with Ledger.open(tmp_path / "old.ledger") as old:
            assert "Quixotic" in f"{[*old]}"
            old.import_jsonl(tmp_path / "new.jsonl")
            assert [*new] == [*old]
            old.verify()
        assert b"Quixotic" not in (tmp_path / "old.ledger").read_bytes()
