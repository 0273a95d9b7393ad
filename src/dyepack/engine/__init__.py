"""The SQL engines; nothing outside this package knows their names."""
