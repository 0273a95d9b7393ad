"""What no transaction moves, in traces of lakes: rewards, allocations, a decree; and traces as cryo has them."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from dyepack.addresses import normalise
from dyepack.errors import InputError
from dyepack.ingest.check import check
from dyepack.ingest.evm import daofork, rows
from dyepack.ingest.evm.events import TRANSFER
from dyepack.ingest.evm.issuers import EVENTS
from dyepack.ingest.evm.lake import load_lake
from dyepack.ingest.evm.networks import by_chain
from dyepack.ingest.evm.records import BlockData, Head
from dyepack.model import Transfer
from dyepack.store import Store
from tests.ingest.test_evm import A, B, C
from tests.ingest.test_lake import NAMES, blocks, load, save, sent, told, trace

USDT = "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t"


def reward(kind: str | None, payee: str, value: str, **more: Any) -> dict[str, Any]:
    row = trace(None, "", payee, value, trace_type="reward", call_type=None, status=1, reward_type=kind)
    return {**row, "from_address": None, "transaction_hash": None, "transaction_index": None, **more}


def head(number: int = 1, size: int = 3, **more: Any) -> dict[str, Any]:
    row = {"number": number, "timestamp": 1_600_000_000 + number, "hash": NAMES[number], "parent_hash": NAMES[0]}
    return {**row, "transaction_count": size, **more}


def test_rewards_stand_after_the_last_transaction_under_the_blocks_hash(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    save(lake, "blocks", [head()])
    made = [reward("uncle", B, "2"), reward("block", C, "9"), reward("uncle", A, "3"), reward("uncle", C, "0")]
    save(lake, "traces", [{**trace(None), "reward_type": None}, *made])
    loaded, found = load(lake)
    assert told([row for row in found if row.kind == "reward"]) == [
        (3, 0, "reward", "00", "cc", 9),
        (3, 1, "reward", "00", "aa", 3),
        (3, 2, "reward", "00", "bb", 2),
    ]
    assert {row.tx_hash for row in found if row.kind == "reward"} == {NAMES[1]}
    assert (loaded.refused, loaded.warnings) == (
        0,
        (
            "no events or token transfers: movements of tokens are missing",
            "no gas used: what transactions paid to be included is missing",
        ),
    )
    with Store.open(tmp_path / "ws") as store:
        [report] = check(store)
        assert report.findings == ()


def test_where_blocks_do_not_say_their_place_rewards_are_left_out_and_that_is_said(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    blocks(lake, 1)
    save(lake, "traces", [{**trace(None), "reward_type": None}, reward("block", C, "9")])
    loaded, found = load(lake)
    assert loaded.kinds == {"native": 1}
    assert "no rewards" in loaded.warnings[-1]
    save(lake, "transactions", [sent(1, 0), sent(1, 1)])
    loaded, found = load(lake, "other")
    assert [(row.tx_index, row.amount) for row in found if row.kind == "reward"] == [(2, 9)]


def test_what_block_0_gave_is_made_and_the_chain_is_known_to_be_whole(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    save(lake, "blocks", [head(0, 0, parent_hash=None), head(1, 1)])
    given = [reward(None, one, value, trace_type="genesis", block_number=0) for one, value in ((B, "7"), (A, "5"))]
    save(lake, "traces", [*given, {**trace(None, value="6"), "reward_type": None}])
    _, found = load(lake)
    assert told(found)[:2] == [(0, 0, "mint", "00", "aa", 5), (0, 1, "mint", "00", "bb", 7)]
    with Store.open(tmp_path / "ws") as store:
        [report] = check(store)
        assert [(one.kind, one.block) for one in report.findings] == [("negative", 1)]


def test_the_decree_of_block_1920000_comes_before_its_first_transaction(tmp_path: Path) -> None:
    lake, block = tmp_path / "lake", daofork.BLOCK
    save(lake, "blocks", [{**head(), "number": block}])
    drained = [(who, wei) for who, wei in daofork.drained().items() if wei][:2]
    decree = [reward(None, daofork.REFUND, str(wei), trace_type="daofork", from_address=who) for who, wei in drained]
    save(lake, "traces", [{**row, "block_number": block} for row in (trace(None), *decree)])
    _, found = load(lake)
    assert [(row.tx_index, row.seq, row.kind, row.from_address, row.amount) for row in found[:2]] == [
        (-1, n, "internal", who, wei) for n, (who, wei) in enumerate(drained)
    ]
    with Store.open(tmp_path / "ws") as store:
        assert "irregular" not in {note.name for note in check(store)[0].notes}


def test_a_whole_block_1920000_from_a_node_has_the_decree_and_no_other_block_has(tmp_path: Path) -> None:
    def of(number: int, size: int | None = 0, chain: str = "ethereum") -> list[Transfer]:
        sink = rows.Sink("node")
        data = BlockData(Head(by_chain(chain), number, NAMES[1], datetime(2016, 7, 20, tzinfo=UTC)), size=size)
        return list(rows.Rows({}).of(data, sink))

    found = of(daofork.BLOCK)
    assert len(daofork.drained()) == 116
    assert len(found) == sum(wei > 0 for wei in daofork.drained().values()) == 64
    assert sum(row.amount for row in found) == 12_001_961_845_205_763_407_115_004
    assert {(row.tx_index, row.tx_hash, row.to_address) for row in found} == {(-1, "dao-fork", daofork.REFUND)}
    assert not [*of(daofork.BLOCK + 1), *of(daofork.BLOCK, None), *of(daofork.BLOCK, chain="ethereum_classic")]


def test_a_block_1920000_without_the_decree_is_a_known_gap(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    save(lake, "blocks", [{**head(), "number": daofork.BLOCK}])
    save(lake, "traces", [{**trace(None), "block_number": daofork.BLOCK}])
    load(lake)
    with Store.open(tmp_path / "ws") as store:
        [note] = [one for one in check(store)[0].notes if one.name == "irregular"]
    assert "block 1920000 moved 12001961.845205763407115004 ETH of 116 accounts" in note.text


def cryo(kind: str, path: str, payer: str | None, payee: str | None, value: str, **more: Any) -> dict[str, Any]:
    raw = {name: bytes.fromhex(one[2:]) if one else None for name, one in (("from", payer), ("to", payee))}
    row = {"action_from": raw["from"], "action_to": raw["to"], "action_value": value, "action_type": kind}
    row |= {"action_call_type": "call" if kind == "call" else None, "action_reward_type": None, "result_address": None}
    place = {"transaction_position": 4, "transaction_hash": bytes.fromhex(NAMES[10][2:]), "block_number": 1}
    return {**row, "trace_address": path, **place, "error": None, **more}


TYPES: dict[str, Any] = {
    **dict.fromkeys(("action_from", "action_to", "result_address", "transaction_hash"), pa.binary()),
    **dict.fromkeys(("action_call_type", "action_reward_type", "error"), pa.string()),
    "transaction_position": pa.uint32(),
}


def test_traces_of_cryo(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    save(lake, "blocks", [{"block_number": 1, "timestamp": 1_600_000_001, "block_hash": bytes.fromhex(NAMES[1][2:])}])
    tx = {"block_number": 1, "transaction_index": 4, "transaction_hash": bytes.fromhex(NAMES[10][2:]), "nonce": 1}
    ends = {"from_address": bytes.fromhex(A[2:]), "to_address": bytes.fromhex(B[2:]), "gas_price": 2}
    save(lake, "transactions", [{**tx, **ends, "value_string": "5", "gas_used": 21000, "success": True}])
    nobody: dict[str, Any] = {"transaction_hash": None, "transaction_position": None}
    calls = [
        cryo("call", "", A, B, "5"),
        cryo("call", "0", B, C, "9", action_call_type="delegate_call"),
        cryo("call", "10", B, C, "3"),
        cryo("create", "2", B, None, "2", result_address=bytes.fromhex(C[2:])),
        cryo("suicide", "2_0", C, A, "1"),
        cryo("reward", "", B, None, "7", action_reward_type="uncle", **nobody),
        cryo("reward", "", C, None, "8", action_reward_type="reward", **nobody),
    ]
    save(lake, "traces", calls, **TYPES)
    loaded, found = load(lake)
    assert told(found) == [
        (1, 0, "reward", "00", "cc", 8),
        (1, 1, "reward", "00", "bb", 7),
        (4, 0, "fee", "aa", "kn", 42000),
        (4, 1, "native", "aa", "bb", 5),
        (4, 2, "internal", "bb", "cc", 2),
        (4, 3, "internal", "cc", "aa", 1),
        (4, 4, "internal", "bb", "cc", 3),
    ]
    assert (loaded.refused, loaded.datasets) == (0, {"blocks": 1, "traces": 1, "transactions": 1})
    save(lake, "traces", [cryo("call", "", A, B, "5", error="Reverted")], **TYPES)
    with pytest.raises(InputError, match="without calls that failed"):
        load(lake, "other")


@pytest.mark.parametrize("form", [str, lambda one: "0x" + normalised(one), lambda one: "41" + normalised(one)])
def test_events_of_tron_in_an_export(tmp_path: Path, form: Any) -> None:
    """The contract in base58, or in hex with 0x or 41; what its issuer does to an address is noted too."""
    a, b = (normalise("41" + letter * 40, "tron") for letter in "ab")
    topic = {event.name: name for name, event in EVENTS.items()}
    lake = tmp_path / "lake"
    save(lake, "blocks", [head(1, 1)])
    base = {"block_number": 1, "transaction_index": 0, "transaction_hash": NAMES[10], "address": form(USDT)}
    words = [f"0x{letter * 40:0>64}" for letter in "ab"]
    save(
        lake,
        "logs",
        [
            {**base, "log_index": 0, "topics": [TRANSFER, *words], "data": f"0x{7:064x}"},
            {**base, "log_index": 1, "topics": [TRANSFER, "0x" + "0" * 64, words[1]], "data": f"0x{8:064x}"},
            {**base, "log_index": 2, "topics": [topic["AddedBlackList"], words[0]], "data": "0x"},
        ],
    )
    with Store.open(tmp_path / "ws", create=True) as store:
        loaded = load_lake(store, [lake], "tron")
        found = store.records("transfers")
        assert [(r.kind, r.from_address, r.to_address, r.asset, r.amount) for r in found] == [
            ("token", a, b, f"tron:{USDT}", 7),
            ("mint", normalise("41" + "0" * 40, "tron"), b, f"tron:{USDT}", 8),
        ]
        assert [(one.address, one.what, one.asset) for one in store.records("freezes")] == [
            (a, "frozen", f"tron:{USDT}")
        ]
        assert {one.tx_hash for one in store.records("freezes")} == {one.tx_hash for one in found}
    assert loaded.refused == 0


def normalised(base58: str) -> str:
    """The twenty bytes of USDT's contract in hex."""
    assert base58 == USDT
    return "a614f803b6fd780986a42c78ec9c7f77e6ded13c"
