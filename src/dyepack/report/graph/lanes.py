"""Which accounts share a lane: by the fold that was chosen, and by what a person has opened."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from dyepack.report import fold
from dyepack.report.fold import HOP, Folded
from dyepack.report.graph.asked import FIRST_OPENED, Choice
from dyepack.report.graph.rows import Tell
from dyepack.report.graph.scene import OTHERS, UNIT, Scene
from dyepack.trace.small import PART

TOWARDS = "→"
"""Begins the lane of accounts whose money mostly ends at one end, which is a lane of its own."""
MOST_ENDS = 18
"""How many ends stand alone; smaller ones are drawn as one until that is opened."""
SCREEN = (170, 34, 22)
"""Places, columns and places in one column that a screen holds: `auto` folds until they fit."""
PERIODS = 14
SPOKEN = {
    "accounts": "by account",
    "hops": "by end and hop",
    "destinations": "by end",
    "one": "with all accounts in one",
}
LARGEST = 6_000
"""Places and links of the largest picture that is laid out."""


@dataclass(frozen=True, slots=True)
class Parted:
    """A lane that came out of another: what opens the rest of that one further, and how many there are in it."""

    parent: str
    more: str | None = None


@dataclass(frozen=True)
class Folding:
    """The fold that was chosen: its level, the case as it was folded, and which lanes came out of which."""

    level: str
    case: fold.Case
    folded: Folded
    parted: Mapping[str, Parted] = field(default_factory=dict)
    sizes: Mapping[str, int] = field(default_factory=dict)


def folding(scene: Scene, choice: Choice, tell: Tell = lambda _: None) -> Folding:
    """The scene folded as it was asked for."""
    return _Lanes(scene, choice, tell).folding()


class _Lanes:
    def __init__(self, scene: Scene, choice: Choice, tell: Tell) -> None:
        self.scene, self.choice, self.tell = scene, choice, tell
        self.parted: dict[str, Parted] = {}
        self.paid, self.through = _sizes(scene)
        self.shut = self.ends({})
        if choice.opened:
            self.parted.clear()
        self.case = self.ends(choice.opened) if choice.opened else self.shut
        self.towards = fold.destinations(self.case)
        self.hops = fold.hops(self.case)
        self.accounts = sorted(self.scene.holdings)

    def folding(self) -> Folding:
        level, lanes, periods, found = self.chosen()
        lanes = self.opened(lanes)
        if found is None or self.choice.opened:
            self.tell(f"folding {len(self.case.movements):,} movements")
            found = fold.folded(self.case, lanes, periods)
        sizes: dict[str, int] = defaultdict(int)
        for account in {account for place in found.places for account in place.accounts}:
            sizes[lanes.get(account, "")] += 1
        return Folding(level, self.case, found, self.parted, sizes)

    # ── ends

    def ends(self, opened: Mapping[str, int]) -> fold.Case:
        """The case with small ends drawn as one, and opened ends drawn by address."""
        sizes: dict[str, int] = defaultdict(int)
        members: dict[str, dict[str, int]] = defaultdict(dict)
        for account, end, size in self.endings():
            sizes[end] += size
            members[end][account] = members[end].get(account, 0) + size
        names = self.few(sizes, opened)
        apart: dict[tuple[str, str], str] = {}
        for lane, most in opened.items():
            if lane in members:
                apart |= {(account, lane): name for account, name in self.part(lane, members[lane], most)}

        def rename(account: str, end: str) -> str:
            return apart.get((account, end), names.get(end, end))

        case = self.scene.case
        stops = {account: rename(account, end) for account, end in case.stops.items()}
        rests = {
            account: [(rename(account, end), amounts) for end, amounts in told] for account, told in case.rests.items()
        }
        return replace(case, stops=stops, rests=rests)

    def endings(self) -> Iterator[tuple[str, str, int]]:
        """What comes to rest: the account, its end, and how much is drawn for it."""
        case = self.scene.case
        for account, end in case.stops.items():
            yield account, end, self.paid[account]
        for account, told in case.rests.items():
            weight = self.scene.weights[self.scene.holdings[account].asset]
            for end, amounts in told[:-1]:
                yield account, end, sum(amounts) * weight

    def few(self, sizes: Mapping[str, int], opened: Mapping[str, int]) -> dict[str, str]:
        """Names for the ends that are drawn together with others."""
        by_unit: dict[str, list[str]] = defaultdict(list)
        for end in sizes:
            by_unit[end.rpartition(UNIT)[2] if self.scene.several else ""].append(end)
        found: dict[str, str] = {}
        for unit, ends in by_unit.items():
            name = f"{OTHERS}{UNIT}{unit}" if self.scene.several else OTHERS
            alone = [end for end in ends if end.startswith(fold.REST)]
            others = sorted(set(ends) - set(alone), key=lambda end: (-sizes[end], end))
            most = MOST_ENDS + opened.get(name, 0)
            whole = sum(sizes[end] for end in ends)
            named = len(others) if name in opened else sum(sizes[end] * PART >= whole for end in others)
            if len(others) > most or named < len(others):
                found |= dict.fromkeys(others[min(most - 1, named) :], name)
                self.parted[name] = Parted(name, f"{name}~{max(2 * opened.get(name, 0), FIRST_OPENED)}")
        return found

    # ── lanes

    def chosen(self) -> tuple[str, dict[str, str], int, Folded | None]:
        """Level, lanes and number of periods: as asked for, or the finest that a screen holds before anything opens.

        With the fold of it, where finding out made that.
        """
        if self.choice.level != "auto":
            return self.choice.level, self.lanes(self.choice.level), self.choice.periods or PERIODS, None
        counts = (self.choice.periods,) if self.choice.periods else (PERIODS, 9, 6, 3)
        tries = [("accounts", counts[0]), ("hops", counts[0])]
        tries += [(level, count) for count in counts for level in ("destinations", "one")]
        for level, count in tries:
            lanes = self.lanes(level)
            if len(set(lanes.values())) > SCREEN[0]:
                continue
            self.tell(f"trying a fold {SPOKEN[level]}, in {count} columns of time")
            found = fold.folded_within(self.shut, lanes, count, SCREEN[0])
            if found is not None and self.fits(found):
                return level, lanes, count, found
        return "one", self.lanes("one"), counts[-1], None

    @staticmethod
    def fits(found: Folded) -> bool:
        places, columns, rows = SCREEN
        return len(found.places) <= places and found.columns <= columns and found.rows <= rows

    def lanes(self, level: str) -> dict[str, str]:
        return {account: self.lane(account, level) for account in self.accounts}

    def lane(self, account: str, level: str) -> str:
        if level == "accounts":
            return account
        one = self.scene.holdings[account]
        towards = self.towards.get(account, fold.REST)
        told = {
            "hops": f"{TOWARDS}{towards}{HOP}{self.hops.get(account, 0)}",
            "destinations": f"{TOWARDS}{towards}",
            "one": "all",
        }[level]
        if one.turn:
            return f"{one.turn}{HOP}{told}"
        return f"{told}{UNIT}{one.asset}" if self.scene.several else told

    def opened(self, lanes: dict[str, str]) -> dict[str, str]:
        """The lanes after opening: the largest accounts of an opened lane, and the largest payers of an opened end."""
        found = dict(lanes)
        stops = self.scene.case.stops
        for lane, most in self.choice.opened.items():
            payers: dict[str, int] = defaultdict(int)
            for movement in self.case.movements:
                if stops.get(movement.payee) == lane and not movement.starts:
                    payers[movement.payer] += sum(movement.amounts)
            largest = sorted(payers, key=lambda account: (-payers[account], account))[:most]
            for account in largest:
                found[account] = account
                self.parted[account] = Parted(lane)
            if len(payers) > most:
                self.parted.setdefault(lane, Parted(lane, f"{lane}~{2 * most}"))
            inside = {account: self.through[account] for account in self.accounts if lanes[account] == lane}
            if inside:
                found |= dict(self.part(lane, inside, most))
        return found

    def part(self, lane: str, members: Mapping[str, int], most: int) -> Iterator[tuple[str, str]]:
        """Lanes for the members of an opened one: the largest alone, the others together."""
        if len(members) < 2:
            return
        order = sorted(members, key=lambda account: (-members[account], account))
        alone = order if len(order) <= most + 1 else order[:most]
        unit = f"{UNIT}{lane.rpartition(UNIT)[2]}" if UNIT in lane else ""
        base = lane.removesuffix(unit)
        is_end = lane in self.scene.ends or base == OTHERS
        for account in order:
            name = account if account in alone and not is_end else f"{base}{HOP}{account}"
            if account not in alone:
                name = f"{base}{HOP}{OTHERS}{unit}"
                self.parted[name] = Parted(lane, f"{lane}~{2 * most}")
            elif is_end:
                name = f"{base}{HOP}{self.scene.holdings[account].address}{unit}"
                self.parted[name] = Parted(lane)
            else:
                self.parted[name] = Parted(lane)
            yield account, name


def _sizes(scene: Scene) -> tuple[dict[str, int], dict[str, int]]:
    """How much is drawn for what each account is paid, and for what goes through it."""
    paid: dict[str, int] = defaultdict(int)
    through: dict[str, int] = defaultdict(int)
    for movement in scene.case.movements:
        size = sum(movement.amounts) * movement.weight
        paid[movement.payee] += size
        through[movement.payer] += size
    for account, size in paid.items():
        through[account] = max(through[account], size)
    return paid, through
