"""The k best paths, held against every path there is."""

from hypothesis import given
from hypothesis import strategies as st

from dyepack.trace.kbest import Step, Ways
from tests.trace.drawing import transfers


def steps(drawing, begin="a", end="z", closed=""):
    return [
        Step(
            t.block, t.tx_index, t.seq, t.time, t.tx_hash, t.from_address, t.to_address, t.from_address, t.to_address,
            t.asset, t.amount, 1, t.from_address in begin, t.to_address in end, t.to_address not in closed + begin,
        )
        for t in transfers(drawing)
    ]  # fmt: skip


def told(found):
    return [(path.amount, "".join([path.steps[0].payer, *(step.payee for step in path.steps)])) for path in found]


def test_what_can_carry_most_comes_first_then_the_shorter_then_the_earlier():
    drawing = "a 5 -> b; a 9 -> c; b 5 -> z; c 7 -> d; d 9 -> z; a 7 -> z; a 7 -> z"
    assert told(Ways(steps(drawing)).best(5)) == [(7, "az"), (7, "az"), (7, "acdz"), (5, "abz")]
    assert [path.steps[0].block for path in Ways(steps(drawing)).best(2)] == [6, 7]


def test_a_path_never_goes_back_in_time():
    assert told(Ways(steps("b 5 -> z; a 5 -> b")).best(3)) == []
    assert told(Ways(steps("a 5 -> b + b 5 -> z")).best(3)) == [(5, "abz")]


def test_a_place_that_is_closed_is_not_gone_through():
    assert told(Ways(steps("a 5 -> b; b 5 -> z", closed="b")).best(3)) == []


def every_path(all_steps):
    """The twin: walk all paths, the smallest first by the order that is promised."""
    found = []

    def go_on(path):
        last = all_steps[path[-1]]
        if last.ends:
            found.append(tuple(path))
        elif last.through:
            entered = {all_steps[index].payee for index in path}
            for index in range(path[-1] + 1, len(all_steps)):
                if all_steps[index].payer == last.payee and all_steps[index].payee not in entered:
                    go_on([*path, index])

    for index, step in enumerate(all_steps):
        if step.begins:
            go_on([index])
    return sorted(found, key=lambda path: (-min(all_steps[index].amount for index in path), len(path), path))


@st.composite
def drawings(draw):
    lines = [
        f"{draw(st.sampled_from('abcd'))} {draw(st.integers(1, 4))} -> {draw(st.sampled_from('abcdz'))}"
        for _ in range(draw(st.integers(1, 12)))
    ]
    return "; ".join(lines), draw(st.sampled_from(["", "", "b"]))


@given(drawings(), st.integers(1, 8))
def test_the_k_best_are_the_first_k_of_all(drawing, k):
    all_steps = steps(drawing[0], closed=drawing[1])
    wanted = [tuple(all_steps[index] for index in path) for path in every_path(all_steps)[:k]]
    assert [path.steps for path in Ways(all_steps).best(k)] == wanted
