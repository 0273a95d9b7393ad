"""The command that loads what an explorer lists about addresses."""

import os
from collections.abc import Sequence
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dyepack import chains
from dyepack.cli import ingest_tables as tables
from dyepack.cli import show as screen
from dyepack.cli.app import AsJson, created, if_there, whole
from dyepack.errors import InputError

if TYPE_CHECKING:
    from dyepack.ingest.explorer.asker import Asker
    from dyepack.ingest.explorer.load import LoadedAddresses
    from dyepack.ingest.explorer.shown import Explorer, Span

KEY = "DYEPACK_EXPLORER_KEY"


class Kind(StrEnum):
    """Whose answers the explorer's are like."""

    ETHERSCAN = "etherscan"
    BLOCKSCOUT = "blockscout"
    ESPLORA = "esplora"
    TRONGRID = "trongrid"


URLS = {
    (Kind.ESPLORA, "bitcoin"): "https://mempool.space/api",
    (Kind.ESPLORA, "litecoin"): "https://litecoinspace.org/api",
    (Kind.TRONGRID, "tron"): "https://api.trongrid.io",
}
ETHERSCAN = "https://api.etherscan.io/v2/api"
RATES = {
    Kind.ETHERSCAN: (0.2, 3.0),
    Kind.BLOCKSCOUT: (3.0, 5.0),
    Kind.ESPLORA: (2.0, 2.0),
    Kind.TRONGRID: (3.0, 10.0),
}
"""Questions a second that a caller without a key is allowed, and one with a free key.

Etherscan: one in five seconds without a key, as its own answers say (`rate limit of 1/5sec applied`); 3 with one
(https://docs.etherscan.io/rate-limits). Blockscout: 3 without, 5 with (https://docs.blockscout.com/devs/apis/requests-and-limits).
TronGrid: its refusals name 3 (`allowed_rps(3)`), and its documents give no number without a key; 15 and more with one
(https://developers.tron.network/reference-link/rate-limits). mempool.space does not disclose its own
(https://github.com/mempool/mempool/discussions/752); on blockstream.info four a second were too many for some
(https://github.com/blockstream/esplora/issues/449).
"""


def add(group: typer.Typer) -> None:
    """Add this command to the group `ingest`."""
    group.command("explorer")(explorer)


def _block(name: str, what: str) -> Any:
    return typer.Option(name, parser=whole(0, 10**9 - 1), metavar="INTEGER", help=what)


def explorer(
    context: typer.Context,
    addresses: Annotated[list[str], typer.Argument(metavar="ADDRESS...", help="Addresses of the chain.")],
    *,
    chain: Annotated[
        str | None, typer.Option(help="An EVM chain, tron, bitcoin, litecoin or dogecoin; left out: by the addresses.")
    ] = None,
    kind: Annotated[Kind | None, typer.Option(help="Whose form the answers have; left out: by the chain.")] = None,
    url: Annotated[str | None, typer.Option(help="The explorer's API; left out: a public one.")] = None,
    answers: Annotated[Path, typer.Option(help="Folder that keeps every raw answer.")] = Path("answers"),
    first: Annotated[int, _block("--from", "The first block of interest.")] = 0,
    last: Annotated[int, _block("--to", "The last block of interest.")] = 999_999_999,
    confirmations: Annotated[
        int | None,
        _block("--confirmations", "How far to stay behind the tip; left out: the chain's."),
    ] = None,
    rate: Annotated[
        int | None,
        typer.Option(
            parser=whole(1, 1000),
            metavar="INTEGER",
            help="Questions a second; left out: what the explorer allows, without a key or with a free one.",
        ),
    ] = None,
    offline: Annotated[bool, typer.Option("--offline", help="Ask nobody: only answers that were kept.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print what would be asked, and ask nobody.")] = False,
    json: AsJson = False,
) -> None:
    """Load what an explorer lists about addresses; each raw answer is kept, hashed and dated, and asked for only once.

    A key is read from the environment variable DYEPACK_EXPLORER_KEY, sent, and never kept.
    """
    from dyepack import chains  # noqa: PLC0415
    from dyepack.ingest.explorer.answers import Answers  # noqa: PLC0415
    from dyepack.ingest.explorer.asker import Asker, Key  # noqa: PLC0415
    from dyepack.ingest.explorer.load import checked  # noqa: PLC0415
    from dyepack.ingest.explorer.shown import Span  # noqa: PLC0415

    known = chains.chain(chain or _by_form(context, addresses))
    form = kind or (
        Kind.ESPLORA if known.model == "utxo" else Kind.TRONGRID if known.name == "tron" else Kind.ETHERSCAN
    )
    where = url or (ETHERSCAN if form is Kind.ETHERSCAN else URLS.get((form, known.name)))
    if where is None:
        raise InputError(f"expected --url with the API of a server for {known.name}: no public one is known here")
    kept, secret = Answers(answers), os.environ.get(KEY)
    key = (
        Key(*(("TRON-PRO-API-KEY", secret, True) if form is Kind.TRONGRID else ("apikey", secret))) if secret else None
    )
    allowed = RATES[form][secret is not None] if rate is None else rate
    asker = Asker(where, kept, rate=allowed, key=key, offline=offline)
    asker.clock.tell = screen.complain
    source = _source(form, known.name, asker)
    asked, span = checked(addresses, known.name), Span(first, last, confirmations)
    if dry_run:
        return _plan(source, asked, span, json=json)
    with created(context) as workspace:
        loaded = workspace.ingest_addresses(source, kept, asked, span)
    if json:
        return screen.as_json(loaded.as_json())
    return _show(loaded, answers)


