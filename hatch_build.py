"""Builds the pages before a package is packed; an editable install serves what `dev frontend` made."""

import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Pages(BuildHookInterface[Any]):
    """`dev frontend` does nothing where the pages are already those of their sources."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Called by hatch before it gathers files."""
        if version != "editable":
            subprocess.run([sys.executable, str(Path(self.root) / "dev"), "frontend"], check=True)
