"""What each store promises: the conformance suite, run on every kind of store."""

from threading import Event, Thread

import pytest

from careerledger.errors import ClosedError, StoreError
from careerledger.stores import EMPTY, Head, Saved

ALL = {"after": 0, "upto": 99, "limit": 99}
EVERYTHING = {"after": ("", 0), "until": "9999", "upto": 99, "types": None, "limit": 99}
NUL = "nul\0nul"
TEXTS = [
    "",
    " ",
    "Ada",
    "ada",
    NUL,
    "nul\0zzz",
    "é",
    "e\u0301",
    "'; DROP TABLE entry; --",
    "\U0001f680",
]


def test_ledger_that_does_not_exist_is_empty(store):
    assert EMPTY == store.head("career")
    assert [] == store.ledgers()
    assert [] == store.log("career", **ALL)
    assert [] == store.facts("career", **EVERYTHING)
    assert [] == store.corrections("career", after=0, upto=99)
    assert [] == store.by_id("career", ["id-1"])
    assert {} == store.by_key("career", ["key"])
    assert {} == store.introducing("career", ["role:cto"])
    assert [] == store.names("career", "role")
    assert 0 == store.known("career", "9999")
    assert not store.touched("career", after=0, upto=99, place=("9999", 99), types=None)
    assert [] == store.saved("career", "key", "print")


def test_rows_come_back_as_they_were_appended(store, row, add):
    rows = [
        row(1, key="import:1", introduces="role:cto"),
        row(2, on=None, body=bytes(range(256)) * 40),
        row(3, id=NUL, type=NUL, key=NUL, introduces=f"{NUL}:{NUL}", body=b""),
    ]

    head = add(store, *rows)

    assert rows == store.log("career", **ALL)
    assert Head(3, rows[2].recorded_at, head.frontier) == head
    assert 2 * 32 == len(head.frontier)


def test_log_is_read_in_parts(store, row, add):
    add(store, *(row(seq) for seq in range(1, 8)))

    def numbers(**part):
        return [found.seq for found in store.log("career", **part)]

    assert [3, 4, 5] == numbers(after=2, upto=5, limit=99)
    assert [3, 4] == numbers(after=2, upto=5, limit=2)
    assert [] == numbers(after=5, upto=5, limit=99)
    assert [] == numbers(after=5, upto=3, limit=99)
    assert [7] == numbers(after=6, upto=99, limit=99)


def test_several_appends_in_one_block_follow_each_other(store, row):
    with store.writing("career") as head:
        assert 0 == head.size
        store.append("career", [row(1)], b"1" * 32)
        store.append("career", [], b"is not looked at")
        store.append("career", [row(2), row(3)], b"2" * 64)

    assert Head(3, row(3).recorded_at, b"2" * 64) == store.head("career")
    assert [1, 2, 3] == [found.seq for found in store.log("career", **ALL)]


def test_writer_sees_its_own_appends(store, row):
    with store.writing("career"):
        store.append("career", [row(1, key="k", introduces="role:cto")], b"1" * 32)

        assert 1 == store.head("career").size
        assert {"k": 1} == store.by_key("career", ["k"])
        assert ["cto"] == store.names("career", "role")


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, GeneratorExit])
@pytest.mark.parametrize("before", [0, 2])
def test_nothing_is_there_of_a_block_that_raised(store, row, add, before, error):
    rows = [row(seq, key=f"key {seq}", introduces="role:cto") for seq in range(1, before + 1)]
    add(store, *rows)
    snapshot = Saved(1, "2024", 1, b"state")
    store.save("career", "key", "print", [snapshot])
    head, ledgers = store.head("career"), store.ledgers()

    with pytest.raises(error), store.writing("career"):  # noqa: PT012 - a block of writing
        new = row(before + 1, key="new", introduces="role:new")
        store.append("career", [new], b"9" * 32)
        raise error

    assert head == store.head("career")
    assert ledgers == store.ledgers()
    assert rows == store.log("career", **ALL)
    assert [] == store.by_id("career", [new.id])
    assert {} == store.by_key("career", ["new"])
    assert {} == store.introducing("career", ["role:new"])
    assert ([snapshot] if before else []) == store.saved("career", "key", "print")
    assert before + 1 == add(store, new).size


def test_block_that_appends_nothing_makes_no_ledger(store):
    with store.writing("career") as head:
        assert EMPTY == head

    assert [] == store.ledgers()


@pytest.mark.parametrize("seqs", [[2], [0], [1, 3], [2, 1], [1, 1]])
def test_rows_that_do_not_follow_are_refused(store, row, seqs):
    rows = [row(seq, id=f"id {place}") for place, seq in enumerate(seqs)]

    with pytest.raises(StoreError, match="does not follow"), store.writing("career"):
        store.append("career", rows, b"")

    assert EMPTY == store.head("career")


