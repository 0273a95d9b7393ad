"""Coinjoins of a file, of a workspace, and of the labelled sets."""

import zipfile
from collections import Counter
from pathlib import Path

import pytest

from dyepack.cluster.coinjoin import RULES
from dyepack.cluster.detect import detect, detect_file, links_in_file, links_of
from dyepack.errors import InputError, MissingTable
from dyepack.store import Store
from tests.cluster.drawn import tx, write
from tests.conftest import shared

MIX = " ".join(f"M{n}={100_000 + (900 if n > 2 else 0)}" for n in range(5))
CHAIN = f"""
1 pay: A=70 B/p2pkh=40 -> C=60 D/op_return=0 E=49
1 mix: {MIX} -> {" ".join(f"N{n}=100000" for n in range(5))}
2 payout: A=900 -> {" ".join(f"P{n}=100" for n in range(8))} A=50
"""


def test_a_workspace(tmp_path: Path) -> None:
    with Store.open(tmp_path / "w", create=True) as store:
        with pytest.raises(MissingTable):
            detect(store)
        write(store, CHAIN)
        found = detect(store)
        assert [(one.tx_hash, one.rule, one.joint) for one in found.verdicts] == [
            (tx("mix"), "whirlpool-mix", True), (tx("payout"), "batch-payout", False),
        ]  # fmt: skip
        assert (found.transactions, found.as_json()["none"]) == (3, 1)
        assert [one.rule for one in detect(store, rule="batch-payout").verdicts] == ["batch-payout"]
        assert detect(store, limit=0).verdicts == ()
        assert len(store.records("coinjoins")) == 2
        with pytest.raises(InputError, match="expected a rule among whirlpool-mix"):
            detect(store, rule="whirlpol")


def test_links_of_a_transaction_in_a_workspace(tmp_path: Path) -> None:
    with Store.open(tmp_path / "w", create=True) as store:
        write(store, CHAIN)
        assert links_of(store, tx("mix")).interpretations == 1496
        assert links_of(store, tx("pay")).together == ((1, 1), (1, 1))  # the note is no output
        with pytest.raises(InputError, match="is not in the workspace"):
            links_of(store, tx("none"))


@pytest.fixture(scope="module")
def whirlpool(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = shared("data", "bitcoin", "coinjoin", "dumplings__sw_202403.zip")
    folder = tmp_path_factory.mktemp("labelled")
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
    return folder / "Scanner" / "SamouraiCoinJoins.txt"


def test_the_published_file_as_it_is(whirlpool: Path) -> None:
    found = detect_file(whirlpool)
    assert found.rejected == ()
    assert Counter(one.rule for one in found.verdicts) == {"whirlpool-mix": found.transactions}
    said = found.as_json()
    assert said["rules"] == {rule.name: 0 for rule in RULES} | {"whirlpool-mix": found.transactions}
    first = found.verdicts[0].as_json()["confidence"]
    assert isinstance(first, dict)
    assert first["right"] == first["tried"] > 1_000
    assert first["interval"][0] < 1
    assert links_in_file(whirlpool, found.verdicts[0].tx_hash).entropy > 10


def test_a_bad_line_does_not_stop_the_rest(whirlpool: Path, tmp_path: Path) -> None:
    lines = whirlpool.read_text().splitlines()[:3]
    (tmp_path / "x.txt").write_text("\n".join([lines[0], lines[1][:200], lines[2]]) + "\n")
    found = detect_file(tmp_path / "x.txt")
    assert (found.transactions, [bad.number for bad in found.rejected]) == (2, [2])
