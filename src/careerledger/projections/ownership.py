"""Do I ask, or wait?"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from math import fsum
from typing import Any, ClassVar, Final, Literal, TypeVar, cast, get_args

import attrs
from immutabledict import immutabledict

from careerledger.dates import PartialDate
from careerledger.events import Action
from careerledger.events.ownership import (
    IndustrySwitched,
    JobCrafted,
    OpportunityDecided,
    OpportunityFound,
    ProjectFinished,
    ProjectProposed,
    RequestAnswered,
    RequestKind,
    RequestMade,
)
from careerledger.history import Entry
from careerledger.projections import Days, Evidence, Tunable, View, on, projection
from careerledger.projections.rules.ends import ends, supersedes
from careerledger.projections.rules.part_cache import PartCache
from careerledger.projections.view import dated

__all__ = [
    "IndustrySwitch",
    "OpenRequest",
    "Ownership",
    "OwnershipView",
    "RequestsOfKind",
]

T = TypeVar("T")

Initiative = Literal["self", "asked", "assigned"]
Answer = Literal["granted", "declined", "deferred"]
Crafting = Literal["task", "relational", "cognitive"]
ProjectState = Literal["open", "shipped", "partly", "stopped"]
OpportunityState = Literal["open", "taken", "declined", "lapsed"]

TOP: Final = 10
"""How many entries the agency names as its evidence."""


@attrs.frozen(kw_only=True)
class RequestsOfKind(View):
    """What came of the requests of one kind."""

    kind: RequestKind
    asked: int
    """How many were made."""
    granted: int
    """How many were answered with yes."""
    declined: int
    """How many were answered with no."""
    open: int
    """Not answered yet, or deferred."""
    deferred: int
    """Of the open ones, those whose latest answer was to wait."""
    overdue: int
    """Of the open ones, those asked too long ago."""
    answer_rate: float
    """Granted or declined of those asked, 0..1."""


@attrs.frozen(kw_only=True)
class OpenRequest(View):
    """A request that waits for its answer."""

    request: str
    kind: RequestKind
    to: str | None
    on: PartialDate
    days: int
    """Since it was made."""
    deferred: bool
    overdue: bool
    seq: int
    """Number of the entry."""


@attrs.frozen(kw_only=True)
class IndustrySwitch(View):
    """A move to another industry."""

    from_: str
    to: str
    on: PartialDate
    seq: int
    """Number of the entry."""


@attrs.frozen(kw_only=True)
class OwnershipView(View):
    """The answer of Ownership."""

    HEADLINE: ClassVar[str] = "agency"

    at: date
    agency: float
    """How likely the next action is one's own idea, in (0, 1); 1/2 when nothing is known."""
    says_nothing: bool
    """Whether no action states its initiative, so that ``agency`` is only where it starts."""
    initiatives: immutabledict[Initiative, int]
    """Actions by their stated initiative."""
    requests: tuple[RequestsOfKind, ...]
    """The kinds that were asked for, in the order of the catalogue."""
    answer_rate: float | None
    """Granted or declined of all requests, 0..1; None without any."""
    open_requests: tuple[OpenRequest, ...]
    """Longest waiting first."""
    projects_proposed: int
    """How many projects were proposed."""
    projects: immutabledict[ProjectState, int]
    """The proposed projects by how they ended."""
    worth: float | None
    """Mean worth of the projects that ended and state it, 0..1; None without any."""
    crafted: immutabledict[Crafting, int]
    """Times that a role was reshaped: its tasks, its relations, or how it is seen."""
    mobility: tuple[IndustrySwitch, ...]
    """Industry switches, in the order they happened; no part of any number above."""
    opportunities_found: int
    """How many opportunities were found."""
    opportunities: immutabledict[OpportunityState, int]
    """The found opportunities by what was decided."""
    evidence: tuple[Evidence, ...]
    """The latest 10 actions of one's own initiative, latest first; each adds the same share."""


@attrs.define
class _Request:
    on: str
    seq: int
    kind: RequestKind
    to: str | None


