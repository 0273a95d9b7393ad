"""Whom an address paid and was paid by: who, how much, and what their tags make of it."""

from dataclasses import dataclass
from typing import Any

from dyepack.about.moves import MOVES, Spot, gather, told
from dyepack.store import Store
from dyepack.tags.lookup import Asked, tags_of

_PAGE = f"""
select chain, other as address, asset,
    cast(coalesce(sum(amount) filter (where direction = 'in'), 0) as decimal(38, 0)) as received,
    count(*) filter (where direction = 'in') as received_in,
    cast(coalesce(sum(amount) filter (where direction = 'out'), 0) as decimal(38, 0)) as sent,
    count(*) filter (where direction = 'out') as sent_in,
    min(time) as first_time, max(time) as last_time
from {MOVES} where other is not null and other <> $address and flag is null
group by chain, other, asset
qualify row_number() over (
    order by chain, asset, greatest(
        coalesce(sum(amount) filter (where direction = 'in'), 0),
        coalesce(sum(amount) filter (where direction = 'out'), 0)
    ) desc, other) between $first and $last
order by chain, asset, greatest(received, sent) desc, address
"""
_COUNT = f"""
select count(*) as total from (
    select distinct chain, other, asset from {MOVES} where other is not null and other <> $address and flag is null
) as known
"""
_BEST = """
select distinct on (chain, address) chain, address, concept, name, actor, grade from tags
where concept is not null and asset is null and valid_to is null
order by chain, address, grade desc, concept, name, tag
"""
_EXPOSURE = f"""
select m.chain, m.asset, m.direction, b.concept, b.name, b.actor, count(*) as movements,
    count(distinct m.other) as addresses, cast(sum(m.amount) as decimal(38, 0)) as amount
from {MOVES} as m left join about_best as b on m.chain = b.chain and m.other = b.address
where m.other is not null and m.other <> $address and m.flag is null
group by m.chain, m.asset, m.direction, b.concept, b.name, b.actor
order by m.chain, m.asset, m.direction, amount desc, b.concept, b.name, b.actor
"""
RULE = (
    "direct exposure: what this address was paid by, or paid to, addresses that a tag in force gives a concept; of"
    " several tags of one address the highest grade counts, then the first concept in order of the alphabet; movements"
    " that are flagged (decoys, nothing moved) are left out; a share is of all that came in, or went out, of one asset"
)
OF_OUTPUTS = "on an output chain who paid whom is not recorded, so there are no counterparties here"


@dataclass(frozen=True, slots=True)
class Rows:
    """Which rows, and how many there are."""

    rows: list[dict[str, Any]]
    total: int


def counterparties(store: Store, spot: Spot, offset: int, limit: int) -> Rows:
    """A page of an address's counterparties by asset, those with the largest sums first, each with its tags' names."""
    gather(store, spot)
    total = store.engine.fetch(_COUNT, address=spot.address).column("total").to_pylist()[0]
    page = store.engine.fetch(_PAGE, address=spot.address, first=offset + 1, last=offset + limit)
    rows = told(page)
    called = _called(store, [(row["address"], row["chain"]) for row in rows])
    return Rows([{**row, "tags": called.get((row["address"], row["chain"]), [])} for row in rows], total)


def exposure(store: Store, spot: Spot) -> dict[str, Any]:
    """Direct exposure of an address by the concept of its counterparties, with the rule."""
    gather(store, spot)
    if store.parts("tags"):
        store.view("tags")
        store.engine.keep("about_best", _BEST)
    else:
        store.engine.keep("about_best", _NO_TAGS)
    rows = told(store.engine.fetch(_EXPOSURE, address=spot.address))
    whole: dict[tuple[str, str, str], int] = {}
    for row in rows:
        key = row["chain"], row["asset"], row["direction"]
        whole[key] = whole.get(key, 0) + int(row["amount"])
    for row in rows:
        of = whole[row["chain"], row["asset"], row["direction"]]
        row["of"], row["share"] = str(of), round(int(row["amount"]) / of, 6) if of else None
    return {"address": spot.address, "chain": spot.chain, "rule": RULE, "remark": OF_OUTPUTS, "rows": rows}


_NO_TAGS = """
select '' as chain, '' as address, '' as concept, '' as name, '' as actor, 0 as grade where false
"""


def _called(store: Store, spots: list[tuple[str, str]]) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """What tags call these addresses: name, concept, actor and whether it holds."""
    if not spots or not store.parts("tags"):
        return {}
    found = tags_of(store, [Asked(address, chain, address) for address, chain in spots])
    return {
        (one.asked.address, str(one.asked.chain)): [
            {"name": each.tag.name, "concept": each.tag.concept, "actor": each.tag.actor, "status": each.status}
            for each in one.tags[:5]
        ]
        for one in found
    }
