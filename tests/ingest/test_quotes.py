"""Prices from APIs in the forms that they document, served on loopback: kept, replayed, each row with its source."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dyepack import cli
from dyepack.errors import InputError, SourceError, SourceMismatch, SourceUnavailable
from dyepack.ingest.explorer.answers import Answers
from dyepack.ingest.explorer.asker import Asker
from dyepack.ingest.quotes import coinbase, defillama, kraken
from dyepack.ingest.quotes.asked import Close, Quotes, Stretch
from dyepack.ingest.quotes.load import LoadedQuotes, load_quotes
from dyepack.model import Price
from dyepack.store import Store
from tests.ingest.loopback import Quick, answering

USDT = "ethereum:0xdac17f958d2ee523a2206206994597c13d831ec7"
SINCE, UNTIL = date(2023, 9, 1), date(2023, 9, 5)
DAY = 86400
Asked = Mapping[str, str]


def closing(at: int, step: int) -> str:
    """The close of the interval that begins then, as text with more digits than a double has."""
    return f"{26000 + at // step % 997}.123456789012345"


class Exchange:
    """Coinbase's candles and Kraken's OHLC of one market, for `now`; a gap is an interval without a trade."""

    def __init__(self, now: datetime = datetime(2023, 9, 30, 12, tzinfo=UTC), gaps: tuple[int, ...] = ()) -> None:
        self.now, self.gaps = int(now.timestamp()), gaps
        self.asked = list[str]()

    def __call__(self, path: str, asked: Asked) -> Any:
        self.asked.append(path)
        return self.candles(asked) if path.startswith("/products/") else self.ohlc(asked)

    def candles(self, asked: Asked) -> bytes:
        step = int(asked["granularity"])
        begin, end = (int(datetime.fromisoformat(asked[name]).timestamp()) for name in ("start", "end"))
        if (end - begin) // step + 1 > 300:
            return b'{"message":"granularity too small for the requested time range"}'
        times = [at for at in range(begin - step, end + 1, step) if at not in self.gaps]
        return f"[{','.join(f'[{at},1.5,2,1,{closing(at, step)},7.25]' for at in reversed(times))}]".encode()

    def ohlc(self, asked: Asked) -> Any:
        step = int(asked["interval"]) * 60
        running = self.now // step * step
        first = max(running - 719 * step, int(asked["since"]) // step * step + step)
        rows = [
            [at, "1", "2", "1.5", closing(at, step) if at < running else "0.1", "1", "9.0", 3]
            for at in range(first, running + 1, step)
            if at not in self.gaps
        ]
        return {"error": [], "result": {"XXBTZUSD": rows, "last": running - step}}


def coins(path: str, asked: Asked) -> Any:
    """DefiLlama's answer: for each moment a price some minutes away, none for the third."""
    assert (path, asked["searchWidth"]) == ("/batchHistorical", "600")
    told = {}
    for name, moments in json.loads(asked["coins"]).items():
        points = [{"timestamp": at + 37, "price": 1 + n / 100, "confidence": 0.99} for n, at in enumerate(moments)]
        told[name] = {"symbol": "USDT", "prices": points[:2] + points[3:]}
    return {"coins": told}


@contextmanager
def store_of(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "ws", create=True) as store:
        yield store


def asker(url: str, folder: Path, **more: Any) -> Asker:
    made = Asker(url, Answers(folder), rate=1000.0, **more)
    made.clock = Quick()
    return made


def load(tmp_path: Path, quotes: Quotes, markets: Mapping[str, str], wanted: Stretch) -> LoadedQuotes:
    with store_of(tmp_path) as store:
        return load_quotes(store, quotes, quotes._asker.answers, markets, wanted)  # type: ignore[attr-defined]


def rows(tmp_path: Path) -> list[Price]:
    with Store.open(tmp_path / "ws") as store:
        found: list[Price] = store.records("prices")
        return found


