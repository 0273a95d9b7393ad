"""Blocks and undo data that are cut, changed or made up: never a crash, always one of our errors with a place in it."""

import re

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dyepack.errors import RecordError, SourceMismatch
from dyepack.ingest.bitcoin.network import NETWORKS, network
from dyepack.ingest.bitcoin.raw import gathered, parse, parse_undo
from dyepack.ingest.machine import undo as machine
from dyepack.ingest.machine.scripts import PLACE, classify_all
from tests.conftest import attempted
from tests.ingest.chainfiles import block, coinbase, hash_of, transaction, undo
from tests.ingest.test_blocks import OTHER, PAID, drawn

GOOD = drawn(3)[2]
CHAINS = st.sampled_from(sorted(NETWORKS))
PLACED = re.compile(r"x: no block of \w+: .*, at byte (\d+) of it")


def tried(raw: bytes, chain: str) -> None:
    """Parse it: what comes is a block, or one of our errors."""
    attempted("mutated blocks of Bitcoin's form")
    said = ""
    try:
        parse(gathered([raw], ["x"]), network(chain))
    except (RecordError, SourceMismatch) as error:
        said = str(error)
    if said and "Merkle root" not in said:
        placed = PLACED.fullmatch(said)
        assert placed is not None
        assert 0 <= int(placed[1]) <= len(raw)


@given(st.binary(max_size=400), CHAINS)
@example(b"", "bitcoin")
@example(bytes(81), "bitcoin")
@example(bytes(80) + b"\xff" * 9, "dogecoin")
def test_random_bytes(raw: bytes, chain: str):
    tried(raw, chain)


@given(st.integers(0, len(GOOD) - 1), CHAINS)
def test_every_cut(size: int, chain: str):
    with pytest.raises(RecordError, match=r"at byte (\d+) of it"):
        parse(gathered([GOOD[:size]], ["x"]), network(chain))


@given(st.lists(st.tuples(st.integers(81, len(GOOD) - 1), st.integers(0, 255)), min_size=1, max_size=5), CHAINS)
def test_changed_bytes(changes: list[tuple[int, int]], chain: str):
    raw = bytearray(GOOD)
    for at, byte in changes:
        raw[at] = byte
    if bytes(raw) == GOOD:
        return
    if chain == "bitcoin":
        with pytest.raises((RecordError, SourceMismatch)):
            parse(gathered([bytes(raw)], ["x"]), network(chain))
    tried(bytes(raw), chain)


@given(
    st.binary(max_size=200),
    st.sampled_from([b"\xfd\xff\xff", b"\xfe\xff\xff\xff\x7f", b"\xff" * 9]),
    st.integers(80, 130),
)
def test_counts_that_lead_beyond_the_end(tail: bytes, count: bytes, at: int):
    tried(GOOD[:at] + count + tail, "bitcoin")


@given(st.binary(max_size=300))
def test_random_undo_data(data: bytes):
    parsed = parse(gathered([GOOD], ["x"]), network("bitcoin"))
    said = "rev: no undo data of this block: none, at byte 0 of it"
    try:
        parse_undo(parsed, [data], network("bitcoin"), ["rev"])
    except RecordError as error:
        said = str(error)
    assert re.fullmatch(r"rev: no undo data of this block: .*, at byte \d+ of it", said)


@given(st.integers(0, 60), st.integers(0, 255))
def test_changed_undo_data(at: int, byte: int):
    data = bytearray(undo([[(5 * 10**9, PAID)]]))
    data[at % len(data)] = byte
    spent = machine.nothing_spent(1)
    array = np.frombuffer(data, np.uint8)
    problem, where = machine.read_undo(array, (0, len(array)), np.array([1]), network("bitcoin").rules, 0, spent)
    assert problem >= 0
    assert 0 <= where <= len(data)


@given(st.binary(max_size=120), CHAINS)
@example(b"\xef" + bytes(32) + b"\xff" + b"\xfc", "bitcoin_cash")
def test_any_script_has_a_kind(script: bytes, chain: str):
    kinds, places = np.zeros(1, np.uint8), np.zeros((1, PLACE), np.uint8)
    data = np.frombuffer(bytearray(script + b"\0"), np.uint8)
    classify_all(data, np.array([0, len(script)]), network(chain).rules, kinds, places)
    assert kinds[0] <= 9


