"""Test a law on many cases: draw them, collect evidence, shrink and report a failure."""

import sys
from collections import Counter
from collections.abc import Callable, Collection
from inspect import Parameter, Signature
from types import TracebackType
from typing import Any, Final

from hypothesis import Phase, given, settings, strategies as st
from hypothesis.errors import Flaky

from careerledger.testing._careers import event_as_code, steps_as_code
from careerledger.testing._cases import Case, without_entry
from careerledger.testing._errors import InapplicableError, ViolationError
from careerledger.testing._hidden_state import HiddenState
from careerledger.testing._laws import FIRST_LAW, Law, Subject
from careerledger.testing._python_code import PythonCode
from careerledger.testing._test_classes import quiet_settings
from careerledger.testing._view_text import EntryNames


class LawBroken(AssertionError):  # noqa: N818 - it names what broke
    """A law is broken; the message contains the case as Python that can be pasted and run."""

    case: Case | None = None
    """The smallest case found that breaks the law; None for a law of events."""
    raised: BaseException | None = None
    """What a step or view raised; None if the projection breaks a law without raising."""


class NotShown(AssertionError):  # noqa: N818 - as above
    """Too few cases were evidence about a law to say whether it holds."""


_MIN_EVIDENCE: Final = 50
"""One in so many cases must be evidence."""
MAX_CASES: Final = 600
"""How many cases are tried while there is too little evidence."""
MAX_CASES_OF_FIRST_LAW: Final = 1_500
"""The same for the first law, whose test fails if no case is evidence."""
_CASES_AT_ONCE: Final = 10
"""How many cases Hypothesis draws in one run. In longer runs most are variations of others: of a
hundred careers, fewer than twenty would differ in length."""


def run_cases(
    subject: Subject,
    name: str,
    strategy: st.SearchStrategy[Any],
    check: Callable[[Any], None],
    *,
    missing: Callable[[int], str | None] = lambda _: None,
    max_examples: int | None = None,
    max_cases: int = MAX_CASES,
) -> str | None:
    """Check drawn cases, and draw more of them while evidence is missing.

    Args:
        subject: The projection; its hidden state is restored before each case.
        name: The name of the law, which identifies the cases in Hypothesis's database.
        strategy: Draws the cases.
        check: Raises LawBroken.
        missing: Returns which evidence is missing after so many cases; None if it is enough.
        max_examples: How many cases to draw at most; default: the setting of that name.
        max_cases: How many cases to draw at most while evidence is missing.

    Returns:
        Which evidence is missing in the end, or None.
    """
    current = settings()
    projection = subject.projection
    hidden_state = HiddenState(projection)
    law_id = f"{projection.__module__}.{projection.__qualname__}.{name}"
    count = 0
    failures: list[LawBroken] = []

    def check_case(case: Any) -> None:
        nonlocal count
        count += 1
        hidden_state.restore()
        try:
            check(case)
        except LawBroken as broken:
            failures.append(broken)
            raise

    examples = min(max_examples or current.max_examples, current.max_examples)
    in_parts = quiet_settings(max_examples=min(_CASES_AT_ONCE, max(examples, max_cases)))
    for start in range(0, max(examples, max_cases), _CASES_AT_ONCE):
        if start >= examples and missing(count) is None:
            break
        # Hypothesis identifies a test by its signature, in its database and for its seed.
        check_case.__signature__ = Signature(  # type: ignore[attr-defined]
            [Parameter("case", Parameter.POSITIONAL_OR_KEYWORD, annotation=f"{law_id} {start}")]
        )
        try:
            in_parts(given(case=strategy)(check_case))()
        except LawBroken as broken:
            smallest = smaller_failure(broken, check_case)
            raise _cleaned(smallest) from smallest.raised
        except Flaky:
            if not failures:  # pragma: no cover - a strategy of the user's is flaky
                raise
            raise _unrepeatable_failure(failures[0]) from failures[0].raised
        finally:
            hidden_state.restore()
        if Phase.generate not in current.phases:  # pragma: no cover - only old failures are tried
            return None
    return missing(count)


def _cleaned(broken: LawBroken) -> LawBroken:
    """Return the failure without the frames and notes of the kit and of Hypothesis."""
    broken.__notes__ = []
    return broken.with_traceback(None)


def smaller_failure(broken: LawBroken, check_case: Callable[[Any], None]) -> LawBroken:
    """Return the same failure without the entries that it does not need.

    Hypothesis shrinks bytes, and the date of an entry is relative to the one before. So it cannot
    always leave an entry out while the others keep their dates.
    """
    number = 1
    while broken.case is not None and number <= len(broken.case.career):
        smaller = without_entry(broken.case, number)
        number += 1
        if smaller is not None:
            try:
                check_case(smaller)
            except LawBroken as still_broken:
                broken, number = still_broken, 1
    return broken


