"""What Linux tells about a running process: memory, processor time, descriptors."""

import os
from pathlib import Path

MEBIBYTE = 1 << 20
_CLEAR_PEAK = "5"  # proc(5), clear_refs: resets VmHWM to the present size


def _status_bytes(pid: int, field: str) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        name, _, value = line.partition(":")
        if name == field:
            return int(value.split()[0]) * 1024
    raise LookupError(f"/proc/{pid}/status has no {field}: the process has ended")


def resident_bytes(pid: int) -> int:
    """The memory that the process occupies now."""
    return _status_bytes(pid, "VmRSS")


def peak_resident_bytes(pid: int) -> int:
    """The most memory that the process has occupied since its start, or since `forget_peak`."""
    return _status_bytes(pid, "VmHWM")


def forget_peak(pid: int) -> None:
    """Starts the measuring of the peak anew."""
    Path(f"/proc/{pid}/clear_refs").write_text(_CLEAR_PEAK)


def processor_seconds(pid: int) -> float:
    """User and system time of all threads so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def open_descriptors(pid: int) -> int:
    """How many descriptors the process holds."""
    return len(os.listdir(f"/proc/{pid}/fd"))
