"""Output chains drawn as text, a transaction a line: `t: c.0 d.1 -> thief 30, x 19`.

A name, the outputs that it spends, what it pays to whom; what is left is the fee. Without inputs it is a coinbase. A
semicolon ends a block; in a block, the coinbase comes first. `c.0?` is an output whose amount the data does not show.
"""

import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from dyepack.model import CLEAN, Input, Output, Transaction
from dyepack.trace.method import Lot
from tests.trace.drawing import START
from tests.trace.oracle.rules import RULES

SCRIPT = "other"
"""A script without a limit of dust: amounts in drawings are small."""


@dataclass
class Drawn:
    """The three tables of a drawing."""

    transactions: list[Transaction]
    inputs: list[Input]
    outputs: list[Output]


def chain(drawing: str) -> Drawn:
    drawn = Drawn([], [], [])
    amounts: dict[tuple[str, int], tuple[str, int]] = {}
    for block, text in enumerate(drawing.strip().strip(";").split(";"), 1):
        for tx_index, line in enumerate(filter(None, map(str.strip, text.split("\n")))):
            match = re.fullmatch(r"(\w+):(.*)->(.*)", line)
            assert match, line
            name, spent, paid = match[1], match[2].split(), [part.split() for part in match[3].split(",")]
            place = ("bitcoin", block, tx_index, name)
            brought, shown = 0, True
            for index, point in enumerate(spent):
                tx, number = point.rstrip("?").split(".")
                known = None if point.endswith("?") else amounts[tx, int(number)]
                shown &= known is not None
                brought += known[1] if known else 0
                address, amount = known or (None, None)
                drawn.inputs.append(Input(*place, index, tx, int(number), address, amount))
            for index, (payee, text_of_amount) in enumerate(paid):
                amounts[name, index] = (payee, int(text_of_amount))
                drawn.outputs.append(Output(*place, index, SCRIPT, payee, int(text_of_amount)))
            fee = brought - sum(int(amount) for _, amount in paid) if spent and shown else None
            time = START + timedelta(days=block // 100, minutes=10 * block)
            drawn.transactions.append(
                Transaction("bitcoin", block, time, tx_index, name, not spent, len(spent), len(paid), fee, "drawn")
            )
    return drawn


class Oracle:
    """Every output a list of lots, every transaction their sum in order."""

    def __init__(self, drawn: Drawn, stolen: dict[tuple[str, int], str], stops: set[str], rule: str) -> None:
        self.drawn, self.stolen, self.stops, self.rule = drawn, stolen, stops, RULES[rule]
        self.lots: dict[tuple[str, int], list[Lot]] = {}
        self.rest: dict[tuple[str, str], int] = defaultdict(int)
        self.followed: set[str] = set()

    def looked_at(self, tx: Transaction) -> bool:
        """Whether a slice has a transaction: it makes a stolen output, or spends one that descends from such."""
        live = {
            *self.stolen,
            *(self.points(lambda one: one.tx_hash in self.followed and one.address not in self.stops)),
        }
        if any((one.spent_hash, one.spent_index) in live for one in self.drawn.inputs if one.tx_hash == tx.tx_hash):
            self.followed.add(tx.tx_hash)
        return tx.tx_hash in {*self.followed, *(name for name, _ in self.stolen)}

    def points(self, wanted: Callable[[Output], bool]) -> set[tuple[str, int]]:
        return {(one.tx_hash, one.index) for one in self.drawn.outputs if wanted(one)}

    def pay(self, tx: Transaction, pool: list[Lot]) -> list[Lot]:
        """Pay the outputs in order; what is left of the pool."""
        for output in (one for one in self.drawn.outputs if one.tx_hash == tx.tx_hash):
            here = (tx.tx_hash, output.index)
            paid, pool = self.rule(pool, output.amount)
            if here in self.stolen:
                paid = [(self.stolen[here], output.amount)]
            if output.address in self.stops:
                self.put(str(output.address), paid)
                paid = [(CLEAN, output.amount)]
            self.lots[here] = paid
        return pool

    def put(self, address: str, lots: list[Lot]) -> None:
        for origin, amount in lots:
            self.rest[origin, address] += amount

    def pool(self, tx: Transaction) -> list[Lot]:
        spent = sorted((one for one in self.drawn.inputs if one.tx_hash == tx.tx_hash), key=lambda one: one.index)
        emptied = [self.lots.pop((one.spent_hash, one.spent_index)) for one in spent]
        return [lot for lots in emptied for lot in self.rule(lots, sum(amount for _, amount in lots))[0]]

    def new(self, tx: Transaction, fees: list[Lot]) -> None:
        """A coinbase: its own money first, then the fees that it gets."""
        worth = sum(output.amount for output in self.drawn.outputs if output.tx_hash == tx.tx_hash)
        own = worth - sum(amount for _, amount in fees)
        self.put(tx.tx_hash, self.pay(tx, [(CLEAN, own)] * (own > 0) + fees))


def trace(drawn: Drawn, stolen: dict[tuple[str, int], str], stops: set[str], rule: str, *, miner: bool = False):
    """What rests where at the end: {(origin, address): amount}, clean money left out."""
    oracle = Oracle(drawn, stolen, stops, rule)
    for block in sorted({tx.block for tx in drawn.transactions}):
        txs = [tx for tx in drawn.transactions if tx.block == block]
        fees: list[Lot] = []
        for tx in sorted(txs, key=lambda tx: (tx.coinbase if miner else 0, tx.tx_index)):
            if tx.coinbase:
                oracle.new(tx, fees)
                if fees:
                    oracle.followed.add(tx.tx_hash)
            elif miner:
                ours = oracle.looked_at(tx)
                left = oracle.pay(tx, oracle.pool(tx))
                fee, _ = oracle.rule(left, sum(amount for _, amount in left))
                fees += fee if ours else []
            else:
                oracle.put("fees", oracle.pay(tx, oracle.pool(tx)))
    for output in drawn.outputs:
        oracle.put(str(output.address), oracle.lots.get((output.tx_hash, output.index), []))
    return {key: amount for key, amount in oracle.rest.items() if key[0] != CLEAN and amount}
