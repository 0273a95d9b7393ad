"""From what a request says of seeds to lots in holdings: stolen, known clean, or of unknown origin."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pyarrow as pa

from dyepack import chains
from dyepack.errors import InputError
from dyepack.model import CLEAN, UNKNOWN
from dyepack.store import Store
from dyepack.trace import twins
from dyepack.trace.compounds import Sum
from dyepack.trace.converting import Settled, as_row, settle
from dyepack.trace.hands import Before
from dyepack.trace.method import Lot
from dyepack.trace.moves import Key
from dyepack.trace.openings import Shortfall, before_first, shortfalls
from dyepack.trace.outputs import Outpoint
from dyepack.trace.parties import initiator
from dyepack.trace.request import SeedSpec
from dyepack.trace.steps import Apart, Given, Laid, Theft
from dyepack.trace.taking import Claim, Purse, Shared, Taken


@dataclass(slots=True)
class Seeding:
    """Where stolen money starts on one chain.

    `opening` are the holdings whose every opening balance is stolen; `absent` the seed addresses that have no movement.
    `settled` are the transactions of a theft; `own` what was given in one of own money, as (transaction, (address,
    asset, amount)); `apart` what was spent in one of money that was followed before, and on an output chain `passed`
    the same by movement of the slice. `shared` is what hands gave to others than the seeds. `twins` are the assets that
    are counted as another.
    """

    opening: dict[Key, str] = field(default_factory=dict)
    given: list[Given] = field(default_factory=list)
    thefts: dict[Theft, str] = field(default_factory=dict)
    blocks: dict[Key, int] = field(default_factory=dict)
    absent: list[str] = field(default_factory=list)
    settled: list[Settled] = field(default_factory=list)
    own: list[tuple[str, Sum]] = field(default_factory=list)
    apart: list[Apart] = field(default_factory=list)
    passed: dict[int, int] = field(default_factory=dict)
    shared: list[tuple[str, Shared]] = field(default_factory=list)
    twins: Mapping[str, str] = field(default_factory=dict)

    def take(self, settled: Settled, tx_hash: str) -> None:
        """Take in a transaction and what seeds took in it; stolen money is where it stays at its end."""
        taken = settled.taken or Taken([])
        self.settled.append(settled)
        self.thefts |= {(tx_hash, *holding): incident for holding, incident in taken.thefts.items()}
        self.own += [(tx_hash, given) for given in taken.own]
        self.shared += [(tx_hash, one) for one in taken.shared]
        for (incident, address, asset), amount in sorted(taken.passed.items()):
            self.apart.append(Apart(tx_hash, Key(address, asset), incident, amount))
        for holding in taken.stays or taken.thefts:
            self._from(Key(*holding), settled.at[0])

    def add(self, spec: SeedSpec, assets: Iterable[str], thefts: Mapping[Theft, int]) -> None:
        """Take in one seed; `assets` are those that its address has, `thefts` what its transaction brings, with the
        block.

        Raises:
            InputError: two incidents claim all that one holding had; the transaction brings nothing to the address.
        """
        if spec.tx_hash is not None:
            if not thefts:
                raise InputError(f"transaction {spec.tx_hash} brings nothing to {spec.address} in the movements")
            for theft, block in thefts.items():
                self.thefts[theft] = self._one(self.thefts.get(theft), spec)
                self._from(Key(theft[1], theft[2]), block)
        elif spec.amount is not None and spec.asset is not None:
            key = Key(spec.address, spec.asset)
            self.given.append(Given(spec.block, key, spec.incident, spec.amount))
            self._from(key, spec.block)
            if spec.asset not in assets:
                self.absent.append(spec.address)
        else:
            wanted = [asset for asset in assets if spec.asset in (None, asset)]
            if not wanted:
                self.absent.append(spec.address)
            for key in (Key(spec.address, asset) for asset in wanted):
                self.opening[key] = self._one(self.opening.get(key), spec)
                self._from(key, 0)

    def _from(self, key: Key, block: int) -> None:
        self.blocks[key] = min(block, self.blocks.get(key, block))

    def _one(self, other: str | None, spec: SeedSpec) -> str:
        if other not in (None, spec.incident):
            raise _of_two(spec, str(other))
        return spec.incident


def resolve(
    store: Store, specs: Sequence[SeedSpec], chain: str, stops: Collection[str] = (), before: Before | None = None
) -> Seeding:
    """Look up in the movements what the seeds' addresses have, and what was taken in their transactions.

    `before` is what hands had when these began, as far as it is known: of followed money nothing is taken again.

    Raises:
        InputError: two incidents claim the same money; a transaction in which nothing was taken.
    """
    same = twins.show(store, chain)
    seeding = Seeding(twins=same)
    specs = [replace(spec, asset=same.get(spec.asset, spec.asset)) if spec.asset else spec for spec in specs]
    for spec in sorted(specs, key=_in_order):
        if spec.tx_hash is None:
            rows = store.engine.fetch(
                "select distinct asset from transfers where chain = $chain and flag is null"
                " and (from_address = $address or to_address = $address) order by asset",
                chain=chain,
                address=spec.address,
            )
            seeding.add(spec, rows.column("asset").to_pylist(), {})
    taking = [spec for spec in specs if spec.tx_hash is not None]
    for tx_hash in sorted({spec.tx_hash for spec in taking if spec.tx_hash is not None}):
        here = [spec for spec in taking if spec.tx_hash == tx_hash]
        known = {spec.address for spec in specs if spec.incident in {one.incident for one in here}}
        had = {at[1:]: held for at, held in (before or {}).items() if at[0] == tx_hash}
        seeding.take(_settled(store, chain, here, (stops, known, had)), tx_hash)
    return seeding


def _in_order(spec: SeedSpec) -> tuple[str, str, int, str]:
    return spec.address, spec.incident, spec.block, spec.tx_hash or ""


def _settled(
    store: Store,
    chain: str,
    specs: Sequence[SeedSpec],
    of: tuple[Collection[str], set[str], Mapping[tuple[str, str], tuple[int, Mapping[str, int]]]],
) -> Settled:
    """What one transaction comes to for the seeds that name it.

    `of` are the stops, the addresses that any seed of these thefts names, and what holdings had when it began.
    """
    stops, known, had = of
    rows = store.engine.fetch(
        """select block, time, tx_index, tx_hash, seq, kind, from_address, to_address, asset, amount, placed,
                  index is not null as named
           from transfers
           where chain = $chain and tx_hash = $tx and flag is null and amount > 0
           order by block, tx_index, seq, source, from_address, to_address, asset, amount""",
        chain=chain,
        tx=specs[0].tx_hash,
    )
    rows = rows.set_column(1, "time", rows.column("time").cast(pa.int64()))
    found = rows.to_pylist()
    if found:
        claimed = {spec.incident for spec in specs}
        settled = settle(found, known, list(_claims(specs)), stops, _purses(found, claimed, known, had))
        taken = settled.taken
        if taken is not None and claimed <= {*taken.thefts.values(), *(incident for incident, *_ in taken.passed)}:
            return settled
    some = ", ".join(dict.fromkeys(spec.address for spec in specs))
    raise InputError(
        f"transaction {specs[0].tx_hash} brings nothing to {some} in the movements, or what came went back"
    )


def _purses(
    rows: Sequence[Mapping[str, Any]],
    incidents: Collection[str],
    known: Collection[str],
    had: Mapping[tuple[str, str], tuple[int, Mapping[str, int]]],
) -> dict[tuple[str, str], Purse]:
    """What each holding with followed money had; hands are who is named, and who sends, where the movements show it."""
    sends = initiator([as_row(row) for row in rows])
    purses = {}
    for (address, asset), (total, stolen) in had.items():
        mine = {incident: amount for incident, amount in stolen.items() if incident in incidents}
        if mine:
            hand = address in known or sends in (None, address)
            purses[address, asset] = Purse(mine, total - sum(mine.values()), hand)
    return purses


def _claims(specs: Sequence[SeedSpec]) -> Iterator[Claim]:
    """One for each incident: its addresses in the transaction, and the assets that they name, if all of them do.

    Raises:
        InputError: an address is a seed of two incidents.
    """
    of_address: dict[str, str] = {}
    for spec in specs:
        if of_address.setdefault(spec.address, spec.incident) != spec.incident:
            raise _of_two(spec, of_address[spec.address])
    for incident in sorted({spec.incident for spec in specs}):
        mine = [spec for spec in specs if spec.incident == incident]
        assets = frozenset(spec.asset for spec in mine if spec.asset is not None)
        addresses = frozenset(spec.address for spec in mine)
        yield Claim(incident, addresses, assets if all(spec.asset is not None for spec in mine) else None)


def _of_two(spec: SeedSpec, other: str) -> InputError:
    return InputError(
        f"{spec.address} is a seed of {other} and of {spec.incident}; say with --seeds how much each put there"
    )


def resolve_outputs(store: Store, specs: Sequence[SeedSpec], chain: str) -> tuple[Seeding, list[Outpoint]]:
    """Look up which outputs the seeds of an output chain mean.

    Raises:
        InputError: a seed that gives an amount; two incidents that claim one output.
    """
    store.view("transactions", "inputs", "outputs")
    asset = chains.chain(chain).symbol
    seeding, outpoints = Seeding(), []
    for spec in sorted(specs, key=lambda spec: (spec.address, spec.incident, spec.block, spec.tx_hash or "")):
        if spec.amount is not None:
            raise InputError(
                f"on {chain} a seed is an output: name in tx_hash the transaction that pays {spec.address}, no amount"
            )
        rows = store.engine.fetch(_OUTPUTS_OF, chain=chain, address=spec.address, tx=spec.tx_hash, block=spec.block)
        found = rows.to_pylist()
        if not found:
            seeding.absent.append(spec.address)
        thefts = {(row["tx_hash"], spec.address, asset): row["block"] for row in found}
        if thefts:
            given = replace(spec, tx_hash=spec.tx_hash or found[0]["tx_hash"])
            seeding.add(given, (asset,), thefts)
        outpoints += [(row["tx_hash"], row["index"]) for row in found]
    return seeding, outpoints


_OUTPUTS_OF = """select o.tx_hash, o.index, o.block from outputs o
    where o.chain = $chain and o.address = $address and o.amount > 0 and o.block >= $block
      and (o.tx_hash = $tx or ($tx is null and not exists (
          select 1 from inputs i
          left join outputs p on p.chain = i.chain and p.tx_hash = i.spent_hash and p.index = i.spent_index
          where i.chain = o.chain and i.block = o.block and i.tx_index = o.tx_index
            and coalesce(i.address, p.address) = o.address)))
    order by o.block, o.tx_index, o.index"""


@dataclass(frozen=True, slots=True)
class Openings:
    """The lots that holdings had before the first movement, oldest first, and the shortfalls that no seed explains.

    `contradicted` are known balances, as (block, amount), that are less than what the movements leave there.
    """

    lots: dict[Key, tuple[Lot, ...]]
    unknown: dict[Key, Shortfall]
    contradicted: dict[Key, tuple[int, int]] = field(default_factory=dict)


def open_holdings(laid: Laid, seeding: Seeding, known: Mapping[Key, tuple[int, int]]) -> Openings:
    """What each walked holding had at first: known clean money, then what else it must have had, stolen or unknown.

    A known balance that the movements contradict says nothing of what was there before them.
    """
    gathered = laid.plan.slice
    needed = shortfalls(gathered.moves, laid.steps)
    walked = set(gathered.holdings)
    before = before_first(gathered.moves, {key: value for key, value in known.items() if key in walked})
    clean = {key: max(amount, 0) for key, amount in before.items()}
    lots: dict[Key, tuple[Lot, ...]] = {}
    unknown: dict[Key, Shortfall] = {}
    for key in sorted(needed.keys() | clean.keys()):
        short = needed.get(key, Shortfall(0, 0))
        rest = max(short.amount - clean.get(key, 0), 0)
        origin = seeding.opening.get(key, UNKNOWN)
        if origin == UNKNOWN and rest:
            unknown[key] = Shortfall(rest, short.block)
        lots[key] = tuple((name, amount) for name, amount in ((CLEAN, clean.get(key, 0)), (origin, rest)) if amount)
    return Openings(lots, unknown, {key: known[key] for key, amount in sorted(before.items()) if amount < 0})
