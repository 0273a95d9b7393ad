"""Tokens of which less arrives than was sent, or whose balances change without a Transfer, where followed money passes.

`keeping_tokens.csv` names the known ones, with who says so and when. Beside them, the data itself shows a token that
keeps a part: whoever sends it pays in the same transaction the token's own contract too, or has some destroyed.
"""

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files

from dyepack.amounts import Asset
from dyepack.trace.moves import BURN, Key
from dyepack.trace.slice import Slice
from dyepack.trace.unread import passed

_DOES = {
    "fee": "a token that is known to keep a part of what is sent: less may have arrived than left",
    "rebase": "a token whose balances are known to change without any movement",
}


@cache
def known() -> Mapping[str, tuple[str, str]]:
    """Of each known token what it is called and does, and who says so."""
    text = files("dyepack.trace").joinpath("keeping_tokens.csv").read_text("utf-8")
    rows = csv.DictReader(text.splitlines())
    return {row["asset"]: (f"{row['symbol']}, {_DOES[row['does']]}", f"{row['source']}, {row['seen']}") for row in rows}


def says(cut: Slice, seeds: Iterable[Key], assets: Mapping[str, Asset]) -> Iterator[str]:
    """A sentence on each such token that followed money is in."""
    if cut.outputs:
        return
    _, hashes = passed(cut, seeds)
    counts, kept = _counted(cut, hashes)
    for asset, count in sorted(counts.items()):
        if asset in known():
            does, source = known()[asset]
            yield f"{count} movements where followed money passes are of {does} ({source})"
    for asset, count in sorted(kept.items()):
        yield (
            f"in {count} transactions that followed money is in, more {assets[asset].symbol} left than arrived: its"
            " sender also paid the token's own contract, or had some destroyed"
        )


def _counted(cut: Slice, hashes: set[str]) -> tuple[Counter[str], Counter[str]]:
    """Movements of each asset in these transactions, and transactions in which a sender also paid its contract."""
    moves, counts = cut.moves, Counter[str]()
    ways: dict[tuple[int, int], set[bool]] = defaultdict(set)
    columns = (moves.payer, moves.payee, moves.kind, moves.tx)
    for payer, payee, kind, tx in zip(*(column.tolist() for column in columns), strict=True):
        asset = moves.keys[payer].asset
        if moves.hashes[tx] in hashes and ":" in asset:
            counts[asset] += 1
            ways[tx, payer].add(kind == BURN or moves.keys[payee].address == asset.partition(":")[2])
    return counts, Counter(moves.keys[payer].asset for (_, payer), kinds in ways.items() if len(kinds) > 1)
