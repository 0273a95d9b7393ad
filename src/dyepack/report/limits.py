"""What the report cannot say, written from what the tool knows: counts, methods, versions, what was not looked at."""

import json
from collections.abc import Iterable
from hashlib import sha256

from dyepack.amounts import USD
from dyepack.ledger import Ledger
from dyepack.model import UNKNOWN, AmountClaim, AttributionClaim, PublishedTotal, Run
from dyepack.report.answer import headline, otherwise, sheets
from dyepack.report.case import Trace, method_name
from dyepack.report.figures import grouped, short
from dyepack.report.thefts import Thefts
from dyepack.store import Store
from dyepack.trace.bounded import BoundsResult
from dyepack.trace.unread import SAYS
from dyepack.version import version

Section = tuple[str, list[str]]

METHODS = {
    "fifo": "FIFO: what came in first leaves first (Clayton’s Case, Devaynes v Noble, 1816; Anderson et al. 2018).",
    "haircut": "haircut: every payment carries the holding’s stolen share (Möser, Böhme, Breuker 2014).",
    "lifo": "LIFO: what came in last leaves first.",
    "clean_first": "clean-first: untainted money leaves first (Re Hallett, 1880; Roscoe v Winder, 1915).",
    "taint_first": "taint-first: stolen money leaves first (US v. Banco Cafetero, 2d Cir. 1986).",
}


def limits(ledger: Ledger, found: Thefts, trace: Trace | None) -> list[Section]:
    """The sections, in reading order."""
    whatever = [_whatever(trace.result.bounds)] if trace and trace.result.bounds else []
    case = [_case(trace), *whatever, _sureness(trace)] if trace else []
    return [_yearly(ledger, found), _as_of(ledger, found), *case]


def _yearly(ledger: Ledger, found: Thefts) -> Section:
    theft_slugs = {row.incident.incident for row in found.rows}
    other = sum(incident.incident not in theft_slugs for incident in ledger.incidents)
    without = sum(row.amount is None for row in found.rows)
    single = sum(len(row.claims) == 1 for row in found.rows)
    rules = [f"{name}: {words}." for name, words in found.rules.items()]
    return (
        "The yearly figures",
        [
            f"They sum {grouped(len(found.rows))} thefts on which somebody published. {grouped(other)} entries of "
            "other classes (scams, "
            "51-percent attacks, freezes, …) are in the ledger and not in the sums. What nobody published is not here.",
            "A theft counts with the median of its comparable claims, on the day of its transactions; low and high "
            "are their "
            "minimum and maximum. Face values of minted tokens, later prices, parts and figures for several thefts "
            "stay out.",
            f"{grouped(without)} thefts have no comparable amount and add nothing. {grouped(single)} rest on one "
            "claim: they show no range, "
            "which does not mean that they are certain.",
            "Attribution is somebody’s claim, never a finding of this tool. The rules differ in whose claims count: "
            + " ".join(rules),
            "Published totals follow rules of their own (some count fraud, some only services) and are shown, not "
            "explained away.",
        ],
    )


def _as_of(ledger: Ledger, found: Thefts) -> Section:
    claims: list[AmountClaim | AttributionClaim] = [*ledger.amounts, *ledger.attributions]
    undated = sum(claim.known_by is None for claim in claims)
    read = sum(claim.published is None and claim.known_by is not None for claim in claims)
    return (
        "What “as of” means",
        [
            "“Held” counts what the ledger holds today about thefts up to the day. “Said by the day” counts only "
            "claims known to "
            "have been published by then. The two are never mixed in one sum.",
            f"{grouped(read)} of {grouped(len(claims))} claims come from running databases and are dated by when "
            "they were read: said by then, "
            "perhaps long before."
            + (f" {grouped(undated)} claims have no date at all and count only on the last day." if undated else ""),
            f"“Latest” is {found.days[-1]}, the last day on which anything in the ledger was said or read; the page "
            "asks no clock.",
        ],
    )


