"""How the terminal shows what holds under every tracing rule."""

from dyepack.amounts import Asset
from dyepack.cli import show as screen
from dyepack.trace.bounded import Bounded, BoundsResult
from dyepack.trace.boundtext import WHATEVER, Row, headline, otherwise, reading, table, together

_HEADERS = ["where", "addresses", "at least", "at most", "with unknown", "all money there"]


def bounds(result: BoundsResult) -> None:
    """A sentence per incident and asset, then every group of places with its least and most."""
    for origins, asset, mine, other in together(result):
        headlines(result, origins, asset, mine, other)
        screen.table(_HEADERS, [_row(row) for row in table(mine, asset, fine=True)], right=range(1, len(_HEADERS)))
    screen.note("with unknown: the most if all money whose coming the data does not show was theirs; the least stays.")
    screen.note(
        "all money there: what came there from addresses that this trace looks at, whosever it was; what else lies"
        " there and never met stolen money is not in it."
    )
    if not all(one.exact for one in result.bounds):
        screen.note("Amounts of more than 126 bits in all: scaled, the least rounded down and the most rounded up.")
    scope = result.scope
    screen.note(
        f"{scope.movements:,} movements of {scope.addresses:,} addresses on {result.chain}, blocks"
        f" {scope.first_block}–{scope.last_block}."
    )
    for warning in result.warnings:
        screen.note(f"Note: {warning}.")


def answers(result: BoundsResult) -> None:
    """The sentences alone, for a page that has more to say."""
    for told in together(result):
        headlines(result, *told)


def headlines(
    result: BoundsResult, origins: tuple[str, ...], asset: Asset, mine: list[Bounded], other: list[Bounded]
) -> None:
    """The sentence, and the same under the other reading of repeated movements."""
    screen.answer(f"{' and '.join(origins)}: {WHATEVER}, {headline(mine, asset)}.")
    if other:
        read = reading(result)
        screen.answer(f"{read[0].upper()}{read[1:]}: {headline(other, asset)}.")
    for said in otherwise(result, mine, asset):
        screen.answer(said)


def _row(row: Row) -> list[str]:
    name = f"  {row.where}" if row.named else row.where
    return [name, f"{len(row.bound.addresses):,}", row.least, row.most, row.with_unknown, row.balance]
