from storyarn_export.domain.backoff import Backoff


def test_waits_double_up_to_their_limit_and_are_never_less_than_half_of_it() -> None:
    backoff = Backoff(first_seconds=1, longest_seconds=5)
    for limit in (1, 2, 4, 5, 5, 5):
        assert limit / 2 <= backoff.next() <= limit


def test_a_reset_begins_again() -> None:
    backoff = Backoff(first_seconds=1, longest_seconds=100)
    for _ in range(5):
        backoff.next()
    backoff.reset()
    assert backoff.next() <= 1


def test_those_who_wait_together_do_not_return_together() -> None:
    assert len({Backoff(first_seconds=1, longest_seconds=1).next() for _ in range(20)}) > 10
