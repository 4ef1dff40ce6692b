"""``laws``: a test class for a projection, with one test for each law."""

import unittest
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from inspect import Parameter, Signature
from typing import Any, ClassVar, Final, cast

from hypothesis import Phase, given, settings, strategies as st
from hypothesis.errors import Flaky

from careerledger.answers.explanation import Measure
from careerledger.dates import DateLike, as_of
from careerledger.errors import DefinitionError
from careerledger.events import Action, load_catalogue
from careerledger.projections import Projection
from careerledger.projections.base import meta_of
from careerledger.testing._builder import CareerOptions, with_introducers
from careerledger.testing._careers import Career, Step, lines_of
from careerledger.testing._cases import Case, cases, without
from careerledger.testing._events import EVERY_CHECK, events as events_of, facts
from careerledger.testing._laws import (
    LAWS,
    Downgrade,
    Law,
    Subject,
    ViolationError,
    consumed_classes,
    event_survives,
    every_event_counts,
)
from careerledger.testing._memory import Memory
from careerledger.testing._shown import Code, module_of_caller
from careerledger.testing._strategies import event_classes


class LawBroken(AssertionError):  # noqa: N818 - it names what broke
    """A law does not hold; the message has the case as Python that can be pasted and run."""

    case: Case | None = None
    """What the law does not hold for."""


class NotShown(AssertionError):  # noqa: N818 - as above
    """A law was tried on too little to say that it holds."""


SHARE: Final = 50
"""One in so many careers must show something, else a law has not been shown."""


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
    """A test class that holds a projection to the laws of every projection, a test for each.

    It works under pytest, pytest-xdist and unittest: ``TestHackathons = laws(Hackathons)``. How
    many careers each law is tried on is Hypothesis's ``max_examples``. A law that was shown by
    too few of them is tried on more, up to 600, and fails if that does not help, as
    does a declared event that changed no view of up to 2,000.

    Args:
        projection: A class made by ``@projection``.
        events: The events that the view depends on; each must be seen to change it, and to
            survive its bytes. Default: those that the projection has steps for, of which none
            must; what ``@on(Action)`` takes is tried with every event of the library.
        of: Which number of the view the next two are about: the name of an attribute, or a
            function of the view. Default: its headline.
        bounds: The least and the greatest value that the number can have.
        rises_with: Events of which one more never lowers the number, and sometimes raises it.
        old_versions: How older versions of the declared events were written: for each, by
            version, the function that turns the fields of the next version into those of that
            one, or into None where it could not say them. The upcasts must undo it.
        waived: Laws that the projection does not keep, each with the reason; their tests are
            skipped with it.

    Raises:
        DefinitionError: The projection is none, or an argument names what is not there.
    """
    meta_of(projection)
    declared = event_classes(events) if (events := tuple(events)) else ()
    rising = event_classes(rises_with) if (rises_with := tuple(rises_with)) else ()
    steps = consumed_classes(projection)
    every = meta_of(projection).consumes_everything
    own = [*declared, *rising, *steps]
    load_catalogue()  # to know what introduces the ids that these refer to
    if bounds is not None and not bounds[0] <= bounds[1]:
        raise DefinitionError(f"bounds are {bounds!r}; give the least and the greatest value")
    waived = dict(waived or {})
    unknown = sorted(waived.keys() - _TESTS.keys())
    if unknown:
        raise DefinitionError(f"no law is called {unknown[0]!r}; there are {', '.join(_TESTS)}")
    subject = Subject(
        projection=projection,
        events=declared,
        kinds=with_introducers([*own, *(facts() if every else ())]),
        own=with_introducers(own),
        of=of,
        bounds=bounds,
        rises_with=rising,
        old_versions={cls: dict(steps) for cls, steps in (old_versions or {}).items()},
    )
    body: dict[str, Any] = {
        "__module__": module_of_caller(),
        "__doc__": f"The laws of {projection.__name__}.",
        "__test__": True,
        "subject": subject,
        "waived": waived,
    }
    return cast("type[ProjectionLaws]", type(f"Test{projection.__name__}", (ProjectionLaws,), body))