def _case(trace: Trace) -> Section:
    scope, result = trace.result.scope, trace.result
    unknown = [
        f"{short(amount, asset)} is of unknown origin: accounts paid out more than the data shows coming in, and no "
        "balances from "
        "before the first movement are known. It is kept apart, never counted as stolen, and may or may not be."
        for asset in trace.assets
        if (amount := trace.seeded([UNKNOWN], asset.id))
    ]
    dollars = [
        "Amounts are dollar values as the data gives them, kept as millionths of a dollar; they are not token units."
    ] * any(asset.id == USD.id for asset in trace.assets)
    cut = scope.cut_forward + scope.cut_backward
    lines = [
        *trace.about,
        f"Looked at: {grouped(scope.movements)} movements between {grouped(scope.addresses)} addresses, blocks "
        f"{grouped(scope.first_block)} to "
        f"{grouped(scope.last_block)} of {result.chain}. Nothing outside this data set was looked at; an absent "
        "movement is not a finding.",
        *dollars,
        *unknown,
        f"{grouped(cut)} holdings lie beyond the budget." if cut else "No budget cut the trace.",
        *(
            f"{grouped(count)} movements were flagged “{flag}” and not followed."
            for flag, count in scope.not_followed.items()
            if flag not in SAYS
        ),
        *(_sentence(warning) for warning in result.warnings),
        *_readings(trace),
        "Following ends at a service: what the service does with its money is not the thief’s doing. That an "
        "address is a "
        "service’s is a tag, somebody’s claim; that an address has no tag does not mean that it is not a service.",
    ]
    return "The case", list(dict.fromkeys(lines))


def _readings(trace: Trace) -> list[str]:
    """Both answers, side by side, where movements that repeat others can be read in two ways."""
    other = otherwise(trace)
    read = "each repeated row is a movement of its own" if trace.result.repeated == "kept" else "each is told once"
    return [f"This page: {read}. {headline(trace, trace.result.incidents)}", other] if other else []


def _whatever(bounds: BoundsResult) -> Section:
    read = [one for reading in bounds.readings for one in reading.bounds]
    exact = all(one.exact for one in (*bounds.bounds, *bounds.alternative, *read))
    return (
        "Whatever the rule",
        [
            "“At least” and “at most” hold for every way to say whose money a payment carries, as long as no payment "
            "carries and no account keeps more stolen money than it has money. They are maximum flows through the "
            "movements in time; no rule was chosen for them.",
            "They hold for the movements looked at and the least opening balances that explain them. An account that "
            "had more of its own at first could have paid with that: then the least is less.",
            "Exact to the last base unit."
            if exact
            else "Amounts were scaled: the least is rounded down, the most is rounded up.",
        ],
    )


def _sureness(trace: Trace) -> Section:
    adds_up = all(not any(sheet.differences.values()) for sheet in sheets(trace))
    rules = [METHODS.get(method, method_name(method)) for method in trace.methods]
    return (
        "How sure each step is",
        [
            "That money moved, when, and between which addresses: fact on the chain, as the data set restates it.",
            "Which part of a payment was stolen: result of a rule. None of the rules is a fact; hence the range. "
            + " ".join(rules),
            "Whose an address is: somebody’s claim (tags), or the decision of the data set’s analysts where they "
            "stopped.",
            "No statistical step was used: no clustering, no mixer or bridge matching by amount and time.",
            "Every balance sheet adds up to the last base unit."
            if adds_up
            else "A balance sheet does not add up: do not use it.",
        ],
    )


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")


def inputs(ledger: Ledger, store: Store | None, trace: Trace | None) -> list[tuple[str, str, str]]:
    """(run, input, SHA-256): what this page read of the ledger, then the trace, then the workspace's other runs."""
    tables: tuple[Iterable[AmountClaim | AttributionClaim | PublishedTotal], ...]
    tables = (ledger.amounts, ledger.attributions, ledger.totals)
    claims = [claim.claim for table in tables for claim in table]
    digest = sha256("\n".join(sorted(claims)).encode()).hexdigest()
    page = ("this page", f"ids of the {grouped(len(claims))} claims that the yearly figures rest on", digest)
    return [page, *(_of_runs(store, trace) if store and trace else [])]


def _of_runs(store: Store, trace: Trace) -> list[tuple[str, str, str]]:
    runs: dict[str, Run] = {run.run: run for run in store.records("runs")}
    wanted = [runs[trace.result.run]] if trace.result.run in runs else []
    rows = []
    for run in [*wanted, *(r for _, r in sorted(runs.items()) if r not in wanted)]:
        found = json.loads(run.inputs)
        rows += [(f"{run.verb} {run.run}", str(name), str(digest)) for name, digest in sorted(_flat(found))]
    return rows


def _flat(found: object, prefix: str = "") -> list[tuple[str, str]]:
    if isinstance(found, dict):
        return [
            pair for key, value in found.items() for pair in _flat(value, f"{prefix}/{key}" if prefix else str(key))
        ]
    return [(prefix, str(found))]


def version_line(run: str | None) -> str:
    """What stands on every printed page."""
    return f"dyepack {version()}" + (f" · run {run}" if run else "")
