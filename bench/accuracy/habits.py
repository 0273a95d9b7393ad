"""Owners who are known, because they were made up: what they pay, with which coins, and where their change goes.

Nothing here is fitted to the chain. It is a place where the truth is known and habits can be turned up and down, so
that a heuristic's weak side shows: payjoins, customers who reuse addresses, programs that change their script type.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from random import Random

import numpy as np

from dyepack.cluster.columns import NOWHERE, Columns, Side, script_code, starts
from dyepack.cluster.wasabi2 import STANDARD

COIN = 10**8
POOLS = (100_000, 1_000_000, 5_000_000, 50_000_000)


@dataclass(frozen=True, slots=True)
class Coin:
    """Something to spend: the address, its script type, its owner and the amount."""

    address: str
    script: str
    owner: int
    amount: int


@dataclass(frozen=True, slots=True)
class Made:
    """A transaction with its truth: what it is, and which output came back to its one payer."""

    kind: str
    ins: tuple[Coin, ...]
    outs: tuple[Coin, ...]
    change: int | None = None

    @property
    def owners(self) -> set[int]:
        return {coin.owner for coin in self.ins}


@dataclass
class Owner:
    """One owner and what is usual with him."""

    number: int
    script: str
    later: str
    strategy: str
    rounds: float
    reuses: float
    coins: list[Coin] = field(default_factory=list)
    known: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Mix:
    """How often what happens, in weights; how many people there are; how many of them change their script type."""

    weights: dict[str, float]
    people: int = 400
    upgrades: float = 0.2


PLAIN = Mix({"payment": 80, "batch": 3, "sweep": 2, "gathering": 5, "stonewall": 0.5, "everything": 6})
PRIVATE = Mix(
    {**PLAIN.weights, "payjoin": 5, "whirlpool": 1, "wasabi1": 0.2, "wasabi2": 0.3, "joinmarket": 1, "two-party": 0.5}
)


class Economy:
    """Makes transactions, one after another. Owner 0 is a custodian, owner 1 an exchange that pays in batches."""

    def __init__(self, mix: Mix, seed: int) -> None:
        self.mix = mix
        self.random = Random(seed)
        self.made: list[Made] = []
        self._addresses = 0
        self.owners = [self._owner(n) for n in range(mix.people)]

    def run(self, size: int) -> list[Made]:
        """Make this many transactions, beside the ones that bring money in."""
        names, weights = list(self.mix.weights), list(self.mix.weights.values())
        for turn in range(size):
            if turn == size // 2:
                self._upgrade()
            kind = self.random.choices(names, weights)[0]
            _ACTS[kind](self)
        return self.made

    # ── owners and coins

    def _owner(self, number: int) -> Owner:
        draw = self.random
        script = draw.choice(("p2pkh", "p2sh", "p2wpkh", "p2wpkh", "p2tr"))
        strategy = draw.choice(("largest", "oldest", "any", "fitting"))
        return Owner(
            number, script, draw.choice(("p2wpkh", "p2tr")), strategy, draw.random(), draw.choice((0, 0, 0.1, 0.9))
        )

    def _upgrade(self) -> None:
        for owner in self.owners:
            if self.random.random() < self.mix.upgrades:
                owner.script = owner.later

    def address(self, owner: Owner, *, change: bool = False) -> str:
        """Where an owner is paid: a new address, or one that he has used before."""
        if owner.known and self.random.random() < owner.reuses * (0.5 if change else 1):
            return self.random.choice(owner.known[-5:])
        self._addresses += 1
        text = f"{owner.script}-{self._addresses}"
        owner.known.append(text)
        return text

    def coin(self, owner: Owner, amount: int, *, change: bool = False) -> Coin:
        """A coin that is about to be made."""
        address = self.address(owner, change=change)
        return Coin(address, address.split("-")[0], owner.number, amount)

    def fund(self, owner: Owner, amount: int) -> Coin:
        """Money from outside."""
        coin = self.coin(owner, amount)
        self.keep(Made("funding", (), (coin,)))
        return coin

    def keep(self, made: Made) -> None:
        """Book a transaction."""
        for coin in made.ins:
            held = self.owners[coin.owner].coins
            del held[next(n for n, one in enumerate(held) if one is coin)]  # two may be equal
        for coin in made.outs:
            if coin.owner >= 0:
                self.owners[coin.owner].coins.append(coin)
        self.made.append(made)

    def person(self, *, but: Iterable[int] = ()) -> Owner:
        """Somebody, neither the custodian nor the exchange."""
        taken = set(but)
        while True:
            owner = self.owners[self.random.randrange(2, len(self.owners))]
            if owner.number not in taken:
                return owner

    def people(self, count: int) -> list[Owner]:
        """Several people."""
        return self.random.sample(self.owners[2:], count)

    def select(self, owner: Owner, amount: int) -> list[Coin]:
        """Coins that pay an amount, chosen as the owner's program does; money comes in where there is too little."""
        while sum(coin.amount for coin in owner.coins) < amount:
            self.fund(owner, self.sum(owner) * 3 + amount // 2)
        if owner.strategy == "fitting" and (one := self._fitting(owner, amount)):
            return [one]
        listed = list(owner.coins)
        if owner.strategy == "largest":
            listed.sort(key=lambda coin: -coin.amount)
        elif owner.strategy in ("any", "fitting"):
            self.random.shuffle(listed)
        out: list[Coin] = []
        while sum(coin.amount for coin in out) < amount:
            out.append(listed.pop(0))
        return out

    def _fitting(self, owner: Owner, amount: int) -> Coin | None:
        enough = [coin for coin in owner.coins if coin.amount >= amount]
        return min(enough, key=lambda coin: coin.amount, default=None)

    def sum(self, owner: Owner) -> int:
        """An amount to pay: round with some owners, what a price in dollars comes to with others."""
        amount = int(self.random.lognormvariate(14.5, 1.6)) + 20_000
        if self.random.random() < owner.rounds * 0.6:
            unit = self.random.choice((100_000, 1_000_000))
            amount = max(unit, amount // unit * unit)
        return amount

    def fee(self) -> int:
        """What the block costs."""
        return self.random.randrange(200, 5_000)


# ── what happens


def payment(economy: Economy) -> None:
    """One pays another; what is left comes back, at a random place among the outputs."""
    payer = economy.person()
    payee = economy.person(but=[payer.number])
    if economy.random.random() < 0.2:
        payee = economy.owners[0]
    amount, fee = economy.sum(payer), economy.fee()
    ins = economy.select(payer, amount + fee)
    left = sum(coin.amount for coin in ins) - amount - fee
    outs = [economy.coin(payee, amount)]
    change = None
    if left > 1_000:
        change = economy.random.randrange(2)
        outs.insert(change, economy.coin(payer, left, change=True))
    economy.keep(Made("payment", tuple(ins), tuple(outs), change))


def batch(economy: Economy) -> None:
    """The exchange pays many; what several ask for is the same round amount."""
    exchange, draw = economy.owners[1], economy.random
    payees = economy.people(draw.randrange(3, 40))
    common = draw.choice((1_000_000, 5_000_000, 10_000_000))
    outs = [economy.coin(one, common if draw.random() < 0.3 else economy.sum(one)) for one in payees]
    fee = economy.fee()
    ins = economy.select(exchange, sum(coin.amount for coin in outs) + fee)
    left = sum(coin.amount for coin in ins) - sum(coin.amount for coin in outs) - fee
    change = draw.randrange(len(outs) + 1)
    outs.insert(change, economy.coin(exchange, left, change=True))
    economy.keep(Made("batch", tuple(ins), tuple(outs), change))


def sweep(economy: Economy) -> None:
    """The custodian gathers what customers paid in at their deposit addresses, which are his."""
    _gather(economy, economy.owners[0], "sweep", 60)


def gathering(economy: Economy) -> None:
    """Somebody makes one coin of several."""
    _gather(economy, economy.person(), "gathering", 8)


def _gather(economy: Economy, owner: Owner, kind: str, most: int) -> None:
    while len(owner.coins) < 3:
        economy.fund(owner, economy.sum(owner))
    ins = economy.random.sample(owner.coins, min(len(owner.coins), economy.random.randrange(2, most)))
    out = economy.coin(owner, max(1, sum(coin.amount for coin in ins) - economy.fee()))
    economy.keep(Made(kind, tuple(ins), (out,)))


def everything(economy: Economy) -> None:
    """Somebody pays all that a coin holds: no change."""
    payer = economy.person()
    ins = economy.select(payer, 10_000)
    out = economy.coin(economy.person(but=[payer.number]), sum(coin.amount for coin in ins) - 500)
    economy.keep(Made("everything", tuple(ins), (out,)))


def payjoin(economy: Economy) -> None:
    """The payee adds a coin of his own, which nobody can see."""
    payer = economy.person()
    payee = economy.person(but=[payer.number])
    amount, fee = economy.sum(payer), economy.fee()
    theirs = economy.select(payee, 1_000)[:1]
    ins = [*economy.select(payer, amount + fee), *theirs]
    left = sum(coin.amount for coin in ins) - theirs[0].amount - amount - fee
    outs = [economy.coin(payee, amount + theirs[0].amount)]
    if left > 1_000:
        outs.insert(economy.random.randrange(2), economy.coin(payer, left, change=True))
    economy.random.shuffle(ins)
    economy.keep(Made("payjoin", tuple(ins), tuple(outs)))


def stonewall(economy: Economy) -> None:
    """One payer's transaction that looks like two people's: the payment, its twin, and two changes."""
    payer = economy.person()
    _two(economy, "stonewall", payer, payer)


def two_party(economy: Economy) -> None:
    """The same with a friend; nothing tells them apart."""
    payer = economy.person()
    _two(economy, "two-party", payer, economy.person(but=[payer.number]))


def _two(economy: Economy, kind: str, one: Owner, other: Owner) -> None:
    amount = economy.sum(one)
    coins = [economy.fund(owner, amount + economy.random.randrange(50_000, 5_000_000)) for owner in (one, other)]
    payee = economy.person(but=[one.number, other.number])
    outs = [economy.coin(payee, amount), economy.coin(other, amount)]
    outs += [economy.coin(owner, coin.amount - amount - 500) for owner, coin in zip((one, other), coins, strict=True)]
    economy.random.shuffle(outs)
    economy.keep(Made(kind, tuple(coins), tuple(outs)))


def whirlpool(economy: Economy) -> None:
    """A mix of five to eight, two or three of them new."""
    draw, pool = economy.random, economy.random.choice(POOLS)
    people = economy.people(draw.randrange(5, 9))
    more = draw.randrange(200, 60_000)
    ins = [economy.fund(one, pool + (more if n < draw.randrange(2, 4) else 0)) for n, one in enumerate(people)]
    outs = [economy.coin(one, pool) for one in people]
    draw.shuffle(ins)
    draw.shuffle(outs)
    economy.keep(Made("whirlpool", tuple(ins), tuple(outs)))


def wasabi1(economy: Economy) -> None:
    """A round of twenty-five to eighty, with a second level for who put in more."""
    draw = economy.random
    people = economy.people(draw.randrange(25, 80))
    base = 10_000_000 - draw.randrange(-900_000, 50_000)
    ins, outs = [], []
    for one in people:
        coin = economy.fund(one, draw.randrange(base + 20_000, 5 * base))
        ins.append(coin)
        outs.append(economy.coin(one, base))
        left = coin.amount - base - 15_000
        if left > 2 * base:
            outs.append(economy.coin(one, 2 * base - 900))
            left -= 2 * base - 900
        if left > 10_000:
            outs.append(economy.coin(one, left))
    outs.append(economy.coin(economy.owners[2], 10_000 * len(people)))
    economy.keep(Made("wasabi1", tuple(ins), tuple(outs)))


def wasabi2(economy: Economy) -> None:
    """A round in which all break what they have into standard amounts."""
    draw = economy.random
    ins, outs = list[Coin](), list[Coin]()
    few = sorted(draw.sample([int(n) for n in STANDARD if 5_000 <= n < 3 * COIN], 14), reverse=True)
    for one in economy.people(draw.randrange(10, 40)):
        coins = [economy.fund(one, economy.sum(one) + 50_000) for _ in range(draw.randrange(1, 4))]
        ins += coins
        left = sum(coin.amount for coin in coins) - 2_000
        while (fits := [amount for amount in few if amount <= left]) and len(outs) < 300:
            outs.append(economy.coin(one, fits[0] if draw.random() < 0.7 else draw.choice(fits[:3])))
            left -= outs[-1].amount
        if left > 5_000 and draw.random() < 0.5:
            outs.append(economy.coin(one, left))
    ins.sort(key=lambda coin: -coin.amount)
    outs.sort(key=lambda coin: -coin.amount)
    economy.keep(Made("wasabi2", tuple(ins), tuple(outs)))


def joinmarket(economy: Economy) -> None:
    """A taker and two to eight makers, some of whom put in several coins."""
    draw = economy.random
    people = economy.people(draw.randrange(3, 10))
    amount = economy.sum(people[0])
    ins, outs = [], []
    for n, one in enumerate(people):
        count = draw.choice((1, 1, 1, 2, 3))
        coins = [economy.fund(one, amount // count + draw.randrange(30_000, 9_000_000)) for _ in range(count)]
        ins += coins
        outs.append(economy.coin(one, amount))
        earned = -3_000 * len(people) if n == 0 else draw.randrange(10, 900)
        left = sum(coin.amount for coin in coins) - amount + earned
        if left > 2_730:
            outs.append(economy.coin(one, left, change=True))
    draw.shuffle(ins)
    draw.shuffle(outs)
    economy.keep(Made("joinmarket", tuple(ins), tuple(outs)))


_ACTS: dict[str, Callable[[Economy], None]] = {
    "payment": payment, "batch": batch, "sweep": sweep, "gathering": gathering, "everything": everything,
    "payjoin": payjoin, "stonewall": stonewall, "two-party": two_party, "whirlpool": whirlpool, "wasabi1": wasabi1,
    "wasabi2": wasabi2, "joinmarket": joinmarket,
}  # fmt: skip
JOINT = frozenset({"whirlpool", "wasabi1", "wasabi2", "joinmarket", "two-party"})
"""Kinds in which strangers take part; a payjoin too, but nobody can see it."""


def columns(made: Sequence[Made]) -> tuple[Columns, list[str]]:
    """Transactions as columns, one block each; and the addresses by number, in order of first appearance."""
    number: dict[str, int] = {}
    fresh: list[bool] = []
    for each in made:
        for coin in each.ins:
            number.setdefault(coin.address, len(number))
        for coin in each.outs:
            fresh.append(coin.address not in number)
            number.setdefault(coin.address, len(number))
    places = np.arange(len(made), dtype=np.int64)
    ins, outs = (_side([getattr(each, name) for each in made], number) for name in ("ins", "outs"))
    none = np.full(len(made), NOWHERE, np.int64)
    return Columns(places, np.zeros(len(made), np.int64), ins, outs, np.array(fresh, np.bool_), none), list(number)


def _side(coins: Sequence[Sequence[Coin]], number: dict[str, int]) -> Side:
    flat = [coin for each in coins for coin in each]
    return Side(
        starts([len(each) for each in coins]),
        np.array([number[coin.address] for coin in flat], np.int64),
        np.array([coin.amount for coin in flat], np.int64),
        np.array([script_code(coin.script) for coin in flat], np.int8),
    )
