"""Holds movements against a node's balances: over a run of blocks, what came in less what went out is the change.

This finds what the hash of a block does not commit to: calls that are missing or were made up, tokens that move without
saying so (a fee kept from a transfer, a balance that grows by itself), a Transfer that never happened. Holdings are
sampled by hash, so the same question asks for the same ones, and nobody chooses them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any

from dyepack.errors import InputError, SourceMismatch
from dyepack.ingest import ranges
from dyepack.ingest.evm.networks import ZERO, Network
from dyepack.ingest.evm.records import NOBODY_SAID
from dyepack.ingest.evm.rpc import Failed, Rpc
from dyepack.ingest.evm.tokens import whole_number
from dyepack.ingest.ranges import Range
from dyepack.store import Store

SAMPLES = 100
BALANCE_OF = "0x70a08231"


@dataclass(frozen=True, slots=True)
class Held:
    """One holding over the run: what the node's balances changed by, and what the tables say."""

    address: str
    asset: str
    told: int
    tables: int

    @property
    def agrees(self) -> bool:
        """Whether both say the same."""
        return self.told == self.tables


@dataclass(frozen=True, slots=True)
class BalanceReport:
    """What was compared over which blocks; `differing` in full."""

    chain: str
    source: str
    first: int
    last: int
    holdings: int
    asked: int
    agreeing: int
    unanswered: int
    differing: tuple[Held, ...]

    def as_json(self) -> dict[str, Any]:
        """The same as a JSON object; amounts are decimal strings."""
        found = [{**asdict(one), "told": str(one.told), "tables": str(one.tables)} for one in self.differing]
        return {**asdict(self), "differing": found}


def check_balances(store: Store, rpc: Rpc, network: Network, samples: int = SAMPLES) -> BalanceReport:
    """Compare holdings over the longest run of blocks that the workspace has of this chain.

    Raises:
        MissingTable, InputError: no blocks from a node are there.
        SourceError: the node does not answer.
    """
    said = whole_number(rpc.ask("eth_chainId"))
    if said != network.id:
        raise SourceMismatch(f"{rpc.name} is a node of chain {said}; {network.chain} has the id {network.id}")
    run = longest(ranges.loaded(store, network.chain))
    span = Range(max(1, run.first), run.last)  # what block 0 gave is in no movement
    changes = _changes(store, network.chain, span)
    chosen = sorted(changes, key=lambda key: sha256(" ".join(key).encode()).digest())[:samples]
    held, unanswered = list[Held](), 0
    for address, asset in sorted(chosen):
        before, after = (_balance(rpc, address, asset, block) for block in (span.first - 1, span.last))
        if before is None or after is None:
            unanswered += 1
        else:
            held.append(Held(address, asset, after - before, changes[address, asset]))
    differing = tuple(one for one in held if not one.agrees)
    counts = (len(changes), len(chosen), len(held) - len(differing), unanswered)
    return BalanceReport(network.chain, rpc.name, span.first, span.last, *counts, differing)


def longest(there: Sequence[Range]) -> Range:
    """The longest run of blocks without a gap, the earlier of two that are as long.

    Raises:
        InputError: there are no blocks.
    """
    runs = list(_runs(there))
    if not runs:
        raise InputError("no blocks from a node to check; load some with: dyepack ingest evm --rpc URL --from N")
    return max(runs, key=lambda run: (len(run), -run.first))


def _runs(there: Sequence[Range]) -> Iterator[Range]:
    run: Range | None = None
    for one in there:
        if run is not None and one.first == run.last + 1:
            run = Range(run.first, one.last)
        else:
            yield from () if run is None else (run,)
            run = one
    yield from () if run is None else (run,)


def _changes(store: Store, chain: str, span: Range) -> dict[tuple[str, str], int]:
    """What came in less what went out, for every holding that moved."""
    rows = store.fetch(
        """
        select address, asset, cast(sum(amount) as decimal(38, 0)) as change from (
            select to_address as address, asset, amount from transfers
            where chain = $chain and block >= $first and block <= $last
            union all
            select from_address as address, asset, 0 - amount as amount from transfers
            where chain = $chain and block >= $first and block <= $last
        ) as sides where address <> $zero and address <> $nobody group by address, asset order by address, asset
        """,
        "transfers",
        chain=chain,
        first=span.first,
        last=span.last,
        zero=ZERO,
        nobody=NOBODY_SAID,
    ).to_pylist()
    return {(row["address"], row["asset"]): int(row["change"]) for row in rows}


def _balance(rpc: Rpc, address: str, asset: str, block: int) -> int | None:
    """A balance at the end of a block; nothing where the node or the token cannot say."""
    token = asset.partition(":")[2]
    try:
        if token:
            data = BALANCE_OF + address[2:].rjust(64, "0")
            return whole_number(rpc.ask("eth_call", {"to": token, "data": data}, hex(block)))
        found = whole_number(rpc.ask("eth_getBalance", address, hex(block)))
    except Failed:
        return None
    if found is None:
        raise SourceMismatch(f"{rpc.name} eth_getBalance {address}: expected a number")
    return found
