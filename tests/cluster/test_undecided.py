"""What is no coinjoin, what may be one, and what must never be joined: through the commands that people type."""

import json
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.accuracy import negatives, paid
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
    if kind in negatives.TRADES:
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


def wasabi(short: int, shown: bool = True) -> str:
    """Forty who take 0.0999 of a coin, ten of them twice that too, less so many satoshis; each his change."""
    base, ins, outs = 9_991_817, [], []
    for n in range(40):
        level = 2 * base - short if n % 4 == 0 else 0
        change = 700_003 + 91_411 * n
        ins.append(f"I{n}={base + level + change + 9_000 + 150_000 * (n % 3) if shown or n % 2 else '?'}")
        outs += [f"O{n}={base}", f"C{n}={change + 150_000 * (n % 3)}"] + ([f"L{n}={level}"] if level else [])
    return f"1 round: {' '.join(ins)} -> {' '.join(outs)} FEE=71234"


def verdicts_of(text: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> list[tuple[str, str]]:
    with Store.open(folder, create=True) as store:
        write(store, text)
    answer = json.loads(said(capsys, "-w", str(folder), "coinjoins", "--json"))
    return [(one["rule"], one["verdict"]) for one in answer["verdicts"]]


def test_a_round_of_which_some_inputs_hold_what_nothing_shows_is_not_joined(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As in blocks of which the earlier ones are not there: with levels, and in falling order."""
    assert verdicts_of(wasabi(1_800), tmp_path / "whole", capsys) == [("wasabi1", "joint")]
    assert verdicts_of(wasabi(1_800, shown=False), tmp_path / "part", capsys) == [("undecided", "undecided")]
    said(capsys, "-w", str(tmp_path / "part"), "cluster", "--json")
    said(capsys, "-w", str(tmp_path / "part"), "cluster", "why", "I1", "I2", code=3)
    amounts = (9_565_938, 8_388_608, 4_782_969, 4_194_304, 4_194_304, 1_594_323, 1_594_323, 500_000, 500_000, 177_147)
    ins = [f"W{n}={4_000_000 - 90_001 * n if n % 3 else '?'}" for n in range(12)]
    outs = [f"V{n}={amount}" for n, amount in enumerate(amounts)]
    found = verdicts_of(f"1 round: {' '.join(ins)} -> {' '.join(outs)}", tmp_path / "falling", capsys)
    assert found == [("wasabi2", "joint")]


def test_twice_as_much_to_some_is_a_level_only_where_it_is_a_little_less(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Salaries, some of them doubled, and customers who are paid from the same coins: exactly twice, or a fee more."""
    for fee in (0, 1_500):
        salary, drawn = 9_871_543, Random(fee)
        paid = [salary - fee] * 20 + [2 * salary - fee] * 4 + [drawn.randrange(40_000, 9_000_000) for _ in range(14)]
        coins = [drawn.randrange(8_000_000, 19_000_000) for _ in range(34)]
        paid += [(sum(coins) - sum(paid)) // 3 - 2_000, (sum(coins) - sum(paid)) * 2 // 3 - 2_000]
        text = f"1 pay: {' '.join(f'I{n}={a}' for n, a in enumerate(coins))} -> "
        text += " ".join(f"O{n}={a}" for n, a in enumerate(paid))
        ((rule, verdict),) = verdicts_of(text, tmp_path / f"w{fee}", capsys)
        assert verdict != "joint", rule


def test_who_comes_twice_to_a_round_from_one_address(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ins = " ".join(f"I{n // 2 if n < 4 else n}={5_100_000 + 600_001 * n}" for n in range(8))
    text = f"1 round: {ins} -> {' '.join(f'O{n}=5003471' for n in range(8))} {FEE}=31204 C=1234567"
    with Store.open(tmp_path / "w", create=True) as store:
        write(store, text, year=2018 + 1)
    answer = json.loads(said(capsys, "-w", str(tmp_path / "w"), "coinjoins", "--json"))
    assert [(one["rule"], one["parties"]) for one in answer["verdicts"]] == [("coordinator-fee", 8)]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("S=546 B=5000000 -> N=546 S=3000000 B2=1990000", "signed-trade"),  # both sign everything
        ("B=5000000 S=4321 -> S=3000000 N=4321 B2=1990000", "signed-trade"),
        ("B=600 B=600 S=546 B=9000 -> B=1200 N=546 S2=4000 B2=4000", "signed-trade"),  # a buyer of small coins
        ("A=546 P=50000 -> N=546 P=48000", None),  # somebody sends his token on
        ("A=546 P=70000 -> X=60000 P=9000", None),
        ("A=546 A2=700 P=1290 P2=10103 Q=90000 -> D=900 X=9000 X2=9000 X3=9000 X4=9000 X5=9000 X6=9000 X7=9000 P=1",
         "batch-payout"),
    ],
)  # fmt: skip
def test_trades_and_what_only_looks_like_one(
    text: str, rule: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert [one for one, _ in verdicts_of(f"1 t: {text}", tmp_path / "w", capsys)] == ([rule] if rule else [])
    said(capsys, "-w", str(tmp_path / "w"), "cluster", "--json")
    pair = ("S", "B") if rule == "signed-trade" else ("A", "P")
    said(capsys, "-w", str(tmp_path / "w"), "cluster", "why", *pair, code=3 if rule == "signed-trade" else 0)


@pytest.mark.slow
def test_payouts_of_real_blocks_are_not_joint() -> None:
    found = judge(lines.columns(paid.payouts(shared("data", "bitcoin", "coinjoin"), 3, 5)))
    assert len(found.rule) > 100
    assert not found.joint.any()
