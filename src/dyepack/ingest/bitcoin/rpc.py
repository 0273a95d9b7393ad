"""A node as a source of blocks, over JSON-RPC or REST. What it says is checked as far as blocks can be checked.

A block is put together again from what the node gave: its header must have the hash that was asked for, and its
transactions the Merkle root of the header, so no amount, script, time or order can be other than the chain's. What its
inputs spent is the node's word: it is held against the fee that the node names and against what the miner took, and
`dyepack ingest check` holds it against the outputs in the workspace.
"""

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any, Protocol

import msgspec
import numpy as np

from dyepack.amounts import parse as parse_amount
from dyepack.errors import InputError, SourceError, SourceMismatch, SourceUnavailable
from dyepack.ingest.bitcoin.columns import Where, fees, tables
from dyepack.ingest.bitcoin.load import Piece, Refused
from dyepack.ingest.bitcoin.network import DECIMALS, Network
from dyepack.ingest.bitcoin.raw import gathered, parse
from dyepack.ingest.http import Check, Endpoint
from dyepack.ingest.machine.scripts import classify_all
from dyepack.ingest.machine.undo import Spent, nothing_spent
from dyepack.ingest.machine.wire import AUXPOW, MOST, MWEB, Parsed
from dyepack.ingest.patience import Patience
from dyepack.ingest.ranges import Range

_WITH_SPENT = 3
"""Bitcoin Core's `verbosity` at which a block comes with the outputs that it spends; older ones give what they can."""
_DECODER = msgspec.json.Decoder(float_hook=str)
Block = Mapping[str, Any]


class Api(Protocol):
    """The few questions that are put to a node."""

    name: str

    def span(self) -> Range:
        """The blocks it has."""

    def hash_at(self, height: int) -> str:
        """The hash of the block at a height."""

    def block(self, digest: str) -> Block | None:
        """A block with its transactions and what they spend; nothing where the node cannot say it so."""

    def raw(self, digest: str) -> bytes:
        """A block as it travels."""


class LiveSource:
    """The best chain of a running node."""

    def __init__(self, api: Api, network: Network) -> None:
        self.network = network
        self.name = api.name
        self._api = api
        self._span: Range | None = None

    def span(self) -> Range:
        """The blocks that it has, as of the first time it was asked."""
        if self._span is None:
            self._span = self._api.span()
        return self._span

    def hash_at(self, height: int) -> str:
        """The hash of the block at this height."""
        return self._api.hash_at(height)

    def newest(self, most: int) -> Iterator[bytes]:
        """The last blocks as they travel, the highest first."""
        span = self.span()
        for height in range(span.last, max(span.first, span.last - most + 1) - 1, -1):
            yield self._api.raw(self._api.hash_at(height))

    def refused(self) -> Sequence[Refused]:
        """Nothing: a node shows only its best chain."""
        return ()

    def read(self, wanted: Range) -> Piece:
        """These blocks as tables.

        Raises:
            SourceUnavailable: the node does not answer.
            SourceMismatch: what it gives is not the block that was asked for, or does not add up.
            RecordError: it is no block at all.
        """
        heights = range(wanted.first, wanted.last + 1)
        asked = [self._api.hash_at(height) for height in heights]
        told = [None if self.network.rules & (AUXPOW | MWEB) else self._api.block(digest) for digest in asked]
        blocks = [
            self._api.raw(digest) if said is None else _put_together(said, f"{self.name} block {height}")
            for height, digest, said in zip(heights, asked, told, strict=True)
        ]
        names = [f"{self.name} block {height}" for height in heights]
        raw = gathered(blocks, names)
        parsed = parse(raw, self.network)
        _as_asked(parsed, asked, names)
        _one_chain(parsed, names)
        spent = self._spent(parsed, told, names)
        self._add_up(parsed, spent, wanted, names)
        found = tables(parsed, spent, self.network, Where(heights, [self.name] * len(heights)))
        digest = sha256(raw.data.data)
        digest.update(spent.amount.data)
        return Piece(found, len(raw.data), digest.hexdigest())

    def _spent(self, parsed: Parsed, told: Sequence[Block | None], names: Sequence[str]) -> Spent:
        """What the node says that inputs spent; unknown where it says nothing."""
        spent = nothing_spent(len(parsed.in_tx))
        scripts, row = list[bytes](), 0
        for said, name in zip(told, names, strict=True):
            for entry in () if said is None else said["tx"][1:]:
                for given in _list(entry, "vin", name):
                    coin = given.get("prevout")
                    scripts.append(b"" if coin is None else _hex(coin.get("scriptPubKey", {}), "hex", name))
                    spent.amount[row] = -1 if coin is None else satoshi(coin.get("value"), name)
                    row += 1
            if said is None:
                count = int(parsed.tx_inputs[parsed.tx_block == names.index(name)].sum())
                scripts += [b""] * count
                row += count
        offsets = np.append(0, np.cumsum([len(script) for script in scripts], dtype=np.int64))
        data = np.frombuffer(bytearray(b"".join(scripts) or b"\0"), np.uint8)
        classify_all(data, offsets, self.network.rules, spent.kind, spent.place)
        return spent

    def _add_up(self, parsed: Parsed, spent: Spent, wanted: Range, names: Sequence[str]) -> None:
        """No transaction pays more than it has, and no miner takes more than reward and fees."""
        paid, known = fees(parsed, spent)
        for row in np.flatnonzero(known & (paid < 0))[:1]:
            name = names[parsed.tx_block[row]]
            raise SourceMismatch(
                f"{name}: transaction {parsed.tx_id[row, ::-1].tobytes().hex()} would pay {-paid[row]} more than it"
                " has: what the node says of its inputs cannot be right"
            )
        for block, height in enumerate(range(wanted.first, wanted.last + 1)):
            here = parsed.tx_block == block
            took = int(parsed.tx_paid[here][0])
            if known[here][1:].all() and took > self.network.reward(height) + sum(paid[here][1:].tolist()):
                raise SourceMismatch(
                    f"{names[block]}: its miner took {took}, more than the reward and all fees: what the node says of"
                    " the inputs cannot be right"
                )


