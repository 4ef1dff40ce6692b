"""The facts of a career, one file for each practice that turns a job into one.

Importing the package loads only what every event needs; a room of the catalogue is loaded when
something in it is first asked for, because making some forty checked classes takes longer than
all the rest of the library.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from careerledger._loading import on_demand
from careerledger.events.base import (
    Action,
    Event,
    EventType,
    PersonalField,
    UnknownEvent,
    catalogue,
    event,
    field,
    ids_in,
    introduced,
    referred,
)
from careerledger.events.fields import FORGOTTEN, Accepts, Introduces, Refers, personal
from careerledger.events.plain import register_type
from careerledger.events.rules import Interval, MinLen, Predicate

if TYPE_CHECKING:
    from careerledger.events.challenge import (
        ChallengeResolved,
        ChallengeTaken,
        ConfidenceRated,
        SetbackOvercome,
        SetbackSuffered,
    )
    from careerledger.events.correction import EntryAmended, EntryVoided, SubjectForgotten
    from careerledger.events.learning import (
        CourseDropped,
        CourseFinished,
        CourseStarted,
        CredentialAwarded,
        SkillAssessed,
        SkillPractised,
    )
    from careerledger.events.network import (
        ContactMade,
        ContactTouched,
        ContactUpdated,
        DoorOpened,
        GatheringAttended,
        HelpGiven,
        IntroductionMade,
        MentoringEnded,
        MentoringStarted,
        RecognitionReceived,
    )
    from careerledger.events.ownership import (
        IndustrySwitched,
        JobCrafted,
        OpportunityDecided,
        OpportunityFound,
        ProjectFinished,
        ProjectProposed,
        RequestAnswered,
        RequestMade,
        RoleLike,
    )
    from careerledger.events.purpose import EnergyRated, RoleValueRated, ValueWeighted
    from careerledger.events.reflection import MilestoneDeclared, ReflectionWritten
    from careerledger.events.role import RoleChanged, RoleEnded, RoleStarted, WorkLogged
    from careerledger.events.vision import (
        GoalAssessed,
        GoalDropped,
        GoalSet,
        TrendNoted,
        VisionDeclared,
        VisionRetired,
        VisionRevised,
    )

_ROOMS = {
    "challenge": (
        "ChallengeResolved",
        "ChallengeTaken",
        "ConfidenceRated",
        "SetbackOvercome",
        "SetbackSuffered",
    ),
    "correction": ("EntryAmended", "EntryVoided", "SubjectForgotten"),
    "learning": (
        "CourseDropped",
        "CourseFinished",
        "CourseStarted",
        "CredentialAwarded",
        "SkillAssessed",
        "SkillPractised",
    ),
    "network": (
        "ContactMade",
        "ContactTouched",
        "ContactUpdated",
        "DoorOpened",
        "GatheringAttended",
        "HelpGiven",
        "IntroductionMade",
        "MentoringEnded",
        "MentoringStarted",
        "RecognitionReceived",
    ),
    "ownership": (
        "IndustrySwitched",
        "JobCrafted",
        "OpportunityDecided",
        "OpportunityFound",
        "ProjectFinished",
        "ProjectProposed",
        "RequestAnswered",
        "RequestMade",
        "RoleLike",
    ),
    "purpose": ("EnergyRated", "RoleValueRated", "ValueWeighted"),
    "reflection": ("MilestoneDeclared", "ReflectionWritten"),
    "role": ("RoleChanged", "RoleEnded", "RoleStarted", "WorkLogged"),
    "vision": (
        "GoalAssessed",
        "GoalDropped",
        "GoalSet",
        "TrendNoted",
        "VisionDeclared",
        "VisionRetired",
        "VisionRevised",
    ),
}
__getattr__, __dir__ = on_demand(
    globals(), {name: room for room, names in _ROOMS.items() for name in names}
)


def load_catalogue() -> None:
    """Make every event type of the library known by its name."""
    for room in _ROOMS:
        import_module(f"{__name__}.{room}")


__all__ = [
    "FORGOTTEN",
    "Accepts",
    "Action",
    "ChallengeResolved",
    "ChallengeTaken",
    "ConfidenceRated",
    "ContactMade",
    "ContactTouched",
    "ContactUpdated",
    "CourseDropped",
    "CourseFinished",
    "CourseStarted",
    "CredentialAwarded",
    "DoorOpened",
    "EnergyRated",
    "EntryAmended",
    "EntryVoided",
    "Event",
    "EventType",
    "GatheringAttended",
    "GoalAssessed",
    "GoalDropped",
    "GoalSet",
    "HelpGiven",
    "IndustrySwitched",
    "Interval",
    "Introduces",
    "IntroductionMade",
    "JobCrafted",
    "MentoringEnded",
    "MentoringStarted",
    "MilestoneDeclared",
    "MinLen",
    "OpportunityDecided",
    "OpportunityFound",
    "PersonalField",
    "Predicate",
    "ProjectFinished",
    "ProjectProposed",
    "RecognitionReceived",
    "Refers",
    "ReflectionWritten",
    "RequestAnswered",
    "RequestMade",
    "RoleChanged",
    "RoleEnded",
    "RoleLike",
    "RoleStarted",
    "RoleValueRated",
    "SetbackOvercome",
    "SetbackSuffered",
    "SkillAssessed",
    "SkillPractised",
    "SubjectForgotten",
    "TrendNoted",
    "UnknownEvent",
    "ValueWeighted",
    "VisionDeclared",
    "VisionRetired",
    "VisionRevised",
    "WorkLogged",
    "catalogue",
    "event",
    "field",
    "ids_in",
    "introduced",
    "load_catalogue",
    "personal",
    "referred",
    "register_type",
]
