"""Turns the rows of a list into movements, one by one, and says what is wrong with those that are none.

What the chain calls a movement (the number of its event, the address of its call) is taken from the row where it has
that. Its place among others is not worked out here: a list seldom has all rows of a transaction, so that follows when
all lists are together (`together`).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import blake2b
from typing import Literal, TypeVar, get_args, get_type_hints

from dyepack import amounts, chains
from dyepack.addresses import normalise
from dyepack.csvrows import NO_COLUMN, Row
from dyepack.errors import InputError
from dyepack.ingest import assets, failures
from dyepack.ingest.doubts import Doubting, Doubts
from dyepack.ingest.evm.networks import by_id
from dyepack.ingest.evm.records import NOBODY_SAID
from dyepack.ingest.listforms import ListForm, plain, unit
from dyepack.ingest.moments import moment
from dyepack.model import AssetRow, ListedMovement, Note, Transfer

FIELDS = (
    *("tx_hash", "from", "to", "amount", "block", "time", "asset", "token", "kind", "tx_index", "seq"),
    *("chain", "log_index", "trace_address", "decimals", "fee", "status"),
)
NEEDED = ("tx_hash", "from", "to", "amount", "block", "time")
ZERO_VALUE = "zero-value"
KINDS: tuple[str, ...] = get_args(get_type_hints(Transfer)["kind"])
TOKENS = frozenset(
    {
        *("token", "tokenaddress", "tokencontract", "tokencontractaddress", "contract", "contractaddress"),
        *("tokensymbol", "symbol", "tokenname", "currency", "coin", "asset", "erc20", "contracttickersymbol"),
    }
)
"""Columns by which a list says that a row is of a token."""
CHAINS = ("chain", "blockchain", "network", "chainname", "chainid")
_ZERO_ADDRESS = "0x" + "0" * 40
_COINS = frozenset({_ZERO_ADDRESS, "0x" + "e" * 40, "native"})
"""What stands for the chain's own coin where a list wants a contract in every row."""
_PIECES = frozenset({"erc721", "erc1155", "trc721", "trc1155", "bep721", "bep1155"})
_CALLS = frozenset({"type", "calltype", "tracetype", "opcode"})
"""Columns that may say that a row is a call which shows the value of the call around it."""
_SILENT_CALLS = frozenset({"delegatecall", "callcode", "staticcall"})
_MOST = 2**62 - 1
Kind = Literal["native", "internal", "token", "fee", "mint", "burn", "reward", "value"]


@dataclass(frozen=True, slots=True)
class Reading:
    """How to read a list of movements: the chain of rows that name none, the columns, and what holds for all rows.

    `columns` says which column gives a field (those with a field's own name need no saying); `asset` and `token` are
    the symbol and contract of every row; `decimals` those of tokens that are not listed; `base_units` says that
    amounts are whole base units already.
    """

    chain: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    asset: str | None = None
    token: str | None = None
    decimals: int | None = None
    base_units: bool = False
    identical: Literal["keep", "reject"] = "keep"


T = TypeVar("T")
TWICE = "the same in every column as an earlier row"


class Refused(InputError):
    """A row that is no movement: the field, and why."""

    def __init__(self, field_name: str, reason: str) -> None:
        self.field, self.reason = field_name, reason
        super().__init__(f"{field_name}: {reason}")


class Unread(InputError):
    """The whole list is read in the wrong way: nothing of it can be taken."""


