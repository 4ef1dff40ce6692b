"""Read a résumé in the JSON Resume format (https://jsonresume.org/schema) into drafts.

| section | becomes |
|---|---|
| work, volunteer | RoleStarted and RoleEnded; volunteer work is ``volunteered`` |
| education | CourseStarted and CourseFinished, with the format ``degree`` |
| certificates | CredentialAwarded |
| awards, references | RecognitionReceived |
| publications | MilestoneDeclared |
| projects | ProjectProposed and ProjectFinished |
| skills, languages | SkillAssessed if the level is known, else SkillPractised, for 0 hours |
| basics, interests | left out: they are about you, not about what happened |

Text that fits no other field of an event goes into its ``note``, and a link into its ``evidence``.
Field names of the schema's first draft (``company``, ``website``) are accepted. A wrong value
costs its own item or field, and is left out with its path.

Skills, languages and references have no dates in the file. They get the date on which the file was
last modified, or else the latest date in the file.
"""

import json
import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import partial
from itertools import chain
from typing import Any, Final, NoReturn, cast

from careerledger.answers.reading import Reading
from careerledger.arguments import check_path
from careerledger.dates import PartialDate
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
from careerledger.interop.dates_in_words import read_date
from careerledger.interop.drafting import (
    DATED_BY_FILE,
    LANGUAGE,
    Drafting,
    Item,
    drafted,
    is_list,
    is_object,
    join_note,
    last_day,
    slug,
)
from careerledger.interop.formats import Source
from careerledger.interop.resume_writer import write

__all__ = ["NAME", "matches", "read", "write"]

NAME: Final = "resume"
MAX_DEPTH: Final = 32
"""The maximum nesting depth of a file."""
MAX_VALUES: Final = 50_000
"""The maximum number of values in a file; a long résumé has 3,000."""
MAX_SHOWN: Final = 40
"""The maximum number of characters of a value that an error shows."""
COVERS: Final[frozenset[type[Action]]] = frozenset(
    {
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
    }
)
"""What a résumé lists completely."""


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


def matches(source: Source) -> bool:
    """Return whether a file is a JSON object with a section of a résumé."""
    head = source.head.lstrip(b"\xef\xbb\xbf \t\r\n")
    names = (f'"{section}"'.encode() for section in (*_SECTIONS, "basics"))
    return head.startswith(b"{") and any(name in head for name in names)


def read(
    source: Source | str | os.PathLike[str] | bytes,
    *,
    today: date | None = None,
    people: bool = False,
) -> Reading:
    """Read a JSON Resume file.

    Args:
        source: The path of the file, or its bytes. The file may be compressed with gzip, or be a
            zip archive that contains one file.
        today: The date after which events lie in the future and are left out. Default: today.
        people: Whether to read the names of the people who gave references.

    Raises:
        ForeignFileError: The file cannot be read, is too large or nested too deeply, is not JSON,
            or has no section of a résumé.
    """
    if isinstance(source, Source):
        source = source.path if source.path is not None else source.body or b""
    if isinstance(source, bytes):
        name, body = "résumé", unpacking.unpack("résumé", source)
    else:
        name = check_path("source", source)
        body = unpacking.read(name)
    resume = _parse(name, body)
    if not resume.keys() & {*_SECTIONS, "basics"}:
        raise ForeignFileError(
            f"cannot import {name}: it is no résumé, which has sections such as 'work'"
        )
    last = last_day(today)
    return drafted(NAME, last, COVERS, lambda drafting: _fill(drafting, resume, people=people))


def _fill(drafting: Drafting, resume: Mapping[str, Any], *, people: bool) -> None:
    drafting.file_date = _date_of_file(drafting, resume.get("meta"))
    for section, add_events in _SECTIONS.items():
        if section == "references" and people:
            add_events = partial(_add_reference, people=True)  # noqa: PLW2901 - one of them
        for path, fields in _items(drafting, section, resume.get(section)):
            drafting.read(Item(drafting, section, path, fields, _member_path), add_events)
    for section, value in resume.items():
        if section in _ABOUT_YOU:
            for path, leaf in _leaves(_member_path("$", section), value):
                drafting.leave_out(path, "it is about you, not about what happened", leaf)
        elif section not in _SECTIONS and section not in _ABOUT_THE_FILE:
            path = _member_path("$", section)
            drafting.leave_out(path, "JSON Resume has no such section", value)


def _date_of_file(drafting: Drafting, meta: Any) -> PartialDate | None:
    text = meta.get("lastModified") if is_object(meta) else None
    if not text:
        return None
    try:
        return read_date(str(text))
    except DateError as error:
        drafting.leave_out("$.meta.lastModified", str(error), text)
        return None


