"""The published columns of public lakes and exporters, every one of them, and rows that have them all."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa

from tests.ingest.test_evm import A, B

TIME = datetime(2024, 10, 20, 4, 53, 20, tzinfo=UTC)
BLOCK = f"0x{7:064x}"
NUMERIC, BIGNUMERIC = pa.decimal128(38, 9), pa.decimal256(76, 38)
_TEXT, _WHOLE, _TIME = pa.string(), pa.int64(), pa.timestamp("us", "UTC")
_TYPES = {"block_timestamp": _TIME, "timestamp": _TIME, "last_modified": _TIME, "block_time": _TIME, "value": NUMERIC}
_TYPES |= dict.fromkeys(["difficulty", "total_difficulty", "value_f64"], pa.float64())
_TYPES |= dict.fromkeys(["success", "tx_success"], pa.bool_()) | {"topics": pa.list_(_TEXT)}
_NUMBERS = [
    "number",
    "size",
    "gas_limit",
    "gas_used",
    "transaction_count",
    "base_fee_per_gas",
    "nonce",
    "transaction_index",
    "gas",
    "gas_price",
    "receipt_cumulative_gas_used",
    "receipt_gas_used",
    "receipt_status",
    "block_number",
    "max_fee_per_gas",
    "max_priority_fee_per_gas",
    "transaction_type",
    "receipt_effective_gas_price",
    "log_index",
    "subtraces",
    "status",
    "cumulative_gas_used",
    "effective_gas_price",
    "n_input_bytes",
    "n_input_zero_bytes",
    "n_input_nonzero_bytes",
    "chain_id",
    "n_data_bytes",
    "transfer_index",
    "action_gas",
    "result_gas_used",
    "transaction_position",
    "index",
    "sub_traces",
    "tx_index",
    "priority_fee_per_gas",
]
_TYPES |= dict.fromkeys(_NUMBERS, _WHOLE)

COLUMNS = {
    "BigQuery blocks": """timestamp number hash parent_hash nonce sha3_uncles logs_bloom transactions_root state_root
        receipts_root miner difficulty total_difficulty size extra_data gas_limit gas_used transaction_count
        base_fee_per_gas withdrawals_root""",
    "BigQuery transactions": """hash nonce transaction_index from_address to_address value gas gas_price input
        receipt_cumulative_gas_used receipt_gas_used receipt_contract_address receipt_root receipt_status
        block_timestamp block_number block_hash max_fee_per_gas max_priority_fee_per_gas transaction_type
        receipt_effective_gas_price""",
    "BigQuery token_transfers": """token_address from_address to_address value transaction_hash log_index
        block_timestamp block_number block_hash""",
    "BigQuery logs": """log_index transaction_hash transaction_index address data topics block_timestamp block_number
        block_hash""",
    "BigQuery traces": """transaction_hash transaction_index from_address to_address value input output trace_type
        call_type reward_type gas gas_used subtraces trace_address error status block_timestamp block_number block_hash
        trace_id""",
    "ethereum-etl receipts": """transaction_hash transaction_index block_hash block_number cumulative_gas_used gas_used
        contract_address root status effective_gas_price""",
    "cryo blocks": "block_hash author block_number gas_used extra_data timestamp base_fee_per_gas chain_id",
    "cryo transactions": """block_number transaction_index transaction_hash nonce from_address to_address value_binary
        value_string value_f64 input gas_limit gas_used gas_price transaction_type max_priority_fee_per_gas
        max_fee_per_gas success n_input_bytes n_input_zero_bytes n_input_nonzero_bytes chain_id""",
    "cryo logs": """block_number block_hash transaction_index log_index transaction_hash address topic0 topic1 topic2
        topic3 data n_data_bytes chain_id""",
    "cryo erc20_transfers": """block_number block_hash transaction_index log_index transaction_hash erc20 from_address
        to_address value_binary value_string value_f64 chain_id""",
    "cryo native_transfers": """block_number block_hash transaction_index transfer_index transaction_hash from_address
        to_address value_binary value_string value_f64 chain_id""",
    "cryo traces": """action_from action_to action_value action_gas action_input action_call_type action_init
        action_reward_type action_type result_gas_used result_output result_code result_address trace_address subtraces
        transaction_position transaction_hash block_number block_hash error chain_id""",
    "Dune transactions": """block_time block_number value gas_limit gas_price gas_used max_fee_per_gas
        max_priority_fee_per_gas priority_fee_per_gas nonce index success from to block_hash data hash type access_list
        block_date""",
    "Dune logs": """block_time block_number block_hash contract_address topic0 topic1 topic2 topic3 data tx_hash index
        tx_index block_date tx_from tx_to""",
    "Dune traces": """block_time block_number value gas gas_used block_hash success tx_index sub_traces error tx_success
        tx_hash from to trace_address type address code call_type input output refund_address block_date""",
}
for _name in ("blocks", "transactions", "token_transfers", "logs", "traces"):
    COLUMNS[f"AWS {_name}"] = f"date {COLUMNS[f'BigQuery {_name}']} last_modified"
_MADE = {"timestamp": TIME, "block_timestamp": TIME, "block_time": TIME, "from_address": A, "to_address": B}
_MADE |= {"from": A, "to": B, "block_hash": BLOCK, "hash": BLOCK, "input": "0x", "output": "0x", "data": "0x"}
_MADE |= {"topics": [], "trace_address": "", "success": True, "tx_success": True, "parent_hash": f"0x{6:064x}"}


def table(name: str, rows: list[dict[str, Any]], **types: pa.DataType) -> pa.Table:
    """Rows with every column of a published schema; what a row does not say is a plain value of the column's type."""
    columns = COLUMNS[name].split()
    kinds = {column: types.get(column, _TYPES.get(column, _TEXT)) for column in columns}
    cells = {column: [row.get(column, _plain(column, kinds[column])) for row in rows] for column in columns}
    return pa.table({column: pa.array(values, kinds[column]) for column, values in cells.items()})


