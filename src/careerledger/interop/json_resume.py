"""Read a résumé in the JSON Resume format (https://jsonresume.org/schema) into drafts.

| section | becomes |
|---|---|
| work, volunteer | RoleStarted and RoleEnded; volunteer work has the theme ``volunteering`` |
| education | CourseStarted and CourseFinished, with the format ``degree`` |
| certificates | CredentialAwarded |
| awards, references | RecognitionReceived |
| publications | MilestoneDeclared |
| projects | ProjectProposed and ProjectFinished |
| skills, languages | SkillAssessed if the level is on a known scale, else SkillPractised |

Text that fits no other field of an event goes into its ``note``, and a link into its ``evidence``.
Field names of the schema's first draft (``company``, ``website``) are accepted.

Skills and languages have no dates in the file. They get the date on which the file was last
modified, or else the latest date in the file. When the file is modified later, they are recorded
again.
"""

import json
import os
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from datetime import date, datetime
from functools import partial
from hashlib import sha256
from itertools import chain
from typing import Any, Final, NoReturn, cast

import attrs

from careerledger import Draft
from careerledger.arguments import check_path
from careerledger.dates import PartialDate, as_of
from careerledger.errors import DateError, ForeignFileError
from careerledger.events import (
    Action,
    CourseFinished,
    CourseStarted,
    CredentialAwarded,
    MilestoneDeclared,
    ProjectFinished,
    ProjectProposed,
    RecognitionReceived,
    RoleEnded,
    RoleStarted,
    SkillAssessed,
    SkillPractised,
)
from careerledger.interop import unpacking

__all__ = ["LeftOut", "Resume", "read"]

MAX_DEPTH: Final = 32
"""The maximum nesting depth of a file."""
MAX_VALUES: Final = 50_000
"""The maximum number of values in a file; a long résumé has 3,000."""
MAX_ITEM: Final = 50_000
"""The maximum number of characters in an item. An event repeats none more than once, and JSON
needs at most six bytes for one, so that every item fits into an entry."""
MAX_PROBLEMS: Final = 10
"""The maximum number of problems that an error lists."""
MAX_SHOWN: Final = 40
"""The maximum number of characters of a value that an error shows."""
MAX_WORD: Final = 60
"""The maximum number of characters that an id takes from a text."""


def _levels(words: dict[float, str]) -> dict[str, float]:
    """Return the level of each word, from a list of words for each level."""
    return {word: level for level, listing in words.items() for word in listing.split(", ")}


SKILL_LEVELS: Final = _levels(
    {
        0.2: "novice, beginner, basic",
        0.4: "advanced beginner",
        0.6: "competent, intermediate",
        0.8: "proficient, advanced",
        1.0: "expert, master",
    }
)
"""The five stages of skill acquisition (Dreyfus & Dreyfus 1980), evenly spaced, and everyday
words for them."""

FLUENCY_LEVELS: Final = _levels(
    {
        0.17: "a1",
        0.2: "elementary proficiency, basic, beginner, elementary",
        0.33: "a2",
        0.4: "limited working proficiency, conversational, limited working",
        0.5: "b1",
        0.6: "professional working proficiency, intermediate, professional working",
        0.67: "b2",
        0.8: "full professional proficiency, advanced, fluent, full professional",
        0.83: "c1",
        1.0: (
            "native or bilingual proficiency, bilingual, mother tongue, native, native speaker, c2"
        ),
    }
)
"""The five levels of the Interagency Language Roundtable, evenly spaced, with everyday words for
them, and the six levels of the Common European Framework of Reference."""


@attrs.frozen
class LeftOut:
    """An item or a value of a file that was not imported."""

    path: str
    """The JSON path to it."""
    reason: str


@attrs.frozen
class Resume:
    """The career in a résumé."""

    drafts: tuple[Draft, ...]
    """Its events, each with a key that is the same every time the file is read."""
    left_out: tuple[LeftOut, ...]
    """Items without a date, items without a name, and dates in the future."""


