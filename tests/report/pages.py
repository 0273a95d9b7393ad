"""Pages for the tests: the shipped ledger with the shipped case, and one whose every name is hostile."""

from dataclasses import replace
from datetime import date
from pathlib import Path

from dyepack import bundled
from dyepack.ingest.movements import Reading
from dyepack.ledger import Ledger
from dyepack.model import AmountClaim, AttributionClaim, Incident, PublishedTotal, Source
from dyepack.report import html
from dyepack.trace.request import Request, SeedSpec, Stop
from dyepack.workspace import Workspace

EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\u202egnp.exe"
FORMULA = '=HYPERLINK("http://x.example","ok")'
ROW = "{block},0,0,2023-01-{block:02d}T12:00:00Z,0x{block:064x},{payer},{payee},{amount}\n"


def shipped(folder: Path) -> Path:
    """The report of the shipped ledger and the shipped case."""
    with Workspace.open(folder / "workspace", create=True) as workspace:
        case = workspace.load_case(bundled.folder("cases") / "2022-06-23-harmony")
        result = replace(workspace.trace(case.request()), bounds=workspace.bounds(case.request()))
        return html.write(folder / "report.html", workspace.ledger, store=workspace.store, result=result, case=case)


def hostile(folder: Path) -> Path:
    """A theft, its sources and its destinations, all named to do harm: markup, direction, formulas, other schemes."""
    thief, friend, service = (f"0x{digit * 40}" for digit in "123")
    movements = folder / "movements.csv"
    rows = [(1, thief, friend, 10**6), (2, friend, service, 10**6)]
    movements.write_text(
        "block,tx_index,seq,time,tx_hash,from,to,amount\n"
        + "".join(ROW.format(block=b, payer=p, payee=q, amount=a) for b, p, q, a in rows)
    )
    with Workspace.open(folder / "workspace", create=True) as workspace:
        workspace.ingest_movements(movements, Reading("ethereum", asset="USD", base_units=True))
        seeds = (SeedSpec("2023-01-01-evil", "ethereum", thief),)
        stops = (Stop(service, "service", EVIL),)
        request = Request(("2023-01-01-evil",), seeds, stops, chain="ethereum")
        bounds = workspace.bounds(request, unlisted=True)
        result = replace(workspace.trace(request, unlisted=True), bounds=bounds)
        return html.write(folder / "report.html", evil_ledger(), store=workspace.store, result=result)


def evil_ledger() -> Ledger:
    """One incident whose every text is hostile."""
    day, said = date(2023, 1, 1), date(2023, 1, 2)
    slug, text = "2023-01-01-evil", "2023-01-02"
    total = PublishedTotal("t1", EVIL, "dprk", 2023, 2 * 10**12, None, None, EVIL, False, "s1", text, said)
    return Ledger(
        sources=(Source(source="s1", name=EVIL, url="javascript:alert(3)", part=None, running=False),),
        incidents=(Incident(slug, "2023-01-01", day, day, FORMULA, "cex", "theft", "unknown", (), EVIL, (), ()),),
        amounts=(
            AmountClaim("a1", slug, "loss", 10**12, None, (), EVIL, "s1", text, None, said),
            AmountClaim("a2", slug, "loss", 3 * 10**12, EVIL, (), EVIL, "s1", text, None, said),
        ),
        attributions=(AttributionClaim("b1", slug, "dprk", EVIL, "confirmed", EVIL, "s1", text, None, said),),
        totals=(total,),
    )
