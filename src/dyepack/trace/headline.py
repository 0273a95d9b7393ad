"""One sentence for an incident over all of its assets: what was stolen, what it became, and where that is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from dyepack import amounts
from dyepack.amounts import Asset
from dyepack.trace.steps import CONVERTED, FEES, HELD

ENDS = {
    "service": "came to tagged services",
    "mixer": "went into mixers",
    "bridge": "went into bridges",
    "frozen": "is frozen",
    "behaviour": "came to addresses that act as a service does",
    "analyst": "came to where the analyst stopped",
    "dust": "is dust",
    "budget": "went beyond the budget",
    "fees": "was paid as fees",
    "burned": "was burned",
    "destroyed": "was destroyed by its issuer",
    "redeemed": "was given back for what the data does not show",
    "pooled": "went into contracts that hold the money of many",
    "stolen": "was taken by another theft",
}
_MOST_NAMED = 2


class Ending(Protocol):
    """What is looked at of a sheet; as in `Sheet`."""

    @property
    def method(self) -> str: ...  # noqa: D102 (all of these are as in `Sheet`)
    @property
    def origin(self) -> str: ...  # noqa: D102
    @property
    def asset(self) -> str: ...  # noqa: D102
    @property
    def seeded(self) -> int: ...  # noqa: D102
    @property
    def held(self) -> int: ...  # noqa: D102
    @property
    def stopped(self) -> Mapping[str, int]: ...  # noqa: D102
    @property
    def fees(self) -> int: ...  # noqa: D102
    @property
    def converted(self) -> int: ...  # noqa: D102
    @property
    def received(self) -> int: ...  # noqa: D102


class Resting(Protocol):
    """What is looked at of a place; as in `Place`."""

    @property
    def origin(self) -> str: ...  # noqa: D102 (all of these are as in `Place`)
    @property
    def asset(self) -> str: ...  # noqa: D102
    @property
    def reason(self) -> str: ...  # noqa: D102
    @property
    def address(self) -> str: ...  # noqa: D102
    @property
    def high(self) -> int: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Account:
    """One origin's sheets of one asset under every method of a range, in the same order."""

    asset: Asset
    sheets: tuple[Ending, ...]

    def range(self, of: Callable[[Ending], int]) -> tuple[int, int]:
        """The least and the most of a figure over the methods."""
        found = [of(sheet) for sheet in self.sheets]
        return min(found), max(found)

    def span(self, of: Callable[[Ending], int]) -> str:
        """A figure as a range over the methods."""
        return amounts.spoken(*self.range(of), self.asset)

    def any(self, of: Callable[[Ending], int]) -> bool:
        """Whether the figure is more than nothing under some method."""
        return any(of(sheet) for sheet in self.sheets)

    @property
    def stolen(self) -> bool:
        """Whether some of it is what was stolen, rather than what that became."""
        return self.any(lambda sheet: sheet.seeded)


def accounts(
    sheets: Sequence[Ending], origin: str, methods: Sequence[str], assets: Mapping[str, Asset]
) -> list[Account]:
    """An origin's accounts by asset: what was stolen first, then what it became."""
    mine = [sheet for sheet in sheets if sheet.origin == origin and sheet.method in methods]
    found = [
        Account(assets[asset], tuple(sheet for sheet in mine if sheet.asset == asset))
        for asset in sorted({sheet.asset for sheet in mine})
    ]
    return sorted(found, key=lambda one: (not one.stolen, one.asset.symbol, one.asset.id))


def headline(found: Sequence[Account], places: Sequence[Resting]) -> str:
    """The sentence, without the rules and without a full stop; `places` are those that may be named."""
    if len(found) == 1 and not any(_changed(one) for one in found):
        return plain(found[0])
    stolen = [one for one in found if one.stolen]
    said = f"{_listed([one.span(lambda sheet: sheet.seeded) for one in stolen]) or 'nothing'} stolen"
    left = [one for one in found if one.any(_end)]
    ends = [_ends(one, places) for one in left]
    became = _became(found)
    if became and len(left) == 1 and len(ends[0]) == 1 and not left[0].stolen:
        return f"{said}; {became}, {_alone(left[0], places)}"
    return "; ".join(filter(None, [said, became, _listed([part for each in ends for part in each])]))


