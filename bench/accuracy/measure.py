"""All figures: rules on labelled transactions and on generated payouts, heuristics on generated owners."""

import tempfile
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain as chained
from pathlib import Path
from typing import Any

import numpy as np

from bench.accuracy import habits, labelled, negatives, paid, rounds
from bench.accuracy.customers import CHAIN, Customers
from bench.accuracy.habits import JOINT, PLAIN, PRIVATE, Economy, Made
from bench.accuracy.labelled import Mainnet
from bench.accuracy.reviewed import Reviewed, review
from dyepack.cluster import (
    change,
    coordinators,
    cospend,
    deposit,
    equal_outputs,
    joinmarket,
    payouts,
    trades,
    wasabi1,
    wasabi2,
    whirlpool,
)
from dyepack.cluster import lines as line_format
from dyepack.cluster.change import Change
from dyepack.cluster.coinjoin import RULES, judge
from dyepack.cluster.columns import Columns, Flags
from dyepack.cluster.components import Components
from dyepack.cluster.lines import Line
from dyepack.cluster.rates import TEST_CHAIN, Measure, Rate
from dyepack.cluster.request import Request
from dyepack.cluster.run import cluster
from dyepack.store import Store

SIZE, SEED = 30_000, 7
CHANGES = ("fresh", "script", "round", "optimal", "fresh+script", "fresh+round", "round+script", "fresh,script")
VERSION = {rule.name: rule.version for rule in RULES}
NEGATIVES, ROUNDS, PAID = 6_000, 1_000, 40
ANY, APART, UNDECIDED = "any joint rule", "joint, undecided or trade", "any undecided"
_ANY_OF = {
    ANY: {one.name for one in RULES if one.joint},
    APART: {one.name for one in RULES if one.apart},
    UNDECIDED: {one.name for one in RULES if one.verdict == "undecided"},
}
POPULATIONS = {"owners with plain habits": PLAIN, "owners who also make coinjoins and payjoins": PRIVATE}


def measured(folder: Path | None) -> tuple[Rate, ...]:
    """Every figure; without the folder of labelled data only those from generated owners."""
    real = () if folder is None else chained(*(of(folder) for of in (on_mainnet, on_cases, on_test_chains, on_paid)))
    made = (rate for name, mix in POPULATIONS.items() for rate in on_owners(name, Economy(mix, SEED).run(SIZE)))
    return tuple(chained(real, made, on_negatives(), on_rounds(), on_customers()))


# ── labelled transactions


def on_mainnet(folder: Path) -> Iterator[Rate]:
    """Whirlpool of March 2024, Wasabi 1 of August 2021, and what came after them."""
    sets = labelled.mainnet(folder)
    after = review(sets)
    says = _verdicts(sets.every.values())
    yield from _samourai(sets, after, _Counter(says, real=True, period="2024-03"))
    yield from _wasabi(sets, after, _Counter(says, real=True, period="2021-08"))
    both = _Counter(says, real=True, period="2021-08 and 2024-03")
    yield both.wrong(wasabi2.NAME, "all labelled transactions of mainnet (none is of its time or kind)", sets.every)
    yield both.wrong(joinmarket.NAME, "mixes of Whirlpool and Wasabi after review", after.mixes | after.wasabi1)


