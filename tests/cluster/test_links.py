"""Link probabilities against a plain listing of all interpretations."""

from collections.abc import Iterator
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dyepack.cluster.links import links
from dyepack.errors import InputError


def partitions(things: list[int]) -> Iterator[list[list[int]]]:
    """All ways to deal things into groups."""
    if not things:
        yield []
        return
    head, *rest = things
    for groups in partitions(rest):
        yield [[head], *groups]
        for n, group in enumerate(groups):
            yield [*groups[:n], [head, *group], *groups[n + 1 :]]


def listed(ins: list[int], outs: list[int], gain: int) -> tuple[int, list[list[int]]]:
    """Every interpretation, one by one: deal the inputs into groups, then give each output to one of them."""
    together = [[0] * len(outs) for _ in ins]
    total = 0
    for groups in partitions([*range(len(ins))]):
        for taken in product(range(len(groups)), repeat=len(outs)):
            if set(taken) != {*range(len(groups))}:
                continue
            paid = [sum(outs[o] for o, g in enumerate(taken) if g == n) for n in range(len(groups))]
            if any(sum(ins[i] for i in group) + gain < paid[n] for n, group in enumerate(groups)):
                continue
            total += 1
            for o, g in enumerate(taken):
                for i in groups[g]:
                    together[i][o] += 1
    return total, together


@given(
    st.lists(st.integers(0, 12), min_size=1, max_size=4),
    st.lists(st.integers(0, 12), min_size=1, max_size=4),
    st.integers(0, 2),
)
def test_as_many_as_when_listed(ins: list[int], outs: list[int], gain: int) -> None:
    total, together = listed(ins, outs, gain)
    if total == 0:
        with pytest.raises(InputError, match="are more than the inputs"):
            links(ins, outs, gain)
    else:
        found = links(ins, outs, gain)
        assert (found.interpretations, [*map(list, found.together)]) == (total, together)


def test_a_whirlpool_mix_of_five_has_the_1496_interpretations_of_the_literature() -> None:
    found = links([100, 100, 100, 104, 104], [100] * 5)
    assert found.interpretations == 1496
    assert found.certain == ()
    assert found.entropy == pytest.approx(10.547, abs=0.001)


def test_two_by_two() -> None:
    found = links([10, 10], [10, 10])
    assert found.interpretations == 3
    assert found.together == ((2, 2), (2, 2))


def test_a_payment_with_change_has_one_interpretation_and_certain_links() -> None:
    found = links([10], [7, 2])
    assert (found.interpretations, found.entropy, found.certain) == (1, 0.0, ((0, 0), (0, 1)))
    assert found.as_json()["probabilities"] == [[1.0, 1.0]]


@pytest.mark.parametrize(
    ("ins", "outs", "said"),
    [
        ([1] * 12, [1] * 12, "at most 18 inputs and outputs together, got 12 and 12"),
        ([], [1], "without"),
        ([-1], [1], "does not show them all"),
    ],
)
def test_what_cannot_be_worked_out(ins: list[int], outs: list[int], said: str) -> None:
    with pytest.raises(InputError, match=said):
        links(ins, outs)
