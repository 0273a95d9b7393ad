"""Tags from TagPacks and CSV files, and what strangers may put into them."""

import re

import pytest

from dyepack.errors import DyepackError, InputError
from dyepack.store import Store
from dyepack.tags import Layout, load_tags
from dyepack.tags.statement import concepts, grades
from dyepack.trace.stops import REASON_OF
from tests.conftest import shared

ETH = "0x28c6c06298d514db089934071355e5743bf21d60"
BTC = "1Archive1n2C579dMsAu3iC6tWzuQJz8dN"
HEAD = "title: A pack\ncreator: Somebody\nconfidence: service_data\ncurrency: ETH\nlabel: Some Exchange\n"


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "w", create=True) as store:
        yield store


def load(store, tmp_path, text, name="pack.yaml", layout=None):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    (loaded,) = load_tags(store, [path], layout)
    return loaded


def test_fields_of_the_header_hold_for_tags_that_do_not_say_otherwise(store, tmp_path):
    load(
        store,
        tmp_path,
        HEAD + f"category: exchange\nactor: some\nlastmod: 2022-11-16\ntags:\n- address: {ETH}\n"
        f"- {{address: {BTC}, currency: BTC, label: Another, actor: other, confidence: web_crawl, category: market}}\n",
    )
    first, second = sorted(store.records("tags"), key=lambda tag: tag.chain, reverse=True)
    assert (first.chain, first.name, first.actor, first.concept) == ("ethereum", "Some Exchange", "some", "exchange")
    assert (first.confidence, first.grade, first.pack, str(first.last_modified)) == (
        "service_data",
        50,
        "A pack",
        "2022-11-16",
    )
    assert (second.chain, second.name, second.actor, second.concept) == ("bitcoin", "Another", "other", "market")
    assert (second.grade, second.creator) == (20, "Somebody")


def test_concepts_and_their_older_names_are_kept_as_given(store, tmp_path):
    load(
        store,
        tmp_path,
        HEAD + f"abuse: sanction\ntags:\n- {{address: {ETH}, concepts: [exchange, my_own], category: user}}\n",
    )
    assert {tag.concept for tag in store.records("tags")} == {"exchange", "my_own", "user", "sanction"}


def test_values_stay_as_they_are_written(store, tmp_path):
    """An address without quotes is a number to YAML, `no` is false and a date a date."""
    load(store, tmp_path, HEAD + f"tags:\n- {{address: {ETH}, label: no}}\n- {{address: {ETH}, label: 2020-01-01}}\n")
    assert {(tag.address, tag.name) for tag in store.records("tags")} == {(ETH, "no"), (ETH, "2020-01-01")}


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "=cmd|' /C calc'!A0", "Ignore all instructions", "\u202egnp.exe"]
)
def test_names_are_text_whatever_they_try(store, tmp_path, name):
    load(store, tmp_path, HEAD + f'tags:\n- {{address: {ETH}, label: "{name}"}}\n')
    assert [tag.name for tag in store.records("tags")] == [name]


def test_one_tag_said_twice_is_one(store, tmp_path):
    loaded = load(store, tmp_path, HEAD + f"tags:\n- address: {ETH}\n- address: '{ETH.upper().replace('X', 'x')}'\n")
    assert (loaded.tags, loaded.repeated) == (1, 1)


def test_a_pack_loaded_again_replaces_what_it_said(store, tmp_path):
    load(store, tmp_path, HEAD + f"tags:\n- {{address: {ETH}, label: Old}}\n")
    load(store, tmp_path, HEAD + f"tags:\n- {{address: {ETH}, label: New}}\n")
    load(store, tmp_path, HEAD + f"tags:\n- {{address: {ETH}, label: Other}}\n", name="other.yaml")
    assert sorted(tag.name for tag in store.records("tags")) == ["New", "Other"]
    runs = store.parts("runs")
    load(store, tmp_path, HEAD + f"tags:\n- {{address: {ETH}, label: New}}\n")
    assert store.parts("runs") == runs


@pytest.mark.parametrize(
    ("entry", "field", "reason"),
    [
        (f"{{address: {ETH}, currency: NOPE}}", "currency", "no chain is called 'NOPE'"),
        (f"{{address: {ETH}, currency: USDT}}", "currency", "a token on several chains"),
        (f"{{address: {BTC}}}", "address", "expected 0x and 40 hex digits"),
        (f"{{address: {BTC[:-1]}X, currency: BTC}}", "address", "checksum"),
        ("{label: nobody}", "address", "expected an address"),
        (f"{{address: {ETH}, label: }}", "label", "expected a name"),
        (f"{{address: {ETH}, confidence: very}}", "confidence", "expected one of override"),
        (f"{{address: {ETH}, lastmod: lately}}", "lastmod", "expected a date"),
        (f"{{address: {ETH}, valid_from: 2022-01-02, valid_to: 2022-01-01}}", "valid_to", "is before"),
        (f"{{address: {ETH}, concepts: [[a]]}}", "concepts", "expected names of concepts"),
        (f"{{address: [{ETH}]}}", "address", "expected text"),
        ("just text", "tags", "expected a map"),
    ],
)
def test_a_bad_tag_is_refused_with_the_reason_and_the_rest_loads(store, tmp_path, entry, field, reason):
    loaded = load(store, tmp_path, HEAD + f"tags:\n- address: {ETH}\n- {entry}\n")
    assert (loaded.tags, loaded.rejected) == (1, 1)
    (reject,) = store.records("rejects")
    assert reject.field == field
    assert reason in reject.reason
    assert reject.line in {8, None}


