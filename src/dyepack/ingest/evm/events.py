"""Which events are movements of tokens.

A Transfer of an ERC-20 token has three topics and 32 bytes of data. With four topics it is one piece of an ERC-721
collection, which has no amount. The wrapped native coin says in Deposit and Withdrawal what it makes and destroys and
emits no Transfer for it; the native coin's own leg is among the calls. Other contracts use the same two event names for
other things, so only the one contract that the chain is known by is believed. Tokens of ERC-1155 are assets by contract
and id (`multitoken`); shares of a vault that only its own event says are made and destroyed by it (`vaults`).

Any contract may emit a Transfer that never happened: whether a token is listed is said in `assets`.
"""

import re
from collections.abc import Sequence

from dyepack.amounts import WORD, base_units
from dyepack.errors import InputError
from dyepack.ingest.evm import issuers, multitoken, notes, vaults
from dyepack.ingest.evm.networks import ZERO, Network
from dyepack.ingest.evm.records import Decoded, Kind, Log, Moved

TRANSFER = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"
DEPOSIT = "0xe1fffcc4923d04b559f4d29a8bfc6cda04eb5b0d3c460751c2402c5c5cc9109c"
WITHDRAWAL = "0x7fcf532c15f0a6db0bd6d0e038bea71d30d808c7d98cb3bf7268a95bf5081b65"
_WORD = 66
"""Letters of 32 bytes in hex, with 0x."""
_OWNER = re.compile("0x0{24}[0-9a-f]{40}")
Placed = tuple[Log, Moved]


KINDS = (TRANSFER, DEPOSIT, WITHDRAWAL, multitoken.SINGLE, multitoken.BATCH, vaults.DEPOSIT, vaults.WITHDRAW)
"""Events that may say a movement, beside those of issuers."""
VAULTS = (vaults.DEPOSIT, vaults.WITHDRAW)


def moved(logs: Sequence[Log], network: Network, out: Decoded) -> list[Placed]:
    """The movements of a transaction's events, in their order; what is refused or passed over goes to `out`."""
    found = [(log, move) for log in logs for move in _of(log, network, out)]
    said = [log for log in logs if log.topics and log.topics[0] in VAULTS]
    return _with_shares(found, said, logs, out) if said else found


def _with_shares(found: list[Placed], said: Sequence[Log], logs: Sequence[Log], out: Decoded) -> list[Placed]:
    """The same with shares of vaults that nothing but their own events says, in the order of events."""
    spoken = {log.contract for log in logs if log.topics and log.topics[0] == TRANSFER}
    moves = [move for _, move in found]
    for log in said:
        one = vaults.shares(log, ZERO)
        if one is None or not vaults.silent(log.contract, one[1], spoken, moves):
            out.passed["deposit or withdrawal of another contract"] += 1
        else:
            found.append((log, one[0]._replace(name=f"log {log.number}")))
    return sorted(found, key=lambda placed: placed[0].number)


def _of(log: Log, network: Network, out: Decoded) -> list[Moved]:
    """What one event says by itself."""
    topic = log.topics[0] if log.topics else None
    if why := notes.explains(log, network.chain):
        out.explained.append(why)
    if topic == TRANSFER:
        move = _transfer(log, network, out)
    elif topic in (DEPOSIT, WITHDRAWAL):
        move = _wrapped(log, network, out)
    elif topic in (multitoken.SINGLE, multitoken.BATCH):
        return _several(log, out)
    elif topic in issuers.EVENTS:
        move = issuers.noted(log, network.chain, out, ZERO)
    else:
        out.passed["event of another kind"] += topic not in VAULTS
        return []
    return [] if move is None else [move._replace(name=f"log {log.number}")]


def _several(log: Log, out: Decoded) -> list[Moved]:
    """The movements of an ERC-1155 transfer, each of them with its number in the event where there are several."""
    payer, payee = (_address(topic) for topic in log.topics[2:]) if len(log.topics) == 4 else (None, None)
    if payer is None or payee is None:
        _refused(log, out, "expected an ERC-1155 transfer with an operator and two addresses in 4 topics")
        return []
    try:
        found = multitoken.moved(log)
    except InputError as error:
        _refused(log, out, f"{error} (ERC-1155)")
        return []
    names = [f"log {log.number}"] if len(found) == 1 else [f"log {log.number}.{n}" for n in range(len(found))]
    kind, pairs = _kind(payer, payee), zip(found, names, strict=True)
    return [Moved(kind, payer, payee, token, amount, name) for (token, amount), name in pairs]


def _kind(payer: str, payee: str) -> Kind:
    return "mint" if payer == ZERO else "burn" if payee == ZERO else "token"


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
    amount = _amount(log, out)
    return None if amount is None else Moved(_kind(payer, payee), payer, payee, log.contract, amount)


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
    out.left.append(notes.refused(log, reason))
    return None
