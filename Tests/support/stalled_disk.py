"""A disk that stands still on demand, for a server that is started with it: what it writes is on its way, and no call
that waits for the disk returns. To the process it looks like a network volume that has gone, or a device that retries.
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

_SOURCE = """
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static void wait_for_disk(void) {
    const char *stalled = getenv("FOYER_TEST_STALLED");
    while (stalled && access(stalled, F_OK) == 0) usleep(10000);
}

int fsync(int descriptor) { wait_for_disk(); return syscall(SYS_fsync, descriptor); }
int fdatasync(int descriptor) { wait_for_disk(); return syscall(SYS_fdatasync, descriptor); }
"""


class Disk:
    """Used by every program that is started while `environment` is set."""

    def __init__(self, folder: Path) -> None:
        self._stalled = folder / "stalled"
        self._library = folder / "stalled-disk.so"
        source = folder / "stalled-disk.c"
        source.write_text(_SOURCE)
        compiler = next(found for name in ("cc", "clang", "gcc") if (found := shutil.which(name)))
        subprocess.run([compiler, "-shared", "-fPIC", "-o", self._library, source], check=True)

    def attach(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """To the programs that are started from now on, until the test ends."""
        monkeypatch.setenv("LD_PRELOAD", os.fspath(self._library))
        monkeypatch.setenv("FOYER_TEST_STALLED", os.fspath(self._stalled))

    def stall(self) -> None:
        self._stalled.touch()

    def go_on(self) -> None:
        self._stalled.unlink(missing_ok=True)
