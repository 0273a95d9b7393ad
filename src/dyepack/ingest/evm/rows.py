"""From decoded blocks to rows of `transfers`: places, assets, flags, and what is refused on the way."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from typing import NamedTuple

from dyepack import ceilings
from dyepack.ingest import assets
from dyepack.ingest.evm import daofork, decode, notes
from dyepack.ingest.evm.records import BlockData, Decoded, Head, Left, Moved, Noted
from dyepack.ingest.movements import ZERO_VALUE
from dyepack.model import AssetRow, Block, Freeze, Note, Transfer

Times = Mapping[tuple[str, int], datetime]
"""Times of blocks that their own data leaves away, by chain and number."""


class Refusal(NamedTuple):
    """Something refused: of which transaction or block, and what."""

    of: str
    left: Left


class _Place(NamedTuple):
    head: Head
    tx_hash: str
    tx_index: int


def _no_time(block: BlockData) -> Refusal:
    reason = f"no time in the data for its {len(block.txs)} transactions; give the times of blocks with --times FILE"
    return Refusal(f"block {block.head.number}", Left("time", reason, ", ".join(tx.hash for tx in block.txs)[:2000]))


class _At(NamedTuple):
    place: _Place
    time: datetime
    seq: int
    source: str


@dataclass(slots=True)
class Tokens:
    """The assets of movements; tokens that are not listed get no decimals: their amounts are shown in base units."""

    found: dict[str, AssetRow] = field(default_factory=dict)
    _known: dict[tuple[str, str | None], assets.Recognised] = field(default_factory=dict)
    told: dict[str, assets.Recognised] = field(default_factory=dict)
    """What tokens that are not listed are taken for, by contract."""

    def of(self, chain: str, token: str | None) -> assets.Recognised:
        """The asset of a movement."""
        known = self._known.get((chain, token))
        if known is None:
            known = self.told.get(token or "") or _recognised(chain, token)
            self._known[chain, token] = known
            self.found[known.row.asset] = known.row
        return known


def _recognised(chain: str, token: str | None) -> assets.Recognised:
    return assets.Recognised(assets.native(chain)) if token is None else assets.recognise(chain, "", token, 0)


@dataclass(slots=True)
class Sink:
    """What one file gives: the name of it as a source, and what was found besides its rows."""

    source: str
    tokens: Tokens = field(default_factory=Tokens)
    freezes: list[Freeze] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)


class Rows:
    """Makes rows of one run; remembers the transactions that it has seen, so that none is taken twice."""

    def __init__(self, times: Times) -> None:
        self.passed: Counter[str] = Counter()
        self.transactions: Counter[str] = Counter()
        self.twice = 0
        self._times = times
        self._seen: dict[tuple[str, str], bytes] = {}
        self._places: dict[tuple[str, int, int], str] = {}

    def of(self, block: BlockData, sink: Sink) -> Iterator[Transfer]:
        """The rows of a block; what is refused goes to the sink."""
        if self._time(block.head) is None:
            sink.refused.append(_no_time(block))
            return
        if (decree := daofork.decoded(block.head.network, block.head.number)) and block.size is not None:
            yield from self._rows(_Place(block.head, daofork.NAME, daofork.PLACE), decree, sink)
        for tx in block.txs:
            yield from self._rows(_Place(block.head, tx.hash, tx.index), decode.decode(tx), sink)
        if block.credits and (block.head.hash is None or block.size is None):
            sink.refused.append(
                Refusal(str(block.head.number), Left("block", "rewards of a block that is not whole", ""))
            )
        elif block.credits:
            place = _Place(block.head, block.head.hash or "", block.size or 0)
            yield from self._rows(place, decode.made(block), sink)

    def transaction(self, head: Head, place: tuple[str, int], decoded: Decoded, sink: Sink) -> Iterator[Transfer]:
        """The rows of one transaction that was decoded elsewhere: its hash, and its place in the block."""
        yield from self._rows(_Place(head, *place), decoded, sink)

    def block(self, data: BlockData, source: str) -> Block | None:
        """The row of `blocks`, where the data has the whole block and says when it was."""
        head, time = data.head, self._time(data.head)
        if head.hash is None or data.size is None or time is None:
            return None
        return Block(head.network.chain, head.number, head.hash, None, time, data.size, None, source)

    def _rows(self, place: _Place, decoded: Decoded, sink: Sink) -> Iterable[Transfer]:
        chain, time = place.head.network.chain, self._time(place.head)
        reason = self._taken(chain, place, decoded)
        if reason:
            sink.refused.append(Refusal(place.tx_hash, Left("transaction", reason, place.tx_hash)))
        if reason is not None or time is None:
            return
        self.passed += decoded.passed
        self.transactions[chain] += 1
        sink.refused += [Refusal(place.tx_hash, left) for left in decoded.left]
        sink.notes += notes.of(place.head, place.tx_hash, decoded, sink.source)
        sink.freezes += [_freeze(_At(place, time, 0, sink.source), one, sink) for one in decoded.noted]
        for seq, move in enumerate(decoded.moves):
            if (misfit := self._misfit(move, chain, sink)) is not None:
                left = Left("amount", misfit, str(move), move.token, move.payer, move.payee)
                sink.refused.append(Refusal(place.tx_hash, left))
                sink.notes.append(notes.unread(place.head, place.tx_hash, left, sink.source))
            else:
                asset = sink.tokens.of(chain, move.token)
                yield _transfer(_At(place, time, seq, sink.source), move, asset)

    @staticmethod
    def _misfit(move: Moved, chain: str, sink: Sink) -> str | None:
        """Why a movement's amount cannot be kept: it is too long, or more than was ever issued."""
        long = decode.fits(move)
        return long if long is not None else ceilings.over(sink.tokens.of(chain, move.token).row, move.amount)

    def _taken(self, chain: str, place: _Place, decoded: Decoded) -> str | None:
        """Why a transaction cannot be taken; an empty reason for one that was, to the same effect."""
        said = blake2b(repr((place.head.number, decoded.moves)).encode(), digest_size=16).digest()
        here = (chain, place.head.number, place.tx_index)
        before = self._seen.get((chain, place.tx_hash))
        if before is not None:
            self.twice += before == said
            return "" if before == said else "the data has it twice, with different movements; the first was taken"
        if self._places.setdefault(here, place.tx_hash) != place.tx_hash:
            return f"{self._places[here]} has the same place in block {place.head.number}: one of them was reorganised"
        self._seen[chain, place.tx_hash] = said
        return None

    def _time(self, head: Head) -> datetime | None:
        return head.time or self._times.get((head.network.chain, head.number))


def _freeze(at: _At, noted: Noted, sink: Sink) -> Freeze:
    chain = at.place.head.network.chain
    return Freeze(
        chain=chain,
        block=at.place.head.number,
        time=at.time,
        tx_hash=at.place.tx_hash,
        tx_index=at.place.tx_index,
        log=noted.log,
        asset=sink.tokens.of(chain, noted.token).row.asset,
        address=noted.address,
        what=noted.what,
        amount=noted.amount,
        event=noted.event,
        source=at.source,
    )


def _transfer(at: _At, move: Moved, asset: assets.Recognised) -> Transfer:
    return Transfer(
        chain=at.place.head.network.chain,
        block=at.place.head.number,
        time=at.time,
        tx_hash=at.place.tx_hash,
        tx_index=at.place.tx_index,
        seq=at.seq,
        kind=move.kind,
        from_address=move.payer,
        to_address=move.payee,
        asset=asset.row.asset,
        amount=move.amount,
        flag=asset.flag or (ZERO_VALUE if move.amount == 0 else None),
        source=at.source,
        index=move.name,
    )
