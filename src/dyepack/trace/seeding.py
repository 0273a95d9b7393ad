"""From what a request says of seeds to lots in holdings: stolen, known clean, or of unknown origin."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from dyepack import chains
from dyepack.errors import InputError
from dyepack.model import CLEAN, UNKNOWN
from dyepack.store import Store
from dyepack.trace.method import Lot
from dyepack.trace.moves import Key
from dyepack.trace.openings import Shortfall, before_first, shortfalls
from dyepack.trace.outputs import Outpoint
from dyepack.trace.request import SeedSpec
from dyepack.trace.steps import Given, Laid, Theft


@dataclass(slots=True)
class Seeding:
    """Where stolen money starts on one chain.

    `opening` are the holdings whose every opening balance is stolen; `absent` the seed addresses that have no movement.
    """

    opening: dict[Key, str] = field(default_factory=dict)
    given: list[Given] = field(default_factory=list)
    thefts: dict[Theft, str] = field(default_factory=dict)
    blocks: dict[Key, int] = field(default_factory=dict)
    absent: list[str] = field(default_factory=list)

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
            raise InputError(
                f"{spec.address} is a seed of {other} and of {spec.incident}; say with --seeds how much each put there"
            )
        return spec.incident


def resolve(store: Store, specs: Sequence[SeedSpec], chain: str) -> Seeding:
    """Look up in the movements what the seeds' addresses have and what their transactions bring."""
    store.view("transfers")
    seeding = Seeding()
    for spec in sorted(specs, key=lambda spec: (spec.address, spec.incident, spec.block, spec.tx_hash or "")):
        rows = store.engine.fetch(
            "select distinct asset from transfers where chain = $chain and flag is null"
            " and (from_address = $address or to_address = $address) order by asset",
            chain=chain,
            address=spec.address,
        )
        seeding.add(spec, rows.column("asset").to_pylist(), _thefts(store, spec, chain))
    return seeding


def _thefts(store: Store, spec: SeedSpec, chain: str) -> dict[Theft, int]:
    if spec.tx_hash is None:
        return {}
    rows = store.engine.fetch(
        "select distinct asset, block from transfers where chain = $chain and tx_hash = $tx and to_address = $address"
        " and flag is null and amount > 0 order by asset",
        chain=chain,
        tx=spec.tx_hash,
        address=spec.address,
    ).to_pylist()
    return {
        (spec.tx_hash, spec.address, row["asset"]): row["block"] for row in rows if spec.asset in (None, row["asset"])
    }


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