def plain(one: Account) -> str:
    """What became of money that never changed its asset."""
    reasons = sorted({reason for sheet in one.sheets for reason in sheet.stopped}, key=_services_first)
    whole = one.span(lambda sheet: sheet.seeded)
    fees = [f"{one.span(lambda sheet: sheet.fees)} {ENDS[FEES]}"] if one.any(lambda sheet: sheet.fees) else []
    if not reasons:
        beside = f"; {fees[0]}" if fees else ""
        return f"{whole} followed; none of it came to a tagged service or another stop{beside}"
    parts = [*(f"{one.span(_stopped(reason))} {_words(reason)}" for reason in reasons), *fees]
    held = f"{one.span(lambda sheet: sheet.held)} rests at addresses without a tag"
    return f"of {whole}, {', '.join(parts)}, and {held}"


@dataclass(frozen=True, slots=True)
class Became:
    """What came to one end of all that an origin had of an asset (stolen, or got for what was), as a range each."""

    origin: str
    asset: str
    end: str
    low: int
    high: int
    of_low: int
    of_high: int


def became(one: Account) -> list[Became]:
    """Where an account's money ended or rests, what got most first; ends that have nothing are not told."""
    reasons = sorted({reason for sheet in one.sheets for reason in sheet.stopped})
    plainly: dict[str, Callable[[Ending], int]] = {
        HELD: lambda sheet: sheet.held,
        FEES: lambda sheet: sheet.fees,
        CONVERTED: lambda sheet: sheet.converted,
    }
    ends = {reason: _stopped(reason) for reason in reasons} | plainly
    whole = one.range(lambda sheet: sheet.seeded + sheet.received)
    found = [
        Became(one.sheets[0].origin, one.asset.id, end, *one.range(of), *whole)
        for end, of in ends.items()
        if one.any(of)
    ]
    return sorted(found, key=lambda each: (-each.high, -each.low, each.end))


def _changed(one: Account) -> bool:
    return one.any(lambda sheet: sheet.converted + sheet.received)


def _end(sheet: Ending) -> int:
    return sheet.seeded + sheet.received - sheet.converted


def _became(found: Sequence[Account]) -> str:
    """What the stolen money became: all of it, or how much; through which assets, and into how much of which."""
    stolen = [one for one in found if one.stolen and one.any(lambda sheet: sheet.converted)]
    if not stolen:
        return ""
    whole = all(not one.any(_end) for one in found if one.stolen)
    part = "all of it" if whole else f"{_listed([one.span(lambda sheet: sheet.converted) for one in stolen])} of it"
    got = [
        one.span((lambda sheet: sheet.received) if one.stolen else _end)
        for one in found
        if one.any(lambda sheet: sheet.received) and one.any(_end)
    ]
    way = [one.asset.symbol for one in found if one.any(lambda sheet: sheet.received) and not one.any(_end)]
    through = f" by way of {_listed(way)}" if way else ""
    return f"{part} became {_listed(got) or 'what the data does not show'}{through}"


def _ends(one: Account, places: Sequence[Resting]) -> list[str]:
    """Where an asset ends up, a clause for each reason."""
    return [f"{one.span(of)} {words}" for of, words in _reasons(one, places)]


def _alone(one: Account, places: Sequence[Resting]) -> str:
    """Where all of it ends up, after the amount."""
    ((_, words),) = _reasons(one, places)
    return words.removeprefix("is ") if words.startswith("is held") else f"which {words}"


def _reasons(one: Account, places: Sequence[Resting]) -> list[tuple[Callable[[Ending], int], str]]:
    found: list[tuple[Callable[[Ending], int], str]] = []
    if one.any(lambda sheet: sheet.held):
        found.append((lambda sheet: sheet.held, _held(one, places)))
    for reason in sorted({reason for sheet in one.sheets for reason in sheet.stopped}, key=_services_first):
        if one.any(of := _stopped(reason)):
            found.append((of, _words(reason)))
    if one.any(lambda sheet: sheet.fees):
        found.append((lambda sheet: sheet.fees, _words(FEES)))
    return found


def _stopped(reason: str) -> Callable[[Ending], int]:
    return lambda sheet: sheet.stopped.get(reason, 0)


def _held(one: Account, places: Sequence[Resting]) -> str:
    """Addresses by name where there are one or two, else how many."""
    here = [
        place.address
        for place in places
        if (place.origin, place.asset, place.reason) == (one.sheets[0].origin, one.asset.id, HELD) and place.high
    ]
    if not here:
        return "rests at addresses without a tag"
    return f"is held at {_listed(here) if len(here) <= _MOST_NAMED else f'{len(here)} addresses without a tag'}"


def _words(reason: str) -> str:
    return ENDS.get(reason, f"ended at: {reason}")


def _services_first(reason: str) -> tuple[bool, str]:
    return reason != "service", reason


def under(methods: Sequence[str]) -> str:
    """The rules that a sentence holds for, in words."""
    return f"by {methods[0]}" if len(methods) == 1 else f"under {_listed(methods)}"


def _listed(parts: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]]))
