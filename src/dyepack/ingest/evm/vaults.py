"""ERC-4626: a vault says in Deposit and Withdraw how many of its shares it made or destroyed, and for whom.

Nearly all vaults emit a Transfer of the shares too, and then that is the movement. A few emit none: there the shares
are made for the owner, or destroyed, by this event alone. Other contracts use the same two names for other things, so
the event is believed only where the assets that it names moved in the same transaction.
"""

from collections.abc import Collection, Sequence

from dyepack.amounts import WORD, base_units
from dyepack.errors import InputError
from dyepack.ingest.evm.records import Log, Moved

DEPOSIT = "0xdcbc1c05240f31ff3ad067ef1ee35ce4997762752e3a095284754544f4c709d7"
WITHDRAW = "0xfbde797d201c681b91056529119e0b02407c7bb96a4a2c75c01fc9667232c8db"
_LETTERS = 64


def shares(log: Log, nobody: str) -> tuple[Moved, int] | None:
    """What an event says of shares, and how many units of the assets it names; nothing if it is another's.

    `nobody` is who makes tokens, and to whom they are destroyed.
    """
    topics = 3 if log.topics[0] == DEPOSIT else 4
    if len(log.topics) != topics or len(log.data) != 2 + 2 * _LETTERS or not log.topics[-1].startswith("0x" + "0" * 24):
        return None
    owner = "0x" + log.topics[-1][26:]
    try:
        assets, made = (base_units("0x" + log.data[at : at + _LETTERS], WORD) for at in (2, 2 + _LETTERS))
    except InputError:
        return None
    if log.topics[0] == DEPOSIT:
        return Moved("mint", nobody, owner, log.contract, made), assets
    return Moved("burn", owner, nobody, log.contract, made), assets


def silent(contract: str, assets: int, spoken: Collection[str], moves: Sequence[Moved]) -> bool:
    """Whether nothing else says these shares: no Transfer of them is in the transaction, and the assets did move.

    `spoken` are the contracts that emit a Transfer there, `moves` the other movements.
    """
    return contract not in spoken and any(move.amount == assets and move.token != contract for move in moves)
