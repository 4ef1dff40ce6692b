"""Read the archive of a LinkedIn account, as a zip file or a folder, basic or complete.

| file | becomes |
|---|---|
| Positions, Volunteering | RoleStarted and RoleEnded; volunteering is ``volunteered`` |
| Education | CourseStarted and CourseFinished, with the format ``degree`` |
| Certifications | CredentialAwarded |
| Skills, Languages | SkillAssessed if the level is known, else SkillPractised, for 0 hours |
| Projects | ProjectProposed and ProjectFinished |
| Publications, TestScores | MilestoneDeclared |
| Honors, Recommendations_Received, Endorsement_Received_Info | RecognitionReceived |
| Learning | CourseFinished if completed, else CourseStarted |
| Events | GatheringAttended |
| Jobs/Job Applications | OpportunityFound |
| Connections, with ``people`` | ContactMade |
| messages, with ``people`` | ContactTouched, one a day for each connection; never the text |

Other files are not opened. Columns are read by name, since their order differs between years.
"""

import csv
import html
import io
import os
import re
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from pathlib import PurePosixPath
from typing import Any, Final, NamedTuple

from careerledger.answers.reading import Reading
from careerledger.dates import PartialDate
from careerledger.errors import ForeignFileError
from careerledger.events import (
    Action,
    ContactMade,
    ContactTouched,
    CourseFinished,
    CourseStarted,
    CredentialAwarded,
    GatheringAttended,
    MilestoneDeclared,
    OpportunityFound,
    ProjectFinished,
    ProjectProposed,
    RecognitionReceived,
    RoleEnded,
    RoleLike,
    RoleStarted,
    SkillAssessed,
    SkillPractised,
)
from careerledger.interop.archive import Member, members_of
from careerledger.interop.drafting import Drafting, Item, drafted, join_note, last_day, slug
from careerledger.interop.formats import Source, source_of
from careerledger.interop.json_resume import FLUENCY_LEVELS

__all__ = ["NAME", "matches", "read"]

NAME: Final = "linkedin"
MAX_ROWS: Final = 100_000
"""The maximum number of rows of a file."""
Fill = Callable[[Drafting, Item], None]


class Table(NamedTuple):
    """A file that is read."""

    columns: tuple[str, ...]
    """Those by which its header is found."""
    fill: Fill
    types: tuple[type[Action], ...]
    """The events that it lists completely."""


def matches(source: Source) -> bool:
    """Return whether an archive or a folder has files of a LinkedIn export."""
    stems = set(map(_stem, source.members))
    return len(stems & {*_TABLES, *_PEOPLE, "profile"}) > 1 or "connections" in stems


def read(
    source: Source | str | os.PathLike[str], *, today: date | None = None, people: bool = False
) -> Reading:
    """Read a LinkedIn archive.

    Args:
        source: The path of the zip file, or of the folder that it was unpacked to.
        today: The date after which events lie in the future and are left out. Default: today.
        people: Whether to read connections, on which days messages were exchanged, and the names
            of the people who recommended you.

    Raises:
        ForeignFileError: It is no LinkedIn archive, or a damaged one.
    """
    if not isinstance(source, Source):
        source = source_of(source)
    members = members_of(source)
    if not matches(source):
        raise ForeignFileError(
            f"cannot import {source.name}: it is no LinkedIn archive, which has files such as "
            "Positions.csv"
        )
    last = last_day(today)
    tables = {**_TABLES, **(_PEOPLE if people else {})}
    covers = {
        kind
        for member in members
        if (table := tables.get(_stem(member.name))) is not None
        for kind in table.types
    }
    rows = {
        member.name: list(_rows(member, tables[_stem(member.name)].columns))
        for member in members
        if _stem(member.name) in tables
    }
    return drafted(
        NAME,
        last,
        frozenset(covers),
        lambda drafting: _fill(drafting, members, rows, people=people),
    )


Row = tuple[int, dict[str, Any]] | str
"""The number of a line and its values by column, or what is wrong."""


