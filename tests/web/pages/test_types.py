"""The front end's types are those of the server's answers."""

import shutil
import subprocess

import pytest

from dyepack.web.schemas import document
from tests.conftest import ROOT

TOOL = ROOT / "frontend/node_modules/openapi-typescript/bin/cli.js"


def test_the_types_of_the_pages_are_those_of_the_server(tmp_path):
    node = shutil.which("node")
    if node is None or not TOOL.exists():
        pytest.skip("no node, or the front end's packages are not installed; run: python3 dev frontend")
    told, types = tmp_path / "schemas.json", tmp_path / "types.ts"
    told.write_text(document(), encoding="utf-8")
    command = [node, str(TOOL), str(told), "--output", str(types)]
    subprocess.run(command, cwd=ROOT / "frontend", check=True, capture_output=True, timeout=60)
    kept = (ROOT / "frontend/src/api/types.ts").read_text(encoding="utf-8")
    same = types.read_text(encoding="utf-8") == kept  # two hundred kilobytes: not for a message
    assert same, "the server's answers have changed; run: python3 dev frontend types"