def _items(drafting: Drafting, section: str, value: Any) -> Iterable[tuple[str, dict[str, Any]]]:
    """Yield the path and the fields of each item of a section."""
    path = f"$.{section}"
    if value is not None and not is_list(value):
        drafting.leave_out(path, f"it must be an array, not {_json_type(value)}", value)
        return
    for number, item in enumerate(value or []):
        if is_object(item):
            yield f"{path}[{number}]", item
        elif item is not None:
            reason = f"it must be an object, not {_json_type(item)}"
            drafting.leave_out(f"{path}[{number}]", reason, item)


def _leaves(path: str, value: Any) -> Iterable[tuple[str, Any]]:
    if is_object(value):
        for name, inner in value.items():
            yield from _leaves(_member_path(path, name), inner)
    elif is_list(value):
        for number, inner in enumerate(value):
            yield from _leaves(f"{path}[{number}]", inner)
    elif value not in (None, ""):
        yield path, value


# From bytes to values


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


# From items to events


def _link(item: Item) -> tuple[str, ...]:
    link = item.text("url", "website")
    return (link,) if link else ()


def _add_role(drafting: Drafting, item: Item, *, employer: tuple[str, ...], unpaid: bool) -> None:
    organisation, title = item.text(*employer), item.text("position")
    start = item.date("startDate")
    if organisation is None or title is None or start is None:
        missing = employer[0] if organisation is None else "position" if title is None else ""
        item.leave_out(_lacks(missing or "startDate"))
        return
    if drafting.past(item, "startDate", start) is None:
        item.is_left_out = True
        drafting.leave_out(item.path, "it has not begun", item.fields)
        return
    role = drafting.id_for("role", item, organisation, title, start[:7])
    started = RoleStarted(
        on=start,
        role=role,
        organisation=organisation,
        title=title,
        volunteered=unpaid,
        note=join_note(
            item.text("description"),
            item.text("location"),
            item.text("summary"),
            points=item.texts("highlights"),
        ),
        evidence=_link(item),
    )
    drafting.add(item, f"{role}:started", started)
    ended = drafting.end(item, "endDate", item.date("endDate"), start)
    if ended is not None:
        drafting.add(item, f"{role}:ended", RoleEnded(on=ended, role=role))


