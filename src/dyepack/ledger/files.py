"""What people write: the files of `incidents/`, as pydantic models.

The reference page and the JSON Schemas that editors use are made from these models (`format.py`); `load.py` turns files
into records. All values arrive as text (`yamltext.py`).
"""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from dyepack.amounts import USD, parse
from dyepack.chains import CHAINS, chain
from dyepack.errors import InvalidAmount, InvalidDate
from dyepack.model import last_day

MICRO_PER_CENT = 10_000


def _cents(value: object) -> int:
    micros = parse(str(value), USD.decimals)
    if micros % MICRO_PER_CENT:
        raise InvalidAmount(f"expected dollars with at most two decimals, got {value!r}")
    return micros


def _date(text: str) -> str:
    if not text.isascii():
        raise InvalidDate(f"expected a date in plain digits, got {text!r}")
    last_day(text)
    return text


def _whole(value: object) -> int:
    return parse(str(value), 0)


_DATE = {"type": "string", "pattern": r"^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$"}
Text = Annotated[str, Field(min_length=1)]
Word = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Url = Annotated[str, Field(pattern=r"^https?://\S+$")]
Date = Annotated[str, AfterValidator(_date), WithJsonSchema(_DATE)]
Usd = Annotated[int, BeforeValidator(_cents), WithJsonSchema({"type": "number", "minimum": 0})]
Whole = Annotated[
    int,
    BeforeValidator(_whole),
    Field(lt=10**9),
    WithJsonSchema({"type": "integer", "minimum": 0, "maximum": 10**9 - 1}),
]
ChainName = Annotated[
    str, AfterValidator(lambda name: chain(name).name), WithJsonSchema({"type": "string", "enum": sorted(CHAINS)})
]
Kind = Literal["face-value", "later-value", "component", "partial-or-misparsed", "value-at-theft"]
Confidence = Literal["confirmed", "assessed", "suspected", "disputed"]
IncidentClass = Literal[
    "theft", "scam-or-rug", "51-percent", "freeze", "market-event", "disputed-event", "bug-payout", "trading-exploit"
]


class Form(BaseModel):
    """Anything that a person fills in: no key that is not described here is accepted."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Said(Form):
    """When it was said: only what differs from the source's own date."""

    published: Annotated[Date | None, Field(description="the day, month or year in which the source said it")] = None
    retrieved: Annotated[
        Date | None,
        Field(description="for a database that changes under one address: when it was read, so said *by* then"),
    ] = None


class SourceForm(Said):
    """A page, document or database that was read. Claims refer to it by its key."""

    name: Annotated[Text, Field(description="who publishes it")]
    url: Annotated[Url | None, Field(description="where it was read; best a copy that does not change")] = None
    part: Annotated[Text | None, Field(description="the row, page or section within it")] = None


class Claim(Said):
    """One source saying one thing."""

    source: Annotated[Text, Field(description="key of one of the file's `sources`")]
    by: Annotated[Text | None, Field(description="who says so, where that is not the source's name")] = None


class Loss(Claim):
    """One source saying how much was taken, or how much came back."""

    usd: Annotated[Usd, Field(description="dollars, at most two decimals, without separators")]
    kind: Annotated[
        Kind | None,
        Field(
            description="why it is no plain statement of the loss: `face-value` (minted tokens at their price), "
            "`later-value` (a later price), `component` (a part; parts by one source are added up), "
            "`partial-or-misparsed`, `value-at-theft`. Only plain claims, `value-at-theft` and summed components are "
            "set side by side"
        ),
    ] = None
    covers: Annotated[
        tuple[Text, ...], Field(description="slugs of all incidents the figure speaks of, if more than this one")
    ] = ()


class AttributionForm(Claim):
    """One source saying who did it."""

    actor: Annotated[Word, Field(description="`dprk`, `insider`, `individual`, …; `not-dprk` is an explicit denial")]
    group: Annotated[Text | None, Field(description="the part of the actor that the source names")] = None
    confidence: Annotated[
        Confidence,
        Field(description="as the source puts it; `confirmed` is for governments, `disputed` for a contested claim"),
    ]


class AddressForm(Form):
    """One source naming an address."""

    chain: Annotated[ChainName, Field(description="name of the chain")]
    address: Annotated[Text, Field(description="in quotes; checked by the chain's own rules")]
    role: Annotated[Text, Field(description="`thief`, `victim`, `intermediary`, `attack-contract`, …")]
    source: Annotated[Text, Field(description="key of one of the file's `sources`")]
    also: Annotated[tuple[Text, ...], Field(description="keys of further sources that name it")] = ()
    by: Annotated[Text | None, Field(description="who listed it first, where that is not the source")] = None


class TransactionForm(Form):
    """One source naming a transaction."""

    chain: Annotated[ChainName, Field(description="name of the chain")]
    tx: Annotated[Text, Field(description="its hash, in quotes")]
    source: Annotated[Text, Field(description="key of one of the file's `sources`")]


