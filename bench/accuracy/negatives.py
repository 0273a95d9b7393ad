"""One payer's transactions that look like rounds, and trades: made up in many shapes, none of them a coinjoin.

What is known of each is only that one owner signs (of trades: a seller and a buyer). Amounts are round or odd, coins
few or many, alike or not, cut for the purpose or not; changes one or several. A payer who keeps each coin's change
apart is not among them: nobody can tell that from a round.
"""

from collections.abc import Callable
from random import Random

from dyepack.cluster.lines import Line

Coin = tuple[int, str, str]
COIN = 10**8
FEE = 20_000


def made(seed: int, size: int) -> list[tuple[str, Line]]:
    """So many transactions, each with its kind."""
    draw, out = Random(seed), []
    for number in range(size):
        kind = draw.choice([*KINDS])
        out.append((kind, transaction(kind, draw, number)))
    return out


def transaction(kind: str, draw: Random, number: int = 0) -> Line:
    """One of this kind; `number` tells its addresses from those of others."""
    ins, outs = KINDS[kind](draw)
    own = tuple((amount, f"{number}:{who}", script) for amount, who, script in ins)
    paid = tuple((amount, f"{number}:{who}", script) for amount, who, script in outs)
    return Line(number, f"{number:064x}", 0, 0, (), own, paid)


def batch(draw: Random) -> tuple[list[Coin], list[Coin]]:
    """An exchange pays many from what customers brought: some ask for the same, and there are several changes."""
    equal = draw.randrange(3, 20)
    amount = _round(draw) if draw.random() < 0.6 else _odd(draw)
    asked = [_round(draw) if draw.random() < 0.4 else _odd(draw) for _ in range(draw.randrange(0, equal + 3))]
    return _paid(draw, [amount] * equal + asked, draw.randrange(1, 5))


