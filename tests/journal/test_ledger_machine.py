"""The whole ledger, on a file with two connections, against a plain list."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from careerledger import Ledger, projections
from careerledger.errors import ConflictError, CorrectionError, UnknownEntryError
from careerledger.events import Action
from careerledger.projections import (
    Projection,
    fold,
    on,
    projection,
)
from careers import TODAY, Clock, facts, law

pytestmark = pytest.mark.no_cover  # with coverage it takes twice as long


@projection("test.order")
class Order:
    """The order in which a fold saw things."""

    seen: list[str] = []

    @on(Action)
    def see(self, event: Action) -> None:
        self.seen.append(repr(event))

    def view(self, at: object) -> tuple[str, ...]:
        return tuple(self.seen)


class LedgerMachine(RuleBasedStateMachine):
    """The model is a list with one item for each entry: a fact, None once voided, or a mark."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "a.ledger"
        self.clock = Clock()
        self.model: list[Action | str | None] = []
        self.ids: dict[int, str] = {}
        self.past: list[tuple[object, list[Action | str | None]]] = []
        self.ledgers = [self.opened(), self.opened()]

    def opened(self) -> Ledger:
        return Ledger.open(self.path, strict=False, clock=self.clock)

    @initialize()
    def start(self) -> None:
        assert 0 == len(self.ledgers[0])

    def facts_in(self, model: list[Action | str | None]) -> list[Action]:
        numbered = [(fact.on, n, fact) for n, fact in enumerate(model) if isinstance(fact, Action)]
        return [fact for _, _, fact in sorted(numbered, key=lambda item: item[:2])]

    def target(self, data: st.DataObject) -> int:
        return data.draw(st.sampled_from(sorted(self.ids)))

    @rule(which=st.integers(0, 1), new=st.lists(facts, max_size=3), expect=st.booleans())
    def record(self, which: int, new: list[Action], expect: bool) -> None:
        expected = {"expect": len(self.model)} if expect else {}
        for entry in self.ledgers[which].record(new, **expected):
            self.model.append(entry.event)
            self.ids[entry.seq - 1] = entry.id
        if expect:
            with pytest.raises(ConflictError):
                self.ledgers[which].record(new, expect=len(self.model) + 1)

    @precondition(lambda self: self.ids)
    @rule(which=st.integers(0, 1), data=st.data())
    def void(self, which: int, data: st.DataObject) -> None:
        number = self.target(data)
        if self.model[number] is None:
            with pytest.raises(CorrectionError):
                self.ledgers[which].void(self.ids[number], reason="again")
            return
        correction = self.ledgers[which].void(self.ids[number], reason="wrong")
        self.model[number] = None
        self.model.append("void")
        with pytest.raises(CorrectionError):
            self.ledgers[which].void(correction.id, reason="a void cannot be voided")

    @precondition(lambda self: self.ids)
    @rule(which=st.integers(0, 1), data=st.data(), event=facts)
    def amend(self, which: int, data: st.DataObject, event: Action) -> None:
        number = self.target(data)
        if self.model[number] is None:
            with pytest.raises(CorrectionError):
                self.ledgers[which].amend(self.ids[number], event, reason="too late")
            return
        self.ledgers[which].amend(self.ids[number], event, reason="typo")
        self.model[number] = event
        self.model.append("amendment")

    @rule(which=st.integers(0, 1))
    def reopen(self, which: int) -> None:
        self.ledgers[which].close()
        self.ledgers[which] = self.opened()

    @rule()
    def remember(self) -> None:
        self.past.append((self.clock.now, list(self.model)))

    @precondition(lambda self: self.past)
    @rule(which=st.integers(0, 1), data=st.data())
    def ask_what_was_known(self, which: int, data: st.DataObject) -> None:
        instant, model = data.draw(st.sampled_from(self.past))
        seen = self.ledgers[which].project(Order, at=TODAY, known_at=instant)
        assert tuple(map(repr, self.facts_in(model))) == seen

    @rule(
        which=st.integers(0, 1),
        asked=st.sampled_from(projections.LIBRARY).map(lambda name: getattr(projections, name)),
        at=st.dates(TODAY.replace(year=2018), TODAY),
    )
    def project(self, which: int, asked: type[Projection[object]], at: object) -> None:
        ledger = self.ledgers[which]
        assert fold(asked, ledger.entries(), at) == ledger.project(asked, at=at)

    @rule(which=st.integers(0, 1), at=st.dates(TODAY.replace(year=2018), TODAY))
    def project_order(self, which: int, at: object) -> None:
        happened = [fact for fact in self.facts_in(self.model) if fact.on.first_day <= at]
        assert tuple(map(repr, happened)) == self.ledgers[which].project(Order, at=at)

    @rule(which=st.integers(0, 1))
    def correct_what_is_not_there(self, which: int) -> None:
        with pytest.raises(UnknownEntryError):
            self.ledgers[which].void("no such id", reason="typo")

    @invariant()
    def both_connections_show_the_model(self) -> None:
        for ledger in self.ledgers:
            assert len(self.model) == len(ledger)
            assert self.facts_in(self.model) == [entry.event for entry in ledger.entries()]
        assert list(range(1, len(self.model) + 1)) == [entry.seq for entry in self.ledgers[0]]

    def teardown(self) -> None:
        self.ledgers[0].verify()
        for ledger in self.ledgers:
            ledger.close()
        self.folder.cleanup()


TestLedgerMachine = LedgerMachine.TestCase
TestLedgerMachine.settings = settings(law, stateful_step_count=20)
