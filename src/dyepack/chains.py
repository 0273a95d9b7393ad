"""The chains dyepack knows: accounting model, native asset, address format, confirmations.

`confirmations` is how many blocks a client should stay behind the tip before it calls a block settled: our choice for
reading (deep enough that a reorg is an event), not a protocol constant. Chains that only occur in the ledger, as the
place of a theft, are listed too, so that one name means one chain everywhere; their addresses are kept unchecked.
"""

from dataclasses import dataclass
from typing import Literal

from dyepack.errors import UnknownChain

Model = Literal["utxo", "account"]
AddressFormat = Literal["evm", "bitcoin", "cashaddr", "tron", "solana", "xrp", "unchecked"]


@dataclass(frozen=True, slots=True)
class Chain:
    """One public ledger.

    `versions` are the base58check version bytes of pay-to-key and pay-to-script addresses, `hrp` the bech32 prefix.
    """

    name: str
    symbol: str
    decimals: int
    model: Model = "account"
    addresses: AddressFormat = "unchecked"
    confirmations: int = 64
    aliases: tuple[str, ...] = ()
    versions: tuple[int, ...] = ()
    hrp: str = ""


def _evm(name: str, symbol: str, *aliases: str, confirmations: int = 64) -> Chain:
    return Chain(name, symbol, 18, "account", "evm", confirmations, aliases)


def _utxo(name: str, symbol: str, versions: tuple[int, ...] = (), hrp: str = "") -> Chain:
    kind: AddressFormat = "bitcoin" if versions else "unchecked"
    return Chain(name, symbol, 8, "utxo", kind, 6, (symbol.lower(),), versions, hrp)


def _other(name: str, symbol: str, decimals: int, *aliases: str) -> Chain:
    return Chain(name, symbol, decimals, aliases=(symbol.lower(), *aliases))


_ALL = (
    _utxo("bitcoin", "BTC", (0, 5), "bc"),
    _utxo("litecoin", "LTC", (48, 50, 5), "ltc"),
    _utxo("dogecoin", "DOGE", (30, 22)),
    Chain("bitcoin_cash", "BCH", 8, "utxo", "cashaddr", 6, ("bch",), (0, 5), "bitcoincash"),
    _utxo("bitcoin_sv", "BSV", (0, 5)),
    _utxo("bitcoin_gold", "BTG", (38, 23), "btg"),
    _utxo("dash", "DASH", (76, 16)),
    _utxo("zcash", "ZEC"),
    _utxo("monacoin", "MONA", (50, 55), "mona"),
    _utxo("verge", "XVG"),
    _utxo("cardano", "ADA"),
    _utxo("nervos", "CKB"),
    Chain("monero", "XMR", 12, "utxo", aliases=("xmr",)),
    _evm("ethereum", "ETH", "eth"),
    _evm("ethereum_classic", "ETC", "etc", confirmations=10_000),
    _evm("ethereum_pow", "ETHW", "ethw"),
    _evm("bsc", "BNB", "bnb", "binance_smart_chain"),
    _evm("polygon", "POL", "matic", confirmations=256),
    _evm("polygon_zkevm", "ETH"),
    _evm("arbitrum", "ETH", "arb", "arbitrum_one"),
    _evm("optimism", "ETH", "op"),
    _evm("base", "ETH"),
    _evm("avalanche", "AVAX", "avax"),
    _evm("fantom", "FTM", "ftm"),
    _evm("sonic", "S"),
    _evm("monad", "MON"),
    _evm("gnosis", "XDAI", "xdai", "gnosis_chain"),
    _evm("zksync", "ETH"),
    _evm("blast", "ETH"),
    _evm("linea", "ETH"),
    _evm("mantle", "MNT"),
    _evm("scroll", "ETH"),
    _evm("mode", "ETH"),
    _evm("taiko", "ETH"),
    _evm("unichain", "ETH"),
    _evm("abstract", "ETH"),
    _evm("cronos", "CRO"),
    _evm("moonriver", "MOVR"),
    _evm("celo", "CELO"),
    _evm("fuse", "FUSE"),
    _evm("metis", "METIS"),
    _evm("harmony", "ONE"),
    _evm("heco", "HT"),
    _evm("ronin", "RON"),
    _evm("rootstock", "RBTC", "rsk"),
    _evm("dogechain", "DOGE"),
    _evm("shibarium", "BONE"),
    _evm("pulsechain", "PLS"),
    _evm("berachain", "BERA"),
    _evm("core", "CORE"),
    _evm("zero_gravity", "0G", "0g"),
    _evm("vechain", "VET", "vet"),
    _evm("story", "IP"),
    _evm("hyperliquid", "HYPE", "hyperliquid_l1"),
    Chain("tron", "TRX", 6, "account", "tron", 19, ("trx",), (0x41,)),
    Chain("solana", "SOL", 9, "account", "solana", 32, ("sol",)),
    Chain("xrp", "XRP", 6, "account", "xrp", 8, ("ripple",), (0,)),
    _other("stellar", "XLM", 7),
    _other("eos", "EOS", 4),
    _other("algorand", "ALGO", 6),
    _other("sui", "SUI", 9),
    _other("aptos", "APT", 8),
    _other("terra", "LUNC", 6),
    _other("terra2", "LUNA", 6),
    _other("hedera", "HBAR", 8),
    _other("stacks", "STX", 6),
    _other("mixin", "XIN", 8),
    _other("nem", "XEM", 6),
    _other("iota", "IOTA", 6),
    _other("tezos", "XTZ", 6),
    _other("acala", "ACA", 12),
    _other("near", "NEAR", 24),
    _other("icon", "ICX", 18),
    _other("polkadot", "DOT", 10),
    _other("kadena", "KDA", 12),
    _other("xdag", "XDAG", 9),
    _other("comdex", "CMDX", 6),
    _other("osmosis", "OSMO", 6),
    _other("orbit", "ORC", 18),
    _other("loopring", "LRC", 18),
    _other("starknet", "STRK", 18),
    _other("icp", "ICP", 8),
    _other("sei", "SEI", 6),
    _other("ton", "TON", 9),
    _other("cosmos", "ATOM", 6),
    _other("neutron", "NTRN", 6),
    _other("flow", "FLOW", 8),
    _other("saga", "SAGA", 6),
)
CHAINS: dict[str, Chain] = {chain.name: chain for chain in _ALL}
_NAMES = {alias: chain for chain in reversed(_ALL) for alias in (chain.name, *chain.aliases)}

_COINS = frozenset({"USD", *(chain.symbol.upper() for chain in _ALL)})


def coins(one: Chain) -> frozenset[str]:
    """What the coin of a chain is called, in capitals: its symbol, and its short names, as a coin may be renamed."""
    return frozenset(name.upper() for name in (one.symbol, *one.aliases))


def is_coin(name: str) -> bool:
    """Whether a name is the symbol of some chain's coin, or dollars."""
    return name.upper() in _COINS


def chain(name: str) -> Chain:
    """The chain of this name or common short form, in any case ("ETH", "bnb", "gnosis chain").

    Raises:
        UnknownChain: no chain has that name.
    """
    try:
        return _NAMES[name.strip().lower().replace(" ", "_").replace("-", "_")]
    except KeyError:
        raise UnknownChain(f"unknown chain {name!r}; known chains: {', '.join(sorted(CHAINS))}") from None
