"""How the terminal shows what was loaded and what a trace found."""

from collections.abc import Sequence

from dyepack import amounts
from dyepack.amounts import Asset
from dyepack.cli import show as screen
from dyepack.ingest import LoadedMovements
from dyepack.trace import Alternative, Deposit, Place, Sheet, TraceResult, ranged
from dyepack.trace.headline import Account, accounts, headline, plain, under
from dyepack.trace.methods import ranging
from dyepack.trace.result import Shown
from dyepack.trace.sources import Sources

HELD = "held"
_MOST_HELD = 10
_MOST_DEPOSITS = 10


def movements(loaded: LoadedMovements, *, json: bool, what: str = "movements") -> None:
    """What became of a file of movements or balances."""
    if json:
        return screen.as_json(loaded.as_json())
    screen.answer(f"{loaded.file}: {loaded.rows:,} {what} loaded, {loaded.rejected:,} rows refused")
    for line in (*loaded.reasons, *loaded.warnings):
        screen.note(line)
    if loaded.rejected > len(loaded.reasons):
        screen.note(f"… and {loaded.rejected - len(loaded.reasons):,} more, all in the table rejects")
    return None


def lists(loaded: Sequence[LoadedMovements], *, json: bool) -> None:
    """What became of each of several files of movements; as JSON one object, or a list of them."""
    if json and len(loaded) > 1:
        return screen.as_json([one.as_json() for one in loaded])
    for one in loaded:
        movements(one, json=json)
    return None


def trace(result: TraceResult, *, every: bool = False) -> None:
    """The answer of a trace: a headline per incident, where the money rests by asset, and what a reader must know.

    `every` names the addresses too that got next to nothing.
    """
    told = result.shown if not every else Shown(result.places, result.deposits, ())
    for origin in result.incidents:
        found = accounts(result.sheets, origin, result.ranging, result.assets)
        screen.answer(f"{origin}: {headline(found, told.places)}, {under(result.ranging)}.")
        for one in found:
            if len(found) > 1:
                screen.answer(f"{one.asset.symbol}:")
            _balance(result, origin, one.asset)
            _destinations(result, told, origin, one.asset)
            _deposits(told, origin, one.asset)
    scope = result.scope
    screen.note(
        f"Run {result.run}: {scope.movements:,} movements of {scope.addresses:,} addresses on {result.chain}, blocks"
        f" {scope.first_block}–{scope.last_block}, {scope.first_time:%Y-%m-%d} to {scope.last_time:%Y-%m-%d}."
    )
    for warning in result.warnings:
        screen.note(f"Note: {warning}.")


def sources(found: Sources) -> None:
    """Where the money of some addresses came from: a headline and a table for each address and asset."""
    for (target, key), amount in found.received.items():
        asset = found.assets[key]
        mine = [one for one in found.origins if (one.target, one.asset) == (target, key)]
        services = [one for one in mine if one.name]
        sums = [sum(one.amounts[method] for one in services) for method in ranging(found.methods)]
        screen.answer(
            f"{screen.address(target)} got {_said([amount], asset)}, of it {_said(sums, asset)} from tagged services,"
            f" from {len(mine)} beginnings in all, over {found.movements:,} movements."
        )
        screen.table(
            ["from", "name", "because", "amount"],
            (
                [screen.address(one.address), one.name or "", one.reason, _span([one.low, one.high], asset)]
                for one in mine
            ),
            right=(3,),
            whole=(0,),
        )
    screen.note("opening: money that the address had before the data shows any coming in.")
    if any(one.reason == "pooled" for one in found.origins):
        screen.note("pooled: out of a contract that holds the money of many; who paid it before is not looked at.")
    if found.cut:
        screen.note(f"Note: the budget left out at least {found.cut} payers; what they paid begins with them.")
    screen.note(f"Run {found.run}.")


def _balance(result: TraceResult, origin: str, asset: Asset) -> None:
    sheets = [sheet for sheet in result.sheets if (sheet.origin, sheet.asset) == (origin, asset.id)]
    reasons = sorted({reason for sheet in sheets for reason in sheet.stopped})
    if result.alternative is not None and result.alternative.moved.get(asset.id):
        screen.answer(_other_reading(result.alternative, result.ranging, (origin, asset)))
    changed = [name for name in ("received", "converted") if any(getattr(sheet, name) for sheet in sheets)]
    fees = ["fees"] if any(sheet.fees for sheet in sheets) else []
    headers = ["method", "seeded", *changed, *fees, *reasons, HELD, "adds up"]
    rows = ([sheet.method, *_sheet(sheet, headers[1:-2], asset)] for sheet in sheets)
    screen.table(headers, rows, right=range(1, len(headers) - 1))


