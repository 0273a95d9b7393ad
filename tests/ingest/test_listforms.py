"""The lists that explorers and services give to people, as they are: through the command, and form by form."""

import pytest

from dyepack import ceilings
from dyepack.cli import run
from dyepack.errors import InputError
from dyepack.ingest import Reading, failures, load_lists, load_openings
from dyepack.ingest.assets import listed, native
from dyepack.ingest.listforms import FORMS, mapped, recognised
from dyepack.store import Store
from tests.conftest import shared
from tests.ingest.test_movements import HEADER, NOBODY, USDT, A, B, C, load, row, tx, write

__all__ = ["store"]
from tests.ingest.test_movements import store

THEN = '"100","1729400000","2024-10-20 04:53:20"'
NORMAL = (
    '"Transaction Hash","Blockno","UnixTimestamp","DateTime (UTC)","From","To","ContractAddress","Value_IN(ETH)",'
    '"Value_OUT(ETH)","CurrentValue @ $2650.1/Eth","TxnFee(ETH)","TxnFee(USD)","Historical $Price/Eth","Status",'
    '"ErrCode","Method"'
)
INTERNAL = (
    '"Transaction Hash","Blockno","UnixTimestamp","DateTime (UTC)","ParentTxFrom","ParentTxTo","ParentTxETH_Value",'
    '"From","TxTo","ContractAddress","Value_IN(ETH)","Value_OUT(ETH)","CurrentValue @ $2650.1/Eth",'
    '"Historical $Price/Eth",'
    '"Status","ErrCode","Type"'
)
TOKENS = (
    '"Transaction Hash","Blockno","UnixTimestamp","DateTime (UTC)","From","To","TokenValue","USDValueDayOfTx",'
    '"ContractAddress","TokenName","TokenSymbol"'
)


def normal(number, payee, made="", *, out="0", status="", code=""):
    money = f'"{payee}","{made}","0","{out}","0","0.01","1","2650","{status}","{code}","Transfer"'
    return f'"{tx(number)}",{THEN},"{A}",{money}'


def found(store):
    rows = [row for row in store.records("transfers") if row.flag is None]
    return sorted((int(row.tx_hash, 16), row.kind, row.to_address, row.amount) for row in rows)


def lists(store, tmp_path, *tables):
    paths = [write(tmp_path, *lines, name=f"{n}.csv") for n, lines in enumerate(tables)]
    return load_lists(store, paths, Reading("ethereum"))


def test_the_three_lists_of_an_explorer_are_one_history(store, tmp_path):
    inner = f'"{A}","{USDT}","0","{B}","{A}","","{{}}","0","0","2650","{{}}","{{}}","call"'
    calls = [f'"{tx(4)}",{THEN},{inner.format("7", "0", "")}', f'"{tx(4)}",{THEN},{inner.format("9", "1", "reverted")}']
    token = f'"{tx(4)}",{THEN},"{A}","{B}","2,500,000.123456","2","{USDT}","Tether USD","USDT"'
    fake = f'"{tx(5)}",{THEN},"{B}","{A}","5,000","","{NOBODY}","Tether USD","USDT"'
    other = f'"{tx(6)}",{THEN},"{B}","{A}","5,000","","{C}","Gift","GIFT"'
    own = [normal(1, B, out="1,400.5"), normal(2, B, out="300", status="Error(0)", code="out of gas")]
    own += [normal(3, "", C, out="5"), normal(4, USDT)]
    told = lists(store, tmp_path, [NORMAL, *own], [INTERNAL, *calls], [TOKENS, token, fake, other])
    fee = 10**16
    assert found(store) == [
        *((1, "fee", "unknown", fee), (1, "native", B, 1_400_500 * 10**15)),
        (2, "fee", "unknown", fee),
        *((3, "fee", "unknown", fee), (3, "native", C, 5 * 10**18)),
        *((4, "fee", "unknown", fee), (4, "internal", A, 7 * 10**18), (4, "token", B, 2_500_000_123_456)),
    ]
    assert any(f"USDT of {NOBODY}" in warning for warning in told[2].warnings)
    assert [one.rejected for one in told] == [0, 0, 1]
    assert "GIFT" in told[2].reasons[0]
    assert any("1 rows are of transactions or calls that failed" in warning for warning in told[0].warnings)


