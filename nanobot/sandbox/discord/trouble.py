"""Switches for Discord's bad days: errors, rate limits and cut connections, for as many requests as are named.

Imports the requests and the errors of this package.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase

from nanobot.sandbox.discord.errors import ApiRefusal, Json, Refusal
from nanobot.sandbox.discord.recording import ApiRequest


@dataclass(slots=True, kw_only=True)
class Misfortune:
    """What happens to the next `times` requests that match.

    `is_handled_first`: the request takes effect and only its answer is lost.
    """

    method: str
    path_pattern: str
    times: int
    status: int
    body: Json
    headers: dict[str, str]
    cuts_connection: bool = False
    is_handled_first: bool = False

    def strikes(self, request: ApiRequest) -> bool:
        return (
            self.times > 0
            and self.method in {"*", request.method}
            and (self.path_pattern == request.route or fnmatchcase(request.path, self.path_pattern))
        )


class Trouble:
    """`path_pattern` is a route of the OpenAPI file or a shell pattern over the path below `/api/v10`."""

    def __init__(self) -> None:
        self.refuse_files = False
        """Answer 413 to whatever carries a file."""
        self._misfortunes: list[Misfortune] = []

    def fail_next(
        self,
        method: str,
        path_pattern: str,
        status: int,
        times: int = 1,
        *,
        code: int = 0,
        message: str | None = None,
    ) -> None:
        text = message or f"{status}: made to fail"
        self._add(method, path_pattern, times, status=status, body={"message": text, "code": code})

    def rate_limit_next(
        self,
        method: str,
        path_pattern: str,
        *,
        retry_after_seconds: float,
        times: int = 1,
        is_global: bool = False,
        is_cloudflare: bool = False,
    ) -> None:
        """Answer 429. Cloudflare's own ban comes without `Via`, and clients tell it by that."""
        headers = {
            "Retry-After": f"{retry_after_seconds:g}",
            "X-RateLimit-Limit": "5",
            "X-RateLimit-Remaining": "0",
            "X-RateLimit-Reset-After": f"{retry_after_seconds:g}",
            "X-RateLimit-Scope": "global" if is_global else "user",
        }
        if is_global:
            headers["X-RateLimit-Global"] = "true"
        if not is_cloudflare:
            headers["Via"] = "1.1 google"
        body: Json = {
            "message": "You are being rate limited.",
            "retry_after": retry_after_seconds,
            "global": is_global,
        }
        self._add(method, path_pattern, times, status=429, body=body, headers=headers)

    def drop_next(
        self, method: str, path_pattern: str, times: int = 1, *, is_handled_first: bool = False
    ) -> None:
        """Cut the connection instead of answering, before the request takes effect or after."""
        self._misfortunes.append(
            Misfortune(
                method=method.upper(),
                path_pattern=path_pattern,
                times=times,
                status=0,
                body={},
                headers={},
                cuts_connection=True,
                is_handled_first=is_handled_first,
            )
        )

    def end(self) -> None:
        self.refuse_files = False
        self._misfortunes.clear()

    def strike(self, request: ApiRequest) -> Misfortune | None:
        """Return what is to happen to this request, and count it."""
        if self.refuse_files and request.files:
            refusal = Refusal.ENTITY_TOO_LARGE
            return _answering(request, refusal.status, ApiRefusal(refusal).envelope)
        found = next((misfortune for misfortune in self._misfortunes if misfortune.strikes(request)), None)
        if found is not None:
            found.times -= 1
        return found

    def _add(
        self,
        method: str,
        path_pattern: str,
        times: int,
        *,
        status: int,
        body: Json,
        headers: dict[str, str] | None = None,
    ) -> None:
        self._misfortunes.append(
            Misfortune(
                method=method.upper(),
                path_pattern=path_pattern,
                times=times,
                status=status,
                body=body,
                headers=headers or {},
            )
        )


def _answering(request: ApiRequest, status: int, body: Json) -> Misfortune:
    return Misfortune(
        method=request.method, path_pattern=request.route, times=1, status=status, body=body, headers={}
    )
