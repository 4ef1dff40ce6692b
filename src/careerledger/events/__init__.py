"""Events: everything that can happen in a career, one file per practice.

``from careerledger.events import CourseFinished`` loads only the file with that class. All of
them together take 40 ms to load, more than half as long as the rest of the library.
"""
# ruff: noqa: F403 - each file is exported as a whole, and type checkers know its names

from importlib import import_module
from typing import TYPE_CHECKING

from careerledger._loading import on_demand, rooms

if TYPE_CHECKING:
    from careerledger.events.challenge import *
    from careerledger.events.correction import *
    from careerledger.events.learning import *
    from careerledger.events.network import *
    from careerledger.events.ownership import *
    from careerledger.events.purpose import *
    from careerledger.events.reflection import *
    from careerledger.events.role import *
    from careerledger.events.vision import *

from careerledger.events.base import (
    PRACTICES as PRACTICES,
    Action as Action,
    Event as Event,
    EventType as EventType,
    Initiative as Initiative,
    PersonalField as PersonalField,
    Practice as Practice,
    Touch as Touch,
    UnknownEvent as UnknownEvent,
    Upcast as Upcast,
    catalogue as catalogue,
    event as event,
    field as field,
    part as part,
)
from careerledger.events.fields import (
    FORGOTTEN as FORGOTTEN,
    Accepts as Accepts,
    Grade as Grade,
    Hours as Hours,
    Introduces as Introduces,
    Level as Level,
    OnDate as OnDate,
    Positive as Positive,
    Refers as Refers,
    Share as Share,
    Text as Text,
    Texts as Texts,
    TextSet as TextSet,
    WeightByTheme as WeightByTheme,
    personal as personal,
)
from careerledger.events.ids import (
    ids_in as ids_in,
    introduced as introduced,
    named as named,
    referred as referred,
    with_renamed_id as with_renamed_id,
    with_renamed_ids as with_renamed_ids,
)
from careerledger.events.plain import register_type as register_type
from careerledger.events.rules import Interval as Interval, MinLen as MinLen, Predicate as Predicate

__getattr__, __dir__ = on_demand(__name__)


def load_catalogue() -> None:
    """Load every event class of the library, so that the catalogue finds all of them."""
    for room in rooms(__name__):
        import_module(room)
