"""Answers of a trace as a picture, and case files."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from dyepack.web.shapes.base import Amount, Shape

Statement = Literal["fact", "rule", "statistical", "analyst"]
BySource = Annotated[dict[str, Amount], Field(description="By incident; `unknown` is money of unknown origin.")]


class DrawnSource(Shape):
    """Whose money there is in a run, and whether this view draws it."""

    source: str
    drawn: bool


class DrawnAsset(Shape):
    """An asset, and what a base unit of it is drawn as; weights are for widths alone."""

    asset: str
    symbol: str
    decimals: int
    weight: Amount


class FoldForm(Shape):
    """How far the trace is folded, and how much there is."""

    level: str
    levels: list[str]
    periods: int
    movements: int
    accounts: int
    places: int
    links: int


class DrawnTimes(Shape):
    """The first and last movement of the run."""

    first: datetime | None
    last: datetime | None


class DrawnPeriod(Shape):
    """A period of the picture, and where its first column stands."""

    from_: datetime = Field(alias="from")
    to: datetime
    x: float | None


class HiddenPart(Shape):
    """What rests in the end and is not drawn, with the reason."""

    why: str
    amount: Amount
    links: int


class Beside(Shape):
    """What rests of a source that was not asked for."""

    source: str
    amount: Amount


class DrawnSum(Shape):
    """What of an asset rests in the end: drawn and hidden add up to it."""

    asset: str
    rests: Amount
    drawn: Amount
    low: Amount
    high: Amount
    hidden: list[HiddenPart]
    beside: list[Beside]


class DrawnPlace(Shape):
    """Accounts of one lane in one column; `opens` is what to ask for to open it."""

    id: str
    lane: str
    period: int | None
    side: Literal["start", "end"] | None
    kind: str
    statement: Statement | Literal["claim"]
    name: str
    asset: str | None
    concept: str | None
    actor: str | None
    accounts: int
    addresses: list[str]
    more: Annotated[int, Field(description="Addresses that are not listed.")]
    likeness: str | None
    in_: Amount = Field(alias="in")
    out: Amount
    low: Amount
    high: Amount
    by_method: Annotated[dict[str, Amount], Field(description="What comes to it; of a start, what leaves it.")]
    by_source: BySource
    rests: Amount
    inside: int
    hidden_in: Amount
    hidden_out: Amount
    bait: int
    opens: str | None
    folds: str | None
    x: float
    y: float
    h: float


class DrawnLink(Shape):
    """What went from one place to another further right; `way` has its points, x and y in turn."""

    id: str
    from_: str = Field(alias="from")
    to: str
    asset: str
    amount: Amount
    low: Amount
    high: Amount
    by_method: dict[str, Amount]
    by_source: BySource
    movements: int
    kept: bool
    first: datetime | None
    last: datetime | None
    moved: Amount | None
    traced_share: float | None
    kind: Statement
    marks: list[Literal["conversion", "crossing", "mixer", "dust"]]
    way: list[float]
    h: float


class BaitMark(Shape):
    """Movements that nobody followed, from one place to another; null is somebody who is not drawn."""

    id: str
    from_: str | None = Field(alias="from")
    to: str | None
    movements: int
    flags: Annotated[dict[str, int], Field(description="How many movements, by why they were not followed.")]
    outside: Annotated[int, Field(description="How many addresses are at the end that is not drawn.")]
    first: datetime
    last: datetime


class Bait(Shape):
    """What touches the view and was never followed; `marks` where they were asked for, and how many more there are."""

    shown: bool
    movements: int
    marks: list[BaitMark]
    more: int


class GraphView(Shape):
    """One view of one run."""

    run: str
    chain: str
    incidents: list[str]
    backward: bool
    method: str
    methods: list[str]
    sources: list[DrawnSource]
    assets: list[DrawnAsset]
    fold: FoldForm
    times: DrawnTimes
    periods: list[DrawnPeriod]
    width: float
    height: float
    place_width: float
    too_large: bool
    sentence: Annotated[str, Field(description="Of how much, how much had reached whom; a range over the rules.")]
    sums: list[DrawnSum]
    places: list[DrawnPlace]
    links: list[DrawnLink]
    bait: Bait


class GraphProgress(Shape):
    """What the making of a graph has said so far; nothing is under way where it was made, or nobody asked for it."""

    under_way: bool
    seconds: float
    said: list[str]


class LinkRow(Shape):
    """One row of a link: a movement, or what went along without one (`seed`, `kept`, `rest`)."""

    block: int | None
    time: datetime | None
    tx_index: int | None
    seq: int | None
    tx_hash: str | None
    kind: str
    chain: str
    from_address: str | None
    to_address: str | None
    asset: str
    amount: Amount
    low: Amount
    high: Amount
    moved: Amount | None


class BaitRow(Shape):
    """A movement that was never followed, and why."""

    chain: str
    block: int
    time: datetime
    tx_index: int
    seq: int
    tx_hash: str
    kind: str
    from_address: str
    to_address: str
    asset: str
    amount: Amount
    flag: str


class BaitView(Shape):
    """A page of movements that were never followed."""

    total: int
    offset: int
    rows: list[BaitRow]


class LinkView(Shape):
    """The rows that sum to a link."""

    link: str
    total: int
    offset: int
    amount: Amount
    rows: list[LinkRow]


class CaseNote(Shape):
    """What a person wrote at a place (by its lane) or a link, and the colour they gave it."""

    of: str
    on: Literal["place", "link"]
    text: str
    colour: str | None


class CaseWay(Shape):
    """Links that a person keeps together."""

    name: str
    links: list[str]


class CaseFileForm(Shape):
    """A case file; docs/reference/case-files.md."""

    form: Literal["dyepack-case"]
    form_version: Literal[1]
    title: str
    run: str
    version: str
    inputs: dict[str, Any]
    incidents: list[str]
    view: dict[str, str | list[str]]
    notes: list[CaseNote]
    ways: list[CaseWay]
    by: str


class KeptCase(Shape):
    """A case file as it is kept here."""

    id: str
    edition: int
    saved: datetime
    case: CaseFileForm


class CaseLine(Shape):
    """One case file of a list."""

    id: str
    run: str
    title: str
    edition: int
    saved: datetime


class CaseList(Shape):
    """A page of case files, the latest first."""

    total: int
    offset: int
    rows: list[CaseLine]