@pytest.mark.parametrize(
    ("api", "market"), [(coinbase.Coinbase, "BTC-USD"), (kraken.Kraken, "XBTUSD")], ids=["coinbase", "kraken"]
)
@pytest.mark.parametrize(("span", "step"), [("day", DAY), ("hour", 3600)])
def test_closes_come_whole_exact_and_with_their_source(
    tmp_path: Path, api: Any, market: str, span: Any, step: int
) -> None:
    wanted = Stretch.of(span, SINCE, UNTIL)
    gap = int(wanted.first.timestamp()) + 2 * step
    with answering(Exchange(gaps=(gap,))) as url:
        loaded = load(tmp_path, api(asker(url, tmp_path / "kept")), {market: "BTC"}, wanted)
    count = len(wanted)
    assert (count, loaded.rows, loaded.missing) == (5 * DAY // step, count - 1, {market: 1})
    found = rows(tmp_path)
    times = [int(row.time.timestamp()) for row in found]
    first = int(wanted.first.timestamp())
    assert times == [first + n * step for n in range(count) if n != 2]
    assert [row.usd for row in found] == [int(Decimal(closing(at, step)).scaleb(6).to_integral_value()) for at in times]
    assert {(row.asset, row.span, row.source) for row in found} == {("BTC", span, api.name)}


def test_a_token_is_priced_by_its_contract_near_the_end_of_each_day(tmp_path: Path) -> None:
    with answering(coins) as url:
        quotes = defillama.DefiLlama(asker(url, tmp_path / "kept"))
        loaded = load(tmp_path, quotes, {USDT: USDT}, Stretch.of("day", SINCE, UNTIL))
    assert (loaded.rows, loaded.missing) == (4, {USDT: 1})
    assert [(row.time.day, row.usd) for row in rows(tmp_path)] == [
        (1, 1_000_000),
        (2, 1_010_000),
        (4, 1_030_000),
        (5, 1_040_000),
    ]


def test_a_price_that_is_further_off_than_asked_for_is_none(tmp_path: Path) -> None:
    def late(_: str, asked: Asked) -> Any:
        [(name, moments)] = json.loads(asked["coins"]).items()
        return {"coins": {name.upper(): {"prices": [{"timestamp": at + 601, "price": 1} for at in moments]}}}

    with answering(late) as url:
        quotes = defillama.DefiLlama(asker(url, tmp_path / "kept"))
        assert load(tmp_path, quotes, {USDT: USDT}, Stretch.of("day", SINCE, UNTIL)).missing == {USDT: 5}


def test_more_than_one_answer_holds_is_asked_for_in_pieces(tmp_path: Path) -> None:
    exchange = Exchange()
    wanted = Stretch.of("day", date(2021, 1, 1), date(2022, 12, 31))
    with answering(exchange) as url:
        loaded = load(tmp_path, coinbase.Coinbase(asker(url, tmp_path / "kept")), {"BTC-USD": "BTC"}, wanted)
    assert (loaded.rows, loaded.missing, loaded.asked) == (730, {}, len(exchange.asked))
    assert len(exchange.asked) == 3  # cut at the same days whatever is asked for


def test_what_kraken_no_longer_tells_is_said_to_be_missing(tmp_path: Path) -> None:
    wanted = Stretch.of("day", date(2021, 9, 1), UNTIL)
    with answering(Exchange()) as url:
        loaded = load(tmp_path, kraken.Kraken(asker(url, tmp_path / "kept")), {"XBTUSD": "BTC"}, wanted)
    assert loaded.missing == {"XBTUSD": len(wanted) - loaded.rows}
    assert loaded.rows == 720 - (30 - 5)  # the running day and the days after the last one asked for


def test_the_day_that_was_running_when_an_answer_came_is_never_taken_from_it(tmp_path: Path) -> None:
    exchange = Exchange(now=datetime(2023, 9, 5, 12, tzinfo=UTC))
    with answering(exchange) as url:
        load(tmp_path, kraken.Kraken(asker(url, tmp_path / "kept")), {"XBTUSD": "BTC"}, Stretch.of("day", SINCE, UNTIL))
    assert [row.time.day for row in rows(tmp_path)] == [1, 2, 3, 4]


def test_prices_replay_without_the_network_to_the_same_bytes_and_change_nothing_the_second_time(tmp_path: Path) -> None:
    wanted, markets = Stretch.of("day", SINCE, UNTIL), {"BTC-USD": "BTC"}
    with answering(Exchange()) as url:
        first = load(tmp_path, coinbase.Coinbase(asker(url, tmp_path / "kept")), markets, wanted)
        again = load(tmp_path, coinbase.Coinbase(asker(url, tmp_path / "kept")), markets, wanted)
    offline = coinbase.Coinbase(asker(url, tmp_path / "kept", offline=True))
    other = load(tmp_path / "other", offline, markets, wanted)
    assert (first.asked, again.asked, other.asked) == (1, 0, 0)
    assert first.run == again.run
    assert first.answers == again.answers == other.answers
    with Store.open(tmp_path / "ws") as one, Store.open(tmp_path / "other" / "ws") as two:
        assert one.parts("prices") == two.parts("prices")
        assert len(one.records("runs")) == 1
    with pytest.raises(SourceError, match="not among the kept answers"):
        load(tmp_path, offline, {"ETH-USD": "ETH"}, wanted)


def test_what_was_loaded_before_of_other_days_assets_and_apis_stays(tmp_path: Path) -> None:
    with answering(Exchange()) as url:
        one = coinbase.Coinbase(asker(url, tmp_path / "kept"))
        load(tmp_path, one, {"BTC-USD": "BTC"}, Stretch.of("day", date(2023, 9, 1), date(2023, 9, 3)))
        load(tmp_path, one, {"BTC-USD": "BTC"}, Stretch.of("day", date(2023, 9, 3), date(2023, 9, 4)))
        load(tmp_path, one, {"ETH-USD": "ETH"}, Stretch.of("day", date(2023, 9, 3), date(2023, 9, 3)))
        load(tmp_path, one, {"BTC-USD": "BTC"}, Stretch.of("hour", date(2023, 9, 3), date(2023, 9, 3)))
        two = kraken.Kraken(asker(url, tmp_path / "kept"))
        load(tmp_path, two, {"XBTUSD": "BTC"}, Stretch.of("day", date(2023, 9, 3), date(2023, 9, 3)))
    days = [(row.asset, row.source, row.time.day) for row in rows(tmp_path) if row.span == "day"]
    assert sorted(days) == [
        *(("BTC", "coinbase", day) for day in (1, 2, 3, 4)),
        ("BTC", "kraken", 3),
        ("ETH", "coinbase", 3),
    ]
    assert sum(row.span == "hour" for row in rows(tmp_path)) == 24


@pytest.mark.parametrize(
    ("api", "market", "said"),
    [
        (coinbase.Coinbase, "BTC-USD", b'{"message":"NotFound"}'),
        (coinbase.Coinbase, "BTC-USD", b"[[1,2,3]]"),
        (coinbase.Coinbase, "BTC-USD", b'[["x",1,1,1,1,1]]'),
        (coinbase.Coinbase, "BTC-USD", b"[[1e99,1,1,1,1,1]]"),
        (coinbase.Coinbase, "BTC-USD", b"<html>"),
        (kraken.Kraken, "XBTUSD", {"error": ["EQuery:Unknown asset pair"]}),
        (kraken.Kraken, "XBTUSD", {"error": [], "result": {}}),
        (kraken.Kraken, "XBTUSD", {"error": [], "result": {"A": [], "B": [], "last": 1}}),
        (kraken.Kraken, "XBTUSD", {"error": [], "result": {"A": [[1, "2"]], "last": 1}}),
        (kraken.Kraken, "XBTUSD", b""),
        (defillama.DefiLlama, USDT, {"coins": {USDT: {"prices": [{"timestamp": 1}]}}}),
        (defillama.DefiLlama, USDT, {"message": "Invalid"}),
    ],
)
def test_what_is_no_answer_is_one_line_and_changes_nothing(tmp_path: Path, api: Any, market: str, said: Any) -> None:
    with answering(lambda *_: said) as url, pytest.raises((SourceMismatch, SourceUnavailable)) as caught:
        load(tmp_path, api(asker(url, tmp_path / "kept")), {market: "BTC"}, Stretch.of("day", SINCE, UNTIL))
    assert "\n" not in str(caught.value)
    with Store.open(tmp_path / "ws") as store:
        assert not store.parts("prices")


def test_an_api_that_asks_to_wait_is_asked_again_and_its_plea_is_not_kept(tmp_path: Path) -> None:
    exchange, turns = Exchange(), list[int]()

    def busy(path: str, asked: Asked) -> Any:
        turns.append(1)
        if len(turns) == 1:
            return {"error": ["EGeneral:Too many requests"]}
        return 429 if len(turns) == 2 else exchange(path, asked)

    wanted = Stretch.of("day", SINCE, UNTIL)
    with answering(busy) as url:
        assert load(tmp_path, kraken.Kraken(asker(url, tmp_path / "kept")), {"XBTUSD": "BTC"}, wanted).rows == 5
    assert len(list((tmp_path / "kept").glob("*/*"))) == 1
    with answering(lambda *_: 503) as url, pytest.raises(SourceUnavailable):
        load(tmp_path, kraken.Kraken(asker(url, tmp_path / "other")), {"XBTUSD": "BTC"}, wanted)


def test_a_close_that_is_no_price_is_refused_and_the_rest_loads(tmp_path: Path) -> None:
    begin = int(datetime(2023, 9, 1, tzinfo=UTC).timestamp())
    said = [[begin, 1, 1, 1, 0, 1], [begin + DAY, 1, 1, 1, 2.5, 1]]
    with answering(lambda *_: said) as url:
        quotes = coinbase.Coinbase(asker(url, tmp_path / "kept"))
        loaded = load(tmp_path, quotes, {"BTC-USD": "BTC"}, Stretch.of("day", SINCE, UNTIL))
    assert (loaded.rows, loaded.rejected) == (1, 1)
    assert "BTC-USD 2023-09-01 00:00: expected a price" in loaded.reasons[0]
    with Store.open(tmp_path / "ws") as store:
        assert [row.source for row in store.records("rejects")] == ["coinbase"]


@pytest.mark.parametrize(
    ("api", "market"),
    [
        (coinbase.Coinbase, "BTC-EUR"),
        (coinbase.Coinbase, "../time"),
        (kraken.Kraken, "XBTEUR"),
        (kraken.Kraken, "XBTPYUSD"),
        (kraken.Kraken, "XBTUSDT"),
        (defillama.DefiLlama, "BTC"),
    ],
)
def test_a_market_that_is_not_in_dollars_is_refused(tmp_path: Path, api: Any, market: str) -> None:
    with pytest.raises(InputError):
        load(tmp_path, api(asker("http://127.0.0.1:9", tmp_path)), {market: "BTC"}, Stretch.of("day", SINCE, UNTIL))


def test_days_that_are_not_over_are_refused() -> None:
    now = datetime(2023, 9, 5, 23, 59, tzinfo=UTC)
    with pytest.raises(InputError, match="is not over"):
        Stretch.of("day", SINCE, UNTIL, now)
    with pytest.raises(InputError, match="before"):
        Stretch.of("day", UNTIL, SINCE, now)
    assert len(Stretch.of("hour", SINCE, date(2023, 9, 4), now)) == 96


@given(st.integers(0, 3000), st.integers(1, 900), st.sampled_from(["day", "hour"]), st.integers(1, 400))
def test_pieces_make_the_whole_and_are_cut_at_the_same_moments(first: int, count: int, span: Any, most: int) -> None:
    step = timedelta(days=1) if span == "day" else timedelta(hours=1)
    begin = datetime(2015, 1, 1, tzinfo=UTC) + first * step
    whole = Stretch(span, begin, begin + (count - 1) * step)
    parts = list(whole.cut(most))
    every = [part.first + n * step for part in parts for n in range(len(part))]
    assert every == [begin + n * step for n in range(count)]
    assert all(len(part) <= most for part in parts)
    later = Stretch(span, begin, whole.last + step)
    assert [one.first for one in later.cut(most)][: len(parts)] == [one.first for one in parts]


@given(st.binary(max_size=80))
def test_no_bytes_crash_a_reader(said: bytes) -> None:
    class Told:
        url = "http://told"

        def ask(self, *_: Any) -> bytes:
            return said

    wanted = Stretch.of("day", SINCE, UNTIL)
    apis: list[tuple[Any, str]] = [(coinbase.Coinbase, "B-USD"), (kraken.Kraken, "BUSD"), (defillama.DefiLlama, "a:b")]
    for api, market in apis:
        try:
            found: list[Close] = list(api(Told()).closes(market, wanted))
        except (SourceMismatch, SourceUnavailable):
            continue
        assert isinstance(found, list)


def test_the_command_plans_asks_and_replays(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    exchange = Exchange()
    with answering(exchange) as url:
        start = ["-w", str(tmp_path / "ws"), "ingest", "prices", "--from", "coinbase", "--symbol", "BTC-USD=BTC"]
        start += ["--since", "2023-09", "--until", "2023-09-05", "--url", url, "--rate", "100"]
        start += ["--answers", str(tmp_path / "kept")]
        assert cli.run([*start, "--dry-run", "--json"]) == 0
        told = json.loads(capsys.readouterr().out)
        assert (exchange.asked, list(tmp_path.iterdir())) == ([], [])
        assert cli.run(start) == 0
    assert "coinbase: 5 closes loaded, 0 refused; 1 new answers kept" in capsys.readouterr().out
    assert [one["question"] for one in told["questions"]] == [one.question for one in Answers(tmp_path / "kept")]
    assert cli.run([*start, "--dry-run"]) == 0
    assert "would be asked 0 questions about 5 days of BTC-USD; 1 answers are kept" in capsys.readouterr().out
    assert cli.run([*start, "--offline", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["rows"] == 5
    for wrong in (["--until", "2999-01-01"], ["--symbol", "BTC-EUR=BTC"], ["--symbol", "B-USD=BTC"], ["--source", "x"]):
        assert cli.run([*start, *wrong]) == 1
    assert cli.run(["ingest", "prices", "--since", "2023"]) == 1
