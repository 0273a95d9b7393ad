"""What a transaction says beside its movements: what could not be read of it, and why tokens were destroyed in it.

What could not be read may have moved value, so a trace that passes it must say so; this keeps where it was, and whom it
names as far as that can be read. Tokens are destroyed for reasons that are not burning: their money is on another chain
then (`crossings`), or was given back for what backs it, and events say so.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from dyepack.addresses import normalise
from dyepack.errors import InputError
from dyepack.ingest import assets
from dyepack.ingest.evm import vaults
from dyepack.ingest.evm.crossings import CROSSINGS, topic
from dyepack.ingest.evm.records import Decoded, Explained, Head, Left, Log
from dyepack.model import Note

BURN = topic("Burn(address,uint256)")
"""By which Circle's contracts say that a minter gave tokens back; on other contracts it is anybody's burning."""
WITHDRAWAL = topic("Withdrawal(address,uint256)")
EXPLAINING = (*CROSSINGS, BURN)
"""Events that explain a destruction and move nothing themselves."""
_ISSUED = ("USDC", "EURC")
_LETTERS = 64
_PADDING = "0" * 24
What = Literal["event", "fee", "movement"]
_WHAT: Mapping[str, What] = {"log": "event", "fee": "fee"}


def refused(log: Log, reason: str) -> Left:
    """An event that could not be read, with the first two addresses that its words have, topics first."""
    data = log.data.removeprefix("0x")
    words = [topic[2:] for topic in log.topics[1:]]
    words += [data[at : at + _LETTERS] for at in range(0, len(data), _LETTERS)]
    found = ["0x" + word[24:] for word in words if _is_address(word)][:2]
    payer, payee = [*found, None, None][:2]
    return Left("log", reason, str(log), log.contract, payer, payee)


def _is_address(word: str) -> bool:
    return len(word) == _LETTERS and word.startswith(_PADDING) and bool(word.strip("0"))


def explains(log: Log, chain: str) -> Explained | None:
    """Why tokens are destroyed beside this event; nothing where it does not say."""
    first = log.topics[0] if log.topics else ""
    if known := CROSSINGS.get(first):
        return Explained("crossing", log.contract, f"{known.protocol}: {known.event}")
    if first in (WITHDRAWAL, vaults.WITHDRAW):
        return Explained("redemption", log.contract, "Withdrawal" if first == WITHDRAWAL else "Withdraw")
    listed = assets.listed(chain).get(log.contract) if first == BURN else None
    return Explained("redemption", log.contract, "Burn") if listed and listed.symbol in _ISSUED else None


def of(head: Head, tx_hash: str, decoded: Decoded, source: str) -> Iterator[Note]:
    """The notes of a transaction; reasons for a destruction only where something was destroyed in it."""
    for left in decoded.left:
        yield unread(head, tx_hash, left, source)
    if any(move.kind == "burn" and move.token for move in decoded.moves):
        for why in dict.fromkeys(decoded.explained):
            yield explained(head, tx_hash, why, source)


def unread(head: Head, tx_hash: str, left: Left, source: str) -> Note:
    """What could not be read of a transaction."""
    what: What = _WHAT.get(left.field, "movement")
    chain = head.network.chain
    contract, payer, payee = (_own(one, chain) for one in (left.contract, left.payer, left.payee))
    return Note(chain, head.number, tx_hash, what, contract, payer, payee, left.reason, source)


def unread_whole(
    chain: str, tx_hash: str, parties: Iterable[tuple[object, object]], reason: str, source: str
) -> Iterator[Note]:
    """A transaction that was refused whole, a note for each payer and payee that it names, as far as that is read."""
    pairs = dict.fromkeys((_read(payer, chain), _read(payee, chain)) for payer, payee in parties)
    for payer, payee in pairs or {(None, None): None}:
        yield Note(chain, None, tx_hash, "movement", None, payer, payee, reason, source)


def _read(address: object, chain: str) -> str | None:
    try:
        return normalise(address, chain) if isinstance(address, str) else None
    except InputError:
        return None


def explained(head: Head, tx_hash: str, why: Explained, source: str) -> Note:
    """Why tokens were destroyed in a transaction."""
    return Note(head.network.chain, head.number, tx_hash, why.what, why.contract, None, None, why.says, source)


def _own(address: str | None, chain: str) -> str | None:
    """An address as its chain prints it."""
    if address is None or chain != "tron" or not address.startswith("0x"):
        return address
    return normalise("41" + address[2:], chain)
