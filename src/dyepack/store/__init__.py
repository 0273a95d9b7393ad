"""The workspace folder: tables as Parquet parts, changed together by one rename.

`docs/reference/workspace.md` says what lies where and what is promised, `docs/explanation/store.md` why.
"""

from dyepack.store.draft import Draft
from dyepack.store.manifest import Part, Verified
from dyepack.store.store import Store

__all__ = ["Draft", "Part", "Store", "Verified"]
