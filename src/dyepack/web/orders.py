"""What may be ordered as a job: the verbs that take long, each with the parameters that it takes, checked."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from dyepack import bundled
from dyepack.addresses import normalise
from dyepack.errors import InputError
from dyepack.store.loaded import asset_meant
from dyepack.trace import Budget, Known, Request, SeedSpec, Stop, read_case
from dyepack.trace.ends import hash_on
from dyepack.trace.request import BLOCK_ALONE
from dyepack.workspace import Workspace

Text = Annotated[str, Field(max_length=120)]
MOST_SEEDS = 5_000


class Part(BaseModel):
    """The form of everything that comes in: no field that nobody looks at."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SeedPart(Part):
    """Where stolen money starts; `amount` in base units of `asset`."""

    incident: Text
    chain: Text | None = None
    address: Text
    asset: Text | None = None
    amount: Annotated[str, Field(pattern=r"^[0-9]{1,38}$")] | None = None
    block: Annotated[int, Field(ge=0, le=10**18)] = 0
    tx_hash: Text | None = None

    @model_validator(mode="after")
    def _amount_beside_block(self) -> "SeedPart":
        if self.block and self.amount is None:
            raise ValueError(BLOCK_ALONE)
        return self

    def spec(self, known: Known) -> SeedSpec:
        """The same for the trace, read against what is loaded.

        Raises:
            InvalidAddress, UnknownChain: not an address there.
            AmbiguousChain: it may be on several chains.
            InputError: no asset there, or several of that symbol.
        """
        chain = known.chain_of(self.address, self.chain)
        asset = None if self.asset is None else asset_meant(known.assets, self.asset, chain).asset
        amount = None if self.amount is None else int(self.amount)
        tx_hash = None if self.tx_hash is None else hash_on(self.tx_hash, chain)
        return SeedSpec(self.incident, chain, normalise(self.address, chain), asset, amount, self.block, tx_hash)


class StopPart(Part):
    """An address where following ends, because an analyst says so."""

    address: Text
    reason: Literal["analyst", "service", "mixer", "bridge", "frozen", "dust"] = "analyst"
    name: Text | None = None


class Following(Part):
    """Whose money to follow: incidents of the ledger, or a case that ships with dyepack; and how far."""

    incidents: Annotated[list[Text], Field(max_length=50)] = []
    case: Text | None = None
    seeds: Annotated[list[SeedPart], Field(max_length=MOST_SEEDS)] = []
    stops: Annotated[list[StopPart], Field(max_length=MOST_SEEDS)] = []
    chain: Text | None = None
    max_movements: Annotated[int, Field(ge=1, le=10**9)] = Budget().movements
    max_addresses: Annotated[int, Field(ge=1, le=10**9)] = Budget().addresses
    repeated: Literal["kept", "once"] = "kept"
    fees: Literal["booked", "miner"] = "booked"

    def request(self, workspace: Workspace, methods: list[str], *, stop_behaviour: bool = False) -> Request:
        """The request of the trace, read against what the workspace has loaded.

        Raises:
            InputError: neither incident nor case; an address or a chain that is none.
            AmbiguousChain: no chain is said, and several that are loaded fit.
        """
        found = read_case(case_folder(self.case)) if self.case is not None else None
        seeds = found.seeds if found else ()
        if self.seeds:
            known = workspace.known((), self.chain or (found.chain if found else None))
            seeds = (*seeds, *(one.spec(known) for one in self.seeds))
        slugs = tuple(self.incidents) or tuple(dict.fromkeys(seed.incident for seed in seeds))
        if not slugs:
            raise InputError("expected incidents, a case or seeds, got none of them")
        asked = Request(
            incidents=slugs,
            seeds=seeds,
            stops=found.stops if found else (),
            methods=tuple(methods),
            chain=self.chain,
            budget=Budget(self.max_movements, self.max_addresses),
            repeated=self.repeated,
            fees=self.fees,
            stop_behaviour=stop_behaviour,
        )
        if not self.stops:
            return asked
        chain = workspace.chain_traced(asked)
        more = tuple(Stop(normalise(one.address, chain), one.reason, one.name) for one in self.stops)
        return replace(asked, stops=(*asked.stops, *more))


class TraceParameters(Following):
    """A trace by some or all of the rules."""

    methods: Annotated[list[Text], Field(min_length=1, max_length=12)] = ["all"]
    stop_behaviour: bool = False