def _samourai(sets: Mainnet, after: Reviewed, count: "_Counter") -> Iterator[Rate]:
    name, others = "Samourai, March 2024", after.tx0s | after.samourai_after
    yield count.recall(whirlpool.MIX, f"{name}: mixes as labelled", sets.mixes.keys())
    yield count.recall(whirlpool.MIX, f"{name}: mixes after review", after.mixes)
    yield count.precision(whirlpool.MIX, f"{name}: all after review", after.mixes, others)
    yield count.wrong(whirlpool.MIX, f"{name}: Tx0 and post-mix after review", others)
    unreviewed = (sets.tx0s.keys() | sets.samourai_after.keys()) - sets.mixes.keys()
    yield count.wrong(whirlpool.MIX, f"{name}: Tx0 and post-mix as labelled", unreviewed)
    yield count.as_labelled(whirlpool.MIX, f"{name}: all as labelled", sets.mixes.keys(), unreviewed)
    yield count.at_worst(whirlpool.MIX, f"{name}: all after review", after.mixes, others | after.undecided)
    yield count.recall(whirlpool.TX0, f"{name}: Tx0 after review", after.tx0s)
    yield count.precision(whirlpool.TX0, f"{name}: all after review", after.tx0s, after.mixes | after.samourai_after)
    yield count.wrong(whirlpool.TX0, f"{name}: post-mix after review", after.samourai_after)
    wasabi = sets.wasabi.keys() | sets.wasabi_after.keys()
    yield count.wrong(wasabi1.NAME, f"{name}: all", sets.every.keys() - wasabi)
    yield count.wrong(ANY, f"{name}: post-mix after review", after.samourai_after)
    yield count.not_joined(f"{name}: mixes after review", after.mixes)
    yield count.undecided(f"{name}: post-mix after review", after.samourai_after)


def _wasabi(sets: Mainnet, after: Reviewed, count: "_Counter") -> Iterator[Rate]:
    name, kept = "Wasabi, August 2021", sets.wasabi.keys() - sets.not_wasabi1
    taken_out, later = sets.wasabi.keys() & sets.not_wasabi1, sets.wasabi_after.keys()
    yield count.wrong(whirlpool.MIX, f"{name}: post-mix as labelled", later)
    yield count.recall(wasabi1.NAME, f"{name}: coinjoins as labelled, without what the labellers took out", kept)
    yield count.recall(wasabi1.NAME, f"{name}: coinjoins after review", after.wasabi1)
    yield count.precision(wasabi1.NAME, f"{name}: all after review", after.wasabi1, after.not_wasabi1 | later)
    yield count.as_labelled(wasabi1.NAME, f"{name}: all as labelled", kept, taken_out | later)
    yield count.wrong(wasabi1.NAME, f"{name}: post-mix as labelled", later)
    yield count.wrong(wasabi1.NAME, f"{name}: taken out by the labellers", taken_out)
    yield count.wrong(wasabi1.NAME, f"{name}: taken out by the labellers or by review", after.not_wasabi1)
    yield count.wrong(ANY, f"{name}: post-mix as labelled", later)
    yield count.not_joined(f"{name}: coinjoins as labelled", sets.wasabi)
    yield count.undecided(f"{name}: post-mix as labelled", later)


def on_listed_rounds(folder: Path) -> Iterator[Rate]:
    """Rounds of Wasabi's first autumn that their coordinator lists, and trades of inscriptions."""
    rounds, traded = (_read(folder / name) for name in ("wasabi-2018.txt", "inscription-trades.txt"))
    for name, lines, rule in (
        ("rounds that Wasabi's coordinator lists", rounds, coordinators.NAME),
        ("trades of inscriptions", traded, trades.NAME),
    ):
        count = _Counter(_verdicts(lines), real=True, period=_period(lines))
        all_ = [line.tx_hash for line in lines]
        yield count.recall(rule, name, all_)
        if rule == trades.NAME:
            yield count.wrong(ANY, name, all_)
        yield count.not_joined(name, all_)


def on_cases(folder: Path) -> Iterator[Rate]:
    """What lies beside the labelled sets, and how often its first rule speaks of these."""
    cases = folder.joinpath(*labelled.TO_CASES)
    yield from on_listed_rounds(cases)
    listed, others = _read(cases / "wasabi-2018.txt"), labelled.mainnet(folder).every
    count = _Counter(_verdicts([*listed, *others.values()]), real=True, period="2018-09 to 2024-03")
    name = "rounds that Wasabi's coordinator lists, and labelled transactions of later years"
    yield count.precision(coordinators.NAME, name, [line.tx_hash for line in listed], others.keys())


def _read(path: Path) -> list[Line]:
    good, bad = line_format.read_lines(path)
    if bad:
        raise ValueError(f"{path.name}:{bad[0].number}: {bad[0].reason}")
    return good


