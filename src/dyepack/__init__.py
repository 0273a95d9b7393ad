"""dyepack follows stolen crypto: a ledger of thefts with sources and dates, and exact traces of the money."""

__version__: str


def __getattr__(name: str) -> str:
    """`__version__`, which a checkout asks of version control: only when somebody wants to know."""
    if name == "__version__":
        from dyepack.version import version  # noqa: PLC0415 (most commands never ask)

        return version()
    raise AttributeError(f"module 'dyepack' has no attribute {name!r}")
