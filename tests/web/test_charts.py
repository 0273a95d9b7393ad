"""A chart that is taken along is the one that is looked at: its years, thefts, publisher, scale and range."""

import csv
import io
import json
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from starlette.testclient import TestClient

SEEN = "actor=dprk&as_of=2023-09-14&rule=R3"


def drawn(client: TestClient, what: str, more: str = "") -> dict[str, Any]:
    answer = client.get(f"/api/charts/{what}.json?{SEEN}&{more}")
    assert answer.status_code == 200, answer.text
    return dict(json.loads(answer.content))


def rows(client: TestClient, what: str, more: str = "") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(client.get(f"/api/charts/{what}.csv?{SEEN}&{more}").text)))


def values(spec: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [row for row in spec["vconcat"][0]["data"]["values"] if row["kind"] == kind]


def test_the_years_that_are_seen(client: TestClient):
    spec = drawn(client, "totals", "first=2021&last=2022")
    assert {row["year"] for row in values(spec, "bar")} == {"2021", "2022"}
    assert {row["year"] for row in rows(client, "totals", "first=2021&last=2022")} == {"2021", "2022"}
    told = client.get(f"/api/totals?{SEEN}").json()
    years = {str(year["year"]): year["held"]["usd"] for year in told["years"]}
    shown = [row for row in rows(client, "totals") if row["held_usd"]]
    assert {row["year"]: str(int(float(row["held_usd"]) * 10**6)) for row in shown} == years


def test_one_publisher_s_figures(client: TestClient):
    spec = drawn(client, "totals", "publisher=chainalysis")
    assert {row["said"].split(",")[0] for row in values(spec, "published")} == {"Chainalysis"}
    assert "Of printed figures only those by chainalysis." in spec["title"]["subtitle"]
    assert {row["publisher"] for row in rows(client, "totals", "publisher=Chainalysis")} == {"", "Chainalysis"}
    assert client.get("/api/charts/totals.svg?publisher=nobody").status_code == 400


def test_only_some_thefts_and_their_words(client: TestClient):
    spec = drawn(client, "totals", "chain=tron&min=1e7")
    assert values(spec, "published") == []
    said = " ".join(spec["title"]["subtitle"])
    assert "Only thefts on tron, of at least $1e7" in said
    listed = client.get("/api/incidents?actor=dprk&rule=R3&as_of=2023-09-14&chain=tron&min=1e7").json()["rows"]
    sums = client.get(f"/api/totals?{SEEN}&chain=tron&min=1e7").json()
    assert sorted(sums["held"]["slugs"]) == sorted(row["incident"] for row in listed)
    assert int(sums["held"]["usd"]) == sum(int(row["held"]["median"]) for row in listed)
    bars = [*values(spec, "bar"), *values(spec, "part")]
    assert sum(row["usd"] for row in bars) == pytest.approx(int(sums["held"]["usd"]) / 10**12, abs=0.01)


def test_scale_and_range(client: TestClient):
    spec = drawn(client, "totals", "scale=log&ranges=false")
    assert spec["vconcat"][0]["encoding"]["y"]["scale"]["type"] == "log"
    assert len(spec["vconcat"][0]["layer"]) < len(drawn(client, "totals")["vconcat"][0]["layer"])
    key = " ".join(spec["vconcat"][1]["mark"]["text"])
    assert "Logarithmic" in key
    assert "Whisker" not in key


def test_others_stand_behind_an_actor(client: TestClient):
    spec = drawn(client, "others")
    bars = [*values(spec, "bar"), *values(spec, "part")]
    assert all(bar["whole"] >= bar["usd"] for bar in bars)
    assert any(bar["whole"] > 2 * bar["usd"] for bar in bars)
    assert "all others" in " ".join(spec["vconcat"][1]["mark"]["text"])
    assert client.get("/api/charts/others.svg").status_code == 400


@pytest.mark.parametrize("what", ["totals", "others", "against", "concentration"])
@pytest.mark.parametrize("more", ["scale=log", "first=2022&last=2022", "publisher=TRM", "vector=bridge-exploit"])
def test_whatever_is_seen_is_a_picture(client: TestClient, what: str, more: str):
    answer = client.get(f"/api/charts/{what}.svg?{SEEN}&{more}")
    if answer.status_code == 400:
        assert "nothing to draw" in answer.json()["error"]["message"]
        return
    ET.fromstring(answer.content)
    assert client.get(f"/api/charts/{what}.png?{SEEN}&{more}").content.startswith(b"\x89PNG")
