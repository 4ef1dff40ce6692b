"""The SQL of a query: one index is chosen for it and named, so that SQLite takes no other."""
# ruff: noqa: S608 - what is put into SQL is SQL from this file; values are bound

from collections.abc import Collection
from typing import Any, Final

from careerledger.stores import Query, Row, is_by_place

__all__ = ["COLUMNS", "ENTRY_COLUMNS", "LEDGER", "select"]

LEDGER: Final = "(SELECT id FROM ledger WHERE name = ?)"
"""A ledger's number, looked up in the statement that needs it: there is nothing to go stale."""
COLUMNS: Final = ", ".join(f'"{column}"' for column in Row._fields)
"""The columns of a row, in the order of ``Row``."""
ENTRY_COLUMNS: Final = 'seq, type, body, personal, "on"'
"""The columns of a ``StoredEntry``."""

_NAMED: Final = (
    f"SELECT seq FROM named WHERE ledger = {LEDGER} AND name = ? UNION ALL "
    f"SELECT seq FROM entry INDEXED BY entry_introduces WHERE ledger = {LEDGER} AND introduces = ?"
)
_ORDERS: Final = {
    "number": "seq",
    "newest": "seq DESC",
    "place": '"on", seq',
    "latest": '"on" DESC, seq DESC',
}


def select(  # noqa: C901, PLR0912 - flat
    ledger: str, query: Query, columns: str = COLUMNS
) -> tuple[str, list[Any]]:
    """Return the SQL that answers a query, and the values to bind.

    ``recorded_until`` is ignored; the store has turned it into ``upto``.
    """
    index = "entry_history" if is_by_place(query) else "entry_number"
    conditions = [f"ledger = {LEDGER}"]
    values: list[Any] = [ledger]

    def where(condition: str, *bound: object) -> None:
        conditions.append(condition)
        values.extend(bound)

    # The least selective conditions come first; the last index that is set counts.
    if query.types is not None:
        where(_is_one_of("type", query.types), *query.types)
    if query.source is not None:
        where("source = ?", query.source)
        index = "entry_source"
    if query.dated or is_by_place(query):
        where('"on" IS NOT NULL')
    if query.dated is False:
        where('"on" IS NULL')
        index = "entry_correction"
    if query.personal is not None:
        where(f"personal IS {'NOT ' if query.personal else ''}NULL")
        index = "entry_personal" if query.personal else index
    if query.kind is not None:
        where("introduces >= ? AND introduces < ?", f"{query.kind}:", f"{query.kind};")
        index = "entry_introduces"  # ";" comes after ":"
    if query.batch is not None:
        where("batch = ?", query.batch)
        index = "entry_batch"
    if query.names is not None:
        where(f"seq IN ({_NAMED})", ledger, query.names, ledger, query.names)
        index = "entry_number"
    for column, wanted in (
        ("introduces", query.introduces),
        ("target", query.targets),
        ("key", query.keys),
        ("id", query.ids),
    ):
        if wanted is not None:
            where(_is_one_of(column, wanted), *wanted)
            index = f"entry_{column}"
    # The plus keeps SQLite from finding rows by number where it should by name or place, which it
    # prefers with some statistics of ANALYZE.
    seq = "+seq" if query.names is not None or index == "entry_history" else "seq"
    if query.after:
        where(f"{seq} > ?", query.after)
    if query.upto is not None:
        where(f"{seq} <= ?", query.upto)
    if query.behind is not None:
        where('("on", seq) > (?, ?)', *query.behind)
    if query.before is not None:
        where('("on", seq) < (?, ?)', *query.before)
    if query.until is not None:
        where('"on" <= ?', query.until)
    sql = (
        f"SELECT {columns} FROM entry INDEXED BY {index} WHERE {' AND '.join(conditions)} "
        f"ORDER BY {_ORDERS[query.order]}"
    )
    if query.limit is not None:
        sql, values = f"{sql} LIMIT ?", [*values, query.limit]
    return sql, values


def _is_one_of(column: str, values: Collection[str]) -> str:
    return f"{column} IN ({', '.join('?' * len(values))})"
