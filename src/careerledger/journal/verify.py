"""Showing that a ledger holds what it was given: for its owner, and for others."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from itertools import chain, pairwise
from typing import Final

from careerledger.errors import CodecError, DamagedError, ProofError
from careerledger.events import Event, PersonalField, UnknownEvent
from careerledger.events.correction import EntryAmended, SubjectForgotten
from careerledger.history import Entry
from careerledger.journal import strict
from careerledger.journal.personal import commitments_in
from careerledger.journal.read import log_pages
from careerledger.journal.write import as_row, as_rows
from careerledger.proofs.checkpoint import Checkpoint
from careerledger.proofs.inclusion import Proof
from careerledger.proofs.merkle import Frontier, inclusion_path, root_of
from careerledger.proofs.personal import disclosed
from careerledger.stores import Row, Store

__all__ = ["missing_of", "prove", "verify"]


def verify(store: Store, ledger: str, since: Checkpoint | None) -> None:
    """Read every entry strictly, hash it, and compare all that the store derived from it.

    Raises:
        DamagedError: Something does not fit; it names the first entry that does not.
        ProofError: The ledger does not go on from ``since``.
    """
    if store.head(ledger).size <= _FEW:
        store.check()
        _verify_entries(store, ledger, since)
        return
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - few need it

    with ThreadPoolExecutor(1) as beside:
        checked = beside.submit(store.check)
        try:
            _verify_entries(store, ledger, since)
        finally:
            checked.result()  # its error comes first: entries of a damaged file rarely fit


_FEW: Final = 1000
"""For so many entries a thread would take longer than it saves."""


def _verify_entries(store: Store, ledger: str, since: Checkpoint | None) -> None:
    head = store.head(ledger)
    if since is not None and since.size > head.size:
        raise ProofError(
            f"ledger {ledger!r} has {head.size} entries, the checkpoint {since.size}: entries "
            "were cut off, or the checkpoint is another ledger's"
        )
    _check_extends(ledger, Frontier(), since)
    frontier = Frontier()
    recorded_at = ""
    for rows in _fitting(store, ledger, head.size if since is None else since.size, head.size):
        frontier.extend([row.leaf for row in rows])
        recorded_at = rows[-1].recorded_at
        _check_extends(ledger, frontier, since)
    if (frontier.size, recorded_at, frontier.packed) != head:
        raise DamagedError(
            f"ledger {ledger!r} holds {frontier.size} entries that do not lead to its "
            f"head of {head.size}; restore the file from a backup"
        )


def _check_extends(ledger: str, frontier: Frontier, since: Checkpoint | None) -> None:
    """Raise ProofError where the tree is as large as one that was signed, and another."""
    if since is not None and frontier.size == since.size and frontier.root() != since.root:
        raise _another(ledger, since)


def _fitting(store: Store, ledger: str, *sizes: int) -> Iterator[list[Row]]:
    """The rows, page by page, as long as each is what its bytes and those of others make it.

    A page ends where the ledger had one of these sizes.
    """
    after, recorded_at = 0, ""
    missing: list[tuple[int, str]] = []
    forgotten: set[str] = set()
    for rows in chain.from_iterable(
        log_pages(store, ledger, upto, after=start) for start, upto in pairwise([0, *sizes])
    ):
        telling = _telling(ledger, rows, after, recorded_at)
        after, recorded_at = rows[-1].seq, rows[-1].recorded_at
        for row, entry in telling:
            missing += [(row.seq, whom) for whom in missing_of(ledger, row, entry)]
            if isinstance(entry.event, SubjectForgotten):
                forgotten.add(f"{entry.event.kind}:{entry.event.id}")
        yield rows
    for number, whom in sorted(missing):
        if whom not in forgotten and (whom or not forgotten):
            raise _unfit(ledger, number)


def missing_of(ledger: str, row: Row, entry: Entry[Event]) -> Iterator[str]:
    """Of whom something is missing that an entry is committed to, as ``"kind:id"``.

    Empty text: only a program that knows the event can say. Raises DamagedError when what is there
    is not what the entry is committed to.
    """
    commitments = commitments_in(row.body)
    try:
        found = {} if row.personal is None else disclosed(row.personal, commitments)
    except ProofError as error:
        raise _unfit(ledger, row.seq) from error
    event = entry.event.event if isinstance(entry.event, EntryAmended) else entry.event
    known: Mapping[str, PersonalField] = {}
    if not isinstance(event, UnknownEvent):
        known = event.__event__.personal
    for name in commitments.keys() - found.keys():
        field = known.get(name)
        yield "" if field is None else f"{field.kind}:{getattr(event, field.subject)}"


def _another(ledger: str, signed: Checkpoint) -> ProofError:
    return ProofError(
        f"the first {signed.size} entries of ledger {ledger!r} are not those that were signed: "
        "one was changed, or the checkpoint is another ledger's"
    )


def _telling(
    ledger: str, rows: list[Row], after: int, recorded_at: str
) -> list[tuple[Row, Entry[Event]]]:
    """The rows that tell of people, or of their being forgotten, with the entries in their bytes.

    Raises DamagedError for the first row that is not what its bytes make it, or is not numbered on
    from ``after``, or was recorded before the one in front of it.
    """
    # Whole pages are compared at once; what does not fit is sought only where there is any.
    times = [recorded_at, *(row.recorded_at for row in rows)]
    with suppress(CodecError):
        entries = list(
            strict.decode_all((row.seq, row.type, row.body, row.personal) for row in rows)
        )
        pairs = list(zip(rows, entries, strict=True))
        if (
            as_rows(entries, [row.body for row in rows], [row.personal for row in rows]) == rows
            and [row.seq for row in rows] == list(range(after + 1, after + len(rows) + 1))
            and times == sorted(times)
        ):
            return [pair for pair in pairs if _may_tell(pair[0])]
    found: list[tuple[Row, Entry[Event]]] = []
    for number, (row, before) in enumerate(zip(rows, times, strict=False), start=after + 1):
        try:
            entry = strict.decode(row.seq, row.body, row.personal)
        except CodecError as error:
            raise _unfit(ledger, number) from error
        if row.seq != number or row != _derived(row, entry) or row.recorded_at < before:
            raise _unfit(ledger, number)
        if _may_tell(row):
            found.append((row, entry))
    return found


def _may_tell(row: Row) -> bool:
    return row.personal is not None or b'"personal":' in row.body or row.type == _FORGETTING


_FORGETTING: Final = SubjectForgotten.__event__.name


def _unfit(ledger: str, number: int) -> DamagedError:
    return DamagedError(
        f"#{number} of ledger {ledger!r} does not fit what the store holds about it; "
        "restore the file from a backup, or save what still fits by 'careerledger recover'"
    )


def _derived(row: Row, entry: Entry[Event]) -> Row:
    """What a row must be, given the entry in its bytes."""
    derived = as_row(entry, row.body, row.personal)
    if isinstance(entry.event, UnknownEvent):
        # Only a program that knows the type can say what it introduces.
        derived = derived._replace(introduces=row.introduces)
    return derived


def prove(store: Store, ledger: str, seq: int, checkpoint: str | None, *, disclose: bool) -> Proof:
    """The proof that an entry is in what a checkpoint stands for; None: in the ledger as it is."""
    head = store.head(ledger)
    signed = None if checkpoint is None else Checkpoint.from_text(checkpoint)
    size = head.size if signed is None else signed.size
    if not seq <= size <= head.size:
        raise ProofError(
            f"#{seq} of ledger {ledger!r} is not among the {size} entries of the checkpoint, or "
            f"the checkpoint is not one of this ledger, which has {head.size}; make a new one"
        )
    leaves: list[bytes] = []
    for page in log_pages(store, ledger, size):
        leaves += [row.leaf for row in page]
    if signed is not None and root_of(leaves) != signed.root:
        raise _another(ledger, signed)
    if len(leaves) < size:
        raise _unfit(ledger, len(leaves) + 1)
    (row,) = store.log(ledger, after=seq - 1, upto=seq, limit=1)
    return Proof(
        index=seq - 1,
        entry=row.body,
        path=tuple(inclusion_path(leaves, seq - 1)),
        disclosures=(row.personal or b"") if disclose else b"",
        checkpoint=checkpoint or "",
    )
