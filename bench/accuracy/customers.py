"""Customers of two exchanges on an account chain, who are known, because they were made up.

Each has a deposit address; what comes in is passed on to the exchange's hot address. Most pay in from one or two
addresses of their own. Some are paid into by a friend, some pass money through an address of their own first, or pay
the hot address from one at once, which looks like a deposit; and some deposits are gathered two at a time, which the
heuristic does not match.
"""

import datetime as dt
from dataclasses import dataclass, field
from random import Random

from dyepack.model import Tag, Transfer

CHAIN = "ethereum"
HOT = {"one": "0x" + "1" * 40, "two": "0x" + "2" * 40}
ETHER = 10**18
FRIENDS, THROUGH, GATHERED, DIRECT = 0.05, 0.03, 0.1, 0.03


@dataclass
class Customers:
    """The transfers, and the truth: whose an address is, an exchange's or a customer's number."""

    seed: int
    size: int = 1_500
    transfers: list[Transfer] = field(default_factory=list)
    owner: dict[str, str] = field(default_factory=dict)
    deposits: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._random = Random(self.seed)
        self._last = 0
        self._block = 1_000
        for name, address in HOT.items():
            self.owner[address] = name
        own = [[self._address(str(n)) for _ in range(self._random.choice((1, 1, 2, 3)))] for n in range(self.size)]
        for n, addresses in enumerate(own):
            self._customer(n, addresses, own)

    def tags(self) -> list[Tag]:
        """The exchanges' hot addresses, tagged."""
        said = ("ownership", 100, "made up", None, None, None, None, None, None)
        return [Tag(n, CHAIN, at, n, n, "exchange", *said) for n, at in HOT.items()]

    def _customer(self, n: int, own: list[str], everybody: list[list[str]]) -> None:
        draw = self._random
        exchange = draw.choice(tuple(HOT))
        deposit = self._address(exchange)
        self.deposits.add(deposit)
        for _ in range(draw.randrange(1, 6)):
            payer = draw.choice(draw.choice(everybody)) if draw.random() < FRIENDS else draw.choice(own)
            amount = draw.randrange(ETHER // 100, 50 * ETHER)
            if draw.random() < THROUGH:
                through = self._address(str(n))
                self._move(payer, through, amount)
                payer, amount = through, amount - draw.randrange(10**14, 2 * 10**15)
            self._move(payer, deposit, amount)
            if draw.random() < GATHERED:
                more = draw.randrange(ETHER // 100, 5 * ETHER)
                self._move(payer, deposit, more)
                amount += more
            self._move(deposit, HOT[exchange], amount - draw.randrange(10**14, 5 * 10**15))
        if draw.random() < DIRECT:
            once, amount = self._address(str(n)), draw.randrange(ETHER // 100, 50 * ETHER)
            self._move(draw.choice(draw.choice(everybody)), once, amount)
            self._move(once, HOT[exchange], amount - draw.randrange(10**14, 5 * 10**15))
        if draw.random() < 0.3:
            self._move(own[0], HOT[exchange], draw.randrange(ETHER // 100, ETHER))
        if draw.random() < 0.5:
            self._move(own[0], draw.choice(draw.choice(everybody)), draw.randrange(ETHER // 100, ETHER))

    def _address(self, owner: str) -> str:
        self._last += 1
        text = f"0x{self._last:040x}"
        self.owner[text] = owner
        return text

    def _move(self, payer: str, payee: str, amount: int) -> None:
        self._block += self._random.randrange(1, 400)
        time = dt.datetime(2024, 1, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=12 * self._block)
        tx = f"0x{len(self.transfers):064x}"
        ends = (payer, payee, "ETH", amount, None, "made up")
        self.transfers.append(Transfer(CHAIN, self._block, time, tx, 0, 0, "native", *ends))
