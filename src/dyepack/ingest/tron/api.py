"""A TRON node, or TronGrid, as a source of whole blocks over the HTTP API: `wallet/…`.

A block's id is worked out from its header, so that blocks, their times and their order are the chain's; the root of the
transactions is not (see `header`), so that amounts are the node's word.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from typing import Any

import msgspec

from dyepack.errors import InputError, SourceError, SourceMismatch, SourceUnavailable
from dyepack.ingest import assets
from dyepack.ingest.evm.networks import TRON
from dyepack.ingest.evm.records import Decoded, Head, Left
from dyepack.ingest.evm.rows import Refusal, Rows, Sink
from dyepack.ingest.http import Endpoint
from dyepack.ingest.patience import Patience, Unfinished, haste, named_seconds, patiently
from dyepack.ingest.ranges import Range
from dyepack.ingest.tron import records
from dyepack.ingest.tron.decode import decode
from dyepack.ingest.tron.facts import Known
from dyepack.ingest.tron.fields import trc10
from dyepack.ingest.tron.header import block_id
from dyepack.model import Transfer


@dataclass(slots=True)
class TronBlock:
    """One block: its transactions decoded, each with its hash, or refused."""

    head: Head
    parent: str
    root: str
    size: int
    moved: list[tuple[int, str, Decoded | InputError]] = field(default_factory=list)

    def rows(self, rows: Rows, sink: Sink) -> Iterator[Transfer]:
        """Its movements."""
        for index, name, decoded in self.moved:
            if isinstance(decoded, InputError):
                sink.refused.append(Refusal(name, Left("transaction", str(decoded), name)))
            else:
                yield from rows.transaction(self.head, (name, index), decoded, sink)


class Answers:
    """What the node answered since it was last reset."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Begin to count anew."""
        self.size, self._hash = 0, sha256()

    def add(self, answer: bytes) -> None:
        """One more answer."""
        self.size += len(answer)
        self._hash.update(answer)

    @property
    def digest(self) -> str:
        """The hash of all that was answered."""
        return self._hash.hexdigest()


