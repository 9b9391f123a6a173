"""What the bot asked of REST, as it came: kept for tests and for a check against Discord's OpenAPI file.

Imports nothing of nanobot.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadedFile:
    """One file of a multipart request. `field` is its name in the form, `files[0]` for instance."""

    field: str
    filename: str
    size: int
    content_type: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiRequest:
    """A request that has been read: `route` is the template of the OpenAPI file, `params` what its braces held."""

    method: str
    route: str
    path: str
    params: Mapping[str, str]
    query: Mapping[str, str]
    body: Any
    files: tuple[UploadedFile, ...]

    def number(self, name: str) -> int:
        """Return an id of the path; 0, which is nobody's, for what is no number."""
        text = self.params[name]
        return int(text) if text.isascii() and text.isdigit() else 0

    @property
    def fields(self) -> dict[str, Any]:
        """Return the body as an object; empty when it is something else."""
        return self.body if isinstance(self.body, dict) else {}


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedRequest:
    """`received_at` is of `time.monotonic`; `status` is what was answered, 0 for a connection cut on purpose."""

    method: str
    route: str
    path: str
    query: Mapping[str, str]
    body: Any
    files: tuple[UploadedFile, ...]
    status: int
    received_at: float
