"""An address's transactions as TronGrid lists them; what each of them moved is read from its block and its record.

Two lists, in pages of two hundred, each naming the next by its fingerprint: transactions (with calls inside others'),
and TRC-20 transfers. Nothing says how long a list is, so each is read from both its ends, and asked again until both
readings have the same rows. Lists only say which transactions there are. Each one's record says its block, and the
block its place and what was signed, so that all of it is decoded as from a node: TRX, TRC-10, TRC-20, internal, fees. A
transfer that a list has and the record has not refuses the transaction.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import product
from typing import Any, NamedTuple

import msgspec

from dyepack.errors import InputError, SourceMismatch, SourceUnavailable
from dyepack.ingest.evm import shapes
from dyepack.ingest.evm.networks import TRON
from dyepack.ingest.evm.notes import unread_whole
from dyepack.ingest.evm.records import Decoded, Head, Left
from dyepack.ingest.evm.rows import Refusal
from dyepack.ingest.explorer.asker import Asker, Params, Question
from dyepack.ingest.explorer.shown import Planned, Shown, Span, begun, decoded, movements
from dyepack.ingest.explorer.steady import steady
from dyepack.ingest.http import Check
from dyepack.ingest.patience import Unfinished, haste, named_seconds
from dyepack.ingest.tron import records
from dyepack.ingest.tron.decode import decode
from dyepack.ingest.tron.facts import Known
from dyepack.ingest.tron.fields import address as tron_address
from dyepack.ingest.tron.fields import trc10
from dyepack.ingest.tron.header import block_id
from dyepack.model import Transfer

PAGE = 200
_LISTS = ("/v1/accounts/{}/transactions", "/v1/accounts/{}/transactions/trc20")
_ORDERS = ("asc", "desc")
_RECORD, _BLOCK = "/walletsolidity/gettransactioninfobyid", "/walletsolidity/getblockbynum"
Row = Mapping[str, Any]


class Meta(msgspec.Struct):
    """Where the next page is."""

    fingerprint: str | None = None


class Answer(msgspec.Struct):
    """One page of a list."""

    success: bool
    data: list[dict[str, Any]] = []
    meta: Meta = msgspec.field(default_factory=Meta)
    error: str = ""


class Header(msgspec.Struct):
    """A block's header."""

    raw_data: dict[str, Any]

    @property
    def number(self) -> int:
        """The block's; the first block's is not said."""
        return int(self.raw_data.get("number", 0))

    @property
    def timestamp(self) -> int:
        """In milliseconds."""
        return int(self.raw_data.get("timestamp", 0))


class Block(msgspec.Struct):
    """A block with its transactions."""

    name: str = msgspec.field(name="blockID")
    header: Header = msgspec.field(name="block_header")
    transactions: list[Any] = []


class Said(NamedTuple):
    """A transfer of a token, as the list of them has it."""

    contract: str
    payer: str
    payee: str
    amount: int


