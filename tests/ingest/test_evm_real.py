"""Real transactions and blocks: what is decoded is held against what the raw data says, worked out another way."""

import gzip
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from dyepack.ingest.evm import decode, events, multitoken, parity, recorded, vaults
from dyepack.ingest.evm.networks import ZERO, by_chain
from dyepack.ingest.evm.records import NOBODY_SAID, BlockData, Moved, Tx
from tests.conftest import shared

SILENT = {(tx, "0x83f2") for tx in ("0x27bd72a2", "0x5d4d8d4c", "0x6b2a1f83")} | {("0x228e4ec7", "0x5f85")}
"""Where a vault says shares by its own event alone."""
L1_FEES = (10, 8453, 534352)
"""Chains whose receipts state a fee for data on the layer below; 49 of their receipts lack it."""
Deltas = Counter[tuple[str, str | None]]


def lines() -> Iterator[tuple[dict[str, Any], BlockData]]:
    """The 1,172 transactions, raw and read; the one that names no chain is of Optimism before Bedrock."""
    with gzip.open(shared("data", "evm", "transactions-with-receipts.jsonl.gz")) as file:
        for text in file:
            raw = json.loads(text)
            yield raw, recorded.read(text, "optimism" if raw["chain_id"] is None else None)


def blocks() -> Iterator[tuple[dict[str, Any], BlockData]]:
    for path in sorted(shared("data", "evm", "blocks-with-traces").iterdir()):
        text = gzip.decompress(path.read_bytes())
        yield json.loads(text), parity.read(text, by_chain("ethereum"))


def deltas(moves: list[Moved]) -> Deltas:
    found: Deltas = Counter()
    for move in moves:
        found[move.payer, move.token] -= move.amount
        found[move.payee, move.token] += move.amount
    return Counter({key: value for key, value in found.items() if value})


def balanced(found: Deltas) -> bool:
    sums: Counter[str | None] = Counter()
    for (_, token), value in found.items():
        sums[token] += value
    return not any(sums.values())


def number(text: str | int | None) -> int:
    return int(text or "0", 16) if isinstance(text, str) and text.startswith("0x") else int(text or 0)


def beside(tx: str, where: str, first: list[str], said: tuple[list[str], str]) -> tuple[str, str, str, int] | None:
    """What an event of ERC-1155 or of a vault moves."""
    (words, data), silent = said, (tx[:10], where[:6]) in SILENT
    if first == [multitoken.SINGLE]:
        return words[1], words[2], f"{where}/{number(data[:66])}", number("0x" + data[66:])
    if first == [vaults.DEPOSIT] and silent:
        return ZERO, words[1], where, number("0x" + data[66:])
    if first == [vaults.WITHDRAW] and silent:
        return words[2], ZERO, where, number("0x" + data[66:])
    return None


def plain_deltas(raw: Mapping[str, Any], tx: Tx) -> Deltas:
    """The twin: balances from the raw record, without a list of movements, in no order."""
    found: Deltas = Counter()

    def pay(payer: str, payee: str, token: str | None, amount: int) -> None:
        found[payer, token] -= amount
        found[payee, token] += amount

    sent, receipt = raw["tx"], raw["receipt"]
    kind = number(sent.get("type"))
    free = kind in (0x64, 0x7E)
    if free:
        pay(ZERO, sent["from"], None, number(sent.get("mint")) or (number(sent["value"]) if kind == 0x64 else 0))
    elif kind != 0x68 and not (raw["chain_id"] in L1_FEES and receipt.get("l1Fee") is None):
        fee = number(receipt["gasUsed"]) * number(receipt.get("effectiveGasPrice") or sent["gasPrice"])
        pay(sent["from"], NOBODY_SAID, None, fee + number(receipt.get("l1Fee")))
    if receipt.get("status", "0x1") == "0x1":
        pay(sent["from"], sent["to"] or receipt["contractAddress"], None, number(sent["value"]))
        for call in raw["internal"] or ():
            if (call.get("callType") or "call") == "call" and call["isError"] == "0":
                pay(call["from"], call["to"] or call["contractAddress"], None, int(call["value"]))
        for log in receipt["logs"]:
            where, topics = log["address"], log["topics"]
            words = ["0x" + topic[26:] for topic in topics[1:]]
            if topics[:1] == [events.TRANSFER] and len(topics) == 3 and not where.startswith("0xdeaddead"):
                pay(words[0], words[1], where, number(log["data"]))
            elif one := beside(sent["hash"], where, topics[:1], (words, log["data"])):
                pay(*one)
            elif topics[:1] == [events.DEPOSIT] and where == tx.head.network.wrapped:
                pay(ZERO, words[0], where, number(log["data"]))
            elif topics[:1] == [events.WITHDRAWAL] and where == tx.head.network.wrapped:
                pay(words[0], ZERO, where, number(log["data"]))
    return Counter({key: value for key, value in found.items() if value})


