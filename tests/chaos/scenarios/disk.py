"""The disk is full, and then it is not."""

from collections.abc import Sequence

from tests.chaos.counts import Count, exactly, told
from tests.chaos.left import look
from tests.chaos.small_disk import small_disk
from tests.chaos.stage import Stage

RETRIES = 1


async def disk_full(stage: Stage) -> Sequence[Count]:
    """Exports fail clearly or wait until there is room."""
    async with stage.site(export_max_retries=str(RETRIES), checkpoint_bytes=str(256 * 1024)) as site:
        await site.undisturbed()
        with small_disk(site.services.settings.local_storage_dir) as disk:
            worker = site.hire()
            disk.fill(worker)
            failed = await site.until(await site.ask(), "failed")
            left = await look(site.services)

            patient_id = await site.ask()

            async def put_off() -> bool:
                return (await site.job(patient_id)).retries > 0

            await site.eventually("the export is put off", put_off)
            disk.make_room(worker)
            patient = await site.until(patient_id, "completed")
            after = await site.until(await site.ask(), "completed")
            right = [await site.is_right(job) for job in (patient, after)]
            for job in (patient, after):
                await site.forget(job)
            await site.leave()
            return [
                told("what had no room", disk.kind),
                exactly(
                    "status, code, retries of an export without room",
                    f"failed, storage-error, {RETRIES}",
                    f"{failed.status}, {failed.error_code}, {failed.retries}",
                ),
                told("what it says", failed.error_message),
                exactly("files and uploads left of it", 0, left.files + left.uploads),
                exactly("an export that waited until there was room, and the next: right", 2, sum(right)),
                (await site.left()).count(),
            ]
