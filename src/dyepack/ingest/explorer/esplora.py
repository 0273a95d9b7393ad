"""An address's transactions as Esplora lists them (mempool.space, blockstream.info): what can be checked, is.

A transaction is put together again and must have its own id, so that no output and no spent place can be other than the
chain's; a path of hashes must lead from it to the root in its block's header, and the header must have the block's
hash. What its inputs were worth is the explorer's word, held against the fee and, in `ingest check`, against outputs
that are there. A list must have as many transactions as the explorer says that the address has, else it is asked again.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from typing import Any

import msgspec
import pyarrow as pa

from dyepack.errors import InputError, SourceUnavailable
from dyepack.ingest.bitcoin import flatten
from dyepack.ingest.bitcoin.network import Network
from dyepack.ingest.evm.records import Left
from dyepack.ingest.evm.rows import Refusal
from dyepack.ingest.explorer.asker import Asker, Question
from dyepack.ingest.explorer.shown import Planned, Shown, Span, decoded, source_of
from dyepack.ingest.explorer.steady import Torn, steady
from dyepack.ingest.http import Missing
from dyepack.ingest.patience import Unfinished

_MOST = 2**63


class Coin(msgspec.Struct):
    """An output: who may spend it, and how much it is."""

    scriptpubkey: str
    value: int


class Spent(msgspec.Struct):
    """An input; `prevout` is the output that it spends, which a coinbase has none of."""

    txid: str
    vout: int
    sequence: int
    scriptsig: str = ""
    prevout: Coin | None = None
    is_coinbase: bool = False


class Status(msgspec.Struct):
    """Where it stands; nowhere yet where it is not confirmed."""

    confirmed: bool
    block_height: int = -1
    block_hash: str = ""


class Listed(msgspec.Struct):
    """A transaction as lists have it."""

    txid: str
    version: int
    locktime: int
    fee: int
    vin: list[Spent]
    vout: list[Coin]
    status: Status


class Stats(msgspec.Struct):
    """How many confirmed transactions an address has."""

    tx_count: int


class Address(msgspec.Struct):
    """What an explorer says of an address."""

    chain_stats: Stats


class Path(msgspec.Struct):
    """The hashes that lead from a transaction to the root of its block, and its place there."""

    merkle: list[str]
    pos: int
    block_height: int


class Header(msgspec.Struct):
    """A block's header, and how many transactions it has."""

    id: str
    height: int
    version: int
    timestamp: int
    tx_count: int
    merkle_root: str
    bits: int
    nonce: int
    previousblockhash: str | None = None


class Standing(msgspec.Struct):
    """Where a block stands."""

    height: int


