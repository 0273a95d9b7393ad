"""A trace that was made, asked again: as it was, past an address where it ended, or on a larger budget.

The run's own parameters are the request: seeds as they were resolved, stops, rules and readings. What is asked again
without a change is the same run. A backward search is asked again backward.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from dyepack.addresses import normalise
from dyepack.store import Store
from dyepack.trace import recorded
from dyepack.trace.request import Budget, Request, SeedSpec, Stop


@dataclass(frozen=True, slots=True)
class Again:
    """A run's request; `backward` where it was a search for sources of funds."""

    run: str
    request: Request
    backward: bool

    def past(self, addresses: Sequence[str]) -> "Again":
        """The same, going on past these addresses.

        Raises:
            InvalidAddress: not an address of the run's chain.
        """
        chain = self.request.chain or ""
        more = [normalise(address, chain) for address in addresses]
        follow = tuple(dict.fromkeys((*self.request.follow, *more)))
        return replace(self, request=replace(self.request, follow=follow))

    def within(self, budget: Budget) -> "Again":
        """The same on the larger of its own budget and this one."""
        own = self.request.budget
        both = Budget(max(own.movements, budget.movements), max(own.addresses, budget.addresses))
        return replace(self, request=replace(self.request, budget=both))

    def times(self, factor: int) -> "Again":
        """The same on so many times its budget."""
        own = self.request.budget
        return self.within(Budget(own.movements * factor, own.addresses * factor))


def again(store: Store, asked: str) -> Again:
    """What a run was asked.

    Raises:
        UnknownRun: none, or several, are meant.
    """
    told = recorded.find(store, asked)
    row = next(row for row in store.records("runs") if row.run == told.run)
    said = json.loads(row.parameters)
    request = Request(
        incidents=tuple(said["incidents"]),
        seeds=tuple(SeedSpec(**seed) for seed in (*said["seeds"], *said.get("elsewhere", ()))),
        stops=tuple(Stop(**stop) for stop in said["stops"]),
        methods=tuple(said["methods"]),
        chain=said["chain"],
        budget=Budget(**said["budget"]),
        repeated=said["repeated"],
        fees=said["fees"],
        stop_behaviour=said.get("stop_behaviour", False),
        follow=tuple(said.get("follow", ())),
    )
    return Again(told.run, request, told.backward)
