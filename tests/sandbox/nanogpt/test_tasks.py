"""A model that answers with a task, and what is told of it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from nanobot.sandbox.nanogpt import NanoGPTStandIn
from tests.openapi_nanogpt import check_answer, check_request, require_specification
from tests.sandbox.nanogpt.conftest import Answer, Client
from tests.sandbox.nanogpt.photographs import opened

PATH = "/api/check-midjourney-status"
ORDER = {"model": "midjourney", "prompt": "a lighthouse at dawn"}


async def _opened(client: Client) -> str:
    answer = await client.make(ORDER)
    assert answer.status == 200, answer.body
    return str(answer.fields["task_id"])


async def _look(client: Client, task_id: object) -> Answer:
    return await client.send("POST", PATH, json={"task_id": task_id})


async def test_an_order_becomes_a_task_that_is_paid_at_once(client: Client, nanogpt: NanoGPTStandIn) -> None:
    answer = await client.make(ORDER)

    assert answer.items == []
    assert str(answer.fields["task_id"]).isdigit()
    assert answer.fields["cost"] == 0.1
    assert (nanogpt.charged, nanogpt.paid_pictures) == (Decimal("0.1000"), 1)


async def test_a_task_is_at_work_for_a_few_looks_and_then_has_a_picture(client: Client) -> None:
    task_id = await _opened(client)
    looks = [(await _look(client, task_id)).fields for _ in range(4)]
    picture = await client.send("GET", str(looks[2]["imageUrl"]), headers={})

    assert [look["status"] for look in looks] == ["IN_PROGRESS", "IN_PROGRESS", "SUCCESS", "SUCCESS"]
    assert [look["progress"] for look in looks] == ["33%", "66%", "100%", "100%"]
    assert looks[2]["imageUrl"] == looks[3]["imageUrl"]
    assert opened(picture.body).size == (1024, 1024)


async def test_looking_at_a_task_costs_nothing_and_is_seen(client: Client, nanogpt: NanoGPTStandIn) -> None:
    task_id = await _opened(client)
    charged = nanogpt.charged
    await _look(client, task_id)
    await nanogpt.called("tasks")
    [call] = nanogpt.calls("tasks")

    assert nanogpt.charged == charged
    assert call.fields == {"task_id": task_id}
    assert (call.status, call.cost, call.has_key) == (200, Decimal(0), True)


async def test_a_held_task_goes_on_once_it_is_let_go(client: Client, nanogpt: NanoGPTStandIn) -> None:
    nanogpt.trouble.hold_tasks = True
    nanogpt.trouble.task_looks = 0
    nanogpt.trouble.task_status = "submitted"
    task_id = await _opened(client)
    held = [(await _look(client, task_id)).fields["status"] for _ in range(5)]
    nanogpt.trouble.hold_tasks = False

    assert held == ["submitted"] * 5
    assert (await _look(client, task_id)).fields["status"] == "SUCCESS"


async def test_a_task_can_fail_with_a_reason(client: Client, nanogpt: NanoGPTStandIn) -> None:
    nanogpt.trouble.task_looks = 1
    nanogpt.trouble.fail_tasks = "Content moderation filter triggered."
    task_id = await _opened(client)
    looks = [(await _look(client, task_id)).fields for _ in range(2)]

    assert looks[0]["status"] == "IN_PROGRESS"
    assert looks[1] == {
        "status": "FAILED",
        "task_id": task_id,
        "failReason": "Content moderation filter triggered.",
    }


async def test_nobody_knows_a_task_that_was_never_opened(client: Client) -> None:
    answer = await _look(client, "1744449927914205")

    assert answer.fields == {"status": "unknown", "task_id": "1744449927914205"}


@pytest.mark.parametrize("body", [{}, {"task_id": ""}, {"task_id": 7}, [], None])
async def test_a_question_without_a_task_is_refused(client: Client, body: object) -> None:
    answer = await client.send("POST", PATH, json=body)

    assert (answer.status, answer.error["param"]) == (400, "task_id")


async def test_any_order_can_be_made_a_task(client: Client, nanogpt: NanoGPTStandIn) -> None:
    """One picture is a task beside an empty list of pictures, several are tasks in the list."""
    nanogpt.trouble.bend_next("task_id", times=2)
    order = {"prompt": "a boat", "size": "512x512"}
    one, two = await client.make(order), await client.make(order, n=2)
    after = await client.make(order)

    assert (one.items, one.fields.keys() >= {"task_id"}) == ([], True)
    assert [list(item) for item in two.items] == [["task_id"], ["task_id"]]
    assert [list(item) for item in after.items] == [["b64_json"]]


@pytest.mark.parametrize("ending", [None, "It failed."])
async def test_every_look_follows_the_published_schema(
    client: Client, nanogpt: NanoGPTStandIn, ending: str | None
) -> None:
    require_specification()
    nanogpt.trouble.fail_tasks = ending
    task_id = await _opened(client)
    answers = [await _look(client, asked) for asked in (task_id, task_id, task_id, "7")]

    assert check_request("POST", PATH, {"task_id": task_id}) == []
    assert [check_answer("POST", PATH, answer.status, answer.json) for answer in answers] == [[]] * 4
