"""Installs what a make target needs, when it is missing: Debian packages and the Python environment `.venv`.

    python3 tools/provide.py build python

Each argument names a group of `PACKAGES`; `python` also means the environment. When nothing is missing, nothing is
touched and nothing is printed, so that every target can begin with this. Runs on the system's Python, before there
is an environment: standard library only.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

PACKAGES: dict[str, list[str]] = {
    "build": [
        "libcurl4-openssl-dev",
        "libhiredis-dev",
        "libpq-dev",
        "libqrencode-dev",
        "libsqlite3-dev",
        "libssl-dev",
        "pkg-config",
        "zlib1g-dev",
    ],
    "package": ["adduser", "binutils", "dpkg-dev", "strace", "util-linux"],
    "python": ["python3-venv"],
    "faults": ["iproute2", "strace"],
    "peers": ["haproxy", "postgresql-15", "redis-server"],
    "web": ["nodejs"],
    "files": ["clamav-daemon"],
    "clients": ["chromium", "curl", "openssl", "wrk"],
    "bench": ["binutils", "gcc", "libc6-dev", "openssl", "util-linux", "valgrind"],
}


class Missing(Exception):
    """Something is needed that cannot be installed from here; the text says what to do."""


def is_installed(package: str) -> bool:
    status = subprocess.run(["dpkg", "-s", package], capture_output=True, text=True, check=False)
    return status.returncode == 0 and "Status: install ok installed" in status.stdout


def install_prefix(missing: list[str], uid: int, sudo: str | None) -> list[str]:
    """What stands before apt-get: nothing for root, sudo for others; without either, say what is missing."""
    if uid == 0:
        return []
    if sudo:
        return [sudo]
    names = " ".join(missing)
    raise Missing(
        f"These packages are missing: {names}\n"
        f"This is neither root nor is there sudo. As root, run: apt-get update && apt-get install {names}"
    )


def provide_packages(groups: list[str]) -> None:
    if shutil.which("dpkg") is None:
        print("No dpkg here: packages are taken to be installed by other means.", file=sys.stderr)
        return
    wanted = sorted({package for group in groups for package in PACKAGES[group]})
    missing = [package for package in wanted if not is_installed(package)]
    if not missing:
        return
    prefix = install_prefix(missing, os.geteuid(), shutil.which("sudo"))
    print(f"Installing {' '.join(missing)}", flush=True)
    apt = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]
    subprocess.run([*apt, "update"], check=True)
    subprocess.run([*apt, "install", "-y", "--no-install-recommends", *missing], check=True)


def fingerprint(requirements: Path) -> str:
    """Changes when the pins or the interpreter do."""
    return hashlib.sha256(requirements.read_bytes() + sys.version.encode()).hexdigest()


def provide_environment(environment: Path, requirements: Path) -> None:
    mark = environment / "provided"
    wanted = fingerprint(requirements)
    if mark.exists() and mark.read_text() == wanted:
        return
    print(f"Making the Python environment {environment.name}", flush=True)
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(environment)], check=True)
    pip = [str(environment / "bin" / "pip"), "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "install", "--requirement", str(requirements)], check=True)
    # Written last: an environment whose making was interrupted is made again.
    mark.write_text(wanted)


def main(groups: list[str]) -> int:
    unknown = [group for group in groups if group not in PACKAGES]
    if unknown:
        print(f"Unknown group: {', '.join(unknown)}; there are {', '.join(PACKAGES)}", file=sys.stderr)
        return 2
    try:
        if shutil.which("swift") is None:
            raise Missing("Swift is missing: install Swift 6.2 or newer from swift.org and put `swift` on the PATH.")
        provide_packages(groups)
        if "python" in groups:
            provide_environment(ROOT / ".venv", ROOT / "Tests" / "requirements.txt")
    except Missing as missing:
        print(missing, file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as failure:
        print(f"Failed with status {failure.returncode}: {' '.join(failure.cmd)}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
