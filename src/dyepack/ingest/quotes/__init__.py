"""Prices from public APIs: closes of days and hours, every raw answer kept as explorers' are."""