@projection("ownership")
class Ownership(Tunable):
    """Whose idea one's actions are, what one asks for, proposes and reshapes.

    Agency = (self + 1) / (self + asked + assigned + 2) over the actions that state their
    initiative: the rule of succession (Laplace, 1814, "Essai philosophique sur les probabilités"),
    the chance that the next one is one's own idea. Job crafting is divided as by Wrzesniewski &
    Dutton (2001): of tasks, of relations, and of how the work is seen.

    A request stays open until it is granted or declined; the latest answer counts. Of an id that is
    introduced twice the later counts. An answer without a request does not count, nor does an end
    without a proposal or opportunity, or one that lies wholly before it.

    Parameters:
        answer_within: Days after which an open request is overdue, 30.
    """

    answer_within: ClassVar[Days] = 30

    initiatives: dict[str, int] = {}
    own: list[tuple[str, int]] = []
    """Date and entry number of the latest actions of one's own initiative."""
    requests: dict[str, _Request] = {}
    answers: dict[str, tuple[str, Answer]] = {}
    """Date and answer by request."""
    proposed: dict[str, str] = {}
    """Date by project."""
    finished: dict[str, tuple[str, Literal["shipped", "partly", "stopped"], float | None]] = {}
    """Date, outcome and worth by project."""
    crafted: dict[str, int] = {}
    switches: list[tuple[str, str, str, int]] = []
    """From, to, date, and entry number."""
    found: dict[str, str] = {}
    """Date by opportunity."""
    decided: dict[str, tuple[str, Literal["taken", "declined", "lapsed"]]] = {}
    """Date and decision by opportunity."""
    _answers: PartCache[Answer | None] = attrs.field(
        factory=PartCache[Answer | None], eq=False, init=False
    )

    @on(Action)
    def act(self, event: Action, entry: Entry[Action]) -> None:
        initiative = event.initiative
        if initiative is None:
            return
        self.initiatives[initiative] = self.initiatives.get(initiative, 0) + 1
        if initiative == "self":
            self.own.append((str(event.on), entry.seq))
            del self.own[:-TOP]

    @on(RequestMade)
    def ask(self, event: RequestMade, entry: Entry[RequestMade]) -> None:
        self.requests[event.request] = _Request(str(event.on), entry.seq, event.kind, event.to)
        self._answers.mark_changed(event.request)

    @on(RequestAnswered)
    def answer(self, event: RequestAnswered) -> None:
        if _counts_in_place_of(event.on, self.answers.get(event.request)):
            self.answers[event.request] = (str(event.on), event.outcome)
            self._answers.mark_changed(event.request)

    @on(ProjectProposed)
    def propose(self, event: ProjectProposed) -> None:
        self.proposed[event.project] = str(event.on)

    @on(ProjectFinished)
    def finish(self, event: ProjectFinished) -> None:
        if _counts_in_place_of(event.on, self.finished.get(event.project)):
            self.finished[event.project] = (str(event.on), event.outcome, event.worth)

    @on(JobCrafted)
    def craft(self, event: JobCrafted) -> None:
        self.crafted[event.kind] = self.crafted.get(event.kind, 0) + 1

    @on(IndustrySwitched)
    def switch(self, event: IndustrySwitched, entry: Entry[IndustrySwitched]) -> None:
        self.switches.append((event.from_, event.to, str(event.on), entry.seq))

    @on(OpportunityFound)
    def find(self, event: OpportunityFound) -> None:
        self.found[event.opportunity] = str(event.on)

    @on(OpportunityDecided)
    def decide(self, event: OpportunityDecided) -> None:
        if _counts_in_place_of(event.on, self.decided.get(event.opportunity)):
            self.decided[event.opportunity] = (str(event.on), event.decision)

    def view(self, at: date) -> OwnershipView:
        """Return the answer at a date on or after the last action."""
        stated = sum(self.initiatives.values())
        answers = dict(
            zip(self.requests, self._answers.all(self.requests, self._answer), strict=True)
        )
        waiting = tuple(self._open_requests(answers, at))
        ended = list(_ended(self.finished, self.proposed))
        outcomes = [outcome for _, outcome, _ in ended]
        worths = [worth for _, _, worth in ended if worth is not None]
        decisions = [decision for _, decision in _ended(self.decided, self.found)]
        return OwnershipView(
            at=at,
            agency=(self.initiatives.get("self", 0) + 1) / (stated + 2),
            says_nothing=not stated,
            initiatives=_counts(Initiative, self.initiatives),
            requests=tuple(self._by_kind(answers, waiting)),
            answer_rate=(
                (len(self.requests) - len(waiting)) / len(self.requests) if self.requests else None
            ),
            open_requests=waiting,
            projects_proposed=len(self.proposed),
            projects=_states(ProjectState, outcomes, len(self.proposed)),
            worth=fsum(worths) / len(worths) if worths else None,
            crafted=_counts(Crafting, self.crafted),
            mobility=tuple(
                IndustrySwitch(from_=from_, to=to, on=dated(day), seq=seq)
                for from_, to, day, seq in self.switches
            ),
            opportunities_found=len(self.found),
            opportunities=_states(OpportunityState, decisions, len(self.found)),
            evidence=tuple(
                Evidence(seq=seq, on=dated(day), share=1 / (stated + 2))
                for day, seq in reversed(self.own)
            ),
        )

    def _answer(self, id_: str) -> Answer | None:
        """Return the answer to a request; None: not answered yet."""
        on, answer = self.answers.get(id_, (None, None))
        return answer if on is not None and ends(on, self.requests[id_].on) else None

    def _open_requests(
        self, answers: Mapping[str, Answer | None], at: date
    ) -> Iterator[OpenRequest]:
        ordered = sorted(self.requests.items(), key=lambda pair: (pair[1].on, pair[1].seq))
        for id_, request in ordered:
            answer = answers[id_]
            if answer is None or answer == "deferred":
                asked = dated(request.on)
                days = at.toordinal() - asked.ordinal
                yield OpenRequest(
                    request=id_,
                    kind=request.kind,
                    to=request.to,
                    on=asked,
                    days=days,
                    deferred=answer == "deferred",
                    overdue=days > self.answer_within,
                    seq=request.seq,
                )

    def _by_kind(
        self, answers: Mapping[str, Answer | None], waiting: Sequence[OpenRequest]
    ) -> Iterator[RequestsOfKind]:
        by_kind: dict[RequestKind, list[Answer | None]] = {}
        for id_, request in self.requests.items():
            by_kind.setdefault(request.kind, []).append(answers[id_])
        for kind in get_args(RequestKind):
            of_kind = by_kind.get(kind)
            if of_kind:
                still_open = [request for request in waiting if request.kind == kind]
                yield RequestsOfKind(
                    kind=kind,
                    asked=len(of_kind),
                    granted=of_kind.count("granted"),
                    declined=of_kind.count("declined"),
                    open=len(still_open),
                    deferred=of_kind.count("deferred"),
                    overdue=sum(request.overdue for request in still_open),
                    answer_rate=(len(of_kind) - len(still_open)) / len(of_kind),
                )


def _counts_in_place_of(on: PartialDate, end: tuple[Any, ...] | None) -> bool:
    """Return whether an end on this date replaces a known one, which has an earlier date."""
    return supersedes(on, None if end is None else end[0])


def _ended(found: Mapping[str, T], started: Mapping[str, str]) -> Iterator[T]:
    """Yield the ends of what had started by then; each end begins with its date."""
    for id_, end in found.items():
        if id_ in started and ends(cast("Any", end)[0], started[id_]):
            yield end


def _counts(kinds: Any, counted: Mapping[str, int]) -> immutabledict[Any, int]:
    """Return how many there are of each kind that a Literal names, 0 included."""
    return immutabledict({kind: counted.get(kind, 0) for kind in get_args(kinds)})


def _states(kinds: Any, ended: Sequence[str], total: int) -> immutabledict[Any, int]:
    """Count the outcomes of every kind; what has not ended is open."""
    return _counts(kinds, {**Counter(ended), "open": total - len(ended)})
