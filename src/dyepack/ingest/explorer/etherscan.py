"""An address's transactions as Etherscan (v2) and Blockscout list them: three lists, put together by transaction.

Each list is read until it is whole (`listed`), up to the chain's confirmations behind the tip, and all of one chain
(`steady`). What an answer means is in `verdict`. Blockscout has no proxy of a node as Etherscan has; it is asked at
`/eth-rpc` for what lists leave away.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dyepack.errors import InputError, SourceMismatch
from dyepack.ingest.evm import shapes
from dyepack.ingest.evm.networks import Network
from dyepack.ingest.explorer import listed, verdict
from dyepack.ingest.explorer.asker import Asker, Params, Question
from dyepack.ingest.explorer.gathered import gathered
from dyepack.ingest.explorer.shown import Planned, Shown, Span
from dyepack.ingest.explorer.steady import Torn, steady
from dyepack.ingest.patience import Unfinished

LISTS = ("txlist", "txlistinternal", "tokentx")
PAGE = 1000
WINDOW = 10_000
_RPC = "/eth-rpc"
_NAMES = {"eth_getTransactionByHash": ("txhash",), "eth_getBlockByNumber": ("tag", "boolean")}
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Listing:
    """One list of one address between two blocks."""

    of: "Etherscan"
    action: str
    address: str
    first: int
    last: int

    @property
    def name(self) -> str:
        return f"{self.action} of {self.address}"

    def window(self, first: int) -> tuple[Sequence[Sequence[Row]], bool]:
        pages = list[Sequence[Row]]()
        for page in range(1, self.of.window // self.of.page + 1):
            pages.append(self.of.page_of(self, first, page, newest=False))
            if len(pages[-1]) < self.of.page:
                return pages, False
        return pages, True

    def newest(self) -> Sequence[Row]:
        return self.of.page_of(self, self.first, 1, newest=True)


class Etherscan:
    """One explorer with Etherscan's API, for one chain; `numbered` sends the chain's id, as version 2 wants it."""

    def __init__(self, asker: Asker, network: Network, *, numbered: bool = True) -> None:
        self.network = network
        self.chain = network.chain
        self._asker = asker
        self._start: dict[str, str | int] = {"chainid": network.id} if numbered else {}
        self.page, self.window = PAGE, WINDOW
        self._anchor: tuple[int, str | None] | None = None
        self._read: list[_Listing] = []

    def show(self, addresses: Sequence[str], span: Span) -> Shown:
        """All transactions of this span that touch these addresses.

        Raises:
            SourceError: it does not answer, or not in its form, or its lists stay unfinished.
        """
        return steady(self._asker, lambda: self._shown(addresses, span), self._moved)

    def _shown(self, addresses: Sequence[str], span: Span) -> Shown:
        self._anchor, self._read = None, []
        settled = span.behind(self.chain, self._tip())
        self._anchor = settled.last, self._hash(settled.last)
        self._asker.hold()
        found = self.rows(addresses, settled.first, settled.last)
        for words in listed.torn(found):
            raise Torn(f"{self._asker.url}: {words}: its lists are of two chains; ask again later")
        self._asker.keep()
        return gathered(self, found)

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
                for row in self._all(_Listing(self, name, address, first, last)):
                    tx, said = str(row.get("hash") or row.get("transactionHash")), listed.identity(row)
                    here[tx][said] += 1
                    if here[tx][said] > counts[tx][said]:
                        counts[tx][said] += 1
                        found[tx][name].append(row)
        return found

    def planned(self, addresses: Sequence[str], span: Span) -> Iterator[Planned]:
        """The tip, the last settled block, and the first and the newest page of each list; nobody is asked."""
        node = (
            ("eth_blockNumber", (), "first, to stay behind the tip"),
            ("eth_getBlockByNumber", ("{number}", "false"), "the last settled block, before the lists and after them"),
            ("eth_getTransactionByHash", ("{hash}",), "for each transaction whose place in its block no list says"),
        )
        for method, given, then in node:
            yield self._asker.planned("", self._proxy(method, given), then)
        more = f"the next page while one has {self.page:,} rows; after {self.window:,} again from the last block seen"
        for name in LISTS:
            for address in addresses:
                params = self._asked(_Listing(self, name, address, span.first, 0), span.first, 1, newest=False)
                for sort, then in (("asc", more), ("desc", "whether it ends as what came")):
                    yield self._asker.planned("", {**params, "endblock": "{number}", "sort": sort}, then)

    def place(self, tx_hash: str) -> Row | None:
        """A transaction as a node has it: for its place in the block, which lists of internal calls leave away."""
        found = self._node("eth_getTransactionByHash", (tx_hash,))
        return found if isinstance(found, Mapping) else None

    def page_of(self, of: _Listing, first: int, page: int, *, newest: bool) -> Sequence[Row]:
        """One page of a list; that no row comes back is an answer only in the words that say so."""
        params = self._asked(of, first, page, newest=newest)
        return verdict.rows(self._asker.ask("", params, self._listing(of, newest=newest)), of.name)

    def _listing(self, of: _Listing, *, newest: bool) -> Any:
        def checked(answer: bytes) -> bytes:
            rows = verdict.rows(answer, f"{self._asker.url} {of.name}")
            if not listed.in_order(rows, newest=newest):
                raise Unfinished(f"{self._asker.url} {of.name}: its rows do not come in the order of blocks")
            return answer

        return checked

    def _all(self, of: _Listing) -> list[Row]:
        self._read.append(of)
        return self._asker.whole(lambda: listed.whole(of))

    def _asked(self, of: _Listing, first: int, page: int, *, newest: bool) -> Params:
        """What a page of a list is asked for with."""
        params: dict[str, str | int] = {"module": "account", "action": of.action, "address": of.address}
        params |= {"startblock": first, "endblock": of.last, "sort": "desc" if newest else "asc"}
        return {**self._start, **params, "page": page, "offset": self.page}

    # What a node would say

    def _tip(self) -> int:
        said = self._node("eth_blockNumber", ())
        if said is None:
            params = {**self._start, "module": "block", "action": "eth_block_number"}
            said = verdict.result(self._asker.ask("", params, self._result), self._asker.url)
        try:
            return shapes.number(said, "eth_blockNumber")
        except InputError as error:
            raise SourceMismatch(f"{self._asker.url}: {error}") from None

    def _hash(self, height: int) -> str | None:
        """The hash of a block, if the explorer says it."""
        return _hash_of(self._node("eth_getBlockByNumber", (hex(height), "false")))

    def _node(self, method: str, params: Sequence[str]) -> Any:
        """What a node says: by Etherscan's proxy, or as Blockscout has it; none where the explorer has neither."""
        for question in self._ways(method, params):
            ask = self._asker.post if question.body else self._asker.ask
            try:
                return verdict.result(ask(question.path, question.params, question.check), self._asker.url)
            except SourceMismatch:
                continue
        return None

    def _ways(self, method: str, params: Sequence[str]) -> Iterator[Question]:
        """The questions by which a node may be asked; Etherscan itself has its proxy alone."""
        yield Question("", self._proxy(method, params), self._result)
        if not self._start:
            given: list[str | bool] = [one == "true" if one in ("true", "false") else one for one in params]
            body: Any = {"jsonrpc": "2.0", "id": 1, "method": method, "params": given}
            yield Question(_RPC, body, self._result, body=True)

    def _proxy(self, method: str, params: Sequence[str]) -> Params:
        given = dict(zip(_NAMES.get(method, ()), params, strict=False))
        return {**self._start, "module": "proxy", "action": method, **given}

    def _result(self, answer: bytes) -> bytes:
        verdict.result(answer, self._asker.url)
        return answer

    def _moved(self, since: int) -> bool:
        """Whether the chain is another one than when the lists were begun."""
        if self._anchor is None:
            return False
        height, name = self._anchor
        if name is None:
            return any(self._changed(of, since) for of in self._read)
        for question in self._ways("eth_getBlockByNumber", (hex(height), "false")):
            try:
                said = verdict.result(self._asker.once_more(question, since), self._asker.url)
            except SourceMismatch:
                continue
            return _hash_of(said) != name
        return True

    def _changed(self, of: _Listing, since: int) -> bool:
        """Whether the newest rows of a list are others than they were, where nobody says the hash of a block."""
        params = self._asked(of, of.first, 1, newest=True)
        question = Question("", params, self._listing(of, newest=True))
        now = verdict.rows(self._asker.once_more(question, since), of.name)
        before = of.newest()
        return Counter(map(listed.identity, now)) != Counter(map(listed.identity, before))


def _hash_of(said: Any) -> str | None:
    found = said.get("hash") if isinstance(said, Mapping) else None
    return found.lower() if isinstance(found, str) else None
