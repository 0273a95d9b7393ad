"""The flow pictures of a case, and the data from which the script lists the movements behind a place."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from dyepack.amounts import Asset
from dyepack.model import UNKNOWN
from dyepack.report import flow, ribbons
from dyepack.report.case import OTHERS, Group, Moved, Trace, method_name
from dyepack.report.figures import days, grouped, short
from dyepack.report.fold import END, REST, START, Folded, Place, fold
from dyepack.report.fold import days as period_days

MOST_PICTURES = 5
MOST_ROWS = 8000


@dataclass(frozen=True, slots=True)
class Picture:
    """One drawn flow: an asset under a rule; `folded_away` says in words what is not drawn by itself."""

    key: str
    asset: Asset
    method: str
    svg: Markup
    folded_away: str


@dataclass(frozen=True, slots=True)
class _Drawn:
    trace: Trace
    asset: Asset
    method: str
    folded: Folded

    @property
    def key(self) -> str:
        return f"{self.method}-{self.trace.assets.index(self.asset)}"


def pictures(trace: Trace) -> tuple[list[Picture], dict[str, Any]]:
    """Every asset under every rule, up to a few pictures, and the data of their places."""
    drawn = [
        _Drawn(trace, asset, method, fold(trace.folding(asset, method)))
        for asset in trace.assets
        for method in trace.methods
    ][:MOST_PICTURES]
    return [_picture(one) for one in drawn if one.folded.periods], _data(trace, drawn)


def _picture(drawn: _Drawn) -> Picture:
    asset, folded, groups = drawn.asset, drawn.folded, _groups(drawn)
    captions = ribbons.Captions(
        title=f"Flow of {asset.symbol}, left to right in time by {method_name(drawn.method)}; arrow keys walk along it",
        name=lambda place: _name(place, groups),
        detail=lambda place, amount: _detail(place, amount, drawn),
        amount=lambda amount: short(amount, asset),
        strands=["unknown" if origin == UNKNOWN else "stolen" for origin in drawn.trace.origins],
        kinds=_kinds(drawn, groups),
    )
    svg = ribbons.draw(flow.layout(folded), folded, captions, f"{drawn.key}-")
    return Picture(drawn.key, asset, drawn.method, svg, _folded_away(drawn))


def _groups(drawn: _Drawn) -> dict[str, Group]:
    return {group.key: group for group in drawn.trace.groups if group.asset == drawn.asset}


def _kinds(drawn: _Drawn, groups: dict[str, Group]) -> dict[str, str]:
    """Classes of the start and end places, by lane: how their form is drawn."""
    starts = {origin: "unknown" if origin == UNKNOWN else "stolen" for origin in drawn.trace.origins}
    return {**starts, **{key: group.reason for key, group in groups.items()}, REST: "held"}


def _name(place: Place, groups: dict[str, Group]) -> str:
    if place.spot == START:
        return "Unknown" if place.lane == UNKNOWN else "Stolen"
    if place.towards == REST:
        return "At rest" if place.spot == END else "Rests by the end"
    if place.towards == OTHERS:
        return (
            "Other destinations" if place.spot == END else f"{_count(len(place.accounts), 'account')} on the way there"
        )
    group = groups.get(place.towards)
    name = group.name if group else place.lane
    if place.spot == END:
        return name
    return (
        f"{_count(len(place.accounts), 'account')} on the way to {name}" if place.towards in groups else _single(place)
    )


def _single(place: Place) -> str:
    accounts = sorted(place.accounts)
    return accounts[0] if len(accounts) == 1 else _count(len(accounts), "account")


def _detail(place: Place, amount: int, drawn: _Drawn) -> str:
    text = short(amount, drawn.asset)
    if place.spot in (START, END):
        return f"{text}, {_count(len(place.accounts), 'account')}"
    when = days(*period_days(drawn.folded.periods[place.spot[0]]))
    inside = (
        f"; {_count(len(place.inside), 'movement')} among them, {short(place.inside_sum, drawn.asset)}"
        if place.inside
        else ""
    )
    return f"{text}, {when}{inside}"


def _count(number: int, word: str) -> str:
    return f"{grouped(number)} {word}{'' if number == 1 else 's'}"


def _folded_away(drawn: _Drawn) -> str:
    places = [place for place in drawn.folded.places if place.spot not in (START, END)]
    inside = sum(len(place.inside) for place in places)
    accounts = len({account for place in places for account in place.accounts})
    if not inside and len(places) >= accounts:
        return f"{_count(len(places), 'place')} drawn; nothing is folded."
    return (
        f"{_count(accounts, 'account')} folded into {_count(len(places), 'place')}: those of one place were paid in "
        "the same "
        "period, and most of what they pass on ends at the same destination. Not drawn: "
        f"{_count(inside, 'movement')} among "
        f"accounts of one place, {short(sum(place.inside_sum for place in places), drawn.asset)} in all."
    )


def _data(trace: Trace, drawn: list[_Drawn]) -> dict[str, Any]:
    """Movements in columns (times and blocks as differences), and per picture each place's accounts and movements.

    Transaction hashes are left out: they are noise to any compression, half the page, and block, addresses and amount
    find the transaction; the page lists them where money arrives at a destination. Amounts are decimal strings; where
    all that moved was stolen there is null. Over a limit the movements are left out, and the page says so.
    """
    moved = trace.moved if len(trace.moved) <= MOST_ROWS else ()
    ends = [trace.ends(m) for m in moved]
    accounts = sorted({account for pair in ends for account in pair})
    number = {account: index for index, account in enumerate(accounts)}
    stolen = trace.result.incidents
    return {
        "assets": [[asset.id, asset.symbol, asset.decimals] for asset in trace.assets],
        "methods": [method_name(method) for method in trace.methods],
        "accounts": accounts,
        "asset": _runs([[a.id for a in trace.assets].index(m.flow.asset) for m in moved]),
        "time": _differences([int(m.flow.time.timestamp()) for m in moved]),
        "block": _differences([m.flow.block for m in moved]),
        "from": [number[payer] for payer, _ in ends],
        "to": [number[payee] for _, payee in ends],
        "moved": [str(m.flow.moved) for m in moved],
        "stolen": {method: [_stolen(m, stolen, method) for m in moved] for method in trace.methods},
        "pictures": {one.key: _picture_data(one, number) for one in drawn} if moved else {},
    }


def _stolen(moved: Moved, incidents: Sequence[str], method: str) -> str | None:
    amount = sum(moved.carried.get(incident, {}).get(method, 0) for incident in incidents)
    return None if amount == moved.flow.moved else str(amount)


def _picture_data(drawn: _Drawn, number: dict[str, int]) -> dict[str, Any]:
    """Per place: its accounts, and the movements that came, went and stayed inside."""
    index = [
        n
        for n, m in enumerate(drawn.trace.moved)
        if m.flow.asset == drawn.asset.id
        and any(m.carried.get(o, {}).get(drawn.method, 0) for o in drawn.trace.origins)
    ]
    came, went = defaultdict[int, list[int]](list), defaultdict[int, list[int]](list)
    for (source, target), link in drawn.folded.links.items():
        went[source] += [index[n] for n in link.movements]
        came[target] += [index[n] for n in link.movements]
    places = range(len(drawn.folded.places))
    inside = [[index[n] for n in place.inside] for place in drawn.folded.places]
    moved = [one.flow.moved for one in drawn.trace.moved]
    sides = {"in": [sorted(came[n]) for n in places], "out": [sorted(went[n]) for n in places], "inside": inside}
    return {
        "method": drawn.method,
        "sums": {side: [str(sum(moved[n] for n in each)) for each in rows] for side, rows in sides.items()},
        **{side: [_differences(each) for each in rows] for side, rows in sides.items()},
        "accounts": [sorted(number[a] for a in p.accounts if a in number) for p in drawn.folded.places],
    }


def _differences(values: list[int]) -> list[int]:
    return [value - before for value, before in zip(values, [0, *values], strict=False)]


def _runs(values: list[int]) -> list[int]:
    return [] if not any(values) else values