def _period(lines: Iterable[Line]) -> str:
    """The month of these transactions, or the first and the last."""
    months = sorted({f"{datetime.fromtimestamp(line.time, UTC):%Y-%m}" for line in lines})
    return months[0] if len(months) == 1 else f"{months[0]} to {months[-1]}"


def on_negatives() -> Iterator[Rate]:
    """What looks like a round and is one payer's, or a trade: made up in many shapes."""
    made = negatives.made(SEED, NEGATIVES)
    rules = _rules_of(line for _, line in made)
    count = _Counter(dict(enumerate(rules)), real=False)
    for kind in negatives.KINDS:
        of = [n for n, (what, _) in enumerate(made) if what == kind]
        name = f"made up to look like rounds: {kind}"
        yield count.wrong(ANY, name, of)
        yield count.undecided(name, of)
        if kind in negatives.TRADES:
            yield count.recall(trades.NAME, name, of)
    sells = [n for n, (what, _) in enumerate(made) if what in negatives.TRADES]
    others = [n for n, (what, _) in enumerate(made) if what in negatives.PAYOUTS]
    yield count.precision(trades.NAME, "made up to look like rounds: all", sells, others)
    yield count.precision(payouts.BATCH, "made up to look like rounds: all", others, sells)


def on_rounds() -> Iterator[Rate]:
    """Rounds of no known program, and those of a known coordinator, beside payouts that look like them."""
    others = [line for kind, line in negatives.made(SEED, ROUNDS) if kind in negatives.PAYOUTS]
    for rule, joint, single, name in (
        (equal_outputs.NAME, rounds.made(SEED, ROUNDS), others, "rounds of no known program, and payouts"),
        (
            coordinators.NAME,
            rounds.of_coordinator(SEED, ROUNDS),
            rounds.paying_coordinator(SEED, ROUNDS),
            "rounds that pay a coordinator, and payouts that do",
        ),
    ):
        count = _Counter(dict(enumerate(_rules_of([*joint, *single]))), real=False)
        yes, no = range(len(joint)), range(len(joint), len(joint) + len(single))
        yield count.recall(rule, f"made up: {name}", yes)
        if rule == equal_outputs.NAME:  # of the other it would say how many of each kind were made up
            yield count.precision(rule, f"made up: {name}", yes, no)
        yield count.wrong(ANY, f"made up: {name}", no)
        yield count.not_joined(f"made up: {name}", yes)


def on_paid(folder: Path) -> Iterator[Rate]:
    """Payouts of real blocks, paid by coins that are made up."""
    says = _rules_of(paid.payouts(folder, SEED, PAID))
    count, every = _Counter(dict(enumerate(says)), real=False), range(len(says))
    yield count.wrong(ANY, paid.POPULATION, every)
    yield count.undecided(paid.POPULATION, every)


def on_test_chains(folder: Path) -> Iterator[Rate]:
    """Real programs on a test chain, where each program says which keys are its own."""
    for run in _merged(labelled.test_runs(folder)):
        rule = wasabi2.NAME if "lognorm" in run.name else joinmarket.NAME
        says = _verdicts(run.lines)
        joint = [line.tx_hash for line, who in zip(run.lines, run.owners, strict=True) if len({*who} - {None}) > 1]
        others = {line.tx_hash for line in run.lines} - {*joint}
        name = "Wasabi 2 programs on a test chain" if rule == wasabi2.NAME else "JoinMarket programs on a test chain"
        count = _Counter(says, real=True, period=TEST_CHAIN)
        yield count.recall(rule, name, joint)
        yield count.precision(rule, name, joint, others)
        yield count.wrong(rule, f"{name}: payments", others)
        yield count.not_joined(name, joint)
        yield from _cospend_on(name, run)


def _merged(runs: Iterable[labelled.TestRun]) -> Iterator[labelled.TestRun]:
    """Runs of one kind as one."""
    by: dict[bool, list[labelled.TestRun]] = {}
    for run in runs:
        by.setdefault("lognorm" in run.name, []).append(run)
    for of in by.values():
        lines, owners = (tuple(chained.from_iterable(getattr(run, name) for run in of)) for name in ("lines", "owners"))
        yield labelled.TestRun(of[0].name, lines, owners)


