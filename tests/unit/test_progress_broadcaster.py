import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace
from uuid import UUID, uuid4

from storyarn_export.progress.broadcaster import MAX_PENDING_JOBS, WOKEN_AT_A_TIME, Broadcaster, Wake
from storyarn_export.progress.change import JobChange

NOW = 0
SOON_SECONDS = 5


def _change(job_id: UUID, *, user_id: int | None = 1, kind: str = "export") -> JobChange:
    return JobChange(kind, job_id, seq=1, user_id=user_id)


async def test_a_subscriber_hears_of_its_job_alone() -> None:
    broadcaster, mine = Broadcaster(), uuid4()
    async with broadcaster.subscribe_job(mine) as subscription:
        broadcaster.publish(_change(uuid4()))
        assert await subscription.next(NOW) is None
        broadcaster.publish(_change(mine))
        assert await subscription.next(SOON_SECONDS) == Wake(frozenset({mine}), resync=False)
        assert await subscription.next(NOW) is None


async def test_a_user_hears_of_their_jobs_of_one_kind() -> None:
    broadcaster, first, second = Broadcaster(), uuid4(), uuid4()
    async with broadcaster.subscribe_user(1, "export") as subscription:
        broadcaster.publish(_change(first))
        broadcaster.publish(_change(second))
        for other in (
            _change(uuid4(), user_id=2),
            _change(uuid4(), user_id=None),
            _change(uuid4(), kind="import"),
        ):
            broadcaster.publish(other)
        assert await subscription.next(SOON_SECONDS) == Wake(frozenset({first, second}), resync=False)


async def test_changes_of_a_job_are_merged_until_they_are_taken() -> None:
    broadcaster, job_id = Broadcaster(), uuid4()
    async with broadcaster.subscribe_job(job_id) as subscription:
        for _ in range(1000):
            broadcaster.publish(_change(job_id))
        assert await subscription.next(SOON_SECONDS) == Wake(frozenset({job_id}), resync=False)
        assert await subscription.next(NOW) is None


async def test_a_subscriber_that_falls_behind_is_told_to_look_at_everything() -> None:
    broadcaster = Broadcaster()
    async with broadcaster.subscribe_user(1, "export") as subscription:
        for _ in range(MAX_PENDING_JOBS):
            broadcaster.publish(_change(uuid4()))
        wake = await subscription.next(SOON_SECONDS)
        assert wake is not None
        assert (len(wake.job_ids), wake.resync) == (MAX_PENDING_JOBS, False)
        for _ in range(3 * MAX_PENDING_JOBS):
            broadcaster.publish(_change(uuid4()))
        assert await subscription.next(SOON_SECONDS) == Wake(frozenset(), resync=True)
        late = uuid4()
        broadcaster.publish(_change(late))
        assert await subscription.next(SOON_SECONDS) == Wake(frozenset({late}), resync=False)


async def test_a_resync_reaches_everyone() -> None:
    broadcaster = Broadcaster()
    async with broadcaster.subscribe_job(uuid4()) as one, broadcaster.subscribe_user(1, "import") as many:
        broadcaster.resync()
        assert await one.next(SOON_SECONDS) == Wake(frozenset(), resync=True)
        assert await many.next(SOON_SECONDS) == Wake(frozenset(), resync=True)


async def test_who_waits_is_woken() -> None:
    broadcaster, job_id = Broadcaster(), uuid4()
    async with broadcaster.subscribe_job(job_id) as subscription:
        waiting = asyncio.create_task(subscription.next(SOON_SECONDS))
        await asyncio.sleep(0)
        broadcaster.publish(_change(job_id))
        assert await waiting == Wake(frozenset({job_id}), resync=False)


async def test_nothing_is_kept_of_who_has_left() -> None:
    broadcaster, job_id = Broadcaster(), uuid4()
    async with broadcaster.subscribe_job(job_id) as left, broadcaster.subscribe_job(job_id):
        assert broadcaster.subscribers == 2
    assert broadcaster.subscribers == 0
    broadcaster.publish(_change(job_id))
    broadcaster.resync()
    assert await left.next(NOW) is None


async def test_many_subscribers_hear_less_often_of_steps_and_at_once_of_the_end() -> None:
    broadcaster, job_id = Broadcaster(wakes_per_second=10), uuid4()
    step = replace(_change(job_id), passing=True)
    async with broadcaster.subscribe_job(job_id) as one, broadcaster.subscribe_job(job_id) as other:
        broadcaster.publish(step)
        assert await one.next(NOW) == Wake(frozenset({job_id}), resync=False)
        for _ in range(100):
            broadcaster.publish(step)
        assert await one.next(NOW) is None
        # Two of them may be woken ten times a second together.
        begun = asyncio.get_running_loop().time()
        assert await one.next(SOON_SECONDS) == Wake(frozenset({job_id}), resync=False)
        assert 0.15 < asyncio.get_running_loop().time() - begun < 1
        assert await other.next(NOW) == Wake(frozenset({job_id}), resync=False)
        broadcaster.publish(step)
        assert await one.next(NOW) is None
        broadcaster.publish(_change(job_id))
        assert await one.next(NOW) == Wake(frozenset({job_id}), resync=False)
        # The step that waited has been told with it.
        assert await one.next(0.4) is None


async def test_what_waits_is_bounded() -> None:
    broadcaster = Broadcaster()
    async with broadcaster.subscribe_user(1, "export") as subscription:
        for _ in range(10 * MAX_PENDING_JOBS):
            broadcaster.publish(replace(_change(uuid4()), passing=True))
        assert await subscription.next(SOON_SECONDS) == Wake(frozenset(), resync=True)


async def test_a_change_survives_its_payload() -> None:
    for change in (
        _change(uuid4()),
        _change(uuid4(), user_id=None, kind="import"),
        replace(_change(uuid4()), passing=True),
    ):
        assert JobChange.from_payload(change.to_payload()) == change


async def test_hundreds_are_woken_a_few_at_a_time() -> None:
    broadcaster, job_id = Broadcaster(), uuid4()
    async with AsyncExitStack() as stack:
        subscriptions = [
            await stack.enter_async_context(broadcaster.subscribe_job(job_id)) for _ in range(300)
        ]
        waiting = [asyncio.create_task(one.next(SOON_SECONDS)) for one in subscriptions]
        await asyncio.sleep(0)
        broadcaster.publish(_change(job_id))
        for _ in range(10):
            await asyncio.sleep(0)
        # Whoever asks for something else gets a turn after each few of them.
        assert 0 < sum(one.done() for one in waiting) <= 10 * WOKEN_AT_A_TIME
        assert set(await asyncio.gather(*waiting)) == {Wake(frozenset({job_id}), resync=False)}


async def test_who_leaves_before_being_woken_is_forgotten() -> None:
    broadcaster, job_id = Broadcaster(), uuid4()
    async with AsyncExitStack() as stack:
        subscriptions = [
            await stack.enter_async_context(broadcaster.subscribe_job(job_id))
            for _ in range(2 * WOKEN_AT_A_TIME)
        ]
        broadcaster.publish(_change(job_id))
    assert broadcaster.subscribers == 0
    await asyncio.sleep(0)
    assert [await one.next(NOW) is None for one in subscriptions].count(True) == WOKEN_AT_A_TIME
