"""What tokens say of themselves at a block, asked of a node: `symbol()` and `decimals()`.

Anybody can make a contract that says anything, so what it says is shown and no more: the token stays marked unverified,
and one that looks like a listed token is a decoy. A contract that answers nothing sensible keeps its address for a
symbol and no decimals.
"""

from collections.abc import Sequence

from dyepack.amounts import WORD, base_units
from dyepack.errors import InputError, InvalidAmount
from dyepack.ingest import assets
from dyepack.ingest.evm.rpc import Failed, Rpc
from dyepack.model import AssetRow

SYMBOL = "0x95d89b41"
DECIMALS = "0x313ce567"
_MOST_DECIMALS = 38
_LONGEST = 40


def ask(rpc: Rpc, chain: str, contracts: Sequence[str], block: int) -> dict[str, assets.Recognised]:
    """The assets of these contracts, as they call themselves at this block."""
    found = {}
    for contract in contracts:
        symbol = text(_call(rpc, contract, SYMBOL, block)) or contract
        decimals = whole(_call(rpc, contract, DECIMALS, block))
        known = assets.recognise(chain, symbol, contract, decimals or 0)
        source = f"{rpc.name}: symbol() and decimals() at block {block}, not listed"
        row = AssetRow(known.row.asset, chain, contract, symbol, decimals or 0, False, source)
        found[contract] = assets.Recognised(row, known.flag)
    return found


def _call(rpc: Rpc, contract: str, selector: str, block: int) -> str:
    try:
        answer = rpc.ask("eth_call", {"to": contract, "data": selector}, hex(block))
    except Failed:
        return "0x"
    return answer if isinstance(answer, str) else "0x"


def text(answer: str) -> str | None:
    """A string as contracts return it: with its length, or as 32 bytes filled up with zeros."""
    try:
        raw = bytes.fromhex(answer.removeprefix("0x"))
    except ValueError:
        return None
    if len(raw) >= 64 and int.from_bytes(raw[:32], "big") == 32:
        size = int.from_bytes(raw[32:64], "big")
        raw = raw[64 : 64 + size] if size <= len(raw) - 64 else b""
    else:
        raw = raw[:32].rstrip(b"\0")
    symbol = raw.decode("utf-8", "replace").strip()
    return symbol if symbol and symbol.isprintable() and len(symbol) <= _LONGEST else None


def whole(answer: str) -> int | None:
    """A number of decimals; none where it is no such number."""
    number = whole_number(answer)
    return number if number is not None and number <= _MOST_DECIMALS else None


def whole_number(answer: object) -> int | None:
    """A number as contracts return it; none where it is no number."""
    try:
        return base_units(answer, WORD) if isinstance(answer, str) and answer[:2] == "0x" else None
    except InvalidAmount:
        return None


def recognised(row: AssetRow) -> assets.Recognised:
    """An asset of the workspace, with the flag that its symbol earns."""
    if row.contract is None or row.chain is None:
        return assets.Recognised(row)
    try:
        known = assets.recognise(row.chain, row.symbol, row.contract, row.decimals)
    except InputError:
        return assets.Recognised(row)
    return assets.Recognised(row, known.flag)
