"""An address's transactions as Etherscan (v2) and Blockscout list them: three lists, put together by transaction.

Lists are asked in pages from the first block on. Explorers show at most ten thousand rows of one question, so after a
full window the next question begins at the last block seen.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from dyepack.errors import SourceError, SourceMismatch, SourceUnavailable
from dyepack.ingest.evm import shapes
from dyepack.ingest.evm.networks import Network
from dyepack.ingest.explorer.asker import Asker, Params
from dyepack.ingest.explorer.gathered import gathered
from dyepack.ingest.explorer.shown import Planned, Shown, Span

LISTS = ("txlist", "txlistinternal", "tokentx")
PAGE = 1000
WINDOW = 10_000
_EMPTY = ("No transactions found", "No internal transactions found", "No token transfers found", "No records found")
_PLACE = {"module": "proxy", "action": "eth_getTransactionByHash"}
Row = Mapping[str, Any]


class Etherscan:
    """One explorer with Etherscan's API, for one chain; `numbered` sends the chain's id, as version 2 wants it."""

    def __init__(self, asker: Asker, network: Network, *, numbered: bool = True) -> None:
        self.network = network
        self.chain = network.chain
        self._asker = asker
        self._start: dict[str, str | int] = {"chainid": network.id} if numbered else {}
        self.page, self.window = PAGE, WINDOW

    def show(self, addresses: Sequence[str], span: Span) -> Shown:
        """All transactions of this span that touch these addresses; raises as `rows` does."""
        return gathered(self, self.rows(addresses, span.first, span.last))

    def rows(self, addresses: Sequence[str], first: int, last: int) -> dict[str, dict[str, list[Row]]]:
        """All rows about addresses between two blocks, by transaction and list.

        A row that is listed for two of them is one row; one that is listed twice for one of them is two.

        Raises:
            SourceError: the explorer does not answer, or not in this form.
        """
        found: dict[str, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
        for name in LISTS:
            counts: dict[str, Counter[bytes]] = defaultdict(Counter)
            for address in addresses:
                here: dict[str, Counter[bytes]] = defaultdict(Counter)
                for row in self._all(name, address, first, last):
                    tx, said = str(row.get("hash") or row.get("transactionHash")), _said(row)
                    here[tx][said] += 1
                    if here[tx][said] > counts[tx][said]:
                        counts[tx][said] += 1
                        found[tx][name].append(row)
        return found

    def planned(self, addresses: Sequence[str], span: Span) -> Iterator[Planned]:
        """The first page of each list of each address; nobody is asked."""
        more = f"the next page while one has {self.page:,} rows; after {self.window:,} again from the last block seen"
        for name in LISTS:
            for address in addresses:
                yield self._asker.planned("", self._asked(name, address, span.first, span.last), more)
        place = {**self._start, **_PLACE, "txhash": "{hash}"}
        yield self._asker.planned("", place, "for each transaction whose place in its block no list says")

    def place(self, tx_hash: str) -> Row | None:
        """A transaction as a node has it: for its place in the block, which lists of internal calls leave away."""
        try:
            said = self._decoded(self._asker.ask("", {**self._start, **_PLACE, "txhash": tx_hash}, self._checked))
        except SourceMismatch:
            return None
        result = said.get("result")
        return result if isinstance(result, Mapping) else None

    def _all(self, name: str, address: str, first: int, last: int) -> Iterator[Row]:
        while True:
            rows = [row for page in self._window(name, address, first, last) for row in page]
            if len(rows) < self.window:
                yield from rows
                return
            top = _block(rows[-1])
            yield from (row for row in rows if _block(row) < top)
            if top <= first:
                raise SourceError(
                    f"{name} of {address}: block {first} alone has more rows than the explorer shows; use a node"
                )
            first = top

    def _window(self, name: str, address: str, first: int, last: int) -> Iterator[Sequence[Row]]:
        for page in range(1, self.window // self.page + 1):
            params = {**self._asked(name, address, first, last), "page": page}
            said = self._decoded(self._asker.ask("", params, self._checked))
            rows = said.get("result")
            if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
                raise SourceMismatch(f"{name} of {address}: expected a list of rows, got {str(rows)[:80]!r}")
            yield rows
            if len(rows) < self.page:
                return

    def _asked(self, name: str, address: str, first: int, last: int) -> Params:
        """What the first page of a list is asked for with."""
        params: dict[str, str | int] = {"module": "account", "action": name, "address": address, "sort": "asc"}
        return {**self._start, **params, "startblock": first, "endblock": last, "page": 1, "offset": self.page}

    def _checked(self, answer: bytes) -> bytes:
        """An answer that is one; being told to slow down is none.

        Raises:
            SourceUnavailable: it asks us to wait.
            SourceMismatch: it refuses, or is no answer of this API.
        """
        said = self._decoded(answer)
        message, result = str(said.get("message", "")), said.get("result")
        if "rate limit" in str(result).lower() or "rate limit" in message.lower():
            raise SourceUnavailable(f"{self._asker.url} asks us to wait: {str(result)[:80]}")
        failed = str(said.get("status", "1")) == "0" and message not in _EMPTY and result != []
        if failed or "result" not in said:
            raise SourceMismatch(f"{self._asker.url} refuses: {message} {str(result)[:120]}".rstrip())
        return answer

    def _decoded(self, answer: bytes) -> Row:
        try:
            said = msgspec.json.decode(answer)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            said = None
        if not isinstance(said, dict):
            raise SourceMismatch(f"{self._asker.url}: expected an object in JSON, got {answer[:60]!r}")
        return said


def _said(row: Row) -> bytes:
    """A row without what changes from day to day."""
    return msgspec.json.encode({k: v for k, v in row.items() if k != "confirmations"}, order="sorted")


def _block(row: Row) -> int:
    return shapes.number(row.get("blockNumber"), "blockNumber")
