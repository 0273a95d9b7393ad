"""Parse, check and normalise addresses, so that one address is one string everywhere.

Sources: EIP-55 (mixed-case checksum), base58check of the original Bitcoin client, BIP-173 and BIP-350 (bech32 and
bech32m), the CashAddr specification of Bitcoin Cash, and the address forms of TRON, Solana and the XRP Ledger.
"""

from hashlib import sha256

import sha3

from dyepack.chains import Chain, chain
from dyepack.errors import InvalidAddress

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_RIPPLE = "rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz"
_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_BECH32_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_CASH_GENERATOR = (0x98F2BC8E61, 0x79B76D99E2, 0xF33E5FB3C4, 0xAE2EABE2A8, 0x1E4F43E470)


def normalise(address: str, chain_name: str) -> str:
    """The one form in which an address is stored, after checking it by its chain's rules.

    EVM addresses become lower case; TRON's 0x41… hex and its base58 are one address (base58 is kept); bech32 becomes
    lower case; CashAddr keeps its prefix. Chains without a check here return the address as it came, stripped.

    Raises:
        InvalidAddress: malformed, wrong checksum, or plainly an address of another chain.
        UnknownChain: no such chain.
    """
    known = chain(chain_name)
    text = address.strip()
    if not text or not text.isprintable() or " " in text:
        raise InvalidAddress(f"expected an address on {known.name}, got {address!r}")
    return _CHECKS[known.addresses](text, known)


def eip55(address: str) -> str:
    """An EVM address in the mixed-case checksum form of EIP-55, for showing to people."""
    body = address.removeprefix("0x").lower()
    digest = sha3.keccak_256(body.encode()).hexdigest()
    return "0x" + "".join(c.upper() if int(d, 16) >= 8 else c for c, d in zip(body, digest, strict=False))


def _evm(text: str, known: Chain) -> str:
    body = text[2:] if text[:2] in ("0x", "0X") else ""
    if len(body) != 40 or any(c not in "0123456789abcdefABCDEF" for c in body):
        raise InvalidAddress(f"expected 0x and 40 hex digits for an address on {known.name}, got {text!r}")
    if body not in (body.lower(), body.upper()) and eip55(text) != "0x" + body:
        raise InvalidAddress(
            f"the checksum (EIP-55) of {text!r} is wrong: a letter has changed; copy the address again from its source"
        )
    return "0x" + body.lower()


def _bitcoin(text: str, known: Chain) -> str:
    if known.hrp and text.lower().startswith(known.hrp + "1"):
        return _segwit(text, known)
    payload = _base58check(text, known)
    if len(payload) != 21 or payload[0] not in known.versions:
        raise InvalidAddress(f"{text!r} is not an address on {known.name} (version byte {payload[0]})")
    return text


def _cashaddr(text: str, known: Chain) -> str:
    if text[0] in "13" and ":" not in text:
        return _bitcoin(text, Chain(known.name, known.symbol, 8, versions=known.versions))
    body = text.lower().removeprefix(known.hrp + ":")
    values = _charset(body, text, known)
    prefix = [ord(c) & 31 for c in known.hrp] + [0]
    if text not in (text.lower(), text.upper()) or _polymod(prefix + values, _CASH_GENERATOR, 35) != 1:
        raise InvalidAddress(f"the checksum of {text!r} is wrong for {known.name}")
    return f"{known.hrp}:{body}"


def _tron(text: str, known: Chain) -> str:
    body = text.lower().removeprefix("0x")
    if len(body) == 42 and body.startswith("41") and all(c in "0123456789abcdef" for c in body):
        raw = bytes.fromhex(body)
        return _base58(raw + sha256(sha256(raw).digest()).digest()[:4])
    payload = _base58check(text, known)
    if len(payload) != 21 or payload[0] != 0x41:
        raise InvalidAddress(f"{text!r} is not an address on {known.name}")
    return text


def _solana(text: str, known: Chain) -> str:
    if len(_unbase58(text, _BASE58, known)) != 32:
        raise InvalidAddress(f"expected 32 bytes in base58 for an address on {known.name}, got {text!r}")
    return text


def _xrp(text: str, known: Chain) -> str:
    payload = _base58check(text, known, _RIPPLE)
    if len(payload) != 21 or payload[0] != 0:
        raise InvalidAddress(f"{text!r} is not an address on {known.name}")
    return text


def _unchecked(text: str, _: Chain) -> str:
    return text


_CHECKS = {
    "evm": _evm,
    "bitcoin": _bitcoin,
    "cashaddr": _cashaddr,
    "tron": _tron,
    "solana": _solana,
    "xrp": _xrp,
    "unchecked": _unchecked,
}


def _unbase58(text: str, alphabet: str, known: Chain) -> bytes:
    number = 0
    for character in text:
        digit = alphabet.find(character)
        if digit < 0:
            raise InvalidAddress(f"{character!r} cannot occur in an address on {known.name}: {text!r}")
        number = number * 58 + digit
    zeros = len(text) - len(text.lstrip(alphabet[0]))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")


def _base58(raw: bytes) -> str:
    number, out = int.from_bytes(raw, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        out = _BASE58[digit] + out
    return _BASE58[0] * (len(raw) - len(raw.lstrip(b"\0"))) + out


def _base58check(text: str, known: Chain, alphabet: str = _BASE58) -> bytes:
    raw = _unbase58(text, alphabet, known)
    payload, check = raw[:-4], raw[-4:]
    if len(raw) < 5 or sha256(sha256(payload).digest()).digest()[:4] != check:
        raise InvalidAddress(f"the checksum of {text!r} is wrong for an address on {known.name}")
    return payload


def _charset(body: str, text: str, known: Chain) -> list[int]:
    values = [_BECH32.find(c) for c in body]
    if not values or min(values) < 0:
        raise InvalidAddress(f"expected an address on {known.name}, got {text!r}")
    return values


def _polymod(values: list[int], generator: tuple[int, ...], low_bits: int) -> int:
    state = 1
    for value in values:
        top = state >> low_bits
        state = ((state & ((1 << low_bits) - 1)) << 5) ^ value
        for bit, constant in enumerate(generator):
            state ^= constant if (top >> bit) & 1 else 0
    return state


def _segwit(text: str, known: Chain) -> str:
    lower = text.lower()
    values = _charset(lower[len(known.hrp) + 1 :], text, known)
    hrp = [ord(c) >> 5 for c in known.hrp] + [0] + [ord(c) & 31 for c in known.hrp]
    if text not in (lower, text.upper()) or len(values) < 8:
        raise InvalidAddress(f"expected a segwit address on {known.name}, got {text!r}")
    version, program = values[0], _eight_bits(values[1:-6])
    expected = 1 if version == 0 else 0x2BC830A3
    if _polymod(hrp + values, _BECH32_GENERATOR, 25) != expected:
        raise InvalidAddress(f"the checksum of {text!r} is wrong for an address on {known.name}")
    length = len(program) if program is not None else 0
    if version > 16 or not 2 <= length <= 40 or (version == 0 and length not in (20, 32)):
        raise InvalidAddress(f"{text!r} has a witness program that no script can have")
    return lower


def _eight_bits(values: list[int]) -> bytes | None:
    number = 0
    for value in values:
        number = number << 5 | value
    spare = len(values) * 5 % 8
    if spare >= 5 or number & ((1 << spare) - 1):
        return None
    return (number >> spare).to_bytes(len(values) * 5 // 8, "big")
