"""Lists under a filter, and one incident in full."""

import datetime as dt

import pytest

from dyepack.errors import InputError, UnknownIncident
from dyepack.ledger import SHARED_SENTENCE, Filter, Ledger, find_incidents, incident_view
from dyepack.model import AddressClaim, AmountClaim, AttributionClaim, Incident, LaunderingClaim, Source

DAY, LATER = dt.date(2023, 9, 14), dt.date(2026, 5, 31)


def incident(slug: str, kind: str = "theft", victim: str = "cex") -> Incident:
    day = dt.date.fromisoformat(slug[:10])
    return Incident(slug, slug[:10], day, day, "V", victim, kind, "unknown", (), None, ("s",), ())


def amount(slug: str, usd: int, day: dt.date) -> AmountClaim:
    return AmountClaim(f"{slug}{usd}", slug, "loss", usd, None, (), "A", "s", day.isoformat(), None, day)


def who(slug: str, confidence: str, by: str, day: dt.date) -> AttributionClaim:
    return AttributionClaim(by, slug, "dprk", None, confidence, by, "s", day.isoformat(), None, day)  # type: ignore[arg-type]


def place(slug: str, chain: str, address: str) -> AddressClaim:
    return AddressClaim(slug + chain, slug, chain, address, "thief", None, "s", (), None)


A, B, C = "2023-09-04-a", "2023-09-12-b", "2022-01-01-c"
LEDGER = Ledger(
    sources=(Source("s", "S", None, None, False), Source("t", "T", None, None, False)),
    incidents=(incident(A), incident(B), incident(C, "freeze", "defi")),
    amounts=(amount(A, 10, DAY), amount(A, 30, LATER), amount(B, 5, LATER)),
    attributions=(who(A, "assessed", "firm", DAY), who(A, "confirmed", "FBI", LATER), who(B, "suspected", "x", LATER)),
    addresses=(place(A, "ethereum", "0x1"), place(B, "bsc", "0x1"), place(A, "ethereum", "0x2")),
    laundering=(LaunderingClaim("l", (A, B), "mixer", None, None, "mixed", None, None, None, "reported", "X", "t"),),
)


def slugs(**filters: object) -> list[str]:
    return [line.incident.incident for line in find_incidents(LEDGER, Filter(**filters))]  # type: ignore[arg-type]


def test_filters():
    assert slugs() == [A, B]
    assert slugs(incident_class=None) == [C, A, B]
    assert slugs(incident_class=None, year=2022) == [C]
    assert slugs(incident_class=None, victim_type="defi") == [C]
    assert slugs(min_usd=5) == [A, B]
    assert slugs(min_usd=6) == [A]
    assert slugs(actor="dprk") == [A, B]
    assert slugs(actor="dprk", rule="R1") == [A]
    assert slugs(as_of=dt.date(2023, 9, 11)) == [A]
    assert slugs(year=1999) == []


def test_a_line_keeps_what_was_known_apart_from_what_is_held():
    (line,) = find_incidents(LEDGER, Filter(actor="dprk", rule="R1", as_of=DAY))
    assert line.known is not None
    assert line.held is not None
    assert (line.known.median, line.held.median) == (10, 20)
    assert line.attribution is not None
    assert (line.attribution.by, line.actor_known) == ("FBI", False)


@pytest.mark.parametrize("filters", [{"actor": "x"}, {"victim_type": "x"}, {"incident_class": "x"}])
def test_words_that_the_ledger_does_not_know(filters: dict[str, str]):
    with pytest.raises(InputError, match=r"'x'; .*(dprk|cex, defi|freeze, theft)"):
        slugs(**filters)


def test_one_incident_in_full():
    view = incident_view(LEDGER, A)
    assert [claim.by for claim in view.attributions] == ["firm", "FBI"]
    assert [claim.usd for claim in view.losses] == [10, 30]
    assert [(s.address, [c.incident for c in s.elsewhere]) for s in view.shared] == [("0x1", [B])]
    assert [source.name for source in view.sources] == ["S", "T"]
    made = view.as_json()
    assert made["losses"][0]["usd"] == "10"
    assert made["shared_addresses"][0]["reading"] == SHARED_SENTENCE
    assert made["laundering"][0]["statement"] == "mixed"


def test_an_unknown_slug_suggests_the_nearest():
    with pytest.raises(UnknownIncident, match="did you mean 2023-09-04-a"):
        incident_view(LEDGER, "2023-09-04-aa")
