"""Which assets are known, how many decimals they have, and which tokens only pretend to be one of them.

The listed tokens are in `assets.csv`, each with its source. A symbol is whatever a contract says of itself: two
tokens with one symbol are two assets, and a token whose symbol *looks like* a native or listed one without being it
is a decoy, as in address poisoning ("EТH" with a Cyrillic letter). Look-alikes are found by folding confusable
characters (Unicode TS #39).
"""

import csv
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from confusable_homoglyphs import confusables

from dyepack import chains
from dyepack.addresses import normalise
from dyepack.amounts import USD
from dyepack.errors import InputError
from dyepack.model import AssetRow

DECOY = "decoy-token"
ID = "/"
"""Between the contract of an ERC-1155 token and its id: `chain:contract/id`."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """An asset as a row names it: how its amounts are counted, and the flag that its movements get."""

    row: AssetRow
    flag: str | None = None


@cache
def listed(chain: str) -> dict[str, AssetRow]:
    """The listed tokens of a chain, by contract."""
    text = files("dyepack.ingest").joinpath("assets.csv").read_text("utf-8")
    return {
        row["contract"]: _token(chain, row["contract"], row["symbol"], int(row["decimals"]), row["source"])
        for row in csv.DictReader(text.splitlines())
        if row["chain"] == chain
    }


def native(chain: str) -> AssetRow:
    """The asset in which a chain pays its own fees."""
    known = chains.chain(chain)
    return AssetRow(known.symbol, known.name, None, known.symbol, known.decimals, True, "the chain's own")


def dollars() -> AssetRow:
    """US dollars: movements that are given by value alone."""
    return AssetRow(USD.id, None, None, USD.symbol, USD.decimals, True, "a unit of value, not on any chain")


def recognise(chain: str, symbol: str, contract: str, decimals: int | None) -> Recognised:
    """The asset that a row means by a symbol and a contract; either may be empty, not both.

    `decimals` is what the caller says of tokens that are not listed. A decoy without them is read with the decimals
    of what it imitates: it is kept to be seen, and never followed, summed or priced.

    Raises:
        InputError: neither native nor listed, and its decimals are unknown; or a symbol that does not fit its contract.
        InvalidAddress: no contract of this chain.
    """
    if not contract:
        return Recognised(_by_symbol(chain, symbol))
    if ID in contract:
        return Recognised(_numbered(chain, contract, decimals))
    address = normalise(contract, chain)
    if found := listed(chain).get(address):
        return Recognised(found)
    imitated = _imitated(chain, symbol)
    if imitated is None and decimals is None:
        raise InputError(f"token {address} ({symbol or 'no symbol'}) is not listed; give its decimals with --decimals")
    places = decimals if decimals is not None or imitated is None else imitated.decimals
    return Recognised(
        _token(chain, address, symbol or address, places or 0, None), DECOY if imitated is not None else None
    )


def _numbered(chain: str, name: str, decimals: int | None) -> AssetRow:
    """One id of an ERC-1155 contract, which has no decimals but where somebody says so."""
    contract, _, number = name.partition(ID)
    if not (number.isascii() and number.isdecimal()):
        raise InputError(f"expected a contract, {ID} and an id in digits, got {name!r:.120}")
    address = f"{normalise(contract, chain)}{ID}{int(number)}"
    return _token(chain, address, address, decimals or 0, None)


def _by_symbol(chain: str, symbol: str) -> AssetRow:
    if symbol.upper() == native(chain).symbol.upper() and symbol.isascii():
        return native(chain)
    if symbol == USD.symbol:
        return dollars()
    raise InputError(
        f"expected {native(chain).symbol}, {USD.symbol} or a token with its contract, got the symbol {symbol!r} alone"
    )


def _token(chain: str, contract: str, symbol: str, decimals: int, source: str | None) -> AssetRow:
    """A token's row; without a source it is one that nobody vouches for."""
    return AssetRow(
        f"{chain}:{contract}", chain, contract, symbol, decimals, source is not None, source or "not listed"
    )


def _imitated(chain: str, symbol: str) -> AssetRow | None:
    real = [native(chain), *listed(chain).values()]
    return next((asset for asset in real if fold(asset.symbol) == fold(symbol)), None)


@cache
def fold(symbol: str) -> str:
    """A symbol as the eye reads it: look-alike letters as Latin ones, case, marks and signs dropped."""
    plain = unicodedata.normalize("NFKD", symbol)
    return "".join(_latin(character) for character in plain if character.isalnum()).lower()


def _latin(character: str) -> str:
    # Small т looks like a small capital T to the tables, so its capital is asked as well.
    for form in (character, character.upper(), character.lower()):
        if form.isascii():
            return form
        for twin in confusables.confusables_data.get(form, ()):
            if twin["c"].isascii() and twin["c"].isalnum():
                return str(twin["c"])
    return character