def _fill(
    drafting: Drafting, members: list[Member], rows: dict[str, list[Row]], *, people: bool
) -> None:
    dates = [member.modified for member in members if member.name in rows]
    if dates:
        drafting.file_date = PartialDate(max(dates))
    tables = {**_TABLES, **(_PEOPLE if people else {})}
    known = [name for name in rows if _stem(name) in tables]
    # Messages come last: by then the connections are known.
    for name in sorted(known, key=lambda name: list(tables).index(_stem(name))):
        stem = _stem(name)
        if stem == "messages":
            drafting.leave_out(f"{name}, SUBJECT and CONTENT", "texts of messages are never read")
        for row in rows[name]:
            if isinstance(row, str):
                drafting.leave_out(name, row)
                continue
            line, fields = row
            path = f"{name}, line {line}"
            item = Item(drafting, stem, path, fields, _member_path, day_first=False)
            fill: Any = tables[stem].fill
            drafting.read(item, partial(fill, people=True) if people and stem in _NAMES else fill)
    for member in members:
        if member.name not in rows:
            reason = (
                "it is about other people; import people too to read it"
                if _stem(member.name) in _PEOPLE
                else "it is not read"
            )
            drafting.leave_out(member.name, reason)


def _stem(name: str) -> str:
    """Return the name of a member without folders, the extension and a member's number."""
    path = PurePosixPath(name.replace("\\", "/"))
    if path.suffix.casefold() != ".csv":
        return name
    return re.sub(r"_[0-9]+$", "", path.stem).casefold().replace(" ", "_")


def _member_path(path: str, name: str) -> str:
    return f"{path}, {name}"


def _rows(member: Member, columns: tuple[str, ...]) -> Iterator[Row]:
    """Yield the rows below the header, which is the first line with these columns."""
    try:
        reader = csv.reader(io.StringIO(member.text()), strict=False)
        header: list[str] | None = None
        for count, cells in enumerate(reader):
            if count > MAX_ROWS:
                yield f"it has more than {MAX_ROWS:,} rows; the rest is not read"
                return
            if header is None:
                names = [cell.strip() for cell in cells]
                if {each.casefold() for each in columns} <= {name.casefold() for name in names}:
                    header = names
                continue
            fields = {
                name: text
                for name, cell in zip(header, cells, strict=False)
                if name
                and name not in _PRIVATE
                and (text := html.unescape(cell).strip()) not in _EMPTY
            }
            if fields:
                yield reader.line_num, fields
        if header is None:
            yield f"it has no columns {', '.join(columns)}"
    except (ForeignFileError, csv.Error) as error:
        yield str(error)


_PRIVATE: Final = {"SUBJECT", "CONTENT", "ATTACHMENTS", "CONVERSATION TITLE", "FROM", "TO"}
"""Columns of messages that are never read."""
_EMPTY: Final = {"", "N/A", "Not Available"}


# From rows to events


def _links(item: Item, *names: str) -> tuple[str, ...]:
    link = item.text(*names)
    return (link,) if link else ()


def _named(drafting: Drafting, item: Item, name: str, dated: str) -> tuple[str, PartialDate] | None:
    """Return the name and date of a row; leave it out and return None if it lacks one."""
    text, on = item.text(name), item.date(dated)
    if text is None or on is None:
        item.leave_out(f"it has no {name if text is None else dated}")
        return None
    if on.first_day > drafting.today:
        item.leave_out(f"{on} is in the future; import the archive again after it")
        return None
    return text, on


def _add_role(drafting: Drafting, item: Item, *, title: str, unpaid: bool) -> None:
    if (named := _named(drafting, item, title, "Started On")) is None:
        return
    name, start = named
    organisation = item.text("Company Name") or "self-employed"
    role = drafting.id_for("role", item, organisation, name, start[:7])
    started = RoleStarted(
        on=start,
        role=role,
        organisation=organisation,
        title=name,
        volunteered=unpaid,
        note=join_note(item.text("Description"), item.text("Location"), cause=item.text("Cause")),
    )
    drafting.add(item, f"{role}:started", started)
    ended = drafting.end(item, "Finished On", item.date("Finished On"), start)
    if ended is not None:
        drafting.add(item, f"{role}:ended", RoleEnded(on=ended, role=role))


