"""Looks up what inputs spent among the outputs that the workspace has, where the source did not say.

An id that two coinbases share (the outputs of blocks 91722 and 91880, 91812 and 91842) names outputs that are alike in
amount and address, so either answers.
"""

from dyepack.ingest import ranges
from dyepack.ingest.commit import Step, commit
from dyepack.store import Draft, Store

VERB = "ingest resolve"
_UNKNOWN = """
select block, count(*) as inputs from inputs where chain = $chain and amount is null group by block order by block
"""
_ANSWERS = """
select i.chain, i.block, i.tx_index, i.index, max(o.address) as address, max(o.amount) as amount
from inputs i
join outputs o on o.chain = i.chain and o.tx_hash = i.spent_hash and o.index = i.spent_index
where i.chain = $chain and i.amount is null
group by i.chain, i.block, i.tx_index, i.index
"""
_INPUTS = """
select i.chain, i.block, i.tx_index, i.tx_hash, i.index, i.spent_hash, i.spent_index,
    coalesce(i.address, a.address) as address, coalesce(i.amount, a.amount) as amount
from inputs i
left join ingest_answers a
    on a.chain = i.chain and a.block = i.block and a.tx_index = i.tx_index and a.index = i.index
where i.chain = $chain and i.block >= $first and i.block <= $last
"""
_FEES = f"""
with paid as (
    select chain, block, tx_index, count(amount) as known, count(*) as inputs,
        cast(sum(amount) as decimal(38, 0)) as amount
    from ({_INPUTS}) as answered group by chain, block, tx_index
), made as (
    select chain, block, tx_index, cast(sum(amount) as decimal(38, 0)) as amount
    from outputs where chain = $chain and block >= $first and block <= $last group by chain, block, tx_index
)
select t.chain, t.block, t.time, t.tx_index, t.tx_hash, t.coinbase, t.inputs, t.outputs,
    case when p.known = p.inputs then cast(p.amount - m.amount as decimal(38, 0)) else t.fee end as fee, t.source
from transactions t
left join paid p on p.chain = t.chain and p.block = t.block and p.tx_index = t.tx_index
left join made m on m.chain = t.chain and m.block = t.block and m.tx_index = t.tx_index
where t.chain = $chain and t.block >= $first and t.block <= $last
"""


def nameless(store: Store, chain: str) -> int:
    """How many inputs have an amount and no address: the source leaves it out, or their script has none."""
    if not store.parts("inputs"):
        return 0
    rows = store.fetch(
        "select count(*) as n from inputs where chain = $chain and amount is not null and address is null",
        "inputs",
        chain=chain,
    )
    return int(rows.column("n")[0].as_py())


def resolve(store: Store, chain: str) -> tuple[int, int]:
    """Fill in what can be; returns how many inputs were, and of how many the output is still not known."""
    if not store.parts("inputs"):
        return 0, 0
    store.view("transactions", "inputs", "outputs")
    unknown = store.engine.fetch(_UNKNOWN, chain=chain)
    count = sum(unknown.column("inputs").to_pylist())
    if not count:
        return 0, 0
    store.engine.keep("ingest_answers", _ANSWERS, chain=chain)
    blocks = store.engine.fetch("select block, count(*) as answers from ingest_answers group by block").to_pylist()
    if not blocks:
        return 0, count
    answered = {row["block"] for row in blocks}
    parts = [one for one in ranges.loaded(store, chain, "inputs") if any(one.first <= b <= one.last for b in answered)]

    def work(draft: Draft) -> None:
        for one in parts:
            where = {"chain": chain, "first": one.first, "last": one.last}
            draft.put_query("inputs", one.part(chain), _INPUTS, **where)
            draft.put_query("transactions", one.part(chain), _FEES, **where)

    commit(store, Step(VERB, {"chain": chain}, reads=("inputs", "outputs")), work)
    found = sum(row["answers"] for row in blocks)
    return found, count - found
