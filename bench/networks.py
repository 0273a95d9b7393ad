"""Networks of movements out of thin air, as a slice has them: the same numbers give the same network everywhere.

`accounts`: stolen money and money of others spread over accounts, of which a few are busy, and come to services.
`busy`: a handful of accounts that are paid and pay in turn, which makes the longest paths there can be.
`outputs`: an output chain: transactions spend a few outputs and make a few.
Amounts are wei, of up to 80 bits.
"""

from collections.abc import Callable
from random import Random

import numpy as np

from dyepack.trace.bounds import Network, Openings
from dyepack.trace.wide import limbs

STOLEN, UNKNOWN, CLEAN = range(3)
ETHER = 10**18
SERVICES = 8


class _Drawing:
    def __init__(self) -> None:
        self.balance: list[int] = []
        self.ends: list[bool] = []
        self.moves: list[tuple[int, int, int]] = []
        self.opened: list[tuple[int, int, int, int]] = []

    def holding(self, *, end: bool = False) -> int:
        self.balance.append(0)
        self.ends.append(end)
        return len(self.balance) - 1

    def open(self, holding: int, origin: int, amount: int) -> None:
        self.opened.append((holding, len(self.moves), origin, amount))
        self.balance[holding] += amount

    def move(self, payer: int, payee: int, amount: int) -> None:
        self.moves.append((payer, payee, amount))
        self.balance[payer] -= amount
        self.balance[payee] += amount

    def network(self) -> Network:
        payer, payee, amounts = zip(*self.moves, strict=True)
        holding, before, origin, opened = zip(*self.opened, strict=True)
        entered = (np.array(each, np.int64) for each in (holding, before, origin))
        openings = Openings(*entered, *limbs(opened))
        moved = np.array(payer, np.int32), np.array(payee, np.int32)
        return Network(len(self.ends), 3, *moved, *limbs(amounts), openings, np.array(self.ends))


def accounts(movements: int, seed: int = 1) -> Network:
    random, drawing = Random(seed), _Drawing()
    services = [drawing.holding(end=True) for _ in range(SERVICES)]
    living = [drawing.holding() for _ in range(20)]
    for one in living:
        drawing.open(one, STOLEN, random.randrange(1, 5_000 * ETHER))
    crowded = [drawing.holding() for _ in range(3)]
    while len(drawing.moves) < movements:
        payer = random.choice(crowded) if random.random() < 0.1 else random.choice(living[-200:])
        if random.random() < 0.1 or not drawing.balance[payer]:
            drawing.open(payer, random.choice((UNKNOWN, CLEAN)), random.randrange(1, 5 * ETHER))
        whole = drawing.balance[payer]
        amount = whole if random.random() < 0.3 else random.randrange(1, whole + 1)
        luck = random.random()
        if luck < 0.15:
            payee = random.choice(services)
        elif luck < 0.7:
            payee = random.choice(crowded if luck < 0.25 else living[-200:])
        else:
            payee = drawing.holding()
            living.append(payee)
        drawing.move(payer, payee, amount)
    return drawing.network()


def busy(movements: int, seed: int = 1) -> Network:
    random, drawing = Random(seed), _Drawing()
    services = [drawing.holding(end=True) for _ in range(SERVICES)]
    few = [drawing.holding() for _ in range(5)]
    drawing.open(few[0], STOLEN, 20_000 * ETHER)
    while len(drawing.moves) < movements:
        payer = random.choice(few)
        if random.random() < 0.3 or not drawing.balance[payer]:
            drawing.open(payer, UNKNOWN, random.randrange(1, 30 * ETHER))
        amount = random.randrange(1, min(drawing.balance[payer], 40 * ETHER) + 1)
        drawing.move(payer, random.choice(services if random.random() < 0.3 else few), amount)
    return drawing.network()


def outputs(movements: int, seed: int = 1) -> Network:
    random, drawing = Random(seed), _Drawing()
    services = [drawing.holding(end=True) for _ in range(SERVICES)]
    fees = drawing.holding(end=True)
    unspent = [drawing.holding() for _ in range(20)]
    for one in unspent:
        drawing.open(one, STOLEN, random.randrange(1, 5_000 * ETHER))
    while len(drawing.moves) < movements:
        transaction = drawing.holding()
        for _ in range(random.choice((1, 1, 1, 2, 2, 5))):
            if random.random() < 0.2 or not unspent:
                one = drawing.holding()
                drawing.open(one, random.choice((UNKNOWN, CLEAN)), random.randrange(1, 50 * ETHER))
            else:
                one = unspent.pop(random.randrange(max(0, len(unspent) - 2_000), len(unspent)))
            drawing.move(one, transaction, drawing.balance[one])
        drawing.move(transaction, fees, min(drawing.balance[transaction], ETHER // 1000))
        for part in range(random.choice((2, 2, 2, 3, 10)), 0, -1):
            left = drawing.balance[transaction]
            if not left:
                break
            to = random.choice(services) if random.random() < 0.15 else drawing.holding()
            drawing.move(transaction, to, left if part == 1 else random.randrange(1, left + 1))
            if not drawing.ends[to]:
                unspent.append(to)
    return drawing.network()


SHAPES: dict[str, Callable[[int], Network]] = {"accounts": accounts, "busy": busy, "outputs": outputs}
