"""With whom the owners of a transaction deal: parties, and what everybody gained or lost in one.

A party is a set of addresses that movements connect when the owners are taken away: a pool, a router with five pools
behind it, a friend. What is made or destroyed counts as paid by or to the token's own contract.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple, Protocol


class Movement(Protocol):
    """What is read of a movement; a row of a slice has it."""

    @property
    def kind(self) -> str:
        """As in `transfers`."""

    @property
    def payer(self) -> str:
        """Who pays."""

    @property
    def payee(self) -> str:
        """Who is paid."""

    @property
    def asset(self) -> str:
        """Symbol of a native coin, or chain:contract."""

    @property
    def amount(self) -> int:
        """In base units."""


class Edge(NamedTuple):
    """A movement between two addresses; `made` and `destroyed` say that one of them is the token's own contract."""

    place: int
    payer: str
    payee: str
    asset: str
    amount: int
    made: bool
    destroyed: bool


class Aside(NamedTuple):
    """What an owner paid through a party to somebody else, unconverted: an integrator's fee, a share for a friend."""

    payee: str
    asset: str
    amount: int


def initiator(moves: Iterable[Movement]) -> str | None:
    """Who pays the fee; else who pays the transaction's own value; else nobody that the movements show."""
    value = None
    for move in moves:
        if is_fee(move):
            return move.payer
        if move.kind == "native" and value is None:
            value = move.payer
    return value


def is_fee(move: Movement) -> bool:
    """Fees are never part of a conversion; nor is what is burnt of the native coin, which is the base fee."""
    return move.kind == "fee" or (move.kind == "burn" and ":" not in move.asset)


def edges(moves: Sequence[Movement]) -> list[Edge]:
    """The movements that can be part of a conversion."""
    return [edge for index, move in enumerate(moves) if (edge := _edge(index, move)) is not None]


def _edge(index: int, move: Movement) -> Edge | None:
    contract = move.asset.partition(":")[2]
    made, destroyed = move.kind == "mint", move.kind == "burn"
    if move.kind in ("fee", "reward", "value") or not move.amount or ((made or destroyed) and not contract):
        return None
    payer, payee = contract if made else move.payer, contract if destroyed else move.payee
    return None if payer == payee else Edge(index, payer, payee, move.asset, move.amount, made, destroyed)


@dataclass(slots=True)
class Party:
    """Addresses that are connected without the owners, and all movements that touch them, in order."""

    members: set[str] = field(default_factory=set)
    edges: list[Edge] = field(default_factory=list)

    def takes(self, owner: str) -> set[str]:
        """The assets that an owner pays to it."""
        return {edge.asset for edge in self.edges if edge.payer == owner}

    def gives(self, owner: str) -> set[str]:
        """The assets that it pays to an owner."""
        return {edge.asset for edge in self.edges if edge.payee == owner}

    def makes(self, owner: str, *, destroys: bool) -> bool:
        """Whether all that an owner gets from it is made for him; or all that he pays to it is destroyed."""
        if destroys:
            return all(edge.destroyed for edge in self.edges if edge.payer == owner)
        return all(edge.made for edge in self.edges if edge.payee == owner)


def parties(found: Sequence[Edge], owners: set[str]) -> list[Party]:
    """The parties, in the order of their first movement; movements between owners belong to none."""
    groups = _Groups()
    for edge in found:
        inside = [end for end in (edge.payer, edge.payee) if end not in owners]
        groups.join(inside)
    made: dict[str, Party] = defaultdict(Party)
    for edge in found:
        inside = [end for end in (edge.payer, edge.payee) if end not in owners]
        if inside:
            party = made[groups.root(inside[0])]
            party.members.update(inside)
            party.edges.append(edge)
    return _linked(_completed([*made.values()], owners), owners)


class _Groups:
    """Disjoint sets of names."""

    def __init__(self) -> None:
        self._above: dict[str, str] = {}

    def root(self, name: str) -> str:
        self._above.setdefault(name, name)
        while (above := self._above[name]) != name:
            self._above[name] = self._above[above]
            name = above
        return name

    def join(self, names: Sequence[str]) -> None:
        for name in names:
            self._above[self.root(name)] = self.root(names[0])


def _completed(found: list[Party], owners: set[str]) -> list[Party]:
    """Joins a party that does nothing but make or destroy a token for an owner to the nearest that does the opposite.

    A pool and its share token may be two contracts that no movement connects, and so may the contracts of several
    tokens that one payment makes.
    """
    left = found
    for party in found:
        fitting = (one for owner in sorted(owners) if (one := _opposite(party, owner, left)) is not None)
        if (other := next(fitting, None)) is not None:
            left = _merged(party, other, left)
    return _paired(left, owners)