def _cospend_on(name: str, run: labelled.TestRun) -> Iterator[Rate]:
    """Joins of two addresses whose programs are both known."""
    columns = line_format.columns(run.lines)
    tx, first, second = cospend.joins(columns, judge(columns).apart)
    owner: dict[int, str | None] = {}
    for place, who in enumerate(run.owners):
        start = columns.ins.start[place]
        owner |= {int(columns.ins.address[start + n]): one for n, one in enumerate(who)}
    pairs = [(owner[int(a)], owner[int(b)]) for a, b in zip(first, second, strict=True)]
    known = [(a, b) for a, b in pairs if a is not None and b is not None]
    if len(tx) and known:
        yield Rate(
            cospend.NAME,
            cospend.VERSION,
            "precision",
            f"{name}: joins",
            sum(a == b for a, b in known),
            len(known),
            True,
            TEST_CHAIN,
        )


def _verdicts(lines: Iterable[Line]) -> dict[str, str]:
    listed = list(lines)
    return {line.tx_hash: rule for line, rule in zip(listed, _rules_of(listed), strict=True)}


def _rules_of(lines: Iterable[Line]) -> list[str]:
    """Which rule speaks of each; empty where none does."""
    return [RULES[n].name if n >= 0 else "" for n in judge(line_format.columns(lines)).rule]


class _Counter:
    """Counts what verdicts say of sets of transactions."""

    def __init__(self, says: Mapping[Any, str], *, real: bool, period: str = "") -> None:
        self._says, self._real, self._period = says, real, period

    def _called(self, rule: str, txs: Iterable[Any]) -> int:
        names = _ANY_OF.get(rule, {rule})
        return sum(self._says[tx] in names for tx in txs)

    def _rate(self, rule: str, measure: Measure, population: str, counted: tuple[int, int]) -> Rate:
        return Rate(rule, VERSION.get(rule, 1), measure, population, *counted, self._real, self._period)

    def recall(self, rule: str, population: str, true: Collection[Any]) -> Rate:
        return self._rate(rule, "recall", population, (self._called(rule, true), len(true)))

    def precision(self, rule: str, population: str, true: Collection[Any], others: Collection[Any]) -> Rate:
        right = self._called(rule, true)
        return self._rate(rule, "precision", population, (right, right + self._called(rule, others)))

    def as_labelled(self, rule: str, population: str, true: Collection[Any], others: Collection[Any]) -> Rate:
        return replace(self.precision(rule, population, true, others), measure="precision as labelled")

    def at_worst(self, rule: str, population: str, true: Collection[Any], others: Collection[Any]) -> Rate:
        return replace(self.precision(rule, population, true, others), measure="precision, undecided as wrong")

    def wrong(self, rule: str, population: str, others: Collection[Any]) -> Rate:
        return self._rate(rule, "false positives", population, (self._called(rule, others), len(others)))

    def not_joined(self, population: str, true: Collection[Any]) -> Rate:
        return self._rate(APART, "not joined", population, (self._called(APART, true), len(true)))

    def undecided(self, population: str, others: Collection[Any]) -> Rate:
        return self._rate(UNDECIDED, "left undecided", population, (self._called(UNDECIDED, others), len(others)))


# ── generated owners


def on_owners(name: str, made: Sequence[Made]) -> Iterator[Rate]:
    """Coinjoin rules, co-spend and change on owners who were made up."""
    columns, addresses = habits.columns(made)
    verdicts = judge(columns)
    says = {str(n): RULES[rule].name if rule >= 0 else "" for n, rule in enumerate(verdicts.rule)}
    yield from _coinjoins(name, made, says)
    owner = {coin.address: coin.owner for each in made for coin in (*each.ins, *each.outs)}
    numbers = np.array([owner[address] for address in addresses])
    yield from _cospend(name, columns, verdicts.apart, numbers)
    for text in CHANGES:
        yield from _change(name, Change.of(text), columns, verdicts.apart, made)


