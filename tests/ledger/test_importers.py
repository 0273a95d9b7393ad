"""Importing lists: every row becomes a file that the ledger reads back, or a reject; nothing is overwritten."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dyepack.cli import run
from dyepack.errors import InputError
from dyepack.ledger import Ledger, csvlist, defillama, importers, load_ledger
from dyepack.ledger.proposal import Listed, Proposal
from dyepack.ledger.reading import theft
from dyepack.yamltext import parse

LIST = Listed("defillama", "DefiLlama", defillama.URL, "", None, "2026-11")
ROW = {
    "date": 1694476800,
    "name": "Fancy Bridge",
    "classification": "Infrastructure",
    "technique": "Private Key Compromised (Unknown Method)",
    "amount": 55_000_000,
    "chain": ["Ethereum", "BSC", "Dagger", "Foochain"],
    "bridgeHack": True,
    "targetType": "CEX",
    "source": "https://www.news.com/x",
    "returnedFunds": 1000.5,
    "defillamaId": None,
    "language": None,
}


def imported(tmp_path: Path, rows: object, ledger: Ledger | None = None) -> importers.Imported:
    path = tmp_path / "list.json"
    path.write_text(json.dumps(rows), encoding="utf-8")
    return importers.propose(defillama.read(path, LIST), path.name, ledger or Ledger())


def test_a_row_keeps_its_provenance(tmp_path: Path):
    found = importers.write(imported(tmp_path, [ROW]), tmp_path / "incidents")
    assert [path.relative_to(tmp_path).as_posix() for path in found.written] == [
        "incidents/2023/2023-09-12-fancy-bridge.yaml"
    ]
    ledger = load_ledger(tmp_path / "incidents")
    (incident,), (source,) = ledger.incidents, ledger.sources
    assert ledger.rejects == ()
    assert (incident.victim_type, incident.vector, incident.incident_class) == (
        "bridge",
        "private-key-compromise",
        "theft",
    )
    assert incident.chains == ("ethereum", "bsc", "xdag")
    assert incident.references == ("https://www.news.com/x",)
    assert (source.name, source.part, source.running) == ("DefiLlama", "row Fancy Bridge 2023-09-12", True)
    taken = {claim.measure: (claim.usd, claim.retrieved, claim.published) for claim in ledger.amounts}
    assert taken == {"loss": (55 * 10**12, "2026-11", None), "returned": (1_000_500_000, "2026-11", None)}
    assert "# chains that dyepack does not know, left out: Foochain" in found.written[0].read_text()


def test_the_same_list_as_csv_says_the_same(tmp_path: Path):
    path = tmp_path / "list.csv"
    header = (
        "name,exploit_date,classification,technique,loss_usd,chain,bridgeHack,targetType,returnedFunds,source_url\n"
    )
    row = 'Fancy Bridge,9/12/23,Infrastructure,Private Key Compromised,55000000,"Ethereum,BSC,Dagger,Foochain"'
    path.write_text(f"{header}{row},TRUE,CEX,1000.5,https://www.news.com/x\nShort,9/12/23\n")
    found = importers.propose(defillama.read(path, LIST), path.name, Ledger())
    assert found.proposals == imported(tmp_path, [ROW]).proposals
    assert [(each.line, each.reason) for each in found.rejects] == [(3, "expected 10 cells, got 2")]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"date": "yesterday"}, "expected a date as seconds"),
        ({"date": 1694476800000}, "expected a date as seconds"),
        ({"date": "13/40/23"}, "expected month/day/year"),
        ({"date": 4102444800}, "a theft of 2100-01-01 in a list of 2026-11-30"),
        ({"name": ""}, "expected a name"),
        ({"name": "日本"}, "expected a name with Latin letters or digits"),
        ({"name": "a\u202eb"}, "control characters"),
        ({"amount": -5}, "expected an amount in dollars, got '-5'"),
        ({"amount": "NaN"}, "expected an amount in dollars"),
        ({"amount": 1e30}, "expected an amount in dollars"),
        ({"amount": "1,000"}, "expected an amount in dollars"),
    ],
)
def test_a_row_that_cannot_be_read_is_refused_with_its_line(tmp_path: Path, change: dict[str, object], reason: str):
    found = imported(tmp_path, [ROW, {**ROW, "name": "Other", **change}])
    ((reject,), proposals) = found.rejects, found.proposals
    assert (reject.source, reject.line, len(proposals)) == ("list.json", 2, 1)
    assert reason in reject.reason


def test_what_is_there_already_is_not_touched(tmp_path: Path):
    shipped = load_ledger()
    coinex = {**ROW, "name": "CoinEx"}
    found = imported(
        tmp_path, [coinex, {**coinex, "name": "CoinEx Global"}, {**coinex, "name": "CoinEx Global"}], shipped
    )
    assert [each.reason for each in found.rejects] == [
        "2023-09-12-coinex is in the ledger already; write the claim there, if it is new",
        "2023-09-12-coinex-global is in row 2 of this file already; write the claim there, if it is new",
    ]
    (alike,) = found.alike
    assert alike.slugs == ("2023-09-12-coinex", "2023-09-12-coinex-global")
    (path,) = importers.write(found, tmp_path).written
    assert "# perhaps the same theft as 2023-09-12-coinex: victims" in path.read_text()
    path.write_text("mine")
    again = importers.write(found, tmp_path)
    assert (again.written, path.read_text()) == ((), "mine")
    assert again.rejects[-1].reason == "the file is there already; it stays"


@given(st.text(min_size=1, max_size=40), st.decimals(0, 10**12, places=2), st.lists(st.text(max_size=9), max_size=3))
def test_no_row_can_write_anything_but_its_own_values(victim: str, usd: object, chains: list[str]):
    """Whatever stands in a list, the file says that and nothing else, or the row is refused."""
    row = {**ROW, "name": victim, "amount": str(usd), "chain": chains, "source": victim}
    said = defillama._row(row, LIST)
    if isinstance(said, str) or said.slug.endswith("-") or not said.victim.isprintable():
        return
    document = parse(said.text(("a comment",)), "x")
    form = theft(said.slug, document, {})
    assert (form.victim, form.date) == (victim.strip(), "2023-09-12")
    assert set(document.value) <= {
        "date",
        "victim",
        "victim_type",
        "vector",
        "chains",
        "sources",
        "losses",
        "returned",
        "references",
    }
    assert sum(loss.usd for loss in form.losses) == int(usd * 10**6)  # type: ignore[operator]


@given(st.dictionaries(st.sampled_from(csvlist.FIELDS), st.text(max_size=20)))
def test_cells_of_a_table_cannot_either(cells: dict[str, str]):
    said = Proposal(
        "2023-09-12", cells.get("victim", "x") or "x", LIST, usd=cells.get("usd"), vector=cells.get("vector", "x")
    )
    found = importers.propose([(2, "", said)], "t", Ledger())
    assert len(found.proposals) + len(found.rejects) == 1
    if found.proposals:
        assert parse(said.text(), "x").value["vector"] == cells.get("vector", "x").strip()


def test_a_table_with_named_columns(tmp_path: Path):
    path = tmp_path / "t.csv"
    path.write_text(
        "Day,Who,Lost,Chain,By,Conf\n2023-09-12,Fancy,54000000.25,ETH; bsc,dprk,assessed\n"
        "2024-02-30,Foo,1,,,\n2024-02-03,Bar,5e6,,,\n"
    )
    columns = {"date": "Day", "victim": "Who", "usd": "Lost", "chains": "Chain", "actor": "By", "confidence": "Conf"}
    rows = csvlist.read(path, columns, Listed("", "My List", "https://list.net/a", "", "2024-03", None))
    found = importers.write(importers.propose(rows, "t.csv", Ledger()), tmp_path)
    ledger = load_ledger(tmp_path / "2023")
    (claim,), (who,), (source,) = ledger.amounts, ledger.attributions, ledger.sources
    assert (claim.usd, claim.published, claim.by) == (54_000_000_250_000, "2024-03", "My List")
    assert (who.actor, who.confidence) == ("dprk", "assessed")
    assert (source.part, source.running) == ("row Fancy 2023-09-12", False)
    assert ledger.incidents[0].chains == ("ethereum", "bsc")
    assert [(each.line, each.field) for each in found.rejects] == [(3, "date"), (4, "losses.1.usd")]


def test_a_claim_needs_one_day():
    for published, retrieved in ((None, None), ("2024", "2024")):
        with pytest.raises(InputError, match="--retrieved"):
            importers.check_days(published, retrieved)


LLAMA = "--format defillama --retrieved 2026-11"
TABLE = "--format csv --retrieved 2026"
BAD = [
    ("a.json", '{"a": 1}', LLAMA, "expected a JSON list of thefts in a.json, got dict"),
    ("a.json", "nope", LLAMA, "a.json is not JSON"),
    ("a.json", "[" * 100_000, LLAMA, "a.json is not JSON"),
    ("a.csv", "x,y\n1,2\n", LLAMA, "no column of a.csv gives 'name'"),
    ("a.csv", "", LLAMA, "got an empty file"),
    ("a.json", "[]", "--format defillama", "say when the list was read"),
    ("a.json", "[]", "--format defillama --retrieved 2026-13", "expected a date"),
    ("a.csv", "x,y\n1,2\n", f"{TABLE} --source L", "gives 'date'; name it with --map date=Column"),
    ("a.csv", "x,y\n1,2\n", f"{TABLE} --map date=x,victim=y", "say whose list it is"),
    ("a.csv", "x,y\n1,2\n", f"{TABLE} --map day=x", "cannot map 'day'"),
    ("none.csv", None, TABLE, "cannot read none.csv"),
]


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad[3])
def test_bad_input_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], bad: tuple[str, str, str, str]
):
    name, text, arguments, says = bad
    monkeypatch.chdir(tmp_path)
    if text is not None:
        Path(name).write_text(text)
    assert run(["import-incidents", name, *arguments.split()]) == 1
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert says in err


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "l.json").write_text(json.dumps([ROW, 7]))
    command = ["import-incidents", "l.json", "--format", "defillama", "--retrieved", "2026-11"]
    assert run(command) == 0
    out, err = capsys.readouterr()
    assert out.startswith("1 thefts proposed, 1 rows refused; nothing written")
    assert err == "dyepack: l.json:2: expected a row with fields, got '7'\n"
    assert run([*command, "--into", "new", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["written"] == ["new/2023/2023-09-12-fancy-bridge.yaml"]
    assert run(["ledger", "check", "new"]) == 0
