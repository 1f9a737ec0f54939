"""`foyer-load` as a test uses it."""

import os
import subprocess
from pathlib import Path

from support.certificates import Certificate
from support.server import REPOSITORY, Program, Server


def load_binary() -> str:
    """FOYER_LOAD_BIN, or what `swift build -c release` has made."""
    path = Path(os.environ.get("FOYER_LOAD_BIN", ".build/release/foyer-load"))
    return str(path if path.is_absolute() else REPOSITORY / path)


def serve(data: Path, port: int = 0, certificate: Certificate | None = None) -> Server:
    """`foyer serve` with demo data: the release build, as it is shipped. On the same data it finds everything again."""
    tls = certificate.server_arguments() if certificate else []
    arguments = ("--demo", "--data", str(data), "--web", str(REPOSITORY / "web"), *tls)
    return Server(*arguments, listen=(f"127.0.0.1:{port}",), command="serve")


def rush(server: Server, data: Path, history: Path, figures: Path, *options: str) -> Program:
    house = ["--url", server.url, "--demo", str(data / "demo.json")]
    files = ["--history", str(history), "--json", str(figures)]
    return Program([load_binary(), "rush", *house, *files, *options])


def check(history: Path) -> subprocess.CompletedProcess[str]:
    """Holds a history against the promises."""
    return subprocess.run([load_binary(), "check", str(history)], capture_output=True, text=True, timeout=60)


def count(history: Path, kind: str) -> int:
    """Lines of that kind that the history has by now."""
    beginning = f'{{"kind":"{kind}",'
    with history.open() as lines:
        return sum(line.startswith(beginning) for line in lines)
