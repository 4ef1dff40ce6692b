"""``laws``: a test class for a projection, with one test per law."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar, Final

from careerledger.answers.explanation import Measure
from careerledger.dates import DateLike, as_of
from careerledger.errors import DefinitionError
from careerledger.events import Action, load_catalogue
from careerledger.projections import Projection
from careerledger.projections.base import meta_of
from careerledger.testing._career_builder import CareerOptions, with_introducers
from careerledger.testing._career_strategies import event_classes
from careerledger.testing._careers import Career, Step
from careerledger.testing._cases import Case, cases
from careerledger.testing._event_strategies import events as events_of, facts
from careerledger.testing._hidden_state import HiddenState
from careerledger.testing._law_runner import (
    LawBroken,
    NotShown,
    check_law,
    missing_evidence,
    run_cases,
)
from careerledger.testing._laws import (
    LAWS,
    Downgrade,
    Law,
    Subject,
    ViolationError,
    check_event_survives,
    consumed_classes,
    discard_events_that_count,
)
from careerledger.testing._python_code import PythonCode
from careerledger.testing._test_classes import LawTests, check_law_name

ALL_LAWS: Final = (*LAWS, "events_survive_their_bytes", "every_event_counts")
"""The names of all laws, in the order of the tests."""
_WILD: Final = 64
"""Of 256 careers for a law, how many are accepted only by a lenient ledger."""
_EVENTS_PER_CLASS: Final = 20
"""How many events of each class are encoded and decoded, at most."""
_MAX_CASES_FOR_EVENTS: Final = 2_000
"""After how many careers an event fails that changed no view. Some events change the view of one
career in a hundred, such as a course that serves a vision only through a goal set for it."""


def laws(
    projection: type[Projection[Any]],
    /,
    *,
    events: Iterable[type[Action]] = (),
    of: Measure | None = None,
    bounds: tuple[float, float] | None = None,
    rises_with: Iterable[type[Action]] = (),
    old_versions: Mapping[type[Action], Mapping[int, Downgrade]] | None = None,
    waived: Mapping[str, str] | None = None,
) -> type["ProjectionLaws"]:
    """Return a test class that tests the laws of projections, one test per law.

    It runs under pytest, pytest-xdist and unittest: ``TestHackathons = laws(Hackathons)``. Each law
    is tested on as many careers as Hypothesis's setting ``max_examples``. A law with too little
    evidence is tested on up to 600, and a declared event that changes no view on up to 2,000; then
    the test fails.

    Args:
        projection: A class made by ``@projection``.
        events: The events on which the view depends. Each must change the view of some career, and
            survive encoding and decoding. Default: the events that the projection has steps for,
            without that demand; for ``@on(Action)``, all events of the library.
        of: The number of the view for ``bounds`` and ``rises_with``: an attribute's name, or a
            function of the view. Default: its headline.
        bounds: The least and the greatest value of the number.
        rises_with: Event classes: one more event never lowers the number, and sometimes raises it.
        old_versions: For each declared event and older version, a function that converts the
            fields of the next version to that version, or returns None if that version cannot
            express them. The event's upcasts must undo it.
        waived: The laws that the projection does not keep, each with the reason; their tests are
            skipped with it.

    Raises:
        DefinitionError: The projection is not one, the bounds are swapped, or a class or law does
            not exist.
    """
    meta = meta_of(projection)
    declared = event_classes(events) if (events := tuple(events)) else ()
    rising = event_classes(rises_with) if (rises_with := tuple(rises_with)) else ()
    own = [*declared, *rising, *consumed_classes(projection)]
    load_catalogue()  # so that the classes are known that introduce ids for these
    if bounds is not None and not bounds[0] <= bounds[1]:
        raise DefinitionError(f"bounds={bounds!r} are swapped; pass the least value first")
    subject = Subject(
        projection=projection,
        events=declared,
        career_events=with_introducers([*own, *(facts() if meta.consumes_everything else ())]),
        own_events=with_introducers(own),
        of=of,
        bounds=bounds,
        rises_with=rising,
        old_versions={cls: dict(versions) for cls, versions in (old_versions or {}).items()},
    )
    name = projection.__name__
    return ProjectionLaws.new_class(
        f"Test{name}", f"The laws of {name}.", ALL_LAWS, waived or {}, subject=subject
    )


class ProjectionLaws(LawTests):
    """The base of the classes that ``laws`` returns; each test is a law."""

    subject: ClassVar[Subject]

    @classmethod
    def check(
        cls,
        law: str,
        career: Iterable[Step],
        /,
        *,
        at: DateLike,
        order: Sequence[int] = (),
        known: int = 0,
        added: Action | None = None,
    ) -> None:
        """Check one law on one career, as the message of a failure prints it.

        Args:
            law: The name of the law, such as ``"void"``.
            career: The events and corrections in recording order; see ``Career``.
            at: The date of the question.
            order: Another order of recording, by entry number.
            known: How many entries were recorded when the question was asked first.
            added: One more event.

        Raises:
            LawBroken: The projection breaks the law.
            DefinitionError: No law has this name.
        """
        check_law_name(law, LAWS, "check()")
        case = Case(
            career=Career(career), at=as_of(at), order=tuple(order), known=known, added=added
        )
        hidden_state = HiddenState(cls.subject.projection)
        try:
            check_law(LAWS[law], cls.subject, case)
        finally:
            hidden_state.restore()

    def _test(self, law: Law) -> None:
        subject = self.subject
        reason = law.not_applicable(subject)
        if reason is not None:
            self.skipTest(reason)
        strategy = cases(
            CareerOptions(kinds=subject.career_events, wild=_WILD, **law.careers),
            needs=law.needs,
            added=subject.rises_with,
        )
        evidence = Counter[str]()

        def check(case: Case) -> None:
            evidence.update(check_law(law, subject, case))

        def missing(count: int) -> str | None:
            if law.without_evidence is not None:
                return None
            return missing_evidence(law, subject, evidence, count)

        problem = run_cases(subject, law.name, strategy, check, missing=missing)
        if law.without_evidence is not None and not evidence:
            self.skipTest(law.without_evidence)
        if problem is not None:
            raise NotShown(problem)

    def test_events_survive_their_bytes(self) -> None:
        """An event equals its decoded bytes, and no part of it can be changed."""

        def check(event: Action) -> None:
            try:
                check_event_survives(event)
            except ViolationError as violation:
                code = PythonCode()
                call = code.expression(event)
                source = "\n".join([*code.imports(), call])
                raise LawBroken(
                    f"{type(event).__name__} breaks the law events_survive_their_bytes: "
                    f"{self.test_events_survive_their_bytes.__doc__}\n\nFor the event below, "
                    f"{violation}\n\nFix: give its fields immutable types with a hash that compare "
                    f"by value, and let no converter change a decoded value.\n\n{source}"
                ) from violation

        subject = self.subject
        for cls in subject.events or consumed_classes(subject.projection):
            name = f"events/{cls.__name__}"
            run_cases(subject, name, events_of(cls), check, max_examples=_EVENTS_PER_CLASS)

    def test_every_event_counts(self) -> None:
        """Each event class in events= changes the view of at least one career."""
        subject = self.subject
        if not subject.events:
            self.skipTest("events= is empty")
        unseen = {cls.__name__ for cls in subject.events}

        def check(case: Case) -> None:
            if unseen:
                discard_events_that_count(subject, case, unseen)

        def missing(count: int) -> str | None:
            if not unseen:
                return None
            return (
                f"{', '.join(sorted(unseen))} never changed the view of "
                f"{subject.projection.__name__} in {count} careers.\n\n"
                "Fix: give the projection a step for it, or remove it from events=."
            )

        strategy = cases(CareerOptions(kinds=subject.own_events, corrected=0))
        problem = run_cases(
            subject,
            "every_event_counts",
            strategy,
            check,
            missing=missing,
            max_cases=_MAX_CASES_FOR_EVENTS,
        )
        if problem is not None:
            raise NotShown(problem)


def _test_of(law: Law) -> Callable[[ProjectionLaws], None]:
    def test(self: ProjectionLaws) -> None:
        self._test(law)  # pyright: ignore[reportPrivateUsage]

    test.__name__ = f"test_{law.name}"
    test.__qualname__ = f"ProjectionLaws.test_{law.name}"
    test.__doc__ = law.text
    return test


for _law in LAWS.values():
    setattr(ProjectionLaws, f"test_{_law.name}", _test_of(_law))
