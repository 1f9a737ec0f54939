"""Builds what a run needs: the load generator, the server, a throw-away certificate."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

BENCH = Path(__file__).resolve().parent
PROJECT = BENCH.parent
GENERATOR = BENCH / "wsbench"


def generator() -> Path:
    """wsbench, compiled anew when one of its sources is newer."""
    sources = sorted((BENCH / "client").glob("*.[ch]"))
    if GENERATOR.exists() and GENERATOR.stat().st_mtime > max(source.stat().st_mtime for source in sources):
        return GENERATOR
    units = [str(source) for source in sources if source.suffix == ".c"]
    flags = ["-std=gnu17", "-O3", "-flto", "-Wall", "-Wextra", "-Werror"]
    subprocess.run(["cc", *flags, "-o", str(GENERATOR), *units, "-lssl", "-lcrypto"], check=True)
    return GENERATOR


def foyer() -> Path:
    """The release build of foyer, or the binary that FOYER_BIN names."""
    return _release("foyer", "FOYER_BIN")


def load_generator() -> Path:
    """The release build of foyer-load, or the binary that FOYER_LOAD_BIN names."""
    return _release("foyer-load", "FOYER_LOAD_BIN")


def _release(product: str, variable: str) -> Path:
    if given := os.environ.get(variable):
        return Path(given)
    build = ["swift", "build", "--configuration", "release", "--product", product]
    subprocess.run(build, cwd=PROJECT, check=True)
    shown = subprocess.run([*build, "--show-bin-path"], cwd=PROJECT, check=True, capture_output=True, text=True)
    return Path(shown.stdout.strip()) / product


def certificate(folder: Path) -> tuple[Path, Path]:
    """A self-signed P-256 certificate and its key, the cheapest that browsers accept."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    files = ["-keyout", str(key), "-out", str(certificate)]
    command = ["openssl", "req", "-x509", *curve, "-days", "30", "-subj", "/CN=localhost", *files]
    subprocess.run(command, check=True, capture_output=True)
    return certificate, key


def stripped(binary: Path, folder: Path) -> Path:
    """A copy without debug information, which valgrind 3.19 fails to read for Swift."""
    copy = folder / f"{binary.name}.stripped"
    subprocess.run(["strip", "-o", str(copy), str(binary)], check=True)
    return copy
