"""Read the archive of a LinkedIn account: a zip file, a folder, or a single table of it.

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

Other files are not opened. Other people are named only if they are among the connections, so that
they can be forgotten. Columns are read by name, since their order differs between years.
"""

import html
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from pathlib import PurePosixPath
from typing import Any, Final, NamedTuple

from careerledger.answers.reading import LeftOut, Reading
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
from careerledger.interop.drafting import (
    LANGUAGE,
    Drafting,
    Item,
    drafted,
    join_note,
    last_day,
    slug,
)
from careerledger.interop.formats import Source, source_of
from careerledger.interop.json_resume import FLUENCY_LEVELS
from careerledger.interop.tables import Table as TextTable, read_table

__all__ = ["NAME", "matches", "read"]

NAME: Final = "linkedin"
LISTED: Final = 100
"""How many people who are no connections are listed."""
Fill = Callable[[Drafting, Item], None]


class Table(NamedTuple):
    """A file that is read."""

    columns: tuple[str, ...]
    """Those by which its header is found."""
    fill: Fill | None
    """Adds the events of a row; None: rows are not read one by one."""


def matches(source: Source) -> bool:
    """Return whether an archive or a folder has files of a LinkedIn export, or a file is one."""
    if not source.members:
        table = _TABLES.get(_stem(source.name))
        try:
            return table is not None and _table(source.name, source.head, table.columns) is not None
        except ForeignFileError:
            return False
    stems = set(map(_stem, source.members))
    return len(stems & {*_TABLES, "profile"}) > 1 or "connections" in stems


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
    left_out: list[LeftOut] = []
    rows: dict[str, list[Row]] = {}
    for member in members:
        stem = _stem(member.name)
        if stem in _TABLES and (people or stem not in _ABOUT_PEOPLE):
            rows[member.name] = list(_rows(member, _TABLES[stem].columns, left_out, people=people))
        elif stem in _ABOUT_PEOPLE:
            reason = "it is about other people; import people too to read it"
            left_out.append(LeftOut(member.name, reason))
        else:
            left_out.append(LeftOut(member.name, "it is not read"))
    dates = [member.modified for member in members if member.name in rows]

    def fill(drafting: Drafting) -> None:
        drafting.left_out += left_out
        drafting.file_date = PartialDate(max(dates)) if dates else None
        order = list(_TABLES)
        for name in sorted(rows, key=lambda name: order.index(_stem(name))):
            _fill(drafting, name, rows[name])

    return drafted(NAME, last_day(today), _covered({_stem(name) for name in rows}), fill)


Row = tuple[int, dict[str, Any]] | str
"""The number of a line and its values by column, or what is wrong."""


def _fill(drafting: Drafting, name: str, rows: list[Row]) -> None:
    stem = _stem(name)
    fill = _TABLES[stem].fill
    for reason in (row for row in rows if isinstance(row, str)):
        drafting.leave_out(name, reason)
    items = [
        Item(drafting, stem, f"{name}, line {row[0]}", row[1], _member_path, day_first=False)
        for row in rows
        if not isinstance(row, str)
    ]
    if fill is None:
        _add_messages(drafting, name, items)
        return
    for item in items:
        drafting.read(item, fill)


def _covered(stems: set[str]) -> frozenset[type[Action]]:
    """Return the types of events that these files list completely.

    LinkedIn leaves out a file without rows; the files of a profile come together.
    """
    covers: set[type[Action]] = set()
    is_profile = "positions" in stems
    if is_profile:
        covers |= _OF_PROFILE
    if is_profile and "learning" in stems:
        covers.add(CourseFinished)
    if is_profile and {"recommendations_received", "endorsement_received_info"} <= stems:
        covers.add(RecognitionReceived)
    if "connections" in stems:
        covers.add(ContactMade)
    return frozenset(covers)


_OF_PROFILE: Final[set[type[Action]]] = {
    CredentialAwarded,
    MilestoneDeclared,
    ProjectFinished,
    ProjectProposed,
    RoleEnded,
    RoleStarted,
    SkillAssessed,
    SkillPractised,
}


def _stem(name: str) -> str:
    """Return the name of a member without folders, the extension and a member's number."""
    path = PurePosixPath(name.replace("\\", "/"))
    if path.suffix.casefold() != ".csv":
        return name
    return re.sub(r"_[0-9]+$", "", path.stem).casefold().replace(" ", "_")


def _member_path(path: str, name: str) -> str:
    return f"{path}, {name}"


def _table(name: str, body: bytes, columns: tuple[str, ...]) -> TextTable | None:
    """Return the table below the first line with these columns."""
    needed = {each.casefold() for each in columns}
    return read_table(name, body, lambda cells: needed <= {cell.casefold() for cell in cells})


