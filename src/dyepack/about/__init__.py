"""What the tables hold about one thing: an address, its counterparties and movements, and where a word occurs.

Reads what every stage wrote, for whoever looks at one place of it; writes nothing.
"""
