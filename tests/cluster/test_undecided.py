"""What is no coinjoin, what may be one, and what must never be joined: through the commands that people type."""

import json
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.accuracy import negatives
from dyepack.addresses import normalise
from dyepack.cli import run
from dyepack.cluster import coordinators, lines
from dyepack.cluster.coinjoin import NONE, RULES, judge
from dyepack.cluster.lines import Line
from dyepack.store import Store
from tests.cluster.drawn import tx, write
from tests.conftest import shared

FEE = "bc1qs604c7jv6amk4cxqlnvuxv26hv3e48cds4m0ew"


def said(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    assert run([*arguments]) == code
    out, err = capsys.readouterr()
    return out or err


def rule_of(line: Line) -> str | None:
    (rule,) = judge(lines.columns([line])).rule
    return None if rule == NONE else RULES[rule].name


@pytest.mark.parametrize(("file", "rule"), [("wasabi-2018.txt", "coordinator-fee"), ("inscription-trades.txt", None)])
def test_the_shared_files_through_the_command(file: str, rule: str | None, capsys: pytest.CaptureFixture[str]) -> None:
    path = shared("cases", "coinjoins", file)
    answer = json.loads(said(capsys, "coinjoins", str(path), "--json"))
    assert {one["rule"] for one in answer["verdicts"]} == {rule or "signed-trade"}
    assert answer["by_verdict"]["joint"] == (answer["transactions"] if rule else 0)
    assert len(answer["verdicts"]) == answer["transactions"] > 0


@pytest.mark.parametrize("case", ["41-exchange-batch", "42-exchange-batch-one-change", "43-payroll"])
def test_payouts_are_one_payers(case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = shared("cases", "tracing", case, "x.json")
    do = ("-w", str(tmp_path / "w"))
    said(capsys, *do, "ingest", "files", str(file), "--chain", "bitcoin")
    answer = json.loads(said(capsys, *do, "coinjoins", "--json"))
    assert answer["by_verdict"] == {"joint": 0, "undecided": 0, "trade": 0, "one_payer": len(answer["verdicts"])}
    assert "batch-payout" in {one["rule"] for one in answer["verdicts"]}


COINS = " ".join(f"C{n}={1_000_000 + 37_003 * n}" for n in range(12))
UNCLEAR = f"""
1 unclear: {COINS} -> {" ".join(f"P{n}=1900000" for n in range(4))} R0=2345678 R1=1234567 R2=2262151
1 trade: B0=900000 S=546 -> B1=546 S9=700000 B2=190000
1 plain: B0=5 Z=6 -> Y=11
2 payout: A=900 A2=800 -> {" ".join(f"Q{n}=100" for n in range(8))} A=50
"""


def test_undecided_inputs_and_trades_are_counted_and_not_joined(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Store.open(tmp_path / "w", create=True) as store:
        write(store, UNCLEAR)
    do = ("-w", str(tmp_path / "w"))
    (result,) = json.loads(said(capsys, *do, "cluster", "--json"))["results"]
    assert result["coinjoins"] == {"batch-payout": 1, "signed-trade": 1, "undecided": 1}
    assert result["left_out"] == {
        "joint": {"transactions": 0, "inputs": 0},
        "undecided": {"transactions": 1, "inputs": 12},
        "trade": {"transactions": 1, "inputs": 2},
    }
    again = said(capsys, *do, "cluster")  # goes on from the last run, and still counts what that one left out
    assert "Not joined by co-spend: 12 inputs of 1 transaction, undecided" in again
    assert "Not joined by co-spend: 2 inputs of 1 transaction, where a seller and a buyer signed together" in again
    for pair in (("C0", "C1"), ("B0", "S")):
        said(capsys, *do, "cluster", "why", *pair, code=3)
    said(capsys, *do, "cluster", "why", "A", "A2")
    text = said(capsys, *do, "coinjoins")
    assert "0 of 4 transactions look joint, 1 undecided" in text
    answer = json.loads(said(capsys, *do, "coinjoins", "--json"))
    assert {one["rule"]: (one["verdict"], one["joint"], one["inputs"]) for one in answer["verdicts"]} == {
        "undecided": ("undecided", False, 12),
        "signed-trade": ("trade", False, 2),
        "batch-payout": ("one payer", False, 2),
    }
    assert tx("unclear") in text


def test_a_round_of_a_known_coordinator_in_a_workspace(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In 2024 the address is nobody's coordinator any more, so the time of the block decides."""
    ins = " ".join(f"I{n}={5_100_000 + 600_001 * n}" for n in range(4))
    text = f"1 round: {ins} -> {' '.join(f'O{n}=5000000' for n in range(4))} {FEE}=40000"
    with Store.open(tmp_path / "late", create=True) as store:
        write(store, text)
    late = json.loads(said(capsys, "-w", str(tmp_path / "late"), "coinjoins", "--json"))
    assert [one["rule"] for one in late["verdicts"]] == ["batch-payout"]
    with Store.open(tmp_path / "w", create=True) as store:
        write(store, text, year=2019)
    found = json.loads(said(capsys, "-w", str(tmp_path / "w"), "coinjoins", "--json"))
    assert [(one["rule"], one["verdict"]) for one in found["verdicts"]] == [("coordinator-fee", "joint")]


def test_who_pays_a_coordinator_much_or_spends_as_him_makes_no_round() -> None:
    script, time = coordinators.known()[0].script, 1_537_000_000
    ins = tuple((5_100_000 + 600_001 * n, f"i{n}", "p2wpkh") for n in range(4))
    equal = tuple((5_000_000, f"o{n}", "p2wpkh") for n in range(4))

    def rule(fee: int, more: tuple[tuple[int, str, str], ...] = (), when: int = time) -> str | None:
        return rule_of(Line(1, "0" * 64, 0, when, (), (*ins, *more), (*equal, (fee, script, "p2wpkh"))))

    assert rule(40_000) == "coordinator-fee"
    assert rule(2_000_000) != "coordinator-fee"
    assert rule(40_000, ((90_000, script, "p2wpkh"),)) != "coordinator-fee"
    assert rule(40_000, when=1_700_000_000) != "coordinator-fee"


def test_known_coordinators_are_dated_sourced_and_their_scripts_are_their_addresses() -> None:
    letters = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
    for one in coordinators.known():
        assert normalise(one.address, "bitcoin") == one.address
        bits = 0
        for letter in one.address[4:-6]:
            bits = bits << 5 | letters.index(letter)
        assert one.script == "0014" + bits.to_bytes(20, "big").hex()
        assert one.since < one.until < one.read
        assert "Dumplings" in one.source


@settings(max_examples=150)
@given(st.sampled_from(sorted(negatives.KINDS)), st.integers(0, 2**32))
def test_no_payout_and_no_trade_is_called_joint(kind: str, seed: int) -> None:
    line = negatives.transaction(kind, Random(seed))
    assert not judge(lines.columns([line])).joint[0]
    if kind == "trade":
        assert rule_of(line) == "signed-trade"


@pytest.mark.parametrize("padding", [330, 546, 600, 10_000])
def test_a_trade_of_one_token_is_not_joined(padding: int) -> None:
    ins = ((600, "b", "p2tr"), (padding, "s", "p2tr"), (90_000_000, "b", "p2tr"))
    outs = ((padding, "b2", "p2tr"), (80_000_000, "s2", "p2wpkh"), (9_000_000, "b", "p2tr"))
    assert rule_of(Line(1, "0" * 64, 0, 0, (), ins, outs)) == "signed-trade"
    own = ((padding, "b2", "p2tr"), (80_000_000, "b", "p2tr"))  # the buyer's own change in that place is no price
    assert rule_of(Line(1, "0" * 64, 0, 0, (), ins, own)) is None


def test_many_equal_outputs_to_one_address_are_no_mix() -> None:
    ins = tuple((5_100_000 + 611_003 * n, f"i{n}", "p2wpkh") for n in range(8))
    changes = tuple((100_000 + 611_003 * n - 700, f"c{n}", "p2wpkh") for n in range(8))
    apart = tuple((5_000_000, f"o{n}", "p2wpkh") for n in range(8))
    one = tuple((5_000_000, f"o{n // 4}", "p2wpkh") for n in range(8))
    assert rule_of(Line(1, "0" * 64, 0, 0, (), ins, (*apart, *changes))) == "joinmarket"
    assert rule_of(Line(1, "0" * 64, 0, 0, (), ins, (*one, *changes))) == "batch-payout"


def joinmarket(random: Random) -> Line:
    """A round as mainnet has them.

    Three to twelve participants, makers of one coin to five, small fees either way, a taker who pays for the block or
    sweeps, any amount from a thousandth of a coin to some tens.
    """
    n = random.randrange(3, 13)
    amount = min(int(random.lognormvariate(17, 2)), 3_000_000_000) + 100_000
    ins, outs = [], []
    earned = [random.choice((0, 250, 1_000, amount // 50_000, amount // 2_000)) for _ in range(n - 1)]
    for maker, fee in enumerate(earned):
        total = int(amount * random.uniform(1.01, 8)) + 30_000
        parts = _cut(random, total, random.choice((1, 1, 1, 2, 3, 5)))
        ins += [(part, f"i{maker}-{k}", "p2wpkh") for k, part in enumerate(parts)]
        outs += [(amount, f"o{maker}", "p2wpkh"), (total - amount + fee, f"c{maker}", "p2wpkh")]
    left = random.choice((0, int(amount * random.uniform(0.1, 3)) + 30_000))
    parts = _cut(random, amount + sum(earned) + random.randrange(2_000, 60_000) + left, random.choice((1, 1, 2, 4)))
    ins += [(part, f"t{k}", "p2wpkh") for k, part in enumerate(parts)]
    outs += [(amount, "target", "p2wpkh")] + ([(left, "tc", "p2wpkh")] if left else [])
    random.shuffle(ins)
    random.shuffle(outs)
    return Line(1, "0" * 64, 0, 0, (), tuple(ins), tuple(outs))


def _cut(random: Random, total: int, parts: int) -> list[int]:
    cuts = sorted(random.randrange(total // 50, total) for _ in range(parts - 1))
    return [end - begin for begin, end in zip([0, *cuts], [*cuts, total], strict=True) if end > begin]


@settings(max_examples=150)
@given(st.integers(0, 2**32))
def test_no_joinmarket_round_is_joined(seed: int) -> None:
    """It is called joint or left undecided, and never one payer's."""
    line = joinmarket(Random(seed))
    verdicts = judge(lines.columns([line]))
    assert verdicts.apart[0], line
    assert verdicts.inputs[0] == len(line.ins)


def test_most_joinmarket_rounds_are_called_joint() -> None:
    found = judge(lines.columns(joinmarket(Random(seed)) for seed in range(400))).joint
    assert found.mean() > 0.9


def test_a_small_round_of_standard_amounts_is_left_undecided() -> None:
    amounts = (4_194_304, 1_062_882, 531_441, 531_441, 354_294, 200_000)
    ins = tuple((3_000_000 - 400_000 * n, f"i{n}", "p2wpkh") for n in range(4))
    line = Line(1, "0" * 64, 0, 0, (), ins, tuple((a, f"o{n}", "p2wpkh") for n, a in enumerate(amounts)))
    assert rule_of(line) == "undecided"


def test_amounts_that_the_data_does_not_show_are_no_ground_for_one_payer() -> None:
    ins = tuple((-1 if n else 5_000_000, f"i{n}", "p2wpkh") for n in range(6))
    outs = tuple((3_000_000 if n < 4 else 40_000 + n, f"o{n}", "p2wpkh") for n in range(8))
    assert rule_of(Line(1, "0" * 64, 0, 0, (), ins, outs)) == "undecided"