def _unrepeatable_failure(first: LawBroken) -> LawBroken:
    broken = LawBroken(
        "The same career failed once and passed the second time, so the projection remembers "
        "something outside its state and the kit cannot shrink the career.\n\n"
        "Fix: remove caches and variables outside the state that steps or view change, in every "
        f"module that the projection uses.\n\nIts first failure was:\n\n{first}"
    )
    broken.case = first.case
    return broken


def check_law(
    law: Law, subject: Subject, case: Case, test_class: type[Any] | None = None
) -> Collection[str]:
    """Check one case; return the evidence that it gives about the law.

    Args:
        law: The law.
        subject: The projection.
        case: The case.
        test_class: The test class that the message of a failure imports.

    Raises:
        LawBroken: The projection breaks the law.
        InapplicableError: The law says nothing about the case.
    """
    __tracebackhide__ = True
    try:
        evidence = law.check(subject, case)
    except InapplicableError:
        raise
    except Exception as error:
        name = subject.projection.__name__
        detail = EntryNames(case.base).replace_in(str(error)).replace("##", "#")
        is_violation = isinstance(error, ViolationError)
        if is_violation:
            problem = (
                f"{name} breaks the law {law.name}: {law.text}\n\nOn the career below, {detail}"
            )
            fix = law.fix
        else:
            problem = (
                f"{name} raises {type(error).__name__} on the career below, at {case.at}, while "
                f"the law {law.name} is tested:\n\n  {detail}"
            )
            fix = "handle this career in the step or view that raises; see the traceback above"
        code = _as_python(law, subject, case, test_class)
        broken = LawBroken(f"{problem}\n\nFix: {fix}.\n\nThis test repeats the failure:\n\n{code}")
        broken.case = case
        if is_violation:
            raise broken from None
        broken.raised = error.with_traceback(_frames_of_user(error))
        raise broken from error
    return [law.name] * evidence if isinstance(evidence, bool) else evidence


def _frames_of_user(error: Exception) -> TracebackType | None:
    """Return the traceback of an error from the first frame outside this library on."""
    first = error.__traceback__
    frame = first
    while frame is not None:
        if not frame.tb_frame.f_globals.get("__name__", "").startswith("careerledger."):
            return frame
        frame = frame.tb_next
    return first


def _as_python(law: Law, subject: Subject, case: Case, test_class: type[Any] | None) -> str:
    """Return a test that checks the law on this case alone."""
    code = PythonCode()
    name = _name_in_module(test_class)
    if test_class is not None and name is not None:
        tested = code.import_name(test_class.__module__, name)
    else:
        code.import_name("careerledger.testing", "laws")
        declared: dict[str, Any] = {
            "of": subject.of,
            "bounds": subject.bounds,
            "rises_with": subject.rises_with,
            "old_versions": subject.old_versions,
        }
        arguments = [code.class_name(subject.projection)]
        arguments += [
            f"{name}={code.expression(value)}" for name, value in declared.items() if value
        ]
        tested = f"laws({', '.join(arguments)})"
    steps = steps_as_code(case.career.steps, code).replace("\n", "\n        ")
    optional = {"order": list(case.order), "known": case.known}
    lines = [
        f"def test_{law.name}_of_{_snake_case(subject.projection.__name__)}():",
        f"    {tested}.check(",
        f'        "{law.name}",',
        f"        {steps},",
        f"        at={code.expression(str(case.at))},",
        *(f"        {name}={code.expression(part)}," for name, part in optional.items() if part),
        *([f"        added={event_as_code(case.added, code)},"] if case.added else []),
        "    )",
    ]
    return "\n".join([*code.imports(), "", "", *lines, ""])


def _name_in_module(cls: type[Any] | None) -> str | None:
    """Return the name of a variable of its module that is this class; None: no variable is."""
    module = None if cls is None else sys.modules.get(cls.__module__)
    names = [name for name, value in list(vars(module or object).items()) if value is cls]
    return next((name for name in names if name.isidentifier()), None)


def _snake_case(name: str) -> str:
    snake = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
    return snake.strip("_")


def missing_evidence(law: Law, subject: Subject, evidence: Counter[str], count: int) -> str | None:
    """Return why the evidence of so many cases is too little, or None if it is enough."""
    least = max(1, count // _MIN_EVIDENCE)
    required = law.required_evidence(subject)
    missing = [label for label in required if not evidence[label]]
    if missing:
        problem = f"None of {count} careers is evidence about {', '.join(missing)}."
    elif required or evidence.total() >= least:
        return None
    else:
        problem = (
            f"Only {evidence.total()} of {count} careers are evidence; at least {least} must be."
        )
    return (
        f"{subject.projection.__name__} is not shown to keep the law {law.name}: {law.text}\n\n"
        f"{problem} A career is evidence if {law.evidence}.\n\n"
        f"Fix: {law.evidence_fix}. If the law does not apply, give the reason as "
        f'waived={{"{law.name}": "..."}}.'
    )


def is_fatal(law: Law, subject: Subject, evidence: Counter[str]) -> bool:
    """Return whether missing evidence is a failure, rather than a reason to skip the test."""
    if law.required_evidence(subject):
        return True
    return law.name == FIRST_LAW and not evidence
