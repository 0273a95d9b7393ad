"""`dyepack balance` on the smallest workspaces: movements, seeds, a trace, and the sheet of what it found."""

import json
from collections import defaultdict

import pytest

from dyepack.cli import run

USDC = "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48"
HEADER = "tx_hash,from,to,amount,block,time,token,kind,tx_index,seq"


def address(letter: str) -> str:
    return "0x" + letter * 40


def tx(number: int) -> str:
    return f"0x{number:064x}"


class Case:
    """A workspace of drawn movements and what the commands answer there; `A`, `B` … are addresses."""

    def __init__(self, folder, capsys) -> None:
        self.folder, self.capsys = folder, capsys

    def json(self, *words: str):
        self.capsys.readouterr()
        assert run(["-w", str(self.folder / "w"), *words, "--json"]) == 0, self.capsys.readouterr().err
        return json.loads(self.capsys.readouterr().out)

    def says(self, *words: str) -> str:
        self.capsys.readouterr()
        assert run(["-w", str(self.folder / "w"), *words]) == 0, self.capsys.readouterr().err
        return self.capsys.readouterr().out

    def load(self, *transactions: str) -> None:
        """Each is `a 5 USDC b, b 1 ETH a`: one transaction in a block of its own, a comma between its movements."""
        rows = [HEADER]
        for block, text in enumerate(transactions, 1):
            for seq, movement in enumerate(text.split(", ")):
                payer, amount, asset, payee = movement.split()
                token, kind = (USDC, "token") if asset == "USDC" else ("", "native")
                cells = tx(block), address(payer), address(payee), amount, block, 1_700_000_000 + 12 * block
                rows.append(",".join(map(str, (*cells, token, kind, 0, seq))))
        (self.folder / "m.csv").write_text("\n".join(rows) + "\n")
        self.says("ingest", "movements", str(self.folder / "m.csv"), "--chain", "ethereum", "--base-units")

    def trace(self, *seeds: tuple[str, int]):
        lines = [f"{address(of)},{tx(number)}" for of, number in seeds]
        (self.folder / "s.csv").write_text("\n".join(["address,tx_hash", *lines]) + "\n")
        return self.json("trace", "x-case", "--unlisted", "--seeds", str(self.folder / "s.csv"))


@pytest.fixture
def case(tmp_path, capsys):
    return Case(tmp_path, capsys)


def by_reason(found: dict, method: str) -> dict[tuple[str, str], int]:
    """What a trace's sheets say, by asset and reason."""
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for sheet in found["methods"][method]["sheets"]:
        parts = {**sheet["stopped"], **{name: sheet[name] for name in ("held", "fees", "converted")}}
        for reason, amount in parts.items() if sheet["origin"] == "x-case" else ():
            sums[sheet["asset"], reason] += int(amount)
    return {key: amount for key, amount in sums.items() if amount}


@pytest.mark.parametrize(
    ("transactions", "seeds"),
    [
        pytest.param(("a 100 ETH b, b 1000 USDC a", "a 400 USDC c"), [("a", 1)], id="an exploit that is a swap"),
        pytest.param(("e 1000 USDC d, d 1000 USDC b, b 50 ETH d", "d 30 ETH c"), [("d", 1)], id="a drain that swaps"),
        pytest.param(("e 1000 USDC b, b 50 ETH d", "d 30 ETH c"), [("d", 1)], id="a permit that is sold at once"),
        pytest.param(
            ("e 1000 USDC a", "a 900 USDC b, b 45 ETH a", "a 40 ETH c"), [("a", 1)], id="a swap after the theft"
        ),
        pytest.param(
            ("e 1000 USDC a", "a 900 USDC b, b 45 ETH a", "a 40 ETH c"),
            [("a", 1), ("a", 2)],
            id="a swap that is a seed too",
        ),
    ],
)
def test_the_sheet_is_that_of_the_trace_for_every_method(case, transactions, seeds):
    case.load(*transactions)
    traced = case.trace(*seeds)
    told = case.json("balance", "last", "--method", "all")
    for method, answer in told["methods"].items():
        there = {
            (sheet["asset"], line["line"]): int(line["amount"]) for sheet in answer["sheets"] for line in sheet["lines"]
        }
        assert there == by_reason(traced, method)
        assert all(sheet["adds_up"] for sheet in answer["sheets"])
