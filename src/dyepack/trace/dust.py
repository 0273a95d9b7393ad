"""Amounts too small to spend with sense: they carry tokens or are bait, so they neither extend a peel chain nor count.

The limits are those of the chains' own reference programs, which do not relay a smaller output: three times what it
costs to make and spend it, which depends on the script. An amount of exactly the limit is what bait and token carriers
have. The first two are held against `src/policy/policy.{h,cpp}` of the programs, the others are reported:

- Bitcoin Core and Litecoin Core: the size of the output and of an input that spends it (148 bytes, 67 of a witness) at
  `DUST_RELAY_TX_FEE`, 3 satoshi a byte on Bitcoin and 30 on Litecoin (546 and 5,460 for a key's hash). A script with a
  key in it is taken to have a short one.
- Bitcoin Cash: three times the same at 1 satoshi a byte, which is as much, as programs of its family have it.
- Dogecoin Core since 1.14.5, as others quote it: `DEFAULT_HARD_DUST_LIMIT`, 0.001 DOGE whatever the script. Up to
  0.01 DOGE it relays an output if the transaction pays 0.01 more, so that is not dust here.

A chain of accounts has no such limit, and a token's smallest sensible amount follows from its price, not from any rule:
there is none here. What is of no value there (a movement of nothing, a look-alike token) is flagged when it is loaded.
"""

_SATOSHI = {"p2pk": 576, "p2pkh": 546, "p2sh": 540, "p2wsh": 330, "p2tr": 330, "p2wpkh": 294}
_LIMITS: dict[str, dict[str, int]] = {
    "bitcoin": _SATOSHI,
    "bitcoin_cash": {script: _SATOSHI[script] for script in ("p2pk", "p2pkh", "p2sh")},
    "litecoin": {script: limit * 10 for script, limit in _SATOSHI.items()},
    "dogecoin": dict.fromkeys(("p2pk", "p2pkh", "p2sh"), 100_000),
}


def limit(chain: str, script: str | None = None) -> int:
    """The amount up to which an output is dust: of this script, or of a key's hash where none is said; else 0."""
    return _LIMITS.get(chain, {}).get("p2pkh" if script is None else script, 0)


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
