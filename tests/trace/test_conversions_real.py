"""Conversions in 1,172 real transactions, counted beside what their events say; the reference page has the figures.

`python -m tests.trace.test_conversions_real` prints the figures and what is not explained.
"""

import gzip
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import sha3

from dyepack.ingest.evm import decode, recorded
from dyepack.ingest.evm.multitoken import is_id
from dyepack.ingest.evm.records import Tx
from dyepack.trace.conversions import Study, study
from tests.conftest import ROOT, shared

PAGE = ROOT / "docs" / "reference" / "conversions.md"

CRITERION = """
Swap(address,uint256,uint256,uint256,uint256,address)
Swap(address,uint256,uint256,uint256,uint256,address,uint256)
Swap(address,address,int256,int256,uint160,uint128,int24)
Swap(address,address,int256,int256,uint160,uint128,int24,uint128,uint128)
Swap(bytes32,address,int128,int128,uint160,uint128,int24,uint24)
Swap(bytes32,address,address,uint256,uint256)
TokenExchange(address,int128,uint256,int128,uint256)
TokenExchange(address,uint256,uint256,uint256,uint256)
TokenExchange(address,uint256,uint256,uint256,uint256,uint256,uint256)
TokenExchangeUnderlying(address,int128,uint256,int128,uint256)
Exchange(address,address,uint256,address,uint256)
OrderFilled(bytes32,address,uint256)
OrderFilledRFQ(bytes32,uint256)
Trade(address,address,address,uint256,uint256,uint256,bytes)
Fill(bytes32,address,address,uint256)
Mint(address,uint256,uint256)
Burn(address,uint256,uint256,address)
Mint(address,address,int24,int24,uint128,uint256,uint256)
Burn(address,int24,int24,uint128,uint256,uint256)
AddLiquidity(address,uint256[2],uint256[2],uint256,uint256)
AddLiquidity(address,uint256[3],uint256[3],uint256,uint256)
RemoveLiquidity(address,uint256[2],uint256[2],uint256)
RemoveLiquidity(address,uint256[3],uint256[3],uint256)
RemoveLiquidityOne(address,uint256,uint256,uint256)
RemoveLiquidityOne(address,uint256,uint256)
PoolBalanceChanged(bytes32,address,address[],int256[],uint256[])
Deposit(address,uint256)
Withdrawal(address,uint256)
Deposit(address,address,uint256,uint256)
Withdraw(address,address,address,uint256,uint256)
"""
"""The independent criterion: events by which pools, vaults and wrapped coins say that something was converted."""

OWNERS = {
    "Trade(address,address,address,uint256,uint256,uint256,bytes)": 1,
    "UserOperationEvent(bytes32,address,address,uint256,bool,uint256,uint256)": 2,
    "Fill(bytes32,address,address,uint256)": 3,
}
"""Events that name the account for which others sign, and the topic that has it."""


def topic(text: str) -> str:
    return "0x" + sha3.keccak_256(text.encode()).hexdigest()


SAID = {topic(text) for text in CRITERION.split()}
NAMED = {topic(text): place for text, place in OWNERS.items()}
WALLET = topic("ExecutionSuccess(bytes32,uint256)")
"""What a multisignature wallet says when it has acted; the wallet itself says it."""


class Move(NamedTuple):
    kind: str
    payer: str
    payee: str
    asset: str
    amount: int


@dataclass(frozen=True)
class Case:
    """A transaction: its movements, whether its events say that it converted, and whom its events name."""

    tx: Tx
    moves: list[Move]
    said: bool
    named: frozenset[str]


def cases() -> Iterator[Case]:
    with gzip.open(shared("data", "evm", "transactions-with-receipts.jsonl.gz")) as file:
        for text in file:
            try:
                block = recorded.read(text, None)
            except ValueError:
                block = recorded.read(text, "optimism")
            tx, chain = block.txs[0], block.head.network.chain
            moves = [
                Move(m.kind, m.payer, m.payee, "native" if m.token is None else f"{chain}:{m.token}", m.amount)
                for m in decode.decode(tx).moves
                if m.amount > 1 or not is_id(m.token or "")
            ]
            said = any(log.topics and log.topics[0] in SAID for log in tx.logs)
            yield Case(tx, moves, said, frozenset(_named(tx)))


