"""`foyer bench engine`: what it prints, and what it refuses. Its figures are nobody's test."""

import re
import subprocess
from pathlib import Path

import pytest

from support.server import foyer_binary


def _bench(*options: str) -> subprocess.CompletedProcess[str]:
    command = [foyer_binary(), "bench", "engine", *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def test_a_short_measurement_prints_the_reference_the_engine_and_what_is_wanted(tmp_path: Path) -> None:
    run = _bench("--data", str(tmp_path), "--rounds", "1", "--seconds", "0.2", "--due", "20")
    assert run.returncode == 0, run.stderr
    for name in ("bare insert, 1024 a commit", "engine, 1 senders", "engine, 64 senders", "beside 20 due, 64"):
        assert name in run.stdout
    # One synchronisation a commit, and here and there a checkpoint.
    alone = re.search(r"^engine, 1 senders +\d+ +1\.0 +(\d\.\d+)", run.stdout, re.MULTILINE)
    assert alone and 1.0 <= float(alone[1]) < 1.1, run.stdout
    assert "of the best bare insert (goal: 75 %)" in run.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (("--data", "/dev/shm"), "lies in memory"),
        (("--data", "/there/is/no/such/folder"), "There is no folder"),
        (("--senders", "0"), "--senders: from 1 to 2048"),
        (("--senders", "2049"), "--senders: from 1 to 2048"),
        (("--seconds", "0"), "--seconds"),
        (("--rounds", "0"), "--rounds"),
        (("--text-bytes", "16385"), "--text-bytes"),
        (("--due", "-1"), "--due"),
    ],
)
def test_what_cannot_be_measured_is_refused_with_a_reason(options: tuple[str, str], word: str) -> None:
    run = _bench(*options)
    assert run.returncode != 0
    assert word in run.stderr
