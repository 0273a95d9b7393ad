"""Which transactions are joint: every rule looks, the more particular one speaks.

A rule's verdict is one of four. *Joint*: strangers took part, so that the inputs are left out of co-spend. *Undecided*:
nobody can tell them from one payer, so they are left out too, and counted apart. *Trade*: a seller and a buyer signed
together; it is no coinjoin, and they are left out as well. *One payer*: a shape that is easily taken for a round, and
is not; its inputs are joined. How often a rule is right is not the rule's to say: see `rates`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from dyepack.cluster import (
    coordinators,
    equal_outputs,
    joinmarket,
    payouts,
    trades,
    undecided,
    wasabi1,
    wasabi2,
    whirlpool,
)
from dyepack.cluster.columns import Columns, Flags, Ints
from dyepack.cluster.deals import Deals, deals
from dyepack.cluster.shape import Shape, shape

Says = Literal["joint", "undecided", "trade", "one payer"]
SAYS: tuple[Says, ...] = ("joint", "undecided", "trade", "one payer")


@dataclass(frozen=True)
class Rule:
    """A coinjoin rule: its name, its version, what its verdict is, and how it looks."""

    name: str
    version: int
    verdict: Says
    find: Callable[[Columns, Shape, Deals], Ints | Flags]

    @property
    def joint(self) -> bool:
        """Whether what it finds is a coinjoin."""
        return self.verdict == "joint"

    @property
    def apart(self) -> bool:
        """Whether strangers may have signed together, so that the inputs are left out of co-spend."""
        return self.verdict != "one payer"


RULES = (
    Rule(whirlpool.MIX, whirlpool.VERSION, "joint", whirlpool.mixes),
    Rule(coordinators.NAME, coordinators.VERSION, "joint", coordinators.mixes),
    Rule(wasabi2.NAME, wasabi2.VERSION, "joint", wasabi2.mixes),
    Rule(wasabi1.NAME, wasabi1.VERSION, "joint", wasabi1.mixes),
    Rule(whirlpool.TX0, whirlpool.VERSION, "one payer", whirlpool.tx0s),
    Rule(trades.NAME, trades.VERSION, "trade", trades.trades),
    Rule(joinmarket.NAME, joinmarket.VERSION, "joint", joinmarket.mixes),
    Rule(equal_outputs.NAME, equal_outputs.VERSION, "joint", equal_outputs.mixes),
    Rule(payouts.STONEWALL, payouts.VERSION, "undecided", payouts.stonewalls),
    Rule(undecided.NAME, undecided.VERSION, "undecided", undecided.unclear),
    Rule(payouts.BATCH, payouts.VERSION, "one payer", payouts.batches),
)
"""In the order in which they speak."""
NONE = -1


@dataclass(frozen=True)
class Verdicts:
    """For each transaction the place in `RULES` of the rule that speaks, or `NONE`; and what it counted."""

    rule: Ints
    inputs: Ints
    parties: Ints
    equal: Ints
    amount: Ints

    @property
    def joint(self) -> Flags:
        """Which transactions are coinjoins."""
        return self._of([rule.joint for rule in RULES])

    @property
    def apart(self) -> Flags:
        """Whose inputs are left out of co-spend."""
        return self._of([rule.apart for rule in RULES])

    def _of(self, table: list[bool]) -> Flags:
        return np.asarray(np.array([*table, False])[self.rule], np.bool_)

    def found(self) -> Iterator[tuple[int, Rule]]:
        """The transactions of which a rule speaks, with the rule."""
        for place in np.flatnonzero(self.rule != NONE):
            yield int(place), RULES[self.rule[place]]


def judge(columns: Columns) -> Verdicts:
    """Let every rule look at every transaction."""
    looks = shape(columns)
    weighed = deals(columns, looks)
    rule = np.full(len(columns), NONE, np.int64)
    parties = np.zeros(len(columns), np.int64)
    for place, each in enumerate(RULES):
        counted = np.asarray(each.find(columns, looks, weighed)).astype(np.int64)
        new = (rule == NONE) & (counted > 0)
        rule[new] = place
        parties[new] = counted[new]
    return Verdicts(rule, looks.inputs, parties, looks.equal, looks.amount)