def test_a_list_of_another_coin_is_refused(store, tmp_path):
    with pytest.raises(InputError, match=r"BNB\)' is not in ETH, the coin"):
        lists(store, tmp_path, [NORMAL.replace("(ETH)", "(BNB)"), normal(1, B, out="1")])


def test_blockscout_counts_in_base_units_and_says_what_failed(store, tmp_path):
    header = "TxHash,BlockNumber,UnixTimestamp,FromAddress,ToAddress,ContractAddress,Type,Value,Fee,Status,ErrCode"
    header += ",CurrentPrice,TxDateOpeningPrice,TxDateClosingPrice"
    line = f",100,2024-10-20 04:53:20.000000Z,{A},{B},,OUT,3,4,"
    lists(store, tmp_path, [header, f"{tx(1)}{line}ok,,1,1,1", f"{tx(2)}{line}error,reverted,1,1,1"])
    assert found(store) == [(1, "fee", "unknown", 4), (1, "native", B, 3), (2, "fee", "unknown", 4)]


BLOCKSCOUT_TOKENS = (
    "TxHash,BlockNumber,UnixTimestamp,FromAddress,ToAddress,TokenContractAddress,Type,TokenDecimals,TokenSymbol,"
    "TokenDecimals,TokensTransferred,TransactionFee,Status,ErrCode"
)
"""As its code writes them (`csv_export/address/token_transfers.ex`): one column stands twice."""
BLOCKSCOUT_CALLS = (
    "TxHash,Index,BlockNumber,BlockHash,TxIndex,BlockIndex,UnixTimestamp,FromAddress,ToAddress,ContractAddress,Type,"
    "CallType,Gas,GasUsed,Value,Input,Output,ErrCode,Fee"
)
"""As its code writes them (`internal_transactions.ex`); what stands under TxIndex is the call's place in the block."""


def test_blockscouts_tokens_have_a_column_twice_and_pieces_have_no_decimals(store, tmp_path):
    line = f",100,2024-10-20 04:53:20.000000Z,{A},{B},{{}},OUT,{{}},{{}},{{}},{{}},4,ok,"
    rows = [(1, USDT, 6, "USDT", 6, 1_500_000), (2, NOBODY, "", "APE", "", 7), (3, NOBODY, "", "APE", "", "")]
    rows += [(4, USDT, 6, "USDT", 18, 1), (5, NOBODY, 4, "NEW", 4, 9)]
    (told,) = lists(store, tmp_path, [BLOCKSCOUT_TOKENS, *(f"{tx(one)}{line.format(*rest)}" for one, *rest in rows)])
    assert found(store) == [(1, "token", B, 1_500_000), (5, "token", B, 9)]
    assert [reason.partition(": ")[2] for reason in told.reasons] == [
        *(["token: the list says no decimals of APE: it may be a collection of pieces, or --decimals says them"] * 2),
        "row: the column 'TokenDecimals' stands twice, with '6' and '18'",
    ]
    assert told.warnings[0] == "nothing is read from the column 'TransactionFee'"


def test_a_call_that_blockscout_numbers_is_the_one_that_another_list_gives_an_address(store, tmp_path):
    line = f"{{}},100,{'0x' + '7' * 64},9,1,2024-10-20 04:53:20.000000Z,{A},{B},,call,call,1,1,5,0x,0x,{{}},1"
    own = [f"{tx(1)},{line.format(one, error)}" for one, error in ((1, ""), (3, ""), (4, "reverted"))]
    dune = (
        "block_time,block_number,value,gas,gas_used,block_hash,success,tx_index,sub_traces,error,tx_success,tx_hash,from,"
        "to,trace_address,type,address,code,call_type,input,output,refund_address,block_date"
    )
    call = f"2024-10-20 04:53:20.000 UTC,100,5,1,1,0x,true,2,0,,true,{tx(1)},{A},{B},{{}},call,,,call,0x,0x,,2024-10-20"
    calls = [call.format(one) for one in ('"[0]"', '"[1,0]"')]
    lists(store, tmp_path, [BLOCKSCOUT_CALLS, *own], [dune, *calls])
    assert [(row.kind, row.amount, row.tx_index) for row in store.records("transfers")] == [("internal", 5, 2)] * 2


