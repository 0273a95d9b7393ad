"""What a fact check reads: statements, each with the figure it names and the quantity that the figure is of.

A few quantities compose: a share is of two quantities, a change is from one to another. The reference page and the JSON
Schema that editors use are made from these models (`statement_format.py`).
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, WithJsonSchema, model_validator

from dyepack.errors import InputError
from dyepack.ledger.files import Confidence, Date, Form, Text, Whole, Word
from dyepack.ledger.mistakes import Mistakes, at, checked
from dyepack.ledger.spoken import Figure, Unit, figure
from dyepack.yamltext import Document, read

Clock = Literal["known", "held"]
RuleName = Literal["R1", "R2", "R3", "R4"]
Usd = Annotated[
    Text, AfterValidator(lambda text: _of_unit(text, "usd")), WithJsonSchema({"type": "string", "minLength": 1})
]


class PrintedForm(Form):
    """A yearly total that a publisher printed, in the latest edition known."""

    publisher: Annotated[Text | None, Field(description="who printed it; left out: anybody")] = None
    actor: Annotated[Word | None, Field(description="whose thefts it counts: `dprk`; left out: everybody's")] = None
    year: Annotated[Whole | None, Field(description="the year; left out for a `cumulative` total")] = None
    cumulative: Annotated[bool, Field(description="`true`: a sum over years")] = False


class TheftsForm(Form):
    """Which thefts: these incidents, or an actor's under a rule, or everybody's; of one year, or of all."""

    incidents: Annotated[tuple[Text, ...], Field(description="slugs; instead of an actor")] = ()
    actor: Annotated[Word | None, Field(description="`dprk`, …")] = None
    rule: Annotated[RuleName, Field(description="the counting rule for the actor")] = "R2"
    year: Annotated[Whole | None, Field(description="only this year, up to the as-of day")] = None
    without: Annotated[tuple[Text, ...], Field(description="slugs to leave out")] = ()
    by: Annotated[Text | None, Field(description="only amounts that this speaker gave, e.g. `FBI`")] = None

    @property
    def everybody(self) -> bool:
        """Whether it asks for all thefts."""
        return not self.incidents and self.actor is None


class AttributedForm(Form):
    """Whether somebody says that an actor did it."""

    incident: Annotated[Text, Field(description="slug")]
    actor: Annotated[Word, Field(description="`dprk`, …")]
    by: Annotated[Text | None, Field(description="who says so; left out: anybody")] = None
    confidence: Annotated[Confidence | None, Field(description="at least this grade; left out: any")] = None


class FirstForm(Form):
    """Who was the first to say that an actor did it."""

    incident: Annotated[Text, Field(description="slug")]
    actor: Annotated[Word, Field(description="`dprk`, …")]


class ShareForm(Form):
    """One quantity as a percentage of another."""

    part: "Quantity"
    whole: "Quantity"


class ChangeForm(Form):
    """By how many per cent one quantity is more (or, with a minus, less) than another."""

    before: "Quantity"
    after: "Quantity"


class MissingForm(Form):
    """How many dollars one quantity falls short of another."""

    of: "Quantity"
    to: "Quantity"


class Quantity(Form):
    """What a figure is of: exactly one of these keys."""

    printed: Annotated[PrintedForm | None, Field(description="a published total, in dollars")] = None
    stolen: Annotated[TheftsForm | None, Field(description="what these thefts took, in dollars")] = None
    largest: Annotated[TheftsForm | None, Field(description="what the largest of these thefts took, in dollars")] = None
    thefts: Annotated[TheftsForm | None, Field(description="how many thefts: a count")] = None
    apart: Annotated[TheftsForm | None, Field(description="days from the first of these thefts to the last")] = None
    amount: Annotated[Usd | None, Field(description="a given amount, e.g. `$1 bn`")] = None
    share: Annotated[ShareForm | None, Field(description="`part` as a percentage of `whole`")] = None
    change: Annotated[ChangeForm | None, Field(description="from `before` to `after`, in per cent")] = None
    missing: Annotated[MissingForm | None, Field(description="how far `of` is below `to`, in dollars")] = None
    attributed: Annotated[AttributedForm | None, Field(description="`says: yes` or `says: no`")] = None
    first: Annotated[FirstForm | None, Field(description="`says` names who was first")] = None
    beyond: Annotated[
        Text | None, Field(description="why the ledger cannot decide it; the statement is then not decidable")
    ] = None

    @property
    def key(self) -> str:
        """Which quantity it is."""
        return next(name for name in type(self).model_fields if getattr(self, name) is not None)

    @property
    def unit(self) -> Unit | None:
        """What it is counted in; None where it is no figure."""
        return _UNITS.get(self.key)

    def parts(self) -> Iterator["Quantity"]:
        """This quantity and those it is made of."""
        yield self
        inner = self.share or self.change or self.missing
        for name in type(inner).model_fields if inner else ():
            yield from getattr(inner, name).parts()

    @model_validator(mode="after")
    def _one(self) -> "Quantity":
        given = [name for name in type(self).model_fields if getattr(self, name) is not None]
        if len(given) != 1:
            keys = ", ".join(type(self).model_fields)
            raise ValueError(f"expected exactly one of {keys}, got {' and '.join(given) or 'none'}")
        return self


_THEFTS = ("stolen", "largest", "thefts", "apart")
_UNITS: dict[str, Unit] = {
    **dict.fromkeys(("printed", "stolen", "largest", "amount", "missing"), "usd"),
    **dict.fromkeys(("share", "change"), "percent"),
    "thefts": "thefts",
    "apart": "days",
}


class StatementForm(Form):
    """One sentence to be checked."""

    text: Annotated[Text, Field(description="the sentence, as it stands")]
    says: Annotated[
        Text | None,
        Field(
            description="the figure it names, as it names it: `$340.4 million`, `about 30 %`, `20 thefts`, "
            "`within ten days`; `yes`, `no` or a name where the quantity asks for that"
        ),
        WithJsonSchema({"type": ["string", "boolean"]}),  # editors read `yes` as true
    ] = None
    of: Annotated[Quantity, Field(description="what the figure is of")]
    as_of: Annotated[Date | None, Field(description="the day on which it was written; default: the file's")] = None
    clock: Annotated[
        Clock | None,
        Field(
            description="`known`: by claims said by that day; `held`: by all that the ledger holds today about thefts "
            "up to that day. Default: `known`; but `held` for shares of stolen sums and for the thefts of everybody, "
            "of which few claims have a day"
        ),
    ] = None
    within: Annotated[
        Text | None, Field(description="how far off still agrees, in the figure's unit; default: as its digits say")
    ] = None
    span: Annotated[tuple[Whole, ...], Field(description="where the figure stands in the article: first, last+1")] = ()
    why: Annotated[Text | None, Field(description="why this check was proposed")] = None

    @property
    def by_clock(self) -> Clock:
        """The clock that decides."""
        return self.clock or ("held" if self.share_of_stolen or self._everybody else "known")

    @property
    def two_clocks(self) -> bool:
        """Whether the other clock can give another answer."""
        return any(each.key in _THEFTS for each in self.of.parts())

    @property
    def share_of_stolen(self) -> bool:
        """Whether it is a share of what was stolen, which is given by what is held alone."""
        return self.two_clocks and any(each.key == "share" for each in self.of.parts())

    @property
    def _everybody(self) -> bool:
        forms = (getattr(each, name) for each in self.of.parts() for name in _THEFTS)
        return any(form is not None and form.everybody for form in forms)

    @property
    def figure(self) -> Figure:
        """The figure it names; only where the quantity is one."""
        return figure(self.says or "", self.within)

    @property
    def at_least(self) -> bool:
        """Whether it says no more than how much or how many there are at least, of a set that may be incomplete."""
        asked = self.of.largest or self.of.stolen or self.of.thefts
        return asked is not None and not asked.incidents and self.figure.high is None

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """What is wrong with the statement as a whole: (key, reason)."""
        unit, key = self.of.unit, self.of.key
        if self.says is None:
            if key != "beyond":
                yield "says", "expected the figure that the statement names"
            return
        if unit is not None:
            yield from self._figure_mistakes(unit)
        elif key == "attributed" and self.says not in ("yes", "no"):
            yield "says", f"expected `yes` or `no`, got {self.says!r}"
        if self.clock == "known" and self.share_of_stolen:
            yield "clock", "a share of what was known measures the news, not the thefts; expected `held`"
        for each in self.of.parts():
            for inner in _inner(each):
                if inner.unit != "usd" and not (inner.unit == "thefts" and _alike(each)):
                    yield "of", f"expected quantities of one unit in `{each.key}`, got {inner.key!r}"

    def _figure_mistakes(self, unit: Unit) -> Iterator[tuple[str, str]]:
        try:
            found = self.figure
        except InputError as error:
            yield "says", str(error)
            return
        if found.unit != unit:
            yield "says", f"`{self.of.key}` is counted in {unit}, and {self.says!r} in {found.unit}"


class StatementsFile(Form):
    """A file of statements to be checked."""

    about: Annotated[Text | None, Field(description="what the statements are from")] = None
    as_of: Annotated[Date | None, Field(description="the day on which they were written")] = None
    # `min_length` would count only the statements without mistakes, and say so in its own words.
    statements: Annotated[
        tuple[StatementForm, ...],
        AfterValidator(lambda given: _some(given)),  # noqa: PLW0108 - defined below
        Field(description="one entry per statement", json_schema_extra={"minItems": 1}),
    ]


def load_statements(path: Path) -> tuple[StatementsFile, Document]:
    """A file of statements, and its text that knows the lines.

    Raises:
        RecordError: cannot be read as YAML.
        InputError: all that is wrong with it, with line and field.
    """
    document = read(path, path.name)
    try:
        form = checked(document, StatementsFile, "factcheck-format.md")
        errors = [
            at(document, ("statements", index, key), reason, "")
            for index, each in enumerate(form.statements)
            for key, reason in (*each.mistakes(), *_undated(form, each))
        ]
        if errors:
            raise Mistakes(errors)
    except Mistakes as mistakes:
        raise InputError("; ".join(str(error) for error in mistakes.errors)) from None
    return form, document


def _undated(form: StatementsFile, each: StatementForm) -> Iterator[tuple[str, str]]:
    if each.as_of is None and form.as_of is None:
        yield "as_of", "expected the day on which it was written, here or once for the file"


def _inner(each: Quantity) -> list[Quantity]:
    inner = each.share or each.change or each.missing
    return [getattr(inner, name) for name in type(inner).model_fields] if inner else []


def _alike(each: Quantity) -> bool:
    return each.key != "missing" and len({inner.unit for inner in _inner(each)}) == 1


def _some(given: tuple[StatementForm, ...]) -> tuple[StatementForm, ...]:
    if not given:
        raise ValueError("expected at least one statement, got none")
    return given


def _of_unit(text: str, unit: Unit) -> str:
    if figure(text).unit != unit:
        raise ValueError(f"expected dollars, got {text!r}")
    return text
