"""Each dependency is explained, and nothing is used that is not declared."""

from __future__ import annotations

import re
import sys
import tomllib
from importlib.metadata import packages_distributions

from tests.house.sources import ROOT, imported_names, modules

_ROW = re.compile(r"^\| `(?P<name>[A-Za-z0-9._-]+)` \|", re.MULTILINE)


def normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def declared(*, dev: bool) -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lines = [*project["dependencies"], *(project["optional-dependencies"]["dev"] if dev else [])]
    found = (re.match(r"[A-Za-z0-9._-]+", line) for line in lines)
    return {normalised(match.group()) for match in found if match}


def test_every_dependency_is_explained_and_no_other() -> None:
    """A dependency is a promise to follow somebody else's changes: docs/dependencies.md says what it is worth."""
    document = (ROOT / "docs" / "dependencies.md").read_text()
    explained = {normalised(match["name"]) for match in _ROW.finditer(document)}

    assert explained == declared(dev=True)


def test_whatever_is_imported_is_declared() -> None:
    """What comes along with another package may go away with it."""
    distributions = packages_distributions()
    used = {
        imported.partition(".")[0] for name, path in modules() for imported, _ in imported_names(name, path)
    } - {"nanobot", *sys.stdlib_module_names}
    undeclared = {
        module
        for module in used
        if not {normalised(name) for name in distributions.get(module, [])} & declared(dev=False)
    }

    assert undeclared == set()
