"""Take ownership: ask, propose, reshape, move."""

from typing import Annotated, Any, Literal

import attrs

from careerledger.events._event import Action, event
from careerledger.events._fields import Introduces, Refers, Share, Text
from careerledger.events.role import RoleId

RequestKind = Literal["promotion", "raise", "project", "transfer", "flexibility", "other"]


@event("request.made")
class RequestMade(Action):
    """Something was asked for."""

    request: Annotated[Text, Introduces("request")]
    kind: RequestKind
    to: Text | None = None
    """Who was asked."""


@event("request.answered")
class RequestAnswered(Action):
    """What came of a request."""

    request: Annotated[Text, Refers.to("request")]
    outcome: Literal["granted", "declined", "deferred"]


@event("project.proposed")
class ProjectProposed(Action):
    """A project that was one's own idea or that one stood up for."""

    project: Annotated[Text, Introduces("project")]
    title: Text
    role: RoleId | None = None


@event("project.finished")
class ProjectFinished(Action):
    """The end of a project."""

    project: Annotated[Text, Refers.to("project")]
    outcome: Literal["shipped", "partly", "stopped"]
    worth: Share | None = None
    """How much it was worth doing, from 0 to 1, looking back."""


@event("job.crafted")
class JobCrafted(Action):
    """A role was reshaped from within."""

    role: RoleId
    kind: Literal["task", "relational", "cognitive"]
    what: Text


@event("industry.switched")
class IndustrySwitched(Action):
    """A move to another industry."""

    from_: Text
    to: Text
    why: Text


@attrs.frozen(kw_only=True)
class RoleLike:
    """What a role on offer would be."""

    title: str
    organisation: str | None = None
    industry: str | None = None
    level: int | None = None
    """As in RoleStarted, on the same scale; so are the two below."""
    scope: float | None = None
    pay: float | None = None


def _with_terms(fields: dict[str, Any]) -> dict[str, Any]:
    """A role on offer says its level, scope and pay from version 2 on."""
    like = fields.get("role_like")
    terms = {"level": None, "scope": None, "pay": None}
    return fields | {"role_like": like | terms} if isinstance(like, dict) else fields


@event("opportunity.found", version=2, upcasts={1: _with_terms})
class OpportunityFound(Action):
    """Something that one could do next."""

    opportunity: Annotated[Text, Introduces("opportunity")]
    what: Text
    role_like: RoleLike | None = None


@event("opportunity.decided")
class OpportunityDecided(Action):
    """What became of an opportunity."""

    opportunity: Annotated[Text, Refers.to("opportunity")]
    decision: Literal["taken", "declined", "lapsed"]
    why: Text
