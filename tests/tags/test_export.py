"""Packs that are written: what GraphSense's schema wants and allows, and that nothing is lost on the way back."""

import json
from dataclasses import replace
from datetime import date

import pytest
import yaml

from dyepack.errors import InputError
from dyepack.store import Store
from dyepack.tags import Choice, load_tags
from dyepack.tags.export import Header, network, write_actors, write_tags
from dyepack.tags.own import add, own, remove
from dyepack.tags.statement import Statement, concepts, grades
from tests.conftest import shared

A, B = (f"0x{letter * 40}" for letter in "ab")
HEADER = Header("A title", "Somebody", "About")

# Restated from graphsense-tagpack-tool (MIT), conf/tagpack_schema.yaml and actorpack_schema.yaml: field → type, wanted.
TAGPACK_HEADER = {"title": (str, True), "creator": (str, True), "description": (str, False), "tags": (list, True)}
TAG = {
    **dict.fromkeys(("label", "source", "currency", "network", "confidence"), (str, True)),
    **dict.fromkeys(("context", "category", "abuse", "address", "tx_hash", "actor", "tag_type"), (str, False)),
    "is_cluster_definer": (bool, False),
    "lastmod": (date, False),
    "concepts": (list, False),
}
ACTORPACK_HEADER = {"title": (str, True), "creator": (str, True), "description": (str, False), "actors": (list, True)}
ACTOR = {
    **dict.fromkeys(("id", "uri", "label"), (str, True)),
    "lastmod": (date, True),
    "categories": (list, True),
    "jurisdictions": (list, False),
    "context": (dict, False),
    "aliases": (list, False),
}


def check(what, schema):
    assert set(what) <= set(schema)
    for name, (kind, wanted) in schema.items():
        assert name in what or not wanted, name
        assert isinstance(what.get(name), kind) or name not in what, name


def check_tagpack(path):
    pack = yaml.safe_load(path.read_text("utf-8"))
    check(pack, TAGPACK_HEADER)
    for tag in pack["tags"]:
        check(tag, TAG)
        assert tag["confidence"] in grades()
        assert set(tag.get("concepts", ())) <= set(concepts()) - {"bridge"}
        assert isinstance(json.loads(tag.get("context", "{}")), dict)
    return pack


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "w", create=True) as store:
        yield store


def returned(tmp_path, path):
    """The tags of a written pack, loaded into another workspace."""
    with Store.open(tmp_path / "other", create=True) as other:
        (loaded,) = load_tags(other, [path])
        assert (loaded.rejected, loaded.unread) == (0, ())
        return {replace(tag, tag="") for tag in other.records("tags")}


PACK = f"""title: Pack
creator: Them
confidence: service_data
source: https://example.com
tags:
- {{address: '{A}', currency: ETH, label: "no", concepts: [exchange, hot_wallet], actor: some, lastmod: 2022-11-16}}
- {{address: '{A}', currency: ARBITRUM, label: "<b>\\e[31m\\u202Egnp", concepts: [bridge, exchnge], licence: MIT}}
- {{address: '{B}', currency: USDT, network: ETH, label: "0x10", is_cluster_definer: true}}
- {{address: '{B}', currency: BNB, label: y, valid_from: 2020-01-01, valid_to: 2021-01-01, is_cluster_definer: no}}
"""


def test_a_tagpack_comes_back_as_it_was(store, tmp_path):
    path = tmp_path / "pack.yaml"
    path.write_text(PACK)
    load_tags(store, [path])
    before = {replace(tag, tag="") for tag in store.records("tags")}
    assert len(before) == 6
    out = tmp_path / "out.yaml"
    written = write_tags(out, store.records("tags"), HEADER)
    assert (written.entries, written.left_out) == (4, 0)
    pack = check_tagpack(out)
    assert pack["tags"][0]["network"] == "ARBITRUM"
    assert returned(tmp_path, out) == before


def test_a_list_with_its_days_and_an_asset_come_back(store, tmp_path):
    path = tmp_path / "sanctioned_addresses_ETH.txt"
    for text, addresses in (("2023-01-01", [A]), ("2023-02-01", [A, B])):
        path.write_text("\n".join(addresses) + "\n")
        load_tags(store, [path], choice=Choice(edition=date.fromisoformat(text)))
    add(store, Statement("", "ethereum", A, "Token", ("sanction",), creator="me", source="x", of_asset=True))
    add(store, Statement("", "heco", "", "Coin", creator="me", of_asset=True))
    before = {replace(tag, tag="") for tag in store.records("tags") if tag.address}
    out = tmp_path / "out.yaml"
    written = write_tags(out, store.records("tags"), HEADER)
    assert (written.entries, written.left_out) == (3, 1)
    check_tagpack(out)
    assert returned(tmp_path, out) == before


