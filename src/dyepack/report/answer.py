"""The sentence that answers where the money is, and the case's tables as rows of plain values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dyepack.amounts import Asset
from dyepack.model import UNKNOWN
from dyepack.report.case import ByMethod, Group, Trace, low_high, method_name, together
from dyepack.report.figures import grouped, short, span
from dyepack.trace.result import Sheet as Balance

WORDS = {
    "service": "came to {names}",
    "mixer": "went into {names}",
    "bridge": "crossed {names}",
    "frozen": "is frozen at {names}",
    "behaviour": "came to {names}, without a tag, which acts as a service does",
    "converted": "became another asset",
    "analyst": "came to {names}, where the analysts stopped",
    "pooled": "went into {names}, which holds the money of many",
    "dust": "is dust",
    "budget": "lies beyond the budget",
    "fees": "was paid in fees",
    "burned": "was burned",
    "destroyed": "was destroyed by its issuer",
    "redeemed": "was given back for what the data does not show",
    "held": "rests at accounts without a tag",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a balance sheet: what it is, per method, and the group whose rows it sums (None for sums)."""

    text: str
    amounts: ByMethod
    group: Group | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A balance sheet of one origin in one asset; `differences` are zero, or the report says so in bold."""

    title: str
    unknown: bool
    asset: Asset
    lines: tuple[Line, ...]
    seeded: ByMethod

    @property
    def differences(self) -> ByMethod:
        """Seeded less all lines, per method."""
        return {
            method: amount - sum(line.amounts[method] for line in self.lines) for method, amount in self.seeded.items()
        }


def headline(trace: Trace, thefts: Sequence[str]) -> str:
    """Where the stolen money is, with figure, range, rule and date; `thefts` names them for people.

    Assets are never added up: one with stolen money and most movements is told here, the others are counted. Where
    money changed its asset, the sentence is the trace's own, over all assets.
    """
    incidents, methods = trace.result.incidents, trace.methods
    if any(sheet.converted or sheet.received for sheet in trace.result.sheets if sheet.origin in incidents):
        return _over_assets(trace, thefts)
    seeded = [asset for asset in trace.assets if trace.seeded(incidents, asset.id)]
    if not seeded:
        return f"Nothing stolen was found to follow from {_listed(thefts)}."
    asset = seeded[0]
    more = f" and {_listed([short(trace.seeded(incidents, a.id), a) for a in seeded[1:]])} (below)" * bool(seeded[1:])
    names = _listed([method_name(method) for method in methods])
    rule = f"by the {names} rule" if len(methods) == 1 else f"under {names}"
    scope = trace.result.scope
    return (
        f"Of {short(trace.seeded(incidents, asset.id), asset)}{more} followed from {_listed(thefts)}, "
        f"{_clauses(_parts(trace, asset))}, {rule}, "
        f"as of block {grouped(scope.last_block)}, {scope.last_time:%Y-%m-%d}."
    )


def _over_assets(trace: Trace, thefts: Sequence[str]) -> str:
    """A sentence for each theft: what was stolen, what it became, and where that is."""
    result, scope = trace.result, trace.result.scope
    said = [
        f"{theft[:1].upper()}{theft[1:]}: {text}"
        for theft, origin in zip(thefts, result.incidents, strict=True)
        if (text := result.headlines.get(origin))
    ]
    return f"{'. '.join(said)}, as of block {grouped(scope.last_block)}, {scope.last_time:%Y-%m-%d}."


def otherwise(trace: Trace) -> str | None:
    """The headline's figures under the other reading of movements that repeat others; None where none does."""
    other, incidents = trace.result.alternative, trace.result.incidents
    asset = next((asset for asset in trace.assets if trace.seeded(incidents, asset.id)), None)
    if other is None or asset is None:
        return None
    moved = [short(amount, trace.result.assets[key]) for key, amount in other.moved.items()]
    read = "are rows written twice" if other.repeated == "once" else "are movements of their own"
    of_method = {
        method: [
            sheet
            for sheet in other.sheets
            if (sheet.method, sheet.asset) == (method, asset.id) and sheet.origin in incidents
        ]
        for method in trace.methods
    }
    seeded = span(*low_high({m: sum(sheet.seeded for sheet in mine) for m, mine in of_method.items()}), asset)
    clauses = _clauses(_other_parts(trace, asset, of_method))
    return (
        f"If the {grouped(other.movements)} rows that repeat an earlier one of their transaction ({_listed(moved)}) "
        f"{read}: of {seeded}, {clauses or 'nothing came anywhere'}. Which it is matters, and the data cannot say."
    )


