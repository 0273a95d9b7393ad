"""The forms of files: which dataset a file is of, told by all of its columns, against what exporters publish.

A form has columns that it needs and all those that its makers publish. A file fits a form whose needed columns it has.
Where it fits several, the one that knows the needed columns of all others is meant (traces have `gas_used` and
`status`, as receipts have; receipts have no `trace_address`). Where none does, two readings are possible, and the file
is refused until somebody says which.

Schemas: BigQuery's `crypto_ethereum` and ethereum-etl's own (github.com/blockchain-etl: `ethereum-etl/docs/schema.md`,
`ethereum-etl-airflow/dags/resources/stages/raw/schemas`), the AWS public blockchain data (github.com/aws-solutions-
library-samples/guidance-for-digital-assets-on-aws, `analytics/consumer/schema`), cryo (github.com/paradigmxyz/cryo,
`crates/freeze/src/datasets`), Dune (docs.dune.com, raw tables).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from dyepack.errors import InputError


@dataclass(frozen=True, slots=True, eq=False)
class Form:
    """One dataset as one exporter writes it: the columns that tell it, all that it has, and our names for some."""

    dataset: str
    exporter: str
    needs: frozenset[str]
    has: frozenset[str]
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """How messages call it."""
        return f"{self.dataset} ({self.exporter})"


_ANY = "date last_modified item_id item_timestamp type chain chain_id chain_name partition_date block_date"
_CHAIN = "block_number block_hash block_timestamp timestamp"
_L1 = "l1_fee l1_fee_scalar l1_gas_price l1_gas_used l1_blob_base_fee l1_blob_base_fee_scalar l1_base_fee_scalar"
_RECEIPT = f"cumulative_gas_used gas_used contract_address root status effective_gas_price {_L1}"
_RECEIPT += " blob_gas_used blob_gas_price logs_bloom"
_ENDS = "from_address to_address"
_TX = f"nonce {_ENDS} value value_lossless gas gas_limit gas_price input max_fee_per_gas max_priority_fee_per_gas"
_TX += " transaction_type max_fee_per_blob_gas blob_versioned_hashes access_list r s v y_parity"
_U256 = "value_binary value_string value_str value_f64 value_float"
_SAID = {"value_string": "value", "value_str": "value"}


def _form(dataset: str, exporter: str, needs: str, more: str, names: Mapping[str, str] | None = None) -> Form:
    needed = frozenset(needs.split())
    return Form(dataset, exporter, needed, needed.union(more.split(), _ANY.split(), _CHAIN.split()), names or {})


_ETL, _CRYO, _DUNE = "ethereum-etl, BigQuery, AWS", "cryo", "Dune"
FORMS: Sequence[Form] = (
    _form(
        "blocks",
        _ETL,
        "number timestamp",
        "hash parent_hash nonce sha3_uncles logs_bloom transactions_root state_root receipts_root miner difficulty"
        " total_difficulty size extra_data gas_limit gas_used transaction_count base_fee_per_gas withdrawals_root"
        " withdrawals blob_gas_used excess_blob_gas mix_hash uncles",
    ),
    _form(
        "transactions",
        _ETL,
        "hash block_number transaction_index from_address to_address gas_price",
        f"{_TX} {' '.join(f'receipt_{name}' for name in _RECEIPT.split())}",
    ),
    _form("receipts", _ETL, "transaction_hash gas_used status", f"transaction_index {_RECEIPT}"),
    _form("receipts", _ETL, "transaction_hash gas_used cumulative_gas_used", f"transaction_index {_RECEIPT}"),
    _form(
        "logs",
        _ETL,
        "log_index transaction_hash address data topics",
        "transaction_index removed",
    ),
    _form("token_transfers", _ETL, f"token_address transaction_hash log_index {_ENDS}", "value transaction_index"),
    _form(
        "traces",
        _ETL,
        f"trace_type trace_address transaction_hash {_ENDS}",
        "transaction_index value value_lossless input output call_type reward_type gas gas_used subtraces error status"
        " trace_id",
    ),
    _form(
        "blocks",
        _CRYO,
        "block_number timestamp",
        "parent_hash author miner state_root transactions_root receipts_root gas_used extra_data logs_bloom"
        " base_fee_per_gas size total_difficulty total_difficulty_binary total_difficulty_string total_difficulty_f64",
        {"block_number": "number", "block_hash": "hash"},
    ),
    _form(
        "transactions",
        _CRYO,
        "transaction_hash nonce gas_price block_number transaction_index from_address to_address",
        f"{_TX} {_U256} gas_used success n_input_bytes n_input_zero_bytes n_input_nonzero_bytes n_rlp_bytes",
        {"transaction_hash": "hash", "gas_used": "receipt_gas_used", "success": "receipt_status", **_SAID},
    ),
    _form(
        "logs",
        _CRYO,
        "log_index transaction_hash address data topic0",
        "transaction_index topic1 topic2 topic3 n_data_bytes",
    ),
    _form(
        "erc20_transfers",
        _CRYO,
        f"erc20 block_number transaction_index log_index transaction_hash {_ENDS}",
        f"value {_U256}",
        _SAID,
    ),
    _form(
        "native_transfers",
        _CRYO,
        f"transfer_index block_number transaction_index transaction_hash {_ENDS}",
        f"value {_U256}",
        _SAID,
    ),
    _form(
        "traces",
        _CRYO,
        "action_type action_from action_to action_value trace_address transaction_hash",
        "action_gas action_input action_call_type action_init action_reward_type result_gas_used result_output"
        " result_code result_address subtraces transaction_position transaction_index error",
    ),
    _form(
        "transactions",
        _DUNE,
        "hash block_number index from to value gas_price success",
        "block_time gas_limit gas_used max_fee_per_gas max_priority_fee_per_gas priority_fee_per_gas nonce data"
        " access_list max_fee_per_blob_gas blob_versioned_hashes authorization_list effective_gas_price"
        f" block_blob_gas_used {_L1} l1_timestamp l1_tx_origin l1_block_number",
        {
            "index": "transaction_index",
            "from": "from_address",
            "to": "to_address",
            "gas_used": "receipt_gas_used",
            "success": "receipt_status",
            "block_time": "block_timestamp",
            "l1_fee": "receipt_l1_fee",
        },
    ),
    _form(
        "logs",
        _DUNE,
        "block_number tx_hash index contract_address topic0 data",
        "block_time topic1 topic2 topic3 tx_index tx_from tx_to",
        {
            "tx_hash": "transaction_hash",
            "tx_index": "transaction_index",
            "index": "log_index",
            "contract_address": "address",
            "block_time": "block_timestamp",
        },
    ),
    _form(
        "traces",
        _DUNE,
        "block_number tx_hash tx_index trace_address type from to value success",
        "block_time gas gas_used sub_traces error tx_success tx_from tx_to address code call_type input output"
        " refund_address",
        {
            "tx_hash": "transaction_hash",
            "tx_index": "transaction_index",
            "from": "from_address",
            "to": "to_address",
            "type": "trace_type",
            "success": "status",
            "block_time": "block_timestamp",
        },
    ),
)
DATASETS = tuple(dict.fromkeys(form.dataset for form in FORMS))


def form_of(columns: Collection[str], name: str, said: str | None = None) -> Form:
    """The form of a file with these columns; `said` is the dataset that somebody says it is.

    Raises:
        InputError: no form that is known, two that are possible, or not the one that is said.
    """
    have = {*columns}
    fitting = [form for form in FORMS if form.needs <= have and said in (None, form.dataset)]
    meant = [form for form in fitting if all(other.needs <= form.has for other in fitting)]
    if len({form.dataset for form in meant}) == 1:
        return meant[0]
    if fitting:
        known = " or ".join(form.title for form in fitting)
        raise InputError(f"{name}: its columns can be read as {known}; say which with --as {fitting[0].dataset}")
    listed = ", ".join(columns)
    if said is not None:
        lacks = min((form for form in FORMS if form.dataset == said), key=lambda form: len(form.needs - have))
        missing = ", ".join(sorted(lacks.needs - have))
        raise InputError(f"{name}: --as {said} needs the columns {missing} too; it has {listed}"[:400])
    raise InputError(f"{name}: no dataset that is known has the columns {listed}"[:400])


def dataset_of(columns: Collection[str]) -> str | None:
    """The dataset of a file with these columns; none where it is not known, or may be one of two."""
    try:
        return form_of(columns, "").dataset
    except InputError:
        return None
