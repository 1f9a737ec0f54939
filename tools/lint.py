"""Checks the form of everything: swift-format for Swift, ruff for Python. `--fix` rewrites instead of complaining.

Each tool runs even if the one before it complained, so that one run shows everything.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SWIFT = ["Package.swift", "Sources", "Tests", "fuzz", "loadtest"]
PYTHON = ["Tests", "bench", "docs", "tools"]
RUFF = ".venv/bin/ruff"


def existing(paths: list[str], root: Path = ROOT) -> list[str]:
    return [path for path in paths if (root / path).exists()]


def commands(fix: bool, root: Path = ROOT) -> list[list[str]]:
    swift, python = existing(SWIFT, root), existing(PYTHON, root)
    if fix:
        return [
            ["swift", "format", "--in-place", "--recursive", "--parallel", *swift],
            [RUFF, "check", "--quiet", "--fix", *python],
            [RUFF, "format", "--quiet", *python],
        ]
    return [
        ["swift", "format", "lint", "--strict", "--recursive", "--parallel", *swift],
        [RUFF, "check", "--quiet", *python],
        [RUFF, "format", "--quiet", "--check", *python],
    ]


def main(arguments: list[str]) -> int:
    if arguments not in ([], ["--fix"]):
        print("Usage: lint.py [--fix]", file=sys.stderr)
        return 2
    return max(subprocess.run(command, cwd=ROOT, check=False).returncode for command in commands(bool(arguments)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
