"""Loads closes of an API into `prices`, each row with whose it is; all raw answers stay in a folder beside it.

What was loaded before of other days or hours stays; what is asked for again is taken anew.
"""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any

import pyarrow.parquet as pq

from dyepack.errors import InputError
from dyepack.ingest.commit import Step, commit
from dyepack.ingest.explorer.answers import Answers
from dyepack.ingest.files import STAGE
from dyepack.ingest.prices import asset_named, millionths, symbols_loaded
from dyepack.ingest.quotes.asked import Quotes, Stretch
from dyepack.model import Price, Reject
from dyepack.schema import TABLES
from dyepack.store import Draft, Store

VERB = "ingest prices"


@dataclass(frozen=True, slots=True)
class LoadedQuotes:
    """What became of a question for prices: `missing` days or hours have no close there, `asked` answers are new.

    `answers` is the hash over all answers that were kept.
    """

    run: str
    source: str
    rows: int
    missing: Mapping[str, int]
    rejected: int
    asked: int
    answers: str
    reasons: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The same as a JSON object."""
        return {**asdict(self), "missing": dict(self.missing)}


def markets(
    quotes: Quotes, given: Mapping[str, str], loaded: Mapping[str, str] = MappingProxyType({})
) -> dict[str, str]:
    """Markets as the API calls them, each with the asset that it prices; `loaded` are symbols of assets by id.

    Raises:
        InputError: none is given, one is none in dollars, or two price one asset.
    """
    found = {quotes.checked(market): asset_named(asset, loaded) for market, asset in given.items()}
    if not found:
        raise InputError(f"say what to ask {quotes.name} for, with --symbol MARKET=ASSET")
    if len({*found.values()}) < len(found):
        raise InputError("expected one market for each asset; ask for the second into another workspace")
    return found


def load_quotes(
    store: Store, quotes: Quotes, answers: Answers, given: Mapping[str, str], wanted: Stretch
) -> LoadedQuotes:
    """Ask for the closes of markets, and put them in place of what was there of the same days or hours.

    Raises:
        InputError: a market or asset is none.
        SourceError: the API does not answer; nothing was changed, and what it answered is kept.
    """
    assets, before = markets(quotes, given, symbols_loaded(store)), len(list(answers))
    found, refused = dict[tuple[str, Any], Price](), list[Reject]()
    for market, asset in assets.items():
        for when, dollars in quotes.closes(market, wanted):
            if when not in wanted:
                continue
            try:
                usd = millionths(f"{dollars:f}")
            except InputError as error:
                text = f"{market} {when:%Y-%m-%d %H:%M}: {error}"
                refused.append(Reject("", STAGE, quotes.name, None, "close", text, str(dollars)[:200]))
            else:
                found[asset, when] = Price(asset, when, wanted.span, usd, quotes.name)
    part = f"api-{quotes.name}"

    def work(draft: Draft) -> None:
        draft.put("prices", part, [*_kept(store, part, {*assets.values()}, wanted), *found.values()])
        for one in refused:
            draft.reject(Reject(draft.run, one.stage, one.source, one.line, one.field, one.reason, one.row))

    said = {"api": quotes.name, "markets": assets, "span": wanted.span, "first": wanted.first, "last": wanted.last}
    run = commit(store, Step(VERB, said, {"answers": answers.digest()}), work)
    have = [asset for asset, _ in found]
    missing = {market: len(wanted) - have.count(asset) for market, asset in assets.items()}
    return LoadedQuotes(
        run,
        quotes.name,
        len(found),
        {market: count for market, count in missing.items() if count},
        len(refused),
        len(list(answers)) - before,
        answers.digest(),
        tuple(one.reason for one in refused[:5]),
    )


def _kept(store: Store, part: str, asked: Collection[str], wanted: Stretch) -> list[Price]:
    """What the API gave before of other assets, days or hours."""
    there = store.parts("prices").get(part)
    if there is None:
        return []
    rows = TABLES["prices"].records(pq.read_table(store.path / "tables" / "prices" / there.file))
    return [row for row in rows if not (row.asset in asked and row.span == wanted.span and row.time in wanted)]
