"""The commands about who is who, as they are typed."""

import json
import re
import shlex

import pytest

from dyepack.cli import run
from dyepack.schema import TABLES, as_json
from dyepack.store import Store
from dyepack.tags.lookup import asked, tags_of
from tests.conftest import ROOT
from tests.tags.test_lists import FILES

A, B, C = (f"0x{letter * 40}" for letter in "abc")
BTC = "1Archive1n2C579dMsAu3iC6tWzuQJz8dN"
EVIL = "<script>x</script>\x1b[31m\u202egnp"


@pytest.fixture
def dyepack(tmp_path, capsys):
    def call(*arguments, code=0):
        assert run(["-w", str(tmp_path / "w"), *map(str, arguments)]) == code
        return capsys.readouterr()

    return call


@pytest.fixture
def listed(dyepack, tmp_path):
    """Two editions: a was delisted, b stays; and a pack that disagrees about b."""
    path = tmp_path / "sanctioned_addresses_ETH.txt"
    for text, addresses in (("2023-01-01", [A, B]), ("2023-02-01", [B, C])):
        path.write_text("\n".join(addresses) + "\n")
        dyepack("load-tags", path, "--edition", text, "--json")
    pack = tmp_path / "pack.yaml"
    pack.write_text(
        "title: Pack\nconfidence: web_crawl\ntags:\n"
        f"- {{address: '{B}', currency: BNB, label: {json.dumps(EVIL)}, concepts: [exchange], actor: other}}\n"
        f"- {{address: '{B}', currency: ETH, label: Some, concepts: [exchange], actor: some}}\n"
        f"- {{address: '{B}', currency: NOPE, label: Some}}\n"
    )
    return pack, json.loads(dyepack("load-tags", pack, "--json").out)


def test_loading_says_what_was_loaded_and_what_refused(listed):
    (loaded,) = listed[1]
    assert (loaded["statements"], loaded["rejected"], loaded["form"]) == (2, 1, "TagPack")
    assert loaded["reasons"] == ["pack.yaml:6: currency: no chain is called 'NOPE'"]


def test_a_pack_whose_every_tag_was_refused_says_why_first(dyepack, tmp_path):
    pack = tmp_path / "pack.yaml"
    pack.write_text(f"title: Pack\ntags:\n- {{address: {BTC}, currency: BTC, note: no label}}\n")
    said = dyepack("load-tags", pack, code=1).out.splitlines()
    assert said[0] == "pack.yaml:3: label: expected a name for the address, got none"
    assert said[1] == "pack.yaml (TagPack): 0 tags loaded, 1 refused"
    pack.write_text(f"title: Pack\ntags:\n- {{address: {BTC}, currency: BTC, label: some}}\n")
    dyepack("load-tags", pack)
    pack.write_text(f"title: Pack\ntags:\n- {{address: {BTC}, currency: BTC}}\n")
    kept = dyepack("load-tags", pack, code=1).err
    assert kept.startswith("dyepack: pack.yaml:3: label: expected a name for the address, got none; all 1 statements")
    assert "keeps the 1 that it had before" in kept


def test_files_that_are_loaded_together_are_one_commit_and_what_is_bad_is_named(dyepack, tmp_path):
    for name, address in (("a.csv", A), ("c.csv", C)):
        (tmp_path / name).write_text(f"address,name,chain\n{address},{name},ETH\n")
    (tmp_path / "b.yaml").write_text("title: [")
    said = dyepack("load-tags", *(tmp_path / name for name in ("a.csv", "b.yaml", "c.csv")), code=1).out
    assert "b.yaml: nothing of it was loaded:" in said
    with Store.open(tmp_path / "w") as store:
        assert sorted(tag.address for tag in store.records("tags")) == [A, C]
        assert len(store.parts("runs")) == 1
        assert [(row.source, row.field) for row in store.records("rejects")] == [("b.yaml", None)]
    bad = dyepack("load-tags", tmp_path / "b.yaml", tmp_path / "d.csv", code=1).err
    assert "b.yaml" in bad
    assert "d.csv" in bad
    with Store.open(tmp_path / "w") as store:
        assert len(store.parts("runs")) == 1


