"""Rounds of strangers that no program's own rule finds, made up; and payouts in which a coordinator is paid too.

Each participant brings one to three coins, takes out the same amount, and has a change or none; there is a change for
fewer participants than JoinMarket has one for, or one output more, a coordinator's. Or a pool of an amount that is not
known here is mixed. What the amounts are, and how many take part, is drawn.
"""

from dataclasses import replace
from random import Random

from bench.accuracy import negatives
from bench.accuracy.negatives import Coin
from dyepack.cluster import coordinators
from dyepack.cluster.lines import Line

FEWEST, MOST = 6, 30
POOLS = (2_500_000, 25_000_000, 7_000_000)
AUTUMN_2018 = 1_540_000_000


def made(seed: int, size: int) -> list[Line]:
    """So many rounds of no known program."""
    draw = Random(seed)
    return [_pool(draw, number) if draw.random() < 0.2 else _round(draw, number) for number in range(size)]


def of_coordinator(seed: int, size: int) -> list[Line]:
    """So many rounds in which a known coordinator is paid a fee, in his time."""
    draw = Random(seed)
    return [_fee(draw, _round(draw, number)) for number in range(size)]


def paying_coordinator(seed: int, size: int) -> list[Line]:
    """So many payouts in which one output, as small as a fee, goes to a known coordinator."""
    draw = Random(seed)
    kinds = [draw.choice(("batch", "payroll", "near a tenth", "one address")) for _ in range(size)]
    return [_fee(draw, negatives.transaction(kind, draw, number)) for number, kind in enumerate(kinds)]


def _fee(draw: Random, line: Line) -> Line:
    fee = (sum(amount for amount, _, _ in line.outs) // draw.randrange(800, 3_000), coordinators.known()[0].script)
    return replace(line, time=AUTUMN_2018, outs=(*line.outs, (*fee, "p2wpkh")))


def _round(draw: Random, number: int) -> Line:
    n = draw.randrange(FEWEST, MOST)
    amount = int(draw.lognormvariate(15.5, 1)) + 200_000
    with_change = draw.choice((n, draw.randrange(n // 3, n - 1)))
    ins, outs = list[Coin](), list[Coin]()
    for one in range(n):
        cost = draw.randrange(800, 20_000)
        left = int(amount * draw.lognormvariate(-0.5, 1)) + 5_000 if one < with_change else 0
        ins += [(part, f"i{one}-{k}", "p2wpkh") for k, part in enumerate(_cut(draw, amount + cost + left))]
        outs += [(amount, f"o{one}", "p2wpkh")] + ([(left, f"c{one}", "p2wpkh")] if left else [])
    outs += [(400 * n + 11, "fee", "p2wpkh")] if with_change == n else []
    return _line(draw, number, ins, outs)


def _pool(draw: Random, number: int) -> Line:
    n, pool = draw.randrange(5, 11), draw.choice(POOLS)
    more, new = draw.randrange(200, 30_000), draw.randrange(1, 4)
    ins = [(pool + (more if one < new else 0), f"i{one}", "p2wpkh") for one in range(n)]
    return _line(draw, number, ins, [(pool, f"o{one}", "p2wpkh") for one in range(n)])


def _cut(draw: Random, total: int) -> list[int]:
    cuts = sorted(draw.randrange(total // 20, total) for _ in range(draw.choice((0, 0, 0, 1, 2))))
    return [end - begin for begin, end in zip([0, *cuts], [*cuts, total], strict=True) if end > begin]


def _line(draw: Random, number: int, ins: list[Coin], outs: list[Coin]) -> Line:
    draw.shuffle(ins)
    draw.shuffle(outs)
    own, paid = (tuple((amount, f"{number}:{who}", kind) for amount, who, kind in coins) for coins in (ins, outs))
    return Line(number, f"{number:064x}", 0, 0, (), own, paid)
