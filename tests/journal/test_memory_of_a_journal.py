"""What a ledger remembers of its entries, and when it must not."""

import pytest

from careerledger import Ledger
from careerledger.errors import DamagedError, UnknownReferenceError
from careerledger.events import ContactMade, ContactTouched, CourseFinished, SkillPractised
from careerledger.projections import Learning, Skills
from careerledger.stores.memory import MemoryStore
from careerledger.stores.sqlite import SQLiteStore

COURSE = CourseFinished(on="2024", title="SQL", hours=8)


@pytest.fixture(params=["memory", "sqlite"])
def store(request, tmp_path):
    opened = MemoryStore() if request.param == "memory" else SQLiteStore(tmp_path / "ada.ledger")
    yield opened
    opened.close()


class FailsToCommit(MemoryStore):
    """Its next block fails when it ends."""

    failing = False

    def _check_whole(self):
        super()._check_whole()
        if self.failing:
            self.failing = False
            raise KeyboardInterrupt


def test_what_was_not_committed_hides_no_correction():
    store = FailsToCommit()
    ledger, other = Ledger(store), Ledger(store)
    entry = ledger.record(COURSE)
    store.failing = True
    with pytest.raises(KeyboardInterrupt):
        ledger.record(COURSE)
    other.void(entry.id, reason="never happened")

    assert [] == list(ledger.entries())
    assert 0 == ledger.project(Learning, at="2024").courses


def test_nothing_is_remembered_of_a_deleted_ledger(store):
    ledger = Ledger(store)
    ledger.record([SkillPractised(on="2024", skill="secret"), COURSE])
    entry = ledger.record(COURSE)
    ledger.void(entry.id, reason="twice")
    ledger.record(ContactMade(on="2024", contact="jane", name="Jane"))
    ledger.record(ContactTouched(on="2024", contact="jane"))
    assert ["secret"] == [skill.name for skill in ledger.project(Skills, at="2024").skills]
    store.delete(ledger.name)

    assert () == ledger.project(Skills, at="2024").skills
    with pytest.raises(UnknownReferenceError):
        ledger.record(ContactTouched(on="2024", contact="jane"))
    Ledger(store).record([SkillPractised(on="2024", skill="new") for _ in range(9)])
    assert ["new"] == [skill.name for skill in ledger.project(Skills, at="2024").skills]
    assert 9 == len(list(ledger.entries()))
    with pytest.raises(UnknownReferenceError):
        ledger.record(ContactTouched(on="2024", contact="jane"))


def test_who_was_voided_can_no_longer_be_referred_to(store):
    ledger = Ledger(store)
    made = ledger.record(ContactMade(on="2024", contact="jane", name="Jane"))
    ledger.record(ContactTouched(on="2024", contact="jane"))
    ledger.void(made.id, reason="someone else", cascade=True)

    with pytest.raises(UnknownReferenceError):
        ledger.record(ContactTouched(on="2024", contact="jane"))


def test_an_amendment_frees_the_id_that_it_changes(store):
    ledger = Ledger(store)
    made = ledger.record(ContactMade(on="2024", contact="jane", name="Jane"))
    ledger.amend(made.id, ContactMade(on="2024", contact="jane-doe", name="Jane"), reason="id")

    ledger.amend(made.id, ContactMade(on="2024", contact="jane-doe", name="Jo"), reason="name")
    ledger.record(ContactMade(on="2024", contact="jane", name="Another Jane"))
    ledger.record(ContactTouched(on="2024", contact="jane-doe"))


class HidesCorrections(MemoryStore):
    """It gives no rows without a date."""

    def rows(self, ledger, query, /):
        return [] if query.dated is False else super().rows(ledger, query)


def test_a_whole_history_without_its_corrections_is_no_history():
    store = HidesCorrections()
    ledger = Ledger(store)
    ledger.amend(ledger.record(COURSE).id, COURSE.replace(hours=7), reason="typo")

    with pytest.raises(DamagedError):
        list(ledger.entries())