def _rows(
    member: Member, columns: tuple[str, ...], left_out: list[LeftOut], *, people: bool
) -> Iterator[Row]:
    """Yield the rows of a file without the columns that are refused, which are left out."""
    refused = {**_REFUSED, **({} if people else dict.fromkeys(_PERSONS, _WITHOUT_PEOPLE))}
    try:
        table = _table(member.name, member.body(), columns)
        if table is None:
            yield f"it has no columns {', '.join(columns)}"
            return
        if _stem(member.name) not in _WITH_PERSONS:
            refused = _REFUSED
        for reason in dict.fromkeys(refused.values()):
            names = [each for each in table.columns if refused.get(each) == reason]
            if names:
                left_out.append(LeftOut(f"{member.name}, {', '.join(names)}", reason))
        for row in table.rows:
            fields = {
                name: text
                for name, cell in row.cells.items()
                if name not in refused and (text := html.unescape(cell).strip()) not in _EMPTY
            }
            if fields:
                yield row.line, fields
    except ForeignFileError as error:
        yield str(error)


_WITHOUT_PEOPLE: Final = "it is about other people; import people too to read it"
_PERSONS: Final = (
    *("First Name", "Last Name", "Job Title", "Company"),
    *("Endorser First Name", "Endorser Last Name", "Endorser Public Url"),
)
_WITH_PERSONS: Final = {"recommendations_received", "endorsement_received_info"}
"""The files in which other people are named beside what they are about."""
_REFUSED: Final[dict[str, str]] = {
    **dict.fromkeys(
        (
            *("CONVERSATION ID", "CONVERSATION TITLE", "SUBJECT", "CONTENT", "ATTACHMENTS"),
            "IS CONVERSATION DRAFT",
        ),
        "texts of messages are never read",
    ),
    **dict.fromkeys(
        ("Contact Email", "Contact Phone Number"), "it is about a person who is no contact"
    ),
}
"""Columns that are never read, and why."""
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
    organisation = item.text("Company Name")
    if organisation is None:
        item.leave_out("it has no Company Name")
        return
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
    context = LANGUAGE if item.section == "languages" else None
    event: Action = (
        SkillPractised(on=on, skill=skill, context=context, note=note, hours=0)
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


def _contact(drafting: Drafting, item: Item, *names: str, url: str | None = None) -> str | None:
    """Return the id of a connection who is named in a row.

    Anyone else is left out: what the ledger says of people it must be able to forget.
    """
    name = " ".join(filter(None, map(item.text, names)))
    link = item.text(url) if url is not None else None
    contact = _known(drafting, (link or "", name)) or None
    if contact is None:
        for each in (*names, *([url] if url else ())):
            if each in item.fields:
                item.refuse(each, _STRANGER)
    return contact


_STRANGER: Final = "the person is not among your connections"


def _add_recommendation(drafting: Drafting, item: Item) -> None:
    status = item.text("Status")
    if status is not None and status.casefold() != "visible":
        item.leave_out(f"its status is {status}")
        return
    if (named := _named(drafting, item, "Text", "Creation Date")) is None:
        return
    text, on = named
    contact = _contact(drafting, item, "First Name", "Last Name")
    by = ", ".join(filter(None, map(item.text, ("Job Title", "Company")))) if contact else None
    received = RecognitionReceived(
        on=on, kind="recommendation", text=text, contact=contact, note=by or None
    )
    drafting.add(item, slug(text[:40], on), received)


def _add_endorsement(drafting: Drafting, item: Item) -> None:
    status = item.text("Endorsement Status")
    if status is not None and status.casefold() != "accepted":
        item.leave_out(f"its status is {status}")
        return
    if (named := _named(drafting, item, "Skill Name", "Endorsement Date")) is None:
        return
    skill, on = named
    contact = _contact(
        drafting, item, "Endorser First Name", "Endorser Last Name", url="Endorser Public Url"
    )
    received = RecognitionReceived(
        on=on, kind="endorsement", text=skill, skills=(skill,), contact=contact
    )
    drafting.add(item, slug(skill, on, contact), received)


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
        # The archive does not say how long it was; a video or an article is no course of hours.
        is_short = (item.fields.get("Content Type") or "").casefold() in {"video", "article"}
        event = CourseFinished(
            on=on,
            title=title,
            provider=about[0],
            note=about[1],
            format="talk" if is_short else "course",
            hours=0 if is_short else None,
        )
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
    if url:
        drafting.known[_profile(url)] = contact
    # A name that several connections have stands for none of them.
    drafting.known[name.casefold()] = "" if name.casefold() in drafting.known else contact
    made = ContactMade(
        on=on,
        contact=contact,
        name=name,
        organisation=company,
        # An address names the person, so it is where forgetting erases it.
        note=join_note(position=item.text("Position"), profile=url, email=email),
    )
    drafting.add(item, f"contact:{identity}", made)


class _Message(NamedTuple):
    on: PartialDate
    sender: tuple[str, str]
    """The address of a profile, or empty, and a name."""
    recipients: tuple[tuple[str, str], ...]


def _add_messages(drafting: Drafting, name: str, items: list[Item]) -> None:
    """Add a touch for each connection and day; texts are not read.

    You are the most frequent of those who are no connections. What you write touches those whom
    you write to, any other message the person who wrote it.
    """
    messages = [message for item in items if (message := _message(drafting, item)) is not None]
    strangers = Counter(
        person
        for message in messages
        for person in {message.sender, *message.recipients}
        if not _known(drafting, person)
    )
    me = strangers.most_common(1)[0][0] if strangers else None
    for message in messages:
        others = message.recipients if message.sender == me else (message.sender,)
        for contact in {_known(drafting, person) for person in others} - {""}:
            item = Item(drafting, "messages", name, {}, _member_path)
            item.content = (contact, message.on)
            touched = ContactTouched(on=message.on, contact=contact, channel="LinkedIn", depth=1)
            drafting.add(item, f"{contact}:{message.on}", touched)
    names = sorted({called or link for link, called in strangers if (link, called) != me})
    if names:
        more = [f"and {len(names) - LISTED} more"] if len(names) > LISTED else []
        drafting.leave_out(
            name, "these people are not among your connections", names[:LISTED] + more
        )


def _known(drafting: Drafting, person: tuple[str, str]) -> str:
    link, name = person
    return drafting.known.get(_profile(link) if link else name.casefold(), "")


def _message(drafting: Drafting, item: Item) -> _Message | None:
    """Return a message; None: it is left out."""
    is_spam = (item.text("FOLDER") or "").casefold() == "spam"
    if is_spam or (item.text("IS MESSAGE DRAFT") or "").casefold() in {"yes", "true"}:
        drafting.leave_out(item.path, "it is spam" if is_spam else "it is a draft")
        return None
    on = item.date("DATE")
    if on is None or on.first_day > drafting.today:
        drafting.leave_out(item.path, "it has no DATE" if on is None else "it has not happened")
        return None
    links, names = (
        [text for each in (item.text(column) or "").split(",") if (text := each.strip())]
        for column in ("RECIPIENT PROFILE URLS", "TO")
    )
    if len(links) == len(names):
        recipients = tuple(zip(links, names, strict=True))
    else:
        recipients = tuple((link, "") for link in links) or tuple(("", name) for name in names)
    sender = (item.text("SENDER PROFILE URL") or "", item.text("FROM") or "")
    return _Message(on, sender, recipients)


_TABLES: Final[dict[str, Table]] = {
    # First, since other files name connections.
    "connections": Table(("First Name", "Last Name", "Connected On"), _add_connection),
    "positions": Table(
        ("Company Name", "Title", "Started On"), partial(_add_role, title="Title", unpaid=False)
    ),
    "volunteering": Table(
        ("Company Name", "Role", "Started On"), partial(_add_role, title="Role", unpaid=True)
    ),
    "education": Table(("School Name", "Start Date"), _add_education),
    "certifications": Table(("Name", "Authority"), _add_certificate),
    "projects": Table(("Title", "Started On"), _add_project),
    "publications": Table(("Name", "Published On"), partial(_add_milestone, dated="Published On")),
    "testscores": Table(("Name", "Tested On"), partial(_add_milestone, dated="Tested On")),
    "honors": Table(("Title", "Issued On"), _add_honour),
    "recommendations_received": Table(("Text", "Creation Date"), _add_recommendation),
    "endorsement_received_info": Table(("Endorsement Date", "Skill Name"), _add_endorsement),
    "learning": Table(("Content Title",), _add_course),
    "events": Table(("Event Name", "Event Time"), _add_event),
    "job_applications": Table(("Application Date", "Job Title"), _add_application),
    "messages": Table(("FROM", "TO", "DATE"), None),
    # Last, since they get the latest date of the others where the archive has none.
    "skills": Table(("Name",), _add_skill),
    "languages": Table(("Name", "Proficiency"), _add_skill),
}
_TABLES["volunteer_experiences"] = _TABLES["volunteering"]
_ABOUT_PEOPLE: Final = {"connections", "messages"}
"""The files that are read with people only."""