def _by_form(context: typer.Context, addresses: Sequence[str]) -> str:
    """The chain that the addresses say by their form: of those that are loaded, else of all that can be asked."""
    from dyepack.ingest.evm.networks import NETWORKS  # noqa: PLC0415

    among = ["bitcoin", "litecoin", "dogecoin", "tron", *(one.chain for one in NETWORKS.values())]
    with if_there(context) as workspace:
        return workspace.chain_to_load(addresses, list(dict.fromkeys(among)))


def _plan(source: "Explorer", addresses: Sequence[str], span: "Span", *, json: bool) -> None:
    """What would be asked, and the columns of the tables that the answers would go to."""
    from dyepack.chains import CHAINS  # noqa: PLC0415

    questions = list(source.planned(addresses, span))
    written = tables.WRITTEN[CHAINS[source.chain].model]
    if json:
        told = {"chain": source.chain, "addresses": [*addresses], "from": span.first, "to": span.last}
        asked = [asdict(one) for one in questions]
        return screen.as_json({**told, "questions": asked, "tables": tables.columns(written)})
    screen.answer(
        f"{len(addresses):,} addresses of {source.chain} would be asked about, blocks {span.first:,} to {span.last:,};"
        f" {sum(one.kept for one in questions):,} of the first {len(questions):,} answers are kept already"
    )
    rows = [[one.question, "kept" if one.kept else "", one.then] for one in questions]
    screen.table(["question", "", "and then, or when"], rows)
    return tables.show_columns(written)


def _source(form: Kind, chain: str, asker: "Asker") -> "Explorer":
    """The explorer of this form.

    Raises:
        InputError: it is none for this chain.
    """
    if form is Kind.ESPLORA:
        from dyepack.ingest.bitcoin.network import network  # noqa: PLC0415 (numba)
        from dyepack.ingest.explorer.esplora import Esplora  # noqa: PLC0415

        return Esplora(asker, network(chain))
    if form is Kind.TRONGRID:
        from dyepack.ingest.explorer.trongrid import TronGrid  # noqa: PLC0415

        if chain != "tron":
            raise InputError(f"TronGrid speaks of tron, not of {chain}; leave --kind away")
        return TronGrid(asker)
    from dyepack.ingest.evm.networks import by_chain  # noqa: PLC0415
    from dyepack.ingest.explorer.etherscan import Etherscan  # noqa: PLC0415

    return Etherscan(asker, by_chain(chain), numbered=form is Kind.ETHERSCAN)


def _show(loaded: "LoadedAddresses", answers: Path) -> None:
    what = "inputs and outputs" if "inputs" in loaded.kinds else "movements"
    screen.answer(
        f"{loaded.chain}: {loaded.rows:,} {what} of {loaded.transactions:,} transactions that touch"
        f" {len(loaded.addresses):,} addresses loaded; {loaded.asked:,} new answers kept in {answers}"
    )
    groups = {"movements": loaded.kinds, "flagged": loaded.flagged, "refused": loaded.refused}
    rows = [(group, *one) for group, counts in groups.items() for one in counts.items()]
    screen.table(["", "what", "how many"], rows, right=[2])
    screen.note(f"All answers together have the hash {loaded.answers}.")
    if loaded.there:
        done = (
            "left as they are" if chains.chain(loaded.chain).model == "utxo" else "what all lists have was put together"
        )
        screen.note(f"{loaded.there:,} transactions were in the workspace from elsewhere: {done}.")
    if loaded.chain not in ("tron",) and what == "movements":
        screen.note(
            "An explorer lists what touches these addresses: other movements of the same transactions are missing."
        )
