"""One clustering of a workspace: every chain that was asked for, or that there is."""

from collections.abc import Callable

from dyepack.chains import chain as known_chain
from dyepack.cluster import accounts, outputchain, tables
from dyepack.cluster.earlier import READS, parameters
from dyepack.cluster.request import Request
from dyepack.cluster.result import ClusterResult
from dyepack.errors import InputError, NoMovements
from dyepack.store import Store


def cluster(store: Store, request: Request, tell: Callable[[str], None] = lambda _: None) -> ClusterResult:
    """Join addresses by the heuristics asked for; writes `coinjoins`, `joins`, `deposits` and `clusters`.

    Raises:
        NoMovements: no transactions or transfers were loaded.
        InputError: a chain that was not loaded, or a block without saying of which chain.
    """
    outputs, accounted = _chosen(store, request)
    reads = [table for table in READS if store.parts(table)]
    with store.run("cluster", parameters(request), reads=reads) as draft:
        results = [outputchain.cluster_chain(store, draft, chain, request, tell) for chain in outputs]
        if accounted:
            tell(f"joining deposits, sweeps and keys on {', '.join(accounted)}")
            results.append(accounts.cluster_accounts(store, draft, accounted, request))
        return ClusterResult(draft.run, tuple(results))


def _chosen(store: Store, request: Request) -> tuple[list[str], list[str]]:
    outputs, accounted = tables.chains(store), accounts.chains(store)
    if not outputs and not accounted:
        raise NoMovements
    asked = [known_chain(name).name for name in request.chains]
    for name in asked:
        if name not in (*outputs, *accounted):
            raise InputError(f"expected a chain among {', '.join([*outputs, *accounted])}, got {name!r}; load it first")
    outputs, accounted = ([name for name in names if not asked or name in asked] for names in (outputs, accounted))
    if request.as_of_block is not None and len(outputs) + len(accounted) > 1:
        raise InputError(
            f"blocks count per chain: with --as-of-block say one --chain of {', '.join(outputs + accounted)}"
        )
    return outputs, accounted
