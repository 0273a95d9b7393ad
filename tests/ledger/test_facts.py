"""The ledger holds every fact that it restates, claim by claim: nothing lost, nothing added.

What is restated and not copied: dollars that are artefacts of binary fractions (8199999.999999999), names of chains,
two names of chains that are none (they became a note), short names of covered incidents, and “Tay” for Tayvano.
"""

import json
import re
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest

from dyepack.addresses import normalise
from dyepack.chains import chain
from dyepack.errors import UnknownChain
from dyepack.ledger import Ledger, load_ledger, summary
from tests.conftest import shared

RUNNING = ("DefiLlama", "DeFiHackLabs", "dn-institute", "Tayvano", "press via Tayvano")
NO_CHAINS = {"USDC", "POLYNETWORK"}


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    return load_ledger()


def facts(name: str) -> Any:
    return json.loads(shared("facts", name).read_text(encoding="utf-8"))


def micro(usd: float) -> int:
    return int(round(Decimal(str(usd)), 2) * 10**6)


def url(ledger: Ledger, source: str) -> str | None:
    return ledger.by_source[source].url


def said(day: str | None, by: str, fallback: str | None = None) -> tuple[str | None, str | None]:
    """Published and retrieved: a running database's month is when it was read."""
    if day is None or (by.startswith(RUNNING) and len(day) < 10):
        return None, day or fallback
    return day, None


def short(slug: str) -> str:
    return re.sub(r"^\d{4}(-\d\d){0,2}-", "", slug)


def test_incidents(ledger: Ledger):
    expected = facts("incidents.json")
    assert [fact["id"] for fact in sorted(expected, key=lambda fact: fact["id"])] == [*ledger.by_slug]
    for fact in expected:
        incident = ledger.by_slug[fact["id"]]
        for name, key in (("date", "date"), ("victim", "victim"), ("victim_type", "victim_type"), ("vector", "vector")):
            assert getattr(incident, name) == fact[key]
        assert incident.incident_class == fact["class"]
        assert {4: "year", 7: "month", 10: "day"}[len(incident.date)] == fact["date_precision"]
        notes = re.sub(r"\bTay\b", "Tayvano", fact["notes"])
        assert (incident.notes or "").startswith(notes)
        assert list(incident.references) == list(dict.fromkeys(fact.get("references", [])))
        chains = []
        for name in fact["chains"]:
            try:
                chains.append(chain(name).name)
            except UnknownChain:
                assert name in NO_CHAINS
                assert re.search(name, incident.notes or "", re.IGNORECASE)
        assert list(incident.chains) == list(dict.fromkeys(chains))
        assert (incident.notes or "") == notes or NO_CHAINS & set(fact["chains"])


def test_amounts(ledger: Ledger):
    got = Counter(
        (
            claim.incident,
            claim.measure,
            claim.usd,
            claim.kind,
            tuple(map(short, claim.covers)),
            claim.by,
            url(ledger, claim.source),
            claim.published,
            claim.retrieved,
        )
        for claim in ledger.amounts
    )
    expected: Counter[Any] = Counter()
    for fact in facts("incidents.json"):
        for claim in fact["amounts"]:
            rest = (claim.get("kind"), tuple(claim.get("covers", ())), claim["source"], claim["source_url"])
            day = said(claim["as_of"], claim["source"])
            expected[fact["id"], "loss", micro(claim["usd"]), *rest, *day] += 1
        if claim := fact.get("returned_usd"):
            plain = (None, (), claim["source"], claim["source_url"], None, "2026-02")
            expected[fact["id"], "returned", micro(claim["usd"]), *plain] += 1
    assert got == expected


def test_attributions(ledger: Ledger):
    got = Counter(
        (c.incident, c.actor, c.group, c.confidence, c.by, url(ledger, c.source), c.published, c.retrieved)
        for c in ledger.attributions
    )
    expected = Counter(
        (
            fact["id"],
            *(claim[key] for key in ("actor", "group", "confidence", "by", "source_url")),
            *said(claim["date"], claim["by"], fallback="2026-06"),
        )
        for fact in facts("incidents.json")
        for claim in fact["attributions"]
    )
    assert got == expected


