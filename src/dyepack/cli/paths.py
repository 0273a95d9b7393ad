"""`dyepack paths`: the ways between two sets of addresses or transactions that can carry most."""

from typing import Annotated

import typer

from dyepack import amounts
from dyepack.amounts import Asset
from dyepack.cli import show as screen
from dyepack.cli.app import AsJson, existing, whole
from dyepack.trace.ends import Question, addresses_in, ends_of, named_in
from dyepack.trace.kbest import Path
from dyepack.trace.paths import Answer

_MOST = 10**18
Names = "Addresses and transactions, separated by commas; or a file that has one a line."


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("paths")(paths)


def paths(
    context: typer.Context,
    begin: Annotated[str, typer.Argument(metavar="A", help=Names)],
    end: Annotated[str, typer.Argument(metavar="B", help=Names)],
    *,
    chain: Annotated[str | None, typer.Option(help="The chain [default: the one of the addresses].")] = None,
    k: Annotated[
        int, typer.Option("--k", parser=whole(1, 1000), metavar="INTEGER", help="How many paths per asset.")
    ] = 5,
    first: Annotated[
        int, typer.Option("--from", parser=whole(0, _MOST), metavar="BLOCK", help="Not before this block.")
    ] = 0,
    last: Annotated[
        int, typer.Option("--to", parser=whole(0, _MOST), metavar="BLOCK", help="Not after this block.")
    ] = _MOST,
    through_services: Annotated[
        bool, typer.Option("--through-services", help="Go on behind tagged services, mixers and bridges.")
    ] = False,
    max_movements: Annotated[
        int, typer.Option(parser=whole(1, 10**9), metavar="INTEGER", help="How many movements to look at.")
    ] = 500_000,
    json: AsJson = False,
) -> None:
    """Find the paths in time from A to B that can carry most, with every transaction on them.

    A path can carry what its smallest movement carries. It says that money could have gone so, not that it did.
    """
    with existing(context) as workspace:
        names = named_in(begin), named_in(end)
        where = workspace.chain_of(chain, addresses_in([*names[0], *names[1]]))
        ends = ends_of(names[0], where), ends_of(names[1], where)
        answer = workspace.paths(Question(*ends, where, k, first, last, through_services, max_movements))
    if json:
        return screen.as_json(answer.as_json())
    return _show(answer)


def _show(answer: Answer) -> None:
    if not answer.paths:
        screen.answer(f"No path in time from A to B on {answer.chain} among {answer.looked_at:,} movements.")
    else:
        best, count = answer.paths[0], len(answer.paths)
        screen.answer(
            f"{count} {'path' if count == 1 else 'paths'} from A to B on {answer.chain}; the best can carry"
            f" {_spoken(answer, best)} in {best.hops} {'hop' if best.hops == 1 else 'hops'},"
            f" {best.steps[0].time:%Y-%m-%d} to {best.steps[-1].time:%Y-%m-%d}."
        )
    for number, path in enumerate(answer.paths, 1):
        screen.note(
            f"Path {number} can carry {_spoken(answer, path)}, from {screen.address(path.steps[0].from_address)}:"
        )
        screen.table(
            ["UTC", "transaction", "to", "moves"],
            [
                [
                    f"{step.time:%Y-%m-%d %H:%M}",
                    screen.shortened(step.tx_hash),
                    screen.address(step.to_address),
                    amounts.tabled(step.amount, step.amount, _asset(answer, path)),
                ]
                for step in path.steps
            ],
            right=(3,),
            whole=(0, 1, 2),
        )
    if answer.cut:
        screen.note("The budget ended the search: paths through what lies beyond were not seen (--max-movements).")
    screen.note(
        f"{answer.looked_at:,} movements looked at. A path says that money could have gone so, not whose money went;"
        " whose it was is for a rule to say: dyepack trace, dyepack explain."
    )


def _asset(answer: Answer, path: Path) -> Asset:
    name = path.steps[0].asset
    return answer.assets.get(name) or Asset.called(name, name, 0)


def _spoken(answer: Answer, path: Path) -> str:
    return amounts.spoken(path.amount, path.amount, _asset(answer, path))
