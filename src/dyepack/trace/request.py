"""What a trace is asked: which incidents, from which seeds, to which stops, by which rules, and how far."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from dyepack import amounts, chains
from dyepack.addresses import normalise
from dyepack.csvrows import CsvFile, Row
from dyepack.errors import InputError, RecordError
from dyepack.model import AssetRow

REASONS = ("analyst", "service", "mixer", "bridge", "frozen", "dust")
SEED_FIELDS = ("incident", "chain", "address", "asset", "amount", "block", "tx_hash")
STOP_FIELDS = ("chain", "address", "reason", "name")
Repeated = Literal["kept", "once"]
"""How to read a movement that repeats an earlier one of its transaction: as one of its own, or as a row told twice."""


Fees = Literal["booked", "miner"]
"""What becomes of the fees of an output chain: booked as fees, or carried on to who mined the block."""


@dataclass(frozen=True, slots=True)
class SeedSpec:
    """Where stolen money of one incident starts.

    An address alone: every opening balance that it must have had is stolen. With `amount` (base units) and `asset`:
    so much is put into the holding before the first movement of `block`, beside what the data shows coming in. With
    `tx_hash`: all that this transaction brings to the address is stolen from here on, whosever it was. On an output
    chain, an address alone means every output that a transaction pays to it in which it does not itself pay.
    """

    incident: str
    chain: str
    address: str
    asset: str | None = None
    amount: int | None = None
    block: int = 0
    tx_hash: str | None = None


@dataclass(frozen=True, slots=True)
class Stop:
    """An address where following ends, and why; what it pays later is its own money."""

    address: str
    reason: str
    name: str | None = None
    actor: str | None = None
    concept: str | None = None


@dataclass(frozen=True, slots=True)
class Budget:
    """How many movements and addresses a slice may have; hops are made whole or not at all."""

    movements: int = 2_000_000
    addresses: int = 200_000


@dataclass(frozen=True, slots=True)
class Request:
    """One trace. Without `seeds` it starts at the ledger's addresses of thieves; without `chain`, on theirs.

    `repeated` says how to read movements that repeat an earlier one of their transaction; see `repeats`. With
    `stop_behaviour` following also ends at addresses without a tag that behave as a service does; see `behaviour`.
    `follow` are addresses at which it goes on, whatever a tag, a behaviour or another stop says of them.
    """

    incidents: tuple[str, ...]
    seeds: tuple[SeedSpec, ...] = ()
    stops: tuple[Stop, ...] = ()
    methods: tuple[str, ...] = ("all",)
    chain: str | None = None
    budget: Budget = field(default_factory=Budget)
    repeated: Repeated = "kept"
    fees: Fees = "booked"
    stop_behaviour: bool = False
    follow: tuple[str, ...] = ()


def read_seeds(
    path: Path | str, incidents: Sequence[str], chain: str | None, assets: Mapping[str, AssetRow]
) -> tuple[SeedSpec, ...]:
    """Seeds from a CSV file: an address in each row, and what else `SeedSpec` knows; or a bare list of addresses.

    `incident` may be left out where only one is traced, `chain` where one is given. Amounts are decimals of the asset.

    Raises:
        SourceError, RecordError, InputError: the file, or a row of it, cannot be used; seeds are never read in part.
    """
    if not incidents:
        raise InputError(
            f"{Path(path).name}: of which incident are these seeds? Name it: dyepack trace INCIDENT --seeds FILE"
        )
    file = CsvFile(path, plain="address")
    columns = file.columns({}, SEED_FIELDS)
    if "address" not in columns:
        raise file.missing("address", "every seed has one")
    return tuple(
        _seed(_cells(row, columns, file.name), incidents, chain, assets, (file.name, row.line)) for row in file
    )


def read_stops(path: Path | str, chain: str) -> tuple[Stop, ...]:
    """Stops from a CSV file: address, and if wanted reason (`analyst` if empty) and name; or a bare list of addresses.

    Rows of other chains are left out.

    Raises:
        SourceError, RecordError, InputError: the file, or a row of it, cannot be used; stops are never read in part.
    """
    file = CsvFile(path, plain="address")
    columns = file.columns({}, STOP_FIELDS)
    if "address" not in columns:
        raise file.missing("address", "every stop has one")
    stops = []
    for row in file:
        cells = _cells(row, columns, file.name)
        if not cells.get("chain") or chains.chain(cells["chain"]).name == chain:
            stops.append(_stop(cells, chain, file.name, row.line))
    return tuple(stops)


def _cells(row: Row, columns: Mapping[str, str], name: str) -> dict[str, str]:
    if row.problem:
        raise RecordError(row.problem, source=name, line=row.line)
    cells = {field_name: row.cells[column] for field_name, column in columns.items()}
    return {name: cell if name == "amount" else cell.strip() for name, cell in cells.items()}


def _stop(cells: Mapping[str, str], chain: str, name: str, line: int) -> Stop:
    reason = cells.get("reason") or "analyst"
    if reason not in REASONS:
        raise RecordError(
            f"expected one of {', '.join(REASONS)}, got {reason!r}", source=name, line=line, field="reason"
        )
    return Stop(_address(cells["address"], chain, name, line), reason, cells.get("name") or None)


def _seed(
    cells: Mapping[str, str],
    incidents: Sequence[str],
    chain: str | None,
    assets: Mapping[str, AssetRow],
    place: tuple[str, int],
) -> SeedSpec:
    name, line = place
    incident = cells.get("incident") or (incidents[0] if len(incidents) == 1 else "")
    if incident not in incidents:
        raise RecordError(
            f"expected one of {', '.join(incidents)}, got {incident!r}", source=name, line=line, field="incident"
        )
    where = chains.chain(cells.get("chain") or chain or "ethereum").name
    asset, amount = _amount(cells, assets, name, line)
    block = cells.get("block") or "0"
    if not (block.isdecimal() and block.isascii() and len(block) < 19):
        raise RecordError(f"expected a block number, got {block!r}", source=name, line=line, field="block")
    tx_hash = cells.get("tx_hash", "").lower() or None
    if tx_hash and amount is not None:
        raise RecordError(
            "a transaction says its own amount; leave amount empty", source=name, line=line, field="amount"
        )
    return SeedSpec(incident, where, _address(cells["address"], where, name, line), asset, amount, int(block), tx_hash)


def _amount(
    cells: Mapping[str, str], assets: Mapping[str, AssetRow], name: str, line: int
) -> tuple[str | None, int | None]:
    asset, text = cells.get("asset") or None, cells.get("amount")
    if asset is not None and asset not in assets:
        known = ", ".join(sorted(assets)[:12])
        raise RecordError(f"expected one of {known}, got {asset!r}", source=name, line=line, field="asset")
    if not text:
        return asset, None
    if asset is None:
        raise RecordError("an amount needs its asset", source=name, line=line, field="asset")
    try:
        return asset, amounts.parse(text, assets[asset].decimals)
    except InputError as error:
        raise RecordError(str(error), source=name, line=line, field="amount") from None


def _address(text: str, chain: str, name: str, line: int) -> str:
    try:
        return normalise(text, chain)
    except InputError as error:
        raise RecordError(str(error), source=name, line=line, field="address") from None
