"""The common parts of the test classes that ``laws`` and ``store_laws`` return."""

import unittest
from collections.abc import Collection, Mapping
from inspect import currentframe
from typing import Any, ClassVar, Self, cast

from hypothesis import HealthCheck, Phase, settings

from careerledger.errors import DefinitionError


class LawTests(unittest.TestCase):
    """A test class with one test per law; a law may be waived with a reason."""

    __test__: ClassVar[bool] = False
    """Whether pytest collects the class: not the bases, which a test file may import too."""
    waived: ClassVar[Mapping[str, str]]
    """The reason why each waived law does not hold, by the law's name."""

    @classmethod
    def new_class(
        cls,
        name: str,
        doc: str,
        laws: Collection[str],
        waived: Mapping[str, str],
        **attributes: Any,
    ) -> type[Self]:
        """Return a test class in the module that called the caller of this method.

        Args:
            name: The name of the test class.
            doc: Its docstring.
            laws: The names of all laws.
            waived: The laws to skip, each with the reason.
            attributes: Further class attributes.

        Raises:
            DefinitionError: ``waived`` names a law that does not exist.
        """
        for law in sorted(waived):
            check_law_name(law, laws, "waived=")
        body = {
            "__module__": _module_two_calls_up(),
            "__doc__": doc,
            "__test__": True,
            "waived": dict(waived),
            **attributes,
        }
        return cast("type[Self]", type(name, (cls,), body))

    def setUp(self) -> None:
        """Skip the test if its law is waived."""
        if not self.__test__:
            self.skipTest("this is a base class; laws() and store_laws() return test classes")
        reason = self.waived.get(self._testMethodName.removeprefix("test_"))
        if reason is not None:
            self.skipTest(reason)


def check_law_name(name: str, laws: Collection[str], where: str) -> None:
    """Raise DefinitionError unless a law has this name."""
    if name not in laws:
        raise DefinitionError(f"{where} names no law: {name!r}; use one of {', '.join(laws)}")


def quiet_settings(**changes: Any) -> settings:
    """Return the current settings of Hypothesis without its own time limits and warnings.

    The laws count their evidence themselves, and print their own messages.
    """
    current = settings()
    return settings(
        current,
        deadline=None,
        report_multiple_bugs=False,
        phases=[phase for phase in current.phases if phase is not Phase.explain],
        suppress_health_check=list(cast("Any", HealthCheck)),
        **changes,
    )


def _module_two_calls_up() -> str:
    frame = currentframe()
    for _ in range(3):
        frame = None if frame is None else frame.f_back
    return __name__ if frame is None else frame.f_globals.get("__name__", __name__)
