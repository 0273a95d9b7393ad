"""Who is who, according to whom: tags from TagPacks and CSV files."""

from dyepack.tags.csvtags import Layout
from dyepack.tags.load import LoadedTags, load_tags

__all__ = ["Layout", "LoadedTags", "load_tags"]
