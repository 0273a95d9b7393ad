"""Checks proposed from an article: its figures, each with the sentence it stands in and what it is probably of.

Plain rules, so that a person can see why each check was proposed: names, years and words near a figure decide, in the
same clause first. Nothing is judged here; a person reads the proposals, mends them, and then runs the check.
"""

import datetime as dt
import re
import unicodedata
from calendar import month_name
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import yaml

from dyepack.errors import InputError
from dyepack.ledger.book import Ledger
from dyepack.ledger.names import Mention, Names
from dyepack.ledger.published import series_of
from dyepack.ledger.spoken import Figure, OtherMoney, figures, other_money
from dyepack.model import last_day

MAX_CHARACTERS = 1_000_000
MAX_FIGURES = 2_000
LONGEST = 2_000
"""Characters of a sentence; a longer one is cut, so that the work per figure stays small whatever the text."""
NEAR_DAYS = 400
"""A victim's name means its latest theft up to the article's day; older ones than this only with their year."""

_MONTHS = list(month_name)[1:]
_MONTH = "|".join(f"{name[:3]}(?:{name[3:]})?" if name[3:] else name for name in _MONTHS)
_DATE = re.compile(
    rf"\b(?:(?P<iso>\d{{4}}-\d{{2}}-\d{{2}})|(?P<day>\d{{1,2}})\s(?P<month>{_MONTH})\.?,?\s(?P<year>\d{{4}})"
    rf"|(?P<month2>{_MONTH})\.?\s(?P<day2>\d{{1,2}}),?\s(?P<year2>\d{{4}}))\b"
)
_SENTENCE = re.compile(r"(?<=[.!?”\"])(?<!\b[A-Z]\.)\s+(?=[A-Z0-9“\"$])|\n\s*\n")
_CLAUSE = re.compile(r"[,;:–—]\s|\s(?:and|while|against|compared (?:with|to)|from|versus|but)\s")
_YEAR = re.compile(
    r"\b(20[0-3]\d)\b|\b(this year|year to date)\b|\b(last year|(?:the|a) year before|(?:the )?previous year)\b", re.I
)
_THAN = re.compile(r"\b(than|from|against|with|since)(?:\s\w+)?\s$", re.I)
_MORE_OR_LESS = re.compile(r"^[-−–+]|\b(less|lower|fewer|more|higher|down|up|fell|rose|fallen|risen|\w+ed)\b", re.I)
_TOGETHER = re.compile(r"\b(together|combined|both|the two|in total|in all)\b", re.I)
_SHARE = re.compile(
    r"\b(of all|of the total|of everything|share|of the crypto|of crypto|accounts? for|make up)\b", re.I
)
_SPAN = re.compile(r"\b(since (?:19|20)\d\d|over the (?:past|last)|in the (?:past|last) \w+ years|cumulative)\b", re.I)
_STOLEN = re.compile(
    r"\b(stolen|stole|steal|steals|stealing|thefts?|thief|thieves|hack(?:s|ed|ers?|ing)?|heists?|lost|loss|losses|loot"
    r"|took|taken|drained)\b",
    re.I,
)
_BLAMED = re.compile(r"\b(attributed|attributes|blamed|blames|confirmed|identified|behind|linked|responsible)\b", re.I)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A check for a person to confirm: a statement as the format has it, and why it was proposed."""

    statement: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Skipped:
    """A figure that no check is proposed for, and why."""

    text: str
    start: int
    reason: str


@dataclass(frozen=True, slots=True)
class Proposals:
    """What an article gives: checks to confirm, figures left aside, and the day it is taken to speak on."""

    as_of: dt.date | None
    proposals: tuple[Proposal, ...]
    skipped: tuple[Skipped, ...]

    def as_yaml(self) -> str:
        """A file of statements, ready to be mended and checked; what was left aside stands in its comments.

        Where the article has control or format characters, everything beyond ASCII is written as an escape.
        """
        told = {
            "about": "proposed from an article; a person must confirm each check",
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "statements": [each.statement for each in self.proposals],
        }
        plain = not any(unicodedata.category(c)[0] == "C" for each in _texts(told) for c in each)
        left = "".join(f"# not proposed: {s.text!a} at {s.start}: {s.reason}\n" for s in self.skipped)
        return left + yaml.safe_dump(told, sort_keys=False, allow_unicode=plain, width=110, default_flow_style=None)

    def as_json(self) -> dict[str, Any]:
        """The file of statements, and what was left aside."""
        return {
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "statements": [each.statement for each in self.proposals],
            "not_proposed": [{"text": s.text, "start": s.start, "reason": s.reason} for s in self.skipped],
        }


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence at its place, with what stands in it; `before` are the victims of the sentence before it."""

    text: str
    start: int
    figures: tuple[Figure, ...]
    mentions: tuple[Mention, ...]
    before: tuple[str, ...]

    def of_kind(self, kind: str) -> list[Mention]:
        """The mentions of one kind."""
        return [mention for mention in self.mentions if mention.kind == kind]

    def clause(self, at: int) -> tuple[int, int]:
        """Where the clause around a place begins and ends."""
        cuts = [0, *(match.end() for match in _CLAUSE.finditer(self.text)), len(self.text)]
        return max(cut for cut in cuts if cut <= at), min(cut for cut in cuts if cut > at)


