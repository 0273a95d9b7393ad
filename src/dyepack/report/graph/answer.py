"""The graph as an answer: places, links, and sums that add up, with amounts as decimal strings of base units."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from dyepack import chains
from dyepack.model import UNKNOWN
from dyepack.report import fold
from dyepack.report.figures import abbreviated
from dyepack.report.fold import END, START, Link, Place
from dyepack.report.graph.asked import LEVELS, Choice, Question, chosen
from dyepack.report.graph.bait import counts, marks
from dyepack.report.graph.laid import Spots, laid
from dyepack.report.graph.lanes import LARGEST, Folding, folding
from dyepack.report.graph.rows import End, Tell, Told
from dyepack.report.graph.scene import OTHERS, STOLEN, UNIT, Scene, scene
from dyepack.report.graph.sentence import Drawn, Reached, sentence
from dyepack.report.graph.view import Shown, View, view
from dyepack.schema import uncollected
from dyepack.trace.carriage import SINKS
from dyepack.trace.dust import is_dust
from dyepack.trace.places import shared_name

FACT, RULE, STATISTICAL, ANALYST = "fact", "rule", "statistical", "analyst"
_STATED = {"analyst": ANALYST, "behaviour": STATISTICAL, "pooled": RULE}
_MARKS = {"mixer": "mixer", "bridge": "crossing", "dust": "dust"}
_SPOKEN = {
    fold.REST: "held, not moved on",
    STOLEN: "taken by another theft",
    OTHERS: "smaller ends",
    "fees:fees": "fees",
    "burned:burned": "burned",
    "destroyed:destroyed": "destroyed by its issuer",
    "bridge:bridge": "destroyed on its way to another chain",
    "redeemed:redeemed": "given back for what the data does not show",
}
_LISTED = 3
MOST_MARKS = 300
"""Marks of bait that are drawn at most, those with most movements first."""
_BRIEF = {fold.REST: "held", OTHERS: "smaller ends"}


@dataclass(frozen=True)
class Graph:
    """One view of one run."""

    told: Told
    choice: Choice
    scene: Scene
    folding: Folding
    view: View
    spots: Spots | None

    @property
    def too_large(self) -> bool:
        """Whether it has more than is laid out; then there are only its sums."""
        return self.spots is None

    def as_json(self) -> dict[str, Any]:
        """The same as a JSON object."""
        folded = self.folding.folded
        return {
            "run": self.told.recorded.run,
            "chain": self.told.recorded.chain,
            "incidents": list(self.told.recorded.incidents),
            "backward": self.told.recorded.backward,
            "method": self.choice.method,
            "methods": list(self.told.methods),
            "sources": [{"source": name, "drawn": name in self.choice.sources} for name in self.told.origins],
            "assets": [
                {"asset": key, "symbol": one.symbol, "decimals": one.decimals, "weight": str(self.scene.weights[key])}
                for key, one in self.told.assets.items()
            ],
            "fold": {
                "level": self.folding.level,
                "levels": list(LEVELS),
                "periods": len(folded.periods),
                "movements": len(self.scene.case.movements),
                "accounts": len(self.scene.holdings),
                "places": len(folded.places),
                "links": len(folded.links),
            },
            "times": _times([one.time for one in self.told.moved]),
            "periods": [
                {"from": _time(first), "to": _time(last), "x": self.spots.periods.get(number) if self.spots else None}
                for number, (first, last) in enumerate(folded.periods)
            ],
            "width": self.spots.width if self.spots else 0,
            "height": self.spots.height if self.spots else 0,
            "place_width": self.spots.place if self.spots else 0,
            "too_large": self.too_large,
            "sentence": sentence(self.drawn()),
            "sums": list(self.sums()),
            "places": [] if self.spots is None else [self.place(number) for number in self.view.places],
            "links": [] if self.spots is None else [self.link(one) for one in self.view.links],
            "bait": self.baited(),
        }

    # ── the sentence

    def drawn(self) -> Drawn | None:
        """What the sentence is about: the first asset of which something is drawn at an end."""
        places = self.folding.folded.places
        ends = [one for one in self.view.links if places[one.number[1]].spot == END]
        asset = next((key for key in self.told.assets if any(one.asset == key and one.high for one in ends)), None)
        if asset is None:
            return None
        mine = [one for one in ends if one.asset == asset]
        by_place: dict[int, list[Shown]] = defaultdict(list)
        for one in mine:
            by_place[one.number[1]].append(one)
        return Drawn(
            self.told.assets[asset],
            self.together(self.starting(asset) or mine),
            [self.reached(places[number], links) for number, links in by_place.items()],
            len(self.choice.sources) > 1 and UNKNOWN in self.choice.sources,
        )

    def starting(self, asset: str) -> list[Shown]:
        """The links that an asset starts with; none where it came out of conversions, or something is hidden."""
        places = self.folding.folded.places
        if any(self.view.sums[number].hidden_in or self.view.sums[number].hidden_out for number in self.view.places):
            return []
        return [one for one in self.view.links if places[one.number[0]].spot == START and one.asset == asset]

    def together(self, links: Sequence[Shown]) -> list[int]:
        """What links come to, by method."""
        return [sum(amounts) for amounts in zip(*(one.by_method for one in links), strict=True)]

    def reached(self, place: Place, links: Sequence[Shown]) -> Reached:
        """An end, by the links that are drawn to it."""
        addresses = sorted({self.scene.holdings[account].address for account in place.accounts})
        width = len(self.choice.sources)
        at = self.choice.sources.index(UNKNOWN) if UNKNOWN in self.choice.sources else None
        unknown = [
            0 if at is None else sum(one.link.amounts[method * width + at] for one in links)
            for method in range(len(self.told.methods))
        ]
        name = self.name(place, addresses).partition(" (")[0]
        return Reached(self.kind(place), name, self.together(links), unknown)

    # ── sums

    def sums(self) -> Iterator[dict[str, Any]]:
        """By asset: what of the chosen sources rests in the end, how much is drawn, why the rest is not. Adds up."""
        drawn: dict[str, list[int]] = defaultdict(lambda: [0] * len(self.told.methods))
        for one in self.view.links:
            if self.folding.folded.places[one.number[1]].spot == END:
                drawn[one.asset] = [a + b for a, b in zip(drawn[one.asset], one.by_method, strict=True)]
        at = self.told.methods.index(self.choice.method)
        for asset in self.told.assets:
            hidden = dict(self.hidden(asset))
            rests = drawn[asset][at] + sum(amount for amount, _ in hidden.values())
            if rests or asset in self.choice.assets:
                yield {
                    "asset": asset,
                    "rests": str(rests),
                    "drawn": str(drawn[asset][at]),
                    "low": str(min(drawn[asset])),
                    "high": str(max(drawn[asset])),
                    "hidden": [
                        {"why": why, "amount": str(amount), "links": links} for why, (amount, links) in hidden.items()
                    ],
                    "beside": list(self.beside(asset)),
                }

    def hidden(self, asset: str) -> Iterator[tuple[str, tuple[int, int]]]:
        """By reason: how much that rests in the end is not drawn, and how many links."""
        for (why, of), told in self.view.hidden.items():
            if of == asset:
                yield why, told
        for (why, of), amounts in self.scene.aside.items():
            if of == asset and (amount := self.under_method(amounts)):
                yield why, (amount, 0)
        if asset not in self.choice.assets:
            rest = self.resting(asset, self.choice.sources)
            if rest:
                yield "of assets not chosen", (rest, 0)

    def beside(self, asset: str) -> Iterator[dict[str, str]]:
        """What rests of sources that were not chosen, each for itself."""
        for source in self.told.origins:
            if source not in self.choice.sources and (amount := self.resting(asset, (source,))):
                yield {"source": source, "amount": str(amount)}

    def resting(self, asset: str, sources: Sequence[str]) -> int:
        """What rests of these sources in the end, under the method."""
        at = self.told.methods.index(self.choice.method)
        return sum(row.amounts[at] for row in self.told.ends if row.asset == asset and row.origin in sources)

    def under_method(self, amounts: Sequence[int]) -> int:
        """The sum over sources of a vector of strands, under the method."""
        width = len(self.choice.sources)
        at = self.told.methods.index(self.choice.method) * width
        return sum(amounts[at : at + width])

    # ── places

    def place(self, number: int) -> dict[str, Any]:
        """One place."""
        place, sums = self.folding.folded.places[number], self.view.sums[number]
        x, y, height = self.spots.places[number] if self.spots else (0, 0, 0)
        parted = self.folding.parted.get(place.lane)
        addresses = sorted({self.scene.holdings[account].address for account in place.accounts})
        kind = self.kind(place)
        return {
            "id": self.view.ids[number],
            "lane": place.lane,
            "period": place.spot[0] if place.spot not in (START, END) else None,
            "side": "start" if place.spot == START else "end" if place.spot == END else None,
            "kind": kind,
            "statement": self.statement(place, kind),
            "name": self.name(place, addresses),
            "asset": self.asset(place),
            "concept": self.said(place, "concept"),
            "actor": self.said(place, "actor"),
            "accounts": len(addresses),
            "addresses": addresses[:_LISTED],
            "more": max(len(addresses) - _LISTED, 0),
            "likeness": self.likeness(number),
            "in": str(sums.came),
            "out": str(sums.went),
            "low": str(min(sums.by_method, default=0)),
            "high": str(max(sums.by_method, default=0)),
            "by_method": dict(
                zip(self.told.methods, map(str, sums.by_method or [0] * len(self.told.methods)), strict=True)
            ),
            "by_source": dict(zip(self.choice.sources, map(str, sums.by_source), strict=False)),
            "rests": str(sums.rests),
            "inside": len(place.inside),
            "hidden_in": str(sums.hidden_in),
            "hidden_out": str(sums.hidden_out),
            "bait": sum(self.bait.get(address, 0) for address in addresses),
            "opens": self.opens(place, addresses, parted.more if parted else None),
            "folds": parted.parent if parted and self.folded_from(parted.parent) else None,
            "x": round(x, 1),
            "y": round(y, 1),
            "h": round(height, 2),
        }

    def folded_from(self, parent: str) -> bool:
        """Whether a person opened this lane."""
        return parent in self.choice.opened

    def opens(self, place: Place, addresses: Sequence[str], more: str | None) -> str | None:
        """What to ask for to open it: nothing, if it cannot be opened."""
        if place.spot == START or self.kind(place) in SINKS.values():
            return None
        if more is not None:
            return more
        if place.spot == END:
            return None if place.lane in self.choice.opened or place.lane in self.folding.parted else place.lane
        return place.lane if len(addresses) > 1 and place.lane not in self.choice.opened else None

    def kind(self, place: Place) -> str:
        """What a place is."""
        if place.spot == START:
            return "start"
        if place.spot == END:
            base = place.lane.partition(UNIT)[0].partition(fold.HOP)[0]
            return base.partition(":")[0]
        holdings = [self.scene.holdings[account] for account in place.accounts]
        if holdings[0].turn:
            return "conversion"
        if len({one.address for one in holdings}) > 1:
            return "accounts"
        return "transaction" if holdings[0].address in self.transactions else "account"

    def statement(self, place: Place, kind: str) -> str:
        """What kind of statement it rests on."""
        if place.spot == START:
            bases = {seed.basis for seed in self.told.seeds if seed.origin == place.lane.partition(UNIT)[0]}
            return ANALYST if bases <= {"given"} else RULE
        if place.spot == END and kind not in (
            fold.REST,
            *SINKS.values(),
            "budget",
            "unreached",
            "dust",
            STOLEN,
            OTHERS,
        ):
            return _STATED.get(kind, "claim")
        return FACT

    def name(self, place: Place, addresses: Sequence[str]) -> str:
        """What a person reads."""
        if place.spot == START:
            return place.lane.partition(UNIT)[0]
        base = place.lane.partition(UNIT)[0]
        if place.spot == END:
            head, mark, member = base.partition(fold.HOP)
            if head in _SPOKEN and not mark:
                return _SPOKEN[head]
            names = sorted({row.name for row in self.ends_of(place) if row.name})
            own = {row.name for row in self.ends_of(place) if row.name and row.address == member}
            called = shared_name(names) if names else _BRIEF.get(head) or abbreviated(head.partition(":")[2])
            if mark and member == OTHERS:
                return f"{called}: {len(addresses)} others"
            return (min(own) if own else f"{called}: {abbreviated(member)}") if mark else called
        turn = self.scene.holdings[min(place.accounts)].turn
        if turn:
            return f"{len(place.accounts)} × {turn}" if len(place.accounts) > 1 else turn
        return abbreviated(addresses[0]) if len(addresses) == 1 else f"{len(addresses)} accounts"

    def ends_of(self, place: Place) -> Sequence[End]:
        """The destinations of an end; also where it was opened, or folded with others."""
        wanted = {self.scene.holdings[account].address for account in place.accounts}
        head = place.lane.partition(UNIT)[0].partition(fold.HOP)[0]
        at = self.resting_at.get(head, {})
        return [row for address in sorted(wanted) for row in at.get(address, ())]

    def said(self, place: Place, field: str) -> str | None:
        """What the tags of an end agree on."""
        if place.spot != END:
            return None
        found = {getattr(row, field) for row in self.ends_of(place)} - {None}
        return min(found) if len(found) == 1 else None

    def asset(self, place: Place) -> str | None:
        """The asset of a place; a conversion has two."""
        if place.spot in (START, END):
            return self.scene.asset_of(place.lane)
        one = self.scene.holdings[min(place.accounts)]
        return None if one.turn else one.asset

    def likeness(self, number: int) -> str | None:
        """What the accounts of one place have in common: that all were paid alike."""
        place = self.folding.folded.places[number]
        if len(place.accounts) < 3 or place.spot in (START, END):
            return None
        paid = [self.told.moved[self.scene.rows[row]].moved for link in self.into[number] for row in link.movements]
        return "equal splits" if len(paid) > 2 and max(paid) * 100 <= min(paid) * 102 else None

    # ── links

    def link(self, one: Shown) -> dict[str, Any]:
        """One link."""
        way, thick = self.spots.links[one.number] if self.spots else ((), 0.0)
        moved = [self.told.moved[self.scene.rows[number]] for number in one.link.movements]
        whole = sum(row.moved for row in moved)
        source, target = (self.folding.folded.places[number] for number in one.number)
        thefts = [a for name, a in zip(self.choice.sources, one.by_source, strict=True) if name != UNKNOWN]
        return {
            "id": one.id,
            "from": self.view.ids[one.number[0]],
            "to": self.view.ids[one.number[1]],
            "asset": one.asset,
            "amount": str(one.amount),
            "low": str(one.low),
            "high": str(one.high),
            "by_method": dict(zip(self.told.methods, map(str, one.by_method), strict=True)),
            "by_source": dict(zip(self.choice.sources, map(str, one.by_source), strict=True)),
            "movements": len(moved),
            "kept": not moved,
            "first": _time(min(row.time for row in moved)) if moved else None,
            "last": _time(max(row.time for row in moved)) if moved else None,
            "moved": str(whole) if moved else None,
            "traced_share": round(sum(thefts) / whole, 4) if whole else None,
            "kind": self.link_kind(one, target, whole),
            "marks": self.marks(source, target, moved),
            "way": list(way),
            "h": round(thick, 2),
        }

    def link_kind(self, one: Shown, target: Place, whole: int) -> str:
        """What kind of statement a link is.

        A fact: whichever rule, all that moved is stolen. A statistical stop and an analyst's decision make what leads
        there theirs; all else is what a rule makes of the chain.
        """
        if target.spot == END and (stated := _STATED.get(self.kind(target))):
            return stated
        if one.link.movements and one.low == one.high == whole:
            return FACT
        return RULE

    def marks(self, source: Place, target: Place, moved: Sequence[Any]) -> list[str]:
        """What a reader must see at a glance: conversions, crossings, mixers, dust."""
        found = []
        kinds = (self.kind(source), self.kind(target))
        if "conversion" in kinds:
            found.append("conversion")
        if target.spot == END and kinds[1] in _MARKS:
            found.append(_MARKS[kinds[1]])
        if moved and all(is_dust(row.chain, row.moved) for row in moved):
            found.append("dust")
        return sorted(set(found))

    # ── looked up once

    @cached_property
    def into(self) -> Mapping[int, Sequence[Link]]:
        """The links that lead to each place."""
        found: dict[int, list[Link]] = defaultdict(list)
        for (_, target), link in self.folding.folded.links.items():
            found[target].append(link)
        return found

    @cached_property
    def resting_at(self) -> Mapping[str, Mapping[str, Sequence[End]]]:
        """Destinations by the end that they belong to, whatever their asset, and by address."""
        found: dict[str, dict[str, list[End]]] = defaultdict(lambda: defaultdict(list))
        for key, rows in self.scene.ends.items():
            at = found[key.partition(UNIT)[0]]
            for row in rows:
                at[row.address].append(row)
        return found

    @cached_property
    def transactions(self) -> set[str]:
        """On an output chain, the accounts that are transactions."""
        chain = self.told.recorded.chain
        if not chain or chains.chain(chain).model != "utxo":
            return set()
        return {row.tx_hash for row in self.told.moved}

    @cached_property
    def bait(self) -> Mapping[str, int]:
        """Movements that were loaded and never followed, by the addresses that they touch."""
        return counts(self.told.flagged)

    def baited(self) -> dict[str, Any]:
        """Bait that touches what is drawn: how much, and as marks where it is asked for."""
        found = marks(self.told, self.folding, self.scene, (self.view, self.choice))
        drawn = self.choice.bait and not self.too_large
        return {
            "shown": self.choice.bait,
            "movements": sum(len(mark.rows) for mark in found),
            "marks": [mark.as_json() for mark in found[:MOST_MARKS]] if drawn else [],
            "more": max(len(found) - MOST_MARKS, 0) if drawn else 0,
        }


Made = tuple[Scene, Folding]


def fold_of(question: Question) -> Question:
    """The question without what does not change a fold: the rule, and what is hidden from it afterwards."""
    return replace(question, method=None, hidden=(), least=None, focus=None, back=1, forward=1, bait=False)


def made(told: Told, question: Question, tell: Tell = lambda _: None) -> Made:
    """The scene and its fold, before anything is hidden from it; the same for every rule."""
    choice = chosen(told, fold_of(question))
    tell(f"laying out {len(told.moved):,} movements")
    with uncollected():
        found = scene(told, choice)
        return found, folding(found, choice, tell)


def graph(told: Told, question: Question, ready: Made | None = None) -> Graph:
    """The answer to a question about a run that was read; with the fold, if that was made."""
    choice = chosen(told, question)
    found, folds = ready or made(told, question)
    shown = view(found, folds, choice, told.methods)
    fits = len(shown.places) + len(shown.links) <= LARGEST
    return Graph(told, choice, found, folds, shown, laid(folds.folded, shown, found.weights) if fits else None)


def _times(times: Sequence[datetime]) -> dict[str, str | None]:
    return {
        "first": _time(min(times)) if times else None,
        "last": _time(max(times)) if times else None,
    }


def _time(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")
