"""What every view can do, and the parts that views share."""

from collections.abc import Mapping
from datetime import date
from typing import Any, cast

import attrs

from careerledger.dates import PartialDate


class View:
    """A frozen answer that can be turned into plain values."""

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """The view as dicts, lists, text, numbers and None, ready for JSON."""
        return {
            field.name: _plain(getattr(self, field.name))
            for field in attrs.fields(cast("type[attrs.AttrsInstance]", type(self)))
        }


def _plain(value: Any) -> Any:
    if isinstance(value, View):
        return value.to_dict()
    if isinstance(value, tuple | frozenset):
        return [_plain(item) for item in cast("tuple[object, ...]", value)]
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in cast("Mapping[object, object]", value).items()}
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, PartialDate) else value


@attrs.frozen(kw_only=True)
class Evidence(View):
    """An entry that a score rests on."""

    seq: int
    """The entry's number."""
    on: PartialDate
    share: float
    """How much of the score is due to it, in the unit of the score."""
