"""Figures as people write them: “$340.4 million”, “about 30 %”, “down 80 %”, “within ten days”, and what they can mean.

A figure stands for a range. How it was rounded is read from its digits: `340.4 million` is anything from 340.35 to
340.45. An amount written out in full is taken to be rounded at its last digit that is not zero, by at most a hundredth.
After “about” the last digit that is not zero decides, by at most a tenth: about 30 % is 27 to 33; “a billion” is about
one. Counts and days are exact. Bounds (“more than”, “within”) leave one end open. Sums in another currency or
coin than the US dollar are no figures; `other_money` finds them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from dyepack.errors import InvalidAmount

Unit = Literal["usd", "percent", "thefts", "days"]
MICROS = 10**6

_SCALES = {
    **dict.fromkeys(("thousand", "k"), 10**3),
    **dict.fromkeys(("million", "mln", "mn", "m"), 10**6),
    **dict.fromkeys(("billion", "bln", "bn", "b"), 10**9),
}
_WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
_NUMBER = r"\d{1,3}(?:[,\u2009\u202f\u00a0 ]\d{3}){1,6}(?![\d])(?:\.\d+)?|\d{1,15}(?:\.\d{1,6})?"
_WORD = "|".join(_WORDS)
_SCALE = r"(?:thousand|million|mln|mn|billion|bln|bn|[kmb])\b"
_LEAD = (
    r"(?:(?P<about>about|around|roughly|approximately|circa|some|nearly|almost|~|≈)"
    r"|(?P<least>more\sthan|over|above|at\sleast|exceeding|>)"
    r"|(?P<most>less\sthan|under|below|at\smost|up\sto|within|fewer\sthan|<))"
)
_FALL = r"(?:down|fell|dropped|fallen|declined|decreased)(?:\sby)?|lower\sby"
_RISE = r"(?:up|rose|risen|increased|grew)(?:\sby)?"
_PATTERN = re.compile(
    rf"""(?<![\w.,$-])
    (?:(?P<fall>{_FALL})\s+|(?P<rise>{_RISE})\s+)?
    (?:{_LEAD}\s*)?
    (?:
      (?:US\s?)?\$\s?(?P<dollars>{_NUMBER})(?:[\s-]?(?P<scale>{_SCALE}))?
    | (?P<bare>{_NUMBER})[\s-]?(?P<bare_scale>{_SCALE})(?:\s(?:US\s)?dollars|\sUSD)?
    | (?P<one>a|one)\s(?P<one_scale>million|billion)\b(?:\s(?:US\s)?dollars)?
    | (?P<plain>{_NUMBER})\s(?:US\s)?(?:dollars|USD)\b
    | (?P<sign>[-−–+])?(?P<percent>{_NUMBER})[\s\u00a0\u202f]?(?:%|per\s?cent\b)
      (?:\s(?P<way>less|lower|fewer|more|higher)\b)?
    | (?P<count>\d{{1,6}}|{_WORD})\s(?:\w+\s)?(?:thefts?|hacks?|heists?|attacks?|incidents?|exploits?|breaches)\b
    | (?P<days>\d{{1,6}}|{_WORD})[\s-]days?\b
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_SIGNS = "€£¥₩₽₹₺₴₦₿Ξ"
_CODES = "EUR|GBP|JPY|KRW|CNY|RMB|INR|CHF|CAD|AUD|NZD|SGD|HKD|TWD|RUB|TRY|BRL|SEK|NOK|DKK|PLN"
_COINS = "W?BTC|W?ETH|USDT|USDC|DAI|BNB|SOL|XRP|TRX|MATIC|ADA|AVAX|DOGE|LTC|BCH|ETC|XMR|XLM|DOT|TON"
_MONEY = (
    r"(?:euros?|pounds?(?:\ssterling)?|sterling|quid|yen|yuan|renminbi|won|rubles?|roubles?|rupees?|lira|"
    r"(?:swiss\s)?francs?|(?:canadian|australian|singapore|hong\skong|new\szealand|taiwan)\sdollars?)\b"
)
_TOKENS = r"(?:bitcoins?|ethers?|ethereum|tethers?|tokens|coins)\b"
_OTHER = re.compile(
    rf"""(?:
      (?:(?<!\w)(?:C|CA|A|AU|S|SG|HK|NZ|NT|R)\$|[{_SIGNS}]|(?<!\w)(?-i:{_CODES}))\s?(?:{_NUMBER})(?:[\s-]?{_SCALE})?
    | (?<![\w.,$-])(?<!\$\s)(?:{_NUMBER}|an?(?=\s[mb]illion)|one(?=\s[mb]illion))
      (?:
        (?:[\s-]?{_SCALE})?\s?(?:[{_SIGNS}]|(?:in\s)?{_MONEY}|{_TOKENS}|(?-i:{_CODES}|{_COINS})\b)
      | [\s-]?{_SCALE}\s(?-i:(?!USD?\b)[A-Z]{{3,6}})\b
      )
    )""",
    re.IGNORECASE | re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure and the range it stands for; dollars are micro-dollars. `strict` leaves the ends themselves out.

    `slack` is by how much the range is wider at both ends if the figure's zeros are no digits: 80 % as about 80 %.
    `start` and `end` are its place in the text it was found in.
    """

    text: str
    unit: Unit
    value: Fraction
    low: Fraction | None
    high: Fraction | None
    strict: bool = False
    slack: Fraction = Fraction(0)
    start: int = 0
    end: int = 0

    def fits(self, value: Fraction) -> bool:
        """Whether this value is within the range."""
        if self.strict and value in (self.low, self.high):
            return False
        return (self.low is None or self.low <= value) and (self.high is None or value <= self.high)

    def meets(self, low: Fraction, high: Fraction) -> bool:
        """Whether the range, with its slack, has anything in common with another."""
        if self.strict:
            return (self.low is None or high > self.low) and (self.high is None or low < self.high)
        first = None if self.low is None else self.low - self.slack
        last = None if self.high is None else self.high + self.slack
        return (first is None or high >= first) and (last is None or low <= last)


@dataclass(frozen=True, slots=True)
class OtherMoney:
    """A sum in another currency or coin than the US dollar, as it stands in a text."""

    text: str
    start: int
    end: int


def figures(text: str) -> Iterator[Figure]:
    """The figures in a text, in order; sums in another currency are none."""
    others = other_money(text)
    other = next(others, None)
    for match in _PATTERN.finditer(text):
        while other is not None and other.end <= match.start():
            other = next(others, None)
        if match["dollars"] or other is None or match.end() <= other.start:
            yield _figure(match)


def other_money(text: str) -> Iterator[OtherMoney]:
    """The sums in another currency or coin, in order."""
    for match in _OTHER.finditer(text):
        yield OtherMoney(match[0], *match.span())


def figure(text: str, within: str | None = None) -> Figure:
    """A text that is one figure; `within` says how far it may be off instead of its digits.

    Raises:
        InvalidAmount: no figure, or more than that.
    """
    match = _PATTERN.fullmatch(text.strip())
    if match is None:
        other = "; another currency is not converted, say it in US dollars" if _OTHER.search(text) else ""
        raise InvalidAmount(
            f"expected a figure like “$340.4 million”, “about 30 %”, “20 thefts” or “within 10 days”, got {text!r}"
            f"{other}"
        )
    found = _figure(match)
    if within is None:
        return found
    width = figure(within)
    if width.unit != found.unit:
        raise InvalidAmount(f"expected `within` in the unit of {text!r}, got {within!r}")
    value = found.value
    return Figure(text, found.unit, value, value - width.value, value + width.value)


def _figure(match: re.Match[str]) -> Figure:
    unit, number, scale = _parts(match)
    digits = re.sub(r"[^\d.]", "", number)
    exact = Fraction(digits) * scale
    half = _half(digits, scale, exact, rounded=match["about"] is not None)
    if unit in ("thefts", "days") and not match["about"]:
        half = Fraction(0)
    elif not match["about"]:
        if match["one"]:
            half = exact / 10
        elif unit == "usd" and scale == MICROS:
            half = max(half, min(_last(digits, scale), exact / 100))
    low, high = _ends(match, exact, half)
    if unit == "percent" and _falls(match):
        exact, low, high = -exact, None if high is None else -high, None if low is None else -low
    strict = bool(match["least"] or match["most"]) and not _closed(match)
    return Figure(match[0].strip(), unit, exact, low, high, strict, _slack(match, unit, digits, scale), *match.span())


def _slack(match: re.Match[str], unit: Unit, digits: str, scale: int) -> Fraction:
    """What the range gains if the zeros at the end are no digits."""
    if unit in ("thefts", "days") or match["least"] or match["most"] or match["one"] or match["about"]:
        return Fraction(0)
    exact = Fraction(digits) * scale
    return _half(digits, scale, exact, rounded=True) - _half(digits, scale, exact, rounded=False)


def _parts(match: re.Match[str]) -> tuple[Unit, str, int]:
    """Unit, digits, and what one of them is worth."""
    if number := match["dollars"] or match["bare"] or match["plain"]:
        return "usd", number, _scale(match["scale"] or match["bare_scale"]) * MICROS
    if match["one"]:
        return "usd", "1", _scale(match["one_scale"]) * MICROS
    if match["percent"]:
        return "percent", match["percent"], 1
    unit: Unit = "thefts" if match["count"] else "days"
    number = (match["count"] or match["days"]).lower()
    return unit, str(_WORDS.index(number)) if number in _WORDS else number, 1


def _scale(name: str | None) -> int:
    return _SCALES[name.lower()] if name else 1


def _half(digits: str, scale: int, exact: Fraction, *, rounded: bool) -> Fraction:
    """Half of the last digit written; of the last that is not zero, by at most a tenth, where it is `rounded`."""
    half = Fraction(scale, 2 * 10 ** len(digits.partition(".")[2]))
    return max(half, min(_last(digits, scale), exact / 10)) if rounded else half


def _last(digits: str, scale: int) -> Fraction:
    """Half of the last digit that is not zero."""
    whole, _, part = digits.partition(".")
    if part.strip("0"):
        return Fraction(scale, 2 * 10 ** len(part.rstrip("0")))
    return Fraction(scale * 10 ** (len(whole) - len(whole.rstrip("0"))), 2)


def _ends(match: re.Match[str], exact: Fraction, half: Fraction) -> tuple[Fraction | None, Fraction | None]:
    if match["least"]:
        return exact, None
    if match["most"]:
        return None, exact
    nearly = (match["about"] or "").lower() in ("nearly", "almost")
    return exact - half, exact if nearly else exact + half


def _closed(match: re.Match[str]) -> bool:
    return (match["least"] or match["most"] or "").lower() in ("at least", "at most", "up to", "within")


def _falls(match: re.Match[str]) -> bool:
    way, sign = (match["way"] or "").lower(), match["sign"] or "+"
    return match["fall"] is not None or sign != "+" or way in ("less", "lower", "fewer")
