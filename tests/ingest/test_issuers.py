"""What issuers do to addresses: every event by its signature, from nodes, files, lakes and TRON; only listed tokens."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from dyepack.addresses import normalise
from dyepack.ingest.evm import events
from dyepack.ingest.evm.chainload import Asked, load_chain
from dyepack.ingest.evm.issuers import EVENTS
from dyepack.ingest.evm.lake import load_lake
from dyepack.ingest.evm.live import LiveChain
from dyepack.ingest.evm.networks import ZERO, by_chain
from dyepack.ingest.evm.records import Decoded, Log, Moved
from dyepack.ingest.evm.rpc import Rpc
from dyepack.ingest.evm.trie import keccak
from dyepack.store import Store
from tests.ingest import test_tron as tron
from tests.ingest.evmnode import Chain, FakeNode, served
from tests.ingest.test_evm import A, B
from tests.ingest.test_lake import blocks, save, sent
from tests.ingest.test_lake_forms import log, word

USDT, USDC = "0xdac17f958d2ee523a2206206994597c13d831ec7", "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48"
ETHEREUM = by_chain("ethereum")
TOPIC = {event.name: topic for topic, event in EVENTS.items()}


def test_topics_are_the_hashes_of_signatures() -> None:
    for name, topic in TOPIC.items():
        takes = "address,uint256" if EVENTS[topic].what == "destroyed" else "address"
        assert topic == "0x" + keccak(f"{name}({takes})".encode()).hex()


def decoded(contract: str, topics: list[str], data: str = "0x") -> tuple[list[Moved], Decoded]:
    out = Decoded()
    moves = events.moved([Log(3, contract, tuple(topics), data)], ETHEREUM, out)
    return [move for _, move in moves], out


@pytest.mark.parametrize(
    ("contract", "topics", "data", "noted"),
    [
        (USDT, [TOPIC["AddedBlackList"]], word(A), ("frozen", None)),
        (USDT, [TOPIC["AddedBlackList"], word(A)], "0x", ("frozen", None)),
        (USDT, [TOPIC["RemovedBlackList"]], word(A), ("held", None)),
        (USDC, [TOPIC["Blacklisted"], word(A)], "0x", ("frozen", None)),
        (USDC, [TOPIC["UnBlacklisted"], word(A)], "0x", ("held", None)),
        (USDT, [TOPIC["DestroyedBlockedFunds"], word(A)], f"0x{9:064x}", ("destroyed", 9)),
    ],
)
def test_what_issuers_say_moves_nothing(contract: str, topics: list[str], data: str, noted: tuple[str, Any]) -> None:
    moves, out = decoded(contract, topics, data)
    assert (moves, out.left) == ([], [])
    assert [(one.token, one.address, one.what, one.amount, one.log) for one in out.noted] == [(contract, A, *noted, 3)]


def test_tethers_first_contract_destroys_without_a_transfer() -> None:
    moves, out = decoded(USDT, [TOPIC["DestroyedBlackFunds"]], word(A) + f"{9:064x}")
    assert moves == [Moved("burn", A, ZERO, USDT, 9, "log 3")]
    assert [(one.what, one.amount) for one in out.noted] == [("destroyed", 9)]


@pytest.mark.parametrize(
    ("topics", "data"),
    [
        ([TOPIC["AddedBlackList"]], "0x"),
        ([TOPIC["AddedBlackList"], word(A)], word(B)),
        ([TOPIC["DestroyedBlackFunds"], word(A)], "0x"),
        ([TOPIC["DestroyedBlackFunds"], word(A)], f"0x{2**256 - 1:064x}"),
        ([TOPIC["DestroyedBlackFunds"], word(A)], "0xzz"),
        ([TOPIC["Blacklisted"], "0x12"], "0x"),
    ],
)
def test_what_is_malformed_is_refused(topics: list[str], data: str) -> None:
    moves, out = decoded(USDT, topics, data)
    assert (moves, out.noted, len(out.left)) == ([], [], 1)


def test_anybodys_contract_may_say_so_and_is_not_believed() -> None:
    moves, out = decoded(B, [TOPIC["DestroyedBlackFunds"]], word(A) + f"{9:064x}")
    assert (moves, out.noted, dict(out.passed)) == ([], [], {"freeze of a token that is not listed": 1})


def test_on_tron_too() -> None:
    def said(name: str, *words: str) -> dict[str, Any]:
        return {"address": tron.USDT_HEX, "topics": [TOPIC[name][2:], words[0]], "data": "".join(words[1:])}

    who = tron.word(tron.B)
    record = tron.info(log=[said("AddedBlackList", who), said("DestroyedBlackFunds", who, f"{7:064x}")])
    out = tron.decoded(tron.tx("TriggerSmartContract", contract_address=tron.C), record)
    b = normalise(tron.B, "tron")
    assert [(one.address, one.what, one.amount, one.log) for one in out.noted] == [
        (b, "frozen", None, 0),
        (b, "destroyed", 7, 1),
    ]
    assert [(move.kind, move.payer, move.amount) for move in out.moves] == [("burn", b, 7)]


def test_a_lake_of_events_fills_the_table(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    blocks(lake, 1)
    save(lake, "transactions", [sent(1, 0)])
    rows = [
        log(0, USDT, [TOPIC["AddedBlackList"]], word(A)),
        log(1, USDT, [TOPIC["DestroyedBlackFunds"]], word(A) + f"{9:064x}"),
        {**log(2, USDC, [TOPIC["Blacklisted"], word(B)], "0x"), "block_number": 7},
    ]
    save(lake, "logs", rows)
    with Store.open(tmp_path / "ws", create=True) as store:
        load_lake(store, [lake], "ethereum")
        found = store.records("freezes")
        burnt = [row for row in store.records("transfers") if row.kind == "burn"]
    assert [(one.block, one.log, one.asset, one.address, one.what, one.amount) for one in found] == [
        (1, 0, f"ethereum:{USDT}", A, "frozen", None),
        (1, 1, f"ethereum:{USDT}", A, "destroyed", 9),
    ]
    assert [(row.seq, row.from_address, row.amount) for row in burnt] == [(1_000_001, A, 9)]


def test_a_node_fills_the_table_and_a_reorg_takes_it_back(tmp_path: Path) -> None:
    class Freezing(Chain):
        def _receipt(self, tx: Mapping[str, Any], place: int) -> dict[str, Any]:
            receipt = super()._receipt(tx, place)
            if int(tx["blockNumber"], 16) == 4 and place == 1 and not self.calm:
                frozen = {
                    **receipt["logs"][0],
                    "address": USDC,
                    "topics": [TOPIC["Blacklisted"], word(B)],
                    "data": "0x",
                }
                receipt["logs"] = [*receipt["logs"], {**frozen, "logIndex": "0x63"}]
            return receipt

        calm = False

    class Calm(Freezing):
        calm = True

    with served(FakeNode(Freezing(8))) as fake, Store.open(tmp_path / "ws", create=True) as store:
        for chain, wanted in ((fake.chain, [(4, "frozen", B)]), (Calm(9, salt=5, fork=4), [])):
            fake.chain = chain
            load_chain(store, LiveChain(Rpc(fake.url), ETHEREUM), Asked(1, confirmations=0, chunk=2))
            assert [(one.block, one.what, one.address) for one in store.records("freezes")] == wanted