def _put_together(said: Block, name: str) -> bytes:
    """The bytes of a block out of a node's answer about it."""
    previous = said.get("previousblockhash")
    header = b"".join(
        (
            (_whole(said, "version", name) & 0xFFFFFFFF).to_bytes(4, "little"),
            bytes(32) if previous is None else _hex(said, "previousblockhash", name)[::-1],
            _hex(said, "merkleroot", name)[::-1],
            (_whole(said, "time", name) & 0xFFFFFFFF).to_bytes(4, "little"),
            _hex(said, "bits", name)[::-1],
            (_whole(said, "nonce", name) & 0xFFFFFFFF).to_bytes(4, "little"),
        )
    )
    entries = _list(said, "tx", name)
    count = len(entries)
    short = bytes([count]) if count < 0xFD else b"\xfd" + count.to_bytes(2, "little")
    if count > 0xFFFF:
        short = b"\xfe" + count.to_bytes(4, "little")
    _fees_agree(entries, name)
    return header + short + b"".join(_hex(entry, "hex", name) for entry in entries)


def _fees_agree(entries: Sequence[Block], name: str) -> None:
    """The fee that the node names is what its own inputs leave."""
    for entry in entries[1:]:
        coins: list[Any] = [given.get("prevout") for given in _list(entry, "vin", name)]
        if "fee" not in entry or None in coins:
            continue
        had = sum(satoshi(coin.get("value"), name) for coin in coins)
        paid = sum(satoshi(made.get("value"), name) for made in _list(entry, "vout", name))
        if had - paid != satoshi(entry["fee"], name):
            raise SourceMismatch(
                f"{name}: transaction {str(entry.get('txid'))[:64]} has {had} and pays {paid}, but the node says that"
                f" its fee is {entry['fee']}: one of its amounts cannot be right"
            )


def _as_asked(parsed: Parsed, asked: Sequence[str], names: Sequence[str]) -> None:
    for row, (digest, name) in enumerate(zip(asked, names, strict=True)):
        found = parsed.hash[row, ::-1].tobytes().hex()
        if found != digest:
            raise SourceMismatch(
                f"{name}: asked for {digest}, and what came has the hash {found}: something of it was changed"
            )


def _one_chain(parsed: Parsed, names: Sequence[str]) -> None:
    """Each block names the one before it; a reorg between two questions gives two that do not fit."""
    for row in range(1, len(names)):
        if parsed.previous[row].tobytes() != parsed.hash[row - 1].tobytes():
            raise SourceMismatch(
                f"{names[row]} does not follow {names[row - 1]}: the chain changed while it was read; start again"
            )


def satoshi(value: object, name: str) -> int:
    """An amount in whole coins as base units, exactly.

    Raises:
        SourceMismatch: it is none.
    """
    try:
        units = parse_amount("" if value is None or isinstance(value, bool) else str(value), DECIMALS)
    except InputError as error:
        raise SourceMismatch(f"{name}: {error}") from None
    if units >= MOST:
        raise SourceMismatch(f"{name}: expected an amount below {MOST} base units, got {str(value)[:40]!r}")
    return units