def bad(*transactions: bytes) -> bytes:
    return block(bytes(32), list(transactions))


ONE = coinbase(1, [(1, PAID)])
CASES = {
    "no transactions": (GOOD[:80] + b"\0" + b"x", "a block without transactions"),
    "no coinbase": (bad(transaction([(b"\1" * 32, 0, b"")], [(1, PAID)])), "its first transaction is not a coinbase"),
    "two coinbases": (
        bad(coinbase(1, [(1, PAID)]), coinbase(2, [(1, PAID)])),
        "its first transaction is not a coinbase",
    ),
    "no outputs": (bad(coinbase(1, [])), "a transaction without inputs or outputs"),
    "too much": (bad(coinbase(1, [(2**62, PAID)])), "an amount that is too large"),
    "too much in all": (bad(coinbase(1, [(2**61, PAID), (2**61, OTHER)])), "an amount that is too large"),
    "a negative amount": (bad(coinbase(1, [(2**64 - 1, PAID)])), "an amount that is too large"),
    "an unknown flag": (bad(ONE[:4] + b"\0\x02" + ONE[4:]), "a flag that is not known"),
}


@pytest.mark.parametrize("case", CASES)
def test_what_no_block_may_hold(case: str):
    raw, reason = CASES[case]
    with pytest.raises(RecordError, match=reason):
        parse(gathered([raw], ["x"]), network("bitcoin"))


def test_a_witness_is_no_part_of_the_id():
    from tests.ingest.chainfiles import plain, root, twice

    witness = b"\2\3abc\0"
    first = coinbase(1, [(1, PAID)])
    second = transaction([(b"\1" * 32, 0, b"")], [(1, OTHER)], witness)
    raw = block(bytes(32), [first, second])
    ids = [twice(first), twice(plain(second, witness))]
    head = raw[:36] + root(ids) + raw[68:80]
    parsed = parse(gathered([head + raw[80:]], ["x"]), network("bitcoin"))
    assert [bytes(one) for one in parsed.tx_id] == ids


def test_headers_of_merged_mining():
    """Dogecoin since block 371,337: behind a header stand another chain's coinbase, branches and header."""
    raw = bytearray(block(bytes(32), [coinbase(400_000, [(7, PAID)])]))
    raw[1] |= 1
    parent = coinbase(9, [(1, OTHER)]) + b"\5" * 32 + b"\2" + b"\6" * 64 + bytes(4) + b"\0" + bytes(4) + b"\7" * 80
    merged = bytes(raw[:80]) + parent + bytes(raw[80:])
    parsed = parse(gathered([merged], ["x"]), network("dogecoin"))
    assert bytes(parsed.hash[0]) == hash_of(merged)
    assert parsed.out_amount.tolist() == [7]
    with pytest.raises(RecordError, match=r"at byte (\d+) of it"):
        parse(gathered([merged], ["x"]), network("bitcoin"))
    for cut in range(81, len(merged)):
        with pytest.raises(RecordError, match=r"at byte (\d+) of it"):
            parse(gathered([merged[:cut]], ["x"]), network("dogecoin"))


def test_the_extension_block_of_litecoin():
    """Its last transaction carries a flag of its own, and behind it stands what has no outputs in this form."""
    first = coinbase(1, [(5, PAID)])
    last = transaction([(b"\1" * 32, 0, b"")], [(3, b"\x58\x20" + bytes(32))])
    marked = last[:4] + b"\0\x08" + last[4:-4] + b"\0" + last[-4:]
    raw = block(bytes(32), [first, last]).replace(last, marked)
    parsed = parse(gathered([raw + b"\1extension"], ["x"]), network("litecoin"))
    assert parsed.out_amount.tolist() == [5, 3]
    with pytest.raises(RecordError, match="a flag that is not known"):
        parse(gathered([raw], ["x"]), network("bitcoin"))
