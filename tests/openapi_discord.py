"""Checks the bot's requests against Discord's own OpenAPI file, which is data of Discord and not part of this repository.

It is looked for in `$SHARED_DIR/specs`, and without that variable in `../shared/specs` beside the repository.
"""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match

from nanobot.sandbox.discord import RecordedRequest

_DEFAULT_SHARED_DIR = Path(__file__).resolve().parents[2] / "shared"
# The file wants ids as strings; Discord's documents allow numbers too, and discord.py sends them in places.
_SNOWFLAKE = {"type": ["string", "integer"], "pattern": "^(0|[1-9][0-9]*)$"}
# Objects are closed here so that a misspelt field is found. What Discord documents or ignores and the file does not name:
_FIELDS_BESIDE_SCHEMA: Mapping[str, tuple[str, ...]] = {
    "ApplicationCommandCreateRequest": ("nsfw",),
    "ApplicationCommandUpdateRequest": ("nsfw",),
    "ApplicationCommandAttachmentOption": ("file_types",),
    "FileUploadComponentForModalRequest": ("file_types",),
    "IncomingWebhookUpdateRequestPartial": ("tts",),
    "IncomingWebhookUpdateForInteractionCallbackRequestPartial": ("tts",),
    "MessageEditRequestPartial": ("tts",),
    "RichEmbed": ("flags",),
    # https://discord.com/developers/docs/components/reference#button: "`name`, `id`, and `animated`".
    "ComponentEmojiForRequest": ("animated",),
    # discord.py names a kept attachment by all that it knows of it.
    "MessageAttachmentRequest": (
        "proxy_url",
        "size",
        "url",
        "spoiler",
        "width",
        "height",
        "content_type",
        "ephemeral",
    ),
}
_CALLBACK_ROUTE = "/interactions/{interaction_id}/{interaction_token}/callback"
_BOOLEANS = {"0", "1", "true", "false"}


def require_specification() -> None:
    """Skip the running test where the OpenAPI file is absent; in CI its absence is a failure."""
    if not _path().is_file():
        reason = f"Discord's OpenAPI file is not at {_path()}; set SHARED_DIR"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)


def check_requests(requests: Iterable[RecordedRequest]) -> list[str]:
    """Return one sentence for each thing that is wrong with these requests; nothing when all is well."""
    return [f"{request.method} {request.path}: {wrong}" for request in requests for wrong in _wrongs(request)]


def _wrongs(request: RecordedRequest) -> Iterator[str]:
    operation = _document()["paths"].get(request.route, {}).get(request.method.lower())
    if operation is None:
        yield "no route of Discord's OpenAPI file"
        return
    yield from _wrong_query(operation, request.query)
    if "requestBody" not in operation:
        if request.body is not None or request.files:
            yield "takes no body"
        return
    if request.body is None:
        yield "needs a body"
        return
    if isinstance(request.body, dict):
        yield from _wrong_files(request, request.body)
    yield from _wrong_body(request)


def _wrong_query(operation: Mapping[str, Any], query: Mapping[str, str]) -> Iterator[str]:
    known = {
        entry["name"]: entry["schema"] for entry in operation.get("parameters", ()) if entry["in"] == "query"
    }
    for name, value in query.items():
        if name not in known:
            yield f"unknown query parameter {name}"
        elif known[name].get("type") == "boolean" and value.lower() not in _BOOLEANS:
            yield f"{name}={value} is neither true nor false"


def _wrong_files(request: RecordedRequest, body: Mapping[str, Any]) -> Iterator[str]:
    """Multipart bodies are checked as their `payload_json`, and the files by themselves."""
    fields = [file.field for file in request.files]
    if fields != [f"files[{index}]" for index in range(len(fields))]:
        yield f"files are named {fields}"
    message = body.get("data", body) if request.route == _CALLBACK_ROUTE else body
    listed = {str(entry.get("id")) for entry in (message or {}).get("attachments") or ()}
    unlisted = [index for index in range(len(fields)) if str(index) not in listed]
    if unlisted:
        yield f"files {unlisted} are not listed in attachments"


def _wrong_body(request: RecordedRequest) -> Iterator[str]:
    callback = request.body.get("type") if request.route == _CALLBACK_ROUTE else None
    validator = _validator(request.method.lower(), request.route, callback)
    for error in validator.iter_errors(request.body):
        yield _told(error)


def _told(error: ValidationError) -> str:
    """Tell of the branch that was meant, since "is not valid under any of the given schemas" helps nobody."""
    deepest = error
    while deepest.context:
        deepest = best_match(_meant(deepest.context)) or deepest.context[0]
    place = ".".join(str(step) for step in deepest.absolute_path) or "body"
    return f"{place}: {deepest.message[:300]}"


def _meant(errors: Sequence[ValidationError]) -> list[ValidationError]:
    """Keep the errors of the branches that fit by their kind: neither `null` nor a component of another type."""
    others = {
        error.schema_path[0]
        for error in errors
        if list(error.relative_path) == ["type"] or (error.validator == "type" and not error.relative_path)
    }
    return [error for error in errors if error.schema_path[0] not in others] or list(errors)


@functools.cache
def _validator(method: str, route: str, callback_type: int | None) -> Draft202012Validator:
    operation = _document()["paths"][route][method]
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    if callback_type is not None:
        schema = _branch_for(schema, callback_type)
    return Draft202012Validator({**schema, "components": _document()["components"]})


def _branch_for(schema: Mapping[str, Any], callback_type: int) -> Mapping[str, Any]:
    """Return the branch of the callback's union whose `type` this is, and the union itself for an unknown type."""
    schemas = _document()["components"]["schemas"]
    for branch in schema["anyOf"]:
        target = schemas[branch["$ref"].rsplit("/", 1)[1]]
        if callback_type in target["properties"]["type"].get("enum", ()):
            found: Mapping[str, Any] = branch
            return found
    return schema


@functools.cache
def _document() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(_path().read_bytes())
    schemas = document["components"]["schemas"]
    schemas["SnowflakeType"] = _SNOWFLAKE
    for name, schema in schemas.items():
        if "properties" in schema and "additionalProperties" not in schema:
            schema["additionalProperties"] = False
            for field in _FIELDS_BESIDE_SCHEMA.get(name, ()):
                schema["properties"].setdefault(field, {})
    return document


def _path() -> Path:
    return Path(os.environ.get("SHARED_DIR", _DEFAULT_SHARED_DIR)) / "specs" / "discord-openapi.json"
