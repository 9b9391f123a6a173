"""Imports point downwards, and siblings do not know each other."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.house.sources import PACKAGE, imported_names, modules

_GROUND = frozenset({"errors", "clock", "settings", "logs"})
_BELOW_THE_BOT = _GROUND | {"nanogpt", "images", "store", "quotas", "generation"}

# What each part of nanobot may import of nanobot, itself aside; `docs/architecture.md` says why.
MAY_IMPORT: Mapping[str, frozenset[str]] = {
    "errors": frozenset(),
    "clock": frozenset(),
    "logs": frozenset(),
    "settings": frozenset({"errors"}),
    "nanogpt": frozenset(),
    "images": frozenset({"errors"}),
    "store": _GROUND,
    "quotas": _GROUND | {"store"},
    "generation": _BELOW_THE_BOT - {"generation"},
    "bot": _BELOW_THE_BOT,
    "sandbox": frozenset({"errors", "clock", "logs"}),
    "wiring": _BELOW_THE_BOT | {"bot"},
    "cli": _BELOW_THE_BOT | {"bot", "sandbox", "wiring"},
    "__main__": frozenset({"cli"}),
}

# Whose business a library is: nobody else imports it.
BELONGS_TO: Mapping[str, frozenset[str]] = {
    "discord": frozenset({"bot", "wiring"}),
    "sqlalchemy": frozenset({"store", "quotas"}),
    "alembic": frozenset({"store"}),
    "PIL": frozenset({"images", "sandbox"}),
    "pillow_heif": frozenset({"images"}),
    "pybase64": frozenset({"images", "nanogpt"}),
    "pydantic_settings": frozenset({"settings"}),
    "prometheus_client": frozenset({"bot"}),
    "matplotlib": frozenset({"bot"}),
    "rich": frozenset({"cli", "sandbox"}),
}


def violations(package: Path, may_import: Mapping[str, frozenset[str]]) -> list[str]:
    """Return a sentence for each import of `package` that `may_import` does not allow."""
    found = []
    for name, path in modules(package):
        part = _part(name, package.name)
        if not part:
            continue
        if part not in may_import:
            found.append(f"{name}: no layer is known for `{part}`. Give it a line in MAY_IMPORT.")
            continue
        for imported, line in imported_names(name, path):
            other = _part(imported, package.name)
            if not other or other == part or other in may_import[part]:
                continue
            allowed = ", ".join(sorted(may_import[part])) or "nothing of the package"
            found.append(
                f"{name}, line {line}: imports {imported}. `{part}` may import {allowed}. "
                "Move what both need further down, or hand it over by constructor."
            )
    return found


def _part(name: str, package: str) -> str | None:
    """Return the part of the package that a dotted name lies in, "" for the package itself, None for a stranger."""
    head, _, rest = name.partition(".")
    return rest.partition(".")[0] if head == package else None


def test_imports_point_downwards() -> None:
    """What is below can be understood, tested and replaced without what is above."""
    assert violations(PACKAGE, MAY_IMPORT) == []


def test_every_part_of_the_table_exists() -> None:
    parts = {_part(name, "nanobot") for name, _ in modules()} - {""}

    assert parts == set(MAY_IMPORT)


def test_each_library_is_the_business_of_its_own_part() -> None:
    """A second part that speaks to the same library is a second place to mend when the library changes."""
    strangers = [
        f"{name}, line {line}: imports {imported}, which is the business of {', '.join(sorted(owners))}"
        for name, path in modules()
        for imported, line in imported_names(name, path)
        if (owners := BELONGS_TO.get(imported.partition(".")[0])) is not None
        and _part(name, "nanobot") not in owners
    ]

    assert strangers == []


@pytest.mark.parametrize(
    ("code", "guilty"),
    [
        pytest.param("import toy.low", False, id="downwards"),
        pytest.param("from toy.middle import _own", False, id="own part"),
        pytest.param("import os", False, id="stranger"),
        pytest.param("import toyshop.high", False, id="similar name"),
        pytest.param("import toy.high", True, id="upwards"),
        pytest.param("from toy import high", True, id="upwards by name"),
        pytest.param("from toy.high import thing", True, id="upwards into a module"),
        pytest.param("import toy.beside as other", True, id="sideways"),
        pytest.param("from ..beside import thing", True, id="relative"),
        pytest.param("from .. import beside", True, id="relative by name"),
        pytest.param("from . import other", False, id="relative own part"),
        pytest.param("if TYPE_CHECKING:\n    from toy.high import Thing", True, id="for types alone"),
        pytest.param("def late():\n    import toy.high", True, id="in a function"),
        pytest.param(
            "class A:\n    async def late(self):\n        from toy import high", True, id="in a method"
        ),
    ],
)
def test_the_rule_finds_every_way_to_import(tmp_path: Path, code: str, guilty: bool) -> None:
    toy = tmp_path / "toy"
    for part in ("low", "middle", "beside", "high"):
        (toy / part).mkdir(parents=True)
        (toy / part / "__init__.py").touch()
    (toy / "__init__.py").touch()
    (toy / "middle" / "module.py").write_text(code)
    table = {
        "low": frozenset[str](),
        "middle": frozenset({"low"}),
        "beside": frozenset({"low"}),
        "high": frozenset({"low", "middle", "beside"}),
    }
    found = violations(toy, table)

    assert bool(found) is guilty, found
    assert all("`middle` may import low" in sentence for sentence in found)


def test_the_rule_wants_a_place_for_every_part(tmp_path: Path) -> None:
    (tmp_path / "toy").mkdir()
    (tmp_path / "toy" / "newcomer.py").touch()

    assert violations(tmp_path / "toy", {}) == [
        "toy.newcomer: no layer is known for `newcomer`. Give it a line in MAY_IMPORT."
    ]