def test_every_transaction_balances_and_agrees_with_the_raw_record() -> None:
    counts, left = Counter[str](), Counter[str]()
    for raw, block in lines():
        out = decode.decode(block.txs[0])
        found = deltas(out.moves)
        assert balanced(found), raw["tx"]["hash"]
        assert found == plain_deltas(raw, block.txs[0]), raw["tx"]["hash"]
        counts.update(move.kind for move in out.moves)
        left.update(one.field for one in out.left)
        assert all(decode.fits(move) is None for move in out.moves)
    assert counts == {"token": 6103, "fee": 1107, "mint": 1037, "internal": 849, "burn": 371, "native": 203}
    assert left == {"fee": 50}


def test_the_wrapped_coin_is_backed_in_every_transaction() -> None:
    """What its contract gets and pays in the native coin is what it makes and destroys, where all calls are there."""
    checked = 0
    for _, block in lines():
        tx = block.txs[0]
        wrapped = tx.head.network.wrapped
        found = deltas(decode.decode(tx).moves)
        if tx.frames is None or wrapped is None or not found[ZERO, wrapped]:
            continue
        assert found[wrapped, None] == -found[ZERO, wrapped], tx.hash
        checked += 1
    assert checked > 150


SYNC = "0x1c411e9a96e071241c2f21f7726b17ae89e3cab4c78be50e062b03a9fffbbad1"
SWAP_2 = "0xd78ad95fa46c994b6551d0da85fc275fe613ce37657fb8d5e3d130840159d822"
SWAP_3 = "0xc42079f94a6350d7e6235f29174924f928cc2ac818eb64fed8004e115fbcca67"


def swapped(log: Mapping[str, Any]) -> tuple[int, int]:
    """What a pool says a swap did to its two reserves: two amounts in and two out, or two signed amounts."""
    words = [int(log["data"][2 + 64 * n : 66 + 64 * n], 16) for n in range(len(log["data"]) // 64)]
    if log["topics"][0] == SWAP_2:
        return words[0] - words[2], words[1] - words[3]
    signed = [word - 2**256 if word >= 2**255 else word for word in words]
    return signed[0], signed[1]


def test_movements_explain_what_pools_say_they_swapped() -> None:
    """Pools that did nothing but swap: their tokens changed by what their own events sum up to.

    In three, a token reports a movement from two contracts. In four, the pool's event and the tokens' events differ: by
    a fee that two pools pass on, by one percent that a token keeps from each payment, and by one unit of a token that
    counts shares and rounds.
    """
    outcome = Counter[str]()
    for raw, block in lines():
        by_pool: dict[str, list[dict[str, Any]]] = {}
        for log in raw["receipt"]["logs"]:
            by_pool.setdefault(log["address"], []).append(log)
        found = deltas(decode.decode(block.txs[0]).moves)
        for pool, logs in by_pool.items():
            if {log["topics"][0] for log in logs if log["topics"]} - {SYNC} not in ({SWAP_2}, {SWAP_3}):
                continue
            swaps = [swapped(log) for log in logs if log["topics"][0] != SYNC]
            said = sorted(total for total in map(sum, zip(*swaps, strict=True)) if total)
            came = Counter(value for (who, _), value in found.items() if who == pool)
            outcome["less" if Counter(said) - came else "more" if came - Counter(said) else "same"] += 1
    assert outcome == {"same": 286, "more": 3, "less": 4}


def tree_deltas(traces: list[dict[str, Any]], path: list[int]) -> Deltas:
    """The twin for traces: a call gives what it moves and what its children give, or nothing if it failed."""
    found: Deltas = Counter()
    here = next(trace for trace in traces if trace["trace_address"] == path)
    if here["error"]:
        return found
    action = here["action"]
    if here["type"] == "suicide":
        payer, payee, amount = action["address"], action["refundAddress"], number(action["balance"])
    else:
        silent = action.get("callType", "call") != "call"
        payer, amount = action["from"], 0 if silent else number(action["value"])
        payee = here["result"]["address"] if here["type"] == "create" else action["to"]
    found[payer, None] -= amount
    found[payee, None] += amount
    for child in range(here["subtraces"]):
        for key, value in tree_deltas(traces, [*path, child]).items():
            found[key] += value
    return found


def test_every_traced_block_balances_and_agrees_with_its_tree_of_calls() -> None:
    counts, left, transactions = Counter[str](), Counter[str](), 0
    for raw, block in blocks():
        by_tx: dict[str, list[dict[str, Any]]] = {}
        for trace in raw["traces"]:
            by_tx.setdefault(trace["transaction_hash"], []).append(trace)
        assert block.size == len(raw["receipts"])
        for tx in block.txs:
            out = decode.decode(tx)
            assert balanced(deltas(out.moves))
            value = [move for move in out.moves if move.kind in ("native", "internal")]
            twin = tree_deltas(by_tx[tx.hash], [])
            assert deltas(value) == {key: change for key, change in twin.items() if change}, tx.hash
            transactions += 1
            counts.update(move.kind for move in out.moves)
            left.update(one.field for one in out.left)
        rewards = decode.made(block).moves
        counts.update(move.kind for move in rewards)
        uncles = sum(1 for one in block.credits if one.why == "uncle")
        assert sum(move.amount for move in rewards if move.payee == (block.head.maker or "")) in (
            0,
            2 * 10**18 + uncles * 2 * 10**18 // 32,
        )
    assert transactions == 5762
    assert counts == {"fee": 3959, "burn": 3668, "native": 2679, "internal": 1552, "reward": 27}
    assert left == {"fee": 1751}