def test_a_call_inside_one_that_failed_moves_nothing_whatever_it_says(store, tmp_path):
    header = f"{HEADER},trace_address,success"
    calls = [("0", "true"), ("1", "false"), ('"1,0"', "true"), ('"1,0,2"', "true"), ("10", "true")]
    (told,) = lists(store, tmp_path, [header, *(f"{row(1)},{path},{said}" for path, said in reversed(calls))])
    assert [one.index for one in store.records("transfers")] == ["call 0", "call 10"]
    assert any("3 rows are of transactions or calls that failed" in warning for warning in told.warnings)


def test_dunes_native_rows_are_the_coin_whatever_stands_for_its_contract(store, tmp_path):
    header = (
        "unique_key,blockchain,block_month,block_date,block_time,block_number,tx_hash,evt_index,trace_address,"
        "token_standard,tx_from,tx_to,tx_index,from,to,contract_address,symbol,amount_raw,amount,price_usd,amount_usd"
    )
    line = f"k,polygon,,,2024-10-20 04:53:20.000 UTC,5,{{}},{{}},{{}},{{}},{A},{B},3,{A},{B},{{}},{{}},7,1,,"
    rows = [(tx(1), "", '"[0]"', "native", "0x0000000000000000000000000000000000001010", "POL")]
    rows += [(tx(2), "4", "", "erc20", NOBODY, "NEW"), (tx(3), "5", "", "erc721", NOBODY, "APE")]
    (told,) = lists(store, tmp_path, [header, *(line.format(*one) for one in rows)])
    assert [(one.asset, one.amount) for one in store.records("transfers")] == [("POL", 7), (f"polygon:{NOBODY}", 7)]
    assert "a piece of a collection" in told.reasons[0]


def test_oklinks_list_has_two_times_and_the_one_in_utc_is_read(store, tmp_path):
    header = "Tx Hash,blockHeight,blockTime(UTC+8),blockTime(UTC),from,to,value,symbol,tokenAddress,isConfirm"
    usdt, payer = "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t", "TJCnKsPa7y5okkXvQAidZBzqx3QyQ6sxMW"
    line = f'{"a" * 64},5,2024/10/20 12:53:20,2024/10/20 04:53:20,{payer},{usdt},"1,000.5",USDT,{usdt},true'
    load_lists(store, [write(tmp_path, header, line)], Reading("tron"))
    (one,) = store.records("transfers")
    assert (f"{one.time:%d %H:%M}", one.amount) == ("20 04:53", 1_000_500_000)
    only = write(tmp_path, "tx_hash,block,blockTime(UTC+8),from,to,amount", "x", name="c.csv")
    with pytest.raises(InputError, match=r"'blockTime\(UTC\+8\)' is not in UTC; map one"):
        load_lists(store, [only], Reading("tron", {"time": "blockTime(UTC+8)"}))


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (
            "Transaction Hash,Status,Method,Blockno,DateTime (UTC),From,From_Nametag,To,To_Nametag,Amount,Value (USD),"
            "Txn Fee",
            "rounded as the page shows them",
        ),
        (
            "Blockno,DateTime (UTC),Parent Transaction Hash,Status,Type,From,From_Nametag,To,To_Nametag,Value",
            "take the page's CSV export",
        ),
        (
            "Signature,Block Time,Human Time,Action,From,To,Amount,Flow,Value,Decimals,Token Address",
            "does not say in which block",
        ),
        (
            "TxHash,Type,MethodId,UtcTimestamp,FromAddress,ToAddress,CreatedContractAddress,Value,"
            "TokenContractAddressHash,TokenDecimals,TokenSymbol,TokenValue,TokenID,BlockNumber,Fee",
            "are divided and may be rounded",
        ),
        ('"txid","refid","time","type","subtype","aclass","asset","wallet","amount","fee","balance"', "on no chain"),
        (
            "ID,Timestamp,Transaction Type,Asset,Quantity Transacted,Price Currency,Price at Transaction,Notes",
            "on no chain",
        ),
        (
            "txid,time,inputs,outputs",
            "gives 'tx_hash', 'from', 'to', 'amount', 'block'; name them with"
            " --map tx_hash=COLUMN,from=COLUMN,to=COLUMN,amount=COLUMN,block=COLUMN",
        ),
        ("tx_hash,from,to,block,time,Amount (gwei)", "gives 'amount'; name it with --map amount=COLUMN"),
    ],
)
def test_tables_that_cannot_be_right_are_refused_in_one_line(tmp_path, monkeypatch, capsys, header, words):
    monkeypatch.chdir(tmp_path)
    write(tmp_path, header, ",".join("1" * header.count(",")))
    assert run(["-w", "w", "ingest", "movements", "m.csv", "--chain", "ethereum"]) == 1
    said = capsys.readouterr().err
    assert words in said
    assert said.count("\n") == 1