def _add_education(drafting: Drafting, item: Item) -> None:
    school, start, end = item.text("School Name"), item.date("Start Date"), item.date("End Date")
    title = item.text("Degree Name") or school
    if title is None or (start is None and end is None):
        missing = "Degree Name" if title is None else "Start Date or End Date"
        item.leave_out(f"it has no {missing}")
        return
    started = drafting.past(item, "Start Date", start)
    ended = drafting.end(item, "End Date", end, start)
    course = drafting.id_for("course", item, school, title, (start or end or "")[:7])
    note = join_note(item.text("Notes"), activities=item.text("Activities"))
    if started is not None:
        event = CourseStarted(
            on=started, course=course, title=title, provider=school, format="degree", note=note
        )
        drafting.add(item, f"{course}:started", event)
    if ended is not None:
        finished = CourseFinished(
            on=ended,
            course=None if started is None else course,
            title=title,
            provider=school,
            format="degree",
            note=note if started is None else None,
        )
        drafting.add(item, f"{course}:finished", finished)


def _add_certificate(drafting: Drafting, item: Item) -> None:
    period = re.split(r"\s+[-\u2013]\s+", item.text("Time Period") or "")
    if period != [""]:
        item.fields.setdefault("Started On", period[0])
        if len(period) > 1:
            item.fields.setdefault("Finished On", period[1])
    if (named := _named(drafting, item, "Name", "Started On")) is None:
        return
    name, on = named
    issuer, expires = item.text("Authority"), item.date("Finished On")
    if expires is not None and expires.is_before(on):
        item.refuse("Finished On", f"{expires} is before {on}; correct the date that is wrong")
        expires = None
    credential = drafting.id_for("credential", item, name, issuer, on[:7])
    awarded = CredentialAwarded(
        on=on,
        credential=credential,
        name=name,
        issuer=issuer,
        expires=expires,
        url=item.text("Url"),
        note=join_note(license=item.text("License Number")),
    )
    drafting.add(item, f"{credential}:awarded", awarded)


def _add_skill(drafting: Drafting, item: Item) -> None:
    skill, grade, on = item.text("Name"), item.text("Proficiency"), drafting.undated()
    if skill is None or on is None:
        item.leave_out("it has no Name" if skill is None else "the archive has no date")
        return
    level = FLUENCY_LEVELS.get(slug(grade).replace("-", " ")) if grade else None
    note = join_note(proficiency=grade)
    event: Action = (
        SkillPractised(on=on, skill=skill, note=note, hours=0)
        if level is None
        else SkillAssessed(on=on, skill=skill, level=level, note=note, hours=0)
    )
    drafting.add(item, slug(skill), event)


def _add_project(drafting: Drafting, item: Item) -> None:
    if (named := _named(drafting, item, "Title", "Started On")) is None:
        return
    title, on = named
    project = drafting.id_for("project", item, title, on[:7])
    proposed = ProjectProposed(
        on=on,
        project=project,
        title=title,
        note=item.text("Description"),
        evidence=_links(item, "Url"),
    )
    drafting.add(item, f"{project}:proposed", proposed)
    ended = drafting.end(item, "Finished On", item.date("Finished On"), on)
    if ended is not None:
        finished = ProjectFinished(on=ended, project=project, outcome="shipped")
        drafting.add(item, f"{project}:finished", finished)


def _add_milestone(drafting: Drafting, item: Item, *, dated: str) -> None:
    if (named := _named(drafting, item, "Name", dated)) is None:
        return
    title, on = named
    milestone = drafting.id_for("milestone", item, title, on[:7])
    declared = MilestoneDeclared(
        on=on,
        milestone=milestone,
        title=title,
        note=join_note(
            item.text("Description"), publisher=item.text("Publisher"), score=item.text("Score")
        ),
        evidence=_links(item, "Url"),
    )
    drafting.add(item, f"{milestone}:declared", declared)


