"""The compiled loops, each against a plain twin: hashlib, bip_utils, our own reader of addresses."""

import hashlib

import numpy as np
import pytest
from bip_utils import (
    BchP2PKHAddrEncoder,
    BchP2SHAddrEncoder,
    P2PKHAddrEncoder,
    P2SHAddrEncoder,
    P2WPKHAddrEncoder,
    SegwitBech32Encoder,
)
from bip_utils.base58 import Base58Encoder
from bip_utils.utils.crypto import Hash160
from hypothesis import given
from hypothesis import strategies as st

from dyepack.addresses import normalise
from dyepack.errors import InvalidAddress
from dyepack.ingest.bitcoin.columns import addresses
from dyepack.ingest.bitcoin.network import NETWORKS, network
from dyepack.ingest.machine import digests, scripts, strings, undo, wire
from dyepack.ingest.machine.plain import plain
from tests.ingest import chainfiles

KEY = bytes.fromhex("0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798")
HASH, LONG = bytes(range(20)), bytes(range(32))


def array(data: bytes) -> np.ndarray:
    return np.frombuffer(bytearray(data), np.uint8)


def digest(function, data: bytes) -> bytes:
    room, out = np.empty(72, np.uint32), np.empty(32, np.uint8)
    function(array(data), 0, len(data), room)
    digests.put_digest(room, out)
    return out.tobytes()


@given(st.binary(max_size=300))
def test_digests_are_those_of_the_standard_library(data: bytes):
    assert digest(digests.sha256, data) == hashlib.sha256(data).digest()
    assert digest(digests.sha256_twice, data) == chainfiles.twice(data)
    out = np.empty(20, np.uint8)
    digests.hash160(array(data), 0, len(data), out)
    assert out.tobytes() == Hash160.QuickDigest(data)


@pytest.mark.parametrize("size", [55, 56, 63, 64, 119, 120, 1000])
def test_digests_at_the_edges_of_a_block(size: int):
    assert digest(digests.sha256, b"x" * size) == hashlib.sha256(b"x" * size).digest()


@given(st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=20))
def test_merkle_root(ids: list[bytes]):
    root = digests.merkle(array(b"".join(ids)).reshape(-1, 32), 0, len(ids), np.empty(72, np.uint32))
    assert root.tobytes() == chainfiles.root(ids)


def kind_and_address(script: bytes, chain: str = "bitcoin") -> tuple[str, str | None]:
    known = network(chain)
    kinds, places = np.zeros(1, np.uint8), np.zeros((1, scripts.PLACE), np.uint8)
    scripts.classify_all(array(script), np.array([0, len(script)]), known.rules, kinds, places)
    return scripts.KINDS[kinds[0]], addresses(kinds, places, known)[0].as_py()


def base58check(version: int, payload: bytes) -> str:
    return str(Base58Encoder.CheckEncode(bytes([version]) + payload))


TRUE_KEY = P2PKHAddrEncoder.EncodeKey(KEY, net_ver=b"\0")
SCRIPTS = {
    "p2pk": (b"\x21" + KEY + b"\xac", TRUE_KEY),
    "p2pkh": (b"\x76\xa9\x14" + Hash160.QuickDigest(KEY) + b"\x88\xac", TRUE_KEY),
    "p2sh": (b"\xa9\x14" + HASH + b"\x87", base58check(5, HASH)),
    "p2wpkh": (b"\0\x14" + Hash160.QuickDigest(KEY), P2WPKHAddrEncoder.EncodeKey(KEY, hrp="bc")),
    "p2wsh": (b"\0\x20" + LONG, SegwitBech32Encoder.Encode("bc", 0, LONG)),
    "p2tr": (b"\x51\x20" + LONG, SegwitBech32Encoder.Encode("bc", 1, LONG)),
    "witness": (b"\x60\x02\x75\x1e", "bc1sw50qgdz25j"),  # BIP-350's own example
    "multisig": (b"\x51\x21" + KEY + b"\x21" + KEY + b"\x52\xae", None),
    "op_return": (b"\x6a\x04text", None),
    "other": (b"\0\x15" + b"x" * 21, None),  # no witness program of version 0 has this length
}


