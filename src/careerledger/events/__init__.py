"""What can happen in a career: the events, one file for each practice, and how to define one.

Importing the package loads only what every event needs; a room of the catalogue is loaded when
something in it is first asked for, because making some forty checked classes takes longer than
all the rest of the library.
"""
# ruff: noqa: F403 - a room is exported as a whole, and the type checkers know its names

from importlib import import_module
from typing import TYPE_CHECKING

from careerledger._loading import on_demand, rooms
from careerledger.events.base import PRACTICES as PRACTICES
from careerledger.events.base import Action as Action
from careerledger.events.base import Event as Event
from careerledger.events.base import EventType as EventType
from careerledger.events.base import Initiative as Initiative
from careerledger.events.base import PersonalField as PersonalField
from careerledger.events.base import Practice as Practice
from careerledger.events.base import Touch as Touch
from careerledger.events.base import UnknownEvent as UnknownEvent
from careerledger.events.base import Upcast as Upcast
from careerledger.events.base import catalogue as catalogue
from careerledger.events.base import event as event
from careerledger.events.base import field as field
from careerledger.events.base import ids_in as ids_in
from careerledger.events.base import introduced as introduced
from careerledger.events.base import part as part
from careerledger.events.base import referred as referred
from careerledger.events.fields import FORGOTTEN as FORGOTTEN
from careerledger.events.fields import Accepts as Accepts
from careerledger.events.fields import Grade as Grade
from careerledger.events.fields import Hours as Hours
from careerledger.events.fields import Introduces as Introduces
from careerledger.events.fields import Level as Level
from careerledger.events.fields import OnDate as OnDate
from careerledger.events.fields import Positive as Positive
from careerledger.events.fields import Refers as Refers
from careerledger.events.fields import Share as Share
from careerledger.events.fields import Text as Text
from careerledger.events.fields import Texts as Texts
from careerledger.events.fields import TextSet as TextSet
from careerledger.events.fields import WeightByTheme as WeightByTheme
from careerledger.events.fields import personal as personal
from careerledger.events.rules import Interval as Interval
from careerledger.events.rules import MinLen as MinLen
from careerledger.events.rules import Predicate as Predicate

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

__getattr__, __dir__ = on_demand(__name__)


def load_catalogue() -> None:
    """Make every event type of the library known by its name."""
    for room in rooms(__name__):
        import_module(room)
