"""A coin with two contracts that both emit counts once."""

import csv
import json
from io import StringIO

import pytest

from dyepack.cli import run
from dyepack.trace import twins
from tests.trace.thefts import address

OLD, NEW = "0xcb444e90d8198415266c6a2724b7900fb12fc56e", "0x420ca0f9b9b604ce0fd9c18ef134c705e5fa3430"
ASSET = f"gnosis:{NEW}"


def workspace(folder, rows):
    """Movements of the coin on Gnosis: each (transaction, from, to, amount, contract)."""
    text = StringIO()
    write = csv.writer(text)
    write.writerow(["tx_hash", "from", "to", "amount", "block", "time", "token", "kind", "tx_index", "seq"])
    for seq, (tx, payer, payee, amount, contract) in enumerate(rows):
        told = f"0x{tx:064x}", address(payer), address(payee), amount
        write.writerow([*told, tx, 1_700_000_000 + tx, contract, "token", tx, seq])
    (folder / "m.csv").write_text(text.getvalue())
    (folder / "s.csv").write_text(f"address,tx_hash\n{address('a')},0x{1:064x}\n")
    command = ["-w", str(folder / "w"), "ingest", "movements", str(folder / "m.csv"), "--chain", "gnosis"]
    assert run([*command, "--base-units"]) == 0
    return folder


def traced(folder, capsys):
    capsys.readouterr()
    given = ["--unlisted", "--seeds", str(folder / "s.csv"), "--chain", "gnosis", "--json"]
    assert run(["-w", str(folder / "w"), "trace", "x-case", *given]) == 0
    told = json.loads(capsys.readouterr().out)
    sums = {}
    for place in told["destinations"]:
        sums[place["address"], place["asset"]] = int(place["amounts"]["fifo"])
    return told, sums


BOTH = [(1, "e", "a", 100, OLD), (1, "e", "a", 100, NEW), (2, "a", "c", 60, OLD), (2, "a", "c", 60, NEW)]


@pytest.mark.parametrize("rows", [BOTH, [BOTH[1], BOTH[0], *BOTH[2:]]], ids=["old first", "new first"])
def test_what_both_contracts_tell_counts_once(tmp_path, capsys, rows):
    told, sums = traced(workspace(tmp_path, rows), capsys)
    assert sums == {(address("a"), ASSET): 40, (address("c"), ASSET): 60}
    assert [(seed["asset"], seed["amount"]) for seed in told["seeds"]] == [(ASSET, "100")]
    assert told["scope"]["not_followed"] == {"twin": 2}


def test_what_one_contract_tells_alone_is_a_payment_of_the_coin(tmp_path, capsys):
    _, sums = traced(workspace(tmp_path, [*BOTH[:2], (2, "a", "c", 60, OLD)]), capsys)
    assert sums == {(address("a"), ASSET): 40, (address("c"), ASSET): 60}


def test_equal_payments_count_as_often_as_one_contract_tells_them(tmp_path, capsys):
    rows = [*BOTH[:2], *(3 * [(1, "e", "a", 100, OLD)]), (1, "e", "a", 100, NEW)]
    _, sums = traced(workspace(tmp_path, rows), capsys)
    assert sums == {(address("a"), ASSET): 400}


def test_the_table_has_sources_and_no_contract_twice():
    both = [*twins.listed(), *twins.listed().values()]
    assert len(both) == len({*both}) > 20
    assert all(old.split(":")[0] == new.split(":")[0] for old, new in twins.listed().items())
