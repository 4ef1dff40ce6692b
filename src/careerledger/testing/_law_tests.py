"""``laws``: a test class for a projection, with one test per law."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar, Final, cast
from unittest import SkipTest

from hypothesis.strategies import SearchStrategy, tuples

from careerledger.answers.explanation import Measure
from careerledger.dates import DateLike, as_of
from careerledger.errors import DefinitionError
from careerledger.events import Action, load_catalogue
from careerledger.projections import Projection
from careerledger.projections.base import meta_of
from careerledger.testing._byte_values import Pools
from careerledger.testing._career_builder import CareerOptions, FieldStrategies, with_introducers
from careerledger.testing._career_strategies import event_classes
from careerledger.testing._careers import Career, Step, event_as_code
from careerledger.testing._cases import Case, cases
from careerledger.testing._code_constants import constants_of
from careerledger.testing._errors import InapplicableError, ViolationError
from careerledger.testing._event_strategies import checked_fields, events as events_of, facts
from careerledger.testing._field_shapes import fields_of
from careerledger.testing._hidden_state import HiddenState
from careerledger.testing._law_runner import (
    MAX_CASES,
    MAX_CASES_OF_FIRST_LAW,
    LawBroken,
    NotShown,
    check_law,
    is_fatal,
    missing_evidence,
    run_cases,
)
from careerledger.testing._laws import (
    FIRST_LAW,
    LAWS,
    Downgrade,
    Law,
    Subject,
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
_ODD: Final = 64
"""Of 256 careers for a law, how many have texts that often break programs."""
Strategies = Mapping[type[Action] | str, SearchStrategy[Any] | Mapping[str, SearchStrategy[Any]]]
"""Strategies for fields; see ``laws``."""
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
    words: Iterable[str] = (),
    numbers: Iterable[float | Decimal] = (),
    strategies: Strategies | None = None,
    waived: Mapping[str, str] | None = None,
) -> type["ProjectionLaws"]:
    """Return a test class that tests the laws of projections, one test per law.

    It runs under pytest, pytest-xdist and unittest: ``TestHackathons = laws(Hackathons)``. Each law
    is tested on as many careers as Hypothesis's setting ``max_examples``, on more if these are too
    little evidence. Texts and numbers of careers come from the projection's own code too, so that
    one that looks for something definite finds it. If a step raises, or no career changes the view,
    one test fails and the others are skipped.

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
        words: Texts that the projection looks for, besides those in its code.
        numbers: Numbers that it compares with, besides those in its code.
        strategies: Strategies of Hypothesis for fields that the kit cannot fill by itself, such as
            those with a ``Predicate``: by event class and field,
            ``{HackathonWon: {"code": st.from_regex("[A-Z]{3}")}}``, or by the name of a field in
            any class. In place of the fields, the strategy of a whole event may be named.
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
        pools=Pools(
            constants=constants_of(projection),
            more_words=tuple(words),
            more_numbers=tuple(numbers),
        ),
        strategies=_field_strategies(strategies or {}),
        rises_with=rising,
        old_versions={cls: dict(versions) for cls, versions in (old_versions or {}).items()},
    )
    name = projection.__name__
    return ProjectionLaws.new_class(
        f"Test{name}", f"The laws of {name}.", ALL_LAWS, waived or {}, subject=subject
    )


def _field_strategies(strategies: Strategies) -> FieldStrategies:
    """Return the strategies by what they are for; DefinitionError if a key is neither."""
    by_class: dict[type[Action], Mapping[str, Any]] = {}
    by_name: dict[str, Any] = {}
    whole: dict[type[Action], Any] = {}
    for key, value in cast("Mapping[Any, Any]", strategies).items():
        if isinstance(key, str) and isinstance(value, SearchStrategy):
            by_name[key] = value
        elif isinstance(value, SearchStrategy):
            whole[event_classes([key])[0]] = value
        elif isinstance(value, Mapping):
            (cls,) = event_classes([key])
            by_class[cls] = checked_fields(cls, cast("Mapping[str, Any]", value))
        else:
            raise DefinitionError(
                f"strategies= has {value!r} for {key!r}; write "
                '{SomeEvent: {"field": strategy}} or {"field": strategy}'
            )
    return FieldStrategies(by_class, by_name, whole)


