"""Take ownership: ask, propose, reshape your job, move on."""

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
    """You asked for something."""

    request: Annotated[Text, Introduces("request")]
    kind: RequestKind
    to: Text | None = None
    """The person whom you asked."""


@event("request.answered", practice="ownership", effort=0, ends="request")
class RequestAnswered(Action):
    """You got an answer to a request."""

    request: Annotated[Text, Refers.to("request")]
    outcome: Literal["granted", "declined", "deferred"]


@event("project.proposed", practice="ownership", effort=2)
class ProjectProposed(Action):
    """You proposed a project, or advocated one."""

    project: Annotated[Text, Introduces("project")]
    title: Text
    role: RoleId | None = None


@event("project.finished", practice="ownership", effort=20, ends="project")
class ProjectFinished(Action):
    """A project ended."""

    project: Annotated[Text, Refers.to("project")]
    outcome: Literal["shipped", "partly", "stopped"]
    worth: Share | None = None
    """In hindsight, how much it was worth doing, from 0 (nothing) to 1 (everything)."""


@event("job.crafted", practice="ownership", effort=1)
class JobCrafted(Action):
    """You reshaped the tasks, relationships or meaning of a role."""

    role: RoleId
    kind: Literal["task", "relational", "cognitive"]
    what: Text


@event("industry.switched", practice="ownership", effort=0)
class IndustrySwitched(Action):
    """You moved to another industry."""

    from_: Text
    to: Text
    why: Text


@part
class RoleLike:
    """A role on offer, as far as you know it; ``ledger.compare`` judges the offer by it."""

    title: Text
    organisation: Text | None = None
    industry: Text | None = None
    level: Rung | None = None
    """Seniority, on the scale of RoleStarted."""
    scope: Amount | None = None
    """The size of your responsibility, in the unit of RoleStarted."""
    pay: Amount | None = None
    """Pay per year, in the currency of your present roles."""
    weekly_hours: Annotated[float, Interval(gt=0, le=168)] | None = None
    """Working hours per week."""
    beside: bool = False
    """Whether you would keep your present roles; otherwise they would end."""
    values: Accepts[immutabledict[Text, Share], Mapping[str, float]] = field(
        default=immutabledict()
    )
    """How much of each value it would give you, from 0 to 1, as in RoleValueRated."""
    skills: Texts = field(default=())
    """Skills that you would practise."""
    people: Annotated[int, Interval(ge=0, le=150)] = 0
    """The number of colleagues who are not contacts yet; at most 150, because hardly anyone
    maintains more relationships (Dunbar, 1992)."""


def _with_terms(fields: dict[str, Any]) -> dict[str, Any]:
    """Upcast to version 2, in which a role on offer has level, scope and pay."""
    return _with_like(fields, {"level": None, "scope": None, "pay": None})


def _with_prospects(fields: dict[str, Any]) -> dict[str, Any]:
    """Upcast to version 3, in which it has hours, values, skills, people and ``beside``."""
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
    """You came across something that you could do next."""

    opportunity: Annotated[Text, Introduces("opportunity")]
    what: Text
    role_like: RoleLike | None = None


@event("opportunity.decided", practice="ownership", effort=0.5, ends="opportunity")
class OpportunityDecided(Action):
    """You decided on an opportunity, or it lapsed."""

    opportunity: Annotated[Text, Refers.to("opportunity")]
    decision: Literal["taken", "declined", "lapsed"]
    why: Text