def _paired(found: list[Party], owners: set[str]) -> list[Party]:
    """Joins the one party that an owner only pays to the one that only pays it as much, where there is nobody else.

    A pool of assets that are held at par may take with one contract and pay with another, which no movement connects: a
    peg module and its pocket. Other amounts may be a payment and a gift.
    """
    for owner in sorted(owners):
        mine = [party for party in found if party.takes(owner) or party.gives(owner)]
        if len(mine) == 2:
            paid, pays = sorted(mine, key=lambda party: bool(party.gives(owner)))
            if _one_way(paid, pays, owner) and _at_par(paid, pays, owner):
                found = _merged(pays, paid, found)
    return found


def _at_par(paid: Party, pays: Party, owner: str) -> bool:
    """Whether one asset was paid for another and the amounts agree to a fortieth, but for a power of ten."""
    if len(paid.takes(owner) | pays.gives(owner)) != 2 or len(paid.takes(owner)) != 1:
        return False
    went = sum(edge.amount for edge in paid.edges if edge.payer == owner)
    came = sum(edge.amount for edge in pays.edges if edge.payee == owner)
    apart = len(str(went)) - len(str(came))
    for digits in (apart - 1, apart, apart + 1):
        one, other = went * 10 ** max(-digits, 0), came * 10 ** max(digits, 0)
        if abs(one - other) * 40 <= max(one, other):
            return True
    return False


def _one_way(paid: Party, pays: Party, owner: str) -> bool:
    """Whether one party is only paid, the other only pays, and neither has to do with anybody else who is an owner."""
    if not paid.takes(owner) or paid.gives(owner) or pays.takes(owner) or not pays.gives(owner):
        return False
    if Deal(pays, {owner}).traders:
        return False
    others = (edge for party in (paid, pays) for edge in party.edges if not {edge.payer, edge.payee} <= party.members)
    return all(owner in (edge.payer, edge.payee) for edge in others)


def _merged(party: Party, into: Party, found: list[Party]) -> list[Party]:
    into.members |= party.members
    into.edges = sorted((*into.edges, *party.edges))
    return [one for one in found if one is not party]


def _opposite(party: Party, owner: str, found: Sequence[Party]) -> Party | None:
    takes, gives = party.takes(owner), party.gives(owner)
    if bool(takes) == bool(gives) or not all(edge.made or edge.destroyed for edge in party.edges):
        return None
    others = [one for one in found if one is not party and (one.gives(owner) if takes else one.takes(owner))]
    fitting = [one for one in others if not (one.takes(owner) and one.gives(owner))]
    fitting = fitting or [one for one in others if one.makes(owner, destroys=bool(takes))]
    return min(fitting, key=lambda one: _distance(one, party), default=None)


def _distance(one: Party, other: Party) -> tuple[int, int]:
    near = min(abs(a.place - b.place) for a in one.edges for b in other.edges)
    return near, one.edges[0].place


def _linked(found: list[Party], owners: set[str]) -> list[Party]:
    """Joins parties that both trade with one owner where one gives what another takes: hops made by hand, loans."""
    for owner in sorted(owners):
        trading = [party for party in found if party.takes(owner) and party.gives(owner)]
        for place, party in enumerate(trading):
            for later in trading[place + 1 :]:
                if party.gives(owner) & later.takes(owner) or later.gives(owner) & party.takes(owner):
                    found = _merged(party, later, found)
                    break
    return sorted(found, key=lambda one: one.edges[0].place)


