"""Traces for the tests of the Trace page: one through a swap, and one whose end is named to do harm."""

from dyepack.model import AssetRow
from dyepack.trace.request import Request, SeedSpec, Stop
from dyepack.workspace import Workspace
from tests.trace.drawing import transfers

EVIL = "</script><img src=x onerror=alert(2)>\u202egnp.exe"
THEFT, SWAPPED = "2023-01-13-named-for-harm", "2023-01-13-swapped"
SWAP = (
    "thief 60 -> a; b 40 -> a; a 50 -> pool + pool 500 USDC -> a + a 1 -> x %fee; a 200 USDC -> mixer; a 20 -> bridge"
)


def draw(workspace: Workspace) -> None:
    """Both traces, on chains of their own."""
    store = workspace.store
    with store.run("ingest movements", {"drawn": "pages"}) as draft:
        draft.put("transfers", "evil", transfers("thief 10 -> a; a 4 -> end; bait 1 -> a !lookalike", "optimism"))
        draft.put("transfers", "swap", transfers(SWAP, "arbitrum"))
        rows = [AssetRow("ETH", "arbitrum", None, "ETH", 0, True, "test")]
        draft.put("assets", "drawn", [*rows, AssetRow("USDC", "arbitrum", None, "USDC", 0, True, "test")])
    evil = (Stop("end", "service", EVIL),)
    workspace.trace(Request((THEFT,), (SeedSpec(THEFT, "optimism", "thief"),), evil, chain="optimism"), unlisted=True)
    stops = (Stop("mixer", "mixer", "Mixer"), Stop("bridge", "bridge", "Bridge"))
    seeds = (SeedSpec(SWAPPED, "arbitrum", "thief"),)
    workspace.trace(Request((SWAPPED,), seeds, stops, chain="arbitrum"), unlisted=True)
