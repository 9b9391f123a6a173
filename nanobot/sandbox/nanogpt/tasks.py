"""Pictures that are made in the background, under a task that the client asks after. Imports nothing of nanobot.

https://docs.nano-gpt.com/api-reference/endpoint/check-midjourney-status
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from nanobot.sandbox.nanogpt.refusals import Refusal
from nanobot.sandbox.nanogpt.trouble import Trouble

# As long as the id in the example of the vendor's OpenAPI file, 1744449927914205.
_ID_DIGITS = 16
_WHOLE = 100


@dataclass(slots=True)
class _Task:
    png: bytes
    looks: int = 0
    url: str | None = None


class TaskBoard:
    """Keeps tasks. `publish` puts a finished picture where it can be fetched and returns its address."""

    def __init__(self, *, trouble: Trouble, publish: Callable[[bytes], str]) -> None:
        self._trouble = trouble
        self._publish = publish
        self._tasks: dict[str, _Task] = {}

    def open(self, png: bytes) -> str:
        """Take on a picture and return the id of its task."""
        task_id = str(10 ** (_ID_DIGITS - 1) + secrets.randbelow(9 * 10 ** (_ID_DIGITS - 1)))
        self._tasks[task_id] = _Task(png)
        return task_id

    def look(self, body: object) -> dict[str, object]:
        """Return the answer to a request with `body`; each look brings the task forward.

        Raises:
            Refusal: the body names no task.
        """
        task_id = body.get("task_id") if isinstance(body, dict) else None
        if not isinstance(task_id, str) or not task_id:
            raise Refusal(status=400, code="missing_task_id", message="task_id is needed.", param="task_id")
        task = self._tasks.get(task_id)
        if task is None:
            return {"status": "unknown", "task_id": task_id}
        task.looks += 1
        if task.url is None and (self._trouble.hold_tasks or task.looks <= self._trouble.task_looks):
            return self._at_work(task_id, task)
        if task.url is None and self._trouble.fail_tasks is not None:
            return {"status": "FAILED", "task_id": task_id, "failReason": self._trouble.fail_tasks}
        if task.url is None:
            task.url, task.png = self._publish(task.png), b""
        return {"status": "SUCCESS", "task_id": task_id, "progress": f"{_WHOLE}%", "imageUrl": task.url}

    def _at_work(self, task_id: str, task: _Task) -> dict[str, object]:
        share = min(_WHOLE - 1, _WHOLE * task.looks // (self._trouble.task_looks + 1))
        return {"status": self._trouble.task_status, "task_id": task_id, "progress": f"{share}%"}
