"""Which transactions are joint: every rule looks, the more particular one speaks.

A verdict names its rule and the rule's version. `joint` says whether the inputs may belong to strangers, so that they
are left out of co-spend; of a Tx0, a Stonewall-like transaction or a payout they are not. How often a rule is right is
not the rule's to say: see `rates`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from dyepack.cluster import equal_outputs, joinmarket, payouts, wasabi1, wasabi2, whirlpool
from dyepack.cluster.columns import Columns, Flags, Ints
from dyepack.cluster.shape import Shape, shape


@dataclass(frozen=True)
class Rule:
    """A coinjoin rule: its name, its version, whether what it finds is joint, and how it looks."""

    name: str
    version: int
    joint: bool
    find: Callable[[Columns, Shape], Ints | Flags]


RULES = (
    Rule(whirlpool.MIX, whirlpool.VERSION, True, whirlpool.mixes),
    Rule(wasabi2.NAME, wasabi2.VERSION, True, wasabi2.mixes),
    Rule(wasabi1.NAME, wasabi1.VERSION, True, wasabi1.mixes),
    Rule(whirlpool.TX0, whirlpool.VERSION, False, whirlpool.tx0s),
    Rule(joinmarket.NAME, joinmarket.VERSION, True, joinmarket.mixes),
    Rule(equal_outputs.NAME, equal_outputs.VERSION, True, equal_outputs.mixes),
    Rule(payouts.STONEWALL, payouts.VERSION, False, payouts.stonewalls),
    Rule(payouts.BATCH, payouts.VERSION, False, payouts.batches),
)
"""In the order in which they speak."""
NONE = -1


@dataclass(frozen=True)
class Verdicts:
    """For each transaction the place in `RULES` of the rule that speaks, or `NONE`; and what it counted."""

    rule: Ints
    parties: Ints
    equal: Ints
    amount: Ints

    @property
    def joint(self) -> Flags:
        """Whose inputs are left out of co-spend."""
        table = np.array([rule.joint for rule in RULES] + [False])
        return np.asarray(table[self.rule], np.bool_)

    def found(self) -> Iterator[tuple[int, Rule]]:
        """The transactions of which a rule speaks, with the rule."""
        for place in np.flatnonzero(self.rule != NONE):
            yield int(place), RULES[self.rule[place]]


def judge(columns: Columns) -> Verdicts:
    """Let every rule look at every transaction."""
    looks = shape(columns)
    rule = np.full(len(columns), NONE, np.int64)
    parties = np.zeros(len(columns), np.int64)
    for place, each in enumerate(RULES):
        counted = np.asarray(each.find(columns, looks)).astype(np.int64)
        new = (rule == NONE) & (counted > 0)
        rule[new] = place
        parties[new] = counted[new]
    return Verdicts(rule, parties, looks.equal, looks.amount)
