"""What issuers of tokens do to addresses, as their events say: freeze them, free them, destroy what they have.

Tether's and Circle's contracts name the address in a topic or, as Tether's on Ethereum, in the data. Tether's first
contracts take away what they destroy without a Transfer, so that there is a movement only in this event; the later ones
emit a Transfer as well. Only listed tokens are believed.
"""

from typing import Literal, NamedTuple

from dyepack.addresses import normalise
from dyepack.amounts import LIMIT, MAX_DIGITS, WORD, base_units
from dyepack.errors import InputError
from dyepack.ingest import assets
from dyepack.ingest.evm import notes
from dyepack.ingest.evm.records import Decoded, Log, Moved, Noted

_WORD = 64


class _Event(NamedTuple):
    name: str
    what: Literal["frozen", "held", "destroyed"]
    silent: bool = False
    """Whether it destroys without a Transfer."""


EVENTS = {
    "0x42e160154868087d6bfdc0ca23d96a1c1cfa32f1b72ba9ba27b69b98a0d819dc": _Event("AddedBlackList", "frozen"),
    "0xd7e9ec6e6ecd65492dce6bf513cd6867560d49544421d0783ddf06e76c24470c": _Event("RemovedBlackList", "held"),
    "0x61e6e66b0d6339b2980aecc6ccc0039736791f0ccde9ed512e789a7fbdd698c6": _Event(
        "DestroyedBlackFunds", "destroyed", silent=True
    ),
    "0xffa4e6181777692565cf28528fc88fd1516ea86b56da075235fa575af6a4b855": _Event("Blacklisted", "frozen"),
    "0x117e3210bb9aa7d9baff172026820255c6f6c30ba8999d1c2fd88e2848137c4e": _Event("UnBlacklisted", "held"),
    "0x406bbf2d8d145125adf1198d2cf8a67c66cc4bb0ab01c37dccd4f7c0aae1e7c7": _Event("BlockPlaced", "frozen"),
    "0x665918c9e02eb2fd85acca3969cb054fc84c138e60ec4af22ab6ef2fd4c93c27": _Event("BlockReleased", "held"),
    "0x6a2859ae7902313752498feb80a014e6e7275fe964c79aa965db815db1c7f1e9": _Event("DestroyedBlockedFunds", "destroyed"),
}
"""By the hash of their signature; the test works these out anew."""


def noted(log: Log, chain: str, out: Decoded, nobody: str) -> Moved | None:
    """Note what an event of an issuer says, and give the movement that nothing else says, if it is one."""
    if log.contract not in assets.listed(chain):
        out.passed["freeze of a token that is not listed"] += 1
        return None
    event = EVENTS[log.topics[0]]
    words = [*(topic[2:] for topic in log.topics[1:]), *_words(log.data)]
    if len(words) != (2 if event.what == "destroyed" else 1):
        return _refused(log, out, f"expected {event.name} with an address{' and an amount' * (len(words) == 1)}")
    try:
        address = normalise(("41" if chain == "tron" else "0x") + words[0][-40:], chain)
        amount = base_units(f"0x{words[1]}", WORD) if event.what == "destroyed" else None
    except InputError:
        return _refused(log, out, f"expected {event.name} with an address, got {words[0]!r:.80}")
    if amount is not None and amount >= LIMIT:
        return _refused(log, out, f"expected an amount of at most {MAX_DIGITS} digits, got {amount}")
    out.noted.append(Noted(log.contract, address, event.what, amount, log.number, event.name))
    return Moved("burn", address, nobody, log.contract, amount) if event.silent and amount else None


def _words(data: str) -> list[str]:
    plain = data.removeprefix("0x")
    return [plain[at : at + _WORD] for at in range(0, len(plain), _WORD)]


def _refused(log: Log, out: Decoded, reason: str) -> Moved | None:
    out.left.append(notes.refused(log, reason))
    return None