@pytest.mark.parametrize("same", [{"id": "id-1"}, {"key": "key"}])
def test_id_or_key_that_is_taken_fails_the_whole_block(store, row, add, same):
    """Also when the caller goes on after the append was refused."""
    first = row(1, key="key")
    add(store, first)

    with pytest.raises(StoreError, match="append failed"), store.writing("career"):  # noqa: PT012 - a block of writing
        store.append("career", [row(2)], b"2" * 32)
        with pytest.raises(StoreError):
            store.append("career", [row(3), row(4, **same)], b"4" * 32)

    assert [first] == store.log("career", **ALL)
    assert 2 == add(store, row(2)).size


def test_ledgers_have_ids_and_keys_of_their_own(store, row, add):
    add(store, row(1, key="key"), ledger="ada")
    add(store, row(1, key="key"), ledger="bob")

    assert {"key": 1} == store.by_key("ada", ["key"]) == store.by_key("bob", ["key"])


def test_append_outside_of_its_block_is_refused(store, row):
    with pytest.raises(StoreError, match="append within writing"):
        store.append("career", [row(1)], b"1" * 32)
    with pytest.raises(StoreError, match="append within writing"), store.writing("other"):
        store.append("career", [row(1)], b"1" * 32)

    assert [] == store.ledgers()


def test_block_within_a_block_is_refused_and_the_outer_one_goes_on(store, row):
    with store.writing("career"):
        store.append("career", [row(1)], b"1" * 32)
        with pytest.raises(StoreError, match="end that first"), store.writing("career"):
            pytest.fail("two writers")
        store.append("career", [row(2)], b"2" * 32)

    assert 2 == store.head("career").size


def test_other_threads_wait_for_a_block_and_see_all_of_it(store, row):
    within, sizes = Event(), []

    def look():
        within.wait()
        sizes.append(store.head("career").size)
        with store.writing("career") as head:
            sizes.append(head.size)

    thread = Thread(target=look)
    thread.start()
    with store.writing("career"):
        store.append("career", [row(1)], b"1" * 32)
        within.set()
        thread.join(0.05)
        store.append("career", [row(2)], b"2" * 32)
    thread.join()

    assert [2, 2] == sizes


def test_many_ledgers_live_side_by_side_under_any_names(store, row, add):
    for name in TEXTS:
        add(store, row(1, body=name.encode(), introduces=f"role:{name}"), ledger=name)

    assert sorted(TEXTS) == store.ledgers()
    for name in TEXTS:
        assert [name.encode()] == [found.body for found in store.log(name, **ALL)]
        assert [name] == store.names(name, "role")


def test_texts_are_compared_exactly(store, row, add):
    """Neither case, nor accents in another form, nor what stands behind a NUL is overlooked."""
    rows = [
        row(seq, id=text, key=text, introduces=f"role:{text}")
        for seq, text in enumerate(TEXTS, start=1)
    ]
    add(store, *rows)

    for seq, text in enumerate(TEXTS, start=1):
        assert [seq] == [found[0] for found in store.by_id("career", [text])]
        assert {text: seq} == store.by_key("career", [text])
        assert {f"role:{text}": [seq]} == store.introducing("career", [f"role:{text}"])
    assert sorted(TEXTS) == store.names("career", "role")


def test_facts_are_in_the_order_of_date_and_number(store, row, add):
    dates = ["2024-03-14", "2024", "2024-03", None, "2023-12-31", "2024", "2025"]
    add(store, *(row(seq, on=on) for seq, on in enumerate(dates, start=1)))

    def numbers(**part):
        return [seq for seq, _, _ in store.facts("career", **(EVERYTHING | part))]

    assert [5, 2, 6, 3, 1, 7] == numbers()
    assert [5, 2, 6, 3, 1] == numbers(until="2024-12-31")
    assert [5, 2, 6] == numbers(until="2024")
    assert [6, 3, 1, 7] == numbers(after=("2024", 2))
    assert [2, 6, 3, 1, 7] == numbers(after=("2024", 0))
    assert [5, 2, 3, 1] == numbers(upto=5)
    assert [2, 6] == numbers(after=("2023-12-31", 5), limit=2)
    assert ("2024-03", 3) == store.place("career", 3)
    assert ("", 4) == store.place("career", 4)


def test_facts_are_chosen_by_type(store, row, add):
    add(store, *(row(seq, type=type_) for seq, type_ in enumerate("abcab", start=1)))

    def numbers(types):
        return [seq for seq, _, _ in store.facts("career", **(EVERYTHING | {"types": types}))]

    assert [1, 4] == numbers({"a"})
    assert [1, 3, 4] == numbers(frozenset("ac"))
    assert [] == numbers(["unheard"])
    assert [] == numbers(set())


def test_corrections_are_the_rows_without_a_date(store, row, add):
    add(store, *(row(seq, on=None if seq % 2 else "2024") for seq in range(1, 8)))

    found = store.corrections("career", after=1, upto=6)

    assert [(seq, "thing.done", f"body of {seq}".encode()) for seq in (3, 5)] == found


