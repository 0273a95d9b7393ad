"""How the terminal shows what holds under every tracing rule."""

from collections.abc import Sequence

from dyepack import amounts
from dyepack.amounts import Asset
from dyepack.cli import show as screen
from dyepack.trace.bounded import Bounded, BoundsResult

_PLACES = {
    "service": "tagged services",
    "mixer": "mixers",
    "bridge": "bridges",
    "frozen": "where it is frozen",
    "analyst": "where the analyst stopped",
    "held": "addresses without a tag",
    "budget": "beyond the budget",
    "fees": "paid as fees",
    "burned": "burned",
    "converted": "converted into another asset",
    "stopped": "wherever following ended",
}
_STOPS = ("service", "mixer", "bridge", "frozen", "analyst", "dust")


def bounds(result: BoundsResult) -> None:
    """A sentence per incident and asset, then every group of places with its least and most."""
    for origins in dict.fromkeys(one.origins for one in result.bounds):
        for asset in result.assets.values():
            mine = [one for one in result.bounds if (one.origins, one.asset) == (origins, asset.id)]
            if mine:
                other = [one for one in result.alternative if (one.origins, one.asset) == (origins, asset.id)]
                _of(origins, mine, other, asset)
    scope = result.scope
    screen.note(
        f"{scope.movements:,} movements of {scope.addresses:,} addresses on {result.chain}, blocks"
        f" {scope.first_block}–{scope.last_block}."
    )
    for warning in result.warnings:
        screen.note(f"Note: {warning}.")


def headline(found: Sequence[Bounded], asset: Asset) -> str:
    """What is at the services whatever the rule, and what with all others; else at the last place asked for."""
    by_name = {one.name: one for one in found if one.kind in ("reason", "set")}
    whole = by_name.get("stopped")
    first = by_name.get("service") or whole or found[-1] if len(found) > 1 else found[-1]
    of = amounts.spoken(first.seeded, first.seeded, asset)
    said = f"of {of}, whatever tracing rule is preferred, {_at(first, asset)} is {_where(first, found)}"
    rest = [_PLACES.get(one.name, one.name) for one in found if one.kind == "reason" and one.reason in _STOPS]
    if whole is None or whole.addresses == first.addresses:
        return said
    with_ = " and ".join(name for name in rest if name != _PLACES["service"])
    return f"{said}; together with {with_}, {_at(whole, asset)}"


def _of(origins: Sequence[str], mine: Sequence[Bounded], other: Sequence[Bounded], asset: Asset) -> None:
    screen.answer(f"{' and '.join(origins)}: {headline(mine, asset)}.")
    if other:
        screen.answer(
            f"If rows that repeat another of their transaction are read the other way: {headline(other, asset)}."
        )
    headers = ["where", "addresses", "at least", "at most", "with unknown", "all money there"]
    screen.table(headers, [_row(one, asset) for one in mine], right=range(1, len(headers)))
    screen.note(
        "with unknown: the most if all money whose coming the data does not show was stolen too; the least stays."
    )
    if not all(one.exact for one in mine):
        screen.note("Amounts of more than 38 digits in all: scaled, the least rounded down and the most rounded up.")


def _row(one: Bounded, asset: Asset) -> list[str]:
    name = _PLACES.get(one.name, one.name) if one.kind in ("reason", "set") else f"  {one.name}"
    figures = (one.least, one.most, one.most_if_unknown, one.balance)
    return [name, f"{len(one.addresses):,}", *(amounts.spoken(each, each, asset) for each in figures)]


def _at(one: Bounded, asset: Asset) -> str:
    """The range in words; its ends may look the same."""
    least, most = (amounts.spoken(each, each, asset) for each in (one.least, one.most))
    if least == most:
        return least
    return f"at least {least} and at most {most}" if one.least else f"at most {most}"


def _where(one: Bounded, found: Sequence[Bounded]) -> str:
    """The places by name, up to four."""
    inside = [
        each.name for each in found if each.kind not in ("reason", "set") and {*each.addresses} <= {*one.addresses}
    ]
    if (one.kind != "set" and one.reason not in _STOPS) or not inside:
        return f"at {_PLACES.get(one.name, one.name)}"
    more = [f"{len(inside) - 4} more"] if len(inside) > 4 else []
    named = [*inside[:4], *more]
    return f"at {' and '.join(filter(None, [', '.join(named[:-1]), named[-1]]))}"
