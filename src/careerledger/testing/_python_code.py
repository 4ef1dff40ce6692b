"""Values as Python source that can be pasted and run."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from enum import Enum, Flag
from typing import Any, cast
from uuid import UUID

import attrs
from immutabledict import immutabledict

_PUBLIC_PACKAGES = ("careerledger.events", "careerledger.projections", "careerledger.testing")


class PythonCode:
    """Writes expressions, and collects the imports that they need."""

    def __init__(self) -> None:
        self._imports: dict[str, set[str]] = {}

    def import_name(self, module: str, name: str) -> str:
        """Return the name, and import it from the module."""
        self._imports.setdefault(module, set()).add(name.partition(".")[0])
        return name

    def imports(self) -> list[str]:
        """Return the import statements that the expressions need, sorted."""
        return [
            f"from {module} import {', '.join(sorted(names))}"
            for module, names in sorted(self._imports.items())
        ]

    def can_express(self, value: Any) -> bool:
        """Return whether the expression for a value creates an equal one when it is run."""
        trial = PythonCode()
        try:
            expression = trial.expression(value)
            names: dict[str, Any] = {}
            exec("\n".join(trial.imports()), names)  # noqa: S102 - what a person would run
            return bool(eval(expression, names) == value)  # noqa: S307 - as above
        except Exception:  # noqa: BLE001 - the class may be local, or its module no longer there
            return False

    def class_name(self, cls: Any) -> str:
        """Return the name of a class, and import it from its public package."""
        module = cls.__module__
        public = (package for package in _PUBLIC_PACKAGES if module.startswith(f"{package}."))
        return self.import_name(next(public, module), cls.__qualname__)

    def expression(self, value: Any) -> str:
        """Return an expression that creates the value, as a person would type it."""
        if isinstance(value, str):
            text = repr(str(value))
            return text if '"' in text else f'"{text[1:-1]}"'
        if isinstance(value, date | Decimal | UUID):
            return self._standard_object(value)
        if isinstance(value, Enum):
            return self._enum_member(value)
        if isinstance(value, type):
            return self.class_name(value)
        if callable(value) and hasattr(value, "__qualname__"):
            return self.import_name(value.__module__, value.__qualname__)
        return self._composite(value)

    def _standard_object(self, value: date | Decimal | UUID) -> str:
        if isinstance(value, datetime):
            name = self.import_name("datetime", "datetime")
            return f'{name}.fromisoformat("{value.isoformat()}")'
        if isinstance(value, date):
            name = self.import_name("datetime", "date")
            return f"{name}({value.year}, {value.month}, {value.day})"
        return f'{self.class_name(type(value))}("{value}")'

    def _enum_member(self, value: Enum) -> str:
        name = self.class_name(type(value))
        if isinstance(value, Flag) and value.name not in type(value).__members__:
            return f"{name}({value.value})"  # a combination of flags, or no flag
        return f"{name}.{value.name}"

    def _composite(self, value: Any) -> str:
        if isinstance(value, immutabledict | dict):
            pairs = sorted(cast("dict[Any, Any]", value).items(), key=repr)
            items = [f"{self.expression(key)}: {self.expression(item)}" for key, item in pairs]
            return f"{{{', '.join(items)}}}"
        if isinstance(value, frozenset | set):
            items = sorted(map(self.expression, cast("Iterable[Any]", value)))
            return f"{{{', '.join(items)}}}" if items else "set()"
        if isinstance(value, tuple | list):
            return f"[{', '.join(map(self.expression, cast('Iterable[Any]', value)))}]"
        if attrs.has(cast("Any", type(value))):
            return self._constructor_call(value)
        return repr(value)

    def _constructor_call(self, value: Any) -> str:
        arguments = [
            f"{field.alias}={self.expression(part)}" if field.kw_only else self.expression(part)
            for field in attrs.fields(cast("Any", type(value)))
            if (part := getattr(value, field.name)) != field.default
        ]
        return f"{self.class_name(type(value))}({', '.join(arguments)})"
