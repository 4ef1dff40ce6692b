"""Careers as Python that can be pasted and run."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from enum import Enum, Flag
from inspect import currentframe
from typing import Any, cast
from uuid import UUID

import attrs
from immutabledict import immutabledict


def module_of_caller() -> str:
    """The name of the module that called the function that calls this one."""
    frame = currentframe()
    for _ in range(2):
        frame = None if frame is None else frame.f_back
    return __name__ if frame is None else frame.f_globals.get("__name__", __name__)


class Code:
    """Python that makes values, and the names that it must import."""

    def __init__(self) -> None:
        self._names: dict[str, set[str]] = {}

    def import_(self, module: str, name: str) -> str:
        """The name, which will be imported from the module."""
        self._names.setdefault(module, set()).add(name.partition(".")[0])
        return name

    def imports(self) -> list[str]:
        """The import statements for all that was named, sorted."""
        return [
            f"from {module} import {', '.join(sorted(names))}"
            for module, names in sorted(self._names.items())
        ]

    def class_(self, cls: Any) -> str:
        """The name of a class, imported from where people import it."""
        module = cls.__module__
        for public in ("careerledger.events", "careerledger.projections", "careerledger.testing"):
            if module.startswith(f"{public}."):
                module = public
        return self.import_(module, cls.__qualname__)

    def of(self, value: Any) -> str:
        """An expression that makes the value, as a person would type it."""
        if isinstance(value, str):
            text = repr(str(value))
            return text if '"' in text else f'"{text[1:-1]}"'
        if isinstance(value, date | Decimal | UUID):
            return self._of_library(value)
        if isinstance(value, Enum):
            return self._member(value)
        if isinstance(value, type):
            return self.class_(value)
        if callable(value) and hasattr(value, "__qualname__"):
            return self.import_(value.__module__, value.__qualname__)
        return self._composite(value)

    def _of_library(self, value: date | Decimal | UUID) -> str:
        if isinstance(value, datetime):
            read = f"{self.import_('datetime', 'datetime')}.fromisoformat"
            return f'{read}("{value.isoformat()}")'
        if isinstance(value, date):
            return f"{self.import_('datetime', 'date')}{(value.year, value.month, value.day)}"
        return f'{self.class_(type(value))}("{value}")'

    def _member(self, value: Enum) -> str:
        if isinstance(value, Flag) and value.name not in type(value).__members__:
            return f"{self.class_(type(value))}({value.value})"  # several at once, or none
        return f"{self.class_(type(value))}.{value.name}"

    def _composite(self, value: Any) -> str:
        if isinstance(value, immutabledict | dict):
            pairs = sorted(cast("dict[Any, Any]", value).items(), key=repr)
            return f"{{{', '.join(f'{self.of(k)}: {self.of(v)}' for k, v in pairs)}}}"
        if isinstance(value, frozenset | set):
            items = sorted(map(self.of, cast("Iterable[Any]", value)))
            return f"{{{', '.join(items)}}}" if items else "set()"
        if isinstance(value, tuple | list):
            return f"[{', '.join(map(self.of, cast('Iterable[Any]', value)))}]"
        if attrs.has(cast("Any", type(value))):
            return self.call(value)
        return repr(value)

    def call(self, value: Any) -> str:
        """The constructor call that makes an instance of an attrs class, on one line."""
        arguments = [
            f"{field.alias}={self.of(part)}" if field.kw_only else self.of(part)
            for field in attrs.fields(cast("Any", type(value)))
            if (part := getattr(value, field.name)) != field.default
        ]
        return f"{self.class_(type(value))}({', '.join(arguments)})"