class Esplora:
    """One explorer with Esplora's API, for one chain of Bitcoin's form."""

    def __init__(self, asker: Asker, network: Network) -> None:
        self.chain = network.name
        self.network = network
        self._asker = asker
        self._headers: dict[str, Header] = {}
        self._anchor: tuple[int, bytes] | None = None

    def show(self, addresses: Sequence[str], span: Span) -> Shown:
        """All transactions of this span that touch these addresses.

        Raises:
            SourceError: it does not answer, or not in its form, or its lists stay unfinished.
        """
        return steady(self._asker, lambda: self._read(addresses, span), self._moved)

    def _read(self, addresses: Sequence[str], span: Span) -> Shown:
        self._anchor, self._headers = None, {}
        settled = span.behind(self.chain, self._tip())
        self._anchor = settled.last, self._asker.ask(*self._at(settled.last)[:3])
        self._asker.hold()
        listed: dict[str, Listed] = {}
        for address in addresses:
            found = self._asker.whole(partial(self._list, address, settled))
            listed |= {tx.txid: tx for tx in found}
        self._asker.keep()
        rows, refused = list[dict[str, Any]](), list[Refusal]()
        for txid, tx in sorted(listed.items()):
            try:
                rows.append(self._row(tx))
            except InputError as error:
                refused.append(Refusal(self.chain, Left("transaction", str(error), txid)))
        return self._shown(rows, refused)

    def planned(self, addresses: Sequence[str], span: Span) -> Iterator[Planned]:
        """The tip, the last settled block, and each address's list; nobody is asked."""
        yield self._asker.planned("/blocks/tip/hash", {}, "first, and that block, to stay behind the tip")
        yield self._asker.planned("/block-height/{number}", {}, "the last settled block, before all and after it")
        for address in addresses:
            yield self._asker.planned(f"/address/{address}", {}, "how many transactions there are to list")
            more = f"the page after its last transaction, newest first, down to block {span.first:,}"
            yield self._asker.planned(f"/address/{address}/txs/chain", {}, more)
        yield self._asker.planned("/tx/{hash}/merkle-proof", {}, "for each transaction")
        yield self._asker.planned("/block/{hash}", {}, "for each block that has one of them")

    def _tip(self) -> int:
        """How high the chain is: by the hash of its last block, as half of a number is a number too."""
        name = self._asker.ask("/blocks/tip/hash", {}, _digest).decode()
        try:
            return self._ask(f"/block/{name}/status", Standing).height  # type: ignore[no-any-return]
        except Missing:
            raise Torn(f"{self._asker.url}: its last block, {name}, is gone; ask again later") from None

    def _at(self, height: int) -> Question:
        return Question(f"/block-height/{height}", {}, _digest)

    def _moved(self, since: int) -> bool:
        """Whether the last settled block is another one than it was."""
        if self._anchor is None:
            return False
        height, name = self._anchor
        return self._asker.once_more(self._at(height), since) != name

    def _list(self, address: str, span: Span) -> list[Listed]:
        return [*self._all(address, span)]

    def _all(self, address: str, span: Span) -> Iterator[Listed]:
        """Its confirmed transactions, newest first; those of the span are given, the others only counted.

        Raises:
            Unfinished: they are not as many as the address is said to have, or not in this order.
        """
        there = self._ask(f"/address/{address}", Address).chain_stats.tx_count
        seen, last, below = set[str](), "", _MOST
        while page := self._ask(f"/address/{address}/txs/chain{last and '/'}{last}", list[Listed]):
            for tx in page:
                height = tx.status.block_height
                if not tx.status.confirmed or tx.txid in seen or not 0 <= height <= below:
                    raise Unfinished(
                        f"{self._asker.url}: the list of {address} is not one of confirmed transactions, each once,"
                        f" newest first: at {tx.txid[:64]} of block {height}; ask again later, or use a node"
                    )
                seen.add(tx.txid)
                below = height
                if span.first <= height <= span.last:
                    yield tx
            last = page[-1].txid
            if below < span.first:
                return
        if len(seen) != there:
            raise Unfinished(
                f"{self._asker.url} says that {address} has {there} transactions, and lists {len(seen)}; ask again"
                " later, or use a node"
            )

    def _row(self, tx: Listed) -> dict[str, Any]:
        """A transaction in the columns of `flatten`.

        Raises:
            InputError: it does not add up, or does not have its id.
        """
        txid = identity(tx)
        if txid[::-1].hex() != tx.txid:
            raise InputError(f"the transaction that the explorer shows has the id {txid[::-1].hex()}")
        coinbase = any(one.is_coinbase for one in tx.vin)
        spent = [] if coinbase else [_spent(place, one) for place, one in enumerate(tx.vin)]
        left = sum(one["value"] for one in spent) - sum(_value(one) for one in tx.vout)
        if not coinbase and left != tx.fee:
            raise InputError(f"its inputs leave {left} of its outputs, and the explorer says that its fee is {tx.fee}")
        header, place = self._place(tx, txid)
        return {
            "tx_hash": tx.txid,
            "block": header.height,
            "block_hash": header.id,
            "time": datetime.fromtimestamp(header.timestamp, UTC),
            "coinbase": coinbase,
            "tx_index": place,
            "inputs": spent,
            "outputs": [
                {"index": index, "script": one.scriptpubkey, "type": None, "address": None, "value": _value(one)}
                for index, one in enumerate(tx.vout)
            ],
            "source": source_of(self.chain),
            "line": 0,
        }

    def _place(self, tx: Listed, txid: bytes) -> tuple[Header, int]:
        """The block that the transaction is in, by its hashes, and its place in it."""
        header = self._header(tx.status.block_hash)
        path = self._ask(f"/tx/{tx.txid}/merkle-proof", Path)
        inside = 0 <= path.pos < min(header.tx_count, 1 << len(path.merkle))
        if header.height != tx.status.block_height or not inside or led(txid, path)[::-1].hex() != header.merkle_root:
            raise InputError(f"its hashes do not lead to the root of block {header.height} ({header.id})")
        return header, path.pos

    def _header(self, name: str) -> Header:
        if name not in self._headers:
            header = self._ask(f"/block/{_hex(name, 32).hex()}", Header)
            if hashed(header)[::-1].hex() != name or header.id != name:
                raise InputError(f"the header that the explorer shows for block {name} has another hash")
            self._headers[name] = header
        return self._headers[name]

    def _shown(self, rows: Sequence[dict[str, Any]], refused: Sequence[Refusal]) -> Shown:
        names = {row["block_hash"] for row in rows}
        blocks = [_block(one, self.chain) for one in self._headers.values() if one.id in names]
        scripts = sorted({one["script"] for row in rows for one in row["inputs"]})
        owners = dict(zip(scripts, flatten.owners(scripts, self.network), strict=True))
        for row in rows:
            row["inputs"] = [{**one, "address": owners[one["script"]]} for one in row["inputs"]]
        given = pa.Table.from_pylist(rows, schema=flatten.TRANSACTIONS)
        flat = flatten.flatten(given, pa.Table.from_pylist(blocks, schema=flatten.BLOCKS), self.network)
        return Shown(flat.tables, refused)

    def _ask(self, path: str, kind: Any) -> Any:
        where = self._asker.url + path

        def checked(answer: bytes) -> bytes:
            decoded(answer, kind, where)
            return answer

        return decoded(self._asker.ask(path, {}, checked), kind, where)


