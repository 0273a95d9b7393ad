"""ERC-1155: one contract with many tokens, each known by its id; a transfer of one or of several at once.

An asset of such a contract is `contract/id`, the id in decimal digits. Whether an id is fungible nobody says; one of
which ever more than a single unit moves is, and it is read as a token of no decimals. Single units of all others are
pieces of a collection: kept, flagged, counted where money is followed, never followed themselves.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import pyarrow as pa
import pyarrow.parquet as pq

from dyepack.amounts import WORD, base_units
from dyepack.errors import InputError
from dyepack.ingest.assets import ID
from dyepack.ingest.evm.records import Log
from dyepack.model import Transfer
from dyepack.store import Store

SINGLE = "0xc3d58168c5ae7397731d063d5bbf3d657854427343f4c083240f7aacaa2d0f62"
BATCH = "0x4a39dc06d4c0dbc64b70af90fd698a233a518aa5d07e595d983b8c0526c8f7fb"
PIECE = "erc1155-piece"
"""The flag of a single unit of an id of which never more moves."""
_LETTERS = 64
_MOST = 10_000
"""Ids in one event; more do not fit into a block."""


def moved(log: Log) -> list[tuple[str, int]]:
    """The tokens of an event, each with its amount.

    Raises:
        InputError: no transfer as the standard has it.
    """
    words = [log.data[at : at + _LETTERS] for at in range(2, len(log.data), _LETTERS)]
    if words and len(words[-1]) != _LETTERS:
        raise InputError(f"expected whole words of data, got {len(log.data) // 2 - 1} bytes")
    if log.topics[0] == SINGLE:
        if len(words) != 2:
            raise InputError(f"expected an id and an amount, got {len(words)} words of data")
        return [_one(log.contract, *words)]
    ids, amounts = _list(words, 0), _list(words, 1)
    if len(ids) != len(amounts):
        raise InputError(f"expected an amount for each of {len(ids)} ids, got {len(amounts)}")
    return [_one(log.contract, *pair) for pair in zip(ids, amounts, strict=True)]


def _one(contract: str, number: str, amount: str) -> tuple[str, int]:
    return f"{contract}{ID}{_whole(number)}", _whole(amount)


def _list(words: Sequence[str], which: int) -> Sequence[str]:
    """A list of words, as the ABI lays it out: its place, there its length, then its members."""
    if len(words) < 2:
        raise InputError("expected two lists, of ids and of amounts")
    start, odd = divmod(_whole(words[which]), 32)
    size = _whole(words[start]) if start < len(words) and not odd else _MOST + 1
    if size > min(_MOST, len(words) - start - 1):
        raise InputError("expected two lists, of ids and of amounts; one does not fit into the data")
    return words[start + 1 : start + 1 + size]


def _whole(word: str) -> int:
    return base_units("0x" + word, WORD)


def is_id(asset: str) -> bool:
    """Whether an asset is one id of an ERC-1155 contract."""
    return ID in asset


def settled(rows: Iterable[Transfer], fungible: Iterable[str] = ()) -> list[Transfer]:
    """The same movements; single units of ids of which never more moves, here or in `fungible`, are flagged."""
    listed = list(rows)
    known = {*fungible, *(row.asset for row in listed if row.amount > 1 and is_id(row.asset))}
    return [replace(row, flag=PIECE) if _is_piece(row, known) else row for row in listed]


def fungible(store: Store, rows: Iterable[Transfer]) -> set[str]:
    """The ids among these movements of which the workspace has a movement of more than a single unit."""
    ids = {row.asset for row in rows if is_id(row.asset)}
    if not ids or not store.parts("transfers"):
        return set()
    found = store.fetch("select distinct asset from transfers where amount > 1", "transfers")
    return ids & set(found.column("asset").to_pylist())


def reread(store: Store) -> None:
    """Tell ids apart by all movements that are there, in whatever order they came into the workspace."""
    if not store.parts("transfers"):
        return
    wrong = store.fetch(_WRONG, "transfers", piece=PIECE)
    told = dict(zip(*(wrong.column(name).to_pylist() for name in ("asset", "most")), strict=True))
    if not told:
        return
    with store.run("ingest evm", {"ids": sorted(told)}, reads=["transfers"]) as draft:
        for name, part in store.parts("transfers").items():
            rows = pq.read_table(store.path / "tables" / "transfers" / part.file)
            if set(rows.column("asset").unique().to_pylist()) & told.keys():
                columns = (rows.column(name).to_pylist() for name in ("asset", "amount", "flag"))
                flags = [_flagged(told.get(asset), int(n), flag) for asset, n, flag in zip(*columns, strict=True)]
                at = rows.schema.get_field_index("flag")
                draft.put("transfers", name, rows.set_column(at, "flag", pa.array(flags, pa.string())))


def _flagged(most: int | None, amount: int, flag: str | None) -> str | None:
    """The flag of a movement of an id of which so much moved at most; other flags, and other assets', stay."""
    if most is None or flag not in (None, PIECE):
        return flag
    return PIECE if amount == most == 1 else None


_WRONG = f"""
    select asset, case when max(amount) > 1 then 2 else 1 end as most
    from transfers where asset like '%{ID}%' group by asset
    having (max(amount) > 1 and max(case when flag = $piece then 1 else 0 end) = 1)
        or (max(amount) = 1 and max(case when flag is null and amount = 1 then 1 else 0 end) = 1)
    order by asset"""


def _is_piece(row: Transfer, fungible: set[str]) -> bool:
    return is_id(row.asset) and row.amount == 1 and row.asset not in fungible and row.flag in (None, PIECE)
