"""`foyer-load` as a test uses it."""

import os
import subprocess
from pathlib import Path

from support.server import REPOSITORY


def load_binary() -> str:
    """FOYER_LOAD_BIN, or what `swift build -c release` has made."""
    path = Path(os.environ.get("FOYER_LOAD_BIN", ".build/release/foyer-load"))
    return str(path if path.is_absolute() else REPOSITORY / path)


def check(history: Path) -> subprocess.CompletedProcess[str]:
    """Holds a history against the promises."""
    return subprocess.run([load_binary(), "check", str(history)], capture_output=True, text=True, timeout=60)


def count(history: Path, kind: str) -> int:
    """Lines of that kind that the history has by now."""
    beginning = f'{{"kind":"{kind}",'
    with history.open() as lines:
        return sum(line.startswith(beginning) for line in lines)