def read(source: str | os.PathLike[str] | bytes, *, today: date | None = None) -> Resume:
    """Read a JSON Resume file.

    Args:
        source: The path of the file, or its bytes. The file may be compressed with gzip, or be a
            zip archive that contains one file.
        today: The date after which events lie in the future and are left out. Default: today.

    Raises:
        ForeignFileError: The file cannot be read, is too large or nested too deeply, or is not
            JSON; or values in it have the wrong type or are not dates. The message lists the path
            to each.
    """
    if isinstance(source, bytes):
        name, body = "résumé", unpacking.unpack("résumé", source)
    else:
        name = check_path("source", source)
        body = unpacking.read(name)
    problems: list[str] = []
    resume = _Item(fields=_parse(name, body), path="$", problems=problems)
    drafts = _Drafts(datetime.now().astimezone().date() if today is None else as_of(today))
    drafts.modified = resume.item("meta").date("lastModified")
    for section, add_events in _SECTIONS.items():
        for item in resume.items(section):
            add_events(drafts, item)
            if item.size > MAX_ITEM:
                problems.append(
                    f"{item.path}: has {item.size:,} characters, more than {MAX_ITEM:,}"
                )
    if problems:
        lines = [f"cannot import {name}; fix these values:", *problems[:MAX_PROBLEMS]]
        if len(problems) > MAX_PROBLEMS:
            lines.append(f"and {len(problems) - MAX_PROBLEMS} more")
        raise ForeignFileError("\n  ".join(lines))
    for section in resume.fields:
        if section not in _SECTIONS and section not in _IGNORED_SECTIONS:
            drafts.leave_out(_member_path("$", section), "JSON Resume has no such section")
    return Resume(tuple(drafts.by_key.values()), tuple(drafts.left_out))


# From bytes to values of the right type


def _parse(name: str, body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body, object_pairs_hook=_unique_members, parse_constant=_refuse_constant)
    except RecursionError:
        raise _too_deep(name) from None
    except ValueError as error:
        raise ForeignFileError(f"cannot import {name}: it is not valid JSON: {error}") from error
    if not isinstance(value, dict):
        raise ForeignFileError(
            f"cannot import {name}: a résumé must be a JSON object, not {_json_type(value)}"
        )
    resume = cast("dict[str, Any]", value)
    _check_size(name, resume)
    return resume


def _too_deep(name: str) -> ForeignFileError:
    return ForeignFileError(f"cannot import {name}: it is nested deeper than {MAX_DEPTH} levels")


def _check_size(name: str, resume: dict[str, Any]) -> None:
    """Raise ForeignFileError if a file nests too deeply or has too many values."""
    level: list[Any] = [resume]
    count = 0
    for _ in range(MAX_DEPTH):
        values = list(chain.from_iterable(map(_children, level)))
        count += len(values)
        if count > MAX_VALUES:
            raise ForeignFileError(f"cannot import {name}: it has more than {MAX_VALUES:,} values")
        level = [value for value in values if type(value) in (dict, list)]
    if level:
        raise _too_deep(name)


def _children(value: Any) -> Iterable[Any]:
    return cast("dict[str, Any]", value).values() if isinstance(value, dict) else value


def _unique_members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        repeated, _ = Counter(name for name, _ in pairs).most_common(1)[0]
        raise ValueError(f"{_quoted(repeated)} occurs twice in one object")
    return members


