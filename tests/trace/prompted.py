"""A workspace at a prompt: movements that are drawn as text, a trace of them, and what the commands answer."""

import json
from pathlib import Path
from typing import Any

import pytest

from dyepack.cli import run

USDC = "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48"
OTHER = f"0x{'c0' * 20}"
"""A token that nobody knows."""
TRACE = ("trace", "x-case", "--unlisted")
HEADER = "tx_hash,from,to,amount,block,time,token,kind,tx_index,seq"


def address(letter: str) -> str:
    return "0x" + letter * 40


def tx(number: int) -> str:
    return f"0x{number:064x}"


class Case:
    """A workspace of drawn movements and what the commands answer there; letters are addresses."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.capsys = folder, capsys

    def json(self, *words: str) -> Any:
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
                token = {"USDC": USDC, "T": OTHER}.get(asset, "")
                kind = "token" if token else "internal" if seq else "native"
                cells = tx(block), address(payer), address(payee), amount, block, 1_700_000_000 + 12 * block
                rows.append(",".join(map(str, (*cells, token, kind, 0, seq))))
        (self.folder / "m.csv").write_text("\n".join(rows) + "\n")
        self.says("ingest", "movements", str(self.folder / "m.csv"), "--chain", "ethereum", "--base-units")

    def trace(self, *seeds: tuple[str, int], words: tuple[str, ...] = ()) -> Any:
        """Trace what these transactions brought these addresses."""
        self.seeds(*seeds)
        return self.json(*TRACE, *self.given, *words)

    def seeds(self, *seeds: tuple[str, int]) -> None:
        lines = [f"{address(of)},{tx(number)}" for of, number in seeds]
        (self.folder / "s.csv").write_text("\n".join(["address,tx_hash", *lines]) + "\n")

    @property
    def given(self) -> list[str]:
        return ["--seeds", str(self.folder / "s.csv")]

    def refused(self, *words: str) -> str:
        self.capsys.readouterr()
        assert run(["-w", str(self.folder / "w"), *words]) == 1
        return self.capsys.readouterr().err