class ProjectionLaws(LawTests):
    """The base of the classes that ``laws`` returns; each test is a law."""

    subject: ClassVar[Subject]
    _first_outcome: ClassVar[tuple[Exception | None] | None] = None
    """What the test of the first law raised, once it is known."""

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
        __tracebackhide__ = True
        hidden_state = HiddenState(cls.subject.projection)
        try:
            check_law(LAWS[law], cls.subject, case, cls)
        except InapplicableError:
            return
        except LawBroken as broken:
            raise broken.with_traceback(None) from broken.raised
        finally:
            hidden_state.restore()

    def _test(self, law: Law) -> None:
        __tracebackhide__ = True
        if law.name == FIRST_LAW:
            problem = self._outcome_of_first_law()
            if problem is not None:
                raise problem.with_traceback(None)
            return
        reason = law.not_applicable(self.subject) or self._reason_to_wait()
        if reason is not None:
            self.skipTest(reason)
        try:
            self._run_law(law)
        except LawBroken as broken:
            raise broken.with_traceback(None) from broken.raised

    @classmethod
    def _outcome_of_first_law(cls) -> Exception | None:
        """Test the first law, once for all tests of the class."""
        if cls._first_outcome is None:
            try:
                cls._run_law(LAWS[FIRST_LAW])
            except (LawBroken, NotShown) as problem:
                cls._first_outcome = (problem,)
            else:
                cls._first_outcome = (None,)
        return cls._first_outcome[0]

    @classmethod
    def _reason_to_wait(cls) -> str | None:
        """Return why another law need not be tested before the first one's test passes."""
        if FIRST_LAW in cls.waived:
            return None
        problem = cls._outcome_of_first_law()
        name = cls.subject.projection.__name__
        if isinstance(problem, NotShown):
            return f"no career changes the view of {name}; see the failure of test_{FIRST_LAW}"
        if isinstance(problem, LawBroken) and problem.raised is not None:
            kind = type(problem.raised).__name__
            return f"{name} raises {kind} on a career; see the failure of test_{FIRST_LAW}"
        return None

    @classmethod
    def _run_law(cls, law: Law) -> None:
        subject = cls.subject
        options: dict[str, Any] = {
            "kinds": subject.career_events,
            "wild": _WILD,
            "odd": _ODD,
            "pools": subject.pools,
            "strategies": subject.strategies,
        }
        strategy = cases(
            CareerOptions(**options | law.careers), needs=law.needs, added=subject.rises_with
        )
        evidence = Counter[str]()
        reasons: dict[str, None] = {}

        def check(case: Case) -> None:
            try:
                evidence.update(check_law(law, subject, case, cls))
            except InapplicableError as reason:
                reasons[str(reason)] = None

        def missing(count: int) -> str | None:
            if law.without_evidence is not None or (reasons and not evidence):
                return None
            return missing_evidence(law, subject, evidence, count)

        max_cases = MAX_CASES_OF_FIRST_LAW if law.name == FIRST_LAW else MAX_CASES
        problem = run_cases(
            subject,
            law.name,
            strategy,
            check,
            missing=missing,
            max_examples=law.max_cases,
            max_cases=law.max_cases or max_cases,
        )
        if problem is not None and is_fatal(law, subject, evidence):
            raise NotShown(problem)
        if not evidence:
            reason = law.without_evidence or f"none of the careers is one where {law.evidence}"
            raise SkipTest(next(iter(reasons), reason))

    def test_events_survive_their_bytes(self) -> None:
        """An event equals its decoded bytes, and no part of it can be changed."""
        __tracebackhide__ = True

        def check(pair: tuple[Action, Action]) -> None:
            event, other = pair
            try:
                check_event_survives(event, other)
            except ViolationError as violation:
                code = PythonCode()
                call = event_as_code(event, code)
                source = "\n".join([*code.imports(), call])
                raise LawBroken(
                    f"{type(event).__name__} breaks the law events_survive_their_bytes: "
                    f"{self.test_events_survive_their_bytes.__doc__}\n\nFor the event below, "
                    f"{violation}\n\nFix: give its fields immutable types with a hash that compare "
                    f"by value, compare every part, and let no converter change a decoded "
                    f"value.\n\n{source}"
                ) from None

        subject = self.subject
        for cls in subject.events or consumed_classes(subject.projection):
            drawn = self._events_of(cls)
            run_cases(
                subject,
                f"events/{cls.__name__}",
                tuples(drawn, drawn),
                check,
                max_examples=_EVENTS_PER_CLASS,
                max_cases=_EVENTS_PER_CLASS,
            )

    @classmethod
    def _events_of(cls, event_class: type[Action]) -> SearchStrategy[Action]:
        """Return the events of a class, with the strategies that the user names."""
        strategies = cls.subject.strategies
        if event_class in strategies.whole:
            return cast("SearchStrategy[Action]", strategies.whole[event_class])
        names = [field.name for field in fields_of(cast("Any", event_class))]
        fields = {name: it for name, it in strategies.by_name.items() if name in names}
        return events_of(event_class, **fields | dict(strategies.by_class.get(event_class, {})))

    def test_every_event_counts(self) -> None:
        """Each event class in events= changes the view of at least one career."""
        subject = self.subject
        if not subject.events:
            self.skipTest("events= is empty")
        reason = self._reason_to_wait()
        if reason is not None:
            self.skipTest(reason)
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
                "Fix: give the projection a step for it, pass the texts and numbers that the step "
                "looks for as words=[...] and numbers=[...], or remove it from events=."
            )

        strategy = cases(
            CareerOptions(
                kinds=subject.own_events,
                corrected=0,
                pools=subject.pools,
                strategies=subject.strategies,
            )
        )
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
        __tracebackhide__ = True
        self._test(law)  # pyright: ignore[reportPrivateUsage]

    test.__name__ = f"test_{law.name}"
    test.__qualname__ = f"ProjectionLaws.test_{law.name}"
    test.__doc__ = law.text
    return test


for _law in LAWS.values():
    setattr(ProjectionLaws, f"test_{_law.name}", _test_of(_law))
