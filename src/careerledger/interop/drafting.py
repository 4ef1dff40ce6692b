"""Turn the items of a file into drafts, and account for every value of it.

A reader takes the values of an item one by one. Those that it does not take are left out by name,
so that nothing is lost silently. Keys and ids come from an item's content: of items that would have
the same key each gets a digest of its content, so that an item never takes the key of another.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator
from datetime import date, datetime
from hashlib import sha256
from operator import itemgetter
from typing import Any, Final, TypeGuard

from careerledger.answers.reading import LeftOut, Reading
from careerledger.dates import PartialDate, as_of
from careerledger.errors import DateError
from careerledger.events import Action
from careerledger.history import Draft
from careerledger.interop.dates_in_words import is_ongoing, read_date

__all__ = [
    "DATED_BY_FILE",
    "Drafting",
    "Item",
    "drafted",
    "is_list",
    "is_object",
    "join_note",
    "last_day",
    "slug",
]

MAX_ITEM: Final = 50_000
"""The maximum number of characters in an item. An event repeats none more than once, and JSON
needs at most six bytes for one, so that every item fits into an entry."""
MAX_WORD: Final = 60
"""The maximum number of characters that an id takes from a text."""
DATED_BY_FILE: Final = "The file gives no date; this is its own."
"""The note of what has no date of its own."""
LANGUAGE: Final = "language"
"""The context of a skill that is a language."""
SHOWN: Final = 40
"""The maximum number of characters of a value in a reason."""


class Drafting:
    """The drafts of a file, as they are collected.

    Args:
        source: The name of the format.
        today: The last date of events that have happened.
        twins: Names that several items with different content would have.
    """

    def __init__(self, source: str, today: date, twins: frozenset[str] = frozenset()) -> None:
        self.source, self.today = source, today
        self.by_key: dict[str, Draft] = {}
        self.left_out: list[LeftOut] = []
        self.file_date: PartialDate | None = None
        """The date of the file, if it states one."""
        self.known: dict[str, str] = {}
        """The ids of people by what identifies them, for later parts of a file."""
        self._latest: PartialDate | None = None
        self._twins = twins
        self._contents: defaultdict[str, set[Hashable]] = defaultdict(set)
        self._items: set[Hashable] = set()

    def twins(self) -> frozenset[str]:
        """Return the names that items with different content would have."""
        return frozenset(name for name, several in self._contents.items() if len(several) > 1)

    def undated(self) -> PartialDate | None:
        """Return the date of the file, for what has no date of its own."""
        if self.file_date is not None and self.file_date.first_day <= self.today:
            return self.file_date
        return self._latest

    def leave_out(self, path: str, reason: str, value: Any = None) -> None:
        """Note what is not imported, and why."""
        self.left_out.append(LeftOut(path, reason, value))

    def read(self, item: "Item", add_events: "Callable[[Drafting, Item], None]") -> None:
        """Add the events of an item, and leave out the values that they do not take."""
        content = (item.section, item.content)
        if content in self._items:
            self.leave_out(item.path, "it is the same as an earlier item", item.fields)
            return
        self._items.add(content)
        size = len(str(item.content))
        if size > MAX_ITEM:
            self.leave_out(item.path, f"it has {size:,} characters, more than {MAX_ITEM:,}")
            return
        add_events(self, item)
        if not item.is_left_out:
            for path, value in item.untaken():
                self.leave_out(path, "there is no place for it", value)

    def past(self, item: "Item", name: str, on: PartialDate | None) -> PartialDate | None:
        """Return a date that is not in the future; leave out one that is."""
        if on is None or on.first_day <= self.today:
            return on
        item.refuse(name, f"{on} is in the future; import the file again after it")
        return None

    def end(
        self, item: "Item", name: str, end: PartialDate | None, start: PartialDate | None
    ) -> PartialDate | None:
        """Return an end that is in the past and not before the start; leave out any other."""
        if end is None or start is None or not end.is_before(start):
            return self.past(item, name, end)
        item.refuse(name, f"{end} is before the start on {start}; correct the date that is wrong")
        return None

    def id_for(self, kind: str, item: "Item", *parts: str | None) -> str:
        """Return a readable id of this kind, shared only by items with the same content."""
        name = self._name(f"{kind}:{slug(*parts)}", item.content)
        return name.removeprefix(f"{kind}:")

    def add(self, item: "Item", name: str, event: Action) -> None:
        """Add an event of an item under a key made from its section and this name."""
        key = self._name(f"{self.source}:{item.section}:{name}", item.content)
        self.by_key[key] = Draft(event, key)
        if event.hours != 0:
            self._latest = max(self._latest or event.on, event.on)

    def reading(self, covers: frozenset[type[Action]]) -> Reading:
        """Return what was collected."""
        return Reading(
            source=self.source,
            drafts=tuple(self.by_key.values()),
            left_out=tuple(self.left_out),
            covers=covers,
        )

    def _name(self, base: str, content: Hashable) -> str:
        self._contents[base].add(content)
        if base not in self._twins:
            return base
        return f"{base}-{sha256(repr(content).encode(errors='replace')).hexdigest()[:8]}"


def drafted(
    source: str, today: date, covers: frozenset[type[Action]], fill: Callable[[Drafting], None]
) -> Reading:
    """Return the reading of a file.

    Args:
        source: The name of the format.
        today: The last date of events that have happened.
        covers: The types of events that the file lists completely.
        fill: Adds all items of the file. It is called twice: only then it is known which items
            would have the same key.
    """
    first = Drafting(source, today)
    fill(first)
    drafting = Drafting(source, today, first.twins())
    fill(drafting)
    return drafting.reading(covers)


def last_day(today: date | None) -> date:
    """Return the last date of events that have happened: this one, or else today."""
    return datetime.now().astimezone().date() if today is None else as_of(today)


class Item:
    """An object or a row of a file. A null, empty or wrong value reads as absent.

    Args:
        drafting: Where its events go.
        section: The part of the file that it is in, for keys.
        path: Where it is, for messages.
        fields: Its values by name.
        member: Returns the path of a field.
        day_first: As for ``read_date``.
    """

    def __init__(
        self,
        drafting: Drafting,
        section: str,
        path: str,
        fields: dict[str, Any],
        member: Callable[[str, str], str],
        *,
        day_first: bool | None = None,
    ) -> None:
        self.drafting, self.section, self.path, self.fields = drafting, section, path, dict(fields)
        stated = ((name, value) for name, value in fields.items() if not _is_empty(value))
        self.content: Hashable = repr(sorted(stated, key=itemgetter(0)))
        """Everything that the item says."""
        self.is_left_out = False
        """Whether no event was made of it."""
        self._member, self._day_first = member, day_first
        self._taken: set[str] = set()

    def text(self, *names: str) -> str | None:
        """Return the first text under one of these names; numbers are read as text."""
        for name in names:
            text = self._text(name, self.fields.get(name))
            if text is not None:
                self._taken.add(name)
                return text
        return None

    def texts(self, name: str) -> tuple[str, ...]:
        """Return the texts of a list."""
        value = self.fields.get(name)
        self._taken.add(name)
        if value is None or isinstance(value, str):
            return (value,) if value and value.strip() else ()
        if not is_list(value):
            self.refuse(name, "it is not a list")
            return ()
        texts = [self._text(name, each) for each in value]
        return tuple(text for text in texts if text is not None)

    def date(self, *names: str) -> PartialDate | None:
        """Return the first date under one of these names; leave out an invalid one."""
        for name in names:
            text = self.text(name)
            if text is None or is_ongoing(text):
                continue
            try:
                return read_date(text, day_first=self._day_first)
            except DateError as error:
                self.refuse(name, str(error))
        return None

    def is_ongoing(self, name: str) -> bool:
        """Return whether a date is a word for the present."""
        text = self.fields.get(name)
        return isinstance(text, str) and is_ongoing(text)

    def refuse(self, name: str, reason: str) -> None:
        """Leave out the value of a field."""
        self._taken.add(name)
        self.drafting.leave_out(self._member(self.path, name), reason, self.fields.get(name))

    def leave_out(self, reason: str) -> None:
        """Leave out the whole item."""
        self.is_left_out = True
        self.drafting.leave_out(self.path, reason, self.fields)

    def is_taken(self, name: str) -> bool:
        """Return whether a field's value is in an event already, or left out."""
        return name in self._taken

    def untaken(self) -> Iterator[tuple[str, Any]]:
        """Yield the path and value of each field that was not taken and is not empty."""
        for name, value in self.fields.items():
            if name not in self._taken and not _is_empty(value):
                yield self._member(self.path, name), value

    def _text(self, name: str, value: object) -> str | None:
        if isinstance(value, bool) or value is None:
            return None if value is None else str(value).lower()
        if not isinstance(value, str | int | float):
            self.refuse(name, "it is not text")
            return None
        text = str(value).strip()
        try:
            text.encode()
        except UnicodeEncodeError:
            self.refuse(name, "it has a lone surrogate; remove that character")
            return None
        return text or None


def is_list(value: object) -> TypeGuard[list[Any]]:
    """Return whether a value of a file is a list."""
    return isinstance(value, list)


def is_object(value: object) -> TypeGuard[dict[str, Any]]:
    """Return whether a value of a file has named values."""
    return isinstance(value, dict)


def _is_empty(value: object) -> bool:
    if is_object(value):
        return all(map(_is_empty, value.values()))
    if is_list(value):
        return all(map(_is_empty, value))
    return value is None or (isinstance(value, str) and not value.strip())


def slug(*parts: str | None) -> str:
    """Return a readable id made of several texts."""
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


def join_note(*parts: str | None, points: tuple[str, ...] = (), **labels: str | None) -> str | None:
    """Return a note: texts, labelled values and a list, each on lines of its own."""
    lines = (
        f"{name.replace('_', ' ').capitalize()}: {text}" for name, text in labels.items() if text
    )
    return "\n".join([*filter(None, parts), *lines, *(f"- {p}" for p in points)]) or None