def _other_reading(other: Alternative, ranging: Sequence[str], of: tuple[str, Asset]) -> str:
    """The same answer where movements that repeat others are read the other way."""
    origin, asset = of
    mine = [sheet for sheet in other.sheets if (sheet.origin, sheet.asset) == (origin, asset.id)]
    sheets = tuple(sheet for sheet in mine if sheet.method in ranging)
    count = f"{other.movements} " if len(other.moved) == 1 else ""
    how = "one movement each" if other.repeated == "once" else "movements of their own"
    return (
        f"If {count}rows that repeat another of their transaction ({_said([other.moved[asset.id]], asset)}) are {how}:"
        f" {plain(Account(asset, sheets))}."
    )


def _sheet(sheet: Sheet, columns: Sequence[str], asset: Asset) -> list[str]:
    parts = {**sheet.stopped, **{name: getattr(sheet, name) for name in ("seeded", "received", "converted", "fees")}}
    adds_up = "yes" if sheet.conserved else "reach only" if sheet.adds_up else "NO"
    return [*(_show(parts.get(name, 0), asset) for name in columns), _show(sheet.held, asset), adds_up]


def _destinations(result: TraceResult, told: Shown, origin: str, asset: Asset) -> None:
    places = [place for place in told.places if (place.origin, place.asset) == (origin, asset.id)]
    held = [place for place in places if place.reason == HELD]
    shown = [place for place in places if place.reason not in (HELD, "unreached")] + held[:_MOST_HELD]
    rows = [_place(place, asset) for place in shown]
    rest = held[_MOST_HELD:]
    if rest:
        sums = [sum(place.amounts[method] for place in rest) for method in result.ranging]
        unknown = [sum(place.unknown[method] for place in rest) for method in result.ranging]
        rows.append([HELD, f"{len(rest)} more addresses", "", _span(sums, asset), _span(unknown, asset)])
    few = next((one for one in told.small if (one.origin, one.asset) == (origin, asset.id)), None)
    if few is not None and few.addresses:
        many = f"{few.addresses} address{'es' * (few.addresses > 1)}"
        rows.append(["small", many, "", _span([few.low, few.high], asset), _span(ranged(few.unknown), asset)])
    screen.table(["why", "where", "name", "stolen", "unknown"], rows, right=(3, 4), whole=(1,))
    screen.note("unknown: money at the same place whose coming the data does not show.")
    if few is not None:
        screen.note(f"small: {few.says}; not named, as anybody can be sent so little (all of them: --all-places).")


def _place(place: Place, asset: Asset) -> list[str]:
    stolen = _span([place.low, place.high], asset)
    unknown = _span([place.unknown_low, place.unknown_high], asset)
    return [place.reason, screen.address(place.address), place.name or "", stolen, unknown]


def _deposits(told: Shown, origin: str, asset: Asset) -> None:
    """The addresses that paid a stop, by stop: what a request to a service names."""
    found = [one for one in told.deposits if (one.origin, one.asset) == (origin, asset.id)]
    if not found:
        return
    screen.note(f"Paid in through {len(found)} addresses, the largest (all: --json):")
    screen.table(
        ["paid in by", "at", "stolen", "transfers"],
        (_deposit(one, asset) for one in found[:_MOST_DEPOSITS]),
        right=(2, 3),
        whole=(0,),
    )


def _deposit(one: Deposit, asset: Asset) -> list[str]:
    at = one.name or screen.address(one.address)
    return [screen.address(one.deposit), at, _span(ranged(one.amounts), asset), str(one.transfers)]


def _span(values: Sequence[int], asset: Asset) -> str:
    """The least and the most, or the one where they look the same."""
    return amounts.tabled(min(values), max(values), asset)


def _said(values: Sequence[int], asset: Asset) -> str:
    """The same in a sentence."""
    return amounts.spoken(min(values), max(values), asset)


def _show(amount: int, asset: Asset) -> str:
    return _span([amount], asset)
