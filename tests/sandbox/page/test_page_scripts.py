"""The page's own scripts: their tests under node, and what every asset has to keep to."""

from __future__ import annotations

import gzip
import re
import shutil
import subprocess
from pathlib import Path

import pytest

import nanobot.sandbox

HERE = Path(__file__).parent
STATIC = Path(nanobot.sandbox.__file__).parent / "page" / "static"
ASSETS = sorted(STATIC.iterdir())
# The first release that reads `import` in a `.js` file without being told to:
# https://nodejs.org/en/blog/release/v20.19.0
OLDEST_NODE = (20, 19)
MAX_LINES = 300
MAX_COMPRESSED_BYTES = 80_000
_IMPORTED = re.compile(r'^import .* from "\./(?P<name>[^"]+)";$', re.MULTILINE)
_MARKUP_SINKS = ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "DOMParser", "eval(")


def node_or_skip() -> str:
    """Return the path of a node that can run the tests."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    shown = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    major, minor, *_ = shown.strip().removeprefix("v").split(".")
    if (int(major), int(minor)) < OLDEST_NODE:
        pytest.skip(f"node {shown.strip()} is older than {OLDEST_NODE[0]}.{OLDEST_NODE[1]}")
    return node


def test_scripts_pass_their_own_tests() -> None:
    node = node_or_skip()
    files = sorted(str(path) for path in HERE.glob("*.test.mjs"))

    ran = subprocess.run([node, "--test", *files], capture_output=True, text=True, check=False)

    assert ran.returncode == 0, ran.stdout[-8000:] + ran.stderr
    assert "# tests 0" not in ran.stdout


def test_page_is_light_to_load() -> None:
    """Weighed as it goes over the wire, each file compressed on its own."""
    weight = sum(len(gzip.compress(asset.read_bytes())) for asset in ASSETS)

    assert weight <= MAX_COMPRESSED_BYTES


@pytest.mark.parametrize("asset", ASSETS, ids=lambda path: path.name)
def test_asset_is_short_enough_to_read(asset: Path) -> None:
    assert len(asset.read_text().splitlines()) <= MAX_LINES


@pytest.mark.parametrize("asset", ASSETS, ids=lambda path: path.name)
def test_asset_parses_no_markup_at_run_time(asset: Path) -> None:
    """What people write only ever becomes text nodes."""
    found = [sink for sink in _MARKUP_SINKS if sink in asset.read_text()]

    assert found == []


@pytest.mark.parametrize(
    "asset", [path for path in ASSETS if path.suffix != ".js"], ids=lambda path: path.name
)
def test_asset_loads_nothing_from_elsewhere(asset: Path) -> None:
    assert re.search(r"""(?:https?:)?//[\w.-]+\.\w|@import|\sstyle=|\son\w+=""", asset.read_text()) is None


@pytest.mark.parametrize(
    "asset", [path for path in ASSETS if path.suffix == ".js"], ids=lambda path: path.name
)
def test_script_is_loaded_by_another(asset: Path) -> None:
    """No script is left over, and none is missing."""
    names = {path.name for path in ASSETS}
    imported = {
        name for path in ASSETS if path.suffix == ".js" for name in _IMPORTED.findall(path.read_text())
    }

    assert imported <= names
    assert asset.name in imported | {"main.js"}
