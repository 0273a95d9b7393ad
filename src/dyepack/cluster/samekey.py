"""Same key: an address that signs on two chains of the EVM kind is one key on both.

Only the key's holder can send a transaction from it, whichever chain; so the address must have signed on both chains:
it paid a fee, or the value of a transaction itself, which its source calls so (`call`; what is called `call 0` or
`call 0.1` a contract paid). A kind that was worked out from the asset is no signature: lists of internal calls come so,
and a contract's address says nothing: another may own it elsewhere (trap of the trade).
When it misleads: keys that were sold or stolen; a key of a service that serves many.
"""

from typing import Final

import pyarrow as pa

from dyepack.chains import CHAINS
from dyepack.store import Store

NAME: Final = "same-key"
VERSION: Final = 2
SIGNED: Final = "call"
"""What the value of a transaction itself is called in it; see `Transfer.index`."""


def joins(store: Store, to_block: int | None) -> pa.Table:
    """Joins: chain and first appearance as a payer on the second chain, first (its chain), second (its chain)."""
    evm = [name for name, chain in CHAINS.items() if chain.addresses == "evm"]
    return store.fetch(
        """with signed as (
            select distinct on (chain, from_address) chain, from_address as address, block, tx_index, tx_hash, time
            from transfers where (kind = 'fee' or (kind = 'native' and "index" = $signed))
                and list_contains($evm, chain) and ($to_block < 0 or block <= $to_block)
            order by chain, from_address, block, tx_index, seq),
        heads as (select distinct on (address) address, chain from signed order by address, time, chain)
        select s.block, s.tx_index, s.tx_hash, h.chain as first_chain, s.chain, s.address
        from signed as s join heads as h on s.address = h.address where s.chain <> h.chain
        order by s.chain, s.block, s.tx_index, s.address""",
        "transfers",
        evm=evm,
        signed=SIGNED,
        to_block=-1 if to_block is None else to_block,
    )
