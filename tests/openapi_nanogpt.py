"""Checks requests and answers against NanoGPT's own OpenAPI file, which is data of the vendor and not part of this repository.

It is looked for in `$SHARED_DIR/specs`, and without that variable in `../shared/specs` beside the repository.
"""

from __future__ import annotations

import functools
import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

_DEFAULT_SHARED_DIR = Path(__file__).resolve().parents[2] / "shared"
# The guide speaks of a negative prompt, and other routes of the file name this field; the schema of this route forgot it.
_FIELDS_BESIDE_SCHEMA = frozenset({"negative_prompt"})


def require_specification() -> None:
    """Skip the running test where the OpenAPI file is absent; in CI its absence is a failure."""
    if not _path().is_file():
        reason = f"NanoGPT's OpenAPI file is not at {_path()}; set SHARED_DIR"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)


def check_request(method: str, path: str, body: object) -> list[str]:
    """Return what is wrong with a request; `path` is the whole path below the host, `body` is `None` where there is none."""
    operation = _find_operation(method, path)
    if operation is None:
        return [f"{method} {path} is no route of NanoGPT"]
    expected = operation.get("requestBody")
    if expected is None:
        return [] if body is None else [f"{method} {path} takes no body"]
    if body is None:
        return [f"{method} {path} needs a body"] if expected.get("required") else []
    schema = expected["content"]["application/json"]["schema"]
    return _violations(schema, body) + _unknown_fields(schema, body)


def check_answer(method: str, path: str, status: int, body: object) -> list[str]:
    """Return what is wrong with an answer of JSON."""
    operation = _find_operation(method, path)
    if operation is None:
        return [f"{method} {path} is no route of NanoGPT"]
    response = operation["responses"].get(str(status))
    if response is None:
        return [f"{method} {path} is not described to answer {status}"]
    return _violations(response["content"]["application/json"]["schema"], body)


def schema_of(name: str) -> Mapping[str, Any]:
    """Return what the file says of a named schema."""
    schema: Mapping[str, Any] = _specification()["components"]["schemas"][name]
    return schema


def example_of(name: str) -> dict[str, Any]:
    """Put the examples of a schema's fields together to one object."""
    return {
        field: about["example"]
        for field, about in schema_of(name)["properties"].items()
        if "example" in about
    }


def key_headers_of(method: str, path: str) -> set[str]:
    """Return the headers in which a route takes the API key."""
    operation = _find_operation(method, path) or {}
    schemes = _specification()["components"]["securitySchemes"]
    names = {name for way in operation.get("security", ()) for name in way}
    return {schemes[name].get("name", "Authorization") for name in names}


def _path() -> Path:
    return Path(os.environ.get("SHARED_DIR", _DEFAULT_SHARED_DIR)) / "specs" / "nanogpt-openapi.json"


@functools.cache
def _specification() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(_path().read_bytes())
    return document


def _find_operation(method: str, path: str) -> Mapping[str, Any] | None:
    for template, item in _specification()["paths"].items():
        pattern = re.sub(r"\\{[^}]+\\}", "[^/]+", re.escape(template))
        if any(re.fullmatch(base + pattern, path) for base in _bases(item)):
            operation: Mapping[str, Any] | None = item.get(method.lower())
            if operation is not None:
                return operation
    return None


def _bases(item: Mapping[str, Any]) -> set[str]:
    """Path prefixes of a route: NanoGPT serves all of them below `/api`, and some below the root as well."""
    servers = [*_specification()["servers"], *item.get("servers", [])]
    return {re.escape(server["url"].removeprefix("https://nano-gpt.com").rstrip("/")) for server in servers}


def _violations(schema: Mapping[str, Any], body: Any) -> list[str]:
    validator = Draft202012Validator({**schema, "components": _specification()["components"]})
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(body)]


def _unknown_fields(schema: Mapping[str, Any], body: object) -> list[str]:
    """Fields that the schema does not name: it permits them, and a misspelt one would be ignored without a word."""
    name = schema.get("$ref", "").removeprefix("#/components/schemas/")
    known = _specification()["components"]["schemas"].get(name, schema).get("properties", {})
    sent = body.keys() if isinstance(body, Mapping) else ()
    return [
        f"$.{field}: no such field"
        for field in sent
        if field not in known and field not in _FIELDS_BESIDE_SCHEMA
    ]