def _add_honour(drafting: Drafting, item: Item) -> None:
    if (named := _named(drafting, item, "Title", "Issued On")) is None:
        return
    title, on = named
    received = RecognitionReceived(on=on, kind="award", text=title, note=item.text("Description"))
    drafting.add(item, slug(title, on), received)


def _person(item: Item, *names: str, people: bool) -> str | None:
    """Return a person's name and what is known of them; leave it out unless people are read."""
    if people:
        name = " ".join(filter(None, (item.text(names[0]), item.text(names[1]))))
        return ", ".join(filter(None, [name, *(item.text(each) for each in names[2:])])) or None
    for name in names:
        if name in item.fields:
            item.fields.pop(name)
    return None


def _add_recommendation(drafting: Drafting, item: Item, *, people: bool = False) -> None:
    names = ("First Name", "Last Name", "Job Title", "Company")
    status, by = item.text("Status"), _person(item, *names, people=people)
    if status is not None and status.casefold() != "visible":
        item.leave_out(f"its status is {status}")
        return
    if (named := _named(drafting, item, "Text", "Creation Date")) is None:
        return
    text, on = named
    received = RecognitionReceived(on=on, kind="recommendation", text=text, note=by)
    drafting.add(item, slug(text[:40], on), received)


def _add_endorsement(drafting: Drafting, item: Item, *, people: bool = False) -> None:
    names = ("Endorser First Name", "Endorser Last Name", "Endorser Public Url")
    status, by = item.text("Endorsement Status"), _person(item, *names, people=people)
    if status is not None and status.casefold() != "accepted":
        item.leave_out(f"its status is {status}")
        return
    if (named := _named(drafting, item, "Skill Name", "Endorsement Date")) is None:
        return
    skill, on = named
    received = RecognitionReceived(on=on, kind="endorsement", text=skill, skills=(skill,), note=by)
    drafting.add(item, slug(skill, on), received)


def _add_course(drafting: Drafting, item: Item) -> None:
    title = item.text("Content Title")
    done = item.date("Content Completed At (if completed)")
    seen = item.date("Content Last Watched Date (if viewed)")
    on = done or seen
    if title is None or on is None or on.first_day > drafting.today:
        item.leave_out("it was not begun" if title is not None else "it has no Content Title")
        return
    note = join_note(
        item.text("Content Description"),
        type=item.text("Content Type"),
        notes=item.text("Notes taken on videos (if taken)"),
        saved=item.text("Content Saved"),
        last_watched=None if done is None or seen is None else str(seen),
    )
    course = drafting.id_for("course", item, title)
    about = ("LinkedIn Learning", note)
    if done is None:
        event: Action = CourseStarted(
            on=on, course=course, title=title, provider=about[0], note=about[1]
        )
    else:
        event = CourseFinished(on=on, title=title, provider=about[0], note=about[1])
    drafting.add(item, course, event)


def _add_event(drafting: Drafting, item: Item) -> None:
    status = item.text("Status")
    if status is not None and status.casefold() not in {"attending", "attended"}:
        item.leave_out(f"its status is {status}")
        return
    if (named := _named(drafting, item, "Event Name", "Event Time")) is None:
        return
    name, on = named
    attended = GatheringAttended(on=on, name=name, evidence=_links(item, "External Url"))
    drafting.add(item, slug(name, on), attended)


def _add_application(drafting: Drafting, item: Item) -> None:
    if (named := _named(drafting, item, "Job Title", "Application Date")) is None:
        return
    title, on = named
    company = item.text("Company Name")
    opportunity = drafting.id_for("opportunity", item, company, title, on)
    found = OpportunityFound(
        on=on,
        opportunity=opportunity,
        what=f"{title} at {company}" if company else title,
        role_like=RoleLike(title=title, organisation=company),
        note=join_note(
            item.text("Question And Answers"),
            email=item.text("Contact Email"),
            phone=item.text("Contact Phone Number"),
            resume=item.text("Resume Name"),
        ),
        evidence=_links(item, "Job Url"),
    )
    drafting.add(item, opportunity, found)