class IncidentFile(Form):
    """One theft. The file's name is its slug and begins with its date."""

    date: Annotated[Date, Field(description="UTC day of the theft, or its month or year where no more is known")]
    victim: Annotated[Text, Field(description="who lost the money")]
    victim_type: Annotated[Word, Field(description="`cex`, `defi`, `bridge`, `individual`, …")]
    incident_class: Annotated[IncidentClass, Field(alias="class", description="totals count `theft`")] = "theft"
    vector: Annotated[Word, Field(description="`private-key-compromise`, `smart-contract-exploit`, …, `unknown`")]
    chains: Annotated[tuple[ChainName, ...], Field(description="where it happened")] = ()
    notes: Annotated[Text | None, Field(description="what a reader must know, in your own words")] = None
    sources: Annotated[
        dict[Word, SourceForm], Field(min_length=1, description="everything that was read, each under a short key")
    ]
    losses: Annotated[tuple[Loss, ...], Field(description="how much was taken: one line per claim")] = ()
    returned: Annotated[tuple[Loss, ...], Field(description="how much came back: one line per claim")] = ()
    attributions: Annotated[tuple[AttributionForm, ...], Field(description="who did it: one line per claim")] = ()
    addresses: Annotated[tuple[AddressForm, ...], Field(description="addresses that a source names")] = ()
    transactions: Annotated[tuple[TransactionForm, ...], Field(description="transactions that a source names")] = ()
    references: Annotated[tuple[Url, ...], Field(description="further reading that no claim rests on")] = ()


class LaunderingAddress(Form):
    """An address that a statement about the proceeds names."""

    chain: Annotated[ChainName, Field(description="name of the chain")]
    address: Annotated[Text, Field(description="in quotes; checked by the chain's own rules")]
    role: Annotated[Text, Field(description="`mixer-depositor`, `cex-deposit`, `consolidation`, …")]


class LaunderingTransaction(Form):
    """A transaction that a statement about the proceeds names."""

    chain: Annotated[ChainName, Field(description="name of the chain")]
    tx: Annotated[Text, Field(description="its hash, in quotes")]


class LaunderingForm(Form):
    """One source saying how the proceeds of incidents moved."""

    incidents: Annotated[tuple[Text, ...], Field(description="slugs; empty for a statement about a whole actor")] = ()
    kind: Annotated[Word, Field(description="`mixer`, `exchange`, `bridge`, `dex`, `otc`, `recovery`, `pattern`, …")]
    service: Annotated[Text | None, Field(description="where it went")] = None
    when: Annotated[Text | None, Field(description="day, month, year, or two of them joined by a slash")] = None
    statement: Annotated[Text, Field(description="what is said to have happened, in your own words")]
    usd: Annotated[Usd | None, Field(description="dollars, at most two decimals")] = None
    quantity: Annotated[
        Text | None,
        Field(pattern=r"^[0-9]+(\.[0-9]+)?$", description="how much of `asset`, as the source gives it, in quotes"),
    ] = None
    asset: Annotated[Text | None, Field(description="symbol")] = None
    confidence: Annotated[Literal["confirmed", "reported"], Field(description="`confirmed` is for governments")]
    by: Annotated[Text, Field(description="who says so")]
    url: Annotated[Url, Field(description="where it was read")]
    addresses: Annotated[tuple[LaunderingAddress, ...], Field(description="addresses it names")] = ()
    transactions: Annotated[tuple[LaunderingTransaction, ...], Field(description="transactions it names")] = ()


class LaunderingFile(Form):
    """`laundering.yaml`: how the proceeds of the large cases are said to have moved."""

    laundering: Annotated[tuple[LaunderingForm, ...], Field(description="one entry per statement")]


class TotalForm(Form):
    """One figure of an edition."""

    series: Annotated[Literal["dprk", "all", "dprk-cumulative", "all-cumulative"], Field(description="what it counts")]
    year: Annotated[Whole | None, Field(description="left out where the figure spans several years")] = None
    usd: Annotated[Usd | None, Field(description="dollars; left out where only a count was printed")] = None
    incidents: Annotated[Whole | None, Field(description="how many incidents it counts")] = None
    covers_to: Annotated[Date | None, Field(description="the day to which a partial year runs")] = None
    note: Annotated[Text | None, Field(description="how it was read, and what it leaves out")] = None


class Edition(Form):
    """What one publisher printed on one day: revisions are new editions, old ones stay."""

    publisher: Annotated[Text, Field(description="who printed it")]
    published: Annotated[Date, Field(description="when")]
    url: Annotated[Url, Field(description="where it was read")]
    derived: Annotated[
        bool, Field(description="`true`: worked out from what the publisher printed, not printed by it")
    ] = False
    totals: Annotated[tuple[TotalForm, ...], Field(min_length=1, description="its figures, one line each")]


class TotalsFile(Form):
    """`published-totals.yaml`: what publishers printed, edition by edition."""

    editions: Annotated[tuple[Edition, ...], Field(description="one entry per publisher and day")]
