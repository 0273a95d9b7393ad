"""What the one contract of a TRON transaction moves, by its type.

Exchanges (`ExchangeCreate` and its like) and orders of the market have no address: what lies in one is put to
`exchange:N` or `order:ID`, as the chain numbers them, so that money that passes through one can be followed. An
order's fills are booked from one order to the other, and what the taker gets to the taker; whose the other orders are,
and what a cancelled order gives back, is not in the data, and is named among what was left out.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple, Protocol

from dyepack.errors import InputError
from dyepack.ingest.evm.records import Decoded, Left, Moved
from dyepack.ingest.tron.fields import NOBODY, address, amount, token, traded
from dyepack.ingest.tron.kinds import STAYS
from dyepack.ingest.tron.records import Info


class Facts(Protocol):
    """What the chain knows beside its blocks, and a transaction does not say."""

    def pair(self, exchange: int) -> tuple[object, object] | None:
        """The two tokens that an exchange trades, as the chain calls them; none where nobody says."""

    def rate(self, key: str) -> tuple[int, int] | None:
        """How many tokens are sold for how much TRX at the issue of a token; none where nobody says."""


class Unsaid:
    """Nothing is known beside the blocks."""

    def pair(self, exchange: int) -> None:
        """None."""

    def rate(self, key: str) -> None:
        """None."""


class Act(NamedTuple):
    """A contract's value with its record, and what is known beside."""

    owner: str
    value: Mapping[str, Any]
    info: Info
    facts: Facts
    out: Decoded

    def number(self, name: str) -> int:
        """An amount of the value, which must be there."""
        return amount(self.value.get(name), name)

    def party(self, name: str) -> str:
        """An address of the value, which must be there."""
        return address(self.value.get(name), name)

    def left(self, why: str) -> None:
        """Name something that moved and that the data does not say."""
        self.out.left.append(Left("movement", why, str(dict(self.value))[:500]))


def own(kind: str, act: Act) -> Iterator[Moved]:
    """The movements of a contract of this type.

    Raises:
        InputError: a type that is not known, or a value that is not of its form.
    """
    if kind in STAYS:
        act.out.passed[f"{kind} moves nothing to another"] += 1
    elif kind in _MOVES:
        yield from _MOVES[kind](act)
    else:
        raise InputError(f"contract: what a {kind[:60]} moves is not known")


def _paid(payer: str, payee: str, key: str | None, quantity: int) -> Iterator[Moved]:
    """A movement of TRX, or of a TRC-10 token, if it is one."""
    if quantity:
        yield Moved("token" if key else "native", payer, payee, key, quantity)


def _transfer(act: Act) -> Iterator[Moved]:
    yield Moved("native", act.owner, act.party("to_address"), None, act.number("amount"))


def _transfer_asset(act: Act) -> Iterator[Moved]:
    key = token(act.value.get("asset_name"), "asset_name")
    yield Moved("token", act.owner, act.party("to_address"), key, act.number("amount"))


def _call(act: Act) -> Iterator[Moved]:
    payee = act.value.get("contract_address") or act.info.contract_address
    yield from _carried(act, act.value, payee, act.value.get("call_value", 0))


def _create(act: Act) -> Iterator[Moved]:
    made = act.value.get("new_contract") or {}
    if not isinstance(made, Mapping):
        raise InputError(f"new_contract: expected an object, got {made!r:.60}")
    coins = act.value.get("call_value", made.get("call_value", 0))
    yield from _carried(act, act.value, act.info.contract_address, coins)


def _carried(act: Act, value: Mapping[str, Any], payee: object, coins: object) -> Iterator[Moved]:
    """TRX and a TRC-10 token that a call carries along."""
    tokens = amount(value.get("call_token_value", 0), "call_token_value")
    if sun := amount(coins, "call_value"):
        yield from _paid(act.owner, address(payee, "contract_address"), None, sun)
    if tokens:
        key = token(value.get("token_id"), "token_id")
        yield from _paid(act.owner, address(payee, "contract_address"), key, tokens)


def _reward(act: Act) -> Iterator[Moved]:
    if quantity := amount(act.info.withdraw_amount, "withdraw_amount"):
        yield Moved("reward", NOBODY, act.owner, None, quantity)


def _issue(act: Act) -> Iterator[Moved]:
    """All of it, as what is frozen for some days is the issuer's too."""
    key = token(act.info.issued if act.info.issued is not None else act.value.get("name"), "assetIssueID")
    yield Moved("mint", NOBODY, act.owner, key, act.number("total_supply"))


