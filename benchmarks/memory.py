"""Resident memory of a process, as Linux tells it."""

from pathlib import Path

KIBIBYTE = 1024
RESET_PEAK = "5"
"""What /proc/PID/clear_refs takes to set the peak back to the present size."""


def resident_bytes(pid: int) -> int:
    """Resident set size now."""
    return _status(pid, "VmRSS")


def peak_bytes(pid: int) -> int:
    """Largest resident set size since the process began or `reset_peak` was called."""
    return _status(pid, "VmHWM")


def reset_peak(pid: int) -> None:
    """Forget the peak so far."""
    Path(f"/proc/{pid}/clear_refs").write_text(RESET_PEAK, encoding="ascii")


def _status(pid: int, key: str) -> int:
    for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
        name, _, value = line.partition(":")
        if name == key:
            return int(value.split()[0]) * KIBIBYTE
    raise ProcessLookupError(f"process {pid} has no {key}: it is gone, or this is not Linux")