class Deal:
    """A party and its owners, with everybody's net gain."""

    def __init__(self, party: Party, owners: set[str]) -> None:
        self.party = party
        self.all_owners = owners
        self.members = sorted(party.members)
        self._net: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for edge in party.edges:
            self._net[edge.payer][edge.asset] -= edge.amount
            self._net[edge.payee][edge.asset] += edge.amount

    @cached_property
    def owners(self) -> list[str]:
        """The owners that deal with it."""
        return sorted({end for edge in self.party.edges for end in (edge.payer, edge.payee)} & self.all_owners)

    @cached_property
    def givers(self) -> list[str]:
        """The owners that gave something on balance."""
        return [owner for owner in self.owners if self.ins(owner)]

    @cached_property
    def traders(self) -> list[str]:
        """The members that gave something and got something else: pools."""
        return [member for member in self.members if self.ins(member) and self.outs(member)]

    def ins(self, who: str) -> dict[str, int]:
        """What somebody gave on balance."""
        return {asset: -amount for asset, amount in sorted(self._net[who].items()) if amount < 0}

    def outs(self, who: str) -> dict[str, int]:
        """What somebody got on balance."""
        return {asset: amount for asset, amount in sorted(self._net[who].items()) if amount > 0}

    def neutral(self, who: str) -> bool:
        """Whether somebody only passed money on: a router."""
        return not self.ins(who) and not self.outs(who)

    def only_pays(self, member: str) -> bool:
        """Whether a member gave and got nothing, and not by making a token."""
        paid = [edge for edge in self.party.edges if edge.payer == member]
        return bool(self.ins(member)) and not self.outs(member) and not all(edge.made for edge in paid)

    def only_destroys(self, who: str) -> bool:
        """Whether all that somebody got was destroyed: a token's contract, which is no recipient."""
        return all(edge.destroyed for edge in self.party.edges if edge.payee == who)

    def absorbs(self, trader: str, assets: set[str]) -> bool:
        """Whether a trader keeps some of these assets."""
        return bool(assets & self.outs(trader).keys())

    def circles(self, owner: str) -> bool:
        """Whether an owner both paid and was paid."""
        return bool(self.party.takes(owner) and self.party.gives(owner))

    def gained(self, who: str, paid: set[str]) -> dict[str, int]:
        """What somebody that only gained got, in assets that were not paid in."""
        if self.ins(who) or self.only_destroys(who):
            return {}
        return {asset: amount for asset, amount in self.outs(who).items() if asset not in paid}

    def delivered(self, member: str, assets: dict[str, int], owner: str) -> dict[str, int]:
        """What a member that only gained got of the assets that an owner gets, from a router or from who paid him.

        Nothing if it got other assets too: then it has dealings of its own, as who collects a pool's fees.
        """
        got = self.outs(member)
        if self.ins(member) or not got.keys() <= assets.keys():
            return {}
        return got if all(self._same_hands(member, asset, owner) for asset in got) else {}

    def _same_hands(self, member: str, asset: str, owner: str) -> bool:
        paid = [edge for edge in self.party.edges if edge.asset == asset and edge.payee == member]
        hands = {edge.payer for edge in self.party.edges if edge.asset == asset and edge.payee == owner}
        return all(not edge.made and (edge.payer in hands or self.neutral(edge.payer)) for edge in paid)

    def aside(self, known: Collection[str], paid: Collection[str]) -> list[Aside]:
        """What of the assets that the only giver put in came to others unconverted.

        To the `known`, recipients and owners; and to members that gained nothing else and were paid by routers, where a
        trader kept the rest. Not where a member gave something away for nothing: whoever kept the price may be its
        cashier.
        """
        cashier = any(self.ins(member) and not self.outs(member) for member in self.members)
        found = []
        for asset in sorted(paid):
            traded = any(self.absorbs(trader, {asset}) for trader in self.traders)
            for who in sorted({*self.members, *known}):
                fee = traded and not cashier and self._by_routers(who, asset, paid)
                if (got := self.outs(who).get(asset)) and (fee or who in known):
                    found.append(Aside(who, asset, got))
        return found

    def _by_routers(self, member: str, asset: str, paid: Collection[str]) -> bool:
        if self.ins(member) or not self.outs(member).keys() <= {*paid}:
            return False
        came = [edge for edge in self.party.edges if edge.asset == asset and edge.payee == member]
        return all(not edge.destroyed and self.neutral(edge.payer) for edge in came)

    def legs(self, who: str, assets: Collection[str] | None) -> tuple[int, ...]:
        """The movements between somebody and the party in these assets, or in all."""
        return tuple(
            edge.place
            for edge in self.party.edges
            if who in (edge.payer, edge.payee) and (assets is None or edge.asset in assets)
        )

    def through(self, settled: Mapping[str, Collection[str]], paid: Collection[str]) -> tuple[int, ...]:
        """The movements that a conversion replaces: `settled` says who has a part in it and in which assets.

        Of theirs, what is not in these assets stays a movement, unless it only passed through their hands. What owners
        without a part paid and got stays, and what members got who gained and have no part in it, but for `paid`:
        who keeps what the owner paid is the one who was paid.
        """
        found = [edge for edge in self.party.edges if self._replaced(edge, settled, paid)]
        while uneven := self._uneven(found, settled):
            found = [edge for edge in found if not {(edge.payer, edge.asset), (edge.payee, edge.asset)} & uneven]
        return tuple(edge.place for edge in found)

    def _replaced(self, edge: Edge, settled: Mapping[str, Collection[str]], paid: Collection[str]) -> bool:
        ends = {edge.payer, edge.payee}
        if any(end in self.all_owners and end not in settled for end in ends):
            return False
        bystander = edge.payee not in settled and self.outs(edge.payee) and not self.ins(edge.payee)
        return not bystander or edge.asset in paid

    def _uneven(self, taken: Iterable[Edge], settled: Mapping[str, Collection[str]]) -> set[tuple[str, str]]:
        """Who of the settled would gain or lose, in which asset they have no part with, if these were taken away."""
        sums: dict[tuple[str, str], int] = defaultdict(int)
        for edge in taken:
            sums[edge.payer, edge.asset] -= edge.amount
            sums[edge.payee, edge.asset] += edge.amount
        return {(who, asset) for (who, asset), n in sums.items() if n and asset not in settled.get(who, (asset,))}
