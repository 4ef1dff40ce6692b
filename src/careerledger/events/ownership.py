"""Take ownership: ask, propose, reshape, move."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from immutabledict import immutabledict

from careerledger.events import (
    Accepts,
    Action,
    Interval,
    Introduces,
    Refers,
    Share,
    Text,
    Texts,
    event,
    field,
    part,
)
from careerledger.events.role import Amount, RoleId, Rung

RequestKind = Literal["promotion", "raise", "project", "transfer", "flexibility", "other"]


@event("request.made", practice="ownership", effort=1)
class RequestMade(Action):
    """Something was asked for."""

    request: Annotated[Text, Introduces("request")]
    kind: RequestKind
    to: Text | None = None
    """Who was asked."""


@event("request.answered", practice="ownership", effort=0, ends="request")
class RequestAnswered(Action):
    """What came of a request."""

    request: Annotated[Text, Refers.to("request")]
    outcome: Literal["granted", "declined", "deferred"]


@event("project.proposed", practice="ownership", effort=2)
class ProjectProposed(Action):
    """A project that was one's own idea or that one stood up for."""

    project: Annotated[Text, Introduces("project")]
    title: Text
    role: RoleId | None = None


@event("project.finished", practice="ownership", effort=20, ends="project")
class ProjectFinished(Action):
    """The end of a project."""

    project: Annotated[Text, Refers.to("project")]
    outcome: Literal["shipped", "partly", "stopped"]
    worth: Share | None = None
    """How much it was worth doing, from 0 to 1, looking back."""


@event("job.crafted", practice="ownership", effort=1)
class JobCrafted(Action):
    """A role was reshaped from within."""

    role: RoleId
    kind: Literal["task", "relational", "cognitive"]
    what: Text


@event("industry.switched", practice="ownership", effort=0)
class IndustrySwitched(Action):
    """A move to another industry."""

    from_: Text
    to: Text
    why: Text


@part
class RoleLike:
    """What a role on offer would be, as far as it is known: what it can be ranked by."""

    title: Text
    organisation: Text | None = None
    industry: Text | None = None
    level: Rung | None = None
    """As in RoleStarted, on the same scale; so are the two below."""
    scope: Amount | None = None
    pay: Amount | None = None
    weekly_hours: Annotated[float, Interval(gt=0, le=168)] | None = None
    beside: bool = False
    """Whether it would be held beside the roles that are held now; else those end."""
    values: Accepts[immutabledict[Text, Share], Mapping[str, float]] = field(
        default=immutabledict()
    )
    """How much it would give of what one values, each from 0 to 1, as in RoleValueRated."""
    skills: Texts = field(default=())
    """What it would let one practise."""
    people: Annotated[int, Interval(ge=0, le=150)] = 0
    """How many one would come to work with who are not contacts yet; hardly anyone keeps up more
    than 150 relationships (Dunbar, 1992)."""


def _with_terms(fields: dict[str, Any]) -> dict[str, Any]:
    """A role on offer says its level, scope and pay from version 2 on."""
    return _with_like(fields, {"level": None, "scope": None, "pay": None})


def _with_prospects(fields: dict[str, Any]) -> dict[str, Any]:
    """It says its hours, values, skills and people, and whether it is held beside, from 3 on."""
    new: dict[str, Any] = {"weekly_hours": None, "beside": False, "people": 0}
    return _with_like(fields, new | {"values": {}, "skills": []})


def _with_like(fields: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    like = fields.get("role_like")
    return fields | {"role_like": like | new} if isinstance(like, dict) else fields


@event(
    "opportunity.found",
    version=3,
    upcasts={1: _with_terms, 2: _with_prospects},
    practice="ownership",
    effort=0.5,
)
class OpportunityFound(Action):
    """Something that one could do next."""

    opportunity: Annotated[Text, Introduces("opportunity")]
    what: Text
    role_like: RoleLike | None = None


@event("opportunity.decided", practice="ownership", effort=0.5, ends="opportunity")
class OpportunityDecided(Action):
    """What became of an opportunity."""

    opportunity: Annotated[Text, Refers.to("opportunity")]
    decision: Literal["taken", "declined", "lapsed"]
    why: Text