class ProjectionLaws(unittest.TestCase):
    """What ``laws`` makes; each test is a law."""

    __test__: ClassVar[bool] = False
    """Whether pytest collects it: what ``laws`` makes, wherever the base is imported to."""
    subject: ClassVar[Subject]
    waived: ClassVar[Mapping[str, str]]

    def setUp(self) -> None:
        """Skip the test of a law that is waived."""
        if not self.__test__:
            self.skipTest("laws(...) makes test classes of this one")
        name = self._testMethodName.removeprefix("test_")
        if name in self.waived:
            self.skipTest(self.waived[name])

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
        """Try one law on one career, as a counterexample is printed.

        Args:
            law: The name of the law, such as ``"void"``.
            career: What was recorded, in the order it was; see ``Career``.
            at: The date of the question.
            order: Another order of recording, by the numbers of the entries.
            known: How many entries were recorded when the question was asked first.
            added: An event that happened too.

        Raises:
            LawBroken: It does not hold.
        """
        if law not in LAWS:
            raise DefinitionError(f"no law is called {law!r}; there are {', '.join(LAWS)}")
        case = Case(
            career=Career(career), at=as_of(at), order=tuple(order), known=known, added=added
        )
        memory = Memory(cls.subject.projection)
        try:
            _check(LAWS[law], cls.subject, case)
        finally:
            memory.restore()

    def _try(self, law: Law) -> None:
        subject = self.subject
        reason = law.applies(subject)
        if reason is not None:
            self.skipTest(reason)
        options = CareerOptions(kinds=subject.kinds, wild=_WILD, **law.careers)
        strategy = cases(
            options,
            order="order" in law.needs,
            known="known" in law.needs,
            added=subject.rises_with if "added" in law.needs else (),
        )
        shown = Counter[str]()

        def too_little(tried: int) -> str | None:
            if law.unseen is not None:
                return None  # that nothing is shown is an answer, too
            return _too_little(law, subject, shown, tried)

        def check(case: Case) -> None:
            shown.update(_check(law, subject, case))

        lacking = _run(self, law.name, strategy, check, too_little=too_little)
        if law.unseen is not None and not shown:
            self.skipTest(law.unseen)
        if lacking is not None:
            raise NotShown(lacking)

    def test_events_survive_their_bytes(self) -> None:
        """An event comes back from its bytes as it was, and nothing in it can be changed."""
        subject = self.subject

        def survives(event: Action) -> None:
            try:
                event_survives(event)
            except ViolationError as violation:
                code = Code()
                call = code.of(event)
                raise LawBroken(
                    f"{type(event).__name__} does not survive its bytes.\n\n{violation}\n\n"
                    + "\n".join([*code.imports(), call])
                ) from violation

        for cls in subject.events or consumed_classes(subject.projection):
            _run(self, f"events/{cls.__name__}", events_of(cls), survives, most=_FEW)

    def test_every_event_counts(self) -> None:
        """Each declared event changes the view of some career, or the laws would show nothing."""
        subject = self.subject
        if not subject.events:
            self.skipTest("no events are declared that the view must depend on")
        missing = {cls.__name__ for cls in subject.events}

        def seek(case: Case) -> None:
            if missing:
                every_event_counts(subject, case, missing)

        def too_little(tried: int) -> str | None:
            if not missing:
                return None
            return (
                f"{', '.join(sorted(missing))} never changed the view of "
                f"{subject.projection.__name__} in {tried} careers; give the projection a step "
                "for it, or leave it out of events="
            )

        strategy = cases(CareerOptions(kinds=subject.own, often=0))
        lacking = _run(
            self,
            "every_event_counts",
            strategy,
            seek,
            too_little=too_little,
            patience=_PATIENCE,
        )
        if lacking is not None:
            raise NotShown(lacking)


_WILD: Final = 64
"""How many of 256 careers for a law are such as only a lenient ledger takes."""
_FEW: Final = 20
"""On how many events of each class their bytes are tried at most."""
_MOST: Final = 600
"""After how many careers a law that nothing showed is given up."""
_PATIENCE: Final = 2_000
"""After how many careers an event is given up that changed no view: some do in one of a hundred,
as where a course serves a vision only by a goal that was set for it."""
_TESTS: Final = {**LAWS, "events_survive_their_bytes": None, "every_event_counts": None}


def _test_of(law: Law) -> Callable[[ProjectionLaws], None]:
    def test(self: ProjectionLaws) -> None:
        self._try(law)  # pyright: ignore[reportPrivateUsage]

    test.__name__ = f"test_{law.name}"
    test.__qualname__ = f"ProjectionLaws.test_{law.name}"
    test.__doc__ = law.text
    return test


for _law in LAWS.values():
    setattr(ProjectionLaws, f"test_{_law.name}", _test_of(_law))


