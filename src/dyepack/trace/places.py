"""Sets of places that bounds are asked for: what a person names, or every group that there is."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import takewhile

from dyepack.addresses import normalise
from dyepack.errors import InputError
from dyepack.trace.network import TAKEN, Ground, Site
from dyepack.trace.request import REASONS
from dyepack.trace.steps import CONVERTED, DESTROYED, FEES, HELD, REDEEMED
from dyepack.trace.stops import BURNED

KINDS = (*REASONS, HELD, FEES, BURNED, DESTROYED, REDEEMED, TAKEN, "budget", CONVERTED)
STOPPED = "stopped"
"""Every place where following ended, whatever the reason."""


@dataclass(frozen=True, slots=True)
class Group:
    """A set of places of one asset: what it is called, their reason if they have one in common, and their numbers.

    `kind` says what names it: `reason` (all places of one), `name`, `concept`, `address`, or `set` (several of these).
    """

    kind: str
    name: str
    reason: str | None
    numbers: frozenset[int]


def every(ground: Ground) -> list[Group]:
    """All groups of a network: where following ended together, each reason, and each name of a service."""
    reasons: dict[str, set[int]] = defaultdict(set)
    names: dict[tuple[str, str], set[int]] = defaultdict(set)
    for number, site in enumerate(ground.sites):
        if not ground.holds[number]:
            continue
        reasons[site.reason].add(number)
        if site.stop is not None:
            names[site.reason, site.stop.actor or site.stop.name or site.address].add(number)
    stopped = [number for number, site in enumerate(ground.sites) if _ends(site) and ground.holds[number]]
    groups = [Group("set", STOPPED, None, frozenset(stopped))] if stopped else []
    for reason in sorted(reasons, key=_rank):
        groups.append(Group("reason", reason, reason, frozenset(reasons[reason])))
        mine = sorted((name, numbers) for (why, name), numbers in names.items() if why == reason)
        groups += [Group("name", _called(ground, name, numbers), reason, frozenset(numbers)) for name, numbers in mine]
    return groups


def named(ground: Ground, wanted: Sequence[str], chain: str) -> list[Group]:
    """The groups of these names, and all of them together if there are several.

    A name is a reason (`service`), `stopped` (wherever following ended), an address, a tag's concept, its actor, or
    how its name begins. A reason, and `stopped`, may have no places: then nothing is there.
    """
    groups = [_named(ground, name, chain) for name in dict.fromkeys(wanted)]
    if len(groups) > 1:
        together = frozenset().union(*(group.numbers for group in groups))
        groups.append(Group("set", " and ".join(group.name for group in groups), None, together))
    return groups


def known(grounds: Sequence[Ground]) -> str:
    """What can be asked for, in words."""
    sites = [site for one in grounds for number, site in enumerate(one.sites) if one.holds[number]]
    stops = [site.stop for site in sites if site.stop is not None]
    words = {STOPPED, *(site.reason for site in sites)} - {"unreached"}
    words |= {stop.concept for stop in stops if stop.concept} | {stop.actor for stop in stops if stop.actor}
    names = sorted({stop.name for stop in stops if stop.name})
    return ", ".join([*sorted(words), *names[:10]] + (["…"] if len(names) > 10 else []))


def _named(ground: Ground, name: str, chain: str) -> Group:
    for kind, asked in _readings(name.strip(), chain):
        numbers = _all(ground, kind, asked)
        if numbers:
            return Group(kind, name.strip(), asked if kind == "reason" else None, numbers)
    if name.strip() in (*KINDS, STOPPED):
        kind, _ = next(_readings(name.strip(), chain))
        return Group(kind, name.strip(), name.strip() if kind == "reason" else None, frozenset())
    return Group("name", name.strip(), None, frozenset())


def _readings(name: str, chain: str) -> Iterator[tuple[str, str]]:
    """What a name may mean, the plainest first."""
    if name in (*KINDS, STOPPED):
        yield "set" if name == STOPPED else "reason", name
    with suppress(InputError):
        yield "address", normalise(name, chain)
    yield from (("concept", name), ("actor", name), ("name", name.casefold()))


def _all(ground: Ground, kind: str, asked: str) -> frozenset[int]:
    """The places of a name; of a reason only those that have anything, for every account on the way is `held`."""
    found = (number for number, site in enumerate(ground.sites) if _is(site, kind, asked))
    return frozenset(number for number in found if kind == "address" or ground.holds[number])


def _is(site: Site, kind: str, asked: str) -> bool:
    """Whether a place is what is asked for, when that is read as a name of this kind."""
    if kind in ("address", "reason"):
        return asked == (site.address if kind == "address" else site.reason)
    if site.stop is None:
        return False
    if kind == "name":
        told = (site.stop.name or "").casefold()
        return told.startswith(asked) and not told[len(asked) : len(asked) + 1].isalnum()
    if kind == "set":
        return _ends(site)
    return asked == (site.stop.concept if kind == "concept" else site.stop.actor)


def _ends(site: Site) -> bool:
    """Whether following ended there, with somebody who has the money; what is burned nobody has."""
    return site.stop is not None and site.reason != BURNED


def _rank(reason: str) -> tuple[int, str]:
    return (KINDS.index(reason) if reason in KINDS else len(KINDS)), reason


def _called(ground: Ground, name: str, numbers: set[int]) -> str:
    """The name that people gave the places: what all begin with, else the one by which they were put together."""
    told = sorted({stop.name for number in numbers if (stop := ground.sites[number].stop) and stop.name})
    return shared_name(told) if told else name


def shared_name(names: Sequence[str]) -> str:
    """One name for several: what they begin with, if that is a whole word; else the first, and how many more."""
    if len(names) == 1:
        return names[0]
    letters = zip(*names, strict=False)
    start = "".join(pair[0] for pair in takewhile(lambda pair: len(set(pair)) == 1, letters)).rstrip(
        " 0123456789:-_.#("
    )
    return start if len(start) > 2 else f"{names[0]} and {len(names) - 1} more"
