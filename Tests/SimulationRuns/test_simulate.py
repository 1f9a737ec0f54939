"""`foyer simulate` of the release build: hundreds of runs, the same in every process, and no planted bug in it."""

import re
import subprocess

import pytest

from support.server import foyer_binary

_SEEDS = 1500
_DEADLINES = 100_000


def _simulate(*options: str, deadline_seconds: float) -> subprocess.CompletedProcess[str]:
    command = [foyer_binary(), "simulate", *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=deadline_seconds)


def _trace(output: str) -> str:
    found = re.search(r"^trace=([0-9a-f]{16})$", output, re.MULTILINE)
    assert found, output[-2000:]
    return found[1]


@pytest.mark.timeout(400)
@pytest.mark.covers("B1", "B2")
def test_hundreds_of_seeds_keep_every_promise_and_meet_every_command_deadline_and_fault() -> None:
    run = _simulate("--seeds", str(_SEEDS), "--complete", deadline_seconds=390)
    print(run.stdout[-4000:])
    assert run.returncode == 0, run.stdout[-4000:] + run.stderr[-2000:]
    assert f"{_SEEDS} seeds in " in run.stdout


def test_two_processes_have_the_same_trace() -> None:
    first, second = (_simulate("--seeds", "5", deadline_seconds=60).stdout for _ in range(2))
    assert _trace(first) == _trace(second)


def test_a_seed_alone_is_that_run() -> None:
    assert _trace(_simulate("--seed", "3", deadline_seconds=60).stdout) == _trace(
        _simulate("--seed", "3", "--verbose", deadline_seconds=60).stdout
    )


def test_the_release_build_has_no_planted_bug() -> None:
    run = _simulate("--mutants", deadline_seconds=60)
    assert run.returncode == 64 and "--mutants" in run.stderr
    program = foyer_binary()
    with open(program, "rb") as file:
        assert b"acknowledgeBeforeCommit" not in file.read()


@pytest.mark.timeout(200)
@pytest.mark.covers("B2")
def test_no_deadline_is_early_missed_or_met_twice_though_nodes_are_killed() -> None:
    run = _simulate("--deadlines", str(_DEADLINES), deadline_seconds=190)
    assert run.returncode == 0, run.stdout + run.stderr
    met, deaths = map(int, re.search(r"^(\d+) deadlines met at (\d+) deaths", run.stdout).groups())
    assert met == _DEADLINES and deaths > 20, run.stdout
    assert "early 0, missed 0, met twice 0" in run.stdout
    # The virtual clock's, not this machine's: a poll a second.
    assert int(re.search(r"p99 (\d+) ms", run.stdout)[1]) <= 1000, run.stdout


@pytest.mark.parametrize(
    "options",
    [("--seeds", "0"), ("--seeds", "-1"), ("--steps", "0"), ("--seed", "x"), ("--deadlines", "0")],
)
def test_what_would_try_nothing_is_refused(options: tuple[str, str]) -> None:
    run = _simulate(*options, deadline_seconds=60)
    assert run.returncode == 64
    assert options[0] in run.stderr
