"""What holds under every rule, as sentences for the terminal and the report."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from dyepack import amounts
from dyepack.amounts import Asset
from dyepack.trace.bounded import Bounded, BoundsResult
from dyepack.trace.small import PART

_PLACES = {
    "stopped": "wherever following ended",
    "service": "tagged services",
    "mixer": "mixers",
    "bridge": "bridges",
    "frozen": "where it is frozen",
    "dust": "what is dust",
    "analyst": "where the analyst stopped",
    "pooled": "contracts that hold the money of many",
    "held": "addresses without a tag",
    "budget": "what lies beyond the budget",
    "fees": "what was paid as fees",
    "burned": "what was burned",
    "destroyed": "what its issuer destroyed",
    "redeemed": "what was given back for what the data does not show",
    "stolen": "what another theft took",
    "converted": "what was converted into another asset",
}
_STOPS = ("service", "mixer", "bridge", "frozen", "analyst", "dust", "pooled")
_MOST_NAMES = 4
WHATEVER = "whatever tracing rule is preferred"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: where, and in figures that round outwards; `named` where somebody's name is what it says."""

    bound: Bounded
    where: str
    named: bool
    least: str
    most: str
    with_unknown: str
    balance: str


def table(found: Sequence[Bounded], asset: Asset, *, fine: bool = False) -> list[Row]:
    """The rows of a table; a reason that has one name is told with it, in one row. `fine`: dollars in full too."""
    alone = {one.addresses: one.name for one in found if one.kind == "name"}
    reasons = {one.addresses for one in found if one.kind == "reason" and one.reason in _STOPS}
    shown = [one for one in found if one.kind != "name" or one.addresses not in reasons]
    named = [one for one in shown if not is_small(one)]
    rows = [_row(one, alone.get(one.addresses) if one.kind == "reason" else None, asset, fine=fine) for one in named]
    if few := [one for one in shown if is_small(one)]:
        rows.append(_row(_together(few), None, asset, fine=fine))
    return rows


def is_small(one: Bounded) -> bool:
    """Whether a name has next to nothing under every rule: less than a hundred-thousandth of what was seeded."""
    return one.kind == "name" and one.most * PART < one.seeded


def _together(few: Sequence[Bounded]) -> Bounded:
    """Small names as one: at least the sum of their least is there, and at most that of their most."""
    sums = {name: sum(getattr(one, name) for one in few) for name in ("least", "most", "most_if_unknown", "balance")}
    addresses = tuple(sorted({address for one in few for address in one.addresses}))
    name = f"{len(few)} names with less than a hundred-thousandth each"
    return replace(few[0], name=name, addresses=addresses, exact=all(one.exact for one in few), **sums)


def _row(one: Bounded, name: str | None, asset: Asset, *, fine: bool) -> Row:
    where = f"{place(one)}: {name}" if name else place(one)
    most = at_most(one.most_if_unknown, asset, fine=fine)
    unknown = "all of it" if one.most_if_unknown == one.balance else most
    balance = _form(fine)(one.balance, one.balance, asset)
    ends = at_least(one.least, asset, fine=fine), at_most(one.most, asset, fine=fine)
    return Row(one, where, one.kind not in ("reason", "set"), *ends, unknown, balance)


def place(one: Bounded) -> str:
    """A group of places in words."""
    return _PLACES.get(one.name, one.name) if one.kind in ("reason", "set") else one.name


def together(result: BoundsResult) -> Iterator[tuple[tuple[str, ...], Asset, list[Bounded], list[Bounded]]]:
    """What belongs together: incidents, an asset, what holds there, and the same under the other reading."""
    for origins in dict.fromkeys(one.origins for one in result.bounds):
        for asset in result.assets.values():
            mine = [one for one in result.bounds if (one.origins, one.asset) == (origins, asset.id)]
            other = [one for one in result.alternative if (one.origins, one.asset) == (origins, asset.id)]
            if mine:
                yield origins, asset, mine, other


def headline(found: Sequence[Bounded], asset: Asset, followed: str = "") -> str:
    """What is at the services whatever the rule, and what with all others; else at the last place asked for.

    `followed` says of what, after the amount.
    """
    by_name = {one.name: one for one in found if one.kind in ("reason", "set")}
    whole = by_name.get("stopped")
    first = (by_name.get("service") or whole or found[-1]) if len(found) > 1 else found[-1]
    of = amounts.spoken(first.seeded, first.seeded, asset)
    said = f"{_range(first, asset)} of the {of}{followed} is at {_names(first, found)}"
    if whole is None or whole.addresses == first.addresses:
        return said
    reasons = dict.fromkeys(one.reason for one in found if one.kind == "reason" and one.reason in _STOPS[1:])
    return f"{said}; together with {_listed([_PLACES[str(reason)] for reason in reasons])}, {_range(whole, asset)}"


def reading(result: BoundsResult) -> str:
    """The other reading of movements that repeat others, as the beginning of a sentence."""
    read = "are rows written twice" if result.repeated == "kept" else "are movements of their own"
    return f"if the {result.repeats} movements that repeat another of their transaction {read}"


def otherwise(result: BoundsResult, mine: Sequence[Bounded], asset: Asset) -> Iterator[str]:
    """A sentence for each other way in which the data can be read: what holds there of the same incidents and asset."""
    for one in result.readings:
        there = [bound for bound in one.bounds if (bound.origins, bound.asset) == (mine[0].origins, asset.id)]
        read = {
            "turned": f"If the transactions of {one.concerned} blocks, whose order no source says, came in the opposite"
            " order",
            "each": f"If the {one.concerned} movements that other lists tell too were movements of their own",
        }[one.variant]
        said = headline(there, asset) if there else "nothing is there"
        yield f"{read}: {'the same' if there == list(mine) else said}."


def at_least(amount: int, asset: Asset, *, fine: bool = False) -> str:
    """An amount for people, never more than it is."""
    down = amount - amount % _step(amount, asset, fine=fine)
    return _form(fine)(down, down, asset)


def at_most(amount: int, asset: Asset, *, fine: bool = False) -> str:
    """An amount for people, never less than it is."""
    up = amount + -amount % _step(amount, asset, fine=fine)
    return _form(fine)(up, up, asset)


def _form(fine: bool) -> Callable[[int, int, Asset], str]:
    return amounts.tabled if fine else amounts.spoken


def _step(amount: int, asset: Asset, *, fine: bool) -> int:
    """What the last digit stands for that people are shown of this amount."""
    if asset.id != amounts.USD.id or fine or 0 < amount < amounts.COARSE:
        return amounts.step(amount, asset.decimals)
    return 10**11 if amount >= 10**12 else 10**8


def _range(one: Bounded, asset: Asset) -> str:
    """The range in words, rounded outwards, unless its ends are the same."""
    if one.least == one.most:
        return amounts.spoken(one.least, one.most, asset)
    least, most = at_least(one.least, asset), at_most(one.most, asset)
    return f"at least {least} and at most {most}" if one.least else f"at most {most}"


def _names(one: Bounded, found: Sequence[Bounded]) -> str:
    """The places by name, the first few."""
    inside = [each for each in found if each.kind not in ("reason", "set") and {*each.addresses} <= {*one.addresses}]
    if not inside or (one.kind != "set" and one.reason not in _STOPS):
        return place(one)
    names = [place(each) for each in sorted(inside, key=lambda each: -each.most) if not is_small(each)]
    left = len(inside) - min(len(names), _MOST_NAMES)
    more = [f"{left} more"] * (left > 0)
    return _listed([*names[:_MOST_NAMES], *more])


def _listed(parts: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]]))
