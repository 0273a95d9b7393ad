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

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import astuple, dataclass, fields
from io import StringIO

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


@dataclass(frozen=True)
class Opinion:
    """One label that the review does not share, and what of the chain speaks against it."""

    tx_hash: str
    set: str
    label: str
    review: str
    seen: str
    other_tx: str


def opinions(sets: Mainnet) -> Iterator[Opinion]:
    """Every label that the review changes or leaves undecided, in order of transaction."""
    after = review(sets)
    takers = _takers({tx: line for tx, line in sets.every.items() if tx in after.mixes})
    for tx in sorted((after.mixes - sets.mixes.keys()) | after.undecided):
        label = "tx0" if tx in sets.tx0s else "post-mix"
        amount = sets.every[tx].outs[0][0]
        if tx in takers:
            seen = (
                f"{len(sets.every[tx].ins)} inputs, as many outputs of {amount}; other_tx, a mix, takes one up exactly"
            )
        else:
            seen = f"{len(sets.every[tx].ins)} inputs, as many outputs of {amount}; no mix of the month takes one up"
        yield Opinion(tx, "whirlpool", label, "mix" if tx in after.mixes else "undecided", seen, takers.get(tx, ""))
    for tx in sorted(after.not_wasabi1 - sets.not_wasabi1):
        seen = f"equal outputs of {most_frequent(sets.wasabi[tx])}, all linked rounds {BAND[0]} to {BAND[1]};"
        yield Opinion(tx, "wasabi1", "coinjoin", "not of this coordinator", f"{seen} none spends another", "")


def written(of: Iterator[Opinion]) -> str:
    """Opinions as CSV."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([field.name for field in fields(Opinion)])
    writer.writerows(map(astuple, of))
    return text.getvalue()


def _takers(mixes: dict[str, Line]) -> dict[str, str]:
    """Of each transaction the first mix, in order of hash, that takes its pool's exact amount from it."""
    return {
        spent: tx
        for tx, line in sorted(mixes.items(), reverse=True)
        for (spent, _), (amount, _, _) in zip(line.spends, line.ins, strict=True)
        if amount == line.outs[0][0]
    }


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
