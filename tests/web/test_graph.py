"""The graph, its links and case files over HTTP: rows that sum, tables for other programs, and clear refusals."""

import csv
import io
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from starlette.testclient import TestClient

from dyepack.web.app import create
from dyepack.workspace import Workspace

CASE = "2022-06-23-harmony"
RUN = f"/api/runs/{CASE}"
VIEW = {"method": "lifo", "open": ["held~3"], "bait": "true", "eye": "1,2,3,3", "sel": "p1", "way": ["p1-p2"]}


def refused(answer):
    return answer.status_code, answer.json()["error"]["message"]


@pytest.fixture(name="desk")
def _desk(copy: Path):
    with TestClient(create(copy), base_url="http://localhost") as client:
        yield client


def test_a_graph_adds_up_and_its_rows_sum_to_their_link_in_every_form(client):
    told = client.get(f"{RUN}/graph?method=haircut").json()
    ends = {place["id"] for place in told["places"] if place["side"] == "end"}
    drawn = sum(int(link["amount"]) for link in told["links"] if link["to"] in ends)
    assert [sums["rests"] for sums in told["sums"]] == [str(drawn)]
    link = max(told["links"], key=lambda one: one["movements"])
    path = f"{RUN}/links/{link['id']}?method=haircut"
    rows = client.get(f"{path}&limit=1000").json()
    assert (rows["amount"], rows["total"]) == (link["amount"], len(rows["rows"]))
    sheet = list(csv.DictReader(io.StringIO(client.get(f"{path}&format=csv").text)))
    assert sum(int(row["amount_base_units"]) for row in sheet) == int(link["amount"])
    table = pq.read_table(io.BytesIO(client.get(f"{path}&format=parquet").content))
    assert sum(table.column("amount_base_units").to_pylist()) == int(link["amount"])


def test_a_graph_that_the_asker_has_is_not_sent_again(client):
    tag = client.get(f"{RUN}/graph").headers["etag"]
    assert client.get(f"{RUN}/graph", headers={"If-None-Match": tag}).status_code == 304
    assert client.get(f"{RUN}/graph?method=lifo").headers["etag"] != tag


def test_several_lanes_may_be_opened_and_hidden(client):
    plain = client.get(f"{RUN}/graph").json()
    opened = client.get(f"{RUN}/graph?open=service:huobi&open=held~3&hide=service:okex").json()
    assert len(opened["places"]) > len(plain["places"])
    assert "service:okex" not in {place["lane"] for place in opened["places"]}


def test_a_movement_is_explained_by_chains_that_sum_to_it(client):
    told = client.get(f"{RUN}/graph").json()
    link = next(one for one in told["links"] if one["movements"] and one["by_source"])
    row = client.get(f"{RUN}/links/{link['id']}").json()["rows"][0]
    place = f"block={row['block']}&tx_index={row['tx_index']}&seq={row['seq']}"
    (figure,) = client.get(f"{RUN}/movement?{place}").json()["figures"]
    (part,) = figure["parts"]
    assert sum(int(chain["amount"]) for chain in part["chains"]) + int(part["by_narrower_chains"]) == int(row["amount"])
    assert all(chain["movements"][-1]["tx_hash"] == row["tx_hash"] for chain in part["chains"])


def test_bait_is_listed_in_every_form(desk, copy):
    seed = desk.get(RUN).json()["seeds"][0]["address"]
    with Workspace.open(copy) as workspace:
        row = next(one for one in workspace.store.records("transfers") if seed in (one.to_address, one.from_address))
        evil = replace(row, seq=row.seq + 900, from_address=f"0x{'e' * 40}", to_address=seed, flag="lookalike")
        with workspace.store.run("ingest movements", {"bait": 1}) as draft:
            draft.put("transfers", "bait", [evil])
    asked = f"level=accounts&bait=true&from={row.time.date()}"
    told = desk.get(f"{RUN}/graph?{asked}").json()["bait"]
    assert (told["shown"], told["movements"]) == (True, 1)
    (mark,) = told["marks"]
    assert (mark["from"], mark["flags"]) == (None, {"lookalike": 1})
    rows = desk.get(f"{RUN}/bait?{asked}&mark={mark['id']}").json()
    assert [(one["from_address"], one["flag"]) for one in rows["rows"]] == [(evil.from_address, "lookalike")]
    assert "lookalike" in desk.get(f"{RUN}/bait?{asked}&format=csv").text
    assert refused(desk.get(f"{RUN}/bait?{asked}&mark=b0"))[0] == 400