@pytest.mark.parametrize("name", ["Amount (wei)", "value_wei", "amount_raw", "Value (Sun)"])
def test_a_column_that_is_called_base_units_is_not_read_as_whole_ones(store, tmp_path, name):
    header = f"tx_hash,block,time,from,to,{name}"
    line = f"{tx(1)},5,2024-10-20,{A},{B},700"
    with pytest.raises(InputError, match="--base-units"):
        load(store, tmp_path, line, header=header, columns={"amount": name})
    assert load(store, tmp_path, line, header=header, columns={"amount": name}, base_units=True).rows == 1


def test_amounts_of_another_coin_or_of_dollars_are_not_taken_for_the_coin(store, tmp_path):
    line = f"{tx(1)},5,2024-10-20,{A},{B},700"
    for name, words in (("Amount (USD)", "is not in ETH"), ("Value (BNB)", "is not in ETH"), ("gwei", "neither in")):
        with pytest.raises(InputError, match=words):
            load(store, tmp_path, line, header=f"tx_hash,block,time,from,to,{name}", columns={"amount": name})


def test_a_mapped_column_does_not_change_the_unit_of_a_known_form(store, tmp_path):
    header = "TxHash,BlockNumber,UnixTimestamp,FromAddress,ToAddress,ContractAddress,Type,Value,Fee,Status,When"
    line = f"{tx(1)},100,x,{A},{B},,OUT,3,4,ok,2024-10-20"
    told = load(store, tmp_path, line, header=header, columns={"time": "When"})
    assert found(store) == [(1, "fee", "unknown", 4), (1, "native", B, 3)]
    assert told.rejected == 0


def test_an_amount_with_a_comma_says_that_points_may_part_thousands(store, tmp_path):
    lines = [row(1, amount="2.000"), row(2, amount='"1.234,50"'), row(3, amount="7"), row(6, amount="0.125")]
    told = load(store, tmp_path, *lines)
    assert (told.rows, told.rejected) == (2, 2)
    assert "another amount of this list is '1.234,50'" in told.reasons[0]
    lines = [one.replace(",", ";") for one in (HEADER, row(4, amount="2.000"), row(5, amount="2.0"))]
    told = load(store, tmp_path, *lines[1:], header=lines[0])
    assert (told.rows, told.rejected) == (1, 1)
    assert "may be 2000 or 2.000" in told.reasons[0]


