"""The project's own files, as the rules of the house read them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "nanobot"


def modules(package: Path = PACKAGE) -> Iterator[tuple[str, Path]]:
    """Yield the dotted name and the file of every module of `package`, in order."""
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package.parent).with_suffix("").parts
        yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), filename=str(path))


def imported_names(name: str, path: Path) -> Iterator[tuple[str, int]]:
    """Yield what a module imports and in which line: anywhere in it, so also in functions and for types alone."""
    for node in ast.walk(parsed(path)):
        match node:
            case ast.Import(names=aliases):
                yield from ((alias.name, node.lineno) for alias in aliases)
            case ast.ImportFrom(module=module, names=aliases, level=level):
                origin = ".".join(filter(None, (_package(name, path, level), module)))
                yield from ((f"{origin}.{alias.name}", node.lineno) for alias in aliases)
            case _:
                pass


def _package(name: str, path: Path, level: int) -> str:
    """Return the package that the dots of a relative import stand for."""
    if not level:
        return ""
    own = name.split(".") if path.name == "__init__.py" else name.split(".")[:-1]
    return ".".join(own[: len(own) - level + 1])