@pytest.mark.parametrize("kind", SCRIPTS)
def test_every_kind_of_script(kind: str):
    script, expected = SCRIPTS[kind]
    assert kind_and_address(script) == (kind, expected)


@pytest.mark.parametrize(
    "script",
    [
        b"",
        b"\x76\xa9\x14" + HASH + b"\x88",
        b"\x21\x05" + LONG + b"\xac",  # no key begins with 5
        b"\x53\x21" + KEY + b"\x51\xae",  # three of one
        b"\x51\x21" + KEY + b"\x52\xae",  # says two keys, has one
        b"\x51\x21" + KEY[:20] + b"\x51\xae",  # a key that is cut off
        b"\x51\x51\xae\xae",
    ],
)
def test_what_only_looks_like_a_known_script(script: bytes):
    assert kind_and_address(script) == ("other", None)


def test_a_whole_key_pays_to_another_address_than_its_short_form():
    x, y = KEY[1:], bytes.fromhex("483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8")
    whole = b"\x04" + x + y
    assert kind_and_address(b"\x41" + whole + b"\xac") == ("p2pk", base58check(0, Hash160.QuickDigest(whole)))


def test_other_chains_print_their_own_addresses():
    to_key, to_script = SCRIPTS["p2pkh"][0], SCRIPTS["p2sh"][0]
    assert kind_and_address(to_key, "dogecoin")[1] == base58check(30, Hash160.QuickDigest(KEY))
    assert kind_and_address(to_script, "litecoin")[1] == base58check(50, HASH)
    assert kind_and_address(to_key, "bitcoin_cash")[1] == BchP2PKHAddrEncoder.EncodeKey(
        KEY, hrp="bitcoincash", net_ver=b"\0"
    )
    assert kind_and_address(SCRIPTS["p2wpkh"][0], "litecoin")[1] == P2WPKHAddrEncoder.EncodeKey(KEY, hrp="ltc")
    for chain in ("dogecoin", "bitcoin_cash"):  # they have no witnesses
        assert kind_and_address(SCRIPTS["p2wpkh"][0], chain) == ("other", None)


def test_a_token_before_a_script_of_bitcoin_cash():
    token = b"\xef" + LONG + b"\x70" + b"\x03abc" + b"\xfd\x10\x27"
    assert kind_and_address(token + SCRIPTS["p2sh"][0], "bitcoin_cash") == (
        "p2sh",
        kind_and_address(SCRIPTS["p2sh"][0], "bitcoin_cash")[1],
    )
    kind, address = kind_and_address(b"\xaa\x20" + LONG + b"\x87", "bitcoin_cash")
    assert (kind, len(str(address))) == ("p2sh", len("bitcoincash:") + 61)


@given(st.binary(min_size=20, max_size=20), st.binary(min_size=32, max_size=32), st.sampled_from(sorted(NETWORKS)))
def test_printed_addresses_are_what_our_reader_takes(short: bytes, long: bytes, chain: str):
    for script in (b"\x76\xa9\x14" + short + b"\x88\xac", b"\xa9\x14" + short + b"\x87", b"\x51\x20" + long):
        _, address = kind_and_address(script, chain)
        assert address is None or normalise(address, chain) == address
    assert kind_and_address(b"\xa9\x14" + short + b"\x87", "bitcoin")[1] == base58check(5, short)


def seen_as_plain(texts: list[str], chain: str) -> list[bool]:
    joined = array("".join(texts).encode() or b"\0")
    offsets = np.append(0, np.cumsum([len(text.encode()) for text in texts])).astype(np.int32)
    found = np.zeros(len(texts), bool)
    plain(joined, offsets, network(chain).style, found)
    return [bool(one) for one in found]


def stands(text: str, chain: str) -> bool:
    """The twin: whether our reader of addresses takes it and changes nothing."""
    try:
        return normalise(text, chain) == text
    except InvalidAddress:
        return False


LETTERS = st.sampled_from("1qpzbc0OIl8xQQl\xe9")


