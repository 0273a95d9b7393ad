"""Turns the rows of a movements file into transfers, one by one, and says what is wrong with those that are none."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from typing import Literal, get_args, get_type_hints

from dyepack import amounts, chains
from dyepack.addresses import normalise
from dyepack.csvrows import Row
from dyepack.errors import InputError
from dyepack.ingest import assets
from dyepack.ingest.moments import moment
from dyepack.model import AssetRow, Transfer

FIELDS = ("tx_hash", "from", "to", "amount", "block", "time", "asset", "token", "kind", "tx_index", "seq")
NEEDED = ("tx_hash", "from", "to", "amount", "block", "time")
ZERO_VALUE = "zero-value"
KINDS: tuple[str, ...] = get_args(get_type_hints(Transfer)["kind"])
_ZERO_ADDRESS = "0x" + "0" * 40
_MOST = 2**62 - 1
Kind = Literal["native", "internal", "token", "fee", "mint", "burn", "reward", "value"]


@dataclass(frozen=True, slots=True)
class Reading:
    """How to read a movements file: the chain, the columns, and what holds for all rows.

    `columns` says which column gives a field (those with a field's own name need no saying); `asset` and `token` are
    the symbol and contract of every row; `decimals` those of tokens that are not listed; `base_units` says that
    amounts are whole base units already.
    """

    chain: str
    columns: Mapping[str, str] = field(default_factory=dict)
    asset: str | None = None
    token: str | None = None
    decimals: int | None = None
    base_units: bool = False
    identical: Literal["keep", "reject"] = "keep"


class Refused(InputError):
    """A row that is no movement: the field, and why."""

    def __init__(self, field_name: str, reason: str) -> None:
        self.field, self.reason = field_name, reason
        super().__init__(f"{field_name}: {reason}")


class Reader:
    """Reads rows in the order of the file; remembers what places a movement in its block and transaction.

    Chain order is (block, tx_index, seq). Where the file does not give them, `tx_index` is the rank of the
    transaction's first row within its block, in file order, and `seq` the row's rank within its transaction.
    """

    def __init__(self, reading: Reading, columns: Mapping[str, str], source: str) -> None:
        self.reading = reading
        self.chain = chains.chain(reading.chain).name
        self.assets: dict[str, AssetRow] = {}
        self.identical = 0
        self._columns = columns
        self._source = source
        self._blocks: dict[str, int] = {}
        self._ranks: dict[int, dict[str, int]] = {}
        self._next: dict[tuple[int, int], int] = {}
        self._places: set[tuple[int, int, int]] = set()
        self._seen: set[bytes] = set()

    def read(self, row: Row) -> Transfer:
        """The movement that a row describes.

        Raises:
            Refused: the row is none; the file's other rows may be.
        """
        if row.problem:
            raise Refused("row", row.problem)
        transfer = self._transfer(row.cells)
        self._count_identical(row)
        place = transfer.block, transfer.tx_index, transfer.seq
        if place in self._places:
            raise Refused("seq", f"another movement has place {transfer.seq} of transaction {transfer.tx_index} there")
        self._commit(transfer)
        return transfer

    def _transfer(self, cells: Mapping[str, str]) -> Transfer:
        tx_hash = self._tx_hash(cells)
        block = self._whole(cells, "block")
        if self._blocks.get(tx_hash, block) != block:
            raise Refused("block", f"its transaction is in block {self._blocks[tx_hash]} in an earlier row")
        payer, payee = self._address(cells, "from"), self._address(cells, "to")
        known, amount = self._amount(cells)
        tx_index = self._whole(cells, "tx_index") if "tx_index" in self._columns else self._rank(block, tx_hash)
        here = block, tx_index
        seq = self._whole(cells, "seq") if "seq" in self._columns else self._next.get(here, 0)
        return Transfer(
            chain=self.chain,
            block=block,
            time=self._time(cells),
            tx_hash=tx_hash,
            tx_index=tx_index,
            seq=seq,
            kind=self._kind(cells, known.row, payer, payee),
            from_address=payer,
            to_address=payee,
            asset=known.row.asset,
            amount=amount,
            flag=known.flag or (ZERO_VALUE if amount == 0 else None),
            source=self._source,
        )

    def _commit(self, transfer: Transfer) -> None:
        here = transfer.block, transfer.tx_index
        self._blocks[transfer.tx_hash] = transfer.block
        self._ranks.setdefault(transfer.block, {}).setdefault(transfer.tx_hash, transfer.tx_index)
        self._next[here] = max(self._next.get(here, 0), transfer.seq + 1)
        if "seq" in self._columns:
            self._places.add((*here, transfer.seq))

    def _rank(self, block: int, tx_hash: str) -> int:
        ranks = self._ranks.get(block, {})
        return ranks.get(tx_hash, len(ranks))

    def _count_identical(self, row: Row) -> None:
        digest = blake2b("\0".join(row.cells.values()).encode(), digest_size=16).digest()
        if digest in self._seen:
            if self.reading.identical == "reject":
                raise Refused("row", "the same in every column as an earlier row")
            self.identical += 1
        self._seen.add(digest)

    def _cell(self, cells: Mapping[str, str], name: str) -> str:
        column = self._columns.get(name)
        return cells[column].strip() if column is not None else ""

    def _whole(self, cells: Mapping[str, str], name: str) -> int:
        try:
            return amounts.base_units(cells[self._columns[name]], _MOST)
        except InputError as error:
            raise Refused(name, str(error)) from None

    def _tx_hash(self, cells: Mapping[str, str]) -> str:
        text = self._cell(cells, "tx_hash")
        if chains.chain(self.chain).addresses == "evm":
            body = text.lower().removeprefix("0x")
            if len(body) != 64 or any(digit not in "0123456789abcdef" for digit in body):
                raise Refused("tx_hash", f"expected 64 hex digits, got {text!r}")
            return "0x" + body
        if not text or not text.isprintable():
            raise Refused("tx_hash", f"expected a transaction's hash, got {text!r}")
        return text

    def _address(self, cells: Mapping[str, str], name: str) -> str:
        try:
            return normalise(self._cell(cells, name), self.chain)
        except InputError as error:
            raise Refused(name, str(error)) from None

    def _time(self, cells: Mapping[str, str]) -> datetime:
        try:
            return moment(self._cell(cells, "time"))
        except InputError as error:
            raise Refused("time", str(error)) from None

    def _amount(self, cells: Mapping[str, str]) -> tuple[assets.Recognised, int]:
        symbol = self._cell(cells, "asset") or self.reading.asset or ""
        contract = self._cell(cells, "token") or self.reading.token or ""
        try:
            known = self._asset(symbol, contract)
        except InputError as error:
            raise Refused("token" if contract else "asset", str(error)) from None
        try:
            text = cells[self._columns["amount"]]
            base = self.reading.base_units
            amount = amounts.base_units(text) if base else amounts.parse(text, known.row.decimals)
        except InputError as error:
            raise Refused("amount", str(error)) from None
        self.assets[known.row.asset] = known.row
        return known, amount

    def _asset(self, symbol: str, contract: str) -> assets.Recognised:
        if not symbol and not contract:
            return assets.Recognised(assets.native(self.chain))
        decimals = self.reading.decimals
        if decimals is None and self.reading.base_units:
            decimals = 0
        return assets.recognise(self.chain, symbol, contract, decimals)

    def _kind(self, cells: Mapping[str, str], asset: AssetRow, payer: str, payee: str) -> Kind:
        told = self._cell(cells, "kind").lower()
        if told and told not in KINDS:
            raise Refused(
                "kind", f"expected one of {', '.join(KINDS)}, got {told!r}; to have it worked out: --map kind=-"
            )
        if told:
            return told  # type: ignore[return-value]
        if asset.chain is None:
            return "value"
        if asset.contract is None:
            return "native"
        return "mint" if payer == _ZERO_ADDRESS else "burn" if payee == _ZERO_ADDRESS else "token"
