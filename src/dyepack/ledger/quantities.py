"""What quantities come to by the ledger: a value, its range, the computation in words, and the claims it rests on."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product

from dyepack.amounts import USD, show, tenths
from dyepack.errors import InputError
from dyepack.ledger.book import Ledger, known_by
from dyepack.ledger.claims import comparable, summary
from dyepack.ledger.published import published, series_of
from dyepack.ledger.spoken import figure
from dyepack.ledger.statements import Clock, PrintedForm, Quantity, TheftsForm
from dyepack.ledger.totals import totals
from dyepack.model import AmountClaim, AttributionClaim, Incident, PublishedTotal, last_day

Claim = AmountClaim | AttributionClaim | PublishedTotal
LISTED = 8
"""Thefts whose terms a computation spells out; of more it says how many."""


class Undecidable(Exception):
    """The ledger has nothing to compute a quantity from; says what is missing."""


@dataclass(frozen=True, slots=True)
class Value:
    """What a quantity comes to; dollars are micro-dollars, shares and changes per cent.

    `answers` has more than one value where one edition prints several, or several publishers print; `low` and `high`
    hold them all. `until` is the year it speaks of and the day up to which it counts.
    """

    answers: tuple[Fraction, ...]
    low: Fraction
    high: Fraction
    words: str
    claims: tuple[Claim, ...] = ()
    remarks: tuple[str, ...] = ()
    until: tuple[int, dt.date] | None = None


@dataclass(frozen=True)
class View:
    """The ledger as a statement sees it: as of its day, by one clock."""

    ledger: Ledger
    as_of: dt.date
    clock: Clock

    @property
    def day(self) -> dt.date | None:
        """The day by which a claim must have been said; None where all that is held counts."""
        return self.as_of if self.clock == "known" else None

    def value(self, quantity: Quantity) -> Value:
        """What the quantity comes to.

        Raises:
            Undecidable: the ledger has nothing to compute it from.
            InputError: an actor that nobody names, an incident that is not there or is no theft.
        """
        return _KINDS[quantity.key](self, quantity)

    def thefts(self, form: TheftsForm) -> list[Incident]:
        """The thefts that the form asks for, in order of time.

        Raises:
            Undecidable: there is none.
        """
        if form.incidents and form.actor:
            raise InputError("expected `incidents` or an `actor`, got both")
        for slug in form.without:
            self.ledger.incident(slug)
        found = totals(self.ledger, actor=form.actor, rule=form.rule, as_of=self.as_of, slugs=form.incidents)
        slugs = (found.known if self.clock == "known" else found.held).slugs
        thefts = [self.ledger.by_slug[slug] for slug in slugs if slug not in form.without]
        kept = [theft for theft in thefts if form.year in (None, theft.first_day.year)]
        if missing := sorted({*form.incidents} - {theft.incident for theft in kept} - {*form.without}):
            raise Undecidable(f"nothing is known of {', '.join(missing)} {self.by_then}")
        if not kept:
            raise Undecidable(f"{_whose(form)}: no theft is known {self.by_then}; {self.extent}")
        return sorted(kept, key=lambda theft: (theft.first_day, theft.incident))

    def losses(self, theft: Incident, form: TheftsForm) -> list[AmountClaim]:
        """The comparable claims of what a theft took that count."""
        claims = known_by(self.ledger.losses.get(theft.incident, ()), self.day)
        if form.by is None:
            return claims
        theirs = [claim for claim in claims if claim.by == form.by and comparable(claim)]
        if not theirs:
            raise Undecidable(f"no amount that {form.by} gave for {theft.incident} is in the ledger {self.by_then}")
        return [max(theirs, key=lambda claim: claim.known_by or dt.date.min)]

    @property
    def by_then(self) -> str:
        """The view, in words."""
        return f"by claims said by {self.as_of}" if self.clock == "known" else f"for the days up to {self.as_of}"

    @property
    def extent(self) -> str:
        """From when to when the ledger knows anything, in words."""
        days = [i.first_day for i in self.ledger.incidents if i.incident_class == "theft"]
        claims: tuple[AmountClaim | AttributionClaim, ...] = (*self.ledger.amounts, *self.ledger.attributions)
        said = [claim.known_by for claim in claims if claim.known_by]
        if not days or not said:
            return "the ledger holds no theft"
        return f"the ledger's thefts are of {min(days)} to {max(days)}, its claims of {min(said)} to {max(said)}"


# ── what thefts took


def _stolen(view: View, quantity: Quantity) -> Value:
    form = _form(quantity.stolen)
    thefts, terms, claims = _terms(view, form)
    usd, low, high = (sum(term[index] for _, term in terms) for index in range(3))
    words = f"{_whose(form, thefts)}: {_spelled(terms, len(thefts))}{dollars(usd)}"
    words += "" if low == high else f"; the claims range from {dollars(low)} to {dollars(high)}"
    remarks = (*_early(thefts, claims), *_dated(view, form))
    found = Value((Fraction(usd),), Fraction(low), Fraction(high), words, tuple(claims), remarks)
    return replace(found, until=_until(view, form))


def _largest(view: View, quantity: Quantity) -> Value:
    form = _form(quantity.largest)
    _, terms, claims = _terms(view, form)
    if not terms:
        raise Undecidable(f"{_whose(form)}: none of these thefts has an amount that can be compared")
    theft, (usd, _, _) = max(terms, key=lambda term: (term[1][0], term[0].incident))
    low, high = max(term[1] for _, term in terms), max(term[2] for _, term in terms)
    words = f"the largest of {_count(len(terms), 'theft')} is {theft.incident}: {dollars(usd)}"
    words += "" if low == high else f"; by the claims the largest is from {dollars(low)} to {dollars(high)}"
    theirs = [claim for claim in claims if claim.incident == theft.incident]
    remarks = (*_early([theft], theirs), *_dated(view, form))
    return Value((Fraction(usd),), Fraction(low), Fraction(high), words, tuple(theirs), remarks)


Term = tuple[Incident, tuple[int, int, int]]


def _terms(view: View, form: TheftsForm) -> tuple[list[Incident], list[Term], list[AmountClaim]]:
    """The thefts; of those with a comparable amount the median, lowest and highest; and the claims these are from."""
    thefts = view.thefts(form)
    terms: list[Term] = []
    used: list[AmountClaim] = []
    for theft in thefts:
        claims = view.losses(theft, form)
        if found := summary(claims):
            terms.append((theft, (found.median, found.low, found.high)))
            used += [claim for claim in claims if comparable(claim) or claim.kind == "component"]
    if not terms:
        raise Undecidable(f"{_whose(form, thefts)}: no comparable amount is known {view.by_then}")
    return thefts, terms, used


def _thefts(view: View, quantity: Quantity) -> Value:
    form = _form(quantity.thefts)
    thefts = view.thefts(form)
    number = Fraction(len(thefts))
    words = f"{_whose(form, thefts)}: {_count(len(thefts), 'theft')}"
    return Value((number,), number, number, words, remarks=_dated(view, form), until=_until(view, form))


def _apart(view: View, quantity: Quantity) -> Value:
    thefts = view.thefts(_form(quantity.apart))
    low = max(0, (max(t.first_day for t in thefts) - min(t.last_day for t in thefts)).days)
    high = (max(t.last_day for t in thefts) - min(t.first_day for t in thefts)).days
    first, last = thefts[0], max(thefts, key=lambda theft: (theft.last_day, theft.incident))
    words = f"{first.incident} on {first.date}, {last.incident} on {last.date}: {high} days apart"
    return Value((Fraction(high),) if low == high else (), Fraction(low), Fraction(high), words)


# ── what was printed


def _printed(view: View, quantity: Quantity) -> Value:
    form = quantity.printed or PrintedForm()
    name = "everybody" if form.actor is None else form.actor
    series = series_of(form.actor)
    if series is None:
        raise Undecidable(f"the ledger holds no published totals of {form.actor}")
    found = _editions(view.ledger, form, f"{series}-cumulative" if form.cumulative else series, view.as_of)
    if not found:
        who = form.publisher or "anybody"
        raise Undecidable(f"no total for {name} {form.year or ''} printed by {who} by {view.as_of} is in the ledger")
    latest = _latest(found)
    answers = tuple(Fraction(total.usd) for total in latest if total.usd is not None)
    words = "; ".join(_edition(total, name) for total in latest)
    ends = {last_day(total.covers_to) for total in latest if total.covers_to}
    until = None if form.year is None else (form.year, min(ends, default=dt.date(form.year, 12, 31)))
    remarks = tuple(_since(view.ledger, form, latest, view.as_of))
    return Value(answers, min(answers), max(answers), words, tuple(latest), remarks, until)


def _editions(ledger: Ledger, form: PrintedForm, series: str, as_of: dt.date | None) -> list[PublishedTotal]:
    names = {total.publisher.lower() for total in ledger.totals}
    if form.publisher is not None and form.publisher.lower() not in names:
        listed = ", ".join(sorted({total.publisher for total in ledger.totals}))
        raise InputError(f"no figures by {form.publisher!r}; publishers: {listed}")
    found = published(ledger, series=series, year=form.year, as_of=as_of)
    theirs = [t for t in found if form.publisher is None or t.publisher.lower() == form.publisher.lower()]
    return [total for total in theirs if total.usd is not None and (form.publisher is not None or not total.derived)]


def _latest(found: Iterable[PublishedTotal]) -> list[PublishedTotal]:
    """The latest edition of each publisher, by name."""
    by: dict[str, list[PublishedTotal]] = {}
    for total in found:
        by.setdefault(total.publisher, []).append(total)
    newest = {name: max(total.known_by for total in each) for name, each in by.items()}
    return [total for name in sorted(by) for total in by[name] if total.known_by == newest[name]]


def _edition(total: PublishedTotal, name: str) -> str:
    counted = f", counting to {total.covers_to}" if total.covers_to else ""
    year = f" {total.year}" if total.year else ""
    return f"{total.publisher} printed on {total.published} for {name}{year}{counted}: {dollars(total.usd or 0)}"


def _since(ledger: Ledger, form: PrintedForm, latest: Sequence[PublishedTotal], as_of: dt.date) -> Iterable[str]:
    later = [t for t in _editions(ledger, form, latest[0].series, None) if t.known_by > as_of]
    for name in sorted({total.publisher for total in latest}):
        told = sorted((total.known_by, total.published, total.usd or 0) for total in later if total.publisher == name)
        if told:
            listed = ", ".join(f"{tenths(usd, 10**12)} M on {published}" for _, published, usd in told)
            yield f"{name} has printed for the same since: {listed}"


# ── quantities made of quantities


def _amount(_: View, quantity: Quantity) -> Value:
    value = figure(quantity.amount or "").value
    return Value((value,), value, value, dollars(int(value)))


def _share(view: View, quantity: Quantity) -> Value:
    assert quantity.share is not None
    part, whole = view.value(quantity.share.part), view.value(quantity.share.whole)
    if not whole.low:
        raise Undecidable(f"a share of nothing: {whole.words}")
    answers = _each(lambda one, all_: one * 100 / all_, part, whole)
    low, high = part.low * 100 / whole.high, part.high * 100 / whole.low
    return _made((part, whole), answers, (low, high), f"{{0}}; {{1}}; {_percent(answers)} of it")


def _change(view: View, quantity: Quantity) -> Value:
    assert quantity.change is not None
    before, after = view.value(quantity.change.before), view.value(quantity.change.after)
    if not before.low:
        raise Undecidable(f"a change from nothing: {before.words}")
    answers = _each(lambda one, other: (other - one) * 100 / one, before, after)
    low, high = (after.low / before.high - 1) * 100, (after.high / before.low - 1) * 100
    made = _made((before, after), answers, (low, high), f"before: {{0}}; after: {{1}}; change {_percent(answers)}")
    return replace(made, remarks=(*made.remarks, *_partial(before, after)))


def _missing(view: View, quantity: Quantity) -> Value:
    assert quantity.missing is not None
    part, goal = view.value(quantity.missing.of), view.value(quantity.missing.to)
    answers = _each(lambda one, other: other - one, part, goal)
    words = f"{{0}}; to {{1}}: {' or '.join(dollars(int(each)) for each in answers)} missing"
    return _made((part, goal), answers, (goal.low - part.high, goal.high - part.low), words)


def _each(combine: Callable[[Fraction, Fraction], Fraction], one: Value, other: Value) -> tuple[Fraction, ...]:
    return tuple(combine(*pair) for pair in product(one.answers, other.answers))


def _made(
    parts: tuple[Value, Value], answers: tuple[Fraction, ...], ends: tuple[Fraction, Fraction], words: str
) -> Value:
    claims = tuple(dict.fromkeys(claim for part in parts for claim in part.claims))
    remarks = tuple(dict.fromkeys(remark for part in parts for remark in part.remarks))
    return Value(answers, *ends, words.format(*(part.words for part in parts)), claims, remarks)


def _partial(before: Value, after: Value) -> Iterable[str]:
    """Says when a part of one year is compared with more of another."""
    if before.until and after.until:
        shares = [(year, day, (day - dt.date(year, 1, 1)).days + 1) for year, day in (before.until, after.until)]
        (_, _, all_of), (year, day, some) = shares
        if some < all_of - 1:
            yield f"it compares {some} days of {year} (to {day}) with {all_of} days of {shares[0][0]}"


# ── words


def dollars(usd: int) -> str:
    """Micro-dollars in whole dollars, for a computation: `292 650 000 dollars`."""
    whole, _, part = show(abs(usd), USD.decimals).partition(".")
    grouped = f"{int(whole):,}".replace(",", "\N{THIN SPACE}")
    return f"{'-' if usd < 0 else ''}{grouped}{'.' + part if part else ''} dollars"


def percent(value: Fraction) -> str:
    """Per cent with one decimal, half rounded to even: `-79.4 %`."""
    return f"{tenths(value.numerator, value.denominator)} %"


def _percent(answers: Sequence[Fraction]) -> str:
    return " or ".join(map(percent, answers))


def _whose(form: TheftsForm, thefts: Sequence[Incident] = ()) -> str:
    given = f"thefts attributed to {form.actor} under rule {form.rule}" if form.actor else "all thefts"
    names = ", ".join(t.incident for t in thefts) if form.incidents and len(thefts) <= LISTED else ""
    names = names or (", ".join(form.incidents) if form.incidents else given)
    without = f" without {', '.join(form.without)}" if form.without else ""
    return f"{names}{f' of {form.year}' if form.year else ''}{without}{f', as {form.by} has it' if form.by else ''}"


def _spelled(terms: Sequence[Term], thefts: int) -> str:
    bare = f", {thefts - len(terms)} without a comparable amount" if thefts > len(terms) else ""
    if len(terms) > LISTED:
        return f"the medians of {_count(len(terms), 'theft')}{bare} add up to "
    if len(terms) == 1 and not bare:
        return ""
    listed = " + ".join(dollars(term[0]).removesuffix(" dollars") for _, term in terms)
    return f"{listed}{bare} = "


def _early(thefts: Sequence[Incident], claims: Sequence[AmountClaim]) -> tuple[str, ...]:
    days = {theft.incident: theft.first_day for theft in thefts}
    early = [claim for claim in claims if claim.known_by and claim.known_by < days[claim.incident]]
    return tuple(f"the claim by {c.by} of {c.known_by} precedes the theft {c.incident}: a date is wrong" for c in early)


def _dated(view: View, form: TheftsForm) -> tuple[str, ...]:
    if view.clock == "held" or not form.everybody:
        return ()
    return ("known: thefts of which a claim with a day of its own is in the ledger; most others are in databases",)


def _until(view: View, form: TheftsForm) -> tuple[int, dt.date] | None:
    return None if form.year is None else (form.year, min(view.as_of, dt.date(form.year, 12, 31)))


def _form(form: TheftsForm | None) -> TheftsForm:
    assert form is not None
    return form


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


_KINDS: dict[str, Callable[[View, Quantity], Value]] = {
    "printed": _printed,
    "stolen": _stolen,
    "largest": _largest,
    "thefts": _thefts,
    "apart": _apart,
    "amount": _amount,
    "share": _share,
    "change": _change,
    "missing": _missing,
}
