"""From a TRON transaction and its record to movements: TRX, TRC-10, TRC-20, internal, and the fee.

A transaction says what it is by the type of its one contract (`own`); calls inside it say so in a note (`inside`).
What each kind moves stands in `kinds`, after java-tron; one that is not there refuses the transaction, as does a field
that cannot be read. Calls emit events, of which those named Transfer with three topics are TRC-20. The fee is first;
since 2021 it is destroyed, before that it went to an account that nobody holds, so its payee is not named.
"""

from collections.abc import Iterable, Iterator

from dyepack.errors import InputError
from dyepack.ingest.evm import issuers, shapes
from dyepack.ingest.evm.events import TRANSFER
from dyepack.ingest.evm.records import NOBODY_SAID, Decoded, Left, Log, Moved
from dyepack.ingest.tron.fields import NOBODY, address, amount
from dyepack.ingest.tron.inside import inside
from dyepack.ingest.tron.kinds import DONE, FAILED
from dyepack.ingest.tron.own import Act, Facts, Unsaid, own
from dyepack.ingest.tron.records import Info, RawTx

_WORD = 64


def decode(tx: RawTx, info: Info, facts: Facts | None = None) -> Decoded:
    """The movements of a transaction; `facts` knows what stands in no block.

    Raises:
        InputError: it is malformed or of a kind that is not known, or the record is another's.
    """
    if info.id.lower() != tx.tx_id.lower():
        raise InputError(f"info: expected the record of {tx.tx_id}, got that of {info.id}")
    if len(tx.raw_data.contract) != 1:
        raise InputError(f"contract: expected one, got {len(tx.raw_data.contract)}")
    contract, out = tx.raw_data.contract[0], Decoded()
    owner = address(contract.parameter.value.get("owner_address"), "owner_address")
    if fee := amount(info.fee, "fee"):
        out.moves.append(Moved("fee", owner, NOBODY_SAID, None, fee, "fee"))
    if _failed(tx, info):
        out.passed["failed transaction"] += 1
        return out
    act = Act(owner, contract.parameter.value, info, facts or Unsaid(), out)
    out.moves += _named("own", own(contract.type, act))
    out.moves += _named("call", inside(info, out))
    out.moves += _tokens(info, out)
    return out


def _named(what: str, found: Iterable[Moved]) -> Iterator[Moved]:
    """Movements by their number among those of their kind: a record has all of them, in one order."""
    return (move._replace(name=f"{what} {number}") for number, move in enumerate(found))


def _failed(tx: RawTx, info: Info) -> bool:
    """Whether it moved nothing: the block and the record must not contradict each other.

    Raises:
        InputError: they do, or speak of an end that is not known.
    """
    said = {word for one in tx.ret for word in (one.contract_ret, one.ret)} | {info.receipt.result, info.result}
    ends = said - {None}
    if strange := sorted(map(str, ends - FAILED - DONE)):
        raise InputError(f"ret: what a transaction that ended in {strange[0][:60]!r} moved is not known")
    if ends & FAILED and "SUCCESS" in ends:
        raise InputError(f"ret: it is said to have ended in {' and '.join(sorted(map(str, ends)))}")
    return bool(ends & FAILED)


def _tokens(info: Info, out: Decoded) -> Iterator[Moved]:
    for number, log in enumerate(info.log):
        if log.topics and "0x" + log.topics[0].lower() in issuers.EVENTS:
            topics = tuple("0x" + topic.lower() for topic in log.topics)
            said = Log(number, address(log.address, "address"), topics, "0x" + log.data.lower())
            if (move := issuers.noted(said, "tron", out, NOBODY)) is not None:
                yield move._replace(name=f"log {number}")
        elif not log.topics or log.topics[0].lower() != TRANSFER[2:]:
            out.passed["event of another kind"] += 1
        elif len(log.topics) == 4:
            out.passed["piece of a collection"] += 1
        elif len(log.topics) != 3 or len(log.data) != _WORD:
            out.left.append(Left("log", "expected a Transfer with 3 topics and 32 bytes of data", str(log)))
        else:
            payer, payee = address(log.topics[1][-40:], "topics"), address(log.topics[2][-40:], "topics")
            kind = "mint" if payer == NOBODY else "burn" if payee == NOBODY else "token"
            quantity = shapes.number("0x" + log.data, "data")
            token, name = address(log.address, "address"), f"log {number}"
            yield Moved(kind, payer, payee, token, quantity, name)  # type: ignore[arg-type]