def test_networks_have_one_meaning():
    assert {chain: network(chain) for chain in ("bitcoin", "ethereum", "arbitrum", "bsc", "tron", "dogechain")} == {
        "bitcoin": "BTC",
        "ethereum": "ETH",
        "arbitrum": "ARBITRUM",
        "bsc": "BNB",
        "tron": "TRX",
        "dogechain": "DOGECHAIN",
    }


def test_nothing_to_write_is_said_and_makes_no_file(tmp_path):
    with pytest.raises(InputError, match="nothing to write"):
        write_tags(tmp_path / "out.yaml", [], HEADER)
    assert not (tmp_path / "out.yaml").exists()


def test_an_actor_pack_comes_back_as_it_was(store, tmp_path):
    path = tmp_path / "actors.yaml"
    path.write_text(
        "title: Actors\ncreator: Them\nlastmod: 2023-02-17\nactors:\n"
        "- {id: '01', label: '01', uri: 01.xyz, categories: [defi_dex], jurisdictions: [], aliases: [zero, one]}\n"
        "- id: b\n  label: B\n  uri: b.example\n  categories: [exchange]\n  jurisdictions: [AT]\n"
        "  context: {refs: [x], twitter_handle: b}\n"
        "- {id: c, label: C}\n"
    )
    load_tags(store, [path])
    out = tmp_path / "out.yaml"
    header = Header("Actors", "Them")
    written = write_actors(out, store.records("actors"), store.records("actor_statements"), header)
    assert (written.entries, written.left_out) == (2, 1)
    pack = yaml.safe_load(out.read_text("utf-8"))
    check(pack, ACTORPACK_HEADER)
    for actor in pack["actors"]:
        check(actor, ACTOR)
    with Store.open(tmp_path / "other", create=True) as other:
        load_tags(other, [out])
        assert other.records("actors") == [one for one in store.records("actors") if one.actor != "c"]
        names = {(one.actor, one.relation, one.other) for one in other.records("actor_statements")}
    assert names == {("01", "name", "zero"), ("01", "name", "one")}


def test_an_id_with_other_letters_has_its_plain_form_as_an_alias(store, tmp_path):
    """GraphSense's own tool refuses an ActorPack without it; back here it is no name that anybody gave."""
    path, out = tmp_path / "actors.yaml", tmp_path / "out.yaml"
    path.write_text(
        "title: A\ncreator: T\nlastmod: 2023-02-17\nactors:\n"
        "- {id: citrine_sleet, label: C, uri: c.example, categories: [hack], aliases: [x]}\n"
        "- {id: a_b, label: A, uri: a.example, categories: [hack]}\n"
        "- {id: ab, label: B, uri: b.example, categories: [hack]}\n"
    )
    load_tags(store, [path])
    write_actors(out, store.records("actors"), store.records("actor_statements"), HEADER)
    pack = yaml.safe_load(out.read_text("utf-8"))
    assert {one["id"]: one.get("aliases") for one in pack["actors"]} == {
        "a_b": None, "ab": None, "citrine_sleet": ["x", "citrinesleet"],
    }  # fmt: skip
    with Store.open(tmp_path / "other", create=True) as other:
        load_tags(other, [out])
        assert {one.other for one in other.records("actor_statements")} == {"x"}


def test_real_packs_come_back_as_they_were(store, tmp_path):
    folder = shared("data", "tags", "tagpacks")
    load_tags(store, [folder / name for name in ("ofac.yaml", "exchange-wallets-huobi.yaml", "lazarus.yaml")])
    out = tmp_path / "out.yaml"
    write_tags(out, store.records("tags"), HEADER)
    check_tagpack(out)
    assert returned(tmp_path, out) == {replace(tag, tag="") for tag in store.records("tags")}


# ── tags of one's own


def test_own_tags_survive_every_load(store, tmp_path):
    (mine,) = add(store, Statement("", "ETH", A, "Mine", ("exchange",), creator="me"))
    path = tmp_path / "pack.yaml"
    path.write_text(PACK)
    for _ in range(2):
        load_tags(store, [path])
    assert own(store) == [mine]
    with pytest.raises(InputError, match="'own' is the list of tags of your own"):
        load_tags(store, [path], choice=Choice(list_name="own"))
    add(store, Statement("", "ETH", B, "Mine too", creator="me"))
    assert remove(store, mine.tag[:8]) == mine
    assert [tag.name for tag in own(store)] == ["Mine too"]
    with pytest.raises(InputError, match="0 begin so"):
        remove(store, mine.tag)
