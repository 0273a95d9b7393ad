"""Who is who, according to whom: tags from packs and lists, and the actors that they name.

What loads is imported when it is asked for: looking an address up needs none of the formats.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dyepack.tags.csvtags import Layout
    from dyepack.tags.load import Choice, LoadedTags, load_tags

__all__ = ["Choice", "Layout", "LoadedTags", "load_tags"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from dyepack.tags import csvtags, load  # noqa: PLC0415 (see above)

    return getattr(csvtags if name == "Layout" else load, name)
