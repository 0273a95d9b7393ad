"""A whole trace on a chain of accounts: files, seeds and stops in; seeds, destinations and sheets out."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tests.trace.oracle.files import Row, Transaction, sender, transactions
from tests.trace.oracle.loans import netted
from tests.trace.oracle.rules import CLEAN, RULES, UNKNOWN, Lot
from tests.trace.oracle.thefts import Change, Claim, Flow, settle
from tests.trace.oracle.trades import Found, Trade, study
from tests.trace.oracle.walk import Marks, Place, Put, Step, Walk, changes, openings


@dataclass(frozen=True)
class Seed:
    """An address alone; with a transaction; or with asset, amount and block."""

    incident: str
    address: str
    asset: str | None = None
    amount: int | None = None
    block: int = 0
    tx: str | None = None


@dataclass(frozen=True)
class Asked:
    """`known` are balances of (address, asset) at the end of a block; `stops` give a reason for an address."""

    files: Iterable[Sequence[Row]]
    seeds: Sequence[Seed]
    stops: Mapping[str, str] = field(default_factory=dict)
    known: Mapping[tuple[str, str], tuple[int, int]] = field(default_factory=dict)
    follow: frozenset[str] = frozenset()


@dataclass
class Answer:
    """By rule: what rests where, and after each block the sheet of each origin."""

    places: dict[str, Counter[Place]] = field(default_factory=dict)
    sheets: dict[str, dict[int, dict[str, dict[tuple[str, str], int]]]] = field(default_factory=dict)
    reached: set[tuple[str, str]] = field(default_factory=set)
    stops: dict[str, str] = field(default_factory=dict)
    trades: list[tuple[str, Trade]] = field(default_factory=list)


class Uncovered(Exception):
    """A theft meets money that the same theft's other seeds brought; another test has that by hand."""


@dataclass
class Laid:
    """The flows of all transactions, and the holdings that stolen money can have reached."""

    steps: list[Step] = field(default_factory=list)
    reached: set[tuple[str, str]] = field(default_factory=set)
    trades: list[tuple[str, Trade]] = field(default_factory=list)
    of: dict[str, set[tuple[str, str]]] = field(default_factory=lambda: defaultdict(set))


def trace(asked: Asked) -> Answer:
    txs = transactions(asked.files)
    stops = {name: reason for name, reason in asked.stops.items() if name not in {one.address for one in asked.seeds}}
    pools = pooling(txs, asked) - {*stops}
    laid = lay(txs, asked, {**stops, **dict.fromkeys(pools, "pooled")})
    stops |= {name: "pooled" for name in pools if name in {address for address, _ in laid.reached}}
    laid = lay(txs, asked, stops)
    answer = Answer(reached=laid.reached, stops=stops, trades=laid.trades)
    opened = opening_lots(laid.steps, asked, stops)
    for rule in (*RULES, "poison"):
        walk = Marks(stops) if rule == "poison" else Walk(rule, stops)
        walk.open(opened)
        answer.sheets[rule] = {}
        for at, (block, one) in enumerate(laid.steps):
            walk.step(one)
            last = at + 1 == len(laid.steps) or laid.steps[at + 1][0] != block
            if last and isinstance(walk, Walk):
                answer.sheets[rule][block] = {one.incident: walk.sheet(one.incident) for one in asked.seeds}
                answer.sheets[rule][block][UNKNOWN] = walk.sheet(UNKNOWN)
        answer.places[rule] = walk.places()
    return answer


def opening_lots(steps: list[Step], asked: Asked, stops: Mapping[str, str]) -> dict[tuple[str, str], list[Lot]]:
    """Known clean money first, then the rest of the least opening: stolen at a seed, unknown elsewhere."""
    least = openings(steps, stops)
    found = {}
    for address, asset in {*least, *asked.known}:
        clean = before(steps, address, asset, *asked.known[address, asset]) if (address, asset) in asked.known else 0
        clean = max(clean, 0)
        origins = [
            one.incident for one in asked.seeds
            if one.address == address and one.tx is None and one.amount is None and one.asset in (None, asset)
        ]  # fmt: skip
        rest = max(least[address, asset] - clean, 0)
        found[address, asset] = [(CLEAN, clean), (origins[0] if origins else UNKNOWN, rest)]
    return found