def test_editions_that_are_loaded_together_are_what_they_are_one_by_one(dyepack, tmp_path):
    lists = []
    for text, addresses in (("2023-01-01", [A, B]), ("2023-02-01", [B, C])):
        folder = tmp_path / text
        folder.mkdir()
        rows = "".join(
            f"<sdnEntry><uid>{n}</uid><lastName>x{n}</lastName><idList><id><uid>9{n}</uid><idType>Digital"
            f" Currency Address - ETH</idType><idNumber>{address}</idNumber></id></idList></sdnEntry>"
            for n, address in enumerate(addresses)
        )
        month, number, year = text[5:7], text[8:], text[:4]
        head = f"<publshInformation><Publish_Date>{month}/{number}/{year}</Publish_Date></publshInformation>"
        lists.append(folder / "sdn.xml")
        lists[-1].write_text(f"<sdnList>{head}{rows}</sdnList>")
    dyepack("load-tags", *lists)
    with Store.open(tmp_path / "w") as store:
        together = [
            (tag.address, tag.seen_from, tag.seen_to, tag.absent_to, tag.valid_to) for tag in store.records("tags")
        ]
        runs = len(store.parts("runs"))
    for one in lists:
        assert run(["-w", str(tmp_path / "w2"), "load-tags", str(one)]) == 0
    with Store.open(tmp_path / "w2") as store:
        assert together == [
            (tag.address, tag.seen_from, tag.seen_to, tag.absent_to, tag.valid_to) for tag in store.records("tags")
        ]
    assert (len(together), runs) == (3, 1)


def test_tags_as_of_a_day_as_json(dyepack, listed):
    found = json.loads(dyepack("tags", A, B, "--as-of", "2023-01-01", "--json").out)
    assert [(one["address"], [tag["status"] for tag in one["tags"]]) for one in found] == [
        (A, ["in force"]),
        (B, ["in force"] * 3),
    ]
    assert found[1]["actors"] == ["other", "some"], "those that disagree stand side by side"
    (ended,) = json.loads(dyepack("tags", A, "--as-of", "2023-02-01", "--json").out)[0]["tags"]
    assert (ended["status"], ended["valid_to"]) == ("ended", "2023-02-01")


def test_what_is_said_of_the_same_key_on_another_chain_stands_apart(dyepack, listed):
    (found,) = json.loads(dyepack("tags", B, "--chain", "bsc", "--json").out)
    assert {tag["chain"] for tag in found["tags"]} == {"bsc"}
    assert {tag["chain"] for tag in found["inferred"]} == {"ethereum"}
    assert {(tag["heuristic"], tag["precision"]) for tag in found["inferred"]} == {("same-key", "unknown")}
    assert "so inferred for bsc" in dyepack("tags", f"bsc:{B}").out


def test_names_are_harmless_on_a_terminal_in_csv_and_in_json(dyepack, listed):
    for form in ([], ["--csv"]):
        out = dyepack("tags", B, *form).out
        assert "<script>" in out
        assert "<U+001B>[31m<U+202E>gnp" in out
        assert "\x1b" not in out
        assert "\u202e" not in out
    printed = dyepack("tags", B, "--json").out
    assert EVIL in [tag["name"] for tag in json.loads(printed)[0]["tags"]], "JSON has the value, as escapes"
    assert "\x1b" not in printed
    assert "\u202e" not in printed


def test_a_file_of_addresses_is_looked_up_at_once(dyepack, listed, tmp_path):
    path = tmp_path / "many.csv"
    path.write_text("address\n" + "".join(f"0x{n:040x}\n" for n in range(200)) + f"{B.upper().replace('X', 'x')}\n")
    lines = dyepack("tags", path, "--json").out.splitlines()
    found = [json.loads(line) for line in lines]
    assert len(found) == 201
    assert [len(one["tags"]) for one in found][-2:] == [0, 3]
    path.write_text("address,chain\n" + f"{A},\nnonsense,\n{B},bsc\nx\n{A},nope\n")
    got = dyepack("tags", path, "--json")
    assert [(one["address"], one["chain"]) for one in json.loads(got.out)] == [(A, None), (B, "bsc")]
    assert "many.csv:3: 'nonsense' is valid on no chain" in got.err
    assert "many.csv:5: expected 2 cells, got 1" in got.err
    assert "many.csv:6: unknown chain 'nope'" in got.err
    path.write_text("nonsense\n" * 9)
    err = dyepack("tags", path, code=1).err
    assert "4 more lines" in err
    assert "no address that can be looked up" in err


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["tags", BTC[:-1] + "X"], "valid on no chain that dyepack checks: the checksum"),
        (["tags", "0x12"], "valid on no chain"),
        (["tags", A, "--chain", "nope"], "unknown chain 'nope'"),
        (["tags", A, "--as-of", "lately"], "expected a day as YYYY-MM-DD"),
        (["tag", A, "--chain", "ETH"], "expected an address with --chain, --name and --by"),
        (["export-tags", "x.yaml", "--list", "nope"], "nothing to write"),
        (["actors", "nobody"], "no actor is called 'nobody'"),
        (["actors", "withdraw", "12", "--by", "me"], "with which 0 begin"),
    ],
)
def test_what_cannot_be_done_is_one_line(dyepack, listed, arguments, reason):
    err = dyepack(*arguments, code=1).err
    assert reason in err
    assert err.count("\n") == 1


