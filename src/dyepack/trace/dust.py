"""Amounts too small to spend with sense: they carry tokens or are bait, so they neither extend a peel chain nor count.

The limits are those of the chains' own reference programs, which do not relay a smaller output: on Bitcoin three
times what it costs to spend it at 3 satoshi per byte, which depends on the script (546 for a key's hash, 330 for
Taproot and witness scripts, 294 for a witness key's hash). An amount of exactly the limit is what bait and token
carriers have. Those of Litecoin, Dogecoin and Bitcoin Cash have not been held against a source.

A chain of accounts has no such limit, and a token's smallest sensible amount follows from its price, not from any rule:
there is none here. What is of no value there (a movement of nothing, a look-alike token) is flagged when it is loaded.
"""

_SATOSHI = {"p2pk": 546, "p2pkh": 546, "p2sh": 540, "p2wsh": 330, "p2tr": 330, "p2wpkh": 294}
_LIMITS: dict[str, dict[str, int]] = {
    "bitcoin": _SATOSHI,
    "bitcoin_cash": {"p2pk": 546, "p2pkh": 546, "p2sh": 540},
    "litecoin": {script: limit * 10 for script, limit in _SATOSHI.items()},
    "dogecoin": {"p2pk": 1_000_000, "p2pkh": 1_000_000, "p2sh": 1_000_000},
}


def limit(chain: str, script: str | None = None) -> int:
    """The amount up to which an output is dust: of this script, or of the chain's largest limit; 0 where none is."""
    limits = _LIMITS.get(chain, {})
    return limits.get(script, 0) if script is not None else max(limits.values(), default=0)


def is_dust(chain: str, amount: int, script: str | None = None) -> bool:
    """Whether an output of this amount is dust."""
    return amount <= limit(chain, script)


def clause(chain: str, output: str) -> str:
    """The same as an SQL condition on a row of `outputs` that goes by the name `output`."""
    limits = _LIMITS.get(chain, {})
    if not limits:
        return "false"
    cases = " ".join(f"when '{script}' then {most}" for script, most in limits.items())
    return f"{output}.amount <= case {output}.script {cases} else 0 end"
