"""The page's modules under Node's test runner: those that need no browser."""

import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
SUITES = sorted(HERE.glob("*.test.mjs"))


def test_there_are_suites() -> None:
    assert SUITES


@pytest.mark.parametrize("suite", SUITES, ids=lambda path: path.name)
def test_module(suite: Path) -> None:
    run = subprocess.run(["node", "--test", str(suite)], capture_output=True, text=True, timeout=50)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "fail 0" in run.stdout, run.stdout
