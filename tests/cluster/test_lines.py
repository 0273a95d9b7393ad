"""Transactions as lines of text, good and bad."""

from pathlib import Path

import pytest

from dyepack.cluster.lines import parse, read_lines
from dyepack.errors import SourceError

TX, SPENT = "ab" * 32, "cd" * 32
PAID = "200+0014bb+TxWitnessV0Keyhash}{0+6a01+TxNullData"
GOOD = f"{TX}:::00ff:::7:::1710119889:::{SPENT}-3-500+0014aa+TxWitnessV0Keyhash:::{PAID}"


def test_a_line() -> None:
    (line,), bad = parse([GOOD, ""])
    assert not bad
    assert (line.tx_hash, line.tx_index, line.time, line.spends) == (TX, 7, 1710119889, ((SPENT, 3),))
    assert line.ins == ((500, "0014aa", "p2wpkh"),)
    assert line.outs == ((200, "0014bb", "p2wpkh"), (0, "6a01", "op_return"))


def test_a_coinbase_has_no_inputs() -> None:
    (line,), _ = parse([f"{TX}:::b:::0:::1::::::5000000000+51+TxPubkey"])
    assert line.ins == ()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("hello", "expected txid:::block"),
        (GOOD.replace(TX, "xy"), "64 hexadecimal digits"),
        (GOOD.replace("-500+", "-5e2+"), "expected a whole number as amount, got '5e2'"),
        (GOOD.replace("-500+", "-٥+"), "expected a whole number as amount"),
        (GOOD.replace("-500+", "-99999999999999999+"), "an amount of at most"),
        (GOOD.replace(f"{SPENT}-3-", f"{SPENT}-"), "expected an input as txid-place-amount"),
        (GOOD.replace("+0014bb+", "+"), r"expected amount\+script\+type"),
        (GOOD.replace(":::7:::", ":::-7:::"), "place in the block"),
    ],
)
def test_a_bad_line_is_refused_with_its_reason(text: str, reason: str) -> None:
    good, (bad,) = parse(["", text])
    assert not good
    assert bad.number == 2
    with pytest.raises(ValueError, match=reason):
        raise ValueError(bad.reason)


def test_a_transaction_that_comes_twice_is_taken_once() -> None:
    good, (bad,) = parse([GOOD, GOOD])
    assert (len(good), bad.reason) == (1, "transaction of line 1 again")


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SourceError, match="bytes that are not UTF-8"):
        read_lines(path)
