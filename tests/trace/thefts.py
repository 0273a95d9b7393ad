"""Thefts drawn as text and asked through the command, and one transaction settled by itself.

A drawing is that of `drawing`, with names in place of addresses and assets: every name is an address of its own, and so
is every asset but ETH.
"""

import csv
import json

from dyepack.cli import run
from dyepack.trace.converting import settle
from dyepack.trace.methods import CONSERVING
from dyepack.trace.taking import Claim
from tests.trace.drawing import transfers

THEFT = "x-case"


def address(name):
    """The address that a name of a drawing stands for."""
    return "0x" + name.encode().hex().rjust(40, "0")


def token(asset):
    """The id of an asset of a drawing."""
    return asset if asset == "ETH" else f"ethereum:{address(asset)}"


class Case:
    """A workspace that holds a drawing and nothing else, and what the commands say of it."""

    def __init__(self, folder, capsys, drawing):
        self.folder, self.capsys = folder, capsys
        self.workspace = str(folder / "w")
        with (folder / "m.csv").open("w", newline="") as file:
            write = csv.writer(file)
            write.writerow(["tx_hash", "from", "to", "amount", "block", "time", "token", "kind", "tx_index", "seq"])
            for row in transfers(drawing):
                contract = "" if row.asset == "ETH" else address(row.asset)
                kind = row.kind if contract == "" or row.kind != "native" else "token"
                ends = (address(row.from_address), address(row.to_address))
                if kind == "native" and row.seq:
                    kind = "internal"
                where = (row.block, int(row.time.timestamp()), contract, kind, row.tx_index, row.seq)
                write.writerow([self.hash(row.tx_hash), *ends, row.amount, *where])
        assert self("ingest", "movements", str(folder / "m.csv"), "--chain", "ethereum", "--base-units") is not None

    @staticmethod
    def hash(name):
        """A transaction's hash; `t2.0` is the first of block 2."""
        return "0x" + name.encode().hex().rjust(64, "0")

    def __call__(self, *words):
        """What a command says; it must be well."""
        self.capsys.readouterr()
        code = run(["-w", self.workspace, *words])
        told = self.capsys.readouterr()
        assert code == 0, told.err
        return told.out

    def seeds(self, *seeds):
        """A file of seeds, each (name, transaction) with an asset if wanted."""
        with (self.folder / "s.csv").open("w", newline="") as file:
            write = csv.writer(file)
            write.writerow(["address", "tx_hash", "asset"])
            write.writerows([address(name), self.hash(tx), token(more[0]) if more else ""] for name, tx, *more in seeds)
        return str(self.folder / "s.csv")

    def trace(self, *seeds, words=()):
        """The answer of `trace` in JSON, and `balance`, `bounds` and `explain` held against it."""
        given = self.seeds(*seeds)
        told = json.loads(self("trace", THEFT, "--unlisted", "--seeds", given, "--json", *words))
        self.agrees(told, given)
        return told

    def agrees(self, told, given):
        """The other commands answer, and say the same."""
        assert all(told["methods"][method]["conserved"] for method in CONSERVING)
        books = json.loads(self("balance", "last", "--json"))
        assert all(sheet["adds_up"] for sheet in books["sheets"])
        bound = json.loads(self("bounds", THEFT, "--unlisted", "--seeds", given, "--json"))
        assert bound["bounds"]
        for place in told["destinations"]:
            if int(place["amounts"].get("fifo", 0)) and place["reason"] != "stolen":
                explained = json.loads(self("explain", "last", place["address"], "--asset", place["asset"], "--json"))
                whole = sum(int(figure["rests"]) for figure in explained["figures"])
                assert whole == int(place["amounts"]["fifo"])

    @staticmethod
    def rests(told, method="fifo"):
        """Stolen money by (name, asset), where it is not converted."""
        names = {address(name): name for name in map(str, _NAMES)}
        assets = {token(asset): asset for asset in _ASSETS}
        return {
            (names.get(place["address"], place["address"]), assets[place["asset"]]): int(place["amounts"][method])
            for place in told["destinations"]
            if int(place["amounts"][method]) and place["reason"] != "converted"
        }

    @staticmethod
    def seeded(told):
        """What was seeded, by (name, asset)."""
        names = {address(name): name for name in _NAMES}
        assets = {token(asset): asset for asset in _ASSETS}
        return {
            (names[seed["address"]], assets[seed["asset"]]): int(seed["amount"])
            for seed in told["seeds"]
            if seed["origin"] == THEFT
        }


_NAMES = [*"abcdefghijklmnopqrstuvwxyz", "lender", "router", "pool", "victim", "helper", "vault"]
_ASSETS = ["ETH", "USDC", "DAI", "T", "LP", "PT", "YT"]


def settled(drawing, claims, stops=()):
    """One transaction, whose movements plus signs part, settled for claims {incident: names}."""
    rows = [{name: getattr(row, name) for name in _COLUMNS} | {"time": 0, "named": True} for row in transfers(drawing)]
    made = [Claim(incident, frozenset(names)) for incident, names in claims.items()]
    return settle(rows, set(), made, stops)


_COLUMNS = ("block", "tx_index", "tx_hash", "seq", "kind", "from_address", "to_address", "asset", "amount", "placed")


def ends(one, incident=THEFT):
    """Where stolen money is at the end of a settled transaction, by (address, asset)."""
    sums: dict[tuple[str, str], int] = {}
    for event in one.events:
        for _, part in event.moves():
            whose = part.kind in ("taken", "taken_new") or part.payer.moment.endswith(incident)
            stolen = whose or (part.kind == "conversion_out" and part.payer.moment in _gone_into(one, incident))
            if stolen and not part.payee.moment:
                sums[part.payee.address, part.asset] = sums.get((part.payee.address, part.asset), 0) + part.amount
    return sums


def _gone_into(one, incident):
    """The names of what comes out of conversions of stolen money."""
    return {
        part.payee.moment + ">"
        for event in one.events
        for _, part in event.moves()
        if part.kind == "conversion_in" and part.payer.moment.endswith(incident)
    }