class TronApi:
    """The HTTP API of a node."""

    def __init__(self, url: str, patience: Patience | None = None) -> None:
        self.network = TRON
        self.traces = "internal_transactions"
        self.answers = Answers()
        self._endpoint = Endpoint(url, patience, bans=True)
        self._facts = Known(self._ask)
        self.name = self._endpoint.name

    def span(self) -> Range:
        """The blocks that it has."""
        return Range(0, _number(self._block(self._ask("/wallet/getnowblock", {})), self.name))

    def hash_at(self, height: int) -> str:
        """The hash of the block at this height."""
        said = self._block(self._ask("/wallet/getblockbynum", {"num": height}))
        try:
            return block_id(said["block_header"].get("raw_data", {}))
        except InputError as error:
            raise SourceMismatch(f"{self.name} block {height}: {error}") from None

    def tokens(self, read: Sequence[TronBlock], known: Mapping[str, assets.Recognised]) -> dict[str, assets.Recognised]:
        """TRC-10 tokens by their number; other tokens that are not listed stay as the workspace knows them."""
        decoded = [d for one in read for _, _, d in one.moved if isinstance(d, Decoded)]
        moved = {move.token for one in decoded for move in one.moves if move.token is not None}
        found = {name: known[name] for name in moved if name in known}
        return trc10(moved) | found

    def read(self, wanted: Range) -> list[TronBlock]:
        """These blocks, each following the one before it.

        Raises:
            SourceUnavailable: the node does not answer.
            SourceMismatch: what it says is not what was asked for, or the chain changed meanwhile.
        """
        found: list[TronBlock] = []
        for height in range(wanted.first, wanted.last + 1):
            where = f"{self.name} block {height}"
            try:
                found.append(self._patiently(partial(self._one, height, where)))
            except (InputError, msgspec.ValidationError, KeyError, TypeError) as error:
                raise SourceMismatch(f"{where}: {error}") from None
            if len(found) > 1 and found[-1].parent != found[-2].head.hash:
                raise SourceMismatch(f"{where} does not follow the one before it: the chain changed; start again")
        return found

    def _one(self, height: int, where: str) -> TronBlock:
        asked = self._ask("/wallet/getblockbynum", {"num": height})
        if asked == {}:
            raise Unfinished(f"{where}: the node does not have it yet; ask again later")
        said = self._block(asked)
        name, header = str(said["blockID"]), said["block_header"]["raw_data"]
        if _number(said, where) != height or block_id(header) != name:
            raise SourceMismatch(f"{where}: what came is block {header.get('number', 0)} with the hash {name[:64]}")
        txs, infos = said.get("transactions", []), self._ask("/wallet/gettransactioninfobyblocknum", {"num": height})
        if not isinstance(txs, list) or not isinstance(infos, list):
            raise SourceMismatch(f"{where}: expected lists of transactions and of records, got {str(infos)[:60]}")
        time = datetime.fromtimestamp(int(header.get("timestamp", 0)) / 1000, UTC)
        head = Head(TRON, height, name, time)
        block = TronBlock(head, str(header["parentHash"]), str(header.get("txTrieRoot", "")), len(txs))
        by_id = {records.named(one, "id"): one for one in infos}
        for index, tx in enumerate(txs):
            tx_id = records.named(tx, "txID")
            if tx_id is not None and not by_id.keys() & {tx_id, None}:
                raise Unfinished(f"{where}: no record of transaction {tx_id}; the node is behind, ask again later")
            name = tx_id or f"transaction {index} of block {height}"
            block.moved.append((index, name, self._decoded(tx, by_id.get(tx_id))))
        return block

    def _decoded(self, tx: object, record: object) -> Decoded | InputError:
        """What a transaction moves, or why it is refused; the others of its block do not suffer."""
        try:
            return decode(records.transaction(tx), records.record(record), self._facts)
        except InputError as error:
            return error

    def _block(self, said: Any) -> Mapping[str, Any]:
        if not isinstance(said, Mapping) or "blockID" not in said or not isinstance(said.get("block_header"), Mapping):
            raise SourceMismatch(f"{self.name}: expected a block, got {str(said)[:80]}")
        return said

    def _patiently(self, asked: Callable[[], TronBlock]) -> TronBlock:
        """A block, asked again while the node is behind."""
        return patiently(asked, self._endpoint.patience, self._endpoint.clock, Unfinished)

    def _ask(self, path: str, body: Mapping[str, Any]) -> Any:
        ready = partial(self._ready, path)
        answer = self._endpoint.post_to(path, body, ready) if body else self._endpoint.get(path, ready)
        self.answers.add(answer)
        return msgspec.json.decode(answer)

    def _ready(self, path: str, answer: bytes) -> bytes:
        """An answer that is whole, and no refusal.

        Raises:
            SourceUnavailable: it asks us to wait, or is half of an answer.
            SourceError: it refuses.
        """
        try:
            said = msgspec.json.decode(answer)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise SourceUnavailable(f"{self.name}{path}: expected JSON, got {answer[:40]!r} ({error})") from None
        if isinstance(said, Mapping) and "Error" in said:
            told = str(said["Error"])
            if haste(told):
                raise SourceUnavailable(f"{self.name}{path} asks us to wait: {told[:120]}", named_seconds(told))
            raise SourceError(f"{self.name}{path}: {told[:120]}")
        return answer


def _number(said: Mapping[str, Any], where: str) -> int:
    raw = said["block_header"].get("raw_data", {})
    number = raw.get("number", 0)
    if not isinstance(number, int) or isinstance(number, bool):
        raise SourceMismatch(f"{where}: expected the number of a block, got {number!r:.40}")
    return number
