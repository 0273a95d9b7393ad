"""Names of parts that come from names of files, which people choose."""

import hashlib
import re


def part_name(file_name: str) -> str:
    """The name of the part that a file gives: one that any file system takes, another for every other file name."""
    plain = re.sub(r"[^a-z0-9._-]", "_", file_name.lower())[:80].lstrip("._-") or "file"
    return plain if plain == file_name else f"{plain}-{hashlib.sha256(file_name.encode()).hexdigest()[:8]}"