def before(steps: list[Step], address: str, asset: str, block: int, balance: int) -> int:
    """A balance at the end of a block, carried back to before the first movement."""
    for at, one in steps:
        if at <= block and not isinstance(one, Put):
            balance -= sum(change for (purse, what), change in changes(one) if (purse, what) == ((address, ""), asset))
    return balance


def lay(txs: Sequence[Transaction], asked: Asked, stops: Mapping[str, str]) -> Laid:
    laid = Laid()
    puts = sorted((one.block, at, one) for at, one in enumerate(asked.seeds) if one.amount is not None)
    for one in asked.seeds:
        if one.tx is None and one.amount is None:
            there = {(one.address, each.asset) for tx in txs for each in tx.items if one.asset in (None, each.asset)}
            laid.reached |= there
            laid.of[one.incident] |= there
    for tx in txs:
        while puts and puts[0][0] <= tx.block:
            _put(laid, puts.pop(0)[2])
        holders = ({address for address, _ in laid.reached} - {*stops}) | {one.address for one in asked.seeds}
        claim = claimed(asked, tx.tx)
        named = {*claim.named} if claim else set()
        if claim and any((each.payer, each.asset) in laid.of[claim.incident] for each in tx.items):
            raise Uncovered(tx.tx)
        loans = netted(tx.items, holders, named)
        by = sender(tx.items)
        found = study(loans.items, {*holders, *named, *([by] if by else [])})
        laid.trades += [(tx.tx, one) for one in found.events if isinstance(one, Trade)]
        for flow in settle(found.events, loans, claim, stops):
            laid.steps.append((tx.block, flow))
            _reach(laid.reached, flow, stops)
            for incident, there in laid.of.items():
                _reach(there, flow, stops, incident)
            if claim:
                _reach(laid.of[claim.incident], flow, stops, claim.incident)
    for _, _, one in puts:
        _put(laid, one)
    return laid


def _put(laid: Laid, one: Seed) -> None:
    assert one.asset
    assert one.amount is not None
    laid.steps.append((one.block, Put(one.block, one.address, one.asset, one.incident, one.amount)))
    laid.reached.add((one.address, one.asset))
    laid.of[one.incident].add((one.address, one.asset))


def claimed(asked: Asked, tx: str) -> Claim | None:
    """One incident's seeds in a transaction; two incidents' in one are not drawn."""
    named: dict[str, set[str | None]] = defaultdict(set)
    incidents = set()
    for one in asked.seeds:
        if one.tx == tx:
            named[one.address].add(one.asset)
            incidents.add(one.incident)
    assert len(incidents) < 2
    return Claim(incidents.pop(), dict(named)) if incidents else None


def _reach(there: set[tuple[str, str]], one: Flow | Change, stops: Mapping[str, str], incident: str = "") -> None:
    """Money (of one incident, or any) can have come where something pays that it can have reached, and is no stop."""
    gave = [(one.payer, one.asset)] if isinstance(one, Flow) else [(purse, asset) for purse, asset, _ in one.ins]
    got = [(one.payee, one.asset)] if isinstance(one, Flow) else [(purse, asset) for purse, asset, _ in one.outs]
    mine = [purse[1] for purse, _ in gave if purse[1] and purse[1] == (incident or purse[1])]
    if mine or any(not purse[1] and (purse[0], asset) in there and purse[0] not in stops for purse, asset in gave):
        there |= {(purse[0], asset) for purse, asset in got if not purse[1]}


def pooling(txs: Sequence[Transaction], asked: Asked) -> set[str]:
    """Contracts that hold the money of many: of a token of their own, traded with, or with customers both ways."""
    found: set[str] = set()
    gave, got = defaultdict(set), defaultdict(set)
    for tx in txs:
        by = sender(tx.items)
        studied: Found = study(
            netted(tx.items, (), ()).items, {one.address for one in asked.seeds} | ({by} if by else set())
        )
        found |= studied.partners
        found |= {one.asset.partition(":")[2] for one in tx.items if ":" in one.asset}
        pays = {one.payee for one in tx.items if one.payer == by and one.kind != "fee"}
        for one in tx.items:
            if one.payee == by and one.kind != "fee" and one.payer not in pays:
                gave[one.payer].add(by)
        for name in pays:
            got[name].add(by)
    found |= {name for name in gave if len(gave[name]) > 1 and len(got[name]) > 1}
    own = {one.payer for tx in txs for one in tx.items if one.kind == "fee"}
    return found - own - {one.address for one in asked.seeds} - asked.follow
