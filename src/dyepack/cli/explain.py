"""`dyepack explain`: the movements that bring a figure of a trace to where it rests."""

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from dyepack import amounts
from dyepack.amounts import Asset
from dyepack.cli import show as screen
from dyepack.cli.app import AsCsv, AsJson, existing, whole
from dyepack.model import UNKNOWN, Flow
from dyepack.trace.carriage import Chain
from dyepack.trace.explain import Explained, Figure, Part, Question, rows

TrailRun = Annotated[
    str, typer.Argument(metavar="RUN", help="The trace: its id or the beginning of it, an incident, or `last`.")
]
_WHENCE = {"seed": "was there", "theft": "by the theft", "conversion": "out of a conversion"}
_SPELLED = 3
"""Chains whose every movement the screen shows; JSON and CSV have those of all that are told."""


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("explain")(explain)


def explain(
    context: typer.Context,
    run: TrailRun,
    address: Annotated[
        str, typer.Argument(help="A destination, or several with commas; `fees` and `converted` are some too.")
    ],
    *,
    method: Annotated[str | None, typer.Option(help="The rule [default: fifo].")] = None,
    origin: Annotated[
        str | None, typer.Option(help="Whose money: an incident, or `unknown` [default: every incident's].")
    ] = None,
    asset: Annotated[str | None, typer.Option(help="Which asset, by symbol or id [default: each].")] = None,
    amount: Annotated[
        str | None, typer.Option(help="How much of it, in whole units [default: all that rests].")
    ] = None,
    top: Annotated[
        int, typer.Option(parser=whole(0, 10**6), metavar="INTEGER", help="How many chains, widest first; 0 for all.")
    ] = 10,
    json: AsJson = False,
    csv: AsCsv = False,
) -> None:
    """Show how a figure comes about: chains of movements, in time, from the theft to where the money rests.

    Their amounts sum to the figure. Within one theft money is alike: it is one decomposition consistent with the run.
    """
    with existing(context) as workspace:
        answer = workspace.explain(Question(run, address, method, origin, asset, amount, top))
    if json:
        return screen.as_json(answer.as_json())
    if csv:
        return _csv(answer)
    for figure in answer.figures:
        _show(answer, figure)
    screen.note(
        f"Run {answer.run}, {answer.method}. Within one theft money is alike: these chains are one decomposition that"
        " is consistent with the run's flows, the widest first; others may be as good. `of it`: what of this money the"
        " movement carries; `whole`: all that it moves."
    )
    return None


def _csv(answer: Explained) -> None:
    told = list(_rows(answer))
    units = ("amount", "of_this_origin", "moved")
    headers = [f"{name}_base_units" if name in units else name for name in (told[0] if told else ())]
    screen.as_csv(headers, [list(row.values()) for row in told])


def _rows(answer: Explained) -> Iterator[dict[str, Any]]:
    for figure in answer.figures:
        for number, part in enumerate(figure.parts, 1):
            for place, chain in enumerate(part.told, 1):
                for step, row in enumerate(rows(chain), 1):
                    yield {"origin": part.origin, "part": number, "chain": place, "step": step, **row}


def _show(answer: Explained, figure: Figure) -> None:
    place, asset = figure.destination, answer.assets[figure.destination.asset]
    first = figure.parts[0]
    where = f"{place.name} ({screen.address(place.address)})" if place.name else screen.address(place.address)
    whose = "of unknown origin" if place.origin == UNKNOWN else f"stolen in {place.origin}"
    if answer.backward:
        whose = f"that begins at {screen.address(place.origin)}"
    whole = f"Of {_spoken(figure.seeded, asset)} {whose}," if figure.seeded else f"Out of what was {whose},"
    part = "" if first.amount == place.amount else f", of which {_spoken(first.amount, asset)} are explained"
    screen.answer(
        f"{whole} {_spoken(place.amount, asset)} rests at {where} ({place.reason}), by {answer.method}{part}."
    )
    for one in figure.parts:
        _part(answer, one)
    screen.blank()


def _part(answer: Explained, part: Part) -> None:
    asset = answer.assets.get(part.asset) or Asset.called(part.asset, part.asset, 0)
    if part.into is not None:
        screen.answer(f"{_spoken(part.amount, asset)} went into the conversion in {screen.shortened(part.into[1])}:")
    told = [_line(number, chain, asset) for number, chain in enumerate(part.told, 1)]
    if part.rest:
        told.append(["", _cell(part.rest, asset), "", "by narrower chains (--top 0 tells all)", "", ""])
    screen.table(["#", "carries", "hops", "from", "leaves", "arrives"], told, right=(0, 1, 2), whole=(4, 5))
    for number, chain in enumerate(part.told[:_SPELLED], 1):
        if chain.flows:
            screen.note(f"Chain {number}, {_spoken(chain.amount, asset)}:")
            screen.table(
                ["UTC", "transaction", "to", "of it", "whole"],
                [_step(flow, asset) for flow in chain.flows],
                right=(3, 4),
                whole=(0, 1, 2),
            )


def _line(number: int, chain: Chain, asset: Asset) -> list[str]:
    source = _WHENCE[chain.basis]
    start = f"{screen.address(chain.start[1])}, {source}" if chain.start[1] else source
    hops = str(len({(flow.chain, flow.tx_hash, flow.seq * (flow.output is None)) for flow in chain.flows}))
    ends = [f"{flow.time:%Y-%m-%d}" for flow in (*chain.flows[:1], *chain.flows[-1:])] or ["", ""]
    return [str(number), _cell(chain.amount, asset), hops, start, *ends]


def _step(flow: Flow, asset: Asset) -> list[str]:
    return [
        f"{flow.time:%Y-%m-%d %H:%M}",
        screen.shortened(flow.tx_hash),
        "(converted there)" if flow.kind == "conversion_in" else screen.address(flow.to_address),
        _cell(flow.amount, asset),
        _cell(flow.moved, asset),
    ]


def _spoken(amount: int, asset: Asset) -> str:
    return amounts.spoken(amount, amount, asset)


def _cell(amount: int, asset: Asset) -> str:
    return amounts.tabled(amount, amount, asset)
