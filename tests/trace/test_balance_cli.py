"""`dyepack balance` on the smallest workspaces: movements, seeds, a trace, and the sheet of what it found."""

from collections import defaultdict

import pytest

from tests.trace.prompted import Case


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
