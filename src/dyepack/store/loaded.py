"""Which chains and assets a workspace has, and which of them a person means.

A chain is what is said (by an option, a case, a run), else it follows from the form of the addresses among the chains
that are loaded. A symbol means the one loaded asset that has it. Where several fit, nothing is chosen: they are listed.
"""

from collections.abc import Iterable, Mapping, Sequence

from dyepack import chains
from dyepack.addresses import normalise
from dyepack.errors import AmbiguousChain, InputError, InvalidAddress, NoMovements
from dyepack.model import AssetRow
from dyepack.store.store import Store

TABLE_OF: Mapping[str, str] = {"account": "transfers", "utxo": "outputs"}
"""Where the movements of a chain are, by its accounting model."""


def chains_loaded(store: Store) -> tuple[str, ...]:
    """The chains that the workspace has movements of, by name."""
    found: set[str] = set()
    for table in TABLE_OF.values():
        if store.parts(table):
            found.update(store.fetch(f"select distinct chain from {table}", table).column("chain").to_pylist())
    return tuple(sorted(found))


KINDS: Mapping[chains.Model, str] = {"account": "a chain of accounts", "utxo": "an output chain"}


def chain_meant(
    store: Store, named: str | None, addresses: Sequence[str] = (), model: chains.Model | None = None
) -> str:
    """The chain that is named, else the one loaded chain on which all these addresses are valid.

    With `model`, chains of that accounting model alone: those that the question makes sense for.

    Raises:
        UnknownChain: no chain is called so.
        NoMovements: none is named, and none is loaded.
        InputError: the chain, or every chain that is loaded, is of the other model.
        InvalidAddress: on no loaded chain are they valid.
        AmbiguousChain: on several.
    """
    loaded = [chains.chain(named).name] if named else chains_loaded(store)
    fit = [name for name in loaded if model in (None, chains.chain(name).model)]
    if model and loaded and not fit:
        raise InputError(
            f"expected {KINDS[model]}; {' and '.join(loaded)} {'are' if loaded[1:] else 'is'} not of that kind"
        )
    return fit[0] if named else fitting(fit, addresses)


def fitting(loaded: Sequence[str], addresses: Sequence[str], what: str = "that is loaded here") -> str:
    """The one of these chains on which all the addresses are valid; see `chain_meant`."""
    if not loaded:
        raise NoMovements
    fit = [name for name in loaded if all(_reason(address, name) is None for address in addresses)]
    if len(fit) > 1:
        raise AmbiguousChain(f"{addresses[0]} may be" if addresses else "the tables have movements", fit)
    if not fit:
        raise InvalidAddress(_misfit(loaded, addresses, what))
    return fit[0]


def chain_to_load(loaded: Sequence[str], addresses: Sequence[str], among: Sequence[str]) -> str:
    """The chain on which addresses are valid: of those that are loaded, else of those that could be.

    Raises:
        InvalidAddress, AmbiguousChain: none, or several.
    """
    here = [name for name in loaded if name in among]
    try:
        return fitting(here, addresses)
    except (InvalidAddress, NoMovements):
        return fitting(among, addresses, "that can be asked about")


def check_loaded(store: Store, chain: str) -> None:
    """Refuse a chain of a kind of which nothing is loaded.

    Raises:
        NoMovements: says what is loaded instead.
    """
    model = chains.chain(chain).model
    if not store.parts(TABLE_OF[model]):
        raise NoMovements(chain, chains_loaded(store), f"{_LOADS[model]} --chain {chain}")


_LOADS = {"account": "ingest movements FILE", "utxo": "ingest files PATH"}


def _misfit(loaded: Sequence[str], addresses: Sequence[str], what: str) -> str:
    """Which address fits no loaded chain and why not, or that they are on several."""
    for address in addresses:
        reasons = [reason for name in loaded if (reason := _reason(address, name))]
        if len(reasons) == len(loaded):
            there = ", ".join(loaded)
            return f"{address!r} is no address of a chain {what} ({there}): {reasons[0]}"
    return f"the addresses are on different ones of the chains ({', '.join(loaded)}); give those of one"


def _reason(address: str, chain: str) -> str | None:
    """Why this is no address of the chain; nothing where it is one."""
    try:
        normalise(address, chain)
    except InputError as error:
        return str(error)
    return None


def assets_loaded(store: Store) -> dict[str, AssetRow]:
    """The assets of the workspace by id: what `assets` lists, and the own coins of the chains that are loaded."""
    own = {row.asset: row for row in map(_own, chains_loaded(store))}
    listed: list[AssetRow] = store.records("assets") if store.parts("assets") else []
    return own | {row.asset: row for row in listed}


def _own(chain: str) -> AssetRow:
    known = chains.chain(chain)
    return AssetRow(known.symbol, known.name, None, known.symbol, known.decimals, True, "the chain's own")


def asset_meant(known: Iterable[AssetRow], text: str, chain: str | None = None) -> AssetRow:
    """The asset that an id, a contract, or a symbol that one alone has means; of one chain where it is given.

    Raises:
        InputError: none, or several: the candidates are listed by the ids to choose from.
    """
    here = {row.asset: row for row in known if chain is None or _is_on(row, chain)}
    return here[asset_called({name: row.symbol for name, row in here.items()}, text)]


def asset_called(symbols: Mapping[str, str], text: str) -> str:
    """Of assets by id with their symbols, the one that an id, a contract, or a symbol of its own means.

    Raises:
        InputError: none, or several: the candidates are listed by the ids to choose from.
    """
    wanted = text.lower()
    for same in (_id, _contract, symbols.__getitem__):
        found = [name for name in symbols if same(name).lower() == wanted]
        if len(found) == 1:
            return found[0]
        if found:
            raise InputError(f"{text!r} is the symbol of several assets: {', '.join(sorted(found))}; give one of these")
    there = sorted(name if symbol == name else f"{name} ({symbol})" for name, symbol in symbols.items())
    more = f" and {len(there) - MOST} more" if len(there) > MOST else ""
    raise InputError(f"expected one of {', '.join(there[:MOST]) or 'no asset at all'}{more}, got {text!r}")


MOST = 12
"""Assets that a refusal lists."""


def _is_on(row: AssetRow, chain: str) -> bool:
    """Whether an asset can move on a chain; dollars and the own coin of several chains are kept once."""
    return row.chain in (None, chain) or row.asset == chains.chain(chain).symbol


def _id(name: str) -> str:
    return name


def _contract(name: str) -> str:
    """Of `chain:contract` the contract; of the own coin of a chain nothing that anybody types."""
    return name.partition(":")[2]