def _digest(answer: bytes) -> bytes:
    """A hash in hex, all of it."""
    if len(answer) != 64 or set(answer) - set(b"0123456789abcdef"):
        raise SourceUnavailable(f"expected the hash of a block, got {answer[:80]!r}; try again later")
    return answer


def _spent(place: int, one: Spent) -> dict[str, Any]:
    """An input of `flatten`, with the script of what it spends."""
    if one.prevout is None:
        raise InputError(f"input {place}: expected the output that it spends")
    _hex(one.prevout.scriptpubkey)
    named = {"index": place, "hash": one.txid, "place": one.vout, "script": one.prevout.scriptpubkey}
    return {**named, "value": _value(one.prevout)}


def _value(coin: Coin) -> int:
    if not 0 <= coin.value < _MOST:
        raise InputError(f"expected an amount in base units, got {coin.value}")
    return coin.value


def _block(header: Header, chain: str) -> dict[str, Any]:
    return {
        "block": header.height,
        "hash": header.id,
        "previous": header.previousblockhash,
        "time": datetime.fromtimestamp(header.timestamp, UTC),
        "root": header.merkle_root,
        "transactions": header.tx_count,
        "source": source_of(chain),
    }


def identity(tx: Listed) -> bytes:
    """A transaction's id, from what it says, in the order of bytes in which it is hashed.

    Raises:
        InputError: something of it has no place in a transaction.
    """
    parts = [_number(tx.version, 4), _size(len(tx.vin))]
    for spent in tx.vin:
        script = _hex(spent.scriptsig)
        parts += [_hex(spent.txid, 32)[::-1], _number(spent.vout, 4), _size(len(script)), script]
        parts.append(_number(spent.sequence, 4))
    parts.append(_size(len(tx.vout)))
    for made in tx.vout:
        script = _hex(made.scriptpubkey)
        parts += [_number(_value(made), 8), _size(len(script)), script]
    return _twice(b"".join([*parts, _number(tx.locktime, 4)]))


def hashed(header: Header) -> bytes:
    """The hash of a block's header, in the order of bytes in which it is hashed."""
    before = bytes(32) if header.previousblockhash is None else _hex(header.previousblockhash, 32)[::-1]
    numbers = [_number(one, 4) for one in (header.timestamp, header.bits, header.nonce)]
    return _twice(b"".join([_number(header.version, 4), before, _hex(header.merkle_root, 32)[::-1], *numbers]))


def led(txid: bytes, path: Path) -> bytes:
    """Where the hashes beside it lead from a transaction."""
    found, place = txid, path.pos
    for other in path.merkle:
        pair = (_hex(other, 32)[::-1], found) if place & 1 else (found, _hex(other, 32)[::-1])
        found, place = _twice(b"".join(pair)), place >> 1
    return found


def _twice(data: bytes) -> bytes:
    return sha256(sha256(data).digest()).digest()


def _number(value: int, size: int) -> bytes:
    """A number in so many bytes; versions of transactions have been read as signed and as unsigned."""
    try:
        return value.to_bytes(size, "little", signed=value < 0)
    except OverflowError:
        raise InputError(f"expected a number of {size} bytes, got {value}") from None


def _size(count: int) -> bytes:
    for mark, size in ((b"", 1), (b"\xfd", 2), (b"\xfe", 4)):
        if count < (0xFD if size == 1 else 1 << 8 * size):
            return mark + count.to_bytes(size, "little")
    raise InputError(f"expected fewer than {count} items")


def _hex(text: str, size: int | None = None) -> bytes:
    try:
        data = bytes.fromhex(text)
    except ValueError:
        data = None
    if data is None or size not in (None, len(data)):
        raise InputError(f"expected {size or 'whole'} bytes in hexadecimal, got {text!r:.80}")
    return data
