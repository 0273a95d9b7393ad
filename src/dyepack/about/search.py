"""What a person may mean by a few words in one box: an incident, actor, address, transaction, run or tag."""

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any
from urllib.parse import quote

from dyepack.errors import InputError
from dyepack.ledger import Ledger
from dyepack.store import Store
from dyepack.tags.actors import register
from dyepack.tags.lookup import asked
from dyepack.trace.recorded import listed

MOST = 20
_EACH = 8
_HASH = re.compile(r"(0x)?[0-9a-fA-F]{64}")
_RUN = re.compile(r"[0-9a-f]{4,16}")
_SHORTEST = 6
_TAGS = """
select chain, address, name, concept, pack from tags where lower(name) like $pattern and address <> ''
order by grade desc, name, chain, address, tag limit 8
"""
_BEGUN = """
select distinct chain, address, name from tags where starts_with(address, $begin) order by address, chain, name limit 8
"""
_MOVED = """
select distinct chain, tx_hash from transfers where tx_hash = $tx_hash order by chain limit 4
"""
_MADE = """
select distinct chain, tx_hash from outputs where tx_hash = $tx_hash order by chain limit 4
"""


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that may be meant: what it is, its id, what to call it, a remark, and the page about it."""

    kind: str
    id: str
    title: str
    note: str
    href: str

    def as_json(self) -> dict[str, Any]:
        """The same as a JSON object."""
        return asdict(self)


def search(ledger: Ledger, store: Store | None, text: str) -> list[Hit]:
    """What may be meant, at most `MOST`: what is meant exactly comes first."""
    words = text.strip()
    if not words or not words.isprintable():
        return []
    found: dict[tuple[str, str], Hit] = {}
    for hit in _all(ledger, store, words):
        found.setdefault((hit.kind, hit.id), hit)
        if len(found) == MOST:
            break
    return list(found.values())


def _all(ledger: Ledger, store: Store | None, words: str) -> Iterator[Hit]:
    if _HASH.fullmatch(words):
        yield from _transactions(ledger, store, words.lower())
    yield from _address(words)
    yield from islice(_incidents(ledger, words.casefold()), _EACH)
    yield from islice(_actors(ledger, store, words.casefold()), _EACH)
    if store is not None:
        yield from islice(_runs(store, words.lower()), _EACH)
        yield from _tags(store, words)
    yield from islice(_named(ledger, words.lower()), _EACH)


def _incidents(ledger: Ledger, words: str) -> Iterator[Hit]:
    """Exact slugs first, then the latest of those that have every word."""
    parts = words.split()
    newest = sorted(ledger.incidents, key=lambda one: (one.incident != words, -one.first_day.toordinal()))
    for one in newest:
        said = f"{one.incident} {one.victim}".casefold()
        if all(part in said for part in parts):
            yield Hit("incident", one.incident, one.victim, one.date, f"/incident/{quote(one.incident)}")


def _actors(ledger: Ledger, store: Store | None, words: str) -> Iterator[Hit]:
    for name in sorted(ledger.actors):
        if words in name.casefold():
            count = len({claim.incident for claim in ledger.attributions if claim.actor == name})
            note = f"{count} incident{'' if count == 1 else 's'} attributed"
            yield Hit("actor", name, name, note, f"/thefts?actor={quote(name)}")
    if len(words) < 3:
        return
    known = register(store)
    for actor in known.actors:
        if words in actor.actor.casefold() or words in actor.name.casefold():
            yield Hit("actor", actor.actor, actor.name, ", ".join(actor.concepts), f"/actor/{quote(actor.actor)}")


def _address(words: str) -> Iterator[Hit]:
    """The address that this is, if it is one; what is known of it is on its page."""
    try:
        wanted = asked(words)
    except InputError:
        return
    if len(wanted.address) >= 20:
        yield Hit("address", wanted.address, wanted.address, wanted.chain or "", _page(wanted.address))


def _named(ledger: Ledger, words: str) -> Iterator[Hit]:
    """Addresses of the ledger that begin so."""
    if len(words) < _SHORTEST:
        return
    for claim in ledger.addresses:
        if claim.address.lower().startswith(words):
            yield Hit("address", claim.address, claim.address, f"{claim.role}, {claim.incident}", _page(claim.address))


def _transactions(ledger: Ledger, store: Store | None, words: str) -> Iterator[Hit]:
    """The transaction of this hash: where the ledger names it, and on which chains the tables have it."""
    bare = words.removeprefix("0x")
    for claim in ledger.transactions:
        if claim.tx_hash.lower().removeprefix("0x") == bare:
            href = f"/incident/{quote(claim.incident)}"
            yield Hit("transaction", claim.tx_hash, claim.tx_hash, f"{claim.chain}, {claim.incident}", href)
    if store is None:
        return
    for table, query in (("transfers", _MOVED), ("outputs", _MADE)):
        for form in (f"0x{bare}", bare) if store.parts(table) else ():
            store.view(table)
            for row in store.engine.fetch(query, tx_hash=form).to_pylist():
                yield Hit("transaction", row["tx_hash"], row["tx_hash"], row["chain"], f"/transaction/{row['tx_hash']}")


def _runs(store: Store, words: str) -> Iterator[Hit]:
    for told in listed(store):
        slugs = ", ".join(told["incidents"])
        if (_RUN.fullmatch(words) and told["run"].startswith(words)) or words == "latest":
            yield Hit("run", told["run"], told["run"], f"{slugs}, {told['finished']}", f"/runs/{told['run']}")


def _tags(store: Store, words: str) -> Iterator[Hit]:
    if len(words) < 3 or not store.parts("tags"):
        return
    store.view("tags")
    pattern = f"%{words.lower().replace('%', '_').replace(chr(92), '_')}%"
    for row in store.engine.fetch(_TAGS, pattern=pattern).to_pylist():
        note = ", ".join(filter(None, (row["concept"], row["chain"], row["address"])))
        yield Hit("tag", f"{row['chain']}:{row['address']}", row["name"], note, _page(row["address"]))
    if len(words) >= _SHORTEST:
        for row in store.engine.fetch(_BEGUN, begin=words.lower()).to_pylist():
            yield Hit(
                "address", row["address"], row["address"], f"{row['name']}, {row['chain']}", _page(row["address"])
            )


def _page(address: str) -> str:
    return f"/address/{quote(address, safe='')}"
