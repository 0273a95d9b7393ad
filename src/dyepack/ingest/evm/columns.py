"""The columns of ethereum-etl, which all files of lakes and exporters are brought into; what each column holds."""

from collections.abc import Mapping

import pyarrow as pa

from dyepack.ingest.strict import AMOUNT

TEXT, WHOLE, TIME = pa.string(), pa.int64(), pa.timestamp("s")
_ENDS = {"from_address": TEXT, "to_address": TEXT}
_OF_TX = {"block_number": WHOLE, "transaction_hash": TEXT}
AT = {**_OF_TX, "transaction_index": WHOLE}
_BLOBS = {"blob_gas_used": AMOUNT, "blob_gas_price": AMOUNT}
_RECEIPT = {
    "gas_used": AMOUNT,
    "status": WHOLE,
    "effective_gas_price": AMOUNT,
    "contract_address": TEXT,
    "l1_fee": AMOUNT,
    **_BLOBS,
}
_WHEN = {"block_timestamp": TIME}
COLUMNS: Mapping[str, Mapping[str, pa.DataType]] = {
    "blocks": {
        "number": WHOLE,
        "timestamp": TIME,
        "hash": TEXT,
        "parent_hash": TEXT,
        "transaction_count": WHOLE,
        "transactions_root": TEXT,
    },
    "transactions": {
        "hash": TEXT,
        "block_number": WHOLE,
        "transaction_index": WHOLE,
        **_ENDS,
        "value": AMOUNT,
        "gas_price": AMOUNT,
        **{f"receipt_{name}": kind for name, kind in _RECEIPT.items()},
        "transaction_type": WHOLE,
        **_WHEN,
    },
    "receipts": {**AT, **_RECEIPT},
    "logs": {
        **AT,
        "log_index": WHOLE,
        "address": TEXT,
        "data": TEXT,
        "topics": TEXT,
        **{f"topic{n}": TEXT for n in range(4)},
        **_WHEN,
    },
    "token_transfers": {**_OF_TX, "log_index": WHOLE, "token_address": TEXT, **_ENDS, "value": AMOUNT, **_WHEN},
    "erc20_transfers": {**AT, "log_index": WHOLE, "erc20": TEXT, **_ENDS, "value": AMOUNT, **_WHEN},
    "native_transfers": {**AT, "transfer_index": WHOLE, **_ENDS, "value": AMOUNT, **_WHEN},
    "traces": {
        **AT,
        **_ENDS,
        "value": AMOUNT,
        "trace_type": TEXT,
        "call_type": TEXT,
        "trace_address": TEXT,
        "status": WHOLE,
        "reward_type": TEXT,
        "trace_id": TEXT,
        "own_status": WHOLE,
        **_WHEN,
    },
}
"""What is taken of each dataset; `own_status` is of a call that may lie in a failed one, whatever it says itself."""
NEEDED: Mapping[str, tuple[str, ...]] = {
    "blocks": ("number", "timestamp"),
    "transactions": ("hash", "block_number", "transaction_index", "from_address", "value"),
    "receipts": ("transaction_hash",),
    "logs": (*AT, "log_index", "address"),
    "token_transfers": (*_OF_TX, "log_index", "token_address", *_ENDS, "value"),
    "erc20_transfers": (*AT, "log_index", "erc20", *_ENDS, "value"),
    "native_transfers": ("block_number", "transfer_index"),
    "traces": ("block_number",),
}
"""What a row of each must say, where its file has the column."""
FROM = {"lake_file": pa.int32(), "lake_row": WHOLE}
"""Where a row stood: the number of its file, and its line or row there."""
EVENT = {"contract": TEXT, "kind": TEXT, **_ENDS, "value": AMOUNT, "name": TEXT, "part": WHOLE, "assets": AMOUNT}
"""What an event says: `part` counts its movements, `assets` is what a vault's event names beside shares."""
EVENTS = pa.schema({**AT, "log_index": WHOLE, **EVENT, **_WHEN, **FROM})
"""Events, decoded."""
ADDRESSES = frozenset({"from_address", "to_address", "token_address", "erc20", "address", "contract_address"})
HASHES = frozenset({"hash", "transaction_hash", "parent_hash"})
GAS = frozenset({"gas_used", "blob_gas_used"})
PRICES = frozenset({"gas_price", "effective_gas_price", "blob_gas_price", "l1_fee"})