def test_the_chain_is_that_of_the_coin_where_one_chain_alone_has_it(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    write(tmp_path, NORMAL.replace("(ETH)", "(BNB)"), normal(1, B, out="1"))
    assert run(["-w", "w", "ingest", "movements", "m.csv"]) == 0
    with Store.open(tmp_path / "w") as store:
        assert {(one.chain, one.asset) for one in store.records("transfers")} == {("bsc", "BNB")}
    write(tmp_path, NORMAL, normal(2, B, out="1"))
    capsys.readouterr()
    assert run(["-w", "w", "ingest", "movements", "m.csv"]) == 1
    assert "its coin is that of ethereum, " in capsys.readouterr().err


def test_an_answer_of_etherscan_as_a_table_has_indices(store, tmp_path):
    header = "blockNumber,timeStamp,hash,from,to,value,contractAddress,input,type,gas,gasUsed,traceId,isError,errCode"
    line = f"100,1729400000,{tx(1)},{A},{B},3,,,call,1,1"
    lists(store, tmp_path, [header, f"{line},0_1,0,", f"{line},0_2,0,", f"{line},0_3,1,reverted"])
    assert [(row.index, row.amount) for row in store.records("transfers")] == [("call 0.1", 3), ("call 0.2", 3)]


def test_arkham_and_dune_name_chain_token_and_decimals_row_by_row(store, tmp_path):
    header = (
        "transactionHash,fromAddress,fromLabel,fromIsContract,toAddress,toLabel,toIsContract,tokenAddress,type,"
        "blockTimestamp,blockNumber,blockHash,tokenName,tokenSymbol,tokenDecimals,unitValue,tokenId,historicalUSD,chain"
    )
    line = "{},{a},,false,{b},,false,{},token,2024-10-20T04:53:20Z,5,0x0,,{},{},{},x,1,{}"
    rows = [("1", "", "ETH", 18, "500", "ethereum"), ("2", "", "BNB", 18, "300", "bsc")]
    rows += [("3", USDT, "USDT", 6, "1000", "ethereum"), ("4", USDT, "USDT", 18, "1000", "ethereum")]
    rows += [("5", NOBODY, "NEW", 4, "1.5", "bsc"), ("6", "", "ETH", 18, "1e-05", "ethereum")]
    text = [line.format(tx(int(one[0])), *one[1:], a=A, b=B) for one in rows]
    (told,) = lists(store, tmp_path, [header, *text])
    assert [(row.chain, row.asset, row.amount) for row in store.records("transfers")] == [
        ("bsc", "BNB", 300 * 10**18),
        ("bsc", f"bsc:{NOBODY}", 15_000),
        ("ethereum", "ETH", 500 * 10**18),
        ("ethereum", f"ethereum:{USDT}", 1_000_000_000),
    ]
    assert told.rejected == 2
    assert "18 decimals, USDT is listed with 6" in told.reasons[0]


@pytest.mark.parametrize(
    "form", [form for form in FORMS if not form.refused], ids=lambda form: f"{form.name} {len(form.told_by)}"
)
def test_each_form_is_told_by_its_columns_alone(form):
    header = sorted(form.told_by | {column for column in form.fields.values() if column != form.pieces})
    known = recognised(header, "m.csv")
    assert known is not None
    assert known.name == form.name
    assert set(mapped(known, header)) >= {"tx_hash", "from", "to", "block", "time"}


def test_a_list_of_collectibles_is_refused_whole(store, tmp_path):
    with pytest.raises(InputError, match="list of collectibles"):
        lists(store, tmp_path, [f'{TOKENS},"TokenID"', "x"])


# ── what failed


@pytest.mark.parametrize(
    ("column", "good", "bad"),
    [
        ("Status", "ok", "error"),
        ("status", "1", "0"),
        ("isError", "0", "1"),
        ("txreceipt_status", "1", "0"),
        ("success", "true", "false"),
        ("ErrCode", "", "out of gas"),
        ("Status", "", "Error(0)"),
    ],
)
def test_a_failed_transaction_pays_its_fee_and_moves_nothing(store, tmp_path, column, good, bad):
    load(store, tmp_path, f"{row(1)},0.5,{good}", f"{row(2)},0.5,{bad}", header=f"{HEADER},fee,{column}")
    assert [(kind, amount) for _, kind, _, amount in found(store)] == [
        ("fee", 5 * 10**17),
        ("native", 10**18),
        ("fee", 5 * 10**17),
    ]


def test_a_word_that_says_neither_success_nor_failure_is_refused(store, tmp_path):
    header = f"{HEADER},Status"
    assert load(store, tmp_path, f"{row(1)},pending", header=header).rejected == 1
    assert load(store, tmp_path, f"{row(1)},open", header=header, columns={"status": "-"}).rows == 1
    assert failures.columns(["Status", "Note"]) == {"Status": "success"}


# ── chains, tokens, plausible amounts


def test_each_row_goes_to_its_chain(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    write(tmp_path, f"chain,{HEADER}", f"ethereum,{row(1)}", f"56,{row(2)}", f"moon,{row(3)}", f",{row(4)}")
    assert run(["-w", "w", "ingest", "movements", "m.csv"]) == 0
    said = capsys.readouterr().out
    assert "m.csv:4: chain: unknown chain 'moon'" in said
    assert "m.csv:5: chain: unknown chain ''" in said
    with Store.open(tmp_path / "w") as store:
        assert [(one.chain, one.asset) for one in store.records("transfers")] == [("bsc", "BNB"), ("ethereum", "ETH")]
    write(tmp_path, HEADER, row(1))
    assert run(["-w", "w", "ingest", "movements", "m.csv"]) == 1
    assert "name it with --chain" in capsys.readouterr().err


@pytest.mark.parametrize("column", ["tokenAddress", "Contract Address", "token_symbol", "currency"])
def test_a_column_of_tokens_that_nobody_reads_stops_the_load(store, tmp_path, column):
    header = f"{HEADER},{column}"
    value = "PEPE" if column in ("token_symbol", "currency") else USDT
    with pytest.raises(InputError, match="would be taken for ETH"):
        load(store, tmp_path, f"{row(1)},", f"{row(2)},{value}", header=header)
    assert not store.parts("transfers")
    assert load(store, tmp_path, f"{row(1)},", f"{row(2)},ETH", header=header).rows == 2
    left = "token" if value == USDT else "asset"
    assert load(store, tmp_path, f"{row(3)},{value}", header=header, columns={left: "-"}).rows == 1


@pytest.mark.parametrize(
    ("token", "amount"), [("", "5000000000000000000"), ("", "500000000000000000000"), (USDT, "250000000000")]
)
def test_more_than_was_ever_issued_is_refused_with_the_likely_cause(store, tmp_path, token, amount):
    """With it all of the list that is in the same unit: 1,000 wei are no thousand ether."""
    header = f"{HEADER},token"
    told = load(store, tmp_path, f"{row(1, amount=amount)},{token}", f"{row(2, amount='1000')},{token}", header=header)
    assert (told.rows, told.rejected) == (0, 2)
    assert "more than was ever issued" in told.reasons[0]
    assert all("--base-units" in reason for reason in told.reasons)
    assert load(store, tmp_path, f"{row(1, amount=amount)},{token}", header=header, base_units=True).rows == 1


def test_an_opening_balance_has_the_same_ceiling(store, tmp_path):
    loaded = load_openings(store, write(tmp_path, "address,amount,block", f"{A},{10**18},1"), Reading("ethereum"))
    assert "more than was ever issued" in loaded.reasons[0]


def test_every_ceiling_is_of_a_known_asset_and_says_when_and_who():
    known = {**{row.asset: row for chain in ("ethereum", "bsc", "tron") for row in listed(chain).values()}}
    for asset, one in ceilings.listed().items():
        assert one.most > 0
        assert one.as_of
        assert one.source
        assert asset in known or ":" not in asset
    assert set(known) <= set(ceilings.listed())
    assert native("ethereum").asset in ceilings.listed()


# ── the shared cases


def test_the_three_lists_of_the_shared_case(tmp_path, monkeypatch, capsys):
    folder = shared("cases", "coming-in", "etherscan-three-lists")
    monkeypatch.chdir(tmp_path)
    files = [str(path) for path in sorted(folder.glob("export-*.csv"))]
    assert run(["-w", "w", "ingest", "movements", *files, "--chain", "ethereum"]) == 0
    assert run(["-w", "w", "trace", "x-case", "--unlisted", "--seeds", str(folder / "seeds.csv")]) == 0
    capsys.readouterr()
    with Store.open(tmp_path / "w") as store:
        ends = {
            (row.address[:6], row.asset[-4:]): row.amount
            for row in store.records("destinations")
            if row.method == "fifo"
        }
    assert ends["0x8dd2", "ETH"] // 10**17 == 5675
    assert ends["0x0d68", "1ec7"] == 2_400_000_123_456


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        *(("bom_crlf", 1), ("twicehead", 2), ("footer", 1), ("semicolon", 1), ("tab", 1), ("sep", 1), ("utf16", 1)),
        *(("trailing", 2), ("decimalcomma", 0), ("sci", 0), ("dates", 8)),
    ],
)
def test_spreadsheets_load_or_say_what_to_do(store, name, rows):
    (told,) = load_lists(store, [shared("cases", "coming-in", "spreadsheets", f"{name}.csv")], Reading("ethereum"))
    assert told.rows == rows
    assert told.rejected == len(told.reasons)