def _other_parts(trace: Trace, asset: Asset, of_method: Mapping[str, Sequence[Balance]]) -> list[str]:
    """What became of one asset by these sheets, a clause per reason, with the names that the trace has for it."""
    names: dict[str, list[Group]] = {}
    for group in trace.groups:
        if group.asset == asset:
            names.setdefault(group.reason, []).append(group)
    parts = []
    for reason in [reason for reason in names if reason in WORDS]:
        sums = {method: sum(_at(sheet, reason) for sheet in mine) for method, mine in of_method.items()}
        low, high = low_high(sums)
        if high:
            parts.append(f"{span(low, high, asset)} {WORDS[reason].format(names=_names(names[reason]))}")
    return parts


def _at(sheet: Balance, reason: str) -> int:
    return {"held": sheet.held, "fees": sheet.fees}.get(reason, sheet.stopped.get(reason, 0))


def _parts(trace: Trace, asset: Asset) -> list[str]:
    """What became of one asset, a clause per reason."""
    parts = []
    for reason in dict.fromkeys(group.reason for group in trace.groups):
        groups = [g for g in trace.groups if g.reason == reason and g.asset == asset]
        low, high = low_high(together(groups, trace.result.incidents, trace.methods))
        if high and reason in WORDS:
            parts.append(f"{span(low, high, asset)} {WORDS[reason].format(names=_names(groups))}")
    return parts


def _names(groups: Sequence[Group]) -> str:
    return _listed([group.name for group in groups[:4]] + ([f"{len(groups) - 4} more"] if len(groups) > 4 else []))


def _listed(parts: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]]))


def _clauses(parts: Sequence[str]) -> str:
    return ", and ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]]))


def sheets(trace: Trace) -> list[Sheet]:
    """A balance sheet per asset and origin: seeded on one side, everything it became on the other."""
    found = []
    for asset in trace.assets:
        for origin in trace.origins:
            mine = [
                sheet
                for sheet in trace.result.sheets
                if (sheet.origin, sheet.asset) == (origin, asset.id) and sheet.method in trace.methods
            ]
            if not mine:
                continue
            groups = [g for g in trace.groups if g.asset == asset and any(g.amounts.get(origin, {}).values())]
            lines = [Line(_text(g), {m: g.of(origin, m) for m in trace.methods}, g) for g in groups]
            lines += _rest(mine, groups)
            title = "Money of unknown origin" if origin == UNKNOWN else f"Stolen in {origin}"
            seeded = {sheet.method: sheet.seeded + sheet.received for sheet in mine}
            found.append(Sheet(title, origin == UNKNOWN, asset, tuple(lines), seeded))
    return found


def _rest(mine: Sequence[object], groups: Sequence[Group]) -> list[Line]:
    """Fees and what was converted, where they are not destinations of their own."""
    reasons = {group.reason for group in groups}
    lines = []
    for name, text in (("fees", "Paid in fees"), ("converted", "Converted into another asset")):
        amounts = {sheet.method: getattr(sheet, name) for sheet in mine}  # type: ignore[attr-defined]
        if name not in reasons and any(amounts.values()):
            lines.append(Line(text, amounts))
    return lines


def _text(group: Group) -> str:
    if group.reason == "held":
        return f"At rest at {group.name} without a tag"
    words = {
        "service": f"At {group.name} (service)",
        "mixer": f"In {group.name} (mixer)",
        "bridge": f"Across {group.name} (bridge)",
        "analyst": f"At {group.name}, where the analysts stopped",
        "unreached": f"At {group.name}, which no stolen money can reach",
    }
    return words.get(group.reason, f"{group.reason.capitalize()}: {group.name}")