def _run(
    test: ProjectionLaws,
    name: str,
    strategy: st.SearchStrategy[Any],
    check: Callable[[Any], None],
    *,
    too_little: Callable[[int], str | None] = lambda _: None,
    most: int | None = None,
    patience: int = _MOST,
) -> str | None:
    """Check what a strategy draws.

    Args:
        test: The test that does it.
        name: What is checked.
        strategy: Draws what is checked.
        check: Raises LawBroken.
        too_little: Says why what was tried so far is too little; then more is drawn.
        most: How much is drawn at most where nothing is missing; default: ``max_examples``.
        patience: How much is drawn at most where something is.

    Returns:
        Why all that was drawn was too little, or None.
    """
    here = settings()
    memory = Memory(test.subject.projection)
    whose = f"{test.subject.projection.__module__}.{test.subject.projection.__qualname__}.{name}"
    tried = 0
    first: list[LawBroken] = []

    def run(case: Any) -> None:
        nonlocal tried
        tried += 1
        memory.restore()
        try:
            check(case)
        except LawBroken as broken:
            first.append(broken)
            raise

    wanted = here.max_examples if most is None else min(most, here.max_examples)
    lacking: str | None = None
    for start in range(0, max(wanted, patience), _AT_ONCE):
        lacking = too_little(tried) if start >= wanted else None
        if start >= wanted and lacking is None:
            break
        # Hypothesis knows a test by its signature, in its database and for its seed.
        run.__signature__ = Signature(  # type: ignore[attr-defined]
            [Parameter("case", Parameter.POSITIONAL_OR_KEYWORD, annotation=f"{whose} {start}")]
        )
        some = settings(
            here,
            deadline=None,
            report_multiple_bugs=False,
            max_examples=_AT_ONCE,
            phases=[phase for phase in here.phases if phase is not Phase.explain],
            suppress_health_check=EVERY_CHECK,
        )
        try:
            some(given(case=strategy)(run))()
        except LawBroken as broken:
            less = _with_less(broken, run)
            if less is broken:
                raise
            raise less from less.__cause__
        except Flaky as error:
            if not first:  # pragma: no cover - a strategy of one's own is flaky
                raise
            raise _not_again(first[0]) from error
        finally:
            memory.restore()
        if Phase.generate not in here.phases:  # pragma: no cover - old failures are tried alone
            return None
    return lacking


_AT_ONCE: Final = 10
"""How many cases Hypothesis is asked for at once. Of more it makes most by varying the others,
which says little new: of a hundred careers, fewer than twenty would have lengths of their own."""


def _with_less(broken: LawBroken, run: Callable[[Any], None]) -> LawBroken:
    """The same failure without the entries that it does not take.

    Hypothesis shrinks digits, of which days follow from days: what happens on a date of its own
    it may not be able to free from what came before.
    """
    number = 1
    while broken.case is not None and number <= len(broken.case.career):
        less = without(broken.case, number)
        number += 1
        if less is not None:
            try:
                run(less)
            except LawBroken as found:
                broken, number = found, 1
    return broken


def _not_again(first: LawBroken) -> LawBroken:
    """What is raised where the same case did not fail a second time."""
    broken = LawBroken(
        "The same career failed once and not again, so something remembers it that is no part of "
        "the state: look for class variables and module-level caches. It cannot be shrunk; this "
        f"is how it failed first:\n\n{first}"
    )
    broken.case = first.case
    return broken


def _check(law: Law, subject: Subject, case: Case) -> set[str]:
    """Hold a case to a law; returns what the case showed about it."""
    try:
        shown = law.check(subject, case)
        return {shown} if isinstance(shown, str) else shown or set()
    except Exception as error:
        name = subject.projection.__name__
        if isinstance(error, ViolationError):
            what = f"{name} breaks a law: {law.text}\n\n{error}"
        else:
            what = f"{name} fails: {type(error).__name__}: {error}"
        broken = LawBroken(f"{what}\n\n{_as_python(law, subject, case)}")
        broken.case = case
        raise broken from error


def _as_python(law: Law, subject: Subject, case: Case) -> str:
    """A test of this case alone."""
    code = Code()
    code.import_("careerledger.testing", "laws")
    said: dict[str, Any] = {
        "of": subject.of,
        "bounds": subject.bounds,
        "rises_with": subject.rises_with,
        "old_versions": subject.old_versions,
    }
    arguments = [code.class_(subject.projection)]
    arguments += [f"{name}={code.of(value)}" for name, value in said.items() if value]
    lines = lines_of(case.career.steps, code).replace("\n", "\n        ")
    more = {"order": list(case.order), "known": case.known, "added": case.added}
    given_ = "".join(f"        {name}={code.of(value)},\n" for name, value in more.items() if value)
    body = (
        f"def test_{law.name}_of_{_snake(subject.projection.__name__)}():\n"
        f"    laws({', '.join(arguments)}).check(\n"
        f'        "{law.name}",\n'
        f"        {lines},\n"
        f"        at={code.of(str(case.at))},\n{given_}"
        "    )\n"
    )
    return "\n".join([*code.imports(), "", "", body])


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).strip(
        "_"
    )


def _too_little(law: Law, subject: Subject, shown: Counter[str], tried: int) -> str | None:
    """Why a law has not been shown by what was tried, or None if it has."""
    name = subject.projection.__name__
    required = law.required(subject)
    least = 1 if required else max(1, tried // SHARE)
    count = shown.total()
    if count < least:
        return (
            f"only {count} of {tried} careers showed whether {name} keeps this law, where at "
            f"least {least} must: {law.text} A career shows something if {law.relevant}. "
            "Declare the events that the view depends on as events=[...]; if the law does not "
            f"apply, say why as waived={{{law.name!r}: '...'}}."
        )
    missing = [label for label in required if not shown[label]]
    if missing:
        return (
            f"no career showed anything about {', '.join(missing)} for {name}: {law.text} "
            f"A career shows something if {law.relevant}."
        )
    return None