def test_many_ids_keys_and_names_are_looked_up_at_once(store, row, add):
    """More than one SQL statement takes; asked twice, found once."""
    count = 1_203
    add(
        store,
        *(
            row(seq, key=f"key-{seq}", introduces=f"role:{seq % 1_000}")
            for seq in range(1, count + 1)
        ),
    )
    wanted = range(count + 500, 0, -1)

    found = store.by_id("career", [f"id-{seq}" for seq in [*wanted, 1, count]])

    assert list(range(1, count + 1)) == [seq for seq, _, _ in found]
    assert {f"key-{seq}": seq for seq in range(1, count + 1)} == store.by_key(
        "career", [f"key-{seq}" for seq in wanted]
    )
    introduced = store.introducing("career", (f"role:{number}" for number in range(1_000)))
    assert 1_000 == len(introduced)
    assert [3, 1_003] == introduced["role:3"]
    assert 1_000 == len(store.names("career", "role"))


def test_names_are_those_of_one_kind(store, row, add):
    introduced = [
        "role:b",
        "role:a",
        "role:b",
        "rol:x",
        "roles:y",
        "role;z",
        None,
        "role:",
        "role:a:b",
    ]
    add(store, *(row(seq, introduces=name) for seq, name in enumerate(introduced, start=1)))

    assert ["", "a", "a:b", "b"] == store.names("career", "role")


def test_known_counts_what_was_recorded_up_to_an_instant(store, row, add):
    instants = ["2024-01-01", "2024-01-01", "2024-02-01", "2024-03-01"]
    add(store, *(row(seq, recorded_at=at) for seq, at in enumerate(instants, start=1)))

    asked = ["2023", "2024-01-01", "2024-01-15", "2024-02-01", "2024-03-01", "2025"]
    assert [0, 2, 2, 3, 4, 4] == [store.known("career", instant) for instant in asked]


def test_touched_says_whether_something_new_lies_before_a_place(store, row, add):
    rows = [row(1, on="2020"), row(2, on="2022", type="b"), row(3, on=None), row(4, on="2024")]
    add(store, *rows)

    def touched(after, upto, place, types=None):
        return store.touched("career", after=after, upto=upto, place=place, types=types)

    assert touched(0, 4, ("2020", 1))
    assert not touched(0, 4, ("2020", 0))
    assert not touched(1, 4, ("2021", 9))
    assert touched(1, 2, ("2022", 2))
    assert not touched(1, 1, ("2022", 2))
    assert not touched(2, 3, ("9999", 9))
    assert touched(1, 4, ("2023", 1), {"b", "c"})
    assert not touched(1, 4, ("2023", 1), {"thing.done"})
    assert not touched(0, 4, ("9999", 9), set())


def test_snapshots_are_replaced_as_a_whole(store, row, add):
    add(store, row(1))
    old, late, early = (Saved(1, on, 1, b"state") for on in ("2024", "2023", "2022"))

    store.save("career", "key", "print", [old])
    store.save("career", "other", "print", [old])
    store.save("career", "key", "print", [late, early])

    assert [early, late] == store.saved("career", "key", "print")
    assert [old] == store.saved("career", "other", "print")
    store.save("career", "key", "print", [])
    assert [] == store.saved("career", "key", "print")


def test_snapshots_with_another_fingerprint_are_not_seen(store, row, add):
    add(store, row(1))
    snapshot = Saved(1, "2024", 1, b"state")

    store.save("career", "key", "old code", [snapshot])
    assert [] == store.saved("career", "key", "new code")
    store.save("career", "key", "new code", [snapshot])

    assert [] == store.saved("career", "key", "old code")
    assert [snapshot] == store.saved("career", "key", "new code")


def test_snapshots_of_a_ledger_that_does_not_exist_are_not_kept(store):
    store.save("career", "key", "print", [Saved(1, "2024", 1, b"state")])

    assert [] == store.saved("career", "key", "print")
    assert [] == store.ledgers()


def test_closing_twice_is_fine_and_a_closed_store_says_so(store, row, add):
    add(store, row(1))

    store.close()
    store.close()

    uses = [
        store.ledgers,
        lambda: store.head("career"),
        lambda: store.log("career", **ALL),
        lambda: store.facts("career", **EVERYTHING),
        lambda: store.names("career", "role"),
        lambda: store.saved("career", "key", "print"),
        lambda: store.save("career", "key", "print", []),
        lambda: add(store, row(2)),
    ]
    for use in uses:
        with pytest.raises(ClosedError, match="closed"):
            use()


def test_closing_within_a_block_drops_what_it_appended(store, row):
    with pytest.raises(ClosedError), store.writing("career"):  # noqa: PT012 - a block of writing
        store.append("career", [row(1)], b"1" * 32)
        store.close()


def test_a_store_shows_what_it_is(store):
    assert repr(store).startswith(type(store).__name__)
