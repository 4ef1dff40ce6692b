"""Clusters of what looks the same, and how many steps they take."""

from itertools import combinations
from random import Random

from hypothesis import given, strategies as st
from rapidfuzz import fuzz, process

from careerledger.answers.checks.clusters import NEIGHBOURS, Clusters, comparable, similar

CUTOFF = 90


def plain(texts, cutoff=CUTOFF):
    """The similar pairs among texts, by comparing each with every other."""
    return {
        frozenset(pair)
        for pair in combinations(sorted(set(texts) - {""}), 2)
        if fuzz.ratio(*pair, score_cutoff=cutoff)
    }


@given(st.lists(st.text("abc ", max_size=20), max_size=30))
def test_of_few_texts_all_similar_pairs_are_found(texts):
    assert plain(texts) == {frozenset(pair) for pair in similar(texts, CUTOFF)}


@given(st.lists(st.tuples(*[st.integers(0, 9)] * 2)))
def test_clusters_do_not_depend_on_the_order_of_joining(pairs):
    one, other = Clusters(10), Clusters(10)
    for pair in pairs:
        one.join(*pair)
    for pair in reversed(pairs):
        other.join(*reversed(pair))

    assert list(one.several()) == list(other.several())
    assert all(one.are_joined(pair) for pair in pairs)
    assert {n for pair in pairs if pair[0] != pair[1] for n in pair} == {
        n for cluster in one.several() for n in cluster
    }


FIRST = ["Anna", "Maria", "Peter", "Thomas", "Jane", "John", "Christopher", "Mehmet", "Li", "Olga"]
LAST = ["Smith", "Johnson", "Garcia", "Miller", "Hernandez", "Schmidt", "Schneider", "Zimmermann"]


def people(count, chance):
    """Names, and those of them that are there again with one letter or two mistyped."""
    names, mistyped = [], []
    for _ in range(count):
        middle = "".join(chance.choices("aeioubdgklmnprst", k=5))
        names.append(f"{chance.choice(FIRST)} {middle} {chance.choice(LAST)}")
        if chance.random() < 0.1:
            letters = list(names[-1])
            for _ in range(chance.randint(1, 2)):
                letters[chance.randrange(len(letters))] = chance.choice("abcdefgh")
            mistyped.append((names[-1], "".join(letters)))
    return names, mistyped


def test_of_many_names_no_mistyped_one_is_lost():
    names, mistyped = people(2_000, Random(1))
    both = {frozenset(map(comparable, pair)) for pair in mistyped}
    forms = [comparable(name) for name in [*names, *(other for _, other in mistyped)]]
    expected, found = plain(forms), {frozenset(pair) for pair in similar(forms, CUTOFF)}

    assert len(expected & both) > 100
    assert expected & both <= found
    assert len(expected & found) > 0.99 * len(expected)


def test_many_names_are_compared_with_their_neighbours_alone(monkeypatch):
    """Comparing each with every other would take 4 times as long for 2 times as many."""
    compared = []
    extract = process.extract

    def counted(form, others, **how):
        compared.append(len(others))
        return extract(form, others, **how)

    monkeypatch.setattr(process, "extract", counted)
    for count in (1_000, 2_000):
        list(similar({f"jane {n:04}" for n in range(count)}, CUTOFF))
        assert sum(compared) <= 3 * NEIGHBOURS * count
        compared.clear()