def propose(ledger: Ledger, text: str, as_of: dt.date | None = None) -> Proposals:
    """Checks that an article suggests. Its day is `as_of`, or else the latest full date that stands in it.

    Raises:
        InputError: figures, but no day; more than a million characters, or than two thousand figures.
    """
    if len(text) > MAX_CHARACTERS:
        raise InputError(f"expected an article of at most {MAX_CHARACTERS:,} characters, got {len(text):,}")
    found = list(islice(figures(text), MAX_FIGURES + 1))
    other = [_in_other_money(each) for each in islice(other_money(text), MAX_FIGURES + 1)]
    if not found:
        return Proposals(as_of, (), tuple(other))
    if len(found) + len(other) > MAX_FIGURES:
        raise InputError(f"expected an article with at most {MAX_FIGURES:,} figures, got more; cut it up")
    day = as_of or max(_dates(text), default=None)
    if day is None:
        raise InputError("the article has figures and no full date; say when it was written with --as-of YYYY-MM-DD")
    reader = _Reader(ledger, day)
    sentences = list(reader.sentences(text))
    outcomes = [reader.outcome(each, sentence) for sentence in sentences for each in sentence.figures]
    claimed = [each for sentence in sentences for each in reader.attributions(sentence)]
    proposed = [each for each in (*outcomes, *claimed) if isinstance(each, Proposal)]
    skipped = sorted([*other, *(each for each in outcomes if isinstance(each, Skipped))], key=lambda each: each.start)
    return Proposals(day, tuple(sorted(proposed, key=lambda each: each.statement["span"])), tuple(skipped))


