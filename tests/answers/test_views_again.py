"""Asking again when nothing was folded since."""

from datetime import date

from careerledger import Ledger
from careerledger.events import CourseFinished, RequestAnswered, RequestMade
from careerledger.projections import Goals, Ownership, on, projection


def test_view_of_an_unchanged_fold_is_the_same():
    with Ledger.in_memory() as ledger:
        ledger.record(CourseFinished(on="2024", title="A"))
        first = ledger.project(Goals, at="2025")

        assert first is ledger.project(Goals, at="2025")
        assert first.at != ledger.project(Goals, at="2026").at


def test_answer_that_may_be_changed_is_not_shared():
    @projection("test.titles")
    class Titles:
        titles: list[str] = []

        @on(CourseFinished)
        def add(self, event: CourseFinished) -> None:
            self.titles.append(event.title)

        def view(self, _at: date) -> list[str]:
            return list(self.titles)

    with Ledger.in_memory() as ledger:
        ledger.record(CourseFinished(on="2024", title="A"))
        ledger.project(Titles).clear()

        assert ["A"] == ledger.project(Titles)


def test_answers_belong_to_their_requests_in_any_order():
    with Ledger.in_memory() as ledger:
        first = RequestMade(on="2024-01", request="first", kind="raise", to="boss")
        ledger.record(first)
        ledger.project(Ownership)
        ledger.record(RequestMade(on="2024-03-01", request="second", kind="raise", to="boss"))
        ledger.record(RequestMade(on="2024-03-02", request="third", kind="raise", to="boss"))
        ledger.record(RequestAnswered(on="2024-03", request="third", outcome="granted"))

        open_ones = [request.request for request in ledger.project(Ownership).open_requests]
        assert ["first", "second"] == open_ones