def _participate(act: Act) -> Iterator[Moved]:
    issuer, key = act.party("to_address"), token(act.value.get("asset_name"), "asset_name")
    cost = act.number("amount")
    yield from _paid(act.owner, issuer, None, cost)
    rate = act.facts.rate(key)
    if rate is None:
        act.left("the tokens that it bought: at which rate is not in the data")
    else:
        yield from _paid(issuer, act.owner, key, cost * rate[0] // rate[1])


def _exchange_create(act: Act) -> Iterator[Moved]:
    pool = _pool(act.info.exchange_id or act.value.get("exchange_id"))
    for place in ("first", "second"):
        key = traded(act.value.get(f"{place}_token_id"), f"{place}_token_id")
        yield from _paid(act.owner, pool, key, act.number(f"{place}_token_balance"))


def _inject(act: Act) -> Iterator[Moved]:
    pool, key = _pool(act.value.get("exchange_id")), traded(act.value.get("token_id"), "token_id")
    yield from _paid(act.owner, pool, key, act.number("quant"))
    for other in _other(act, key, act.info.exchange_inject_another_amount):
        yield from _paid(act.owner, pool, *other)


def _withdraw(act: Act) -> Iterator[Moved]:
    pool, key = _pool(act.value.get("exchange_id")), traded(act.value.get("token_id"), "token_id")
    yield from _paid(pool, act.owner, key, act.number("quant"))
    for other in _other(act, key, act.info.exchange_withdraw_another_amount):
        yield from _paid(pool, act.owner, *other)


def _trade(act: Act) -> Iterator[Moved]:
    pool, key = _pool(act.value.get("exchange_id")), traded(act.value.get("token_id"), "token_id")
    yield from _paid(act.owner, pool, key, act.number("quant"))
    for other in _other(act, key, act.info.exchange_received_amount):
        yield from _paid(pool, act.owner, *other)


def _other(act: Act, key: str | None, quantity: int) -> Iterator[tuple[str | None, int]]:
    """The other token of an exchange, and how much of it moved."""
    pair = act.facts.pair(amount(act.value.get("exchange_id"), "exchange_id"))
    keys = [] if pair is None else [traded(one, "token_id") for one in pair]
    if amount(quantity) and (len(keys) != 2 or key not in keys):
        act.left(f"{quantity} of the other token of the exchange: which one that is, is not in the data")
    elif quantity:
        yield keys[1 - keys.index(key)], quantity


def _sell(act: Act) -> Iterator[Moved]:
    sold, bought = (traded(act.value.get(f"{name}_token_id"), f"{name}_token_id") for name in ("sell", "buy"))
    mine = _order(act.info.order_id)
    yield from _paid(act.owner, mine, sold, act.number("sell_token_quantity"))
    for fill in act.info.fills:
        other = _order(fill.maker_order_id)
        yield from _paid(mine, other, sold, amount(fill.fill_sell_quantity, "fillSellQuantity"))
        yield from _paid(other, act.owner, bought, amount(fill.fill_buy_quantity, "fillBuyQuantity"))


def _cancel(act: Act) -> Iterator[Moved]:
    act.left(f"what {_order(act.value.get('order_id'))} gives back to {act.owner}: how much is not in the data")
    return iter(())


def _pool(number: object) -> str:
    return f"exchange:{amount(number, 'exchange_id')}"


def _order(name: object) -> str:
    if not isinstance(name, str) or len(name) != 64 or set(name.lower()) - set("0123456789abcdef"):
        raise InputError(f"order: expected an id of 32 bytes in hex, got {name!r:.60}")
    return f"order:{name.lower()}"


_MOVES: Mapping[str, Callable[[Act], Iterator[Moved]]] = {
    "TransferContract": _transfer,
    "TransferAssetContract": _transfer_asset,
    "TriggerSmartContract": _call,
    "CreateSmartContract": _create,
    "WithdrawBalanceContract": _reward,
    "AssetIssueContract": _issue,
    "ParticipateAssetIssueContract": _participate,
    "ExchangeCreateContract": _exchange_create,
    "ExchangeInjectContract": _inject,
    "ExchangeWithdrawContract": _withdraw,
    "ExchangeTransactionContract": _trade,
    "MarketSellAssetContract": _sell,
    "MarketCancelOrderContract": _cancel,
}
MOVES = frozenset(_MOVES)
"""Contracts that move something."""
