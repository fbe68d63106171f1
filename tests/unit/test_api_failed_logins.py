from storyarn_export.api.failed_logins import MAX_REMEMBERED, FailedLogins


async def test_memory_is_bounded() -> None:
    logins = FailedLogins(per_minute=5)
    for number in range(MAX_REMEMBERED + 500):
        logins.succeeded(f"token {number}")
    assert len(logins._good) == MAX_REMEMBERED
    for number in range(100_000):
        await logins.failed(f"2001:db8:{number >> 16:x}:{number & 0xFFFF:x}::1", "token")
    assert len(logins._limiter.storage.storage) <= 2 * 65_536  # type: ignore[attr-defined]
