from storyarn_export.progress.throttle import Throttle


class Clock:
    def __init__(self) -> None:
        self.now_seconds = 100.0

    def __call__(self) -> float:
        return self.now_seconds


def test_progress_is_due_after_enough_entities_and_enough_time() -> None:
    clock = Clock()
    throttle = Throttle(every=50, min_interval_seconds=0.25, clock=clock)
    clock.now_seconds += 10
    assert not throttle.due(49)
    assert throttle.due(50)
    assert not throttle.due(200), "no time has passed"
    clock.now_seconds += 0.25
    assert not throttle.due(99), "one entity is missing"
    assert throttle.due(100)


def test_a_fast_run_tells_no_more_often_than_the_interval_lets_it() -> None:
    clock = Clock()
    throttle = Throttle(every=50, min_interval_seconds=0.25, clock=clock)
    told = 0
    for tick in range(1, 1601):
        clock.now_seconds += 1 / 64
        told += throttle.due(tick * 50)
    assert told == 1600 / 64 / 0.25


def test_a_run_that_begins_has_told_already() -> None:
    throttle = Throttle(every=1, min_interval_seconds=0.25, clock=Clock())
    assert not throttle.due(1000)