class TronGrid:
    """TronGrid, or a server like it."""

    def __init__(self, asker: Asker) -> None:
        self.chain = TRON.chain
        self.page = PAGE
        self._asker = asker
        self._blocks: dict[int, Block] = {}
        self._anchor: tuple[int, str] | None = None
        self._facts = Known(
            lambda path, body: msgspec.json.decode(self._answer(path, body, dict[str, Any], empty=True))
        )

    def _paged(self, order: str = "asc") -> dict[str, str | int]:
        return {"limit": self.page, "only_confirmed": "true", "order_by": f"block_timestamp,{order}"}

    def show(self, addresses: Sequence[str], span: Span) -> Shown:
        """All transactions of this span that touch these addresses.

        Raises:
            SourceError: it does not answer, or not in its form, or its lists stay unfinished.
        """
        return steady(self._asker, lambda: self._shown(addresses, span), self._moved)

    def _shown(self, addresses: Sequence[str], span: Span) -> Shown:
        self._anchor, self._blocks = None, {}
        settled = span.behind(self.chain, self._tip())
        self._anchor = settled.last, self._block(settled.last).name
        self._asker.hold()
        listed = self._listed(addresses, settled)
        self._asker.keep()
        sink, rows = begun(self.chain)
        moves = list[Transfer]()
        for name, said in sorted(listed.items()):
            try:
                found = self._one(name, said, settled)
            except InputError as error:
                sink.refused.append(Refusal(self.chain, Left("transaction", str(error), name)))
                sink.notes += unread_whole(self.chain, name, _parties(said), str(error), sink.source)
                continue
            if found is not None:
                head, index, out = found
                sink.tokens.told |= trc10(move.token for move in out.moves)
                moves += rows.transaction(head, (name, index), out, sink)
        return movements(moves, sink)

    def _moved(self, since: int) -> bool:
        """Whether the last settled block is another one than it was."""
        if self._anchor is None:
            return False
        height, name = self._anchor
        question = Question(_BLOCK, {"num": height}, self._checked(_BLOCK, {"num": height}, Block), body=True)
        said: Block = decoded(self._asker.once_more(question, since), Block, self._asker.url)
        return said.name != name

    def _tip(self) -> int:
        header = self._post("/wallet/getnowblock", {}, Block).header
        try:
            block_id(header.raw_data)
        except InputError as error:
            raise SourceMismatch(f"{self._asker.url}/wallet/getnowblock: {error}") from None
        return int(header.number)

    def planned(self, addresses: Sequence[str], span: Span) -> Iterator[Planned]:
        """The tip, the blocks that bound the lists in time, and each address's lists; nobody is asked."""
        yield self._asker.planned_post("/wallet/getnowblock", {}, "first, to stay behind the tip")
        bounds: dict[str, str | int] = {"max_timestamp": "{time}"}
        if span.first > 0:
            yield self._asker.planned_post(_BLOCK, {"num": span.first}, "when the span begins")
            bounds["min_timestamp"] = "{time}"
        yield self._asker.planned_post(
            _BLOCK, {"num": "{number}"}, "the last settled block of the span and when it was, before all and after it"
        )
        for address in addresses:
            for path, order in product(_LISTS, _ORDERS):
                more = "the page that the answer names by its fingerprint, while it names one"
                yield self._asker.planned(path.format(address), {**self._paged(order), **bounds}, more)
        yield self._asker.planned_post(_RECORD, {"value": "{hash}"}, "for each transaction")
        yield self._asker.planned_post(_BLOCK, {"num": "{number}"}, "for each block that has one of them")

    def _listed(self, addresses: Sequence[str], span: Span) -> dict[str, list[Row]]:
        """The ids of the transactions that touch addresses, each with what the list of token transfers says of it."""
        found: dict[str, list[Row]] = defaultdict(list)
        for address in addresses:
            for row in self._both(_LISTS[0].format(address), span):
                found[_id(row.get("txID", row.get("tx_id")))] += ()
            for row in self._both(_LISTS[1].format(address), span):
                found[_id(row.get("transaction_id"))].append(row)
        return found

    def _both(self, path: str, span: Span) -> list[Row]:
        """The rows of a list, which must be the same from both its ends."""

        def read() -> list[Row]:
            oldest, newest = ([*self._all(path, span, order)] for order in _ORDERS)
            if Counter(map(_row, oldest)) != Counter(map(_row, newest)):
                raise Unfinished(
                    f"{self._asker.url}{path}: {len(oldest)} rows from its oldest on and {len(newest)} from its newest,"
                    " and not the same: the list is not whole yet; ask again later"
                )
            return oldest

        return self._asker.whole(read)

    def _all(self, path: str, span: Span, order: str) -> Iterator[Row]:
        """The rows of a list in this order, page after page; times bound it where the span is bounded."""
        params = {**self._paged(order), "max_timestamp": self._block(span.last).header.timestamp}
        if span.first > 0:
            params["min_timestamp"] = self._block(span.first).header.timestamp
        seen = set[str]()
        while True:
            page = self._get(path, params)
            yield from page.data
            mark = page.meta.fingerprint
            if mark is None or not page.data:
                return
            if mark in seen:
                raise SourceMismatch(f"{self._asker.url}{path}: the page after {mark[:40]} is that page again")
            seen.add(mark)
            params["fingerprint"] = mark

    def _one(self, name: str, listed: Sequence[Row], span: Span) -> tuple[Head, int, Decoded] | None:
        """A transaction decoded, with its place; nothing of one outside of the span.

        Raises:
            InputError: what is said of it in different places does not fit together.
        """
        info = records.record(msgspec.json.decode(self._answer(_RECORD, {"value": name}, records.Named)))
        if not span.first <= info.block <= span.last:
            return None
        block = self._block(info.block)
        ids = [records.named(tx, "txID") for tx in block.transactions]
        index = ids.index(name) if name in ids else None
        if index is None:
            raise InputError(f"its record says block {info.block}, which does not have it")
        out = decode(records.transaction(block.transactions[index]), info, self._facts)
        moved = {Said(move.token or "", move.payer, move.payee, move.amount) for move in out.moves}
        pieces = {tron_address(log.address, "address") for log in info.log if len(log.topics) == 4}
        strange = [one for one in _said(listed) if one not in moved and one.contract not in pieces]
        if strange:
            raise InputError(f"a list has a transfer of it that its record has not: {strange[0]}")
        return Head(TRON, info.block, block.name, _time(block)), index, out

    def _block(self, height: int) -> Block:
        """A block that no longer changes.

        Raises:
            SourceMismatch: what comes is another one.
        """
        if height not in self._blocks:
            block = self._post(_BLOCK, {"num": height}, Block)
            where = f"{self._asker.url} block {height}"
            try:
                made = block_id(block.header.raw_data)
            except InputError as error:
                raise SourceMismatch(f"{where}: {error}") from None
            if block.header.number != height or block.name != made:
                raise SourceMismatch(
                    f"{where}: what came is block {block.header.number} with the hash {block.name[:64]}"
                )
            self._blocks[height] = block
        return self._blocks[height]

    def _get(self, path: str, params: Params) -> Answer:
        where = self._asker.url + path

        def checked(answer: bytes) -> bytes:
            _refused(answer, where)
            page = decoded(answer, Answer, where)
            if not page.success:
                raise SourceMismatch(f"{where} refuses: {page.error[:120] or answer[:120]!r}")
            return answer

        page: Answer = decoded(self._asker.ask(path, params, checked), Answer, where)
        return page

    def _post(self, path: str, body: Params, kind: Any) -> Any:
        """The answer to a question, in this form."""
        return decoded(self._answer(path, body, kind), kind, self._asker.url + path)

    def _answer(self, path: str, body: Params, kind: Any, *, empty: bool = False) -> bytes:
        """The answer that was sent.

        Raises:
            SourceError: it does not answer, or not in this form.
        """
        return self._asker.post(path, body, self._checked(path, body, kind, empty=empty))

    def _checked(self, path: str, body: Params, kind: Any, *, empty: bool = False) -> Check:
        """What makes an answer one; an empty one says that it is not there yet, unless it may be so."""
        where = self._asker.url + path

        def checked(answer: bytes) -> bytes:
            if answer.strip() == b"{}" and not empty:
                raise Unfinished(f"{where} has nothing yet for {body}; ask again later")
            _refused(answer, where)
            decoded(answer, kind, where)
            return answer

        return checked


