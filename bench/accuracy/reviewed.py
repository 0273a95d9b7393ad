"""Labels that others gave, looked at again: only by what the chain shows beside the shape that our rules look at.

**Whirlpool.** Dumplings takes a mix for one only if all its scripts are of the native kind for one key; a mix that pays
one output straight to a script of another kind is then called a Tx0 or a spending after the mix. A transaction is a mix
here if one that is labelled a mix, or found so, takes the pool's exact amount from it: money that came from anywhere
else would have to be a little more. What is no labelled mix, has the shape, and is taken up by none is left out: it is
counted as undecided.

**Wasabi 1.** Within those eight days all rounds had amounts that fell slowly, from 10.990 to 10.980 million satoshis.
Labelled transactions whose amount lies outside that band are not of this coordinator: not one spends from the rounds
inside it or is spent by them, while nearly all of those spend one another's outputs. The labellers took out four of the
ten themselves.
"""

from collections import Counter
from dataclasses import dataclass

from bench.accuracy.labelled import Mainnet
from dyepack.cluster.lines import Line
from dyepack.cluster.whirlpool import POOLS

BAND = (10_970_000, 11_000_000)


@dataclass(frozen=True)
class Reviewed:
    """Labels after the review. `undecided` are neither mixes nor others."""

    mixes: frozenset[str]
    undecided: frozenset[str]
    tx0s: frozenset[str]
    samourai_after: frozenset[str]
    wasabi1: frozenset[str]
    not_wasabi1: frozenset[str]


def review(sets: Mainnet) -> Reviewed:
    """Look at the labels again."""
    others = {tx: line for tx, line in (sets.tx0s | sets.samourai_after).items() if tx not in sets.mixes}
    mixes = set(sets.mixes)
    while found := _taken_up(others, {tx: line for tx, line in sets.every.items() if tx in mixes}) - mixes:
        mixes |= found
    undecided = {tx for tx, line in others.items() if tx not in mixes and _like_a_mix(line)}
    decided = mixes | undecided
    labelled = {tx: line for tx, line in sets.wasabi.items() if tx not in sets.not_wasabi1}
    wasabi1 = {tx for tx, line in labelled.items() if BAND[0] <= most_frequent(line) <= BAND[1]}
    return Reviewed(
        frozenset(mixes),
        frozenset(undecided),
        frozenset(sets.tx0s.keys() - decided),
        frozenset(sets.samourai_after.keys() - sets.tx0s.keys() - decided),
        frozenset(wasabi1),
        frozenset(sets.wasabi.keys() - wasabi1),
    )


def most_frequent(line: Line) -> int:
    """The amount that most outputs have."""
    return Counter(amount for amount, _, _ in line.outs).most_common(1)[0][0]


def _taken_up(others: dict[str, Line], mixes: dict[str, Line]) -> set[str]:
    """Transactions of which a mix takes its pool's exact amount."""
    return {
        tx
        for line in mixes.values()
        for (tx, _), (amount, _, _) in zip(line.spends, line.ins, strict=True)
        if tx in others and amount == line.outs[0][0]
    }


def _like_a_mix(line: Line) -> bool:
    """Whether it could be a mix that nobody took up: as many outputs as inputs, each the amount of a pool."""
    amounts = {amount for amount, _, _ in line.outs}
    return len(line.ins) == len(line.outs) >= 5 and len(amounts) == 1 and amounts.pop() in POOLS
