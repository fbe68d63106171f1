"""A project that is being changed all the time, and one that is changed between two runs of an export."""

import asyncio
import re
from collections.abc import Sequence

import asyncpg

from storyarn_export.db.urls import plain_url
from tests.chaos.counts import Count, exactly, told
from tests.chaos.scenarios.cutting import cut_off
from tests.chaos.site import normal
from tests.chaos.stage import Stage

WRITERS = 4
WORKERS = 2
ROWS = 20
"""Of each of three tables, spread over the file."""
# Every transaction writes its number into rows of three sections and adds a row to two: a file that holds two
# numbers, or other numbers of new sheets and flows than the number says, is a mix of states.
MARK = """
WITH
block AS (
    UPDATE blocks SET value = jsonb_build_object('content', 'mark-' || $2::int)
    WHERE id IN (
        SELECT block.id FROM blocks AS block JOIN sheets AS sheet ON sheet.id = block.sheet_id
        WHERE sheet.project_id = $1 AND block.deleted_at IS NULL AND sheet.deleted_at IS NULL
        ORDER BY md5(block.id::text) LIMIT $3
    )
    RETURNING 1
),
node AS (
    UPDATE flow_nodes SET data = data || jsonb_build_object('mark', 'mark-' || $2::int)
    WHERE id IN (
        SELECT node.id FROM flow_nodes AS node JOIN flows AS flow ON flow.id = node.flow_id
        WHERE flow.project_id = $1 AND node.deleted_at IS NULL AND flow.deleted_at IS NULL
        ORDER BY md5(node.id::text) LIMIT $3
    )
    RETURNING 1
),
string AS (
    UPDATE localized_texts SET translated_text = 'mark-' || $2::int
    WHERE id IN (
        SELECT id FROM localized_texts WHERE project_id = $1 ORDER BY md5(id::text) LIMIT $3
    )
    RETURNING 1
),
sheet AS (
    INSERT INTO sheets (name, position, project_id) VALUES ('Marked sheet ' || $2::int, 0, $1) RETURNING 1
),
flow AS (
    INSERT INTO flows (name, position, project_id) VALUES ('Marked flow ' || $2::int, 0, $1) RETURNING 1
)
SELECT (SELECT count(*) FROM block) + (SELECT count(*) FROM node) + (SELECT count(*) FROM string)
"""
TURN = "SELECT id FROM projects WHERE id = $1 FOR UPDATE"
MARKS = re.compile(rb'"mark-(\d+)"')
SHEETS = re.compile(rb'"Marked sheet (\d+)"')
FLOWS = re.compile(rb'"Marked flow (\d+)"')


class Writer:
    """Changes the project, one transaction after the other, in turns with others on other connections.

    Attributes:
        number: of the last transaction that any of them has begun.
    """

    def __init__(self, url: str, project_id: int) -> None:
        self._url = plain_url(url)
        self._project_id = project_id
        self.number = 0

    async def write(self, connection: asyncpg.Connection) -> None:
        async with connection.transaction():
            await connection.execute(TURN, self._project_id)
            self.number += 1
            marked = await connection.fetchval(MARK, self._project_id, self.number, ROWS)
            if marked != 3 * ROWS:
                raise AssertionError(f"only {marked} rows could be marked")

    async def keep_writing(self) -> None:
        connection = await asyncpg.connect(self._url)
        try:
            while True:
                await self.write(connection)
        finally:
            connection.terminate()


async def writers(stage: Stage) -> Sequence[Count]:
    """Exports while others write."""
    async with stage.site(checkpoint_bytes=str(1024 * 1024)) as site:
        for _ in range(WORKERS):
            site.hire()
        writer = Writer(site.services.database_url, site.ground.story.project_id)
        writing = [asyncio.create_task(writer.keep_writing()) for _ in range(WRITERS)]
        try:
            states: list[int | None] = []
            for first in range(0, stage.size.states, WORKERS):
                several = range(first, min(first + WORKERS, stage.size.states))
                jobs = [await site.ask(person % WORKERS) for person in several]
                for job_id in jobs:
                    job = await site.until(job_id, "completed")
                    states.append(_state(await site.content(job)) if job.status == "completed" else None)
                    await site.forget(job)
        finally:
            for task in writing:
                task.cancel()
            ended = await asyncio.gather(*writing, return_exceptions=True)
        await site.leave()
        return [
            told("transactions meanwhile, of four connections", writer.number),
            exactly(
                "writers that failed", 0, sum(not isinstance(end, asyncio.CancelledError) for end in ended)
            ),
            exactly(
                "files that are one state", stage.size.states, sum(state is not None for state in states)
            ),
            told("different states among them", len(set(states))),
            (await site.left()).count(),
        ]


async def changed(stage: Stage) -> Sequence[Count]:
    """A worker is killed, the project is changed, another worker goes on."""
    rounds = max(1, stage.size.states // 10)
    async with stage.site(checkpoint_bytes=str(256 * 1024)) as site:
        writer = Writer(site.services.database_url, site.ground.story.project_id)
        connection = await asyncpg.connect(plain_url(site.services.database_url))
        fresh = resumed = restarted = 0
        try:
            for _ in range(rounds):
                job_id = await cut_off(site)
                await writer.write(connection)
                worker = site.hire()
                job = await site.until(job_id, "completed")
                undisturbed = await site.until(await site.ask(1), "completed")
                content = await site.content(job)
                same = normal(content) == normal(await site.content(undisturbed))
                fresh += same and _state(content) == writer.number
                resumed += job.resumed
                restarted += len([*worker.records("export restarted")])
                await site.forget(job)
                await site.forget(undisturbed)
                await worker.stop()
        finally:
            await connection.close()
        return [
            exactly("changed between kill and next run: files of the new state", rounds, fresh),
            exactly("runs that began anew", rounds, restarted),
            exactly("runs that went on from the checkpoint", 0, resumed),
            (await site.left()).count(),
        ]


def _state(content: bytes) -> int | None:
    """The number of the one state that a file is; None for a mix."""
    marks = [int(number) for number in MARKS.findall(content)]
    sheets, flows = (sorted(map(int, found.findall(content))) for found in (SHEETS, FLOWS))
    number = marks[0] if marks else 0
    is_one = len(set(marks)) <= 1 and len(marks) in {0, 3 * ROWS}
    return number if is_one and sheets == flows == list(range(1, number + 1)) else None
