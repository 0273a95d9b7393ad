"""The bounds of a request: its slice as networks, its places by group, and what holds there under every rule."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from dyepack.amounts import Asset
from dyepack.errors import InputError
from dyepack.model import UNKNOWN
from dyepack.store import Store
from dyepack.trace import answer, rows
from dyepack.trace.bounds import Bound, Question, bounds
from dyepack.trace.network import Ground, became, ground
from dyepack.trace.otherwise import Variant
from dyepack.trace.places import STOPPED, Group, every, known, named
from dyepack.trace.repeats import OTHER
from dyepack.trace.request import Repeated, Request
from dyepack.trace.result import Scope
from dyepack.trace.run import Planned, check_seeded, gathered_so, prepare, seeds_of
from dyepack.trace.seeds import elsewhere


@dataclass(frozen=True, slots=True)
class Bounded:
    """What of these incidents' money is at a group of places, whatever the rule.

    Of `seeded` at least `least` and at most `most`; `most_if_unknown` if all money of unknown origin were theirs too
    (the least is the same then). `balance` is all money there, whosever it is.
    """

    origins: tuple[str, ...]
    asset: str
    kind: str
    name: str
    reason: str | None
    addresses: tuple[str, ...]
    seeded: int
    least: int
    most: int
    most_if_unknown: int
    balance: int
    exact: bool


@dataclass(frozen=True, slots=True)
class BoundsOtherwise:
    """The bounds where the data is read as it allows too: `turned` or `each`, with how many blocks or movements."""

    variant: Variant
    concerned: int
    bounds: tuple[Bounded, ...]


@dataclass(frozen=True, slots=True)
class BoundsResult:
    """The bounds of a request, and under the other readings of repeated movements and of the order in a block."""

    chain: str
    incidents: tuple[str, ...]
    repeated: Repeated
    assets: Mapping[str, Asset]
    bounds: tuple[Bounded, ...]
    scope: Scope
    warnings: tuple[str, ...]
    alternative: tuple[Bounded, ...] = ()
    repeats: int = 0
    readings: tuple[BoundsOtherwise, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The same as a JSON object; amounts are decimal strings of base units, counts are numbers."""
        other = {"repeated": OTHER[self.repeated], "movements": self.repeats, "bounds": _rows(self.alternative)}
        return {
            "chain": self.chain,
            "incidents": list(self.incidents),
            "assets": {key: asdict(asset) for key, asset in self.assets.items()},
            "bounds": _rows(self.bounds),
            "scope": {
                name: getattr(self.scope, name) for name in ("movements", "addresses", "first_block", "last_block")
            },
            "warnings": list(self.warnings),
            "repeated": self.repeated,
            "alternative": other if self.repeats else None,
            "readings": [
                {"variant": one.variant, "concerned": one.concerned, "bounds": _rows(one.bounds)}
                for one in self.readings
            ],
        }


