"""Fields of TRON's answers, each read strictly: addresses, amounts, and the names of TRC-10 tokens."""

import re
from collections.abc import Iterable

from dyepack.addresses import normalise
from dyepack.errors import InputError
from dyepack.ingest import assets
from dyepack.model import AssetRow

NOBODY = "T9yD14Nj9j7xAB4dbGeiX9h8unkKHxuWwb"
"""The address of twenty zero bytes, as TRON writes it."""
BY_NAME = "name:"
"""What a TRC-10 token's key begins with where it is known by its name alone."""
_TRX = ("_", "5f")
_NUMBER = re.compile(r"[1-9][0-9]{6}", re.ASCII)
_FIRST = 1_000_001
_NAME = re.compile(r"[!-~]{1,32}", re.ASCII)
_BYTES = re.compile(r"(?:[0-9a-fA-F]{2})+", re.ASCII)


def address(text: object, name: str) -> str:
    """An address in base58, from hex with or without its first byte.

    Raises:
        InputError: none.
    """
    if not isinstance(text, str):
        raise InputError(f"{name}: expected an address of TRON, got {text!r:.60}")
    try:
        return normalise("41" + text if len(text) == 40 else text, "tron")
    except InputError as error:
        raise InputError(f"{name}: {error}") from None


def amount(value: object, name: str = "amount") -> int:
    """An amount in base units: a whole number of JSON.

    Raises:
        InputError: another value.
    """
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise InputError(f"{name}: expected a whole number, got {value!r:.40}")
    return value


def token(value: object, name: str) -> str:
    """The key of a TRC-10 token: its number, as a number, as text or as hex of that text; else its name.

    Before the proposal `ALLOW_SAME_TOKEN_NAME` tokens were called by their names, which are hex of 1 to 32 visible
    characters, or those themselves; nothing in the data says which number such a token has.

    Raises:
        InputError: neither.
    """
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if isinstance(text, str) and not _numbered(text) and _BYTES.fullmatch(text):
        text = bytes.fromhex(text).decode("latin-1")
    if isinstance(text, str) and _numbered(text):
        return text
    if isinstance(value, str) and isinstance(text, str) and _NAME.fullmatch(text):
        return BY_NAME + text
    raise InputError(f"{name}: expected the number or the name of a TRC-10 token, got {value!r:.60}")


def traded(value: object, name: str) -> str | None:
    """What exchanges and the market trade: a TRC-10 token as in `token`, or none for TRX, which they call `_`."""
    return None if value in _TRX else token(value, name)


def trc10(tokens: Iterable[str | None]) -> dict[str, assets.Recognised]:
    """Those of these tokens that are TRC-10, by their keys; nothing says their decimals."""
    return {key: _asset(key) for key in tokens if key is not None and (key.isdecimal() or key.startswith(BY_NAME))}


def _asset(key: str) -> assets.Recognised:
    name = key.removeprefix(BY_NAME)
    known = "a TRC-10 token, not listed" if name == key else "a TRC-10 token by its name, not listed"
    return assets.Recognised(AssetRow(f"tron:{key}", "tron", key, name, 0, False, known))


def _numbered(text: str) -> bool:
    return _NUMBER.fullmatch(text) is not None and int(text) >= _FIRST
