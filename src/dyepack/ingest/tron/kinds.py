"""What each kind of transaction, and of call inside one, moves by the rules of TRON: known kinds, and no others.

Kinds of contract are those of `ContractType` in java-tron's `Tron.proto`, each as its actuator executes it; kinds of
call are the notes that java-tron's `Program` writes into internal transactions. A value that stands beside one of the
kinds that move nothing is how much was frozen, voted with or lent as a resource: the money stays its owner's.
Kinds that are in the protocol and that no actuator executes, or that the main chain never allowed (`VoteAsset`,
`Custom`, `Get`, `ShieldedTransfer`), are not listed, and are refused as are kinds that nobody foresaw.
"""

STAYS = frozenset(
    f"{name}Contract"
    for name in (
        *("AccountCreate", "AccountUpdate", "SetAccountId", "AccountPermissionUpdate"),
        *("VoteWitness", "WitnessCreate", "WitnessUpdate", "UpdateBrokerage"),
        *("ProposalCreate", "ProposalApprove", "ProposalDelete"),
        *("FreezeBalance", "UnfreezeBalance", "FreezeBalanceV2", "UnfreezeBalanceV2"),
        *("WithdrawExpireUnfreeze", "CancelAllUnfreezeV2", "DelegateResource", "UnDelegateResource"),
        *("UnfreezeAsset", "UpdateAsset", "UpdateSetting", "UpdateEnergyLimit", "ClearABI"),
    )
)
"""Contracts that move nothing from one owner to another; what they cost is in the fee."""

_FOR = ("Bandwidth", "Energy", "TronPower", "UnknownType")
_RESOURCES = ("freezeFor", "unfreezeFor", "freezeBalanceV2For", "unfreezeBalanceV2For")
_LENT = ("delegateResourceOf", "unDelegateResourceOf")
IDLE = frozenset(
    {
        *(name + what for name in (*_RESOURCES, *_LENT) for what in _FOR),
        *("voteWitness", "cancelAllUnfreezeV2", "withdrawExpireUnfreeze"),
        *(f"withdrawExpireUnfreezeWhile{doing}" for doing in ("Unfreezing", "Canceling", "Suiciding")),
    }
)
"""Calls that move nothing from one owner to another; what a destroyed contract had unfrozen is in the value of its
`suicide`, and shown once more beside it."""

CALLS = frozenset({"call", "create", "suicide"})
"""Calls that move what they show, from the caller to the target."""
REWARD = "withdrawReward"
"""A call that gives its caller what its votes earned; the target is the caller."""

FAILED = frozenset(
    {
        *("REVERT", "BAD_JUMP_DESTINATION", "OUT_OF_MEMORY", "PRECOMPILED_CONTRACT", "STACK_TOO_SMALL"),
        *("STACK_TOO_LARGE", "ILLEGAL_OPERATION", "STACK_OVERFLOW", "OUT_OF_ENERGY", "OUT_OF_TIME"),
        *("JVM_STACK_OVER_FLOW", "UNKNOWN", "TRANSFER_FAILED", "INVALID_CODE", "FAILED"),
    }
)
"""Ends of a transaction that cost its fee and moved nothing."""
DONE = frozenset({"SUCCESS", "SUCESS", "DEFAULT"})
"""Ends of one that was executed; the protocol spells one of them so."""
