"""Show that a ledger holds what was recorded: to its owner, and to others."""

from collections.abc import Iterator, Mapping
from concurrent.futures.thread import ThreadPoolExecutor
from itertools import chain, pairwise
from operator import itemgetter
from typing import Final

from careerledger.errors import CodecError, DamagedError, ProofError
from careerledger.events import Event, PersonalField, UnknownEvent
from careerledger.events.correction import EntryAmended, SubjectForgotten
from careerledger.history import Entry
from careerledger.journal import strict
from careerledger.journal.people import Person
from careerledger.journal.personal import commitments_in, unnamed_in
from careerledger.journal.read import Journal
from careerledger.journal.write import as_row
from careerledger.proofs.checkpoint import Checkpoint
from careerledger.proofs.inclusion import Proof
from careerledger.proofs.merkle import Frontier, inclusion_path, root_of
from careerledger.proofs.personal import read_disclosures
from careerledger.stores import Query, Row, Store

__all__ = ["check_row", "missing_of", "prove_entry", "verify_all", "verify_ledger"]


def verify_all(store: Store) -> None:
    """Verify every ledger of a store, in the order of their names.

    The store checks itself once for all ledgers: a file is read in one pass.

    Args:
        store: The store; others may go on writing it.

    Raises:
        DamagedError: A ledger is damaged, or an index of the store; names the first damaged
            ledger and entry.
    """
    store.check()
    for name in store.ledgers():
        _verify_entries(Journal(store, name), None)


def verify_ledger(journal: Journal, since: Checkpoint | None, *, in_block: bool = False) -> None:
    """Read every entry strictly, hash it, and compare it with its row.

    Args:
        journal: The ledger.
        since: A checkpoint that the ledger must extend.
        in_block: Whether this thread is writing the ledger, so that no other may read it.

    Raises:
        DamagedError: The ledger is damaged; names the first damaged entry.
        ProofError: The ledger does not extend the checkpoint ``since``.
    """
    if in_block or journal.head().size <= _FEW:
        journal.store.check(journal.name)
        _verify_entries(journal, since)
        return
    with ThreadPoolExecutor(1) as beside:
        checked = beside.submit(journal.store.check, journal.name)
        try:
            _verify_entries(journal, since)
        finally:
            checked.result()  # its error comes first: entries of a damaged file rarely fit


_FEW: Final = 1000
"""Up to this many entries, a thread would take longer than it saves."""


def _verify_entries(journal: Journal, since: Checkpoint | None) -> None:
    head = journal.head()
    if since is not None and since.size > head.size:
        raise ProofError(
            f"ledger {journal.name!r} has {head.size} entries, the checkpoint {since.size}: "
            "entries were cut off, or the checkpoint is another ledger's"
        )
    frontier = Frontier()
    _check_extends(journal, frontier, since)
    recorded_at = ""
    for rows in _sound_pages(journal, head.size if since is None else since.size, head.size):
        frontier.extend([row.leaf for row in rows])
        recorded_at = rows[-1].recorded_at
        _check_extends(journal, frontier, since)
    if (frontier.size, recorded_at, frontier.packed) != head:
        raise DamagedError(
            f"ledger {journal.name!r} holds {frontier.size} entries that do not lead to its "
            f"head of {head.size}; restore the file from a backup"
        )


def _check_extends(journal: Journal, frontier: Frontier, since: Checkpoint | None) -> None:
    """Raise ProofError where the tree has the size of the checkpoint, but not its root."""
    if since is not None and frontier.size == since.size and frontier.root() != since.root:
        raise _another(journal, since)


def _sound_pages(journal: Journal, *sizes: int) -> Iterator[list[Row]]:
    """Yield the rows, page by page; DamagedError for the first that does not fit its bytes.

    A page also ends at each of these sizes.
    """
    after, recorded_at = 0, ""
    missing: list[tuple[str, str, str, int]] = []
    """The fact, field, person and number of each line that is not there."""
    forgotten: list[tuple[str, int]] = []
    pages = (journal.pages(Query(after=start, upto=upto)) for start, upto in pairwise([0, *sizes]))
    for rows in chain.from_iterable(pages):
        alike = strict.decode_alike(rows)
        for row in rows:
            known = alike.get(row.seq)
            entry = check_row(journal, row, after + 1, recorded_at, known)
            after, recorded_at = row.seq, row.recorded_at
            if known is None and (row.personal is not None or b'"personal":' in row.body):
                missing += [
                    (row.target or row.id, field, subject, row.seq)
                    for field, subject in missing_of(journal.name, row, entry).items()
                ]
            if isinstance(entry.event, SubjectForgotten):
                forgotten.append((f"{entry.event.kind}:{entry.event.id}", row.seq))
        yield rows
    names = {name for name, _ in forgotten}
    if any(line[2] not in names and (line[2] or not names) for line in missing):
        _check_forgotten(journal, missing, forgotten)


