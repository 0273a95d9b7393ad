"""Which chain blocks are of, where nobody says it: by the mark of a node's files, a node's first block, and segwit.

Bitcoin and Bitcoin Cash have one mark and one first block. Up to the end of July 2017 they are one chain, called
bitcoin here; after it only blocks of Bitcoin commit to witnesses (BIP-141). Where none of the last ones does, both fit.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

from dyepack.errors import AmbiguousChain, InputError, SourceError
from dyepack.ingest.bitcoin.blockfiles import BlockFolder, unmask
from dyepack.ingest.bitcoin.network import NETWORKS, Network
from dyepack.ingest.bitcoin.nodefiles import FileSource
from dyepack.ingest.bitcoin.rpc import LiveSource

COMMITMENT = bytes.fromhex("6a24aa21a9ed")
"""How an output of the coinbase begins that commits to witnesses."""
SPLIT = int(datetime(2017, 8, 1, tzinfo=UTC).timestamp())
LOOKED_AT = 20
"""So many of the last blocks are looked at: an empty block commits to nothing."""
_TIME = slice(68, 72)
_FIRST = {
    "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f": ("bitcoin", "bitcoin_cash"),
    "12a765e31ffd4059bada1e25190f6e98c99d9714d334efa41a195a7e7e04bfe2": ("litecoin",),
    "1a91e3dace36e2be3bf030a65679fe821aa1d6ef92e7c9902eb318182c355691": ("dogecoin",),
}
"""The chains that begin with a block."""


def of_files(folder: Path, base: int | None, named: str | None = None) -> FileSource:
    """A folder of block files, of the chain that is named, or else of the one that its blocks are of.

    Raises:
        AmbiguousChain: none is named, and they may be of Bitcoin or of Bitcoin Cash.
        InputError: they are not of the chain that is named.
        SourceError, SourceMismatch: see `FileSource`.
    """
    mark = _mark(folder)
    fit = [network.name for network in NETWORKS.values() if network.magic == mark]
    if named and fit and named not in fit:
        raise InputError(f"the blocks in {folder} are of {fit[0]}, by their mark; got --chain {named}")
    source = FileSource(folder, NETWORKS[named or (fit or ["bitcoin"])[0]], base)
    if len(fit) > 1:
        _settle(source.newest(LOOKED_AT), named)
    return source


def _mark(folder: Path) -> bytes:
    """The first four bytes of the first file that has some."""
    files = BlockFolder(folder, NETWORKS["bitcoin"])
    for name in files.files:
        with (folder / name).open("rb") as file:
            if len(head := file.read(4)) == 4:
                return unmask(head, 0, files.key)
    return b""


def of_server(make: Callable[[Network], LiveSource], named: str | None) -> LiveSource:
    """A node, of the chain that is named or that its first block says.

    Raises:
        InputError: its first block is that of another chain than is named, or of none that is known and none is named.
        AmbiguousChain: none is named, and it may be of Bitcoin or of Bitcoin Cash.
    """
    source = make(NETWORKS[named or "bitcoin"])
    fit = _FIRST.get(_first(source, named), ())
    if named and fit and named not in fit:
        raise InputError(f"{source.name} is a node of {fit[0]}, by its first block; got --chain {named}")
    if not named and not fit:
        raise InputError(
            f"the first block of {source.name} is of no chain that is known here: say which it is of with --chain,"
            f" one of {', '.join(NETWORKS)}"
        )
    if len(fit) > 1:
        _settle(source.newest(LOOKED_AT), named)
    return source if named else make(NETWORKS[fit[0]])


def _first(source: LiveSource, named: str | None) -> str:
    """The hash of a node's first block; where a chain is named, empty if the node cannot say it."""
    try:
        return source.hash_at(0)
    except SourceError:
        if named:
            return ""
        raise


def _settle(newest: Iterable[bytes], named: str | None) -> None:
    """See that blocks, the last first, are of Bitcoin, or may be of the chain that is named.

    Raises:
        AmbiguousChain: none is named, and nothing says so.
        InputError: they commit to witnesses, and Bitcoin Cash is named.
    """
    if named == "bitcoin":
        return
    for raw in newest:
        if named and COMMITMENT in raw:
            raise InputError("these blocks commit to witnesses, as only Bitcoin's do; got --chain bitcoin_cash")
        if not named and (int.from_bytes(raw[_TIME], "little") < SPLIT or COMMITMENT in raw):
            return
    if not named:
        raise AmbiguousChain("these blocks may be", ["bitcoin", "bitcoin_cash"])
