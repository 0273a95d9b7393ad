"""Answers about what may come, and how such answers have fared."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field

from dyepack.web.shapes.base import Amount, Shape, Share, Sparse
from dyepack.web.shapes.ledger import Lateness, Theft


class Baseline(Sparse):
    """A simple rule's chance; what else it says depends on the rule."""

    name: str | None = None
    chance: Share | None
    low: Share | None = None
    high: Share | None = None
    passed: int | None = None
    years: int | None = None
    usd: Amount | None = None


class ModelChance(Shape):
    """The model's chance with its interval."""

    probability: Share
    interval: list[Share] | None


class SingleChance(Shape):
    """The chance that one theft alone does it."""

    chance: Share
    low: Share
    high: Share


class Standing(Shape):
    """Where the year stands by one clock, and the chance from there."""

    so_far: Amount
    missing: Amount
    passed: bool
    model: ModelChance
    by_one_theft: SingleChance
    baselines: dict[str, Baseline]
    thefts_as_large_as_missing: list[Theft]
    of_everybody: list[Theft]


class Memory(Shape):
    """How well arrivals are foretold with a memory of so many years."""

    memory: float | None
    log_score: float


class Arrivals(Shape):
    """How often thefts come."""

    model: str
    thefts_per_year: float
    compared: list[Memory]


class Severity(Shape):
    """How large thefts are."""

    family: str
    learns_from: str
    held_out_log_score: float | None
    aic: float | None


class Model(Shape):
    """What the model learnt."""

    probability: Share
    interval: list[Share] | None
    clock: str
    arrivals: Arrivals
    severity: Severity
    thefts: int
    floor: Amount


class Alternative(Severity):
    """The chance by a family of sizes that was not chosen."""

    chance: Share
    low: Share
    high: Share


class ReturnPeriod(Shape):
    """How often a theft of a size comes, as counted and by the model, in years."""

    size: Amount
    text: str
    seen: int
    in_years: float
    model_years_between: float
    interval: list[float]


class Events(Shape):
    """How many cases there were, and how many came true."""

    cases: int
    came_true: int
    years_with_event: list[int]


class ThresholdEvents(Events):
    """The same of one threshold."""

    threshold: Amount


class Margin(Shape):
    """How much worse than the model, with its interval."""

    brier: float
    low: float
    high: float


class Score(Shape):
    """A forecaster's mean scores; less is better."""

    name: str
    brier: float
    log_score: float
    worse_than_model_by: Margin


class Bin(Shape):
    """Cases whose chance lay in a range, and how many came true."""

    from_: Annotated[float, Field(alias="from")]
    to: float
    cases: int
    mean_chance: Share
    share_passed: Share
    share_low: Share
    share_high: Share


class Record(Shape):
    """How the outlook would have fared in years that are over."""

    actor: str | None
    rule: str | None
    clock: str
    verdict: str
    best: str
    years: list[int]
    events: Events
    enough_to_tell_from_chance: bool
    thresholds: list[ThresholdEvents]
    scores: list[Score]
    calibration: list[Bin]
    calibration_of_rules: Annotated[dict[str, list[Bin]], Field(description="The same of each simple rule.")]
    skipped: list[Any]


class Case(Shape):
    """One past day on which the outlook is asked."""

    as_of: date
    threshold: Amount
    so_far: Amount
    total: Amount
    passed: bool
    chances: dict[str, Share]


class Backtest(Record):
    """The record with its cases."""

    cases: list[Case]


class Outlook(Shape):
    """The chance that a year passes a threshold, and everything it rests on."""

    actor: str | None
    rule: str | None
    as_of: date
    year: int
    threshold: Amount
    unit: Literal["micro-dollars"]
    counted: str
    goes_by: str
    probability: Share
    interval: list[Share] | None
    interval_level: float
    interval_over_models: list[Share]
    baseline: Baseline
    days_left: int
    standings: dict[str, Standing]
    model: Model
    alternatives: list[Alternative]
    return_periods: list[ReturnPeriod]
    reporting_delay: Lateness
    first_claim: date | None
    record: Record | None
    hindsight: str
