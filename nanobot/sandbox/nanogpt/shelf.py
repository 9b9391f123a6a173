"""Finished pictures under signed addresses that expire. Imports nothing of nanobot."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

# https://docs.nano-gpt.com/api-reference/image-generation: "signed, expiring URL (~1 hour). Generated files are
# kept for 24 hours, then permanently deleted."
URL_LIFETIME = timedelta(hours=1)
FILE_LIFETIME = timedelta(hours=24)
# Ours, not the vendor's: the oldest pictures go first, so that a sandbox left running does not fill the memory.
MAX_KEPT_BYTES = 256_000_000


@dataclass(frozen=True, slots=True)
class _File:
    png: bytes
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Forbidden:
    """The address is not one of ours, was changed, or has expired."""

    reason: str


@dataclass(frozen=True, slots=True)
class Gone:
    """The file was deleted."""


FoundFile: TypeAlias = bytes | Forbidden | Gone


class Shelf:
    """Keeps pictures, oldest first."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._secret = secrets.token_bytes(32)
        self._files: dict[str, _File] = {}
        self._kept_bytes = 0

    def put(self, png: bytes) -> str:
        """Keep a picture and return its path with expiry and signature."""
        file_id = secrets.token_hex(16)
        self._files[file_id] = _File(png, self._now())
        self._kept_bytes += len(png)
        self._throw_out()
        expires = int((self._now() + URL_LIFETIME).timestamp())
        return f"/files/{file_id}.png?expires={expires}&signature={self._sign(file_id, str(expires))}"

    def get(self, file_id: str, expires: str, signature: str) -> FoundFile:
        """Return the picture at an address that `put` gave out."""
        # As bytes: `compare_digest` takes no text beyond ASCII, and an address may hold any.
        if not hmac.compare_digest(self._sign(file_id, expires).encode(), signature.encode()):
            return Forbidden("SignatureDoesNotMatch")
        if self._now().timestamp() >= int(expires):
            return Forbidden("Request has expired")
        self._throw_out()
        file = self._files.get(file_id)
        return Gone() if file is None else file.png

    def _sign(self, file_id: str, expires: str) -> str:
        return hmac.new(self._secret, f"{file_id} {expires}".encode(), hashlib.sha256).hexdigest()

    def _throw_out(self) -> None:
        oldest_kept = self._now() - FILE_LIFETIME
        while self._files:
            file_id, file = next(iter(self._files.items()))
            if file.made_at > oldest_kept and self._kept_bytes <= MAX_KEPT_BYTES:
                return
            self._kept_bytes -= len(file.png)
            del self._files[file_id]
