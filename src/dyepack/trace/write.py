"""What every verb that walks writes, and how a run records what was asked."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import chain as joined
from typing import Any

import pyarrow as pa

from dyepack import chains
from dyepack.amounts import Asset
from dyepack.model import Seed
from dyepack.store import Draft, Store
from dyepack.trace import rows
from dyepack.trace.accounts import Accounts
from dyepack.trace.layout import Layout
from dyepack.trace.postings import postings
from dyepack.trace.request import Request, SeedSpec
from dyepack.trace.steps import Laid
from dyepack.trace.walk import Walked

READS = (
    *("transfers", "transactions", "inputs", "outputs", "assets", "openings"),
    *("tags", "address_claims", "freezes", "notes"),
)


@dataclass(frozen=True, slots=True)
class Found:
    """One walk and its accounts."""

    walked: Walked
    accounts: Accounts

    @property
    def method(self) -> str:
        """The rule's name."""
        return self.walked.method.name

    @property
    def layout(self) -> Layout:
        """What it shares with the other walks over the same steps."""
        return self.accounts.layout


def found(laid: Laid, walks: Iterable[Walked]) -> tuple[Found, ...]:
    """Walks over the same steps, with their accounts."""
    layout = Layout(laid)
    return tuple(Found(walked, Accounts(walked, layout)) for walked in walks)


def said(
    request: Request, specs: Iterable[SeedSpec], chain: str, methods: Sequence[str], others: Iterable[SeedSpec] = ()
) -> dict[str, Any]:
    """A request as a run records it; `others` are the seeds on other chains, which are left out."""
    told = {
        "incidents": sorted(set(request.incidents)),
        "chain": chain,
        "methods": list(methods),
        "seeds": sorted((asdict(spec) for spec in specs), key=str),
        "stops": sorted((asdict(stop) for stop in request.stops), key=str),
        "budget": asdict(request.budget),
        "repeated": request.repeated,
        "fees": request.fees,
        "stop_behaviour": request.stop_behaviour,
    }
    more = {
        "follow": sorted(set(request.follow)),
        "elsewhere": sorted((asdict(spec) for spec in others), key=str),
    }
    return told | {name: listed for name, listed in more.items() if listed}


def tables(draft: Draft, chain: str, seeds: Sequence[Seed], walks: Sequence[Found]) -> None:
    """Put what walks found into the tables of a run."""
    run = draft.run
    by_name = sorted(walks, key=lambda one: one.method)
    draft.put("seeds", run, seeds)
    draft.put("flows", run, pa.concat_tables(rows.flows(run, chain, one.walked, one.layout) for one in walks))
    draft.put("destinations", run, destinations(run, chain, walks))
    draft.put("balance", run, joined.from_iterable(rows.balance(run, one.walked, one.accounts) for one in walks))
    draft.put("postings", run, postings(run, chain, [one.walked for one in by_name]))
    draft.put("conversions", run, rows.conversions(run, chain, walks[0].walked.laid.plan))
    draft.put("lots", run, pa.concat_tables(rows.lots(run, chain, one.walked, one.layout) for one in walks))


def destinations(run: str, chain: str, walks: Sequence[Found]) -> pa.Table:
    """Where money rests by every walk, as rows of `destinations`."""
    return pa.concat_tables(rows.destinations(run, chain, one.method, one.accounts) for one in walks)


def assets(store: Store, chain: str, used: Collection[str]) -> dict[str, Asset]:
    """What the amounts of these assets count: the chain's native asset, and what `assets` lists; else base units."""
    home = chains.chain(chain)
    bare = {asset: Asset.called(asset, asset, 0) for asset in used}
    native = {home.symbol: Asset(home.symbol, home.symbol, home.decimals)} if home.symbol in used else {}
    rows_ = store.records("assets") if store.parts("assets") else []
    listed = {row.asset: Asset.called(row.asset, row.symbol, row.decimals) for row in rows_ if row.asset in used}
    return bare | native | listed