def _check_forgotten(
    journal: Journal, missing: list[tuple[str, str, str, int]], forgotten: list[tuple[str, int]]
) -> None:
    """Raise DamagedError for a missing line that is about nobody who was forgotten.

    Who was forgotten may have had other ids; and a field about the person in one version of a
    fact was erased in all of them.
    """
    people = [Person.called(journal, name, at) for name, at in forgotten]
    explained = {
        (fact, field)
        for fact, field, subject, seq in missing
        if any(person.had(subject, seq) for person in people) or (forgotten and not subject)
    }
    for fact, field, _, seq in sorted(missing, key=itemgetter(3)):
        if (fact, field) not in explained:
            raise _unsound(journal.name, seq)


def check_row(
    journal: Journal, row: Row, number: int, recorded_at: str, entry: Entry[Event] | None = None
) -> Entry[Event]:
    """Return the entry in a row; DamagedError where the columns do not match the bytes.

    Args:
        journal: The ledger.
        row: The row.
        number: The number that it must have.
        recorded_at: The instant of the row before it.
        entry: The entry in its bytes; None: decode it.
    """
    try:
        entry = entry or strict.decode(row.seq, row.body, row.personal)
    except CodecError as error:
        raise _unsound(journal.name, number) from error
    expected = as_row(entry, row.body, row.personal)
    if isinstance(entry.event, UnknownEvent):
        # Only a program that knows the type can say what it introduces and names.
        expected = expected._replace(introduces=row.introduces, names=row.names)
        if row.personal is not None and unnamed_in(row):
            raise _unsound(journal.name, number)
    if row.seq != number or row != expected or row.recorded_at < recorded_at:
        raise _unsound(journal.name, number)
    return entry


def missing_of(ledger: str, row: Row, entry: Entry[Event]) -> dict[str, str]:
    """Return the people, as ``"kind:id"``, whose lines are missing from an entry, by field.

    The entry commits to each line. Empty text stands for a person in an event that this program
    does not know. Raises DamagedError for a line that the entry does not commit to.
    """
    commitments = commitments_in(row.body)
    try:
        lines = {} if row.personal is None else read_disclosures(row.personal, commitments)
    except ProofError as error:
        raise _unsound(ledger, row.seq) from error
    event = entry.event.event if isinstance(entry.event, EntryAmended) else entry.event
    known: Mapping[str, PersonalField] = {}
    if not isinstance(event, UnknownEvent):
        known = event.__event__.personal
    return {
        name: f"{known[name].kind}:{getattr(event, known[name].subject)}" if name in known else ""
        for name in commitments.keys() - lines.keys()
    }


def _another(journal: Journal, signed: Checkpoint) -> ProofError:
    return ProofError(
        f"the first {signed.size} entries of ledger {journal.name!r} are not those that were "
        "signed: one was changed, or the checkpoint is another ledger's"
    )


def _unsound(ledger: str, number: int) -> DamagedError:
    return DamagedError(
        f"entry #{number} of ledger {ledger!r} is damaged: its columns do not match its content; "
        "restore the file from a backup, or save what still fits by 'careerledger recover'"
    )


def prove_entry(journal: Journal, seq: int, checkpoint: str | None, *, disclose: bool) -> Proof:
    """Return the proof that an entry is in the ledger of a checkpoint.

    Args:
        journal: The ledger.
        seq: The number of the entry.
        checkpoint: The text of a checkpoint; None: the ledger as it is.
        disclose: Whether the proof contains the entry's personal data.
    """
    head = journal.head()
    signed = None if checkpoint is None else Checkpoint.from_text(checkpoint)
    size = head.size if signed is None else signed.size
    if not seq <= size <= head.size:
        raise ProofError(
            f"#{seq} of ledger {journal.name!r} is not among the {size} entries of the "
            f"checkpoint, or the checkpoint is not one of this ledger, which has {head.size}; "
            "make a new one"
        )
    leaves: list[bytes] = []
    for page in journal.pages(Query(upto=size)):
        leaves += [row.leaf for row in page]
    if signed is not None and root_of(leaves) != signed.root:
        raise _another(journal, signed)
    if len(leaves) < size:
        raise _unsound(journal.name, len(leaves) + 1)
    (row,) = journal.rows(Query(after=seq - 1, upto=seq))
    return Proof(
        index=seq - 1,
        entry=row.body,
        path=tuple(inclusion_path(leaves, seq - 1)),
        disclosures=(row.personal or b"") if disclose else b"",
        checkpoint=checkpoint or "",
    )
