"""Every command in the smallest workspace that a user would have: it answers, or says in one line what is missing."""

import csv
import json
import shlex
from pathlib import Path

import pytest

from dyepack.cli import run
from dyepack.store import Store
from dyepack.trace import remarks
from dyepack.trace.recorded import find
from tests.conftest import shared

THIEF, PAYEE, VICTIM = (f"0x{end:040x}" for end in (0xA, 0xB, 0xEE))
TRON, OTHER = "T9yD14Nj9j7xAB4dbGeiX9h8vCC66np6Ae", "TJRabPrwbZy45sbavfcjinPJC18kjpRTv8"
COIN, MINER = "11111111111111111111QekFQw", "1BgGZ9tcN4rm9KBzDn7KprQz87SZ26SAMH"
USDC, FAKE = "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48", "0x" + "c" * 40
SCRIPTS = {COIN: "76a914" + "0" * 39 + "388ac", MINER: "76a914751e76e8199196d454941c45d1b3a323f1433bd688ac"}
ADDRESS = {"bitcoin": COIN, "ethereum": THIEF, "tron": TRON, "ledger": THIEF, "empty": THIEF}
THEFT = "2024-01-01-a-theft"


def movements(path: Path, rows: list[tuple[int, str, str, str, str]]) -> Path:
    """A file of movements: (number, payer, payee, amount, token) each in a block of its own."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("tx_hash", "block", "time", "from", "to", "amount", "token"))
        for number, payer, payee, amount, token in rows:
            writer.writerow((f"{number:064x}", number, f"2024-01-01T00:{number:02}:00Z", payer, payee, amount, token))
    return path


def coins(path: Path) -> Path:
    """Two blocks of bitcoin-etl: a coin is mined, and goes on."""
    made = [{"index": 0, "value": 5000, "script_hex": SCRIPTS[COIN]}]
    spent = [{"index": 0, "spent_transaction_hash": "a" * 64, "spent_output_index": 0, "value": 5000, "script_hex": ""}]
    got = [{"index": 0, "value": 4000, "script_hex": SCRIPTS[MINER]}]
    lines = []
    for number, tx, ins, outs in ((1, "a" * 64, [], made), (2, "b" * 64, spent, got)):
        head = {"block_number": number, "block_hash": f"{number:064x}", "block_timestamp": 1600000000 + number}
        lines.append({"hash": tx, **head, "index": 0, "is_coinbase": not ins, "inputs": ins, "outputs": outs})
    path.write_text("\n".join(map(json.dumps, lines)))
    return path


@pytest.fixture(scope="module")
def places(tmp_path_factory) -> dict[str, Path]:
    """The smallest workspaces, each loaded by the one command that a user would type."""
    folder = tmp_path_factory.mktemp("smallest")
    own = movements(folder / "eth.csv", [(1, VICTIM, THIEF, "1000", ""), (2, THIEF, PAYEE, "600", "")])
    trx = movements(folder / "trx.csv", [(1, TRON, OTHER, "1000", ""), (2, OTHER, TRON, "600", "")])
    loads = {
        "bitcoin": ["ingest", "files", str(coins(folder / "coins.json")), "--chain", "bitcoin"],
        "ethereum": ["ingest", "movements", str(own), "--chain", "ethereum", "--base-units"],
        "tron": ["ingest", "movements", str(trx), "--chain", "tron", "--base-units"],
        "ledger": ["load-ledger"],
    }
    for name, words in loads.items():
        assert run(["-w", str(folder / name), *words]) == 0
    Store.open(folder / "empty", create=True).close()
    seeds = {"bitcoin": "a" * 64, "ethereum": f"{1:064x}", "tron": f"{2:064x}"}
    for name, address in ADDRESS.items():
        (folder / f"{name}-seeds.csv").write_text(f"address,tx_hash\n{address},{seeds.get(name, 'f' * 64)}\n")
        (folder / f"{name}-stops.csv").write_text(f"address,reason\n{address},service\n")
        (folder / f"{name}-facts.csv").write_text(f"address,reason,block\n{address},frozen,1\n")
    return {name: folder / name for name in ADDRESS}


SEEDED = f"{THEFT} --unlisted --seeds {{w}}-seeds.csv"
TRACE = f"trace {SEEDED}"
LINES = f"""
{TRACE}
{TRACE} --stop-at {{w}}-stops.csv --follow {{a}}
bounds {SEEDED}
trace --again {THEFT}
balance {THEFT}
balance {THEFT} --facts {{w}}-facts.csv --over-time
balance {THEFT} --method all
explain {THEFT} fees
patterns {THEFT}
trace --backward {{a}}
trace --backward {{a}} --stop-at {{w}}-stops.csv --follow {{a}}
paths {{a}} {{a}}
behaviour
coinjoins
coinjoins --links {"b" * 64}
cluster
cluster why {{a}} {{a}}
cluster without cospend
cluster review
cluster export --out {{w}}.parquet
cluster check
ingest check
tags {{a}}
actors
export-tags {{w}}-tags.yaml
export-actors {{w}}-actors.yaml
verify
trace {THEFT}
trace 2022-06-23-harmony
bounds 2022-06-23-harmony --at service
"""


@pytest.mark.parametrize("where", ADDRESS)
def test_every_command_answers_or_says_in_one_line_what_is_missing(places, where, capsys):
    folder, refused = places[where], []
    capsys.readouterr()
    for line in LINES.strip().splitlines():
        code = run(["-w", str(folder), *shlex.split(line.format(w=folder, a=ADDRESS[where]))])
        told = capsys.readouterr()
        assert code in (0, 1), line
        assert "Traceback" not in told.err
        if code:
            assert told.err.count("\n") == 1, (line, told.err)
            assert "any verb" not in told.err
            refused.append((line.replace("{a}", "").split(" --")[0].strip(), told.err))
    if where == "bitcoin":
        assert {said for said, _ in refused} == {
            "behaviour", "cluster without cospend", "tags", "export-tags {w}-tags.yaml", f"trace {THEFT}",
            "trace 2022-06-23-harmony", "bounds 2022-06-23-harmony",
        }  # fmt: skip
    if where in ("ledger", "empty"):
        asked = [err for said, err in refused if said.startswith(("trace --", "paths", "behaviour", "coinjoins"))]
        assert asked
        assert all("dyepack ingest" in err or "dyepack trace" in err for err in asked)


def test_a_bitcoin_case_is_traced_bounded_and_balanced_without_anything_else(tmp_path, capsys):
    case = shared("cases", "tracing", "01-btc-seeds-refused")
    own = ["-w", str(tmp_path / "w")]
    assert run([*own, "ingest", "files", str(case / "x.json"), "--chain", "bitcoin"]) == 0
    asked = [THEFT, "--unlisted", "--seeds", str(case / "s.csv")]
    assert run([*own, "trace", *asked]) == 0
    assert run([*own, "bounds", *asked]) == 0
    capsys.readouterr()
    assert run([*own, "balance", "last"]) == 0
    assert "adds up to" in capsys.readouterr().out


def test_what_is_missing_names_what_is_there(places, capsys):
    capsys.readouterr()
    assert run(["-w", str(places["ethereum"]), "coinjoins"]) == 1
    told = capsys.readouterr().err
    assert (
        "no movements on an output chain yet; there are some on ethereum; load some with: dyepack ingest files" in told
    )
    assert run(["-w", str(places["ethereum"]), "ingest", "check", "--chain", "bsc", "--fail-on", "any"]) == 1
    assert "no movements on bsc yet; there are some on ethereum" in capsys.readouterr().err
    assert run(["-w", str(places["ethereum"]), "cluster"]) == 0
    capsys.readouterr()
    assert run(["-w", str(places["ethereum"]), "cluster", "why", THIEF, THIEF]) == 0
    assert f"{THIEF} is in no cluster of the last run" in capsys.readouterr().out


# ── the chain


@pytest.fixture
def several(tmp_path) -> list[str]:
    """A workspace with movements of two EVM chains and of TRON."""
    own = ["-w", str(tmp_path / "w")]
    for chain, payer, payee in (("ethereum", VICTIM, THIEF), ("bsc", VICTIM, THIEF), ("tron", OTHER, TRON)):
        file = movements(tmp_path / f"{chain}.csv", [(1, payer, payee, "1000", ""), (2, payee, payer, "600", "")])
        assert run([*own, "ingest", "movements", str(file), "--chain", chain, "--base-units"]) == 0
    (tmp_path / "s.csv").write_text(f"address,tx_hash\n{THIEF},{1:064x}\n")
    (tmp_path / "t.csv").write_text(f"address,tx_hash\n{TRON},{1:064x}\n")
    return own


@pytest.mark.parametrize(
    "line",
    [
        f"trace {THEFT} --unlisted --seeds s.csv",
        f"bounds {THEFT} --unlisted --seeds s.csv",
        f"trace --backward {THIEF}",
        f"paths {VICTIM} {THIEF}",
        "behaviour",
    ],
)
def test_where_several_loaded_chains_fit_they_are_listed(several, line, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert run([*several, *shlex.split(line)]) == 1
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "bsc, ethereum" in told
    assert "--chain bsc or --chain ethereum" in told
    for chain in ("bsc", "ethereum"):
        assert run([*several, *shlex.split(line), "--chain", chain]) == 0
    assert "is not of that kind" not in capsys.readouterr().err


def test_the_form_of_an_address_says_its_chain_where_one_alone_fits(several, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for line in (f"trace {THEFT} --unlisted --seeds t.csv", f"trace --backward {TRON}", f"paths {OTHER} {TRON}"):
        capsys.readouterr()
        assert run([*several, *shlex.split(line), "--json"]) == 0
        told = json.loads(capsys.readouterr().out)
        assert told["chain"] == "tron"
    assert run([*several, "trace", "--backward", COIN]) == 1
    assert f"'{COIN}' is no address of a chain that is loaded here (bsc, ethereum, tron)" in capsys.readouterr().err


def test_seeds_on_other_chains_are_left_out_and_the_run_says_so(several, tmp_path, capsys):
    """On the terminal, in JSON, and wherever the run is shown again."""
    seeds = tmp_path / "both.csv"
    seeds.write_text(f"address,tx_hash,chain\n{THIEF},{1:064x},ethereum\n{TRON},{1:064x},tron\n{THIEF},,bsc\n")
    words = [THEFT, "--unlisted", "--seeds", str(seeds), "--chain", "ethereum"]
    said = "2 seeds are on another chain and left out (1 on bsc, 1 on tron): this trace is on ethereum"
    for verb in ("trace", "bounds"):
        capsys.readouterr()
        assert run([*several, verb, *words]) == 0
        assert said in " ".join(capsys.readouterr().out.split())
        assert run([*several, verb, *words, "--json"]) == 0
        assert said in json.loads(capsys.readouterr().out)["warnings"]
    assert run([*several, "trace", "--again", "last", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert said in told["warnings"]
    with Store.open(Path(several[1])) as store:
        recorded = remarks.read(store, find(store, told["run"]))
    assert recorded is not None
    assert said in recorded["warnings"]


def test_no_chain_is_a_default_anywhere(several, tmp_path, monkeypatch, capsys):
    """Of a node the chain is what it says, of an explorer what the address's form says; of files it must be said."""
    monkeypatch.chdir(tmp_path)
    assert run(["ingest", "files", "x.json"]) == 2
    assert "Missing option '--chain'" in capsys.readouterr().err
    assert run(["ingest", "explorer", THIEF, "--offline", "--dry-run"]) == 1
    assert "may be on ethereum, optimism, bsc" in capsys.readouterr().err
    assert run(["ingest", "explorer", TRON, "--offline", "--dry-run", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["chain"] == "tron"
    assert run([*several, "ingest", "explorer", THIEF, "--offline", "--dry-run"]) == 1
    assert "bsc, ethereum; choose one" in capsys.readouterr().err


# ── seeds


def asked(own: list[str], seeds: Path, text: str, capsys) -> tuple[int, str]:
    seeds.write_text(text)
    capsys.readouterr()
    code = run([*own, "trace", THEFT, "--unlisted", "--seeds", str(seeds), "--json"])
    told = capsys.readouterr()
    return code, told.err if code else told.out


@pytest.fixture
def tokens(tmp_path) -> list[str]:
    own = ["-w", str(tmp_path / "w")]
    file = movements(tmp_path / "m.csv", [(1, VICTIM, THIEF, "1000", USDC), (2, THIEF, PAYEE, "600", USDC)])
    assert run([*own, "ingest", "movements", str(file), "--chain", "ethereum", "--base-units"]) == 0
    return own


@pytest.mark.parametrize("named", ["USDC", "usdc", USDC, f"ethereum:{USDC}"])
def test_an_asset_is_named_by_symbol_contract_or_id(tokens, named, tmp_path, capsys):
    code, told = asked(tokens, tmp_path / "s.csv", f"address,asset,tx_hash\n{THIEF},{named},{1:064x}\n", capsys)
    assert code == 0, told
    assert {place["asset"] for place in json.loads(told)["destinations"]} == {f"ethereum:{USDC}"}
    (tmp_path / "f.csv").write_text(f"address,asset,reason,block\n{PAYEE},{named},frozen,1\n")
    assert run([*tokens, "balance", THEFT, "--facts", str(tmp_path / "f.csv")]) == 0
    assert "frozen" in capsys.readouterr().out
    assert run([*tokens, "explain", THEFT, PAYEE, "--asset", named, "--amount", "0.0006"]) == 0


def test_a_symbol_of_several_assets_is_refused_with_the_candidates(tokens, tmp_path, capsys):
    file = movements(tmp_path / "fake.csv", [(3, VICTIM, THIEF, "5", FAKE)])
    text = file.read_text().splitlines()
    file.write_text("\n".join([text[0].replace("amount", "amount,asset"), text[1].replace(",5,", ",5,USDC,")]) + "\n")
    assert run([*tokens, "ingest", "movements", str(file), "--chain", "ethereum", "--base-units"]) == 0
    code, told = asked(tokens, tmp_path / "s.csv", f"address,asset,tx_hash\n{THIEF},USDC,{1:064x}\n", capsys)
    assert code == 1
    assert f"'USDC' is the symbol of several assets: ethereum:{USDC}, ethereum:{FAKE}; give one of these" in told


def test_a_price_is_of_the_asset_that_alone_has_the_symbol(tokens, tmp_path, capsys):
    own, (plain, one) = f"ethereum:{USDC}", (tmp_path / "p.csv", tmp_path / "one.csv")
    plain.write_text(f"asset,date,close\nUSDC,2024-01-01,1.0001\nusdc,2024-01-02,1.0002\n{USDC},2024-01-03,1.0003\n")
    one.write_text("date,close\n2024-01-04,1.0004\n")
    loads = [*tokens, "ingest", "prices"]
    assert run([*loads, str(plain), "--source", "test"]) == 0
    assert run([*loads, str(one), "--source", "test", "--asset", "USDC"]) == 0
    with Store.open(Path(tokens[1])) as store:
        assert [(row.asset, row.usd) for row in sorted(store.records("prices"), key=lambda row: row.time)] == [
            (own, 1_000_100), (own, 1_000_200), (own, 1_000_300), (own, 1_000_400),
        ]  # fmt: skip
    asks = ["--from", "coinbase", "--since", "2024-01-01", "--until", "2024-01-02", "--dry-run", "--json"]
    capsys.readouterr()
    assert run([*loads, *asks, "--symbol", "USDC-USD=USDC"]) == 0
    assert json.loads(capsys.readouterr().out)["markets"] == {"USDC-USD": own}
    file = movements(tmp_path / "fake.csv", [(3, VICTIM, THIEF, "5", FAKE)])
    text = file.read_text().splitlines()
    file.write_text("\n".join([text[0].replace("amount", "amount,asset"), text[1].replace(",5,", ",5,USDC,")]) + "\n")
    assert run([*tokens, "ingest", "movements", str(file), "--chain", "ethereum", "--base-units"]) == 0
    capsys.readouterr()
    assert run([*loads, str(one), "--source", "test", "--asset", "USDC"]) == 1
    assert f"'USDC' is the symbol of several assets: {own}, ethereum:{FAKE}; give one" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (f"{THIEF},,,7,", "block: a block says when an amount was put there, and there is none"),
        (f"{THIEF},USDC,,7,", "block: a block says when"),
        (f"{THIEF},,,7,{1:064x}", "block: a block says when"),
        (f"{THIEF},DAI,5,7,", "asset: expected one of"),
    ],
)
def test_a_row_that_says_half_of_something_is_refused(tokens, row, reason, tmp_path, capsys):
    code, told = asked(tokens, tmp_path / "s.csv", f"address,asset,amount,block,tx_hash\n{row}\n", capsys)
    assert code == 1
    assert f"s.csv:2: {reason}" in told
    assert told.count("\n") == 1


def test_a_block_beside_an_amount_is_taken(tokens, tmp_path, capsys):
    code, told = asked(tokens, tmp_path / "s.csv", f"address,asset,amount,block\n{THIEF},USDC,0.0005,1\n", capsys)
    assert code == 0, told
