"""Coinjoins without clusters: verdicts on a file of transactions, or on all transactions of the workspace."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dyepack.cluster import lines, rates, tables
from dyepack.cluster.coinjoin import RULES, SAYS, Rule, Says, Verdicts, judge
from dyepack.cluster.lines import BadLine
from dyepack.cluster.links import Links, links
from dyepack.cluster.rows import coinjoin_rows
from dyepack.errors import InputError, NoMovements
from dyepack.model import Coinjoin
from dyepack.schema import TABLES
from dyepack.store import Store
from dyepack.store.loaded import chains_loaded

_OF: dict[str, Says] = {rule.name: rule.verdict for rule in RULES}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a rule says of one transaction."""

    tx_hash: str
    rule: str
    version: int
    verdict: Says
    inputs: int
    parties: int
    equal: int
    amount: int

    @property
    def joint(self) -> bool:
        """Whether it is called a coinjoin."""
        return self.verdict == "joint"

    def as_json(self) -> dict[str, object]:
        """As a JSON object, with how often the rule was right where it was measured."""
        return {
            "tx_hash": self.tx_hash,
            "rule": self.rule,
            "version": self.version,
            "verdict": self.verdict,
            "joint": self.joint,
            "inputs": self.inputs,
            "parties": self.parties,
            "equal_outputs": self.equal,
            "amount": str(self.amount),
            "confidence": rates.as_json(rates.precision(self.rule, self.version)),
        }


@dataclass(frozen=True, slots=True)
class Detected:
    """All verdicts on a file or a workspace; transactions that no rule speaks of are counted."""

    where: str
    transactions: int
    verdicts: tuple[Verdict, ...]
    found: Mapping[str, int]
    rejected: tuple[BadLine, ...] = ()

    @property
    def by_verdict(self) -> dict[Says, int]:
        """How many transactions have which verdict."""
        return {what: sum(self.found.get(rule.name, 0) for rule in RULES if rule.verdict == what) for what in SAYS}

    def as_json(self) -> dict[str, object]:
        """As a JSON object."""
        bad = [{"line": one.number, "reason": one.reason} for one in self.rejected]
        return {
            "where": self.where,
            "transactions": self.transactions,
            "rules": {rule.name: self.found.get(rule.name, 0) for rule in RULES},
            "by_verdict": {what.replace(" ", "_"): count for what, count in self.by_verdict.items()},
            "none": self.transactions - sum(self.found.values()),
            "rejected": bad,
            "verdicts": [verdict.as_json() for verdict in self.verdicts],
        }


def detect_file(path: Path) -> Detected:
    """Verdicts on the transactions of a file of lines; see `lines`."""
    listed, bad = lines.read_lines(path)
    verdicts = judge(lines.columns(listed))
    found = tuple(_verdict(listed[n].tx_hash, rule, verdicts, n) for n, rule in verdicts.found())
    return Detected(str(path), len(listed), found, Counter(one.rule for one in found), tuple(bad))


def _verdict(tx_hash: str, rule: Rule, verdicts: Verdicts, n: int) -> Verdict:
    counted = (int(column[n]) for column in (verdicts.inputs, verdicts.parties, verdicts.equal, verdicts.amount))
    return Verdict(tx_hash, rule.name, rule.version, rule.verdict, *counted)


def detect(store: Store, *, rule: str | None = None, limit: int = 100) -> Detected:
    """Verdicts on every transaction of the workspace; writes the table `coinjoins`, and returns the first of them.

    Raises:
        NoMovements: no transactions were loaded.
        InputError: no rule has this name.
    """
    if rule is not None and rule not in {each.name for each in RULES}:
        raise InputError(f"expected a rule among {', '.join(each.name for each in RULES)}, got {rule!r}")
    chains = tables.chains(store)
    if not chains:
        raise NoMovements("an output chain", chains_loaded(store), "ingest files PATH --chain bitcoin")
    total = 0
    with store.run("coinjoins", {"rules": {each.name: each.version for each in RULES}}, reads=tables.TABLES) as draft:
        parts = set()
        for chain in chains:
            for batch in tables.bare_batches(store, chain, (0, tables.last_block(store, chain) or 0)):
                part = f"{chain}-{batch.first:09}-{batch.last:09}"
                draft.put("coinjoins", part, coinjoin_rows(draft.run, chain, batch, judge(batch.columns)))
                parts.add(part)
                total += len(batch.columns)
        for part in store.parts("coinjoins").keys() - parts:
            draft.drop("coinjoins", part)
    return _told(store, total, rule, limit)


def _told(store: Store, total: int, rule: str | None, limit: int) -> Detected:
    counted = store.fetch(
        "select rule, count(*) as n from coinjoins group by rule order by rule", "coinjoins"
    ).to_pylist()
    rows = store.engine.fetch(
        f"""select * from coinjoins where coalesce($rule, rule) = rule
        order by chain, block, tx_index limit {int(limit)}""",
        rule=rule,
    )
    listed: list[Coinjoin] = TABLES["coinjoins"].records(rows)
    verdicts = tuple(
        Verdict(one.tx_hash, one.rule, one.version, _OF[one.rule], one.inputs, one.parties, one.equal, one.amount)
        for one in listed
    )
    return Detected(str(store.path), total, verdicts, {row["rule"]: int(row["n"]) for row in counted})


def links_in_file(path: Path, tx_hash: str, gain: int = 0) -> Links:
    """The link probabilities of one transaction of a file.

    Raises:
        InputError: not in the file, or too large; see `links.links`.
    """
    for line in lines.read_lines(path)[0]:
        if line.tx_hash == tx_hash:
            outs = [amount for amount, _, kind in line.outs if kind != "op_return"]
            return links([amount for amount, _, _ in line.ins], outs, gain)
    raise InputError(f"transaction {tx_hash} is not in {path}")


def links_of(store: Store, tx_hash: str, gain: int = 0) -> Links:
    """The link probabilities of one transaction of the workspace; see `links.links`.

    Raises:
        InputError: not in the workspace, a coinbase, or too large.
    """
    ins = _amounts(store, "inputs", "true", tx_hash)
    outs = _amounts(store, "outputs", "script <> 'op_return'", tx_hash)
    if not outs:
        raise InputError(f"transaction {tx_hash} is not in the workspace")
    return links(ins, outs, gain)


def _amounts(store: Store, table: str, condition: str, tx_hash: str) -> Sequence[int]:
    rows = store.fetch(
        f'select amount from {table} where tx_hash = $tx_hash and {condition} order by chain, block, "index"',
        table,
        tx_hash=tx_hash,
    )
    return [-1 if amount is None else int(amount) for amount in rows.column("amount").to_pylist()]
