"""The columns of ethereum-etl, which all files of lakes and exporters are brought into; how a dataset is told."""

from collections.abc import Mapping, Sequence

import pyarrow as pa

TEXT, WHOLE, TIME = pa.string(), pa.int64(), pa.timestamp("s")
_ENDS = {"from_address": TEXT, "to_address": TEXT}
_OF_TX = {"block_number": WHOLE, "transaction_hash": TEXT}
AT = {**_OF_TX, "transaction_index": WHOLE}
_PAID = {"gas_price": TEXT, "receipt_gas_used": TEXT, "receipt_status": WHOLE, "receipt_effective_gas_price": TEXT}
_PAID |= {"receipt_contract_address": TEXT, "receipt_l1_fee": TEXT, "transaction_type": WHOLE}
_BLOBS = {"blob_gas_used": TEXT, "blob_gas_price": TEXT}
_PAID |= {f"receipt_{name}": kind for name, kind in _BLOBS.items()}
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
        "value": TEXT,
        **_PAID,
        "block_timestamp": TIME,
    },
    "receipts": {
        **AT,
        "gas_used": TEXT,
        "status": WHOLE,
        "effective_gas_price": TEXT,
        "contract_address": TEXT,
        "l1_fee": TEXT,
        **_BLOBS,
    },
    "logs": {**AT, "log_index": WHOLE, "address": TEXT, "data": TEXT, "topics": TEXT, "block_timestamp": TIME},
    "token_transfers": {**_OF_TX, "log_index": WHOLE, "token_address": TEXT, **_ENDS, "value": TEXT},
    "traces": {
        **AT,
        **_ENDS,
        "value": TEXT,
        "trace_type": TEXT,
        "call_type": TEXT,
        "trace_address": TEXT,
        "status": WHOLE,
        "reward_type": TEXT,
    },
}
"""What is taken of each dataset from CSV and JSON."""
EVENTS = pa.schema({**AT, "log_index": WHOLE, "contract": TEXT, "kind": TEXT, **_ENDS, "value": TEXT})
"""Events, decoded."""
CRYO_TRACES = {"action_type", "action_from", "action_to", "action_value", "trace_address", "transaction_hash"}
"""The columns by which traces of cryo are known."""


def named(columns: Sequence[str]) -> str | None:
    """Which dataset of `COLUMNS` has these columns; none where it is another."""
    have = {*columns}
    if have >= CRYO_TRACES:
        return "traces"
    for name, marks in _MARKS.items():
        if marks <= have:
            return name
    return None


_MARKS: Mapping[str, set[str]] = {
    "receipts": {"transaction_hash", "gas_used", "cumulative_gas_used"},
    "token_transfers": {"token_address", "transaction_hash", "log_index", "from_address", "to_address"},
    "logs": {"log_index", "transaction_hash", "address", "data"},
    "traces": {"trace_type", "trace_address", "transaction_hash", "from_address", "to_address"},
    "transactions": {"hash", "block_number", "transaction_index", "from_address", "to_address", "gas_price"},
    "blocks": {"number", "timestamp", "hash"},
}
