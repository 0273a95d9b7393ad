"""The lists of movements that explorers and services give to people, told by all of their columns.

A form is a row of `FORMS`: the columns that it has, which of them gives a field, and how its cells are to be read. A
further explorer is a further row. Headers are compared without case, blanks, `_` and what stands in brackets, so that
`Value_IN(ETH)` is `valuein`; what stands in brackets is looked at, as it names the coin.

A file that fits none is in nobody's form: then its columns have the names of the fields, or `--map` says what they are.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from dyepack import chains
from dyepack.errors import InputError

_BRACKETS = re.compile(r"\((.*)\)\s*$")
_DOLLARS = "usd"


@dataclass(frozen=True, slots=True)
class ListForm:
    """One form of list: `told_by` are columns that together no other form has; `fields` says which gives what.

    `kind` is that of every row where the rows do not say; `base_units` and `grouped` are how amounts are written;
    `money_only` passes over rows that carry nothing, as calls do; `pieces` is a column by which a list is one of
    collectibles. `status` says what a 1 in the column of that name means, `steps` what the chain calls every row.
    `chain` is that of all its rows, `refused` why nothing of it can be taken.
    """

    name: str
    told_by: frozenset[str]
    fields: Mapping[str, str]
    kind: Literal["native", "internal", "token", ""] = ""
    base_units: bool = False
    grouped: bool = False
    money_only: bool = False
    status: Literal["success", "error"] = "success"
    pieces: str = ""
    steps: str = ""
    chain: str = ""
    refused: str = ""


def _form(name: str, told_by: str, fields: str, **more: object) -> ListForm:
    pairs = dict(part.split("=") for part in fields.split())
    return ListForm(name, frozenset(told_by.split()), pairs, **more)  # type: ignore[arg-type]


_ETHERSCAN = "tx_hash=transactionhash block=blockno time=unixtimestamp"
_API = "tx_hash=hash block=blocknumber time=timestamp from=from to=to amount=value"
_OKLINK = "transactionhash blockheight blocktime(utc) from to value"
_NO_BLOCK = "it does not say in which block a transaction is, and movements have their order from that"
FORMS: tuple[ListForm, ...] = (
    _form(
        "Etherscan's list of internal transactions",
        "transactionhash blockno unixtimestamp parenttxfrom parenttxto from txto contractaddress valuein valueout",
        f"{_ETHERSCAN} from=from to=txto made=contractaddress in=valuein out=valueout",
        kind="internal",
        grouped=True,
        money_only=True,
        status="error",
    ),
    _form(
        "Etherscan's list of transactions",
        "transactionhash blockno unixtimestamp from to contractaddress valuein valueout txnfee",
        f"{_ETHERSCAN} from=from to=to made=contractaddress in=valuein out=valueout fee=txnfee",
        kind="native",
        grouped=True,
        money_only=True,
        steps="call",
    ),
    _form(
        "Etherscan's list of token transfers",
        "transactionhash blockno unixtimestamp from to tokenvalue contractaddress tokensymbol",
        f"{_ETHERSCAN} from=from to=to amount=tokenvalue token=contractaddress asset=tokensymbol",
        kind="token",
        grouped=True,
        pieces="tokenid",
    ),
    _form(
        "Etherscan's list of token transfers",
        "transactionhash blockno unixtimestamp from to value contractaddress tokenname tokensymbol",
        f"{_ETHERSCAN} from=from to=to amount=value token=contractaddress asset=tokensymbol",
        kind="token",
        grouped=True,
        pieces="tokenid",
    ),
    _form(
        "Etherscan's answer txlist",
        "blocknumber timestamp hash transactionindex from to value gasprice gasused iserror",
        f"{_API} tx_index=transactionindex made=contractaddress gas=gasused price=gasprice",
        kind="native",
        base_units=True,
        money_only=True,
        steps="call",
    ),
    _form(
        "Etherscan's answer txlistinternal",
        "blocknumber timestamp hash from to value type traceid iserror",
        f"{_API} made=contractaddress trace_address=traceid",
        kind="internal",
        base_units=True,
        money_only=True,
    ),
    _form(
        "Etherscan's answer tokentx",
        "blocknumber timestamp hash from to value contractaddress tokensymbol tokendecimal",
        f"{_API} tx_index=transactionindex token=contractaddress asset=tokensymbol decimals=tokendecimal"
        " log_index=logindex",
        kind="token",
        base_units=True,
        pieces="tokenid",
    ),
    _form(
        "Blockscout's list of transactions",
        "transactionhash blocknumber unixtimestamp fromaddress toaddress contractaddress type value fee status",
        "tx_hash=transactionhash block=blocknumber time=unixtimestamp from=fromaddress to=toaddress"
        " made=contractaddress amount=value fee=fee",
        kind="native",
        base_units=True,
        money_only=True,
        steps="call",
    ),
    _form(
        "Blockscout's list of internal transactions",
        "transactionhash index blocknumber unixtimestamp fromaddress toaddress contractaddress calltype value",
        "tx_hash=transactionhash block=blocknumber time=unixtimestamp from=fromaddress to=toaddress"
        " made=contractaddress amount=value step=index",
        kind="internal",
        base_units=True,
        money_only=True,
    ),
    _form(
        "Blockscout's list of token transfers",
        "transactionhash blocknumber unixtimestamp fromaddress toaddress tokencontractaddress tokenstransferred",
        "tx_hash=transactionhash block=blocknumber time=unixtimestamp from=fromaddress to=toaddress"
        " token=tokencontractaddress asset=tokensymbol amount=tokenstransferred decimals=tokendecimals"
        " log_index=logindex",
        kind="token",
        base_units=True,
        pieces="tokenid",
    ),
    _form(
        "OKLink's list of token transfers",
        f"{_OKLINK} symbol tokenaddress",
        "tx_hash=transactionhash block=blockheight time=blocktime(utc) from=from to=to amount=value token=tokenaddress"
        " asset=symbol",
        kind="token",
        grouped=True,
    ),
    _form(
        "OKLink's list of transactions",
        f"{_OKLINK} fee status",
        "tx_hash=transactionhash block=blockheight time=blocktime(utc) from=from to=to amount=value fee=fee",
        kind="native",
        grouped=True,
        money_only=True,
        steps="call",
    ),
    _form(
        "Solscan's list of transfers",
        "signature blocktime action from to amount decimals tokenaddress",
        "",
        chain="solana",
        refused=f"its amounts are base units, and {_NO_BLOCK}; give a list with block, and --base-units",
    ),
    _form(
        "what an explorer's page shows",
        "blockno datetime fromnametag tonametag",
        "",
        refused="its amounts are rounded as the page shows them, and its tokens have no contract; take the page's"
        " CSV export instead, or dyepack ingest explorer",
    ),
    _form(
        "Blockscout's filtered list",
        "transactionhash utctimestamp fromaddress toaddress value tokencontractaddresshash tokenvalue blocknumber",
        "",
        refused="its tokens are divided and may be rounded, beside coins in base units; take the address's own CSV"
        " exports instead",
    ),
    _form(
        "a statement of Kraken",
        "txid refid time type asset amount fee balance",
        "",
        refused="an exchange's own bookings are on no chain; give the transactions of its deposits and withdrawals",
    ),
    _form(
        "a statement of Coinbase",
        "timestamp transactiontype asset quantitytransacted",
        "",
        refused="an exchange's own bookings are on no chain; give the transactions of its deposits and withdrawals",
    ),
    _form(
        "Arkham's list of transfers",
        "transactionhash fromaddress toaddress tokenaddress blocktimestamp blocknumber tokensymbol unitvalue chain",
        "tx_hash=transactionhash block=blocknumber time=blocktimestamp from=fromaddress to=toaddress"
        " token=tokenaddress asset=tokensymbol decimals=tokendecimals amount=unitvalue chain=chain",
    ),
    _form(
        "Dune's table tokens.transfers",
        "blockchain blocktime blocknumber txhash evtindex traceaddress tokenstandard from to contractaddress amountraw",
        "chain=blockchain tx_hash=transactionhash block=blocknumber time=blocktime from=from to=to"
        " standard=tokenstandard token=contractaddress asset=symbol amount=amountraw tx_index=txindex"
        " log_index=evtindex trace_address=traceaddress",
        base_units=True,
    ),
    _form(
        "Dune's table of Transfer events",
        "contractaddress evttxhash evtindex evtblocktime evtblocknumber from to value",
        "tx_hash=evttxhash block=evtblocknumber time=evtblocktime from=from to=to token=contractaddress amount=value"
        " log_index=evtindex tx_index=evttxindex",
        kind="token",
        base_units=True,
    ),
    _form(
        "Dune's table of traces",
        "blocktime blocknumber txhash from to value traceaddress calltype success",
        "tx_hash=transactionhash block=blocknumber time=blocktime from=from to=to amount=value made=address"
        " trace_address=traceaddress tx_index=txindex",
        base_units=True,
        money_only=True,
    ),
)
"""Those with more columns before those with fewer, where one might be taken for the other."""
_SAME = {"txhash": "transactionhash", "txnhash": "transactionhash"}


def plain(header: str) -> str:
    """A header without case, blanks, `_` and what stands in brackets."""
    bare = _bare(_BRACKETS.sub("", header))
    return _SAME.get(bare, bare)


def _bare(header: str) -> str:
    return re.sub(r"[\s_]", "", header).lower()


def unit(header: str) -> str:
    """What stands in brackets behind a header: `ETH` of `Value_IN(ETH)`."""
    found = _BRACKETS.search(header)
    return found[1].strip() if found else ""


def columns_of(header: Sequence[str]) -> dict[str, str]:
    """The columns by their plain name, of two the one that is not in dollars; and by that with its brackets."""
    found: dict[str, str] = {}
    for name in header:
        if plain(name) not in found or unit(found[plain(name)]).lower() == _DOLLARS:
            found[plain(name)] = name
    return {_bare(name): name for name in reversed(header)} | found


def recognised(header: Sequence[str], name: str) -> ListForm | None:
    """The form of a list with these columns, or none.

    Raises:
        InputError: the columns fit two forms, or nothing of such a list can be taken.
    """
    there = set(columns_of(header))
    told = [form for form in FORMS if _known(form.told_by) <= there]
    fitting = [form for form in told if not any(form.told_by < other.told_by for other in told)]
    if len(fitting) > 1 and len({form.name for form in fitting}) > 1:
        names = " and ".join(form.name for form in fitting)
        raise InputError(f"{name}: its columns fit {names}; name the columns with --map FIELD=COLUMN")
    if fitting and fitting[0].refused:
        raise InputError(f"{name} is {fitting[0].name}: {fitting[0].refused}")
    if fitting and fitting[0].pieces in there and fitting[0].pieces:
        raise InputError(
            f"{name} is a list of collectibles: its column {columns_of(header)[fitting[0].pieces]!r} numbers pieces,"
            " and a piece has no amount; leave such rows out"
        )
    return fitting[0] if fitting else None


def _known(names: Iterable[str]) -> set[str]:
    return {_SAME.get(name, name) for name in names}


def coin_chains(header: Sequence[str]) -> tuple[str, ...]:
    """The chains whose coin the columns of amounts name in brackets: `bsc` for `Value_IN(BNB)`."""
    there = columns_of(header)
    coins = {unit(there[name]).upper() for name in ("valuein", "valueout") if name in there} - {""}
    return tuple(
        one.name for one in chains.CHAINS.values() if one.addresses == "evm" and coins and coins <= chains.coins(one)
    )


def mapped(form: ListForm, header: Sequence[str]) -> dict[str, str]:
    """Which column of this header gives each field of a form."""
    there = columns_of(header)
    return {name: there[column] for name, column in form.fields.items() if column in there}