@given(
    st.binary(min_size=20, max_size=20),
    st.binary(min_size=2, max_size=40),
    st.integers(0, 16),
    st.sampled_from(["bitcoin", "litecoin", "dogecoin"]),
    st.data(),
)
def test_plain_addresses_are_those_that_our_reader_leaves_as_they_are(
    short: bytes, long: bytes, version: int, chain: str, data: st.DataObject
):
    program = bytes([0 if version == 0 else 0x50 + version, len(long)]) + long
    texts = []
    for script in (b"\x76\xa9\x14" + short + b"\x88\xac", b"\xa9\x14" + bytes(3) + short[3:] + b"\x87", program):
        _, address = kind_and_address(script, chain)
        text = address or "bc1q"
        at = data.draw(st.integers(0, len(text) - 1))
        other = data.draw(LETTERS)
        texts += [text, text[:at] + other + text[at + 1 :], text[:at] + text[at + 1 :], text + other, text.upper()]
    for text, found in zip(texts, seen_as_plain(texts, chain), strict=True):
        assert found == stands(text, chain), text


def test_what_is_left_to_the_reader_of_addresses():
    """Litecoin's old scripts, CashAddr, and texts of no length are no plain ones, whatever the reader says."""
    assert seen_as_plain(["", "1", "bc1", "bc1" + "q" * 90], "bitcoin") == [False] * 4
    old = base58check(5, HASH)
    assert (stands(old, "litecoin"), seen_as_plain([old], "litecoin")) == (True, [False])
    cash = str(kind_and_address(SCRIPTS["p2sh"][0], "bitcoin_cash")[1])
    assert (stands(cash, "bitcoin_cash"), seen_as_plain([cash], "bitcoin_cash")) == (True, [False])


def test_hexadecimal_both_ways():
    ids, out = array(LONG).reshape(1, 32), np.empty((1, 64), np.uint8)
    strings.print_ids(ids, out)
    assert out.tobytes().decode() == LONG[::-1].hex()
    back = np.empty(32, np.uint8)
    assert strings.read_hex(array(LONG.hex().upper().encode()), back) == -1
    assert back.tobytes() == LONG
    assert strings.read_hex(array(b"0g"), back) == 1


@given(st.integers(0, 2**55))
def test_numbers_of_undo_data(number: int):
    written = chainfiles.varint(number)
    assert undo.varint(array(written), 0, len(written)) == (number, len(written))
    assert undo.varint(array(written), 0, len(written) - 1) == (wire.CUT, -1)


@given(st.one_of(st.integers(0, 21 * 10**14), st.integers(0, 10**9).map(lambda n: n * 10**6)))
def test_amounts_of_undo_data(amount: int):
    assert undo.amount_of(chainfiles.short_amount(amount)) == amount


def test_an_amount_that_no_sum_may_reach_is_none():
    assert undo.amount_of(2**55) == -1


@given(st.lists(st.tuples(st.integers(0, 10**15), st.sampled_from([script for script, _ in SCRIPTS.values()]))))
def test_what_a_block_spent_is_read_back(coins: list[tuple[int, bytes]]):
    whole = b"\x04" + KEY[1:] + bytes.fromhex("483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8")
    coins = [*coins, (7, b"\x41" + whole + b"\xac")]
    data = array(chainfiles.undo([coins]))
    spent = undo.nothing_spent(len(coins))
    wanted = np.array([len(coins)])
    assert undo.read_undo(data, (0, len(data)), wanted, network("bitcoin").rules, 0, spent) == (0, len(data))
    undo.complete_keys(spent)
    assert spent.amount.tolist() == [amount for amount, _ in coins]
    found = addresses(spent.kind, spent.place, network("bitcoin")).to_pylist()
    assert found == [kind_and_address(script)[1] for _, script in coins]


def test_bip_utils_agrees_on_script_hashes():
    """Its encoders hash for themselves, so they are given what the scripts here were made of."""
    assert P2SHAddrEncoder.EncodeKey(KEY, net_ver=b"\5") == base58check(
        5, Hash160.QuickDigest(b"\0\x14" + Hash160.QuickDigest(KEY))
    )
    assert (
        BchP2SHAddrEncoder.EncodeKey(KEY, hrp="bitcoincash", net_ver=b"\x08")
        == kind_and_address(
            b"\xa9\x14" + Hash160.QuickDigest(b"\0\x14" + Hash160.QuickDigest(KEY)) + b"\x87", "bitcoin_cash"
        )[1]
    )
