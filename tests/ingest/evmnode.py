"""An EVM node served on loopback, with a chain of its own that holds together: hashes, roots, calls and balances.

It can be told to misbehave: each entry of `faults` is a function that may change, delay or break one answer.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Any

from dyepack.ingest.evm import seal, trie
from dyepack.ingest.evm.events import TRANSFER
from tests.ingest.loopback import Quiet, listening

A, B, C, MAKER = (f"0x{letter * 40}" for letter in "abcf")
TOKEN = "0x" + "7" * 40
LISTED = "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48"
EMPTY_UNCLES = "0x" + trie.keccak(b"\xc0").hex()
FEE = 10**9
Fault = Callable[[str, Any], Any]


class Broken(Exception):
    """Raised by a fault: the connection is cut in the middle of the answer, or the status is another."""

    def __init__(self, status: int = 200, body: bytes | None = None) -> None:
        self.status, self.body = status, body


def word(value: int | str) -> str:
    return "0x" + (f"{value:064x}" if isinstance(value, int) else value[2:].rjust(64, "0"))


class Chain:
    """Blocks with two transactions each: a payment that a contract passes on, and a token's movement.

    `salt` makes another chain from block `fork` on.
    """

    def __init__(self, length: int, salt: int = 0, fork: int = 0) -> None:
        self.blocks: list[dict[str, Any]] = []
        self.receipts: dict[str, list[dict[str, Any]]] = {}
        self.balances: dict[str, list[int]] = {A: [10**24], B: [0], C: [0], MAKER: [0]}
        for number in range(length):
            self._add(number, salt if number >= fork else 0)

    def _add(self, number: int, salt: int) -> None:
        parent = self.blocks[-1]["hash"] if self.blocks else "0x" + "0" * 64
        sent = [self._tx(number, place, salt) for place in (0, 1)] if number else []
        paid = [self._receipt(tx, place) for place, tx in enumerate(sent)]
        block: dict[str, Any] = {
            "parentHash": parent,
            "sha3Uncles": EMPTY_UNCLES,
            "miner": MAKER,
            "stateRoot": "0x" + "5" * 64,
            "transactionsRoot": "0x" + trie.root([seal.signed(tx) for tx in sent]).hex(),
            "receiptsRoot": "0x" + trie.root([seal.receipt(one) for one in paid]).hex(),
            "logsBloom": "0x" + "0" * 512,
            "difficulty": "0x0",
            "number": hex(number),
            "gasLimit": "0x1c9c380",
            "gasUsed": hex(50_000 * len(sent)),
            "timestamp": hex(1_700_000_000 + 12 * number),
            "extraData": hex(salt) if salt >= 16 else "0x",
            "mixHash": "0x" + "0" * 64,
            "nonce": "0x" + "0" * 16,
            "baseFeePerGas": hex(FEE),
            "transactions": sent,
        }
        block["hash"] = "0x" + trie.keccak(seal.header(block)).hex()
        for tx, one in zip(sent, paid, strict=True):
            tx["blockHash"] = one["blockHash"] = block["hash"]
        self.blocks.append(block)
        self.receipts[block["number"]] = paid
        value = (number + salt) * 1000 if number else 0
        fee = 2 * 50_000 * FEE * 2 if number else 0
        changes = {A: -value - fee, B: value - value // 2, C: value // 2, MAKER: fee // 2}
        if number:
            for who, held in self.balances.items():
                held.append(held[-1] + changes[who])

    def _tx(self, number: int, place: int, salt: int) -> dict[str, Any]:
        tx = {
            "type": "0x2",
            "chainId": "0x1",
            "nonce": hex(2 * number + place),
            "maxPriorityFeePerGas": hex(FEE),
            "maxFeePerGas": hex(3 * FEE),
            "gas": "0x186a0",
            "from": A,
            "to": B if place == 0 else TOKEN,
            "value": hex((number + salt) * 1000 if place == 0 else 0),
            "input": "0x",
            "accessList": [],
            "v": "0x1",
            "yParity": "0x1",
            "r": "0x1",
            "s": "0x1",
            "blockNumber": hex(number),
            "transactionIndex": hex(place),
        }
        return {**tx, "hash": "0x" + trie.keccak(seal.signed(tx)).hex()}

    def _receipt(self, tx: Mapping[str, Any], place: int) -> dict[str, Any]:
        number = int(tx["blockNumber"], 16)
        log = {
            "address": TOKEN if number % 2 else LISTED,
            "topics": [TRANSFER, word(A), word(C)],
            "data": word(number),
            "logIndex": "0x0",
        }
        return {
            "type": "0x2",
            "transactionHash": tx["hash"],
            "transactionIndex": hex(place),
            "blockNumber": tx["blockNumber"],
            "status": "0x1",
            "cumulativeGasUsed": hex(50_000 * (place + 1)),
            "gasUsed": hex(50_000),
            "effectiveGasPrice": hex(2 * FEE),
            "logsBloom": "0x" + "0" * 512,
            "logs": [log] if place else [],
        }

    def answer(self, method: str, params: list[Any]) -> Any:
        """The result of a question; a LookupError where the node does not know the method."""
        name = re.sub(r"([A-Z])", lambda found: "_" + found[1].lower(), method)
        return getattr(self, f"_{name}")(*params)

    def _eth_chain_id(self) -> str:
        return "0x1"

    def _eth_block_number(self) -> str:
        return hex(len(self.blocks) - 1)

    def _eth_get_block_by_number(self, number: str, whole: bool) -> Any:
        place = int(number, 16)
        return self.blocks[place] if place < len(self.blocks) else None

    def _eth_get_block_receipts(self, number: str) -> Any:
        return self.receipts[number]

    def _eth_get_transaction_receipt(self, name: str) -> Any:
        return next(one for paid in self.receipts.values() for one in paid if one["transactionHash"] == name)

    def _eth_get_balance(self, who: str, number: str) -> str:
        held = self.balances.get(who, [0])
        return hex(held[min(int(number, 16), len(held) - 1)])

    def _eth_call(self, call: Mapping[str, str], number: str) -> str:
        if call["data"].startswith("0x70a08231"):
            return self._token_balance(call["to"], "0x" + call["data"][-40:], int(number, 16))
        if call["data"] == "0x95d89b41":
            name = "USDС" if call["to"] == TOKEN else "?"  # with a Cyrillic letter
            raw = name.encode()
            return (
                "0x" + (32).to_bytes(32, "big").hex() + len(raw).to_bytes(32, "big").hex() + raw.ljust(32, b"\0").hex()
            )
        return word(6)

    def _token_balance(self, token: str, who: str, block: int) -> str:
        moved = [n for n in range(1, block + 1) if (TOKEN if n % 2 else LISTED) == token]
        return word({A: 10**6 - sum(moved), C: sum(moved)}.get(who, 0))

    def _trace_block(self, number: str) -> Any:
        block, found = self.blocks[int(number, 16)], list[dict[str, Any]]()
        for tx in block["transactions"]:
            base = {
                "blockHash": block["hash"],
                "blockNumber": int(number, 16),
                "transactionHash": tx["hash"],
                "transactionPosition": int(tx["transactionIndex"], 16),
                "result": {"gasUsed": "0x0", "output": "0x"},
                "type": "call",
                "subtraces": 0,
            }
            action = {"from": tx["from"], "to": tx["to"], "value": tx["value"], "callType": "call"}
            found.append({**base, "action": action, "traceAddress": []})
            if int(tx["value"], 16):
                inner = {**action, "from": B, "to": C, "value": hex(int(tx["value"], 16) // 2)}
                found.append({**base, "action": inner, "traceAddress": [0]})
        return found

    def _debug_trace_block_by_hash(self, name: str, _: Any) -> Any:
        block = next(one for one in self.blocks if one["hash"] == name)
        found = []
        for tx, paid in zip(block["transactions"], self.receipts[block["number"]], strict=True):
            calls = [{"type": "CALL", "from": B, "to": C, "value": hex(int(tx["value"], 16) // 2)}]
            logs = [{**log, "position": "0x0"} for log in paid["logs"]]
            top = {"type": "CALL", "from": tx["from"], "to": tx["to"], "value": tx["value"], "logs": logs}
            found.append({"txHash": tx["hash"], "result": {**top, "calls": calls if int(tx["value"], 16) else []}})
        return found


class FakeNode:
    """What is served: a chain, the methods that are not known, and what goes wrong."""

    def __init__(self, chain: Chain) -> None:
        self.chain = chain
        self.unknown: set[str] = set()
        self.faults: list[Fault] = []
        self.single = False
        self.asked: list[str] = []
        self.url = ""

    def handle(self, body: bytes) -> bytes:
        """The answer to a request's body."""
        said = json.loads(body)
        if isinstance(said, list):
            whole: Any = {"error": "one at a time"} if self.single else [self._one(one) for one in said]
        else:
            whole = self._one(said)
        return json.dumps(whole).encode()

    def _one(self, said: Mapping[str, Any]) -> dict[str, Any]:
        method = said["method"]
        self.asked.append(method)
        start = {"jsonrpc": "2.0", "id": said["id"]}
        if method in self.unknown:
            return {**start, "error": {"code": -32601, "message": f"the method {method} does not exist"}}
        result = json.loads(json.dumps(self.chain.answer(method, said["params"])))
        for fault in self.faults:
            result = fault(method, result)
        return {**start, "result": result}


@contextmanager
def served(node: FakeNode) -> Iterator[FakeNode]:
    """The node on a port of loopback, while this lasts."""

    class Handler(Quiet, BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            try:
                self.give(node.handle(body))
            except Broken as broken:
                if broken.body is None:
                    self.connection.close()
                else:
                    self.give(broken.body, broken.status)

    with listening(Handler) as port:
        node.url = f"http://127.0.0.1:{port}"
        yield node