def test_a_column_that_is_nearly_a_field_is_asked_about_and_others_are_named(store, tmp_path, monkeypatch, capsys):
    loaded = load_openings(store, write(tmp_path, "address,amount,block,who", f"{A},1,1,x"), Reading("ethereum"))
    assert loaded.warnings == ("nothing is read from the column 'who'",)
    with pytest.raises(InputError, match="column 'assets'; if it is 'asset', call it so"):
        load_openings(store, write(tmp_path, "address,amount,block,assets", f"{A},1,1,ETH"), Reading("ethereum"))
    monkeypatch.chdir(tmp_path)
    write(tmp_path, HEADER, row(1))
    assert run(["-w", "v", "ingest", "movements", "m.csv", "--chain", "ethereum"]) == 0
    (tmp_path / "s.csv").write_text(f"address,asset,amonut\n{B},ETH,1\n")
    assert run(["-w", "v", "trace", "x-case", "--unlisted", "--seeds", "s.csv", "--chain", "ethereum"]) == 1
    assert "column 'amonut'; if it is 'amount', call it so" in capsys.readouterr().err


@pytest.mark.parametrize(("column", "bad"), [("contractRet", "OUT_OF_ENERGY"), ("Transaction Status", "Reverted")])
def test_what_failed_in_the_words_of_other_chains(store, tmp_path, column, bad):
    told = load(store, tmp_path, f"{row(1)},SUCCESS", f"{row(2)},{bad}", header=f"{HEADER},{column}")
    assert (told.rows, told.rejected) == (1, 0)


