"""Where an export runs."""

from storyarn_export.domain.lifecycle import Mode


def decide_mode(entities: int, *, threshold: int, prefer_async: bool) -> Mode:
    """Inside the request up to the threshold, the threshold included, unless the caller prefers the queue.

    Args:
        entities: rows the export would write.
        threshold: setting `sync_threshold`.
        prefer_async: the request said `Prefer: respond-async`.
    """
    return Mode.ASYNC if prefer_async or entities > threshold else Mode.SYNC
