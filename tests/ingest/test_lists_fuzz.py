"""Lists, prices and tags that were damaged in any way: what is left loads, or one line says what is wrong."""

from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dyepack.cli import run
from dyepack.store import Store
from tests.conftest import attempted
from tests.ingest.test_listforms import BLOCKSCOUT_CALLS, BLOCKSCOUT_TOKENS, INTERNAL, NORMAL, TOKENS, normal
from tests.ingest.test_movements import HEADER, USDT, A, B, row, tx

AT = '"100","1729400000","2024-10-20 04:53:20"'
CALL = f'"{tx(3)}",{AT},"{A}","{USDT}","0","{B}","{A}","","7","0","0","2650","0","","call"'
TOKEN = f'"{tx(3)}",{AT},"{A}","{B}","2,500,000.123456","2","{USDT}","Tether USD","USDT"'
LONG = f"100,2024-10-20 04:53:20Z,{A},{B},{USDT},OUT,6,USDT,6,7,4,ok,"
NUMBERED = f"3,100,0x0,1,2,2024-10-20,{A},{B},,call,call,1,1,5,0x,0x,,1"
SDN = "<sdnList><sdnEntry><uid>1</uid></sdnEntry></sdnList>"
MOVES = "ingest movements FILE.csv --chain ethereum"
TAGS = f"address,chain,name,concept\n{A},ethereum,Roe,exchange\n"
ORDERS = f"order_id,wallet_address,order_url,last_updated\nASO 1,{B},,2026-07-01\n"
ENTITY = f'{{"id": "a", "schema": "CryptoWallet", "properties": {{"publicKey": ["{B}"], "name": ["Roe"]}}}}\n'
PACK = f"title: t\ncreator: c\nlabel: Roe\nsource: https://a\ncurrency: ETH\ntags:\n- address: '{A}'\n"
FILES: dict[str, tuple[str, str, str]] = {
    "anybody's list": ("csv", MOVES, f"{HEADER}\n{row(1)}\n{row(2)}\n"),
    "transactions": ("csv", MOVES, f"{NORMAL}\n{normal(1, B, out='1,400.5')}\n{normal(2, '', B, out='5')}\n"),
    "internal transactions": ("csv", MOVES, f"{INTERNAL}\n{CALL}\n"),
    "tokens": ("csv", MOVES, f"{TOKENS}\n{TOKEN}\n"),
    "Blockscout's tokens": ("csv", MOVES, f"{BLOCKSCOUT_TOKENS}\n{tx(1)},{LONG}\n"),
    "Blockscout's calls": ("csv", MOVES, f"{BLOCKSCOUT_CALLS}\n{tx(1)},{NUMBERED}\n"),
    "openings": ("csv", "ingest openings FILE.csv --chain ethereum", f"address,amount,block\n{A},1.5,3\n"),
    "prices": ("csv", "ingest prices FILE.csv --source us", "asset,date,close\nETH,2024-01-05,2200.5\n"),
    "tags": ("csv", "load-tags FILE.csv", TAGS),
    "orders": ("csv", "load-tags FILE.csv", ORDERS),
    "entities": ("json", "load-tags FILE.json --edition 2026-01-01", ENTITY),
    "a pack": ("yaml", "load-tags FILE.yaml", PACK),
    "an XML list": ("xml", "load-tags FILE.xml --edition 2026-01-01", SDN),
}
WORDS = st.sampled_from([*b'",\n;\t{}[]:-&<>', *b"\x00\xff\xfe\r'"]).map(lambda byte: bytes([byte])) | st.binary(
    max_size=4
)


@pytest.mark.parametrize("name", FILES)
@settings(max_examples=6)
@given(st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 12), WORDS), min_size=1, max_size=4))
def test_whatever_a_list_holds_it_loads_or_one_line_says_why(name: str, changes: list[tuple[int, int, bytes]]) -> None:
    attempted("mutated lists, prices and tags")
    suffix, command, text = FILES[name]
    raw = bytearray(text.encode())
    for at, length, word in changes:
        raw[at % len(raw) : at % len(raw) + length] = word
    with TemporaryDirectory() as folder:
        Path(folder, f"m.{suffix}").write_bytes(raw)
        words = command.replace("FILE", str(Path(folder, "m"))).split()
        with redirect_stderr(StringIO()) as said, redirect_stdout(StringIO()):
            assert run(["-w", str(Path(folder, "ws")), *words]) in (0, 1)
        assert said.getvalue().count("\n") <= 1
        if Path(folder, "ws").exists():
            with Store.open(Path(folder, "ws")) as store:
                store.verify()
