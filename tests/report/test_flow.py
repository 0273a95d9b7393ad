"""Layout: columns in time order, nothing overlaps, widths are amounts and are conserved at every box."""

import random
from itertools import pairwise

import pytest

from dyepack.report.flow import Frame, crossing, layout
from dyepack.report.fold import fold
from dyepack.report.svg import spread
from tests.report.test_fold import chain


def tangle(seed):
    """Forty accounts that pay each other at random for nine days, with enough at the start."""
    rng = random.Random(seed)
    lines = []
    for day in range(9):
        for _ in range(30):
            payee = rng.choice(["x", "y"]) if rng.random() < 0.2 else f"m{rng.randrange(40)}"
            lines.append(f"{day} m{rng.randrange(40)}>{payee} {rng.randrange(1, 100)} {rng.randrange(50)}")
    return chain("\n".join(lines), "x:exchange y:mixer", "\n".join(f"m{n} 9000 9000" for n in range(40)))


@pytest.fixture(params=range(3), name="laid")
def _laid(request):
    return layout(fold(tangle(request.param)))


def test_columns_run_from_left_to_right_and_ribbons_join_neighbours(laid):
    assert list(laid.spots) == sorted(laid.spots)
    assert all(a < b for a, b in pairwise(laid.xs))
    for ribbon in laid.ribbons:
        assert laid.boxes[ribbon.target].column == laid.boxes[ribbon.source].column + 1


def test_boxes_of_a_column_do_not_overlap_and_stay_inside(laid):
    for column in range(len(laid.spots)):
        boxes = sorted((box for box in laid.boxes if box.column == column), key=lambda box: box.y)
        assert boxes[0].y >= laid.frame.top - 0.01
        assert boxes[-1].y + boxes[-1].height <= laid.frame.height + 0.01
        for above, below in pairwise(boxes):
            assert above.y + above.height + laid.gap <= below.y + 0.01


def test_ribbons_fill_the_boxes_edges_strand_by_strand(laid):
    for number, box in enumerate(laid.boxes):
        for end, name in (("source", "leave"), ("target", "arrive")):
            mine = [ribbon for ribbon in laid.ribbons if getattr(ribbon, end) == number]
            if not mine:
                continue
            assert sum(ribbon.amount for ribbon in mine) == box.amount
            bands = sorted(
                (y, y + amount * laid.scale)
                for ribbon in mine
                for y, amount in zip(getattr(ribbon, name), ribbon.amounts, strict=True)
            )
            assert bands[0][0] == pytest.approx(box.y)
            assert bands[-1][1] == pytest.approx(box.y + box.height)
            for (_, low), (high, _) in pairwise(bands):
                assert low == pytest.approx(high)


def test_the_same_fold_gives_the_same_coordinates():
    first, second = (layout(fold(tangle(1))) for _ in range(2))
    assert first == second


def test_ordering_crosses_less_than_the_order_that_boxes_came_in():
    folded = fold(tangle(2))
    laid = layout(folded)
    given = [[n for n, box in enumerate(laid.boxes) if box.column == column] for column in range(len(laid.spots))]
    chosen = [sorted(column, key=lambda n: laid.boxes[n].y) for column in given]
    assert crossing(chosen, laid.ribbons) < crossing(given, laid.ribbons) / 2


def test_crossing_counts_the_smaller_of_two_ribbons():
    laid = layout(fold(chain("0 a>x 7 0\n0 b>y 5 0", "x:exchange y:mixer", "a 7 0\nb 5 0")))
    straight = [sorted(n for n, box in enumerate(laid.boxes) if box.column == c) for c in range(3)]
    swapped = [straight[0], straight[1], straight[2][::-1]]
    assert {crossing(straight, laid.ribbons), crossing(swapped, laid.ribbons)} == {0, 5}


def test_a_very_full_column_still_fits():
    lines = [f"0 a>m{n} 1 0" for n in range(200)] + [f"1 m{n}>x 1 0" for n in range(200)]
    laid = layout(fold(chain("\n".join(lines), "x:exchange", "a 200 0"), places=900, rows=900))
    assert sum(box.column == 2 for box in laid.boxes) == 200
    assert laid.scale > 0
    test_boxes_of_a_column_do_not_overlap_and_stay_inside(laid)
    test_ribbons_fill_the_boxes_edges_strand_by_strand(laid)


def test_a_frame_scales_everything():
    folded = fold(tangle(0))
    small, large = layout(folded, Frame(height=300)), layout(folded, Frame(height=900))
    assert small.scale < large.scale


def test_labels_are_pushed_apart_and_kept_inside():
    assert spread([10, 12, 80], 20, (0, 100)) == [10, 30, 80]
    assert spread([70, 75, 80], 20, (0, 100)) == [40, 60, 80]
    assert spread([-5], 20, (0, 100)) == [0]
