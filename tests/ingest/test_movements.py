"""Movements from CSV: exact amounts, chain order, and one clear line for everything that can be wrong."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dyepack.csvrows import CsvFile, Row, parse_mapping
from dyepack.errors import DyepackError, InputError, RecordError, SourceError
from dyepack.ingest import Reading, load_movements, load_openings
from dyepack.ingest.moments import moment
from dyepack.ingest.movements import FIELDS, Layout, Reader
from dyepack.store import Store

A, B, C = ("0x" + letter * 40 for letter in "abc")
USDT = "0xdac17f958d2ee523a2206206994597c13d831ec7"
USDT_ON_BSC = "0x55d398326f99059ff775485246999027b3197955"
NOBODY = "0x" + "9" * 40
HEADER = "tx_hash,from,to,amount,block,time"


def tx(number):
    return f"0x{number:064x}"


def row(number=1, *, payer=A, payee=B, amount="1", block=1, time="2023-01-13 20:34:11"):
    return f"{tx(number)},{payer},{payee},{amount},{block},{time}"


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "w", create=True) as store:
        yield store


def write(tmp_path, *lines, name="m.csv"):
    path = tmp_path / name
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def load(store, tmp_path, *lines, header=HEADER, replace=False, name="m.csv", **how):
    return load_movements(
        store, write(tmp_path, header, *lines, name=name), Reading("ethereum", **how), replace=replace
    )


# ── what is loaded


def test_amounts_are_exact_integers_in_base_units(store, tmp_path):
    load(
        store,
        tmp_path,
        row(1, amount="0.000000000000000001"),
        row(2, amount="12345678901234567890.123456789012345678"),
        token=NOBODY,
        decimals=18,
    )
    assert [one.amount for one in store.records("transfers")] == [1, 12345678901234567890123456789012345678]


def test_dollars_are_millionths_and_of_the_kind_value(store, tmp_path):
    load(store, tmp_path, row(amount="200000.5"), asset="USD", decimals=6)
    (one,) = store.records("transfers")
    assert (one.asset, one.amount, one.kind) == ("USD", 200_000_500_000, "value")


def test_base_units_are_taken_as_they_are(store, tmp_path):
    load(store, tmp_path, row(amount="15"), base_units=True)
    assert store.records("transfers")[0].amount == 15


@given(st.decimals(min_value=0, max_value=10**8, places=18, allow_nan=False))
def test_any_amount_of_ether_comes_out_as_it_went_in(value):
    text = f"{value:f}"
    cells = dict(zip(HEADER.split(","), row(amount=text).split(","), strict=True))
    reader = Reader(Reading("ethereum"), Layout({name: name for name in cells}, {}), "m.csv")
    (movement,) = reader.read(Row(2, cells, text, None))
    amount = movement.amount
    assert f"{amount // 10**18}.{amount % 10**18:018}" == f"{value:.18f}"


def test_columns_are_mapped_by_name(store, tmp_path):
    mapping = parse_mapping(["tx_hash=Tx_hash,from=From", "to=To,amount=Value_in_USD,block=Block,time=Timestamp"])
    header = "Timestamp,Block,Tx_hash,From,From_label,To,To_label,Value_in_USD"
    line = f"2023-01-13 20:34:11,5,{tx(1)},{A},Some one,{B},,3.25"
    load(store, tmp_path, line, header=header, columns=mapping, asset="USD")
    assert store.records("transfers")[0].amount == 3_250_000


def test_chain_order_is_the_rank_of_first_rows_where_the_file_gives_none(store, tmp_path):
    """Transaction 8 comes first in block 2 of the file, though a row of transaction 9 comes between its two rows."""
    load(store, tmp_path, row(8, block=2), row(9, block=2), row(8, block=2, amount="7"), row(7, block=1))
    found = [(one.block, one.tx_index, one.seq, int(one.tx_hash, 16)) for one in store.records("transfers")]
    assert found == [(1, 0, 0, 7), (2, 0, 0, 8), (2, 0, 1, 8), (2, 1, 0, 9)]


def test_a_given_place_is_kept(store, tmp_path):
    header = f"{HEADER},tx_index,seq"
    load(store, tmp_path, row(8, block=2) + ",5,3", row(9, block=2) + ",4,0", header=header)
    found = [(one.tx_index, one.seq, int(one.tx_hash, 16)) for one in store.records("transfers")]
    assert found == [(4, 0, 9), (5, 3, 8)]


def test_two_movements_at_one_place_are_refused(store, tmp_path):
    header = f"{HEADER},tx_index,seq"
    loaded = load(store, tmp_path, row(8) + ",5,3", row(8, amount="2") + ",5,3", header=header)
    assert (loaded.rows, loaded.rejected) == (1, 1)
    assert "another movement has place 3" in loaded.reasons[0]


def test_identical_rows_are_kept_and_counted_or_refused(store, tmp_path):
    kept = load(store, tmp_path, row(), row(), row())
    assert (kept.rows, kept.identical) == (3, 2)
    assert "2 rows are the same in every column" in kept.warnings[0]
    refused = load(store, tmp_path, row(), row(), row(), identical="reject", replace=True)
    assert (refused.rows, refused.rejected) == (1, 2)
    assert len(store.records("transfers")) == 1


def test_one_address_is_one_string(store, tmp_path):
    mixed = "0x28C6c06298d514Db089934071355E5743bf21d60"
    load(store, tmp_path, row(1, payer=mixed), row(2, payer=mixed.lower()))
    assert {one.from_address for one in store.records("transfers")} == {mixed.lower()}


def test_twice_is_once(store, tmp_path):
    first = load(store, tmp_path, row(1), row(2))
    parts = store.parts("transfers"), store.parts("runs")
    assert load(store, tmp_path, row(1), row(2)) == first
    assert (store.parts("transfers"), store.parts("runs")) == parts


def test_another_version_of_a_file_is_warned_of_and_may_replace_it(store, tmp_path):
    load(store, tmp_path, row(1), row(2))
    again = load(store, tmp_path, row(1), row(2), row(3))
    assert any("another version of m.csv is loaded too; --replace" in warning for warning in again.warnings)
    assert any("2 of its movements stand in other lists too" in warning for warning in again.warnings)
    assert len(store.records("transfers")) == 3
    load(store, tmp_path, row(1), row(2), row(4), replace=True)
    assert sorted(int(one.tx_hash, 16) for one in store.records("transfers")) == [1, 2, 4]


@pytest.mark.parametrize(
    ("named", "kind", "asset", "amount"),
    [
        ("ETH,", "native", "ETH", 2 * 10**18),
        (",", "native", "ETH", 2 * 10**18),
        (f"USDT,{USDT}", "token", f"ethereum:{USDT}", 2 * 10**6),
        (f"whatever it says,{USDT}", "token", f"ethereum:{USDT}", 2 * 10**6),
        ("USD,", "value", "USD", 2 * 10**6),
    ],
)
def test_assets_are_recognised_by_contract(store, tmp_path, named, kind, asset, amount):  # noqa: PLR0917
    load(store, tmp_path, f"{row(amount='2')},{named}", header=f"{HEADER},asset,token")
    (one,) = store.records("transfers")
    assert (one.kind, one.asset, one.amount, one.flag) == (kind, asset, amount, None)


def test_one_symbol_has_different_decimals_on_different_chains(store, tmp_path):
    path = write(tmp_path, f"{HEADER},token", f"{row(amount='2')},{USDT_ON_BSC}")
    load_movements(store, path, Reading("bsc"))
    assert store.records("transfers")[0].amount == 2 * 10**18


def test_minting_and_burning_are_told_from_transfers(store, tmp_path):
    zero = "0x" + "0" * 40
    load(store, tmp_path, f"{row(1, payer=zero)},{USDT}", f"{row(2, payee=zero)},{USDT}", header=f"{HEADER},token")
    assert [one.kind for one in store.records("transfers")] == ["mint", "burn"]


def test_an_unlisted_token_needs_decimals(store, tmp_path):
    loaded = load(store, tmp_path, f"{row()},XYZ,{NOBODY}", header=f"{HEADER},asset,token")
    assert "give its decimals with --decimals" in loaded.reasons[0]
    assert load(store, tmp_path, f"{row()},XYZ,{NOBODY}", header=f"{HEADER},asset,token", decimals=3).rows == 1
    (asset,) = [one for one in store.records("assets") if not one.verified]
    assert (asset.symbol, asset.decimals) == ("XYZ", 3)


def test_one_asset_has_one_number_of_decimals(store, tmp_path):
    header = f"{HEADER},asset,token"
    load(store, tmp_path, f"{row(1)},XYZ,{NOBODY}", header=header, decimals=3)
    with pytest.raises(InputError, match="has 3 decimals in the workspace; this file says 4"):
        load(store, tmp_path, f"{row(2)},XYZ,{NOBODY}", header=header, decimals=4, name="other.csv")
    load(store, tmp_path, f"{row(2)},XYZ,{NOBODY}", header=header, decimals=4, replace=True)
    assert [one.decimals for one in store.records("assets")] == [4]


# ── poisoning


@pytest.mark.parametrize("symbol", ["EТH", "ЕТН", "ЕТН...", "ETH", "eth", "Ｅth", "ѕтетН", "ÉTH", "E\u200bTH"])
def test_a_token_that_looks_like_another_is_a_decoy_kept_and_flagged(store, tmp_path, symbol):
    load(store, tmp_path, f"{row(amount='10000.0')},{symbol},{NOBODY}", header=f"{HEADER},asset,token")
    (one,) = store.records("transfers")
    assert one.flag == "decoy-token"
    assert one.amount == 10_000 * 10**18
    assert not store.records("assets")[0].verified


def test_an_empty_movement_is_kept_and_flagged(store, tmp_path):
    assert load(store, tmp_path, row(amount="0")).flagged == {"zero-value": 1}


def test_an_address_that_looks_like_one_the_sender_pays_is_warned_of(store, tmp_path):
    real, bait = "0xa4b2" + "1" * 32 + "449e", "0xa4b2" + "2" * 32 + "449e"
    loaded = load(store, tmp_path, row(1, payee=real), row(2, payee=bait, amount="0"), row(3, payee=C, amount="0"))
    assert [warning for warning in loaded.warnings if "looks like" in warning] == [
        f"{bait} got a flagged movement and looks like {real}, which the same sender pays: read it twice"
    ]


# ── bad rows: refused with the reason, the rest loads


@pytest.mark.parametrize(
    ("bad", "field", "reason"),
    [
        (row(9, payer="0x12"), "from", "expected 0x and 40 hex digits"),
        (row(9, payee="TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t"), "to", "expected 0x and 40 hex digits"),
        (row(9, payee="0x28C6c06298d514Db089934071355E5743bf21d61"), "to", "checksum"),
        (row(9, amount="-5"), "amount", "without sign"),
        (row(9, amount="+5"), "amount", "without sign"),
        (row(9, amount="1e5"), "amount", "exponent"),
        (row(9, amount="1'000"), "amount", "separators"),
        (row(9, amount="NaN"), "amount", "plain decimal"),
        (row(9, amount=""), "amount", "plain decimal"),
        (row(9, amount="٣"), "amount", "plain decimal"),
        (row(9, amount="1" * 21), "amount", "more than was ever issued"),
        (row(9, amount="0.0000000000000000001"), "amount", "19 decimals"),
        (row(9, block="-1"), "block", "whole number"),
        (row(9, block="1.5"), "block", "whole number"),
        (row(9, block="9" * 30), "block", "at most"),
        (row(9, time="yesterday"), "time", "expected a time"),
        (row(9, time="2023-13-45"), "time", "expected a time"),
        (row(9, time="1999-01-01 00:00:00"), "time", "between 2009 and 2100"),
        (row(9, time="99999999999999"), "time", "between 2009 and 2100"),
        (row(1, block="2"), "block", "is in block 1 in an earlier row"),
        (row(9).replace(tx(9), "0x12"), "tx_hash", "64 hex digits"),
        (row(9) + ",more", "row", "expected 6 cells, got 7"),
        (row(9).rsplit(",", 1)[0], "row", "expected 6 cells, got 5"),
    ],
)
def test_a_bad_row_goes_to_rejects_with_the_reason(store, tmp_path, bad, field, reason):
    loaded = load(store, tmp_path, row(1), bad, row(3))
    assert (loaded.rows, loaded.rejected) == (2, 1)
    (reject,) = store.records("rejects")
    assert (reject.source, reject.line, reject.field, reject.row) == ("m.csv", 3, field, bad)
    assert reason in reject.reason


def test_a_kind_that_there_is_not_is_refused_or_worked_out(store, tmp_path):
    header = f"{HEADER},kind"
    assert load(store, tmp_path, f"{row()},token_decoy", header=header).rejected == 1
    assert load(store, tmp_path, f"{row()},token_decoy", header=header, columns={"kind": "-"}).rows == 1


def test_when_every_row_is_bad_the_reasons_are_kept(store, tmp_path):
    loaded = load(store, tmp_path, row(amount="-1"), row(amount="-2"))
    assert (loaded.rows, loaded.rejected) == (0, 2)
    assert len(store.records("rejects")) == 2


# ── bad files: one clear line, nothing changed


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", r"m\.csv: expected a header and rows, got an empty file"),
        (HEADER.encode() + b"\n", r"m\.csv: a header but no rows"),
        (b"\n" + HEADER.encode(), r"m\.csv:1: expected a header, got an empty line"),
        (f"{HEADER}\n{row()}\n".encode() + b"a\0b\n", r"m\.csv:3: a NUL byte"),
        (f"{HEADER}\n{row()}\n".encode("utf-16-le"), r"m\.csv:1: a NUL byte"),
        (b"\xff\xfe\x00\xd8", r"m\.csv: its mark says UTF-16, and it is none"),
        (f"{HEADER},block\n{row()},1\n".encode(), r"m\.csv:1: the header has 'block' more than once"),
        (f"{HEADER}\n\"{row()}\n".encode(), r"m\.csv:\d+: not CSV: unexpected end of data"),
        (b"Hash,from,to,amount,block,time\n1\n", r"no column of m\.csv gives 'tx_hash'.*--map tx_hash=COLUMN.*Hash"),
    ],
)  # fmt: skip
def test_a_bad_file_is_one_clear_line(store, tmp_path, content, reason):
    path = tmp_path / "m.csv"
    path.write_bytes(content)
    with pytest.raises(DyepackError, match=reason) as caught:
        load_movements(store, path, Reading("ethereum"))
    assert "\n" not in str(caught.value)
    assert not store.parts("transfers")


def test_a_file_that_is_not_there(store, tmp_path):
    with pytest.raises(SourceError, match=r"cannot read .*nothing.csv: No such file"):
        load_movements(store, tmp_path / "nothing.csv", Reading("ethereum"))


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ({"columns": {"amount": "Amuont"}}, r"no column 'Amuont' for amount; it has amount"),
        ({"columns": {"colour": "amount"}}, r"cannot map 'colour'; the fields are tx_hash"),
        ({"asset": "USD", "decimals": 2}, r"dollars are kept in millionths"),
    ],
)
def test_a_mapping_or_constant_that_does_not_fit(store, tmp_path, how, reason):
    with pytest.raises(InputError, match=reason):
        load(store, tmp_path, row(), **how)


@pytest.mark.parametrize("text", ["amount", "amount=", "=x", "a=b,a=c", "a=b,,c=d"])
def test_a_mapping_that_is_none(text):
    with pytest.raises(InputError, match=r"expected field=Column|mapped twice"):
        parse_mapping([text])


def test_a_row_over_several_lines_keeps_its_text_and_line(tmp_path):
    path = write(tmp_path, "a,b", '"x', 'y",1', "p,q")
    first, second = CsvFile(path)
    assert (first.line, first.text, first.cells) == (3, '"x\ny",1', {"a": "x\ny", "b": "1"})
    assert second.line == 4


def test_a_byte_order_mark_is_no_part_of_the_header(tmp_path):
    path = tmp_path / "m.csv"
    path.write_bytes("\ufeffa,b\r\n1,2\r\n".encode())
    assert CsvFile(path).header == ("a", "b")


def test_a_missing_column_lists_all_there_are_the_nearest_first(tmp_path):
    file = CsvFile(write(tmp_path, "zeta,Blok,alpha,Block_no,from", "1,2,3,4,5"))
    assert "(columns there: Blok, Block_no, zeta, alpha, from)" in str(file.missing("block", "name it"))
    with pytest.raises(InputError, match=r"no column 'Block' for block; it has Blok, Block_no, zeta, alpha, from"):
        file.columns({"block": "Block"}, FIELDS)


def test_fields_are_the_ones_the_reference_page_lists():
    assert set(HEADER.split(",")) < set(FIELDS)


# ── times and openings


@pytest.mark.parametrize(
    "text",
    [
        "2023-09-12 14:03:05",
        "2023-09-12T14:03:05Z",
        "2023-09-12T16:03:05+02:00",
        "1694527385",
        "2023-09-12 14:03:05 UTC",
    ],
)
def test_times_are_utc(text):
    assert moment(text).isoformat() == "2023-09-12T14:03:05+00:00"


def test_a_time_beyond_all_years_is_one_bad_row(store, tmp_path):
    """West of Greenwich the last moments of 9999 are in the year 10000, which no calendar here has."""
    lines = [row(), row(2, time="9999-12-31T23:59:59-12:00"), row(3, time="0001-01-01T00:00:00+12:00")]
    loaded = load_movements(store, write(tmp_path, HEADER, *lines), Reading("ethereum"))
    assert (loaded.rows, loaded.rejected) == (1, 2)
    assert all(reject.field == "time" for reject in store.records("rejects"))


def test_balances_may_come_from_a_file_of_any_name(store, tmp_path):
    """Capitals, blanks and other letters; each file is a part of its own, and loaded again the same one."""
    for name in ("My Balances (2).csv", "my balances (2).csv", "ビ.csv", "o.csv", "o.csv"):
        load_openings(store, write(tmp_path, "address,amount,block", f"{A},1,7", name=name), Reading("ethereum"))
    assert len(store.parts("openings")) == 4
    assert "o.csv" in store.parts("openings")


def test_known_balances_are_loaded_and_bad_ones_refused(store, tmp_path):
    path = write(tmp_path, "address,amount,block", f"{A},1.5,7", f"{B},x,7", f"{B},1,x", "0x1,1,1", name="o.csv")
    loaded = load_openings(store, path, Reading("ethereum"))
    assert (loaded.rows, loaded.rejected) == (1, 3)
    (one,) = store.records("openings")
    assert (one.address, one.asset, one.amount, one.block) == (A, "ETH", 15 * 10**17, 7)


def test_the_same_balance_twice_is_refused(store, tmp_path):
    path = write(tmp_path, "address,amount,block", f"{A},1,7", f"{A},2,7", name="o.csv")
    with pytest.raises(RecordError):
        load_openings(store, path, Reading("ethereum"))