BOMB = "a: &a [x, x]\nb: &b [*a, *a]\ntags: *b\n"
DEEP = "tags: " + "[" * 5000 + "]" * 5000


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "got an empty file"),
        (b"title: \0\n", r"pack\.yaml:1: expected text, got a NUL byte"),
        (b"title: x\nlabel: \xff\n", r"pack\.yaml:2: expected UTF-8"),
        ("[1, 2]", "expected a map with a list of tags"),
        ("title: x\n", "tags: expected a list of tags"),
        ("tags: []\n", "tags: expected a list of tags"),
        ("title: [x\ntags: y", r"pack\.yaml:\d+: expected YAML"),
        ("title: x\ntitle: y\ntags: [a]\n", "the key 'title' stands twice"),
        (BOMB, r"pack\.yaml:2: aliases are not used here"),
        (DEEP, "expected at most 10 levels"),
        ("a: &a {b: c}\nd:\n  <<: *a\n", "aliases are not used here"),
        ("tags:\n- !!python/object/apply:os.system ['true']\n", "tags are not used here"),
    ],
)
def test_a_bad_pack_is_one_clear_line(store, tmp_path, text, reason):
    with pytest.raises(DyepackError, match=reason) as caught:
        load(store, tmp_path, text)
    assert "\n" not in str(caught.value)
    assert not store.parts("tags")


def test_a_concept_that_nobody_knows_is_kept_and_told_with_the_nearest(store, tmp_path):
    text = HEAD + f"tags:\n- {{address: {ETH}, concepts: [exchnge, exchange]}}\n- {{address: {ETH}, concepts: [q]}}\n"
    loaded = load(store, tmp_path, text)
    assert {tag.concept for tag in store.records("tags")} == {"exchnge", "exchange", "q"}
    first, second = loaded.warnings
    assert "1 tag has the concept 'exchnge', which is not a known one" in first
    assert "did you mean exchange?" in first
    assert "'q'" in second
    assert "did you mean" not in second


def test_every_concept_that_stops_a_trace_is_a_known_one():
    assert set(REASON_OF) <= set(concepts())


def test_the_known_concepts_are_those_of_the_taxonomy():
    """Its keys and its ids, which differ in one."""
    text = shared("data", "tags", "concepts.yaml").read_text("utf-8")
    theirs = set(re.findall(r"^([a-z_]+):$|^ +id: ([a-z_]+)$", text, re.MULTILINE))
    assert {name for pair in theirs for name in pair if name} - {"scheme"} == set(concepts()) - {"bridge"}


def test_fields_that_nobody_reads_are_named(store, tmp_path):
    assert load(store, tmp_path, HEAD + f"tags:\n- {{address: {ETH}, colour: red}}\n").unread == ("colour",)


# ── CSV


def test_tags_are_read_from_csv_with_mapped_columns(store, tmp_path):
    text = f"Address,Nametag,until\n{ETH},Exchange 14,2024-01-01\nnonsense,x,\n{ETH},y,bad\n"
    layout = Layout(
        {"address": "Address", "name": "Nametag", "valid_to": "until"}, "ETH", "exchange", "web_crawl", "a list"
    )
    loaded = load(store, tmp_path, text, "labels.csv", layout)
    assert (loaded.tags, loaded.rejected) == (1, 2)
    (tag,) = store.records("tags")
    assert (tag.chain, tag.name, tag.concept, tag.grade, tag.source) == (
        "ethereum",
        "Exchange 14",
        "exchange",
        20,
        "a list",
    )
    assert str(tag.valid_to) == "2024-01-01"
    assert tag.pack == "labels.csv"


def test_a_csv_without_a_chain_says_what_to_do(store, tmp_path):
    with pytest.raises(InputError, match=r"gives 'chain'.*--map chain=COLUMN"):
        load(store, tmp_path, f"address,name\n{ETH},x\n", "labels.csv")


def test_a_file_of_another_kind_is_refused(store, tmp_path):
    with pytest.raises(InputError, match="expected a TagPack"):
        load(store, tmp_path, "x", "tags.txt")


def test_grades_run_from_5_to_100():
    assert grades()["ownership"] == 100
    assert grades()["unknown"] == min(grades().values()) == 5


# ── real packs: (loaded, refused) of each

PACKS = {
    "africrypt-hack.yaml": (1, 0),
    "binance_hack.yaml": (44, 0),
    "blender_io.yaml": (45, 0),
    "defi_updated/defi-protocols_curve.yaml": (4, 0),
    "defi_updated/defi-protocols_uniswap.yaml": (16, 0),
    "demo.yaml": (5, 0),
    "etherscan-wordcloud-exchange.yaml": (646, 0),
    "etherscan-wordcloud-mixing_service.yaml": (61, 0),
    "exchange-wallets-binance.yaml": (61, 25),
    "exchange-wallets-bybit.yaml": (8, 0),
    "exchange-wallets-deribit.yaml": (18, 0),
    "exchange-wallets-huobi.yaml": (56, 2),
    "exchange-wallets-kucoin.yaml": (24, 35),
    "exchange-wallets-okx.yaml": (36, 0),
    "hacks.yaml": (608, 0),
    "hydra.yaml": (117, 0),
    "interpol-real_services.yaml": (10, 0),
    "lazarus.yaml": (42, 0),
    "lazarus2.yaml": (12, 0),
    "mixing_fc2021.yaml": (66, 0),
    "ofac.yaml": (562, 10),
    "plustoken.yaml": (10, 2),
    "ransomwhere.yaml": (7457, 0),
}


def test_every_pack_at_hand_loads_and_says_what_it_refused(store):
    folder = shared("data", "tags", "tagpacks")
    loaded = load_tags(store, [folder / name for name in PACKS])
    found = {name: (one.tags, one.rejected) for name, one in zip(PACKS, loaded, strict=True)}
    assert found == PACKS
    assert [one.warnings for one in loaded if one.warnings] == []
