"""Which events are movements of tokens.

A Transfer of an ERC-20 token has three topics and 32 bytes of data. With four topics it is one piece of an ERC-721
collection, which has no amount. The wrapped native coin says in Deposit and Withdrawal what it makes and destroys and
emits no Transfer for it; the native coin's own leg is among the calls. Other contracts use the same two event names for
other things, so only the one contract that the chain is known by is believed.

Any contract may emit a Transfer that never happened: whether a token is listed is said in `assets`.
"""

import re
from collections.abc import Iterable

from dyepack.amounts import WORD, base_units
from dyepack.errors import InputError
from dyepack.ingest.evm import issuers
from dyepack.ingest.evm.networks import ZERO, Network
from dyepack.ingest.evm.records import Decoded, Left, Log, Moved

TRANSFER = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"
DEPOSIT = "0xe1fffcc4923d04b559f4d29a8bfc6cda04eb5b0d3c460751c2402c5c5cc9109c"
WITHDRAWAL = "0x7fcf532c15f0a6db0bd6d0e038bea71d30d808c7d98cb3bf7268a95bf5081b65"
_WORD = 66
"""Letters of 32 bytes in hex, with 0x."""
_OWNER = re.compile("0x0{24}[0-9a-f]{40}")
Placed = tuple[Log, Moved]


def moved(logs: Iterable[Log], network: Network, out: Decoded) -> list[Placed]:
    """The movements of these events, in their order; what is refused or passed over goes to `out`."""
    found = []
    for log in logs:
        topic = log.topics[0] if log.topics else None
        if topic == TRANSFER:
            move = _transfer(log, network, out)
        elif topic in (DEPOSIT, WITHDRAWAL):
            move = _wrapped(log, network, out)
        elif topic in issuers.EVENTS:
            move = issuers.noted(log, network.chain, out, ZERO)
        else:
            out.passed["event of another kind"] += 1
            continue
        if move is not None:
            found.append((log, move._replace(name=f"log {log.number}")))
    return found


def _transfer(log: Log, network: Network, out: Decoded) -> Moved | None:
    if log.contract == network.native_log:
        out.passed["native coin reported as a token"] += 1
        return None
    if len(log.topics) == 4:
        out.passed["ERC-721 transfer"] += 1
        return None
    if len(log.topics) != 3:
        return _refused(log, out, f"expected a Transfer with 3 topics, got {len(log.topics)}")
    if len(log.data) != _WORD:
        return _refused(log, out, f"expected a Transfer with 32 bytes of data, got {max(0, len(log.data) - 2) // 2}")
    payer, payee = _address(log.topics[1]), _address(log.topics[2])
    if payer is None or payee is None:
        return _refused(log, out, "expected two addresses in a Transfer, got other words")
    kind = "mint" if payer == ZERO else "burn" if payee == ZERO else "token"
    amount = _amount(log, out)
    return None if amount is None else Moved(kind, payer, payee, log.contract, amount)  # type: ignore[arg-type]


def _wrapped(log: Log, network: Network, out: Decoded) -> Moved | None:
    if log.contract != network.wrapped:
        out.passed["deposit or withdrawal of another contract"] += 1
        return None
    owner = _address(log.topics[1]) if len(log.topics) == 2 else None
    if owner is None or len(log.data) != _WORD:
        return _refused(log, out, "expected an owner and 32 bytes of data in an event of the wrapped coin")
    amount = _amount(log, out)
    if amount is None:
        return None
    if log.topics[0] == DEPOSIT:
        return Moved("mint", ZERO, owner, log.contract, amount)
    return Moved("burn", owner, ZERO, log.contract, amount)


def _address(topic: str) -> str | None:
    return "0x" + topic[26:] if _OWNER.fullmatch(topic) else None


def _amount(log: Log, out: Decoded) -> int | None:
    """The amount in an event's data; nothing where it is none, which goes to `out`."""
    try:
        return base_units(log.data, WORD)
    except InputError as error:
        _refused(log, out, str(error))
        return None


def _refused(log: Log, out: Decoded, reason: str) -> Moved | None:
    out.left.append(Left("log", reason, str(log)))
    return None
