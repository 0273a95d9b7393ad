"""How strongly the amounts speak for a round: changes that one payer's money, less fees, explains to the last digits.

A participant puts in what he takes out: an equal output, his change, and fees. So to each change `c` belongs a payer,
or two, or three, whose money comes to `amount + c` but for something small. A single payer's change fits so only by
chance. The chance is counted on the transaction itself: among the sums of one (two, three) payers that lie anywhere
near, how many would come as close. Of numbers that are all round by tens, hundreds, thousands, nothing closer than
that is believed.

The strength is the sum of -ln(chance) over changes that are told by payers of their own, less what as many changes of
one payer would come to by chance (a sum of k exponential numbers: k + 4 sqrt(k) + 5 is passed once in some 30,000).
Above nought it speaks for a round. After Möser and Böhme 2016 (changes tell the makers of JoinMarket) and Gavenda et
al. 2025 (sub-transactions of JoinMarket by fees).
"""

from typing import Any, Final

import numpy as np

from dyepack.compiled import compiled

LEAST_NEAR: Final = 10_000
MOST_PAIRED: Final = 300
MOST_THREES: Final = 30
MOST_FITS: Final = 4_096
NONE: Final = -1e18


@compiled
def strength(sums: Any, amount: Any, others: Any, levels: Any) -> Any:
    """How strongly sums of payers and changes speak for a round of this amount.

    `levels` are further amounts that a participant may take beside the first (Wasabi 1.1); the first of them is 0.
    """
    paid = np.sort(sums)
    changes = np.unique(others)
    chance = np.empty(MOST_FITS, np.float64)
    who = np.empty((MOST_FITS, 4), np.int64)
    size = 0
    for c in range(len(changes)):
        for level in range(len(levels)):
            size = _fits(paid, (amount, changes[c], levels[level], c, len(levels)), chance, who, size)
    used, told = np.zeros(len(paid), np.bool_), np.zeros(len(changes), np.bool_)
    total = 0.0
    for place in np.argsort(chance[:size]):
        change, one, two, three = who[place]
        if told[change] or used[one] or (two >= 0 and used[two]) or (three >= 0 and used[three]):
            continue
        told[change] = True
        used[one] = True
        if two >= 0:
            used[two] = True
        if three >= 0:
            used[three] = True
        total -= np.log(chance[place])
    tried = len(changes)
    return total - tried - 4 * np.sqrt(tried) - 5


@compiled
def _fits(paid: Any, wanted: Any, chance: Any, who: Any, size: Any) -> Any:
    """All that come to what is wanted, one, two and three payers, each with its chance."""
    amount, change, level, c, ways = wanted
    target = amount + change + level
    near = max(LEAST_NEAR, amount // 100)
    around = max(target // 4, 8 * near)
    seen = np.searchsorted(paid, target + around, "right") - np.searchsorted(paid, target - around)
    for one in range(np.searchsorted(paid, target - near), np.searchsorted(paid, target + near, "right")):
        size = _put(chance, who, size, (paid[one], amount, change, level, around, seen * ways), (c, one, -1, -1))
    count = len(paid)
    if count > MOST_PAIRED:
        return size
    for one in range(count):
        rest = target - paid[one]
        seen += np.searchsorted(paid[one + 1 :], rest + around, "right") - np.searchsorted(
            paid[one + 1 :], rest - around
        )
    for one in range(count):
        rest = target - paid[one]
        first = one + 1 + np.searchsorted(paid[one + 1 :], rest - near)
        last = one + 1 + np.searchsorted(paid[one + 1 :], rest + near, "right")
        for two in range(first, last):
            got = paid[one] + paid[two]
            size = _put(chance, who, size, (got, amount, change, level, around, seen * ways), (c, one, two, -1))
    if count > MOST_THREES:
        return size
    for one in range(count):
        for two in range(one + 1, count):
            rest = target - paid[one] - paid[two]
            seen += np.searchsorted(paid[two + 1 :], rest + around, "right") - np.searchsorted(
                paid[two + 1 :], rest - around
            )
    for one in range(count):
        for two in range(one + 1, count):
            rest = target - paid[one] - paid[two]
            first = two + 1 + np.searchsorted(paid[two + 1 :], rest - near)
            last = two + 1 + np.searchsorted(paid[two + 1 :], rest + near, "right")
            for three in range(first, last):
                got = paid[one] + paid[two] + paid[three]
                size = _put(chance, who, size, (got, amount, change, level, around, seen * ways), (c, one, two, three))
    return size


@compiled
def _put(chance: Any, who: Any, size: Any, fit: Any, place: Any) -> Any:
    """Keep a fit whose chance is below one."""
    got, amount, change, level, around, seen = fit
    if size >= MOST_FITS:
        return size
    unit = 1
    while unit < 10**9 and got % (unit * 10) == 0 and amount % (unit * 10) == 0 and change % (unit * 10) == 0:
        unit *= 10
    off = abs(got - amount - change - level)
    share = max(1, seen) * max(2 * off + 1, 2 * unit) / (2.0 * around)
    if share >= 1:
        return size
    chance[size] = share
    who[size, 0], who[size, 1], who[size, 2], who[size, 3] = place
    return size + 1
