"""The commands that the shared cases name, typed as a new user types them, and their answers against the right ones.

The folder is not part of the project: without it each of these is skipped, and says so.
"""

from collections.abc import Sequence
from pathlib import Path

import pytest

from dyepack.cli import run
from dyepack.store import Store
from tests.conftest import shared

COMING_IN: Sequence[tuple[str, str, int, Sequence[str]]] = (
    ("failed-transactions", "ingest movements {}/blockscout.csv --chain ethereum", 0, ("1 rows are of transactions",)),
    ("failed-transactions", "ingest movements {}/etherscan.csv --chain ethereum", 0, ("1 rows are of transactions",)),
    (
        "wei-without-unit",
        "ingest movements {}/wei_small.csv --chain ethereum",
        1,
        ("more than was ever", "--base-units"),
    ),
    (
        "wei-without-unit",
        "ingest movements {}/wei_usdt.csv --chain ethereum",
        1,
        ("more than was ever", "--base-units"),
    ),
    ("several-chains", "ingest movements {}/arkham.csv", 0, ("3 movements loaded, 1 rows refused", "'1.2345e-05'")),
    ("several-chains", "ingest movements {}/dune.csv", 0, ("2 movements loaded, 0 rows refused",)),
    (
        "lake-doubled-upload",
        "ingest files {} --chain ethereum",
        0,
        ("4 movements", "3 rows refused", "a.parquet, row 2"),
    ),
    ("text-amounts", "ingest files {}/bq_csv_sci --chain ethereum", 1, ("got '3.0000000000e+20'",)),
    ("text-amounts", "ingest files {}/bq_json --chain ethereum", 0, ("got '9.6301936323e+20'", "1 rows refused")),
    ("text-amounts", "ingest files {}/txt --chain ethereum", 0, ("got '1e3'", "got '1.5'", "21 rows refused")),
    ("text-amounts", "ingest files {}/txtj --chain ethereum", 0, ("got '1e3'", "got '1.5'", "21 rows refused")),
    ("bigquery-json-bitcoin", "ingest files {}/transactions.json --chain bitcoin", 0, ("4 outputs loaded, 0 rows",)),
    ("pack-all-refused", "load-tags {}/userdef.yaml", 1, ("userdef.yaml:6: label: expected a name",)),
    ("pack-all-refused", "load-tags {}/userdef2.yaml", 1, ("userdef2.yaml:5: address: the checksum of '19'",)),
    ("lists", "load-tags {}/entities.ftm.json {}/sdn.xml", 0, ("4 tags loaded, 1 refused", "2 tags loaded, 2 refused")),
    ("lists-more", "load-tags {}/SDN_ENHANCED.xml {}/seizures.csv", 0, ("1 tags loaded", "nbctf has 2 tags")),
    ("prices-in-euro", "ingest prices {}/p3.csv --source x", 1, ("the close is in EUR, not in dollars",)),
)
"""Case, command, exit code, and what it says; the lists of an explorer and of spreadsheets are in `test_listforms`."""
LAKES = {
    "bqtr": [("fee", 420_000_000_000_000), ("internal", 0), ("native", 0)],
    "v_alone": [("internal", 0), ("native", 0)],
    "v_one": [("fee", 420_000_000_000_000), ("native", 0)],
}
"""Kinds of movements, and the fee of each transaction."""
TRACING = {
    "02-exploit-is-a-swap": {("0a", "USDC"): 600, ("0c", "USDC"): 400},
    "03-drain-and-swap-in-one-tx": {("0d", "ETH"): 20, ("0c", "ETH"): 30},
    "03b-drain-swap-with-asset": {("0d", "ETH"): 20, ("0c", "ETH"): 30},
    "04-flashloan-exploit": {("0c", "USDC"): 5000},
    "11-permit-drain-sold-directly": {("0d", "ETH"): 20, ("0c", "ETH"): 30},
    "13-bundler-pays-fee": {("0a", "USDC"): 100, ("0a", "ETH"): 4, ("0c", "ETH"): 40, ("bb", "ETH"): 1},
    "15b-loan-two-assets-no-trade": {("0f", "USDC"): 99, ("22", "USDC"): 1},
    "19-two-hops-one-tx": {("0a", "DAI"): 990},
    "50-swap-legs-in-two-files": {("0a", "ETH"): 20, ("0c", "USDC"): 4000},
    "73-batch-auction": {("0a", "DAI"): 985},
}
"""Where stolen money rests, by the last letters of the address, in base units, by FIFO."""


def typed(workspace: Path, command: str) -> int:
    return run(["-w", str(workspace), *command.split()])