def _plain(name: str, kind: pa.DataType) -> Any:
    if name in _MADE:
        return _MADE[name]
    if pa.types.is_integer(kind):
        return 1
    return Decimal(0) if pa.types.is_decimal(kind) else None


def aws_coins(row: dict[str, Any]) -> dict[str, pa.Table]:
    """A transaction of bitcoin-etl, and its block, as the AWS public blockchain data has them, with every column."""
    whole, double, text = pa.int64(), pa.float64(), pa.string()
    item = [
        ("index", whole),
        ("script_asm", text),
        ("script_hex", text),
        ("required_signatures", whole),
        ("type", text),
    ]
    item += [("address", text), ("value", double)]
    spent = [("spent_transaction_hash", text), ("spent_output_index", whole), ("sequence", whole)]
    kinds = {
        "inputs": pa.list_(pa.struct(spent + item)),
        "outputs": pa.list_(pa.struct(item)),
        "is_coinbase": pa.bool_(),
    }
    coins = [{**one, "address": one["addresses"][0], "value": one["value"] / 10**8} for one in row["outputs"]]
    total = sum(one["value"] for one in coins)
    made = {"hash": row["hash"], "size": 135, "virtual_size": 135, "version": 1, "lock_time": 0, "inputs": []}
    made |= {"block_hash": row["block_hash"], "block_number": row["block_number"], "block_timestamp": TIME, "index": 0}
    made |= {"input_count": 0, "output_count": 1, "input_value": 0.0, "output_value": total, "is_coinbase": True}
    made |= {"fee": 0.0, "outputs": coins, "last_modified": TIME}
    block = {"hash": row["block_hash"], "size": 216, "stripped_size": 216, "weight": 864, "number": row["block_number"]}
    block |= {
        "version": 1,
        "merkle_root": "a" * 64,
        "timestamp": TIME,
        "nonce": 1,
        "bits": "1d00ffff",
        "mediantime": TIME,
    }
    block |= {
        "coinbase_param": "04",
        "transaction_count": 1,
        "difficulty": 1.0,
        "chainwork": "01",
        "last_modified": TIME,
    }
    block |= {"previousblockhash": f"{row['block_number'] - 1:064x}"}
    sides = {"transactions": made, "blocks": block}
    return {
        name: pa.table({column: pa.array([value], kinds.get(column)) for column, value in side.items()})
        for name, side in sides.items()
    }