def _profile(url: str) -> str:
    """Return the part of a profile's address that tells people apart."""
    path = url.casefold().partition("?")[0].rstrip("/")
    return path.removeprefix("https://").removeprefix("http://").removeprefix("www.")


def _add_connection(drafting: Drafting, item: Item) -> None:
    name = " ".join(filter(None, (item.text("First Name"), item.text("Last Name"))))
    on, url, email = item.date("Connected On"), item.text("URL"), item.text("Email Address")
    company = item.text("Company")
    if not name or name == "LinkedIn Member" or on is None:
        item.leave_out("the person left LinkedIn" if on is not None else "it has no Connected On")
        return
    if drafting.past(item, "Connected On", on) is None:
        item.leave_out("it has not happened")
        return
    identity = _profile(url) if url else email or f"{name}, {company}"
    contact = drafting.id_for("contact", item, identity)
    drafting.known[_profile(url) if url else identity] = contact
    made = ContactMade(
        on=on,
        contact=contact,
        name=name,
        organisation=company,
        # An address names the person, so it is where forgetting erases it.
        note=join_note(position=item.text("Position"), profile=url, email=email),
    )
    drafting.add(item, f"contact:{identity}", made)


def _add_message(drafting: Drafting, item: Item) -> None:
    """Add a touch for each connection that a message is from or to; its text is not read."""
    on = item.date("DATE")
    urls = (item.text("SENDER PROFILE URL"), item.text("RECIPIENT PROFILE URLS"))
    item.fields = {}
    if on is None or on.first_day > drafting.today:
        return
    for url in ",".join(filter(None, urls)).split(","):
        contact = drafting.known.get(_profile(url.strip()))
        if contact is not None:
            item.content = (contact, on)
            touched = ContactTouched(on=on, contact=contact, channel="LinkedIn", depth=1)
            drafting.add(item, f"{contact}:{on}", touched)


_TABLES: Final[dict[str, Table]] = {
    "positions": Table(
        ("Company Name", "Title", "Started On"),
        partial(_add_role, title="Title", unpaid=False),
        (RoleStarted, RoleEnded),
    ),
    "volunteering": Table(
        ("Company Name", "Role", "Started On"), partial(_add_role, title="Role", unpaid=True), ()
    ),
    "education": Table(("School Name", "Start Date"), _add_education, ()),
    "certifications": Table(("Name", "Authority"), _add_certificate, (CredentialAwarded,)),
    "projects": Table(("Title", "Started On"), _add_project, (ProjectProposed, ProjectFinished)),
    "publications": Table(
        ("Name", "Published On"), partial(_add_milestone, dated="Published On"), ()
    ),
    "testscores": Table(("Name", "Tested On"), partial(_add_milestone, dated="Tested On"), ()),
    "honors": Table(("Title", "Issued On"), _add_honour, ()),
    "recommendations_received": Table(("Text", "Creation Date"), _add_recommendation, ()),
    "endorsement_received_info": Table(("Endorsement Date", "Skill Name"), _add_endorsement, ()),
    "learning": Table(("Content Title",), _add_course, ()),
    "events": Table(("Event Name", "Event Time"), _add_event, ()),
    "job_applications": Table(("Application Date", "Job Title"), _add_application, ()),
    "skills": Table(("Name",), _add_skill, (SkillPractised,)),
    "languages": Table(("Name", "Proficiency"), _add_skill, ()),
}
_TABLES["volunteer_experiences"] = _TABLES["volunteering"]
_PEOPLE: Final[dict[str, Table]] = {
    "connections": Table(("First Name", "Last Name", "Connected On"), _add_connection, ()),
    "messages": Table(("FROM", "TO", "DATE"), _add_message, ()),
}
_NAMES: Final = {"recommendations_received", "endorsement_received_info"}
"""The files in which other people are named beside what they are about."""
