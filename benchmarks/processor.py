"""Processor time of a process: what other programs on the machine change least."""

import psutil


def cpu_seconds(pid: int) -> float:
    """User and system time so far."""
    times = psutil.Process(pid).cpu_times()
    return times.user + times.system
