"""Real receipts through the commands: several makers, payer and pool apart, a coin with two contracts."""

import csv
import json

import pytest

from dyepack.cli import run
from tests.conftest import shared

PENDLE = "ethereum", "0x3feb789a337e7c9e82d6e1ab16f1c9ac116c6956", "0x90d2af7d622ca3141efa4d8f1f24d86e5974cc8f"
WOMBAT = "optimism", "0x2b888954421b424c5d3d9ce9bb67c9bd47537d12", "0x0b2c639c533813f4aa9d7837caf62653d097ff85"
EURE = "gnosis", "0x70f256dc42e7f6ec5c59466a4eb3e888d4a4dcee", "0x2a22f9c3b484c3629090feed35f17ff8f88f76f0"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    folder = tmp_path_factory.mktemp("evm")
    assert (
        run(["-w", str(folder / "w"), "ingest", "evm", str(shared("cases", "evm", "pendle-and-eure-and-psm.jsonl"))])
        == 0
    )
    return folder


@pytest.mark.parametrize(
    ("seed", "amount", "became"),
    [
        (
            PENDLE,
            80028616468026207624921,
            {
                "ethereum:0x708dd9b344ddc7842f44c7b90492cf0e1e3eb868": 80028616468026207624921,
                "ethereum:0x50d2c7992b802eef16c04feadab310f31866a545": 80028616468026207624921,
            },
        ),
        (WOMBAT, 400643728, {"optimism:0x7f5c764cbc14f9669b88837ca1490cca17c31607": 400604528}),
        (EURE, 2497622499, {"gnosis:0x420ca0f9b9b604ce0fd9c18ef134c705e5fa3430": 2185911263467705546005}),
    ],
    ids=["Pendle", "Wombat", "EURe"],
)
def test_what_came_of_it_is_where_it_went(workspace, capsys, seed, amount, became):
    chain, address, token = seed
    with (workspace / "s.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("address", "asset", "amount"), (address, f"{chain}:{token}", amount)])
    capsys.readouterr()
    given = ["x-case", "--unlisted", "--seeds", str(workspace / "s.csv"), "--chain", chain, "--json"]
    assert run(["-w", str(workspace / "w"), "trace", *given]) == 0
    told = json.loads(capsys.readouterr().out)
    rests = {
        place["asset"]: int(place["amounts"]["fifo"])
        for place in told["destinations"]
        if place["address"] == address and int(place["amounts"]["fifo"])
    }
    assert rests == became
