"""Who may ask, and how often. Imports nothing of nanobot beside this package."""

from __future__ import annotations

import hmac
import time
from collections import deque

from aiohttp import web

from nanobot.sandbox.nanogpt.refusals import Refusal
from nanobot.sandbox.nanogpt.trouble import Trouble

# https://docs.nano-gpt.com/api-reference/miscellaneous/rate-limits
REQUESTS_PER_SECOND = 25


def key_of(request: web.Request) -> str:
    """Return the key that a request brings in either header, "" where it brings none."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else request.headers.get("x-api-key", "")


class KeyGuard:
    """Lets requests with the one key in, all routes together `REQUESTS_PER_SECOND` times in any second."""

    def __init__(self, api_key: str, trouble: Trouble) -> None:
        self._api_key = api_key
        self._trouble = trouble
        self._recent: deque[float] = deque(maxlen=REQUESTS_PER_SECOND)

    def check(self, request: web.Request, *, needs_key: bool = True) -> None:
        """Count a request; without `needs_key` one without a key is let in, one with a wrong key is not.

        Raises:
            Refusal: the key is missing or wrong, or there were too many requests.
        """
        key = key_of(request)
        if not key and needs_key:
            raise Refusal(status=401, code="missing_api_key", message="An API key is needed.")
        is_right = hmac.compare_digest(key.encode(), self._api_key.encode()) and not self._trouble.refuse_key
        if key and not is_right:
            raise Refusal(status=401, code="invalid_api_key", message="The API key is not valid.")
        now = time.monotonic()
        if len(self._recent) == REQUESTS_PER_SECOND and now - self._recent[0] < 1.0:
            message = f"At most {REQUESTS_PER_SECOND} requests per second."
            raise Refusal(status=429, code="rate_limit_exceeded", message=message, retry_after=1)
        self._recent.append(now)