class FollowParameters(Part):
    """A trace that was made, asked again: past these addresses, where it ended, and on so many times its budget.

    A search backward is asked again backward. With neither, it is the same run.
    """

    run: Text
    past: Annotated[list[Text], Field(max_length=200)] = []
    budget_times: Annotated[int, Field(ge=1, le=100)] = 1


class BoundsParameters(Following):
    """What holds under every tracing rule, at these places or at every group of places.

    `run` in place of all else but `at`: over the money that this trace followed, as it did.
    """

    run: Text | None = None
    at: Annotated[list[Text], Field(max_length=50)] = []

    @model_validator(mode="after")
    def _run_alone(self) -> "BoundsParameters":
        others = sorted(name for name in _FOLLOWING if getattr(self, name) != _FOLLOWING[name])
        if self.run is not None and others:
            raise ValueError(f"a run says what was asked; expected no {' and no '.join(others)} beside it")
        return self


_FOLLOWING = Following().model_dump()


class BacktestParameters(Part):
    """How the outlook would have fared."""

    actor: Text | None = None
    rule: Literal["R1", "R2", "R3", "R4"] = "R2"


class PathsParameters(Part):
    """Ways between two sets of addresses and transactions."""

    begin: Annotated[list[Text], Field(min_length=1, max_length=1_000)]
    end: Annotated[list[Text], Field(min_length=1, max_length=1_000)]
    chain: Text | None = None
    k: Annotated[int, Field(ge=1, le=1_000)] = 5
    first_block: Annotated[int, Field(ge=0, le=10**18)] = 0
    last_block: Annotated[int, Field(ge=0, le=10**18)] = 10**18
    through_services: bool = False
    max_movements: Annotated[int, Field(ge=1, le=10**9)] = 500_000


class LoadCaseParameters(Part):
    """A case that ships with dyepack, by the name of its folder."""

    case: Text


class ClusterParameters(Part):
    """Joining addresses by heuristics."""

    chains: Annotated[list[Text], Field(max_length=50)] = []
    rules: Annotated[list[Text], Field(max_length=20)] = []
    as_of_block: Annotated[int, Field(ge=0, le=10**10)] | None = None
    large: Annotated[int, Field(ge=2, le=10**9)] = 10_000
    anew: bool = False


class NoParameters(Part):
    """None."""


class TraceOrder(Part):
    """Follow the money of incidents."""

    verb: Literal["trace"]
    parameters: TraceParameters


class FollowOrder(Part):
    """Go on where a trace ended."""

    verb: Literal["follow"]
    parameters: FollowParameters


class BoundsOrder(Part):
    """The least and the most under any rule."""

    verb: Literal["bounds"]
    parameters: BoundsParameters


class BacktestOrder(Part):
    """The outlook's record."""

    verb: Literal["backtest"]
    parameters: BacktestParameters = BacktestParameters()


class PathsOrder(Part):
    """Paths that can carry most."""

    verb: Literal["paths"]
    parameters: PathsParameters


class LoadCaseOrder(Part):
    """Load a case that ships."""

    verb: Literal["load_case"]
    parameters: LoadCaseParameters


class LoadLedgerOrder(Part):
    """Load the ledger that ships."""

    verb: Literal["load_ledger"]
    parameters: NoParameters = NoParameters()


class ClusterOrder(Part):
    """Join addresses."""

    verb: Literal["cluster"]
    parameters: ClusterParameters = ClusterParameters()


class BeginOrder(Part):
    """Load the ledger and the case that ship, and trace it."""

    verb: Literal["begin"]
    parameters: NoParameters = NoParameters()


Order = Annotated[
    TraceOrder
    | FollowOrder
    | BoundsOrder
    | BacktestOrder
    | PathsOrder
    | LoadCaseOrder
    | LoadLedgerOrder
    | ClusterOrder
    | BeginOrder,
    Field(discriminator="verb"),
]


def cases() -> list[str]:
    """The cases that ship with dyepack."""
    return sorted(path.parent.name for path in bundled.folder("cases").glob("*/case.yaml"))


def case_folder(name: str) -> Path:
    """The folder of a case that ships; a name is looked for among them, and is never a path.

    Raises:
        InputError: none is called so.
    """
    if name not in cases():
        raise InputError(f"no case {name!r} ships with dyepack; there are: {', '.join(cases())}")
    return bundled.folder("cases") / name
