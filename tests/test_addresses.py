import pytest
from bip_utils import (
    Base58Encoder,
    BchP2PKHAddrEncoder,
    P2PKHAddrEncoder,
    P2TRAddrEncoder,
    P2WPKHAddrEncoder,
    Secp256k1PrivateKey,
    TrxAddrEncoder,
    XrpAddrEncoder,
)
from hypothesis import given
from hypothesis import strategies as st

from dyepack.addresses import eip55, normalise
from dyepack.chains import CHAINS, chain
from dyepack.errors import InvalidAddress, UnknownChain
from tests.conftest import shared

KEYS = st.integers(1, 2**128).map(lambda n: Secp256k1PrivateKey.FromBytes(n.to_bytes(32, "big")).PublicKey())
# The four mixed-case examples of EIP-55.
CHECKSUMMED = [
    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
    "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
    "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
]


@pytest.mark.parametrize("address", CHECKSUMMED)
def test_eip55(address):
    assert eip55(address.lower()) == address
    assert normalise(address, "ethereum") == address.lower()
    assert normalise("0x" + address[2:].upper(), "bsc") == address.lower()


def test_one_changed_letter_breaks_the_checksum():
    with pytest.raises(InvalidAddress, match="checksum"):
        normalise("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1Beaed", "ethereum")


ENCODERS = {
    "bitcoin": [
        lambda key: P2PKHAddrEncoder.EncodeKey(key, net_ver=b"\x00"),
        lambda key: P2WPKHAddrEncoder.EncodeKey(key, hrp="bc"),
        lambda key: P2TRAddrEncoder.EncodeKey(key, hrp="bc"),
    ],
    "litecoin": [
        lambda key: P2PKHAddrEncoder.EncodeKey(key, net_ver=b"\x30"),
        lambda key: P2WPKHAddrEncoder.EncodeKey(key, hrp="ltc"),
    ],
    "dogecoin": [lambda key: P2PKHAddrEncoder.EncodeKey(key, net_ver=b"\x1e")],
    "bitcoin_cash": [lambda key: BchP2PKHAddrEncoder.EncodeKey(key, hrp="bitcoincash", net_ver=b"\x00")],
    "tron": [TrxAddrEncoder.EncodeKey],
    "xrp": [XrpAddrEncoder.EncodeKey],
}
CASES = [(name, encode) for name, encoders in ENCODERS.items() for encode in encoders]


@pytest.mark.parametrize(("name", "encode"), CASES)
@given(key=KEYS, place=st.integers(2, 60), letter=st.sampled_from("qpzryx8923"))
def test_what_another_library_encodes_is_accepted_and_a_changed_letter_is_not(name, encode, key, place, letter):
    address = encode(key)
    assert normalise(address, name) == address
    place = place % (len(address) - 14) + 13
    if address[place] != letter:
        with pytest.raises(InvalidAddress):
            normalise(address[:place] + letter + address[place + 1 :], name)


@given(key=KEYS)
def test_one_tron_address_in_two_forms(key):
    text = TrxAddrEncoder.EncodeKey(key)
    from bip_utils import Base58Decoder

    raw = Base58Decoder.CheckDecode(text).hex()
    assert normalise(raw, "tron") == text
    assert normalise("0x" + raw.upper(), "tron") == text


@given(key=KEYS)
def test_a_bech32_address_in_capitals_is_the_same_address_and_mixed_case_is_none(key):
    address = P2WPKHAddrEncoder.EncodeKey(key, hrp="bc")
    assert normalise(address.upper(), "bitcoin") == address
    with pytest.raises(InvalidAddress):
        normalise(address[:-1] + address[-1].upper() if address[-1].isalpha() else "BC" + address[2:], "bitcoin")


def test_a_bitcoin_cash_address_without_its_prefix_gets_it():
    address = BchP2PKHAddrEncoder.EncodeKey(
        Secp256k1PrivateKey.FromBytes(bytes(31) + b"\1").PublicKey(), hrp="bitcoincash", net_ver=b"\x00"
    )
    assert normalise(address.removeprefix("bitcoincash:"), "bch") == address


@pytest.mark.parametrize("size", [31, 32, 33])
def test_a_solana_address_is_32_bytes(size):
    address = Base58Encoder.Encode(b"\7" * size)
    if size == 32:
        assert normalise(address, "solana") == address
    else:
        with pytest.raises(InvalidAddress):
            normalise(address, "solana")


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("", "bitcoin"),
        ("1", "bitcoin"),
        ("0x", "ethereum"),
        ("0x123", "ethereum"),
        ("1BHNb9UJy4cWFB5wywZkTVgoNB4JbFmswH", "ethereum"),
        ("0x098b716b8aaf21512996dc57eb0615e2383e2f96", "bitcoin"),
        ("1BHNb9UJy4cWFB5wywZkTVgoNB4JbFmswH", "dogecoin"),
        ("1BHNb9UJy4cWFB5wywZkTVgoNB4JbFmswH", "tron"),
        ("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5", "bitcoin"),  # BIP-173: invalid checksum
        ("bc1pw5dgrnzv", "bitcoin"),  # BIP-350: invalid program length
        ("0x098b716b8aaf21512996dc57eb0615e2383e2f9\0", "ethereum"),
        ("a b", "stellar"),
    ],
)
def test_wrong_chain_wrong_checksum_wrong_form(address, name):
    with pytest.raises(InvalidAddress):
        normalise(address, name)


@pytest.mark.parametrize(
    "address",
    [  # valid examples of BIP-350
        "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
        "bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kt5nd6y",
        "bc1sw50qgdz25j",
    ],
)
def test_witness_programs_of_later_versions(address):
    assert normalise(address, "bitcoin") == address


@given(st.text(max_size=70), st.sampled_from(sorted(CHAINS)))
def test_any_text_is_either_normalised_for_good_or_refused(text, name):
    try:
        once = normalise(text, name)
    except InvalidAddress:
        return
    assert normalise(once, name) == once


def test_chain_names():
    assert chain("ETH") is chain("ethereum")
    assert chain("Gnosis Chain") is chain("xdai") is CHAINS["gnosis"]
    with pytest.raises(UnknownChain, match="ethereum"):
        chain("etherium")


def refused(address, name):
    try:
        normalise(address, name)
    except InvalidAddress:
        return True
    return False


@pytest.mark.parametrize(
    ("ticker", "name", "wrong"),
    [
        ("XBT", "bitcoin", ["TUCsTq7TofTCJRRoHk6RvhMoS2mJLm5Yzq"]),  # a TRON address, listed by OFAC as bitcoin
        ("ETH", "ethereum", []),
        ("TRX", "tron", []),
        ("LTC", "litecoin", []),
        ("XRP", "xrp", []),
        ("BCH", "bitcoin_cash", []),
    ],
)
def test_a_real_list_of_addresses(ticker, name, wrong):
    listed = shared("data", "tags", "ofac-2025-11-27") / f"sanctioned_addresses_{ticker}.txt"
    addresses = [line.split(";")[0] for line in listed.read_text(encoding="utf-8").splitlines() if line]
    assert [address for address in addresses if refused(address, name)] == wrong
