"""The command that loads what an explorer lists about addresses."""

import os
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dyepack.cli import show as screen
from dyepack.cli.app import AsJson, created, whole
from dyepack.errors import InputError

if TYPE_CHECKING:
    from dyepack.ingest.explorer.load import LoadedAddresses

KEY = "DYEPACK_EXPLORER_KEY"


class Kind(StrEnum):
    """Whose answers the explorer's are like."""

    ETHERSCAN = "etherscan"
    BLOCKSCOUT = "blockscout"


URLS = {Kind.ETHERSCAN: "https://api.etherscan.io/v2/api"}


def add(group: typer.Typer) -> None:
    """Add this command to the group `ingest`."""
    group.command("explorer")(explorer)


def _block(name: str, what: str) -> Any:
    return typer.Option(name, parser=whole(0, 10**9 - 1), metavar="INTEGER", help=what)


def explorer(
    context: typer.Context,
    addresses: Annotated[list[str], typer.Argument(metavar="ADDRESS...", help="Addresses of the chain.")],
    *,
    chain: Annotated[str, typer.Option(help="An EVM chain.")] = "ethereum",
    kind: Annotated[Kind, typer.Option(help="Whose form the answers have.")] = Kind.ETHERSCAN,
    url: Annotated[str | None, typer.Option(help="The explorer's API; Blockscout's ends in /api.")] = None,
    answers: Annotated[Path, typer.Option(help="Folder that keeps every raw answer.")] = Path("answers"),
    first: Annotated[int, _block("--from", "The first block of interest.")] = 0,
    last: Annotated[int, _block("--to", "The last block of interest.")] = 999_999_999,
    rate: Annotated[int, typer.Option(parser=whole(1, 1000), metavar="INTEGER", help="Questions a second.")] = 4,
    offline: Annotated[bool, typer.Option("--offline", help="Ask nobody: only answers that were kept.")] = False,
    json: AsJson = False,
) -> None:
    """Load what an explorer lists about addresses; each raw answer is kept, hashed and dated, and asked for only once.

    A key is read from the environment variable DYEPACK_EXPLORER_KEY, sent, and never kept.
    """
    from dyepack import chains  # noqa: PLC0415
    from dyepack.ingest.evm.networks import by_chain  # noqa: PLC0415
    from dyepack.ingest.explorer.answers import Answers  # noqa: PLC0415
    from dyepack.ingest.explorer.asker import Asker  # noqa: PLC0415
    from dyepack.ingest.explorer.etherscan import Etherscan  # noqa: PLC0415
    from dyepack.ingest.explorer.load import Span  # noqa: PLC0415

    where = url or URLS.get(kind)
    if where is None:
        raise InputError("expected --url with the API of a Blockscout, such as https://eth.blockscout.com/api")
    kept, key = Answers(answers), os.environ.get(KEY)
    asker = Asker(where, kept, rate=rate, key=("apikey", key) if key else None, offline=offline)
    source = Etherscan(asker, by_chain(chains.chain(chain).name), numbered=kind is Kind.ETHERSCAN)
    with created(context) as workspace:
        loaded = workspace.ingest_addresses(source, kept, addresses, Span(first, last))
    if json:
        return screen.as_json(loaded.as_json())
    return _show(loaded, answers)


def _show(loaded: "LoadedAddresses", answers: Path) -> None:
    screen.answer(
        f"{loaded.chain}: {loaded.rows:,} movements of {loaded.transactions:,} transactions that touch"
        f" {len(loaded.addresses):,} addresses loaded; {loaded.asked:,} new answers kept in {answers}"
    )
    groups = {"movements": loaded.kinds, "flagged": loaded.flagged, "refused": loaded.refused}
    rows = [(group, *one) for group, counts in groups.items() for one in counts.items()]
    screen.table(["", "what", "how many"], rows, right=[2])
    screen.note(f"All answers together have the hash {loaded.answers}.")
    screen.note("An explorer lists what touches these addresses: other movements of the same transactions are missing.")
