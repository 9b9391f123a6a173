"""Everything that can go wrong between this package and NanoGPT. Imports only the standard library.

    NanoGPTError                    message, status, code, request_id
    ├── NotCharged                  by NanoGPT's own word, or because nothing left this machine, no picture was charged
    │   ├── InvalidRequest          400, and any other refusal of the 4xx family
    │   ├── PolicyRefused           content_policy_violation (where `moderation` was asked for, that check is charged)
    │   ├── Unauthorized            401: the key is wrong
    │   ├── OutOfFunds              402: the balance is too low
    │   ├── Forbidden               403: this key may not do this
    │   ├── ModelUnavailable        404, model_not_found, model_not_available
    │   ├── WrongAddress            a redirect, or a page where the API should be: the base address is wrong
    │   ├── PayloadTooLarge         413: an input picture is too large
    │   ├── Conflict                409
    │   ├── RateLimited             429: too many requests at once
    │   ├── DailyLimitReached       daily_*: the key's own limit, until 00:00 UTC
    │   └── Unreachable             no connection came about, nothing was sent
    ├── OutcomeUnknown              it was sent; whether it was executed and charged is not known
    │   ├── TimedOut                no complete answer in time, 408, 504
    │   ├── ServerFailed            500 and its kin
    │   ├── ConnectionBroken        the connection ended before the answer did
    │   └── UnreadableAnswer        an answer that is not what the API promises
    ├── PictureNotMade              a task that was to make a picture has failed
    └── DownloadFailed              a finished picture could not be fetched, or one in the making not be waited for

Their text is for logs and operators and never holds the key; what members read is written elsewhere.
"""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from typing_extensions import TypedDict, Unpack, override


class _Details(TypedDict, total=False):
    """What an answer told beside its words: HTTP status, the vendor's error code, its `X-Request-ID`."""

    status: int | None
    code: str | None
    request_id: str | None


class NanoGPTError(Exception):
    """Root of the tree; `message` is the vendor's own words, shortened, without the key, and may be empty."""

    summary: ClassVar[str] = "NanoGPT did not do what was asked"

    def __init__(self, message: str = "", **details: Unpack[_Details]) -> None:
        super().__init__(message)
        self.message = message
        self.status = details.get("status")
        self.code = details.get("code")
        self.request_id = details.get("request_id")

    @property
    def headline(self) -> str:
        """What happened, in this program's words and the vendor's codes: without `message`, which may quote the prompt."""
        details = [
            f"{name} {value}"
            for name, value in (("status", self.status), ("code", self.code), ("request", self.request_id))
            if value is not None
        ]
        return f"{self.summary} ({', '.join(details)})" if details else self.summary

    @override
    def __str__(self) -> str:
        return f"{self.headline}: {self.message}" if self.message else f"{self.headline}."


class NotCharged(NanoGPTError):
    """No picture was made and none was charged."""


class InvalidRequest(NotCharged):
    """Sent again as it is it would be refused again; `message` tells what NanoGPT objects to."""

    summary = "NanoGPT found the request invalid"


class PolicyRefused(NotCharged):
    """Another prompt or picture may pass. Where `moderation` was asked for, that check is charged all the same."""

    summary = "NanoGPT's content policy refused the request"


class Unauthorized(NotCharged):
    """Every call with this key fails alike; where there is no key it is raised and nothing is sent."""

    summary = "NanoGPT does not accept the API key"


class OutOfFunds(NotCharged):
    """`required_balance` is in US dollars, where NanoGPT named it."""

    summary = "The NanoGPT balance is too low"

    def __init__(
        self, message: str = "", *, required_balance: Decimal | None = None, **details: Unpack[_Details]
    ) -> None:
        super().__init__(message, **details)
        self.required_balance = required_balance


class Forbidden(NotCharged):
    """Another model may work, or a key with more rights."""

    summary = "NanoGPT does not permit this to the API key"


class ModelUnavailable(NotCharged):
    """The catalogue read anew tells which models there are."""

    summary = "NanoGPT does not offer this model"


class WrongAddress(NotCharged):
    """A redirect, which is never followed, or something other than the API answered: no call can succeed."""

    summary = "NanoGPT's API is not at the configured address"


class PayloadTooLarge(NotCharged):
    """NanoGPT did not look at it, so that the same order with smaller pictures is safe to send."""

    summary = "NanoGPT found the request too large"


class Conflict(NotCharged):
    """Status 409; a later try may succeed."""

    summary = "NanoGPT sees a conflict with an earlier request"


class _Limited(NotCharged):
    """`retry_after` is in seconds, where NanoGPT named it."""

    def __init__(
        self, message: str = "", *, retry_after: float | None = None, **details: Unpack[_Details]
    ) -> None:
        super().__init__(message, **details)
        self.retry_after = retry_after


class RateLimited(_Limited):
    """Waited out up to `retry.MAX_WAIT_SECONDS` and `retry.MAX_ATTEMPTS`; raised beyond that."""

    summary = "NanoGPT is asked too often"


class DailyLimitReached(_Limited):
    """The key's limit of requests or dollars a day; it starts anew at 00:00 UTC."""

    summary = "The API key's daily limit at NanoGPT is reached until 00:00 UTC"


class Unreachable(NotCharged):
    """No connection came about in several attempts: nothing was sent."""

    summary = "NanoGPT cannot be reached"


class OutcomeUnknown(NanoGPTError):
    """The request left this machine; it may have been executed and charged."""


class TimedOut(OutcomeUnknown):
    """No complete answer within the time that the client gives, or status 408, 504 or 524."""

    summary = "NanoGPT did not answer in time"


class ServerFailed(OutcomeUnknown):
    """A status of the 5xx family that says nothing of time, or the same said within a 200."""

    summary = "NanoGPT failed"


class ConnectionBroken(OutcomeUnknown):
    """The answer is not whole. A status that refuses counts as that refusal, even where its explanation broke off."""

    summary = "The connection to NanoGPT broke before the answer was complete"


class UnreadableAnswer(OutcomeUnknown):
    """A success that holds none of what it should: HTML, broken JSON, no picture, or far too many bytes."""

    summary = "NanoGPT's answer cannot be read"


class PictureNotMade(NanoGPTError):
    """The task that was to make a picture ended without one; `message` is NanoGPT's reason.

    The order was taken, and perhaps charged: whether a failed task is refunded, the guide leaves open
    (https://docs.nano-gpt.com/api-reference/endpoint/check-midjourney-status).
    """

    summary = "NanoGPT could not make the picture"

    @property
    def reason(self) -> str:
        """NanoGPT's words, which may quote the prompt; empty where it gave none."""
        return self.message


class DownloadFailed(NanoGPTError):
    """A picture could not be fetched; `temporary` tells whether a later try may succeed."""

    summary = "The finished picture could not be fetched from NanoGPT"

    def __init__(self, message: str = "", *, status: int | None = None, temporary: bool) -> None:
        super().__init__(message, status=status)
        self.temporary = temporary
