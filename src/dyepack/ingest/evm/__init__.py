"""Chains with accounts as Ethereum has them: from transactions, receipts and traces to movements."""