_KINDS: dict[str, Callable[[Made], bool]] = {
    whirlpool.MIX: lambda one: one.kind == "whirlpool",
    wasabi1.NAME: lambda one: one.kind == "wasabi1",
    wasabi2.NAME: lambda one: one.kind == "wasabi2",
    joinmarket.NAME: lambda one: one.kind == "joinmarket",
    "equal-outputs": lambda one: one.kind in JOINT,
    payouts.STONEWALL: lambda one: one.kind in ("stonewall", "two-party"),
    payouts.BATCH: lambda one: one.kind == "batch",
    ANY: lambda one: one.kind in JOINT - {"two-party"},
}


def _coinjoins(name: str, made: Sequence[Made], says: dict[str, str]) -> Iterator[Rate]:
    count = _Counter(says, real=False)
    for rule, true in _KINDS.items():
        yes = [str(n) for n, one in enumerate(made) if true(one)]
        no = [str(n) for n, one in enumerate(made) if not true(one)]
        if yes:
            yield from (rate for rate in (count.precision(rule, name, yes, no),) if rate.tried)
            if rule != "equal-outputs":  # the others speak before it, so what it finds says nothing of what it misses
                yield count.recall(rule, name, yes)
        yield count.wrong(rule, name, no)


def _cospend(name: str, columns: Columns, apart: Flags, owner: np.ndarray) -> Iterator[Rate]:
    _, first, second = cospend.joins(columns, apart)
    right = int((owner[first] == owner[second]).sum())
    yield Rate(cospend.NAME, cospend.VERSION, "precision", f"{name}: joins", right, len(first), False)
    parts = Components(len(owner))
    parts.add_pairs(first, second)
    roots = parts.roots()
    both = _pairs(Counter(zip(roots.tolist(), owner.tolist(), strict=True)).values())
    together, same = _pairs(Counter(roots.tolist()).values()), _pairs(Counter(owner.tolist()).values())
    pairs = f"{name}: pairs of addresses in one cluster"
    yield Rate("clusters of cospend", cospend.VERSION, "precision", pairs, both, together, False)
    yield Rate(
        "clusters of cospend", cospend.VERSION, "recall", f"{name}: pairs of addresses of one owner", both, same, False
    )


def _pairs(sizes: Iterable[int]) -> int:
    return sum(size * (size - 1) // 2 for size in sizes)


def _change(name: str, rule: Change, columns: Columns, apart: Flags, made: Sequence[Made]) -> Iterator[Rate]:
    found = rule.outputs(columns, apart)
    true = np.array([-9 if one.change is None else one.change for one in made]) + columns.outs.start[:-1]
    named = found >= 0
    right = int((found[named] == true[named]).sum())
    has = sum(one.change is not None for one in made)
    yield Rate(rule.name, change.VERSION, "precision", f"{name}: outputs named", right, int(named.sum()), False)
    yield Rate(rule.name, change.VERSION, "recall", f"{name}: transactions with a change", right, has, False)


def on_customers() -> Iterator[Rate]:
    """Deposit addresses, and who is joined by them, of customers who were made up."""
    population = "customers of two exchanges"
    truth = Customers(SEED)
    with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder) / "w", create=True) as store:
        with store.run("ingest", {}) as draft:
            draft.put("transfers", "made-up", truth.transfers)
        with store.run("load-tags", {}) as draft:
            draft.put("tags", "made-up", truth.tags())
        cluster(store, Request((CHAIN,), rules=(deposit.DEPOSIT, deposit.SWEEP)))
        joins, found = store.records("joins"), {row.address for row in store.records("deposits")}
    for heuristic in (deposit.DEPOSIT, deposit.SWEEP):
        pairs = [(truth.owner[join.first], truth.owner[join.second]) for join in joins if join.heuristic == heuristic]
        right = sum(first == second for first, second in pairs)
        yield Rate(heuristic, deposit.VERSION, "precision", f"{population}: joins", right, len(pairs), False)
    right = len(found & truth.deposits)
    yield Rate(
        deposit.ADDRESSES, deposit.VERSION, "precision", f"{population}: addresses named", right, len(found), False
    )
    yield Rate(
        deposit.ADDRESSES,
        deposit.VERSION,
        "recall",
        f"{population}: deposit addresses",
        right,
        len(truth.deposits),
        False,
    )
