"""One asset's part of a slice as a network for the bounds: who pays whom, what enters where, and where following ends.

It is made of the steps of a walk, so it has what the walk has, on chains of accounts and of outputs. Money that is new
to the walk enters; where it goes to a sink, the sink is an end; a theft that is a seed ends what was there and enters
anew. What a conversion brings is of unknown origin here: what it took ended in the network of the other asset. Only
where all that it took was stolen in the same transaction, what it brings is stolen under every rule.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dyepack.model import CLEAN, UNKNOWN
from dyepack.trace.bounds import Network, Openings
from dyepack.trace.kernel import COPY, MOVE, STEAL
from dyepack.trace.request import Stop
from dyepack.trace.steps import HELD, Laid
from dyepack.trace.wide import summed

TAKEN = "stolen"


@dataclass(frozen=True, slots=True)
class Site:
    """A holding of a network: its address, or what it is in place of one; why money rests there, and the stop."""

    address: str
    reason: str
    stop: Stop | None = None


@dataclass(frozen=True, slots=True)
class Ground:
    """A network with what its holdings are, which of them have money at the end, and what its origins are called."""

    asset: str
    network: Network
    sites: Sequence[Site]
    holds: Any
    origins: Sequence[str]


def ground(laid: Laid, asset: str) -> Ground:
    """The network of one asset of a walk's steps."""
    keys, last = laid.plan.slice.moves.keys, Site(TAKEN, TAKEN)
    sites = [Site(key.address, HELD) for key in keys]
    sites += [Site(sink.key.address, sink.reason, sink.stop) for sink in laid.sinks] + [last]
    assets = [*(key.asset for key in keys), *(sink.key.asset for sink in laid.sinks), asset]
    mine = np.array([one == asset for one in assets], np.bool_) & _used(laid, len(sites))
    chosen = [site for site, here in zip(sites, mine.tolist(), strict=True) if here]
    ends = np.array([site.reason != HELD for site in chosen], np.bool_)
    network = _network(laid, np.cumsum(mine) - 1, np.flatnonzero(mine[laid.place]), ends)
    return Ground(asset, network, chosen, _holds(network), laid.origins)


def became(laid: Laid) -> set[str]:
    """The assets in which stolen money came out of conversions, under every rule."""
    steps, keys = laid.steps, laid.plan.slice.moves.keys
    certain = (steps.op == COPY) & (steps.origin != laid.origins.index(CLEAN))
    return {keys[place].asset for place in laid.place[certain].tolist()}


def _used(laid: Laid, many: int) -> Any:
    """Of which places anything comes or goes; a payer that was not looked at is none."""
    used = np.zeros(many, np.bool_)
    used[laid.place] = True
    used[laid.steps.payer[laid.steps.payer >= 0]] = True
    used[-1] = True
    return used


def _network(laid: Laid, number: Any, here: Any, ends: Any) -> Network:
    steps = laid.steps
    op, lo, hi, place = steps.op[here], steps.lo[here], steps.hi[here], number[laid.place[here]]
    open_ = (op == COPY) & (steps.origin[here] == laid.origins.index(CLEAN))
    origin = np.where(open_, laid.origins.index(UNKNOWN), steps.origin[here]).astype(np.int64)
    pays = (op == MOVE) | (op == STEAL)
    before = np.cumsum(pays) - pays + (op == STEAL)
    enters = np.flatnonzero(~pays | (op == STEAL))
    openings = Openings(place[enters], before[enters], origin[enters], lo[enters], hi[enters])
    payee = np.where(op == STEAL, len(ends) - 1, place)[pays]
    payer = number[steps.payer[here][pays]]
    return Network(len(ends), len(laid.origins), payer, payee, lo[pays], hi[pays], openings, ends)


def _holds(network: Network) -> Any:
    """Of which holdings more came in than went out."""
    opened, many = network.openings, network.holdings
    into = np.concatenate([network.payee, opened.holding]).astype(np.int64)
    came = summed(into, np.concatenate([network.low, opened.low]), np.concatenate([network.high, opened.high]), many)
    went = summed(network.payer.astype(np.int64), network.low, network.high, many)
    return (came[0] != went[0]) | (came[1] != went[1])
