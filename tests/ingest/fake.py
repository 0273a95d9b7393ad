"""A server on loopback that answers as a Bitcoin node does, out of blocks it is given; it can be made to misbehave."""

import json
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Any

from dyepack.ingest.bitcoin.network import network
from dyepack.ingest.bitcoin.raw import gathered, parse
from tests.ingest.chainfiles import Coin, hash_of, twice
from tests.ingest.loopback import Quiet, listening

_SHORT = re.compile(r"(?<![\w.\"])[0-9.]+e-[0-9]+")
"""How Python prints small amounts, and no node does."""
Answer = Callable[[str, Any], Any]
"""Changes what a call is answered: gets its name and the true answer."""


def told(raw: bytes, height: int, coins: dict[tuple[bytes, int], Coin]) -> dict[str, Any]:
    """A block as a node tells of it at the highest verbosity; learns its outputs."""
    parsed = parse(gathered([raw], ["fake"]), network("bitcoin"))
    entries, at, row = [], 81, 0
    for index, count in enumerate(parsed.tx_inputs.tolist()):
        size = _size(raw, at)
        entry: dict[str, Any] = {"txid": parsed.tx_id[index, ::-1].tobytes().hex(), "hex": raw[at : at + size].hex()}
        spent = [coins[bytes(parsed.in_id[row + n]), int(parsed.in_place[row + n])] for n in range(count)]
        row += count
        entry["vin"] = [{"prevout": {"value": _coins(v), "scriptPubKey": {"hex": s.hex()}}} for v, s in spent]
        made = _outputs(raw[at : at + size])
        entry["vout"] = [
            {"value": _coins(v), "n": n, "scriptPubKey": {"hex": s.hex()}} for n, (v, s) in enumerate(made)
        ]
        if index:
            entry["fee"] = _coins(sum(v for v, _ in spent) - sum(v for v, _ in made))
        for n, coin in enumerate(made):
            coins[twice(raw[at : at + size]), n] = coin
        entries.append(entry)
        at += size
    whole = {
        name: int.from_bytes(raw[low : low + 4], "little")
        for name, low in (("version", 0), ("time", 68), ("nonce", 76))
    }
    head = {"hash": hash_of(raw)[::-1].hex(), "height": height, "merkleroot": raw[36:68][::-1].hex()}
    before = {} if raw[4:36] == bytes(32) else {"previousblockhash": raw[4:36][::-1].hex()}
    return {**head, **before, **whole, "bits": raw[72:76][::-1].hex(), "tx": entries}


def _coins(amount: int) -> float:
    return amount / 10**8


def _printed(answer: Any) -> bytes:
    """JSON with amounts of eight decimals, as nodes print them."""
    return _SHORT.sub(lambda number: f"{float(number[0]):.8f}", json.dumps(answer)).encode()


def _outputs(raw: bytes) -> list[Coin]:
    """The outputs of a transaction without witness and of small counts."""
    at = 5
    for _ in range(raw[4]):
        at += 36
        at += 1 + raw[at] + 4
    count, at, found = raw[at], at + 1, []
    for _ in range(count):
        size = raw[at + 8]
        found.append((int.from_bytes(raw[at : at + 8], "little"), raw[at + 9 : at + 9 + size]))
        at += 9 + size
    return found


def _size(raw: bytes, start: int) -> int:
    at = start + 5
    for _ in range(raw[start + 4]):
        at += 36
        at += 1 + raw[at] + 4
    count, at = raw[at], at + 1
    for _ in range(count):
        at += 9 + raw[at + 8]
    return at + 4 - start


class Fake:
    """The blocks it serves, from height 0, and how it misbehaves."""

    def __init__(self, blocks: Sequence[bytes]) -> None:
        self.serve(blocks)
        self.change: Answer = lambda _, answer: answer
        self.mangle: Callable[[bytes], bytes] = lambda body: body
        self.refuse = 0
        self.cut = 0
        self.slow = 0.0
        self.asked: list[str] = []
        self.url = ""

    def serve(self, blocks: Sequence[bytes]) -> None:
        """Have another chain from now on."""
        coins: dict[tuple[bytes, int], Coin] = {}
        self.told = [told(raw, height, coins) for height, raw in enumerate(blocks)]
        self.raw = {hash_of(raw)[::-1].hex(): raw for raw in blocks}

    def answer(self, method: str, params: Sequence[Any]) -> Any:
        self.asked.append(method)
        if method == "getblockchaininfo":
            return {"chain": "main", "blocks": len(self.told) - 1}
        if method == "getblockhash":
            return self.told[params[0]]["hash"]
        if params[1] in (False, 0):
            return self.raw[params[0]].hex()
        return next(one for one in self.told if one["hash"] == params[0])

    def rest(self, path: str) -> Any:
        if path == "/rest/chaininfo.json":
            return self.answer("getblockchaininfo", ())
        if path.startswith("/rest/blockhashbyheight/"):
            return {"blockhash": self.answer("getblockhash", (int(path.rsplit("/", 1)[1].removesuffix(".json")),))}
        return self.answer("getblock", (path.rsplit("/", 1)[1].removesuffix(".json"), 3))


@contextmanager
def fake(blocks: Sequence[bytes]) -> Iterator[Fake]:
    """The server, for as long as the block runs."""
    state = Fake(blocks)

    class Handler(Quiet, BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self._send(body["method"], lambda: {"result": state.answer(body["method"], body["params"]), "error": None})

        def do_GET(self) -> None:
            self._send(self.path, lambda: state.rest(self.path))

        def _send(self, name: str, make: Callable[[], Any]) -> None:
            time.sleep(state.slow)
            if state.refuse > 0:
                state.refuse -= 1
                self.send_error(503)
                return
            data = state.mangle(_printed(state.change(name, make())))
            self.send(data, state)

    with listening(Handler) as port:
        state.url = f"http://user:secret@127.0.0.1:{port}"
        yield state
