"""People's jobs are done in turn, and nobody's take all workers."""

from __future__ import annotations

from nanobot.images.fair_queue import FairQueue

ANN, BEN, CAT = 1, 2, 3


def queue_of(*jobs: tuple[int, str], most_of_one: int = 9) -> FairQueue[str]:
    queue: FairQueue[str] = FairQueue(most_of_one=most_of_one)
    for owner, job in jobs:
        queue.put(owner, job)
    return queue


def taken(queue: FairQueue[str]) -> list[str]:
    jobs = []
    while (turn := queue.take()) is not None:
        jobs.append(turn[1])
    return jobs


def test_each_person_has_one_turn_after_the_other() -> None:
    queue = queue_of((ANN, "a1"), (ANN, "a2"), (ANN, "a3"), (BEN, "b1"), (CAT, "c1"), (BEN, "b2"))

    assert taken(queue) == ["a1", "b1", "c1", "a2", "b2", "a3"]


def test_whoever_comes_later_waits_for_one_job_of_each_before() -> None:
    queue = queue_of((ANN, "a1"), (ANN, "a2"), (ANN, "a3"))
    first = queue.take()
    queue.put(BEN, "b1")

    assert first == (ANN, "a1")
    assert taken(queue) == ["a2", "b1", "a3"]


def test_one_person_has_no_more_under_way_than_may_be() -> None:
    queue = queue_of((ANN, "a1"), (ANN, "a2"), (ANN, "a3"), (BEN, "b1"), most_of_one=2)

    assert taken(queue) == ["a1", "b1", "a2"]
    queue.finished(BEN)
    assert taken(queue) == []
    queue.finished(ANN)
    assert taken(queue) == ["a3"]


def test_what_waits_can_be_given_up() -> None:
    queue = queue_of((ANN, "a1"), (BEN, "b1"), (ANN, "a2"))

    assert sorted(queue.take_all()) == ["a1", "a2", "b1"]
    assert taken(queue) == []
