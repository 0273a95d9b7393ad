"""Transactions that others labelled: Whirlpool and Wasabi 1 of mainnet, and runs of real programs on a test chain.

From crocs-muni/pets26_coinjoin_analysis (MIT), which has them from Dumplings and from its own emulations. Dumplings
labels by rules of its own, so a label may be wrong; see `reviewed`.
"""

import json
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dyepack.cluster.lines import Line, parse

FOLDER = ("data", "bitcoin", "coinjoin")
TO_CASES = ("..", "..", "..", "cases", "coinjoins")
"""From there to the rounds that a coordinator lists, and to trades."""
SATS = 10**8
_SCRIPTS = {"nulldata": "op_return", "witness_v0_keyhash": "p2wpkh", "witness_v0_scripthash": "p2wsh",
            "pubkeyhash": "p2pkh", "scripthash": "p2sh", "witness_v1_taproot": "p2tr"}  # fmt: skip


@dataclass(frozen=True)
class Mainnet:
    """The sets of mainnet, each with its labels as they came, by transaction."""

    mixes: dict[str, Line]
    tx0s: dict[str, Line]
    samourai_after: dict[str, Line]
    wasabi: dict[str, Line]
    wasabi_after: dict[str, Line]
    not_wasabi1: frozenset[str]

    @property
    def every(self) -> dict[str, Line]:
        """All of them."""
        return self.mixes | self.tx0s | self.samourai_after | self.wasabi | self.wasabi_after


@dataclass(frozen=True)
class TestRun:
    """A run of real programs on a test chain: transactions, and whose each input is, as far as the programs say."""

    name: str
    lines: tuple[Line, ...]
    owners: tuple[tuple[str | None, ...], ...]


def mainnet(folder: Path) -> Mainnet:
    """Read the sets of mainnet."""
    samourai, wasabi = folder / "dumplings__sw_202403.zip", folder / "dumplings__ww1_202405.zip"
    reviewed = json.loads((folder / "reviewed-false-positives" / "wasabi1_false_cjtxs.json").read_text("utf-8"))
    return Mainnet(
        _lines(samourai, "SamouraiCoinJoins.txt"),
        _lines(samourai, "SamouraiTx0s.txt"),
        _lines(samourai, "SamouraiPostMixTxs.txt"),
        _lines(wasabi, "WasabiCoinJoins.txt"),
        _lines(wasabi, "WasabiPostMixTxs.txt"),
        frozenset(tx for part in reviewed.values() for tx in part),
    )


def _lines(path: Path, name: str) -> dict[str, Line]:
    with zipfile.ZipFile(path) as archive, archive.open(f"Scanner/{name}") as file:
        good, bad = parse(file.read().decode("utf-8").splitlines())
    if bad:
        raise ValueError(f"{path.name}/{name}:{bad[0].number}: {bad[0].reason}")
    return {line.tx_hash: line for line in good}


def test_runs(folder: Path) -> Iterator[TestRun]:
    """Every run on a test chain, by name."""
    for path in sorted((folder / "regtest-with-wallet-truth").glob("*.zip")):
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            for root in sorted({name.split("/data/")[0] for name in names if "/btc-node/block_" in name}):
                yield _run(archive, root, [name for name in names if name.startswith(root)])


def _run(archive: zipfile.ZipFile, root: str, names: Iterable[str]) -> TestRun:
    listed = list(names)
    txs = {
        tx["txid"]: (block["height"], place, tx)
        for block in (_json(archive, name) for name in listed if "/btc-node/block_" in name)
        for place, tx in enumerate(block["tx"])
    }
    owner: dict[str, str] = {}
    coins: dict[tuple[str, int], tuple[int, str]] = {}
    for name in listed:
        program = name.removeprefix(f"{root}/data/").split("/")[0]
        if name.endswith("/keys.json"):
            owner |= {key["address"]: program for key in _json(archive, name)}
        elif name.endswith("coins.json") and "/data/" in name:
            for coin in _json(archive, name):
                owner.setdefault(coin["address"], program)
                coins[coin["txid"], coin["index"]] = coin["amount"], coin["address"]
        elif name.endswith("/wallets_info.json"):
            owner |= {key: program for program, keys in _json(archive, name).items() for key in keys}
    for tx_hash, (_, _, tx) in txs.items():
        for output in tx["vout"]:
            coins[tx_hash, output["n"]] = _sats(output), output["scriptPubKey"].get("address", "")
    lines, owners = [], []
    for _, place, tx in sorted(txs.values(), key=lambda one: one[:2]):
        line = _line(tx, place, coins)
        lines.append(line)
        owners.append(tuple(owner.get(address) for _, address, _ in line.ins))
    return TestRun(root.rsplit("/", maxsplit=1)[-1], tuple(lines), tuple(owners))


def _line(tx: dict[str, Any], place: int, coins: dict[tuple[str, int], tuple[int, str]]) -> Line:
    spends = tuple((one["txid"], int(one["vout"])) for one in tx["vin"] if "txid" in one)
    unknown = (-1, "")
    ins = tuple((*coins.get(spent, unknown), "p2wpkh") for spent in spends)
    outs = tuple(
        (_sats(one), one["scriptPubKey"].get("address", "none"), _SCRIPTS.get(one["scriptPubKey"]["type"], "other"))
        for one in tx["vout"]
    )
    return Line(0, tx["txid"], place, 0, spends, ins, outs)


def _sats(output: dict[str, Any]) -> int:
    sats: int = round(output["value"] * SATS)
    return sats


def _json(archive: zipfile.ZipFile, name: str) -> Any:
    return json.loads(archive.read(name))
