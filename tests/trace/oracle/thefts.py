"""What was taken in a transaction, and how stolen money goes through it: flows between purses.

A purse is (address, incident): what an address has of one theft in this transaction, apart from all its other money,
which is in (address, ""). At the transaction's end a purse goes to its address' other money.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor
from typing import NamedTuple

from tests.trace.oracle.files import Item
from tests.trace.oracle.loans import Netted
from tests.trace.oracle.trades import Trade

Purse = tuple[str, str]


class Flow(NamedTuple):
    """`taken` makes stolen what the payer's lots were."""

    payer: Purse
    payee: Purse
    asset: str
    amount: int
    kind: str
    taken: str = ""


class Change(NamedTuple):
    """One compound event. Where `taken` is set, what comes out is stolen money of that incident."""

    ins: tuple[tuple[Purse, str, int], ...]
    outs: tuple[tuple[Purse, str, int], ...]
    taken: str = ""


@dataclass
class Claim:
    """The addresses that one incident's seeds name in a transaction, each with an asset or None for all."""

    incident: str
    named: dict[str, set[str | None]]

    def wants(self, name: str, asset: str) -> bool:
        return name in self.named and bool({None, asset} & self.named[name])


@dataclass
class _Theft:
    claim: Claim
    loans: Netted
    stops: Collection[str]
    taken: dict[int, int] = field(default_factory=dict)
    back: dict[int, int] = field(default_factory=dict)
    purse: Counter[tuple[str, str]] = field(default_factory=Counter)
    done: list[Flow | Change] = field(default_factory=list)

    @property
    def incident(self) -> str:
        return self.claim.incident

    # ── steps 3 and 4

    def counterparties(self, events: Sequence[Item | Trade]) -> None:
        """Each payment cancels against the latest the other way that is not cancelled yet."""
        named = self.claim.named
        dealings: dict[tuple[str, str], list[int]] = defaultdict(list)
        for at, one in enumerate(events):
            if (
                isinstance(one, Item)
                and one.kind not in ("fee", "reward")
                and (one.payer in named) != (one.payee in named)
            ):
                outsider = one.payee if one.payer in named else one.payer
                dealings[outsider, one.asset].append(at)
        for places in dealings.values():
            self._cancel(events, places)

    def _cancel(self, events: Sequence[Item | Trade], places: list[int]) -> None:
        left = dict[int, int]()
        for at in places:
            one = events[at]
            assert isinstance(one, Item)
            inward, rest = one.payee in self.claim.named, one.amount
            for earlier in reversed([p for p in places if p < at]):
                other = events[earlier]
                assert isinstance(other, Item)
                if (other.payee in self.claim.named) == inward:
                    continue
                part = min(rest, left[earlier])
                left[earlier] -= part
                rest -= part
                if not inward:
                    self.back[at] = self.back.get(at, 0) + part
            left[at] = rest
        for at in places:
            one = events[at]
            assert isinstance(one, Item)
            if left[at] and one.payee in self.claim.named:
                self.taken[at] = left[at]

    def repaid(self, events: Sequence[Item | Trade]) -> None:
        """What repaid a loan was not taken: its cost, and what conversions cost, up to what was lent."""
        assets = {asset for who, asset in self.loans.lent if who in self.claim.named}
        for asset in assets:
            mine = [key for key in self.loans.lent if key[0] in self.claim.named and key[1] == asset]
            put = sum(
                amount for one in events if isinstance(one, Trade) and one.owner in self.claim.named
                for given, amount in one.ins if given == asset
            )  # fmt: skip
            off = sum(self.loans.cost[key] for key in mine) + min(put, sum(self.loans.lent[key] for key in mine))
            for at in sorted(self.taken, reverse=True):
                one = events[at]
                if isinstance(one, Item) and one.asset == asset:
                    part = min(off, self.taken[at])
                    self.taken[at] -= part
                    off -= part

    # ── steps 5 and 6

    def pay(self, at: int, one: Item) -> None:
        free = one.amount
        if one.payer in self.claim.named and one.payee not in self.claim.named:
            free -= self.back.get(at, 0)
            if (one.payee, one.payer, one.asset) in self.loans.lenders:
                free -= self.loans.cost[one.payer, one.asset]
        if one.kind == "fee":
            free = 0
        stolen = min(max(free, 0), self.purse[one.payer, one.asset])
        self._move(one, stolen, self.incident)
        rest = one.amount - stolen
        wanted = self.claim.wants(one.payee, one.asset)
        new = min(self.taken.get(at, 0), rest) if wanted else 0
        if new:
            self.purse[one.payee, one.asset] += new
            self.done.append(Flow((one.payer, ""), (one.payee, self.incident), one.asset, new, "taken", self.incident))
        if rest - new:
            self.done.append(Flow((one.payer, ""), (one.payee, ""), one.asset, rest - new, one.kind))

    def _move(self, one: Item, amount: int, purse: str) -> None:
        if not amount:
            return
        self.purse[one.payer, one.asset] -= amount
        ends = one.payee in self.stops or one.kind in ("fee", "burn")
        self.purse[one.payee, one.asset] += 0 if ends else amount
        self.done.append(Flow((one.payer, purse), (one.payee, "" if ends else purse), one.asset, amount, one.kind))

    def trade(self, one: Trade) -> None:
        stolen = {asset: min(amount, self.purse[one.owner, asset]) for asset, amount in one.ins}
        share = sum((Fraction(stolen[asset], amount) for asset, amount in one.ins), Fraction(0)) / max(len(one.ins), 1)
        became = {asset: floor(amount * share) for asset, amount in one.outs}
        for asset, part in stolen.items():
            self.purse[one.owner, asset] -= part
        for asset, part in became.items():
            self.purse[one.recipient, asset] += part
        self._change(one, stolen, became, self.incident)
        ins = {asset: amount - stolen[asset] for asset, amount in one.ins}
        outs = {asset: amount - became[asset] for asset, amount in one.outs}
        wants = self.claim.wants
        took = {asset: n for asset, n in outs.items() if n and (wants(one.owner, asset) or wants(one.recipient, asset))}
        for asset, part in took.items():
            self.purse[one.recipient, asset] += part
        self.done += [
            Change(
                _side((one.owner, ""), ins),
                (*_side((one.recipient, self.incident), took),
                 *_side((one.recipient, ""), {asset: n for asset, n in outs.items() if asset not in took})),
                self.incident,
            )
        ]  # fmt: skip

    def _change(self, one: Trade, ins: dict[str, int], outs: dict[str, int], purse: str) -> None:
        if any(ins.values()):
            self.done.append(Change(_side((one.owner, purse), ins), _side((one.recipient, purse), outs)))


def _side(purse: Purse, sums: dict[str, int]) -> tuple[tuple[Purse, str, int], ...]:
    return tuple((purse, asset, amount) for asset, amount in sums.items() if amount)


def settle(
    events: Sequence[Item | Trade], loans: Netted, claim: Claim | None, stops: Collection[str]
) -> list[Flow | Change]:
    """The flows of a transaction. Without a claim money moves as the events say."""
    theft = _Theft(claim or Claim("", {}), loans, stops)
    theft.counterparties(events)
    theft.repaid(events)
    for at, one in enumerate(events):
        if isinstance(one, Item):
            theft.pay(at, one)
        else:
            theft.trade(one)
    for (who, asset), amount in theft.purse.items():
        if amount:
            theft.done.append(Flow((who, theft.incident), (who, ""), asset, amount, "end"))
    return theft.done
