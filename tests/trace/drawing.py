"""Chains drawn as text: `thief 10 -> a; a 4 -> x, a 6 -> y`.

A semicolon begins the next block, a comma the next transaction of the same block, `+` the next movement of the same
transaction. `a 4 T -> x` moves an asset T instead of ETH; `a 4 -> x !decoy` is flagged; `a 1 -> x %fee` is of that
kind. Days change every hundred blocks.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from dyepack.model import Transfer
from dyepack.trace.moves import Key, Move

_MOVE = re.compile(r"(\w+) (\d+)(?: (\w+))? -> (\w+)(?: !(\S+))?(?: %(\w+))?")
START = datetime(2023, 1, 13, tzinfo=UTC)


def transfers(drawing: str, chain: str = "ethereum") -> list[Transfer]:
    drawn = []
    for block, line in enumerate(filter(None, map(str.strip, drawing.replace("\n", " ").split(";"))), 1):
        for index, transaction in enumerate(line.split(",")):
            for seq, text in enumerate(transaction.split("+")):
                match = _MOVE.fullmatch(text.strip())
                assert match, text
                payer, amount, asset, payee, flag, told = match.groups()
                kind: Any = told or "native"
                drawn.append(
                    Transfer(
                        chain=chain,
                        block=block,
                        time=START + timedelta(days=block // 100, seconds=12 * block),
                        tx_hash=f"t{block}.{index}",
                        tx_index=index,
                        seq=seq,
                        kind=kind,
                        from_address=payer,
                        to_address=payee,
                        asset=asset or "ETH",
                        amount=int(amount),
                        flag=flag,
                        source="drawn",
                    )
                )
    return drawn


def moves(drawing: str) -> list[Move]:
    """The movements that a slice would have: those that are followed."""
    return [
        Move(
            t.block,
            t.time,
            t.tx_index,
            t.seq,
            t.tx_hash,
            t.kind,
            Key(t.from_address, t.asset),
            Key(t.to_address, t.asset),
            t.amount,
        )
        for t in transfers(drawing)
        if t.flag is None and t.amount
    ]
