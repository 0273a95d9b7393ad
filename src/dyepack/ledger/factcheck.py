"""Statements checked against the ledger: supported, contradicted, or not decidable, with the computation.

A statement is supported where what the ledger gives lies within the figure. It is contradicted only where not even the
range from the lowest to the highest claim touches the figure. Between the two it is not decidable. What was known on
the day and what is held today are computed apart; the statement's clock decides, the other is shown beside.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

from dyepack import bundled
from dyepack.amounts import millions
from dyepack.errors import InputError
from dyepack.ledger.book import Ledger, known_by
from dyepack.ledger.quantities import Claim, Undecidable, Value, View, dollars, percent
from dyepack.ledger.statements import Clock, StatementForm, load_statements
from dyepack.model import AmountClaim, AttributionClaim, PublishedTotal, first_day, last_day
from dyepack.schema import as_json

Verdict = Literal["supported", "contradicted", "not decidable"]
GRADES = ("disputed", "suspected", "assessed", "confirmed")


@dataclass(frozen=True, slots=True)
class Finding:
    """A verdict by one clock: the answer in short, the computation in words and integers, the claims it rests on."""

    verdict: Verdict
    answer: str
    words: str
    claims: tuple[Claim, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Checked:
    """A statement with its finding, and the finding of the other clock where there is one."""

    form: StatementForm
    line: int
    as_of: dt.date
    clock: Clock
    finding: Finding
    other: Finding | None

    def as_json(self, ledger: Ledger) -> dict[str, Any]:
        """The statement, how its figure was read, both findings, and every claim with its source."""
        found, form = self.finding, self.form
        return {
            "text": form.text,
            "line": self.line,
            "says": form.says,
            "read_as": None if form.of.unit is None or form.says is None else _read_as(form),
            "of": form.of.model_dump(mode="json", exclude_defaults=True),
            "as_of": self.as_of.isoformat(),
            "clock": self.clock,
            "verdict": found.verdict,
            "answer": found.answer,
            "computation": found.words,
            "remarks": list(found.remarks),
            "other_clock": None
            if self.other is None
            else {
                "clock": "held" if self.clock == "known" else "known",
                "verdict": self.other.verdict,
                "answer": self.other.answer,
                "computation": self.other.words,
            },
            "sources": [{**as_json(claim), "url": ledger.by_source[claim.source].url} for claim in found.claims],
        }


def factcheck(ledger: Ledger, path: Path) -> tuple[Checked, ...]:
    """Check every statement of a file; a name without a folder that is not there may be that of a shipped example.

    Raises:
        InputError: a file that is not there or has mistakes; an incident, an actor or a publisher that is not known.
        RecordError: not YAML.
    """
    form, document = load_statements(_found(path))
    checked = []
    for index, each in enumerate(form.statements):
        line = document.line(("statements", index))
        try:
            checked.append(check(ledger, each, last_day(each.as_of or form.as_of or ""), line))
        except InputError as error:
            raise InputError(f"{path.name}:{line}: {error}") from None
    return tuple(checked)


def check(ledger: Ledger, form: StatementForm, as_of: dt.date, line: int = 0) -> Checked:
    """Check one statement."""
    clock = form.by_clock
    other: Clock = "held" if clock == "known" else "known"
    # A share of what was known is not even shown: it measures the news.
    apart = form.two_clocks and not form.share_of_stolen
    beside = _finding(View(ledger, as_of, other), form) if apart else None
    found = _finding(View(ledger, as_of, clock), form)
    if beside is not None and form.at_least:
        found, beside = _least(ledger, form, found, beside)
    return Checked(form, line, as_of, clock, found, beside)


def _least(ledger: Ledger, form: StatementForm, found: Finding, beside: Finding) -> tuple[Finding, Finding]:
    """The finding and that of the other clock where a set grows with what is disclosed later.

    What was known of such a set is the least there can be, so alone it contradicts no “at least”. Where the largest
    theft was not known by then, only hindsight supports the statement, which is for nobody to decide but who asked so.
    """
    known, held = (found, beside) if form.by_clock == "known" else (beside, found)
    if known.verdict != "contradicted":
        return found, beside
    if held.verdict == "contradicted":
        both = "what was known is the least there was; what is held today is below the figure too"
        return replace(found, remarks=(*found.remarks, both)), beside
    notes = [f"what was known is the least there was, and contradicts no “at least”: {known.words}"]
    if held.verdict == "supported":
        notes.append(
            f"hindsight: what is held today supports it, by claims not known to have been made then: {held.words}"
        )
    slugs = sorted({claim.incident for claim in held.claims if isinstance(claim, AmountClaim)})
    notes += [
        f"{slug}: {said.rstrip('.')}" for slug in slugs if form.of.largest and (said := ledger.by_slug[slug].notes)
    ]
    if known is found:
        return _open(known, notes[1:] if held.verdict == "supported" else notes), held
    disagree = form.of.largest is not None and held.verdict == "supported" and form.clock is None
    return (_open(held, notes) if disagree else held), _open(known, ())


def _open(finding: Finding, notes: Sequence[str]) -> Finding:
    return replace(finding, verdict="not decidable", remarks=(*finding.remarks, *notes))


def _finding(view: View, form: StatementForm) -> Finding:
    try:
        if form.of.beyond is not None:
            raise Undecidable(form.of.beyond)
        if form.of.attributed is not None:
            return _attributed(view, form)
        if form.of.first is not None:
            return _first(view, form)
        return _judged(view.value(form.of), form, _late(view))
    except Undecidable as reason:
        return Finding("not decidable", "", str(reason), (), _late(view))


def _judged(value: Value, form: StatementForm, late: tuple[str, ...]) -> Finding:
    said = form.figure
    verdict: Verdict = "not decidable"
    if any(said.fits(answer) for answer in value.answers):
        verdict = "supported"
    elif not said.meets(value.low, value.high):
        verdict = "contradicted"
    unit = said.unit
    answer = " or ".join(_shown(each, unit) for each in dict.fromkeys(value.answers)) or "between"
    if value.low != value.high and len(value.answers) < 2:
        answer += f" ({_shown(value.low, unit)} to {_shown(value.high, unit)})"
    if verdict == "not decidable":
        rounded = said.slack and not replace(said, slack=Fraction(0)).meets(value.low, value.high)
        reason = "it agrees only if the figure was rounded further" if rounded else "the claims leave room for it"
        late = (*late, f"{reason}: {form.says}")
    return Finding(verdict, answer, value.words, value.claims, (*value.remarks, *late))


def _shown(value: Fraction, unit: str) -> str:
    if unit == "usd":
        return millions(int(value)) if abs(value) >= 10**11 else dollars(int(value))
    return percent(value) if unit == "percent" else f"{value} {unit}"


def _read_as(form: StatementForm) -> dict[str, Any]:
    said = form.figure
    ends = {"low": said.low, "high": said.high}
    return {"unit": said.unit, **{name: None if end is None else str(end) for name, end in ends.items()}}


def _late(view: View) -> tuple[str, ...]:
    """Says so where the as-of day lies after all that the ledger knows."""
    claims: tuple[Any, ...] = (*view.ledger.amounts, *view.ledger.attributions, *view.ledger.totals)
    last = max((claim.known_by for claim in claims if claim.known_by), default=None)
    if last is None or view.as_of <= last:
        return ()
    return (f"the ledger knows nothing that was said after {last}; the as-of day is {view.as_of}",)


# ── who did it


def _attributed(view: View, form: StatementForm) -> Finding:
    asked = form.of.attributed
    assert asked is not None
    said = known_by(_of(view, asked.incident), view.day)
    theirs = [claim for claim in said if asked.by in (None, claim.by)]
    least = GRADES.index(asked.confidence or GRADES[0])
    naming = [c for c in theirs if c.actor == asked.actor and GRADES.index(c.confidence) >= least]
    denying = [claim for claim in theirs if claim.actor == f"not-{asked.actor}"]
    who = asked.by or "somebody in the ledger"
    if naming:
        verdict: Verdict = "supported" if form.says == "yes" else "contradicted"
        return Finding(verdict, "yes", f"{asked.incident} is attributed to {asked.actor}: {_said(naming)}", (*naming,))
    if denying:
        verdict = "supported" if form.says == "no" else "contradicted"
        return Finding(verdict, "no", f"{asked.actor} is denied: {_said(denying)}", (*denying,))
    grade = f" as at least {asked.confidence}" if asked.confidence else ""
    raise Undecidable(
        f"no claim by {who} that {asked.actor} did {asked.incident}{grade} is in the ledger"
        + (f" as said by {view.as_of}" if view.day else "")
        + "; that nobody said so cannot be concluded from that"
    )


def _first(view: View, form: StatementForm) -> Finding:
    asked = form.of.first
    assert asked is not None
    said = [claim for claim in known_by(_of(view, asked.incident), view.day) if claim.actor == asked.actor]
    dated = sorted((claim for claim in said if claim.published), key=lambda claim: (_span(claim), claim.by))
    mine = [claim for claim in dated if claim.by == form.says]
    if not mine:
        raise Undecidable(f"no dated claim by {form.says} that {asked.actor} did {asked.incident} is in the ledger")
    others = [claim for claim in dated if claim.by != form.says]
    earliest, latest = _span(mine[0])
    undated = sorted({claim.by for claim in said if not claim.published})
    remarks = (f"undated, so nobody knows since when: {', '.join(undated)}",) if undated else ()
    words = f"dated attributions to {asked.actor}: {_said(dated)}"
    verdict: Verdict = "not decidable"
    if any(_span(claim)[1] < earliest for claim in others):
        verdict = "contradicted"
    elif all(latest <= _span(claim)[0] for claim in others):
        verdict = "supported"
    return Finding(verdict, _said(dated[:1]), words, (*dated,), remarks)


def _of(view: View, slug: str) -> Sequence[AttributionClaim]:
    return view.ledger.attributed.get(view.ledger.incident(slug).incident, ())


def _span(claim: AttributionClaim) -> tuple[dt.date, dt.date]:
    said = claim.published or ""
    return first_day(said), last_day(said)


def _said(claims: Iterable[AttributionClaim]) -> str:
    days = ((c, c.published or f"read in {c.retrieved}") for c in claims)
    return ", ".join(f"{claim.by} ({claim.confidence}, {day})" for claim, day in days)


def said_by(claim: Claim) -> str:
    """Who made a claim."""
    return claim.publisher if isinstance(claim, PublishedTotal) else claim.by


def said_on(claim: Claim) -> str:
    """When a claim was made, or read."""
    if isinstance(claim, PublishedTotal) or claim.published:
        return str(claim.published)
    return f"read in {claim.retrieved}"


def _found(path: Path) -> Path:
    if path.exists():
        return path
    shipped = bundled.folder("factchecks")
    example = shipped / f"{path.name}.yaml"
    if path.parent == Path() and example.is_file():
        return example
    names = ", ".join(sorted(each.stem for each in shipped.glob("*.yaml")))
    raise InputError(f"no file {path}; a name may be that of a shipped example: {names}")