def test_who_waits_for_a_graph_is_told_how_far_it_has_come(client, app):
    quiet = {"under_way": False, "seconds": 0.0, "said": []}
    assert client.get(f"{RUN}/graph/progress").json() == quiet
    with app.state.house.making.of(CASE) as tell:
        tell("reading the movements")
        told = client.get(f"{RUN}/graph/progress").json()
        assert (told["under_way"], told["said"]) == (True, ["reading the movements"])
    assert client.get(f"{RUN}/graph/progress").json() == quiet


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("method=poison", "nothing there adds up"),
        ("from=yesterday", "expected a day or a time"),
        ("least=-1", "expected a plain decimal"),
        ("asset=DOGE", "DOGE"),
        ("source=nobody", "nobody"),
        ("unheard=1", "no such parameter"),
    ],
)
def test_a_view_that_cannot_be_is_refused_in_one_line(client, query, says):
    status, message = refused(client.get(f"{RUN}/graph?{query}"))
    assert status == 400
    assert says in message


def test_a_link_of_another_view_is_refused(client):
    assert "no link" in refused(client.get(f"{RUN}/links/p0-p1"))[1]


def test_a_case_file_is_kept_changed_and_dropped(desk):
    run = desk.get(f"{RUN}/graph").json()["run"]
    new = {"form": "dyepack-case", "run": run, "title": "Ours", "view": VIEW}
    kept = desk.post("/api/case-files", json=new).json()
    assert (kept["edition"], kept["case"]["run"], kept["case"]["form_version"]) == (1, run, 1)
    assert kept["case"]["inputs"]
    assert kept["case"]["view"] == VIEW
    at = f"/api/case-files/{kept['id']}"
    changed = {**kept["case"], "notes": [{"of": "held", "on": "place", "text": "ask", "colour": "lime"}]}
    assert desk.put(f"{at}?edition=1", json=changed).json()["edition"] == 2
    status, message = refused(desk.put(f"{at}?edition=1", json=changed))
    assert (status, "edition 2 is there" in message) == (409, True)
    assert desk.get(at).json()["case"]["notes"][0]["text"] == "ask"
    handed = desk.post("/api/case-files", json=desk.get(at).json()["case"]).json()
    assert handed["case"] == desk.get(at).json()["case"]
    assert desk.get("/api/case-files").json()["total"] == 2
    assert desk.delete(at).status_code == 204
    assert refused(desk.get(at))[0] == 404


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"form": "other"}, "expected a case file"),
        ({"form_version": 2}, "another version"),
        ({"run": "0" * 16}, "not in this workspace"),
        ({"inputs": {"tables": {}}}, "read other tables"),
        ({"inputs": 3}, "inputs"),
        ({"notes": [{"of": "x", "on": "sky"}]}, "notes[0]"),
        ({"notes": [{"of": "x", "on": "place", "colour": "mauve"}]}, "notes[0].colour"),
        ({"view": {"rule": "x"}}, "view.rule"),
        ({"ways": ["x"]}, "ways[0]"),
        ({"title": "x" * 201}, "title"),
    ],
)
def test_a_wrong_case_file_is_refused_with_what_is_wrong(desk, change, says):
    run = desk.get(f"{RUN}/graph").json()["run"]
    kept = desk.post("/api/case-files", json={"form": "dyepack-case", "run": run}).json()
    status, message = refused(desk.post("/api/case-files", json={**kept["case"], **change}))
    assert status == 400
    assert says in message