@pytest.mark.parametrize("typing", COMING_IN, ids=lambda one: one[1])
def test_what_comes_in_loads_or_says_why(tmp_path, capsys, typing):
    case, command, code, words = typing
    folder = shared("cases", "coming-in", case)
    assert typed(tmp_path / "w", command.replace("{}", str(folder))) == code
    told = capsys.readouterr()
    assert not [one for one in words if one not in told.out + told.err]


@pytest.mark.parametrize("case", LAKES)
def test_traces_of_a_lake_are_traces(tmp_path, case):
    folder = shared("cases", "coming-in", "lake-traces-parquet", case)
    assert typed(tmp_path / "w", f"ingest files {folder} --chain ethereum") == 0
    with Store.open(tmp_path / "w") as store:
        rows = {(row.kind, row.amount if row.kind == "fee" else 0) for row in store.records("transfers")}
    assert sorted(rows) == LAKES[case]


@pytest.mark.parametrize("case", TRACING)
def test_what_was_stolen_rests_where_the_case_says(tmp_path, case):
    folder, workspace = shared("cases", "tracing", case), tmp_path / "w"
    lists = " ".join(map(str, sorted(one for one in folder.glob("*.csv") if one.name != "s.csv")))
    assert typed(workspace, f"ingest movements {lists} --chain ethereum --base-units") == 0
    assert typed(workspace, f"trace x-case --unlisted --seeds {folder / 's.csv'}") == 0
    assert typed(workspace, "balance last") == 0
    with Store.open(workspace) as store:
        symbols = {row.asset: row.symbol for row in store.records("assets")}
        ends = {
            (row.address[-2:], symbols.get(row.asset, row.asset)): row.amount
            for row in store.records("destinations")
            if row.method == "fifo" and row.reason == "held" and row.amount
        }
    assert ends == TRACING[case]


def test_receipts_of_the_cases_load_as_they_say(tmp_path, capsys):
    """A failed transaction pays its fee, ERC-777 moves once, an index settles equal transfers, a fee may be unknown."""
    kinds = {
        "23-failed-with-value": ["fee", "fee", "native"],
        "67-failed-create": ["fee", "fee", "native"],
        "25-erc777": ["fee", "token"],
        "63-same-transfer-twice-by-log-index": ["fee", "fee", *["token"] * 4],
    }
    for case, found in kinds.items():
        assert typed(tmp_path / case, f"ingest evm {shared('cases', 'tracing', case, 'x.jsonl')}") == 0
        with Store.open(tmp_path / case) as store:
            assert sorted(row.kind for row in store.records("transfers")) == found
    assert typed(tmp_path / "fuse", f"ingest evm {shared('cases', 'tracing', '61-wfuse', 'x.jsonl')}") == 1
    assert "ethereum 1, " in capsys.readouterr().out
    assert typed(tmp_path / "op", f"ingest evm {shared('cases', 'evm', 'op-no-l1fee.jsonl')}") in (0, 1)
    with Store.open(tmp_path / "op") as store:
        assert [row for row in store.records("transfers") if row.kind == "fee"] == []
        assert any("l1Fee" in row.reason or "layer below" in row.reason for row in store.records("rejects"))


def test_what_the_issuer_destroyed_on_tron_is_not_burned(tmp_path):
    folder, workspace = shared("cases", "tracing", "70-tron-usdt-destroyed"), tmp_path / "w"
    assert typed(workspace, f"ingest files {folder / 'f'} --chain tron") == 0
    assert typed(workspace, f"trace x-case --unlisted --seeds {folder / 's.csv'}") == 0
    with Store.open(workspace) as store:
        ends = {(row.reason, row.amount) for row in store.records("destinations") if row.method == "fifo"}
    assert ends == {("destroyed", 60), ("held", 40)}


@pytest.mark.parametrize("case", ["29-create-and-selfdestruct", "32-vault-shares-without-transfer"])
def test_receipts_are_followed_to_the_heir_and_into_the_shares_of_a_vault(tmp_path, case):
    folder, workspace = shared("cases", "tracing", case), tmp_path / "w"
    assert typed(workspace, f"ingest evm {folder / 'x.jsonl'}") == 0
    assert typed(workspace, f"trace x-case --unlisted --seeds {folder / 's.csv'}") == 0
    with Store.open(workspace) as store:
        rows = [row for row in store.records("destinations") if (row.method, row.reason) == ("fifo", "held")]
    heirs = {"29-create-and-selfdestruct": {"a4": 4 * 10**17}, "32-vault-shares-without-transfer": {"a2": 900}}
    assert {row.address[-2:]: row.amount for row in rows}.items() >= heirs[case].items()
