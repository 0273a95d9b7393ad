"""Loans inside one transaction, netted out asset by asset: what was lent and came back moved nothing but its cost.

An address has *lent* if it is the first of two to pay the other and is paid back, in the same transaction and asset, at
least as much. Hands that only pass an asset on within the transaction (all that they pay of it came before, and nothing
stays) are left out first, so that a loan that comes or goes through a router is seen. The payments between lender and
borrower then come down to the cost, and everything else that a borrower paid and was paid in the asset comes down to
one sum for each counterparty: what was bought with borrowed money, and what repaid it, need no money of its own.

It misleads where an owner is paid back more than it gave: that is its own money coming back, so whoever sends the
transaction has not lent, nor has an owner that pays somebody who is none.
"""

from collections import defaultdict, deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from dyepack.trace.parties import Movement, initiator, is_fee

NET = "aside"
"""The kind of a movement that stands for several."""
_NEVER = ("fee", "reward", "value")


class Item(NamedTuple):
    """A movement of a transaction as it counts: `at` is its place, by the movement that it is or ends with.

    `source` is the movement that it is, by index, or None where it stands for several. `cost` is a loan's.
    """

    at: int
    kind: str
    payer: str
    payee: str
    asset: str
    amount: int
    source: int | None = None
    cost: bool = False


class Loan(NamedTuple):
    """What was lent to a borrower in one asset, and what that cost."""

    principal: int
    cost: int


@dataclass(frozen=True, slots=True)
class Netted:
    """A transaction without its loans; `loans` are by (borrower, asset)."""

    items: list[Item]
    loans: dict[tuple[str, str], Loan] = field(default_factory=dict)


def netted(moves: Sequence[Movement], owners: Collection[str]) -> Netted:
    """The movements of one transaction, in order, with every loan netted out of the asset it was made in."""
    items = [Item(n, m.kind, m.payer, m.payee, m.asset, m.amount, n) for n, m in enumerate(moves)]
    loans: dict[tuple[str, str], Loan] = {}
    first = initiator(moves)
    for asset in _circular(items):
        mine = [item for item in items if item.asset == asset and _counts(item)]
        hands = [*_handed(mine, owners)]
        lent = {pair: loan for pair, loan in _lent(hands) if _lends(pair, first, owners)}
        if lent and (left := _without(hands, lent)) is not None:
            rest = [item for item in items if item.asset != asset or not _counts(item)]
            items = sorted([*rest, *left], key=lambda item: item.at)
            for (_, borrower), loan in lent.items():
                old = loans.get((borrower, asset), Loan(0, 0))
                loans[borrower, asset] = Loan(old.principal + loan.principal, old.cost + loan.cost)
    return Netted(items, loans)


def _counts(item: Item) -> bool:
    return item.kind not in _NEVER and not is_fee(item) and item.amount > 0


def ends(item: Movement) -> tuple[str, str]:
    """Who pays and who is paid; where a token is made or destroyed, its own contract."""
    contract = item.asset.partition(":")[2]
    payer = contract if item.kind == "mint" and contract else item.payer
    return payer, contract if item.kind == "burn" and contract else item.payee


def _circular(items: Sequence[Item]) -> list[str]:
    """The assets in which at least two addresses both pay and are paid: without these nothing can come back."""
    paying: dict[str, set[str]] = defaultdict(set)
    paid: dict[str, set[str]] = defaultdict(set)
    for item in filter(_counts, items):
        payer, payee = ends(item)
        paying[item.asset].add(payer)
        paid[item.asset].add(payee)
    return [asset for asset in paying if len(paying[asset] & paid[asset]) > 1]


@dataclass(slots=True)
class _Held:
    """What a hand has that it will pass on, and from whom."""

    payer: str
    amount: int


