"""Where following ends: addresses that a tag says belong to a service, a mixer or a bridge, those that an analyst
names, and those from which nobody can pay.

After a deposit the coins are the service's, and its next payment goes to somebody else: to follow it accuses strangers.
"""

from collections.abc import Iterable, Mapping

from dyepack.burn_addresses import burn_addresses
from dyepack.errors import MissingTable
from dyepack.store import Store
from dyepack.trace.request import Stop

# GraphSense's concepts (derived from INTERPOL's taxonomy) that mean a party which mixes its customers' money.
_MIXERS = ("mixing_service", "mixing", "coinjoin")
_BRIDGES = ("defi_bridge", "bridge")
_SERVICES = (
    *("service", "exchange", "wallet_service", "escrow_wallet", "ico_wallet"),
    *("hot_wallet", "cold_wallet", "warm_wallet", "deposit_wallet"),
    *("market", "gambling", "payment_processor", "atm", "shop", "faucet", "miner", "mining_service"),
    *("hosting", "vpn", "filesharing", "messaging_service", "nameservice", "search_engine", "index"),
    *("defi", "defi_dex", "defi_dex_pair", "defi_lending", "defi_derivatives", "defi_staking", "defi_custody"),
    *("defi_dao", "defi_token"),
)
REASON_OF: dict[str, str] = {
    **dict.fromkeys(_MIXERS, "mixer"),
    **dict.fromkeys(_BRIDGES, "bridge"),
    **dict.fromkeys(_SERVICES, "service"),
}
BURNED = "burned"
_ORDER = ("mixer", "bridge", "service")


def stops(store: Store, chain: str, analyst: Iterable[Stop], seeds: Iterable[str]) -> dict[str, Stop]:
    """The stops of a trace by address. An analyst's word goes before a tag's; a seed is never a stop.

    A burn address is one, whatever a tag says of it.

    Where tags disagree, the highest grade decides, then mixer before bridge before service, then the tag's name.
    """
    found = dict(_tagged(store, chain))
    found |= {one.address: Stop(one.address, BURNED, one.name) for one in burn_addresses(chain).values()}
    found |= {stop.address: _with_tag(stop, found.get(stop.address)) for stop in analyst}
    for seed in seeds:
        found.pop(seed, None)
    return found


def parted(found: Mapping[str, Stop], follow: Iterable[str]) -> tuple[dict[str, Stop], tuple[Stop, ...]]:
    """The stops without those that following is to go on past; and these."""
    past = tuple(found[address] for address in sorted(set(follow)) if address in found)
    gone = {stop.address for stop in past}
    return {address: stop for address, stop in found.items() if address not in gone}, past


def _with_tag(stop: Stop, tag: Stop | None) -> Stop:
    if tag is None:
        return stop
    return Stop(stop.address, stop.reason, stop.name or tag.name, tag.actor, tag.concept)


def _tagged(store: Store, chain: str) -> Mapping[str, Stop]:
    try:
        rows = store.fetch(
            "select address, name, actor, concept, grade, tag from tags"
            " where chain = $chain and concept is not null and asset is null",
            "tags",
            chain=chain,
        ).to_pylist()
    except MissingTable:
        return {}
    known = [row for row in rows if row["concept"] in REASON_OF]
    known.sort(key=lambda row: (row["grade"], -_ORDER.index(REASON_OF[row["concept"]]), row["name"], row["tag"]))
    return {
        row["address"]: Stop(row["address"], REASON_OF[row["concept"]], row["name"], row["actor"], row["concept"])
        for row in known
    }