def _refuse_constant(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not a number")


def _json_type(value: object) -> str:
    names: dict[type, str] = {
        type(None): "null",
        str: "text",
        bool: "true or false",
        dict: "an object",
        list: "an array",
    }
    return names.get(type(value), "a number")


def _quoted(text: str) -> str:
    return repr(text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}…")


def _member_path(path: str, name: str) -> str:
    return f"{path}.{name}" if name.isidentifier() else f"{path}[{_quoted(name)}]"


@attrs.define(kw_only=True)
class _Item:
    """An object in the file.

    A null or empty value reads as absent. A wrong value also reads as absent, and is noted as a
    problem.
    """

    fields: dict[str, Any]
    path: str
    problems: list[str]
    values_read: list[Hashable] = attrs.field(factory=list[Hashable])
    size: int = 0
    """The number of characters read."""

    def text(self, *names: str) -> str | None:
        """Return the first text under one of these names."""
        texts = [self._text(f"{self.path}.{name}", self.fields.get(name)) for name in names]
        self.values_read += texts
        return next(filter(None, texts), None)

    def texts(self, name: str) -> tuple[str, ...]:
        path = f"{self.path}.{name}"
        values = enumerate(self._checked(path, self.fields.get(name), list) or [])
        texts = tuple(
            text for i, value in values if (text := self._text(f"{path}[{i}]", value)) is not None
        )
        self.values_read.append(texts)
        return texts

    def date(self, name: str, ongoing: frozenset[str] = frozenset()) -> PartialDate | None:
        text = self._text(f"{self.path}.{name}", self.fields.get(name))
        on = None if text is None or text.lower() in ongoing else self._date(name, text)
        self.values_read.append(on)
        return on

    def end(self, name: str) -> PartialDate | None:
        """Return a date, or None if it reads "present" or similar."""
        return self.date(name, _ONGOING)

    def item(self, name: str) -> "_Item":
        path = f"{self.path}.{name}"
        fields: dict[str, Any] | None = self._checked(path, self.fields.get(name), dict)
        return _Item(fields=fields or {}, path=path, problems=self.problems)

    def items(self, name: str) -> "list[_Item]":
        path = f"{self.path}.{name}"
        values = enumerate(self._checked(path, self.fields.get(name), list) or [])
        objects = [
            (f"{path}[{i}]", self._checked(f"{path}[{i}]", value, dict)) for i, value in values
        ]
        return [
            _Item(fields=fields, path=path, problems=self.problems)
            for path, fields in objects
            if fields is not None
        ]

    def _checked(self, path: str, value: object, kind: type[Any]) -> Any:
        """Return a value of this type; note a problem and return None for any other."""
        if value is None or isinstance(value, kind):
            return value
        self.problems.append(f"{path}: expected {_json_type(kind())}, got {_json_type(value)}")
        return None

    def _text(self, path: str, value: object) -> str | None:
        text: str = (self._checked(path, value, str) or "").strip()
        try:
            text.encode()
        except UnicodeEncodeError:
            self.problems.append(f"{path}: {_quoted(text)} has a lone surrogate; remove it")
            return None
        self.size += len(text)
        return text or None

    def _date(self, name: str, text: str) -> PartialDate | None:
        try:
            return PartialDate(_iso_date(text[:MAX_SHOWN]))
        except DateError as error:
            self.problems.append(f"{self.path}.{name}: {error}")
            return None


_ONGOING: Final = frozenset({"present", "current", "now", "ongoing"})
_YEAR_FIRST: Final = re.compile(
    r"(?P<year>[0-9]{4})(?P<dash>[-/.])(?P<month>[0-9]{1,2})"
    r"(?:(?P=dash)(?P<day>[0-9]{1,2})(?:[T ][0-9]{2}:[0-9:.]+(?:Z|[+-][0-9:]+)?)?)?"
)
_YEAR_LAST: Final = re.compile(r"(?P<month>[0-9]{1,2})[-/.](?P<year>[0-9]{4})")
_NAMED_MONTH: Final = re.compile(r"(?P<name>[A-Za-z]{3,9})[.,]* +(?P<year>[0-9]{4})")
_MONTHS: Final = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)


def _iso_date(text: str) -> str:
    """Return an unambiguous date in ISO 8601, and any other text unchanged."""
    if shape := _YEAR_FIRST.fullmatch(text) or _YEAR_LAST.fullmatch(text):
        parts = shape.groupdict()
        day = parts.get("day")
        return f"{parts['year']}-{parts['month']:0>2}" + (f"-{day:0>2}" if day else "")
    if shape := _NAMED_MONTH.fullmatch(text):
        for number, month in enumerate(_MONTHS, start=1):
            if month.startswith(shape["name"].lower()):
                return f"{shape['year']}-{number:02}"
    return text


# From items to events