def _named(tx: Tx) -> Iterator[str]:
    for log in tx.logs:
        first = log.topics[0] if log.topics else ""
        if first in NAMED and len(log.topics) > NAMED[first]:
            yield "0x" + log.topics[NAMED[first]][26:]
        if first == WALLET:
            yield log.contract


def converts(found: Study) -> bool:
    return any(one.ins and one.outs for one in found.conversions)


def figures() -> tuple[Counter[str], list[Case]]:
    """Counts by what is known beside the movements, and the cases that are not explained with all of it."""
    counts, rest = Counter[str](), []
    every = list(cases())
    signers = {case.tx.sender for case in every}
    for case in every:
        alone = study(case.moves)
        signing = study(case.moves, signers)
        knowing = study(case.moves, signers | case.named)
        group = "said" if case.said else "unsaid"
        counts[group] += 1
        counts[f"{group} alone"] += converts(alone)
        counts[f"{group} signers"] += converts(signing)
        counts[f"{group} named"] += converts(knowing)
        counts[f"{group} unclear"] += bool(knowing.unclear) and not converts(knowing)
        if case.said and not converts(knowing):
            rest.append(case)
        for one in knowing.conversions:
            counts["owner initiates"] += one.owner == case.tx.sender
            counts["owner named"] += one.owner != case.tx.sender
            counts["other recipient"] += one.recipient != one.owner
    return counts, rest


def page() -> str:
    """The table of figures, as the page has it."""
    counts, _ = figures()
    total = counts["said"] + counts["unsaid"]
    lines = [
        f"| of {total:,} transactions | events say so | events say nothing |",
        "|---|---|---|",
        f"| transactions | {counts['said']} | {counts['unsaid']} |",
        f"| netting finds a conversion, from the movements alone | {counts['said alone']} | {counts['unsaid alone']} |",
        f"| … with the senders of all these transactions as plain accounts | {counts['said signers']}"
        f" | {counts['unsaid signers']} |",
        f"| … and the accounts that order events and wallets name | {counts['said named']}"
        f" | {counts['unsaid named']} |",
        f"| a party trades, and its owner cannot be told | {counts['said unclear']} | {counts['unsaid unclear']} |",
    ]
    return "\n".join(lines)


def test_the_page_has_the_figures_that_the_data_gives() -> None:
    assert page() in PAGE.read_text(encoding="utf-8")


def test_every_transaction_that_is_not_explained_is_on_the_page_with_a_reason() -> None:
    _, rest = figures()
    section = PAGE.read_text(encoding="utf-8").partition("## What netting does not explain")[2].partition("\n## ")[0]
    listed = re.findall(r"`(0x[0-9a-f]{8})`", section)
    assert sorted(listed) == sorted(case.tx.hash[:10] for case in rest)


def test_no_pool_that_says_it_swapped_is_an_owner() -> None:
    """Whoever emits the event of a swap is a pool or a router, and never the one who converted."""
    swaps = {topic(text) for text in CRITERION.split() if text.startswith(("Swap(", "TokenExchange("))}
    checked = 0
    every = list(cases())
    signers = {case.tx.sender for case in every}
    for case in every:
        pools = {log.contract for log in case.tx.logs if log.topics and log.topics[0] in swaps}
        for one in study(case.moves, signers | case.named).conversions:
            assert one.owner not in pools, case.tx.hash
            checked += bool(pools)
    assert checked > 200


if __name__ == "__main__":
    counts, rest = figures()
    sys.stdout.write(page() + "\n\n" + "".join(f"{n} {what}\n" for what, n in sorted(counts.items())))
    sys.stdout.write("".join(f"{case.tx.head.network.chain} {case.tx.hash}\n" for case in rest))
