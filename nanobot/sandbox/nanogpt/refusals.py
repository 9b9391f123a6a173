"""What the stand-in answers when it does not answer with pictures, in each of the vendor's envelopes.

Imports nothing of nanobot. https://docs.nano-gpt.com/api-reference/miscellaneous/error-handling
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, TypeAlias, assert_never

from aiohttp import web

Envelope: TypeAlias = Literal["openai", "flat", "published", "html", "empty", "storage"]

_ERROR_TYPES = {
    401: "authentication_error",
    402: "insufficient_quota",
    403: "permission_error",
    404: "not_found_error",
    408: "timeout_error",
    409: "conflict_error",
    429: "rate_limit_error",
}
_HTML_PAGE = (
    "<!DOCTYPE html><html><head><title>{0}</title></head><body><h1>{0}</h1><hr>cloudflare</body></html>"
)
_STORAGE_ERROR = '<?xml version="1.0" encoding="UTF-8"?><Error><Code>{}</Code><Message>{}</Message></Error>'


@dataclass(slots=True, kw_only=True, eq=False)
class Refusal(Exception):
    """An answer other than pictures. `retry_after` is in seconds; `cost` in USD was charged all the same."""

    status: int
    code: str
    message: str
    param: str | None = None
    envelope: Envelope = "openai"
    retry_after: int | None = None
    required_balance: Decimal | None = None
    cost: Decimal = Decimal(0)

    @property
    def _type(self) -> str:
        return _ERROR_TYPES.get(
            self.status, "server_error" if self.status >= 500 else "invalid_request_error"
        )

    def answer(self) -> web.Response:
        headers = {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}
        match self.envelope:
            case "openai":
                error = {"message": self.message, "type": self._type, "code": self.code, "param": self.param}
                return web.json_response({"error": error}, status=self.status, headers=headers)
            case "flat":
                flat: dict[str, object] = {"error": self.message, "status": self.status}
                if self.required_balance is not None:
                    flat["requiredBalance"] = float(self.required_balance)
                return web.json_response(flat, status=self.status, headers=headers)
            case "published":
                # The schema Error of https://docs.nano-gpt.com/openapi.json
                return web.json_response(
                    {"error": self.status, "message": self.message}, status=self.status, headers=headers
                )
            case "html":
                page = _HTML_PAGE.format(f"{self.status} {self.code}")
                return web.Response(text=page, content_type="text/html", status=self.status, headers=headers)
            case "storage":
                # As storage behind signed URLs answers, in XML.
                page = _STORAGE_ERROR.format(self.code, self.message)
                return web.Response(
                    text=page, content_type="application/xml", status=self.status, headers=headers
                )
            case "empty":
                return web.Response(status=self.status, headers=headers)
        assert_never(self.envelope)


def invalid(param: str, message: str) -> Refusal:
    """Return the refusal of a field whose value is not one that the field takes."""
    return Refusal(status=400, code="invalid_parameter_value", message=message, param=param)