class _Drafts:
    """The events of a résumé, as they are collected."""

    def __init__(self, today: date) -> None:
        self.today = today
        self.by_key: dict[str, Draft] = {}
        self.left_out: list[LeftOut] = []
        self.modified: PartialDate | None = None
        """The date of the last modification that the file states."""
        self._latest: PartialDate | None = None
        self._names: dict[tuple[str, Hashable], str] = {}
        self._used: Counter[str] = Counter()

    def undated_date(self) -> PartialDate | None:
        """Return the date of the file, for items without a date."""
        if self.modified is not None and self.modified.first_day <= self.today:
            return self.modified
        return self._latest

    def leave_out(self, path: str, reason: str) -> None:
        self.left_out.append(LeftOut(path, reason))

    def if_past(self, item: _Item, name: str, on: PartialDate | None) -> PartialDate | None:
        """Return a date that is not in the future; leave out one that is."""
        if on is None or on.first_day <= self.today:
            return on
        self.leave_out(
            f"{item.path}.{name}", f"{on} is in the future; import the file again after it"
        )
        return None

    def end_of(
        self, item: _Item, end: PartialDate | None, start: PartialDate | None
    ) -> PartialDate | None:
        """Return an end that is in the past and not before the start; leave out any other."""
        if end is None or start is None or not end.is_before(start):
            return self.if_past(item, "endDate", end)
        self.leave_out(
            f"{item.path}.endDate",
            f"{end} is before the start on {start}; correct the date that is wrong",
        )
        return None

    def name_for(self, base: str, content: Hashable) -> str:
        """Return a name for this content: the base, numbered if other content has that name."""
        name = self._names.get((base, content))
        if name is None:
            name = base
            while self._used[name]:
                self._used[base] += 1
                name = f"{base}-{self._used[base]}"
            self._used[name] += 1
            self._names[base, content] = name
        return name

    def id_for(self, kind: str, item: _Item, *parts: str | None) -> str:
        """Return a readable id of this kind, shared only by items with the same values."""
        section = item.path.partition("[")[0]
        name = self.name_for(f"{kind}:{_slug(*parts)}", (section, *item.values_read))
        return name.removeprefix(f"{kind}:")

    def add(self, item: _Item, name: str, event: Action) -> None:
        """Add an event of an item, with a key made from the item's section and this name."""
        section = item.path.removeprefix("$.").partition("[")[0]
        key = self.name_for(f"json-resume:{section}:{name}", event)
        self.by_key[key] = Draft(event, key)
        self._latest = max(self._latest or event.on, event.on)


def _slug(*parts: str | None) -> str:
    return "-".join(_word(part) for part in parts if part)


