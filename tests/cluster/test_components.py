"""The union-find against a plain one, GraphSense's, and the same in SQL."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dyepack.cluster.components import ACTORS, KNOWN, LARGE, MADE, REFUSED, Components, Guard, Guarded
from dyepack.cluster.contraction import PARTS, components
from dyepack.engine.duckdb import DuckDB

SIZE = 12
PAIRS = st.lists(st.tuples(st.integers(0, SIZE - 1), st.integers(0, SIZE - 1)), max_size=25)
Pairs = list[tuple[int, int]]


def plain(pairs: Pairs, size: int = SIZE) -> list[int]:
    """Paint both sides of every pair alike until nothing changes; the colour is the smallest member."""
    colour = [*range(size)]
    while True:
        before = colour.copy()
        for one, other in pairs:
            colour[one] = colour[other] = min(colour[one], colour[other])
        if colour == before:
            return colour


def ends(pairs: Pairs) -> tuple[np.ndarray, np.ndarray]:
    both = np.array(pairs, np.int64).reshape(-1, 2)
    return both[:, 0], both[:, 1]


@given(PAIRS)
def test_pairs(pairs: Pairs) -> None:
    parts = Components(SIZE)
    parts.add_pairs(*ends(pairs))
    assert parts.roots().tolist() == plain(pairs)


@given(st.lists(st.lists(st.integers(0, SIZE - 1), max_size=5), max_size=8), st.integers(0, 8))
def test_lists_in_any_batches(lists: list[list[int]], cut: int) -> None:
    parts = Components(SIZE)
    for batch in (lists[:cut], lists[cut:]):
        start = np.cumsum([0, *map(len, batch)])
        parts.add_lists(start, np.array([member for each in batch for member in each], np.uint32))
    assert parts.roots().tolist() == plain([(each[0], member) for each in lists for member in each])


@given(st.lists(st.lists(st.integers(1, SIZE - 1), min_size=1, max_size=5), max_size=8))
def test_as_graphsense_does(lists: list[list[int]]) -> None:
    theirs = pytest.importorskip("gs_clustering").Clustering(max_address_id=SIZE - 1)
    theirs.process_transactions(lists)
    parts = Components(SIZE)
    parts.add_lists(np.cumsum([0, *map(len, lists)]), np.array([m for each in lists for m in each], np.uint32))
    assert parts.roots().tolist() == theirs.get_mapping().column(1).to_pylist()


@pytest.fixture(scope="module")
def duckdb() -> Iterator[DuckDB]:
    made = DuckDB()
    yield made
    made.close()


@settings(max_examples=30)
@given(pairs=PAIRS.filter(bool), seed=st.integers(0, 99))
def test_contraction_in_sql(duckdb: DuckDB, pairs: Pairs, seed: int) -> None:
    engine = duckdb
    first, second = ends(pairs)
    engine.load("pairs", pa.table({"first": first, "second": second}))
    components(engine, "pairs", seed)
    rows = engine.fetch(f"select member, part from {PARTS} order by member").to_pylist()
    want = plain(pairs)
    assert [(row["member"], row["part"]) for row in rows] == [
        (member, want[member]) for member in sorted({member for pair in pairs for member in pair})
    ]


def guarded(
    pairs: Pairs, *, large: int = 99, actors: dict[int, int] | None = None, decided: tuple[int, ...] = ()
) -> Guarded:
    numbers = np.full(SIZE, -1, np.int64)
    for member, actor in (actors or {}).items():
        numbers[member] = actor
    growing = Guarded(Guard(large, numbers))
    choice = np.array(decided or [0] * len(pairs), np.int8)
    growing.became = growing.add(*ends(pairs), choice)  # type: ignore[attr-defined]
    return growing


@given(PAIRS)
def test_a_guard_that_holds_nothing_changes_nothing(pairs: Pairs) -> None:
    assert guarded(pairs).roots().tolist() == plain(pairs)


@given(PAIRS, st.integers(1, 4), st.dictionaries(st.integers(0, SIZE - 1), st.integers(0, 2), max_size=4))
def test_the_guard_holds_what_it_says(pairs: Pairs, large: int, actors: dict[int, int]) -> None:
    """Join by join, with lists: what was held had two large sides, or two actors; what was made had not."""
    became = guarded(pairs, large=large, actors=actors).became.tolist()  # type: ignore[attr-defined]
    made: Pairs = []
    for pair, what in zip(pairs, became, strict=True):
        colour = plain(made)
        one, other = ({m for m in range(SIZE) if colour[m] == colour[end]} for end in pair)
        names = [{actors[m] for m in side if m in actors} for side in (one, other)]
        if one == other:
            assert what == KNOWN
        elif len(one) >= large and len(other) >= large:
            assert what == LARGE
        elif names[0] and names[1] and names[0] != names[1]:
            assert what == ACTORS
        else:
            assert what == MADE
            made.append(pair)


def test_a_persons_word_stands_above_the_guard() -> None:
    pairs = [(0, 1), (2, 3), (1, 2), (4, 5)]
    growing = guarded(pairs, large=2, decided=(0, 0, 1, -1))
    assert growing.became.tolist() == [MADE, MADE, MADE, REFUSED]  # type: ignore[attr-defined]
    assert growing.roots().tolist()[:6] == [0, 0, 0, 0, 4, 5]