@dataclass(frozen=True, slots=True)
class Layout:
    """What the columns of a list are for: by field; those that say success or failure; the form, if it has a known one.

    `tokens` are columns that name a token and that no field reads, `calls` those that may say which kind of call a row
    is, `unread` all that nothing is read from.
    """

    columns: Mapping[str, str]
    statuses: Mapping[str, failures.Meaning]
    form: ListForm | None = None
    tokens: Sequence[str] = ()
    unread: Sequence[str] = ()
    calls: Sequence[str] = ()

    @classmethod
    def of(
        cls,
        header: Sequence[str],
        columns: Mapping[str, str],
        form: ListForm | None = None,
        said: Mapping[str, str] | None = None,
        status: failures.Meaning = "success",
    ) -> "Layout":
        """The layout of a header whose fields are given by these columns.

        `said` is the mapping that was asked for, `status` what a yes in a column of that name means.
        """
        said = said or {}
        used = {*columns.values()}
        statuses: dict[str, failures.Meaning] = {}
        if said.get("status") not in (None, NO_COLUMN):
            statuses = {columns["status"]: "success"}
        elif said.get("status") != NO_COLUMN:
            free = [name for name in header if name not in used or name == columns.get("status")]
            statuses = failures.columns(free, status)
        left = {"token", "asset"} & {name for name, column in said.items() if column == NO_COLUMN}
        named = not left and not {"token", "asset"} & {*columns}
        tokens = [name for name in header if plain(name) in TOKENS and name not in used] if named else []
        calls = [name for name in header if plain(name) in _CALLS and name != columns.get("kind")]
        unread = [name for name in header if name not in used and name not in statuses and name not in calls]
        return cls(columns, statuses, form, [] if form else tokens, unread, calls)


