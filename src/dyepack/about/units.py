"""What base units count: each amount beside its exact base units as a decimal with its unit, where the registry has it.

The registry is the table `assets` (tokens, with how many decimals they have) and the chains' own units. A token that is
in neither keeps its base units alone: how many decimals it may have is not guessed.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import pyarrow as pa

from dyepack import chains
from dyepack.amounts import show
from dyepack.store import Store

_ASKED = "about_assets"
_KNOWN = f"""
select a.asset, a.symbol, a.decimals from assets as a semi join {_ASKED} as u on a.asset = u.asset order by a.asset
"""


def units(store: Store, used: Collection[str]) -> dict[str, dict[str, Any]]:
    """How these assets are called and how many decimals they have, of those of which it is known."""
    own = {chain.symbol: (chain.symbol, chain.decimals) for chain in chains.CHAINS.values() if chain.symbol in used}
    found = {**own, **_listed(store, sorted(set(used) - set(own)))}
    return {name: {"id": name, "symbol": symbol, "decimals": decimals} for name, (symbol, decimals) in found.items()}


def _listed(store: Store, wanted: Sequence[str]) -> dict[str, tuple[str, int]]:
    if not wanted or not store.parts("assets"):
        return {}
    store.engine.load(_ASKED, pa.table({"asset": pa.array(wanted, pa.string())}))
    return {row["asset"]: (row["symbol"], row["decimals"]) for row in store.fetch(_KNOWN, "assets").to_pylist()}


def counted(
    store: Store, rows: Sequence[Mapping[str, Any]], *amounts: str
) -> tuple[list[dict[str, Any]], dict[str, dict[str, Any]]]:
    """Rows with `unit`, and beside each of these amounts `…_shown`, both null where nobody says; and the units."""
    known = units(store, {row["asset"] for row in rows})
    return [{**row, **_shown(row, known.get(row["asset"]), amounts)} for row in rows], known


def _shown(row: Mapping[str, Any], unit: Mapping[str, Any] | None, amounts: Sequence[str]) -> dict[str, Any]:
    told: dict[str, Any] = {"unit": unit["symbol"] if unit else None}
    for name in amounts:
        known = unit is not None and row[name] is not None
        told[f"{name}_shown"] = show(int(row[name]), unit["decimals"]) if unit and known else None
    return told