def payroll(draw: Random) -> tuple[list[Coin], list[Coin]]:
    """An employer pays salaries, mostly the same, and leaves two or more changes."""
    salary = _round(draw) if draw.random() < 0.4 else draw.randrange(1_000_000, 40_000_000)
    paid = [salary] * draw.randrange(3, 40)
    paid += [draw.choice((2 * salary, salary * 3 // 2, salary + _round(draw))) for _ in range(draw.randrange(0, 5))]
    return _paid(draw, paid, draw.randrange(1, 6))


def near_a_tenth(draw: Random) -> tuple[list[Coin], list[Coin]]:
    """Salaries of about a tenth of a bitcoin, odd because they are in another currency; some get twice that."""
    salary = draw.randrange(8_100_000, 11_900_000)
    return _paid(draw, [salary] * draw.randrange(10, 60) + [2 * salary] * draw.choice((0, 2, 4)), draw.randrange(1, 4))


def doubled(draw: Random) -> tuple[list[Coin], list[Coin]]:
    """The same with customers: some are paid twice or four times as much, less a fee or not, many another odd sum."""
    salary, fee = draw.randrange(8_100_000, 11_900_000), draw.choice((0, 0, 1_500, 5_000))
    many = draw.randrange(10, 60)
    paid = (
        [salary - fee] * many + [2 * salary - fee] * draw.choice((2, 3, 8)) + [4 * salary - fee] * draw.choice((0, 2))
    )
    return _paid(draw, paid + [_odd(draw) for _ in range(draw.randrange(many // 3, many + 2))], draw.randrange(1, 4))


def dust(draw: Random) -> tuple[list[Coin], list[Coin]]:
    """Tokens or bait: as little as possible to many."""
    return _paid(draw, [draw.choice((294, 330, 546, 600, 1_000))] * draw.randrange(3, 60), draw.randrange(1, 5))


def one_address(draw: Random) -> tuple[list[Coin], list[Coin]]:
    """Somebody cuts what he has into equal coins at one address, or at two."""
    amount, equal = _odd(draw), draw.randrange(3, 40)
    ins, outs = _paid(draw, [amount] * equal, draw.randrange(0, 4))
    homes = draw.choice((1, 1, 2))
    kept = [(value, f"home{n % homes}" if value == amount else who, kind) for n, (value, who, kind) in enumerate(outs)]
    return ins, kept


def cut_before(draw: Random) -> tuple[list[Coin], list[Coin]]:
    """A payer who has cut coins for it: each a salary and a fee."""
    salary, many = _odd(draw), draw.randrange(5, 30)
    return _coins([salary + draw.choice((400, 500))] * many, "i"), _coins([salary] * many, "o")


def trade(draw: Random) -> tuple[list[Coin], list[Coin]]:
    """Inscriptions are bought: each seller's coin stands where he is paid, the token goes to an earlier output."""
    many, padding = draw.randrange(1, 7), draw.choice((330, 546, 600, 10_000))
    price = _odd(draw)
    prices = [price if draw.random() < 0.7 else _odd(draw) for _ in range(many)]
    sellers = [f"s{draw.randrange(many)}" for _ in range(many)]
    own = [max(20_000, (sum(prices) + FEE) // 3 + draw.randrange(5_000)) for _ in range(4)]
    ins = [(own[0], "buyer", "p2tr"), *((padding, who, "p2tr") for who in sellers)]
    outs = [(padding, "buyer", "p2tr"), *zip(prices, sellers, ["p2tr"] * many, strict=True)]
    ins += [(amount, "buyer", "p2tr") for amount in own[1:]]
    outs += [(sum(prices) // 50 + 1_000, "market", "p2wpkh"), (sum(own) // 9 + 7, "buyer", "p2tr")]
    return ins, outs


def trade_of_two(draw: Random) -> tuple[list[Coin], list[Coin]]:
    """An inscription is bought: both sign everything, so the price stands anywhere, at the seller's own address."""
    token, price = draw.choice((330, 546, 10_000, draw.randrange(1_001, 9_999))), _odd(draw)
    own = [price // 2 + draw.randrange(20_000, 90_000) for _ in range(3)]
    ins = [(token, "seller", "p2tr"), *((amount, "buyer", "p2tr") for amount in own)]
    outs = [(token, "token", "p2tr"), (price, "seller", "p2tr"), (sum(own) - price - 2_000, "buyer", "p2tr")]
    draw.shuffle(outs)
    return ins, outs


KINDS: dict[str, Callable[[Random], tuple[list[Coin], list[Coin]]]] = {
    "batch": batch, "payroll": payroll, "near a tenth": near_a_tenth, "dust": dust, "one address": one_address,
    "cut before": cut_before, "trade": trade,
    "doubled": doubled, "trade of two": trade_of_two,
}  # fmt: skip
TRADES = ("trade", "trade of two")
PAYOUTS = tuple(kind for kind in KINDS if kind not in TRADES)


def _paid(draw: Random, amounts: list[int], changes: int) -> tuple[list[Coin], list[Coin]]:
    """Coins that pay these amounts, of one owner, and his changes; places by chance."""
    coins = _enough(draw, sum(amounts) + FEE + 1_000 * changes)
    left = sum(coins) - sum(amounts) - draw.randrange(500, FEE)
    cuts = sorted(draw.randrange(left) for _ in range(max(0, changes - 1)))
    parts = [end - begin for begin, end in zip([0, *cuts], [*cuts, left], strict=True)] if changes else []
    outs = _coins(amounts + [part for part in parts if part > 546], "o", draw)
    ins = _coins(coins, "i", draw)
    draw.shuffle(ins)
    draw.shuffle(outs)
    return ins, outs


def _enough(draw: Random, needed: int) -> list[int]:
    """Coins of one owner that come to this, in one of the ways in which owners' coins are spread."""
    many = draw.choice((1, 2, 5, 12, 30, 60))
    way = draw.choice(("odd", "round", "alike", "one large"))
    coins = list[int]()
    while sum(coins) < needed or len(coins) < many:
        mean = needed / many
        if way == "alike":
            coins.append(int(mean * 1.1) + draw.randrange(1_000))
        elif way == "round":
            unit = 10 ** max(3, len(str(int(mean))) - 2)
            coins.append(max(unit, int(draw.lognormvariate(0, 0.5) * mean) // unit * unit))
        elif way == "one large" and not coins:
            coins.append(needed)
        else:
            coins.append(int(draw.lognormvariate(0, 0.8) * mean) + 1_000)
    return coins


def _coins(amounts: list[int], side: str, draw: Random | None = None) -> list[Coin]:
    kinds = ("p2wpkh", "p2sh", "p2pkh", "p2tr") if side == "o" and draw and draw.random() < 0.7 else ("p2wpkh",)
    return [(amount, f"{side}{n}", (draw or Random(0)).choice(kinds)) for n, amount in enumerate(amounts)]


def _round(draw: Random) -> int:
    return draw.choice((1, 2, 5)) * draw.choice((100_000, 1_000_000, 10_000_000))


def _odd(draw: Random) -> int:
    return int(draw.lognormvariate(14.5, 1.3)) + 30_000
