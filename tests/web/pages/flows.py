"""Traces for the tests of the Trace page: through a swap, to an end that is named to do harm, and to one to go past."""

from dataclasses import replace
from datetime import timedelta
from random import Random

from dyepack.model import AssetRow, Transfer
from dyepack.trace.request import Budget, Request, SeedSpec, Stop
from dyepack.workspace import Workspace
from tests.trace.drawing import transfers

EVIL = "</script><img src=x onerror=alert(2)>\u202egnp.exe"
THEFT, SWAPPED, ENDED = "2023-01-13-named-for-harm", "2023-01-13-swapped", "2023-01-13-ended"
CUT = "2023-01-13-cut"
GENERATED = "2023-01-13-generated"
SEED = 20_231
THIEF, BANK, LAST = (f"0x{letter * 40}" for letter in "9be")
SWAP = (
    "thief 60 -> a; b 40 -> a; a 50 -> pool + pool 500 USDC -> a + a 1 -> x %fee; a 200 USDC -> mixer; a 20 -> bridge"
)


def draw(workspace: Workspace) -> None:
    """The traces, each on a chain of its own; of the swapped one, what an older version did not keep is gone."""
    store = workspace.store
    with store.run("ingest movements", {"drawn": "pages"}) as draft:
        draft.put("transfers", "evil", transfers("thief 10 -> a; a 4 -> end; bait 1 -> a !lookalike", "optimism"))
        draft.put("transfers", "swap", transfers(SWAP, "arbitrum"))
        draft.put("transfers", "ended", ended())
        rows = [AssetRow("ETH", "arbitrum", None, "ETH", 0, True, "test")]
        draft.put("assets", "drawn", [*rows, AssetRow("USDC", "arbitrum", None, "USDC", 0, True, "test")])
    evil = (Stop("end", "service", EVIL),)
    workspace.trace(Request((THEFT,), (SeedSpec(THEFT, "optimism", "thief"),), evil, chain="optimism"), unlisted=True)
    stops = (Stop("mixer", "mixer", "Mixer"), Stop("bridge", "bridge", "Bridge"))
    seeds = (SeedSpec(SWAPPED, "arbitrum", "thief"),)
    swapped = workspace.trace(Request((SWAPPED,), seeds, stops, chain="arbitrum"), unlisted=True)
    with store.run("as an older version had it", {}) as draft:
        draft.drop("scopes", swapped.run)
    seeds, bank = (SeedSpec(ENDED, "base", THIEF),), Stop(BANK, "service", "Bank")
    workspace.trace(Request((ENDED,), seeds, (bank,), chain="base"), unlisted=True)
    small, seeds = Budget(addresses=2), (SeedSpec(CUT, "base", THIEF),)
    workspace.trace(Request((CUT,), seeds, chain="base", budget=small), unlisted=True)
    workspace.sources(Request((), (SeedSpec("", "base", LAST),), (bank,), chain="base"))
    generate(workspace)


def generate(workspace: Workspace) -> None:
    """A trace through movements that nobody thought of: three days, two banks, stolen money and other people's."""
    chance, rows = Random(SEED), transfers("thief 700 -> a; stranger 500 -> a; stranger 300 -> b", "polygon")
    drawn = "; ".join(
        f"{payer} {chance.randint(1, 160)} -> {chance.choice('bcd' + 'kl' * 2)}"
        for payer in (chance.choice("aabcd") for _ in range(30))
    )
    later = [replace(row, block=row.block + 3, tx_hash=f"later {row.tx_hash}") for row in transfers(drawn, "polygon")]
    dated = [replace(row, time=row.time + timedelta(days=row.block // 12)) for row in [*rows, *later]]
    with workspace.store.run("ingest movements", {"drawn": "generated"}) as draft:
        draft.put("transfers", "generated", dated)
        draft.put("assets", "generated", [AssetRow("ETH", "polygon", None, "ETH", 0, True, "test")])
    stops = (Stop("k", "service", "Bank One"), Stop("l", "service", "Bank Two"))
    request = Request((GENERATED,), (SeedSpec(GENERATED, "polygon", "thief"),), stops, chain="polygon")
    workspace.trace(request, unlisted=True)


def ended() -> list[Transfer]:
    """A theft that ends at a bank, which pays on; somebody baits it meanwhile."""
    names = {"thief": THIEF, "bank": BANK, "x": LAST, "a": f"0x{'a' * 40}", "evil": f"0x{'d' * 40}"}
    drawing = "thief 10 -> a; evil 0 -> a !zero-value; a 6 -> bank; bank 5 -> x; a 0 -> evil !lookalike"
    return [
        replace(row, tx_hash=f"0x{n:064x}", from_address=names[row.from_address], to_address=names[row.to_address])
        for n, row in enumerate(transfers(drawing, "base"))
    ]
