"""Write a résumé in the JSON Resume format, so that reading it gives the same facts again.

| event | section |
|---|---|
| RoleStarted, RoleChanged, RoleEnded | work, or volunteer if it was ``volunteered`` |
| CourseStarted, CourseFinished of the format ``degree`` | education |
| CredentialAwarded | certificates |
| RecognitionReceived | awards and references |
| MilestoneDeclared that a file stated | publications |
| ProjectProposed, ProjectFinished | projects |
| SkillAssessed, SkillPractised that a file stated | skills and languages |
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from careerledger.answers import Citation, Written
from careerledger.dates import DateLike, PartialDate
from careerledger.events import (
    Action,
    CourseFinished,
    CourseStarted,
    CredentialAwarded,
    MilestoneDeclared,
    ProjectFinished,
    ProjectProposed,
    RecognitionReceived,
    RoleChanged,
    RoleEnded,
    RoleStarted,
    SkillAssessed,
    SkillPractised,
)
from careerledger.history import Entry
from careerledger.interop.drafting import DATED_BY_FILE, LANGUAGE
from careerledger.ledger import Ledger

__all__ = ["write"]

SCHEMA: Final = "https://raw.githubusercontent.com/jsonresume/resume-schema/v1.0.0/schema.json"
_TYPES: Final = (
    *(RoleStarted, RoleChanged, RoleEnded, CourseStarted, CourseFinished, CredentialAwarded),
    *(RecognitionReceived, MilestoneDeclared, ProjectProposed, ProjectFinished),
    *(SkillAssessed, SkillPractised),
)
_Written = tuple[dict[str, Any], tuple[str, ...]]
"""An item, and the ids of the entries that it rests on."""


def write(
    ledger: Ledger,
    *,
    at: DateLike | None = None,
    basics: Mapping[str, Any] | None = None,
    notes: bool = False,
) -> Written:
    """Write a résumé in the JSON Resume format.

    Args:
        ledger: The ledger.
        at: The date of the résumé: what happened later is not in it. Default: all.
        basics: The section about you, such as ``{"name": "Ada"}``, which a ledger does not have.
        notes: Whether to write the notes that you made yourself, beside those of imported files.

    Returns:
        The résumé as JSON, and the entries behind each item.
    """
    return _Writer(ledger.entries(types=_TYPES, until=at), notes=notes).written(basics or {})


class _Writer:
    def __init__(self, entries: Iterable[Entry[Any]], *, notes: bool) -> None:
        self.entries: list[Entry[Any]] = list(entries)
        self.notes = notes
        self.ends: dict[tuple[type[Action], str], Entry[Any]] = {}
        for entry in self.entries:
            event: Action = entry.event
            ends = type(event).__event__.ends
            if ends is not None:
                self.ends[type(event), getattr(event, ends[0])] = entry
        self.file_date: PartialDate | None = None
        """The date of what the format gives no date."""

    def written(self, basics: Mapping[str, Any]) -> Written:
        sections: dict[str, Callable[[], Iterator[_Written]]] = {
            "work": lambda: self._roles(volunteered=False),
            "volunteer": lambda: self._roles(volunteered=True),
            "education": self._education,
            "certificates": self._certificates,
            "awards": self._awards,
            "publications": self._publications,
            "projects": self._projects,
            "references": self._references,
            "skills": lambda: self._skills("Level", "name"),
            "languages": lambda: self._skills("Fluency", "language"),
        }
        resume: dict[str, Any] = {"$schema": SCHEMA, "basics": _without_empty(dict(basics))}
        citations: list[Citation] = []
        for section, items in sections.items():
            written = list(items())
            if written:
                resume[section] = [_without_empty(item) for item, _ in written]
                citations += [
                    Citation(path=f"$.{section}[{number}]", entries=entries)
                    for number, (_, entries) in enumerate(written)
                ]
        if self.file_date is not None:
            resume["meta"] = {"lastModified": str(self.file_date)}
        content = json.dumps(resume, ensure_ascii=False, indent=2) + "\n"
        return Written(content=content.encode(), citations=tuple(citations))

    def _of(self, *kinds: type[Action]) -> list[Entry[Any]]:
        """Return the entries of these types, the latest first."""
        return [entry for entry in reversed(self.entries) if isinstance(entry.event, kinds)]

    def _note(self, entry: Entry[Any]) -> str | None:
        """Return a note, unless the person made it and keeps it."""
        note: str | None = entry.event.note
        return note if self.notes or entry.source is not None else None

    def _roles(self, *, volunteered: bool) -> Iterator[_Written]:
        for entry in self._of(RoleStarted):
            role: RoleStarted = entry.event
            if role.volunteered != volunteered:
                continue
            changes = [each for each in self._of(RoleChanged) if each.event.role == role.role]
            titled = next((each for each in changes if each.event.title is not None), None)
            end = self.ends.get((RoleEnded, role.role))
            item = {
                "organization" if volunteered else "name": role.organisation,
                "position": role.title if titled is None else titled.event.title,
                "startDate": role.on,
                "endDate": None if end is None else end.event.on,
                "summary": self._note(entry),
                **_links(role),
            }
            yield item, _ids(entry, titled, end)

    def _education(self) -> Iterator[_Written]:
        started = {entry.event.course: entry for entry in self._of(CourseStarted)}
        alone = [e for e in self._of(CourseFinished) if e.event.course not in started]
        for entry in sorted(
            (*started.values(), *alone), key=lambda entry: entry.event.on, reverse=True
        ):
            course = entry.event
            if course.format != "degree":
                continue
            is_start = isinstance(course, CourseStarted)
            end = self.ends.get((CourseFinished, course.course)) if is_start else entry
            score = None if end is None else end.event.score
            item = {
                "institution": course.provider,
                "area": None if course.title == course.provider else course.title,
                "startDate": course.on if is_start else None,
                "endDate": None if end is None else end.event.on,
                "score": None if score is None else f"{round(score * 100, 4):g}%",
                "summary": self._note(entry),
                **_links(course),
            }
            yield item, _ids(entry, end)

    def _certificates(self) -> Iterator[_Written]:
        for entry in self._of(CredentialAwarded):
            award: CredentialAwarded = entry.event
            item = {
                "name": award.name,
                "date": award.on,
                "issuer": award.issuer,
                "url": award.url,
                "summary": self._note(entry),
            }
            yield item, _ids(entry)

    def _awards(self) -> Iterator[_Written]:
        for entry in self._of(RecognitionReceived):
            if entry.event.kind == "award":
                summary, awarder = _label(self._note(entry), "Awarder")
                item = {
                    "title": entry.event.text,
                    "date": entry.event.on,
                    "awarder": awarder,
                    "summary": summary,
                    **_links(entry.event),
                }
                yield item, _ids(entry)

    def _references(self) -> Iterator[_Written]:
        for entry in self._of(RecognitionReceived):
            if entry.event.kind == "recommendation":
                name, is_dated = self._note(entry), True
                if name is not None and name.endswith(DATED_BY_FILE):
                    name, is_dated = name.removesuffix(DATED_BY_FILE).strip(), False
                    self._state_file_date(entry.event.on)
                item = {
                    "name": name,
                    "date": entry.event.on if is_dated else None,
                    "reference": entry.event.text,
                }
                yield item, _ids(entry)

    def _publications(self) -> Iterator[_Written]:
        for entry in self._of(MilestoneDeclared):
            if entry.source is not None:
                summary, publisher = _label(self._note(entry), "Publisher")
                item = {
                    "name": entry.event.title,
                    "releaseDate": entry.event.on,
                    "publisher": publisher,
                    "summary": summary,
                    **_links(entry.event),
                }
                yield item, _ids(entry)

    def _projects(self) -> Iterator[_Written]:
        for entry in self._of(ProjectProposed):
            end = self.ends.get((ProjectFinished, entry.event.project))
            item = {
                "name": entry.event.title,
                "startDate": entry.event.on,
                "endDate": None if end is None else end.event.on,
                "description": self._note(entry),
                **_links(entry.event),
            }
            yield item, _ids(entry, end)

    def _skills(self, label: str, name: str) -> Iterator[_Written]:
        """Yield skills, or languages, which files tell apart by the label of their level."""
        listed = [
            entry
            for entry in self._of(SkillAssessed, SkillPractised)
            if entry.source is not None and _is_language(entry.event) == (name == "language")
        ]
        keywords: dict[str, list[Entry[Any]]] = {}
        for entry in listed:
            context = _context(entry.event)
            if context is not None:
                keywords.setdefault(context, []).append(entry)
        for entry in listed:
            self._state_file_date(entry.event.on)
            skill = entry.event.skill
            if _context(entry.event) is not None:
                continue
            summary, level = _label(self._note(entry), label)
            within = keywords.pop(skill, [])
            item = {
                name: skill,
                label.lower(): level,
                "summary": summary,
                "keywords": [each.event.skill for each in within],
            }
            yield item, _ids(entry, *within)
        for context, within in keywords.items():
            item = {name: context, "keywords": [each.event.skill for each in within]}
            yield item, _ids(*within)

    def _state_file_date(self, on: PartialDate) -> None:
        self.file_date = max(self.file_date or on, on)


def _is_language(event: SkillAssessed | SkillPractised) -> bool:
    if isinstance(event, SkillPractised):
        return event.context == LANGUAGE
    return (event.note or "").rpartition("\n")[2].startswith(("Fluency: ", "Proficiency: "))


def _context(event: SkillAssessed | SkillPractised) -> str | None:
    """Return the skill under which another one is listed."""
    context = event.context if isinstance(event, SkillPractised) else None
    return None if context == LANGUAGE else context


def _label(note: str | None, label: str) -> tuple[str | None, str | None]:
    """Return a note without its last line, and what that line says, if it has this label."""
    rest, _, last = (note or "").rpartition("\n")
    if label == "Fluency" and last.startswith("Proficiency: "):  # as LinkedIn calls it
        label = "Proficiency"
    if not last.startswith(f"{label}: "):
        return note, None
    return rest or None, last.removeprefix(f"{label}: ")


def _links(event: Action) -> dict[str, Any]:
    """Return the first link of an event as its address, and the others as points."""
    first, *others = event.evidence or ("",)
    return {"url": first, "highlights": others}


def _ids(*entries: Entry[Any] | None) -> tuple[str, ...]:
    return tuple(entry.id for entry in entries if entry is not None)


def _without_empty(item: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if value not in (None, "", [], {})}
