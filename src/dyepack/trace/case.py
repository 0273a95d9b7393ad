"""Reads a case folder: `case.yaml` names the incident, the movements, the seeds and the stops that an analyst chose."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dyepack import chains
from dyepack.addresses import normalise
from dyepack.errors import InputError, RecordError
from dyepack.lines import within
from dyepack.trace.request import REASONS, Request, SeedSpec, Stop
from dyepack.yamltext import read as read_yaml

_NEEDED = ("incident", "title", "chain", "about", "unit", "movements", "seeds")


@dataclass(frozen=True, slots=True)
class CaseSource:
    """Who published what a case restates, and under which licence."""

    name: str
    url: str
    licence: str


@dataclass(frozen=True, slots=True)
class Case:
    """One case: everything that a trace of it needs beside the tables."""

    incident: str
    title: str
    chain: str
    about: str
    unit: str
    source: CaseSource
    movements: Path
    asset: str | None
    tags: Path | None
    seeds: tuple[SeedSpec, ...]
    stops: tuple[Stop, ...]

    def request(self, methods: Sequence[str] = ("all",)) -> Request:
        """The trace that the case asks for."""
        return Request((self.incident,), self.seeds, self.stops, tuple(methods), self.chain)


def read(folder: Path | str) -> Case:
    """The case in this folder.

    Raises:
        RecordError: no `case.yaml` there, or it is not as it should be; says what was expected.
    """
    path = Path(folder) / "case.yaml"
    said = _load(within(path.parent, path.name, "case.yaml") if path.exists() else path)
    for name in _NEEDED:
        if not said.get(name):
            raise RecordError("expected a value, got none", source=path.name, field=name)
    source = said.get("source") or {}
    chain = chains.chain(str(said["chain"])).name
    incident = str(said["incident"])
    return Case(
        incident=incident,
        title=str(said["title"]),
        chain=chain,
        about=" ".join(str(said["about"]).split()),
        unit=" ".join(str(said["unit"]).split()),
        source=CaseSource(*(str(source.get(name, "")) for name in ("name", "url", "licence"))),
        movements=within(path.parent, str(said["movements"]), "movements"),
        asset=said.get("asset"),
        tags=within(path.parent, str(said["tags"]), "tags") if said.get("tags") else None,
        seeds=tuple(SeedSpec(incident, chain, _address(row, chain, "seeds")) for row in said["seeds"]),
        stops=tuple(_stop(row, chain) for row in said.get("stops") or ()),
    )


def _load(path: Path) -> dict[str, Any]:
    said = read_yaml(path, str(path)).value
    if not isinstance(said, dict):
        raise RecordError("expected a map", source=path.name)
    return said


def _stop(row: Any, chain: str) -> Stop:
    address = _address(row, chain, "stops")
    reason = str(row.get("reason") or "analyst")
    if reason not in REASONS:
        raise RecordError(f"expected one of {', '.join(REASONS)}, got {reason!r}", source="case.yaml", field="reason")
    return Stop(address, reason, row.get("name"))


def _address(row: Any, chain: str, field: str) -> str:
    try:
        return normalise(str(row["address"]), chain)
    except (InputError, KeyError, TypeError) as error:
        raise RecordError(f"expected an address in each: {error}", source="case.yaml", field=field) from None
