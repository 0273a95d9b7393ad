"""Which transactions are joint, which addresses hang together by a stated heuristic, and how often that is right.

A cluster is a lead: addresses joined by rules in one run. It never has a name, and it is not shown to have one owner.
"""

from dyepack.cluster.request import Request, parse_rules

__all__ = ["Request", "parse_rules"]