def _parties(listed: Sequence[Row]) -> Iterator[tuple[object, object]]:
    """Who pays and who is paid in the rows of one transaction, as far as they say it."""
    for row in listed:
        if "from" in row or "to" in row:
            yield row.get("from"), row.get("to")
        contracts = row.get("raw_data", {}).get("contract", ()) if isinstance(row.get("raw_data"), dict) else ()
        for contract in contracts if isinstance(contracts, list) else ():
            value = contract.get("parameter", {}).get("value", {}) if isinstance(contract, dict) else {}
            yield value.get("owner_address"), value.get("to_address") or value.get("contract_address")


def _refused(answer: bytes, where: str) -> None:
    """Raise what an answer says that is none: wait, or no."""
    said = decoded(answer, Any, where)
    told = (said.get("Error") or said.get("error")) if isinstance(said, Mapping) else None
    if told and haste(str(told)):
        raise SourceUnavailable(f"{where} asks us to wait: {str(told)[:120]}", named_seconds(str(told)))
    if isinstance(said, Mapping) and "Error" in said:
        raise SourceMismatch(f"{where} refuses: {str(told)[:120]}")


def _row(row: Row) -> bytes:
    return msgspec.json.encode(row, order="sorted")


def _said(listed: Sequence[Row]) -> Iterator[Said]:
    """What the list of token transfers says; approvals, which it has too, move nothing."""
    for row in listed:
        if row.get("type") == "Transfer":
            token = row.get("token_info")
            contract = tron_address(str(token.get("address")) if isinstance(token, Mapping) else None, "token_info")
            payer, payee = (tron_address(str(row.get(name)), name) for name in ("from", "to"))
            yield Said(contract, payer, payee, shapes.number(row.get("value"), "value"))


def _id(value: object) -> str:
    text = str(value).lower()
    if len(text) != 64 or set(text) - set("0123456789abcdef"):
        raise SourceMismatch(f"expected the id of a transaction in a list, got {value!r:.80}")
    return text


def _time(block: Block) -> datetime:
    return datetime.fromtimestamp(block.header.timestamp / 1000, UTC)
