"""Values as Python source."""

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum, Flag
from uuid import UUID

import attrs
import pytest

from careerledger.events import GoalSet
from careerledger.testing._python_code import PythonCode
from careerledger.testing._view_text import view_text


class Colour(Enum):
    RED = 1


class Medium(Flag):
    PAPER = 1
    SCREEN = 2


@attrs.frozen
class Loose:
    values: list[int]


def test_expressions():
    code = PythonCode()

    assert "date(2024, 1, 2)" == code.expression(date(2024, 1, 2))
    assert "Colour.RED" == code.expression(Colour.RED)
    assert "{1: {2}}" == code.expression({1: {2}})
    assert "set()" == code.expression(frozenset())
    assert "Loose([1])" == code.expression(Loose([1]))
    assert "view_text" == code.expression(view_text)
    assert "GoalSet" == code.expression(GoalSet)
    assert "from careerledger.events import GoalSet" in code.imports()


@pytest.mark.parametrize(
    "value",
    [
        Decimal("350.00"),
        UUID(int=7),
        datetime(2024, 5, 6, 7, 8, tzinfo=timezone(timedelta(hours=2))),
        Medium.PAPER,
        Medium.PAPER | Medium.SCREEN,
        Medium(0),
    ],
    ids=repr,
)
def test_expression_creates_the_value(value):
    code = PythonCode()
    expression = code.expression(value)
    names = {"Medium": Medium}
    exec("\n".join(line for line in code.imports() if __name__ not in line), names)

    assert value == eval(expression, names)
    assert type(value) is type(eval(expression, names))
