"""Deposit addresses on account chains: what comes in is passed on, whole, to a service that a tag names.

Victor 2020: the money goes on within 3,200 blocks, less at most a hundredth of a coin for the fee; tokens go on in
full. Here an address that ever paid anybody else, or two services, is none. Two heuristics follow. `deposit`: who pays
to the same deposit address is joined, since a service gives an address to one customer. `sweep`: the deposit address is
joined to the service that emptied it, for the service holds its key; never to the customer.

When it misleads: somebody who passes his own money on to an exchange within the hours is called a deposit address; a
friend who pays into one is joined to its customer; payers of more than ten deposit addresses are taken for a service
and left out. Sweeps that gather several payments are not matched.
"""

from typing import Final

import pyarrow as pa

from dyepack import schema
from dyepack.chains import CHAINS
from dyepack.cluster import rates
from dyepack.store import Store

DEPOSIT: Final = "deposit"
SWEEP: Final = "sweep"
VERSION: Final = 1
ADDRESSES: Final = "deposit addresses"
"""What the figures call the addresses that are named here."""
CONCEPTS = ("exchange", "hosted_wallet", "payment_processor")
WITHIN, MOST_PAID = 3_200, 10
FOUND = "cluster_deposits"
TABLES = ("transfers", "tags")


def find(store: Store, chain: str, to_block: int) -> None:
    """Hold on the engine, as `cluster_deposits`, each sweep of a deposit address and the payment that it passes on."""
    store.view(*TABLES)
    keep = store.engine.keep
    keep(
        "cluster_services",
        """select distinct on (address) address, name, actor from tags
        where chain = $chain and list_contains($concepts, concept) order by address, grade desc, name, tag""",
        chain=chain,
        concepts=list(CONCEPTS),
    )
    keep(
        "cluster_moves",
        """select t.block, t.tx_index, t.seq, t.tx_hash, t.kind, t.from_address, t.to_address, t.asset, t.amount
        from transfers as t where t.chain = $chain and t.block <= $to_block and t.flag is null and t.amount > 0
            and t.kind in ('native', 'internal', 'token')""",
        chain=chain,
        to_block=to_block,
    )
    keep(
        "cluster_passing",
        """select m.from_address as address from cluster_moves as m
        left join cluster_services as s on m.to_address = s.address
        where m.from_address not in (select address from cluster_services)
        group by m.from_address
        having count(*) = count(s.address) and count(distinct coalesce(s.actor, s.name)) = 1""",
    )
    keep(
        FOUND,
        """select s.from_address as address, s.to_address as service, v.name, v.actor, s.asset,
            r.from_address as sender, r.block as received_block, r.tx_index as received_index,
            r.tx_hash as received_hash, r.amount as received, s.block as swept_block, s.tx_index as swept_index,
            s.tx_hash as swept_hash, s.seq as swept_seq, s.amount as swept
        from cluster_moves as s
        join cluster_passing as p on s.from_address = p.address
        join cluster_services as v on s.to_address = v.address
        join cluster_moves as r on r.to_address = s.from_address and r.asset = s.asset
        where s.block - r.block between 0 and $within
            and (r.block < s.block or r.tx_index < s.tx_index)
            and r.amount >= s.amount
            and (r.amount = s.amount or (s.kind = 'native' and r.amount - s.amount <= $slack))
            and r.from_address not in (select address from cluster_services)
        qualify row_number() over (
            partition by s.block, s.tx_index, s.seq order by r.block desc, r.tx_index desc, r.seq desc) = 1""",
        within=WITHIN,
        slack=10 ** max(CHAINS[chain].decimals - 2, 0) if chain in CHAINS else 0,
    )


def rows(store: Store, chain: str, run: str) -> pa.Table:
    """What was found, for the table `deposits`."""
    found = store.engine.fetch(
        f"""select address, service, name, actor, asset, sender, received_block, received_hash, received,
            swept_block, swept_hash, swept_seq, swept from {FOUND}"""
    )
    right, tried, population = rates.figures(ADDRESSES, VERSION)
    beside = {"run": run, "chain": chain, "right": right, "tried": tried, "population": population}
    types = schema.TABLES["deposits"].arrow
    for name, value in beside.items():
        found = found.append_column(name, pa.array([value] * found.num_rows, types.field(name).type))
    return found


def joins(store: Store) -> pa.Table:
    """Joins of both heuristics: heuristic, block, tx_index, tx_hash, first, second."""
    return store.engine.fetch(
        f"""with payers as (
            select sender, address, min(received_block) as at from {FOUND} group by sender, address),
        few as (select sender from payers group by sender having count(*) <= $most),
        paid as (
            select f.address, f.sender, f.received_block as block, f.received_index as tx_index,
                f.received_hash as tx_hash from {FOUND} as f semi join few on f.sender = few.sender),
        once as (select distinct on (address, sender) * from paid order by address, sender, block, tx_index, tx_hash),
        heads as (select distinct on (address) address, sender as first from once
            order by address, block, tx_index, sender),
        swept as (select distinct on (address) address, service, swept_block as block, swept_index as tx_index,
            swept_hash as tx_hash from {FOUND} order by address, swept_block, swept_index, swept_seq)
        select '{DEPOSIT}' as heuristic, o.block, o.tx_index, o.tx_hash, h.first, o.sender as second
        from once as o join heads as h on o.address = h.address where o.sender <> h.first
        union
        select '{SWEEP}', block, tx_index, tx_hash, service, address from swept
        order by block, tx_index, heuristic, first, second""",
        most=MOST_PAID,
    )