def test_what_is_not_settled_is_refused(store, tmp_path):
    told = load(store, tmp_path, f"{row(1)},true", f"{row(2)},false", header=f"{HEADER},isConfirm")
    assert (told.rows, told.rejected) == (1, 1)
    assert "it is not settled" in told.reasons[0]


@pytest.mark.parametrize("column", ["call_type", "Type", "trace_type"])
def test_calls_that_show_the_value_of_another_move_nothing_in_anybodys_list(store, tmp_path, column):
    lines = [f"{row(1)},0,call", f"{row(1)},1,delegatecall", f"{row(1)},2,STATICCALL", f"{row(1)},3,delegatecall_0_1"]
    told = load(store, tmp_path, *lines, header=f"{HEADER},trace_address,{column}")
    assert (told.rows, told.rejected) == (1, 0)


def test_answers_of_explorers_and_lists_of_an_output_chain_say_what_to_do(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    shapes = {
        "mempool.json": ('{"txid": "a", "vin": [], "vout": [], "status": {}}', "bitcoin", "dyepack ingest explorer"),
        "blockchair.csv": ("block_id,transaction_hash,index,value\n1,a,0,5", "bitcoin", "columns of bitcoin-etl"),
        "grid.json": ('{"data": [{"transaction_id": "a"}], "success": true}', "tron", "dyepack ingest explorer"),
        "scan.json": ('{"status": "1", "message": "OK", "result": []}', "ethereum", "dyepack ingest explorer"),
    }
    for name, (text, chain, words) in shapes.items():
        (tmp_path / name).write_text(text + "\n")
        assert run(["-w", name[:4], "ingest", "files", name, "--chain", chain]) == 1
        told = capsys.readouterr()
        assert words in told.out + told.err
    write(tmp_path, HEADER, row(1))
    assert run(["-w", "v", "ingest", "movements", "m.csv", "--chain", "bitcoin"]) == 1
    assert "transactions with outputs: load them with" in capsys.readouterr().err