def bounded(
    store: Store, request: Request, at: Sequence[str] = (), tell: Callable[[str], None] = lambda _: None
) -> BoundsResult:
    """The least and the most of every incident's money at these places, or at every group of places; writes nothing.

    Raises:
        InputError: no seeds, seeds that say nothing about this data, or a place that the trace does not reach.
        ConservationError: the data pays out what is not there.
    """
    specs, chain = seeds_of(store, request)
    tell("gathering what the seeds reach, and who paid there")
    ready = prepare(store, request, specs, chain)
    tell(gathered_so(ready))
    incidents = tuple(sorted(set(request.incidents)))
    planned = ready.planned
    seeds = rows.seeds("", chain, planned.plan, ready.seeding, planned.openings)
    check_seeded(seeds, ready.seeding)
    assets = sorted({seed.asset for seed in seeds if seed.origin != UNKNOWN} | became(planned.laid))
    asked_so = ready.seeding, request.repeated, ready.repeats, ready.past, request.follow
    told = answer.Told("", chain, incidents, tuple(seeds), *asked_so, elsewhere(store, request, chain))
    used = answer.assets_of(store, told, planned.plan)
    asked = _Asked(chain, incidents, assets, tuple(at), tell)
    unconverted = replace(planned.plan, slice=replace(planned.plan.slice, conversions=()))
    followed = answer.Followed(unconverted, planned.openings, ())
    return BoundsResult(
        chain=chain,
        incidents=incidents,
        repeated=request.repeated,
        assets={asset: used[asset] for asset in assets},
        bounds=tuple(_bounded(planned, asked)),
        scope=answer.scope(planned.plan),
        warnings=(*_own(planned), *answer.warnings(store, told, followed, used)),
        alternative=tuple(_bounded(ready.other, asked)) if ready.other else (),
        repeats=ready.repeats.movements,
        readings=tuple(
            BoundsOtherwise(one.variant, one.concerned, tuple(_bounded(planned, asked)))
            for one, planned in ready.further
        ),
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    chain: str
    incidents: tuple[str, ...]
    assets: Sequence[str]
    at: tuple[str, ...]
    tell: Callable[[str], None]


def _bounded(planned: Planned, asked: _Asked) -> Iterator[Bounded]:
    asked.tell("laying the movements out as a network in time")
    grounds = [ground(planned.laid, asset) for asset in asked.assets]
    found = [(one, named(one, asked.at, asked.chain) if asked.at else every(one)) for one in grounds]
    _check_found(grounds, [group for _, groups in found for group in groups], asked.at)
    for one, groups in found:
        yield from _of_asset(one, [group for group in groups if group.numbers or _is_kind(group)], asked)


def _check_found(grounds: Sequence[Ground], groups: Sequence[Group], at: Sequence[str]) -> None:
    for name in at:
        if not any(group.numbers or _is_kind(group) for group in groups if group.name == name.strip()):
            raise InputError(f"nothing that this trace looks at is called {name!r}; there are: {known(grounds)}")


def _is_kind(group: Group) -> bool:
    """Whether it is a reason, or wherever following ended: of these it is an answer that nothing is there."""
    return group.kind == "reason" or group.name == STOPPED


def _of_asset(on: Ground, groups: Sequence[Group], asked: _Asked) -> Iterator[Bounded]:
    """Each group for each incident, and for all of them together if there are several.

    Where everything was asked for, what no stolen money can reach is left out.
    """
    here = tuple(incident for incident in asked.incidents if incident in on.origins)
    sets: list[tuple[str, ...]] = [(incident,) for incident in here]
    sets += [here] if len(sets) > 1 else []
    wanted_ = [(origins, group) for origins in sets for group in groups]
    questions = [_question(on, origins, group) for origins, group in wanted_]
    found = bounds(on.network, questions, _counted(asked.tell, len(questions)))
    for (origins, group), bound in zip(wanted_, found, strict=True):
        if bound.seeded and (asked.at or (bound.most_perhaps and group.reason != "unreached")):
            yield _told(on, origins, group, bound)


def _counted(tell: Callable[[str], None], every: int) -> Callable[[int], None]:
    """Tells of some twenty answers on the way."""
    step = max(every // 20, 1)

    def told(done: int) -> None:
        if done % step == 0 or done == every:
            tell(f"the least and the most at {done} of {every} groups of places")

    return told


def _question(on: Ground, origins: Sequence[str], group: Group) -> Question:
    at = np.zeros(on.network.holdings, np.bool_)
    at[list(group.numbers)] = True
    return Question([on.origins.index(origin) for origin in origins], at, [on.origins.index(UNKNOWN)])


def _told(on: Ground, origins: tuple[str, ...], group: Group, bound: Bound) -> Bounded:
    addresses = tuple(sorted({on.sites[number].address for number in group.numbers}))
    return Bounded(
        origins=origins,
        asset=on.asset,
        kind=group.kind,
        name=group.name,
        reason=group.reason,
        addresses=addresses,
        seeded=bound.seeded,
        least=bound.least,
        most=bound.most,
        most_if_unknown=bound.most_perhaps,
        balance=bound.balance,
        exact=bound.exact,
    )


def _own(planned: Planned) -> Iterator[str]:
    """What a reader of bounds must know beside what a reader of a trace must."""
    if converted := len(planned.plan.slice.conversions):
        yield (
            f"the bounds end where one asset became another, {converted} times: what went in is at converted,"
            " and what came out is of unknown origin, unless all that went in was stolen in the same transaction"
        )
    if planned.openings.lots:
        yield (
            "the bounds take every opening balance to be the least that explains what an account pays; an account"
            " that had more of its own could have paid with that, and the least would be less"
        )


def _rows(found: Sequence[Bounded]) -> list[dict[str, Any]]:
    return [{name: _value(value) for name, value in asdict(one).items()} for one in found]


def _value(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return value if isinstance(value, bool) or not isinstance(value, int) else str(value)
