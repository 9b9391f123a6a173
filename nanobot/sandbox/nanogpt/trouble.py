"""Switches that make the stand-in misbehave as a busy vendor, a proxy or a bad line would. Imports nothing of nanobot."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field, replace

from nanobot.sandbox.nanogpt.bending import Bend
from nanobot.sandbox.nanogpt.cutting import Moment
from nanobot.sandbox.nanogpt.recording import Route
from nanobot.sandbox.nanogpt.refusals import Envelope, Refusal


@dataclass(slots=True)
class _Breaks:
    moment: Moment
    times: int


@dataclass(slots=True)
class Trouble:
    """All switches, off at first except `refuse_policy`.

    Orders for pictures that keep every rule meet them in this turn: wait at the gate (`hold`) or for `slow`, then
    `fail_next`, `keep_failing`, `refuse_policy`, `daily_limit`, `out_of_funds`, the paid check that a `moderation`
    header asks for, then the picture is paid and made, then the answer is bent or the line is cut. As with the vendor,
    an order goes on when its client has gone away. The other routes know failures, bent answers and cut lines.
    """

    refuse_policy: bool = True
    """A prompt with the word "forbidden" is refused with 400 `content_policy_violation` and costs nothing."""
    refuse_key: bool = False
    """Answer 401 on every route that looks at the key, as if it had been taken back."""
    out_of_funds: bool = False
    """Answer 402 whatever the balance, and tell a balance of zero."""
    daily_limit: int | None = None
    """Orders per day, until 00:00 UTC; further ones get 429 `daily_rpd_limit_exceeded`."""
    answer_b64_although_url: bool = False
    """Answer `b64_json` to an order for `url`, as the vendor does when its upload fails."""
    answer_mixed: bool = False
    """Answer an order for `url` with a URL, then base64, then a URL and so on."""
    answer_empty_data: bool = False
    """Answer 200 with no picture, paid all the same."""
    answer_html_200: bool = False
    """Answer 200 with a web page, paid all the same."""
    expire_urls: bool = False
    """Answer 403 to every picture URL, as if its hour had passed."""
    flag_inputs: bool = False
    """The check before an order (header `moderation`) flags every picture that came with it."""
    flag_results: bool = False
    """The check of pictures (`POST /api/nsfw/image`) flags every one that `flag_next` says nothing of."""
    task_looks: int = 2
    """How many times a task is still at work when somebody asks after it."""
    task_status: str = "IN_PROGRESS"
    """What a task that is at work says it is: `PENDING`, `RUNNING`, `submitted`, `NOT_START` or `unknown` are others."""
    hold_tasks: bool = False
    """Tasks stay at work however often somebody asks."""
    fail_tasks: str | None = None
    """Tasks end as FAILED with this reason."""

    _seconds: float = 0.0
    _holding: bool = False
    _waiting: deque[asyncio.Future[None]] = field(default_factory=deque)
    _arrived: asyncio.Condition = field(default_factory=asyncio.Condition)
    _failures: dict[Route, deque[Refusal]] = field(default_factory=dict)
    _lasting: dict[tuple[Route, str], Refusal] = field(default_factory=dict)
    _breaks: dict[Route, _Breaks] = field(default_factory=dict)
    _bends: dict[Route, deque[Bend]] = field(default_factory=dict)
    _flags: deque[bool] = field(default_factory=deque)

    def slow(self, seconds: float) -> None:
        """Answer every order `seconds` late, from now on."""
        self._seconds = seconds

    def hold(self) -> None:
        """Keep every further order at the gate until `let_go`."""
        self._holding = True

    def let_go(self, count: int | None = None) -> None:
        """Let the `count` longest-waiting orders go on and hold the rest, or open the gate when `count` is None."""
        if count is None:
            self._holding = False
        for _ in range(len(self._waiting) if count is None else min(count, len(self._waiting))):
            self._waiting.popleft().set_result(None)

    async def held(self, count: int = 1, *, timeout_seconds: float = 60.0) -> None:
        """Return once at least `count` orders wait at the gate.

        Raises:
            TimeoutError: they did not come in time.
        """
        async with asyncio.timeout(timeout_seconds), self._arrived:
            await self._arrived.wait_for(lambda: len(self._waiting) >= count)

    def fail_next(
        self,
        status: int,
        code: str,
        times: int = 1,
        *,
        retry_after: int | None = None,
        envelope: Envelope = "openai",
        on: Route = "images",
    ) -> None:
        """Answer the next `times` requests on a route with `status`; calls add up. Nothing of it is paid."""
        refusal = _failure(status, code, retry_after, envelope)
        self._failures.setdefault(on, deque()).extend([refusal] * times)

    def keep_failing(
        self, status: int, code: str, *, retry_after: int | None = None, on: Route = "images"
    ) -> None:
        """Answer a route with `status` until `stop_failing`; of several codes, the first one that was set."""
        self._lasting[on, code] = _failure(status, code, retry_after, "openai")

    def stop_failing(self, code: str, *, on: Route = "images") -> None:
        """Undo `keep_failing`, if it was called."""
        self._lasting.pop((on, code), None)

    def break_connection(self, moment: Moment, times: int = 1, *, on: Route = "images") -> None:
        """Cut the line of the next `times` requests on a route; of orders, only one cut `before_work` is not paid."""
        self._breaks[on] = _Breaks(moment, times)

    def bend_next(self, bend: Bend, times: int = 1, *, on: Route = "images") -> None:
        """Answer the next `times` requests on a route with 200 and something odd, paid all the same; calls add up."""
        self._bends.setdefault(on, deque()).extend([bend] * times)

    def flag_next(self, *flags: bool) -> None:
        """Say of the next pictures that are checked, one by one, whether they are flagged; calls add up."""
        self._flags.extend(flags)

    async def pass_gate(self) -> None:
        """Wait as `hold` and `slow` say."""
        if self._holding:
            gate = asyncio.get_running_loop().create_future()
            self._waiting.append(gate)
            async with self._arrived:
                self._arrived.notify_all()
            await gate
        await asyncio.sleep(self._seconds)

    def check_failure(self, route: Route) -> None:
        """Raise the failure that waits for this route, if any does.

        Raises:
            Refusal: one was asked for by `fail_next` or `keep_failing`.
        """
        if failures := self._failures.get(route):
            raise failures.popleft()
        for (failing, _code), refusal in self._lasting.items():
            if failing == route:
                raise replace(refusal)

    def take_break(self, route: Route) -> Moment | None:
        """Return where to cut this request's line, counting it as done."""
        breaks = self._breaks.get(route)
        if breaks is None or breaks.times <= 0:
            return None
        breaks.times -= 1
        return breaks.moment

    def take_bend(self, route: Route) -> Bend | None:
        """Return how to bend this request's answer, counting it as done."""
        bends = self._bends.get(route)
        return bends.popleft() if bends else None

    def take_flag(self) -> bool:
        """Return whether the next picture is flagged, counting it as checked."""
        return self._flags.popleft() if self._flags else self.flag_results


def _failure(status: int, code: str, retry_after: int | None, envelope: Envelope) -> Refusal:
    message = f"The request failed: {code}."
    return Refusal(status=status, code=code, message=message, envelope=envelope, retry_after=retry_after)
