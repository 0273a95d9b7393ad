"""Which seeds a request means: those it gives, or the ledger's addresses of thieves that occur in the movements."""

import re
from collections.abc import Sequence

from dyepack import chains
from dyepack.errors import AmbiguousChain, InputError, MissingTable, NoMovements
from dyepack.model import CLEAN, UNKNOWN
from dyepack.store import Store
from dyepack.trace.request import BLOCK_ALONE, Request, SeedSpec

THIEF = "thief"
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{1,99}", re.ASCII)


def wanted(store: Store, request: Request) -> tuple[tuple[SeedSpec, ...], str]:
    """The seeds of a request, and the one chain that they are on.

    Raises:
        InputError: a name that is no slug, no seeds, or seeds on several chains and none chosen.
    """
    if not request.incidents:
        raise InputError("expected an incident to trace; list them with: dyepack incidents")
    if not any(store.parts(table) for table in _OCCURS):
        raise NoMovements
    _check_names(request.incidents)
    specs = request.seeds or _from_ledger(store, request.incidents)
    for spec in specs:
        if spec.block and spec.amount is None:
            raise InputError(f"seed {spec.address}: {BLOCK_ALONE}")
    chain = chains.chain(request.chain).name if request.chain else _only_chain(specs)
    here = tuple(spec for spec in specs if spec.chain == chain)
    for incident in request.incidents:
        if not any(spec.incident == incident for spec in here):
            raise InputError(_none(incident, chain, given=bool(request.seeds)))
    return here, chain


def elsewhere(store: Store, request: Request, chain: str) -> tuple[SeedSpec, ...]:
    """The seeds that a request means and a trace on this chain leaves out, since they are on others."""
    return tuple(spec for spec in request.seeds or _from_ledger(store, request.incidents) if spec.chain != chain)


def _check_names(incidents: Sequence[str]) -> None:
    for incident in incidents:
        if not _SLUG.fullmatch(incident) or incident in (CLEAN, UNKNOWN):
            raise InputError(f"expected an incident's slug, letters a-z, digits and dashes, got {incident!r}")


def _from_ledger(store: Store, incidents: Sequence[str]) -> tuple[SeedSpec, ...]:
    rows: list[dict[str, str]] = []
    for table, occurs in _OCCURS.items():
        if not store.parts(table):
            continue
        try:
            rows += store.fetch(
                "select distinct c.incident, c.chain, c.address from address_claims c"
                f" where c.role = $role and exists ({occurs}) order by c.incident, c.chain, c.address",
                "address_claims",
                table,
                role=THIEF,
            ).to_pylist()
        except MissingTable as missing:
            raise InputError(
                f"no seeds: the workspace has no table {missing.table!r}; load the ledger with: dyepack load-ledger,"
                " or name the addresses with --seeds FILE"
            ) from None
    return tuple(
        SeedSpec(row["incident"], row["chain"], row["address"]) for row in rows if row["incident"] in incidents
    )


_OCCURS = {
    "transfers": "select 1 from transfers t where t.chain = c.chain"
    " and (t.from_address = c.address or t.to_address = c.address)",
    "outputs": "select 1 from outputs o where o.chain = c.chain and o.address = c.address",
}


def _only_chain(specs: Sequence[SeedSpec]) -> str:
    found = sorted({spec.chain for spec in specs})
    if len(found) > 1:
        raise AmbiguousChain("the seeds are", found)
    return found[0] if found else ""


def _none(incident: str, chain: str, *, given: bool) -> str:
    where = f" on {chain}" if chain else ""
    if given:
        return f"no seed is given for {incident}{where}"
    return (
        f"the ledger names no address of the thief of {incident} that occurs in the movements{where};"
        " name where the stolen money was with --seeds FILE (a CSV with the column address) or --case FOLDER"
    )
