"""DefiLlama's list of thefts, as its API gives it (JSON) or as a table of the same fields (CSV).

A row says: name, date (seconds since 1970, or a day), classification, technique, amount in dollars, chains, whether it
was a bridge, the kind of target, what came back, and a link. The link is further reading: the claim is the list's own.
"""

import datetime as dt
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from dyepack.amounts import rounded, show
from dyepack.chains import chain
from dyepack.csvrows import CsvFile
from dyepack.errors import InputError, InvalidAmount, SourceError, UnknownChain
from dyepack.ledger.importers import Row
from dyepack.ledger.proposal import Listed, Proposal
from dyepack.lines import names_once

URL = "https://defillama.com/hacks"
MAX_BYTES = 100_000_000
_MOST_CENTS = 10**18
_FIELDS = {
    "name": ("name",),
    "date": ("date", "exploit_date"),
    "amount": ("amount", "loss_usd"),
    "chain": ("chain", "chains"),
    "source": ("source", "source_url"),
}
_NAMES = {
    "binance": "bsc",
    "zksync era": "zksync",
    "bitcoincash": "bitcoin_cash",
    "dagger": "xdag",
    "0g": "zero_gravity",
}
_TARGETS = {
    "cex": "cex",
    "defi protocol": "defi",
    "gaming": "gaming",
    "wallet": "wallet",
    "bridge": "bridge",
    "nft": "nft",
}
_VECTORS = (
    ("social engineering", "social-engineering"),
    ("phishing", "phishing"),
    ("private key", "private-key-compromise"),
    ("hot wallet", "private-key-compromise"),
    ("keys? compromised", "private-key-compromise"),
    ("supply chain", "supply-chain"),
    ("flash ?loan", "flash-loan"),
    ("oracle", "oracle-manipulation"),
    ("governance", "governance-attack"),
    ("frontend|dns|cloudflare", "infrastructure-compromise"),
)
_CONTRACTS = ("protocol logic", "smart contract language", "ecosystem")


class _Problem(str):
    """What is wrong with a row before it is looked into."""

    __slots__ = ()


def read(path: Path, listed: Listed) -> Iterator[Row]:
    """The rows of a file, JSON or CSV by its name's ending; `listed` says where and when it was read.

    Raises:
        SourceError: the file cannot be read.
        InputError: it is no list of rows with a name and a date.
    """
    rows = _json(path) if path.suffix.lower() == ".json" else _csv(path)
    for line, text, cells in rows:
        yield line, text, cells if isinstance(cells, _Problem) else _row(cells, listed)


def _json(path: Path) -> Iterator[tuple[int | None, str, Any]]:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise SourceError(f"cannot read {path}: {error.strerror}") from None
    if len(raw) > MAX_BYTES:
        raise InputError(f"expected a list of at most {MAX_BYTES:,} bytes, got {len(raw):,} in {path.name}")
    names_once(raw)
    try:
        listed = json.loads(raw.decode("utf-8-sig"), parse_float=str, parse_int=str)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path.name} is not JSON: {error}") from None
    if not isinstance(listed, list):
        raise InputError(f"expected a JSON list of thefts in {path.name}, got {type(listed).__name__}")
    for number, cells in enumerate(listed, 1):
        yield number, json.dumps(cells, ensure_ascii=False)[:500], cells


def _csv(path: Path) -> Iterator[tuple[int | None, str, Any]]:
    file = CsvFile(path)
    columns = {field: next((name for name in names if name in file.header), None) for field, names in _FIELDS.items()}
    for field in ("name", "date"):
        if columns[field] is None:
            raise file.missing(field, "is it a list of DefiLlama? For another table: --format csv --map ...")
    for row in file:
        cells: dict[str, Any] = {
            **row.cells,
            **{field: row.cells.get(column or "") for field, column in columns.items()},
        }
        cells["chain"] = [each.strip() for each in (cells["chain"] or "").split(",") if each.strip()]
        yield row.line, row.text, _Problem(row.problem) if row.problem else cells


def _row(cells: Any, listed: Listed) -> Proposal | str:
    """A row as a proposal, or what is wrong with it."""
    if not isinstance(cells, Mapping):
        return f"expected a row with fields, got {str(cells)[:40]!r}"
    name = str(cells.get("name") or "").strip()
    if not name:
        return "expected a name, got nothing"
    try:
        date = _day(str(cells.get("date") or "").strip())
        usd, returned = _dollars(cells.get("amount")), _dollars(cells.get("returnedFunds"))
    except ValueError as error:
        return str(error)
    chains, unknown = _chains(cells.get("chain"))
    kind, technique = _plain(cells.get("classification")), _plain(cells.get("technique"))
    remarks = [f"chains that dyepack does not know, left out: {', '.join(unknown)}"] if unknown else []
    remarks += [] if usd else ["the list states no amount"]
    source = str(cells.get("source") or "").strip()
    return Proposal(
        date=date,
        victim=name,
        listed=replace(listed, part=f"row {name} {date}"),
        victim_type="bridge"
        if _plain(cells.get("bridgeHack")) == "true"
        else _TARGETS.get(_plain(cells.get("targetType")), "other"),
        incident_class="scam-or-rug" if kind == "rugpull" else "theft",
        vector="rug-pull" if kind == "rugpull" else _vector(kind, technique),
        chains=chains,
        usd=usd,
        returned=returned,
        references=(source,) if re.fullmatch(r"https?://\S+", source) else (),
        remarks=tuple(remarks),
    )


def _day(text: str) -> str:
    """Seconds since 1970, a day in ISO form, or month/day/year as the CSV has it; as a day in UTC."""
    if re.fullmatch(r"\d{9,10}", text, re.ASCII):
        return dt.datetime.fromtimestamp(int(text), dt.UTC).date().isoformat()
    if match := re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{2}|\d{4})", text, re.ASCII):
        month, day, year = (int(part) for part in match.groups())
        try:
            return dt.date(year if year > 99 else 2000 + year, month, day).isoformat()
        except ValueError:
            raise ValueError(f"expected month/day/year, got {text!r}") from None
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
        return text
    raise ValueError(f"expected a date as seconds since 1970, YYYY-MM-DD or month/day/year, got {text!r}")


def _dollars(value: Any) -> str | None:
    """An amount as the file will have it, rounded to cents; None where the list states none."""
    text = "" if value is None else str(value).strip()
    if not text:
        return None
    try:
        cents = rounded(text, 2)
    except InvalidAmount:
        raise ValueError(f"expected an amount in dollars, got {text[:40]!r}") from None
    if cents >= _MOST_CENTS:
        raise ValueError(f"expected an amount in dollars, got {text[:40]!r}")
    return show(cents, 2) if cents else None


def _chains(value: Any) -> tuple[tuple[str, ...], list[str]]:
    known, unknown = dict[str, None](), list[str]()
    for name in value if isinstance(value, list) else []:
        try:
            known[chain(_NAMES.get(str(name).lower(), str(name))).name] = None
        except UnknownChain:
            unknown.append(str(name)[:40] if str(name).isprintable() else "?")
    return tuple(known), unknown


def _vector(kind: str, technique: str) -> str:
    found = next((vector for pattern, vector in _VECTORS if re.search(pattern, technique)), None)
    return found or ("smart-contract-exploit" if kind in _CONTRACTS else "unknown")


def _plain(value: Any) -> str:
    return str(value if value is not None else "").strip().lower()
