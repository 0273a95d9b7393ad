"""From a list's currency code to a chain, and addresses found in running text.

The rule: a code that is a chain's (XBT, ETH, TRX) says of which chain the list speaks, and nothing is said of others. A
token's code (USDT) names no chain; there the form of the address does: `T…` TRON, `0x…` Ethereum, `1…`, `3…`, `bc1…`
Bitcoin, where the token began. An address in running text is taken where its checksum holds; with a code before it, as
an address of that code.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from dyepack import chains
from dyepack.addresses import normalise
from dyepack.errors import InputError
from dyepack.tags.statement import TOKENS, Refused, chain_of

_BASE58 = "1-9A-HJ-NP-Za-km-z"
_CANDIDATE = re.compile(
    r"(?<![0-9A-Za-z])("
    r"0x[0-9a-fA-F]{40}"
    r"|(?:bc1|ltc1)[02-9ac-hj-np-z]{8,87}"
    r"|bitcoincash:[02-9ac-hj-np-z]{42}"
    rf"|[48][{_BASE58}]{{94}}"
    rf"|[13TLMDXrt][{_BASE58}]{{24,34}}"
    r")(?![0-9A-Za-z])"
)
_CODE = re.compile(r"(?<![A-Za-z])([A-Z]{3,4})(?![A-Za-z])")
_NEAR = 48
"""Letters before an address in which a code is taken to belong to it."""
_BY_FORM = {
    "0": ("ethereum",),
    "b": ("bitcoin", "bitcoin_cash"),
    "l": ("litecoin",),
    "1": ("bitcoin",),
    "3": ("bitcoin", "litecoin"),
    "T": ("tron",),
    "L": ("litecoin",),
    "M": ("litecoin",),
    "D": ("dogecoin",),
    "X": ("dash",),
    "r": ("xrp",),
}


@dataclass(frozen=True, slots=True)
class Place:
    """What a code and an address say together: the chain, the address, and the code."""

    chain: str
    address: str
    code: str | None


def place(code: str, address: str) -> Place:
    """The chain that a list speaks of when it gives this address under this code.

    Raises:
        Refused: no chain has the code, or the address is none of that chain.
    """
    chain = _of_token(code, address) if code.strip().lower() in TOKENS else chain_of(code)
    try:
        return Place(chain, normalise(address, chain), code.strip().upper())
    except InputError as error:
        raise Refused("address", f"{error}{_elsewhere(address)}") from None


def _elsewhere(address: str) -> str:
    """Where an address under the wrong code would be one: for who reads the reason, and not acted upon."""
    try:
        return f"; it is one on {_by_form(address).chain}" if address[:1] in _BY_FORM else ""
    except Refused:
        return ""


def _of_token(code: str, address: str) -> str:
    text = address.strip()
    if text[:2].lower() == "0x":
        return "ethereum"
    if text.startswith("T"):
        return "tron"
    if text[:1] in ("1", "3") or text.startswith("bc1"):
        return "bitcoin"
    raise Refused("address", f"{code} is a token, and {address!r} has the form of no chain that carries it")


def in_text(text: str) -> Iterator[tuple[str, Place | Refused]]:
    """Addresses in running text, each as it stands there and what it is, or why it is none.

    The code right before an address is its code. One before an earlier address of the same line may go on to hold
    (`LTC: L…, M…`), where the address is one of that code.
    """
    seen: set[str] = set()
    for line in text.splitlines():
        end, carried = 0, ""
        for found in _CANDIDATE.finditer(line):
            own = _code(line[max(end, found.start() - _NEAR) : found.start()])
            end, carried = found.end(), own or carried
            if found[1] not in seen:
                seen.add(found[1])
                yield found[1], _placed(found[1], own, carried)


def _code(before: str) -> str:
    """The last code in a piece of text, if any."""
    return next((code for code in reversed(_CODE.findall(before)) if _is_code(code)), "")


def _placed(address: str, own: str, carried: str) -> Place | Refused:
    try:
        if own:
            return place(own, address)
        if carried:
            with suppress(Refused):
                return place(carried, address)
        return _by_form(address)
    except Refused as refused:
        return refused


def _is_code(word: str) -> bool:
    if word.lower() in TOKENS:
        return True
    try:
        return bool(chain_of(word))
    except Refused:
        return False


def _by_form(address: str) -> Place:
    for chain in _BY_FORM.get(address[0], ()):
        try:
            return Place(chain, normalise(address, chain), chains.chain(chain).symbol)
        except InputError:
            continue
    raise Refused("address", f"{address!r} looks like an address, and is valid on no chain that writes them so")