class Reader:
    """Reads rows in the order of the list; remembers what it must to tell one row from another, and what it doubts."""

    def __init__(self, reading: Reading, layout: Layout, source: str, doubting: Doubting | None = None) -> None:
        self.reading = reading
        self.assets: dict[str, AssetRow] = {}
        self.notes = list[Note]()
        self.identical = 0
        self.failed = 0
        self._layout = layout
        self._columns = layout.columns
        self._form = layout.form
        self._source = source
        self._blocks: dict[tuple[str, str], int] = {}
        self._names: dict[tuple[str, str, object], bytes] = {}
        self._seen: set[bytes] = set()
        self._doubting = doubting or Doubting()

    def read(self, row: Row) -> list[ListedMovement]:
        """The movements that a row describes: one as a rule, none where nothing moved, and its fee where it says one.

        Raises:
            Refused: the row is none; the file's other rows may be.
            InputError: the whole file is read in the wrong way.
        """
        if row.problem:
            raise Refused("row", row.problem)
        found = list(self._movements(row))
        self._count_identical(row, settled=all(one.index is not None or one.seq is not None for one in found))
        for one in found:
            self._check_place(one)
        for one in found:
            self._blocks[one.chain, one.tx_hash] = one.block
        return found

    def refuse(self, row: Row, refused: Refused) -> None:
        """Note where a row that was refused stands, if it names its transaction: a trace that passes there says so."""
        cells, chain = row.cells, self._maybe(lambda: self._chain(row.cells))
        tx_hash = None if chain is None else self._maybe(lambda: self._tx_hash(cells, chain))
        if chain is None or tx_hash is None or refused.reason == TWICE:
            return
        block = self._maybe(lambda: self._whole(cells, "block"))
        payer = self._maybe(lambda: self._address(cells, "from", chain))
        payee = self._maybe(lambda: self._address(cells, "to", chain))
        self.notes.append(Note(chain, block, tx_hash, "movement", None, payer, payee, refused.reason, self._source))

    @staticmethod
    def _maybe(read: Callable[[], T]) -> T | None:
        """What a field says; nothing where it cannot be read."""
        try:
            return read()
        except (Refused, KeyError):
            return None

    def _movements(self, row: Row) -> Iterator[ListedMovement]:
        cells = row.cells
        base = self._base(row)
        failed = self._failed(cells, base)
        fee = self._fee(cells, base.chain)
        if fee:
            coin = assets.native(base.chain)
            self.assets[coin.asset] = coin
            whole = replace(
                base, kind="fee", to_address=NOBODY_SAID, asset=coin.asset, amount=fee, index="fee", seq=None
            )
            yield replace(whole, number=1)
        if failed or any(cells[name].strip().lower().partition("_")[0] in _SILENT_CALLS for name in self._layout.calls):
            return
        known, amount = self._amount(cells, base.chain)
        if self._cell(cells, "standard").lower() in _PIECES:
            raise Refused("standard", "a piece of a collection has no amount")
        if not amount and self._form and self._form.money_only:
            return
        payee = self._payee(cells, base.chain)
        kind = self._kind(cells, known.row, base.from_address, payee)
        flag = known.flag or (ZERO_VALUE if amount == 0 else None)
        yield replace(base, kind=kind, to_address=payee, asset=known.row.asset, amount=amount, flag=flag)

    def _failed(self, cells: Mapping[str, str], base: ListedMovement) -> bool:
        """Whether the row's transaction failed, or its call, or one that it is in."""
        try:
            failed = failures.failed(cells, self._layout.statuses)
        except InputError as error:
            raise Refused("status", str(error)) from None
        if "trace_address" in self._columns and base.index is not None:
            call = (base.chain, base.tx_hash, base.index)
            if failed:
                self._doubting.calls.add(call)
            failed = failed or self._doubting.known.inside(call)
        self.failed += failed
        return failed

    def _base(self, row: Row) -> ListedMovement:
        """What holds for all movements of a row: whose they are, when and where."""
        cells = row.cells
        chain = self._chain(cells)
        tx_hash, block = self._tx_hash(cells, chain), self._whole(cells, "block")
        if self._blocks.get((chain, tx_hash), block) != block:
            raise Refused("block", f"its transaction is in block {self._blocks[chain, tx_hash]} in an earlier row")
        return ListedMovement(
            chain=chain,
            block=block,
            time=self._time(cells),
            tx_hash=tx_hash,
            tx_index=self._whole(cells, "tx_index") if self._cell(cells, "tx_index") else None,
            seq=self._whole(cells, "seq") if self._cell(cells, "seq") else None,
            index=self._index(cells),
            kind="native",
            from_address=self._address(cells, "from", chain),
            to_address="",
            asset="",
            amount=0,
            flag=None,
            source=self._source,
            line=row.line,
            number=0,
        )

    def _check_place(self, one: ListedMovement) -> None:
        """Two movements of one list cannot both be the one that the chain, or the list, calls so."""
        name = one.index if one.index is not None else one.seq
        if name is None:
            return
        said = repr((one.from_address, one.to_address, one.asset, one.amount)).encode()
        if self._names.setdefault((one.chain, one.tx_hash, name), said) != said:
            place = isinstance(name, int)
            what = f"place {name}" if place else f"the name {name!r}"
            raise Refused("seq" if place else "index", f"another movement has {what} of its transaction")

    def _count_identical(self, row: Row, *, settled: bool) -> None:
        """Rows that are the same in every column: where they say what the chain calls the movement, it is one."""
        digest = blake2b("\0".join(row.cells.values()).encode(), digest_size=16).digest()
        if digest in self._seen:
            if self.reading.identical == "reject":
                raise Refused("row", TWICE)
            self.identical += not settled
        self._seen.add(digest)

    def _cell(self, cells: Mapping[str, str], name: str) -> str:
        column = self._columns.get(name)
        return cells[column].strip() if column is not None else ""

    def _raw(self, cells: Mapping[str, str], name: str) -> str:
        """A cell as it came: a number with blanks about it is none."""
        return cells[self._columns[name]] if self._cell(cells, name) else ""

    def _whole(self, cells: Mapping[str, str], name: str) -> int:
        try:
            return amounts.base_units(self._raw(cells, name), _MOST)
        except InputError as error:
            raise Refused(name, str(error)) from None

    def _chain(self, cells: Mapping[str, str]) -> str:
        text = self._cell(cells, "chain") or self.reading.chain or ""
        try:
            named = by_id(int(text[:20])).chain if text.isascii() and text.isdecimal() else chains.chain(text).name
        except InputError as error:
            hint = "; name it with --chain" if not text else ""
            raise Refused("chain", f"{error}{hint}") from None
        if chains.chain(named).model == "utxo":
            raise Refused("chain", f"{named} has no movements between two addresses, but transactions with outputs")
        return named

    def _index(self, cells: Mapping[str, str]) -> str | None:
        """What the chain calls the movement, where the row says that."""
        if self._cell(cells, "log_index"):
            return f"log {self._whole(cells, 'log_index')}"
        if "trace_address" in self._columns:
            return _trace(self._cell(cells, "trace_address"))
        if self._cell(cells, "step"):
            return f"step {self._whole(cells, 'step')}"
        return (self._form.steps or None) if self._form else None

    def _tx_hash(self, cells: Mapping[str, str], chain: str) -> str:
        text = self._cell(cells, "tx_hash")
        if chains.chain(chain).addresses == "evm":
            body = text.lower().removeprefix("0x")
            if len(body) != 64 or any(digit not in "0123456789abcdef" for digit in body):
                raise Refused("tx_hash", f"expected 64 hex digits, got {text!r}")
            return "0x" + body
        if not text or not text.isprintable():
            raise Refused("tx_hash", f"expected a transaction's hash, got {text!r}")
        return text

    def _payee(self, cells: Mapping[str, str], chain: str) -> str:
        """Who is paid; a contract that the transaction makes, where the list names it in a column of its own."""
        made = not self._cell(cells, "to") and bool(self._cell(cells, "made"))
        return self._address(cells, "made" if made else "to", chain)

    def _address(self, cells: Mapping[str, str], name: str, chain: str) -> str:
        try:
            return normalise(self._cell(cells, name), chain)
        except InputError as error:
            raise Refused(name, str(error)) from None

    def _time(self, cells: Mapping[str, str]) -> datetime:
        try:
            return moment(self._cell(cells, "time"))
        except InputError as error:
            raise Refused("time", str(error)) from None

    def _fee(self, cells: Mapping[str, str], chain: str) -> int:
        """What the transaction paid to be included, where the list says that."""
        try:
            if self._cell(cells, "gas") and self._cell(cells, "price"):
                return amounts.base_units(self._raw(cells, "gas")) * amounts.base_units(self._raw(cells, "price"))
            if text := self._raw(cells, "fee"):
                self._check_coin("fee", chain)
                return self._quantity(text, assets.native(chain).decimals)
        except (Refused, Unread):
            raise
        except InputError as error:
            raise Refused("fee", str(error)) from None
        return 0

    def _amount(self, cells: Mapping[str, str], chain: str) -> tuple[assets.Recognised, int]:
        symbol, contract = self._named(cells, chain)
        try:
            known = self._asset(cells, chain, symbol, contract)
        except InputError as error:
            raise Refused("token" if contract else "asset", str(error)) from None
        self._check_plausible(known, cells)
        try:
            amount = self._read(cells, known.row, chain)
        except (Refused, Unread):
            raise
        except InputError as error:
            comma = "," in self._raw(cells, "amount")
            hint = "; write it with a point and without separators, as 1234.5" if comma else ""
            raise Refused("amount", f"{error}{hint}") from None
        self.assets[known.row.asset] = known.row
        return known, amount

    def _named(self, cells: Mapping[str, str], chain: str) -> tuple[str, str]:
        """Symbol and contract of what a row moves; both empty for the chain's own coin.

        Raises:
            InputError: a column that nobody reads names a token.
        """
        symbol = self._cell(cells, "asset") or self.reading.asset or ""
        contract = self._cell(cells, "token") or self.reading.token or ""
        coin = chains.chain(chain).symbol
        if self.reading.asset is None and self.reading.token is None:
            for name in self._layout.tokens:
                text = cells[name].strip()
                if text and text.lower() not in _COINS | {coin.lower()}:
                    wanted = "token" if "contract" in plain(name) or "address" in plain(name) else "asset"
                    raise Unread(
                        f"the column {name!r} is not read, and its row with {text!r:.60} would be taken for {coin};"
                        f" say what it gives with --map {wanted}={name}, or leave it away with --map {wanted}=-"
                    )
        own = contract.lower() in _COINS or self._cell(cells, "standard").lower() == "native"
        return ("", "") if own and self._cell(cells, "standard") else (symbol, "" if own else contract)

    def _read(self, cells: Mapping[str, str], known: AssetRow, chain: str) -> int:
        if self._form is None or "in" not in self._form.fields:
            if chains.is_coin(unit(self._columns["amount"])) and known.contract is None and known.chain is not None:
                self._check_coin("amount", chain)
            return self._quantity(cells[self._columns["amount"]], known.decimals)
        self._check_coin("in", chain)
        sides = [self._quantity(self._raw(cells, name) or "0", known.decimals) for name in ("in", "out")]
        if all(sides) and sides[0] != sides[1]:
            raise Refused("amount", f"the row has {self._cell(cells, 'in')} in and {self._cell(cells, 'out')} out")
        return max(sides)

    def _check_coin(self, name: str, chain: str) -> None:
        """A header that names its coin names that of the chain."""
        said, coin = unit(self._columns[name]), chains.chain(chain).symbol
        if said and said.upper() not in chains.coins(chains.chain(chain)):
            raise Unread(f"the column {self._columns[name]!r} is not in {coin}, the coin of {chain}; name its chain")

    def _quantity(self, text: str, decimals: int) -> int:
        form = self._form
        if self.reading.base_units or (form is not None and form.base_units):
            return amounts.base_units(text)
        return amounts.parse(text, decimals, grouped=form is not None and form.grouped)

    def _check_plausible(self, known: assets.Recognised, cells: Mapping[str, str]) -> None:
        """Refuse an amount that is more than there can be, and any amount of an asset that is in doubt.

        Raises:
            Refused: it is.
        """
        if known.flag is not None:
            return
        self._doubting.rows[known.row.asset] += 1
        for name in ("amount", "in", "out"):
            text = self._raw(cells, name)
            if reason := self._doubting.amount(known.row, text, base_units=self._in_base_units):
                raise Refused("amount", f"{text!r:.60}: {reason}")

    @property
    def doubts(self) -> Doubts:
        """What the list says of its own rows, once all are read."""
        return self._doubting.found

    def _asset(self, cells: Mapping[str, str], chain: str, symbol: str, contract: str) -> assets.Recognised:
        if not contract and (not symbol or (self._form is not None and self._form.kind in ("native", "internal"))):
            return assets.Recognised(assets.native(chain))
        decimals = self.reading.decimals
        if "decimals" in self._columns and not self._cell(cells, "decimals") and decimals is None and contract:
            return self._without_decimals(chain, symbol, contract)
        if self._cell(cells, "decimals"):
            decimals = amounts.base_units(self._raw(cells, "decimals"), 38)
        if decimals is None and self._in_base_units:
            decimals = 0
        known = assets.recognise(chain, symbol, contract, decimals)
        if self._cell(cells, "decimals") and known.row.verified and known.row.decimals != decimals:
            raise InputError(
                f"the row says {decimals} decimals, {known.row.symbol} is listed with {known.row.decimals}"
            )
        return known

    @staticmethod
    def _without_decimals(chain: str, symbol: str, contract: str) -> assets.Recognised:
        """A token of which a list that has decimals says none: a listed one, or what may be a collection of pieces."""
        known = assets.recognise(chain, symbol, contract, 0)
        if not known.row.verified:
            raise InputError(
                f"the list says no decimals of {symbol or contract}: it may be a collection of pieces, or --decimals"
                " says them"
            )
        return known

    @property
    def _in_base_units(self) -> bool:
        return self.reading.base_units or (self._form is not None and self._form.base_units)

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
            inner = (self._form is not None and self._form.kind == "internal") or self._cell(cells, "trace_address")
            return "internal" if inner else "native"
        return "mint" if payer == _ZERO_ADDRESS else "burn" if payee == _ZERO_ADDRESS else "token"


def _trace(text: str) -> str:
    """The address of a call as the numbers on its way: `0,1`, `[0,1]`, `0_1` and `0.1` are one; the root has none."""
    steps = [step for step in text.strip("[]{}() ").replace("_", ",").replace(".", ",").split(",") if step.strip()]
    if not all(step.strip().isdecimal() and step.strip().isascii() for step in steps):
        raise Refused("trace_address", f"expected numbers separated by commas, got {text!r:.60}")
    return " ".join(["call", ".".join(str(int(step)) for step in steps)]).strip()
