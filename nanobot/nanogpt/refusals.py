"""Tells which error an answer is. Imports this package and the standard library; a pure function.

The forms: `{"error": {"message", "type", "code"}}`, `{"error": "text", "status", "requiredBalance"}`,
`{"error": 400, "message": "text"}`, and from proxies a page of HTML or nothing at all.
Codes and statuses: https://docs.nano-gpt.com/api-reference/miscellaneous/error-handling
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import urlsplit

from nanobot.nanogpt.errors import (
    Conflict,
    DailyLimitReached,
    Forbidden,
    InvalidRequest,
    ModelUnavailable,
    NanoGPTError,
    OutOfFunds,
    PayloadTooLarge,
    PolicyRefused,
    RateLimited,
    ServerFailed,
    TimedOut,
    Unauthorized,
    UnreadableAnswer,
    WrongAddress,
)
from nanobot.nanogpt.money import read_dollars
from nanobot.nanogpt.retry import parse_retry_after
from nanobot.nanogpt.transport import Reply
from nanobot.nanogpt.vendor_text import clean

_ErrorTable = Mapping[str, type[NanoGPTError]]

# A code says more than the status under which it comes.
_BY_CODE: Final[_ErrorTable] = MappingProxyType(
    {
        "content_policy_violation": PolicyRefused,
        "model_not_found": ModelUnavailable,
        "model_not_available": ModelUnavailable,
        "model_not_allowed": Forbidden,
        "rate_limit_exceeded": RateLimited,
        "image_input_too_large": PayloadTooLarge,
        "insufficient_quota": OutOfFunds,
        "insufficient_balance": OutOfFunds,
        "invalid_api_key": Unauthorized,
        "missing_api_key": Unauthorized,
    }
)
# Only asked where neither code nor status tells: an error inside of a 200.
_BY_TYPE: Final[_ErrorTable] = MappingProxyType(
    {
        "invalid_request_error": InvalidRequest,
        "authentication_error": Unauthorized,
        "permission_denied_error": Forbidden,
        "permission_error": Forbidden,
        "not_found_error": ModelUnavailable,
        "rate_limit_error": RateLimited,
        "server_error": ServerFailed,
        "service_unavailable": ServerFailed,
        "api_error": ServerFailed,
    }
)
_BY_STATUS: Final[Mapping[int, type[NanoGPTError]]] = MappingProxyType(
    {
        401: Unauthorized,
        402: OutOfFunds,
        403: Forbidden,
        404: ModelUnavailable,
        405: WrongAddress,
        408: TimedOut,
        409: Conflict,
        413: PayloadTooLarge,
        429: RateLimited,
        504: TimedOut,
        # https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-5xx-errors/error-524/
        524: TimedOut,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Refusal:
    """What the three forms have in common."""

    message: object = None
    code: object = None
    type: object = None
    status: object = None
    required_balance: Decimal | None = None


def read_refusal(
    reply: Reply, document: Mapping[str, Any] | None, *, secret: str, otherwise: str = ""
) -> NanoGPTError:
    """Return the error that an answer is; `otherwise` is its message where the answer has none.

    `document` is the answer's JSON object, `None` where it is none.
    """
    refusal = _read_envelope(document or {})
    code = clean(refusal.code, secret=secret) or None
    kind = _kind_by_code(code) or _kind_by_status(reply.status, has_envelope=document is not None)
    if kind is None:
        kind = _kind_within_success(refusal)
    message = clean(refusal.message, secret=secret) or otherwise or _describe(reply, document)
    request_id = clean(reply.headers.get("X-Request-ID"), secret=secret) or None
    if issubclass(kind, OutOfFunds):
        return kind(
            message,
            status=reply.status,
            code=code,
            request_id=request_id,
            required_balance=refusal.required_balance,
        )
    if issubclass(kind, RateLimited | DailyLimitReached):
        wait = parse_retry_after(reply.headers.get("Retry-After"), date=reply.headers.get("Date"))
        return kind(message, status=reply.status, code=code, request_id=request_id, retry_after=wait)
    return kind(message, status=reply.status, code=code, request_id=request_id)


def _read_envelope(document: Mapping[str, Any]) -> _Refusal:
    error = document.get("error")
    if isinstance(error, Mapping):
        return _Refusal(
            message=error.get("message"),
            code=error.get("code"),
            type=error.get("type"),
            status=error.get("status", document.get("status")),
            required_balance=read_dollars(error.get("requiredBalance", document.get("requiredBalance"))),
        )
    if isinstance(error, str):
        return _Refusal(
            message=error,
            code=document.get("code"),
            status=document.get("status"),
            required_balance=read_dollars(document.get("requiredBalance")),
        )
    return _Refusal(message=document.get("message"), code=document.get("code"), status=error)


def _kind_by_code(code: str | None) -> type[NanoGPTError] | None:
    if code is None:
        return None
    # The guide writes codes in small letters, the live service some of them in capitals.
    code = code.casefold()
    if code.startswith("daily_"):
        return DailyLimitReached
    return OutOfFunds if code.endswith("_balance_required") else _BY_CODE.get(code)


def _kind_by_status(status: int, *, has_envelope: bool) -> type[NanoGPTError] | None:
    """Tell what a status means; `None` for success, which an answer that is an error cannot mean."""
    if 300 <= status < 400 or (status == 404 and not has_envelope):
        return WrongAddress
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if 400 <= status < 500:
        return InvalidRequest
    return ServerFailed if status >= 500 else None


def _kind_within_success(refusal: _Refusal) -> type[NanoGPTError]:
    if isinstance(refusal.type, str) and (kind := _BY_TYPE.get(refusal.type.casefold())):
        return kind
    if isinstance(refusal.status, int) and (kind := _kind_by_status(refusal.status, has_envelope=True)):
        return kind
    return UnreadableAnswer


def _describe(reply: Reply, document: Mapping[str, Any] | None) -> str:
    """Say what can be said of an answer that says nothing itself."""
    if 300 <= reply.status < 400:
        return f"It redirects to {_host(reply.headers.get('Location', ''))}."
    if document is not None:
        return ""
    if not reply.body:
        return "The answer is empty."
    return (
        f"The answer is no JSON object but {clean(reply.headers.get('Content-Type')) or 'of no named type'}."
    )


def _host(location: str) -> str:
    """Keep the part of an address that holds no secret."""
    try:
        parts = urlsplit(location)
        return clean(f"{parts.scheme}://{parts.hostname}") if parts.hostname else "another path"
    except ValueError:
        return "no readable address"