def test_no_tag_does_not_say_what_it_is(dyepack, listed):
    assert "no tag. That no tag is known does not say what it is." in dyepack("tags", BTC).out


def test_own_tags_of_an_address_and_of_an_asset(dyepack, tmp_path):
    dyepack("tag", A, "--chain", "ETH", "--name", "Mine", "--concept", "exchange", "--by", "me")
    dyepack("tag", C, "--chain", "ETH", "--name", "Token", "--concept", "sanction", "--by", "me", "--asset")
    dyepack("tag", "--chain", "heco", "--name", "Coin", "--by", "me", "--asset")
    (mine,) = json.loads(dyepack("tags", A, "--json").out)[0]["tags"]
    assert (mine["name"], mine["pack"], mine["creator"]) == ("Mine", "own", "me")
    (token,) = json.loads(dyepack("tags", f"ethereum:{C}", "--json").out)[0]["tags"]
    assert token["asset"] == f"ethereum:{C}"
    (coin,) = json.loads(dyepack("tags", "HT", "--json").out)[0]["tags"]
    assert (coin["asset"], coin["address"]) == ("HT", "")
    assert "removed" in dyepack("tag", "--remove", mine["tag"][:8]).out
    assert json.loads(dyepack("tags", A, "--json").out)[0]["tags"] == []


def test_actors_are_shown_decided_about_and_taken_back(dyepack):
    assert "6 actors loaded" in dyepack("load-tags").out
    assert "Not followed: lazarusgroup is apt38, by FBI" in dyepack("actors", "apt38").out
    made = json.loads(
        dyepack(
            "actors", "decide", "lazarusgroup", "apt38", "--are", "same", "--by", "me", "--because", "x", "--json"
        ).out
    )
    (view,) = json.loads(dyepack("actors", "apt38", "--json").out)
    assert view["canonical"] == "lazarusgroup"
    assert [one["by"] for one in view["decisions"]] == ["me"]
    assert "withdrawn by you" in dyepack("actors", "withdraw", made["decision"][:8], "--by", "you").out
    assert "goes by bluenoroff" in dyepack("actors", "APT38").out
    assert "6 actors" in dyepack("actors").out


def test_packs_are_written_at_the_prompt(dyepack, listed, tmp_path):
    out = tmp_path / "out.yaml"
    assert "5 tags written" in dyepack("export-tags", out).out
    assert json.loads(dyepack("export-tags", out, "--as-of", "2023-02-01", "--json").out)["entries"] == 4
    dyepack("load-tags")
    assert "6 actors written" in dyepack("export-actors", tmp_path / "actors.yaml").out


def test_a_list_that_shrank_is_refused_in_one_line(dyepack, tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("address,name,chain\n" + "".join(f"0x{n:040x},x,ETH\n" for n in range(4)))
    dyepack("load-tags", path)
    path.write_text(f"address,name,chain\n{A},x,ETH\n")
    assert "--accept" in dyepack("load-tags", path, code=1).err
    assert "1 tags loaded" in dyepack("load-tags", path, "--accept").out


def test_a_tag_s_json_is_the_one_that_every_record_has(listed, tmp_path):
    with Store.open(tmp_path / "w") as store:
        for one in tags_of(store, [asked(B), asked(A)]):
            for standing in one.tags:
                said = standing.as_json()
                assert {name: said[name] for name in TABLES["tags"].arrow.names} == as_json(standing.tag)


def test_the_how_to_s_commands_do_what_it_says(dyepack, tmp_path, monkeypatch):
    """Line by line, in a folder with files of its names; ids that it shows are those that the commands gave."""
    monkeypatch.chdir(tmp_path)
    for name, text in {
        "exchanges.yaml": FILES["tags.yaml"],
        "graphsense.actorpack.yaml": FILES["actors.yaml"],
        "first_last_seen.csv": FILES["seen.csv"],
        "sanctioned_addresses_ETH.txt": f"{A}\n{B}\n",
        "deposits.csv": f"address\n{A}\n",
        **{name: FILES[name] for name in ("sdn.xml", "eu.xml", "un.xml")},
    }.items():
        (tmp_path / name).write_text(text)
    page = (ROOT / "docs/how-to/who-is-who.md").read_text("utf-8")
    blocks = re.findall(r"^```\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    lines = [line for block in blocks for line in block.splitlines()]
    given: list[str] = []
    for line in filter(None, lines):
        command, *words = shlex.split(line.replace("sanctioned_addresses_*.txt", "sanctioned_addresses_ETH.txt"))
        assert command == "dyepack"
        if words[:2] in (["tag", "--remove"], ["actors", "withdraw"]):
            words[2] = given[-1]
        out = dyepack(*words).out
        assert out
        given += re.findall(r"(?:added |\()([0-9a-f]{8})\b", out)
    assert len(given) >= 3
    assert (tmp_path / "tags.yaml").exists()
