"""Who is who, according to whom: tags from packs and lists, and the actors that they name."""

from dyepack.tags.csvtags import Layout
from dyepack.tags.load import Choice, LoadedTags, load_tags

__all__ = ["Choice", "Layout", "LoadedTags", "load_tags"]