def _word(text: str) -> str:
    """Return the letters, marks and digits of a text in any script, joined by hyphens.

    Texts that differ only in case, spaces and common punctuation give the same word. A digest
    distinguishes texts that differ in other symbols, such as C++ and C#, or that are too long.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    plain = "".join(c if unicodedata.category(c)[0] in "LMN" else "-" for c in folded)
    word = "-".join(filter(None, plain.split("-")))
    symbols = {c for c, k in zip(folded, plain, strict=True) if c != k and not c.isspace()}
    if word and len(word) <= MAX_WORD and symbols <= _PUNCTUATION:
        return word
    return "-".join(filter(None, [word[:MAX_WORD], sha256(folded.encode()).hexdigest()[:8]]))


_PUNCTUATION: Final = frozenset("-_/\\,.;:&()[]'\"!?|·•\u2013\u2014\u2019\u201c\u201d")


def _join_note(
    *parts: str | None, points: tuple[str, ...] = (), **labels: str | None
) -> str | None:
    lines = (f"{name.capitalize()}: {text}" for name, text in labels.items() if text)
    return "\n".join([*filter(None, parts), *lines, *(f"- {p}" for p in points)]) or None


def _links(item: _Item) -> tuple[str, ...]:
    link = item.text("url", "website")
    return (link,) if link else ()


_UNDATED_REASON: Final = "it has no {}; add the date, which is never guessed"
_UNNAMED_REASON: Final = "it has no {}; add it"


def _add_role(
    drafts: _Drafts, item: _Item, *, employer: tuple[str, ...], themes: tuple[str, ...]
) -> None:
    organisation, title = item.text(*employer), item.text("position")
    start, end = item.date("startDate"), item.end("endDate")
    note = _join_note(
        item.text("description"),
        item.text("location"),
        item.text("summary"),
        points=item.texts("highlights"),
    )
    evidence = _links(item)
    if organisation is None or title is None:
        missing = employer[0] if organisation is None else "position"
        drafts.leave_out(item.path, _UNNAMED_REASON.format(missing))
        return
    if start is None:
        drafts.leave_out(item.path, _UNDATED_REASON.format("startDate"))
        return
    if drafts.if_past(item, "startDate", start) is None:
        return
    role = drafts.id_for("role", item, organisation, title, start[:7])
    started = RoleStarted(
        on=start,
        role=role,
        organisation=organisation,
        title=title,
        themes=themes,
        note=note,
        evidence=evidence,
    )
    drafts.add(item, f"{role}:started", started)
    ended = drafts.end_of(item, end, start)
    if ended is not None:
        drafts.add(item, f"{role}:ended", RoleEnded(on=ended, role=role, themes=themes))


def _add_education(drafts: _Drafts, item: _Item) -> None:
    provider = item.text("institution")
    title = ", ".join(filter(None, (item.text("studyType"), item.text("area")))) or provider
    start, end = item.date("startDate"), item.end("endDate")
    note = _join_note(courses="; ".join(item.texts("courses")))
    evidence = _links(item)
    grade = item.text("score")
    if title is None:
        drafts.leave_out(item.path, _UNNAMED_REASON.format("institution, studyType or area"))
        return
    if start is None and end is None:
        drafts.leave_out(item.path, _UNDATED_REASON.format("startDate or endDate"))
        return
    started, ended = drafts.if_past(item, "startDate", start), drafts.end_of(item, end, start)
    course = drafts.id_for("course", item, provider, title, (start or end or "")[:7])
    if started is not None:
        event = CourseStarted(
            on=started,
            course=course,
            title=title,
            provider=provider,
            format="degree",
            note=note,
            evidence=evidence,
        )
        drafts.add(item, f"{course}:started", event)
    if ended is not None:
        score = _score_fraction(grade)
        finished = CourseFinished(
            on=ended,
            course=None if started is None else course,
            title=title,
            provider=provider,
            format="degree",
            score=score,
            note=_join_note(
                note if started is None else None, score=grade if score is None else None
            ),
            evidence=() if started is not None else evidence,
        )
        drafts.add(item, f"{course}:finished", finished)
    elif grade is not None:
        drafts.leave_out(
            f"{item.path}.score", "the score is not final until the course is finished"
        )


def _score_fraction(score: str | None) -> float | None:
    """Return a score such as 3.5/4.0 or 85% as a fraction, or None if it has no scale."""
    shape = _SCORE.fullmatch(score or "")
    if shape is None:
        return None
    points, maximum = float(shape["points"]), float(shape["maximum"] or 100)
    return points / maximum if points <= maximum and maximum > 0 else None


_SCORE: Final = re.compile(
    r"(?P<points>[0-9]{1,4}(?:\.[0-9]{1,4})?) ?(?:/ ?(?P<maximum>[0-9]{1,4}(?:\.[0-9]{1,4})?)|%)"
)


def _name_and_date(
    drafts: _Drafts, item: _Item, *names: str, dated: str
) -> tuple[str, PartialDate] | None:
    """Return the name and date of an item; leave it out and return None if it lacks one."""
    name, on = item.text(*names), item.date(dated)
    if name is None:
        drafts.leave_out(item.path, _UNNAMED_REASON.format(names[0]))
    elif on is None:
        drafts.leave_out(item.path, _UNDATED_REASON.format(dated))
    elif drafts.if_past(item, dated, on) is not None:
        return name, on
    return None


def _add_certificate(drafts: _Drafts, item: _Item) -> None:
    dated_name = _name_and_date(drafts, item, "name", dated="date")
    issuer, url = item.text("issuer"), item.text("url")
    if dated_name is None:
        return
    name, on = dated_name
    credential = drafts.id_for("credential", item, name, issuer, on[:7])
    awarded = CredentialAwarded(on=on, credential=credential, name=name, issuer=issuer, url=url)
    drafts.add(item, f"{credential}:awarded", awarded)


def _add_award(drafts: _Drafts, item: _Item) -> None:
    dated_name = _name_and_date(drafts, item, "title", dated="date")
    awarder = item.text("awarder")
    note = _join_note(item.text("summary"), awarder=awarder)
    if dated_name is None:
        return
    title, on = dated_name
    received = RecognitionReceived(on=on, kind="award", text=title, note=note)
    drafts.add(item, f"{_slug(title, awarder, on)}:received", received)


def _add_reference(drafts: _Drafts, item: _Item) -> None:
    dated_name = _name_and_date(drafts, item, "reference", dated="date")
    name = item.text("name")
    if dated_name is None:
        return
    reference, on = dated_name
    received = RecognitionReceived(on=on, kind="recommendation", text=reference, note=name)
    drafts.add(item, f"{_slug(name or reference, on)}:received", received)


def _add_publication(drafts: _Drafts, item: _Item) -> None:
    dated_name = _name_and_date(drafts, item, "name", dated="releaseDate")
    publisher = item.text("publisher")
    note = _join_note(item.text("summary"), publisher=publisher)
    evidence = _links(item)
    if dated_name is None:
        return
    name, on = dated_name
    milestone = drafts.id_for("milestone", item, name, publisher, on[:7])
    declared = MilestoneDeclared(
        on=on, milestone=milestone, title=name, note=note, evidence=evidence
    )
    drafts.add(item, f"{milestone}:declared", declared)


def _add_project(drafts: _Drafts, item: _Item) -> None:
    dated_name = _name_and_date(drafts, item, "name", dated="startDate")
    end = item.end("endDate")
    note = _join_note(
        item.text("description"),
        entity=item.text("entity"),
        type=item.text("type"),
        roles="; ".join(item.texts("roles")),
        keywords="; ".join(item.texts("keywords")),
        points=item.texts("highlights"),
    )
    evidence = _links(item)
    if dated_name is None:
        return
    name, on = dated_name
    project = drafts.id_for("project", item, name, on[:7])
    proposed = ProjectProposed(on=on, project=project, title=name, note=note, evidence=evidence)
    drafts.add(item, f"{project}:proposed", proposed)
    ended = drafts.end_of(item, end, on)
    if ended is not None:
        finished = ProjectFinished(on=ended, project=project, outcome="shipped")
        drafts.add(item, f"{project}:finished", finished)


def _add_skills(drafts: _Drafts, item: _Item) -> None:
    name, on = item.text("name"), drafts.undated_date()
    _add_skill(drafts, item, "name", "level", SKILL_LEVELS)
    for keyword in item.texts("keywords"):
        if on is not None:
            practised = SkillPractised(on=on, skill=keyword, context=name)
            drafts.add(item, f"{on}:{_slug(name, keyword)}", practised)


def _add_skill(
    drafts: _Drafts, item: _Item, name_field: str, scale: str, levels: dict[str, float]
) -> None:
    skill, grade, on = item.text(name_field), item.text(scale), drafts.undated_date()
    level = levels.get(_word(grade).replace("-", " ")) if grade else None
    note = f"{scale.capitalize()}: {grade}" if grade else None
    if on is None:
        drafts.leave_out(item.path, "nothing in the file has a date; add meta.lastModified")
    elif skill is None:
        drafts.leave_out(f"{item.path}.{name_field}", _UNNAMED_REASON.format(name_field))
    elif level is None:
        practised = SkillPractised(on=on, skill=skill, note=note)
        drafts.add(item, f"{on}:{_slug(skill)}", practised)
    else:
        assessed = SkillAssessed(on=on, skill=skill, level=level, note=note)
        drafts.add(item, f"{on}:{_slug(skill)}", assessed)


_SECTIONS: Final[dict[str, Callable[[_Drafts, _Item], None]]] = {
    "work": partial(_add_role, employer=("name", "company"), themes=()),
    "volunteer": partial(
        _add_role, employer=("organization", "organisation"), themes=("volunteering",)
    ),
    "education": _add_education,
    "certificates": _add_certificate,
    "awards": _add_award,
    "publications": _add_publication,
    "projects": _add_project,
    "references": _add_reference,
    # Last, because they get the latest date of the other sections.
    "skills": _add_skills,
    "languages": partial(_add_skill, name_field="language", scale="fluency", levels=FLUENCY_LEVELS),
}
_IGNORED_SECTIONS: Final = {"$schema", "basics", "interests", "meta"}