@dataclass(frozen=True)
class _Reader:
    ledger: Ledger
    day: dt.date

    def sentences(self, text: str) -> Iterator[Sentence]:
        names, before = Names(self.ledger), tuple[str, ...]()
        for part, start in _split(text):
            sentence = Sentence(part, start, tuple(figures(part)), names.mentions(part), before)
            yield sentence
            before = tuple(self.slugs(sentence)) or before

    def outcome(self, found: Figure, sentence: Sentence) -> Proposal | Skipped:
        """The check that a figure suggests, or why there is none."""
        of, why = self.quantity(found, sentence)
        start = sentence.start + found.start
        if of is None:
            return Skipped(found.text, start, why)
        span = [start, sentence.start + found.end]
        return Proposal({"text": _line(sentence.text), "says": _line(found.text), "of": of, "span": span, "why": why})

    def quantity(self, found: Figure, sentence: Sentence) -> tuple[dict[str, Any] | None, str]:
        """What the figure is probably of, and why; nothing, and why not."""
        if _SPAN.search(sentence.text):
            return None, "the sentence speaks of several years; `printed` with `cumulative: true` may be meant"
        if found.unit == "percent":
            return self.percentage(found, sentence)
        if found.unit == "days":
            slugs = self.slugs(sentence) or list(sentence.before)
            if len(slugs) < 2:
                return None, "days, but fewer than two thefts of the ledger are named"
            return {"apart": {"incidents": slugs}}, f"days, and {' and '.join(slugs)}"
        if found.unit == "thefts":
            actor = self.actor(sentence)
            where: dict[str, Any] = {**({"actor": actor} if actor else {}), "year": self.year(found, sentence)}
            return {"thefts": where}, f"a number of thefts, of {actor or 'everybody'}"
        return self.dollars(found, sentence)

    def dollars(self, found: Figure, sentence: Sentence) -> tuple[dict[str, Any] | None, str]:
        """What a sum is of: thefts that are named, what a publisher printed, or an actor's year."""
        publisher, actor, year = self.publisher(sentence), self.actor(sentence), self.year(found, sentence)
        slugs = self.victims_of(found, sentence)
        if slugs:
            return {"stolen": {"incidents": slugs}}, f"a sum, and near it {' and '.join(slugs)}"
        if not (publisher or actor or _STOLEN.search(sentence.text)):
            return None, "no victim, actor or publisher, and no word for theft in the sentence"
        if actor and series_of(actor) is None:
            return {"stolen": {"actor": actor, "year": year}}, f"a sum, {actor} and {year}"
        where = {"publisher": publisher, "actor": actor, "year": year}
        named = " and ".join(str(each) for each in (publisher, actor or "everybody", year) if each)
        return {"printed": {key: each for key, each in where.items() if each is not None}}, f"a sum, {named}"

    def percentage(self, found: Figure, sentence: Sentence) -> tuple[dict[str, Any] | None, str]:
        """A change against the year before, or a share of all thefts of the year."""
        year, actor = self.year(found, sentence), self.actor(sentence)
        if _MORE_OR_LESS.search(found.text):
            if not _STOLEN.search(sentence.text):
                return None, "a change, but no word for theft in the sentence"
            publisher, (before, after) = self.publisher(sentence), self.compared(found, sentence)
            of = [{"printed": _given(publisher=publisher, actor=actor, year=each)} for each in (before, after)]
            return {"change": {"before": of[0], "after": of[1]}}, f"a change, {before} to {after}"
        if not _SHARE.search(sentence.text):
            return None, "a percentage, but neither “of all …” nor “less” or “more” beside it"
        slugs = self.slugs(sentence) or list(sentence.before if _TOGETHER.search(sentence.text) else ())
        part = {"incidents": slugs} if slugs else _given(actor=actor, year=year)
        if not slugs and not actor:
            return None, "a share, but nobody named whose it is"
        whole = {"stolen": {"year": year}}
        return {"share": {"part": {"stolen": part}, "whole": whole}}, f"a share of all thefts of {year}"

    def compared(self, found: Figure, sentence: Sentence) -> tuple[int, int]:
        """From which year to which a change is: a year after “from” or “than” is the one before."""
        matches = list(_YEAR.finditer(sentence.text))
        than = [match for match in matches if _THAN.search(sentence.text[: match.start()])]
        others = [match for match in matches if match not in than]
        if not than:
            year = self.year(found, sentence)
            return year - 1, year

        def near(match: re.Match[str]) -> int:
            return abs(match.start() - found.start)

        first = min(than, key=near)
        before = self._meant_year(first)
        after = self._meant_year(min(others, key=near)) if others else before + 1
        if first[3] or before == after:  # “the year before” is that before the other year
            before = after - 1
        return before, after

    def attributions(self, sentence: Sentence) -> Iterator[Proposal]:
        """“The FBI confirmed …”: a speaker of the ledger, a verb, an actor and a theft in one sentence."""
        verb, actor, slugs = _BLAMED.search(sentence.text), self.actor(sentence), self.slugs(sentence)
        if verb is None or actor is None:
            return
        speakers = sorted({claim.by for slug in slugs for claim in self.ledger.attributed.get(slug, ())})
        known = {claim.by for claim in self.ledger.attributions}
        named = [by for by in sorted(known) if re.search(rf"(?<!\w){re.escape(by)}(?!\w)", sentence.text)]
        for slug in slugs:
            for by in (*named,) or (None,):
                span = [sentence.start + verb.start(), sentence.start + verb.end()]
                of = {"attributed": _given(incident=slug, actor=actor, by=by)}
                why = f"“{verb[0]}”, {actor} and {slug}; the ledger has claims by {', '.join(speakers) or 'nobody'}"
                yield Proposal({"text": _line(sentence.text), "says": "yes", "of": of, "span": span, "why": why})

    def victims_of(self, found: Figure, sentence: Sentence) -> list[str]:
        """The thefts that a sum is of: all where it is of both; else of its clause, the nearest before it first."""
        named = self.thefts(sentence)
        first, last = sentence.clause(found.start)
        if _TOGETHER.search(sentence.text, first, last):
            return self.slugs(sentence) or list(sentence.before)
        inside = [pair for pair in named if first <= pair[0].start < last]
        before = [pair for pair in inside or named if pair[0].start < found.start]
        return [before[-1][1]] if before else [pair[1] for pair in (inside or named)[:1]]

    def thefts(self, sentence: Sentence) -> list[tuple[Mention, str]]:
        """Victims that are named, each with the one theft that is probably meant."""
        named = sentence.of_kind("victim")
        years = {int(match[1]) for match in _YEAR.finditer(sentence.text) if match[1]}
        meant = {mention.meant: self.meant(mention.meant, years) for mention in named}
        return [(mention, slug) for mention in named if (slug := meant[mention.meant]) is not None]

    def slugs(self, sentence: Sentence) -> list[str]:
        """The thefts that are named, each once."""
        return list(dict.fromkeys(slug for _, slug in self.thefts(sentence)))

    def meant(self, slugs: tuple[str, ...], years: set[int]) -> str | None:
        """The latest of these thefts up to the article's day: of a year that is named, else not too long ago."""
        found = [self.ledger.incident(slug) for slug in slugs]
        past = [each for each in found if each.first_day <= self.day]
        of_year = [each for each in past if each.first_day.year in years]
        near = [each for each in past if (self.day - each.last_day).days <= NEAR_DAYS]
        return max(of_year or near, key=lambda each: each.first_day).incident if of_year or near else None

    def actor(self, sentence: Sentence) -> str | None:
        """The first actor that is named."""
        return next((mention.meant[0] for mention in sentence.of_kind("actor")), None)

    def publisher(self, sentence: Sentence) -> str | None:
        """The first publisher that is named."""
        return next((mention.meant[0] for mention in sentence.of_kind("publisher")), None)

    def year(self, found: Figure, sentence: Sentence) -> int:
        """The year nearest to the figure, in its clause first; else the article's."""
        years = [(match.start(), self._meant_year(match)) for match in _YEAR.finditer(sentence.text)]
        first, last = sentence.clause(found.start)
        inside = [each for each in years if first <= each[0] < last]
        near = min(inside or years, key=lambda each: (abs(each[0] - found.start), each[0]), default=None)
        return self.day.year if near is None else near[1]

    def _meant_year(self, match: re.Match[str]) -> int:
        if match[1]:
            return int(match[1])
        return self.day.year if match[2] else self.day.year - 1


def _in_other_money(found: OtherMoney) -> Skipped:
    return Skipped(found.text, found.start, "another currency; the ledger counts US dollars and converts nothing")


def _split(text: str) -> Iterator[tuple[str, int]]:
    start = 0
    for end, following in (*((match.start(), match.end()) for match in _SENTENCE.finditer(text)), (len(text), 0)):
        yield from ((text[at : min(at + LONGEST, end)], at) for at in range(start, end, LONGEST))
        start = following


def _dates(text: str) -> Iterator[dt.date]:
    for match in _DATE.finditer(text):
        if match["iso"]:
            spelled = match["iso"]
        else:
            name = match["month"] or match["month2"]
            month = next(i for i, each in enumerate(_MONTHS, 1) if each.startswith(name[:3]))
            spelled = f"{match['year'] or match['year2']}-{month:02}-{int(match['day'] or match['day2']):02}"
        try:
            yield last_day(spelled)
        except InputError:
            continue


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _texts(each)


def _given(**values: Any) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}


def _line(text: str) -> str:
    return " ".join(text.split())