def _handed(items: Sequence[Item], owners: Collection[str]) -> Iterator[Item]:
    """The same without the hands that only pass on: what came first goes on first."""
    through = routers(items, owners)
    waiting: dict[str, deque[_Held]] = defaultdict(deque)
    for item in items:
        payer, payee = ends(item)
        for part in _passed(waiting[payer], item.amount) if payer in through else [_Held(payer, item.amount)]:
            if payee in through:
                waiting[payee].append(part)
            elif part.payer != payee:
                same = (part.payer, part.amount) == (payer, item.amount)
                told = item if same else item._replace(payer=part.payer, amount=part.amount, kind=NET, source=None)
                yield told


def routers(items: Sequence[Item], owners: Collection[str]) -> set[str]:
    """Who pays only what came before, keeps nothing, and is nobody's owner."""
    has: dict[str, int] = defaultdict(int)
    short: set[str] = set()
    for item in items:
        payer, payee = ends(item)
        has[payer] -= item.amount
        if has[payer] < 0:
            short.add(payer)
        has[payee] += item.amount
    return {who for who, left in has.items() if not left and who not in short and who not in owners}


def _passed(queue: deque[_Held], amount: int) -> list[_Held]:
    found: list[_Held] = []
    while amount:
        part = _Held(queue[0].payer, min(amount, queue[0].amount))
        found.append(part)
        amount -= part.amount
        queue[0].amount -= part.amount
        if not queue[0].amount:
            queue.popleft()
    return found


def _lent(hands: Sequence[Item]) -> Iterator[tuple[tuple[str, str], Loan]]:
    """By (lender, borrower), what was lent and came back whole."""
    sums: dict[tuple[str, str], list[int]] = {}
    for item in hands:
        payer, payee = ends(item)
        if (payee, payer) in sums:
            sums[payee, payer][1] += item.amount
        else:
            sums.setdefault((payer, payee), [0, 0])[0] += item.amount
    for pair, (gone, back) in sums.items():
        if back >= gone:
            yield pair, Loan(gone, back - gone)


def _lends(pair: tuple[str, str], first: str | None, owners: Collection[str]) -> bool:
    lender, borrower = pair
    return lender != first and (lender not in owners or borrower in owners)


def _without(hands: Sequence[Item], lent: Mapping[tuple[str, str], Loan]) -> list[Item] | None:
    """One movement for each counterparty of a borrower; None where a token would be made or destroyed in part."""
    borrowers = {borrower for _, borrower in lent}
    pairs: dict[tuple[str, str], list[Item]] = defaultdict(list)
    kept: list[Item] = []
    for item in hands:
        payer, payee = ends(item)
        if {payer, payee} & borrowers:
            pairs[min(payer, payee), max(payer, payee)].append(item)
        else:
            kept.append(item)
    nets = []
    for pair, items in pairs.items():
        net = _net(pair, items)
        if net is None:
            return None
        nets += net
    return [*kept, *_after(nets, lent, borrowers)]


def _net(pair: tuple[str, str], items: Sequence[Item]) -> list[Item] | None:
    """What all movements between two addresses come to: one of them, or one that stands for all, or nothing."""
    if len(items) == 1:
        return list(items)
    total = sum(item.amount if ends(item)[0] == pair[0] else -item.amount for item in items)
    if not total:
        return []
    if any(item.kind in ("mint", "burn") for item in items):
        return None
    payer, payee = pair if total > 0 else pair[::-1]
    at = max(item.at for item in items if ends(item)[0] == payer)
    return [Item(at, NET, payer, payee, items[0].asset, abs(total))]


def _after(nets: Sequence[Item], lent: Mapping[tuple[str, str], Loan], borrowers: Collection[str]) -> list[Item]:
    """What a borrower paid comes after what it was paid; and what a loan cost says so."""
    came: dict[str, int] = {}
    for item in nets:
        if item.payee in borrowers:
            came[item.payee] = max(item.at, came.get(item.payee, -1))
    pays = {True: list[Item](), False: list[Item]()}
    for item in nets:
        payer, payee = ends(item)
        at = max(item.at, came.get(payer, -1)) if payer in borrowers else item.at
        pays[payer in borrowers].append(item._replace(at=at, cost=(payee, payer) in lent))
    return [*pays[False], *pays[True]]