def _add_education(drafting: Drafting, item: Item) -> None:
    provider = item.text("institution")
    title = ", ".join(filter(None, (item.text("studyType"), item.text("area")))) or provider
    start, end = item.date("startDate"), item.date("endDate")
    if title is None or (start is None and end is None):
        missing = "institution, studyType or area" if title is None else "startDate or endDate"
        item.leave_out(_lacks(missing))
        return
    started = drafting.past(item, "startDate", start)
    ended = drafting.end(item, "endDate", end, start)
    course = drafting.id_for("course", item, provider, title, (start or end or "")[:7])
    grade = item.text("score", "gpa")
    score = _score_fraction(grade)
    finished = score is not None and ended is not None
    note = join_note(
        item.text("summary"),
        courses="; ".join(item.texts("courses")),
        score=None if finished else grade,
    )
    evidence = _link(item)
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
        drafting.add(item, f"{course}:started", event)
    if ended is not None:
        drafting.add(
            item,
            f"{course}:finished",
            CourseFinished(
                on=ended,
                course=None if started is None else course,
                score=score,
                note=note if started is None else None,
                evidence=() if started is not None else evidence,
                title=title,
                provider=provider,
                format="degree",
            ),
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


def _lacks(field: str) -> str:
    """Return the reason why an item without a field is left out."""
    if "ate" in field:
        return f"it has no {field}; add the date, which is never guessed"
    return f"it has no {field}; add it"


def _name_and_date(
    drafting: Drafting, item: Item, name: str, dated: str
) -> tuple[str, PartialDate] | None:
    """Return the name and date of an item; leave it out and return None if it lacks one."""
    text, on = item.text(name), item.date(dated)
    if text is None or on is None:
        item.leave_out(_lacks(name if text is None else dated))
        return None
    if drafting.past(item, dated, on) is None:
        item.leave_out("it has not happened")
        return None
    return text, on


def _add_certificate(drafting: Drafting, item: Item) -> None:
    if (named := _name_and_date(drafting, item, "name", "date")) is None:
        return
    name, on = named
    issuer = item.text("issuer")
    credential = drafting.id_for("credential", item, name, issuer, on[:7])
    awarded = CredentialAwarded(
        on=on,
        credential=credential,
        name=name,
        issuer=issuer,
        url=item.text("url", "website"),
        note=item.text("summary"),
    )
    drafting.add(item, f"{credential}:awarded", awarded)


def _add_award(drafting: Drafting, item: Item) -> None:
    if (named := _name_and_date(drafting, item, "title", "date")) is None:
        return
    title, on = named
    awarder = item.text("awarder")
    note = join_note(item.text("summary"), awarder=awarder)
    received = RecognitionReceived(on=on, kind="award", text=title, note=note, evidence=_link(item))
    drafting.add(item, f"{slug(title, awarder, on)}:received", received)


def _add_reference(drafting: Drafting, item: Item, *, people: bool = False) -> None:
    """Add a reference; the schema gives it no date, so it has the file's, and says so."""
    reference = item.text("reference")
    name = item.text("name") if people else None
    dated = item.date("date")
    on = dated or drafting.undated()
    if reference is None or on is None:
        item.leave_out(_lacks("reference" if reference is None else "date"))
        return
    if drafting.past(item, "date", on) is None:
        item.leave_out("it has not happened")
        return
    note = join_note(name, None if dated else DATED_BY_FILE)
    received = RecognitionReceived(on=on, kind="recommendation", text=reference, note=note)
    drafting.add(item, f"{slug(reference[:MAX_SHOWN], dated)}:received", received)
    if not people and item.fields.get("name"):
        item.refuse("name", "it is a person's name; import people too to keep it")


def _add_publication(drafting: Drafting, item: Item) -> None:
    if (named := _name_and_date(drafting, item, "name", "releaseDate")) is None:
        return
    name, on = named
    publisher = item.text("publisher")
    milestone = drafting.id_for("milestone", item, name, publisher, on[:7])
    declared = MilestoneDeclared(
        on=on,
        milestone=milestone,
        title=name,
        note=join_note(item.text("summary"), publisher=publisher),
        evidence=_link(item),
    )
    drafting.add(item, f"{milestone}:declared", declared)


def _add_project(drafting: Drafting, item: Item) -> None:
    if (named := _name_and_date(drafting, item, "name", "startDate")) is None:
        return
    name, on = named
    project = drafting.id_for("project", item, name, on[:7])
    proposed = ProjectProposed(
        on=on,
        project=project,
        title=name,
        note=join_note(
            item.text("description"),
            item.text("summary"),
            entity=item.text("entity"),
            type=item.text("type"),
            roles="; ".join(item.texts("roles")),
            keywords="; ".join(item.texts("keywords")),
            points=item.texts("highlights"),
        ),
        evidence=_link(item),
    )
    drafting.add(item, f"{project}:proposed", proposed)
    ended = drafting.end(item, "endDate", item.date("endDate"), on)
    if ended is not None:
        finished = ProjectFinished(on=ended, project=project, outcome="shipped")
        drafting.add(item, f"{project}:finished", finished)


def _add_skills(drafting: Drafting, item: Item) -> None:
    name, on, keywords = item.text("name"), drafting.undated(), item.texts("keywords")
    if on is None:
        item.leave_out(_NO_DATE)
        return
    _add_skill(drafting, item, "name", "level", SKILL_LEVELS, is_optional=bool(keywords))
    for keyword in keywords:
        practised = SkillPractised(on=on, skill=keyword, context=name, hours=0)
        drafting.add(item, slug(name, keyword), practised)


def _add_skill(
    drafting: Drafting,
    item: Item,
    name_field: str,
    scale: str,
    levels: dict[str, float],
    *,
    is_optional: bool = False,
) -> None:
    skill, grade, on = item.text(name_field), item.text(scale), drafting.undated()
    level = levels.get(slug(grade).replace("-", " ")) if grade else None
    note = join_note(item.text("summary"), grade and f"{scale.capitalize()}: {grade}")
    if on is None or skill is None:
        if not is_optional:
            item.leave_out(_NO_DATE if on is None else _lacks(name_field))
    elif level is None:
        context = LANGUAGE if item.section == "languages" else None
        practised = SkillPractised(on=on, skill=skill, context=context, note=note, hours=0)
        drafting.add(item, slug(skill), practised)
    else:
        assessed = SkillAssessed(on=on, skill=skill, level=level, note=note, hours=0)
        drafting.add(item, slug(skill), assessed)


_NO_DATE: Final = "nothing in the file has a date; add meta.lastModified"
_SECTIONS: Final[dict[str, Callable[[Drafting, Item], None]]] = {
    "work": partial(_add_role, employer=("name", "company"), unpaid=False),
    "volunteer": partial(_add_role, employer=("organization", "organisation"), unpaid=True),
    "education": _add_education,
    "certificates": _add_certificate,
    "awards": _add_award,
    "publications": _add_publication,
    "projects": _add_project,
    # Last, because they get the latest date of the other sections.
    "references": _add_reference,
    "skills": _add_skills,
    "languages": partial(_add_skill, name_field="language", scale="fluency", levels=FLUENCY_LEVELS),
}
_ABOUT_YOU: Final = {"basics", "interests"}
_ABOUT_THE_FILE: Final = {"$schema", "meta"}
