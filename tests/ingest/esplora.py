"""A server on loopback that answers as Esplora does, out of raw blocks it is given; it can be made to misbehave."""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.ingest.chainfiles import Coin, hash_of, twice
from tests.ingest.loopback import Quiet, listening


class Bytes:
    """Reads one thing after the other."""

    def __init__(self, data: bytes, at: int = 0) -> None:
        self.data, self.at = data, at

    def take(self, size: int) -> bytes:
        self.at += size
        return self.data[self.at - size : self.at]

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size), "little")

    def compact(self) -> int:
        first = self.number(1)
        return first if first < 0xFD else self.number(2 << (first - 0xFD))

    def script(self) -> bytes:
        return self.take(self.compact())


def listed(raw: Bytes, coins: dict[tuple[str, int], Coin]) -> dict[str, Any]:
    """The next transaction as lists have it, with its witness read past; learns its outputs."""
    begin, version = raw.at, raw.number(4)
    spent: list[dict[str, Any]] = []
    flagged = raw.data[raw.at] == 0
    raw.take(2 if flagged else 0)
    body = raw.at
    for _ in range(raw.compact()):
        txid, vout = raw.take(32)[::-1].hex(), raw.number(4)
        script = raw.script().hex()
        spent.append({"txid": txid, "vout": vout, "scriptsig": script, "sequence": raw.number(4)})
        spent[-1] |= {"is_coinbase": vout == 0xFFFFFFFF, "prevout": None}
        if (txid, vout) in coins:
            value, paid = coins[txid, vout]
            spent[-1]["prevout"] = {"value": value, "scriptpubkey": paid.hex(), "scriptpubkey_type": "?"}
    made = [(raw.number(8), raw.script()) for _ in range(raw.compact())]
    end = raw.at
    for _ in range(len(spent) if flagged else 0):
        for _ in range(raw.compact()):
            raw.script()
    locktime = raw.number(4)
    txid = twice(raw.data[begin : begin + 4] + raw.data[body:end] + raw.data[raw.at - 4 : raw.at])[::-1].hex()
    coins |= {(txid, place): coin for place, coin in enumerate(made)}
    worth = [one["prevout"]["value"] for one in spent if one["prevout"]]
    fee = sum(worth) - sum(value for value, _ in made) if len(worth) == len(spent) else 0
    paid_to = [{"value": value, "scriptpubkey": script.hex(), "scriptpubkey_type": "?"} for value, script in made]
    return {"txid": txid, "version": version, "locktime": locktime, "fee": fee, "vin": spent, "vout": paid_to}


def transactions(block: bytes, coins: dict[tuple[str, int], Coin]) -> list[dict[str, Any]]:
    raw = Bytes(block, 80)
    return [listed(raw, coins) for _ in range(raw.compact())]


def header(block: bytes, height: int, count: int) -> dict[str, Any]:
    head = Bytes(block)
    said = {"id": hash_of(block)[::-1].hex(), "height": height, "version": head.number(4), "tx_count": count}
    before = head.take(32)[::-1].hex()
    said |= {"previousblockhash": before if before.strip("0") else None, "merkle_root": head.take(32)[::-1].hex()}
    return {**said, "timestamp": head.number(4), "bits": head.number(4), "nonce": head.number(4)}


def path(ids: Sequence[str], place: int) -> list[str]:
    """The hashes beside a transaction, level by level."""
    level, found = [bytes.fromhex(one)[::-1] for one in ids], []
    while len(level) > 1:
        found.append(level[min(place ^ 1, len(level) - 1)][::-1].hex())
        level = [twice(level[i] + level[min(i + 1, len(level) - 1)]) for i in range(0, len(level), 2)]
        place >>= 1
    return found


class Explorer:
    """The blocks it knows, from height 0; `owners` says which script is which address."""

    def __init__(self, blocks: Sequence[bytes], owners: dict[str, bytes], page: int = 25) -> None:
        coins: dict[tuple[str, int], Coin] = {}
        self.page, self.owners = page, owners
        self.blocks, self.txs = list[dict[str, Any]](), list[dict[str, Any]]()
        self.ids: dict[str, list[str]] = {}
        for height, raw in enumerate(blocks):
            found = transactions(raw, coins)
            self.blocks.append(header(raw, height, len(found)))
            status = {"confirmed": True, "block_height": height, "block_hash": self.blocks[-1]["id"]}
            self.txs += [{**tx, "status": status} for tx in found]
            self.ids[self.blocks[-1]["id"]] = [tx["txid"] for tx in found]
        self.change: Callable[[str, Any], Any] = lambda _, said: said
        self.asked: list[str] = []
        self.slow, self.cut, self.busy = 0.0, 0, 0
        self.url = ""

    def of(self, address: str) -> list[dict[str, Any]]:
        script = self.owners[address].hex()
        ends = [(tx, [*tx["vout"], *(one["prevout"] or {} for one in tx["vin"])]) for tx in self.txs]
        return [tx for tx, coins in reversed(ends) if any(coin.get("scriptpubkey") == script for coin in coins)]

    def about_blocks(self, parts: Sequence[str]) -> Any:
        if parts[0] == "blocks":
            return self.blocks[-1]["id"]
        if parts[0] == "block-height":
            return self.blocks[int(parts[1])]["id"]
        found = next(one for one in self.blocks if one["id"] == parts[1])
        return {"in_best_chain": True, "height": found["height"]} if len(parts) > 2 else found

    def answer(self, where: str) -> Any:
        parts = where.strip("/").split("/")
        if parts[0].startswith("block"):
            return self.about_blocks(parts)
        if parts[0] == "tx":
            tx = next(one for one in self.txs if one["txid"] == parts[1])
            ids = self.ids[tx["status"]["block_hash"]]
            place = ids.index(parts[1])
            return {"block_height": tx["status"]["block_height"], "pos": place, "merkle": path(ids, place)}
        every = self.of(parts[1])
        if len(parts) == 2:
            return {"address": parts[1], "chain_stats": {"tx_count": len(every)}, "mempool_stats": {"tx_count": 0}}
        start = next(n for n, tx in enumerate(every) if tx["txid"] == parts[4]) + 1 if len(parts) > 4 else 0
        return every[start : start + self.page]


@contextmanager
def served(state: Explorer) -> Iterator[Explorer]:
    """The server, for as long as the block runs."""

    class Handler(Quiet, BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            where = self.path.removeprefix("/api")
            state.asked.append(where)
            time.sleep(state.slow)
            if state.busy > 0:
                state.busy -= 1
                self.send_error(429)
                return
            said = state.change(where, state.answer(where))
            body = said if isinstance(said, bytes) else (said if isinstance(said, str) else json.dumps(said)).encode()
            self.send(body, state)

    with listening(Handler) as port:
        state.url = f"http://127.0.0.1:{port}/api"
        yield state
