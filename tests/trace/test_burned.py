"""What is gone for good ends as burned, on every kind of chain, through the commands that a user types."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from dyepack import cli
from dyepack.addresses import normalise
from dyepack.burn_addresses import burn_addresses
from dyepack.chains import CHAINS
from dyepack.trace import Request, SeedSpec
from dyepack.workspace import Workspace

VICTIM, THIEF, PAYEE = (f"0x{'0' * 38}{end}" for end in ("e1", "a1", "b1"))
ZERO, DEAD = "0x" + "0" * 40, "0x000000000000000000000000000000000000dEaD"
BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def tx(number: int) -> str:
    return f"{number:064x}"


class Case:
    """A workspace with one theft, and what the commands say of it."""

    def __init__(self, folder: Path, capsys: Any) -> None:
        self.folder, self._capsys = folder, capsys

    def run(self, *command: object) -> str:
        """What a command prints; it must not fail."""
        assert cli.run(["-w", str(self.folder / "w"), *map(str, command)]) == 0
        return str(self._capsys.readouterr().out)

    def file(self, name: str, text: str) -> Path:
        """A file of the case."""
        path = self.folder / name
        path.write_text(text)
        return path

    def traced(self, address: str, tx_hash: str, chain: str = "ethereum") -> dict[str, Any]:
        """The trace of what a transaction brought to an address."""
        seeds = self.file("s.csv", f"chain,address,tx_hash\n{chain},{address},{tx_hash}\n")
        self.seeded: tuple[object, ...] = ("x-case", "--unlisted", "--seeds", seeds)
        return dict(json.loads(self.run("trace", *self.seeded, "--json")))

    def report(self, address: str, tx_hash: str) -> str:
        """The report of the same."""
        seed = SeedSpec("x-case", "ethereum", address, tx_hash=tx_hash)
        with Workspace.open(self.folder / "w") as workspace:
            result = workspace.trace(Request(("x-case",), (seed,)), unlisted=True)
            return workspace.report(self.folder / "r.html", result=result).read_text()


@pytest.fixture
def case(tmp_path: Path, capsys: Any) -> Case:
    return Case(tmp_path, capsys)


def ends(said: dict[str, Any]) -> set[tuple[str, str, str]]:
    """(reason, address, amount by FIFO) of each place with stolen money."""
    found = [one for one in said["destinations"] if one["amounts"]["fifo"] != "0"]
    return {(one["reason"], one["address"], one["amounts"]["fifo"]) for one in found}


def moved(*rows: tuple[str, str, int], chain: str = "ethereum") -> str:
    """Movements of the native coin, one a block."""
    head = "block,time,tx_hash,tx_index,seq,kind,from,to,asset,amount\n"
    start = "0x" if chain == "ethereum" else ""
    coin = CHAINS[chain].symbol
    return head + "".join(
        f"{n},2024-01-0{n}T00:00:00Z,{start}{tx(n)},0,0,native,{payer},{payee},{coin},{amount}\n"
        for n, (payer, payee, amount) in enumerate(rows, 1)
    )


def test_the_zero_address_and_its_like_are_burned_in_every_answer(case: Case) -> None:
    rows = moved((VICTIM, THIEF, 100), (THIEF, DEAD, 30), (THIEF, ZERO, 20), (THIEF, PAYEE, 40))
    case.run("ingest", "movements", case.file("m.csv", rows), "--chain", "ethereum", "--base-units")
    said = case.traced(THIEF, "0x" + tx(1))
    assert ends(said) == {
        ("burned", DEAD.lower(), "30"),
        ("burned", ZERO, "20"),
        ("held", PAYEE, "40"),
        ("held", THIEF, "10"),
    }
    assert said["deposits"] == []
    sheet = next(one for one in said["methods"]["fifo"]["sheets"] if one["origin"] == "x-case")
    assert sheet["stopped"] == {"burned": "50"}
    bounds = json.loads(case.run("bounds", *case.seeded, "--at", "burned", "--json"))["bounds"]
    assert [(one["reason"], one["least"], one["most"]) for one in bounds] == [("burned", "50", "50")]
    assert "30" in case.run("explain", "last", DEAD, "--json")
    assert "burned" in case.run("balance", "last")
    assert "was burned" in case.report(THIEF, "0x" + tx(1))


def test_what_goes_to_trons_black_hole_is_burned(case: Case) -> None:
    payer, thief = (normalise("41" + address[2:], "tron") for address in (VICTIM, THIEF))
    hole, nobody = "TLsV52sRDL79HXGGm9yzwKibb6BeruhUzy", "T9yD14Nj9j7xAB4dbGeiX9h8unkKHxuWwb"
    rows = moved((payer, thief, 100), (thief, hole, 30), (thief, nobody, 20), chain="tron")
    case.run("ingest", "movements", case.file("m.csv", rows), "--chain", "tron", "--base-units")
    found = ends(case.traced(thief, tx(1), "tron"))
    assert found == {("burned", hole, "30"), ("burned", nobody, "20"), ("held", thief, "50")}


def script(hash160: bytes) -> str:
    return f"76a914{hash160.hex()}88ac"


def key_hash(address: str) -> bytes:
    number = 0
    for letter in address:
        number = number * 58 + BASE58.index(letter)
    return number.to_bytes(25, "big")[1:21]


def address_of(hash160: bytes) -> str:
    raw = b"\0" + hash160
    whole = raw + sha256(sha256(raw).digest()).digest()[:4]
    number, text = int.from_bytes(whole, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        text = BASE58[digit] + text
    return "1" * (len(whole) - len(whole.lstrip(b"\0"))) + text


def block(*sent: tuple[tuple[int, int], list[tuple[int, str]]]) -> str:
    """One block after another: each transaction spends one earlier output and pays these amounts to these scripts."""
    lines, values = list[dict[str, Any]](), dict[tuple[int, int], int]()
    for n, (spent, outputs) in enumerate(sent, 1):
        head = {"hash": tx(100 + n), "number": n, "timestamp": 1_600_000_000 + 600 * n, "transaction_count": 1}
        spends = {"index": 0, "spent_transaction_hash": tx(spent[0]), "spent_output_index": spent[1]}
        values |= {(n, place): value for place, (value, _) in enumerate(outputs)}
        row = {"hash": tx(n), "block_number": n, "block_hash": head["hash"], "block_timestamp": head["timestamp"]}
        row |= {"index": 0, "is_coinbase": False, "inputs": [{**spends, "value": values.get(spent, 10**9)}]}
        made = [{"index": place, "value": v, "script_hex": lock} for place, (v, lock) in enumerate(outputs)]
        lines += [{**head, "previousblockhash": tx(99 + n)}, {**row, "outputs": made}]
    return "".join(json.dumps(line) + "\n" for line in lines)


EATER = "1BitcoinEaterAddressDontSendf59kuE"
MINE = bytes.fromhex("aa" * 20)


def test_op_return_and_eater_addresses_are_burned_on_bitcoin(case: Case) -> None:
    gone = [
        (300_000, "6a04deadbeef"),
        (200_000, script(key_hash(EATER))),
        (100_000, "006a01ff"),
        (50_000, script(MINE)),
    ]
    text = block(((90, 0), [(1_000_000, script(bytes(19) + b"\7"))]), ((1, 0), gone))
    case.run("ingest", "files", case.file("x.json", text), "--chain", "bitcoin")
    request = Request(("x-case",), (SeedSpec("x-case", "bitcoin", address_of(bytes(19) + b"\7"), tx_hash=tx(1)),))
    with Workspace.open(case.folder / "w") as workspace:
        found = ends(workspace.trace(request, unlisted=True).as_json())
        bounds = workspace.bounds(request, ["burned"], unlisted=True).as_json()["bounds"]
    assert found == {
        ("burned", f"{tx(2)}:0", "300000"),
        ("burned", f"{tx(2)}:2", "100000"),
        ("burned", EATER, "200000"),
        ("held", address_of(MINE), "50000"),
        ("fees", "fees", "350000"),
    }
    assert [(one["least"], one["most"]) for one in bounds] == [("600000", "600000")]
    assert "300000" in case.run("explain", "last", f"{tx(2)}:0", "--json")
    assert "burned" in case.run("balance", "last")


@pytest.mark.parametrize("chain", ["ethereum", "tron", "bitcoin", "litecoin", "dogecoin", "solana", "xrp"])
def test_every_chain_has_burn_addresses_of_its_form_with_a_source_and_a_date(chain: str) -> None:
    listed = burn_addresses(chain)
    assert listed
    for address, one in listed.items():
        assert normalise(address, chain) == address
        assert one.source
        assert one.seen[:2] == "20"