def _hex(said: Any, field: str, name: str) -> bytes:
    value = said.get(field) if isinstance(said, Mapping) else None
    try:
        return bytes.fromhex(value if isinstance(value, str) else "?")
    except ValueError:
        raise SourceMismatch(f"{name}: {field}: expected hexadecimal, got {str(value)[:40]!r}") from None


def _whole(said: Block, field: str, name: str) -> int:
    value = said.get(field)
    if not isinstance(value, int) or isinstance(value, bool):
        raise SourceMismatch(f"{name}: {field}: expected a whole number, got {str(value)[:40]!r}")
    return value


def _list(said: Any, field: str, name: str) -> Sequence[Block]:
    value = said.get(field) if isinstance(said, Mapping) else None
    if not isinstance(value, list) or not all(isinstance(one, Mapping) for one in value):
        raise SourceMismatch(f"{name}: {field}: expected a list of objects, got {str(value)[:40]!r}")
    return value


def _json(name: str) -> Check:
    """What makes an answer one: all of it, in JSON; else it is asked for again."""

    def checked(answer: bytes) -> bytes:
        try:
            _DECODER.decode(answer)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
            raise SourceUnavailable(f"{name}: expected JSON, got {answer[:40]!r} ({error})") from None
        return answer

    return checked


def _digest(value: object, name: str) -> str:
    if not (isinstance(value, str) and len(value) == 64 and set(value) <= set("0123456789abcdef")):
        raise SourceMismatch(f"{name}: expected a block's hash, got {str(value)[:70]!r}")
    return value


class _Rpc:
    """JSON-RPC of a node."""

    def __init__(self, url: str, patience: Patience | None) -> None:
        self._endpoint = Endpoint(url, patience)
        self.name = self._endpoint.name

    def span(self) -> Range:
        info = self._call("getblockchaininfo")
        return _span(info, self.name)

    def hash_at(self, height: int) -> str:
        return _digest(self._call("getblockhash", height), self.name)

    def block(self, digest: str) -> Block | None:
        try:
            said = self._call("getblock", digest, _WITH_SPENT)
        except SourceError as error:
            if isinstance(error, _Failed):
                return None
            raise
        entries: Any = said.get("tx") if isinstance(said, Mapping) else None
        detailed = isinstance(entries, list) and all(isinstance(one, dict) and "hex" in one for one in entries)
        return said if detailed else None

    def raw(self, digest: str) -> bytes:
        return _hex({"result": self._call("getblock", digest, False)}, "result", f"{self.name} block {digest}")

    def _call(self, method: str, *params: Any) -> Any:
        asked = {"id": 1, "method": method, "params": params}
        answer = _DECODER.decode(self._endpoint.post(asked, _json(f"{self.name} {method}")))
        if not isinstance(answer, Mapping) or ("result" not in answer and "error" not in answer):
            raise SourceMismatch(f"{self.name} {method}: expected an answer of JSON-RPC, got {str(answer)[:60]!r}")
        if answer.get("error"):
            raise _Failed(f"{self.name} {method}: {str(answer['error'])[:200]}")
        return answer.get("result")


class _Failed(SourceError):
    """The node answers that it cannot."""


class _Rest:
    """REST of a node, which needs no password."""

    def __init__(self, url: str, patience: Patience | None) -> None:
        self._endpoint = Endpoint(url, patience)
        self.name = self._endpoint.name

    def span(self) -> Range:
        return _span(self._get("/rest/chaininfo.json"), self.name)

    def hash_at(self, height: int) -> str:
        said = self._get(f"/rest/blockhashbyheight/{height}.json")
        return _digest(said.get("blockhash") if isinstance(said, Mapping) else None, self.name)

    def block(self, digest: str) -> Block | None:
        said = self._get(f"/rest/block/{digest}.json")
        return said if isinstance(said, Mapping) and all("hex" in one for one in _list(said, "tx", self.name)) else None

    def raw(self, digest: str) -> bytes:
        return self._endpoint.get(f"/rest/block/{digest}.bin")

    def _get(self, path: str) -> Any:
        return _DECODER.decode(self._endpoint.get(path, _json(f"{self.name} {path}")))


def _span(info: object, name: str) -> Range:
    said: Block = info if isinstance(info, Mapping) else {}
    return Range(_whole(said, "pruneheight", name) if "pruneheight" in said else 0, _whole(said, "blocks", name))


def rpc_source(url: str, network: Network, patience: Patience | None = None) -> LiveSource:
    """A node's JSON-RPC, as `http://user:password@127.0.0.1:8332`."""
    return LiveSource(_Rpc(url, patience), network)


def rest_source(url: str, network: Network, patience: Patience | None = None) -> LiveSource:
    """A node's REST interface, as `http://127.0.0.1:8332`."""
    return LiveSource(_Rest(url, patience), network)