def test_summaries(ledger: Ledger):
    for fact in facts("incidents.json"):
        found, expected = summary(ledger.losses.get(fact["id"], ())), fact["usd_summary"]
        got = found and (found.low, found.median, found.high, found.claims)
        assert got == (expected and (*(micro(expected[key]) for key in ("min", "median", "max")), expected["n"]))


def test_addresses_and_transactions(ledger: Ledger):
    got = Counter(
        (
            *(c.incident, c.chain, c.address, c.role, c.by, url(ledger, c.source)),
            tuple(url(ledger, also) for also in c.also),
        )
        for c in ledger.addresses
        if c.laundering is None
    )
    txs = Counter(
        (c.incident, c.chain, c.tx_hash, url(ledger, c.source)) for c in ledger.transactions if c.laundering is None
    )
    expected: Counter[Any] = Counter()
    expected_txs: Counter[Any] = Counter()
    for fact in facts("incidents.json"):
        for each in fact["addresses"]:
            place = (chain(each["chain"]).name, normalise(each["address"], each["chain"]))
            rest = (each["role"], each.get("listed_by"), each["source_url"], tuple(each.get("also", ())))
            expected[fact["id"], *place, *rest] += 1
        for each in fact["txs"]:
            expected_txs[fact["id"], chain(each["chain"]).name, each["hash"], each["source_url"]] += 1
    assert got == expected
    assert txs == expected_txs


def test_sources(ledger: Ledger):
    """Every listed source is there; what is there besides is named by an address."""
    for fact in facts("incidents.json"):
        expected = {(re.sub(r"^DefiLlama \((.*)\)$", r"DefiLlama|\1", s["name"]), s["url"]) for s in fact["sources"]}
        sources = [ledger.by_source[source] for source in ledger.by_slug[fact["id"]].sources]
        got = {(f"{s.name}|{s.part}" if s.part else s.name, s.url) for s in sources}
        named = {each["source_url"] for each in fact["addresses"]}
        named |= {link for each in fact["addresses"] for link in each.get("also", ())}
        assert expected <= got
        assert {link for _, link in got - expected} <= named


def test_laundering(ledger: Ledger):
    got = Counter(
        (
            *(c.incidents, c.kind, c.service, c.when, c.statement, c.usd, c.quantity, c.asset, c.confidence, c.by),
            url(ledger, c.source),
            tuple(
                sorted((a.incident, a.chain, a.address, a.role) for a in ledger.addresses if a.laundering == c.claim)
            ),
            tuple(sorted((t.chain, t.tx_hash) for t in ledger.transactions if t.laundering == c.claim)),
        )
        for c in ledger.laundering
    )
    expected: Counter[Any] = Counter()
    for fact in facts("laundering.json"):
        places = {
            (slug, chain(each["chain"]).name, normalise(each["address"], each["chain"]), each["role"])
            for slug in fact["incidents"]
            for each in fact.get("addresses", ())
        }
        txs = sorted((chain(each["chain"]).name, each["hash"]) for each in fact.get("txs", ()))
        usd, amount = fact.get("usd"), fact.get("amount")
        expected[
            tuple(fact["incidents"]),
            *(fact[key] for key in ("kind", "service", "when", "fact")),
            None if usd is None else micro(usd),
            None if amount is None else str(amount),
            *(fact.get("asset"), fact["confidence"], fact["source"], fact["source_url"]),
            tuple(sorted(places)),
            tuple(txs),
        ] += 1
    assert got == expected


def test_published_totals(ledger: Ledger):
    got = Counter(
        (
            *(t.publisher, t.published, t.series, t.year, t.usd, t.incidents, t.covers_to, t.note),
            url(ledger, t.source),
        )
        for t in ledger.totals
    )
    expected: Counter[Any] = Counter()
    for fact in facts("aggregates.json"):
        usd, until, note = fact["usd"], fact.get("as_of"), fact.get("note")
        if until == "2025-12-early":
            until, note = "2025-12", "; ".join(filter(None, [note, "runs to early December"]))
        figures = (None if usd is None else micro(usd), fact.get("incidents"), until, note)
        said = (fact["source"], fact["published"], fact["series"], fact["year"])
        expected[*said, *figures, fact["source_url"]] += 1
    assert got == expected
    derived = {total.publisher for total in ledger.totals if total.derived}
    assert derived == {"Chainalysis (implied)", "DefiLlama (summed here from a dump of 448 rows)"}
