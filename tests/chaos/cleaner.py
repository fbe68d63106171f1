"""`python -m tests.chaos.cleaner HOURS`: one clean-up with the clock so many hours ahead."""

import asyncio
import sys
from datetime import UTC, datetime, timedelta

from storyarn_export.bootstrap import open_services
from storyarn_export.settings import load_settings


async def clean(hours: float) -> None:
    settings = load_settings()
    async with open_services(settings, database_url=settings.database_url or "", role="cli") as services:
        await services.clean_up(datetime.now(UTC) + timedelta(hours=hours))


if __name__ == "__main__":
    asyncio.run(clean(float(sys.argv[1])))
