"""The page of error rates, as Markdown, from the figures that ship."""

from collections.abc import Iterable, Sequence

from dyepack.cluster.rates import TEST_CHAIN, Rate, between, share, shipped

_HEAD = """# Error rates

<!-- made by `python3 dev accuracy`; do not edit -->

How often each rule and heuristic was right, on what. `python3 dev accuracy` measures all of it again, on transactions
that others labelled where they are at hand, and on owners who are made up, and writes this page and the file that
ships with the package. The same figure stands beside every verdict, join and cluster that the rule makes. What is not
listed was never measured, and is printed as *unknown*: `same-key`, for one.

Intervals are Wilson's, and hold the true share 95 times of 100 for a sample drawn at random. The samples here were
not: they are what was published, or what we made up. A figure says what happened on its population, and nothing of
another.

- **precision**: of what the rule named, how much was right.
- **recall**: of what there was, how much the rule named.
- **false positives**: of what it should have left alone, how much it named. Less is better.
- **not joined**: of coinjoins and trades, how many were left out of co-spend, by whatever rule: *joint*, *undecided* or
  *trade*. In recall what is undecided counts as missed, here as right.
- **left undecided**: of what is no coinjoin, how much nobody can tell from one. It is not joined.

Each figure stands with its rule, version and the time its transactions are of. One month says little of another year,
a test chain little of mainnet, and what was made up nothing of either; each says so wherever it is shown. Where all
were right, *all* is written and not a share: the interval says how many could be wrong nevertheless.
"""
_REAL = """## On labelled transactions

Whirlpool of March 2024 and Wasabi 1 of August 2021, with transactions that spent from them, as Dumplings labels them;
and runs of Wasabi 2 and JoinMarket programs on a test chain, where each program says which keys are its own. All from
*crocs-muni/pets26_coinjoin_analysis*. Beside them 22 rounds of autumn 2018 that Wasabi's coordinator itself lists, and
two trades of inscriptions of June 2024.

**Labels are wrong in places**, so figures are given as they came and after review, side by side:

{beside}
The review looks only at what our rules do not look at. Every label that it does not share, or leaves undecided, is
listed with what of the chain speaks against it and the transaction that shows it, so that anybody may disagree:
`reviewed_labels.csv`, which ships with the package (`src/dyepack/cluster/`).

- Dumplings takes a mix of Whirlpool that pays an output to a script for several keys for a Tx0 or a spending. Where a
  labelled mix, or one found this way, takes up the pool's exact amount from such a transaction, it counts as a mix.
  Where none does it is undecided, and left out.
- Some labelled Wasabi 1 have another amount than all other rounds of those eight days, which fell slowly and evenly.
  The labellers took out some of these themselves. None of them spends an output of the other rounds or is spent by one,
  while nearly all of the others spend one another's. The review takes out all.
- A transaction after a mix may be a coinjoin of another kind. Nobody labelled those, so *any joint rule* on them
  counts verdicts and not errors: after Wasabi 1, they have JoinMarket's shape, with a change for nearly every equal
  output.

No sample here is large enough to show an error rate below a tenth of a percent, where an interval reaches above it.
For Wasabi 2 on mainnet, and so for the smaller coordinators of 2024, there are identifiers of reviewed transactions
but no transactions, so how many are found there is unknown.
"""
_MADE = """## On generated owners

Owners with known habits: four ways to choose coins, four script types, round and odd amounts, reuse of addresses, a
change of script type half-way, an exchange that pays in batches, a custodian who sweeps deposit addresses; in the
second population also payjoins (one payment in seventeen), coinjoins of every kind, and two-party transactions that
nobody can see. And transactions that were made up to look like rounds and are none: batch payouts with several
changes, payrolls with round and odd salaries, some near a tenth of a bitcoin, dust to many, many equal coins to one
address, coins that were cut for a payroll before, salaries of which some are twice others, trades of tokens. They are
not fitted to the chain: use them to compare rules, and to see what turns them wrong. Payouts of real blocks have the
outputs that the blocks have, each with more equal outputs than inputs, so that no round of as many strangers made it;
a block does not say what inputs held, so the coins that pay them are drawn from amounts of real outputs.

These figures were made by who made the rules. The same person thought of both, so they say less than their intervals.
"""


