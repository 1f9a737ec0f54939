"""The real `clamd`, with a signature of our own, as a process of the test: started, stopped, started again."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from pathlib import Path

from support.waiting import wait_until

_START_SECONDS = 30.0
# What the hand-made signature finds; harmless, and nobody else's.
VIRUS = b"FOYER-TEST-VIRUS-0123456789"
_CLAMD = shutil.which("clamd") or "/usr/sbin/clamd"


class Scanner:
    """Listens at `path`, while it runs."""

    def __init__(self, folder: Path, largest: str = "30M") -> None:
        self._folder = folder
        self.path = folder / "clamd.sock"
        database = folder / "signatures"
        database.mkdir()
        (database / "foyer.ndb").write_text(f"Foyer.Test:0:*:{VIRUS.hex()}\n")
        self._configuration = folder / "clamd.conf"
        self._configuration.write_text(
            f"LocalSocket {self.path}\nDatabaseDirectory {database}\nForeground yes\nStreamMaxLength {largest}\n"
            f"MaxScanSize {largest}\nMaxFileSize {largest}\nTemporaryDirectory {folder}\nUser {_user()}\n"
        )
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> Scanner:
        log = (self._folder / "clamd.log").open("wb")
        self._process = subprocess.Popen([_CLAMD, "-c", str(self._configuration)], stdout=log, stderr=log)
        wait_until(self._answers, _START_SECONDS, "clamd answers")
        return self

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as asking:
            try:
                asking.connect(str(self.path))
                asking.sendall(b"zPING\0")
                return asking.recv(16) == b"PONG\0"
            except OSError:
                return False

    def stop(self) -> None:
        if self._process is None:
            return
        self._process.terminate()
        self._process.wait(_START_SECONDS)
        self._process = None
        self.path.unlink(missing_ok=True)


def _user() -> str:
    return "root" if os.geteuid() == 0 else os.environ["USER"]