def page(rates: Sequence[Rate]) -> str:
    """The whole page."""
    real, made = ([rate for rate in rates if rate.real is real] for real in (True, False))
    return "\n".join([_HEAD, _REAL.format(beside=_beside(real)), _markdown(real), _MADE, _markdown(made)])


_SIDES: tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...] = (
    (
        "whirlpool-mix",
        "recall",
        (("recall", "mixes as labelled"), ("recall", "mixes after review")),
    ),
    (
        "whirlpool-mix",
        "precision",
        (
            ("precision as labelled", "all as labelled"),
            ("precision", "all after review"),
            ("precision, undecided as wrong", "all after review"),
        ),
    ),
    (
        "whirlpool-mix",
        "false positives",
        (
            ("false positives", "Tx0 and post-mix as labelled"),
            ("false positives", "Tx0 and post-mix after review"),
        ),
    ),
    (
        "wasabi1",
        "recall",
        (
            ("recall", "coinjoins as labelled, without what the labellers took out"),
            ("recall", "coinjoins after review"),
        ),
    ),
    ("wasabi1", "precision", (("precision as labelled", "all as labelled"), ("precision", "all after review"))),
    ("wasabi1", "false positives", (("false positives", "post-mix as labelled"),)),
)
"""Rule, what is measured, and as which measure and population it was: as labelled, after review, at worst."""


def _beside(rates: Sequence[Rate]) -> str:
    known: dict[tuple[str, str, str], Rate] = {
        (rate.heuristic, rate.measure, rate.population.split(": ", 1)[-1]): rate for rate in reversed(rates)
    }
    lines = [
        "| rule | measure | as labelled | after review | with what is undecided as wrong |",
        "|---|---|---|---|---|",
    ]
    for rule, name, sides in _SIDES:
        found = [known.get((rule, measure, population)) for measure, population in sides]
        cells = [_told(rate) for rate in found] + [""] * (3 - len(found))
        lines.append(f"| `{rule}` | {name} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _told(rate: Rate | None) -> str:
    """A figure, its interval and what was counted."""
    if rate is None:
        return "unknown"
    return f"{share(rate)} ({between(rate)}; {rate.right:,} of {rate.tried:,})"


def _markdown(rates: Iterable[Rate]) -> str:
    lines = ["| rule or heuristic | version | when | population | measure | share | 95 % interval | counted |"]
    lines.append("|---|---:|---|---|---|---:|---|---:|")
    for rate in _by_rule_and_year(rates):
        lines.append(
            f"| `{rate.heuristic}` | {rate.version} | {rate.caveat} | {rate.population} | {rate.measure}"
            f" | {share(rate)} | {between(rate)} | {rate.right:,} of {rate.tried:,} |"
        )
    return "\n".join(lines) + "\n"


def _by_rule_and_year(rates: Iterable[Rate]) -> list[Rate]:
    """Each rule's figures together, the earliest first, as rules come; what has no year comes last."""
    listed = list(rates)
    order = list(dict.fromkeys(rate.heuristic for rate in listed))
    return sorted(listed, key=lambda rate: (order.index(rate.heuristic), rate.period == TEST_CHAIN, rate.period))


def table(rates: Iterable[Rate]) -> str:
    """The same figures as lines of text."""
    rows = [("rule or heuristic", "measure", "share", "95 % interval", "counted", "population")]
    for rate in rates:
        counted = f"{rate.right:,} of {rate.tried:,}"
        rows.append((rate.heuristic, rate.measure, share(rate), between(rate), counted, rate.where))
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    return "".join("  ".join(cell.ljust(widths[n]) for n, cell in enumerate(row)).rstrip() + "\n" for row in rows)


def reference() -> str:
    """The page from the figures that ship."""
    return page(shipped())
